// SPDX-License-Identifier: Apache-2.0
import Capture
import Support
import Testing

@testable import Monitor

@Suite struct TunnelTests {
  static let inner = ethernet(0x0800, innerDatagram)
  static let innerDatagram = ipv4(6, summed(tcpSegment, 6, at: 16))
  static let innerV6 = ipv6(17, udp(502, [5]))
  static let ipBit = hex("0000 0000")

  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let tunnel: Packet.Tunnel
    var isV6 = false
    var testDescription: String { name }
    init(_ name: String, _ bytes: [UInt8], _ tunnel: Packet.Tunnel, isV6: Bool = false) {
      (self.name, self.bytes, self.tunnel, self.isV6) = (name, bytes, tunnel, isV6)
    }
  }

  /// Each tunnel, in every form its standard defines.
  static let samples: [Sample] = [
    Sample("GRE", over(47, hex("0000 0800") + innerDatagram), .gre),
    Sample("GRE with IPv6", over(47, hex("0000 86dd") + innerV6), .gre, isV6: true),
    Sample("GRE with everything", over(47, hex("b000 0800 1234 0000 00000001 00000002") + innerDatagram), .gre),
    Sample("GRE with key and Ethernet", over(47, hex("2000 6558 00000001") + inner), .gre),
    Sample("PPTP", over(47, hex("3081 880b 0041 0007 00000001 00000002 ff03 0021") + innerDatagram), .gre),
    Sample("PPTP compressed", over(47, hex("3001 880b 0041 0007 00000001 21") + innerDatagram), .gre),
    Sample("PPTP with IPv6", over(47, hex("2001 880b 0041 0007 0057") + innerV6), .gre, isV6: true),
    Sample("ERSPAN I", over(47, hex("0000 88be") + inner), .erspan1),
    Sample("ERSPAN II", over(47, hex("1000 88be 00000001 100a b064 00000123") + inner), .erspan2),
    Sample("ERSPAN III", over(47, hex("1000 22eb 00000001 200a 0064 01020304 0000 0000") + inner), .erspan3),
    Sample(
      "ERSPAN III with subheader",
      over(47, hex("1000 22eb 00000001 200a 0064 01020304 0007 001d 3000000000000001") + inner), .erspan3),
    Sample(
      "ERSPAN III with IP", over(47, hex("1000 22eb 00000001 2000 0064 01020304 0000 0800") + innerDatagram), .erspan3),
    Sample("VXLAN", over(17, udp(4789, hex("08000000 00000a00") + inner)), .vxlan),
    Sample("VXLAN on Linux's port", over(17, udp(8472, hex("08000000 00000a00") + inner)), .vxlan),
    Sample("VXLAN with group", over(17, udp(4789, hex("88000123 00000a00") + inner)), .vxlan),
    Sample("GENEVE", over(17, udp(6081, hex("0000 6558 00000a00") + inner)), .geneve),
    Sample(
      "GENEVE with options", over(17, udp(6081, hex("0240 0800 00000a00 0102 8001 aabbccdd") + innerDatagram)), .geneve),
    Sample("GENEVE with IPv6", over(17, udp(6081, hex("0080 86dd 00000a00") + innerV6)), .geneve, isV6: true),
    Sample("TZSP", over(17, udp(37008, hex("0100 0001 01") + inner)), .tzsp),
    Sample("TZSP with tags", over(17, udp(37008, hex("0101 0001 0a01c8 00 290200ff 01") + inner)), .tzsp),
    Sample("IPv4 in IPv4", over(4, innerDatagram), .ipInIP),
    Sample("IPv6 in IPv4", over(41, innerV6), .ipInIP, isV6: true),
    Sample(
      "GTP-U", over(17, udp(2152, hex("30ff") + big(innerDatagram.count) + hex("00000007") + innerDatagram)), .gtp),
    Sample(
      "GTP-U with extensions",
      over(
        17,
        udp(
          2152,
          hex("36ff") + big(innerV6.count + 12) + hex("00000007 0001 00 85 01 1009 c0 01 aabb 00") + innerV6)), .gtp,
      isV6: true),
    Sample("IPv4 in IPv6", ethernet(0x86DD, ipv6(4, innerDatagram)), .ipInIP),
    Sample("VXLAN over IPv6", ethernet(0x86DD, ipv6(17, udp(4789, hex("08000000 00000a00") + inner))), .vxlan),
  ]

  static func over(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] { ethernet(0x0800, ipv4(number, payload)) }

  @Test(arguments: samples) func `the outer and the inner packet are both read`(sample: Sample) {
    read(sample.bytes) { packet in
      #expect(packet.tunnel == sample.tunnel && packet.fault == nil)
      let inner = packet.inner()
      #expect(inner.network == (sample.isV6 ? .ipv6 : .ipv4) && inner.fault == nil && inner.tunnel == .none)
      #expect(inner.transport == (sample.isV6 ? .udp : .tcp) && inner.destinationPort == 502)
      #expect(array(inner.payload) == (sample.isV6 ? [5] : hex("616263")))
      #expect(inner.source == MACAddress("02:aa:bb:cc:dd:ee") && inner.etherType == (sample.isV6 ? .ipv6 : .ipv4))
    }
  }

  @Test func `mirrored traffic is distinguished from tunnels`() {
    for sample in Self.samples {
      let isMirror = sample.name.hasPrefix("ERSPAN") || sample.name.hasPrefix("TZSP")
      read(sample.bytes) { #expect($0.tunnel.isMirror == isMirror) }
    }
  }

  @Test func `an inner datagram keeps the outer link layer, an inner frame has its own`() {
    let tagged = hex("0080f4010203 02aabbccddee 8100 0007 0800")
    read(tagged + ipv4(4, Self.innerDatagram)) { packet in
      let inner = packet.inner()
      #expect(inner.vlan == 7 && inner.tagCount == 1 && inner.tag(0).id == 7 && inner.source == packet.source)
    }
    let own = hex("010203040506 0a0b0c0d0e0f 8100 0009 0800") + Self.innerDatagram
    read(tagged + ipv4(17, udp(4789, hex("08000000 00000a00") + own))) { packet in
      let inner = packet.inner()
      #expect(inner.vlan == 9 && inner.tag(0).id == 9 && inner.source == MACAddress("0a:0b:0c:0d:0e:0f"))
    }
  }

  @Test func `ERSPAN provides the VLAN it removed from the frame`() {
    let stripped = Self.over(47, hex("1000 88be 00000001 100a b064 00000123") + Self.inner)
    read(stripped) { #expect($0.inner().vlan == 10 && $0.inner().tagCount == 0) }
    let untagged = Self.over(47, hex("1000 88be 00000001 100a a064 00000123") + Self.inner)
    read(untagged) { #expect($0.inner().vlan == Packet.noVLAN) }
  }

  @Test func `a mirrored frame that was truncated on purpose is not malformed`() {
    let cut = Array(Self.inner.dropLast(2))
    read(Self.over(47, hex("1000 88be 00000001 1000 0464 00000123") + cut)) { packet in
      let inner = packet.inner()
      #expect(inner.isCut && inner.isIncomplete && inner.fault == nil && inner.transport == .tcp)
    }
    read(Self.over(17, udp(37008, hex("0100 0001 2902") + big(Self.inner.count) + [1] + cut))) {
      #expect($0.inner().isCut && $0.inner().fault == nil)
    }
    read(Self.over(47, hex("1000 88be 00000001 1000 0064 00000123") + cut)) {
      #expect($0.inner().fault?.reason == .length)
    }
  }

  @Test func `nested tunnels are read one by one`() {
    let middle = ipv4(17, udp(4789, hex("08000000 00000a00") + ethernet(0x0800, ipv4(4, Self.innerDatagram))))
    let frame = Self.over(47, hex("0000 0800") + middle)
    read(frame) { packet in
      let summaries = stack(packet)
      #expect(summaries.map(\.tunnel) == [.gre, .vxlan, .ipInIP, .none])
      #expect(summaries.map(\.transport) == [.other, .udp, .other, .tcp])
    }
  }

  static let others: [(String, [UInt8])] = [
    ("VXLAN flag", over(17, udp(4789, hex("00000000 00000a00") + inner))),
    ("VXLAN reserved", over(17, udp(4789, hex("08000001 00000a00") + inner))),
    ("VXLAN second reserved", over(17, udp(4789, hex("08000000 00000a01") + inner))),
    ("VXLAN short", over(17, udp(4789, hex("08000000 00000a")))),
    ("GENEVE version", over(17, udp(6081, hex("4000 6558 00000a00") + inner))),
    ("GENEVE reserved", over(17, udp(6081, hex("0001 6558 00000a00") + inner))),
    ("GENEVE options", over(17, udp(6081, hex("3f00 6558 00000a00 0102")))),
    ("GENEVE type", over(17, udp(6081, hex("0000 1234 00000a00") + inner))),
    ("TZSP version", over(17, udp(37008, hex("0200 0001 01") + inner))),
    ("TZSP keep-alive", over(17, udp(37008, hex("0104 0001 01") + inner))),
    ("TZSP radio", over(17, udp(37008, hex("0100 0012 01") + inner))),
    ("TZSP without end", over(17, udp(37008, hex("0100 0001 0a01c8")))),
    ("TZSP broken tag", over(17, udp(37008, hex("0100 0001 0a09c8")))),
    ("GTP version", over(17, udp(2152, hex("50ff 0004 00000007 45000000")))),
    ("GTP prime", over(17, udp(2152, hex("20ff 0004 00000007 45000000")))),
    ("GTP echo", over(17, udp(2152, hex("3001 0004 00000007 45000000")))),
    ("GTP length", over(17, udp(2152, hex("30ff 0009 00000007 45000000")))),
    ("GTP extension of length 0", over(17, udp(2152, hex("34ff 0008 00000007 00000085 00000000")))),
    ("GTP without IP", over(17, udp(2152, hex("30ff 0004 00000007 11000000")))),
    ("GRE with something else", over(47, hex("0000 1234 0102"))),
    ("PPTP encrypted", over(47, hex("2001 880b 0041 0007 00fd 0102"))),
    ("the other direction", over(17, udp(49152, hex("08000000 00000a00") + inner, from: 4789))),
  ]

  @Test(arguments: others.indices) func `what only resembles a tunnel remains payload`(index: Int) {
    let (name, bytes) = Self.others[index]
    read(bytes) { packet in
      #expect(packet.tunnel == .none && packet.fault == nil, "\(name)")
      #expect(packet.payload.byteCount == bytes.count - (packet.transport == .udp ? 42 : 34), "\(name)")
    }
  }

  @Test(arguments: [
    (hex("1000 88be 00000001 300a b064 00000123"), Malformed(.erspan, .version, available: 8, offset: 42)),
    (hex("1000 88be 00000001 100a"), Malformed(.erspan, .short, needed: 8, available: 2, offset: 42)),
    (
      hex("1000 22eb 00000001 200a 0064 01020304 0000 0001"),
      Malformed(.erspan, .short, needed: 20, available: 12, offset: 42)
    ),
  ])
  func `a broken mirror header is a fault`(bytes: [UInt8], fault: Malformed) {
    read(Self.over(47, bytes)) { packet in
      #expect(packet.fault == fault && packet.tunnel == .none && packet.transport == .other)
    }
  }
}
