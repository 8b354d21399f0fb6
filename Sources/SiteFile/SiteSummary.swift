// SPDX-License-Identifier: Apache-2.0
package import Catalogue
package import Monitor

extension Site {
  /// What `site check` prints for a valid file: the counts, then each zone with its networks, assets and conduits,
  /// then the exceptions.
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
    return lines + exceptionLines(language: language)
  }

  /// Each exception with its end, reason and owner, in the order of the file.
  private func exceptionLines(language: Language) -> [String] {
    guard !exceptions.isEmpty else { return [] }
    let heading = language == .ja ? "例外\(exceptions.count)件:" : "\(Site.counted(exceptions.count, "exception")):"
    return [heading]
      + exceptions.map { exception in
        let contact = exception.responder.map { responders[$0].contact } ?? ""
        let words = words(of: exception, language)
        return language == .ja
          ? "  \(exception.line)行目: \(words)、\(exception.untilWord)まで。理由: \(exception.reason)、責任者: "
            + exception.owner + (contact.isEmpty ? "" : "（\(contact)）")
          : "  line \(exception.line): \(words), until \(exception.untilWord); \(exception.reason); owner "
            + exception.owner + (contact.isEmpty ? "" : " (\(contact))")
      }
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

extension Site {
  /// What is to be said of exceptions that have ended by `time` (nanoseconds since 1970).
  package func endedExceptions(at time: Int64, file: String) -> [SiteProblem] {
    exceptions.filter { !$0.holds(at: time) }.map { exception in
      SiteProblem(
        file: file, line: exception.untilPlace.line, column: exception.untilPlace.column,
        path: exception.untilPlace.path,
        message: Bilingual(
          "ended on \(exception.untilWord): findings of \(words(of: exception, .en)) are alerts again; remove it, or renew it",
          "\(exception.untilWord) に終了しました。\(words(of: exception, .ja)) の検知は再びアラートになります。削除するか更新してください"),
        severity: .warning)
    }
  }
}
