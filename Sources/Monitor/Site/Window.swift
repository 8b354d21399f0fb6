// SPDX-License-Identifier: Apache-2.0

/// When work may be done: days of the week, hours of the day, dates, as the plant's wall clock shows them.
package struct Window: Sendable {
  /// Words of the days, from bit 0 on.
  package static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  package let name: String
  /// Bit 0 Monday … bit 6 Sunday.
  package let days: UInt8
  package let hours: [Hours]
  /// Days since 1970-01-01, both ends included; empty: every date.
  package let dates: [ClosedRange<Int32>]

  package init(name: String, days: UInt8, hours: [Hours], dates: [ClosedRange<Int32>]) {
    self.name = name
    self.days = days
    self.hours = hours
    self.dates = dates
  }

  /// Minutes of the day, end excluded; an end at or before the beginning lies on the next day.
  package struct Hours: Hashable, Sendable {
    /// 0..<1440
    package let begin: Int32
    /// 1...1440
    package let end: Int32
    package var isOverMidnight: Bool { end <= begin }
    package init(begin: Int32, end: Int32) {
      self.begin = begin
      self.end = end
    }
  }

  package static let everyDay: UInt8 = 0x7F
  package static let wholeDay = Hours(begin: 0, end: 1440)

  /// Whether it is open at a moment of the wall clock, seconds since 1970-01-01 00:00 of it. What runs over midnight
  /// belongs to the day it begins.
  func isOpen(local: Int64) -> Bool {
    let day = LocalClock.floor(local, by: 86_400)
    let second = local - day * 86_400
    for span in hours {
      let begin = Int64(span.begin) * 60
      let end = Int64(span.end) * 60
      if span.isOverMidnight {
        if second >= begin, includes(day) { return true }
        if second < end, includes(day - 1) { return true }
      } else if second >= begin, second < end, includes(day) {
        return true
      }
    }
    return false
  }

  private func includes(_ day: Int64) -> Bool {
    // 1970-01-01 was a Thursday, bit 3.
    let weekday = UInt8(truncatingIfNeeded: (day + 3) - LocalClock.floor(day + 3, by: 7) * 7)
    guard days & 1 << weekday != 0 else { return false }
    return dates.isEmpty || dates.contains { Int64($0.lowerBound) <= day && day <= Int64($0.upperBound) }
  }

  /// The next moment of the wall clock at which the window can open or close: a time of day it names, or midnight.
  func nextEdge(local: Int64) -> Int64 {
    let midnight = LocalClock.floor(local, by: 86_400) * 86_400
    var next = midnight + 86_400
    for span in hours {
      for minute in [span.begin, span.end] {
        let edge = midnight + Int64(minute) * 60
        if edge > local { next = min(next, edge) }
      }
    }
    return next
  }
}
