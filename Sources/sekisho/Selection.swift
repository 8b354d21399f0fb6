// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import Monitor
import SiteFile

/// Which frames of a capture are read: those that match a filter, of a span of time.
struct Selection: ~Copyable {
  private var filter: FrameFilter?
  /// Nanoseconds; `from` belongs to the span, `to` does not.
  private let from: Int64
  private let to: Int64
  let isEverything: Bool

  init(filter: consuming FrameFilter?, from: Int64?, to: Int64?) {
    isEverything = filter == nil && from == nil && to == nil
    self.filter = filter
    self.from = from ?? .min
    self.to = to ?? .max
  }

  mutating func takes(_ frame: borrowing Frame) throws(CaptureError) -> Bool {
    guard frame.time >= from, frame.time < to else { return false }
    return try filter?.takes(frame) ?? true
  }
}

/// A time on the command line: `2026-11-28`, `2026-11-28T10:00`, `2026-11-28 10:00:30.5`, each with or without an
/// offset from UTC (`Z`, `+09:00`, `+0900`).
enum TimeArgument {
  static let form = "2026-11-28, 2026-11-28T10:00 or 2026-11-28T10:00:30+09:00"

  /// Nanoseconds since 1970; nil if it is none. Without an offset it is a time of `zone`. A day alone is its beginning,
  /// or, with `isEnd`, its end.
  static func nanoseconds(_ text: String, in zone: TimeZone, isEnd: Bool = false) -> Int64? {
    let pattern =
      /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|z|[+-]\d\d:?\d\d)?/
    guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
    func number(_ digits: Substring?) -> Int { digits.flatMap { Int($0) } ?? 0 }
    var zone = zone
    if let offset = match.8 {
      let digits = offset.filter(\.isNumber)
      let seconds = number(digits.prefix(2)) * 3600 + number(digits.dropFirst(2)) * 60
      guard let fixed = TimeZone(secondsFromGMT: offset.hasPrefix("-") ? -seconds : seconds) else { return nil }
      zone = fixed
    }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    var parts = DateComponents(
      year: number(match.1), month: number(match.2), day: number(match.3), hour: number(match.4),
      minute: number(match.5), second: number(match.6))
    guard (1970...2261).contains(number(match.1)), number(match.4) < 24, number(match.5) < 60, number(match.6) < 60,
      parts.isValidDate(in: calendar)
    else { return nil }
    if isEnd, match.4 == nil { parts.day = number(match.3) + 1 }
    guard let date = calendar.date(from: parts) else { return nil }
    let fraction = match.7.map { String($0).padding(toLength: 9, withPad: "0", startingAt: 0) }
    return Int64(date.timeIntervalSince1970) * 1_000_000_000 + (fraction.flatMap { Int64($0) } ?? 0)
  }
}
