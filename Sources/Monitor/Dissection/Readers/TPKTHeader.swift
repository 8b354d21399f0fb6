// SPDX-License-Identifier: Apache-2.0

/// Packet header of ISO transport services on top of TCP (RFC 1006, 6).
///
///     0         1          2        4
///     +---------+----------+--------+---- ... -+
///     | version | reserved | length | TPDU     |
///     +---------+----------+--------+---- ... -+
///
/// `length` counts the header and the TPDU.
struct TPKTHeader: ~Escapable {
  static let size = 4
  static let currentVersion: UInt8 = 3
  private let bytes: RawSpan

  /// Nil if there are fewer bytes than a header. If the end of a packet has not arrived, or was truncated, there are
  /// fewer bytes than `length`.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= TPKTHeader.size else { return nil }
    self.bytes = bytes.extracting(first: max(TPKTHeader.size, Int(bytes.u16(2))))
  }

  var version: UInt8 { bytes.u8(0) }
  /// Undefined; every known implementation sends 0.
  var reserved: UInt8 { bytes.u8(1) }
  var length: UInt16 { bytes.u16(2) }
  var tpdu: RawSpan {
    @_lifetime(copy self) get { bytes.from(TPKTHeader.size) }
  }

  /// Whether the bytes present can be the start of a packet; true for no bytes.
  @inline(__always)
  static func canBegin(_ bytes: RawSpan) -> Bool {
    (bytes.byteCount < 1 || bytes.u8(0) == currentVersion) && (bytes.byteCount < 2 || bytes.u8(1) == 0)
  }
}
