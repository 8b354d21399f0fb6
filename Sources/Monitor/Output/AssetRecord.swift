// SPDX-License-Identifier: Apache-2.0

/// A device as it was seen on the wire.
package struct AssetRecord: Sendable {
  /// Nanoseconds, from the capture: when the record is written.
  package var time: Int64
  package var mac: MACAddress
  package var ip: IPAddress
  package var party: Party
  /// Empty if unknown.
  package var vendor = ""
  package var firstSeen: Int64
  package var lastSeen: Int64
  /// Not seen before this record.
  package var isNew: Bool

  package init(
    time: Int64, mac: MACAddress, ip: IPAddress, party: Party, firstSeen: Int64, lastSeen: Int64, isNew: Bool
  ) {
    self.time = time
    self.mac = mac
    self.ip = ip
    self.party = party
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.isNew = isNew
  }
}

extension Records {
  /// An `asset` line (our own `event_type`): who was seen, and whether the site file knows it.
  package mutating func asset(_ asset: AssetRecord, _ identities: Identities, to sink: inout Sink) {
    let known = context.asset(asset.party.asset)
    line.begin()
    line.time("timestamp", asset.time, &clock)
    if let host = context.host { line.string("host", short(host)) }
    line.string("event_type", "asset")
    line.open("asset")
    if asset.mac != .none { line.string("mac", asset.mac.description) }
    if asset.ip != .none { line.string("ip", asset.ip.description) }
    line.string("zone", context.zoneName(asset.party.zone))
    if let known {
      line.string("name", known.name, limit: 160)
      if !known.role.isEmpty { line.string("role", known.role, limit: 160) }
    }
    line.flag("known", known != nil)
    line.flag("new", asset.isNew)
    let identity =
      identities.identity(of: Endpoint(ip: asset.ip, mac: asset.mac))
      ?? identities.identity(of: Endpoint(mac: asset.mac))
    line.string("vendor", identity?.vendor ?? (asset.vendor.isEmpty ? "unknown" : asset.vendor), limit: 160)
    if var identity {
      identity.vendor = nil
      self.identity(identity)
    }
    line.time("first_seen", asset.firstSeen, &clock)
    line.time("last_seen", asset.lastSeen, &clock)
    line.close()
    line.end()
    sink.write(line)
  }
}
