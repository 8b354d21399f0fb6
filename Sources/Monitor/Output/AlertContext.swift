// SPDX-License-Identifier: Apache-2.0
package import Catalogue
import RuleLanguage

/// What records say of the site and of the monitor itself. Filled once from the site file; without one, everything is
/// `external` and known by address alone.
package struct AlertContext: Sendable {
  package struct Zone: Sendable {
    package var name: String
    /// Title for display; the name if there is no title.
    package var title: String
    package var importance: Importance
    package var values: [Value]
    /// Index in `responders`.
    package var responder: Int?
    package init(name: String, title: String, importance: Importance, values: [Value], responder: Int?) {
      self.name = name
      self.title = title
      self.importance = importance
      self.values = values
      self.responder = responder
    }
  }
  package struct Asset: Sendable {
    package var name: String
    package var role: String
    /// The address used for it in records of frames without IP.
    package var ip: IPAddress?
    package init(name: String, role: String, ip: IPAddress?) {
      self.name = name
      self.role = role
      self.ip = ip
    }
  }
  package struct Responder: Sendable {
    package var name: String
    package var contact: String
    package init(name: String, contact: String) {
      self.name = name
      self.contact = contact
    }
  }
  /// A conduit in words for people; an empty list means that it allows any.
  package struct Conduit: Sendable {
    package var from: String
    package var to: String
    package var services: [String]
    package var operations: [String]
    package var targets: [String]
    /// What may be written, limit by limit.
    package var limits: [String]
    package init(
      from: String, to: String, services: [String] = [], operations: [String] = [], targets: [String] = [],
      limits: [String] = []
    ) {
      self.from = from
      self.to = to
      self.services = services
      self.operations = operations
      self.targets = targets
      self.limits = limits
    }
  }
  package struct Window: Sendable {
    package var name: String
    /// Days and hours, for people.
    package var text: String
    package init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// By `ZoneID`; the first one is everything outside the plant.
  package var zones: [Zone]
  /// By `AssetID`.
  package var assets: [Asset]
  package var responders: [Responder]
  package var conduits: [Conduit]
  package var windows: [Window]
  /// A name of the IANA time zone database.
  package var timeZone: String
  package var language: Language
  /// The sensor's name (`host`), where there is one.
  package var host: String?
  /// Names of the interfaces (`in_iface`), in the order that findings count them in.
  package var interfaces: [String]
  /// Protocol names by `DissectorID`.
  package var protocols: [String]
  package var rules = RuleBook.empty

  package init(
    zones: [Zone] = [], assets: [Asset] = [], responders: [Responder] = [], conduits: [Conduit] = [],
    windows: [Window] = [], timeZone: String = "UTC", language: Language = .en, host: String? = nil,
    interfaces: [String] = [], protocols: [String] = DissectorTables().names.map(\.description)
  ) {
    self.zones = zones
    self.assets = assets
    self.responders = responders
    self.conduits = conduits
    self.windows = windows
    self.timeZone = timeZone
    self.language = language
    self.host = host
    self.interfaces = interfaces
    self.protocols = protocols
  }

  /// Whether a finding is about a station that the site file does not list and that changes a device, or what it does.
  func isDeedOfStranger(_ finding: Finding) -> Bool {
    zones.count > 1 && finding.source.party.asset == .none && Finding.danger(finding.operation) >= Finding.changeDanger
  }

  /// The rule that a finding is about.
  func rule(of finding: Finding) -> Rule? {
    guard case .rule(let place) = finding.detail, Int(place) < rules.count else { return nil }
    return rules.signatures[Int(place)].rule
  }

  /// The interface that a frame came from.
  func interface(_ index: UInt8) -> String? {
    Int(index) < interfaces.count ? interfaces[Int(index)] : nil
  }
  func zone(_ id: ZoneID) -> Zone? { Int(id.rawValue) < zones.count ? zones[Int(id.rawValue)] : nil }
  func zoneName(_ id: ZoneID) -> String { zone(id).map { short($0.name) } ?? "external" }
  func asset(_ id: AssetID) -> Asset? { Int(id.rawValue) < assets.count ? assets[Int(id.rawValue)] : nil }
  func conduit(_ index: Int) -> Conduit? { conduits.indices.contains(index) ? conduits[index] : nil }
  func window(_ index: Int) -> Window? { windows.indices.contains(index) ? windows[index] : nil }
  func responder(_ zone: Zone?) -> Responder? {
    guard let index = zone?.responder, responders.indices.contains(index) else { return nil }
    return responders[index]
  }

  /// `app_proto`: the protocol's name, or EVE's word for none.
  func protocolName(_ id: DissectorID) -> String {
    Int(id.rawValue) < protocols.count ? protocols[Int(id.rawValue)] : "failed"
  }

  /// The zone that counts for importance, values and responder: the more important of both, the destination's where
  /// they are equal.
  func zoneAtStake(_ source: Party, _ destination: Party) -> ZoneID {
    let from = source.zone
    let to = destination.zone
    guard to != .external else { return from }
    guard from != .external else { return to }
    return (zone(from)?.importance ?? .low) > (zone(to)?.importance ?? .low) ? from : to
  }
}

/// A name of the site file inside a sentence: never so long that the sentence outgrows its record.
func short(_ text: String, limit: Int = 64) -> String {
  guard text.utf8.count > limit else { return text }
  var cut = ""
  for scalar in text.unicodeScalars {
    guard cut.utf8.count + UTF8.width(scalar) <= limit - 3 else { break }
    cut.unicodeScalars.append(scalar)
  }
  return cut + "…"
}
