// SPDX-License-Identifier: Apache-2.0

/// User datagram protocol (RFC 768), trimmed to its length.
///
///     0             2                  4        6          8
///     +-------------+------------------+--------+----------+------+
///     | source port | destination port | length | checksum | data |
///     +-------------+------------------+--------+----------+------+
struct UDPHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 8

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(UDPHeader.length, .udp)
    let length = Int(bytes.u16(4))
    guard length >= UDPHeader.length || length == 0 else {
      throw Malformed(.udp, .length, needed: UDPHeader.length, available: length)
    }
    self.bytes = length == 0 ? bytes : bytes.slice(0, length)
  }

  var sourcePort: UInt16 { bytes.u16(0) }
  var destinationPort: UInt16 { bytes.u16(2) }
  /// As stated, header included. 0 in a jumbogram (RFC 2675, 4): then the datagram takes
  /// everything after the IP header.
  var statedLength: Int { Int(bytes.u16(4)) }
  /// The length reaches beyond the bytes there are.
  var isIncomplete: Bool { statedLength > bytes.byteCount }
  /// 0: the sender computed none.
  var checksum: UInt16 { bytes.u16(6) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(UDPHeader.length) }
  }
}
