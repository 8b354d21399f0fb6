// SPDX-License-Identifier: Apache-2.0

/// Backbone service instance tag (I-TAG) of provider backbone bridges (IEEE 802.1Q-2022, 9.7; once 802.1ah), starting
/// after its EtherType 0x88E7. The customer's frame begins with its addresses, which are part of the tag.
///
///     0              1          4               10         16     18
///     +--------------+----------+---------------+----------+------+
///     | PCP, DEI,    | I-SID    | customer      | customer | type |
///     | UCA, res.    | (24)     | destination   | source   |      |
///     +--------------+----------+---------------+----------+------+
struct ServiceInstanceTag: ~Escapable {
  let bytes: RawSpan
  static let length = 18

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(ServiceInstanceTag.length, .ethernet)
    self.bytes = bytes
  }

  /// Priority code point, 0 to 7.
  var priority: UInt8 { bytes.u8(0) >> 5 }
  /// Drop eligible indicator.
  var isDropEligible: Bool { bytes.u8(0) & 0x10 != 0 }
  /// UCA bit: 0 where the addresses are the customer's, 1 where the backbone's own bridges talk.
  var isOfBackbone: Bool { bytes.u8(0) & 0x08 != 0 }
  /// I-SID: the customer's network.
  var serviceIdentifier: UInt32 { bytes.u24(1) }
  var destination: MACAddress { MACAddress(bytes, at: 4) }
  var source: MACAddress { MACAddress(bytes, at: 10) }
  var type: EtherType { EtherType(rawValue: bytes.u16(16)) }
}
