// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// MBAP header and RTU frame from literal bytes: every field, and every truncation.
@Suite struct ModbusHeaderTests {
  /// A message, and the beginning of another one.
  static let message = hex("1501 0000 0006 11 03 006B 0003") + hex("1502 0000")

  @Test func `every field of an MBAP header is read`() {
    let bytes = Self.message
    guard let header = ModbusHeader(span(bytes)) else { return unreadable() }
    #expect(header.transactionIdentifier == 0x1501 && header.protocolIdentifier == 0 && header.length == 6)
    #expect(header.unitIdentifier == 0x11 && header.functionCode == 3 && header.function == .readHoldingRegisters)
    #expect(header.messageLength == 12 && header.isModbus && header.hasLength && header.isPlausible)
    let pdu = header.pdu
    #expect(pdu.count == 5 && pdu.functionCode == 3 && pdu.u16(1) == 0x6B && pdu.u16(3) == 3)
  }

  @Test(arguments: [
    // Modbus, a length that the function can have, plausible.
    ("0001 0000 0002 11 07", true, true, true), ("0001 0001 0006 11 03", false, true, false),
    ("0001 0000 0001 11 03", true, false, false), ("0001 0000 00FE 11 03", true, true, true),
    ("0001 0000 00FF 11 03", true, false, false), ("0001 0000 05C8 11 5A", true, true, true),
    ("0001 0000 05C9 11 5A", true, false, false), ("0001 0000 0003 11 83", true, true, true),
    ("0001 0000 0004 11 83", true, true, false), ("0001 0000 0006 11 00", true, true, false),
    ("0001 0000 0003 11 80", true, true, false), ("0001 0000 00FF 11 DA", true, true, false),
  ])
  func `a header is plausible by protocol, length and function`(
    text: String, isModbus: Bool, hasLength: Bool, isPlausible: Bool
  ) {
    let bytes = hex(text)
    guard let header = ModbusHeader(span(bytes)) else { return unreadable() }
    #expect(header.isModbus == isModbus && header.hasLength == hasLength && header.isPlausible == isPlausible)
  }

  @Test func `a truncated header is not read, a truncated message keeps what is present of its PDU`() {
    for count in 0..<12 {
      let cut = Array(Self.message.prefix(count))
      guard let header = ModbusHeader(span(cut)) else {
        #expect(count < 8)
        continue
      }
      #expect(count >= 8 && header.messageLength == 12)
      let pdu = header.pdu
      #expect(pdu.count == count - 7 && pdu.functionCode == 3)
    }
  }

  @Test(
    arguments: [
      // Protocol, length, plausible, bytes needed.
      ("", nil, nil, true, 8), ("0001", nil, nil, true, 8), ("0001 00", 0, nil, true, 8),
      ("0001 01", 0x100, nil, false, 8),
      ("0001 0001", 1, nil, false, 8), ("0001 0000 05", 0, 0x500, true, 8), ("0001 0000 06", 0, 0x600, false, 8),
      ("0001 0000 0006", 0, 6, true, 12), ("0001 0000 0006 11", 0, 6, true, 12), ("0001 0000 0001", 0, 1, false, 7),
    ] as [(String, UInt16?, UInt16?, Bool, Int)])
  func `a partial header decides whether to wait for more bytes`(
    text: String, protocolIdentifier: UInt16?, length: UInt16?, isPlausible: Bool, needed: Int
  ) {
    let bytes = hex(text)
    let header = ModbusPartialHeader(span(bytes))
    #expect(header.protocolIdentifier == protocolIdentifier && header.length == length)
    #expect(header.isPlausible == isPlausible && header.needed == needed)
  }

  // MARK: RTU

  /// MODBUS over Serial Line V1.02, appendix B, and trailing bytes.
  static let frame = hex("02 07 41 12 FF")

  @Test func `every field of an RTU frame is read`() {
    let bytes = Self.frame
    guard let frame = ModbusRTUFrame(span(bytes), length: 4) else { return unreadable() }
    #expect(frame.address == 2 && frame.length == 4 && frame.checksum == 0x1241 && frame.computedChecksum == 0x1241)
    let pdu = frame.pdu
    #expect(pdu.count == 1 && pdu.functionCode == 7)
  }

  @Test func `an incomplete or too short frame is not read`() {
    for count in 0...5 {
      let cut = Array(Self.frame.prefix(count))
      for length in -1...6 {
        let isFrame = ModbusRTUFrame(span(cut), length: length) != nil
        #expect(isFrame == (length >= 4 && length <= count))
      }
    }
  }

  @Test(
    arguments: [
      // As a request and as a response.
      ("11 03", .bytes(8), .needs(3)), ("11 03 06", .bytes(8), .bytes(11)), ("11 03 FF", .bytes(8), .impossible),
      ("11 05", .bytes(8), .bytes(8)), ("11 07", .bytes(4), .bytes(5)), ("11 08 00", .needs(4), .needs(4)),
      ("11 08 0001", .bytes(8), .bytes(8)), ("11 08 0000 A537 0000", .open, .open), ("11 0B", .bytes(4), .bytes(8)),
      ("11 0C 08", .bytes(4), .bytes(13)), ("11 10 0001 0002", .needs(7), .bytes(8)),
      ("11 10 0001 0002 04", .bytes(13), .bytes(8)), ("11 14 07", .bytes(12), .bytes(12)),
      ("11 16", .bytes(10), .bytes(10)), ("11 17 0003 0006 000E 0003 06", .bytes(19), .bytes(5)),
      ("11 18 0006", .bytes(6), .bytes(12)), ("11 2B", .needs(3), .needs(3)), ("11 2B 0D", .open, .open),
      ("11 2B 0E", .bytes(7), .needs(8)), ("11 2B 0E 01 01 00 00 01", .bytes(7), .needs(10)),
      ("11 2B 0E 01 01 00 00 01 00 02", .bytes(7), .bytes(14)), ("11 00", .impossible, .impossible),
      ("11 83", .impossible, .bytes(5)), ("11 41", .open, .open),
    ] as [(String, ModbusRTULength, ModbusRTULength)])
  func `a function and its counts determine the length of a frame`(
    text: String, request: ModbusRTULength, response: ModbusRTULength
  ) {
    let bytes = hex(text)
    guard let beginning = ModbusRTUBeginning(span(bytes)) else { return unreadable() }
    #expect(beginning.address == 0x11 && beginning.functionCode == bytes[1])
    #expect(beginning.function.rawValue == bytes[1] & 0x7F)
    let lengths = beginning.lengths
    #expect(lengths.request == request && lengths.response == response)
    let one: [UInt8] = [0x11]
    let isNone = ModbusRTUBeginning(span(one)) == nil
    #expect(isNone)
  }

  private func unreadable() { Issue.record("unreadable") }
}
