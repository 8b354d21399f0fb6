// SPDX-License-Identifier: Apache-2.0
import Capture

/// Tunnels: recognised here, read on by `inner()`.
extension Packet {
  mutating func readTunnel(_ datagram: RawSpan, at offset: Int) throws(Malformed) {
    switch ipProtocol {
    case .ipv4, .ipv6: enter(.ipInIP, at: offset, .raw)
    default: return
    }
  }

  @inline(__always)
  mutating func readUDPTunnel() {
  }

  private mutating func enter(_ tunnel: Tunnel, at offset: Int, _ linkType: LinkType) {
    self.tunnel = tunnel
    innerOffset = offset
    innerLinkType = linkType
  }

  /// Reads what the tunnel carries; only meaningful where `tunnel` is not `none`. The caller counts the nesting.
  ///
  /// An inner Ethernet frame has link fields of its own. An inner IP datagram keeps the outer's: they are the only ones there are.
  @_lifetime(copy self)
  func inner() -> Packet {
    if innerLinkType.rawValue == LinkType.ethernet.rawValue {
      var packet = Packet(
        bytes.slice(innerOffset, payloadEnd - innerOffset), linkType: .ethernet, isCut: isIncomplete || isInnerCut)
      packet.readLink()
      if packet.tagCount == 0 { packet.vlan = innerVLAN }
      return packet
    }
    var packet = Packet(bytes.slice(0, payloadEnd), linkType: linkType, isCut: isIncomplete || isInnerCut)
    packet.source = source
    packet.destination = destination
    packet.tagOffset = tagOffset
    packet.tagCount = tagCount
    packet.vlan = vlan
    packet.readIP(at: innerOffset, end: payloadEnd)
    return packet
  }
}
