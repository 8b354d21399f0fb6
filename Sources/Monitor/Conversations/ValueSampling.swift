// SPDX-License-Identifier: Apache-2.0

/// Which read responses of a conversation are looked at for their values: the first 16, then one in 16. Polling
/// repeats itself, and most responses say what the one before said.
struct ValueSampling {
  private static let first: UInt8 = 16
  private var taken: UInt8 = 0
  private var state: UInt8 = 0

  /// Whether to look at the next response.
  @inline(__always)
  mutating func take() -> Bool {
    if taken < ValueSampling.first {
      taken += 1
      return true
    }
    // A linear congruential generator that passes through all 256 states: of blocks polled in rotation, each has its
    // turn.
    state = state &* 5 &+ 1
    return state < 16
  }
  /// What `take` will say.
  @inline(__always)
  var isNextTaken: Bool { taken < ValueSampling.first || state &* 5 &+ 1 < 16 }
}
