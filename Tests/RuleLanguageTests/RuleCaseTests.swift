// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import RuleLanguage

/// Rule files of others, from the folder that `SEKISHO_RULE_CASES` names.
@Suite("Rule files of others", .enabled(if: RuleCases.folder != nil, "SEKISHO_RULE_CASES names no folder of cases"))
struct RuleCaseTests {
  @Test("What a case says is refused is refused, and nothing else", arguments: RuleCases.names)
  func acceptance(_ name: String) throws {
    let ruleCase = try RuleCase(name)
    let set = RuleSet.load(
      [RuleFile(name: "rules", text: ruleCase.rules)], variables: ruleCase.variables, options: ruleCase.options)
    let loaded = Set(set.rules.map(\.number))
    let errors = set.diagnostics.filter { $0.severity == .error }
    for number in ruleCase.refused {
      #expect(!loaded.contains(number), "\(number) is to be refused")
      #expect(errors.contains { $0.number == number && $0.place.line > 0 && $0.place.column > 0 })
    }
    for number in ruleCase.alerting {
      #expect(loaded.contains(number), "\(number): \(errors.filter { $0.number == number }.map(\.message))")
    }
    if ruleCase.isWhollyRefused {
      #expect(set.rules.isEmpty)
      #expect(errors.allSatisfy { !$0.message.isEmpty })
      #expect(!errors.isEmpty)
    }
  }

  @Test("At least 95 of 100 public industrial rules load, and each of the others has its reason")
  func publicRules() throws {
    let folder = try #require(RuleCases.folder).deletingLastPathComponent().appending(path: "public")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    var (loaded, all) = (0, 0)
    for name in names where name.hasSuffix(".rules") {
      let text = try Data(contentsOf: folder.appending(path: name))
      let set = RuleSet.load(
        [RuleFile(name: name, text: [UInt8](text))],
        variables: RuleVariables(homeNetwork: RuleVariables.privateNetworks))
      let count = try #require(set.files.first)
      // A rule that stands in a later revision is none that was refused.
      loaded += count.loaded + count.replaced
      all += count.loaded + count.replaced + count.skipped
      let errors = set.diagnostics.filter { $0.severity == .error }
      #expect(errors.count == count.skipped)
      for error in errors { print("\(error.place.shown): \(error.reason.rawValue): \(error.message)") }
    }
    print("public rules: \(loaded) of \(all)")
    #expect(all > 250)
    #expect(loaded * 100 >= all * 95)
  }
}

/// One folder of the acceptance cases, as far as it is about loading.
struct RuleCase {
  let rules: [UInt8]
  private(set) var variables = RuleVariables(homeNetwork: "10.0.0.0/8")
  private(set) var options = RuleLoadOptions()
  private(set) var refused: Set<UInt32> = []
  private(set) var alerting: Set<UInt32> = []
  /// A case about the reader, no rule of which Suricata takes.
  private(set) var isWhollyRefused = false

  /// Cases about the reader that Suricata takes, with a warning.
  private static let takenWithWarning: Set<String> = ["sv-flowbits-invalid-01", "sv-flowbits-invalid-07"]

  init(_ name: String) throws {
    let folder = try #require(RuleCases.folder).appending(path: name)
    rules = [UInt8](try Data(contentsOf: folder.appending(path: "rules")))
    let expected = try String(contentsOf: folder.appending(path: "expected.txt"), encoding: .utf8)
    for line in expected.split(separator: "\n") {
      if line.hasPrefix("# variables:") {
        for pair in line.dropFirst(12).split(separator: " ") {
          let parts = pair.split(separator: "=").map(String.init)
          guard parts.count == 2 else { continue }
          if parts[0] == "HOME_NET" { variables = RuleVariables(homeNetwork: parts[1]) }
          if parts[0].hasSuffix("PORTS") {
            variables.setPorts(parts[0], parts[1])
          } else {
            variables.setAddresses(parts[0], parts[1])
          }
        }
      }
      // Two of Quickdraw's rules need Snort's reading, as the case says; counts of Suricata 8 hold.
      if line.contains("snort-dialect only") { options.dialect = .snort }
      if line.contains("\"lt-version\": 8") { continue }
      let fields = line.split(separator: "\t")
      guard fields.count >= 2, fields[1].hasPrefix("sid="), let number = UInt32(fields[1].dropFirst(4)) else {
        continue
      }
      if fields[0] == "reject" { refused.insert(number) }
      // A rule that is never to fire may as well be refused.
      if fields[0] == "alert", !line.contains("count=0") { alerting.insert(number) }
    }
    isWhollyRefused = expected.contains("# parser case") && !Self.takenWithWarning.contains(name)
    // The one setting that a case about the reader changes.
    if name == "sv-max-flowbits-per-signature" { options.flowBitsPerRule = 2 }
  }
}

enum RuleCases {
  static let folder: URL? = ProcessInfo.processInfo.environment["SEKISHO_RULE_CASES"].map {
    URL(filePath: $0, directoryHint: .isDirectory)
  }

  static let names: [String] = {
    guard let folder else { return [] }
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/rules").path) }.sorted()
  }()
}
