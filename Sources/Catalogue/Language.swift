// SPDX-License-Identifier: Apache-2.0

/// The language of what people read: titles, reasons, playbook steps. Keys, kinds and categories stay English.
package enum Language: String, CaseIterable, Sendable {
  case en, ja

  /// Short names of the days of the week, Monday first.
  package var weekdays: [String] {
    switch self {
    case .en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    case .ja: ["月", "火", "水", "木", "金", "土", "日"]
    }
  }

  /// `Sat 2026-11-28 10:15`; `weekday` counts from Monday, 0.
  package func moment(date: String, weekday: Int, time: String) -> String {
    switch self {
    case .en: "\(weekdays[weekday]) \(date) \(time)"
    case .ja: "\(date)（\(weekdays[weekday])）\(time)"
    }
  }

  /// A period in the largest unit that divides it: 300 s are 5 minutes.
  package func period(seconds: Int) -> String {
    let (count, en, ja) =
      switch seconds {
      case _ where seconds > 0 && seconds % 86_400 == 0: (seconds / 86_400, "day", "日")
      case _ where seconds > 0 && seconds % 3600 == 0: (seconds / 3600, "hour", "時間")
      case _ where seconds > 0 && seconds % 60 == 0: (seconds / 60, "minute", "分")
      default: (seconds, "second", "秒")
      }
    return self == .en ? "\(count) \(en)\(count == 1 ? "" : "s")" : "\(count)\(ja)"
  }

  /// How long something took, roughly: 90 s are one minute, 4,000 s one hour.
  package func duration(seconds: Int) -> String {
    let unit = seconds >= 2 * 86_400 ? 86_400 : seconds >= 2 * 3600 ? 3600 : seconds >= 120 ? 60 : 1
    return period(seconds: seconds / unit * unit)
  }

  /// `text`, with the nearest word that would be valid.
  package func text(_ text: Bilingual, suggestion: String?) -> String {
    guard let suggestion else { return text[self] }
    return self == .en ? "\(text.en); did you mean '\(suggestion)'?" : "\(text.ja)（もしかして: '\(suggestion)'）"
  }
}
