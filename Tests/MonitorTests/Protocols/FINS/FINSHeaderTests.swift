// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct FINSHeaderTests {
  private static let request = hex("80 00 02 01 0A 00 03 15 10 63 0101 82 0064 00 0001")
  private static let overTCP = hex("46494E53 0000001A 00000002 00000000 80000700 0B000015 0060 0101 82 006400 0010 FF")
  private static let serverNode = hex("46494E53 00000010 00000001 00000020 00000015 0000000B")

  @Test func `every field of a FINS header is read`() throws {
    let header = try found(FINSHeader(span(Self.request)))
    #expect(header.informationControlField == 0x80 && !header.isResponse && !header.needsNoResponse)
    #expect(header.reserved == 0 && header.gatewayCount == 2 && header.serviceID == 0x63)
    #expect(header.destination == FINSAddress(network: 1, node: 10, unit: 0) && header.destination.bits == 0x010A00)
    #expect(header.source == FINSAddress(network: 3, node: 21, unit: 16) && header.source.bits == 0x031510)
    #expect(header.command == .memoryAreaRead && header.isPlausible && header.count == 18 && header.end == 18)
    #expect(header.u8(12) == 0x82 && header.u16(13) == 100 && array(header.bytes(16, 9)) == [0, 1])
  }

  @Test func `the end code of a response is read without the relay flag and the CPU error flags`() throws {
    let bytes = hex("FF C1 00 02 00 0A 00 00 15 00 63 0402 A2C4")
    let header = try found(FINSHeader(span(bytes), at: 1))
    #expect(header.isResponse && header.needsNoResponse && header.isPlausible && header.command == .stop)
    #expect(header.start == 1 && header.count == 14 && header.endCode == FINSEndCode(rawValue: 0x2204))
    #expect(header.endCode?.name.description == "Wrong operating mode")
    let cut = Array(bytes.dropLast())
    let short = try found(FINSHeader(span(cut), at: 1))
    #expect(short.endCode == nil)
  }

  @Test(
    "fixed fields that W342 does not allow",
    arguments: [
      "00 00 02 000A00 001500 63 0101", "82 00 02 000A00 001500 63 0101", "80 01 02 000A00 001500 63 0101",
      "80 00 08 000A00 001500 63 0101", "80 00 02 800A00 001500 63 0101", "80 00 02 000A00 801500 63 0101",
    ])
  func implausible(_ text: String) throws {
    let bytes = hex(text)
    let header = try found(FINSHeader(span(bytes)))
    #expect(header.isPlausible == false)
  }

  @Test func `every field of a FINS/TCP header is read, and the message ends where its length says`() throws {
    let header = try found(FINSTCPHeader(span(Self.overTCP)))
    #expect(header.magic == FINSTCPHeader.magic && header.length == 26 && header.total == 34)
    #expect(header.command == .frame && header.errorCode == 0 && header.message.byteCount == 34)
    #expect(FINSTCPHeader.hasMagic(span(Self.overTCP)) && FINSTCPHeader.firstByte == UInt8(ascii: "F"))
    let frame = try found(FINSHeader(header.message, at: FINSTCPHeader.size))
    #expect(frame.command == .memoryAreaRead && frame.count == 18)
    let answer = try found(FINSTCPHeader(span(Self.serverNode)))
    #expect(answer.command == .serverNodeAddress && answer.errorCode == 0x20 && answer.clientNode == 21)
    #expect(answer.command.name.description == "Server node address send")
  }

  @Test(
    "FINS/TCP commands have their names; one that is not in W343 keeps its number",
    arguments: [(UInt32(0), true), (1, true), (2, true), (3, true), (6, true), (7, false), (0xFFFF_FFFF, false)])
  func commands(_ number: UInt32, _ isKnown: Bool) {
    #expect(FINSTCPCommand(rawValue: number).isKnown == isKnown)
    #expect(FINSTCPCommand(rawValue: number).rawValue == number)
  }

  @Test func `a header cut at any byte is read or refused without a trap`() {
    for count in 0...Self.request.count {
      let cut = Array(Self.request.prefix(count))
      let header = FINSHeader(span(cut))
      let isThere = header != nil
      #expect(isThere == (count >= FINSHeader.size))
      if let header { #expect(header.command == .memoryAreaRead && header.endCode == nil || count >= 14) }
    }
    for whole in [Self.overTCP, Self.serverNode] {
      for count in 0...whole.count {
        let cut = Array(whole.prefix(count))
        let header = FINSTCPHeader(span(cut))
        let isThere = header != nil
        #expect(isThere == (count >= FINSTCPHeader.size))
        if let header {
          #expect(header.message.byteCount == min(count, header.total))
          #expect((header.clientNode == nil) == (min(count, header.total) < 20))
        }
      }
    }
    let hugeLength = hex("46494E53 FFFFFFFF 00000002 00000000")
    let noLength = hex("46494E53 00000000 00000002 00000000")
    #expect(FINSTCPHeader(span(hugeLength))?.message.byteCount == 16)
    #expect(FINSTCPHeader(span(noLength))?.message.byteCount == 16)
  }
}
