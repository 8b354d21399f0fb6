// SPDX-License-Identifier: Apache-2.0

/// Virtual network tag of port extenders before IEEE 802.1BR (Cisco, contribution new-pelissier-vntag-seminar-0508 to
/// IEEE 802.1; fields as in Wireshark's packet-vntag.c), starting after its EtherType 0x8926, and the type of what
/// follows.
///
///     0                                                     4      6
///     +---+---+----------------+---+---+---------+----------+------+
///     | D | P | destination 14 | L | R | version | source 12| type |
///     +---+---+----------------+---+---+---------+----------+------+
struct VNTag: ~Escapable {
  let bytes: RawSpan
  static let length = 6

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(VNTag.length, .ethernet)
    self.bytes = bytes
  }

  /// D bit: from the bridge to the port extender.
  var isFromBridge: Bool { bytes.u8(0) & 0x80 != 0 }
  /// P bit: the destination is a list of virtual interfaces.
  var isList: Bool { bytes.u8(0) & 0x40 != 0 }
  /// Virtual interface, or list of them.
  var destinationInterface: UInt16 { bytes.u16(0) & 0x3FFF }
  /// L bit: sent back to where it came from.
  var isLooped: Bool { bytes.u8(2) & 0x80 != 0 }
  var version: UInt8 { bytes.u8(2) >> 4 & 3 }
  var sourceInterface: UInt16 { bytes.u16(2) & 0x0FFF }
  var type: EtherType { EtherType(rawValue: bytes.u16(4)) }
}
