// SPDX-License-Identifier: Apache-2.0

/// The loads every header is built of. Plain names are network byte order, names ending in `LE` little-endian.
///
/// `unsafe` is sound here: an integer has no invalid bit pattern, and `check` proves that its bytes are there. It asks
/// one thing where the caller has asked for the length before; `RawSpan`'s own loads ask three.
extension RawSpan {
  /// Traps unless `size` bytes are there from `offset` on.
  @inline(__always)
  private func check(_ offset: Int, _ size: Int) {
    precondition(byteCount >= size && UInt(bitPattern: offset) <= UInt(bitPattern: byteCount &- size))
  }

  @inline(__always)
  func u8(_ offset: Int) -> UInt8 {
    check(offset, 1)
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }
  @inline(__always)
  func u16(_ offset: Int) -> UInt16 {
    check(offset, 2)
    return unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }
  @inline(__always)
  func u24(_ offset: Int) -> UInt32 {
    UInt32(u16(offset)) << 8 | UInt32(u8(offset + 2))
  }
  @inline(__always)
  func u32(_ offset: Int) -> UInt32 {
    check(offset, 4)
    return unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }
  @inline(__always)
  func u64(_ offset: Int) -> UInt64 {
    check(offset, 8)
    return unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }
  @inline(__always)
  func u16LE(_ offset: Int) -> UInt16 {
    check(offset, 2)
    return unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }
  @inline(__always)
  func u32LE(_ offset: Int) -> UInt32 {
    check(offset, 4)
    return unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }
  @inline(__always)
  func u64LE(_ offset: Int) -> UInt64 {
    check(offset, 8)
    return unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// The `count` bytes from `offset` on; fewer, or none, where the span ends earlier. Never traps.
  ///
  /// `unsafe` is sound: both ends are limited to the span's.
  @inline(__always) @_lifetime(copy self)
  func slice(_ offset: Int, _ count: Int) -> RawSpan {
    let start = min(max(0, offset), byteCount)
    let end = start &+ min(max(0, count), byteCount &- start)
    return unsafe extracting(unchecked: start..<end)
  }
  /// Everything from `offset` on; empty where the span ends earlier. Never traps.
  @inline(__always) @_lifetime(copy self)
  func from(_ offset: Int) -> RawSpan {
    let start = min(max(0, offset), byteCount)
    return unsafe extracting(unchecked: start..<byteCount)
  }
}

extension RawSpan {
  /// The one length check of a header's initialiser.
  @inline(__always)
  func require(_ count: Int, _ layer: Layer) throws(Malformed) {
    guard byteCount >= count else { throw Malformed(layer, .short, needed: count, available: byteCount) }
  }
}

extension RawSpan {
  /// The sum of all bytes, taken as 16-bit words in network byte order, in one's complement arithmetic; an odd last
  /// byte is followed by 0 (RFC 1071, 1).
  @inline(__always)
  func onesComplementSum() -> UInt16 {
    UInt16(bigEndian: wordSum().onesComplementFolded)
  }

  /// The same sum in the machine's byte order and before its carries are added back in: the order of the loads does not
  /// matter (RFC 1071, 2 B), nor does their width (2 C), if what a 64-bit sum carries over is added to it again.
  ///
  /// `unsafe` is sound here: the conditions are the bounds checks.
  @inline(__always)
  func wordSum() -> UInt64 {
    let count = byteCount
    var sum: UInt64 = 0
    var offset = 0
    while offset &+ 8 <= count {
      let word = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
      sum = sum.addingWithCarry(word)
      offset &+= 8
    }
    return sum.addingWithCarry(lastWords())
  }

  /// The sum of what follows the last multiple of eight bytes.
  @inline(__always)
  func lastWords() -> UInt64 {
    let count = byteCount
    var offset = count & ~7
    var rest: UInt64 = 0
    if count & 4 != 0 {
      rest = UInt64(unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
      offset &+= 4
    }
    if count & 2 != 0 {
      rest &+= UInt64(unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
      offset &+= 2
    }
    if count & 1 != 0 {
      let last = unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
      rest &+= UInt64(UInt16(bigEndian: UInt16(last) << 8))
    }
    return rest
  }
}

extension UInt64 {
  /// One's complement addition of 64-bit words.
  @inline(__always)
  func addingWithCarry(_ other: UInt64) -> UInt64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return sum &+ (isOver ? 1 : 0)
  }

  /// A sum of 16-bit words with its carries added back in (RFC 1071, 2 A).
  @inline(__always)
  var onesComplementFolded: UInt16 {
    var sum = (self & 0xFFFF_FFFF) &+ (self >> 32)
    sum = (sum & 0xFFFF) &+ (sum >> 16)
    sum = (sum & 0xFFFF) &+ (sum >> 16)
    sum = (sum & 0xFFFF) &+ (sum >> 16)
    return UInt16(truncatingIfNeeded: sum)
  }
}

extension [UInt8] {
  /// The array's bytes, in place. `unsafe` is sound: every byte of a `UInt8` array is initialised.
  package var bytes: RawSpan {
    @_lifetime(borrow self) @inline(__always) get { unsafe span.bytes }
  }

  /// A copy of a span's bytes.
  init(copying span: RawSpan) {
    self = []
    append(copying: span)
  }
  mutating func append(copying span: RawSpan) {
    let end = count
    append(contentsOf: repeatElement(0, count: span.byteCount))
    store(span, at: end)
  }

  /// `unsafe` is sound: the text is read while it is lent, and never changes.
  @inline(__always)
  mutating func append(_ text: StaticString) { text.withUTF8Buffer { unsafe append(contentsOf: $0) } }

  /// Overwrites the bytes from `offset` on with `source`, which must fit.
  ///
  /// `unsafe` is sound: the room is checked, and a span of other bytes never overlaps an array that is being changed.
  @inline(__always)
  mutating func store(_ source: RawSpan, at offset: Int) {
    let size = source.byteCount
    precondition(count >= size && UInt(bitPattern: offset) <= UInt(bitPattern: count &- size))
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { bytes in
        guard let from = bytes.baseAddress, let to = target.baseAddress else { return }
        unsafe (to + offset).copyMemory(from: from, byteCount: size)
      }
    }
  }
}
