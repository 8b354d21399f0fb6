// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

/// Rules of one line each, for tables.
enum Reading {
  static let variables = RuleVariables(homeNetwork: "10.0.0.0/8")

  static func load(_ text: String, _ dialect: Dialect? = nil, variables: RuleVariables = variables) -> RuleSet {
    var options = RuleLoadOptions()
    options.dialect = dialect
    return RuleSet.load([RuleFile(name: "test.rules", text: Array(text.utf8))], variables: variables, options: options)
  }

  /// The one rule with these options.
  static func rule(_ options: String, _ dialect: Dialect = .suricata, header: String = "tcp any any -> any any") throws
    -> Rule
  {
    let set = load("alert \(header) (msg:\"m\"; \(options) sid:1;)", dialect)
    return try #require(set.rules.first, "\(options): \(set.diagnostics.map(\.message))")
  }

  /// Why the rule with these options is not used, and which of its bytes, counted from its first option, says so.
  static func fault(
    _ options: String, _ dialect: Dialect = .suricata, header: String = "tcp any any -> any any"
  ) -> (reason: RuleDiagnostic.Reason, column: Int)? {
    let start = "alert \(header) (msg:\"m\"; "
    let set = load("\(start)\(options) sid:1;)", dialect)
    guard set.rules.isEmpty, let error = set.diagnostics.first(where: { $0.severity == .error }) else { return nil }
    return (error.reason, error.place.column - start.utf8.count)
  }

  static func tests(_ options: String, _ dialect: Dialect = .suricata) throws -> [PayloadTest] {
    try rule(options, dialect).buffers.flatMap(\.tests)
  }

  static func content(_ options: String, _ dialect: Dialect = .suricata) throws -> Content {
    let contents = try tests(options, dialect).compactMap { test -> Content? in
      if case .content(let content) = test { content } else { nil }
    }
    return try #require(contents.last)
  }
}

/// A refusal: the options, the reason, and the column of what is wrong, from 1.
struct Refused: Sendable, CustomTestStringConvertible {
  let options: String
  let reason: RuleDiagnostic.Reason
  let column: Int
  init(_ options: String, _ reason: RuleDiagnostic.Reason, _ column: Int) {
    (self.options, self.reason, self.column) = (options, reason, column)
  }
  var testDescription: String { options }

  func check(header: String = "tcp any any -> any any") {
    let fault = Reading.fault(options, header: header)
    #expect(fault?.reason == reason, "\(options)")
    #expect(fault?.column == column, "\(options)")
  }
}
