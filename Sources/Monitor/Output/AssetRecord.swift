// SPDX-License-Identifier: Apache-2.0

/// A device as it was seen on the wire, and what the site file says of it.
package struct AssetRecord: Sendable {
  /// Why it is written.
  package enum Status: String, Sendable {
    case new, changed
    /// The run ends, and the device was seen since its latest line.
    case final
    /// It turned out to be another device.
    case merged
  }

  /// What a line may say anew, by its key.
  package enum Key: Int, CaseIterable, Sendable {
    case ips, vlans, zone, name, names, role, vendor, model, firmware, serial, known, protocols, offers, actions,
      sources
    package var word: String {
      switch self {
      case .ips: "ips"
      case .vlans: "vlans"
      case .zone: "zone"
      case .name: "name"
      case .names: "names"
      case .role: "role"
      case .vendor: "vendor"
      case .model: "model"
      case .firmware: "firmware"
      case .serial: "serial"
      case .known: "known"
      case .protocols: "protocols"
      case .offers: "offers"
      case .actions: "actions"
      case .sources: "sources"
      }
    }
  }

  /// Its MAC address, or the IP address that it was only seen with through a router.
  package let id: String
  /// Nanoseconds, from the capture: when the record is written.
  package let time: Int64
  package var status = Status.new
  /// What differs from its latest record.
  package var changed: [Key] = []
  package var mergedInto: String?
  package var mac = MACAddress.none
  /// In the order in which it was seen to use them; `hasMoreIPs`: there were others.
  package var ips: [IPAddress] = []
  package var hasMoreIPs = false
  package var vlans: [UInt16] = []
  package var hasMoreVLANs = false
  /// Zone, name and role of the site file; nil without one.
  package var zone: String?
  package var name: String?
  package var role: String?
  /// Whether the site file lists it; nil without one.
  package var isKnown: Bool?
  /// The first ones that it was reported to have.
  package var names: [String] = []
  package static let nameLimit = 8
  package var vendor: String?
  package var model: String?
  package var firmware: String?
  package var serial: String?
  /// Industrial protocols that it speaks, those that it answers requests in, and what it asks for.
  package var protocols: [String] = []
  package var offers: [String] = []
  package var actions: [String] = []
  /// The site file, and the protocols, that its description is from.
  package var sources: [String] = []
  package var firstSeen: Int64
  package var lastSeen: Int64

  package init(id: String, time: Int64, firstSeen: Int64, lastSeen: Int64) {
    self.id = id
    self.time = time
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }

  /// A hash for each `Key`, to compare with the next record.
  func hashes(seed: UInt64) -> [UInt64] {
    func hash(_ texts: [String], _ isMore: Bool = false) -> UInt64 {
      var hash = mix(seed, UInt64(texts.count) << 1 | (isMore ? 1 : 0))
      for text in texts { hash = Array(text.utf8).bytes.hash(hash, key: ~seed) }
      return hash
    }
    func hash(_ text: String?) -> UInt64 { hash(text.map { [$0] } ?? []) }
    return Key.allCases.map { key in
      switch key {
      case .ips: hash(ips.map(\.description), hasMoreIPs)
      case .vlans: hash(vlans.map { String($0) }, hasMoreVLANs)
      case .zone: hash(zone)
      case .name: hash(name)
      case .names: hash(names)
      case .role: hash(role)
      case .vendor: hash(vendor)
      case .model: hash(model)
      case .firmware: hash(firmware)
      case .serial: hash(serial)
      case .known: hash(isKnown.map { $0 ? "true" : "false" })
      case .protocols: hash(protocols)
      case .offers: hash(offers)
      case .actions: hash(actions)
      case .sources: hash(sources)
      }
    }
  }
}

extension Records {
  /// An `asset` line (our own `event_type`): what is known of a device. What is not known is left out.
  package mutating func asset(_ asset: AssetRecord, to sink: inout Sink) {
    line.begin()
    line.time("timestamp", asset.time, &clock)
    if let host = context.host { line.string("host", short(host)) }
    line.string("event_type", "asset")
    line.open("asset")
    line.string("id", asset.id)
    line.string("status", asset.status.rawValue)
    strings("changed", asset.changed.map(\.word))
    text("merged_into", asset.mergedInto)
    if asset.mac != .none { line.string("mac", asset.mac) }
    text("vendor", asset.vendor)
    strings("ips", asset.ips.map(\.description))
    if asset.hasMoreIPs { line.flag("more_ips", true) }
    if !asset.vlans.isEmpty {
      line.openArray("vlans")
      for vlan in asset.vlans { line.element(vlan) }
      line.closeArray()
    }
    if asset.hasMoreVLANs { line.flag("more_vlans", true) }
    text("zone", asset.zone)
    text("name", asset.name)
    strings("names", asset.names)
    text("role", asset.role)
    if asset.role != nil { line.string("role_reason", "site-file") }
    text("model", asset.model)
    text("firmware", asset.firmware)
    text("serial", asset.serial)
    if let isKnown = asset.isKnown { line.flag("known", isKnown) }
    strings("protocols", asset.protocols)
    strings("offers", asset.offers)
    strings("actions", asset.actions)
    line.time("first_seen", asset.firstSeen, &clock)
    line.time("last_seen", asset.lastSeen, &clock)
    strings("sources", asset.sources)
    line.close()
    line.end()
    sink.write(line)
  }

  private mutating func text(_ key: StaticString, _ value: String?) {
    if let value { line.string(key, value, limit: 160) }
  }
  private mutating func strings(_ key: StaticString, _ values: [String]) {
    if !values.isEmpty { line.strings(key, values, limit: 160) }
  }
}
