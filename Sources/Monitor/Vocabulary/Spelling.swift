// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
  /// Two digits for each byte, in upper case.
  mutating func append(hexadecimal bytes: RawSpan) {
    for place in 0..<bytes.byteCount {
      append(digit: bytes.u8(place) >> 4)
      append(digit: bytes.u8(place) & 15)
    }
  }

  private mutating func append(digit: UInt8) { append(digit < 10 ? 0x30 + digit : 0x37 + digit) }

  /// Sixteen bytes in GUID notation: one number of 32 bits and two of 16, little-endian, then eight bytes, separated by
  /// dashes (OPC 10000-6, 5.2.2.6).
  mutating func append(guid bytes: RawSpan) {
    guard bytes.byteCount == 16 else { return }
    for place in [3, 2, 1, 0] { append(hexadecimal: bytes.slice(place, 1)) }
    for start in [4, 6] {
      append(0x2D)
      append(hexadecimal: bytes.slice(start + 1, 1))
      append(hexadecimal: bytes.slice(start, 1))
    }
    append(0x2D)
    append(hexadecimal: bytes.slice(8, 2))
    append(0x2D)
    append(hexadecimal: bytes.slice(10, 6))
  }

  /// Base 64 (RFC 4648, 4).
  mutating func append(base64 bytes: RawSpan) {
    for start in stride(from: 0, to: bytes.byteCount, by: 3) {
      let rest = bytes.byteCount - start
      let word =
        UInt32(bytes.u8(start)) << 16 | (rest > 1 ? UInt32(bytes.u8(start + 1)) << 8 : 0)
        | (rest > 2 ? UInt32(bytes.u8(start + 2)) : 0)
      for place in 0..<4 {
        let value = UInt8(word >> (18 - 6 * UInt32(place)) & 63)
        append(place > rest ? 0x3D : Self.letter(value))
      }
    }
  }
  private static func letter(_ value: UInt8) -> UInt8 {
    switch value {
    case 0...25: 0x41 + value
    case 26...51: 0x61 + value - 26
    case 52...61: 0x30 + value - 52
    case 62: 0x2B
    default: 0x2F
    }
  }

  /// Decimal digits.
  mutating func append(decimal number: UInt32) {
    var divisor: UInt32 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(0x30 + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
