// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct CRC16Tests {
  /// "123456789": the check value of the Catalogue of parametrised CRC algorithms (reveng.sourceforge.io).
  static let digits = Array("123456789".utf8)

  @Test func `CRC-16/MODBUS has its published values`() {
    #expect(CRC16.modbus(span(Self.digits)) == 0x4B37)
    // MODBUS over Serial Line V1.02, appendix B: 02 07 gives 1241, sent low byte first.
    let example = hex("02 07")
    #expect(CRC16.modbus(span(example)) == 0x1241)
    let nothing: [UInt8] = []
    #expect(CRC16.modbus(span(nothing)) == 0xFFFF)
    // The CRC over a message and its own CRC is 0.
    let whole = hex("02 07 41 12")
    #expect(CRC16.modbus(span(whole)) == 0)
  }

  @Test func `CRC-16/DNP has its published values`() {
    #expect(CRC16.dnp(span(Self.digits)) == 0xEA82)
    // The header of a frame that resets the link; its CRC, B1 AC on the wire, is sent low byte first.
    let header = hex("05 64 05 C0 0A 00 01 00")
    #expect(CRC16.dnp(span(header)) == 0xACB1)
    let nothing: [UInt8] = []
    #expect(CRC16.dnp(span(nothing)) == 0xFFFF)
  }

  @Test func `table and folding give the same as the bitwise computation`() {
    for count in 0..<64 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 - $0 * $0 * 7) }
      #expect(CRC16.dnp(span(bytes)) == bitwise(bytes), "\(count) bytes")
      #expect(CRC16.modbus(span(bytes)) == bitwise(bytes, 0xA001, from: 0xFFFF, inverted: false), "\(count) bytes")
    }
  }

  /// The loop given in the standards: IEEE 1815-2012, annex E, and MODBUS over Serial Line V1.02, 6.2.2.
  private func bitwise(
    _ bytes: [UInt8], _ polynomial: UInt16 = 0xA6BC, from start: UInt16 = 0, inverted: Bool = true
  ) -> UInt16 {
    var crc = start
    for byte in bytes {
      crc ^= UInt16(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ polynomial }
    }
    return inverted ? ~crc : crc
  }
}
