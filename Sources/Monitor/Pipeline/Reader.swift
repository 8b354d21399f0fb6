// SPDX-License-Identifier: Apache-2.0

/// Payloads to operations: tells the protocol by content, puts TCP streams in order, hands messages to their dissector, and what they say to detection.
/// A message inside one segment is read where it lies.
struct Reader {
  /// Of one protocol. `messages` = `understood` + `refused`, always.
  struct Count {
    var conversations: UInt64 = 0
    var understood: UInt64 = 0
    /// Messages that violate their specification, and bytes that are no message.
    var refused: UInt64 = 0
    /// Bytes skipped to find the next message.
    var skippedBytes: UInt64 = 0
    var messages: UInt64 { understood + refused }
  }
  struct Counts {
    var retransmissions: UInt64 = 0
    var overlaps: UInt64 = 0
    var differingOverlaps: UInt64 = 0
    var outOfOrder: UInt64 = 0
    var gaps: UInt64 = 0
    var outside: UInt64 = 0
    var midstream: UInt64 = 0
  }

  let tables: DissectorTables
  var exchange: Exchange
  var pool = StreamPool()
  private(set) var counts = Counts()
  /// By dissector.
  private(set) var protocols: [Count]

  /// A hole that the receiver has acknowledged over, or that nothing filled, will not be filled: the mirror port lost the segment, or somebody filtered
  /// the capture. What was acknowledged is on the wire already, so that only a mirror port that changes the order is waited for: not as long
  /// as a device takes to answer, or the answer would be read before its question.
  private static let acknowledgedHole: Int64 = 2_000_000
  private static let openHole: Int64 = 1_000_000_000
  private static let mostBehindHole = 16
  /// Payloads nobody recognises before a conversation counts as settled, where its beginning was not seen.
  private static let patience: UInt8 = 3

  init(_ dissectors: [any Dissector.Type] = Registry.dissectors, seed: UInt64) {
    tables = DissectorTables(dissectors)
    exchange = Exchange(seed: seed)
    protocols = Array(repeating: Count(), count: tables.names.count)
  }

  /// Gives back what a conversation that is over holds.
  mutating func release(_ conversation: inout Conversation) {
    pool.release(&conversation.flow.toServer.stream)
    pool.release(&conversation.flow.toClient.stream)
  }

  // MARK: Datagrams

  @inline(__always)
  mutating func datagram(
    _ payload: RawSpan, _ conversation: inout Conversation, _ direction: Direction, isCut: Bool, _ moment: Moment,
    _ detection: inout Detection
  ) {
    guard payload.byteCount > 0 else { return }
    var direction = direction
    if conversation.dissector == .none {
      guard recognise(payload, &conversation, &direction, isTCP: false, moment, &detection) == .known else { return }
    }
    exchange.isDatagram = true
    exchange.isCut = isCut
    defer { exchange.isCut = false }
    var offset = 0
    while offset < payload.byteCount {
      let rest = payload.from(offset)
      switch read(rest, &conversation, direction, moment, &detection) {
      case .message(let count): offset += max(1, count)
      case .foreign:
        guard undo(rest, &conversation, &direction, isTCP: false, moment, &detection) else { return }
      case .refused(let count):
        if !isCut { refuse(rest, &conversation, direction, moment, &detection) }
        skip(min(max(1, count), rest.byteCount), conversation)
        offset += max(1, count)
      case .incomplete(let needed):
        // What is not in a datagram does not come; unless it was the capture that cut it.
        if !isCut {
          exchange.fault = Fault(
            .truncated, "message length", seen: UInt64(rest.byteCount), expected: UInt64(max(0, needed)))
          refuse(rest, &conversation, direction, moment, &detection)
        }
        return
      }
    }
  }

  // MARK: TCP

  /// One segment. `missing` bytes of its payload were cut off by the capture.
  @inline(__always)
  mutating func segment(
    _ payload: RawSpan, sequence: UInt32, acknowledgement: UInt32, flags: TCPFlags, missing: Int,
    _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment, _ detection: inout Detection
  ) {
    var sequence = sequence
    if flags.contains(.syn) {
      sequence &+= 1
      begin(&conversation.flow[direction].stream, at: sequence)
    }
    if flags.contains(.ack), pool.hasSegments(conversation.flow[direction.reversed].stream) {
      acknowledged(acknowledgement, &conversation, direction.reversed, moment, &detection)
    }
    guard payload.byteCount > 0 else { return }
    let other = conversation.flow[direction.reversed].stream
    conversation.isOtherBehind =
      flags.contains(.ack) && other.isSynced && Int32(bitPattern: acknowledgement &- other.next) > 0
    if !conversation.flow[direction].stream.isSynced {
      conversation.flow[direction].stream.next = sequence
      conversation.flow[direction].stream.isSynced = true
      conversation.flow[direction].stream.isLost = true
      counts.midstream += 1
    }

    switch conversation.flow[direction].stream.place(sequence, count: payload.byteCount) {
    case .new(let known):
      if known > 0 { compare(payload, known, sequence, conversation, direction, moment, &detection) }
      inOrder(payload.from(known), &conversation, direction, moment, &detection)
      if pool.hasSegments(conversation.flow[direction].stream) {
        drain(&conversation, direction, moment, &detection)
      }
    case .known(let count):
      counts.retransmissions += 1
      compare(payload, count, sequence, conversation, direction, moment, &detection)
    case .ahead:
      ahead(payload, sequence, &conversation, direction, moment, &detection)
    case .keepAlive: break
    case .outside:
      counts.outside += 1
      // The connection was begun anew, unseen; or somebody guesses. Following costs one resynchronisation.
      pool.dropSegments(&conversation.flow[direction].stream)
      lose(&conversation.flow[direction].stream)
      conversation.flow[direction].stream.next = sequence
      inOrder(payload, &conversation, direction, moment, &detection)
    }
    if missing > 0 {
      cutOff(&conversation, direction, moment, &detection)
      lose(&conversation.flow[direction].stream)
      conversation.flow[direction].stream.next &+= UInt32(truncatingIfNeeded: missing)
    }
  }

  /// Reads what the capture kept of a message whose rest it cut off.
  private mutating func cutOff(
    _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment, _ detection: inout Detection
  ) {
    guard conversation.dissector != .none, pool.hasFront(conversation.flow[direction].stream) else { return }
    let front = pool.takeFront(conversation.flow[direction].stream)
    exchange.isCut = true
    exchange.isDatagram = false
    _ = read(front.bytes, &conversation, direction, moment, &detection)
    exchange.isCut = false
  }

  private mutating func begin(_ half: inout StreamHalf, at sequence: UInt32) {
    if half.isSynced, half.next == sequence { return }
    pool.release(&half)
    half.next = sequence
    half.isSynced = true
    half.isLost = false
  }

  /// What comes next does not follow what was read.
  private mutating func lose(_ half: inout StreamHalf) {
    pool.dropFront(&half)
    pool.forget(half)
    half.isLost = true
  }

  /// Compares the first `count` bytes of a retransmission with what was read.
  private mutating func compare(
    _ payload: RawSpan, _ count: Int, _ sequence: UInt32, _ conversation: borrowing Conversation,
    _ direction: Direction,
    _ moment: Moment, _ detection: inout Detection
  ) {
    counts.overlaps += 1
    let differing = pool.differing(payload, count: count, sequence: sequence, conversation.flow[direction].stream)
    if differing > 0 { tampered(differing, conversation, direction, moment, &detection) }
  }

  private mutating func tampered(
    _ differing: Int, _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) {
    counts.differingOverlaps += 1
    detection.overlap(differing, .tcpStream, conversation, direction, moment)
  }

  private mutating func ahead(
    _ payload: RawSpan, _ sequence: UInt32, _ conversation: inout Conversation, _ direction: Direction,
    _ moment: Moment, _ detection: inout Detection
  ) {
    counts.outOfOrder += 1
    if conversation.dissector == .none, conversation.isSettled {
      pool.forget(conversation.flow[direction].stream)
      conversation.flow[direction].stream.next = sequence &+ UInt32(truncatingIfNeeded: payload.byteCount)
      pool.remember(payload, &conversation.flow[direction].stream, isKnown: false)
      return
    }
    if !pool.hasSegments(conversation.flow[direction].stream) {
      conversation.flow[direction].stream.holeSince = moment.time
    }
    let differing = pool.hold(
      payload, sequence: sequence, frame: moment.frame, time: moment.time, &conversation.flow[direction].stream)
    guard let differing else {
      // No room: what was held is read, over the hole.
      drain(&conversation, direction, moment, &detection, force: true)
      jump(to: sequence, &conversation.flow[direction].stream)
      inOrder(payload, &conversation, direction, moment, &detection)
      return
    }
    if differing > 0 { tampered(differing, conversation, direction, moment, &detection) }
    let half = conversation.flow[direction].stream
    if pool.heldCount(half) >= Reader.mostBehindHole || moment.time &- half.holeSince >= Reader.openHole {
      drain(&conversation, direction, moment, &detection, force: true)
    }
  }

  private mutating func acknowledged(
    _ acknowledgement: UInt32, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) {
    let half = conversation.flow[direction].stream
    guard let first = pool.firstHeld(half), Int32(bitPattern: acknowledgement &- first) > 0,
      moment.time &- half.holeSince >= Reader.acknowledgedHole
    else { return }
    drain(&conversation, direction, moment, &detection, force: true)
  }

  /// Reads held segments that are next; with `force` also those behind holes. Each counts for the frame it came in.
  mutating func drain(
    _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment, _ detection: inout Detection,
    force: Bool = false
  ) {
    while let segment = pool.takeSegment(&conversation.flow[direction].stream, force: force) {
      var then = moment
      then.frame = segment.frame
      then.time = segment.time
      let known = Int(conversation.flow[direction].stream.next &- segment.sequence)
      if known < 0 || known > StreamHalf.largestWindow {
        jump(to: segment.sequence, &conversation.flow[direction].stream)
        inOrder(segment.bytes.bytes, &conversation, direction, then, &detection)
      } else if known < segment.bytes.count {
        inOrder(segment.bytes.bytes.from(known), &conversation, direction, then, &detection)
      }
      if pool.hasSegments(conversation.flow[direction].stream) {
        conversation.flow[direction].stream.holeSince = moment.time
      }
    }
  }

  private mutating func jump(to sequence: UInt32, _ half: inout StreamHalf) {
    counts.gaps += 1
    lose(&half)
    half.next = sequence
  }

  /// Reads bytes that follow what was read before.
  @inline(__always)
  private mutating func inOrder(
    _ bytes: RawSpan, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) {
    var direction = direction
    conversation.flow[direction].stream.next &+= UInt32(truncatingIfNeeded: bytes.byteCount)
    if conversation.dissector == .none, conversation.isSettled, conversation.strangePayloads == .max {
      pool.remember(bytes, &conversation.flow[direction].stream, isKnown: false)
      return
    }

    let isKept: Bool
    if pool.hasFront(conversation.flow[direction].stream) {
      var front = pool.takeFront(conversation.flow[direction].stream)
      front.append(copying: bytes)
      let done = messages(in: front.bytes, &conversation, &direction, moment, &detection)
      if done > 0 { front.removeFirst(done) }
      isKept = pool.keepFront(front, &conversation.flow[direction].stream)
    } else {
      let done = messages(in: bytes, &conversation, &direction, moment, &detection)
      if done == bytes.byteCount {
        isKept = true
      } else {
        isKept = pool.keepFront(Array(copying: bytes.from(done)), &conversation.flow[direction].stream)
      }
    }
    if !isKept {
      counts.gaps += 1
      lose(&conversation.flow[direction].stream)
    }
    pool.remember(bytes, &conversation.flow[direction].stream, isKnown: conversation.dissector != .none)
  }

  /// Reads messages from the front of `bytes`; returns how many bytes are done with. What is left is the front of a message.
  @inline(__always)
  private mutating func messages(
    in bytes: RawSpan, _ conversation: inout Conversation, _ direction: inout Direction, _ moment: Moment,
    _ detection: inout Detection
  ) -> Int {
    if conversation.dissector == .none {
      switch recognise(bytes, &conversation, &direction, isTCP: true, moment, &detection) {
      case .known: break
      case .unknown: return bytes.byteCount
      case .waiting: return 0
      }
      conversation.flow[direction].stream.isLost = false
    }
    exchange.isDatagram = false
    var offset = 0
    while offset < bytes.byteCount {
      if conversation.flow[direction].stream.isLost {
        let (next, isFound) = resynchronise(bytes.from(offset), conversation)
        skip(next, conversation)
        offset += next
        guard isFound else { return offset }
        conversation.flow[direction].stream.isLost = false
        // Pieces before the gap wait for a rest that is gone.
        exchange.conversation = conversation.number
        exchange.direction = direction
        exchange.drop()
        continue
      }
      let rest = bytes.from(offset)
      switch read(rest, &conversation, direction, moment, &detection) {
      case .message(let count): offset += max(1, count)
      case .foreign:
        guard undo(rest, &conversation, &direction, isTCP: true, moment, &detection) else { return bytes.byteCount }
      case .incomplete(let needed):
        let longest = tables.dissectors[Int(conversation.dissector.rawValue)].longestMessage
        guard needed > longest || rest.byteCount >= longest else { return offset }
        exchange.fault = Fault(
          .length, "message length", seen: UInt64(max(0, needed)), least: 0, most: UInt64(longest))
        refuse(rest, &conversation, direction, moment, &detection)
        skip(1, conversation)
        offset += 1
        conversation.flow[direction].stream.isLost = true
      case .refused(let count):
        refuse(rest, &conversation, direction, moment, &detection)
        let count = min(max(1, count), rest.byteCount)
        skip(count, conversation)
        offset += count
        conversation.flow[direction].stream.isLost = true
      }
    }
    return min(offset, bytes.byteCount)
  }

  /// The distance to the next place where a message can begin, and whether there is one. What cannot be told yet, at the end, counts as one. A segment's
  /// own beginning is most likely a message's too, so there the framing fields are enough.
  private func resynchronise(_ bytes: RawSpan, _ conversation: borrowing Conversation) -> (Int, Bool) {
    let dissector = tables.dissectors[Int(conversation.dissector.rawValue)]
    if case .yes = dissector.recognise(bytes, expected: true) { return (0, true) }
    for offset in 1..<max(1, bytes.byteCount) {
      switch dissector.recognise(bytes.from(offset), expected: false) {
      case .no, .broken: continue
      case .yes: return (offset, true)
      case .undecided: return (offset, false)
      }
    }
    return (bytes.byteCount, false)
  }

  // MARK: Both

  private enum Recognised { case known, unknown, waiting }

  /// Asks the protocols of the ports, then those that content alone can tell.
  private mutating func recognise(
    _ bytes: RawSpan, _ conversation: inout Conversation, _ direction: inout Direction, isTCP: Bool, _ moment: Moment,
    _ detection: inout Detection, but wrong: DissectorID = .none
  ) -> Recognised {
    var isUndecided = false
    var broken: (dissector: DissectorID, fault: Fault)?
    let flow = conversation.flow
    if flow.isLink {
      for id in tables.expected(EtherType(rawValue: flow.serverPort)) where id != wrong {
        guard case .yes(let hint) = tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: true) else {
          continue
        }
        settle(id, hint, &conversation, &direction, moment, &detection)
        return .known
      }
      return .unknown
    }
    for port in [flow.serverPort, flow.clientPort] where tables.isExpected(port, isTCP: isTCP) {
      for id in tables.expected(port, isTCP: isTCP) where id != wrong {
        switch tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: true) {
        case .no: continue
        case .undecided: isUndecided = true
        case .yes(let hint):
          settle(id, hint, &conversation, &direction, moment, &detection)
          return .known
        // In mid-stream the bytes may begin anywhere in a message.
        case .broken(let fault): if !isTCP || flow.basis == .syn { broken = (id, fault) }
        }
      }
    }
    for id in isTCP ? tables.anyTCP : tables.anyUDP where id != wrong {
      switch tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: false) {
      case .no, .broken: continue
      case .undecided: isUndecided = isUndecided || bytes.byteCount < 16
      case .yes(let hint):
        settle(id, hint, &conversation, &direction, moment, &detection)
        return .known
      }
    }
    if isTCP, !WellKnownPorts.isServer(flow.serverPort) {
      for id in tables.unclaimedTCP {
        guard case .yes(let hint) = tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: false) else {
          continue
        }
        settle(id, hint, &conversation, &direction, moment, &detection)
        return .known
      }
    }
    if isUndecided, isTCP, bytes.byteCount < 512 { return .waiting }
    if let broken {
      protocols[Int(broken.dissector.rawValue)].refused += 1
      protocols[Int(broken.dissector.rawValue)].skippedBytes += UInt64(bytes.byteCount)
      detection.malformed(broken.fault, nil, Message(bytes), conversation, direction, moment, of: broken.dissector)
      return .unknown
    }
    if conversation.strangePayloads < .max { conversation.strangePayloads += 1 }
    let isExpected =
      tables.isExpected(flow.serverPort, isTCP: isTCP) || tables.isExpected(flow.clientPort, isTCP: isTCP)
    if !conversation.isSettled, conversation.flow.basis == .syn || conversation.strangePayloads >= Reader.patience {
      conversation.isSettled = true
      detection.settled(&conversation, moment)
    }
    // On a protocol's own port every payload is asked again; elsewhere the first few are enough.
    if !isExpected, conversation.strangePayloads >= Reader.patience { conversation.strangePayloads = .max }
    return .unknown
  }

  private mutating func settle(
    _ dissector: DissectorID, _ hint: Direction?, _ conversation: inout Conversation, _ direction: inout Direction,
    _ moment: Moment, _ detection: inout Detection
  ) {
    let strange = conversation.strangePayloads
    conversation.dissector = dissector
    conversation.spoken = tables.named[Int(dissector.rawValue)]
    conversation.isSettled = true
    protocols[Int(dissector.rawValue)].conversations += 1
    if let hint, conversation.flow.basis != .syn {
      if hint != direction {
        conversation.flip(.content)
        direction = hint
      } else if conversation.flow.basis == .firstSeen {
        conversation.flow.basis = .content
      }
    }
    detection.settled(&conversation, moment)
    // On a connection that was seen from its beginning, what came before the first good message was meant to be one.
    if strange > 0, conversation.flow.basis == .syn {
      protocols[Int(dissector.rawValue)].refused += UInt64(strange)
      let fault = Fault(.framing, "message header", seen: UInt64(strange), expected: 0)
      detection.malformed(fault, nil, Message(), conversation, direction, moment)
    }
  }

  /// Takes back a guess that was wrong, and asks the other protocols; true if one of them knows the bytes. A conversation that had a message of the
  /// guessed protocol counts as one of it all the same.
  private mutating func undo(
    _ bytes: RawSpan, _ conversation: inout Conversation, _ direction: inout Direction, isTCP: Bool, _ moment: Moment,
    _ detection: inout Detection
  ) -> Bool {
    let wrong = conversation.dissector
    if conversation.understood == 0, protocols[Int(wrong.rawValue)].conversations > 0 {
      protocols[Int(wrong.rawValue)].conversations -= 1
    }
    conversation.dissector = .none
    conversation.spoken = .none
    conversation.scratch = 0
    exchange.drop()
    if case .known = recognise(bytes, &conversation, &direction, isTCP: isTCP, moment, &detection, but: wrong) {
      return true
    }
    detection.settled(&conversation, moment)
    return false
  }

  /// Reads one message and hands on what it says.
  @inline(__always)
  private mutating func read(
    _ bytes: RawSpan, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) -> Step {
    let index = Int(conversation.dissector.rawValue)
    exchange.conversation = conversation.number
    exchange.direction = direction
    exchange.isDirectionCertain = conversation.flow.basis != .firstSeen
    exchange.time = moment.time
    exchange.state = conversation.scratch
    exchange.dissector = conversation.dissector
    exchange.carried = tables.carried[index]
    exchange.begin()
    let step = tables.dissectors[index].read(bytes, &exchange)
    conversation.scratch = exchange.state
    guard case .message = step else { return step }
    let isSound = Reader.tell(exchange, bytes, &protocols, &conversation, direction, moment, &detection)
    if !isSound {
      protocols[index].refused += 1
    } else {
      protocols[index].understood += 1
      if conversation.understood < .max { conversation.understood += 1 }
    }
    return step
  }

  /// Hands on what a message says; false if it violates its protocol's specification.
  @inline(__always)
  private static func tell(
    _ exchange: borrowing Exchange, _ bytes: RawSpan, _ protocols: inout [Count], _ conversation: inout Conversation,
    _ direction: Direction, _ moment: Moment, _ detection: inout Detection
  ) -> Bool {
    let message = Message(
      exchange.isAssembled ? exchange.assembled.bytes : bytes, exchange.names.names, exchange.items.span)
    var isFaulty = false
    // Looked at where they stand: an operation is large.
    let operations = exchange.operations.span
    for place in operations.indices {
      let isSound = operations[place].fault == nil
      if operations[place].dissector == conversation.dissector {
        isFaulty = isFaulty || !isSound
      } else if isSound {
        // Of a carried protocol: counted as its own.
        protocols[Int(operations[place].dissector.rawValue)].understood += 1
      } else {
        protocols[Int(operations[place].dissector.rawValue)].refused += 1
      }
      conversation.operations += 1
      detection.operation(operations[place], message, &conversation, direction, moment)
    }
    if !exchange.identities.isEmpty {
      for place in 0..<exchange.identities.count {
        detection.identity(exchange.identities[place], message, conversation, direction, moment)
      }
    }
    return !isFaulty
  }

  /// Counts and reports bytes that are no message.
  private mutating func refuse(
    _ bytes: RawSpan, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) {
    let owner = exchange.faultOwner == .none ? conversation.dissector : exchange.faultOwner
    protocols[Int(owner.rawValue)].refused += 1
    let fault = exchange.fault ?? Fault(.framing, "message", seen: UInt64(bytes.byteCount), least: 0, most: 0)
    detection.malformed(
      fault, nil, Message(bytes), conversation, direction, moment,
      of: exchange.faultOwner == .none ? nil : owner)
  }

  @inline(__always)
  private mutating func skip(_ count: Int, _ conversation: borrowing Conversation) {
    protocols[Int(conversation.dissector.rawValue)].skippedBytes += UInt64(count)
  }
}
