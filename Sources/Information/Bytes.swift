// SPDX-License-Identifier: Apache-2.0

/// Loads of bytes that were sent by anyone. Plain names are network byte order, names ending in `LE` little-endian.
/// None of them traps: what lies outside the span is 0, and slices are limited to it. Readers compare lengths where the
/// difference between 0 and nothing matters.
///
/// `unsafe` is sound here: each load is behind its own bounds check, and an integer has no invalid bit pattern.
extension RawSpan {
  @inline(__always)
  private func has(_ offset: Int, _ size: Int) -> Bool {
    byteCount >= size && UInt(bitPattern: offset) <= UInt(bitPattern: byteCount &- size)
  }

  @inline(__always)
  func u8(_ offset: Int) -> UInt8 {
    has(offset, 1) ? unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) : 0
  }
  @inline(__always)
  func u16(_ offset: Int) -> UInt16 {
    has(offset, 2) ? unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self)) : 0
  }
  @inline(__always)
  func u24(_ offset: Int) -> UInt32 { UInt32(u8(offset)) << 16 | UInt32(u16(offset &+ 1)) }
  @inline(__always)
  func u32(_ offset: Int) -> UInt32 {
    has(offset, 4) ? unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)) : 0
  }
  @inline(__always)
  func u64(_ offset: Int) -> UInt64 { UInt64(u32(offset)) << 32 | UInt64(u32(offset &+ 4)) }
  @inline(__always)
  func u16LE(_ offset: Int) -> UInt16 { u16(offset).byteSwapped }
  @inline(__always)
  func u32LE(_ offset: Int) -> UInt32 { u32(offset).byteSwapped }
  @inline(__always)
  func u64LE(_ offset: Int) -> UInt64 { u64(offset).byteSwapped }

  /// The `count` bytes from `offset` on; fewer, or none, where the span ends earlier.
  @inline(__always) @_lifetime(copy self)
  func slice(_ offset: Int, _ count: Int) -> RawSpan {
    let start = Swift.min(Swift.max(0, offset), byteCount)
    let end = start &+ Swift.min(Swift.max(0, count), byteCount &- start)
    return unsafe extracting(unchecked: start..<end)
  }
  @inline(__always) @_lifetime(copy self)
  func slice(_ range: Range<Int>) -> RawSpan { slice(range.lowerBound, range.count) }
  /// Everything from `offset` on; empty where the span ends earlier.
  @inline(__always) @_lifetime(copy self)
  func from(_ offset: Int) -> RawSpan { slice(offset, byteCount) }

  /// The place of the first such byte from `start` on, and before `end`.
  func place(of byte: UInt8, from start: Int = 0, to end: Int = .max) -> Int? {
    var offset = Swift.max(0, start)
    let limit = Swift.min(end, byteCount)
    while offset < limit {
      if u8(offset) == byte { return offset }
      offset &+= 1
    }
    return nil
  }

  /// Whether the text stands at `offset`; as much of it as there are bytes for, if `isPartEnough`.
  func has(_ text: StaticString, at offset: Int = 0, isCaseless: Bool = false, isPartEnough: Bool = false) -> Bool {
    let count = text.utf8CodeUnitCount
    guard offset >= 0, isPartEnough || byteCount &- offset >= count else { return false }
    // Sound: a static text has as many bytes as it says.
    return text.withUTF8Buffer { text in
      for place in 0..<Swift.min(count, byteCount &- offset) {
        let (byte, wanted) = (u8(offset &+ place), unsafe text[place])
        if byte != wanted, !isCaseless || byte.lowercased != wanted.lowercased { return false }
      }
      return true
    }
  }
  /// Whether it is the text, in capital or small letters.
  func isCaseless(_ text: StaticString) -> Bool {
    byteCount == text.utf8CodeUnitCount && has(text, isCaseless: true)
  }

  /// Without blanks and tabs at both ends.
  var trimmed: RawSpan {
    @_lifetime(copy self)
    get {
      var (start, end) = (0, byteCount)
      while start < end, u8(start).isBlank { start &+= 1 }
      while end > start, u8(end &- 1).isBlank { end &-= 1 }
      return slice(start, end &- start)
    }
  }

  func equals(_ other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    for place in 0..<byteCount where u8(place) != other.u8(place) { return false }
    return true
  }
  /// FNV-1a, 64 bits.
  var hash: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for place in 0..<byteCount { hash = (hash ^ UInt64(u8(place))) &* 0x100_0000_01B3 }
    return hash
  }
}

extension UInt8 {
  var lowercased: UInt8 { 0x41...0x5A ~= self ? self | 0x20 : self }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isDigit: Bool { 0x30...0x39 ~= self }
  var isLetter: Bool { 0x41...0x5A ~= self || 0x61...0x7A ~= self }
  var isPrintable: Bool { 0x20...0x7E ~= self }
  /// The value of a hexadecimal digit.
  var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self &- 0x30
    case 0x41...0x46: self &- 0x37
    case 0x61...0x66: self &- 0x57
    default: nil
    }
  }
}

extension [UInt8] {
  /// The array's bytes, in place. `unsafe` is sound: every byte of a `UInt8` array is initialised.
  var bytes: RawSpan {
    @_lifetime(borrow self) @inline(__always) get { unsafe span.bytes }
  }

  /// `unsafe` is sound: the room is made first, and a span of other bytes never overlaps an array that is being
  /// changed.
  mutating func append(copying span: RawSpan) {
    let end = count
    let size = span.byteCount
    append(contentsOf: repeatElement(0, count: size))
    unsafe withUnsafeMutableBytes { target in
      unsafe span.withUnsafeBytes { bytes in
        guard let from = bytes.baseAddress, let to = target.baseAddress else { return }
        unsafe (to + end).copyMemory(from: from, byteCount: size)
      }
    }
  }

  /// `unsafe` is sound: the text is read while it is lent, and never changes.
  mutating func append(_ text: StaticString) { text.withUTF8Buffer { unsafe append(contentsOf: $0) } }

  mutating func append(decimal value: some FixedWidthInteger) {
    let first = count
    var rest = value.magnitude
    repeat {
      append(0x30 &+ UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    self[first...].reverse()
  }

  /// The last `digits` hexadecimal digits, in small letters.
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    for place in 0..<digits {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 &* (digits &- 1 &- place))) & 15
      append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
    }
  }
}

/// Reads fields one after the other. What is not there is 0 or empty, and noted.
struct FieldReader: ~Escapable {
  let bytes: RawSpan
  private(set) var offset = 0
  /// A field was asked for that is not there wholly.
  private(set) var isShort = false

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  var isAtEnd: Bool { offset >= bytes.byteCount }
  private mutating func advance(_ count: Int) {
    if count > bytes.byteCount &- offset { isShort = true }
    offset = Swift.min(bytes.byteCount, offset &+ Swift.max(0, count))
  }
  mutating func u8() -> UInt8 {
    defer { advance(1) }
    return bytes.u8(offset)
  }
  mutating func u16() -> UInt16 {
    defer { advance(2) }
    return bytes.u16(offset)
  }
  mutating func u24() -> UInt32 {
    defer { advance(3) }
    return bytes.u24(offset)
  }
  @_lifetime(copy self)
  mutating func take(_ count: Int) -> RawSpan {
    let part = bytes.slice(offset, count)
    advance(count)
    return part
  }
  /// A vector behind its length in one or two bytes (RFC 8446, 3.4).
  @_lifetime(copy self)
  mutating func vector8() -> RawSpan { take(Int(u8())) }
  @_lifetime(copy self)
  mutating func vector16() -> RawSpan { take(Int(u16())) }
}
