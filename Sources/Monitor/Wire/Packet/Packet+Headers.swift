// SPDX-License-Identifier: Apache-2.0
import Capture

/// The headers that were found, as views again; nil for a layer this packet does not have.
extension Packet {
  /// The VLAN tag at `index`, outermost first; the caller keeps `index` below `tagCount`.
  func tag(_ index: Int) -> VLANTag {
    let offset = tagOffset + index * VLANTag.length
    // Cooked version 2 has the type before its header, the tag after it.
    let isApart = linkType.rawValue == LinkType.linuxCooked2.rawValue && offset == LinuxCooked2Header.length - 2
    return VLANTag(tpid: bytes.u16(isApart ? 0 : offset), tci: bytes.u16(offset + 2))
  }

  var arp: ARPHeader? {
    @_lifetime(copy self) get {
      guard network == .arp else { return nil }
      return try? ARPHeader(bytes.slice(networkOffset, networkEnd - networkOffset))
    }
  }
  /// nil for a reassembled datagram too, whose headers were its fragments'.
  var ipv4: IPv4Header? {
    @_lifetime(copy self) get {
      guard network == .ipv4, !isReassembled else { return nil }
      return try? IPv4Header(bytes.slice(networkOffset, networkEnd - networkOffset))
    }
  }
  /// nil for a reassembled datagram too, whose headers were its fragments'.
  var ipv6: IPv6Header? {
    @_lifetime(copy self) get {
      guard network == .ipv6, !isReassembled else { return nil }
      return try? IPv6Header(bytes.slice(networkOffset, networkEnd - networkOffset))
    }
  }
  var tcp: TCPHeader? {
    @_lifetime(copy self) get {
      guard transport == .tcp else { return nil }
      return try? TCPHeader(datagram)
    }
  }
  var udp: UDPHeader? {
    @_lifetime(copy self) get {
      guard transport == .udp else { return nil }
      return try? UDPHeader(datagram)
    }
  }
  var udpLite: UDPLiteHeader? {
    @_lifetime(copy self) get {
      guard transport == .udpLite else { return nil }
      return try? UDPLiteHeader(datagram)
    }
  }
  var icmp: ICMPHeader? {
    @_lifetime(copy self) get {
      guard transport == .icmp else { return nil }
      return try? ICMPHeader(datagram)
    }
  }
  /// Router and neighbour solicitations and advertisements, and redirects (RFC 4861, 4).
  var isNeighborDiscovery: Bool {
    guard let type = icmpv6?.type else { return false }
    return ICMPv6Header.routerSolicitation...ICMPv6Header.redirect ~= type
  }
  var icmpv6: ICMPv6Header? {
    @_lifetime(copy self) get {
      guard transport == .icmpv6 else { return nil }
      return try? ICMPv6Header(datagram)
    }
  }
  var igmp: IGMPHeader? {
    @_lifetime(copy self) get {
      guard transport == .igmp else { return nil }
      return try? IGMPHeader(datagram)
    }
  }
  var sctp: SCTPHeader? {
    @_lifetime(copy self) get {
      guard transport == .sctp else { return nil }
      return try? SCTPHeader(datagram)
    }
  }

  /// From the transport header to the end of the IP datagram.
  var datagram: RawSpan {
    @inline(__always) @_lifetime(copy self) get { bytes.slice(transportOffset, networkEnd - transportOffset) }
  }
}
