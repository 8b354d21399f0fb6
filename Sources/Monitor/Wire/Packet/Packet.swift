// SPDX-License-Identifier: Apache-2.0
import Capture

/// One stack of headers, from the link to the transport, read in place. It stops at a tunnel; `inner()` reads what the
/// tunnel carries, so that outer and inner exist side by side and nothing recurses. Where a header is malformed, the
/// good ones before it remain valid and `fault` says what was wrong.
///
/// The decoder is split by layer: `Packet+Link`, `Packet+Network`, `Packet+Transport`, `Packet+Tunnel`; the headers it
/// found are views again on demand in `Packet+Headers`.
package struct Packet: ~Escapable {
  package enum Network: UInt8, Sendable { case none, arp, ipv4, ipv6, other }
  package enum Transport: UInt8, Sendable { case none, tcp, udp, udpLite, icmp, icmpv6, igmp, sctp, other }
  /// What wraps the inner packet. `erspan1…3` and `tzsp` carry mirrored frames.
  package enum Tunnel: UInt8, Sendable {
    case none, gre, erspan1, erspan2, erspan3, vxlan, geneve, tzsp, ipInIP, gtp
    @inline(__always)
    package var isMirror: Bool { self == .erspan1 || self == .erspan2 || self == .erspan3 || self == .tzsp }
  }

  /// What the offsets count in, as captured: the frame; the inner frame where a tunnel carries Ethernet; for an inner
  /// IP datagram the outer's bytes; for a reassembled datagram the payload of its IP headers.
  let bytes: RawSpan
  /// The capture holds less than was on the wire ("cut by the capture" is not "malformed").
  var isCut: Bool

  // Link
  var linkType: LinkType
  var source = MACAddress.none
  var destination = MACAddress.none
  /// After all tags; 0 for an 802.3 frame with LLC and no SNAP.
  var etherType = EtherType(rawValue: 0)
  /// The VLAN tags lie one after another from here.
  var tagOffset = 0
  var tagCount = 0
  /// VLAN id of the outermost tag; `noVLAN` without one.
  var vlan: UInt16 = Packet.noVLAN
  package static let noVLAN: UInt16 = 0xFFFF

  // Network
  var network = Network.none
  var networkOffset = 0
  /// End of the datagram by its own length field, within what was captured: padding and trailers follow it.
  var networkEnd = 0
  /// The datagram's own length reaches beyond what was captured.
  var isIncomplete = false
  /// Put together from fragments: there is no IP header in `bytes`.
  var isReassembled = false
  var sourceIP = IPAddress.none
  var destinationIP = IPAddress.none
  var hopLimit: UInt8 = 0
  /// The transport's number, after all IPv6 extension headers.
  var ipProtocol = IPProtocol(rawValue: 255)
  /// IPv4 identification (16 bits) or the IPv6 fragment header's (32 bits); 0 without one.
  var identification: UInt32 = 0
  var isFragment = false
  var moreFragments = false
  /// In bytes.
  var fragmentOffset = 0

  // Transport; for a fragment everything after the IP headers is payload.
  var transport = Transport.none
  var transportOffset = 0
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  var payloadOffset = 0
  var payloadEnd = 0

  // Tunnel
  var tunnel = Tunnel.none
  var innerOffset = 0
  var innerLinkType = LinkType.ethernet
  /// The tunnel says that it carries only the beginning of the inner frame.
  var isInnerCut = false
  /// VLAN id the tunnel kept beside the inner frame; `noVLAN` without one.
  var innerVLAN: UInt16 = Packet.noVLAN

  var fault: Malformed?

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, linkType: LinkType, isCut: Bool) {
    self.bytes = bytes
    self.linkType = linkType
    self.isCut = isCut
  }

  /// Reads a frame. `length` is its length on the wire in bytes.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, linkType: LinkType, length: Int) {
    // Not through the initialiser above: a delegating one builds the value aside and copies it, a
    // fifth of the whole decode.
    self.bytes = bytes
    self.linkType = linkType
    isCut = length > bytes.byteCount
    readLink()
  }

  /// Transport payload: a TCP segment's or a datagram's data, trimmed to the IP length. For a fragment
  /// everything after the IP headers; for non-IP frames everything after the EtherType (from the LLC
  /// header on in an 802.3 frame).
  var payload: RawSpan {
    @inline(__always) @_lifetime(copy self) get { bytes.slice(payloadOffset, payloadEnd - payloadOffset) }
  }

  /// Keeps the first fault. A header truncated by the capture is not a fault.
  @inline(never)
  mutating func fail(_ malformed: Malformed, at offset: Int, end: Int) {
    if isCut, malformed.reason == .short, end == bytes.byteCount { return }
    guard fault == nil else { return }
    var malformed = malformed
    malformed.offset += offset
    fault = malformed
  }
}
