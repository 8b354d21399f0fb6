// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct CIPHeaderTests {
  private static let request = hex("FF 4C 02 20 04 24 64 0100")
  private static let response = hex("FF CC 00 05 01 0302 AABB")
  private static let implicit = hex("0200 0280 0800 03064B00 01000000 B100 0600 0100 01000000")
  private static let command = hex("FF 07 4D00 01020304 0F 00 3412 A1 0207 89")

  @Test func `every field of a request header is read`() throws {
    let header = try found(CIPRequestHeader(span(Self.request), at: 1))
    #expect(header.service == 0x4C && !header.isResponse && header.pathSize == 2 && header.start == 1)
    #expect(header.path == 3 && header.data == 7 && header.firstSegment == 0x20 && header.hasPath)
    let long = hex("4C 03 20 04")
    #expect(CIPRequestHeader(span(long), at: 0)?.hasPath == false)
    let empty = hex("4C 00")
    #expect(CIPRequestHeader(span(empty), at: 0)?.firstSegment == nil)
  }

  @Test func `every field of a response header is read`() throws {
    let header = try found(CIPResponseHeader(span(Self.response), at: 1))
    #expect(header.service == 0x4C && header.reserved == 0 && header.start == 1)
    #expect(header.generalStatus.rawValue == 5 && header.generalStatus.name.description == "Path destination unknown")
    #expect(header.additionalStatusSize == 1 && header.extendedStatus == 0x0203 && header.data == 7)
    #expect(header.hasAdditionalStatus && CIPRequestHeader(span(Self.response), at: 1)?.isResponse == true)
    let plain = hex("CC 00 06 00")
    let part = try found(CIPResponseHeader(span(plain), at: 0))
    #expect(part.generalStatus == .partialTransfer && part.generalStatus.isSuccess && part.extendedStatus == nil)
  }

  @Test func `a status without a name keeps its number`() {
    #expect(CIPStatus(rawValue: 0x77).name.description == "Status not in the CIP Networks Library")
    #expect(CIPStatus(rawValue: 0x77).rawValue == 0x77 && !CIPStatus.embeddedServiceError.isSuccess)
  }

  @Test func `every field of an implicit message's header is read`() throws {
    let header = try found(CIPIOHeader(span(Self.implicit)))
    #expect(header.itemCount == 2 && header.addressType == .sequencedAddress && header.addressLength == 8)
    #expect(header.connection == 0x004B_0603 && header.sequenceNumber == 1 && header.dataType == .connectedData)
    #expect(header.dataLength == 6 && header.total == 24 && header.isFramed && header.framing == CIPIOHeader.framing)
    for place in [0, 2, 4, 14] {
      var bytes = Self.implicit
      bytes[place] ^= 1
      #expect(CIPIOHeader(span(bytes))?.isFramed == false)
    }
  }

  @Test func `every field of a PCCC header is read`() throws {
    let header = try found(PCCCHeader(span(Self.command), at: 1))
    #expect(header.start == 8 && header.commandCode == 15 && !header.isResponse && header.status == 0)
    #expect(header.transaction == 0x1234 && header.function == 0xA1 && header.hasFunction)
    #expect(header.responseData == 12 && header.commandData == 13 && header.message.byteCount == Self.command.count)
    let refusal = hex("07 4D00 01020304 4F F0 3412 0B")
    let response = try found(PCCCHeader(span(refusal), at: 0))
    #expect(response.isResponse && response.status == PCCCStatus.extended && response.extendedStatus == 11)
    let noLength = hex("00 4D00 01020304 0F 00 3412 A1")
    let isThere = PCCCHeader(span(noLength), at: 0) != nil
    #expect(!isThere)
  }

  @Test func `messages of a Multiple Service Packet are found at their offsets, one after the other`() throws {
    let bytes = hex("FF 0200 0600 0900 4C0000 4D00")
    var packet = try found(MultipleServicePacket(span(bytes), at: 1))
    #expect(packet.count == 2)
    let ranges = [packet.next(), packet.next(), packet.next()]
    #expect(ranges == [7..<10, 10..<12, nil] && packet.fault == nil)
    // Back to the first, into the offsets, beyond the end.
    for text in ["FF 0200 0600 0600 4C0000 4D00", "FF 0200 0500 0900 4C0000 4D00", "FF 0200 0600 0C00 4C0000 4D00"] {
      let bytes = hex(text)
      var packet = try found(MultipleServicePacket(span(bytes), at: 1))
      while packet.next() != nil {}
      #expect(packet.fault?.field.description == "Offset")
    }
  }

  @Test func `a header cut at any byte is read or refused without a trap`() {
    for count in 0...Self.request.count {
      let bytes = Array(Self.request.prefix(count))
      let header = CIPRequestHeader(span(bytes), at: 1)
      #expect((header?.service == 0x4C) == (count >= 3) && (header?.hasPath ?? false) == (count >= 7))
      let connected = ConnectedDataHeader(span(bytes), at: 1)
      #expect((connected?.sequenceCount == 0x024C) == (count >= 3))
    }
    for count in 0...Self.response.count {
      let cut = Array(Self.response.prefix(count))
      let header = CIPResponseHeader(span(cut), at: 1)
      #expect((header?.service == 0x4C) == (count >= 5))
      #expect((header?.extendedStatus == 0x0203) == (count >= 7))
      #expect((header?.hasAdditionalStatus ?? false) == (count >= 7))
    }
    for count in 0...Self.implicit.count {
      let cut = Array(Self.implicit.prefix(count))
      let header = CIPIOHeader(span(cut))
      #expect((header?.isFramed ?? false) == (count >= CIPIOHeader.size))
    }
    for count in 0...Self.command.count {
      let cut = Array(Self.command.prefix(count))
      let header = PCCCHeader(span(cut), at: 1)
      #expect((header?.transaction == 0x1234) == (count >= 12) && (header?.function == 0xA1) == (count >= 13))
    }
    let several = hex("0200 0600 0800 4C00 4D00")
    for count in 0...several.count {
      let cut = Array(several.prefix(count))
      guard var packet = MultipleServicePacket(span(cut), at: 0) else { continue }
      var found = 0
      while packet.next() != nil { found += 1 }
      #expect(found == (count >= 9 ? 2 : count >= 8 ? 1 : 0))
    }
  }

  @Test func `the packed state of an implicit connection is read back as written`() {
    var shape = CIPIOShape(length: 0xFFFF)
    (shape.hasHeader, shape.isRun) = (true, true)
    #expect(CIPIOShape(shape.bits) == shape && CIPIOShape(CIPIOShape().bits) == CIPIOShape())
    var state = CIPIOState(0)
    #expect(state[.toServer] == nil && state[.toClient] == nil)
    let (up, down) = (CIPIOState.Last(connection: 1, length: 10), CIPIOState.Last(connection: 2, length: 0xFFFF))
    state[.toServer] = up
    state[.toClient] = down
    state = CIPIOState(state.bits)
    #expect(state[.toServer] == up && state[.toClient] == down)
    // Connection numbers that a target increments in both halves.
    let numbers = (1...64).map { CIPIOState.Last(connection: UInt32($0) << 16 | UInt32($0), length: 0).connection }
    #expect(Set(numbers).count == 64)
  }

  @Test func `pending requests of CIP, PCCC and the encapsulation have keys of their own`() {
    var slots = EtherNetIPState(link: 3)
    #expect(slots.slot == 3 && EtherNetIPState(slots.bits).slot == 3)
    slots.slot = nil
    #expect(EtherNetIPState(slots.bits).slot == nil && EtherNetIPState(link: -1).slot == nil)
    #expect(EtherNetIPPlace.pccc(0) > 0xFFFF && EtherNetIPPlace.encapsulation(.noOperation) < -1)
  }
}
