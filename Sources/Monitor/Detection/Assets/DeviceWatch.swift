// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `unknown-mac`, `unknown-ip`, `wrong-zone`: compares devices and addresses with the site's list of assets, and keeps
/// the inventory of what was seen.
///
/// A frame carries its origin's own MAC address only on the origin's segment; routers replace it with theirs. An
/// address is therefore tied to a MAC address only by ARP, Neighbor Discovery and packets not yet forwarded. The latter
/// are recognised by their time to live: systems start at 32, 60, 64, 128 or 255.
struct DeviceWatch {
  var inventory: Inventory
  private var claims: AddressClaims
  var evictions: Int { claims.evictions }

  init(seed: UInt64) {
    inventory = Inventory(seed: seed)
    claims = AddressClaims(seed: seed)
  }

  static func isDirect(_ hopLimit: UInt8) -> Bool {
    hopLimit == 64 || hopLimit == 128 || hopLimit == 255 || hopLimit == 32 || hopLimit == 60
  }

  /// Examines the sender of a packet; called at most once a second for each direction of a flow.
  mutating func packet(
    from source: Endpoint, to destination: Endpoint, hopLimit: UInt8, _ moment: Moment, _ site: borrowing Site,
    _ findings: inout Findings
  ) {
    guard source.ip.isUnicast, !source.ip.isLoopback else { return }
    guard source.mac != .none, !source.mac.isGroup else {
      findings.add(routed(source, destination, moment, site))
      return
    }
    let station = inventory.station(source.mac, moment)
    if DeviceWatch.isDirect(hopLimit) {
      if inventory.confirm(source.ip, at: source.mac, moment.time) { return }
      let claim = AddressClaim(kind: .traffic, source: source, destination: destination, moment: moment)
      settle(claim, station, site, &findings)
    } else {
      if !inventory.stations[station].forwards { inventory.stations[station].forwards = true }
      findings.add(routed(source, destination, moment, site))
    }
  }

  /// An ARP message or a neighbour advertisement.
  mutating func claim(_ claim: AddressClaim, _ site: borrowing Site, _ findings: inout Findings) {
    guard claim.source.mac != .none, !claim.source.mac.isGroup else { return }
    let station = inventory.station(claim.source.mac, claim.moment)
    guard claim.source.ip.isUnicast else {
      // A probe (RFC 5227, 2.1.1) claims nothing yet, but reveals a device, in the zone of the address it asks for.
      judgeMAC(claim, station, zoneOf: claim.destination.ip, site, &findings)
      return
    }
    settle(claim, station, site, &findings)
  }

  /// The slot of a station that sent a frame without IP; nil if there is nothing to judge.
  mutating func newStation(_ mac: MACAddress, _ moment: Moment) -> Int? {
    guard mac != .none, !mac.isGroup else { return nil }
    let station = inventory.station(mac, moment)
    return inventory.stations[station].isReported ? nil : station
  }

  /// Judges a frame without IP from such a station.
  mutating func frame(
    of station: Int, from source: Endpoint, to destination: Endpoint, _ moment: Moment, _ site: borrowing Site,
    _ findings: inout Findings
  ) {
    let claim = AddressClaim(kind: .traffic, source: source, destination: destination, moment: moment)
    judgeMAC(claim, station, zoneOf: .none, site, &findings)
  }

  /// Ties an address to a device, or disputes it.
  private mutating func settle(
    _ claim: AddressClaim, _ station: Int, _ site: borrowing Site, _ findings: inout Findings
  ) {
    let source = claim.source
    let moment = claim.moment
    if let slot = inventory.binding(source.ip), inventory.bindings[slot].mac != .none {
      inventory.bindings.touch(slot, at: moment.time)
      let verdict = claims.judge(claim, heldIn: slot, &inventory, site, &findings)
      guard verdict == .moved || (verdict == .kept && !inventory.bindings[slot].isReported) else { return }
      findings.add(judge(claim, slot, station, site))
      return
    }
    let slot: Int
    if let known = inventory.binding(source.ip) {
      slot = known
      inventory.bindings[slot].mac = source.mac
      inventory.bindings[slot].vlan = moment.vlan
    } else {
      slot = inventory.bind(source.ip, source.mac, moment)
    }
    inventory.bindings[slot].isReported = false
    inventory.bindings[slot].claimedByHolder(claim.kind)
    inventory.stations[station].addresses += 1
    // It may be another device's address, unless the site lists the claimer as its holder.
    claims.first(claim, &inventory, site, &findings)
    findings.add(judge(claim, slot, station, site))
  }

  /// What the site file says about this address on this device.
  private mutating func judge(_ claim: AddressClaim, _ slot: Int, _ station: Int, _ site: borrowing Site) -> Finding? {
    inventory.bindings[slot].isReported = true
    guard !inventory.stations[station].isSpoofer,
      let found = DeviceWatch.verdict(claim.source, claim.moment.vlan, site)
    else { return nil }
    if found.kind == .unknownMAC { inventory.stations[station].isReported = true }
    return claim.moment.finding(found.kind, found.detail, source: claim.source, destination: claim.destination)
  }

  private static func verdict(
    _ source: Endpoint, _ vlan: UInt16, _ site: borrowing Site
  ) -> (kind: FindingKind, detail: Finding.Detail)? {
    let byMAC = site.asset(mac: source.mac)
    let byIP = site.asset(ip: source.ip)
    if let byMAC, site.assets[Int(byMAC.rawValue)].forwards { return nil }
    if let byIP {
      let asset = site.assets[Int(byIP.rawValue)]
      if let expected = asset.macs.first, !asset.macs.contains(source.mac), !asset.forwards {
        return (.wrongZone, .binding(ip: source.ip, expected: expected, seen: source.mac))
      }
      return wrongVLAN(asset, vlan, site)
    }
    if let byMAC {
      let asset = site.assets[Int(byMAC.rawValue)]
      if let zone = site.zone(of: source.ip), zone != asset.zone {
        return (.wrongZone, .zone(expected: asset.zone, seen: zone))
      }
      if let found = wrongVLAN(asset, vlan, site) { return found }
      // A device listed without an address may use any address of its zone.
      if !asset.ips.isEmpty, !source.ip.isLinkLocal { return (.unknownIP, .parties) }
      return nil
    }
    guard let zone = site.zone(of: source.ip) ?? site.zone(vlan: vlan) else { return nil }
    if site.zones[Int(zone.rawValue)].listsMACs { return (.unknownMAC, .parties) }
    if site.zones[Int(zone.rawValue)].listsIPs, !source.ip.isLinkLocal { return (.unknownIP, .parties) }
    return nil
  }

  private static func wrongVLAN(
    _ asset: Asset, _ vlan: UInt16, _ site: borrowing Site
  ) -> (kind: FindingKind, detail: Finding.Detail)? {
    guard vlan != Packet.noVLAN, let seen = site.zone(vlan: vlan), seen != asset.zone else { return nil }
    return (.wrongZone, .vlan(zone: asset.zone, seen: vlan))
  }

  /// A device of which only the MAC address is known.
  private mutating func judgeMAC(
    _ claim: AddressClaim, _ station: Int, zoneOf ip: IPAddress, _ site: borrowing Site, _ findings: inout Findings
  ) {
    guard !inventory.stations[station].isReported, site.asset(mac: claim.source.mac) == nil,
      let zone = site.zone(of: ip) ?? site.zone(vlan: claim.moment.vlan), site.zones[Int(zone.rawValue)].listsMACs
    else { return }
    inventory.stations[station].isReported = true
    findings.add(claim.moment.finding(.unknownMAC, .parties, source: claim.source, destination: claim.destination))
  }

  /// An address that arrives through a router: only the IP address can be judged.
  private mutating func routed(
    _ source: Endpoint, _ destination: Endpoint, _ moment: Moment, _ site: borrowing Site
  ) -> Finding? {
    if let slot = inventory.binding(source.ip) {
      inventory.bindings.touch(slot, at: moment.time)
      return nil
    }
    _ = inventory.bind(source.ip, .none, moment)
    guard site.asset(ip: source.ip) == nil, let zone = site.zone(of: source.ip),
      site.zones[Int(zone.rawValue)].listsIPs
    else { return nil }
    return moment.finding(.unknownIP, .parties, source: source, destination: destination)
  }
}
