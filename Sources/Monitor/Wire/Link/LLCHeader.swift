// SPDX-License-Identifier: Apache-2.0

/// Logical link control header (IEEE 802.2-1998, 3.2) in an 802.3 frame, and the subnetwork access protocol after it
/// (IEEE 802-2014, 9.2) when both service access points are 0xAA.
///
///     0      1      2         3       6             8
///     +------+------+---------+-------+-------------+
///     | DSAP | SSAP | control | OUI   | protocol id |
///     +------+------+---------+-------+-------------+
struct LLCHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 3
  static let lengthWithSNAP = 8

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(LLCHeader.length, .llc)
    self.bytes = bytes
    if isSNAP { try bytes.require(LLCHeader.lengthWithSNAP, .llc) }
  }

  var destinationServiceAccessPoint: UInt8 { bytes.u8(0) }
  var sourceServiceAccessPoint: UInt8 { bytes.u8(1) }
  /// First octet; numbered commands have a second one.
  var control: UInt8 { bytes.u8(2) }
  var isSNAP: Bool { bytes.u16(0) == 0xAAAA && control == 3 }
  /// Organizationally unique identifier of who defined the protocol id; 0 when it is an EtherType. Only with SNAP.
  var organization: UInt32? { isSNAP ? bytes.u24(3) : nil }
  /// Only with SNAP.
  var protocolIdentifier: UInt16? { isSNAP ? bytes.u16(6) : nil }
  /// The type of what follows, where the protocol id is one (RFC 1042).
  var etherType: EtherType? {
    guard isSNAP, bytes.u24(3) == 0 else { return nil }
    return EtherType(rawValue: bytes.u16(6))
  }
}
