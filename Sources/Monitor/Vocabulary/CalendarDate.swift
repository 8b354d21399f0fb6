// SPDX-License-Identifier: Apache-2.0

/// A day of the Gregorian calendar, which also counts before its introduction (ISO 8601).
struct CalendarDate: Equatable {
  let year: Int
  let month: Int
  let day: Int

  /// Day `days` after 1970-01-01, by eras of 400 years that begin on a first of March.
  init(days: Int64) {
    let shifted = days + 719_468
    let era = CalendarDate.floor(shifted, by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
    year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  /// `2026-11-23`. A year beyond four digits has a sign (ISO 8601, expanded representation).
  func write(to text: inout TextBuffer) {
    if year > 9999 { text.append(UInt8(ascii: "+")) }
    CalendarDate.digits(year, year > 9999 ? 5 : 4, &text)
    text.append(UInt8(ascii: "-"))
    CalendarDate.digits(month, 2, &text)
    text.append(UInt8(ascii: "-"))
    CalendarDate.digits(day, 2, &text)
  }

  /// A time of day in seconds: `10:15:30`.
  static func writeTime(_ second: Int, to text: inout TextBuffer) {
    digits(second / 3600, 2, &text)
    text.append(UInt8(ascii: ":"))
    digits(second / 60 % 60, 2, &text)
    text.append(UInt8(ascii: ":"))
    digits(second % 60, 2, &text)
  }

  /// Division that rounds towards the past; `divisor` is positive.
  static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
    value / divisor - (value % divisor < 0 ? 1 : 0)
  }

  /// The last `count` digits.
  @inline(__always)
  static func digits(_ value: Int, _ count: Int, _ text: inout TextBuffer) {
    text.append(decimal: UInt64(value.magnitude), digits: count)
  }
}
