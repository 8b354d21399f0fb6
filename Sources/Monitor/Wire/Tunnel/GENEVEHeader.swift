// SPDX-License-Identifier: Apache-2.0

/// Generic network virtualization encapsulation (RFC 8926, 3.4).
///
///     0                         1                2               4                    7          8
///     +-------------------------+----------------+---------------+--------------------+----------+---------+
///     | version, options length | O, C, reserved | protocol type | network identifier | reserved | options |
///     +-------------------------+----------------+---------------+--------------------+----------+---------+
struct GENEVEHeader: ~Escapable {
  let bytes: RawSpan
  static let minimumLength = 8
  static let port: UInt16 = 6081

  /// A version or reserved field that is not 0 shows that the port carries something else.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(GENEVEHeader.minimumLength, .geneve)
    guard bytes.u8(0) >> 6 == 0 else { throw Malformed(.geneve, .version, available: bytes.byteCount) }
    guard bytes.u8(1) & 0x3F == 0, bytes.u8(7) == 0 else {
      throw Malformed(.geneve, .field, available: bytes.byteCount)
    }
    self.bytes = bytes
    try bytes.require(length, .geneve)
  }

  /// In bytes, with options: 8 to 260.
  var length: Int { GENEVEHeader.minimumLength + Int(bytes.u8(0) & 0x3F) << 2 }
  /// O: a control message.
  var isControl: Bool { bytes.u8(1) & 0x80 != 0 }
  /// C: an option is there that must be understood.
  var hasCriticalOptions: Bool { bytes.u8(1) & 0x40 != 0 }
  var protocolType: EtherType { EtherType(rawValue: bytes.u16(2)) }
  var networkIdentifier: UInt32 { bytes.u24(4) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(length) }
  }
}
