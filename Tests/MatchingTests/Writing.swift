// SPDX-License-Identifier: Apache-2.0
import Matching
import RuleLanguage
import Testing

/// Tests as a rule would have them, in one line each.
extension PayloadTest {
  static func content(_ text: String, _ change: (inout Content) -> Void = { _ in }) -> PayloadTest {
    bytes(Array(text.utf8), change)
  }
  static func bytes(_ bytes: [UInt8], _ change: (inout Content) -> Void = { _ in }) -> PayloadTest {
    var content = Content(bytes)
    change(&content)
    return .content(content)
  }
  static func byteTest(
    _ count: Int, _ comparison: ByteTest.Comparison, _ value: Int, at offset: Int, not isNegated: Bool = false,
    _ change: (inout ByteTest) -> Void = { _ in }
  ) -> PayloadTest {
    var test = ByteTest(
      count: .number(count), comparison, isNegated: isNegated, value: .number(value), offset: .number(offset))
    change(&test)
    return .byteTest(test)
  }
  static func byteJump(_ count: Int, at offset: Int, _ change: (inout ByteJump) -> Void = { _ in }) -> PayloadTest {
    var jump = ByteJump(count: .number(count), offset: .number(offset))
    change(&jump)
    return .byteJump(jump)
  }
  static func byteExtract(
    _ count: Int, at offset: Int, to variable: Int = 0, _ change: (inout ByteExtract) -> Void = { _ in }
  ) -> PayloadTest {
    var extract = ByteExtract(count: count, offset: .number(offset), variable: variable)
    change(&extract)
    return .byteExtract(extract)
  }
  static func byteMath(
    _ count: Int, at offset: Int, _ operation: ByteMath.Operator, _ operand: Int, to variable: Int = 0,
    _ change: (inout ByteMath) -> Void = { _ in }
  ) -> PayloadTest {
    var math = ByteMath(
      count: .number(count), offset: .number(offset), operation, .number(operand), variable: variable)
    change(&math)
    return .byteMath(math)
  }
  static func isDataAt(_ amount: Int, _ change: (inout IsDataAt) -> Void = { _ in }) -> PayloadTest {
    var test = IsDataAt(.number(amount))
    change(&test)
    return .isDataAt(test)
  }
  static func expression(_ pattern: String, _ flags: String = "", _ change: (inout Expression) -> Void = { _ in })
    -> PayloadTest
  {
    var expression = Expression(pattern, flags: flags)
    change(&expression)
    return .expression(expression)
  }
}

extension Content {
  /// `distance` and `within`.
  mutating func follow(_ distance: Int? = nil, within: Int? = nil) {
    self.distance = distance.map { .number($0) }
    self.within = within.map { .number($0) }
  }
  /// `offset` and `depth`.
  mutating func lie(_ offset: Int? = nil, depth: Int? = nil) {
    self.offset = offset.map { .number($0) }
    self.depth = depth.map { .number($0) }
  }
}

/// One row of a table.
struct Case: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let tests: [PayloadTest]
  let bytes: [UInt8]
  let isMatch: Bool
  let dialect: Dialect

  init(_ name: String, _ tests: [PayloadTest], on bytes: [UInt8], _ isMatch: Bool, _ dialect: Dialect = .suricata) {
    testDescription = name
    (self.tests, self.bytes, self.isMatch, self.dialect) = (tests, bytes, isMatch, dialect)
  }
  init(_ name: String, _ tests: [PayloadTest], on text: String, _ isMatch: Bool, _ dialect: Dialect = .suricata) {
    self.init(name, tests, on: Array(text.utf8), isMatch, dialect)
  }

  func isMatched(_ evaluation: inout Evaluation) throws -> Bool {
    let compiled = try CompiledTests(BufferTests(.payload, tests), dialect: dialect)
    // Sound: the bytes are initialised.
    return unsafe compiled.matches(bytes.span.bytes, &evaluation)
  }
  func isMatched() throws -> Bool {
    var evaluation = Evaluation()
    return try isMatched(&evaluation)
  }
}
