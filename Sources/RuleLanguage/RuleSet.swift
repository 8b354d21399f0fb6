// SPDX-License-Identifier: Apache-2.0

/// A rule file as it was read from disk.
package struct RuleFile: Sendable {
  package var name: String
  package var text: [UInt8]
  package init(name: String, text: [UInt8]) { (self.name, self.text) = (name, text) }
}

/// Bounds and defaults of loading.
package struct RuleLoadOptions: Sendable {
  /// Overrides what the files say.
  package var dialect: Dialect?
  /// Bytes.
  package var largestFile = 64 << 20
  /// Bytes, with all lines that a rule is written on.
  package var longestLine = 1 << 20
  package var mostRules = 500_000
  package var flowBitsPerRule = 64
  package var classes = Classifications()
  package init() {}
}

/// A rule behind `#`, which can be listed, and is not matched.
package struct DisabledRule: Sendable {
  /// 0 where there is none.
  package var number: UInt32
  package var text: String
  package var place: SourcePlace
}

/// Rules of some files, ready to be compiled, and all that there is to say about them.
package struct RuleSet: Sendable {
  /// How a file fared.
  package struct FileCount: Hashable, Sendable {
    package var name: String
    package var loaded = 0
    /// Rules with an error.
    package var skipped = 0
    /// Rules that stand elsewhere in a later revision, or word for word.
    package var replaced = 0
    package var disabled = 0
  }

  /// Numbers of rules that have none, or share one: made from the rule's text, so that they stay the same.
  package static let madeNumbers: ClosedRange<UInt32> = 4_200_000_000...4_289_999_999

  package internal(set) var rules: [Rule] = []
  package internal(set) var disabled: [DisabledRule] = []
  package internal(set) var diagnostics: [RuleDiagnostic] = []
  package internal(set) var files: [FileCount] = []

  package init() {}

  /// Reads all files. Rules with an error are left out, each with its diagnostic; the others are there.
  package static func load(
    _ files: [RuleFile], variables: RuleVariables, options: RuleLoadOptions = RuleLoadOptions()
  ) -> RuleSet {
    var loader = RuleLoader(variables, options)
    for file in files { loader.read(file) }
    return loader.finish()
  }

  /// How many rules each reason has kept out.
  package var skippedByReason: [RuleDiagnostic.Reason: Int] {
    diagnostics.reduce(into: [:]) { counts, diagnostic in
      if diagnostic.severity == .error { counts[diagnostic.reason, default: 0] += 1 }
    }
  }
}
