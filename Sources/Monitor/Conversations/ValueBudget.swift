// SPDX-License-Identifier: Apache-2.0

/// Limits how many read responses of a conversation are looked at for their values: 32 in ten seconds. That covers a
/// rotation of 32 polled blocks, and every response of a slow one.
struct ValueBudget {
  private static let period: Int64 = 10_000_000_000
  private static let responses: UInt8 = 32
  private var left: UInt8 = 0
  private var end = Int64.min

  /// Whether one more may be looked at; counts it.
  @inline(__always)
  mutating func spend(at time: Int64) -> Bool {
    if left == 0 {
      guard time >= end else { return false }
      end = time &+ ValueBudget.period
      left = ValueBudget.responses
    }
    left -= 1
    return true
  }
}
