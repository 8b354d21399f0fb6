// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// A zone by its place in the site; 0 is everything outside the plant.
package struct ZoneID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let external = ZoneID(rawValue: 0)
}

/// What an attack on a zone harms (METI factory guideline: S, BC, Q, D, C).
package enum Value: UInt8, CaseIterable, Sendable {
  case safety, continuity, quality, delivery, cost
  package var word: String { Value.words[Int(rawValue)] }
  private static let words = allCases.map { "\($0)" }
}

/// What needs a conduit between two stations of one zone.
package enum InsideRule: UInt8, CaseIterable, Sendable {
  /// Only what changes a controller's program, firmware, settings or state.
  case free
  /// Every message of an industrial protocol, and what a controller or remote I/O begins with anyone but its masters.
  case operations
  /// Everything.
  case listed
  package var word: String {
    switch self {
    case .free: "free"
    case .operations: "operations"
    case .listed: "listed"
    }
  }
}

package struct Zone: Sendable {
  package let name: String
  /// For people; the name where the file gives none.
  package let title: String
  package let importance: Importance
  package let values: [Value]
  /// Index in `Site.responders`.
  package let responder: Int?
  /// The site names assets of this zone with an IP address, or with a MAC address: then one it does not name is
  /// unknown. A zone described by networks alone has no unknown devices.
  package let listsIPs: Bool
  package let listsMACs: Bool
  /// In the order of the file.
  package var networks: [Network] = []
  package var vlans: [UInt16] = []
  package var inside = InsideRule.free

  package init(
    name: String, title: String, importance: Importance, values: [Value], responder: Int?, listsIPs: Bool,
    listsMACs: Bool
  ) {
    self.name = name
    self.title = title
    self.importance = importance
    self.values = values
    self.responder = responder
    self.listsIPs = listsIPs
    self.listsMACs = listsMACs
  }
}

/// A block of addresses (CIDR, RFC 4632 and RFC 4291, 2.3). IPv4 prefix lengths are counted in the mapped
/// form: 96 more than written.
package struct Network: Hashable, Sendable, CustomStringConvertible {
  /// The first address; every bit after the prefix is 0.
  package let address: IPAddress
  /// 0...128; 96...128 for IPv4.
  package let length: Int

  /// The block of `length` (0...128) that holds `address`.
  package init(_ address: IPAddress, length: Int) {
    self.length = max(0, min(128, length))
    self.address = IPAddress(bits: address.bits & Network.mask(self.length))
  }

  /// A number whose first `length` bits are 1.
  static func mask(_ length: Int) -> UInt128 {
    length <= 0 ? 0 : ~UInt128(0) << UInt128(128 - min(128, length))
  }

  /// IPv4 is mapped into IPv6, but no IPv6 block holds an IPv4 address.
  package func contains(_ other: IPAddress) -> Bool {
    other.bits & Network.mask(length) == address.bits && isV4 == other.isV4
  }
  package func contains(_ other: Network) -> Bool { other.length >= length && contains(other.address) }

  package var isV4: Bool { length >= 96 && address.isV4 }
  /// A single address.
  package var isHost: Bool { length == 128 }
  package var description: String { "\(address)/\(isV4 ? length - 96 : length)" }
}
