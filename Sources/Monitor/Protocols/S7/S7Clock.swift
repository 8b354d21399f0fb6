// SPDX-License-Identifier: Apache-2.0

/// A time, in the data of Set clock and of the answer to Read clock, as published in the sources of `S7Comm`: two bytes
/// before STEP 7's type DATE_AND_TIME, which has two decimal digits a byte (BCD).
///
///     0          1         2      3       4     5      6        7        8                       10
///     +----------+---------+------+-------+-----+------+--------+--------+-----------------------+
///     | reserved | century | year | month | day | hour | minute | second | milliseconds, weekday |
///     +----------+---------+------+-------+-----+------+--------+--------+-----------------------+
///
/// The century is 19 after the year 2000, too: years 90 to 99 are those of the last century, all others of this one.
enum S7Clock {
  private static let yearOffset = 2
  private static let millisecondsOffset = 8

  /// Year to second become values. The century would mislead; milliseconds and weekday have three digits and one.
  /// Records show the numbers up to the first byte that is not BCD.
  static func values(_ data: Range<Int>) -> Values {
    Values(.bcd1, at: data.lowerBound + yearOffset, millisecondsOffset - yearOffset, end: data.upperBound)
  }
}
