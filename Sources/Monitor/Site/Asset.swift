// SPDX-License-Identifier: Apache-2.0

/// An asset by its place in the site.
package struct AssetID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let none = AssetID(rawValue: 0xFFFF)
}

/// Who an address is: its zone, and its asset where the site names it (`.none` otherwise). Plain
/// data, kept in every flow.
package struct Party: Hashable, Sendable {
  package var zone: ZoneID
  package var asset: AssetID

  @inline(__always)
  package init(zone: ZoneID, asset: AssetID) {
    self.zone = zone
    self.asset = asset
  }
}

package struct Asset: Sendable {
  package let name: String
  package let zone: ZoneID
  /// In the order of the file.
  package var macs: [MACAddress] = []
  package var ips: [IPAddress] = []
  /// Free word; `router`, `firewall` and `gateway` may carry other devices' addresses. Empty where the file gives none.
  package let role: String
  /// Not always there: its silence is normal.
  package let isOccasional: Bool
  /// What the file says about it for people, empty where it does not.
  package var title = ""
  package var vendor = ""
  package var model = ""
  package var firmware = ""

  package init(name: String, zone: ZoneID, role: String, isOccasional: Bool) {
    self.name = name
    self.zone = zone
    self.role = role
    self.isOccasional = isOccasional
  }

  package var mac: MACAddress? { macs.first }
  package var ip: IPAddress? { ips.first }
  package static let forwardingRoles = ["router", "firewall", "gateway"]
  package var forwards: Bool { Asset.forwardingRoles.contains(role) }
  static let fieldRoles = [
    "plc", "safety-plc", "remote-io", "rtu", "ied", "dcs", "cnc", "robot", "drive", "servo", "vfd", "sensor",
  ]
  package var isFieldDevice: Bool { Asset.fieldRoles.contains(role) }
}

package struct Responder: Sendable {
  /// The key in the file.
  package let key: String
  /// For people; the key where the file gives none.
  package let name: String
  /// How to reach them; empty where the file gives none.
  package let contact: String

  package init(key: String, name: String, contact: String) {
    self.key = key
    self.name = name
    self.contact = contact
  }
}
