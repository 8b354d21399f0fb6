// SPDX-License-Identifier: Apache-2.0

/// The loads that comparing and reading numbers is built of.
///
/// `unsafe` is sound here: an integer has no invalid bit pattern, and `check` proves that its bytes are there.
extension RawSpan {
  /// Traps unless `size` bytes are there from `place` on.
  @inline(__always)
  private func check(_ place: Int, _ size: Int) {
    precondition(byteCount >= size && UInt(bitPattern: place) <= UInt(bitPattern: byteCount &- size))
  }

  @inline(__always)
  func byte(_ place: Int) -> UInt8 {
    check(place, 1)
    return unsafe unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self)
  }

  /// Eight bytes, the first one lowest.
  @inline(__always)
  func word(_ place: Int) -> UInt64 {
    check(place, 8)
    return unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self))
  }
}

extension UInt8 {
  /// ASCII capitals become small letters; everything else stays.
  @inline(__always)
  var folded: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  var isLetter: Bool { folded &- 0x61 < 26 }
}

extension UInt64 {
  @inline(__always)
  static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// Eight bytes at once: ASCII capitals become small letters.
  @inline(__always)
  var folded: UInt64 {
    let low = self & .repeating(0x7F)
    // The top bit of a byte says that it is at least 'A', and that it is beyond 'Z'.
    let isAtLeastA = low &+ .repeating(0x80 - 0x41)
    let isBeyondZ = low &+ .repeating(0x80 - 0x5B)
    let isCapital = isAtLeastA & ~isBeyondZ & ~self & .repeating(0x80)
    return self | isCapital &>> 2
  }

  /// The top bit of each byte that is 0; above the lowest such byte, bytes of value 1 may be marked, too.
  @inline(__always)
  var zeroBytes: UInt64 { (self &- .repeating(1)) & ~self & .repeating(0x80) }
}
