// SPDX-License-Identifier: Apache-2.0

/// MAC security tag (IEEE 802.1AE-2018, 9.3), starting after the MACsec EtherType.
///
///     0         1    2               6                         (14)
///     +---------+----+---------------+-------------------------+------+-----------+
///     | TCI, AN | SL | packet number | secure channel id (SC)  | data | ICV (8-16)|
///     +---------+----+---------------+-------------------------+------+-----------+
struct MACsecTag: ~Escapable {
  let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(6, .macsec)
    self.bytes = bytes
    guard bytes.u8(0) & 0x80 == 0 else { throw Malformed(.macsec, .version, available: bytes.byteCount) }
    try bytes.require(length, .macsec)
  }

  /// SC bit: the secure channel identifier is there.
  var hasSecureChannelIdentifier: Bool { bytes.u8(0) & 0x20 != 0 }
  /// E bit: the user data are encrypted.
  var isEncrypted: Bool { bytes.u8(0) & 0x08 != 0 }
  /// C bit: the user data were changed by the cipher suite.
  var isChanged: Bool { bytes.u8(0) & 0x04 != 0 }
  var associationNumber: UInt8 { bytes.u8(0) & 3 }
  /// Bytes of data after the tag if fewer than 48, else 0.
  var shortLength: UInt8 { bytes.u8(1) & 0x3F }
  var packetNumber: UInt32 { bytes.u32(2) }
  var secureChannelIdentifier: UInt64? { hasSecureChannelIdentifier ? bytes.u64(6) : nil }
  var length: Int { hasSecureChannelIdentifier ? 14 : 6 }
}
