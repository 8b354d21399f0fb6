// SPDX-License-Identifier: Apache-2.0
import Matching
import Testing

struct PatternSetTests {
  typealias Pattern = PatternSet.Pattern

  private static func found(_ patterns: [Pattern], _ method: PatternSet.Method?, in bytes: [UInt8]) throws -> [Int32] {
    var hits = PatternHits()
    let set = try PatternSet(patterns, method: method)
    unsafe set.scan(bytes.span.bytes, &hits)
    return hits.ids.sorted()
  }

  private static func isIn(_ pattern: Pattern, _ bytes: [UInt8]) -> Bool {
    func folded(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 } }
    return bytes.indices.contains { start in
      let end = start + pattern.bytes.count
      guard start >= pattern.minimumOffset, end <= min(bytes.count, pattern.maximumEnd ?? .max) else { return false }
      let part = bytes[start..<end]
      return pattern.isCaseless ? folded(part) == folded(pattern.bytes) : part.elementsEqual(pattern.bytes)
    }
  }

  @Test(
    "patterns are found in their window",
    arguments: [
      (Pattern(id: 1, [0, 0x5A, 0]), [0, 0, 0x5A, 0], true),
      (Pattern(id: 1, [0, 0x5A], minimumOffset: 7), Array(repeating: 0, count: 7) + [0, 0x5A], true),
      (Pattern(id: 1, [0, 0x5A], minimumOffset: 8), Array(repeating: 0, count: 7) + [0, 0x5A], false),
      (Pattern(id: 1, [0, 0x5A], maximumEnd: 9), Array(repeating: 0, count: 7) + [0, 0x5A], true),
      (Pattern(id: 1, [0, 0x5A], maximumEnd: 8), Array(repeating: 0, count: 7) + [0, 0x5A], false),
      (Pattern(id: 1, Array("a.*[b]\\".utf8)), Array("xa.*[b]\\y".utf8), true),
      (Pattern(id: 1, Array("a.c".utf8)), Array("abc".utf8), false),
      (Pattern(id: 1, Array("a\nc".utf8)), Array("a\nc".utf8), true),
      (Pattern(id: 1, Array("GeT".utf8), isCaseless: true), Array("xgEt".utf8), true),
      (Pattern(id: 1, Array("GeT".utf8)), Array("xgEt".utf8), false),
      (Pattern(id: 1, [0x5B, 0xC4, 0x61], isCaseless: true), [0x7B, 0xE4, 0x61], false),
      (Pattern(id: 1, Array("abc".utf8)), [], false),
      (Pattern(id: 1, Array("abc".utf8)), Array("ab".utf8), false),
      (Pattern(id: 1, Array("abc".utf8), minimumOffset: 4, maximumEnd: 6), Array("abcabcabc".utf8), false),
      (Pattern(id: 1, Array("abc".utf8), minimumOffset: 3, maximumEnd: 6), Array("abcabcabc".utf8), true),
      (Pattern(id: 1, Array("abc".utf8), minimumOffset: .max, maximumEnd: .min), Array("abc".utf8), false),
      (Pattern(id: 1, Array("abc".utf8), minimumOffset: .min, maximumEnd: .max), Array("abc".utf8), true),
    ])
  func windows(_ pattern: Pattern, _ bytes: [UInt8], _ isFound: Bool) throws {
    for method in [PatternSet.Method.vectorscan, .ahoCorasick] {
      #expect(try PatternSetTests.found([pattern], method, in: bytes) == (isFound ? [1] : []), "\(method)")
    }
  }

  @Test("equal patterns are looked for once, and reported for each")
  func equals() throws {
    let text = Array("abc-1".utf8)
    let patterns = [
      Pattern(id: 3, Array("abc".utf8)), Pattern(id: 900, Array("abc".utf8)),
      Pattern(id: 5, Array("ABC".utf8), isCaseless: true), Pattern(id: 6, Array("aBc".utf8), isCaseless: true),
      Pattern(id: 3, Array("c-1".utf8)), Pattern(id: 7, Array("-1".utf8)),
      Pattern(id: 8, Array("-1".utf8), isCaseless: true),
    ]
    for method in [PatternSet.Method.vectorscan, .ahoCorasick] {
      #expect(try PatternSet(patterns, method: method).count == 4)
      #expect(try PatternSetTests.found(patterns, method, in: text) == [3, 5, 6, 7, 8, 900])
    }
  }

  @Test("both searches find what stands there, and the hits serve one set after the other")
  func model() throws {
    var dice = Dice(state: 3)
    var hits = PatternHits()
    var total = 0
    for round in 0..<120 {
      let alphabet = Array((round % 2 == 0 ? "ab" : "abAB").utf8) + (round % 3 == 0 ? [0, 0xFF] : [])
      let patterns = (0..<dice.number(1...60)).map { _ in
        Pattern(
          id: dice.number(0...200), (0..<dice.number(1...7)).map { _ in dice.pick(alphabet) }, isCaseless: dice.hit(3),
          minimumOffset: dice.hit(3) ? dice.number(0...12) : 0, maximumEnd: dice.hit(3) ? dice.number(0...20) : nil)
      }
      let sets = try [PatternSet.Method.vectorscan, .ahoCorasick].map { try PatternSet(patterns, method: $0) }
      for _ in 0..<5 {
        let bytes = (0..<dice.number(0...40)).map { _ in dice.pick(alphabet) }
        let expected = Set(patterns.filter { PatternSetTests.isIn($0, bytes) }.map { Int32($0.id) })
        for set in sets {
          unsafe set.scan(bytes.span.bytes, &hits)
          try #require(hits.ids.sorted() == expected.sorted(), "round \(round) \(set.method)")
        }
        total += expected.count
      }
    }
    #expect(total > 5_000)
  }

  @Test("among thousands of patterns both searches find the same, and what was put there")
  func large() throws {
    var dice = Dice(state: 5)
    let patterns = (0..<3_000).map { id in
      Pattern(
        id: id, (0..<dice.number(3...24)).map { _ in UInt8(dice.number(0...255)) }, isCaseless: dice.hit(3),
        minimumOffset: dice.hit(4) ? dice.number(0...200) : 0)
    }
    let sets = try [PatternSet.Method.vectorscan, .ahoCorasick].map { try PatternSet(patterns, method: $0) }
    var hits = PatternHits()
    for _ in 0..<20 {
      let placed = dice.pick(patterns)
      var bytes = (0..<1_200).map { _ in UInt8(dice.number(0...255)) }
      bytes.insert(contentsOf: placed.bytes, at: dice.number(200...1_200))
      let found = sets.map { set in
        unsafe set.scan(bytes.span.bytes, &hits)
        return hits.ids.sorted()
      }
      #expect(found[0] == found[1])
      #expect(found[0].contains(Int32(placed.id)))
    }
  }

  @Test("a set without patterns finds nothing")
  func empty() throws {
    #expect(try PatternSetTests.found([], nil, in: [1, 2, 3]).isEmpty)
  }

  @Test("patterns and ids out of bounds are refused")
  func bounds() {
    let long = [UInt8](repeating: 7, count: 1_025)
    for pattern in [
      Pattern(id: 0, []), Pattern(id: 0, long), Pattern(id: -1, [1, 2, 3]), Pattern(id: 1 << 24 + 1, [1, 2, 3]),
    ] {
      #expect(throws: MatchingError.self) { try PatternSet([pattern]) }
    }
    #expect(throws: Never.self) {
      for method in [PatternSet.Method.vectorscan, .ahoCorasick] {
        _ = try PatternSet([Pattern(id: 1 << 24, long.dropLast())], method: method)
      }
    }
  }
}
