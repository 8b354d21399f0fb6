// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct NetworkTests {
  static let request = hex("0001 0800 06 04 0001 02aabbccddee 0a140307 000000000000 c0a80a0b")

  @Test func `ARP names the claimed address and the address asked for`() throws {
    let bytes = Self.request
    let header = try ARPHeader(span(bytes))
    #expect(header.hardwareType == 1 && header.protocolType == .ipv4 && header.hardwareLength == 6)
    #expect(header.protocolLength == 4 && header.opcode == ARPHeader.request && header.isEthernetIPv4)
    #expect(header.senderMAC == MACAddress("02:aa:bb:cc:dd:ee") && header.senderIP == IPAddress("10.20.3.7"))
    #expect(header.targetMAC == .none && header.targetIP == IPAddress("192.168.10.11"))
    #expect(!header.isGratuitous && !header.isProbe)
    read(ethernet(0x0806, Self.request + [UInt8](repeating: 0, count: 18))) { packet in
      #expect(packet.network == .arp && packet.payload.byteCount == 0 && packet.networkEnd == 42)
      #expect(packet.arp?.targetIP == IPAddress("192.168.10.11"))
    }
  }

  @Test(arguments: [
    ("0001 0800 06 04 0002 02aabbccddee 0a140307 ffffffffffff 0a140307", true, false),
    ("0001 0800 06 04 0001 02aabbccddee 00000000 000000000000 0a140307", false, true),
    ("0001 0800 06 04 0001 02aabbccddee 00000000 000000000000 00000000", false, true),
  ])
  func `ARP announcements and probes are recognised`(text: String, isGratuitous: Bool, isProbe: Bool) throws {
    let bytes = hex(text)
    let header = try ARPHeader(span(bytes))
    #expect(header.isGratuitous == isGratuitous && header.isProbe == isProbe)
  }

  @Test func `ARP for other hardware has no MAC addresses, and short ARP is a fault`() {
    read(ethernet(0x0806, hex("0018 0800 08 04 0001 0102030405060708 0a000001 0102030405060708 0a000002"))) { packet in
      #expect(packet.network == .arp && packet.arp?.isEthernetIPv4 == false && packet.arp?.senderMAC == MACAddress.none)
    }
    read(ethernet(0x0806, Array(Self.request.dropLast()))) { packet in
      #expect(packet.network == .none && packet.fault == Malformed(.arp, .short, needed: 28, available: 27, offset: 14))
    }
  }

  @Test func `every field of IPv4 is read`() throws {
    // A header in the form of RFC 791's examples with options: record route, padded.
    let bytes = hex("47b9 0020 abcd 2003 40 11 0000 0a140307 c0a80a0b 0707 04 00000000 00 01020304")
    let header = try IPv4Header(span(bytes))
    #expect(header.headerLength == 28 && header.differentiatedServices == 46)
    #expect(header.explicitCongestionNotification == 1 && header.totalLength == 32 && header.identification == 0xABCD)
    #expect(!header.reservedFlag && !header.dontFragment && header.moreFragments && header.fragmentOffset == 24)
    #expect(header.timeToLive == 64 && header.protocolNumber == .udp && header.checksum == 0)
    #expect(header.source == IPAddress("10.20.3.7") && header.destination == IPAddress("192.168.10.11"))
    #expect(array(header.payload) == hex("01020304") && !header.isIncomplete && !header.hasSourceRoute)
    var options = header.options
    let option = options.next()
    #expect(option?.kind == 7 && option?.data.byteCount == 5)
    let isOver = options.next() == nil
    #expect(isOver && !options.isMalformed)
  }

  @Test(arguments: [
    ("0101", [UInt8](), false), ("00", [], false), ("0703 04 83 03 04 00", [7, 131], false), ("0700", [], true),
    ("07", [], true), ("0709 04", [], true), ("01 0702 4404 0501", [7, 68], false), ("4401", [], true),
  ])
  func `options are read up to their end, or up to a broken one`(text: String, kinds: [UInt8], isMalformed: Bool) {
    let bytes = hex(text)
    var options = OptionList(span(bytes))
    var found: [UInt8] = []
    while let option = options.next() { found.append(option.kind) }
    #expect(found == kinds && options.isMalformed == isMalformed)
  }

  @Test(arguments: [
    ("5500 0014 0000 0000 40 06 0000 0a140307 c0a80a0b", Malformed.Reason.version, 0, 20),
    ("4400 0014 0000 0000 40 06 0000 0a140307 c0a80a0b", .length, 20, 20),
    ("4500 0013 0000 0000 40 06 0000 0a140307 c0a80a0b", .length, 20, 19),
    ("4600 0018 0000 0000 40 06 0000 0a140307 c0a80a0b", .short, 24, 20),
    ("4500 0014 0000", .short, 20, 6),
  ])
  func `a broken IPv4 header is a fault, and nothing after it is read`(
    text: String, reason: Malformed.Reason, needed: Int, available: Int
  ) {
    read(ethernet(0x0800, hex(text))) { packet in
      #expect(packet.fault == Malformed(.ipv4, reason, needed: needed, available: available, offset: 14))
      #expect(packet.network == .none && packet.transport == .none && packet.source == MACAddress("02:aa:bb:cc:dd:ee"))
    }
  }

  @Test func `the padding of a frame is not payload`() {
    read(plainFrame + [0, 0, 0, 0]) { #expect(array($0.payload) == hex("616263") && !$0.isIncomplete) }
  }

  @Test func `a total length of 0 takes what was captured`() {
    var frame = plainFrame
    frame[16] = 0
    frame[17] = 0
    read(frame) { #expect($0.transport == .tcp && array($0.payload) == hex("616263") && $0.fault == nil) }
  }

  @Test func `a length beyond the frame is a fault unless the capture cut it`() {
    let frame = Array(plainFrame.dropLast())
    read(frame) { packet in
      #expect(packet.fault == Malformed(.ipv4, .length, needed: 63, available: 62, offset: 14))
      #expect(packet.transport == .tcp && array(packet.payload) == hex("6162") && packet.isIncomplete && !packet.isCut)
    }
    read(frame, length: frame.count + 1) { packet in
      #expect(packet.fault == nil && packet.isCut && packet.isIncomplete && array(packet.payload) == hex("6162"))
    }
  }

  @Test func `fragments are not read beyond the IP header`() {
    read(ethernet(0x0800, ipv4(17, hex("0102030405060708"), flags: 0x2000))) { packet in
      #expect(packet.isFragment && packet.moreFragments && packet.fragmentOffset == 0 && packet.transport == .none)
      #expect(array(packet.payload) == hex("0102030405060708") && packet.identification == 0x1234)
    }
    read(ethernet(0x0800, ipv4(17, [9], flags: 0x0001))) { packet in
      #expect(packet.isFragment && !packet.moreFragments && packet.fragmentOffset == 8 && packet.ipProtocol == .udp)
    }
    let v6 = ipv6(44, hex("11 00 0009 cafe0001 aabb"))
    read(ethernet(0x86DD, v6)) { packet in
      #expect(packet.isFragment && packet.moreFragments && packet.fragmentOffset == 8 && packet.ipProtocol == .udp)
      #expect(packet.identification == 0xCAFE_0001 && array(packet.payload) == hex("aabb") && packet.transport == .none)
    }
    read(ethernet(0x86DD, ipv6(44, hex("11 00 0000 cafe0001") + udp(502, [7])))) { packet in
      #expect(!packet.isFragment && packet.transport == .udp && packet.identification == 0xCAFE_0001)
    }
  }

  @Test func `every field of IPv6 is read`() throws {
    let bytes = hex("6ab12345 0002 11 40") + sourceV6 + destinationV6 + hex("0102 ee")
    let header = try IPv6Header(span(bytes))
    #expect(header.trafficClass == 0xAB && header.flowLabel == 0x12345 && header.payloadLength == 2)
    #expect(header.nextHeader == .udp && header.hopLimit == 64 && !header.isIncomplete)
    #expect(header.source == IPAddress("fd00:20::1") && header.destination == IPAddress("fd00:10::2"))
    #expect(array(header.payload) == hex("0102"))
  }

  static let extensions: [(name: String, bytes: [UInt8], first: UInt8)] = [
    ("hop-by-hop", hex("11 00 0502 0000 0100"), 0), ("routing", hex("11 00 04 00 00000000"), 43),
    ("destination options", hex("11 01 0104 00000000 00000000 00000000"), 60),
    ("authentication", hex("11 01 0000 00000001 00000002"), 51), ("mobility", hex("11 00 0000 0000 0000"), 135),
    ("host identity", hex("11 00 0000 0000 0000"), 139), ("shim6", hex("11 00 8000 0000 0000"), 140),
    ("hop-by-hop, routing, destination", hex("2b00 0104 00000000 3c00 0000 00000000 1100 0104 00000000"), 0),
  ]

  @Test(arguments: extensions.indices) func `extension headers are skipped`(index: Int) {
    let (_, bytes, first) = Self.extensions[index]
    let frame = ethernet(0x86DD, ipv6(first, bytes + udp(502, [1, 2])))
    read(frame) { packet in
      #expect(packet.transport == .udp && packet.destinationPort == 502 && array(packet.payload) == [1, 2])
      #expect(packet.ipProtocol == .udp && packet.transportOffset == 54 + bytes.count && packet.fault == nil)
    }
  }

  @Test func `an extension header that does not fit is a fault, and so are too many of them`() {
    read(ethernet(0x86DD, ipv6(0, hex("1101 0104 00000000")))) { packet in
      #expect(packet.network == .ipv6 && packet.transport == .none && packet.ipProtocol == .hopByHopOptions)
      #expect(packet.fault == Malformed(.ipv6, .short, needed: 16, available: 8, offset: 54))
    }
    let many = (0..<17).flatMap { _ in hex("3c00 0104 00000000") }
    read(ethernet(0x86DD, ipv6(60, many))) { #expect($0.fault?.reason == .tooManyLayers) }
    let enough = (0..<15).flatMap { _ in hex("3c00 0104 00000000") } + hex("1100 0104 00000000")
    read(ethernet(0x86DD, ipv6(60, enough + udp(502, [])))) { #expect($0.fault == nil && $0.transport == .udp) }
  }

  @Test func `parsing stops at encrypted payload or where no next header follows`() {
    read(ethernet(0x86DD, ipv6(50, hex("00000001 00000001 aabbccdd")))) {
      #expect($0.transport == .other && $0.ipProtocol == .encapsulatingSecurityPayload && $0.fault == nil)
    }
    read(ethernet(0x86DD, ipv6(59, []))) { #expect($0.transport == .none && $0.ipProtocol == .noNextHeader) }
    read(ethernet(0x0800, ipv4(51, hex("06 04 0000 00000001 00000002 aabbccdd aabbccdd aabbccdd") + tcpSegment))) {
      #expect($0.transport == .tcp && $0.ipProtocol == .tcp)
    }
  }

  @Test func `a broken IPv6 header is a fault`() {
    read(ethernet(0x86DD, hex("6000"))) { #expect($0.fault?.reason == .short && $0.fault?.layer == .ipv6) }
    var frame = ethernet(0x86DD, ipv6(17, udp(502, [])))
    read(Array(frame.dropLast())) { #expect($0.fault?.reason == .length && $0.transport == .none) }
    frame[14] = 0x40
    read(frame) { #expect($0.fault?.reason == .version && $0.network == .none) }
  }
}
