// SPDX-License-Identifier: Apache-2.0
import Capture
import Support
import Testing

@testable import Monitor

@Suite struct LinkTests {
  static let tcp = ipv4(6, summed(tcpSegment, 6, at: 16))

  @Test func `Ethernet addresses and type are read`() throws {
    let bytes = plainFrame
    let header = try EthernetHeader(span(bytes))
    #expect(header.destination == MACAddress("00:80:f4:01:02:03") && header.source == MACAddress("02:aa:bb:cc:dd:ee"))
    #expect(header.lengthOrType == 0x0800 && array(header.payload) == Self.tcp)
    read(bytes) { packet in
      #expect(packet.source == MACAddress("02:aa:bb:cc:dd:ee") && packet.destination == MACAddress("00:80:f4:01:02:03"))
      #expect(packet.etherType == .ipv4 && packet.vlan == Packet.noVLAN && packet.tagCount == 0 && packet.fault == nil)
    }
  }

  static let tagged: [(name: String, bytes: [UInt8], tags: [(UInt16, UInt8, Bool, UInt16)])] = [
    ("802.1Q", hex("8100 a00a"), [(0x8100, 5, false, 10)]),
    ("802.1ad and 802.1Q", hex("88a8 1014 8100 6fff"), [(0x88A8, 0, true, 20), (0x8100, 3, false, 4095)]),
    ("both older types", hex("9100 0001 9200 0002"), [(0x9100, 0, false, 1), (0x9200, 0, false, 2)]),
    ("further older types", hex("9300 2001 8200 1002"), [(0x9300, 1, false, 1), (0x8200, 0, true, 2)]),
    (
      "four", hex("8100 0001 8100 0002 8100 0003 8100 0000"),
      [(0x8100, 0, false, 1), (0x8100, 0, false, 2), (0x8100, 0, false, 3), (0x8100, 0, false, 0)]
    ),
  ]

  @Test(arguments: tagged.indices) func `every VLAN tag is kept`(index: Int) {
    let (_, bytes, tags) = Self.tagged[index]
    let frame = destinationMAC + sourceMAC + bytes + hex("0800") + Self.tcp
    read(frame) { packet in
      #expect(packet.tagCount == tags.count && packet.vlan == tags[0].3 && packet.transport == .tcp)
      for (position, tag) in tags.enumerated() {
        let found = packet.tag(position)
        #expect(found.tpid.rawValue == tag.0 && found.priority == tag.1)
        #expect(found.isDropEligible == tag.2 && found.id == tag.3)
      }
    }
  }

  @Test func `an 802.3 frame is trimmed to its length and read no further than LLC`() throws {
    // Spanning tree: DSAP and SSAP 0x42, unnumbered information.
    let frame = ethernet(7, hex("424203 00000000") + [UInt8](repeating: 0xEE, count: 39))
    read(frame) { packet in
      #expect(
        packet.network == .other && packet.etherType.rawValue == 0 && array(packet.payload) == hex("42420300000000"))
      #expect(packet.fault == nil)
    }
    let bytes = hex("424203")
    let header = try LLCHeader(span(bytes))
    #expect(header.destinationServiceAccessPoint == 0x42 && header.sourceServiceAccessPoint == 0x42)
    #expect(header.control == 3 && !header.isSNAP && header.organization == nil && header.etherType == nil)
  }

  @Test func `SNAP announces an EtherType or a vendor's own protocol`() throws {
    let frame = ethernet(8 + Self.tcp.count, hex("aaaa03 000000 0800") + Self.tcp)
    read(frame) { #expect($0.transport == .tcp && $0.etherType == .ipv4) }
    let discovery = hex("aaaa03 00000c 2000 0102")
    read(ethernet(discovery.count, discovery)) { packet in
      #expect(packet.network == .other && packet.etherType.rawValue == 0 && array(packet.payload) == discovery)
    }
    let header = try LLCHeader(span(discovery))
    #expect(header.isSNAP && header.organization == 0x00000C && header.protocolIdentifier == 0x2000)
    #expect(header.etherType == nil)
  }

  @Test func `the payload of MACsec is read if only its integrity is protected`() throws {
    let check = [UInt8](repeating: 0xCC, count: 16)
    let open = hex("2200 00000007 02aabbccddee0001")
    read(ethernet(0x88E5, open + hex("0800") + Self.tcp + check)) { #expect($0.transport == .tcp && $0.fault == nil) }
    let closed = hex("2e00 00000007 02aabbccddee0001")
    read(ethernet(0x88E5, closed + hex("0800") + Self.tcp + check)) { packet in
      #expect(packet.network == .other && packet.etherType == .macsec && packet.transport == .none)
    }
    let tag = try MACsecTag(span(closed))
    #expect(tag.isEncrypted && tag.isChanged && tag.hasSecureChannelIdentifier && tag.associationNumber == 2)
    #expect(tag.shortLength == 0 && tag.packetNumber == 7 && tag.length == 14)
    #expect(tag.secureChannelIdentifier == 0x02AA_BBCC_DDEE_0001)
    read(ethernet(0x88E5, hex("a200 00000007"))) { #expect($0.fault?.reason == .version && $0.fault?.layer == .macsec) }
    read(ethernet(0x88E5, hex("2200 00000007"))) { #expect($0.fault?.reason == .short && $0.fault?.offset == 14) }
  }

  @Test func `PPPoE sessions carry IP, and discovery is recognised`() throws {
    let session = hex("1100 0011") + big(Self.tcp.count + 2) + hex("0021") + Self.tcp
    read(ethernet(0x8864, session + hex("0000"))) { packet in
      #expect(packet.transport == .tcp && packet.etherType == .pppoeSession && packet.fault == nil)
      #expect(array(packet.payload) == hex("616263"))
    }
    let v6 = ipv6(17, udp(502, [1]))
    read(ethernet(0x8864, hex("1100 0011") + big(v6.count + 2) + hex("0057") + v6)) {
      #expect($0.network == .ipv6 && $0.destinationPort == 502)
    }
    read(ethernet(0x8864, hex("1100 0011 0004 c021 0101"))) { #expect($0.network == .other && $0.fault == nil) }
    read(ethernet(0x8863, hex("1109 0000 0000"))) { #expect($0.network == .other && $0.etherType == .pppoeDiscovery) }
    read(ethernet(0x8864, hex("2100 0011 0002 0021"))) { #expect($0.fault?.reason == .version) }
    read(ethernet(0x8864, hex("1100 0011 0009 c021"))) { #expect($0.fault?.layer == .pppoe && $0.isIncomplete) }
    let header = try PPPoEHeader(span(session))
    #expect(header.code == 0 && header.sessionIdentifier == 0x11 && header.pppProtocol == 0x21)
    #expect(header.statedLength == Self.tcp.count + 2 && !header.isIncomplete)
  }

  @Test func `MPLS carries IP, recognised by its version, or a pseudowire`() throws {
    let labels = hex("00064 0 3f 0000a b 40")
    read(ethernet(0x8847, labels + Self.tcp)) { #expect($0.transport == .tcp && $0.etherType == .mplsUnicast) }
    read(ethernet(0x8848, labels + ipv6(17, udp(502, [])))) { #expect($0.network == .ipv6 && $0.transport == .udp) }
    let wire = hex("010203040506 0a0b0c0d0e0f 8100 0007 0800") + Self.tcp
    read(ethernet(0x8847, labels + hex("00000000") + wire)) { packet in
      #expect(packet.transport == .tcp && packet.vlan == 7 && packet.source == MACAddress("0a:0b:0c:0d:0e:0f"))
    }
    read(ethernet(0x8847, labels + hex("00000000 010203040506 0a0b0c0d0e0f 1234"))) { #expect($0.network == .other) }
    read(ethernet(0x8847, hex("00064040"))) { #expect($0.fault?.layer == .mpls && $0.fault?.reason == .short) }
    let second = Array(labels[4...])
    let label = try MPLSLabel(span(second))
    #expect(label.label == 10 && label.trafficClass == 5 && label.isBottomOfStack && label.timeToLive == 64)
  }

  @Test func `the tag of a seamless ring (HSR) is skipped`() {
    read(ethernet(0x892F, hex("1040 0007 88b8 0001"))) { packet in
      #expect(packet.etherType.rawValue == 0x88B8 && packet.network == .other && array(packet.payload) == hex("0001"))
    }
    read(ethernet(0x892F, hex("1040 0007 88"))) { #expect($0.fault?.reason == .short) }
  }

  /// Tags between the addresses and the EtherType, with their own EtherType.
  static let otherTags: [(name: String, bytes: [UInt8])] = [
    ("R-TAG", hex("f1c1 0000 1234")), ("VN-tag", hex("8926 c005 9007")), ("E-TAG", hex("893f 7abc 1def 0102")),
    ("I-TAG", hex("88e7 50 012345 0080f4010203 02aabbccddee")), ("Cisco metadata", hex("8909 01 01 0001 0011")),
    ("Cisco metadata with three options", hex("8909 01 02 0001 0011 0001 0012 0001 0013")),
  ]

  @Test func `every field of the tags of redundancy, port extension and backbones is read`() throws {
    let redundancy = hex("0001 1234 0800")
    let rTag = try RedundancyTag(span(redundancy))
    #expect(rTag.reserved == 1 && rTag.sequenceNumber == 0x1234 && rTag.type == .ipv4)
    let virtual = hex("c005 9007 86dd")
    let vnTag = try VNTag(span(virtual))
    #expect(vnTag.isFromBridge && vnTag.isList && vnTag.destinationInterface == 5 && vnTag.isLooped)
    #expect(vnTag.version == 1 && vnTag.sourceInterface == 7 && vnTag.type == .ipv6)
    let extended = hex("7abc 1def 0102 0806")
    let eTag = try ETag(span(extended))
    #expect(eTag.priority == 3 && eTag.isDropEligible && eTag.ingressChannel == 0x01ABC && eTag.group == 1)
    #expect(eTag.channel == 0x02DEF && eTag.type == .arp)
    let backbone = hex("b8 012345 0080f4010203 02aabbccddee 8100")
    let iTag = try ServiceInstanceTag(span(backbone))
    #expect(iTag.priority == 5 && iTag.isDropEligible && iTag.isOfBackbone && iTag.serviceIdentifier == 0x012345)
    #expect(iTag.destination == MACAddress("00:80:f4:01:02:03") && iTag.source == MACAddress("02:aa:bb:cc:dd:ee"))
    #expect(iTag.type == .vlan)
    let metadata = hex("01 02 1001 0011 0000 0000 0000 0000 0800")
    let cisco = try CiscoMetadata(span(metadata))
    #expect(cisco.version == 1 && cisco.length == 16 && cisco.optionType == 1 && cisco.securityGroup == 0x11)
    #expect(cisco.type == .ipv4)
  }

  @Test(arguments: otherTags.indices) func `a tag hides nothing, whatever VLAN tags are around it`(index: Int) {
    let tag = Self.otherTags[index].bytes
    let isBackbone = tag.starts(with: hex("88e7"))
    for (before, after) in [("", ""), ("8100 000a", ""), ("", "8100 000a"), ("88a8 000a 8100 000b", "8100 000c")] {
      let (before, after) = (hex(before), hex(after))
      read(destinationMAC + sourceMAC + before + tag + after + hex("0800") + Self.tcp) { packet in
        #expect(packet.transport == .tcp && packet.fault == nil && packet.source == MACAddress("02:aa:bb:cc:dd:ee"))
        // The backbone's own VLAN is not its customer's.
        let vlan = isBackbone ? after : before + after
        #expect(packet.vlan == (vlan.isEmpty ? Packet.noVLAN : isBackbone && after.last == 12 ? 12 : 10))
        #expect(packet.tagCount == (isBackbone || before.isEmpty ? after.count / 4 : before.count / 4))
        for place in 0..<packet.tagCount { #expect(packet.tag(place).tpid.isVLANTag) }
      }
      // Nothing between the addresses is cut off without a fault.
      for count in 0..<tag.count {
        read(destinationMAC + sourceMAC + before + tag.prefix(count)) {
          #expect($0.fault != nil && $0.transport == .none)
        }
      }
    }
    read(destinationMAC + sourceMAC + tag + hex("f1c1 0000 0001 8926 00000000 0806") + NetworkTests.request) {
      #expect($0.network == .arp && $0.fault == nil)
    }
  }

  @Test func `Cisco metadata without a length are malformed`() {
    read(ethernet(0x8909, hex("01 00 0001 0011 0800") + Self.tcp)) {
      #expect($0.fault?.reason == .length && $0.fault?.offset == 14)
    }
  }

  @Test func `the tag of a redundant frame in a cooked capture is no VLAN tag`() {
    let header = hex("f1c1 0000 00000003 0001 04 06 02aabbccddee 0000")
    read(header + hex("0000 0001 8100 000b 0800") + Self.tcp, .linuxCooked2) { packet in
      #expect(packet.transport == .tcp && packet.vlan == 11 && packet.tag(0) == VLANTag(tpid: 0x8100, tci: 11))
    }
  }

  @Test func `cooked frames have the sender's address and a type`() throws {
    let first = hex("0000 0001 0006 02aabbccddee 0000 0800")
    read(first + Self.tcp, .linuxCooked) { packet in
      #expect(
        packet.transport == .tcp && packet.source == MACAddress("02:aa:bb:cc:dd:ee") && packet.destination == .none)
    }
    let header = try LinuxCookedHeader(span(first))
    #expect(header.packetType == 0 && header.hardwareType == 1 && header.addressLength == 6)
    #expect(header.protocolType == 0x0800)
    read(hex("0000 0304 0000 0000000000000000 8100 000a 0800") + Self.tcp, .linuxCooked) { packet in
      #expect(packet.tagCount == 1 && packet.tag(0) == VLANTag(tpid: 0x8100, tci: 10) && packet.source == .none)
    }
    read(hex("0000 0001 0006 02aabbccddee 0000 0004 424203"), .linuxCooked) {
      #expect(array($0.payload) == hex("424203"))
    }
    read(hex("0000 0001 0006 02aabbccddee 0000 000c 01"), .linuxCooked) { #expect($0.network == .other) }
    let second = hex("8100 0000 00000003 0001 04 06 02aabbccddee 0000")
    read(second + hex("000b 0800") + Self.tcp, .linuxCooked2) { packet in
      #expect(packet.tag(0) == VLANTag(tpid: 0x8100, tci: 11) && packet.vlan == 11 && packet.transport == .tcp)
      #expect(packet.source == MACAddress("02:aa:bb:cc:dd:ee"))
    }
    let header2 = try LinuxCooked2Header(span(second))
    #expect(header2.protocolType == 0x8100 && header2.interfaceIndex == 3 && header2.hardwareType == 1)
    #expect(header2.packetType == 4 && header2.addressLength == 6)
  }

  @Test(arguments: [
    (LinkType.null, "02000000", true), (.null, "00000002", true), (.loop, "00000002", true), (.null, "1e000000", false),
    (.null, "0000001c", false), (.null, "18000000", false), (.null, "0a000000", false), (.raw, "", true),
    (.raw, "", false), (.rawIPv4, "", true), (.rawIPv6, "", false),
  ])
  func `null, loop and raw links carry IP of both versions`(linkType: LinkType, header: String, isV4: Bool) {
    let datagram = isV4 ? Self.tcp : ipv6(6, summed(tcpSegment, 6, at: 16, v6: true))
    read(hex(header) + datagram, linkType) { packet in
      #expect(packet.network == (isV4 ? .ipv4 : .ipv6) && packet.destinationPort == 502 && packet.fault == nil)
      #expect(packet.etherType == (isV4 ? .ipv4 : .ipv6) && packet.source == .none)
    }
  }

  @Test func `unknown families, types and links are classified as other`() {
    read(hex("00000063 0102"), .null) { #expect($0.network == .other && array($0.payload) == hex("0102")) }
    read(hex("0102"), LinkType(rawValue: 147)) { #expect($0.network == .other && array($0.payload) == hex("0102")) }
    read(ethernet(0x8892, hex("8000 01"))) { packet in
      #expect(packet.network == .other && packet.etherType.rawValue == 0x8892 && array(packet.payload) == hex("800001"))
      #expect(packet.networkOffset == 14 && packet.networkEnd == 17 && packet.transport == .none)
    }
  }

  @Test(arguments: [
    (LinkType.ethernet, "0080f4010203", Layer.ethernet), (.linuxCooked, "0000", .linuxCooked),
    (.linuxCooked2, "0000", .linuxCooked), (.null, "0200", .null), (.raw, "", .ipv4),
    (.ethernet, "0080f4010203 02aabbccddee 8100 00", .vlan),
    (.ethernet, "0080f4010203 02aabbccddee 0003 4242", .ethernet),
    (.ethernet, "0080f4010203 02aabbccddee 0002 4242", .llc),
    (.ethernet, "0080f4010203 02aabbccddee 0004 aaaa0300", .llc),
    (.ethernet, "0080f4010203 02aabbccddee 05f0 4242", .ethernet),
  ])
  func `a broken link header is a fault of its layer`(linkType: LinkType, bytes: String, layer: Layer) {
    read(hex(bytes), linkType) { #expect($0.fault?.layer == layer) }
  }
}
