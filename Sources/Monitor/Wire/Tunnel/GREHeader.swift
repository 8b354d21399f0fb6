// SPDX-License-Identifier: Apache-2.0

/// Generic routing encapsulation, version 0 (RFC 2784, 2; key and sequence number: RFC 2890, 2) and the enhanced
/// version 1 of PPTP (RFC 2637, 4.1). Each field after the first four bytes is present if its flag is set.
///
///     0                        2               4                      8     12                16
///     +------------------------+---------------+----------+-----------+-----+-----------------+------------------+
///     | C, R, K, S … A, version| protocol type | checksum | reserved1 | key | sequence number | v1: acknowledged |
///     +------------------------+---------------+----------+-----------+-----+-----------------+------------------+
struct GREHeader: ~Escapable {
  let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(4, .gre)
    self.bytes = bytes
    guard version <= 1 else { throw Malformed(.gre, .version, available: bytes.byteCount) }
    // R: the source route of RFC 1701, which RFC 2784 took out.
    guard bytes.u8(0) & 0x40 == 0 else { throw Malformed(.gre, .field, available: bytes.byteCount) }
    try bytes.require(length, .gre)
  }

  var hasChecksum: Bool { bytes.u8(0) & 0x80 != 0 }
  var hasKey: Bool { bytes.u8(0) & 0x20 != 0 }
  var hasSequenceNumber: Bool { bytes.u8(0) & 0x10 != 0 }
  /// Version 1 only.
  var hasAcknowledgement: Bool { version == 1 && bytes.u8(1) & 0x80 != 0 }
  var version: UInt8 { bytes.u8(1) & 7 }
  var protocolType: EtherType { EtherType(rawValue: bytes.u16(2)) }

  var checksum: UInt16? { hasChecksum ? bytes.u16(4) : nil }
  private var keyOffset: Int { hasChecksum ? 8 : 4 }
  /// Version 1 has payload length and call id here.
  var key: UInt32? { hasKey ? bytes.u32(keyOffset) : nil }
  private var sequenceOffset: Int { keyOffset + (hasKey ? 4 : 0) }
  var sequenceNumber: UInt32? { hasSequenceNumber ? bytes.u32(sequenceOffset) : nil }
  private var acknowledgementOffset: Int { sequenceOffset + (hasSequenceNumber ? 4 : 0) }
  var acknowledgementNumber: UInt32? { hasAcknowledgement ? bytes.u32(acknowledgementOffset) : nil }
  /// In bytes, 4 to 20.
  var length: Int { acknowledgementOffset + (hasAcknowledgement ? 4 : 0) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(length) }
  }
}
