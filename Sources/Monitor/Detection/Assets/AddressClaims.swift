// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `address-conflict` and `arp-spoofing`: two devices that use one address.
///
/// * A device that takes over an address whose holder has gone silent is a replacement: no conflict.
/// * A holder that speaks on after another device has claimed its address is in conflict with it.
/// * It is spoofing when the claims are what address resolution has no use for: answers nobody asked for, sent to somebody else; gratuitous claims again and
///   again against a living holder; an address that address resolution moves back and forth; one device that claims several others' addresses.
struct AddressClaims {
  enum Kind: Equatable {
    /// A packet nobody has forwarded.
    case traffic
    /// The sender of an ARP request or neighbour solicitation, or an answer to one.
    case resolution
    /// Sender and target are the same address (RFC 5227, 3), or an unsolicited neighbour advertisement to all (RFC 4861, 7.2.6).
    case gratuitous
    /// An answer to a request that was not seen, to another address.
    case unasked
  }
  enum Verdict { case kept, moved, disputed }

  private static let second: Int64 = 1_000_000_000
  /// A holder silent for this long has left.
  static let silence: Int64 = 2 * second
  /// Claims and flips older than this are another story.
  static let memory: Int64 = 60 * second
  /// How long it stays open whether claims without traffic are a mistake or spoofing, whose tools claim every one to two seconds.
  static let doubt: Int64 = 5 * second
  static let mostGratuitous = 3
  static let mostFlips = 4
  static let mostStolen = 3

  private var flips: Tally
  /// Addresses of others that one MAC address claims.
  private var thefts: Tally
  var evictions: Int { flips.evictions + thefts.evictions }

  init(seed: UInt64) {
    flips = Tally(seconds: 60, threshold: AddressClaims.mostFlips, seed: seed)
    thefts = Tally(seconds: 60, threshold: AddressClaims.mostStolen, seed: seed)
  }

  /// A claim on an address that nobody was seen to hold.
  mutating func first(
    _ how: Kind, _ source: Endpoint, _ destination: Endpoint, _ station: Int, _ inventory: inout Inventory,
    _ moment: Moment, _ site: Site?, _ alerts: inout Alerts
  ) {
    guard how == .unasked, let site = site, let holder = site.asset(ip: source.ip) else { return }
    let asset = site.assets[Int(holder.rawValue)]
    guard !asset.macs.isEmpty, !asset.macs.contains(source.mac) else { return }
    spoofing(.gratuitousClaims, 1, 1, source, destination, station, &inventory, moment, site, &alerts)
  }

  /// A claim on the address in `slot`.
  mutating func judge(
    _ how: Kind, _ source: Endpoint, _ destination: Endpoint, _ slot: Int, _ station: Int,
    _ inventory: inout Inventory, _ moment: Moment, _ site: Site?, _ alerts: inout Alerts
  ) -> Verdict {
    let time = moment.time
    var binding = inventory.bindings[slot]
    defer { inventory.bindings[slot] = binding }
    if binding.mac == source.mac {
      binding.last = time
      binding.claimedByHolder(how)
      guard binding.rival != .none, time &- binding.rivalLast < AddressClaims.memory else { return .kept }
      holderSpeaks(&binding, source, &inventory, moment, site, &alerts)
      return .kept
    }
    if AddressClaims.isShared(source.mac) || AddressClaims.isShared(binding.mac) {
      binding.mac = source.mac
      binding.last = time
      return .disputed
    }
    if !binding.isProven, how != .unasked {
      giveWay(&binding, to: source, &inventory, moment, site, &alerts)
      return .moved
    }
    if binding.rival != source.mac || time &- binding.rivalLast >= AddressClaims.memory {
      binding.rival = source.mac
      binding.rivalSince = time
      binding.rivalClaims = 0
      binding.hasRivalSent = false
      binding.isConflict = false
    }
    // Different addresses, within a minute, and claimed: a host with several cards may send from one with the address of another.
    let stolen =
      how == .traffic
      ? nil : thefts.add(PairKey(.none, .none, source.mac.rawValue), thing: source.ip.low ^ source.ip.high, at: time)
    binding.rivalLast = time
    if how == .traffic { binding.hasRivalSent = true }
    let isLiving = time &- binding.last < AddressClaims.memory

    if how == .unasked, isLiving {
      binding.rivalClaims += 1
      spoofing(
        .gratuitousClaims, binding.rivalClaims, 1, source, destination, station, &inventory, moment, site, &alerts)
      return .disputed
    }
    if how == .gratuitous { binding.rivalClaims += 1 }
    if inventory.stations[station].isSpoofer {
      guard how != .traffic else { return .disputed }
      if how == .resolution { binding.rivalClaims += 1 }
      spoofing(
        .gratuitousClaims, binding.rivalClaims, 1, source, destination, station, &inventory, moment, site, &alerts)
      return .disputed
    }
    if let stolen, isLiving {
      spoofing(
        .claimedAddresses, stolen, AddressClaims.mostStolen, source, destination, station, &inventory, moment, site,
        &alerts)
      return .disputed
    }
    // The holder is silent: the address has moved. Until then the claim waits.
    guard time &- binding.last >= AddressClaims.silence, binding.last <= binding.rivalSince || !isLiving else {
      return .disputed
    }
    binding.rival = .none
    binding.rivalClaims = 0
    binding.mac = source.mac
    binding.vlan = moment.vlan
    binding.last = time
    binding.isProven = how != .unasked
    binding.unaskedClaims = 0
    return .moved
  }

  /// Whoever only ever claimed an address, unasked, gives way to the device that uses it; and is found out if it claimed again and again.
  private mutating func giveWay(
    _ binding: inout Inventory.Binding, to holder: Endpoint, _ inventory: inout Inventory, _ moment: Moment,
    _ site: Site?, _ alerts: inout Alerts
  ) {
    let claimer = Endpoint(ip: binding.ip, mac: binding.mac, party: holder.party)
    if binding.unaskedClaims >= AddressClaims.mostGratuitous {
      let station = inventory.station(claimer.mac, moment)
      spoofing(
        .gratuitousClaims, binding.unaskedClaims, AddressClaims.mostGratuitous, claimer, holder, station, &inventory,
        moment, site, &alerts)
    }
    binding.mac = holder.mac
    binding.vlan = moment.vlan
    binding.last = moment.time
    binding.isProven = true
  }

  /// The holder speaks although another device has claimed its address.
  private mutating func holderSpeaks(
    _ binding: inout Inventory.Binding, _ source: Endpoint, _ inventory: inout Inventory, _ moment: Moment,
    _ site: Site?, _ alerts: inout Alerts
  ) {
    guard binding.lastFlip < binding.rivalLast else { return }
    binding.lastFlip = max(moment.time, binding.rivalLast)
    let rival = Endpoint(ip: binding.ip, mac: binding.rival, party: source.party)
    let station = inventory.station(binding.rival, moment)
    if inventory.stations[station].isSpoofer { return }
    if binding.rivalClaims >= AddressClaims.mostGratuitous {
      spoofing(
        .gratuitousClaims, binding.rivalClaims, AddressClaims.mostGratuitous, rival, source, station, &inventory,
        moment, site, &alerts)
      return
    }
    // Who moves an address by address resolution alone, again and again, wants its traffic. A station that was given the same address by mistake also
    // sends; and once that has been said, it is not said in other words.
    if !binding.isConflict, !binding.hasRivalSent {
      if let count = flips.add(PairKey(binding.ip, .none), at: moment.time) {
        spoofing(
          .addressFlips, count, AddressClaims.mostFlips, rival, source, station, &inventory, moment, site, &alerts)
        return
      }
      guard moment.time &- binding.rivalSince >= AddressClaims.doubt else { return }
    }
    binding.isConflict = true
    let detail = Finding.Detail.binding(ip: binding.ip, expected: binding.mac, seen: binding.rival)
    alerts.report(moment.finding(.addressConflict, detail, source: rival, destination: source))
  }

  private func spoofing(
    _ what: Finding.Counted, _ seen: Int, _ limit: Int, _ source: Endpoint, _ destination: Endpoint, _ station: Int,
    _ inventory: inout Inventory, _ moment: Moment, _ site: Site?, _ alerts: inout Alerts
  ) {
    inventory.stations[station].isSpoofer = true
    // The address is another device's; who claims it is known by its MAC address, if at all.
    var spoofer = source
    spoofer.party.asset = site?.asset(mac: source.mac) ?? .none
    let detail = Finding.Detail.count(what: what, seen: seen, limit: limit, seconds: 60)
    alerts.report(moment.finding(.arpSpoofing, detail, source: spoofer, destination: destination))
  }

  /// Addresses that belong to a group of routers and move by design: VRRP (RFC 9568, 7.3), HSRP versions 1 and 2 (RFC 2281), CARP uses VRRP's.
  private static func isShared(_ mac: MACAddress) -> Bool {
    let prefix = mac.rawValue >> 8
    return prefix == 0x00_00_5E_00_01 || prefix == 0x00_00_5E_00_02 || prefix == 0x00_00_0C_07_AC
      || mac.rawValue >> 12 == 0x00_00_0C_9F_F
  }
}

extension Inventory.Binding {
  /// The device that has the address claims it, or uses it.
  mutating func claimedByHolder(_ how: AddressClaims.Kind) {
    if how == .unasked { unaskedClaims += 1 } else { isProven = true }
  }
}
