// SPDX-License-Identifier: Apache-2.0

/// Virtual extensible LAN (RFC 7348, 5), with the group policy extension (draft-smith-vxlan-group-policy, 2.1) that
/// puts a group into the reserved bytes.
///
///     0       1                 4                   7          8
///     +-------+-----------------+-------------------+----------+----------------+
///     | flags | reserved        | network identifier| reserved | Ethernet frame |
///     +-------+-----------------+-------------------+----------+----------------+
struct VXLANHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 8
  static let port: UInt16 = 4789
  /// What Linux used before the number was assigned.
  static let linuxPort: UInt16 = 8472

  /// Reserved fields that are not 0 show that the port carries something else.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(VXLANHeader.length, .vxlan)
    let hasGroup = bytes.u8(0) == 0x88
    guard hasGroup || bytes.u32(0) == 0x0800_0000, bytes.u8(7) == 0 else {
      throw Malformed(.vxlan, .field, available: bytes.byteCount)
    }
    self.bytes = bytes
  }

  var networkIdentifier: UInt32 { bytes.u24(4) }
  var groupPolicy: UInt16? { bytes.u8(0) & 0x80 != 0 ? bytes.u16(2) : nil }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(VXLANHeader.length) }
  }
}
