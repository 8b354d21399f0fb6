// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `unknown-mac`, `unknown-ip`, `wrong-zone`: compares devices and addresses with the site's list of assets, and keeps
/// the inventory of what was seen.
///
/// A frame carries its origin's own MAC address only on the origin's segment; routers replace it with theirs. An
/// address is therefore tied to a MAC address only by ARP, Neighbor Discovery and packets not yet forwarded. The latter
/// are recognised by their hop limit: systems start at 32, 60, 64, 128 or 255. The sender chooses it, though. So where
/// the site lists the MAC address, another one has to be a router's, whatever the hop limit.
struct DeviceWatch {
  /// How a packet came to the MAC address that it was seen with.
  private enum Origin { case own, forwarded, doubtful }

  var inventory: Inventory
  private var claims: AddressClaims
  private var routers: Routers
  var evictions: Evictions { claims.evictions + routers.evictions }

  init(seed: UInt64) {
    inventory = Inventory(seed: seed)
    claims = AddressClaims(seed: seed)
    routers = Routers(seed: seed)
  }

  static func isDirect(_ hopLimit: UInt8) -> Bool {
    hopLimit == 64 || hopLimit == 128 || hopLimit == 255 || hopLimit == 32 || hopLimit == 60
  }

  /// Whose a source address is at this MAC address. Mutating, although it changes nothing: otherwise the whole
  /// inventory is copied to be asked.
  mutating func owner(of ip: IPAddress, at mac: MACAddress, _ site: borrowing Site) -> Senders.Owner {
    if let asset = site.asset(mac: mac), site.assets[Int(asset.rawValue)].forwards { return .none }
    if site.lists(mac, for: ip) { return .listed }
    return !mac.isVirtualRouter && inventory.mac(of: ip) == mac ? .seen : .none
  }

  /// Confirms that a known device sent a packet from its own address, which is all that there is to learn from a packet
  /// inside a zone that no router forwarded.
  mutating func confirm(_ packet: borrowing Packet, _ moment: Moment) -> Bool {
    guard DeviceWatch.isDirect(packet.hopLimit),
      let slot = inventory.confirm(packet.sourceIP, at: packet.source, moment.time)
    else { return false }
    _ = inventory.station(packet.source, moment)
    return moment.time < inventory.bindings[slot].remindAt && !inventory.hasMoved(slot, moment)
  }

  /// What the packets that follow can still show of their sender.
  enum Rest {
    case something
    /// Nothing, as long as `confirm` holds.
    case confirmation
    /// Nothing: a router sends them on, and their origin is known.
    case nothing
  }

  /// Examines the sender of a packet; called at most once a second for each direction of a flow. `receiver` is the MAC
  /// address that the frame was sent to.
  mutating func packet(
    from source: Endpoint, to destination: Endpoint, at receiver: MACAddress, hopLimit: UInt8, _ moment: Moment,
    _ site: borrowing Site, _ findings: inout Findings
  ) -> Rest {
    let isHost = source.ip.isUnicast && !source.ip.isLoopback && !site.isDirectedBroadcast(source.ip)
    guard source.mac != .none, !source.mac.isGroup else {
      if isHost { _ = routed(source, destination, moment, site, &findings) }
      return .something
    }
    let station = inventory.station(source.mac, moment)
    guard isHost else {
      // It has no address yet, or hides it.
      let claim = AddressClaim(kind: .traffic, source: source, destination: destination, moment: moment)
      judgeMAC(claim, station, zoneOf: source.ip, site, &findings)
      return .something
    }
    proveRouter(receiver, from: source, to: destination, moment, site)
    switch origin(of: source, station, to: destination, hopLimit, site) {
    case .own:
      if let slot = inventory.confirm(source.ip, at: source.mac, moment.time) {
        remind(of: source, slot, to: destination, moment, site, &findings)
        return source.party.zone == destination.party.zone ? .confirmation : .something
      }
      let claim = AddressClaim(kind: .traffic, source: source, destination: destination, moment: moment)
      settle(claim, station, site, &findings)
    case .forwarded: if routed(source, destination, moment, site, &findings) { return .nothing }
    case .doubtful:
      let claim = AddressClaim(kind: .traffic, source: source, destination: destination, moment: moment)
      if !routers.doubt(claim, from: source.party.zone) { findings.add(DeviceWatch.misplaced(claim, site)) }
    }
    return .something
  }

  /// Reports again what the site file says of a device that is still there, or is on another VLAN now.
  private mutating func remind(
    of source: Endpoint, _ slot: Int, to destination: Endpoint, _ moment: Moment, _ site: borrowing Site,
    _ findings: inout Findings
  ) {
    let hasMoved = inventory.hasMoved(slot, moment)
    if hasMoved { inventory.bindings[slot].vlan = moment.vlan }
    guard hasMoved || moment.time >= inventory.bindings[slot].remindAt,
      let found = DeviceWatch.verdict(source, moment.vlan, site)
    else { return }
    inventory.bindings[slot].remindAt = moment.time &+ Catalogue.entry(found.kind).reminder
    findings.add(moment.finding(found.kind, found.detail, source: source, destination: destination))
  }

  private mutating func origin(
    of source: Endpoint, _ station: Int, to destination: Endpoint, _ hopLimit: UInt8, _ site: borrowing Site
  ) -> Origin {
    if DeviceWatch.isDirect(hopLimit) || destination.ip.isLinkLocalMulticast || destination.ip.isLimitedBroadcast {
      return .own
    }
    let asset = site.asset(mac: source.mac)
    if let asset, site.assets[Int(asset.rawValue)].forwards { return .forwarded }
    // A device whose system starts at another value, or a spoofer that passes packets on.
    if site.lists(source.mac, for: source.ip) || inventory.stations[station].isSpoofer { return .own }
    guard DeviceWatch.expected(source, site) != nil else { return .forwarded }
    // No packet is routed inside one network, no listed device but a router forwards, and where routers are listed,
    // others are not needed.
    if asset != nil || site.areInOneNetwork(source.ip, destination.ip) || site.hasRouter(in: destination.party.zone) {
      return .own
    }
    return routers.isProved(source.mac, for: source.party.zone) ? .forwarded : .doubtful
  }

  /// A listed device sends a packet for another zone to a station that the site does not list: it is a router.
  private mutating func proveRouter(
    _ receiver: MACAddress, from source: Endpoint, to destination: Endpoint, _ moment: Moment, _ site: borrowing Site
  ) {
    guard source.party.zone != destination.party.zone, destination.ip.isUnicast, receiver != .none, !receiver.isGroup,
      site.lists(source.mac, for: source.ip), site.asset(mac: receiver) == nil
    else { return }
    routers.prove(receiver, for: destination.party.zone, moment.time)
  }

  /// The MAC address that the site lists for an address, if the sender has another one.
  private static func expected(_ source: Endpoint, _ site: borrowing Site) -> MACAddress? {
    guard let byIP = site.asset(ip: source.ip) else { return nil }
    let asset = site.assets[Int(byIP.rawValue)]
    guard !asset.forwards, !asset.macs.contains(source.mac) else { return nil }
    return asset.macs.first
  }

  /// `wrong-zone`: a listed address on a MAC address that the site does not list for it.
  private static func misplaced(_ claim: AddressClaim, _ site: borrowing Site) -> Finding? {
    let source = claim.source
    if let byMAC = site.asset(mac: source.mac), site.assets[Int(byMAC.rawValue)].forwards { return nil }
    guard let expected = DeviceWatch.expected(source, site) else { return nil }
    return claim.moment.finding(
      .wrongZone, .binding(ip: source.ip, expected: expected, seen: source.mac), source: source,
      destination: claim.destination)
  }

  /// Reports packets that waited in vain for a proof that a router sent them, and claims that were not reported as
  /// spoofing meanwhile.
  mutating func tick(_ time: Int64, _ site: borrowing Site, _ findings: inout Findings) {
    while let claim = routers.unproved(at: time) {
      if claim.kind != .traffic, inventory.isSpoofer(claim.source.mac) { continue }
      findings.add(DeviceWatch.misplaced(claim, site))
    }
  }

  /// Learns which addresses routers share; an advertisement without a right to its address is spoofing. True if the
  /// packet has the virtual MAC address for its source, which says nothing of the sender's own address.
  mutating func advertised(
    _ advertisements: [VirtualRouters.Advertisement], from source: Endpoint, to destination: Endpoint,
    _ moment: Moment, _ site: borrowing Site, _ findings: inout Findings
  ) -> Bool {
    for advertisement in advertisements { findings.add(claims.advertised(advertisement, moment, site)) }
    guard !advertisements.isEmpty, source.mac.isVirtualRouter, DeviceWatch.expected(source, site) == nil else {
      return false
    }
    let station = inventory.station(source.mac, moment)
    let claim = AddressClaim(kind: .traffic, source: source, destination: destination, moment: moment)
    judgeMAC(claim, station, zoneOf: source.ip, site, &findings)
    return true
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
    let isKnown = inventory.stations[station].isReported && moment.time < inventory.stations[station].remindAt
    return isKnown ? nil : station
  }

  /// Judges a frame without IP from such a station; `destination` has an address where the frame asks for one.
  mutating func frame(
    of station: Int, from source: Endpoint, to destination: Endpoint, _ moment: Moment, _ site: borrowing Site,
    _ findings: inout Findings
  ) {
    let claim = AddressClaim(kind: .traffic, source: source, destination: destination, moment: moment)
    judgeMAC(claim, station, zoneOf: destination.ip, site, &findings)
  }

  /// Ties an address to a device, or disputes it.
  private mutating func settle(
    _ claim: AddressClaim, _ station: Int, _ site: borrowing Site, _ findings: inout Findings
  ) {
    let source = claim.source
    let moment = claim.moment
    if let slot = inventory.binding(source.ip), inventory.bindings[slot].mac != .none {
      inventory.bindings.touch(slot, at: moment.time)
      let known = findings.list.count
      let isToJudge = !inventory.bindings[slot].isReported || inventory.hasMoved(slot, moment)
      let holder = inventory.bindings[slot].mac
      let verdict = claims.judge(claim, heldIn: slot, &inventory, site, &findings)
      if inventory.bindings[slot].mac != holder {
        inventory.tie(slot, to: inventory.bindings[slot].mac, at: moment.time)
      }
      if verdict == .moved || (verdict == .kept && isToJudge) {
        findings.add(judge(claim, slot, station, site))
      } else if claim.kind == .traffic, verdict == .disputed || verdict == .kept, findings.list.count == known {
        // Reported before, but perhaps with another destination, or still disputed.
        findings.add(
          DeviceWatch.misplaced(claim, site) ?? stolen(claim, inventory.bindings[slot].mac, station, site))
      } else if verdict == .disputed, findings.list.count == known, DeviceWatch.misplaced(claim, site) != nil {
        // Perhaps only the first step of spoofing, which is one alert.
        if !routers.doubt(claim, from: nil) { findings.add(DeviceWatch.misplaced(claim, site)) }
      }
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
    inventory.tie(slot, to: source.mac, at: moment.time)
    inventory.bindings[slot].isReported = false
    inventory.bindings[slot].claimedByHolder(claim.kind)
    inventory.stations[station].addresses += 1
    // It may be another device's address, unless the site lists the claimer as its holder.
    claims.first(claim, &inventory, site, &findings)
    findings.add(judge(claim, slot, station, site))
    if claim.kind != .unasked, !inventory.bindings[slot].isMisplaced {
      inventory.stations[station].noteOwn(source.ip)
    }
  }

  /// What the site file says about this address on this device.
  private mutating func judge(_ claim: AddressClaim, _ slot: Int, _ station: Int, _ site: borrowing Site) -> Finding? {
    // What a spoofer claims is reported as spoofing; what it sends is examined like any other device's.
    if inventory.stations[station].isSpoofer, claim.kind != .traffic { return nil }
    inventory.bindings[slot].isReported = true
    inventory.bindings[slot].isMisplaced = false
    if claim.moment.vlan != Packet.noVLAN { inventory.bindings[slot].vlan = claim.moment.vlan }
    inventory.bindings[slot].remindAt = .max
    guard let found = DeviceWatch.verdict(claim.source, claim.moment.vlan, site) else { return nil }
    if case .binding = found.detail { inventory.bindings[slot].isMisplaced = true }
    if found.kind == .unknownMAC {
      inventory.stations[station].isReported = true
      inventory.stations[station].remindAt = claim.moment.time &+ Catalogue.entry(.unknownMAC).reminder
    }
    inventory.bindings[slot].remindAt = claim.moment.time &+ Catalogue.entry(found.kind).reminder
    return claim.moment.finding(found.kind, found.detail, source: claim.source, destination: claim.destination)
  }

  /// `address-conflict`: a spoofer sends from an address that another device uses, and for which the site lists none.
  private func stolen(_ claim: AddressClaim, _ holder: MACAddress, _ station: Int, _ site: borrowing Site) -> Finding? {
    guard claim.kind == .traffic, holder != claim.source.mac, inventory.stations[station].isSpoofer else { return nil }
    if let byMAC = site.asset(mac: claim.source.mac), site.assets[Int(byMAC.rawValue)].forwards { return nil }
    return claim.moment.finding(
      .addressConflict, .binding(ip: claim.source.ip, expected: holder, seen: claim.source.mac), source: claim.source,
      destination: claim.destination)
  }

  private static func verdict(
    _ source: Endpoint, _ vlan: UInt16, _ site: borrowing Site
  ) -> (kind: FindingKind, detail: Finding.Detail)? {
    let byMAC = site.asset(mac: source.mac)
    let byIP = site.asset(ip: source.ip)
    if let byMAC, site.assets[Int(byMAC.rawValue)].forwards { return nil }
    if let byIP {
      let asset = site.assets[Int(byIP.rawValue)]
      if let expected = DeviceWatch.expected(source, site) {
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
    let isReported = inventory.stations[station].isReported && claim.moment.time < inventory.stations[station].remindAt
    guard !isReported, site.asset(mac: claim.source.mac) == nil,
      let zone = site.zone(of: ip) ?? site.zone(vlan: claim.moment.vlan), site.zones[Int(zone.rawValue)].listsMACs
    else { return }
    inventory.stations[station].isReported = true
    inventory.stations[station].remindAt = claim.moment.time &+ Catalogue.entry(.unknownMAC).reminder
    findings.add(claim.moment.finding(.unknownMAC, .parties, source: claim.source, destination: claim.destination))
  }

  /// An address that arrives through a router: only the IP address can be judged. True if it was known.
  private mutating func routed(
    _ source: Endpoint, _ destination: Endpoint, _ moment: Moment, _ site: borrowing Site, _ findings: inout Findings
  ) -> Bool {
    if let slot = inventory.binding(source.ip) {
      inventory.bindings.touch(slot, at: moment.time)
      // Otherwise its holder sets it.
      if inventory.bindings[slot].mac == .none { inventory.bindings[slot].last = moment.time }
      return true
    }
    _ = inventory.bind(source.ip, .none, moment)
    guard site.asset(ip: source.ip) == nil, let zone = site.zone(of: source.ip),
      site.zones[Int(zone.rawValue)].listsIPs
    else { return false }
    findings.add(moment.finding(.unknownIP, .parties, source: source, destination: destination))
    return false
  }
}
