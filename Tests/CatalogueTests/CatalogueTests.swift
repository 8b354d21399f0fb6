// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Catalogue

@Suite struct CatalogueTests {
  @Test func `every kind is described exactly once, under its own number`() {
    #expect(Catalogue.entries.map(\.kind) == FindingKind.allCases.sorted { $0.rawValue < $1.rawValue })
    for kind in FindingKind.allCases {
      #expect(Catalogue.entry(kind).kind == kind)
      #expect((1_790_000...1_799_999).contains(Catalogue.entry(kind).signatureID))
    }
    #expect(Set(Catalogue.entries.map(\.id)).count == FindingKind.allCases.count)
  }

  @Test func `names are in kebab case, as in site files and rules`() {
    for entry in Catalogue.entries {
      #expect(!entry.id.isEmpty && entry.id.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D })
    }
    #expect(Catalogue.entry(.crossZoneFlow).id == "cross-zone-flow")
    #expect(Catalogue.entry(.unknownMAC).id == "unknown-mac")
  }

  @Test func `every kind explains its meaning and what to do, in 3 to 6 short steps, in both languages`() {
    for entry in Catalogue.entries {
      #expect((3...6).contains(entry.steps.count), "\(entry.id)")
      for language in Language.allCases {
        let texts =
          [entry.title[language], entry.meaning[language], entry.falseAlarm[language]]
          + entry.steps.map { $0[language] }
        for text in texts { #expect(!text.isEmpty && text.utf8.count <= 300, "\(entry.id): \(text)") }
      }
      for text in [entry.title.ja, entry.meaning.ja, entry.falseAlarm.ja] + entry.steps.map(\.ja) {
        #expect(text.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) }, "\(entry.id): \(text)")
      }
    }
  }

  @Test func `severity, confidence and references are within their ranges`() {
    /// The items of the guideline for which a monitor provides evidence.
    let items: Set = ["2-3", "2-4", "2-5", "2-6", "2-7", "2-8", "3-3", "3-5", "3-6", "3-7", "3-8"]
    for entry in Catalogue.entries {
      #expect((1...4).contains(entry.defaultSeverity) && (1...4).contains(entry.severity(.high)))
      #expect(entry.severity(.low) == entry.defaultSeverity && entry.severity(.medium) == entry.defaultSeverity)
      #expect((1...100).contains(entry.confidence))
      #expect(entry.threats.allSatisfy { Int($0).map { (1...31).contains($0) } == true })
      #expect(!entry.checklist.isEmpty && entry.checklist.allSatisfy(items.contains))
      #expect(entry.techniques.allSatisfy { $0.id.hasPrefix("T") && !$0.tactics.isEmpty })
    }
  }

  @Test(arguments: Language.allCases)
  func `the catalogue reads as text`(language: Language) throws {
    let text = Catalogue.text(language)
    for entry in Catalogue.entries {
      #expect(text.contains("\(entry.id)  \(entry.signatureID)  \(entry.title[language])"))
    }
  }
}
