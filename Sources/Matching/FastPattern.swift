// SPDX-License-Identifier: Apache-2.0
package import RuleLanguage

/// The bytes of a rule that are looked for first: where they do not stand in their buffer, the rule does not hold. That
/// is all they are good for: which are chosen changes no result.
package struct FastPattern: Hashable, Sendable {
  /// The place of their buffer among the rule's.
  package var bufferIndex: Int
  package var bytes: [UInt8]
  package var isCaseless: Bool
  /// Where they begin at the earliest.
  package var minimumOffset: Int
  /// Where they end at the latest; nil: anywhere.
  package var maximumEnd: Int?

  /// Of longer patterns a part is looked for.
  package static let longest = 64

  /// The content that the rule names for it, else one of an application's buffer before one of the payload, else the
  /// longest, the one of the rarest bytes, the first. nil if the rule has no positive content.
  package static func choose(for rule: Rule) -> FastPattern? {
    var best: FastPattern?
    var bestRank = (0, 0, 0, 0)
    for (index, tests) in rule.buffers.enumerated() {
      for test in tests.tests {
        guard case .content(let content) = test, !content.isNegated,
          let pattern = FastPattern(content, in: index)
        else { continue }
        let rank = (
          content.hint == nil ? 0 : 1, isSpecific(tests.buffer) ? 1 : 0, pattern.bytes.count, strength(pattern.bytes)
        )
        if best == nil || rank > bestRank { (best, bestRank) = (pattern, rank) }
      }
    }
    return best
  }

  /// Whether little but what the rule is about stands in it. Methods and status codes are the same few everywhere.
  private static func isSpecific(_ buffer: Buffer) -> Bool {
    switch buffer {
    case .payload, .httpMethod, .httpStatusCode: false
    default: true
    }
  }

  private init?(_ content: Content, in bufferIndex: Int) {
    // The dot before the buffer is no byte of it.
    let isDotFirst = content.hasDotBefore && content.bytes.first == 0x2E
    var part = isDotFirst ? 1..<content.bytes.count : content.bytes.indices
    if let hint = content.hint {
      let hinted = hint.clamped(to: part)
      if !hinted.isEmpty { part = hinted }
    }
    part = part.prefix(FastPattern.longest)
    guard !part.isEmpty else { return nil }
    self.bufferIndex = bufferIndex
    bytes = Array(content.bytes[part])
    isCaseless = content.isCaseless
    let (start, end) = FastPattern.window(content)
    let shift = content.hasDotBefore ? 1 : 0
    minimumOffset = max(0, start + part.lowerBound - shift)
    maximumEnd = end.map { max(0, $0 - (content.bytes.count - part.upperBound) - shift) }
  }

  /// Where the whole content lies, as far as the rule says it in numbers.
  private static func window(_ content: Content) -> (start: Int, end: Int?) {
    if content.isAtStart { return (0, content.bytes.count) }
    guard !content.isRelative else { return (0, nil) }
    guard case .number(let offset) = content.offset ?? .number(0) else { return (0, nil) }
    let start = min(max(offset, 0), CompiledTests.farthest)
    guard case .number(let depth) = content.depth else { return (start, nil) }
    return (
      start,
      min(max(offset, -CompiledTests.farthest), CompiledTests.farthest)
        + min(max(depth, 0), CompiledTests.farthest)
    )
  }

  /// How rare bytes are: letters are everywhere, and so are bytes that have been there before.
  static func strength(_ bytes: [UInt8]) -> Int {
    var seen = Set<UInt8>()
    var sum = 0
    for byte in bytes {
      guard seen.insert(byte).inserted else {
        sum += 1
        continue
      }
      sum += byte.isLetter ? 3 : 0x20...0x7E ~= byte || [0, 1, 0xFF].contains(byte) ? 4 : 6
    }
    return sum
  }
}
