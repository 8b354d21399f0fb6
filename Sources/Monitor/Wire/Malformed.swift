// SPDX-License-Identifier: Apache-2.0

/// Why a header could not be read: plain data, so that throwing it allocates nothing.
package struct Malformed: Error, Equatable, Sendable {
  package enum Reason: UInt8, Sendable {
    /// Fewer bytes than the header, or the length it states, needs.
    case short
    /// A length field that contradicts its own header.
    case length
    /// A version or type field this header may not have.
    case version
    /// A field with a value the standard forbids.
    case field
    /// More nested headers than the bound.
    case tooManyLayers
  }

  package let layer: Layer
  package let reason: Reason
  /// Bytes the header needed; 0 where the reason is not a length.
  package let needed: Int
  /// Bytes there were.
  package let available: Int
  /// Where the header began, counted from the start of the span its initialiser was given.
  package var offset: Int

  @inline(__always)
  init(_ layer: Layer, _ reason: Reason, needed: Int = 0, available: Int = 0, offset: Int = 0) {
    self.layer = layer
    self.reason = reason
    self.needed = needed
    self.available = available
    self.offset = offset
  }
}

/// The header a fault or a counter belongs to.
package enum Layer: UInt8, CaseIterable, Sendable {
  case null, linuxCooked, ethernet, llc, vlan, macsec, pppoe, mpls, arp
  case ipv4, ipv6, icmp, icmpv6, igmp, tcp, udp, udpLite, sctp
  case gre, erspan, vxlan, geneve, tzsp, gtp
}
