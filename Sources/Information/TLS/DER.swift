// SPDX-License-Identifier: Apache-2.0

/// Elements of the Distinguished Encoding Rules (ITU-T X.690, 8.1 and 10.1) as places within their bytes.
struct DERElement {
  var tag: UInt8
  /// With tag and length.
  var whole: Range<Int>
  var content: Range<Int>

  /// The element at an offset, which moves behind it; nil where there is none that ends before `end`. Tags have one
  /// byte, lengths four at most.
  static func next(_ bytes: RawSpan, _ offset: inout Int, to end: Int) -> DERElement? {
    let end = min(end, bytes.byteCount)
    guard offset >= 0, offset + 2 <= end, bytes.u8(offset) & 0x1F != 0x1F else { return nil }
    var length = Int(bytes.u8(offset + 1))
    var start = offset + 2
    if length >= 0x80 {
      let octets = length & 0x7F
      guard 1...4 ~= octets, start + octets <= end else { return nil }
      length = 0
      for place in 0..<octets { length = length << 8 | Int(bytes.u8(start + place)) }
      start += octets
    }
    guard length <= end - start else { return nil }
    defer { offset = start + length }
    return DERElement(tag: bytes.u8(offset), whole: offset..<(start + length), content: start..<(start + length))
  }
  /// The first element within another.
  static func first(_ bytes: RawSpan, in range: Range<Int>) -> DERElement? {
    var offset = range.lowerBound
    return next(bytes, &offset, to: range.upperBound)
  }
}
