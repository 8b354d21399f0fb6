// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// APCI and data unit identifier from literal bytes: every field, and every truncation.
@Suite struct IEC104HeaderTests {
  /// A single command, select: C_SC_NA_1, activation, common address 47, object 30.
  static let command = hex("68 0E 0200 0400 2D 01 06 00 2F00 1E0000 81")

  @Test func `an I-format header has both sequence numbers and the ASDU`() {
    let bytes = Self.command + hex("68 04")
    guard let header = IEC104Header(span(bytes)) else { return unreadable() }
    #expect(header.start == 0x68 && header.length == 14 && header.controlField == 0x0200_0400)
    #expect(header.format == .information && header.sendSequenceNumber == 1 && header.receiveSequenceNumber == 2)
    #expect(header.hasLength && header.isValid && header.frameLength == 16 && header.capturedLength == 16)
    #expect(array(header.asdu) == Array(bytes[6..<16]))
    let highest = hex("68 0E FEFF FEFF")
    let send = IEC104Header(span(highest))?.sendSequenceNumber
    let receive = IEC104Header(span(highest))?.receiveSequenceNumber
    #expect(send == 32_767 && receive == 32_767)
  }

  @Test func `an S-format header has a receive sequence number`() {
    let bytes = hex("68 04 0100 0A00")
    guard let header = IEC104Header(span(bytes)) else { return unreadable() }
    #expect(header.format == .supervisory && header.receiveSequenceNumber == 5 && header.isValid)
    #expect(header.frameLength == 6 && header.asdu.byteCount == 0)
  }

  @Test(
    arguments: [
      (0x07, "STARTDT act", false), (0x0B, "STARTDT con", true), (0x13, "STOPDT act", false),
      (0x23, "STOPDT con", true), (0x43, "TESTFR act", false), (0x83, "TESTFR con", true),
    ] as [(UInt8, String, Bool)])
  func `a U-format header has a function`(code: UInt8, name: String, isConfirmation: Bool) {
    let bytes = hex("68 04") + [code] + hex("00 0000")
    guard let header = IEC104Header(span(bytes)) else { return unreadable() }
    #expect(header.format == .unnumbered && header.isValid && header.function.name.description == name)
    #expect(header.function.isKnown && header.function.isConfirmation == isConfirmation)
  }

  @Test(arguments: [
    // Start byte; lengths; I without ASDU, or with a bit set that must be 0; S and U with extra bytes or bits.
    "69 04 0700 0000", "68 03 0700 0000", "68 FE 0000 0000", "68 00 0000 0000", "68 04 0000 0000", "68 0E 0000 0100",
    "68 05 0100 0000", "68 04 0101 0000", "68 04 0100 0100", "68 04 0500 0000", "68 05 0700 0000", "68 04 0701 0000",
    "68 04 0700 0001", "68 04 0F00 0000", "68 04 0300 0000",
  ])
  func `a header in none of the three formats is not valid`(text: String) {
    let bytes = hex(text)
    guard let header = IEC104Header(span(bytes)) else { return unreadable() }
    let isValid = header.isValid
    #expect(!isValid)
  }

  @Test func `a truncated header is not read, a truncated frame keeps what is present`() {
    for count in 0..<Self.command.count {
      let cut = Array(Self.command.prefix(count))
      let canBegin = count == 0 || IEC104Header.canBegin(span(cut))
      #expect(canBegin)
      guard let header = IEC104Header(span(cut)) else {
        #expect(count < 6)
        continue
      }
      #expect(count >= 6 && header.isValid && header.frameLength == 16)
      #expect(header.capturedLength == count && header.asdu.byteCount == count - 6)
    }
    let wrong = hex("68 03")
    let isWrong = !IEC104Header.canBegin(span(wrong))
    #expect(isWrong)
  }

  @Test func `every field of a data unit is read`() {
    let bytes = hex("0D 83 E5 09 FEFF 0B0102 00006743 00 00000000 00 00000000 80")
    guard let unit = IEC104DataUnit(span(bytes)) else { return unreadable() }
    #expect(unit.type.rawValue == 13 && unit.isSequence && unit.number == 3)
    #expect(unit.isTest && unit.isNegative && unit.cause.rawValue == 0x25 && unit.originator == 9)
    #expect(unit.commonAddress == 0xFFFE && unit.objectAddress() == 0x02_010B)
    #expect(unit.element(at: 2) == 0x67 && unit.element(at: -1) == nil && unit.element(at: 15) == nil)
    #expect(unit.length == 24 && unit.expectedLength == 24 && unit.isPlausible)
  }

  @Test(
    arguments: [
      ("0B 02 03 00 0700 050000 0100 00 060000 0200 00", 18, true),
      ("0B 82 03 00 0700 050000 0100 00 0200 00", 15, true),
      ("0B 80 03 00 0700", 6, true), ("0B 02 03 00 0700 050000 0100 00", 18, false),
      ("0B 01 00 00 0700 050000 0100 00", 12, false), ("7D 01 0D 00 0700 050000 0300 01 02 AABB", nil, true),
      ("80 01 03 00 0700 050000 01", nil, false),
    ] as [(String, Int?, Bool)])
  func `type and number of objects determine the length of a data unit`(text: String, length: Int?, isPlausible: Bool) {
    let bytes = hex(text)
    guard let unit = IEC104DataUnit(span(bytes)) else { return unreadable() }
    #expect(unit.expectedLength == length && unit.isPlausible == isPlausible)
  }

  @Test func `objects can each have their own address`() {
    let bytes = hex("0B 02 03 00 0700 050000 0100 00 090000 0200 00")
    guard let unit = IEC104DataUnit(span(bytes)) else { return unreadable() }
    #expect(unit.objectAddress() == 5 && unit.objectAddress(at: 6) == 9 && unit.objectAddress(at: 12) == nil)
  }

  @Test func `a truncated data unit is not read, or is read up to the cut`() {
    let bytes = Array(Self.command.dropFirst(6))
    for count in 0..<bytes.count {
      let cut = Array(bytes.prefix(count))
      guard let unit = IEC104DataUnit(span(cut)) else {
        #expect(count < 6)
        continue
      }
      #expect(count >= 6 && unit.length == count && unit.expectedLength == 10 && !unit.isPlausible)
      #expect(unit.objectAddress() == (count >= 9 ? 30 : nil) && unit.element(at: 0) == nil)
    }
  }

  private func unreadable() { Issue.record("unreadable") }
}
