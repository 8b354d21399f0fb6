// SPDX-License-Identifier: Apache-2.0

/// UTF-8 text, or other bytes, in the making. Their room is kept: once the longest was written, writing costs no
/// allocation. Copies share their room until one of them is written to.
struct TextBuffer: Sendable {
  private(set) var array: [UInt8] = []

  init(capacity: Int = 0) { if capacity > 0 { array.reserveCapacity(capacity) } }

  var count: Int { @inline(__always) get { array.count } }
  var bytes: RawSpan { @_lifetime(borrow self) get { array.bytes } }
  var string: String { String(decoding: array, as: UTF8.self) }

  /// Takes back everything from `count` on.
  mutating func cut(to count: Int) {
    let surplus = array.count - max(0, count)
    if surplus > 0 { array.removeLast(surplus) }
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) { array.append(byte) }
  mutating func append(_ text: String) { array.append(contentsOf: text.utf8) }
  mutating func append(_ text: StaticString) { array.append(text) }
  mutating func append(_ bytes: RawSpan) { array.append(copying: bytes) }
  mutating func append(_ other: TextBuffer) { array.append(contentsOf: other.array) }

  /// A key of a JSON object with what stands around it: `,"key":`, then the byte that its value begins with, if it is
  /// known.
  mutating func append(key: StaticString, afterComma: Bool, opening: UInt8? = nil) {
    if afterComma { array.append(UInt8(ascii: ",")) }
    array.append(UInt8(ascii: "\""))
    array.append(key)
    array.append(UInt8(ascii: "\""))
    array.append(UInt8(ascii: ":"))
    if let opening { array.append(opening) }
  }

  /// The lowest `octets` bytes of a number, the highest first.
  @inline(__always)
  mutating func append(bigEndian value: UInt64, octets: Int) {
    array.append(addingCapacity: octets) { text in
      for place in 0..<octets { text.append(TextBuffer.octet(place, of: octets, value)) }
    }
  }

  /// A whole number in decimal digits.
  @inline(__always)
  mutating func append(decimal value: some FixedWidthInteger) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: UInt64(value.magnitude))
  }
  private mutating func append(decimal value: UInt64) {
    var digits = 1
    var limit: UInt64 = 10
    // 20 digits are the most there are.
    while digits < 20, value >= limit {
      digits &+= 1
      limit &*= 10
    }
    append(decimal: value, digits: digits)
  }

  /// The last `digits` decimal digits, with leading zeros.
  @inline(__always)
  mutating func append(decimal value: UInt64, digits: Int) {
    array.append(addingCapacity: digits) { text in
      text.append(repeating: 0x30, count: digits)
      var written = text.mutableSpan
      var rest = value
      var place = digits
      while rest > 0, place > 0 {
        place &-= 1
        written[place] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
  }

  /// In small hexadecimal digits, without leading zeros.
  mutating func append(hexadecimal value: UInt64) {
    append(hexadecimal: value, digits: max(1, (67 &- value.leadingZeroBitCount) / 4))
  }

  /// The last `octets` bytes in two hexadecimal digits each, in small letters, with a sign between two.
  mutating func append(octets value: UInt64, count octets: Int, separator: UInt8) {
    array.append(addingCapacity: 3 &* octets) { text in
      for place in 0..<octets {
        if place > 0 { text.append(separator) }
        let octet = TextBuffer.octet(place, of: octets, value)
        text.append(TextBuffer.hexadecimal(octet >> 4))
        text.append(TextBuffer.hexadecimal(octet & 15))
      }
    }
  }
  @inline(__always)
  private static func octet(_ place: Int, of octets: Int, _ value: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: value >> UInt64(8 &* (octets &- 1 &- place)))
  }
  @inline(__always)
  private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 &+ digit : 0x57 &+ digit }

  /// The last `digits` hexadecimal digits, in small letters.
  @inline(__always)
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    array.append(addingCapacity: digits) { text in
      for place in 0..<digits {
        text.append(
          TextBuffer.hexadecimal(UInt8(truncatingIfNeeded: value >> UInt64(4 &* (digits &- 1 &- place))) & 15))
      }
    }
  }
}
