// SPDX-License-Identifier: Apache-2.0

/// Ethernet header (IEEE 802.3-2022, 3.1.1, without preamble), the tags that may follow not included.
///
///     0             6        12            14
///     +-------------+--------+-------------+------+
///     | destination | source | length/type | data |
///     +-------------+--------+-------------+------+
struct EthernetHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 14

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(EthernetHeader.length, .ethernet)
    self.bytes = bytes
  }

  var destination: MACAddress {
    @inline(__always) get { MACAddress(bytes, at: 0) }
  }
  var source: MACAddress {
    @inline(__always) get { MACAddress(bytes, at: 6) }
  }
  /// From 0x0600 on a type, up to 1500 the length of the data in an 802.3 frame.
  var lengthOrType: UInt16 { bytes.u16(12) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(EthernetHeader.length) }
  }
}
