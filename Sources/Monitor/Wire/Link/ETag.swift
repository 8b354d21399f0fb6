// SPDX-License-Identifier: Apache-2.0

/// E-TAG of bridge port extension (IEEE 802.1BR-2012, 7.5), starting after its EtherType 0x893F, and the type of what
/// follows. An E-channel identifier (E-CID) has 20 bits: an extension of 8 and a base of 12.
///
///     0                                2                                 4           5       6      8
///     +-----+-----+--------------------+-----+-----+---------------------+-----------+-------+------+
///     | PCP | DEI | ingress E-CID base | res | GRP | E-CID base          | ingress   | E-CID | type |
///     | (3) | (1) | (12)               | (2) | (2) | (12)                | extension | ext.  |      |
///     +-----+-----+--------------------+-----+-----+---------------------+-----------+-------+------+
struct ETag: ~Escapable {
  let bytes: RawSpan
  static let length = 8

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(ETag.length, .ethernet)
    self.bytes = bytes
  }

  /// Priority code point, 0 to 7.
  var priority: UInt8 { bytes.u8(0) >> 5 }
  /// Drop eligible indicator.
  var isDropEligible: Bool { bytes.u8(0) & 0x10 != 0 }
  /// The E-channel on which the frame entered.
  var ingressChannel: UInt32 { UInt32(bytes.u8(4)) << 12 | UInt32(bytes.u16(0) & 0x0FFF) }
  /// GRP: from 1 on, the E-channel leads to several ports.
  var group: UInt8 { bytes.u8(2) >> 4 & 3 }
  var channel: UInt32 { UInt32(bytes.u8(5)) << 12 | UInt32(bytes.u16(2) & 0x0FFF) }
  var type: EtherType { EtherType(rawValue: bytes.u16(6)) }
}
