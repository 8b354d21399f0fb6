// SPDX-License-Identifier: Apache-2.0

/// The common header of connection-oriented packets, version 5 (C706, 12.6.3.1; [MS-RPCE] 2.2.2).
///
///     0         1       2      3       4              8        10       12        16
///     +---------+-------+------+-------+--------------+--------+--------+---------+
///     | version | minor | type | flags | data format  | length | auth   | call id |
///     +---------+-------+------+-------+--------------+--------+--------+---------+
struct DCEHeader: ~Escapable {
  let bytes: RawSpan
  /// Of the numbers (C706, 14.1: the first label's upper half).
  let isLittleEndian: Bool

  static let size = 16
  enum Sort {
    static let request: UInt8 = 0
    static let response: UInt8 = 2
    static let fault: UInt8 = 3
    static let bind: UInt8 = 11
    static let alterContext: UInt8 = 14
  }

  /// Nil if it is no such header, or not all of it is there.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= DCEHeader.size, DCEHeader.isPlausible(bytes) else { return nil }
    self.bytes = bytes
    isLittleEndian = bytes.u8(4) & 0xF0 == 0x10
    guard length >= DCEHeader.size else { return nil }
  }
  /// As far as bytes are there.
  static func isPlausible(_ bytes: RawSpan) -> Bool {
    bytes.u8(0) == 5 && bytes.u8(1) <= 1 && bytes.u8(2) <= 19 && bytes.u8(4) & 0xEF == 0 && bytes.u8(5) <= 3
      && bytes.byteCount > 0
  }

  func u16(_ offset: Int) -> UInt16 { isLittleEndian ? bytes.u16LE(offset) : bytes.u16(offset) }
  func u32(_ offset: Int) -> UInt32 { isLittleEndian ? bytes.u32LE(offset) : bytes.u32(offset) }
  var type: UInt8 { bytes.u8(2) }
  var isFirst: Bool { bytes.u8(3) & 1 != 0 }
  var isLast: Bool { bytes.u8(3) & 2 != 0 }
  var hasObject: Bool { bytes.u8(3) & 0x80 != 0 }
  /// Of the packet with its header.
  var length: Int { Int(u16(8)) }
  var callID: UInt32 { u32(12) }

  /// A request's or response's stub (C706, 12.6.4.9), without what secures it (12.6.2: 8 bytes and the value).
  var stub: RawSpan {
    @_lifetime(copy self)
    get {
      let start = type == Sort.request && hasObject ? 40 : 24
      let secured = Int(u16(10))
      return bytes.slice(start, min(length, bytes.byteCount) - start - (secured > 0 ? secured + 8 : 0))
    }
  }

  /// An interface's sixteen bytes in the order in which they are written (C706, appendix A: three numbers, and bytes).
  func interface(_ offset: Int) -> UInt128 {
    let high = UInt64(u32(offset)) << 32 | UInt64(u16(offset + 4)) << 16 | UInt64(u16(offset + 6))
    return UInt128(high) << 64 | UInt128(bytes.u64(offset + 8))
  }
}
