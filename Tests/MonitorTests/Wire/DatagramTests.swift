// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct DatagramTests {
  @Test func `a reassembled datagram is read as if it had never been fragmented`() {
    let payload = summed(udp(502, [1, 2, 3, 4, 5, 6, 7, 8, 9]), 17, at: 6)
    let last = ethernet(0x0800, ipv4(17, Array(payload[16...]), flags: 0x0002))
    read(last) { fragment in
      let datagram = Datagram(of: fragment)
      let packet = Packet(reassembled: span(payload), of: datagram, protocol: .udp)
      #expect(packet.transport == .udp && packet.destinationPort == 502 && packet.fault == nil && !packet.isFragment)
      #expect(array(packet.payload) == [1, 2, 3, 4, 5, 6, 7, 8, 9] && packet.network == .ipv4 && packet.isReassembled)
      #expect(packet.source == fragment.source && packet.sourceIP == fragment.sourceIP && packet.hopLimit == 64)
      #expect(packet.identification == 0x1234 && packet.ipv4 == nil)
      #expect(packet.checksums() == Checksums(network: .absent, transport: .good))
    }
  }

  @Test func `extension headers and tunnels are found after reassembly`() {
    let payload = hex("1100 0104 00000000") + udp(4789, hex("08000000 00000a00") + plainFrame)
    let first = ethernet(0x86DD, ipv6(44, hex("3c 00 0001 00000009") + payload.prefix(24)))
    read(first) { fragment in
      #expect(fragment.isFragment && fragment.ipProtocol == .destinationOptions)
      let packet = Packet(reassembled: span(payload), of: Datagram(of: fragment), protocol: fragment.ipProtocol)
      #expect(packet.tunnel == .vxlan && packet.ipProtocol == .udp && packet.ipv6 == nil)
      let inner = packet.inner()
      #expect(inner.transport == .tcp && array(inner.payload) == hex("616263"))
    }
    let carried = ipv4(6, summed(tcpSegment, 6, at: 16))
    read(ethernet(0x0800, ipv4(4, Array(carried.prefix(8)), flags: 0x2000))) { fragment in
      let packet = Packet(reassembled: span(carried), of: Datagram(of: fragment), protocol: .ipv4)
      let inner = packet.inner()
      #expect(packet.tunnel == .ipInIP && inner.transport == .tcp && inner.ipv4?.timeToLive == 64)
      #expect(inner.source == fragment.source && !inner.isReassembled)
    }
  }
}
