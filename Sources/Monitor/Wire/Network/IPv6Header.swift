// SPDX-License-Identifier: Apache-2.0

/// Internet protocol, version 6 (RFC 8200, 3), trimmed to its payload length: what follows is frame padding.
///
///     0                                    4                6             7           8        24            40
///     +------------------------------------+----------------+-------------+-----------+--------+-------------+
///     | version, traffic class, flow label | payload length | next header | hop limit | source | destination |
///     +------------------------------------+----------------+-------------+-----------+--------+-------------+
struct IPv6Header: ~Escapable {
  let bytes: RawSpan
  static let length = 40
  /// Where the two addresses begin.
  static let addresses = 8

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(IPv6Header.length, .ipv6)
    guard bytes.u8(0) >> 4 == 6 else { throw Malformed(.ipv6, .version, available: bytes.byteCount) }
    let payloadLength = Int(bytes.u16(4))
    self.bytes = payloadLength == 0 && bytes.u8(6) != 59 ? bytes : bytes.slice(0, IPv6Header.length + payloadLength)
  }

  var trafficClass: UInt8 { UInt8(truncatingIfNeeded: bytes.u16(0) >> 4) }
  var flowLabel: UInt32 { bytes.u32(0) & 0xF_FFFF }
  /// As stated. 0 for a jumbogram (RFC 2675) and on a sending host that leaves segmentation to its interface; then
  /// everything captured belongs to the datagram.
  var payloadLength: Int { Int(bytes.u16(4)) }
  /// The payload length reaches beyond the bytes there are.
  var isIncomplete: Bool { IPv6Header.length + payloadLength > bytes.byteCount }
  var nextHeader: IPProtocol { IPProtocol(rawValue: bytes.u8(6)) }
  var hopLimit: UInt8 { bytes.u8(7) }
  var source: IPAddress { IPAddress(v6: bytes, at: 8) }
  var destination: IPAddress { IPAddress(v6: bytes, at: 24) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(IPv6Header.length) }
  }
}
