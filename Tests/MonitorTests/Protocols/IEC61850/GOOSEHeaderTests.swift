// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct GOOSEHeaderTests {
  /// A message of twelve bytes, then padding.
  private static let frame = hex("0102 000C 8001 0203 61 02 8000 0000")
  /// A session of two bytes, and a payload with one part of four bytes.
  private static let datagram = hex("01 40 A1 02 AABB 0000000A 81 01 0102 0004 61 02 8000 FF")

  @Test func `every field of a GOOSE header is read, and the message ends where its length says`() throws {
    let header = try found(GOOSEHeader(span(Self.frame)))
    #expect(header.applicationID == 0x0102 && header.length == 12 && header.reserved1 == 0x8001)
    #expect(header.reserved2 == 0x0203 && header.isSimulated && !header.isShort)
    #expect(array(header.message) == Array(Self.frame.prefix(12)))
    let plain = hex("0102 0008 7FFF 0000")
    #expect(GOOSEHeader(span(plain))?.isSimulated == false)
  }

  @Test func `every field of a session header and of a payload header is read`() throws {
    let session = try found(GOOSESessionHeader(span(Self.datagram)))
    #expect(session.transport == 0x0140 && session.type == 0xA1 && session.length == 2 && session.isGOOSE)
    #expect(session.framing == 0x0140A1 && session.hasPayload && session.payloadLength == 10)
    #expect(session.payloadOffset == 10 && session.payloadEnd == 20)
    let part = try found(GOOSEPayloadHeader(span(Self.datagram), at: 10, end: 20))
    #expect(part.type == GOOSEPayloadHeader.goose && part.isSimulated && part.applicationID == 0x0102)
    #expect(part.length == 4 && part.start == 10 && part.dataOffset == 16 && part.dataEnd == 20)
  }

  @Test("other transports and sessions do not carry GOOSE", arguments: ["0240A100", "0141A100", "0140A200"])
  func otherSessions(_ text: String) throws {
    let bytes = hex(text)
    let header = try found(GOOSESessionHeader(span(bytes)))
    #expect(!header.isGOOSE && !header.hasPayload)
  }

  @Test func `a header cut at any byte is read or refused without a trap`() {
    for count in 0...Self.frame.count {
      let cut = Array(Self.frame.prefix(count))
      let header = GOOSEHeader(span(cut))
      let isThere = header != nil
      #expect(isThere == (count >= GOOSEHeader.size))
      if let header { #expect(header.isShort == (count < 12) && header.message.byteCount == min(count, 12)) }
    }
    for count in 0...Self.datagram.count {
      let bytes = Array(Self.datagram.prefix(count))
      let session = GOOSESessionHeader(span(bytes))
      let isThere = session != nil
      #expect(isThere == (count >= GOOSESessionHeader.size))
      guard let session else { continue }
      #expect(session.hasPayload == (count >= 16))
      guard session.hasPayload else { continue }
      #expect(session.payloadEnd == min(count, 20))
      let part = GOOSEPayloadHeader(span(bytes), at: session.payloadOffset, end: session.payloadEnd)
      let hasPart = part != nil
      #expect(hasPart)
    }
    for end in 0..<16 {
      let isThere = GOOSEPayloadHeader(span(Self.datagram), at: 10, end: end) != nil
      #expect(!isThere)
    }
    let noLength = hex("0102 0000 0000 0000 61")
    #expect(GOOSEHeader(span(noLength))?.message.byteCount == 8)
  }

  @Test func `the packed state of a control block differs if any field differs`() {
    let states = [
      GOOSEState(stateNumber: 1, configurationRevision: 1, isTest: false, needsCommissioning: false),
      GOOSEState(stateNumber: 2, configurationRevision: 1, isTest: false, needsCommissioning: false),
      GOOSEState(stateNumber: 1, configurationRevision: 2, isTest: false, needsCommissioning: false),
      GOOSEState(stateNumber: 1, configurationRevision: 1, isTest: true, needsCommissioning: false),
      GOOSEState(stateNumber: 1, configurationRevision: 1, isTest: false, needsCommissioning: true),
      GOOSEState(stateNumber: 1, configurationRevision: 0x3FFF_FFFF, isTest: true, needsCommissioning: true),
    ]
    #expect(Set(states.map(\.bits)).count == states.count)
  }
}
