// SPDX-License-Identifier: Apache-2.0

/// Cuts contiguous bytes of a stream into messages.
extension Reader {
  /// Reads bytes that are contiguous with those already read; their direction may turn out to be the other one.
  @discardableResult
  @inline(__always)
  mutating func inOrder(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Direction {
    var direction = direction
    if conversation.rules.isFollowed {
      if conversation.rules.followsStream {
        lookAcross(bytes, in: &conversation, sent: direction, at: moment, &observer)
      }
      if conversation.rules.followsOffice { observer.inOrder(bytes, in: &conversation, sent: direction, at: moment) }
    }
    conversation.streams[direction].next &+= UInt32(truncatingIfNeeded: bytes.byteCount)
    if conversation.dissector == .none, conversation.isSettled, conversation.unrecognisedPayloads == .max {
      // No dissector has recognised it so far. Only the first payload after a change of direction may still begin a
      // message.
      guard conversation.recordSender(direction) else {
        let progress = conversation.progress
        pool.remember(bytes, &conversation.streams[direction], progress, at: moment.time)
        return direction
      }
    }

    let isKept: Bool
    if pool.hasPartial(conversation.streams[direction]) {
      var partial = pool.takePartial(conversation.streams[direction])
      partial.append(copying: bytes)
      let done = messages(in: partial.bytes, isPieced: true, &conversation, &direction, moment, &observer)
      if done > 0 { partial.removeFirst(done) }
      let progress = conversation.progress
      isKept = pool.keepPartial(partial, &conversation.streams[direction], progress)
    } else {
      let done = messages(in: bytes, isPieced: false, &conversation, &direction, moment, &observer)
      if done == bytes.byteCount {
        isKept = true
      } else {
        let progress = conversation.progress
        isKept = pool.keepPartial(Array(copying: bytes.from(done)), &conversation.streams[direction], progress)
      }
    }
    if !isKept {
      counts.gaps += 1
      breakOff(&conversation.streams[direction])
    }
    // Taken first: an access to a direction makes a copy of the conversation for it.
    let progress = conversation.progress
    pool.remember(bytes, &conversation.streams[direction], progress, at: moment.time)
    return direction
  }

  /// Shows what is new in a stream together with the bytes before it.
  @inline(never)
  private mutating func lookAcross(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    var joined: [UInt8] = []
    swap(&joined, &self.joined)
    joined.removeAll(keepingCapacity: true)
    let border = pool.addHistory(of: conversation.streams[direction], to: &joined)
    if border > 0 {
      joined.append(copying: bytes.slice(0, min(bytes.byteCount, Reader.acrossLimit)))
      let isStart = conversation.streams[direction].length == UInt64(border)
      observer.stream(joined.bytes, border: border, isStart: isStart, in: &conversation, sent: direction, at: moment)
    }
    swap(&joined, &self.joined)
  }

  /// How much of what is new is shown together with what came before, in bytes. All of it is shown by itself.
  private static let acrossLimit = 2048

  /// Reads messages from the start of `bytes` and returns the number of bytes consumed. The remainder is the beginning
  /// of an incomplete message.
  @inline(__always)
  mutating func messages(
    in bytes: RawSpan, isPieced: Bool, _ conversation: inout Conversation, _ direction: inout Direction,
    _ moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
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
        let (next, isFound) = resynchronise(bytes.from(offset), conversation.dissector)
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
      exchange.sequence = conversation.streams[direction].next &- UInt32(truncatingIfNeeded: rest.byteCount)
      switch read(rest, in: &conversation, sent: direction, at: moment, &observer) {
      case .message(let count):
        if conversation.rules.followsStream, isPieced || offset > 0 {
          observer.piecedMessage(rest.slice(0, count), in: &conversation, sent: direction, at: moment)
        }
        offset += max(1, count)
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
