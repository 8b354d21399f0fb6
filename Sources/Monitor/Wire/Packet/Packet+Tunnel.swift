// SPDX-License-Identifier: Apache-2.0
import Capture

/// Tunnels: recognised here, read on by `inner()`.
extension Packet {
  /// Tunnels with an IP protocol number of their own. `payload` begins with the tunnel's header.
  mutating func readTunnel(_ datagram: RawSpan, at offset: Int) throws(Malformed) {
    switch ipProtocol {
    case .ipv4: enter(.ipInIP, at: offset, .rawIPv4)
    case .ipv6: enter(.ipInIP, at: offset, .rawIPv6)
    case .gre: try readGRE(datagram, at: offset)
    default: return
    }
  }

  private mutating func readGRE(_ datagram: RawSpan, at offset: Int) throws(Malformed) {
    let header = try GREHeader(datagram)
    let next = offset + header.length
    switch header.protocolType {
    case .ipv4: enter(.gre, at: next, .rawIPv4)
    case .ipv6: enter(.gre, at: next, .rawIPv6)
    case .transparentEthernetBridging: enter(.gre, at: next, .ethernet)
    case .erspan where !header.hasSequenceNumber: enter(.erspan1, at: next, .ethernet)
    case .erspan, .erspan3: readERSPAN(header.payload, at: next)
    case .ppp: readPPP(header.payload, at: next)
    default: return
    }
  }

  private mutating func readERSPAN(_ payload: RawSpan, at offset: Int) {
    let header: ERSPANHeader
    do throws(Malformed) {
      header = try ERSPANHeader(payload)
    } catch {
      return fail(error, at: offset, end: networkEnd)
    }
    let next = offset + header.length
    let isType2 = header.version == 1
    guard header.frameType == 0 || header.frameType == 2 else { return }
    enter(isType2 ? .erspan2 : .erspan3, at: next, header.frameType == 0 ? .ethernet : .raw)
    isInnerCut = header.isTruncated
    // Type II says whether there was a tag; type III only where, with 0 for "none".
    if isType2 ? header.encapsulation == 2 : header.vlan != 0 { innerVLAN = header.vlan }
  }

  /// PPP in PPTP (RFC 1661, 2; RFC 1662, 3.1): address and control may be left out, the protocol's first byte too.
  private mutating func readPPP(_ payload: RawSpan, at offset: Int) {
    var skip = payload.byteCount >= 2 && payload.u16(0) == 0xFF03 ? 2 : 0
    guard skip < payload.byteCount else { return }
    if payload.u8(skip) == 0 { skip += 1 }
    guard skip < payload.byteCount else { return }
    switch payload.u8(skip) {
    case 0x21: enter(.gre, at: offset + skip + 1, .rawIPv4)
    case 0x57: enter(.gre, at: offset + skip + 1, .rawIPv6)
    default: return
    }
  }

  /// Whether a datagram to this port may carry a tunnel: those of `readUDPTunnel`.
  @inline(__always)
  static func isTunnelPort(_ port: UInt16) -> Bool {
    port == VXLANHeader.port || port == VXLANHeader.linuxPort || port == GENEVEHeader.port || port == TZSPHeader.port
      || port == GTPHeader.port
  }

  /// Tunnels in UDP, by destination port and only where the header is flawless: other things use these ports too.
  @inline(__always)
  mutating func readUDPTunnel() {
    switch destinationPort {
    case VXLANHeader.port, VXLANHeader.linuxPort:
      if let header = try? VXLANHeader(payload) { enterTunnel(header.payload, .vxlan, .ethernet) }
    case GENEVEHeader.port: readGENEVE()
    case TZSPHeader.port: readTZSP()
    case GTPHeader.port: readGTP()
    default: return
    }
  }

  private mutating func readGENEVE() {
    guard let header = try? GENEVEHeader(payload) else { return }
    switch header.protocolType {
    case .transparentEthernetBridging: enterTunnel(header.payload, .geneve, .ethernet)
    case .ipv4: enterTunnel(header.payload, .geneve, .rawIPv4)
    case .ipv6: enterTunnel(header.payload, .geneve, .rawIPv6)
    default: return
    }
  }

  private mutating func readTZSP() {
    guard let header = try? TZSPHeader(payload), header.encapsulation == TZSPHeader.ethernet else { return }
    if let length = header.originalLength { isInnerCut = length > header.payload.byteCount }
    enterTunnel(header.payload, .tzsp, .ethernet)
  }

  private mutating func readGTP() {
    guard let header = try? GTPHeader(payload), header.type == GTPHeader.userData else { return }
    guard isIncomplete || !header.isIncomplete, header.payload.byteCount > 0 else { return }
    let version = header.payload.u8(0) >> 4
    guard version == 4 || version == 6 else { return }
    enter(.gtp, at: payloadOffset + header.length, .raw)
  }

  private mutating func enterTunnel(_ inner: RawSpan, _ tunnel: Tunnel, _ linkType: LinkType) {
    enter(tunnel, at: payloadEnd - inner.byteCount, linkType)
  }

  private mutating func enter(_ tunnel: Tunnel, at offset: Int, _ linkType: LinkType) {
    self.tunnel = tunnel
    innerOffset = offset
    innerLinkType = linkType
  }

  /// Reads what the tunnel carries; only meaningful where `tunnel` is not `none`. The caller counts the nesting.
  ///
  /// An inner Ethernet frame has link fields of its own. An inner IP datagram keeps the outer's: they are
  /// the only ones there are.
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
    switch innerLinkType.rawValue {
    case LinkType.rawIPv4.rawValue:
      packet.etherType = .ipv4
      packet.readIPv4(at: innerOffset, end: payloadEnd)
    case LinkType.rawIPv6.rawValue:
      packet.etherType = .ipv6
      packet.readIPv6(at: innerOffset, end: payloadEnd)
    default: packet.readIP(at: innerOffset, end: payloadEnd)
    }
    return packet
  }
}
