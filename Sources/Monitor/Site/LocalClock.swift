// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The wall clock of a time zone as a table, so that judging a moment costs a search and no call to the system. Changes
/// of the clock are found once, from 1970 to 2100; before and after, the first and the last offset hold.
package struct LocalClock: Sendable {
  /// Seconds since 1970 at which an offset begins to hold, ascending; the first one holds from ever.
  private var begins: [Int64] = [.min]
  /// Seconds east of Greenwich.
  private var offsets: [Int64] = [0]

  /// `identifier` is a name of the IANA time zone database; nil if there is no such zone.
  package init?(_ identifier: String) {
    guard let zone = TimeZone(identifier: identifier) else { return nil }
    let offset = { (second: Int64) in Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))) }
    // No zone has changed its clock twice within a week.
    let week: Int64 = 7 * 86_400
    offsets[0] = offset(0)
    var known = offsets[0]
    var before: Int64 = 0
    for moment in stride(from: week, to: 4_102_444_800, by: Int64.Stride(week)) {
      let here = offset(moment)
      if here != known {
        var low = before
        var high = moment
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if offset(middle) == known { low = middle } else { high = middle }
        }
        begins.append(high)
        offsets.append(here)
        known = here
      }
      before = moment
    }
  }

  /// UTC.
  package init() {}

  /// Seconds east of Greenwich at a moment, and until when (excluded) they hold.
  package func offset(at second: Int64) -> (offset: Int64, until: Int64) {
    var low = 0
    var high = begins.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if begins[middle] <= second { low = middle } else { high = middle }
    }
    return (offsets[low], high < begins.count ? begins[high] : .max)
  }

  /// The first moment at which the wall clock shows `local` or later, both in seconds since 1970. For what the clock
  /// skips that is the moment at which it does; of what it shows twice, the first time counts.
  package func moment(local: Int64) -> Int64 {
    // No offset is 16 hours or more, so here the wall clock has not shown it yet.
    var moment = local &- 16 * 3600
    while true {
      let (offset, until) = offset(at: moment)
      moment = max(moment, local &- offset)
      if moment < until { return moment }
      moment = until
    }
  }

  /// Whether `window` is open at a moment, in nanoseconds since 1970.
  func isOpen(_ window: Window, at time: Int64) -> Bool {
    let second = LocalClock.floor(time, by: 1_000_000_000)
    return window.isOpen(local: second + offset(at: second).offset)
  }

  /// The next moment, in nanoseconds since 1970, at which `window` can open or close. It does not have to: the
  /// caller judges again at that moment.
  func nextEdge(_ window: Window, at time: Int64) -> Int64 {
    let second = LocalClock.floor(time, by: 1_000_000_000)
    let (offset, until) = offset(at: second)
    let next = min(window.nextEdge(local: second + offset) - offset, until)
    let (nanoseconds, overflow) = next.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : nanoseconds
  }

  /// Division that rounds towards the past; `divisor` is positive.
  package static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
