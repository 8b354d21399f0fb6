// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Testing

@testable import Monitor

@Suite struct CatalogueRecordTests {
  @Test(arguments: Language.allCases)
  func `the catalogue is written as JSON lines`(language: Language) throws {
    let objects = try lines(Catalogue.json(language)).map(Record.init)
    #expect(objects.count == FindingKind.allCases.count)
    for (entry, object) in zip(Catalogue.entries, objects) {
      #expect(object.text("id") == entry.id && object.text("title") == entry.title[language])
      #expect((object.value("steps") as? [String])?.count == entry.steps.count)
      #expect(object.isFlat)
    }
  }
}
