// SPDX-License-Identifier: Apache-2.0

/// A value in ASN.1 basic encoding (ISO/IEC 8825-1, 8.1): tag, length, contents. Tags of one byte and definite lengths
/// of up to three bytes, as GOOSE has them.
struct BERValue {
  let tag: UInt8
  /// Place and size of the contents in the message.
  let start: Int
  let count: Int
  var end: Int { start + count }

  /// The value at `offset`; nil where it does not lie within `end`, which lies within the message.
  /// Where the message `isCut` it is shortened to what is there.
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

  /// A whole number; the low 32 bits of a longer one.
  func number(_ message: RawSpan) -> UInt32 {
    var value: UInt32 = 0
    for place in max(start, end - 4)..<max(start, end) { value = value << 8 | UInt32(message.u8(place)) }
    return value
  }
}
