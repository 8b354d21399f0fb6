// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// The headers of OPC UA chunks from literal bytes: every field, and every truncation.
@Suite struct OPCUAHeaderTests {
  static let message = hex("4D534746 1C000000 05000000 0D000000 02000000 07000000 0100AC01")
  static let opening = hex("4F504E46 2C000000 05000000 04000000 4E6F6E65 02000000 AABB FFFFFFFF 33000000 01000000 0100")

  @Test func `every field of the message header and the symmetric headers after it is read`() {
    let bytes = Self.message
    let header = UAMessageHeader(span(bytes))!
    #expect(header.messageType == .message && header.chunkType == .final && header.messageSize == 28)
    #expect(header.isKnown == true)
    let symmetric = UASymmetricHeader(span(bytes))!
    #expect(symmetric.secureChannelID == 5 && symmetric.tokenID == 13 && symmetric.sequenceNumber == 2)
    #expect(symmetric.requestID == 7 && array(symmetric.body) == hex("0100AC01"))
  }

  @Test func `headers cut at any byte are not read`() {
    for count in 0..<Self.message.count {
      let bytes = Array(Self.message.prefix(count))
      let header = UAMessageHeader(span(bytes)) != nil
      #expect(header == (count >= UAMessageHeader.size) && UAMessageHeader.canBegin(span(bytes)))
      let symmetric = UASymmetricHeader(span(bytes)) != nil
      #expect(symmetric == (count >= UASymmetricHeader.size))
    }
  }

  @Test func `every field of the asymmetric headers is read`() {
    let bytes = Self.opening
    let header = UAAsymmetricHeader(span(bytes))
    #expect(header.secureChannelID == 5 && array(header.securityPolicyURI) == hex("4E6F6E65"))
    #expect(array(header.senderCertificate) == hex("AABB") && header.receiverCertificateThumbprint.byteCount == 0)
    #expect(header.sequenceNumber == 51 && header.requestID == 1 && header.bodyStart == 38)
  }

  @Test func `asymmetric headers cut at any byte keep the fields that are present`() {
    for count in 0..<38 {
      let bytes = Array(Self.opening.prefix(count))
      let header = UAAsymmetricHeader(span(bytes))
      #expect(header.bodyStart == nil && header.requestID == 0)
      #expect(header.secureChannelID == (count >= 12 ? 5 : 0))
      #expect(header.securityPolicyURI.byteCount == (count >= 20 ? 4 : 0))
      #expect(header.senderCertificate.byteCount == (count >= 26 ? 2 : 0))
    }
  }

  @Test(
    "only messages of type MSG may have several chunks",
    arguments: [
      ("48454C46", true), ("41434B46", true), ("45525246", true), ("52484546", true), ("4F504E46", true),
      ("434C4F46", true), ("4D534746", true), ("4D534743", true), ("4D534741", true), ("4F504E43", false),
      ("48454C41", false), ("4D534758", false), ("4D534846", false), ("48", true), ("4D53", true), ("4D5347", true),
      ("", true), ("49", false), ("4D54", false),
    ])
  func types(_ text: String, _ isKnown: Bool) {
    let bytes = hex(text)
    #expect(UAMessageHeader.canBegin(span(bytes)) == isKnown)
    guard bytes.count == 4 else { return }
    let whole = bytes + hex("1C000000")
    let header = UAMessageHeader(span(whole))!
    #expect(header.isKnown == isKnown)
  }

  @Test func `unknown types are kept`() {
    let bytes = hex("58595A51 10000000")
    let header = UAMessageHeader(span(bytes))!
    #expect(header.messageType.rawValue == 0x58_595A && header.chunkType.rawValue == 0x51 && !header.isKnown)
    #expect(header.messageType.name.description == "Message type not in OPC 10000-6")
    #expect(UAMessageHeader.beginning(span(bytes)) == 0x5859_5A51)
  }

  @Test func `the packed state of a channel keeps its fields apart`() {
    var state = UAChannelState(bits: 0)
    #expect(!state.isSecured && !state.isReadable && state.signatureSize == 0)
    state[chunks: .toServer] = 0xFFFF
    state[chunks: .toClient] = 3
    let signing = Array("#Basic256Sha256".utf8)
    state.note(policy: span(signing))
    #expect(state.isSecured && !state.isReadable && state.signatureSize == 32)
    let none = Array("#None".utf8)
    state.note(policy: span(none))
    #expect(!state.isSecured && state.isReadable && state.signatureSize == 0)
    state[chunks: .toServer] = 1
    #expect(state[chunks: .toServer] == 1 && state[chunks: .toClient] == 3)
    // A truncated policy changes nothing.
    let cut = Array("No".utf8)
    state.note(policy: span(cut))
    #expect(UAChannelState(bits: state.bits).isReadable)
  }
}
