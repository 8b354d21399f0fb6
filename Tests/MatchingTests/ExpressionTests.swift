// SPDX-License-Identifier: Apache-2.0
import Matching
import RuleLanguage
import Testing

struct ExpressionTests {
  private static let text = "GET /a\nHost: X"

  @Test(
    "expressions match bytes",
    arguments: [
      Case("anywhere", [.expression("Ho.t")], on: text, true),
      Case("absent", [.expression("Ho.T")], on: text, false),
      Case("without case", [.expression("ho.T", "i")], on: text, true),
      Case("a dot is no line feed", [.expression("a.H")], on: text, false),
      Case("a dot is a line feed, too", [.expression("a.H", "s")], on: text, true),
      Case("the start of the buffer alone", [.expression("^Host")], on: text, false),
      Case("the start of a line", [.expression("^Host", "m")], on: text, true),
      Case("blanks do not count", [.expression("H o s t", "x")], on: text, true),
      Case("anchored", [.expression("Host", "A")], on: text, false),
      Case("anchored, there", [.expression("GET", "A")], on: text, true),
      Case("before a last line feed", [.expression("X$")], on: text + "\n", true),
      Case("at the very end alone", [.expression("X$", "E")], on: text + "\n", false),
      Case("ungreedy", [.expression("G.+", "G"), .content("T") { $0.follow(0, within: 1) }], on: text, true),
      Case("negated", [.expression("Ho.t") { $0.isNegated = true }], on: text, false),
      Case("negated, absent", [.expression("Ho.T") { $0.isNegated = true }], on: text, true),
      Case(
        "negated, it does not move",
        [.content("GET"), .expression("Q") { $0.isNegated = true }, .content(" /") { $0.follow(0, within: 2) }],
        on: text, true),
      Case("bytes that are no UTF-8", [.expression(#"\xff[\x80-\x8f]\x00"#)], on: [1, 0xFF, 0x85, 0], true),
      Case("a back-reference", [.expression(#"(.)(.)\2\1"#)], on: "xabbay", true),
      Case("no back-reference", [.expression(#"(.)(.)\2\1"#)], on: "xababy", false),
      Case("an empty buffer", [.expression("^$")], on: "", true),
      Case("an empty expression", [.expression("")], on: "", true),
      Case(
        "relative: the buffer begins at the cursor",
        [.content("GET "), .expression("^/a") { $0.isRelative = true }], on: text, true),
      Case("relative, but not there", [.content("GET "), .expression("^a") { $0.isRelative = true }], on: text, false),
      Case("relative to nothing", [.expression("^GET") { $0.isRelative = true }], on: text, true),
      Case(
        "what follows begins at its end",
        [.expression("H.s"), .content("t:") { $0.follow(0, within: 2) }], on: text, true),
      Case(
        "other places of it are tried",
        [.expression("[a-z]"), .content("st") { $0.follow(0, within: 2) }], on: text, true),
      Case(
        "other places of a relative one are tried",
        [.content("GET"), .expression("[a-z]") { $0.isRelative = true }, .content("st") { $0.follow(0, within: 2) }],
        on: text, true),
      Case(
        "a later place that ends earlier",
        [.expression("abcd|c"), .content("d") { $0.follow(0) }], on: "abcd", true),
      Case(
        "an anchored one has one place",
        [.expression("[A-Z]", "A"), .content("T") { $0.follow(0, within: 1) }], on: text, false),
      Case(
        "matches without bytes",
        [.expression("(?=b)"), .content("bc") { $0.follow(0, within: 2) }], on: "abab-abc", true),
    ])
  func expressions(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test(
    "what PCRE1 took is read as PCRE1 read it",
    arguments: [
      Case("an escape without meaning", [.expression(#"\I\j"#)], on: "xIj", true),
      Case("a hyphen behind a class", [.expression(#"^[\d-a]+$"#)], on: "1-a", true),
      Case("a hyphen behind a class is no range", [.expression(#"^[\d-a]+$"#)], on: "b", false),
      Case("two of them", [.expression(#"^[\d-a][\w-.]$"#)], on: "--", true),
      Case("a hyphen behind a class, and a back-reference", [.expression(#"([\d-a])\1"#)], on: "--", true),
    ])
  func repairs(_ row: Case) throws { #expect(try row.isMatched() == row.isMatch) }

  @Test(
    "what cannot be compiled says why and where",
    arguments: [
      ("a(b", 3), ("[a", 2), ("a{2,1}", 5), ("(*UTF)a", 6), (#"(?<n>a)\k<m>"#, 10), (#"[\d-a"#, 5), (#"[\d-a]("#, 7),
    ])
  func refused(_ pattern: String, _ offset: Int) {
    let error = #expect(throws: MatchingError.self) { try RegularExpression(pattern) }
    #expect(error?.offset == offset)
    #expect(error?.reason.hasPrefix("regular expression: ") == true)
  }

  @Test("a flag that is none of an expression is refused")
  func flags() {
    #expect(throws: MatchingError.self) { try RegularExpression("a", flags: "U") }
  }

  @Test("backtracking without end costs its limit, which is counted, and makes no match")
  func catastrophe() throws {
    var evaluation = Evaluation()
    let bytes = String(repeating: "a", count: 5_000) + "b"
    for isNegated in [false, true] {
      let row = Case("", [.expression("(a+)+$") { $0.isNegated = isNegated }], on: bytes, false)
      #expect(try !row.isMatched(&evaluation))
      #expect(evaluation.limit == .expression)
    }
    #expect(evaluation.expressionLimitHits == 2)
    #expect(evaluation.stepLimitHits == 0)
    // The scratch serves the next search.
    #expect(try Case("", [.expression("a+b")], on: bytes, true).isMatched(&evaluation))
    #expect(evaluation.limit == nil)
  }

  @Test("limits can be set")
  func limits() throws {
    var limits = ExpressionLimits()
    limits.tries = 5
    var strict = Evaluation(limits: limits)
    let row = Case("", [.expression("(a+)+[bd]")], on: "aaaaaaac", false)
    var usual = Evaluation()
    #expect(try !row.isMatched(&usual))
    #expect(usual.limit == nil)
    #expect(try !row.isMatched(&strict))
    #expect(strict.limit == .expression)
  }
}
