// SPDX-License-Identifier: Apache-2.0

/// UTF-8 text, or other bytes, in the making. Their room is kept: once the longest was written, writing costs no
/// allocation. Copies share their room until one of them is written to.
///
/// `unsafe` is sound here: `end` makes room for as many bytes as are written, behind those that are there and in
/// storage that no other text has. What is shared is only read, so that texts may be sent.
@safe
struct TextBuffer: @unchecked Sendable {
  /// The header is the number of bytes that there is room for.
  private var storage: ManagedBuffer<Int, UInt8>?
  private(set) var count = 0

  init(capacity: Int = 0) {
    if capacity > 0 { storage = ManagedBuffer.create(minimumCapacity: capacity) { _ in capacity } }
  }

  /// The place behind the text, with room for so many bytes.
  @inline(__always)
  private mutating func end(_ room: Int) -> UnsafeMutablePointer<UInt8> {
    if isKnownUniquelyReferenced(&storage), let storage {
      // Both at once: a look at the header alone is checked for exclusive access at run time.
      let (capacity, start) = unsafe storage.withUnsafeMutablePointers { unsafe ($0.pointee, $1) }
      if capacity &- count >= room { return unsafe start + count }
    }
    return unsafe newEnd(room)
  }
  @inline(never)
  private mutating func newEnd(_ room: Int) -> UnsafeMutablePointer<UInt8> {
    let capacity = count &+ max(room, count, 32)
    let larger = ManagedBuffer<Int, UInt8>.create(minimumCapacity: capacity) { _ in capacity }
    let start = unsafe larger.withUnsafeMutablePointerToElements { unsafe $0 }
    unsafe withBytes { unsafe start.copy($0) }
    storage = larger
    return unsafe start + count
  }

  private func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    unsafe storage?.withUnsafeMutablePointerToElements { unsafe body(UnsafeBufferPointer(start: $0, count: count)) }
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      guard let storage else { return RawSpan() }
      let start = unsafe storage.withUnsafeMutablePointerToElements { unsafe $0 }
      return unsafe _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: count), borrowing: self)
    }
  }
  var array: [UInt8] {
    var array: [UInt8] = []
    unsafe withBytes { unsafe array.append(contentsOf: $0) }
    return array
  }
  var string: String {
    var string = ""
    unsafe withBytes { unsafe string = String(decoding: $0, as: UTF8.self) }
    return string
  }

  /// Takes back everything from `count` on.
  mutating func cut(to count: Int) { self.count = min(self.count, max(0, count)) }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    unsafe end(1).pointee = byte
    count &+= 1
  }

  mutating func append(_ text: String) {
    if unsafe text.utf8.withContiguousStorageIfAvailable({ unsafe append($0) }) == nil {
      // Of a foreign representation, which this platform has none of.
      for byte in text.utf8 { append(byte) }
    }
  }
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { unsafe append($0) }
  }
  mutating func append(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append($0.assumingMemoryBound(to: UInt8.self)) }
  }
  mutating func append(_ other: TextBuffer) {
    unsafe other.withBytes { unsafe append($0) }
  }
  @inline(__always)
  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe end(bytes.count).copy(bytes)
    count &+= bytes.count
  }

  /// A key of a JSON object with what stands around it: `,"key":`, then the byte that its value begins with, if it is
  /// known.
  mutating func append(key: StaticString, afterComma: Bool, opening: UInt8? = nil) {
    key.withUTF8Buffer { key in
      let start = unsafe end(key.count &+ 5)
      unsafe start[0] = UInt8(ascii: ",")
      let place = afterComma ? 1 : 0
      unsafe start[place] = UInt8(ascii: "\"")
      unsafe (start + place + 1).copy(key)
      let behind = unsafe start + place + 1 + key.count
      unsafe behind[0] = UInt8(ascii: "\"")
      unsafe behind[1] = UInt8(ascii: ":")
      unsafe behind[2] = opening ?? 0
      count &+= place &+ key.count &+ (opening == nil ? 3 : 4)
    }
  }

  /// The lowest `octets` bytes of a number, the highest first.
  @inline(__always)
  mutating func append(bigEndian value: UInt64, octets: Int) {
    let start = unsafe end(octets)
    for place in 0..<octets {
      unsafe start[place] = UInt8(truncatingIfNeeded: value >> UInt64(8 &* (octets &- 1 &- place)))
    }
    count &+= octets
  }

  /// A whole number in decimal digits.
  @inline(__always)
  mutating func append(decimal value: some FixedWidthInteger) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: UInt64(value.magnitude))
  }
  private mutating func append(decimal value: UInt64) {
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits &+= 1
    }
    append(decimal: value, digits: digits)
  }

  /// The last `digits` decimal digits, with leading zeros.
  @inline(__always)
  mutating func append(decimal value: UInt64, digits: Int) {
    let start = unsafe end(digits)
    var rest = value
    var place = digits
    while place > 0 {
      place &-= 1
      unsafe start[place] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count &+= digits
  }

  /// In small hexadecimal digits, without leading zeros.
  mutating func append(hexadecimal value: UInt64) {
    append(hexadecimal: value, digits: max(1, (67 &- value.leadingZeroBitCount) / 4))
  }

  /// The last `octets` bytes in two hexadecimal digits each, in small letters, with a sign between two.
  mutating func append(octets value: UInt64, count octets: Int, separator: UInt8) {
    let start = unsafe end(3 &* octets)
    for place in 0..<octets {
      let octet = UInt8(truncatingIfNeeded: value >> UInt64(8 &* (octets &- 1 &- place)))
      unsafe start[3 &* place] = TextBuffer.hexadecimal(octet >> 4)
      unsafe start[3 &* place &+ 1] = TextBuffer.hexadecimal(octet & 15)
      unsafe start[3 &* place &+ 2] = separator
    }
    count &+= max(0, 3 &* octets &- 1)
  }
  @inline(__always)
  private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 &+ digit : 0x57 &+ digit }

  /// The last `digits` hexadecimal digits, in small letters.
  @inline(__always)
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    let start = unsafe end(digits)
    var rest = value
    var place = digits
    while place > 0 {
      place &-= 1
      unsafe start[place] = TextBuffer.hexadecimal(UInt8(truncatingIfNeeded: rest & 15))
      rest >>= 4
    }
    count &+= digits
  }
}

extension UnsafeMutablePointer<UInt8> {
  @inline(__always)
  fileprivate func copy(_ bytes: UnsafeBufferPointer<UInt8>) {
    if let start = bytes.baseAddress { unsafe update(from: start, count: bytes.count) }
  }
}
