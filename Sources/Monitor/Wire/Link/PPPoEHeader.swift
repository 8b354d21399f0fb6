// SPDX-License-Identifier: Apache-2.0

/// PPP over Ethernet (RFC 2516, 4), trimmed to its length, and in a session the PPP protocol after it (RFC 1661, 2).
///
///     0            1      2            4        6
///     +------------+------+------------+--------+--------------+------+
///     | ver, type  | code | session id | length | PPP protocol | data |
///     +------------+------+------------+--------+--------------+------+
struct PPPoEHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 6

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(PPPoEHeader.length, .pppoe)
    guard bytes.u8(0) == 0x11 else { throw Malformed(.pppoe, .version, available: bytes.byteCount) }
    self.bytes = bytes.slice(0, PPPoEHeader.length + Int(bytes.u16(4)))
  }

  /// 0 is session data; anything else belongs to discovery.
  var code: UInt8 { bytes.u8(1) }
  var sessionIdentifier: UInt16 { bytes.u16(2) }
  /// Bytes after this header, as stated.
  var statedLength: Int { Int(bytes.u16(4)) }
  /// The stated length reaches beyond the bytes there are.
  var isIncomplete: Bool { PPPoEHeader.length + statedLength > bytes.byteCount }
  /// 0x0021 IPv4, 0x0057 IPv6; nil without session data.
  var pppProtocol: UInt16? {
    code == 0 && bytes.byteCount >= PPPoEHeader.length + 2 ? bytes.u16(PPPoEHeader.length) : nil
  }
}
