// SPDX-License-Identifier: Apache-2.0

/// Devices by MAC address and addresses by IP, as seen. Learned from traffic, and kept separate from what the site file
/// declares.
struct Inventory {
  /// One device on the network.
  struct Station {
    let mac: MACAddress
    let first: Int64
    var last: Int64
    /// Of its latest frame.
    var vlan: UInt16
    /// The first address that was tied to it, other than by an answer that was not asked for.
    var own = IPAddress.none
    /// Number of distinct addresses it was seen to originate packets from.
    var addresses = 0
    /// It claims addresses that belong to others.
    var isSpoofer = false
    /// The first of these addresses; `claimsMany` once there are too many to report each.
    var claimed = InlineArray<4, IPAddress>(repeating: .none)
    var claimsMany = false
    /// Already reported as unknown.
    var isReported = false
    /// When that is to be reported again, in nanoseconds.
    var remindAt = Int64.max
  }

  /// One IP address.
  struct Binding {
    let ip: IPAddress
    let first: Int64
    /// The device that uses it; `.none` while it was only seen through a router.
    var mac: MACAddress
    var last: Int64
    var vlan: UInt16
    /// The device was seen to send from the address, or to answer for it when asked; before that it has only claimed it
    /// unasked, `unaskedClaims` times.
    var isProven = false
    var unaskedClaims = 0
    /// The site's verdict on this address at this device has been reported.
    var isReported = false
    /// When a verdict that was a finding is to be reported again, in nanoseconds.
    var remindAt = Int64.max
    /// The site lists other MAC addresses for it.
    var isMisplaced = false

    /// Another device that claims the address: since when, when last, and by how many unasked claims.
    var rival = MACAddress.none
    var rivalSince: Int64 = 0
    var rivalLast: Int64 = 0
    var rivalClaims = 0
    /// The rival was also seen to send from the address, not only to claim it.
    var hasRivalSent = false
    /// The conflict with this rival has been reported.
    var isConflict = false
    /// When the holder was last seen to send after its rival.
    var lastFlip: Int64 = 0
  }

  /// When a device last claimed an address that another one holds (nanoseconds).
  var lastRival: Int64 = .min / 2

  var stations: BoundedTable<AddressKey, Station>
  var bindings: BoundedTable<AddressKey, Binding>
  /// What `asset` lines say beyond this.
  var ledger = DeviceLedger()

  /// Nanoseconds: what speaks every second need not be moved every second.
  private static let precision: Int64 = 10_000_000_000
  /// What is still there after this time gives way after what is not (nanoseconds).
  static let fleeting: Int64 = 1_000_000_000

  init(limit: Int = 65_536, seed: UInt64) {
    stations = BoundedTable(limit: limit, seed: seed, precision: Inventory.precision)
    bindings = BoundedTable(limit: limit, seed: seed, precision: Inventory.precision)
  }

  /// The slot of a device, which is added if it is new.
  mutating func station(_ mac: MACAddress, _ moment: Moment) -> Int {
    let key = AddressKey(low: mac.rawValue, high: 1)
    if let slot = stations.find(key) {
      stations.touch(slot, at: moment.time)
      stations[slot].last = moment.time
      if stations[slot].vlan != moment.vlan { changeVLAN(of: slot, moment) }
      // Forged addresses are usually used once, or for a moment.
      if moment.time &- stations[slot].first >= Inventory.fleeting { stations.prove(slot) }
      return slot
    }
    let slot = stations.insert(
      key, Station(mac: mac, first: moment.time, last: moment.time, vlan: moment.vlan), at: moment.time)
    if ledger.isKept { ledger.appeared(.station(slot), vlan: moment.vlan, at: moment.time) }
    return slot
  }

  func knows(_ mac: MACAddress) -> Bool { stations.find(AddressKey(low: mac.rawValue, high: 1)) != nil }

  /// Whether an address, or without one a device, was seen before a time in nanoseconds.
  func knew(_ ip: IPAddress, _ mac: MACAddress, before time: Int64) -> Bool {
    if ip != .none { return binding(ip).map { bindings[$0].first < time } ?? false }
    return stations.find(AddressKey(low: mac.rawValue, high: 1)).map { stations[$0].first < time } ?? false
  }

  func isSpoofer(_ mac: MACAddress) -> Bool {
    stations.find(AddressKey(low: mac.rawValue, high: 1)).map { stations[$0].isSpoofer } ?? false
  }

  @inline(__always)
  func binding(_ ip: IPAddress) -> Int? { bindings.find(AddressKey(low: ip.low, high: ip.high)) }

  /// The slot of an address, if traffic only confirms what is known: it belongs to this device, was judged, and has no
  /// rival.
  @inline(__always)
  mutating func confirm(_ ip: IPAddress, at mac: MACAddress, _ time: Int64) -> Int? {
    guard let slot = binding(ip), bindings[slot].mac == mac, bindings[slot].rival == .none, bindings[slot].isReported,
      !bindings[slot].isMisplaced
    else { return nil }
    bindings.touch(slot, at: time)
    bindings[slot].last = time
    bindings[slot].isProven = true
    if time &- bindings[slot].first >= Inventory.fleeting { bindings.prove(slot) }
    return slot
  }

  /// Whether an address is seen on another VLAN than before. Frames without a tag say nothing of theirs.
  @inline(__always)
  func hasMoved(_ slot: Int, _ moment: Moment) -> Bool {
    moment.vlan != Packet.noVLAN && bindings[slot].vlan != moment.vlan
  }

  mutating func bind(_ ip: IPAddress, _ mac: MACAddress, _ moment: Moment) -> Int {
    let slot = bindings.insert(
      AddressKey(low: ip.low, high: ip.high),
      Binding(ip: ip, first: moment.time, mac: mac, last: moment.time, vlan: moment.vlan), at: moment.time)
    if ledger.isKept {
      if mac == .none {
        ledger.appeared(.address(slot), vlan: moment.vlan, at: moment.time)
      } else {
        ledger.clear(.address(slot))
      }
    }
    return slot
  }

  /// The device that was seen to use an address, or to answer for it when asked, while no other one claims it.
  func provenMAC(of ip: IPAddress) -> MACAddress? {
    guard let slot = binding(ip), bindings[slot].isProven, bindings[slot].rival == .none else { return nil }
    return bindings[slot].mac
  }

  /// The first address that was tied to a device.
  func own(of mac: MACAddress) -> IPAddress {
    stations.find(AddressKey(low: mac.rawValue, high: 1)).map { stations[$0].own } ?? .none
  }

  /// The device that uses an address, if packets from it were seen before any router.
  @inline(__always)
  func mac(of ip: IPAddress) -> MACAddress? {
    guard let slot = binding(ip), bindings[slot].mac != .none else { return nil }
    return bindings[slot].mac
  }
}

extension Inventory.Station {
  /// Notes an address that it uses, and that was no other device's.
  mutating func noteOwn(_ ip: IPAddress) { if own == .none, !isSpoofer { own = ip } }

  /// Notes that it claims another device's address; the number of different ones so far, at most one more than are
  /// kept.
  mutating func noteClaim(_ ip: IPAddress) -> Int {
    for place in claimed.indices {
      if claimed[place] == .none { claimed[place] = ip }
      if claimed[place] == ip { return claimed.indices.count { claimed[$0] != .none } }
    }
    claimsMany = true
    return claimed.count + 1
  }
}

/// A MAC or IP address as a key.
struct AddressKey: TableKey, Sendable {
  let low: UInt64
  let high: UInt64
  func hash(seed: UInt64) -> UInt64 { mix(mix(seed, low), high) }
}
