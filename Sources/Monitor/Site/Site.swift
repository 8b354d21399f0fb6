// SPDX-License-Identifier: Apache-2.0

/// A zone by its place in the site; 0 is what lies outside of the plant.
package struct ZoneID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let external = ZoneID(rawValue: 0)
}

/// An asset by its place in the site.
package struct AssetID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let none = AssetID(rawValue: 0xFFFF)
}

/// Who an address is: its zone, and its asset where the site names it (`.none` otherwise). Plain data, kept in every flow.
package struct Party: Hashable, Sendable {
  package var zone: ZoneID
  package var asset: AssetID
}

package enum Importance: UInt8, CaseIterable, Sendable, Comparable {
  case low, medium, high
  package var word: String { "\(self)" }
  package static func < (left: Importance, right: Importance) -> Bool { left.rawValue < right.rawValue }
}

/// What an attack on a zone harms (METI factory guideline: S, BC, Q, D, C).
package enum Value: UInt8, CaseIterable, Sendable {
  case safety, continuity, quality, delivery, cost
  package var word: String { "\(self)" }
}

package struct Zone: Sendable {
  package let name: String
  /// For people; the name where the file gives none.
  package let title: String
  package let importance: Importance
  package let values: [Value]
  package let responder: Int?
  /// The site names assets of this zone with an IP address, or with a MAC address: then one it does not name is unknown. A zone described by networks alone has no unknown devices.
  package let listsIPs: Bool
  package let listsMACs: Bool
}

package struct Asset: Sendable {
  package let name: String
  package let zone: ZoneID
  package let mac: MACAddress?
  package let ip: IPAddress?
  /// Free word; `router`, `firewall` and `gateway` may carry other devices' addresses.
  package let role: String
  package let isOccasional: Bool
  package var forwards: Bool { role == "router" || role == "firewall" || role == "gateway" }
}

package struct Responder: Sendable {
  package let name: String
  package let contact: String
}
