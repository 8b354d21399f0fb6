// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Numbers in bytes")
struct ByteTests {
  private static func test(_ options: String) throws -> ByteTest {
    guard case .byteTest(let test) = try #require(Reading.tests(options).last) else { throw Missing() }
    return test
  }

  struct Missing: Error {}

  @Test(
    "Operators of byte_test",
    arguments: [
      ("=", ByteTest.Comparison.equal, false), ("!=", .equal, true), ("!", .equal, true), ("<", .less, false),
      (">", .greater, false), ("<=", .lessOrEqual, false), (">=", .greaterOrEqual, false), ("!>", .greater, true),
      ("&", .and, false), ("!&", .and, true), ("^", .xor, false),
    ])
  func operators(_ text: String, _ comparison: ByteTest.Comparison, _ isNegated: Bool) throws {
    let test = try Self.test("byte_test:2, \(text), 0x10, 4;")
    #expect(test.comparison == comparison && test.isNegated == isNegated)
    #expect(test.value == .number(16) && test.offset == .number(4) && test.count == .number(2))
  }

  @Test("Forms of numbers")
  func forms() throws {
    let first = try Self.test("byte_test:4,>,10,-2,relative,little,bitmask 0xFF00;")
    #expect(
      first.isRelative && first.format.isLittleEndian && first.format.mask == 0xFF00 && first.offset == .number(-2))
    let second = try Self.test("byte_test:10,>,10,0,string,hex;")
    #expect(second.format.base == .hexadecimal && !second.isRelative)
    #expect(try Self.test("byte_test:3,>,10,0,string;").format.base == .decimal)
    #expect(try Self.test("byte_test:3,>,10,0,string,oct;").format.base == .octal)
    #expect(try Self.test("byte_test:2,>,10,0,dce;").format.isOfDCE)
    #expect(try Self.test("byte_test:8,=,0xFFFFFFFFFFFFFFFF,0;").wideValue == .max)
  }

  @Test("Variables are numbered within the rule, and known only behind the option that reads them")
  func variables() throws {
    let tests = try Reading.tests(
      #"""
      byte_extract:1,0,a; byte_extract:2,1,b,relative,multiplier 4,align 4; byte_test:1,=,b,a; \#
      content:"x"; offset:a; depth:b;
      """#
    )
    guard case .byteExtract(let first) = tests[0], case .byteExtract(let second) = tests[1],
      case .byteTest(let third) = tests[2], case .content(let fourth) = tests[3]
    else { throw Missing() }
    #expect(first.variable == 0 && first.count == 1)
    #expect(second.variable == 1 && second.isRelative && second.multiplier == 4 && second.alignment == 4)
    #expect(third.value == .variable(1) && third.offset == .variable(0))
    #expect(fourth.offset == .variable(0) && fourth.depth == .variable(1))
  }

  @Test("byte_jump")
  func jump() throws {
    guard
      case .byteJump(let jump) = try #require(
        Reading.tests("byte_jump:2,4,relative,multiplier 3,little,align,from_beginning,post_offset -7;").last)
    else { throw Missing() }
    #expect(jump.count == .number(2) && jump.offset == .number(4) && jump.isRelative && jump.multiplier == 3)
    #expect(jump.isAligned && jump.origin == .beginning && jump.after == .number(-7) && jump.format.isLittleEndian)
  }

  @Test("byte_math, its words in any order")
  func math() throws {
    guard
      case .byteMath(let math) = try #require(
        Reading.tests("byte_math:offset 1, bytes 2, rvalue 3, oper <<, result r, relative, endian little;").last)
    else { throw Missing() }
    #expect(math.count == .number(2) && math.offset == .number(1) && math.operation == .shiftLeft)
    #expect(math.operand == .number(3) && math.isRelative && math.format.isLittleEndian)
  }

  @Test("isdataat, which Snort takes more strictly")
  func dataAt() throws {
    guard case .isDataAt(let test) = try #require(Reading.tests("isdataat:!10,relative;").last),
      case .isDataAt(let strict) = try #require(Reading.tests("isdataat:10;", .snort).last)
    else { throw Missing() }
    #expect(test.isNegated && test.isRelative && test.amount == .number(10) && !test.isStrict)
    #expect(strict.isStrict && !strict.isNegated && !strict.isRelative)
  }

  @Test(
    "What no test of bytes can be is refused where it stands",
    arguments: [
      Refused("byte_test:9,=,1,0;", .value, 11), Refused("byte_test:2,=,1;", .value, 11),
      Refused("byte_test:2,~,1,0;", .value, 13),
      Refused("byte_test:2,=,x,0;", .unknownByteVariable, 15), Refused("byte_test:2,=,1,0,nonsense;", .value, 19),
      Refused("byte_test:2,=,99999999999999999999,0;", .value, 15), Refused("byte_test:0,=,1,0;", .value, 11),
      Refused("byte_test:2,=,1,0,bitmask zz;", .value, 19), Refused("byte_jump:2;", .value, 11),
      Refused("byte_jump:2,0,multiplier 0;", .value, 15), Refused("byte_extract:2,0;", .value, 14),
      Refused("byte_extract:2,0,3x;", .value, 18),
      Refused("byte_math:bytes 2, offset 0, oper +, rvalue 1;", .value, 11),
      Refused("byte_math:bytes 2, offset 0, oper %, rvalue 1, result r;", .value, 30),
      Refused("isdataat:x;", .unknownByteVariable, 10),
      Refused("isdataat:70000;", .value, 10),
      Refused("content:\"a\"; offset:v; byte_extract:1,0,v;", .unknownByteVariable, 21),
    ])
  func refusals(_ refused: Refused) { refused.check() }

  @Test("A value that the bytes cannot hold loads with a warning")
  func tooLarge() {
    for (text, isWarned) in [
      ("byte_test:1,=,300,0;", true), ("byte_test:1,>,255,0;", true), ("byte_test:1,=,255,0;", false),
      ("byte_test:1,!=,300,0;", false), ("byte_test:2,=,300,0;", false), ("byte_test:1,=,2,0,bitmask 0x80;", true),
      ("byte_test:1,<,0,0;", true),
    ] {
      let set = Reading.load("alert tcp any any -> any 502 (\(text) sid:1;)")
      #expect(set.rules.count == 1)
      #expect(set.diagnostics.contains { $0.reason == .cannotFire } == isWarned, "\(text)")
    }
  }
}
