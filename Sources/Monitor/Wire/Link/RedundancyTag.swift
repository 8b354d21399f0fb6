// SPDX-License-Identifier: Apache-2.0

/// Redundancy tag (R-TAG) of frame replication and elimination (IEEE 802.1CB-2017, 7.8), starting after its EtherType
/// 0xF1C1, and the type of what follows.
///
///     0          2                 4      6
///     +----------+-----------------+------+
///     | reserved | sequence number | type |
///     +----------+-----------------+------+
struct RedundancyTag: ~Escapable {
  let bytes: RawSpan
  static let length = 6

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(RedundancyTag.length, .ethernet)
    self.bytes = bytes
  }

  /// Sent as 0, ignored on receipt.
  var reserved: UInt16 { bytes.u16(0) }
  var sequenceNumber: UInt16 { bytes.u16(2) }
  var type: EtherType { EtherType(rawValue: bytes.u16(4)) }
}
