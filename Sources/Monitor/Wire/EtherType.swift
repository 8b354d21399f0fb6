// SPDX-License-Identifier: Apache-2.0

/// What an Ethernet frame carries (IEEE 802.3-2022, 3.2.6; numbers: IEEE Registration Authority and
/// IANA "ieee-802-numbers").
package struct EtherType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16
  @inline(__always)
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  static let ipv4 = EtherType(rawValue: 0x0800)
  static let arp = EtherType(rawValue: 0x0806)
  /// Transparent Ethernet Bridging: a whole Ethernet frame, in GRE and GENEVE (RFC 1701).
  static let transparentEthernetBridging = EtherType(rawValue: 0x6558)
  /// Customer VLAN tag (IEEE 802.1Q).
  static let vlan = EtherType(rawValue: 0x8100)
  static let ipv6 = EtherType(rawValue: 0x86DD)
  static let mplsUnicast = EtherType(rawValue: 0x8847)
  static let mplsMulticast = EtherType(rawValue: 0x8848)
  static let pppoeDiscovery = EtherType(rawValue: 0x8863)
  static let pppoeSession = EtherType(rawValue: 0x8864)
  /// PPP in enhanced GRE (RFC 2637).
  static let ppp = EtherType(rawValue: 0x880B)
  /// Service VLAN tag (IEEE 802.1ad).
  static let serviceVLAN = EtherType(rawValue: 0x88A8)
  /// ERSPAN types I and II, in GRE.
  static let erspan = EtherType(rawValue: 0x88BE)
  static let etherCAT = EtherType(rawValue: 0x88A4)
  static let macsec = EtherType(rawValue: 0x88E5)
  /// ERSPAN type III, in GRE.
  static let erspan3 = EtherType(rawValue: 0x22EB)
  /// Redundancy tag of a high-availability seamless ring (IEC 62439-3, 5.6).
  static let hsr = EtherType(rawValue: 0x892F)

  /// Redundancy tag (IEEE 802.1CB, 7.8).
  static let redundancyTag = EtherType(rawValue: 0xF1C1)
  /// Virtual network tag, before IEEE 802.1BR.
  static let vnTag = EtherType(rawValue: 0x8926)
  /// Port extension (IEEE 802.1BR, 7.5).
  static let eTag = EtherType(rawValue: 0x893F)
  /// Backbone service instance (IEEE 802.1Q, 9.7).
  static let serviceInstance = EtherType(rawValue: 0x88E7)
  static let ciscoMetadata = EtherType(rawValue: 0x8909)

  /// The tag protocol identifiers in use: 802.1Q, 802.1ad, and those of switches from before 802.1ad: 0x9100 to 0x9300
  /// (DPDK, rte_ether.h), 0x8200 (3Com 4800G and HP 5120 manuals, "Configuring basic QinQ").
  var isVLANTag: Bool {
    switch rawValue {
    case 0x8100, 0x88A8, 0x9100, 0x9200, 0x9300, 0x8200: true
    default: false
    }
  }

  /// Smaller values are an 802.3 length (IEEE 802.3-2022, 3.2.6).
  static let minimum: UInt16 = 0x0600
}
