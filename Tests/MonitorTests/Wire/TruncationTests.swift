// SPDX-License-Identifier: Apache-2.0
import Capture
import Support
import Testing

@testable import Monitor

/// Frames are cut and changed everywhere: nothing traps, and what was read before the damage is kept.
@Suite struct TruncationTests {
  static let samples: [(name: String, linkType: LinkType, bytes: [UInt8])] =
    TunnelTests.samples.map { ($0.name, .ethernet, $0.bytes) }
    + ChecksumTests.good.map { ($0.name, .ethernet, $0.bytes) }
    + LinkTests.tagged.map {
      ($0.name, .ethernet, destinationMAC + sourceMAC + $0.bytes + hex("0800") + LinkTests.tcp)
    }
    + LinkTests.otherTags.map {
      ($0.name, .ethernet, destinationMAC + sourceMAC + $0.bytes + hex("8100 000a 0800") + LinkTests.tcp)
    }
    + NetworkTests.extensions.map { ($0.name, .ethernet, ethernet(0x86DD, ipv6($0.first, $0.bytes + udp(502, [1])))) }
    + [
      ("ARP", .ethernet, ethernet(0x0806, NetworkTests.request)),
      ("LLC", .ethernet, ethernet(7, hex("424203 00000000"))),
      ("SNAP", .ethernet, ethernet(8 + LinkTests.tcp.count, hex("aaaa03 000000 0800") + LinkTests.tcp)),
      ("MACsec", .ethernet, ethernet(0x88E5, hex("2200 00000007 02aabbccddee0001 0800") + LinkTests.tcp)),
      (
        "PPPoE", .ethernet,
        ethernet(0x8864, hex("1100 0011") + big(LinkTests.tcp.count + 2) + hex("0021") + LinkTests.tcp)
      ),
      ("MPLS", .ethernet, ethernet(0x8847, hex("0006403f 0000ab40") + LinkTests.tcp)),
      ("pseudowire", .ethernet, ethernet(0x8847, hex("0000ab40 00000000") + plainFrame)),
      ("HSR", .ethernet, ethernet(0x892F, hex("1040 0007 0800") + LinkTests.tcp)),
      ("cooked", .linuxCooked, hex("0000 0001 0006 02aabbccddee 0000 0800") + LinkTests.tcp),
      ("cooked 2", .linuxCooked2, hex("0800 0000 00000003 0001 04 06 02aabbccddee 0000") + LinkTests.tcp),
      ("null", .null, hex("02000000") + LinkTests.tcp), ("raw", .raw, LinkTests.tcp),
      ("options", .ethernet, ethernet(0x0800, ipv4(6, tcpSegment, options: hex("8307 04 0a000001 00")))),
      ("SCTP", .ethernet, ethernet(0x0800, ipv4(132, hex("c000 0b59 aabbccdd 01020304 0003 0007 616263 00")))),
      ("UDP-Lite", .ethernet, ethernet(0x0800, ipv4(136, hex("c000 01f6 0008 1234 0102")))),
      ("unreachable", .ethernet, ethernet(0x0800, ipv4(1, hex("0303 0000 00000000") + ipv4(17, udp(502, []))))),
      (
        "neighbour solicitation", .ethernet,
        ethernet(0x86DD, ipv6(58, hex("8700 0000 00000000") + destinationV6 + hex("0101 02aabbccddee")))
      ),
      (
        "IGMPv3", .ethernet,
        ethernet(0x0800, ipv4(2, hex("2200 abcd 0000 0002 0400 0000 ef000001 0301 0001 ef000002 0a000001")))
      ),
    ]

  /// Reads every view of a packet; the returned sum keeps the reads from being optimized away.
  static func exercise(_ packet: borrowing Packet, depth: Int = 8) -> Int {
    var sum = packet.payload.byteCount
    for index in 0..<packet.tagCount { sum &+= Int(packet.tag(index).tci) }
    if let arp = packet.arp { sum &+= Int(arp.targetIP.v4) &+ Int(arp.senderMAC.rawValue) }
    if let ipv4 = packet.ipv4 { sum &+= (ipv4.hasSourceRoute ? 1 : 0) &+ ipv4.payload.byteCount }
    if let ipv6 = packet.ipv6 { sum &+= ipv6.payload.byteCount }
    if let tcp = packet.tcp {
      sum &+= Int(tcp.maximumSegmentSize ?? 0) &+ Int(tcp.timestamps?.value ?? 0) &+ tcp.payload.byteCount
    }
    if let udp = packet.udp { sum &+= udp.payload.byteCount }
    if let udpLite = packet.udpLite { sum &+= udpLite.payload.byteCount }
    if let icmp = packet.icmp { sum &+= Int(icmp.original?.destinationPort ?? 0) &+ Int(icmp.nextHopMTU) }
    if let icmpv6 = packet.icmpv6 {
      sum &+= Int(icmpv6.original?.destinationPort ?? 0) &+ Int(icmpv6.sourceLinkLayerAddress?.rawValue ?? 0)
      sum &+= Int(truncatingIfNeeded: icmpv6.target?.low ?? 0)
      sum &+= Int(truncatingIfNeeded: icmpv6.redirectedDestination?.low ?? 0) &+ Int(icmpv6.routerLifetime ?? 0)
    }
    if let igmp = packet.igmp {
      var records = igmp.groupRecords
      while let record = records.next() { sum &+= record.sourceCount }
    }
    if let sctp = packet.sctp {
      var chunks = sctp.chunks
      while let chunk = chunks.next() { sum &+= chunk.value.byteCount }
    }
    sum &+= Int(packet.checksums().transport.rawValue)
    if packet.tunnel != .none, depth > 1 { sum &+= exercise(packet.inner(), depth: depth - 1) }
    return sum
  }

  /// Whether the offsets are in order and inside the captured bytes.
  static func isSound(_ packet: borrowing Packet) -> Bool {
    let count = packet.bytes.byteCount
    return packet.payloadOffset <= packet.payloadEnd && packet.payloadEnd <= count && packet.networkEnd <= count
      && packet.networkOffset <= count && packet.transportOffset <= count && packet.innerOffset <= count
      && packet.tagOffset + packet.tagCount * 4 <= count
  }

  @Test(arguments: samples.indices) func `a frame cut anywhere keeps the layers before the cut`(index: Int) {
    let (name, linkType, bytes) = Self.samples[index]
    read(bytes, linkType) { whole in
      #expect(whole.fault == nil, "\(name)")
      for count in 0..<bytes.count {
        let cut = Array(bytes.prefix(count))
        read(cut, linkType, length: bytes.count) { packet in
          #expect(packet.fault == nil && packet.isCut, "\(name) cut at \(count)")
          let isSound = Self.isSound(packet)
          #expect(isSound, "\(name) cut at \(count)")
          _ = Self.exercise(packet)
          for inner in stack(packet) { #expect(inner.fault == nil, "\(name) cut at \(count)") }
          if packet.network != .none, packet.network != .other { #expect(packet.network == whole.network) }
          if packet.network == .ipv4 || packet.network == .ipv6 { #expect(packet.sourceIP == whole.sourceIP) }
          if count >= whole.payloadOffset, whole.transport != .none {
            #expect(packet.transport == whole.transport && packet.destinationPort == whole.destinationPort)
          }
        }
        read(cut, linkType) { packet in
          let isSound = Self.isSound(packet)
          #expect(isSound && !packet.isCut, "\(name) ends at \(count)")
          // From the IP header on, a length field shows that bytes are missing.
          let isLengthKnown = whole.network == .ipv4 || whole.network == .ipv6
          if isLengthKnown, count >= whole.networkOffset, count < whole.networkEnd, name != "pseudowire" || count > 60 {
            #expect(packet.fault != nil, "\(name) ends at \(count)")
          }
          _ = Self.exercise(packet)
        }
      }
    }
  }

  @Test(arguments: samples.indices) func `a wrong byte anywhere causes no trap`(index: Int) {
    let (name, linkType, bytes) = Self.samples[index]
    for offset in bytes.indices {
      for value: UInt8 in [
        0x00, 0x01, 0x0F, 0x11, 0x2B, 0x2F, 0x3C, 0x40, 0x60, 0x7F, 0x80, 0xFF, bytes[offset] ^ 0x01,
      ] {
        var changed = bytes
        changed[offset] = value
        read(changed, linkType) { packet in
          let isSound = Self.isSound(packet)
          #expect(isSound, "\(name), byte \(offset) as \(value)")
          _ = Self.exercise(packet)
        }
      }
    }
  }
}
