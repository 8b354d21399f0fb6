// SPDX-License-Identifier: Apache-2.0

/// A value in ASN.1 Basic Encoding Rules (ISO/IEC 8825-1, 8.1): tag, length, contents. Supports what GOOSE uses:
/// one-byte tags, and definite lengths of up to three bytes.
struct BERValue {
  let tag: UInt8
  /// Position and size of the contents in the message.
  let start: Int
  let count: Int
  var end: Int { start + count }

  /// The value at `offset`; nil unless it lies within `end`, which lies within the message. If the message `isCut`, the
  /// value is shortened to the bytes present.
  init?(_ message: RawSpan, at offset: Int, end: Int, isCut: Bool = false) {
    guard offset + 2 <= end else { return nil }
    tag = message.u8(offset)
    let first = message.u8(offset + 1)
    let length: Int
    switch first {
    case 0...0x7F: (start, length) = (offset + 2, Int(first))
    case 0x81 where offset + 3 <= end: (start, length) = (offset + 3, Int(message.u8(offset + 2)))
    case 0x82 where offset + 4 <= end: (start, length) = (offset + 4, Int(message.u16(offset + 2)))
    default: return nil
    }
    guard start + length <= end || isCut else { return nil }
    count = min(length, end - start)
  }

  /// An integer; if it is longer, its low 32 bits.
  func number(_ message: RawSpan) -> UInt32 {
    var value: UInt32 = 0
    for place in max(start, end - 4)..<max(start, end) { value = value << 8 | UInt32(message.u8(place)) }
    return value
  }
}
