// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// What evaluating tests needs and leaves behind. It is made once and used again: evaluating allocates nothing.
package struct Evaluation: ~Copyable, Sendable {
  /// At what the evaluation of a rule was given up.
  package enum Limit: Sendable { case steps, expression }

  /// Tests that one evaluation of one buffer may try, repetitions included.
  package static let stepLimit = 3_000
  /// Variables of one rule.
  package static let variableLimit = 64

  /// The byte order that the DCE/RPC header gives; nil where there is none: then tests that ask for it do not hold.
  package var dceByteOrder: ByteOrder?

  /// After a match: from the first byte that a test wanted to the end of the last one; the whole buffer if the tests
  /// only were about what is not there.
  package internal(set) var matched = 0..<0
  /// At what the last evaluation was given up, which is why it failed; nil if it was not.
  package internal(set) var limit: Limit?
  /// How many evaluations were given up at each limit.
  package internal(set) var stepLimitHits = 0
  package internal(set) var expressionLimitHits = 0

  /// What `byte_extract` and `byte_math` have read.
  var variables = InlineArray<64, UInt64>(repeating: 0)
  var isAnyVariableSet = false
  var stepsLeft = 0
  var lowest = Int.max
  var highest = 0
  let expressions: ExpressionScratch

  package init(limits: ExpressionLimits = ExpressionLimits()) { expressions = ExpressionScratch(limits) }

  /// Forgets the variables: call it before the first buffer of each rule of Snort's dialect, whose variables outlive
  /// a buffer.
  package mutating func beginRule() {
    guard isAnyVariableSet else { return }
    for index in variables.indices { variables[index] = 0 }
    isAnyVariableSet = false
  }

  mutating func beginBuffer() {
    stepsLeft = Evaluation.stepLimit
    (lowest, highest) = (Int.max, 0)
    limit = nil
  }

  /// False if there have been too many.
  @inline(__always)
  mutating func countStep() -> Bool {
    stepsLeft &-= 1
    if stepsLeft >= 0 { return true }
    limit = .steps
    stepLimitHits &+= 1
    return false
  }

  mutating func noteExpressionLimit() {
    limit = .expression
    expressionLimitHits &+= 1
  }

  @inline(__always)
  mutating func include(_ lower: Int, _ upper: Int) {
    lowest = min(lowest, lower)
    highest = max(highest, upper)
  }

  /// A place or a length. Variables above `Int.max` are negative numbers.
  @inline(__always)
  func length(_ amount: Amount) -> Int {
    switch amount {
    case .number(let number): return number
    case .variable(let index):
      let value = Int(truncatingIfNeeded: variables[index])
      return min(max(value, -CompiledTests.farthest), CompiledTests.farthest)
    }
  }

  /// A number to compare or calculate with.
  @inline(__always)
  func value(_ amount: Amount) -> UInt64 {
    switch amount {
    case .number(let number): UInt64(truncatingIfNeeded: number)
    case .variable(let index): variables[index]
    }
  }

  mutating func set(_ index: Int, _ value: UInt64) {
    variables[index] = value
    isAnyVariableSet = true
  }
}
