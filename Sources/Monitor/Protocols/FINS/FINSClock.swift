// SPDX-License-Identifier: Apache-2.0

/// A time, in the text of Clock Write and of the answer to Clock Read (W342, 5-3): two decimal digits a byte (BCD). A
/// command may leave out the second and the day of the week.
///
///     0      1       2      3      4        5        6
///     +------+-------+------+------+--------+--------+-----+
///     | year | month | date | hour | minute | second | day |
///     +------+-------+------+------+--------+--------+-----+
///
/// The year is given by its last two digits; day 0 is Sunday.
enum FINSClock {
  private static let size = 7

  /// The fields become values in their order. Records show the numbers up to the first byte that is not BCD.
  static func read(_ frame: borrowing FINSHeader, at offset: Int, _ operation: inout Operation) {
    operation.values = Values(.bcd1, at: frame.start + offset, size, end: frame.end)
    for place in 0..<Int(operation.values.count) {
      let byte = frame.u8(offset + place)
      guard byte >> 4 > 9 || byte & 15 > 9 else { continue }
      // No range: 0A to 0F lie between 09 and 10.
      operation.note(Fault(.value, name(place), seen: UInt64(byte), least: 1, most: 0))
    }
  }

  private static func name(_ place: Int) -> StaticString {
    switch place {
    case 0: "Year"
    case 1: "Month"
    case 2: "Date"
    case 3: "Hour"
    case 4: "Minute"
    case 5: "Second"
    default: "Day"
    }
  }
}
