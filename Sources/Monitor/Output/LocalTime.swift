// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation

/// Packet time in the words of Suricata EVE, `2026-11-23T10:15:30.123456+0900`, in one time zone. Any 64-bit number of
/// nanoseconds since 1970 is a date (years 1677 to 2262).
package struct LocalTime: Sendable {
  private let zone: TimeZone
  /// The quarter of an hour the offset was asked for: zones change theirs on quarters.
  private var quarter = Int64.min
  /// Minutes east of Greenwich.
  private var offset: Int64 = 0
  /// The second, counted from 1970, that `text` is the time of, up to its fraction, and the local day of it.
  private var second = Int64.min
  private var day = Int64.min
  private var text = TextBuffer(capacity: 21)
  /// How much of `text` is the date with its `T`.
  private var dateLength = 0
  /// The offset: `+0900`.
  private var suffix = TextBuffer(capacity: 5)

  /// `identifier` is a name of the IANA time zone database; an unknown one counts as UTC.
  package init(_ identifier: String) {
    zone = TimeZone(identifier: identifier) ?? .gmt
  }

  mutating func write(_ nanoseconds: Int64, to text: inout TextBuffer) {
    let microseconds = CalendarDate.floor(nanoseconds, by: 1000)
    let seconds = CalendarDate.floor(microseconds, by: 1_000_000)
    if seconds != second { fill(seconds) }
    text.append(self.text)
    CalendarDate.digits(Int(microseconds - seconds * 1_000_000), 6, &text)
    text.append(suffix)
  }

  /// Times of one line are often of one second, and nearly always of one day.
  private mutating func fill(_ seconds: Int64) {
    let local = seconds + minutesEast(at: seconds) * 60
    let days = CalendarDate.floor(local, by: 86_400)
    if days != day {
      text.cut(to: 0)
      CalendarDate(days: days).write(to: &text)
      text.append(UInt8(ascii: "T"))
      dateLength = text.count
    }
    text.cut(to: dateLength)
    CalendarDate.writeTime(Int(local - days * 86_400), to: &text)
    text.append(UInt8(ascii: "."))
    (second, day) = (seconds, days)
  }

  package mutating func text(_ nanoseconds: Int64) -> String {
    var text = TextBuffer(capacity: 32)
    write(nanoseconds, to: &text)
    return text.string
  }

  /// For sentences, to the second: `Sat 2026-11-28 10:15:30`.
  mutating func moment(_ nanoseconds: Int64, _ language: Language) -> String {
    let text = text(nanoseconds)
    let days = day
    // 1970-01-01 was a Thursday.
    let weekday = Int(days + 3 - CalendarDate.floor(days + 3, by: 7) * 7)
    return language.moment(
      date: String(text.prefix(10)), weekday: weekday, time: String(text.dropFirst(11).prefix(8)))
  }

  private mutating func minutesEast(at seconds: Int64) -> Int64 {
    let now = CalendarDate.floor(seconds, by: 900)
    if now != quarter {
      quarter = now
      offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))) / 60
      suffix.cut(to: 0)
      suffix.append(UInt8(ascii: offset < 0 ? "-" : "+"))
      CalendarDate.digits(Int(offset.magnitude) / 60, 2, &suffix)
      CalendarDate.digits(Int(offset.magnitude) % 60, 2, &suffix)
    }
    return offset
  }
}
