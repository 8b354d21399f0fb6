// SPDX-License-Identifier: Apache-2.0
package import Catalogue

extension AlertContext {
  /// The words of a site; without one, only those every record needs.
  /// `timeZone` counts where the site gives none; windows without one are in UTC, and so are times beside them.
  package init(
    _ site: Site?, language: Language, host: String?, interfaces: [String] = [], timeZone: String? = nil,
    rules: RuleBook = .empty
  ) {
    self.init(timeZone: timeZone ?? "UTC", language: language, host: host, interfaces: interfaces)
    self.rules = rules
    guard let site else { return }
    if site.namesTimeZone || !site.windows.isEmpty { self.timeZone = site.timeZone }
    zones = site.zones.map {
      Zone(
        name: $0.name, title: $0.title, importance: $0.importance, values: $0.values, responder: $0.responder)
    }
    assets = site.assets.map { Asset(name: $0.name, role: $0.role, ip: $0.ip) }
    responders = site.responders.map { Responder(name: $0.name, contact: $0.contact) }
    windows = site.windows.map { Window(name: $0.name, text: $0.text(language)) }
    conduits = site.conduits.map { conduit in
      Conduit(
        from: site.word(conduit.from), to: site.word(conduit.to), services: conduit.services.map(\.description),
        operations: site.operations(of: conduit, { $0.name[language] }, not: language == .ja ? "除外: " : "not "),
        targets: conduit.targets.map(\.description),
        limits: conduit.valueLimits.map { $0.text(language) })
    }
  }
}
