// SPDX-License-Identifier: Apache-2.0

/// The sequence state of one direction of a TCP connection. Bytes are read in place; the `StreamPool` holds only those
/// that have to wait.
struct StreamHalf {
  /// Sequence number of the next byte to be read.
  var next: UInt32 = 0
  /// Sequence number of the first byte: after the SYN where the handshake was seen, else of the first byte seen.
  private(set) var begun: UInt32 = 0
  /// `next` is known.
  private(set) var isSynced = false
  /// The next bytes follow a gap or a midstream start: they may begin inside a message.
  var isLost = false
  /// The position before a hole that was skipped; `abandoned` is the hole.
  var isBeforeHole = false
  /// Followed only because its sender went on from there.
  var isUnproved = false
  /// The beginning was not seen: bytes before `begun` may never have been read.
  private var isPickedUp = false
  private var hasStrayed = false
  /// Index of the waiting bytes in the pool; -1 for none.
  var held: Int32 = -1
  /// Index of the latest bytes in the pool, kept to compare retransmissions with; -1 for none.
  var history: Int32 = -1
  /// Say whether the places in the pool that `held` and `history` name are still this direction's.
  var ticket: UInt32 = 0
  var historyTicket: UInt32 = 0

  /// The latest hole given up: its first byte, and the byte after its last.
  private var abandoned: (start: UInt32, end: UInt32) = (0, 0)
  /// Messages in that hole that were read nevertheless, when they came ahead of the stream; none where both are equal.
  private var island: (start: UInt32, end: UInt32) = (0, 0)
  /// The end of the latest segment outside the window. One that continues there shows that the stream has moved.
  private var strayed: UInt32 = 0
  /// The latest acknowledgement of this direction's bytes, and when it was first seen.
  private var acknowledged: UInt32 = 0
  private var acknowledgedSince: Int64 = .max

  /// Whether this position is to be kept, rather than the other one of its direction, when a third one is followed.
  /// What anyone can send displaces nothing that has been read.
  func outlasts(_ former: StreamHalf) -> Bool {
    guard former.isSynced else { return true }
    // A receiver that waits for the hole goes on from before it.
    if former.isBeforeHole { return !former.isOpenHole || acknowledgedSince == .max || hasAcknowledged(former.holeEnd) }
    return isSynced && !isUnproved && next != begun
  }

  /// Bytes of the stream so far: from its first one seen to the next one to be read.
  var length: UInt64 { isSynced ? UInt64(next &- begun) : 0 }

  init() {}
  /// A stream whose next byte has this number.
  init(at sequence: UInt32, isLost: Bool) {
    next = sequence
    begun = sequence
    isSynced = true
    self.isLost = isLost
  }

  /// The largest window without scaling (RFC 9293, 3.1): how far a FIN may be from what was read.
  static let usualWindow: Int32 = 65_535

  /// Whether the stream is known to have begun with this number.
  func isBegun(at sequence: UInt32) -> Bool { isSynced && begun == sequence }

  /// Nothing of it has been read.
  var isEmpty: Bool { next == begun }

  /// Whether this is the next number, or the first.
  func isAt(_ sequence: UInt32) -> Bool { isSynced && (next == sequence || begun == sequence) }

  /// Begins in the middle of a stream. What is known of acknowledgements stays.
  mutating func pickUp(at sequence: UInt32) {
    next = sequence
    begun = sequence
    isSynced = true
    isLost = true
    isPickedUp = true
  }

  /// Whether a segment comes from before the place where the stream was picked up, and its receiver is not known to
  /// have it: then the first one seen was ahead of the stream. A single byte may be a keep-alive probe.
  @inline(__always)
  func isBeforePickUp(_ sequence: UInt32, _ count: Int) -> Bool {
    guard isPickedUp, count > 1 else { return false }
    let distance = Int(Int32(bitPattern: begun &- sequence))
    return distance > 0 && distance <= StreamHalf.largestWindow
      && !hasAcknowledged(sequence &+ UInt32(truncatingIfNeeded: min(count, distance)))
  }
  /// The position of such a segment; what was read later follows it.
  func positionBeforePickUp(_ sequence: UInt32) -> StreamHalf {
    var before = StreamHalf(at: sequence, isLost: true)
    before.isBeforeHole = true
    before.abandon(until: begun)
    return before
  }

  /// Records a segment outside the window; true if it continues the one before it.
  mutating func stray(_ sequence: UInt32, _ count: Int) -> Bool {
    defer {
      strayed = sequence &+ UInt32(truncatingIfNeeded: count)
      hasStrayed = true
    }
    return hasStrayed && strayed == sequence
  }

  @inline(__always)
  mutating func acknowledge(_ number: UInt32, at time: Int64) {
    guard number != acknowledged || acknowledgedSince == .max else { return }
    acknowledged = number
    acknowledgedSince = time
  }
  private func hasAcknowledged(_ end: UInt32) -> Bool {
    acknowledgedSince != .max && Int32(bitPattern: acknowledged &- end) >= 0
  }
  /// Whether all bytes up to `end` have been acknowledged for at least `nanoseconds`. Capture time may jump backwards;
  /// the distance counts either way.
  func wasAcknowledged(_ end: UInt32, at time: Int64, for nanoseconds: Int64) -> Bool {
    hasAcknowledged(end)
      && (time &- acknowledgedSince).magnitude >= UInt64(nanoseconds)
  }
  /// Whether a number can be the next one, judged by what the other end has acknowledged, if anything.
  func isNearAcknowledged(_ sequence: UInt32) -> Bool {
    acknowledgedSince == .max || Int32(bitPattern: sequence &- acknowledged).magnitude <= StreamHalf.usualWindow
  }
  /// Whether a number acknowledges more than the one before it, by what a connection can have sent meanwhile.
  func isProgress(_ number: UInt32) -> Bool {
    acknowledgedSince == .max || 1...StreamHalf.largestWindow ~= Int(Int32(bitPattern: number &- acknowledged))
  }

  @inline(__always)
  var needsAcknowledgement: Bool { !isSynced || isPickedUp || abandoned.start != abandoned.end }

  /// Stops waiting for the bytes from `next` up to, but not including, `sequence`.
  mutating func abandon(until sequence: UInt32) { abandoned = (next, sequence) }
  /// Whether a segment overlaps that hole.
  func isAbandoned(_ sequence: UInt32, _ count: Int) -> Bool {
    let end = sequence &+ UInt32(truncatingIfNeeded: count)
    return abandoned.start != abandoned.end && Int32(bitPattern: end &- abandoned.start) > 0
      && Int32(bitPattern: abandoned.end &- sequence) > 0
  }

  /// Gives up a further hole together with this one. Between the two, whole messages were read up to `read`.
  mutating func extendHole(until sequence: UInt32, read: UInt32) {
    // There is room for one: of others the bytes are read twice if the hole is filled.
    if island.start == island.end || Int32(bitPattern: next &- island.end) >= 0 { island = (abandoned.end, read) }
    abandoned.end = sequence
  }
  /// The number of bytes from `sequence` on, within the hole, that were not read.
  func unread(_ sequence: UInt32) -> Int {
    let untilIsland = Int(Int32(bitPattern: island.start &- sequence))
    let untilEnd = untilHoleEnds(sequence)
    return island.start != island.end && untilIsland >= 0 ? min(untilIsland, untilEnd) : untilEnd
  }
  /// Passes over what was read in the hole before, if it is next; the number of bytes.
  mutating func passIsland() -> Int {
    guard island.start != island.end, next == island.start else { return 0 }
    next = island.end
    return Int(island.end &- island.start)
  }

  var holeEnd: UInt32 { abandoned.end }
  /// Bytes of that hole are still missing.
  var isOpenHole: Bool { abandoned.start != abandoned.end && Int32(bitPattern: abandoned.end &- next) > 0 }
  /// The number of bytes from `sequence` to the end of that hole.
  func untilHoleEnds(_ sequence: UInt32) -> Int { Int(Int32(bitPattern: abandoned.end &- sequence)) }

  private func distance(to sequence: UInt32) -> Int { Int(Int32(bitPattern: sequence &- next).magnitude) }
  func isNear(_ sequence: UInt32) -> Bool { distance(to: sequence) <= StreamHalf.largestWindow }
  func isNearer(_ sequence: UInt32, than other: StreamHalf) -> Bool {
    !other.isSynced || distance(to: sequence) < other.distance(to: sequence)
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

  /// The distance from `next` within which a segment can lie in the receiver's window, or repeat an earlier one. TCP
  /// allows windows of 1 GiB (RFC 7323, 2.3), but no more than this is held. A stream that is further ahead because the
  /// mirror port lost a mebibyte is followed from its second segment on.
  static let largestWindow = 1 << 20

  /// Whether a segment brings bytes that were not read, as far as can be told before the stream was picked up.
  @inline(__always)
  func isNews(_ sequence: UInt32, _ count: Int) -> Bool {
    guard isSynced else { return true }
    switch place(sequence, count: count) {
    case .new, .ahead: return true
    case .known, .keepAlive, .outside: return false
    }
  }

  // Mutating, although they change nothing: otherwise both directions are loaded to ask one of them.

  /// Whether bytes before this number have not been read.
  @inline(__always)
  mutating func lacks(_ number: UInt32) -> Bool { isSynced && Int32(bitPattern: number &- next) > 0 }
  /// Nothing waits in the pool, and a segment of `count` bytes, if there are any, simply continues what has been read.
  @inline(__always)
  mutating func isNext(_ sequence: UInt32, _ count: Int) -> Bool {
    if held >= 0 { return false }
    if count == 0 { return true }
    return isSynced && next == sequence && !isBeforePickUp(sequence, count)
  }
  @inline(__always)
  mutating func hasNothingHeld() -> Bool { held < 0 }
  /// Notes an acknowledgement of this direction's bytes where that matters.
  @inline(__always)
  mutating func acknowledgeIfNeeded(_ number: UInt32, at time: Int64) {
    if needsAcknowledgement { acknowledge(number, at: time) }
  }
  @inline(__always)
  mutating func isFollowed() -> Bool { !isLost }

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
