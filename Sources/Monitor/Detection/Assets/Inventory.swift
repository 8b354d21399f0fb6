// SPDX-License-Identifier: Apache-2.0

/// What is there, as seen: devices by MAC address, addresses by IP. Learned from traffic and kept apart from
/// what the site file declares.
struct Inventory {
  /// One device on the wire.
  struct Station {
    let mac: MACAddress
    let first: Int64
    var last: Int64
    var vlan: UInt16
    /// Different addresses it was seen to send from as their origin.
    var addresses = 0
    /// It sends packets that have already been forwarded: a router.
    var forwards = false
    /// It claims addresses that are others'.
    var isSpoofer = false
    /// Already reported as unknown.
    var isReported = false
  }

  /// One IP address.
  struct Binding {
    let ip: IPAddress
    let first: Int64
    /// Device that uses it; `.none` while it was only seen behind a router.
    var mac: MACAddress
    var last: Int64
    var vlan: UInt16
    /// The device was seen to send from it, or to answer for it when asked; until then it only claims
    /// it, so many times, unasked.
    var isProven = false
    var unaskedClaims = 0
    /// The site's judgement of this address on this device has been reported.
    var isReported = false

    /// Another device that claims it, since when, when last, and by how many unasked claims.
    var rival = MACAddress.none
    var rivalSince: Int64 = 0
    var rivalLast: Int64 = 0
    var rivalClaims = 0
    /// The rival was seen to send from the address, not only to claim it.
    var hasRivalSent = false
    /// Reported as a conflict with this rival.
    var isConflict = false
    /// When the holder was last seen to speak after its rival.
    var lastFlip: Int64 = 0
  }

  var stations: BoundedTable<AddressKey, Station>
  var bindings: BoundedTable<AddressKey, Binding>

  init(limit: Int = 65_536, seed: UInt64) {
    stations = BoundedTable(limit: limit, seed: seed)
    bindings = BoundedTable(limit: limit, seed: seed)
  }

  /// The slot of a device, new or known.
  mutating func station(_ mac: MACAddress, _ moment: Moment) -> Int {
    let key = AddressKey(low: mac.rawValue, high: 1)
    if let slot = stations.find(key) {
      stations.touch(slot, at: moment.time)
      stations[slot].last = moment.time
      return slot
    }
    return stations.insert(
      key, Station(mac: mac, first: moment.time, last: moment.time, vlan: moment.vlan), at: moment.time)
  }

  func binding(_ ip: IPAddress) -> Int? { bindings.find(AddressKey(low: ip.low, high: ip.high)) }

  /// Whether traffic only repeats what is known: the address is this device's, judged, and nobody disputes it.
  @inline(__always)
  mutating func confirm(_ ip: IPAddress, at mac: MACAddress, _ time: Int64) -> Bool {
    guard let slot = binding(ip), bindings[slot].mac == mac, bindings[slot].rival == .none, bindings[slot].isReported
    else { return false }
    bindings.touch(slot, at: time)
    bindings[slot].last = time
    bindings[slot].isProven = true
    return true
  }

  mutating func bind(_ ip: IPAddress, _ mac: MACAddress, _ moment: Moment) -> Int {
    bindings.insert(
      AddressKey(low: ip.low, high: ip.high),
      Binding(ip: ip, first: moment.time, mac: mac, last: moment.time, vlan: moment.vlan), at: moment.time)
  }

  /// The device that uses an address, if it was seen as its origin.
  func mac(of ip: IPAddress) -> MACAddress? {
    guard let slot = binding(ip), bindings[slot].mac != .none else { return nil }
    return bindings[slot].mac
  }
}

/// A MAC or IP address as a key.
struct AddressKey: TableKey, Sendable {
  let low: UInt64
  let high: UInt64
  func hash(seed: UInt64) -> UInt64 { mix(mix(seed, low), high) }
}
