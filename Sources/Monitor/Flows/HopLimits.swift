// SPDX-License-Identifier: Apache-2.0

/// The hop limits (IPv4: times to live) of what one station sends in one direction of a flow. A system sends all
/// packets of a connection with one value, and all of them take one path: a second value among them is a second
/// sender's, or the path has changed.
struct HopLimits {
  enum Step {
    /// The usual one, or one that takes its place.
    case usual
    /// Another one than before.
    case differs
    /// The usual one is back after another one, which came in this frame.
    case returned(other: UInt8, frame: UInt64)
    /// From another station: such packets are compared with their own.
    case elsewhere
  }

  /// Packets after which the value is known.
  static let confirmations: UInt64 = 3
  /// Nanoseconds: a value that takes another's place for this long is the usual one from then on.
  static let patience: Int64 = 60_000_000_000
  /// Packets without payload after which their hop limit is no longer asked for: such a direction only acknowledges.
  private static let emptyLimit: UInt64 = 64

  /// That of the latest packet, so that one comparison shows whether there is anything to examine; 0 before it is
  /// known.
  private(set) var latest: UInt8 = 0
  /// The one that packets with payload have; 0 before the first one.
  private(set) var usual: UInt8 = 0
  /// Another one that came since; 0 if none did.
  private var other: UInt8 = 0
  private var otherSince: Int64 = 0
  private var otherFrame: UInt64 = 0
  /// The station.
  private var mac = MACAddress.none
  /// When it was last examined.
  private var last: Int64 = 0
  /// Until when a packet with the latest value need not be examined, in nanoseconds.
  private var restsUntil = Int64.min
  /// Packets of the direction before the first one with `usual`.
  private var before: UInt64 = 0

  /// Whether the usual one is known, after so many packets of the direction.
  func isConfirmed(_ packets: UInt64) -> Bool { usual != 0 && packets &- before >= HopLimits.confirmations }

  /// Nanoseconds between examinations of a sender that is known to use this value.
  static let rest: Int64 = 5_000_000_000
  mutating func rest(at time: Int64) { restsUntil = time &+ HopLimits.rest }
  @inline(__always)
  func isDue(_ hopLimit: UInt8, at time: Int64) -> Bool { hopLimit != latest || time >= restsUntil }

  /// A packet that is not compared; the direction has had `packets` with it.
  mutating func pass(_ hopLimit: UInt8, packets: UInt64) {
    if usual != 0 || packets >= HopLimits.emptyLimit { latest = hopLimit }
  }
  /// The same for a protocol none of whose packets are compared.
  mutating func pass(_ hopLimit: UInt8) { latest = hopLimit }

  /// A packet with payload from `source`.
  mutating func add(
    _ seen: UInt8, from source: MACAddress, packets: UInt64, at time: Int64, frame: UInt64
  ) -> Step {
    if source != mac {
      guard usual == 0 || time &- last >= HopLimits.patience else { return .elsewhere }
      self = HopLimits()
      mac = source
    }
    last = time
    latest = seen
    if seen == usual {
      guard other != 0 else { return .usual }
      defer { other = 0 }
      return time &- otherSince < HopLimits.patience ? .returned(other: other, frame: otherFrame) : .usual
    }
    guard isConfirmed(packets &- 1) else {
      begin(seen, packets)
      return .usual
    }
    if other != seen {
      other = seen
      otherSince = time
      otherFrame = frame
    }
    guard time &- otherSince < HopLimits.patience else {
      begin(seen, packets)
      return .usual
    }
    return .differs
  }

  private mutating func begin(_ value: UInt8, _ packets: UInt64) {
    usual = value
    before = packets &- 1
    other = 0
  }
}
