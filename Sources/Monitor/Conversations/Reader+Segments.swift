// SPDX-License-Identifier: Apache-2.0

/// TCP reassembly: finds the place of each segment in its stream, as its receiver does.
extension Reader {
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
    let isAwaited = flags.contains(.ack) && pool.hasSegments(conversation.streams[direction.reversed])
    // Receivers take no data from a segment without ACK (RFC 9293, 3.10.7.4), nor from one that resets.
    guard payload.byteCount > 0, flags.contains(.ack) || flags.contains(.syn), !flags.contains(.rst) else {
      if isAwaited {
        readAcknowledged(acknowledgement, in: &conversation, sent: direction.reversed, at: moment, &observer)
      }
      return
    }
    var sender = direction
    if isAwaited, conversation.streams[direction].isNews(sequence, payload.byteCount) {
      sender =
        readHeld(
          .before(acknowledgement), in: &conversation, sent: direction.reversed, at: moment, &observer
        ).reversed
      conversation.streams[sender.reversed].acknowledge(acknowledgement, at: moment.time)
    }
    sender = data(
      payload, sequence, flags, acknowledgement, missing: missing, in: &conversation, sent: sender, at: moment,
      &observer)
    if isAwaited {
      readAcknowledged(acknowledgement, in: &conversation, sent: sender.reversed, at: moment, &observer)
    }
  }

  /// Handles a segment with ACK and without SYN, FIN or RST in a connection of which nothing is held. Its payload, if
  /// there is one, is the next (`StreamHalf.isNext`).
  @inline(__always)
  mutating func plain(
    _ payload: RawSpan, sequence: UInt32, acknowledgement: UInt32, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) {
    conversation.streams[direction.reversed].acknowledgeIfNeeded(acknowledgement, at: moment.time)
    guard payload.byteCount > 0 else { return }
    exchange.acknowledgement = acknowledgement
    conversation.noteUnseen(acknowledgement, sent: direction, at: moment.time)
    if conversation.dissector != .none, conversation.streams[direction].isFollowed(),
      glance(payload, at: sequence, in: &conversation, sent: direction, at: moment, &observer)
    {
      return
    }
    inOrder(payload, in: &conversation, sent: direction, at: moment, &observer)
  }

  /// Handles the data of a segment; returns its direction, which may turn out to be the other one.
  @inline(__always)
  private mutating func data(
    _ payload: RawSpan, _ sequence: UInt32, _ flags: TCPFlags, _ acknowledgement: UInt32, missing: Int,
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    if pool.wasEvicted(conversation.streams[direction]) {
      counts.gaps += 1
      breakOff(&conversation.streams[direction])
      conversation.lastLoss = moment.time
    }
    if pool.hasSegments(conversation.streams[direction]),
      pool.isHole(conversation.streams[direction], at: moment.time, for: Reader.openHole)
    {
      direction = readHeld(.all, in: &conversation, sent: direction, at: moment, &observer)
    }
    if !rare.hasFormer(conversation.rare, direction),
      conversation.streams.isBeforePickUp(sequence, payload.byteCount, sent: direction)
    {
      rare.make(&conversation.rare)
      rare[conversation.rare, direction] = conversation.streams[direction].positionBeforePickUp(sequence)
    }
    let other = conversation.streams[direction.reversed]
    // What the sender had received: where it does not say, what was read.
    let received = flags.contains(.ack) ? acknowledgement : other.next
    exchange.acknowledgement = received
    if rare.hasFormer(conversation.rare, direction), sequence != conversation.streams[direction].next,
      let known = readElsewhere(
        payload, sequence, acknowledging: received, in: &conversation, sent: direction, at: moment, &observer)
    {
      return known
    }
    conversation.noteUnseen(received, sent: direction, at: moment.time)
    if !conversation.streams[direction].isSynced {
      conversation.streams[direction].pickUp(at: sequence)
      counts.midstream += 1
      // One byte may be a keep-alive probe (RFC 9293, 3.8.4), and begins no message.
      guard payload.byteCount > 1 || flags.contains(.syn) else {
        conversation.streams[direction].next = sequence &+ 1
        return direction
      }
      let end = sequence &+ UInt32(truncatingIfNeeded: payload.byteCount)
      if conversation.streams[direction].wasAcknowledged(end, at: moment.time, for: Reader.acknowledgedHole) {
        counts.retransmissions += 1
        conversation.streams[direction].next = end
        return direction
      }
    }
    return place(
      payload, sequence, acknowledging: received, missing: missing, in: &conversation, sent: direction, at: moment,
      &observer)
  }

  /// Reads, holds or ignores a payload, depending on where it lies in its stream; returns its direction, which may turn
  /// out to be the other one.
  @inline(__always)
  private mutating func place(
    _ payload: RawSpan, _ sequence: UInt32, acknowledging acknowledgement: UInt32, missing: Int,
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    switch conversation.streams.place(sequence, count: payload.byteCount, sent: direction) {
    case .new(let known):
      if known > 0 {
        reportLate(sequence, known, in: conversation, sent: direction, at: moment, &observer)
        compare(payload, known, sequence, in: conversation, sent: direction, at: moment, &observer)
      }
      direction = inOrder(payload.from(known), in: &conversation, sent: direction, at: moment, &observer)
      if pool.hasSegments(conversation.streams[direction]) {
        direction = readHeld(.due, in: &conversation, sent: direction, at: moment, &observer)
      }
    case .known(let count):
      counts.retransmissions += 1
      reportLate(sequence, count, in: conversation, sent: direction, at: moment, &observer)
      compare(payload, count, sequence, in: conversation, sent: direction, at: moment, &observer)
    case .ahead:
      direction = hold(
        payload, sequence, acknowledging: acknowledgement, in: &conversation, sent: direction, at: moment, &observer)
    case .keepAlive: break
    case .outside:
      counts.outside += 1
      // Receivers ignore it. If the next one continues it, the stream has moved: the mirror port has lost much, or the
      // connection was restarted unseen.
      guard conversation.streams[direction].stray(sequence, payload.byteCount) else { return direction }
      follow(sequence, in: &conversation, direction)
      conversation.lastLoss = moment.time
      direction = inOrder(payload, in: &conversation, sent: direction, at: moment, &observer)
    }
    if missing > 0 {
      cutOff(in: &conversation, sent: direction, at: moment, &observer)
      breakOff(&conversation.streams[direction])
      conversation.lastLoss = moment.time
      conversation.streams[direction].next &+= UInt32(truncatingIfNeeded: missing)
    }
    return direction
  }

  /// Reads a segment that fits the other position of its direction better than the one that is followed; nil if it
  /// does not, else its direction.
  @inline(never)
  private mutating func readElsewhere(
    _ payload: RawSpan, _ sequence: UInt32, acknowledging acknowledgement: UInt32, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction? {
    var direction = direction
    let half = conversation.streams[direction]
    let other = rare[conversation.rare, direction]
    switch other.place(sequence, count: payload.byteCount) {
    case .new(let known) where other.isBeforeHole:
      let start = sequence &+ UInt32(truncatingIfNeeded: known)
      let count = payload.byteCount - known
      guard other.isAbandoned(start, count), half.isNear(start) else { return nil }
      reportLate(start, count, in: conversation, sent: direction, at: moment, &observer)
      conversation.lastLoss = moment.time
      if half.isLost {
        // No message was found after the hole: it was no jump of the stream.
        pool.release(&conversation.streams[direction])
        conversation.streams[direction] = other
        conversation.streams[direction].isBeforeHole = false
        rare[conversation.rare, direction] = StreamHalf()
        return place(
          payload, sequence, acknowledging: acknowledgement, missing: 0, in: &conversation, sent: direction, at: moment,
          &observer)
      }
      swap(&conversation.streams[direction], &rare[conversation.rare, direction])
      direction = readHole(
        payload.slice(known, min(count, other.untilHoleEnds(start))), in: &conversation, sent: direction, at: moment,
        &observer)
      swap(&conversation.streams[direction], &rare[conversation.rare, direction])
      // It may go on with more than what was read after the hole.
      let next = conversation.streams[direction].next
      let rest = payload.from(Int(Int32(bitPattern: next &- sequence)))
      guard rest.byteCount > 0, half.isNear(sequence) else { return direction }
      return place(
        rest, next, acknowledging: acknowledgement, missing: 0, in: &conversation, sent: direction, at: moment,
        &observer)
    case .new where other.isNearer(sequence, than: half), .ahead where other.isNearer(sequence, than: half):
      guard !other.isBeforeHole else { return nil }
      conversation.lastLoss = moment.time
      swap(&conversation.streams[direction], &rare[conversation.rare, direction])
      if pool.hasSegments(other), pool.isHole(other, at: moment.time, for: Reader.openHole) {
        direction = readHeld(.all, in: &conversation, sent: direction, at: moment, &observer)
      }
      direction = place(
        payload, sequence, acknowledging: acknowledgement, missing: 0, in: &conversation, sent: direction, at: moment,
        &observer)
    default: return nil
    }
    swap(&conversation.streams[direction], &rare[conversation.rare, direction])
    return direction
  }

  /// Reads bytes of a hole, save the messages that were read when they came ahead of the stream. Where a message goes
  /// on into those, they are read again: none is lost.
  private mutating func readHole(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    let half = conversation.streams[direction]
    let unread = min(bytes.byteCount, half.unread(half.next))
    if unread > 0 {
      direction = inOrder(bytes.slice(0, unread), in: &conversation, sent: direction, at: moment, &observer)
    }
    var passed = 0
    if !pool.hasPartial(conversation.streams[direction]) {
      passed = conversation.streams[direction].passIsland()
      if passed > 0 { pool.forget(conversation.streams[direction]) }
    }
    let rest = bytes.from(unread + passed)
    guard rest.byteCount > 0 else { return direction }
    return inOrder(rest, in: &conversation, sent: direction, at: moment, &observer)
  }

  /// Follows the stream at another place.
  private mutating func follow(_ sequence: UInt32, in conversation: inout Conversation, _ direction: Direction) {
    rare.make(&conversation.rare)
    if conversation.streams[direction].outlasts(rare[conversation.rare, direction]) {
      pool.release(&rare[conversation.rare, direction])
      rare[conversation.rare, direction] = conversation.streams[direction]
    } else {
      pool.release(&conversation.streams[direction])
    }
    rare[conversation.rare, direction].isBeforeHole = false
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
    exchange.sequence = conversation.streams[direction].next &- UInt32(truncatingIfNeeded: partial.count)
    _ = read(partial.bytes, in: &conversation, sent: direction, at: moment, &observer)
    exchange.isCut = false
  }

  mutating func begin(_ half: inout StreamHalf, at sequence: UInt32) {
    if half.isAt(sequence) { return }
    pool.release(&half)
    half = StreamHalf(at: sequence, isLost: false)
  }

  /// What follows is not contiguous with what was read: drops the beginning of a message, and what retransmissions are
  /// compared with.
  mutating func breakOff(_ half: inout StreamHalf) {
    pool.dropPartial(&half)
    pool.forget(half)
    half.isLost = true
  }

  /// Reports bytes of a skipped gap that arrived late, unless their receiver had already acknowledged them.
  private mutating func reportLate(
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
    if differing > 0 { reportDifference(differing, in: conversation, sent: direction, at: moment, &observer) }
  }

  /// Reports `differing` bytes that were sent again with other contents.
  mutating func reportDifference(
    _ differing: Int, in conversation: borrowing Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    counts.differingOverlaps += 1
    observer.overlap(differing, .tcpStream, in: conversation, sent: direction, at: moment)
  }
}

extension Conversation {
  /// Notes whether a segment acknowledges bytes of the other end that were never seen.
  @inline(__always)
  fileprivate mutating func noteUnseen(_ acknowledgement: UInt32, sent direction: Direction, at time: Int64) {
    hasUnseenAcknowledgedBytes = streams[direction.reversed].lacks(acknowledgement)
    // They may still come, behind what is read now.
    if hasUnseenAcknowledgedBytes { lastLoss = time }
  }
}
