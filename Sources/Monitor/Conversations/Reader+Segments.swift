// SPDX-License-Identifier: Apache-2.0

/// TCP reassembly: puts segments in order, and distinguishes bytes lost on the way to the monitor from bytes still to
/// come.
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

  /// Handles one segment; the capture cut off `missing` bytes of its payload.
  @inline(__always)
  mutating func segment(
    _ payload: RawSpan, sequence: UInt32, acknowledgement: UInt32, flags: TCPFlags, missing: Int,
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    var sequence = sequence
    if flags.contains(.syn) {
      sequence &+= 1
      begin(&conversation.streams[direction], at: sequence)
      // Of two SYNs with different numbers, the one that the SYN-ACK acknowledges counts.
      if flags.contains(.ack) { begin(&conversation.streams[direction.reversed], at: acknowledgement) }
    }
    // Acknowledgements matter until the stream position is known, and after a gap was skipped.
    if flags.contains(.ack), conversation.streams[direction.reversed].needsAcknowledgement {
      conversation.streams[direction.reversed].acknowledge(acknowledgement, at: moment.time)
    }
    if flags.contains(.ack), pool.hasSegments(conversation.streams[direction.reversed]) {
      acknowledged(acknowledgement, in: &conversation, sent: direction.reversed, at: moment, &observer)
    }
    // Receivers take no data from a segment without ACK (RFC 9293, 3.10.7.4), nor from one that resets.
    guard payload.byteCount > 0, flags.contains(.ack) || flags.contains(.syn), !flags.contains(.rst) else { return }
    if pool.wasEvicted(conversation.streams[direction]) {
      counts.gaps += 1
      lose(&conversation.streams[direction])
      conversation.lastLoss = moment.time
    }
    if pool.hasSegments(conversation.streams[direction]),
      conversation.streams[direction].isHole(at: moment.time, for: Reader.openHole)
    {
      drain(in: &conversation, sent: direction, at: moment, &observer, force: true)
    }
    if conversation.former[direction].isSynced, sequence != conversation.streams[direction].next,
      former(payload, sequence, in: &conversation, sent: direction, at: moment, &observer)
    {
      return
    }
    let other = conversation.streams[direction.reversed]
    conversation.hasUnseenAcknowledgedBytes =
      flags.contains(.ack) && other.isSynced && Int32(bitPattern: acknowledgement &- other.next) > 0
    if !conversation.streams[direction].isSynced {
      conversation.streams[direction].pickUp(at: sequence)
      counts.midstream += 1
      // One byte may be a keep-alive probe (RFC 9293, 3.8.4), and begins no message.
      guard payload.byteCount > 1 || flags.contains(.syn) else {
        conversation.streams[direction].next = sequence &+ 1
        return
      }
      let end = sequence &+ UInt32(truncatingIfNeeded: payload.byteCount)
      if conversation.streams[direction].wasAcknowledged(end, at: moment.time, for: Reader.acknowledgedHole) {
        counts.retransmissions += 1
        conversation.streams[direction].next = end
        return
      }
    }

    place(payload, sequence, missing: missing, in: &conversation, sent: direction, at: moment, &observer)
  }

  /// Reads, holds or ignores a payload, depending on where it lies in its stream; returns its direction, which may turn
  /// out to be the other one.
  @discardableResult
  @inline(__always)
  private mutating func place(
    _ payload: RawSpan, _ sequence: UInt32, missing: Int, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    switch conversation.streams[direction].place(sequence, count: payload.byteCount) {
    case .new(let known):
      if known > 0 {
        late(sequence, known, in: conversation, sent: direction, at: moment, &observer)
        compare(payload, known, sequence, in: conversation, sent: direction, at: moment, &observer)
      }
      direction = inOrder(payload.from(known), in: &conversation, sent: direction, at: moment, &observer)
      if pool.hasSegments(conversation.streams[direction]) {
        drain(in: &conversation, sent: direction, at: moment, &observer)
      }
    case .known(let count):
      counts.retransmissions += 1
      late(sequence, count, in: conversation, sent: direction, at: moment, &observer)
      compare(payload, count, sequence, in: conversation, sent: direction, at: moment, &observer)
    case .ahead:
      ahead(payload, sequence, in: &conversation, sent: direction, at: moment, &observer)
    case .keepAlive: break
    case .outside:
      counts.outside += 1
      // Receivers ignore it. If the next one continues it, the stream has moved: the mirror port has lost much, or the
      // connection was restarted unseen.
      guard conversation.streams[direction].stray(sequence, payload.byteCount) else { return direction }
      move(to: sequence, in: &conversation, direction)
      conversation.lastLoss = moment.time
      direction = inOrder(payload, in: &conversation, sent: direction, at: moment, &observer)
    }
    if missing > 0 {
      cutOff(in: &conversation, sent: direction, at: moment, &observer)
      lose(&conversation.streams[direction])
      conversation.lastLoss = moment.time
      conversation.streams[direction].next &+= UInt32(truncatingIfNeeded: missing)
    }
    return direction
  }

  /// Reads a segment that fits the other position of its direction better than the one that is followed; false if it
  /// does not.
  @inline(never)
  private mutating func former(
    _ payload: RawSpan, _ sequence: UInt32, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) -> Bool {
    let half = conversation.streams[direction]
    let other = conversation.former[direction]
    let then: Direction
    switch other.place(sequence, count: payload.byteCount) {
    case .new(let known) where other.isBeforeHole:
      let start = sequence &+ UInt32(truncatingIfNeeded: known)
      let count = payload.byteCount - known
      guard other.isAbandoned(start, count), half.isNear(start) else { return false }
      late(start, count, in: conversation, sent: direction, at: moment, &observer)
      conversation.lastLoss = moment.time
      if half.isLost {
        // No message was found after the hole: it was no jump of the stream.
        pool.release(&conversation.streams[direction])
        conversation.streams[direction] = other
        conversation.streams[direction].isBeforeHole = false
        conversation.former[direction] = StreamHalf()
        place(payload, sequence, missing: 0, in: &conversation, sent: direction, at: moment, &observer)
        return true
      }
      swap(&conversation.streams[direction], &conversation.former[direction])
      then = inOrder(
        payload.slice(known, min(count, other.untilHoleEnds(start))), in: &conversation, sent: direction, at: moment,
        &observer)
    case .new where other.isNearer(sequence, than: half), .ahead where other.isNearer(sequence, than: half):
      guard !other.isBeforeHole else { return false }
      conversation.lastLoss = moment.time
      swap(&conversation.streams[direction], &conversation.former[direction])
      if pool.hasSegments(other), other.isHole(at: moment.time, for: Reader.openHole) {
        drain(in: &conversation, sent: direction, at: moment, &observer, force: true)
      }
      then = place(payload, sequence, missing: 0, in: &conversation, sent: direction, at: moment, &observer)
    default: return false
    }
    swap(&conversation.streams[then], &conversation.former[then])
    return true
  }

  /// Follows the stream at another place.
  private mutating func move(to sequence: UInt32, in conversation: inout Conversation, _ direction: Direction) {
    if conversation.streams[direction].outlasts(conversation.former[direction]) {
      pool.release(&conversation.former[direction])
      conversation.former[direction] = conversation.streams[direction]
    } else {
      pool.release(&conversation.streams[direction])
    }
    conversation.former[direction].isBeforeHole = false
    conversation.streams[direction] = StreamHalf(at: sequence, isLost: true)
    conversation.streams[direction].isUnproved = true
  }

  /// Reads what the capture kept of a message whose remainder it cut off.
  mutating func cutOff(
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    guard conversation.dissector != .none, pool.hasPartial(conversation.streams[direction]) else { return }
    let partial = pool.takePartial(conversation.streams[direction])
    exchange.isCut = true
    exchange.isDatagram = false
    _ = read(partial.bytes, in: &conversation, sent: direction, at: moment, &observer)
    exchange.isCut = false
  }

  mutating func begin(_ half: inout StreamHalf, at sequence: UInt32) {
    if half.isAt(sequence) { return }
    pool.release(&half)
    half = StreamHalf(at: sequence, isLost: false)
  }

  /// The bytes that follow are not contiguous with those already read.
  mutating func lose(_ half: inout StreamHalf) {
    pool.dropPartial(&half)
    pool.forget(half)
    half.isLost = true
  }

  /// Reports bytes of a skipped gap that arrived late, unless their receiver had already acknowledged them.
  private mutating func late(
    _ sequence: UInt32, _ count: Int, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) {
    let half = conversation.streams[direction]
    guard half.isAbandoned(sequence, count),
      !half.wasAcknowledged(sequence &+ UInt32(truncatingIfNeeded: count), at: moment.time, for: 0)
    else { return }
    counts.late += 1
    observer.overlap(count, .lateSegment, in: conversation, sent: direction, at: moment)
  }

  /// Compares the first `count` bytes of a retransmission with what was read.
  mutating func compare(
    _ payload: RawSpan, _ count: Int, _ sequence: UInt32, in conversation: borrowing Conversation,
    sent direction: Direction,
    at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) {
    counts.overlaps += 1
    let differing = pool.differing(payload, count: count, sequence: sequence, conversation.streams[direction])
    if differing > 0 { tampered(differing, in: conversation, sent: direction, at: moment, &observer) }
  }

  mutating func tampered(
    _ differing: Int, in conversation: borrowing Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    counts.differingOverlaps += 1
    observer.overlap(differing, .tcpStream, in: conversation, sent: direction, at: moment)
  }

  mutating func ahead(
    _ payload: RawSpan, _ sequence: UInt32, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) {
    counts.outOfOrder += 1
    if conversation.dissector == .none, conversation.isSettled {
      pool.forget(conversation.streams[direction])
      conversation.streams[direction].next = sequence &+ UInt32(truncatingIfNeeded: payload.byteCount)
      pool.remember(payload, &conversation.streams[direction], isKnown: false)
      return
    }
    if !pool.hasSegments(conversation.streams[direction]) {
      conversation.streams[direction].holeSince = moment.time
    }
    let differing = pool.hold(
      payload, sequence: sequence, frame: moment.frame, time: moment.time, &conversation.streams[direction],
      conversation.progress)
    guard let differing else {
      // No room: read the held segments, skipping the hole.
      drain(in: &conversation, sent: direction, at: moment, &observer, force: true)
      jump(to: sequence, &conversation, direction, moment)
      inOrder(payload, in: &conversation, sent: direction, at: moment, &observer)
      return
    }
    if differing > 0 { tampered(differing, in: conversation, sent: direction, at: moment, &observer) }
    let half = conversation.streams[direction]
    if pool.heldCount(half) >= Reader.heldSegmentLimit || half.isHole(at: moment.time, for: Reader.openHole) {
      drain(in: &conversation, sent: direction, at: moment, &observer, force: true)
    }
  }

  mutating func acknowledged(
    _ acknowledgement: UInt32, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    let half = conversation.streams[direction]
    guard let first = pool.firstHeld(half), Int32(bitPattern: acknowledgement &- first) > 0,
      half.isHole(at: moment.time, for: Reader.acknowledgedHole)
    else { return }
    drain(in: &conversation, sent: direction, at: moment, &observer, force: true)
  }

  /// Reads held segments that are due; with `force` also those after a hole. Each keeps the frame number it arrived
  /// with.
  mutating func drain(
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable,
    force: Bool = false
  ) {
    while let segment = pool.takeSegment(&conversation.streams[direction], force: force) {
      var then = moment
      then.frame = segment.frame
      then.time = segment.time
      let known = Int(conversation.streams[direction].next &- segment.sequence)
      if known < 0 || known > StreamHalf.largestWindow {
        jump(to: segment.sequence, &conversation, direction, moment)
        inOrder(segment.bytes.bytes, in: &conversation, sent: direction, at: then, &observer)
      } else if known < segment.bytes.count {
        inOrder(segment.bytes.bytes.from(known), in: &conversation, sent: direction, at: then, &observer)
      }
      if pool.hasSegments(conversation.streams[direction]) {
        conversation.streams[direction].holeSince = moment.time
      }
    }
  }

  mutating func jump(
    to sequence: UInt32, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    counts.gaps += 1
    keepPosition(until: sequence, &conversation, direction, moment)
    conversation.streams[direction].abandon(until: sequence)
    lose(&conversation.streams[direction])
    conversation.streams[direction].next = sequence
    conversation.lastLoss = moment.time
  }

  /// Keeps the position before a hole, so that the bytes of the hole are read when they arrive after all.
  private mutating func keepPosition(
    until sequence: UInt32, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    let half = conversation.streams[direction]
    let other = conversation.former[direction]
    // While the receiver waits for the older hole, it has taken nothing that follows it.
    if other.isBeforeHole, other.isOpenHole, half.isNear(other.next),
      !half.wasAcknowledged(other.holeEnd, at: moment.time, for: 0)
    {
      return conversation.former[direction].abandon(until: sequence)
    }
    guard half.outlasts(other) else { return }
    pool.release(&conversation.former[direction])
    var before = StreamHalf(at: half.next, isLost: half.isLost)
    before.isBeforeHole = true
    before.abandon(until: sequence)
    _ = pool.keepPartial(pool.takePartial(half), &before)
    conversation.former[direction] = before
  }

  /// Reads bytes that are contiguous with those already read; their direction may turn out to be the other one.
  @discardableResult
  @inline(__always)
  mutating func inOrder(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    conversation.streams[direction].next &+= UInt32(truncatingIfNeeded: bytes.byteCount)
    if conversation.dissector == .none, conversation.isSettled, conversation.unrecognisedPayloads == .max {
      // No dissector has recognised it so far. Only the first payload after a change of direction may still begin a
      // message.
      guard conversation.recordSender(direction) else {
        pool.remember(bytes, &conversation.streams[direction], isKnown: false)
        return direction
      }
    }

    let isKept: Bool
    if pool.hasPartial(conversation.streams[direction]) {
      var partial = pool.takePartial(conversation.streams[direction])
      partial.append(copying: bytes)
      let done = messages(in: partial.bytes, &conversation, &direction, moment, &observer)
      if done > 0 { partial.removeFirst(done) }
      isKept = pool.keepPartial(partial, &conversation.streams[direction], conversation.progress)
    } else {
      let done = messages(in: bytes, &conversation, &direction, moment, &observer)
      if done == bytes.byteCount {
        isKept = true
      } else {
        isKept = pool.keepPartial(
          Array(copying: bytes.from(done)), &conversation.streams[direction], conversation.progress)
      }
    }
    if !isKept {
      counts.gaps += 1
      lose(&conversation.streams[direction])
    }
    pool.remember(bytes, &conversation.streams[direction], isKnown: conversation.dissector != .none)
    return direction
  }

  /// Reads messages from the start of `bytes` and returns the number of bytes consumed. The remainder is the beginning
  /// of an incomplete message.
  @inline(__always)
  mutating func messages(
    in bytes: RawSpan, _ conversation: inout Conversation, _ direction: inout Direction, _ moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Int {
    if conversation.dissector == .none {
      switch recognise(bytes, in: &conversation, sent: &direction, isTCP: true, at: moment, &observer) {
      case .known: break
      case .unknown: return bytes.byteCount
      case .waiting: return 0
      }
      conversation.streams[direction].isLost = false
    }
    exchange.isDatagram = false
    var offset = 0
    while offset < bytes.byteCount {
      if conversation.streams[direction].isLost {
        let (next, isFound) = resynchronise(bytes.from(offset), conversation)
        skip(next, conversation)
        offset += next
        guard isFound else { return offset }
        conversation.streams[direction].isLost = false
        // Pieces from before the gap will never be completed.
        exchange.conversation = conversation.number
        exchange.direction = direction
        exchange.dropAll()
        continue
      }
      let rest = bytes.from(offset)
      switch read(rest, in: &conversation, sent: direction, at: moment, &observer) {
      case .message(let count): offset += max(1, count)
      case .foreign:
        guard revertRecognition(rest, in: &conversation, sent: &direction, isTCP: true, at: moment, &observer) else {
          return bytes.byteCount
        }
      case .incomplete(let needed):
        let longest = tables.dissectors[Int(conversation.dissector.rawValue)].longestMessage
        guard needed > longest || rest.byteCount >= longest else { return offset }
        exchange.fault = Fault(
          .length, "message length", seen: UInt64(max(0, needed)), least: 0, most: UInt64(longest))
        refuse(rest, in: &conversation, sent: direction, at: moment, &observer)
        skip(1, conversation)
        offset += 1
        conversation.streams[direction].isLost = true
      case .refused(let count):
        refuse(rest, in: &conversation, sent: direction, at: moment, &observer)
        let count = min(max(1, count), rest.byteCount)
        skip(count, conversation)
        offset += count
        conversation.streams[direction].isLost = true
      }
    }
    return min(offset, bytes.byteCount)
  }
}
