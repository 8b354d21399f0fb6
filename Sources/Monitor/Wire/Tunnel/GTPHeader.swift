// SPDX-License-Identifier: Apache-2.0

/// GPRS tunnelling protocol, user plane, version 1 (3GPP TS 29.281, 5.1 and 5.2). The optional fields are there
/// together when any of E, S and PN is set; extension headers follow while the next type is not 0.
///
///     0                   1      2        4      8                 10      11          12
///     +-------------------+------+--------+------+-----------------+-------+-----------+------------------------+
///     | version, PT, E,S,PN | type | length | TEID | sequence number | N-PDU | next type | length, content, next |
///     +-------------------+------+--------+------+-----------------+-------+-----------+------------------------+
struct GTPHeader: ~Escapable {
  /// Trimmed to the stated length.
  let bytes: RawSpan
  /// With optional fields and extension headers, in bytes.
  let length: Int
  static let minimumLength = 8
  static let port: UInt16 = 2152
  /// The message that carries a user's packet.
  static let userData: UInt8 = 255

  /// Each extension header takes at least four bytes, so the walk ends.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(GTPHeader.minimumLength, .gtp)
    // Version 1, protocol type 1, reserved bit 0.
    guard bytes.u8(0) & 0xF8 == 0x30 else { throw Malformed(.gtp, .version, available: bytes.byteCount) }
    let total = GTPHeader.minimumLength + Int(bytes.u16(2))
    let trimmed = bytes.slice(0, total)
    var offset = GTPHeader.minimumLength
    if bytes.u8(0) & 7 != 0 {
      offset += 4
      try trimmed.require(offset, .gtp)
      var next = bytes.u8(0) & 4 != 0 ? trimmed.u8(offset - 1) : 0
      while next != 0 {
        try trimmed.require(offset + 1, .gtp)
        let count = Int(trimmed.u8(offset)) << 2
        guard count > 0 else { throw Malformed(.gtp, .length, needed: 4, available: 0) }
        offset += count
        try trimmed.require(offset, .gtp)
        next = trimmed.u8(offset - 1)
      }
    }
    self.bytes = trimmed
    length = offset
  }

  var type: UInt8 { bytes.u8(1) }
  /// Bytes after the first eight, as stated.
  var statedLength: Int { Int(bytes.u16(2)) }
  /// The length reaches beyond the bytes there are.
  var isIncomplete: Bool { GTPHeader.minimumLength + statedLength > bytes.byteCount }
  var tunnelEndpointIdentifier: UInt32 { bytes.u32(4) }
  var sequenceNumber: UInt16? { bytes.u8(0) & 2 != 0 ? bytes.u16(8) : nil }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(length) }
  }
}
