// SPDX-License-Identifier: Apache-2.0

/// One kind of finding: everything an alert says that does not depend on the traffic. There is one of each, which all
/// share: it is looked up for each line and each repetition.
package final class CatalogueEntry: Sendable {
  package let kind: FindingKind
  /// The stable name, in `metadata.kind` and as the name of the playbook.
  package let id: String
  /// Incremented when the meaning of the kind changes.
  package let revision: Int
  /// Of a rule: its own numbers; else 1, and the kind's.
  package let group: Int
  package let signatureID: Int
  package let title: Bilingual
  /// Stable English: correlation rules of a SIEM match on it, whatever the language.
  package let category: String
  /// 1 (high) to 4 (information), in a zone of low or medium importance.
  package let defaultSeverity: Int
  /// How sure the finding is that something is wrong, in hundredths.
  package let confidence: Int
  /// Numbers of the threat table and items of the checklist (appendix E) of the METI guideline for factory systems.
  package let threats: [String]
  package let checklist: [String]
  package let techniques: [Technique]
  package let meaning: Bilingual
  /// When it is a false alarm.
  package let falseAlarm: Bilingual
  package let steps: [Bilingual]
  /// Nanoseconds without a further finding after which an alert of this kind is over: what comes then is a new alert.
  package let silence: Int64
  /// What is still there is found again after this time, so that its alert stays open.
  package var reminder: Int64 { silence / 2 }
  /// The name of what to do.
  package let playbook: String
  /// The severity in a zone of high importance is at most this one.
  package let highestSeverity: Int

  package init(
    _ kind: FindingKind, _ id: String, _ title: Bilingual, category: String, severity: Int, confidence: Int,
    threats: [String], checklist: [String], techniques: [Technique], meaning: Bilingual, falseAlarm: Bilingual,
    steps: [Bilingual], revision: Int = 1, silence: CatalogueEntry.Silence = .usual,
    highestSeverity: Int = 1, group: Int = 1, number: Int? = nil, playbook: String? = nil
  ) {
    self.kind = kind
    self.id = id
    self.revision = revision
    self.title = title
    self.category = category
    defaultSeverity = severity
    self.confidence = confidence
    self.threats = threats
    self.checklist = checklist
    self.techniques = techniques
    self.meaning = meaning
    self.falseAlarm = falseAlarm
    self.steps = steps
    self.silence = silence.rawValue * 60_000_000_000
    self.highestSeverity = highestSeverity
    self.group = group
    self.playbook = playbook ?? id
    signatureID = number ?? 1_790_000 + Int(kind.rawValue)
  }

  /// In minutes.
  package enum Silence: Int64 {
    /// Each command is an event of its own, unless it follows another one closely.
    case command = 5
    case usual = 30
    /// A device that is there may be silent for hours.
    case presence = 1440
  }

  /// The same for commands and changes of values, whatever rule they break.
  package static let commandSilence = CatalogueEntry.Silence.command.rawValue * 60_000_000_000

  /// One step more severe where a zone of high importance is concerned.
  package func severity(_ importance: Importance) -> Int {
    importance == .high ? max(highestSeverity, defaultSeverity - 1) : defaultSeverity
  }
}

/// Every kind of finding, described once: alerts, the `catalogue` command and its tests read the same table.
package enum Catalogue {
  /// In order of the signature id.
  package static let entries: [CatalogueEntry] =
    (zonePolicy + assets + abnormal + messages + control + signatures).sorted { $0.kind.rawValue < $1.kind.rawValue }

  private static let places: [Int] = {
    var places = Array(repeating: 0, count: Int(FindingKind.allCases.map(\.rawValue).max() ?? 0) + 1)
    for (index, entry) in entries.enumerated() { places[Int(entry.kind.rawValue)] = index }
    return places
  }()

  package static func entry(_ kind: FindingKind) -> CatalogueEntry { entries[places[Int(kind.rawValue)]] }

  /// The word for a severity in records.
  package static func severityWord(_ severity: Int) -> String { severityText(severity).en }

  /// The word for a severity, for people.
  package static func severityText(_ severity: Int) -> Bilingual {
    switch severity {
    case ...1: Bilingual("high", "高")
    case 2: Bilingual("medium", "中")
    case 3: Bilingual("low", "低")
    default: Bilingual("information", "情報")
    }
  }

  /// How soon to respond, as an ISO 8601 duration for records.
  package static func respondWithin(_ severity: Int) -> String {
    switch severity {
    case ...1: "PT15M"
    case 2: "PT4H"
    case 3: "P1D"
    default: "P7D"
    }
  }

  /// How soon to respond, for people.
  package static func respondWithinText(_ severity: Int) -> Bilingual {
    switch severity {
    case ...1: Bilingual("respond within 15 minutes", "15分以内に対応")
    case 2: Bilingual("respond within 4 hours", "4時間以内に対応")
    case 3: Bilingual("respond within 1 day", "1日以内に対応")
    default: Bilingual("respond within 7 days", "7日以内に対応")
    }
  }
}

extension CatalogueEntry {
  /// The category for people: translated, with the stable English word.
  package var categoryText: Bilingual {
    let translated =
      switch category {
      case "Zone policy": "ゾーンポリシー"
      case "Controller": "制御装置"
      case "Asset": "資産"
      case "Scan": "スキャン"
      case "Spoofing": "なりすまし"
      case "Denial of service": "サービス妨害"
      case "Protocol": "プロトコル"
      case "Access": "アクセス"
      case "Visibility": "監視範囲"
      case "Signature": "シグネチャ"
      default: category
      }
    return Bilingual(category, "\(translated)（\(category)）")
  }
}
