// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// The headers of PROFINET frames from literal bytes: every field, and every truncation.
@Suite struct ProfinetHeaderTests {
  @Test func `frame id and APDU status are read`() {
    let sample = hex("8002 AABB F400 35 01")
    let header = ProfinetFrameHeader(span(sample))!
    #expect(header.frameID.rawValue == 0x8002 && array(header.payload) == hex("AABB F400 35 01"))
    let status = ProfinetAPDUStatus(endOf: span(sample))!
    #expect(status.cycleCounter == 0xF400 && status.dataStatus == 0x35 && status.transferStatus == 1)
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let isFrame = ProfinetFrameHeader(span(bytes)) != nil
      let hasStatus = ProfinetAPDUStatus(endOf: span(bytes)) != nil
      #expect(isFrame == (count >= 2) && hasStatus == (count >= 6))
    }
  }

  @Test(
    arguments: [
      (0x00FF, false, false, false), (0x0100, true, false, false), (0xFBFF, true, false, false),
      (0xFC01, false, true, false), (0xFE01, false, true, false), (0xFEFB, false, false, false),
      (0xFEFC, false, false, true), (0xFEFF, false, false, true), (0xFF00, false, false, false),
    ] as [(UInt16, Bool, Bool, Bool)])
  func `frames are classified by their frame id`(id: UInt16, isCyclic: Bool, isAlarm: Bool, isDCP: Bool) {
    let id = ProfinetFrameID(rawValue: id)
    #expect(id.isCyclic == isCyclic && id.isAlarm == isAlarm && id.isDCP == isDCP)
  }

  @Test func `every field of a DCP header is read`() {
    let sample = hex("FEFE 05 00 01020304 0080 0004 0202 0000")
    let padded = sample + hex("000000")
    let header = ProfinetDCPHeader(span(padded))!
    #expect(header.serviceID == .identify && header.serviceType == .request && header.xid == 0x0102_0304)
    #expect(header.responseDelay == 128 && header.dataLength == 4 && header.statedEnd == 16)
    #expect(array(header.requestedKinds) == hex("0202 0000"))
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      #expect(ProfinetDCPHeader.serviceType(span(bytes)) == (count > 3 ? .request : nil))
      let cut = ProfinetDCPHeader(span(bytes))
      guard let cut else {
        #expect(count < ProfinetDCPHeader.size)
        continue
      }
      #expect(cut.statedEnd == 16 && cut.requestedKinds.byteCount == count - 12)
    }
  }

  @Test func `DCP blocks are read, with padding after odd lengths`() {
    // Name of station `abc`, then address, mask and gateway.
    let sample = hex(
      "FEFD 04 00 00000007 0000 001C 0202 0005 0001 616263 00 0102 000E 0001 C0A80002 FFFFFF00 C0A80001")
    let header = ProfinetDCPHeader(span(sample))!
    var blocks = header.blocks
    let name = blocks.next()!
    #expect(name.kind == .nameOfStation && name.length == 5 && name.qualifier == 1 && name.offset == 12)
    #expect(array(name.contents) == hex("0001 616263") && array(name.value) == hex("616263"))
    #expect(name.valueRange == 18..<21)
    let suite = blocks.next()!
    #expect(suite.kind == .ipParameter && suite.kind.hasIPSuite && suite.offset == 22 && suite.valueRange == 28..<40)
    let addresses = ProfinetIPSuite(suite.value)!
    #expect(addresses.address == 0xC0A8_0002 && addresses.subnetMask == 0xFFFF_FF00)
    #expect(addresses.gateway == 0xC0A8_0001)
    let isOver = blocks.next() == nil
    #expect(isOver && blocks.overlong == nil)
    for count in 12..<sample.count {
      let bytes = Array(sample.prefix(count))
      let header = ProfinetDCPHeader(span(bytes))!
      var blocks = header.blocks
      var found = 0
      while blocks.next() != nil { found += 1 }
      #expect(found == (count < 21 ? 0 : 1), "cut at \(count)")
      let isOverlong = blocks.overlong != nil
      #expect(isOverlong == (16..<21 ~= count || count >= 26), "cut at \(count)")
    }
  }

  @Test func `a block shorter than its qualifier has no value`() {
    let bytes = hex("0503 0001 00")
    let block = ProfinetDCPBlock(span(bytes), at: 12)!
    #expect(block.qualifier == nil && block.value.byteCount == 0 && block.valueRange.isEmpty)
  }

  @Test func `DCP response and device id are read`() {
    let sample = hex("0202 06 00")
    let response = ProfinetDCPResponse(span(sample))!
    #expect(response.kind == .nameOfStation && response.error.rawValue == 6)
    #expect(response.error.name.description == "In operation, Set not possible")
    let id = ProfinetDeviceID(span(sample))!
    #expect(id.vendorID == 0x0202 && id.deviceID == 0x0600)
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let isResponse = ProfinetDCPResponse(span(bytes)) != nil
      let isID = ProfinetDeviceID(span(bytes)) != nil
      #expect(isResponse == (count >= 3) && !isID)
    }
  }

  @Test func `every field of an alarm header and its block is read`() {
    let sample = hex("FC01 0001 0002 11 12 0005 0004 001A 0001 001A 0100 0003 00000007 0002 0001")
    let header = ProfinetAlarmHeader(span(sample))!
    #expect(header.destinationEndpoint == 1 && header.sourceEndpoint == 2 && header.version == 1)
    #expect(header.type == .data && header.addFlags == 0x12 && header.sendSequence == 5 && header.ackSequence == 4)
    let block = ProfinetAlarmBlock(header.payload)!
    #expect(block.type == .notificationHigh && block.length == 26 && block.version == 0x0100)
    #expect(block.alarmType.rawValue == 3 && block.api == 7 && block.slot == 2 && block.subslot == 1)
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let cut = ProfinetAlarmHeader(span(bytes))
      guard let cut else {
        #expect(count < ProfinetAlarmHeader.size)
        continue
      }
      let isBlock = ProfinetAlarmBlock(cut.payload) != nil
      #expect(cut.ackSequence == 4 && !isBlock && cut.payload.byteCount == max(0, count - 14))
    }
  }

  @Test func `the packed state of a conversation keeps its fields apart`() {
    var state = ProfinetState(bits: 0)
    #expect(state[dataStatus: .toServer] == nil && state[dataStatus: .toClient] == nil)
    state[dataStatus: .toServer] = 0
    state[dataStatus: .toClient] = 0xFF
    #expect(state[dataStatus: .toServer] == 0 && state[dataStatus: .toClient] == 0xFF)
    state[dataStatus: .toClient] = 0x35
    #expect(ProfinetState(bits: state.bits)[dataStatus: .toClient] == 0x35 && state[dataStatus: .toServer] == 0)
  }
}
