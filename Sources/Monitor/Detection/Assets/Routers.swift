// SPDX-License-Identifier: Apache-2.0

/// Stations that forward although the site does not list them as routers, and packets from a listed address on another
/// MAC address that such a station may have forwarded.
///
/// What a station sends proves nothing: it chooses its hop limits and its addresses. What proves it a router is that a
/// listed device sends it packets for the other zone.
struct Routers {
  private struct Doubt {
    let claim: AddressClaim
    /// The zone that a router would have forwarded it from; nil if no router can explain it.
    let zone: ZoneID?
  }

  /// How long a packet waits for the proof: the device that it goes to answers through the router.
  static let patience: Int64 = 2_000_000_000
  private static let doubtLimit = 256
  private var proved: BoundedTable<AddressKey, Int64>
  private var doubts: [Doubt] = []
  var evictions: Evictions { proved.evictions }

  init(seed: UInt64) { proved = BoundedTable(limit: 4096, seed: seed) }

  private static func key(_ mac: MACAddress, _ zone: ZoneID) -> AddressKey {
    AddressKey(low: mac.rawValue, high: 2 + UInt64(zone.rawValue))
  }

  /// A listed device has sent a packet for another zone to this MAC address.
  mutating func prove(_ mac: MACAddress, for zone: ZoneID, _ time: Int64) {
    proved.set(Routers.key(mac, zone), time, at: time)
  }
  func isProved(_ mac: MACAddress, for zone: ZoneID) -> Bool { proved.find(Routers.key(mac, zone)) != nil }

  /// Keeps a packet until it is known whether a router sent it, or a claim until it is known whether a spoofer made it;
  /// false if there is no room.
  mutating func doubt(_ claim: AddressClaim, from zone: ZoneID?) -> Bool {
    let isKnown = doubts.contains {
      $0.claim.source.mac == claim.source.mac && $0.claim.source.ip == claim.source.ip
        && ($0.zone == nil) == (zone == nil)
    }
    if isKnown { return true }
    guard doubts.count < Routers.doubtLimit else { return false }
    doubts.append(Doubt(claim: claim, zone: zone))
    return true
  }

  /// The next packet that has waited long enough without a proof.
  mutating func unproved(at time: Int64) -> AddressClaim? {
    while let first = doubts.first, time &- first.claim.moment.time >= Routers.patience {
      doubts.removeFirst()
      if let zone = first.zone, isProved(first.claim.source.mac, for: zone) { continue }
      return first.claim
    }
    return nil
  }
}
