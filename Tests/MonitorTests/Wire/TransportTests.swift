// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct TransportTests {
  @Test func `every field and option of TCP is read`() throws {
    let bytes = tcpSegment
    let header = try TCPHeader(span(bytes))
    #expect(header.sourcePort == 49153 && header.destinationPort == 502 && header.sequenceNumber == 0x1122_3344)
    #expect(header.acknowledgementNumber == 0x5566_7788 && header.headerLength == 40)
    #expect(header.flags == [.syn, .ece.subtracting(.ece), .cwr, .ece] && header.window == 0x2000)
    #expect(header.checksum == 0 && header.urgentPointer == 9 && array(header.payload) == hex("616263"))
    #expect(header.maximumSegmentSize == 1460 && header.windowScale == 7 && header.isSelectiveAcknowledgementPermitted)
    #expect(header.timestamps?.value == 10 && header.timestamps?.echoReply == 11)
    read(plainFrame) { packet in
      #expect(packet.sourcePort == 49153 && packet.destinationPort == 502 && packet.transportOffset == 34)
      #expect(packet.payloadOffset == 74 && packet.tcp?.sequenceNumber == 0x1122_3344 && packet.udp == nil)
      #expect(packet.icmp == nil && packet.arp == nil && packet.ipv6 == nil && packet.ipv4?.timeToLive == 64)
    }
  }

  @Test func `a TCP header without options has none`() throws {
    let bytes = hex("c001 01f6 00000001 00000002 5111 2000 0000 0000")
    let header = try TCPHeader(span(bytes))
    #expect(header.flags == [.fin, .ack, .ae] && header.maximumSegmentSize == nil && header.windowScale == nil)
    #expect(!header.isSelectiveAcknowledgementPermitted && header.timestamps == nil && header.payload.byteCount == 0)
  }

  @Test(arguments: [
    (UInt8(6), "c001 01f6 00000001 00000002 4010 2000 0000 0000", Malformed(.tcp, .length, needed: 20, available: 16)),
    (6, "c001 01f6 00000001 00000002 6010 2000 0000 0000", Malformed(.tcp, .short, needed: 24, available: 20)),
    (6, "c001 01f6", Malformed(.tcp, .short, needed: 20, available: 4)),
    (17, "c001 01f6 0008", Malformed(.udp, .short, needed: 8, available: 6)),
    (17, "c001 01f6 0007 0000", Malformed(.udp, .length, needed: 8, available: 7)),
    (136, "c001 01f6 0007 0000", Malformed(.udpLite, .field, needed: 8, available: 7)),
    (132, "c001 01f6", Malformed(.sctp, .short, needed: 12, available: 4)),
    (1, "0800", Malformed(.icmp, .short, needed: 8, available: 2)),
    (58, "8700 0000 00000000", Malformed(.icmpv6, .short, needed: 24, available: 8)),
    (2, "1600", Malformed(.igmp, .short, needed: 8, available: 2)),
    (47, "0003 0800", Malformed(.gre, .version, available: 4)),
    (47, "4000 0800", Malformed(.gre, .field, available: 4)),
    (47, "b000 0800 0000 0000", Malformed(.gre, .short, needed: 16, available: 8)),
  ])
  func `a broken transport header is a fault, and the network layer is kept`(
    number: UInt8, text: String, fault: Malformed
  ) {
    var fault = fault
    fault.offset = 34
    read(ethernet(0x0800, ipv4(number, hex(text)))) { packet in
      #expect(packet.fault == fault && packet.network == .ipv4 && packet.ipProtocol.rawValue == number)
      #expect(packet.sourceIP == IPAddress("10.20.3.7") && packet.tunnel == .none)
      #expect(packet.transport == (number == 47 ? .other : .none) && array(packet.payload) == hex(text))
    }
  }

  @Test func `every field of UDP is read, and the payload is trimmed to the length`() throws {
    let bytes = hex("c000 01f6 000a 1234 0102 ee")
    let header = try UDPHeader(span(bytes))
    #expect(header.sourcePort == 49152 && header.destinationPort == 502 && header.statedLength == 10)
    #expect(header.checksum == 0x1234 && array(header.payload) == hex("0102") && !header.isIncomplete)
    read(ethernet(0x0800, ipv4(17, bytes))) { packet in
      #expect(packet.transport == .udp && array(packet.payload) == hex("0102") && packet.udp?.checksum == 0x1234)
    }
    read(ethernet(0x0800, ipv4(17, hex("c000 01f6 000b 1234 0102")))) { packet in
      #expect(packet.fault == Malformed(.udp, .length, needed: 11, available: 10, offset: 34))
      #expect(packet.transport == .udp && array(packet.payload) == hex("0102"))
    }
  }

  @Test func `every field of UDP-Lite is read`() throws {
    let bytes = hex("c000 01f6 0008 1234 0102")
    let header = try UDPLiteHeader(span(bytes))
    #expect(header.sourcePort == 49152 && header.destinationPort == 502 && header.checksumCoverage == 8)
    #expect(header.checksum == 0x1234 && array(header.payload) == hex("0102"))
    read(ethernet(0x0800, ipv4(136, bytes))) { packet in
      #expect(packet.transport == .udpLite && packet.destinationPort == 502 && array(packet.payload) == hex("0102"))
      #expect(packet.udpLite?.checksumCoverage == 8)
    }
    read(ethernet(0x0800, ipv4(136, hex("c000 01f6 000b 1234 0102")))) { packet in
      #expect(packet.fault?.layer == .udpLite && packet.fault?.reason == .length && packet.transport == .udpLite)
    }
  }

  @Test func `the header and chunks of SCTP are read`() throws {
    let bytes = hex("c000 0b59 aabbccdd 01020304 0003 0007 616263 00 0e00 0004")
    let header = try SCTPHeader(span(bytes))
    #expect(header.sourcePort == 49152 && header.destinationPort == 2905 && header.verificationTag == 0xAABB_CCDD)
    #expect(header.checksum == 0x0102_0304)
    var chunks = header.chunks
    var found: [(type: UInt8, flags: UInt8, value: [UInt8])] = []
    while let chunk = chunks.next() { found.append((chunk.type, chunk.flags, array(chunk.value))) }
    #expect(found.map(\.type) == [SCTPChunk.data, 14] && found.map(\.flags) == [3, 0])
    #expect(found.map(\.value) == [hex("616263"), []] && !chunks.isMalformed)
    read(ethernet(0x0800, ipv4(132, bytes))) {
      #expect($0.transport == .sctp && $0.destinationPort == 2905 && $0.sctp?.verificationTag == 0xAABB_CCDD)
    }
  }

  @Test(arguments: ["0000 0003", "0000 0005", "0000", "0000 0000"])
  func `no chunk is read after one with an impossible length`(text: String) {
    let bytes = hex(text)
    var chunks = SCTPChunks(span(bytes))
    let isFirst = chunks.next() == nil
    let isSecond = chunks.next() == nil
    #expect(isFirst && isSecond && chunks.isMalformed)
  }

  @Test func `every field of ICMP is read`() throws {
    let echo = hex("0800 1234 0005 0006 6162")
    let header = try ICMPHeader(span(echo))
    #expect(header.type == ICMPHeader.echo && header.code == 0 && header.checksum == 0x1234 && header.identifier == 5)
    #expect(header.sequenceNumber == 6 && array(header.payload) == hex("6162") && header.original == nil)
    let redirect = hex("0501 0000 c0a80a01")
    let redirected = try ICMPHeader(span(redirect))
    #expect(redirected.gateway == IPAddress("192.168.10.1") && redirected.original == nil)
    let tooBig = hex("0304 0000 0000 05dc")
    #expect(try ICMPHeader(span(tooBig)).nextHopMTU == 1500)
  }

  @Test func `ICMP errors identify the datagram they are about`() {
    let quoted = ipv4(17, udp(502, [1, 2, 3]))
    let message = hex("0303 0000 00000000") + quoted.prefix(28)
    read(ethernet(0x0800, ipv4(1, message))) { packet in
      let original = packet.icmp?.original
      #expect(original?.source == IPAddress("10.20.3.7") && original?.destination == IPAddress("192.168.10.11"))
      #expect(original?.protocolNumber == .udp && original?.sourcePort == 49152 && original?.destinationPort == 502)
    }
    read(ethernet(0x0800, ipv4(1, message.prefix(29) + []))) { packet in
      #expect(packet.icmp?.original?.destinationPort == 0 || packet.icmp?.original == nil)
    }
    let later = hex("0b00 0000 00000000") + ipv4(17, hex("01020304"), flags: 1)
    read(ethernet(0x0800, ipv4(1, later))) { #expect($0.icmp?.original?.sourcePort == 0) }
    let quoted6 = hex("0104 0000 00000000") + ipv6(17, udp(502, []))
    read(ethernet(0x86DD, ipv6(58, quoted6))) { packet in
      #expect(packet.icmpv6?.original?.destination == IPAddress("fd00:10::2"))
      #expect(packet.icmpv6?.original?.destinationPort == 502)
    }
  }

  @Test func `targets and MAC addresses of neighbour discovery are read`() throws {
    let target = hex("fe800000000000000000000000000001")
    let solicitation = hex("8700 0000 00000000") + target + hex("0101 02aabbccddee")
    let asked = try ICMPv6Header(span(solicitation))
    #expect(asked.type == ICMPv6Header.neighborSolicitation && asked.code == 0 && asked.target == IPAddress("fe80::1"))
    #expect(asked.sourceLinkLayerAddress == MACAddress("02:aa:bb:cc:dd:ee") && asked.targetLinkLayerAddress == nil)
    #expect(!asked.isRouter && asked.original == nil)
    let advertisement = hex("8800 1111 e0000000") + target + hex("0201 0080f4010203")
    let header = try ICMPv6Header(span(advertisement))
    #expect(header.isRouter && header.isSolicited && header.isOverride && header.checksum == 0x1111)
    #expect(header.targetLinkLayerAddress == MACAddress("00:80:f4:01:02:03") && header.target == IPAddress("fe80::1"))
    let router = hex("8600 0000 40c0 0708 00000000 00000000 0101 02aabbccddee")
    let announced = try ICMPv6Header(span(router))
    #expect(announced.routerLifetime == 1800 && announced.target == nil && announced.payload.byteCount == 8)
    #expect(announced.sourceLinkLayerAddress == MACAddress("02:aa:bb:cc:dd:ee"))
    let asking = hex("8500 0000 00000000 0101 02aabbccddee")
    #expect(try ICMPv6Header(span(asking)).sourceLinkLayerAddress == MACAddress("02:aa:bb:cc:dd:ee"))
    let redirect = hex("8900 0000 00000000") + target + destinationV6 + hex("0201 0080f4010203")
    let better = try ICMPv6Header(span(redirect))
    #expect(better.target == IPAddress("fe80::1") && better.redirectedDestination == IPAddress("fd00:10::2"))
    #expect(better.targetLinkLayerAddress == MACAddress("00:80:f4:01:02:03"))
    let echo = hex("8000 0000 0001 0002 61")
    let echoed = try ICMPv6Header(span(echo))
    #expect(echoed.identifier == 1 && echoed.sequenceNumber == 2 && array(echoed.payload) == hex("61"))
    let tooBig = hex("0200 0000 00000500")
    #expect(try ICMPv6Header(span(tooBig)).maximumTransmissionUnit == 1280)
  }

  @Test(arguments: ["0100", "01", "0102 00000000 0000"])
  func `no neighbour discovery option is read after one with an impossible length`(text: String) {
    let bytes = hex(text)
    var options = NeighborDiscoveryOptions(span(bytes))
    let isOver = options.next() == nil
    #expect(isOver && options.isMalformed)
  }

  @Test(arguments: [
    ("1100 0000 00000000", 1, "0.0.0.0"), ("1164 0000 e0000001", 2, "224.0.0.1"),
    ("1164 0000 e0000001 0a7d 0000", 3, "224.0.0.1"), ("1200 0000 ef000001", 1, "239.0.0.1"),
    ("1600 0000 ef000001", 2, "239.0.0.1"), ("1700 0000 ef000001", 2, "239.0.0.1"),
  ])
  func `version and group of IGMP are read`(text: String, version: Int, group: String) throws {
    let bytes = hex(text)
    let header = try IGMPHeader(span(bytes))
    #expect(header.version == version && header.group == IPAddress(group) && header.groupRecordCount == nil)
    var records = header.groupRecords
    #expect(records.next() == nil && !records.isMalformed)
  }

  @Test func `an IGMP version 3 report names its groups`() {
    let report = hex("2200 abcd 0000 0002 0400 0000 ef000001 0301 0001 ef000002 0a000001 deadbeef")
    read(ethernet(0x0800, ipv4(2, report))) { packet in
      guard let header = packet.igmp else { return #expect(Bool(false), "no IGMP") }
      #expect(header.type == IGMPHeader.version3Report && header.version == 3 && header.group == nil)
      #expect(header.checksum == 0xABCD && header.groupRecordCount == 2 && header.maximumResponseCode == 0)
      var records = header.groupRecords
      #expect(records.next() == IGMPGroupRecord(type: 4, sourceCount: 0, group: IPAddress(v4: 0xEF00_0001)))
      #expect(records.next() == IGMPGroupRecord(type: 3, sourceCount: 1, group: IPAddress(v4: 0xEF00_0002)))
      #expect(records.next() == nil && !records.isMalformed)
    }
    read(ethernet(0x0800, ipv4(2, hex("2200 abcd 0000 0001 0400 0001 ef000001")))) { packet in
      guard let header = packet.igmp else { return #expect(Bool(false), "no IGMP") }
      var records = header.groupRecords
      #expect(records.next() == nil && records.isMalformed)
    }
  }
}
