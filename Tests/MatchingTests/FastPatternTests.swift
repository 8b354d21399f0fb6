// SPDX-License-Identifier: Apache-2.0
import Matching
import RuleLanguage
import Testing

struct FastPatternTests {
  private static func choice(_ buffers: [BufferTests]) -> FastPattern? {
    var rule = Rule()
    rule.buffers = buffers
    return FastPattern.choose(for: rule)
  }

  private static func text(_ tests: [PayloadTest], _ others: BufferTests...) -> String? {
    choice([BufferTests(.payload, tests)] + others).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test("the rule's own choice goes first, then applications' buffers, then length, then rare bytes, then the first")
  func order() {
    let text = FastPatternTests.text
    #expect(text([.content("abcdef"), .content("xy") { $0.hint = 0..<2 }]) == "xy")
    #expect(text([.content("abcdef")], BufferTests(.httpURI, [.content("xy")])) == "xy")
    #expect(text([.content("abcdef")], BufferTests(.httpMethod, [.content("GET")])) == "abcdef")
    #expect(text([.content("abc"), .content("abcd")]) == "abcd")
    #expect(text([.content("abcd"), .content("ab/=")]) == "ab/=")
    #expect(text([.content("aaaa"), .content("abca")]) == "abca")
    #expect(text([.content("abcd"), .content("efgh")]) == "abcd")
    #expect(text([.bytes([0x31, 0x32]), .bytes([3, 4])]) == "\u{3}\u{4}")
  }

  @Test("negated contents say nothing about what is there, not even if the rule names them")
  func negated() {
    #expect(FastPatternTests.text([.content("abcdef") { $0.isNegated = true }]) == nil)
    let tests: [PayloadTest] = [.content("abc") { ($0.isNegated, $0.hint) = (true, 0..<3) }, .content("de")]
    #expect(FastPatternTests.text(tests) == "de")
    #expect(FastPatternTests.text([.byteTest(1, .equal, 1, at: 0)]) == nil)
  }

  @Test("a part of a content lies in its part of the window")
  func windows() {
    func window(_ test: PayloadTest) -> [Int?] {
      let choice = FastPatternTests.choice([BufferTests(.payload, [test])])
      return [choice?.bytes.count, choice?.minimumOffset, choice?.maximumEnd]
    }
    let long = String(repeating: "abcdefgh", count: 10)
    #expect(window(.content("abc")) == [3, 0, nil])
    #expect(window(.content("abc") { $0.lie(2, depth: 7) }) == [3, 2, 9])
    #expect(window(.content("abc") { $0.lie(depth: 7) }) == [3, 0, 7])
    #expect(window(.content("abc") { $0.isAtStart = true }) == [3, 0, 3])
    #expect(
      window(
        .content("abcdef") {
          $0.lie(2, depth: 7)
          $0.hint = 1..<3
        }) == [2, 3, 6])
    #expect(
      window(
        .content("abcdef") {
          $0.lie(2, depth: 7)
          $0.hint = 90..<99
        }) == [6, 2, 9])
    #expect(window(.content(long) { $0.lie(2, depth: 90) }) == [64, 2, 76])
    #expect(window(.content("abc") { $0.follow(2, within: 7) }) == [3, 0, nil])
    #expect(
      window(
        .content("abc") {
          $0.offset = .variable(0)
          $0.depth = .number(3)
        }) == [3, 0, nil])
    #expect(
      window(
        .content("abc") {
          $0.offset = .number(1)
          $0.depth = .variable(0)
        }) == [3, 1, nil])
    #expect(window(.content(".abc") { $0.hasDotBefore = true }) == [3, 0, nil])
    #expect(
      window(
        .content(".abc") {
          $0.lie(0, depth: 4)
          $0.hasDotBefore = true
        }) == [3, 0, 3])
    #expect(
      window(
        .content("abc") {
          $0.lie(1, depth: 4)
          $0.hasDotBefore = true
        }) == [3, 0, 4])
    #expect(window(.content(".") { $0.hasDotBefore = true }) == [nil, nil, nil])
    #expect(window(.content("abc") { $0.lie(.max, depth: .max) })[0] == 3)
    #expect(window(.content("abc") { $0.lie(.min, depth: .min) }) == [3, 0, 0])
  }

  /// Whatever is chosen stands, in its window, in all that the rule matches.
  @Test("what does not have the chosen bytes does not match")
  func necessary() throws {
    var dice = Dice(state: 7)
    var evaluation = Evaluation()
    var hits = PatternHits()
    var matches = 0
    for _ in 0..<400 {
      let tests: [PayloadTest] = (0..<dice.number(1...3)).map { _ in
        .bytes((0..<dice.number(1...3)).map { _ in dice.pick(Array(".ab".utf8)) }) { content in
          content.isCaseless = dice.hit(3)
          content.isNegated = dice.hit(5)
          content.hasDotBefore = dice.hit(3)
          if dice.hit(3) { content.lie(dice.number(0...3), depth: dice.number(0...4)) }
          if dice.hit(5) { content.follow(dice.number(-2...2), within: dice.number(0...4)) }
          content.isAtStart = dice.hit(8)
          if dice.hit(3) { content.hint = 0..<dice.number(1...3) }
        }
      }
      let buffer = BufferTests(.payload, tests)
      guard let choice = FastPatternTests.choice([buffer]) else { continue }
      let compiled = try CompiledTests(buffer, dialect: .suricata)
      let set = try PatternSet([
        PatternSet.Pattern(
          id: 9, choice.bytes, isCaseless: choice.isCaseless, minimumOffset: choice.minimumOffset,
          maximumEnd: choice.maximumEnd)
      ])
      for _ in 0..<10 {
        let bytes = (0..<dice.number(0...9)).map { _ in dice.pick(Array(".abB".utf8)) }
        guard unsafe compiled.matches(bytes.span.bytes, &evaluation) else { continue }
        matches += 1
        unsafe set.scan(bytes.span.bytes, &hits)
        try #require(hits.ids == [9], "\(tests) on \(bytes)")
      }
    }
    #expect(matches > 200)
  }
}
