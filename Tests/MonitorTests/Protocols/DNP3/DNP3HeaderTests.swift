// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// The headers of DNP3 from literal bytes: every field, and every truncation.
@Suite struct DNP3HeaderTests {
  /// A master asks for all classes: link header, one block, its CRC.
  static let request = hex("0564 11 C4 0A00 0100 0615 C0 C0 14 3C0206 3C0306 3C0406 7896")

  @Test func `every field of a link header is read`() {
    let bytes = Self.request
    guard let header = DNP3LinkHeader(span(bytes)) else { return unreadable() }
    #expect(header.start == DNP3LinkHeader.start && header.length == 0x11 && header.hasLength)
    #expect(header.control.rawValue == 0xC4 && header.destination == 10 && header.source == 1)
    #expect(header.checksum == 0x1506 && header.computedChecksum == 0x1506)
    #expect(header.addresses == 0x0001_000A && header.outstation == 10 && !header.isBroadcast)
    #expect(header.userDataLength == 12 && header.frameLength == 24 && header.capturedLength == 24)
    #expect(header.transport == DNP3TransportHeader.single)
    #expect(array(header.upToFirstBlock) == Array(bytes.prefix(22)))
    var data = header.userData
    guard let block = data.next() else { return unreadable() }
    #expect(array(block.data) == Array(bytes[10..<22]) && block.checksum == 0x9678)
    #expect(block.computedChecksum == 0x9678)
    let isOver = data.next() == nil
    #expect(isOver)
  }

  @Test(
    arguments: [
      // From the master, primary, frame count bit, valid, stopped, code.
      (0xC4, true, true, false, false, false, 4, "UNCONFIRMED_USER_DATA"),
      (0xF3, true, true, true, true, false, 3, "CONFIRMED_USER_DATA"),
      (0x44, false, true, false, false, false, 4, "UNCONFIRMED_USER_DATA"),
      (0x40, false, true, false, false, false, 0, "RESET_LINK_STATES"),
      (0xC9, true, true, false, false, false, 9, "REQUEST_LINK_STATUS"),
      (0x00, false, false, false, false, false, 0, "ACK"), (0x11, false, false, false, false, true, 1, "NACK"),
      (0x8B, true, false, false, false, false, 11, "LINK_STATUS"),
      (0x0F, false, false, false, false, false, 15, "NOT_SUPPORTED"),
      (0x4F, false, true, false, false, false, 15, "Link function not in IEEE 1815"),
      (0x02, false, false, false, false, false, 2, "Link function not in IEEE 1815"),
    ] as [(UInt8, Bool, Bool, Bool, Bool, Bool, UInt8, String)])
  func `every bit of a link control byte is read`(
    byte: UInt8, isFromMaster: Bool, isPrimary: Bool, frameCount: Bool, isValid: Bool, isStopped: Bool, code: UInt8,
    name: String
  ) {
    let control = DNP3LinkControl(rawValue: byte)
    #expect(control.isFromMaster == isFromMaster && control.isPrimary == isPrimary)
    #expect(control.frameCount == frameCount && control.isFrameCountValid == isValid)
    #expect(control.isDataFlowStopped == isStopped && control.function.code == code)
    #expect(control.function.isPrimary == isPrimary && control.function.name.description == name)
    #expect(control.function.isKnown == !name.hasPrefix("Link function not"))
    #expect(control.function.isRefusal == (name == "NACK" || name == "NOT_SUPPORTED"))
  }

  @Test(
    arguments: [
      // Length, user data, bytes of the frame: 5 is the header alone, and each block of 16 bytes has a CRC.
      (0, 0, 10), (4, 0, 10), (5, 0, 10), (6, 1, 13), (21, 16, 28), (22, 17, 31), (255, 250, 292),
    ] as [(UInt8, Int, Int)])
  func `a link header gives the length of its frame`(length: UInt8, userData: Int, frame: Int) {
    let bytes = hex("0564") + [length] + hex("44 0100 0A00 0000") + [UInt8](repeating: 7, count: 300)
    guard let header = DNP3LinkHeader(span(bytes)) else { return unreadable() }
    #expect(header.userDataLength == userData && header.frameLength == frame && header.capturedLength == frame)
    #expect(header.hasLength == (length >= 5) && header.outstation == 10)
    var (count, blocks) = (0, 0)
    var data = header.userData
    while let block = data.next() {
      count += block.data.byteCount
      blocks += 1
      #expect(block.checksum == 0x0707 && block.data.byteCount <= 16)
    }
    #expect(count == userData && blocks == (userData + 15) / 16)
  }

  @Test func `the addresses of all stations are broadcasts`() {
    for (text, isBroadcast) in [("FCFF", false), ("FDFF", true), ("FEFF", true), ("FFFF", true)] {
      let bytes = hex("0564 05 C4" + text + "0100 0000")
      let found = DNP3LinkHeader(span(bytes))?.isBroadcast
      #expect(found == isBroadcast, "\(text)")
    }
  }

  @Test func `a truncated link header is not read, a truncated frame keeps what is present`() {
    let bytes = hex("0564 16 44 0100 0A00 0000") + (0..<21).map { UInt8($0) }
    for count in 0..<bytes.count {
      let cut = Array(bytes.prefix(count))
      guard let header = DNP3LinkHeader(span(cut)) else {
        #expect(count < 10)
        continue
      }
      #expect(count >= 10 && header.frameLength == 31 && header.capturedLength == count)
      #expect(header.transport == (count > 10 ? DNP3TransportHeader(rawValue: 0) : nil))
      var (found, checksums) = (0, 0)
      var data = header.userData
      while let block = data.next() {
        found += block.data.byteCount
        checksums += block.checksum == nil ? 0 : 1
      }
      #expect(found == min(count - 10, 16) + min(max(0, count - 28), 1), "\(count) bytes")
      #expect(checksums == (count < 28 ? 0 : count < 31 ? 1 : 2), "\(count) bytes")
    }
  }

  @Test func `a frame begins with its two start bytes`() {
    for (text, isBeginning) in [("05", true), ("0564", true), ("0565", false), ("06", false), ("056400", true)] {
      let bytes = hex(text)
      let canBegin = DNP3LinkHeader.canBegin(span(bytes))
      #expect(canBegin == isBeginning, "\(text)")
    }
  }

  @Test func `every field of a transport header is read`() {
    let header = DNP3TransportHeader(rawValue: 0x95)
    #expect(header.isFinal && !header.isFirst && header.sequence == 0x15)
    #expect(DNP3TransportHeader(rawValue: 0x7F).isFirst && !DNP3TransportHeader(rawValue: 0x7F).isFinal)
  }

  @Test func `the conversation state holds the last segment of each direction`() {
    var segments = DNP3Segments(bits: 0)
    segments[.toServer] = DNP3Segment(source: 0xFFFF, sequence: 63)
    segments[.toClient] = DNP3Segment(source: 0x1234, sequence: 1)
    let again = DNP3Segments(bits: segments.bits)
    #expect(again[.toServer] == DNP3Segment(source: 0xFFFF, sequence: 63))
    #expect(again[.toClient] == DNP3Segment(source: 0x1234, sequence: 1))
    #expect(again[.toServer].isFollowed(by: DNP3Segment(source: 0xFFFF, sequence: 0)))
    #expect(!again[.toServer].isFollowed(by: DNP3Segment(source: 1, sequence: 0)))
    #expect(!again[.toClient].isFollowed(by: DNP3Segment(source: 0x1234, sequence: 3)))
  }

  @Test func `every field of an application header is read`() {
    let bytes = hex("E9 81 8002 1E02")
    guard let header = DNP3ApplicationHeader(span(bytes)) else { return unreadable() }
    let control = header.control
    #expect(control.isFirst && control.isFinal && control.needsConfirmation && !control.isUnsolicited)
    #expect(control.sequence == 9 && header.function == .response && header.size == 4)
    #expect(header.indications?.rawValue == 0x8002 && header.indications?.refused == 2)
    #expect(header.indications?.refusal?.description == "OBJECT_UNKNOWN")
    let request = hex("D0 01")
    guard let header = DNP3ApplicationHeader(span(request)) else { return unreadable() }
    #expect(header.control.isUnsolicited && header.function == .read && header.size == 2 && header.indications == nil)
  }

  @Test(
    arguments: [
      (0x0000, 0, nil), (0x8000, 0, nil), (0x0001, 1, "NO_FUNC_CODE_SUPPORT"), (0x0004, 4, "PARAMETER_ERROR"),
      (0x0010, 0x10, "ALREADY_EXECUTING"), (0x0028, 0, nil), (0xFFFF, 0x17, "NO_FUNC_CODE_SUPPORT"),
    ] as [(UInt16, UInt16, String?)])
  func `some internal indications refuse a request`(bits: UInt16, refused: UInt16, name: String?) {
    let indications = DNP3Indications(rawValue: bits)
    #expect(indications.refused == refused && indications.refusal?.description == name)
  }

  @Test func `a truncated application header is not read, or has no indications`() {
    let bytes = hex("C0 81 8002")
    for count in 0..<bytes.count {
      let cut = Array(bytes.prefix(count))
      guard let header = DNP3ApplicationHeader(span(cut)) else {
        #expect(count < 2)
        continue
      }
      #expect(count >= 2 && header.indications == nil && header.size == 4)
    }
  }

  @Test(
    arguments: [
      // Qualifier and range; prefix, first, count, end.
      ("00 02 05", 0, 2, 4, 6), ("01 0200 0501", 0, 2, 260, 8), ("02 02000000 03000000", 0, 2, 2, 12),
      ("03 02 02", 0, 2, 1, 6), ("06", 0, 0, 0, 4), ("07 09", 0, 0, 9, 5), ("08 0901", 0, 0, 265, 6),
      ("09 09000100", 0, 0, 65_545, 8), ("17 02", 1, 0, 2, 5), ("28 0200", 2, 0, 2, 6), ("39 01000000", 4, 0, 1, 8),
      ("4B 01", 1, 0, 1, 5), ("5B 02", 2, 0, 2, 5), ("6B 03", 4, 0, 3, 5),
      ("02 00000000 FFFFFFFF", 0, 0, UInt32.max, 12), ("40 02 05", 1, 2, 4, 6), ("51 0200 0501", 2, 2, 260, 8),
    ] as [(String, Int, UInt64, UInt32, Int)])
  func `group, variation, qualifier and range of an object header are read`(
    text: String, prefix: Int, first: UInt64, count: UInt32, end: Int
  ) {
    let bytes = hex("FF 1E 02" + text)
    guard let header = DNP3ObjectHeader(span(bytes), at: 1), let range = header.range else { return unreadable() }
    #expect(header.group == 30 && header.variation == 2 && header.qualifier.rawValue == bytes[3])
    #expect(header.object.group == 30 && header.object.variation == 2)
    #expect(range.prefix == prefix && range.first == first && range.count == count && range.end == end)
    #expect(range.fault == nil)
    #expect(range.isAll == (bytes[3] == 6) && range.isSized == (bytes[3] >= 0x40))
    #expect(range.isIndexed == (0x10...0x3F ~= bytes[3]) && range.isCount == (7...9 ~= bytes[3]))
  }

  @Test(
    arguments: [
      "80 00 00", "70 00 00", "0A 00", "0C 00", "0F 00", "87 00",
      // A range whose objects have an index, all objects with an index or a size, variable format without a size.
      "10 02 05", "21 0200 0500", "35 02000000 05000000", "16", "36", "46", "0B 01",
    ])
  func `a reserved qualifier has no range`(text: String) {
    let bytes = hex("1E 02" + text)
    guard let header = DNP3ObjectHeader(span(bytes), at: 0) else { return unreadable() }
    #expect(header.range == nil)
  }

  @Test func `a truncated object header is not read, or has a faulty range`() {
    let bytes = hex("1E 02 02 02000000 05000000")
    for count in 0..<bytes.count {
      let cut = Array(bytes.prefix(count))
      guard let header = DNP3ObjectHeader(span(cut), at: 0) else {
        #expect(count < 3)
        continue
      }
      #expect(count >= 3 && header.range?.fault?.kind == .truncated && header.range?.end == count)
      #expect(header.range?.count == UInt32.max)
    }
    let isOver = DNP3ObjectHeader(span(bytes), at: bytes.count) == nil
    #expect(isOver)
  }

  @Test func `name, handle, block and status of a file object are read by its variation`() {
    let name = hex("1A00 0200") + [UInt8](repeating: 0, count: 22) + hex("2F61")
    let command = DNP3FileObject(span(name), variation: 3)
    #expect(array(command.name) == hex("2F61") && command.handle == nil && !command.isUser)
    let authentication = DNP3FileObject(span(name), variation: 2)
    #expect(array(authentication.name) == hex("2F61") && authentication.isUser)
    let specification = DNP3FileObject(span(name), variation: 8)
    #expect(array(specification.name) == name)
    let status = hex("07000000 00010000 0004 0000 06")
    let commandStatus = DNP3FileObject(span(status), variation: 4)
    #expect(commandStatus.handle == 7 && commandStatus.blockNumber == nil && commandStatus.name.byteCount == 0)
    #expect(commandStatus.status?.name.description == "INVALID_HANDLE")
    let block = hex("07000000 02000080 11")
    let transport = DNP3FileObject(span(block), variation: 5)
    #expect(transport.handle == 7 && transport.blockNumber == 2 && transport.status == nil)
    let transportStatus = DNP3FileObject(span(block), variation: 6)
    #expect(transportStatus.blockNumber == 2 && transportStatus.status?.name.description == "HANDLE_EXPIRED")
    for count in 0..<status.count {
      let cut = Array(status.prefix(count))
      for variation in UInt8(0)...9 {
        let file = DNP3FileObject(span(cut), variation: variation)
        #expect(file.name.byteCount <= count && (file.handle == nil || count >= 4))
        #expect((file.blockNumber == nil || count >= 8) && (file.status == nil || count > 8))
      }
    }
    // The same number at two stations is two handles.
    #expect(DNP3FileHandle(station: 1, number: 7).bits != DNP3FileHandle(station: 2, number: 7).bits)
    #expect(DNP3FileHandle(station: 1, number: 0).bits != DNP3FileHandle(station: 0, number: 1).bits)
  }

  private func unreadable() { Issue.record("unreadable") }
}
