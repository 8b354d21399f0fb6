// SPDX-License-Identifier: Apache-2.0

/// One record as it is written: a JSON object (RFC 8259) on one line, keys in the order of the calls. The bytes are
/// reused, so that a line costs no allocation once the longest one was written.
///
/// Whatever a string holds, the line stays one line and reads from left to right: controls, the line ends of Unicode
/// (U+0085, U+2028, U+2029) and the marks that change the direction of writing (`Bidi_Control`) are escaped.
package struct JSONLine: Sendable {
  /// The line, with its line feed once `end()` was called.
  package private(set) var bytes: [UInt8] = []
  /// Values in it that are no container, as index fields are counted.
  package private(set) var leaves = 0
  private var needsComma = false

  /// The longest string, in bytes as written; a longer one is cut and ends in an ellipsis.
  static let longestString = ShownValues.longestText

  package init() { bytes.reserveCapacity(4096) }

  mutating func begin() {
    bytes.removeAll(keepingCapacity: true)
    leaves = 0
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func end() {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
  }

  mutating func open(_ key: String) {
    name(key)
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func close() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func openArray(_ key: String) {
    name(key)
    bytes.append(UInt8(ascii: "["))
    needsComma = false
  }

  mutating func closeArray() {
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  mutating func string(_ key: String, _ value: String, limit: Int = JSONLine.longestString) {
    name(key)
    quoted(value, limit: limit)
    leaves += 1
  }

  /// A string of bytes from the wire: what is no UTF-8 becomes U+FFFD.
  mutating func string(_ key: String, utf8 value: [UInt8], limit: Int = JSONLine.longestString) {
    string(key, String(decoding: value, as: UTF8.self), limit: limit)
  }

  /// A whole number. What does not fit into 64 bits with sign is written as their largest: indexes refuse more.
  mutating func number(_ key: String, _ value: some BinaryInteger) {
    name(key)
    digits(Int64(clamping: value))
    leaves += 1
  }

  /// A fraction between 0 and 1, given in hundredths.
  mutating func hundredths(_ key: String, _ value: Int) {
    name(key)
    let hundredths = min(100, max(0, value))
    digits(Int64(hundredths / 100))
    bytes.append(UInt8(ascii: "."))
    twoDigits(hundredths % 100)
    leaves += 1
  }

  /// 128 bits as text of 32 digits.
  mutating func hexadecimal(_ key: String, _ value: UInt128) {
    name(key)
    bytes.append(UInt8(ascii: "\""))
    for shift in stride(from: 124, through: 0, by: -4) {
      digit(UInt8(truncatingIfNeeded: value >> UInt128(shift) & 15))
    }
    bytes.append(UInt8(ascii: "\""))
    leaves += 1
  }

  /// Values and what they need, as written before between the same brackets.
  struct Part: Sendable {
    fileprivate let bytes: [UInt8]
    fileprivate let leaves: Int
  }
  /// Writes what `body` writes, and returns it, to be written again.
  mutating func part(_ body: (inout JSONLine) -> Void) -> Part {
    let start = (bytes.count, leaves)
    body(&self)
    return Part(bytes: Array(bytes[start.0...]), leaves: leaves - start.1)
  }
  mutating func write(_ part: Part) {
    bytes.append(contentsOf: part.bytes)
    leaves += part.leaves
    needsComma = !part.bytes.isEmpty
  }

  mutating func flag(_ key: String, _ value: Bool) {
    name(key)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
    leaves += 1
  }

  mutating func strings(_ key: String, _ values: [String], limit: Int = JSONLine.longestString) {
    openArray(key)
    for value in values { element(value, limit: limit) }
    closeArray()
  }

  mutating func element(_ value: String, limit: Int = JSONLine.longestString) {
    comma()
    quoted(value, limit: limit)
    leaves += 1
  }

  mutating func element(_ value: some BinaryInteger) {
    comma()
    digits(Int64(clamping: value))
    leaves += 1
  }

  /// An array of numbers under `key`. Where one of them is no number, or has no spelling that every reader of JSON
  /// takes, the array has texts instead, in the same places, and another key: a field of an index has one type, and a
  /// reader that refuses one value refuses the whole record.
  mutating func values(_ key: String, orTexts textKey: String, _ values: [ShownValue]) {
    let arePlain = values.allSatisfy(\.isPlain)
    openArray(arePlain ? key : textKey)
    for value in values {
      if arePlain, case .number(let number) = value { element(number) } else { element(value.text) }
    }
    closeArray()
  }

  private mutating func element(_ value: Number) {
    switch value {
    case .unsigned(let value): element(value)
    case .signed(let value): element(value)
    case .real(let value):
      comma()
      // Swift writes the shortest text that reads back as the same number, always as JSON has it; a whole one up
      // to 2^53 without fraction.
      if value == value.rounded(), value.magnitude < 9_007_199_254_740_992 {
        digits(Int64(value))
      } else {
        bytes.append(contentsOf: value.description.utf8)
      }
      leaves += 1
    }
  }

  mutating func time(_ key: String, _ nanoseconds: Int64, _ clock: inout LocalTime) {
    name(key)
    bytes.append(UInt8(ascii: "\""))
    clock.write(nanoseconds, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    leaves += 1
  }

  private mutating func comma() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Keys are the monitor's own words, which need no escaping.
  private mutating func name(_ key: String) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: key.utf8)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func twoDigits(_ value: Int) {
    bytes.append(UInt8(truncatingIfNeeded: 0x30 + value / 10 % 10))
    bytes.append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
  }

  private mutating func digit(_ value: UInt8) { bytes.append(value < 10 ? 0x30 + value : 0x57 + value) }

  private mutating func digits(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  private mutating func quoted(_ value: String, limit: Int) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    // Nearly all texts need no escaping.
    let start = bytes.count
    if value.utf8.count <= limit {
      bytes.append(contentsOf: value.utf8)
      if bytes.bytes.from(start).isPlainText { return }
      bytes.removeLast(bytes.count - start)
    }
    /// Where the text can be cut for an ellipsis still to fit.
    var lastFit = start
    for scalar in value.unicodeScalars {
      if bytes.count - start <= limit - JSONLine.ellipsis.count { lastFit = bytes.count }
      escaped(scalar)
      if bytes.count - start > limit {
        bytes.removeLast(bytes.count - lastFit)
        bytes.append(contentsOf: JSONLine.ellipsis)
        break
      }
    }
  }

  /// U+2026.
  private static let ellipsis: [UInt8] = [0xE2, 0x80, 0xA6]

  private mutating func escaped(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x22, 0x5C:
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
      bytes.append(contentsOf: "\\u".utf8)
      for shift in stride(from: 12, through: 0, by: -4) {
        digit(UInt8(truncatingIfNeeded: scalar.value >> UInt32(shift) & 15))
      }
    case 0x20...0x7E: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }
}

extension RawSpan {
  /// Whether all bytes are printable ASCII characters that a JSON string may contain as they are.
  fileprivate var isPlainText: Bool {
    var place = 0
    var strange: UInt64 = 0
    while place + 8 <= byteCount {
      strange |= RawSpan.strange(u64LE(place))
      place += 8
    }
    if place < byteCount {
      // The last bytes, after others of the same text or after spaces.
      var last: UInt64 = 0x2020_2020_2020_2020
      if byteCount >= 8 {
        last = u64LE(byteCount - 8)
      } else {
        while place < byteCount {
          last = last << 8 | UInt64(u8(place))
          place += 1
        }
      }
      strange |= RawSpan.strange(last)
    }
    return strange & 0x8080_8080_8080_8080 == 0
  }

  /// Eight bytes at once: the highest bit of a byte is set if one up to it is below a space, above a tilde, a quotation
  /// mark or a backslash.
  @inline(__always)
  private static func strange(_ bytes: UInt64) -> UInt64 {
    bytes | isBelow(bytes, 0x20) | isBelow(bytes ^ ones &* 0x22, 1) | isBelow(bytes ^ ones &* 0x5C, 1)
      | isBelow(bytes ^ ones &* 0x7F, 1)
  }
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inline(__always)
  private static func isBelow(_ value: UInt64, _ limit: UInt64) -> UInt64 { (value &- ones &* limit) & ~value }
}
