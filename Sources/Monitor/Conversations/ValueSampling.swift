// SPDX-License-Identifier: Apache-2.0

/// Which read responses of a conversation are looked at for their values: the first 16, then one in 16. Polling
/// repeats itself, and most responses say what the one before said.
struct ValueSampling {
  private static let first: UInt8 = 16
  private var taken: UInt8 = 0
  private var state: UInt8 = 0
  private var isFollowing = false
  private var isRead = false

  /// Whether to look at the next response.
  @inline(__always)
  mutating func take() -> Bool {
    isFollowing = true
    if taken < ValueSampling.first {
      taken += 1
      return true
    }
    // A linear congruential generator that passes through all 256 states: of blocks polled in rotation, each has its
    // turn.
    state = state &* 5 &+ 1
    return state < 16
  }
  /// Whether a response seen at a glance has to be read, as it is to be looked at and the glance has not all that
  /// needs.
  @inline(__always)
  mutating func hasToBeRead() -> Bool {
    guard isNextTaken else { return false }
    isRead = true
    return true
  }
  /// Whether the next message is likely to be such a response, so that a glance at it is in vain: the one before that
  /// was asked about was one.
  @inline(__always)
  mutating func expectsNext() -> Bool {
    guard isRead, isFollowing, isNextTaken else { return false }
    isFollowing = false
    return true
  }
  /// What `take` will say.
  @inline(__always)
  private var isNextTaken: Bool { taken < ValueSampling.first || state &* 5 &+ 1 < 16 }
}
