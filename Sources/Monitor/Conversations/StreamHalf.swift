// SPDX-License-Identifier: Apache-2.0

/// One direction of a TCP connection: where its bytes stand. Bytes themselves are read in place; only what has to wait
/// lies in the `StreamPool`.
struct StreamHalf {
  /// Sequence number of the next byte to be read.
  var next: UInt32 = 0
  /// `next` is known.
  var isSynced = false
  /// The next bytes follow a gap or a start in mid-stream: they may begin inside a message.
  var isLost = false
  /// When the hole in front of held segments was first seen.
  var holeSince: Int64 = 0
  /// Place in the pool of what waits; -1 for nothing.
  var held: Int32 = -1
  /// Place in the pool of the latest bytes, kept to compare retransmissions with; -1 for none.
  var history: Int32 = -1

  /// The latest acknowledgement of these bytes, and since when it says so.
  private var acknowledged: UInt32 = 0
  private var acknowledgedSince: Int64 = .max

  @inline(__always)
  mutating func acknowledge(_ number: UInt32, at time: Int64) {
    guard number != acknowledged || acknowledgedSince == .max else { return }
    acknowledged = number
    acknowledgedSince = time
  }
  /// Whether all bytes up to `end` have been acknowledged for `nanoseconds`. A capture's clock may jump
  /// back: then it is as long ago.
  func wasAcknowledged(_ end: UInt32, at time: Int64, for nanoseconds: Int64) -> Bool {
    acknowledgedSince != .max && Int32(bitPattern: acknowledged &- end) >= 0
      && (time &- acknowledgedSince).magnitude >= UInt64(nanoseconds)
  }
  /// Whether the hole in front of held segments has been there for `nanoseconds`.
  func isHole(at time: Int64, for nanoseconds: Int64) -> Bool { (time &- holeSince).magnitude >= UInt64(nanoseconds) }

  /// The hole that was given up last: its first byte, and the byte behind it.
  private var givenUp: (start: UInt32, end: UInt32) = (0, 0)

  @inline(__always)
  var needsAcknowledgement: Bool { !isSynced || givenUp.start != givenUp.end }

  /// The bytes from `next` to before `sequence` are no longer waited for.
  mutating func giveUp(until sequence: UInt32) { givenUp = (next, sequence) }
  /// Whether a segment has bytes of that hole.
  func isGivenUp(_ sequence: UInt32, _ count: Int) -> Bool {
    let end = sequence &+ UInt32(truncatingIfNeeded: count)
    return givenUp.start != givenUp.end && Int32(bitPattern: end &- givenUp.start) > 0
      && Int32(bitPattern: givenUp.end &- sequence) > 0
  }

  /// How a segment lies to what has been read.
  enum Placement: Equatable {
    /// New bytes begin after so many known ones.
    case new(known: Int)
    /// All of it is known: a retransmission.
    case known(Int)
    /// So many bytes before it are missing.
    case ahead(Int)
    /// One old byte or none: a keep-alive probe (RFC 9293, 3.8.4), whose byte is not data.
    case keepAlive
    /// So far off that it cannot belong to the connection's window.
    case outside
  }

  /// The largest window TCP can have (RFC 7323, 2.3).
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
