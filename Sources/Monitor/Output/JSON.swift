// SPDX-License-Identifier: Apache-2.0

/// One record as it is written: a JSON object (RFC 8259) on one line, keys in the order of the calls. The bytes are
/// reused, so that a line costs no allocation once the longest one was written.
///
/// Whatever a string holds, the line stays one line and reads from left to right: controls, the line ends of Unicode
/// (U+0085, U+2028, U+2029) and the marks that change the direction of writing (`Bidi_Control`) are escaped.
package struct JSONLine: Sendable {
  /// The line, with its line feed once `end()` was called.
  package var bytes: [UInt8] { text.array }
  private(set) var text = TextBuffer(capacity: 4096)
  /// Values in it that are no container, as index fields are counted.
  package private(set) var leaves = 0
  private var needsComma = false

  /// The longest string, in bytes as written; a longer one is cut and ends in an ellipsis.
  static let longestString = ShownValues.longestText

  package init() {}

  mutating func begin() {
    text.cut(to: 0)
    leaves = 0
    text.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func end() {
    text.append(UInt8(ascii: "}"))
    text.append(UInt8(ascii: "\n"))
  }

  mutating func open(_ key: StaticString) {
    name(key, opening: UInt8(ascii: "{"))
    needsComma = false
  }

  /// The same under a key that is put together.
  @_disfavoredOverload
  mutating func open(_ key: String) {
    name(key)
    text.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func close() {
    text.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func openArray(_ key: StaticString) {
    name(key, opening: UInt8(ascii: "["))
    needsComma = false
  }

  mutating func closeArray() {
    text.append(UInt8(ascii: "]"))
    needsComma = true
  }

  mutating func string(_ key: StaticString, _ value: String, limit: Int = JSONLine.longestString) {
    name(key, opening: UInt8(ascii: "\""))
    quoted(value, limit: limit)
    leaves += 1
  }

  mutating func string(_ key: StaticString, _ value: Words, limit: Int = JSONLine.longestString) {
    name(key, opening: UInt8(ascii: "\""))
    let start = text.count
    value.write(to: &text)
    endText(start, limit: limit, value.description)
    leaves += 1
  }

  /// One of the monitor's own words, which need no escaping.
  mutating func word(_ key: StaticString, _ word: String) {
    name(key, opening: UInt8(ascii: "\""))
    text.append(word)
    text.append(UInt8(ascii: "\""))
    leaves += 1
  }

  /// A string of bytes from the wire: what is no UTF-8 becomes U+FFFD.
  mutating func string(_ key: StaticString, utf8 value: [UInt8], limit: Int = JSONLine.longestString) {
    string(key, String(decoding: value, as: UTF8.self), limit: limit)
  }

  mutating func string(_ key: StaticString, _ value: StaticString) {
    name(key, opening: UInt8(ascii: "\""))
    let start = text.count
    text.append(value)
    endText(start, limit: JSONLine.longestString, value.description)
    leaves += 1
  }

  /// An address, whose text needs no escaping.
  mutating func string(_ key: StaticString, _ address: IPAddress) {
    name(key, opening: UInt8(ascii: "\""))
    address.write(to: &text)
    text.append(UInt8(ascii: "\""))
    leaves += 1
  }
  mutating func string(_ key: StaticString, _ address: MACAddress) {
    name(key, opening: UInt8(ascii: "\""))
    address.write(to: &text)
    text.append(UInt8(ascii: "\""))
    leaves += 1
  }

  /// A whole number. What does not fit into 64 bits with sign is written as their largest: indexes refuse more.
  mutating func number(_ key: StaticString, _ value: some BinaryInteger) {
    name(key)
    text.append(decimal: Int64(clamping: value))
    leaves += 1
  }

  /// The same under a key that is put together.
  @_disfavoredOverload
  mutating func number(_ key: String, _ value: some BinaryInteger) {
    name(key)
    text.append(decimal: Int64(clamping: value))
    leaves += 1
  }

  /// A fraction between 0 and 1, given in hundredths.
  mutating func hundredths(_ key: StaticString, _ value: Int) {
    name(key)
    let hundredths = min(100, max(0, value))
    text.append(decimal: hundredths / 100)
    text.append(UInt8(ascii: "."))
    text.append(decimal: UInt64(hundredths % 100), digits: 2)
    leaves += 1
  }

  /// 128 bits as text of 32 digits.
  mutating func hexadecimal(_ key: StaticString, _ value: UInt128) {
    name(key, opening: UInt8(ascii: "\""))
    text.append(hexadecimal: UInt64(truncatingIfNeeded: value >> 64), digits: 16)
    text.append(hexadecimal: UInt64(truncatingIfNeeded: value), digits: 16)
    text.append(UInt8(ascii: "\""))
    leaves += 1
  }

  /// Values and what they need, as written before between the same brackets.
  struct Part: Sendable {
    fileprivate let bytes: [UInt8]
    fileprivate let leaves: Int
  }
  /// Parts by a small number.
  struct Parts: Sendable {
    private var list: [Part?] = []
    subscript(_ place: Int) -> Part? {
      get { place < list.count ? list[place] : nil }
      set {
        while list.count <= place { list.append(nil) }
        list[place] = newValue
      }
    }
  }
  /// Writes what `body` writes, and returns it, to be written again.
  mutating func part(_ body: (inout JSONLine) -> Void) -> Part {
    let start = (text.count, leaves)
    body(&self)
    return Part(bytes: Array(text.array[start.0...]), leaves: leaves - start.1)
  }
  mutating func write(_ part: Part) {
    text.append(part.bytes.bytes)
    leaves += part.leaves
    needsComma = !part.bytes.isEmpty
  }

  mutating func flag(_ key: StaticString, _ value: Bool) {
    name(key)
    text.append(value ? "true" : "false")
    leaves += 1
  }

  mutating func strings(_ key: StaticString, _ values: [String], limit: Int = JSONLine.longestString) {
    openArray(key)
    for value in values { element(value, limit: limit) }
    closeArray()
  }

  /// With a key that is not the monitor's own: one that needs escaping, or is long, is left out with its values.
  mutating func strings(named key: String, _ values: [String]) {
    guard key.utf8.count <= 64, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
      return
    }
    name(key)
    text.append(UInt8(ascii: "["))
    needsComma = false
    for value in values { element(value, limit: 240) }
    closeArray()
  }

  mutating func element(_ value: String, limit: Int = JSONLine.longestString) {
    comma()
    text.append(UInt8(ascii: "\""))
    quoted(value, limit: limit)
    leaves += 1
  }

  mutating func element(_ value: some BinaryInteger) {
    comma()
    text.append(decimal: Int64(clamping: value))
    leaves += 1
  }

  /// An array of numbers under `key`. Where one of them is no number, or has no spelling that every reader of JSON
  /// takes, the array has texts instead, in the same places, and another key: a field of an index has one type, and a
  /// reader that refuses one value refuses the whole record.
  mutating func values(_ key: StaticString, orTexts textKey: StaticString, _ values: [ShownValue]) {
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
        text.append(decimal: Int64(value))
      } else {
        text.append(value.description)
      }
      leaves += 1
    }
  }

  mutating func time(_ key: StaticString, _ nanoseconds: Int64, _ clock: inout LocalTime) {
    name(key, opening: UInt8(ascii: "\""))
    clock.write(nanoseconds, to: &text)
    text.append(UInt8(ascii: "\""))
    leaves += 1
  }

  private mutating func comma() {
    if needsComma { text.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Keys are the monitor's own words, which need no escaping.
  private mutating func name(_ key: StaticString, opening: UInt8? = nil) {
    text.append(key: key, afterComma: needsComma, opening: opening)
    needsComma = true
  }

  @_disfavoredOverload
  private mutating func name(_ key: String) {
    comma()
    text.append(UInt8(ascii: "\""))
    text.append(key)
    text.append(UInt8(ascii: "\""))
    text.append(UInt8(ascii: ":"))
  }

  /// Behind a quotation mark.
  private mutating func quoted(_ value: String, limit: Int) {
    let start = text.count
    text.append(value)
    endText(start, limit: limit, value)
  }

  /// Ends a string that was written as it is, and nearly all may stay so: `value` is escaped, or cut, in its place.
  private mutating func endText(_ start: Int, limit: Int, _ value: @autoclosure () -> String) {
    if text.count - start > limit || text.bytes.from(start).needsEscaping {
      text.cut(to: start)
      escaped(value(), limit: limit)
    }
    text.append(UInt8(ascii: "\""))
  }

  private mutating func escaped(_ value: String, limit: Int) {
    let start = text.count
    /// Where the text can be cut for an ellipsis still to fit.
    var lastFit = start
    for scalar in value.unicodeScalars {
      if text.count - start <= limit - JSONLine.ellipsis.utf8CodeUnitCount { lastFit = text.count }
      escaped(scalar)
      if text.count - start > limit {
        text.cut(to: lastFit)
        text.append(JSONLine.ellipsis)
        break
      }
    }
  }

  private static let ellipsis: StaticString = "…"

  private mutating func escaped(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x22, 0x5C:
      text.append(UInt8(ascii: "\\"))
      text.append(UInt8(truncatingIfNeeded: scalar.value))
    case 0x0A: text.append("\\n")
    case 0x0D: text.append("\\r")
    case 0x09: text.append("\\t")
    case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
      text.append("\\u")
      text.append(hexadecimal: UInt64(scalar.value), digits: 4)
    default: for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { text.append(byte) }
    }
  }
}

extension RawSpan {
  /// Whether UTF-8 text may hold a character that is escaped in a line: a control, a quotation mark or a backslash, or
  /// one of those beyond ASCII, which all begin with one of three bytes.
  ///
  /// `unsafe` is sound here: eight bytes are loaded where there are as many.
  fileprivate var needsEscaping: Bool {
    var place = 0
    var (strange, all, leads) = (UInt64(0), UInt64(0), UInt64(0))
    func look(_ eight: UInt64) {
      // With the bit of 2 turned, a quotation mark is a space and a control stays a control.
      strange |= RawSpan.isBelow(eight ^ RawSpan.ones &* 2, 0x21) | RawSpan.has(0x5C, eight) | RawSpan.has(0x7F, eight)
      all |= eight
    }
    while place &+ 8 <= byteCount {
      look(unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self))
      place &+= 8
    }
    if place < byteCount { look(lastEight(place)) }
    if strange & RawSpan.highest != 0 { return true }
    if all & RawSpan.highest == 0 { return false }
    func lookBeyondASCII(_ eight: UInt64) {
      // U+0080 to U+009F, U+061C, U+200E to U+2069.
      leads |= RawSpan.has(0xC2, eight) | RawSpan.has(0xD8, eight) | RawSpan.has(0xE2, eight)
    }
    place = 0
    while place + 8 <= byteCount {
      lookBeyondASCII(u64LE(place))
      place += 8
    }
    if place < byteCount { lookBeyondASCII(lastEight(place)) }
    return leads & RawSpan.highest != 0
  }

  /// The last bytes, after others of the same text or after spaces.
  private func lastEight(_ start: Int) -> UInt64 {
    if byteCount >= 8 { return u64LE(byteCount - 8) }
    var last: UInt64 = 0x2020_2020_2020_2020
    for place in start..<byteCount { last = last << 8 | UInt64(u8(place)) }
    return last
  }

  private static var highest: UInt64 { 0x8080_8080_8080_8080 }
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  /// Eight bytes at once: the highest bit of one of them is set if, and only if, a byte is below `limit`, which is at
  /// most 128.
  @inline(__always)
  private static func isBelow(_ value: UInt64, _ limit: UInt64) -> UInt64 { (value &- ones &* limit) & ~value }
  /// The same for a byte that is equal to `byte`.
  @inline(__always)
  private static func has(_ byte: UInt64, _ value: UInt64) -> UInt64 { isBelow(value ^ ones &* byte, 1) }
}
