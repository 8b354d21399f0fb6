// SPDX-License-Identifier: Apache-2.0

extension Catalogue {
  /// The catalogue for people: one section per kind, with its meaning and what to do.
  package static func text(_ language: Language) -> String {
    entries.map { section($0, language) }.joined(separator: "\n")
  }

  private static func section(_ entry: CatalogueEntry, _ language: Language) -> String {
    let words = Words(language)
    let severity = entry.defaultSeverity
    let raised = entry.severity(.high)
    var lines = ["\(entry.id)  \(entry.signatureID)  \(entry.title[language])"]
    func row(_ name: String, _ text: String) {
      if !text.isEmpty { lines.append("  \(name): \(text)") }
    }
    row(words.category, entry.categoryText[language])
    row(
      words.severity,
      rating(severity, language)
        + (raised < severity ? "\(words.important)\(rating(raised, language))" : ""))
    row(words.silence, duration(entry.silence, language))
    row(words.threats, entry.threats.joined(separator: ", "))
    row(words.checklist, entry.checklist.joined(separator: ", "))
    row("MITRE ATT&CK for ICS", entry.techniques.map { "\($0.id) \($0.name)" }.joined(separator: ", "))
    row(words.meaning, entry.meaning[language])
    row(words.falseAlarm, entry.falseAlarm[language])
    row(words.steps, " ")
    for (index, step) in entry.steps.enumerated() { lines.append("    \(index + 1). \(step[language])") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `2 (medium, respond within 4 hours)`
  private static func rating(_ severity: Int, _ language: Language) -> String {
    let (word, within) = (severityText(severity)[language], respondWithinText(severity)[language])
    return language == .en ? "\(severity) (\(word), \(within))" : "\(severity)（\(word)、\(within)）"
  }

  /// How long nothing is found until an alert is closed.
  private static func duration(_ nanoseconds: Int64, _ language: Language) -> String {
    let minutes = nanoseconds / 60_000_000_000
    if minutes % 60 == 0 {
      return language == .en ? "\(minutes / 60) hours without a finding" : "検出のない状態が\(minutes / 60)時間続いたとき"
    }
    return language == .en ? "\(minutes) minutes without a finding" : "検出のない状態が\(minutes)分続いたとき"
  }

  private struct Words {
    let category, severity, important, silence, threats, checklist, meaning, falseAlarm, steps: String
    init(_ language: Language) {
      switch language {
      case .en:
        category = "Category"
        severity = "Severity"
        important = "; in a zone of high importance: "
        silence = "Closed after"
        threats = "Threats (METI guideline)"
        checklist = "Checklist items (METI guideline)"
        meaning = "Meaning"
        falseAlarm = "Possible false alarm"
        steps = "What to do"
      case .ja:
        category = "分類"
        severity = "重大度"
        important = "、重要度の高いゾーンでは"
        silence = "アラートの終了"
        threats = "脅威番号（経産省ガイドライン）"
        checklist = "チェックリスト項目（経産省ガイドライン）"
        meaning = "意味"
        falseAlarm = "誤検知となる場合"
        steps = "対応手順"
      }
    }
  }
}
