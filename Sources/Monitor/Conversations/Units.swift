// SPDX-License-Identifier: Apache-2.0

/// The unit IDs that the requests of a conversation, or its answers, have had: a bit for each of 256 values, since most
/// have one byte. None is negative.
struct Units {
  private var low: UInt128 = 0
  private var high: UInt128 = 0

  private static func bit(_ unit: Int64) -> UInt128 { 1 << UInt128(unit & 127) }

  @inline(__always)
  func isNew(_ unit: Int64) -> Bool {
    unit >= 0 && (unit & 128 == 0 ? low : high) & Units.bit(unit) == 0
  }
  /// Notes that it is used; true if for the first time.
  mutating func add(_ unit: Int64) -> Bool {
    guard isNew(unit) else { return false }
    if unit & 128 == 0 { low |= Units.bit(unit) } else { high |= Units.bit(unit) }
    return true
  }
}
