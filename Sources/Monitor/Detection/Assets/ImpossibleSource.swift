// SPDX-License-Identifier: Apache-2.0

/// `impossible-source`: an address that no sender has. Only frames of an Ethernet link are judged: a loopback interface
/// has packets from 127.0.0.1, and its frames two MAC addresses of zeros.
enum ImpossibleSource {
  @inline(__always)
  static func isImpossible(_ mac: MACAddress, to destination: MACAddress) -> Bool {
    mac.isGroup || mac == .none && destination != .none
  }

  @inline(__always)
  static func isImpossible(_ ip: IPAddress, _ site: borrowing Site) -> Bool {
    ip.isLoopback || ip.isMulticast || ip.isLimitedBroadcast || site.isDirectedBroadcast(ip)
  }

  /// Whether an IP packet has such a source, or its own destination's address.
  @inline(__always)
  static func isImpossible(_ packet: borrowing Packet, _ site: borrowing Site) -> Bool {
    if packet.source == .none, packet.destination == .none { return false }
    let ip = packet.sourceIP
    if isImpossible(packet.source, to: packet.destination) || isImpossible(ip, site) { return true }
    guard ip.isUnspecified else { return ip == packet.destinationIP }
    // A host without an address asks for one (RFC 2131, 4.1), reports its groups (RFC 3376, 4.2.13; RFC 3590), looks
    // for routers (RFC 1256, 3) and checks that the address it wants is free (RFC 4862, 5.4).
    switch packet.transport {
    case .udp: return packet.destinationPort != 67
    case .igmp, .icmpv6: return false
    case .icmp: return packet.destinationIP.isUnicast
    default: return true
    }
  }

  /// Whether a Neighbor Discovery message has such a source, or claims such an address. A solicitation from the
  /// unspecified address asks whether the address is free (RFC 4862, 5.4), or for routers (RFC 4861, 4.1); what is
  /// advertised belongs to somebody.
  static func isImpossible(_ packet: borrowing Packet, _ claim: AddressClaim, _ site: borrowing Site) -> Bool {
    if packet.source == .none, packet.destination == .none { return false }
    let type = packet.icmpv6?.type
    let isSolicitation = type == ICMPv6Header.neighborSolicitation || type == ICMPv6Header.routerSolicitation
    if !isSolicitation, packet.sourceIP.isUnspecified || claim.source.ip.isUnspecified { return true }
    return isImpossible(packet.source, to: packet.destination)
      || isImpossible(claim.source.mac, to: packet.destination) || isImpossible(packet.sourceIP, site)
      || isImpossible(claim.source.ip, site)
  }
}
