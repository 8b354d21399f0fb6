// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

extension SiteReader {
  static let windowKeys = ["days", "hours", "dates"]
  static let dayWords = Window.weekdays + ["weekdays", "daily"]

  mutating func readWindows(_ field: SiteField) {
    for entry in named(field, .window) {
      windowNames[entry.key] = site.windows.count
      let fields = document.record(entry.value, keys: SiteReader.windowKeys) ?? [:]
      if fields.isEmpty, entry.value.isMap {
        document.error(
          SiteField(entry.keyField.node, path: entry.value.path),
          Bilingual(
            "a window needs 'days', 'hours' or 'dates'", "時間帯には 'days'、'hours'、'dates' のいずれかが必要です"))
      }
      var days: UInt8 = 0
      for (text, field) in document.texts(fields["days"]) { days |= readDays(text, field) }
      let hours = document.texts(fields["hours"]).compactMap { readHours($0.text, $0.field) }
      let dates = document.texts(fields["dates"]).compactMap { readDates($0.text, $0.field) }
      site.windows.append(
        Window(
          name: entry.key, days: fields["days"] == nil ? Window.everyDay : days,
          hours: fields["hours"] == nil ? [Window.wholeDay] : hours, dates: dates))
    }
  }

  /// A day, `weekdays`, `daily`, or a range such as `mon-fri` (`sat-mon` runs over the end of the week).
  private mutating func readDays(_ text: String, _ field: SiteField) -> UInt8 {
    if text == "daily" { return Window.everyDay }
    if text == "weekdays" { return 0x1F }
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let indices = ends.compactMap { Window.weekdays.firstIndex(of: $0) }
    guard indices.count == ends.count, let first = indices.first, let last = indices.last else {
      let wrong = ends.first { !Window.weekdays.contains($0) } ?? text
      // Full names of days are far from their short forms, but begin with them.
      let short = wrong.prefix(3).lowercased()
      let shown = SiteDocument.shown(wrong)
      document.error(
        field, Bilingual("unknown day '\(shown)'", "不明な曜日 '\(shown)' です"),
        near: Window.weekdays.contains(short) ? short : wrong, of: SiteReader.dayWords)
      return 0
    }
    var days: UInt8 = 0
    for step in 0..<(last - first + 7) % 7 + 1 { days |= 1 << UInt8((first + step) % 7) }
    return days
  }

  /// `09:00-17:00`, or over midnight `22:00-06:00`.
  private mutating func readHours(_ text: String, _ field: SiteField) -> Window.Hours? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else {
      let shown = SiteDocument.shown(text)
      document.error(
        field,
        Bilingual(
          "'\(shown)': expected a form such as \"09:00-17:00\"", "'\(shown)': \"09:00-17:00\" のように指定してください"))
      return nil
    }
    var minutes: [Int32] = []
    for end in ends {
      guard let minute = SiteReader.minute(end) else {
        let shown = SiteDocument.shown(String(end))
        document.error(
          field,
          Bilingual(
            "'\(shown)' is not a time of day; expected 00:00 to 24:00",
            "'\(shown)' は時刻ではありません。00:00〜24:00で指定してください"))
        return nil
      }
      minutes.append(minute)
    }
    guard minutes[0] != minutes[1] else {
      document.error(
        field,
        Bilingual(
          "'\(text)' begins and ends at the same time; a whole day is \"00:00-24:00\"",
          "'\(text)' は開始と終了が同じ時刻です。終日は \"00:00-24:00\" と指定してください"))
      return nil
    }
    guard minutes[0] < 1440 else {
      document.error(
        field, Bilingual("'\(text)': 24:00 can only be the end", "'\(text)': 24:00は終了時刻にのみ使えます"))
      return nil
    }
    // An end at 00:00 is the end of the same day.
    return Window.Hours(begin: minutes[0], end: minutes[1] == 0 ? 1440 : minutes[1])
  }

  /// `09:30`, in minutes since midnight; nil if it is no time of day.
  static func minute(_ text: some StringProtocol) -> Int32? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
      let hour = number(parts[0]), let minute = number(parts[1]), minute < 60,
      hour < 24 || hour == 24 && minute == 0
    else { return nil }
    return Int32(hour * 60 + minute)
  }

  /// `2026-12-29`, or `2026-12-29..2027-01-03` with both ends included.
  private mutating func readDates(_ text: String, _ field: SiteField) -> ClosedRange<Int32>? {
    var ends: [Int32] = []
    let dots = text.firstIndex(of: ".")
    let first = text[..<(dots ?? text.endIndex)]
    var words = [first]
    if let dots {
      let rest = text[dots...]
      words.append(rest.hasPrefix("..") ? rest.dropFirst(2) : rest)
    }
    for word in words {
      guard let day = SiteReader.day(word) else {
        let shown = SiteDocument.shown(String(word))
        document.error(
          field,
          Bilingual(
            "'\(shown)' is not a date; expected a form such as 2026-12-29 or 2026-12-29..2027-01-03",
            "'\(shown)' は日付ではありません。2026-12-29 または 2026-12-29..2027-01-03 のように指定してください"))
        return nil
      }
      ends.append(day)
    }
    guard let begin = ends.first, let end = ends.last, begin <= end else {
      document.error(field, Bilingual("'\(text)' ends before it begins", "'\(text)' は終了が開始より前です"))
      return nil
    }
    return begin...end
  }

  /// Days since 1970-01-01 of an ISO 8601 calendar date of the years 1970 to 2100.
  static func day(_ text: some StringProtocol) -> Int32? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
      let year = number(parts[0]), let month = number(parts[1]), let day = number(parts[2]),
      (1970...2100).contains(year), (1...12).contains(month), day >= 1
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [UInt64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[Int(month) - 1] else { return nil }
    var days = Int32(day) - 1
    for length in lengths.prefix(Int(month) - 1) { days += Int32(length) }
    for other in 1970..<year {
      days += other % 4 == 0 && (other % 100 != 0 || other % 400 == 0) ? 366 : 365
    }
    return days
  }
}
