// SPDX-License-Identifier: Apache-2.0

/// What an IP datagram carries: IPv4 "protocol" and IPv6 "next header" (IANA "protocol-numbers").
package struct IPProtocol: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  @inline(__always)
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  static let hopByHopOptions = IPProtocol(rawValue: 0)
  static let icmp = IPProtocol(rawValue: 1)
  static let igmp = IPProtocol(rawValue: 2)
  /// IPv4 in IP (RFC 2003).
  static let ipv4 = IPProtocol(rawValue: 4)
  static let tcp = IPProtocol(rawValue: 6)
  static let udp = IPProtocol(rawValue: 17)
  /// IPv6 in IP (RFC 4213).
  static let ipv6 = IPProtocol(rawValue: 41)
  static let routing = IPProtocol(rawValue: 43)
  static let fragment = IPProtocol(rawValue: 44)
  static let gre = IPProtocol(rawValue: 47)
  static let encapsulatingSecurityPayload = IPProtocol(rawValue: 50)
  static let authenticationHeader = IPProtocol(rawValue: 51)
  static let icmpv6 = IPProtocol(rawValue: 58)
  static let noNextHeader = IPProtocol(rawValue: 59)
  static let destinationOptions = IPProtocol(rawValue: 60)
  /// VRRP (RFC 9568, 5.1.1.4); CARP uses the same number.
  static let vrrp = IPProtocol(rawValue: 112)
  static let sctp = IPProtocol(rawValue: 132)
  static let mobility = IPProtocol(rawValue: 135)
  static let udpLite = IPProtocol(rawValue: 136)
  static let hostIdentity = IPProtocol(rawValue: 139)
  static let shim6 = IPProtocol(rawValue: 140)
}
