// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct EncapsulationHeaderTests {
  /// SendUnitData with an address and a connected item, then the beginning of another message.
  private static let sending = hex(
    """
    7000 1C00 04030201 00000000 0807060504030201 00000000 00000000 0A00 0200
    A100 0400 44332211 B100 0600 0700 0102 0304 7000
    """)
  private static let register = hex("6500 0400 00000000 00000000 0000000000000000 00000000 0100 0000")

  @Test func `every field of an encapsulation header is read, and the message ends where its length says`() throws {
    let header = try found(EncapsulationHeader(span(Self.sending)))
    #expect(header.command == .sendUnit && header.length == 28 && header.session == 0x0102_0304)
    #expect(header.status == 0 && header.senderContext == 0x0102_0304_0506_0708 && header.options == 0)
    #expect(header.total == 52 && header.isWhole && header.dataCount == 28 && header.isPlausible)
    #expect(header.message.byteCount == 52)
    let register = try found(EncapsulationHeader(span(Self.register)))
    #expect(register.command == .registerSession && register.protocolVersion == 1 && register.isWhole)
    let refused = hex("6F00 0000 00000000 6A000000 0000000000000000 00000000")
    #expect(EncapsulationHeader(span(refused))?.status == 0x6A)
  }

  @Test(
    "headers that the CIP specification, 2-3, does not allow",
    arguments: [
      "7100 0000 00000000 00000000 0000000000000000 00000000", "6F00 E8FF 00000000 00000000 0000000000000000 00000000",
      "6F00 0000 00000000 00010000 0000000000000000 00000000", "6F00 0000 00000000 00000000 0000000000000000 01000000",
    ])
  func implausible(_ text: String) throws {
    let bytes = hex(text)
    let header = try found(EncapsulationHeader(span(bytes)))
    #expect(header.isPlausible == false)
  }

  @Test func `the items follow the interface handle and the timeout, each after the one before`() throws {
    let header = try found(EncapsulationHeader(span(Self.sending)))
    let sending = try found(SendDataHeader(header.message))
    #expect(sending.interfaceHandle == 0 && sending.timeout == 10)
    var items = try found(CommonPacketItems(header.message, at: SendDataHeader.itemsOffset))
    #expect(items.count == 2 && items.offset == 32)
    let address = try found(items.next())
    #expect(address.type == .connectedAddress && address.length == 4 && address.start == 36 && address.end == 40)
    #expect(address.isWhole && address.connection == 0x1122_3344 && address.service == nil)
    let data = try found(items.next())
    #expect(data.type == .connectedData && data.length == 6 && data.start == 44 && data.end == 50 && data.isWhole)
    #expect(data.message.byteCount == 50 && data.connection == nil && data.service == 46 && items.offset == 50)
    let connected = try found(ConnectedDataHeader(data.message, at: data.start))
    #expect(connected.sequenceCount == 7 && connected.service == 46)
  }

  @Test func `reading the items ends, whatever their lengths`() {
    for text in ["0000 0000 0000 0000 0000 0000", "FFFF B200 FFFF 0000", "0100 B200 0000", "0200 B2", "0100"] {
      let bytes = hex(text)
      guard var items = CommonPacketItems(span(bytes), at: 0) else { continue }
      var steps = 0
      var last = items.offset
      while let item = items.next() {
        steps += 1
        #expect(items.offset >= last + CommonPacketItem.headerSize && item.end == items.offset)
        #expect(item.isWhole == (item.end <= bytes.count))
        last = items.offset
      }
      #expect(steps <= bytes.count / CommonPacketItem.headerSize)
    }
  }

  @Test func `a header cut at any byte is read or refused without a trap`() {
    for count in 0...Self.sending.count {
      let bytes = Array(Self.sending.prefix(count))
      let beginning = EncapsulationBeginning(span(bytes))
      #expect((beginning.command == nil) == (count < 2) && (beginning.length == nil) == (count < 4))
      #expect((beginning.status == nil) == (count < 12))
      let header = EncapsulationHeader(span(bytes))
      let isThere = header != nil
      #expect(isThere == (count >= EncapsulationHeader.size))
      guard let header else { continue }
      #expect(header.isWhole == (count >= 52) && header.message.byteCount == min(count, 52))
      #expect((header.protocolVersion == nil) == (count < 28))
      let sending = SendDataHeader(header.message)
      #expect(sending?.timeout == (count >= 30 ? 10 : nil))
      guard var items = CommonPacketItems(header.message, at: SendDataHeader.itemsOffset) else {
        #expect(count < 32)
        continue
      }
      var found = 0
      while let item = items.next() {
        found += 1
        #expect(item.isWhole == (count >= item.end))
        #expect(item.type != .connectedAddress || (item.connection == nil) == (count < 40))
      }
      #expect(found == (count >= 44 ? 2 : count >= 36 ? 1 : 0))
    }
  }
}
