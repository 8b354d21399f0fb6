// SPDX-License-Identifier: Apache-2.0

/// The names that rules use and others give: zones of the site file, protocols, functions, targets.
package struct RuleNames: Sendable {
  /// Numbers of zones.
  let zones: [String: UInt16]
  /// Of each protocol's name: its dissectors, as bits.
  let dissectors: [String: UInt64]
  /// A target in the notation of site files; nil if it is none.
  let target: @Sendable (String) -> TargetRange?

  package init(_ site: Site?, target: @escaping @Sendable (String) -> TargetRange?) {
    var zones: [String: UInt16] = [:]
    if let site {
      for (number, zone) in site.zones.enumerated() { zones[zone.name] = UInt16(truncatingIfNeeded: number) }
    }
    self.zones = zones
    var dissectors: [String: UInt64] = [:]
    for (index, name) in DissectorTables().names.enumerated() where index < 64 {
      dissectors[name.description, default: 0] |= 1 << UInt64(index)
    }
    // As other engines call them.
    for (alias, name) in RuleNames.aliases { if let known = dissectors[name] { dissectors[alias] = known } }
    self.dissectors = dissectors
    self.target = target
  }

  /// Protocols that other engines call by another name.
  static let aliases = [
    ("enip", "ethernet-ip"), ("ethernetip", "ethernet-ip"), ("s7comm", "s7"), ("iec104", "iec-104"),
    ("opcua", "opc-ua"),
  ]
}
