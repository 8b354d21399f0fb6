// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// A plant as its site file describes it: zones, the conduits between them, assets, windows, responders. A value: the
/// engine keeps one and swaps it when the file is read anew.
package struct Site: Sendable {
  package var name = ""
  /// A name of the IANA time zone database.
  package var timeZone = "UTC"
  /// Whether the file gives it.
  package var namesTimeZone = false
  /// By `ZoneID.rawValue`; the first is `external`.
  package var zones: [Zone] = [Site.externalZone]
  /// By `AssetID.rawValue`.
  package var assets: [Asset] = []
  package var conduits: [Conduit] = []
  package var windows: [Window] = []
  package var responders: [Responder] = []
  package var exceptions: [FindingException] = []
  /// What is not wrong, but looks like a mistake.
  package var warnings: [SiteProblem] = []

  package var clock = LocalClock()
  /// The words of `services` when the file was read.
  package var words = ServiceWords(dissectors: [])
  private var networks = PrefixTable()
  private var addresses = PrefixTable()
  private var macs = PrefixTable()
  /// MAC addresses that identify an asset on their own: it has no IP address and forwards no other device's frames.
  private var ownMACs = PrefixTable()
  private(set) var hasOwnMACs = false
  /// By VLAN id; `PrefixTable.none` for those of no zone.
  private var vlans: [UInt16] = []
  /// All conduits, by what they name at both ends.
  private(set) var conduitIndex = ConduitIndex()
  /// Those that limit values, by what they name at the end that they lead to.
  private(set) var limitingConduits = ConduitIndex()
  private(set) var limitsValues = false
  /// By `ZoneID.rawValue`: whether a listed router, firewall or gateway has a leg there.
  private var hasRouters: [Bool] = []
  /// By the number of the kind: the places in `exceptions` of those that name it. Empty where there are none at all.
  private(set) var exceptionsByKind: [[Int]] = []

  package init() {}

  static let externalZone = Zone(
    name: "external", title: "external", importance: .medium, values: [], responder: nil, listsIPs: false,
    listsMACs: false)

  /// Fills the tables; to be called once zones, assets and conduits are complete.
  package mutating func index(seed: UInt64) {
    var networks: [(prefix: UInt128, length: Int, value: UInt16)] = []
    vlans = Array(repeating: PrefixTable.none, count: 4096)
    for (id, zone) in zones.enumerated() {
      let value = UInt16(truncatingIfNeeded: id)
      networks += zone.networks.map { ($0.address.bits, $0.length, value) }
      for vlan in zone.vlans where vlan < 4096 && vlans[Int(vlan)] == PrefixTable.none { vlans[Int(vlan)] = value }
    }
    self.networks = PrefixTable(networks, seed: seed)

    var addresses: [(prefix: UInt128, length: Int, value: UInt16)] = []
    var macs: [(prefix: UInt128, length: Int, value: UInt16)] = []
    var ownMACs: [(prefix: UInt128, length: Int, value: UInt16)] = []
    for (id, asset) in assets.enumerated() {
      let value = UInt16(truncatingIfNeeded: id)
      addresses += asset.ips.map { ($0.bits, 128, value) }
      let own: [(prefix: UInt128, length: Int, value: UInt16)] = asset.macs.map { (UInt128($0.rawValue), 128, value) }
      macs += own
      if asset.ips.isEmpty, !asset.forwards { ownMACs += own }
    }
    hasRouters = Array(repeating: false, count: zones.count)
    for asset in assets where asset.forwards {
      hasRouters[Int(asset.zone.rawValue)] = true
      for zone in asset.ips.compactMap({ zone(of: $0) }) { hasRouters[Int(zone.rawValue)] = true }
    }
    self.addresses = PrefixTable(addresses, seed: seed)
    self.macs = PrefixTable(macs, seed: seed)
    self.ownMACs = PrefixTable(ownMACs, seed: seed)
    hasOwnMACs = !ownMACs.isEmpty
    exceptionsByKind = []
    for (place, exception) in exceptions.enumerated() {
      for kind in exception.kinds {
        let number = Int(kind.rawValue)
        while exceptionsByKind.count <= number { exceptionsByKind.append([]) }
        exceptionsByKind[number].append(place)
      }
    }
    conduitIndex = ConduitIndex(conduits.indices.map { (conduits[$0].from, conduits[$0].to, $0) }, seed: seed)
    let limiting = conduits.indices.filter { !conduits[$0].valueLimits.isEmpty }
    limitingConduits = ConduitIndex(limiting.map { (.any, conduits[$0].to, $0) }, seed: seed)
    limitsValues = !limiting.isEmpty
  }

  package subscript(zone: ZoneID) -> Zone {
    Int(zone.rawValue) < zones.count ? zones[Int(zone.rawValue)] : Site.externalZone
  }
  package subscript(asset: AssetID) -> Asset? {
    Int(asset.rawValue) < assets.count ? assets[Int(asset.rawValue)] : nil
  }

  /// The zone of the most specific network that holds the address; assets are not asked. No allocation; a probe for
  /// each prefix length of the site at most.
  package func zone(of ip: IPAddress) -> ZoneID? {
    // No IPv6 block holds a mapped IPv4 address.
    let value = networks.find(ip.bits, shortest: ip.isV4 ? 96 : 0)
    return value == PrefixTable.none ? nil : ZoneID(rawValue: value)
  }

  package func zone(vlan: UInt16) -> ZoneID? {
    guard Int(vlan) < vlans.count, vlans[Int(vlan)] != PrefixTable.none else { return nil }
    return ZoneID(rawValue: vlans[Int(vlan)])
  }

  package func asset(ip: IPAddress) -> AssetID? {
    let value = addresses.find(ip.bits)
    return value == PrefixTable.none ? nil : AssetID(rawValue: value)
  }

  /// If routers share a MAC address, the first one in the file.
  package func asset(mac: MACAddress) -> AssetID? {
    let value = macs.find(UInt128(mac.rawValue))
    return value == PrefixTable.none ? nil : AssetID(rawValue: value)
  }

  /// Whether the site lists this MAC address for the asset with this IP address.
  func lists(_ mac: MACAddress, for ip: IPAddress) -> Bool {
    guard let asset = asset(ip: ip) else { return false }
    return assets[Int(asset.rawValue)].macs.contains(mac)
  }

  /// Whether a router is listed that has a leg in the zone.
  func hasRouter(in zone: ZoneID) -> Bool {
    Int(zone.rawValue) < hasRouters.count && hasRouters[Int(zone.rawValue)]
  }

  /// The most specific network of the site that holds the address.
  private func network(of ip: IPAddress) -> Network? {
    guard let zone = zone(of: ip) else { return nil }
    var found: Network?
    for network in zones[Int(zone.rawValue)].networks where network.contains(ip) {
      if network.length > found?.length ?? -1 { found = network }
    }
    return found
  }
  /// Whether no router is needed between two addresses.
  func areInOneNetwork(_ first: IPAddress, _ second: IPAddress) -> Bool {
    guard let zone = zone(of: first), zone == self.zone(of: second) else { return false }
    return network(of: first) == network(of: second)
  }
  /// Whether it is the last address of an IPv4 network of the site: its directed broadcast (RFC 919, 7), where the
  /// prefix leaves room for one (RFC 3021, 2.1).
  func isDirectedBroadcast(_ ip: IPAddress) -> Bool {
    guard ip.isV4, ip.v4 & 3 == 3, let network = self.network(of: ip), network.length < 127 else { return false }
    return ip.bits == network.address.bits | ~Network.mask(network.length)
  }

  /// How an address came to its zone.
  package enum Evidence: Sendable { case assetIP, assetMAC, network, vlan, nothing }

  /// Who an address is: the asset and its zone, else the most specific network's zone, else the VLAN's, else
  /// `external`. A MAC address counts only if the asset has no IP address of its own and is not a router: a
  /// routed frame carries the router's. `IPAddress.none` and `MACAddress.none` mean "has none"; a
  /// `vlan` over 4095 means "no tag".
  package func party(ip: IPAddress, mac: MACAddress, vlan: UInt16) -> Party {
    identify(ip: ip, mac: mac, vlan: vlan).party
  }

  /// `party`, and the evidence for it.
  package func identify(ip: IPAddress, mac: MACAddress, vlan: UInt16) -> (party: Party, evidence: Evidence) {
    if ip != .none, let asset = asset(ip: ip) {
      return (Party(zone: assets[Int(asset.rawValue)].zone, asset: asset), .assetIP)
    }
    if mac != .none {
      let value = ownMACs.find(UInt128(mac.rawValue))
      if value != PrefixTable.none {
        return (Party(zone: assets[Int(value)].zone, asset: AssetID(rawValue: value)), .assetMAC)
      }
    }
    if ip != .none, let zone = zone(of: ip) { return (Party(zone: zone, asset: .none), .network) }
    // A frame on a zone's VLAN carries addresses from everywhere, since routers forward them there. So where the zone
    // lists its networks, an address outside them is not the zone's; the VLAN decides for devices without IP, for
    // link-local addresses, and for zones known by VLAN alone.
    if let zone = zone(vlan: vlan), ip == .none || ip.isLinkLocal || ip.isUnspecified || self[zone].networks.isEmpty {
      return (Party(zone: zone, asset: .none), .vlan)
    }
    return (Party(zone: .external, asset: .none), .nothing)
  }
}
