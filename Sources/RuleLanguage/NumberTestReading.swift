// SPDX-License-Identifier: Apache-2.0

/// How keywords write a test of a number.
extension NumberTest {
  /// `n`, `<n`, `>n`, `<=n`, `>=n`, `=n`, `!n`, `a<>b` and `a-b` (both without their ends), `&mask=n`, `&mask!=n`, of
  /// numbers up to `most`. Nil if the text is none of them; a test of numbers above `most` can never hold.
  init?(_ text: Bytes, most: UInt64, names: [String: UInt64] = [:]) {
    let text = text.trimmed
    func value(_ part: Bytes) -> UInt64? { part.trimmed.number() ?? names[part.trimmed.loweredText] }
    func until(_ bound: UInt64) -> NumberTest { .within(0...Swift.min(bound, most)) }
    func from(_ bound: UInt64) -> NumberTest { bound <= most ? .within(bound...most) : .never }
    guard let first = text.first else { return nil }
    switch first {
    case UInt8(ascii: "<"):
      let rest = text.dropFirst()
      if rest.first == UInt8(ascii: "=") {
        guard let bound = value(rest.dropFirst()) else { return nil }
        self = until(bound)
      } else {
        guard let bound = value(rest) else { return nil }
        self = bound == 0 ? .never : until(bound - 1)
      }
    case UInt8(ascii: ">"):
      let rest = text.dropFirst()
      if rest.first == UInt8(ascii: "=") {
        guard let bound = value(rest.dropFirst()) else { return nil }
        self = from(bound)
      } else {
        guard let bound = value(rest) else { return nil }
        self = bound == .max ? .never : from(bound + 1)
      }
    case UInt8(ascii: "="):
      guard let number = value(text.dropFirst()) else { return nil }
      self = number <= most ? .within(number...number) : .never
    case UInt8(ascii: "!"):
      let rest = text.dropFirst().trimmed
      let digits = rest.first == UInt8(ascii: "=") ? rest.dropFirst() : rest
      if let number = value(digits) {
        self = .outside(number...number)
      } else if case .within(let range) = NumberTest.between(digits, value) {
        self = .outside(range)
      } else {
        return nil
      }
    case UInt8(ascii: "&"):
      guard let mark = text.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let isNegated = text[mark - 1] == UInt8(ascii: "!")
      guard let mask = value(text[(text.startIndex + 1)..<(isNegated ? mark - 1 : mark)]),
        let bits = value(text[(mark + 1)...])
      else { return nil }
      self = .bits(mask: mask, value: bits, isNegated: isNegated)
    default:
      if let number = value(text) {
        self = number <= most ? .within(number...number) : .never
      } else {
        guard let range = NumberTest.between(text, value) else { return nil }
        if case .within(let inner) = range, inner.lowerBound > most {
          self = .never
        } else {
          self = range
        }
      }
    }
  }

  /// `a<>b` or `a-b`, without the ends. Nil where `a` is not below `b`.
  static func between(_ text: Bytes, _ value: (Bytes) -> UInt64?) -> NumberTest? {
    let (low, high): (Bytes, Bytes)
    if let mark = text.firstIndex(of: UInt8(ascii: "<")), mark + 1 < text.endIndex, text[mark + 1] == UInt8(ascii: ">")
    {
      (low, high) = (text[..<mark], text[(mark + 2)...])
    } else if let mark = text.firstIndex(of: UInt8(ascii: "-")), mark > text.startIndex {
      (low, high) = (text[..<mark], text[(mark + 1)...])
    } else {
      return nil
    }
    guard let low = value(low), let high = value(high), low < high else { return nil }
    return high - low >= 2 ? .within((low + 1)...(high - 1)) : .never
  }

  /// The largest number for which it can hold; nil if for none.
  var largest: UInt64? {
    switch self {
    case .within(let range): range.upperBound
    case .outside, .bits: .max
    case .never: nil
    }
  }
}
