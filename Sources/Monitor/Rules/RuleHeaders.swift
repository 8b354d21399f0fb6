// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// Tests of headers.
extension Signature {
  func holds(_ packet: borrowing Packet, _ conversation: borrowing Conversation, _ direction: Direction) -> Bool {
    for place in packetTests.indices where !packet.passes(packetTests[place], conversation, direction) { return false }
    if flow.isFragmentOnly { return packet.isReassembled }
    if flow.isWithoutFragments { return !packet.isReassembled }
    return true
  }
}

extension Packet {
  fileprivate borrowing func passes(
    _ test: PacketTest, _ conversation: borrowing Conversation, _ direction: Direction
  ) -> Bool {
    switch test {
    case .flags(let rule, let bits, let ignored):
      guard transport == .tcp, let flags = tcpByte(13) else { return false }
      return rule.holds(flags & ~ignored, bits & ~ignored)
    case .timeToLive(let number): return network != .none && number.holds(UInt64(hopLimit))
    case .acknowledgement(let number): return tcpWord(8).map { number.holds(UInt64($0)) } ?? false
    case .sequence(let number): return tcpWord(4).map { number.holds(UInt64($0)) } ?? false
    case .window(let number): return tcpWord(12).map { number.holds(UInt64($0 & 0xFFFF)) } ?? false
    case .fragmentBits(let rule, let bits):
      guard network == .ipv4, let word = ipv4Word(6) else { return false }
      // More fragments, don't fragment, reserved: from the lowest of the three upwards.
      return rule.holds(UInt8(truncatingIfNeeded: word >> 13), bits)
    case .fragmentOffset(let number):
      guard network == .ipv4, let word = ipv4Word(6) else { return false }
      return number.holds(UInt64(word & 0x1FFF))
    case .icmpType(let number): return icmpByte(0).map { number.holds(UInt64($0)) } ?? false
    case .icmpCode(let number): return icmpByte(1).map { number.holds(UInt64($0)) } ?? false
    case .icmpID(let number): return icmpWord(4).map { number.holds(UInt64($0)) } ?? false
    case .icmpSequence(let number): return icmpWord(6).map { number.holds(UInt64($0)) } ?? false
    case .ipID(let number): return network == .ipv4 && number.holds(UInt64(identification))
    case .ipProtocol(let number): return network != .none && number.holds(UInt64(ipProtocol.rawValue))
    case .typeOfService(let number):
      guard network == .ipv4, !isReassembled, bytes.byteCount > networkOffset + 1 else { return false }
      return number.holds(UInt64(bytes.u8(networkOffset + 1)))
    case .sameIP: return network != .none && sourceIP == destinationIP
    case .payloadSize(let number): return number.holds(UInt64(payload.byteCount))
    case .flowPackets(let side, let number):
      return number.holds(side, conversation.flow.toServer.packets, conversation.flow.toClient.packets)
    case .flowBytes(let side, let number):
      return number.holds(side, conversation.flow.toServer.bytes, conversation.flow.toClient.bytes)
    case .streamSize(let side, let number):
      return number.holds(side, conversation.streams.toServer.length, conversation.streams.toClient.length)
    }
  }

  private borrowing func tcpByte(_ place: Int) -> UInt8? {
    transport == .tcp && bytes.byteCount >= transportOffset + 20 ? bytes.u8(transportOffset + place) : nil
  }
  private borrowing func tcpWord(_ place: Int) -> UInt32? {
    transport == .tcp && bytes.byteCount >= transportOffset + 20 ? bytes.u32(transportOffset + place) : nil
  }
  private borrowing func ipv4Word(_ place: Int) -> UInt16? {
    !isReassembled && bytes.byteCount >= networkOffset + 20 ? bytes.u16(networkOffset + place) : nil
  }
  private borrowing func icmpByte(_ place: Int) -> UInt8? {
    isICMP && bytes.byteCount > transportOffset + place ? bytes.u8(transportOffset + place) : nil
  }
  /// Echo and its like have a number here (RFC 792).
  private borrowing func icmpWord(_ place: Int) -> UInt16? {
    isICMP && bytes.byteCount >= transportOffset + place + 2 ? bytes.u16(transportOffset + place) : nil
  }
  fileprivate var isICMP: Bool { transport == .icmp || transport == .icmpv6 }
}

extension NumberTest {
  /// Of what the client and the server have sent.
  fileprivate func holds(_ side: PacketTest.StreamSide, _ client: UInt64, _ server: UInt64) -> Bool {
    switch side {
    case .client: holds(client)
    case .server: holds(server)
    case .both: holds(client) && holds(server)
    case .either: holds(client) || holds(server)
    }
  }
}

extension Packet {
  /// The bytes of a buffer that a packet has; nil if it has no such header.
  @_lifetime(copy self)
  borrowing func part(_ buffer: Buffer) -> RawSpan? {
    switch buffer {
    case .payload: payload
    case .ipv4Header where network == .ipv4 && !isReassembled, .ipv6Header where network == .ipv6 && !isReassembled:
      bytes.slice(networkOffset, max(0, transportOffset - networkOffset))
    case .tcpHeader where transport == .tcp, .udpHeader where transport == .udp:
      bytes.slice(transportOffset, max(0, payloadOffset - transportOffset))
    case .icmpHeader where isICMP: bytes.slice(transportOffset, max(0, payloadOffset - transportOffset))
    default: nil
    }
  }
}

extension PacketTest.FlagsRule {
  func holds(_ seen: UInt8, _ bits: UInt8) -> Bool {
    switch self {
    case .exactly: seen == bits
    case .all: seen & bits == bits
    case .any: seen & bits != 0
    case .none: seen & bits == 0
    }
  }
}
