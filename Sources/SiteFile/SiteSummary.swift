// SPDX-License-Identifier: Apache-2.0
package import Catalogue
package import Monitor

extension Site {
  /// What `site check` prints for a valid file: the counts, then each zone with its networks, assets and conduits.
  package func summary(language: Language = .en) -> [String] {
    let isJapanese = language == .ja
    let title = name.isEmpty ? "" : isJapanese ? "\(name)（\(timeZone)）" : "\(name) (\(timeZone))"
    var lines: [String] = title.isEmpty ? [] : [title]
    let counts = (zones.count - 1, assets.count, conduits.count, windows.count, responders.count)
    lines.append(
      isJapanese
        ? "ゾーン\(counts.0)件、資産\(counts.1)件、コンジット（通信経路）\(counts.2)件、時間帯\(counts.3)件、担当者\(counts.4)件"
        : [
          Site.counted(counts.0, "zone"), Site.counted(counts.1, "asset"), Site.counted(counts.2, "conduit"),
          Site.counted(counts.3, "window"), Site.counted(counts.4, "responder"),
        ].joined(separator: ", "))
    for (index, zone) in zones.enumerated().dropFirst() {
      let id = ZoneID(rawValue: UInt16(truncatingIfNeeded: index))
      var places = zone.networks.map(\.description)
      places += zone.vlans.map { "VLAN \($0)" }
      let own = assets.filter { $0.zone == id }.count
      let outgoing = conduits.filter { touches($0.from, id) }.count
      let incoming = conduits.filter { touches($0.to, id) }.count
      let importance = isJapanese ? Site.japanese(zone.importance) : zone.importance.word
      let title = isJapanese ? "（\(zone.title)）" : " (\(zone.title))"
      let shown = zone.title == zone.name ? zone.name : zone.name + title
      let place = places.isEmpty ? (isJapanese ? "ネットワークなし" : "no networks") : places.joined(separator: ", ")
      lines.append(
        isJapanese
          ? "  \(shown): 重要度\(importance)、\(place)、資産\(own)件、コンジット（発信\(outgoing)件、着信\(incoming)件）"
          : "  \(shown): importance \(importance); \(place); \(Site.counted(own, "asset")); "
            + "conduits \(outgoing) out, \(incoming) in")
    }
    return lines
  }

  private func touches(_ end: Conduit.End, _ zone: ZoneID) -> Bool {
    switch end {
    case .any: true
    case .zone(let other): other == zone
    case .asset(let asset): self[asset]?.zone == zone
    }
  }

  private static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
  static func japanese(_ importance: Importance) -> String {
    switch importance {
    case .low: "低"
    case .medium: "中"
    case .high: "高"
    }
  }
}
