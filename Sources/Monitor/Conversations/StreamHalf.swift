// SPDX-License-Identifier: Apache-2.0

/// The sequence state of one direction of a TCP connection. Bytes are read in place; the `StreamPool` holds only those
/// that have to wait.
struct StreamHalf {
  /// Sequence number of the next byte to be read.
  var next: UInt32 = 0
  /// `next` is known.
  var isSynced = false
  /// The next bytes follow a gap or a midstream start: they may begin inside a message.
  var isLost = false
  /// When the hole before the held segments was first seen.
  var holeSince: Int64 = 0
  /// Index of the waiting bytes in the pool; -1 for none.
  var held: Int32 = -1
  /// Index of the latest bytes in the pool, kept to compare retransmissions with; -1 for none.
  var history: Int32 = -1
  /// Says whether the place in the pool that `held` names is still this direction's.
  var ticket: UInt32 = 0

  /// The latest acknowledgement of this direction's bytes, and when it was first seen.
  private var acknowledged: UInt32 = 0
  private var acknowledgedSince: Int64 = .max

  @inline(__always)
  mutating func acknowledge(_ number: UInt32, at time: Int64) {
    guard number != acknowledged || acknowledgedSince == .max else { return }
    acknowledged = number
    acknowledgedSince = time
  }
  /// Whether all bytes up to `end` have been acknowledged for at least `nanoseconds`. Capture time may jump backwards;
  /// the distance counts either way.
  func wasAcknowledged(_ end: UInt32, at time: Int64, for nanoseconds: Int64) -> Bool {
    acknowledgedSince != .max && Int32(bitPattern: acknowledged &- end) >= 0
      && (time &- acknowledgedSince).magnitude >= UInt64(nanoseconds)
  }
  /// Whether the hole before the held segments is at least `nanoseconds` old.
  func isHole(at time: Int64, for nanoseconds: Int64) -> Bool { (time &- holeSince).magnitude >= UInt64(nanoseconds) }

  /// The latest hole given up: its first byte, and the byte after its last.
  private var abandoned: (start: UInt32, end: UInt32) = (0, 0)

  @inline(__always)
  var needsAcknowledgement: Bool { !isSynced || abandoned.start != abandoned.end }

  /// Stops waiting for the bytes from `next` up to, but not including, `sequence`.
  mutating func abandon(until sequence: UInt32) { abandoned = (next, sequence) }
  /// Whether a segment overlaps that hole.
  func isAbandoned(_ sequence: UInt32, _ count: Int) -> Bool {
    let end = sequence &+ UInt32(truncatingIfNeeded: count)
    return abandoned.start != abandoned.end && Int32(bitPattern: end &- abandoned.start) > 0
      && Int32(bitPattern: abandoned.end &- sequence) > 0
  }

  /// Where a segment lies relative to what has been read.
  enum Placement: Equatable {
    /// Contains new bytes, after `known` bytes already read.
    case new(known: Int)
    /// Already read entirely: a retransmission.
    case known(Int)
    /// Starts after a gap; the value is the number of missing bytes.
    case ahead(Int)
    /// At most one byte, and an old one: a keep-alive probe (RFC 9293, 3.8.4), whose byte is not data.
    case keepAlive
    /// Too far away to lie within the connection's window.
    case outside
  }

  /// The largest window TCP allows (RFC 7323, 2.3).
  static let largestWindow = 1 << 30

  @inline(__always)
  func place(_ sequence: UInt32, count: Int) -> Placement {
    let distance = Int(Int32(bitPattern: sequence &- next))
    if distance == 0 { return .new(known: 0) }
    if distance > 0 { return distance > StreamHalf.largestWindow ? .outside : .ahead(distance) }
    if distance == -1, count <= 1 { return .keepAlive }
    if -distance > StreamHalf.largestWindow { return .outside }
    return -distance >= count ? .known(count) : .new(known: -distance)
  }
}
