// SPDX-License-Identifier: Apache-2.0

/// 16-bit cyclic redundancy checks; both reflected, and sent low byte first.
enum CRC16 {
  /// CRC-16/MODBUS: polynomial 8005, initial value FFFF (MODBUS over Serial Line V1.02, 6.2.2).
  static func modbus(_ bytes: RawSpan) -> UInt16 {
    var crc = modbusStart
    for offset in 0..<bytes.byteCount { crc = modbus(crc, adding: bytes.u8(offset)) }
    return crc
  }
  static let modbusStart: UInt16 = 0xFFFF

  /// Adds one byte without a table: the polynomial folds a byte into its parity and two shifted copies.
  @inline(__always)
  static func modbus(_ crc: UInt16, adding byte: UInt8) -> UInt16 {
    let low = crc & 0xFF ^ UInt16(byte)
    let folded = crc >> 8 ^ low << 6 ^ low << 7
    return low.nonzeroBitCount & 1 == 0 ? folded : folded ^ 0xC001
  }

  /// CRC-16/DNP: polynomial 3D65 (x16+x13+x12+x11+x10+x8+x6+x5+x2+1), initial value 0, inverted (IEEE 1815-2012,
  /// 9.2.4.3 and annex E).
  static func dnp(_ bytes: RawSpan) -> UInt16 {
    var crc: UInt16 = 0
    for offset in 0..<bytes.byteCount {
      crc = crc >> 8 ^ dnpTable[Int(UInt8(truncatingIfNeeded: crc) ^ bytes.u8(offset))]
    }
    return ~crc
  }
  private static let dnpTable: InlineArray<256, UInt16> = {
    var table = InlineArray<256, UInt16>(repeating: 0)
    for index in 0..<256 {
      var crc = UInt16(index)
      for _ in 0..<8 { crc = crc & 1 != 0 ? crc >> 1 ^ 0xA6BC : crc >> 1 }
      table[index] = crc
    }
    return table
  }()
}
