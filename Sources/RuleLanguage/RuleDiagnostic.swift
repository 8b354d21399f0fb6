// SPDX-License-Identifier: Apache-2.0

/// What a reader of rule files has to say about a place of them.
package struct RuleDiagnostic: Hashable, Sendable {
  /// An error means that the rule, or the line, is not used.
  package enum Severity: String, Sendable { case error, warning, note }

  /// For counting; the message says the same to a person.
  package enum Reason: String, CaseIterable, Sendable {
    // The file
    case fileTooLarge = "file-too-large"
    case lineTooLong = "line-too-long"
    case tooManyRules = "too-many-rules"
    case tooManyItems = "too-many-items"
    case notARule = "not-a-rule"
    case dialect
    // The header
    case header
    case verb
    case `protocol`
    case direction
    case address
    case port
    case nothingLeft = "nothing-left"
    case negatedAny = "negated-any"
    case unknownVariable = "unknown-variable"
    case variableCycle = "variable-cycle"
    // Options
    case optionSyntax = "option-syntax"
    case emptyOption = "empty-option"
    case unknownKeyword = "unknown-keyword"
    case unsupported
    case value
    case quotes
    case hexadecimal
    case escape
    case repeated
    case withoutContent = "without-content"
    case mixedModifiers = "mixed-modifiers"
    case contradiction
    case unknownByteVariable = "unknown-byte-variable"
    case relativeToNothing = "relative-to-nothing"
    // The rule as a whole
    case cannotFire = "cannot-fire"
    case slow
    case bits
    case unknownClass = "unknown-class"
    case repeatedNumber = "repeated-number"
    case missingNumber = "missing-number"
    case replaced
    // Accepted beyond the dialect
    case snortSyntax = "snort-syntax"
    case oldName = "old-name"
    case withoutEffect = "without-effect"
    case reinterpreted
  }

  package var severity: Severity
  package var reason: Reason
  package var place: SourcePlace
  package var message: String
  /// The rule's number where it is known; otherwise 0.
  package var number: UInt32
  package init(
    _ severity: Severity, _ reason: Reason, _ place: SourcePlace, _ message: String, number: UInt32 = 0
  ) {
    (self.severity, self.reason, self.place) = (severity, reason, place)
    (self.message, self.number) = (message, number)
  }
}

/// Why a rule is not used. `offset` is a place within the bytes of its logical line.
struct RuleFault: Error {
  let reason: RuleDiagnostic.Reason
  let offset: Int
  let message: String
  init(_ reason: RuleDiagnostic.Reason, _ offset: Int, _ message: String) {
    (self.reason, self.offset, self.message) = (reason, offset, message)
  }
}
