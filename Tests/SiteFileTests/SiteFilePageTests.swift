// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// docs/site-file.md lists exactly the words that the reader accepts.
@Suite struct SiteFilePageTests {
  private static let page = Result { try Page("docs/site-file.md") }

  struct Table: CustomTestStringConvertible, Sendable {
    let heading: String
    let column: String
    let words: [String]
    var testDescription: String { heading }
  }

  static let keys = [
    Table(heading: "Top level", column: "key", words: SiteReader.keys),
    Table(heading: "zones", column: "key", words: SiteReader.zoneKeys),
    Table(heading: "assets", column: "key", words: SiteReader.assetKeys),
    Table(heading: "conduits", column: "key", words: SiteReader.conduitKeys),
    Table(heading: "exceptions", column: "key", words: SiteReader.exceptionKeys),
    Table(heading: "Limits on values", column: "key", words: SiteReader.limitKeys),
    Table(heading: "windows", column: "key", words: SiteReader.windowKeys),
    Table(heading: "responders", column: "key", words: SiteReader.responderKeys),
  ]
  static let words = [
    Table(heading: "Importance", column: "word", words: Importance.allCases.map(\.word)),
    Table(heading: "Values", column: "word", words: Value.allCases.map(\.word)),
    Table(heading: "Roles", column: "word", words: Asset.forwardingRoles),
    Table(heading: "Presence", column: "word", words: SiteReader.presences),
    Table(heading: "Operations", column: "word", words: Action.allCases.map(\.word)),
    Table(heading: "Number types", column: "word", words: NumberType.words.map(\.word)),
    Table(heading: "Days", column: "word", words: SiteReader.dayWords),
    Table(heading: "Targets", column: "area", words: Area.words.filter { !$0.isEmpty }),
  ]

  @Test("each table lists exactly the words that the reader accepts", arguments: keys + words)
  func table(_ table: Table) throws {
    let found = try Self.page.get().words(table.heading, table.column)
    #expect(found.sorted() == table.words.sorted())
  }

  @Test("the example of each section uses every key of the section", arguments: keys)
  func complete(_ table: Table) throws {
    let examples = try Self.page.get().blocks("yaml site").filter { $0.heading == table.heading }
    for key in table.words {
      #expect(examples.contains { $0.text.contains("\(key):") }, "\(key)")
    }
  }

  @Test func `the examples are valid site files`() throws {
    let examples = try Self.page.get().blocks("yaml site")
    #expect(!examples.isEmpty)
    for example in examples { #expect(problems(example.text) == [], "\(example.heading)") }
  }

  @Test func `the names of services are those on the page and the protocols' names`() throws {
    let page = Set(try Self.page.get().words("Services", "word"))
    let protocols = Set(DissectorTables().names.map(\.description))
    #expect(page.isDisjoint(with: protocols))
    #expect(page.union(protocols) == Set(ServiceWords().all))
  }

  @Test func `reserved services have the ports given on the page`() throws {
    let words = ServiceWords()
    for row in try Self.page.get().rows where row.heading == "Services" && row.cells["usual ports"] != nil {
      let word = row.words("word")[0]
      guard case .application(.none, _, let ports, _)? = words[word] else {
        Issue.record("\(word) is not reserved")
        continue
      }
      let text = ports.map(ServicePattern.text).joined(separator: ", ")
      #expect(row["usual ports"] == (text.isEmpty ? "none" : text), "\(word)")
    }
  }

  @Test func `each target notation on the page is read as its area`() throws {
    for row in try Self.page.get().rows where row.heading == "Targets" {
      let areas = try row.words("written in `targets`").map { try SiteReader.target($0).get().area.word }
      #expect(Set(areas) == Set(row.words("area")), "\(row["area"])")
    }
  }
}
