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
    let microseconds = LocalTime.floor(nanoseconds, by: 1000)
    let seconds = LocalTime.floor(microseconds, by: 1_000_000)
    let local = seconds + minutesEast(at: seconds) * 60
    let days = LocalTime.floor(local, by: 86_400)
    let (year, month, day) = LocalTime.civil(days)
    let second = Int(local - days * 86_400)
    LocalTime.digits(year, 4, &bytes)
    bytes.append(UInt8(ascii: "-"))
    LocalTime.digits(month, 2, &bytes)
    bytes.append(UInt8(ascii: "-"))
    LocalTime.digits(day, 2, &bytes)
    bytes.append(UInt8(ascii: "T"))
    LocalTime.digits(second / 3600, 2, &bytes)
    bytes.append(UInt8(ascii: ":"))
    LocalTime.digits(second / 60 % 60, 2, &bytes)
    bytes.append(UInt8(ascii: ":"))
    LocalTime.digits(second % 60, 2, &bytes)
    bytes.append(UInt8(ascii: "."))
    LocalTime.digits(Int(microseconds - seconds * 1_000_000), 6, &bytes)
    bytes.append(UInt8(ascii: offset < 0 ? "-" : "+"))
    let minutes = Int(offset.magnitude)
    LocalTime.digits(minutes / 60, 2, &bytes)
    LocalTime.digits(minutes % 60, 2, &bytes)
  }

  package mutating func text(_ nanoseconds: Int64) -> String {
    var bytes: [UInt8] = []
    write(nanoseconds, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// For sentences, to the second: `Sat 2026-11-28 10:15:30`.
  mutating func moment(_ nanoseconds: Int64, _ language: Language) -> String {
    let text = text(nanoseconds)
    let seconds = LocalTime.floor(nanoseconds, by: 1_000_000_000)
    let days = LocalTime.floor(seconds + minutesEast(at: seconds) * 60, by: 86_400)
    // 1970-01-01 was a Thursday.
    let weekday = Int(days + 3 - LocalTime.floor(days + 3, by: 7) * 7)
    return language.moment(
      date: String(text.prefix(10)), weekday: weekday, time: String(text.dropFirst(11).prefix(8)))
  }

  private mutating func minutesEast(at seconds: Int64) -> Int64 {
    let now = LocalTime.floor(seconds, by: 900)
    if now != quarter {
      quarter = now
      offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))) / 60
    }
    return offset
  }

  /// Division that rounds towards the past; `divisor` is positive.
  private static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
    value / divisor - (value % divisor < 0 ? 1 : 0)
  }

  /// Day `days` after 1970-01-01 in the Gregorian calendar, by eras of 400 years that begin on a first of March.
  private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = floor(shifted, by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1))
  }

  private static func digits(_ value: Int, _ count: Int, _ bytes: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<count { divisor *= 10 }
    while divisor > 0 {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }
}
