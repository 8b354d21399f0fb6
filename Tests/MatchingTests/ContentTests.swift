// SPDX-License-Identifier: Apache-2.0
import Matching
import RuleLanguage
import Testing

struct ContentTests {
  private static let text = "ABCDEFABCXYZ"

  @Test(
    "absolute contents lie in their window",
    arguments: [
      Case("anywhere", [.content("ABC")], on: text, true),
      Case("absent", [.content("ABD")], on: text, false),
      Case("at the end", [.content("XYZ")], on: text, true),
      Case("the whole buffer", [.content(text)], on: text, true),
      Case("longer than the buffer", [.content(text + "A")], on: text, false),
      Case("behind the offset", [.content("DEF") { $0.lie(3) }], on: text, true),
      Case("before the offset", [.content("DEF") { $0.lie(4) }], on: text, false),
      Case("within the depth", [.content("DEF") { $0.lie(depth: 6) }], on: text, true),
      Case("one byte beyond the depth", [.content("DEF") { $0.lie(depth: 5) }], on: text, false),
      Case("depth counts from the offset", [.content("XYZ") { $0.lie(6, depth: 6) }], on: text, true),
      Case("depth from the offset is too small", [.content("XYZ") { $0.lie(6, depth: 5) }], on: text, false),
      Case("a depth beyond the end", [.content("XYZ") { $0.lie(6, depth: 600) }], on: text, true),
      Case("an offset beyond the end", [.content("X") { $0.lie(13) }], on: text, false),
      Case("at the start", [.content("ABC") { $0.isAtStart = true }], on: text, true),
      Case("not at the start", [.content("BC") { $0.isAtStart = true }], on: text, false),
      Case("at the end", [.content("YZ") { $0.isAtEnd = true }], on: text, true),
      Case("not at the end", [.content("ABC") { $0.isAtEnd = true }], on: text, false),
      Case(
        "at the end, outside the window",
        [
          .content("YZ") {
            $0.lie(11)
            $0.isAtEnd = true
          }
        ], on: text, false),
      Case(
        "at both ends", [.content("ABC") { ($0.isAtStart, $0.isAtEnd) = (true, true) }], on: "ABC", true),
      Case(
        "at both ends of a longer buffer", [.content("ABC") { ($0.isAtStart, $0.isAtEnd) = (true, true) }],
        on: "ABCABC", false),
      Case("small letters match capitals", [.content("xyz") { $0.isCaseless = true }], on: text, true),
      Case("capitals match small letters", [.content("B") { $0.isCaseless = true }], on: "abc", true),
      Case("case counts", [.content("xyz")], on: text, false),
      Case("brackets are no letters", [.content("[") { $0.isCaseless = true }], on: "{", false),
      Case("at signs are no letters", [.content("@@@@@@@@@") { $0.isCaseless = true }], on: "`````````", false),
      Case(
        "letters beyond ASCII have no case", [.bytes([0xC4]) { $0.isCaseless = true }], on: [0xE4], false),
      Case("zeroes are bytes", [.bytes([0, 0x5A])], on: [1, 0, 0, 0x5A], true),
      Case("no bytes in the buffer", [.content("A")], on: "", false),
      Case("no tests", [], on: "", true),
      Case("absolute contents come in any order", [.content("XYZ"), .content("ABC")], on: text, true),
    ])
  func absolute(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test(
    "relative contents lie in their window behind the last match",
    arguments: [
      Case("right behind", [.content("ABC"), .content("DEF") { $0.follow(0, within: 3) }], on: text, true),
      Case(
        "within counts from the distance", [.content("DEF"), .content("XYZ") { $0.follow(3, within: 3) }],
        on: text, true),
      Case("within is too small", [.content("DEF"), .content("XYZ") { $0.follow(2, within: 3) }], on: text, false),
      Case("the distance skips it", [.content("DEF"), .content("XYZ") { $0.follow(4) }], on: text, false),
      Case("within alone", [.content("DEF"), .content("ABC") { $0.follow(within: 3) }], on: text, true),
      Case("nothing before: from the start", [.content("ABC") { $0.follow(within: 3) }], on: text, true),
      Case("nothing before: within counts from the start", [.content("DEF") { $0.follow(within: 3) }], on: text, false),
      Case("negative distance", [.content("XYZ"), .content("DEF") { $0.follow(-12, within: 6) }], on: text, true),
      Case(
        "negative distance, one short", [.content("XYZ"), .content("DEF") { $0.follow(-12, within: 5) }],
        on: text, false),
      Case("before the start", [.content("XYZ"), .content("ABC") { $0.follow(-14, within: 5) }], on: text, true),
      Case(
        "a window before the buffer has no end", [.content("XYZ"), .content("DEF") { $0.follow(-20, within: 3) }],
        on: text, true),
      Case(
        "and so it is not absent from it",
        [
          .content("XYZ"),
          .content("DEF") {
            $0.follow(-20, within: 3)
            $0.isNegated = true
          },
        ], on: text, false),
      Case(
        "but for Snort it is empty", [.content("XYZ"), .content("DEF") { $0.follow(-20, within: 3) }],
        on: text, false, .snort),
      Case(
        "relative, at the end",
        [
          .content("ABC"),
          .content("Z") {
            $0.follow(0)
            $0.isAtEnd = true
          },
        ],
        on: text, true),
      Case(
        "relative, at the end, out of reach",
        [
          .content("ABC"),
          .content("Z") {
            $0.follow(0, within: 2)
            $0.isAtEnd = true
          },
        ], on: text, false),
    ])
  func relative(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test(
    "negated contents are absent from their window, and move nothing",
    arguments: [
      Case("absent", [.content("Q") { $0.isNegated = true }], on: text, true),
      Case("present", [.content("A") { $0.isNegated = true }], on: text, false),
      Case(
        "outside the window",
        [
          .content("A") {
            $0.lie(1, depth: 5)
            $0.isNegated = true
          }
        ], on: text, true),
      Case(
        "an empty window",
        [
          .content("A") {
            $0.lie(12, depth: 5)
            $0.isNegated = true
          }
        ], on: text, true),
      Case(
        "a window behind the end",
        [
          .content("A") {
            $0.lie(20)
            $0.isNegated = true
          }
        ], on: text, true),
      Case(
        "Snort: a window behind the end",
        [
          .content("A") {
            $0.lie(20)
            $0.isNegated = true
          }
        ], on: text, false,
        .snort),
      Case(
        "Snort: a window that is too short",
        [
          .content("AB") {
            $0.lie(11)
            $0.isNegated = true
          }
        ], on: text, true,
        .snort),
      Case(
        "not at the end, but elsewhere", [.content("ABC") { ($0.isAtEnd, $0.isNegated) = (true, true) }], on: text,
        true),
      Case("at the end", [.content("XYZ") { ($0.isAtEnd, $0.isNegated) = (true, true) }], on: text, false),
      Case("not at the start", [.content("XYZ") { ($0.isAtStart, $0.isNegated) = (true, true) }], on: text, true),
      Case(
        "the cursor stays",
        [
          .content("ABC"),
          .content("Q") {
            $0.follow(0)
            $0.isNegated = true
          },
          .content("DEF") { $0.follow(0, within: 3) },
        ], on: text, true),
    ])
  func negated(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  private static let steps = "A1B-A2B-A2C-A"

  @Test(
    "other places of a content are tried until what follows it holds",
    arguments: [
      Case(
        "within", [.content("A"), .content("2") { $0.follow(within: 1) }, .content("C") { $0.follow(within: 1) }],
        on: steps, true),
      Case("byte_test", [.content("A"), .byteTest(1, .equal, 0x32, at: 0) { $0.isRelative = true }], on: steps, true),
      Case(
        "isdataat", [.content("A"), .isDataAt(1) { ($0.isRelative, $0.isNegated) = (true, true) }], on: steps, true),
      Case(
        "absolute contents are where they are", [.content("B"), .content("A1") { $0.lie(0, depth: 2) }], on: steps,
        true),
      Case(
        "negated within",
        [
          .content("A"),
          .content("1") {
            $0.follow(within: 1)
            $0.isNegated = true
          },
          .content("2") { $0.follow(within: 1) },
        ], on: steps, true),
      Case("a place in the middle", [.content("A2"), .content("C") { $0.follow(0, within: 1) }], on: steps, true),
      Case(
        "a relative content first",
        [.content("A") { $0.follow(0) }, .content("2C") { $0.follow(0, within: 2) }], on: steps, true),
      Case("an expression", [.content("A"), .expression("^2C") { $0.isRelative = true }], on: steps, true),
      Case(
        "byte_extract",
        [.content("A"), .byteExtract(1, at: 0) { $0.isRelative = true }, .content("C") { $0.follow(within: 1) }],
        on: steps, true),
      Case(
        "byte_jump that leads nowhere useful",
        [
          .content("2"),
          .byteJump(1, at: 0) {
            $0.isRelative = true
            $0.after = .number(-65)
          },
          .content("-A2C") { $0.follow(within: 4) },
        ], on: steps, false),
      Case(
        "three in a row",
        [.content("-"), .content("A2C") { $0.follow(0, within: 3) }, .content("-A") { $0.follow(0, within: 2) }],
        on: steps, true),
      Case(
        "an absolute content that needs what was read beside an earlier one",
        [
          .content("A"), .byteExtract(1, at: 0) { ($0.isRelative, $0.format.base) = (true, .decimal) },
          .content("-") {
            $0.offset = .variable(0)
            $0.depth = .number(1)
          },
        ], on: "A9-A5--", true),
    ])
  func backtracking(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test(
    "a dot before the buffer is matched",
    arguments: [
      Case("the whole name", [.content(".example.com") { $0.hasDotBefore = true }], on: "example.com", true),
      Case("a part of it", [.content(".example.com") { $0.hasDotBefore = true }], on: "www.example.com", true),
      Case(
        "not the end of a word", [.content(".example.com") { $0.hasDotBefore = true }], on: "bad-example.com", false),
      Case(
        "without case", [.content(".EXAMPLE.") { ($0.hasDotBefore, $0.isCaseless) = (true, true) }],
        on: "Example.com", true),
      Case(
        "at the end", [.content(".example.com") { ($0.hasDotBefore, $0.isAtEnd) = (true, true) }],
        on: "example.com", true),
      Case(
        "not at the end", [.content(".example.com") { ($0.hasDotBefore, $0.isAtEnd) = (true, true) }],
        on: "example.com.test", false),
      Case("at the start", [.content(".ex") { ($0.hasDotBefore, $0.isAtStart) = (true, true) }], on: "example", true),
      Case(
        "the dot counts in the depth",
        [
          .content(".ex") {
            $0.lie(depth: 3)
            $0.hasDotBefore = true
          }
        ],
        on: "example", true),
      Case(
        "an offset skips it",
        [
          .content(".ex") {
            $0.lie(1)
            $0.hasDotBefore = true
          }
        ], on: "example", false),
      Case("no bytes", [.content(".e") { $0.hasDotBefore = true }], on: "", false),
      Case(
        "what follows counts from its end",
        [.content(".ex") { $0.hasDotBefore = true }, .content("am") { $0.follow(0, within: 2) }], on: "example", true),
    ])
  func dots(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test("contents of any length are found at any place, and at the first one")
  func lengths() throws {
    var dice = Dice(state: 8)
    var evaluation = Evaluation()
    var matches = 0
    for _ in 0..<3_000 {
      let alphabet = dice.pick([Array("ab".utf8), Array("aAbB".utf8), [0, 0xFF, 0x5B, 0x7B]])
      let bytes = (0..<dice.number(0...48)).map { _ in dice.pick(alphabet) }
      let count = dice.number(1...20)
      var pattern = (0..<count).map { _ in dice.pick(alphabet) }
      if dice.hit(2), bytes.count >= count {
        let start = dice.number(0...bytes.count - count)
        pattern = Array(bytes[start..<start + count])
      }
      let isCaseless = dice.hit(2)
      let (offset, depth) = (dice.number(0...20), dice.number(1...48))
      func folded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        isCaseless ? bytes.map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 } : Array(bytes)
      }
      let first = bytes.indices.first { start in
        start >= offset && start + count <= min(bytes.count, offset + depth)
          && folded(bytes[start..<start + count]) == folded(pattern)
      }
      let test = PayloadTest.bytes(pattern) { content in
        content.lie(offset, depth: depth)
        content.isCaseless = isCaseless
      }
      try #require(try Case("", [test], on: bytes, true).isMatched(&evaluation) == (first != nil))
      guard let first else { continue }
      matches += 1
      try #require(evaluation.matched == first..<first + count)
    }
    #expect(matches > 500)
  }

  @Test("what matched is from the first byte wanted to the last")
  func matchedRange() throws {
    var evaluation = Evaluation()
    let rows: [([PayloadTest], Range<Int>)] = [
      ([.content("DEF")], 3..<6),
      ([.content("XYZ"), .content("BC")], 1..<12),
      ([.content("A"), .content("X") { $0.follow(2, within: 1) }], 6..<10),
      ([.expression("C.E")], 2..<5),
      ([.content("A"), .expression("^BCX") { $0.isRelative = true }], 6..<10),
      ([.byteTest(2, .greater, 0, at: 4)], 4..<6),
      ([.content("Q") { $0.isNegated = true }], 0..<12),
      ([.content(".AB") { $0.hasDotBefore = true }], 0..<2),
    ]
    for (tests, range) in rows {
      #expect(try Case("", tests, on: ContentTests.text, true).isMatched(&evaluation))
      #expect(evaluation.matched == range)
    }
  }

  @Test("tries of one buffer end at a limit, which is counted")
  func stepLimit() throws {
    var evaluation = Evaluation()
    let chain: [PayloadTest] = [.content("a")] + (0..<8).map { _ in .content("a") { $0.follow(0, within: 40) } }
    let row = Case(
      "", chain + [.content("b") { $0.follow(0, within: 1) }], on: String(repeating: "a", count: 400), false)
    #expect(try !row.isMatched(&evaluation))
    #expect(evaluation.limit == .steps)
    #expect(evaluation.stepLimitHits == 1)
    #expect(try Case("", [.content("a")], on: "a", true).isMatched(&evaluation))
    #expect(evaluation.limit == nil)
  }
}
