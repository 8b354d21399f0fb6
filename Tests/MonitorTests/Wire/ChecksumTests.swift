// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct ChecksumTests {
  @Test(arguments: [
    ("0001 f203 f4f5 f6f7", UInt16(0xDDF2)),  // RFC 1071, 3
    ("", 0), ("ff", 0xFF00), ("0102 03", 0x0402), ("ffff ffff", 0xFFFF), ("ffff 0001", 0x0001),
    ("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7", 0xFFFF),
  ])
  func `the Internet checksum is computed as in RFC 1071`(text: String, sum: UInt16) {
    let bytes = hex(text)
    #expect(span(bytes).onesComplementSum() == sum)
  }

  @Test func `every length and many carries give the same sum as word by word`() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 255 - $0 * $0 * 7) }
      #expect(Int(span(bytes).onesComplementSum()) == plainSum(bytes), "\(count) bytes")
    }
    let long = [UInt8](repeating: 0xFF, count: 65_535)
    #expect(Int(span(long).onesComplementSum()) == plainSum(long))
  }

  static let echo = hex("0800 f7f8 0000 0007")
  static let good: [(name: String, bytes: [UInt8], network: ChecksumVerdict)] = [
    ("TCP", plainFrame, .good),
    ("TCP over IPv6", ethernet(0x86DD, ipv6(6, summed(tcpSegment, 6, at: 16, v6: true))), .absent),
    ("UDP", ethernet(0x0800, ipv4(17, summed(udp(502, [1, 2, 3]), 17, at: 6))), .good),
    ("UDP over IPv6", ethernet(0x86DD, ipv6(17, summed(udp(502, [1]), 17, at: 6, v6: true))), .absent),
    ("padded", plainFrame + [1, 2, 3, 4], .good),
    ("ICMP", ethernet(0x0800, ipv4(1, echo)), .good),
    ("ICMPv6", ethernet(0x86DD, ipv6(58, summed(hex("8000 0000 0001 0002 61"), 58, at: 2, v6: true))), .absent),
    ("IGMP", ethernet(0x0800, ipv4(2, hex("1600 faf7 ef00 0007"))), .good),
    (
      "UDP over IPv6 with options",
      ethernet(0x86DD, ipv6(60, hex("1100 0104 00000000") + summed(udp(502, [1]), 17, at: 6, v6: true))), .absent
    ),
  ]

  @Test(arguments: good.indices) func `a correct checksum is good, and changing any byte makes it bad`(index: Int) {
    let (name, bytes, network) = Self.good[index]
    read(bytes) { packet in
      #expect(packet.checksums() == Checksums(network: network, transport: .good), "\(name)")
      for offset in packet.transportOffset..<packet.networkEnd {
        // Header lengths and the UDP length change more than the sum; 0 in a UDP checksum means something else.
        if packet.transport == .tcp, offset == packet.transportOffset + 12 { continue }
        if packet.transport == .udp, (4...7).contains(offset - packet.transportOffset) { continue }
        if packet.transport == .icmpv6, offset == packet.transportOffset { continue }
        var changed = bytes
        changed[offset] ^= 0x10
        read(changed) { #expect($0.checksums().transport == .bad, "\(name), byte \(offset)") }
      }
    }
  }

  @Test(arguments: good.indices) func `the quick look at both checksums finds what the verdicts find`(index: Int) {
    let (name, bytes, _) = Self.good[index]
    for bit in -1..<bytes.count * 8 {
      var changed = bytes
      if bit >= 0 { changed[bit / 8] ^= 1 << UInt8(bit % 8) }
      read(changed) { packet in
        let sums = packet.checksums()
        let isV6 = packet.network == .ipv6 && packet.transportOffset == packet.networkOffset + IPv6Header.length
        let isPlain =
          (packet.network == .ipv4 || isV6) && (packet.transport == .tcp || packet.transport == .udp)
          && packet.payloadEnd == packet.networkEnd
        let areGood = sums == Checksums(network: isV6 ? .absent : .good, transport: .good)
        #expect(packet.isSound == (isPlain && areGood), "\(name), bit \(bit)")
      }
    }
  }

  @Test func `checksum offload is distinguished from damage`() {
    let pseudo = plainSum(sourceV4 + destinationV4 + [0, 6] + big(tcpSegment.count))
    var partial = tcpSegment
    partial.replaceSubrange(16..<18, with: big(pseudo))
    read(ethernet(0x0800, ipv4(6, partial))) { #expect($0.checksums().transport == .offloaded) }
    read(ethernet(0x0800, ipv4(6, tcpSegment))) { #expect($0.checksums().transport == .offloaded) }
    partial[17] ^= 1
    read(ethernet(0x0800, ipv4(6, partial))) { #expect($0.checksums().transport == .bad) }
    var zero = plainFrame
    zero[24] = 0
    zero[25] = 0
    read(zero) { #expect($0.checksums() == Checksums(network: .offloaded, transport: .good)) }
    zero[25] = 1
    read(zero) { #expect($0.checksums().network == .bad) }
  }

  @Test func `UDP may omit the checksum over IPv4, and over IPv6 only for a tunnel`() {
    read(ethernet(0x0800, ipv4(17, udp(502, [1])))) { #expect($0.checksums().transport == .absent) }
    read(ethernet(0x86DD, ipv6(17, udp(502, [1])))) { #expect($0.checksums().transport == .bad) }
    let tunnel = ethernet(0x86DD, ipv6(17, udp(4789, hex("08000000 00000a00") + plainFrame)))
    read(tunnel) { #expect($0.checksums().transport == .absent && $0.inner().checksums().transport == .good) }
  }

  @Test func `the UDP-Lite checksum covers what its coverage field says`() {
    let addresses = sourceV4 + destinationV4 + [0, 136] + big(11)
    var datagram = hex("c000 01f6 0008 0000 010203")
    let sum = ~plainSum(addresses + datagram.prefix(8)) & 0xFFFF
    datagram.replaceSubrange(6..<8, with: big(sum))
    read(ethernet(0x0800, ipv4(136, datagram))) { #expect($0.checksums().transport == .good) }
    datagram[9] = 99
    read(ethernet(0x0800, ipv4(136, datagram))) { #expect($0.checksums().transport == .good) }
    datagram[5] = 0
    read(ethernet(0x0800, ipv4(136, datagram))) { #expect($0.checksums().transport == .bad) }
  }

  @Test func `a checksum over data that was not fully captured is not judged`() {
    let frame = plainFrame
    read(Array(frame.dropLast()), length: frame.count) {
      #expect($0.checksums() == Checksums(network: .good, transport: .unknown))
    }
    read(ethernet(0x0800, ipv4(17, udp(502, []), flags: 0x2000))) { #expect($0.checksums().transport == .unknown) }
    read(ethernet(0x0806, NetworkTests.request)) {
      #expect($0.checksums() == Checksums(network: .absent, transport: .absent))
    }
    // A source route still to be travelled: the sum is over a destination that the header does not contain yet.
    let routed = ipv6(43, hex("1102 0001 00000000 fd00001000000000 0000000000000009") + udp(502, [1]))
    var datagram = ethernet(0x86DD, routed)
    datagram[datagram.count - 2] = 7
    read(datagram) { #expect($0.checksums().transport == .unknown) }
  }
}
