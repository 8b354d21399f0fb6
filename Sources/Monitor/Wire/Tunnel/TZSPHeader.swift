// SPDX-License-Identifier: Apache-2.0

/// TaZmen sniffer protocol, as mirrors of MikroTik and others send it (no standard; layout as described in the
/// public TZSP articles of Wikipedia and the tcpdump and Wireshark documentation). Tags follow, up to the end tag,
/// then the mirrored frame.
///
///     0         1      2               4
///     +---------+------+---------------+-----------------------------------+-------+
///     | version | type | encapsulation | tags: number, length, data; 1 ends | frame |
///     +---------+------+---------------+-----------------------------------+-------+
struct TZSPHeader: ~Escapable {
  let bytes: RawSpan
  /// With all tags, in bytes.
  let length: Int
  /// How long the mirrored frame was when a tag says so.
  let originalLength: Int?
  static let port: UInt16 = 37008
  static let ethernet: UInt16 = 1

  /// Each tag takes at least one byte, so the walk ends.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(5, .tzsp)
    guard bytes.u8(0) == 1 else { throw Malformed(.tzsp, .version, available: bytes.byteCount) }
    guard bytes.u8(1) <= 1 else { throw Malformed(.tzsp, .field, available: bytes.byteCount) }
    var offset = 4
    var original: Int?
    while true {
      try bytes.require(offset + 1, .tzsp)
      let number = bytes.u8(offset)
      offset += 1
      if number == TZSPHeader.endTag { break }
      if number == TZSPHeader.paddingTag { continue }
      try bytes.require(offset + 1, .tzsp)
      let count = Int(bytes.u8(offset))
      offset += 1
      try bytes.require(offset + count, .tzsp)
      if number == TZSPHeader.frameLengthTag, count == 2 { original = Int(bytes.u16(offset)) }
      offset += count
    }
    self.bytes = bytes
    length = offset
    originalLength = original
  }

  private static let paddingTag: UInt8 = 0
  private static let endTag: UInt8 = 1
  private static let frameLengthTag: UInt8 = 41

  /// 0 received, 1 to be transmitted; keep-alives and configuration carry no frame and are not read.
  var type: UInt8 { bytes.u8(1) }
  /// 1 is Ethernet, 18 is IEEE 802.11.
  var encapsulation: UInt16 { bytes.u16(2) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(length) }
  }
}
