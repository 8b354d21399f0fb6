// SPDX-License-Identifier: Apache-2.0

/// Segments that follow missing bytes: how long they wait, and in which order they are read.
extension Reader {
  /// Nanoseconds. A hole that the receiver has acknowledged will not be filled: the mirror port lost the segment, or
  /// the capture was filtered. Acknowledged bytes have already been on the wire, so the only thing worth waiting for is
  /// a mirror port that reorders; and for less time than a device takes to answer, or the response would be read before
  /// its request.
  static let acknowledgedHole: Int64 = 2_000_000
  /// An unacknowledged hole may still be filled: the first retransmission comes after one second (RFC 6298, 2.1), in
  /// older stacks after three (RFC 1122, 4.2.3.1).
  static let openHole: Int64 = 3_000_000_000
  private static let heldSegmentLimit = 16

  /// Which of the segments that wait after missing bytes are read.
  enum HeldPart {
    /// Those that follow what was read.
    case due
    /// Those that begin before this number, whatever is missing: their receiver has acknowledged them.
    case before(UInt32)
    case all

    @inline(__always)
    func contains(_ sequence: UInt32, next: UInt32) -> Bool {
      switch self {
      case .due: Int32(bitPattern: sequence &- next) <= 0
      case .before(let end): Int32(bitPattern: end &- sequence) > 0
      case .all: true
      }
    }
  }

  /// Keeps a segment that follows missing bytes; `acknowledgement` says what its sender had received.
  mutating func hold(
    _ payload: RawSpan, _ sequence: UInt32, acknowledging acknowledgement: UInt32, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    counts.outOfOrder += 1
    if conversation.dissector == .none, conversation.isSettled {
      pool.forget(conversation.streams[direction])
      conversation.streams[direction].next = sequence &+ UInt32(truncatingIfNeeded: payload.byteCount)
      pool.remember(payload, &conversation.streams[direction], conversation.progress, at: moment.time)
      return direction
    }
    let isFirst = !pool.hasSegments(conversation.streams[direction])
    let differing = pool.hold(
      payload, sequence: sequence, acknowledgement: acknowledgement, frame: moment.frame, time: moment.time,
      &conversation.streams[direction], conversation.progress)
    guard let differing else {
      // No room: read the held segments, skipping the hole.
      let direction = readHeld(.all, in: &conversation, sent: direction, at: moment, &observer)
      skipHole(to: sequence, &conversation, direction, moment)
      return inOrder(payload, in: &conversation, sent: direction, at: moment, &observer)
    }
    if differing > 0 { reportDifference(differing, in: conversation, sent: direction, at: moment, &observer) }
    let half = conversation.streams[direction]
    if isFirst { pool.beginHole(half, at: moment.time) }
    if pool.heldCount(half) >= Reader.heldSegmentLimit || pool.isHole(half, at: moment.time, for: Reader.openHole) {
      return readHeld(.all, in: &conversation, sent: direction, at: moment, &observer)
    }
    return direction
  }

  /// After a segment of the other end, which acknowledges the bytes up to `number`: reads what is due, and what follows
  /// a hole that was acknowledged and has not been filled for some time.
  @inline(never)
  mutating func readAcknowledged(
    _ number: UInt32, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    let direction = readHeld(.due, in: &conversation, sent: direction, at: moment, &observer)
    let half = conversation.streams[direction]
    guard let first = pool.firstHeld(half), Int32(bitPattern: number &- first.sequence) >= 0,
      pool.isHole(half, at: moment.time, for: Reader.acknowledgedHole)
    else { return }
    // Also what begins exactly there: nothing before it is missing any more.
    let sender = readHeld(.before(number &+ 1), in: &conversation, sent: direction, at: moment, &observer)
    conversation.streams[sender].acknowledge(number, at: moment.time)
    _ = readHeld(.due, in: &conversation, sent: sender, at: moment, &observer)
  }

  /// Reads held segments of a direction; returns it, since it may turn out to be the other one. Each keeps the frame
  /// number and time it arrived with. Where both directions hold some, what a sender had received when it sent a
  /// segment is read before that segment.
  @inline(never)
  mutating func readHeld(
    _ part: HeldPart, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    while let first = pool.firstHeld(conversation.streams[direction]),
      part.contains(first.sequence, next: conversation.streams[direction].next)
    {
      var isOther = false
      if let other = pool.firstHeld(conversation.streams[direction.reversed]) {
        // Each of two may claim to be the later one: then one is forged, or was sent again.
        isOther =
          Int32(bitPattern: first.acknowledgement &- other.sequence) > 0
          && Int32(bitPattern: other.acknowledgement &- first.sequence) <= 0
      }
      let sender = isOther ? direction.reversed : direction
      if readFirstHeld(in: &conversation, sent: sender, at: moment, &observer) != sender {
        direction = direction.reversed
      }
    }
    return direction
  }

  /// Reads the first held segment of a direction, whatever is missing before it.
  private mutating func readFirstHeld(
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    guard let segment = pool.takeSegment(&conversation.streams[direction], force: true) else { return direction }
    var arrival = moment
    arrival.frame = segment.frame
    arrival.time = segment.time
    exchange.acknowledgement = segment.acknowledgement
    let known = Int(conversation.streams[direction].next &- segment.sequence)
    if known < 0 || known > StreamHalf.largestWindow {
      skipHole(to: segment.sequence, &conversation, direction, moment)
      direction = inOrder(segment.bytes.bytes, in: &conversation, sent: direction, at: arrival, &observer)
    } else if known < segment.bytes.count {
      direction = inOrder(segment.bytes.bytes.from(known), in: &conversation, sent: direction, at: arrival, &observer)
    }
    if pool.hasSegments(conversation.streams[direction]) {
      pool.beginHole(conversation.streams[direction], at: moment.time)
    }
    return direction
  }

  /// Stops waiting for the bytes up to `sequence`.
  private mutating func skipHole(
    to sequence: UInt32, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    counts.gaps += 1
    keepPosition(until: sequence, &conversation, direction, moment)
    conversation.streams[direction].abandon(until: sequence)
    breakOff(&conversation.streams[direction])
    conversation.streams[direction].next = sequence
    conversation.lastLoss = moment.time
  }

  /// Keeps the position before a hole, so that the bytes of the hole are read when they arrive after all.
  private mutating func keepPosition(
    until sequence: UInt32, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    let half = conversation.streams[direction]
    let other = rare[conversation.rare, direction]
    // While the receiver waits for the older hole, it has taken nothing that follows it.
    if other.isBeforeHole, other.isOpenHole, half.isNear(other.next),
      !half.wasAcknowledged(other.holeEnd, at: moment.time, for: 0)
    {
      let read = half.next &- UInt32(truncatingIfNeeded: pool.partialCount(half))
      return rare[conversation.rare, direction].extendHole(until: sequence, read: read)
    }
    guard half.outlasts(other) else { return }
    rare.make(&conversation.rare)
    pool.release(&rare[conversation.rare, direction])
    var before = StreamHalf(at: half.next, isLost: half.isLost)
    before.isBeforeHole = true
    before.abandon(until: sequence)
    _ = pool.keepPartial(pool.takePartial(half), &before)
    rare[conversation.rare, direction] = before
  }
}
