// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `address-conflict` and `arp-spoofing`: two devices use one address.
///
/// * A device that takes over an address whose holder has fallen silent is a replacement, not a conflict.
/// * A holder that keeps sending after another device has claimed its address is in conflict with it.
/// * It is spoofing when address resolution has no legitimate use for the claims: unsolicited replies sent to another
///   station; repeated gratuitous claims against an active holder; an address that flips back and forth by address
///   resolution; one device that claims several addresses of others.
struct AddressClaims {
  enum Verdict {
    case kept, moved, disputed
    /// The two hold it together, by design.
    case shared
  }

  private static let second: Int64 = 1_000_000_000
  /// A holder silent for this long has left.
  static let holderTimeout: Int64 = 2 * second
  /// Claims and flips further apart than this are unrelated.
  static let memory: Int64 = 60 * second
  /// How long claims without traffic may still be a misconfiguration: spoofing tools repeat their claims every one to
  /// two seconds.
  static let claimGrace: Int64 = 5 * second
  static let gratuitousLimit = 3
  static let flipLimit = 4
  static let stolenLimit = 3

  private var flips: Tally
  /// Other devices' addresses claimed by one MAC address.
  private var stolenClaims: Tally
  private var virtualRouters: VirtualRouters
  var evictions: Evictions { flips.evictions + stolenClaims.evictions + virtualRouters.evictions }

  init(seed: UInt64) {
    flips = Tally(seconds: 60, threshold: AddressClaims.flipLimit, seed: seed)
    stolenClaims = Tally(seconds: 60, threshold: AddressClaims.stolenLimit, seed: seed)
    virtualRouters = VirtualRouters(seed: seed)
  }

  /// Learns that a router holds an address; `arp-spoofing` if it has no right to it.
  mutating func advertised(
    _ advertisement: VirtualRouters.Advertisement, _ moment: Moment, _ site: borrowing Site
  ) -> Finding? {
    if virtualRouters.learn(advertisement, moment, site) { return nil }
    let address = advertisement.address
    let claimed = Endpoint(
      ip: address, port: advertisement.port, party: site.party(ip: address, mac: .none, vlan: moment.vlan))
    let detail = Finding.Detail.count(what: .gratuitousClaims, seen: 1, limit: 1, seconds: 60)
    var finding = moment.finding(.arpSpoofing, detail, source: advertisement.sender, destination: claimed)
    finding.claimed = address
    finding.ipProtocol = advertisement.ipProtocol.rawValue
    return finding
  }

  /// A claim to an address that has no known holder.
  mutating func first(
    _ claim: AddressClaim, _ inventory: inout Inventory, _ site: borrowing Site, _ findings: inout Findings
  ) {
    guard claim.kind == .unasked, let holder = site.asset(ip: claim.source.ip) else { return }
    let asset = site.assets[Int(holder.rawValue)]
    guard !asset.macs.isEmpty, !asset.macs.contains(claim.source.mac),
      !virtualRouters.isEntitled(claim.source.mac, to: claim.source.ip, site)
    else { return }
    findings.add(spoofing(claim, .gratuitousClaims, seen: 1, limit: 1, &inventory, site))
  }

  /// A claim to the address in `slot`.
  mutating func judge(
    _ claim: AddressClaim, heldIn slot: Int, _ inventory: inout Inventory, _ site: borrowing Site,
    _ findings: inout Findings
  ) -> Verdict {
    let time = claim.moment.time
    let source = claim.source
    let kind = claim.kind
    var binding = inventory.bindings[slot]
    defer { inventory.bindings[slot] = binding }
    if binding.mac != source.mac, site.lists(source.mac, for: source.ip) {
      // No claim of a listed holder is a conflict, neither with another one (a team of network cards) nor with a device
      // that took its place.
      if !site.lists(binding.mac, for: source.ip) {
        takeBack(&binding, claim, &inventory, site, &findings)
        return .moved
      }
      binding.mac = source.mac
    }
    if binding.mac == source.mac {
      binding.last = time
      binding.claimedByHolder(kind)
      guard binding.rival != .none, time &- binding.rivalLast < AddressClaims.memory else { return .kept }
      findings.add(holderSpeaks(claim, &binding, &inventory, site))
      return .kept
    }
    if virtualRouters.shares(claim, with: binding.mac, site) {
      // Traffic does not take the address away from the MAC address that answers for it.
      if kind != .traffic { binding.mac = source.mac }
      binding.last = time
      return .shared
    }
    // Who is asked for devices behind it, and the site file says so (proxy ARP, RFC 1027). What nobody asked for is
    // judged like any other station's claim.
    if kind == .resolution, let router = site.asset(mac: source.mac), site.assets[Int(router.rawValue)].forwards {
      return .shared
    }
    if !binding.isProven, kind != .unasked {
      findings.add(handOver(&binding, to: claim, &inventory, site))
      return .moved
    }
    inventory.lastRival = time
    if binding.rival != source.mac || time &- binding.rivalLast >= AddressClaims.memory {
      binding.rival = source.mac
      binding.rivalSince = time
      binding.rivalClaims = 0
      binding.hasRivalSent = false
      binding.isConflict = false
    }
    // Distinct addresses within a minute. Only claims count: a host with several network cards may send from one card
    // with the address of another.
    let stolen =
      kind == .traffic
      ? nil
      : stolenClaims.add(PairKey(.none, .none, source.mac.rawValue), thing: source.ip.low ^ source.ip.high, at: time)
    binding.rivalLast = time
    if kind == .traffic { binding.hasRivalSent = true }
    let isLiving = time &- binding.last < AddressClaims.memory

    if kind == .unasked, isLiving {
      binding.rivalClaims += 1
      findings.add(spoofing(claim, .gratuitousClaims, seen: binding.rivalClaims, limit: 1, &inventory, site))
      return .disputed
    }
    if kind == .gratuitous { binding.rivalClaims += 1 }
    let station = inventory.station(source.mac, claim.moment)
    if inventory.stations[station].isSpoofer {
      guard kind != .traffic else { return .disputed }
      if kind == .resolution { binding.rivalClaims += 1 }
      findings.add(spoofing(claim, .gratuitousClaims, seen: binding.rivalClaims, limit: 1, &inventory, site))
      return .disputed
    }
    if let stolen, isLiving {
      findings.add(
        spoofing(claim, .claimedAddresses, seen: stolen, limit: AddressClaims.stolenLimit, &inventory, site))
      return .disputed
    }
    // Once the holder is silent, the address has moved. Until then the claim stays disputed.
    guard time &- binding.last >= AddressClaims.holderTimeout, binding.last <= binding.rivalSince || !isLiving else {
      return .disputed
    }
    binding.rival = .none
    binding.rivalClaims = 0
    binding.mac = source.mac
    binding.vlan = claim.moment.vlan
    binding.last = time
    binding.isProven = kind != .unasked
    binding.unaskedClaims = 0
    return .moved
  }

  /// The listed holder speaks, while another device was taken for the holder.
  private mutating func takeBack(
    _ binding: inout Inventory.Binding, _ claim: AddressClaim, _ inventory: inout Inventory, _ site: borrowing Site,
    _ findings: inout Findings
  ) {
    if !binding.isProven { findings.add(handOver(&binding, to: claim, &inventory, site)) }
    binding.mac = claim.source.mac
    binding.vlan = claim.moment.vlan
    binding.last = claim.moment.time
    binding.isProven = true
    binding.rival = .none
    binding.rivalClaims = 0
  }

  /// A station that only ever claimed an address without being asked yields to the device that uses it; if it claimed
  /// repeatedly, it is reported as a spoofer.
  private mutating func handOver(
    _ binding: inout Inventory.Binding, to claim: AddressClaim, _ inventory: inout Inventory, _ site: borrowing Site
  ) -> Finding? {
    let holder = claim.source
    var finding: Finding?
    if binding.unaskedClaims >= AddressClaims.gratuitousLimit {
      let claimer = Endpoint(ip: binding.ip, mac: binding.mac, party: holder.party)
      let earlier = AddressClaim(kind: .unasked, source: claimer, destination: holder, moment: claim.moment)
      finding = spoofing(
        earlier, .gratuitousClaims, seen: binding.unaskedClaims, limit: AddressClaims.gratuitousLimit, &inventory, site)
    }
    binding.mac = holder.mac
    binding.vlan = claim.moment.vlan
    binding.last = claim.moment.time
    binding.isProven = true
    return finding
  }

  /// The holder sends although another device has claimed its address.
  private mutating func holderSpeaks(
    _ claim: AddressClaim, _ binding: inout Inventory.Binding, _ inventory: inout Inventory, _ site: borrowing Site
  ) -> Finding? {
    let moment = claim.moment
    guard binding.lastFlip < binding.rivalLast else { return nil }
    binding.lastFlip = max(moment.time, binding.rivalLast)
    let rival = AddressClaim(
      kind: .resolution, source: Endpoint(ip: binding.ip, mac: binding.rival, party: claim.source.party),
      destination: claim.source, moment: moment)
    let station = inventory.station(binding.rival, moment)
    if inventory.stations[station].isSpoofer { return nil }
    if binding.rivalClaims >= AddressClaims.gratuitousLimit {
      return spoofing(
        rival, .gratuitousClaims, seen: binding.rivalClaims, limit: AddressClaims.gratuitousLimit, &inventory, site)
    }
    // A station that repeatedly moves an address by address resolution alone is after its traffic; one that was given
    // the same address by mistake also sends from it. A conflict already reported is not reported again as spoofing.
    if !binding.isConflict, !binding.hasRivalSent {
      if let count = flips.add(PairKey(binding.ip, .none), at: moment.time) {
        return spoofing(rival, .addressFlips, seen: count, limit: AddressClaims.flipLimit, &inventory, site)
      }
      guard moment.time &- binding.rivalSince >= AddressClaims.claimGrace else { return nil }
    }
    binding.isConflict = true
    let detail = Finding.Detail.binding(ip: binding.ip, expected: binding.mac, seen: binding.rival)
    return moment.finding(.addressConflict, detail, source: rival.source, destination: rival.destination)
  }

  private func spoofing(
    _ claim: AddressClaim, _ what: Finding.Counted, seen: Int, limit: Int, _ inventory: inout Inventory,
    _ site: borrowing Site
  ) -> Finding {
    let station = inventory.station(claim.source.mac, claim.moment)
    inventory.stations[station].isSpoofer = true
    // The first victims are an alert each; beyond them one alert says that there are many.
    let count = inventory.stations[station].noteClaim(claim.source.ip)
    if what == .claimedAddresses { inventory.stations[station].claimsMany = true }
    var detail = Finding.Detail.count(what: what, seen: seen, limit: limit, seconds: 60)
    if inventory.stations[station].claimsMany, what != .claimedAddresses {
      detail = .count(what: .claimedAddresses, seen: count, limit: AddressClaims.stolenLimit, seconds: 60)
    }
    // The address belongs to another device: the claimer is known by its MAC address, and by its own address if it was
    // seen with one.
    var spoofer = claim.source
    let own = inventory.stations[station].own
    spoofer.ip = own == claim.source.ip ? .none : own
    spoofer.party.asset = site.asset(mac: spoofer.mac) ?? .none
    var finding = claim.moment.finding(.arpSpoofing, detail, source: spoofer, destination: claim.destination)
    finding.claimed = claim.source.ip
    return finding
  }
}

extension Inventory.Binding {
  /// The current holder claims or uses the address.
  mutating func claimedByHolder(_ kind: AddressClaim.Kind) {
    if kind == .unasked { unaskedClaims += 1 } else { isProven = true }
  }
}
