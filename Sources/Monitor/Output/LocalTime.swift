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

  /// `identifier` is a name of the IANA time zone database; an unknown one counts as UTC.
  package init(_ identifier: String) {
    zone = TimeZone(identifier: identifier) ?? .gmt
  }

  mutating func write(_ nanoseconds: Int64, to bytes: inout [UInt8]) {
    let microseconds = CalendarDate.floor(nanoseconds, by: 1000)
    let seconds = CalendarDate.floor(microseconds, by: 1_000_000)
    let local = seconds + minutesEast(at: seconds) * 60
    let days = CalendarDate.floor(local, by: 86_400)
    CalendarDate(days: days).write(to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    CalendarDate.writeTime(Int(local - days * 86_400), to: &bytes)
    bytes.append(UInt8(ascii: "."))
    CalendarDate.digits(Int(microseconds - seconds * 1_000_000), 6, &bytes)
    bytes.append(UInt8(ascii: offset < 0 ? "-" : "+"))
    let minutes = Int(offset.magnitude)
    CalendarDate.digits(minutes / 60, 2, &bytes)
    CalendarDate.digits(minutes % 60, 2, &bytes)
  }

  package mutating func text(_ nanoseconds: Int64) -> String {
    var bytes: [UInt8] = []
    write(nanoseconds, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// For sentences, to the second: `Sat 2026-11-28 10:15:30`.
  mutating func moment(_ nanoseconds: Int64, _ language: Language) -> String {
    let text = text(nanoseconds)
    let seconds = CalendarDate.floor(nanoseconds, by: 1_000_000_000)
    let days = CalendarDate.floor(seconds + minutesEast(at: seconds) * 60, by: 86_400)
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
    }
    return offset
  }
}
