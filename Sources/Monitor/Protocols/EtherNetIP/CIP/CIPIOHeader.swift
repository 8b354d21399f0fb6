// SPDX-License-Identifier: Apache-2.0

/// Precedes the data of an implicit message in UDP: ODVA, The CIP Networks Library, volume 2, 3-4. Two items of the
/// Common Packet Format, the first of which is a sequenced address; little-endian.
///
///     0            2              4                6            10         14          16            18
///     +------------+--------------+----------------+------------+----------+-----------+-------------+---- ... -+
///     | item count | address type | address length | connection | sequence | data type | data length | data     |
///     +------------+--------------+----------------+------------+----------+-----------+-------------+---- ... -+
struct CIPIOHeader: ~Escapable {
  static let size = 18
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= CIPIOHeader.size else { return nil }
    self.bytes = bytes
  }

  var itemCount: UInt16 { bytes.u16LE(0) }
  var addressType: CommonPacketItemType { CommonPacketItemType(rawValue: bytes.u16LE(2)) }
  var addressLength: UInt16 { bytes.u16LE(4) }
  var connection: UInt32 { bytes.u32LE(6) }
  /// The encapsulation's sequence number, not the one that class 1 data starts with.
  var sequenceNumber: UInt32 { bytes.u32LE(10) }
  var dataType: CommonPacketItemType { CommonPacketItemType(rawValue: bytes.u16LE(14)) }
  var dataLength: UInt16 { bytes.u16LE(16) }

  /// Whether the items are exactly those two.
  var isFramed: Bool {
    itemCount == 2 && addressType == .sequencedAddress && addressLength == 8 && dataType == .connectedData
  }
  /// The expected start of a frame as one number, for faults to show.
  static let framing: UInt32 = 0x8002_0002
  var framing: UInt32 { bytes.u32LE(0) }
  /// Length of header and data, according to the length field.
  var total: Int { CIPIOHeader.size + Int(dataLength) }
}
