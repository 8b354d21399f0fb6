// SPDX-License-Identifier: Apache-2.0

/// Internet control message protocol (RFC 792).
///
///     0      1      2          4                8
///     +------+------+----------+----------------+------+
///     | type | code | checksum | rest of header | data |
///     +------+------+----------+----------------+------+
struct ICMPHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 8

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(ICMPHeader.length, .icmp)
    self.bytes = bytes
  }

  static let echoReply: UInt8 = 0
  static let destinationUnreachable: UInt8 = 3
  static let sourceQuench: UInt8 = 4
  static let redirect: UInt8 = 5
  static let echo: UInt8 = 8
  static let timeExceeded: UInt8 = 11
  static let parameterProblem: UInt8 = 12
  /// Of an echo, timestamp, information or address mask message (RFC 792; RFC 950, appendix I): the answer.
  static func isReply(_ type: UInt8) -> Bool { type == echoReply || type == 14 || type == 16 || type == 18 }

  var type: UInt8 { bytes.u8(0) }
  var code: UInt8 { bytes.u8(1) }
  var checksum: UInt16 { bytes.u16(2) }
  /// Echo and timestamp messages.
  var identifier: UInt16 { bytes.u16(4) }
  /// Echo and timestamp messages.
  var sequenceNumber: UInt16 { bytes.u16(6) }
  /// Redirect: where to send instead.
  var gateway: IPAddress { IPAddress(v4: bytes, at: 4) }
  /// Fragmentation needed (type 3, code 4; RFC 1191, 4).
  var nextHopMTU: UInt16 { bytes.u16(6) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(ICMPHeader.length) }
  }

  /// The datagram this message complains about: its IP header and at least eight bytes more.
  var original: OriginalDatagram? {
    switch type {
    case ICMPHeader.destinationUnreachable, ICMPHeader.sourceQuench, ICMPHeader.redirect, ICMPHeader.timeExceeded,
      ICMPHeader.parameterProblem:
      OriginalDatagram(v4: payload)
    default: nil
    }
  }
}
