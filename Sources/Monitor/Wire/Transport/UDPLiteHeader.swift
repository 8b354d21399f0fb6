// SPDX-License-Identifier: Apache-2.0

/// Lightweight user datagram protocol (RFC 3828, 3.1).
///
///     0             2                  4                   6          8
///     +-------------+------------------+-------------------+----------+------+
///     | source port | destination port | checksum coverage | checksum | data |
///     +-------------+------------------+-------------------+----------+------+
struct UDPLiteHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 8

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(UDPLiteHeader.length, .udpLite)
    let coverage = Int(bytes.u16(4))
    guard coverage >= UDPLiteHeader.length || coverage == 0 else {
      throw Malformed(.udpLite, .field, needed: UDPLiteHeader.length, available: coverage)
    }
    self.bytes = bytes
  }

  var sourcePort: UInt16 { bytes.u16(0) }
  var destinationPort: UInt16 { bytes.u16(2) }
  /// Bytes from this header on that the checksum covers, as stated; 0 is all of them.
  var checksumCoverage: Int { Int(bytes.u16(4)) }
  var checksum: UInt16 { bytes.u16(6) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(UDPLiteHeader.length) }
  }
}
