// SPDX-License-Identifier: Apache-2.0
import Matching
import RuleLanguage
import Testing

struct NumberTests {
  private static let bytes: [UInt8] = [0, 5, 1, 2, 3, 4, 5, 0xFF, 0x80, 0x31, 0x32, 0x33, 0x7A]

  @Test(
    "byte_test compares what stands there",
    arguments: [
      Case("two bytes", [.byteTest(2, .equal, 5, at: 0)], on: bytes, true),
      Case("lowest first", [.byteTest(2, .equal, 1280, at: 0) { $0.format.isLittleEndian = true }], on: bytes, true),
      Case("three bytes", [.byteTest(3, .equal, 0x000501, at: 0)], on: bytes, true),
      Case(
        "three bytes, lowest first",
        [.byteTest(3, .equal, 0x010500, at: 0) { $0.format.isLittleEndian = true }], on: bytes, true),
      Case("eight bytes", [.byteTest(8, .equal, 0x0005_0102_0304_05FF, at: 0)], on: bytes, true),
      Case(
        "eight bytes with the top bit",
        [.byteTest(8, .equal, 0, at: 0) { $0.wideValue = .max - 1 }], on: Array(repeating: 0xFF, count: 7) + [0xFE],
        true),
      Case("nine bytes are no number", [.byteTest(9, .greater, 0, at: 0)], on: bytes, false),
      Case("no bytes are no number", [.byteTest(0, .equal, 0, at: 0)], on: bytes, false),
      Case("a common bit", [.byteTest(1, .and, 0x81, at: 7)], on: bytes, true),
      Case("no common bit", [.byteTest(1, .and, 0x01, at: 8)], on: bytes, false),
      Case("no common bit is asked for", [.byteTest(1, .and, 0x01, at: 8, not: true)], on: bytes, true),
      Case("the same bits", [.byteTest(1, .xor, 0xFF, at: 7)], on: bytes, false),
      Case("other bits", [.byteTest(1, .xor, 0xFE, at: 7)], on: bytes, true),
      Case("beyond the end", [.byteTest(4, .greater, 0, at: 12)], on: bytes, false),
      Case("beyond the end, negated", [.byteTest(4, .greater, 0, at: 12, not: true)], on: bytes, false),
      Case("behind the end, negated", [.byteTest(1, .equal, 0, at: 13, not: true)], on: bytes, false),
      Case("before the beginning", [.byteTest(1, .equal, 0, at: -1, not: true)], on: bytes, false),
      Case("not equal", [.byteTest(2, .equal, 5, at: 0, not: true)], on: bytes, false),
      Case("not another", [.byteTest(2, .equal, 6, at: 0, not: true)], on: bytes, true),
      Case("at most", [.byteTest(2, .lessOrEqual, 5, at: 0)], on: bytes, true),
      Case("at least", [.byteTest(2, .greaterOrEqual, 6, at: 0)], on: bytes, false),
      Case("less", [.byteTest(2, .less, 6, at: 0)], on: bytes, true),
      Case("cannot fit", [.byteTest(1, .equal, 300, at: 0)], on: bytes, false),
      Case("masked and shifted", [.byteTest(1, .equal, 1, at: 8) { $0.format.mask = 0x80 }], on: bytes, true),
      Case("an empty mask", [.byteTest(1, .equal, 0, at: 8) { $0.format.mask = 0 }], on: bytes, true),
      Case("relative", [.bytes([5]), .byteTest(1, .equal, 5, at: -1) { $0.isRelative = true }], on: bytes, true),
      Case(
        "relative to another place", [.bytes([5]), .byteTest(1, .equal, 0xFF, at: 0) { $0.isRelative = true }],
        on: bytes, true),
      Case(
        "does not move", [.byteTest(2, .equal, 5, at: 0), .bytes([1, 2]) { $0.follow(within: 2) }], on: bytes,
        false),
      Case(
        "DCE's order without DCE", [.byteTest(1, .greater, 4, at: 1) { $0.format.isOfDCE = true }], on: bytes,
        false),
    ])
  func byteTest(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  private static func text(
    _ base: NumberFormat.Base, _ count: Int, _ value: Int, on text: String, _ isMatch: Bool
  ) -> Case {
    Case("'\(text)' \(base)", [.byteTest(count, .equal, value, at: 0) { $0.format.base = base }], on: text, isMatch)
  }

  @Test(
    "digits are read as strtoull reads them",
    arguments: [
      text(.decimal, 3, 123, on: "123z", true),
      text(.decimal, 4, 123, on: "123z", true),
      text(.hexadecimal, 2, 0x12, on: "123z", true),
      text(.hexadecimal, 4, 0x1F, on: "0x1f", true),
      text(.hexadecimal, 4, 0x1F, on: "0X1F", true),
      text(.hexadecimal, 2, 0, on: "0x1f", true),
      text(.hexadecimal, 3, 0, on: "0xgg", true),
      text(.octal, 3, 0o17, on: "0178", true),
      text(.octal, 3, 1, on: "189", true),
      text(.decimal, 1, 0, on: "z", false),
      text(.decimal, 5, 12, on: " \t+12", true),
      text(.decimal, 2, -5, on: "-5", true),
      text(.decimal, 2, 0, on: "- ", false),
      text(.decimal, 20, -1, on: "18446744073709551615", true),
      text(.decimal, 20, 0, on: "18446744073709551616", false),
      text(.octal, 23, 1, on: "00000000000000000000001", true),
      text(.octal, 24, 1, on: "000000000000000000000001", false),
      text(.decimal, 5, 1234, on: "1234", false),
    ])
  func digits(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  private static func jump(
    _ name: String, _ count: Int, _ offset: Int, to bytes: [UInt8], _ isMatch: Bool = true,
    _ change: (inout ByteJump) -> Void = { _ in }
  ) -> Case {
    let after: [PayloadTest] = [.bytes(bytes) { $0.follow(within: bytes.count) }]
    return Case(name, [.byteJump(count, at: offset, change)] + after, on: NumberTests.bytes, isMatch)
  }

  @Test(
    "byte_jump moves the cursor",
    arguments: [
      jump("behind what it read", 2, 0, to: [0xFF]),
      jump("times a number", 1, 1, to: [0x7A]) { $0.multiplier = 2 },
      jump("from the beginning", 1, 1, to: [4]) { $0.origin = .beginning },
      jump("and some more", 1, 1, to: [0xFF]) { ($0.origin, $0.after) = (.beginning, .number(2)) },
      jump("and less", 1, 1, to: [1, 2]) { $0.after = .number(-5) },
      jump("up to a multiple of four", 1, 1, to: [0x32]) { $0.isAligned = true },
      jump("before the beginning is the beginning", 1, 4, to: [0, 5]) { $0.after = .number(-20) },
      jump("from the end, reading nothing", 0, 0, to: [0x31]) { ($0.origin, $0.after) = (.end, .number(-4)) },
      jump("one byte, lowest first", 1, 1, to: [0xFF]) { $0.format.isLittleEndian = true },
      jump("only moving", 0, 4, to: [3, 4]),
      jump("only moving, from behind the end", 0, 14, to: [], false),
      jump("relative to nothing", 1, 1, to: [0xFF]) { $0.isRelative = true },
      Case(
        "relative",
        [.bytes([5]), .byteJump(1, at: -1) { $0.isRelative = true }, .bytes([0xFF]) { $0.follow(within: 1) }],
        on: bytes, true),
      Case("behind the end", [.byteJump(1, at: 7)], on: bytes, false),
      Case("a product behind the end", [.byteJump(1, at: 1) { $0.multiplier = 3 }], on: bytes, false),
      Case("to the end", [.byteJump(1, at: 1) { $0.after = .number(6) }], on: bytes, true),
      Case("one behind it", [.byteJump(1, at: 1) { $0.after = .number(7) }], on: bytes, false),
      Case("missing bytes", [.byteJump(2, at: 12)], on: bytes, false),
      Case(
        "a number in digits",
        [.byteJump(1, at: 9) { $0.format.base = .decimal }, .bytes([0x33]) { $0.follow(within: 1) }], on: bytes, true),
      Case(
        "eight bytes with the top bit lead back",
        [.byteJump(8, at: 0), .bytes([0xFF]) { $0.follow(within: 1) }], on: Array(repeating: 0xFF, count: 9), true),
    ])
  func byteJump(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test(
    "byte_extract and byte_math give numbers to what follows",
    arguments: [
      Case("an offset", [.byteExtract(1, at: 1), .bytes([0xFF]) { $0.offset = .variable(0) }], on: bytes, true),
      Case(
        "a depth behind it is too small",
        [.byteExtract(1, at: 1), .bytes([0xFF]) { ($0.offset, $0.depth) = (.variable(0), .number(2)) }], on: bytes,
        false),
      Case(
        "a depth behind it",
        [.byteExtract(1, at: 1), .bytes([0xFF]) { ($0.offset, $0.depth) = (.variable(0), .number(3)) }], on: bytes,
        true),
      Case("the cursor is behind it", [.byteExtract(1, at: 1), .bytes([1]) { $0.follow(within: 1) }], on: bytes, true),
      Case(
        "a value",
        [.byteExtract(1, at: 1), .byteTest(1, .equal, 0, at: 6) { $0.value = .variable(0) }], on: bytes, true),
      Case(
        "a distance",
        [.byteExtract(1, at: 1), .bytes([0xFF]) { ($0.distance, $0.within) = (.variable(0), .number(1)) }], on: bytes,
        true),
      Case(
        "within",
        [.byteExtract(1, at: 1), .bytes([5]) { $0.within = .variable(0) }], on: bytes, true),
      Case(
        "times a number",
        [.byteExtract(1, at: 1) { $0.multiplier = 2 }, .byteTest(1, .less, 0, at: 6) { $0.value = .variable(0) }],
        on: bytes, true),
      Case(
        "up to a multiple of four",
        [
          .byteExtract(1, at: 1) { $0.alignment = 4 }, .byteTest(1, .equal, 0, at: 0) { $0.offset = .variable(0) },
          .isDataAt(0),
        ], on: [0, 5, 0, 0, 0, 0, 0, 0, 0], true),
      Case("missing bytes", [.byteExtract(1, at: 13)], on: bytes, false),
      Case("isdataat", [.byteExtract(1, at: 1), .isDataAt(0) { $0.amount = .variable(0) }], on: bytes, true),
      Case(
        "where a jump reads",
        [
          .byteExtract(1, at: 1), .byteJump(1, at: 0) { $0.offset = .variable(0) },
          .bytes([0x32]) { $0.follow(within: 1) },
        ], on: bytes, true),
      Case(
        "how many bytes a test reads",
        [.byteExtract(1, at: 3), .byteTest(0, .equal, 5, at: 0) { $0.count = .variable(0) }], on: bytes, true),
      Case(
        "sum",
        [.byteMath(1, at: 1, .add, 2), .bytes([0xFF]) { ($0.offset, $0.depth) = (.variable(0), .number(1)) }],
        on: bytes, true),
      Case("division by nothing", [.byteMath(1, at: 1, .divide, 0)], on: bytes, false),
      Case("quotient", [.byteMath(1, at: 1, .divide, 2), isNumber(at: 3)], on: bytes, true),
      Case(
        "difference below nothing is a negative distance",
        [.byteMath(1, at: 1, .subtract, 7), .bytes([0]) { ($0.distance, $0.within) = (.variable(0), .number(1)) }],
        on: bytes, true),
      Case("product", [.byteMath(1, at: 3, .multiply, 2), isNumber(at: 5)], on: bytes, true),
      Case("shifted left", [.byteMath(1, at: 2, .shiftLeft, 7), isNumber(at: 8)], on: bytes, true),
      Case("shifted right", [.byteMath(1, at: 7, .shiftRight, 7), isNumber(at: 2)], on: bytes, true),
      Case("shifted out", [.byteMath(1, at: 7, .shiftLeft, 64), isNumber(at: 0)], on: bytes, true),
      Case(
        "masked first", [.byteMath(1, at: 8, .add, 1) { $0.format.mask = 0xF0 }, isNumber(at: 9)],
        on: [0, 0, 0, 0, 0, 0, 0, 0, 0x8F, 9], true),
      Case(
        "a number before it is read is 0",
        [.byteTest(1, .equal, 9, at: 0) { $0.value = .variable(0) }, .byteExtract(1, at: 1)], on: bytes, true),
    ])
  func variables(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  /// Holds if the first variable is the number that the byte at this place is.
  private static func isNumber(at place: Int) -> PayloadTest {
    .byteTest(1, .equal, 0, at: place) { $0.value = .variable(0) }
  }

  @Test(
    "isdataat asks whether there are bytes",
    arguments: [
      Case("the last byte", [.isDataAt(12)], on: bytes, true),
      Case("behind the last byte", [.isDataAt(13)], on: bytes, false),
      Case("negated", [.isDataAt(13) { $0.isNegated = true }], on: bytes, true),
      Case("relative: up to the end", [.byteJump(2, at: 0), .isDataAt(6) { $0.isRelative = true }], on: bytes, true),
      Case("relative: beyond", [.byteJump(2, at: 0), .isDataAt(7) { $0.isRelative = true }], on: bytes, false),
      Case(
        "Snort's: the end is not there",
        [.byteJump(2, at: 0), .isDataAt(6) { ($0.isRelative, $0.isStrict) = (true, true) }], on: bytes, false, .snort),
      Case(
        "Snort's: the last byte",
        [.byteJump(2, at: 0), .isDataAt(5) { ($0.isRelative, $0.isStrict) = (true, true) }], on: bytes, true, .snort),
    ])
  func isDataAt(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test(
    "bsize compares the length of the buffer",
    arguments: [
      Case("the same", [.size(.within(13...13))], on: bytes, true),
      Case("another", [.size(.within(0...12))], on: bytes, false),
      Case("outside", [.size(.outside(0...12))], on: bytes, true),
      Case("never", [.size(.never)], on: bytes, false),
    ])
  func size(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test("the byte order of DCE/RPC is the message's")
  func dceOrder() throws {
    var evaluation = Evaluation()
    let row = Case("", [.byteTest(2, .equal, 0x0500, at: 0) { $0.format.isOfDCE = true }], on: NumberTests.bytes, true)
    evaluation.dceByteOrder = .littleEndian
    #expect(try row.isMatched(&evaluation))
    evaluation.dceByteOrder = .bigEndian
    #expect(try !row.isMatched(&evaluation))
  }

  @Test("variables outlive a buffer in Snort's dialect, and are gone with the next rule")
  func variablesOfOtherBuffers() throws {
    var evaluation = Evaluation()
    for (dialect, seen) in [(Dialect.snort, 5), (.suricata, 0)] {
      let reader = Case(
        "", [.byteTest(1, .equal, 0, at: 0) { $0.value = .variable(0) }], on: [UInt8(seen)], true, dialect)
      evaluation.beginRule()
      #expect(try Case("", [.byteExtract(1, at: 1)], on: NumberTests.bytes, true, dialect).isMatched(&evaluation))
      #expect(try reader.isMatched(&evaluation))
    }
    evaluation.beginRule()
    let empty = Case("", [.byteTest(1, .equal, 0, at: 0) { $0.value = .variable(0) }], on: [0], true, .snort)
    #expect(try empty.isMatched(&evaluation))
  }
}
