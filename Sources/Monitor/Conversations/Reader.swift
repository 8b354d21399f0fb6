// SPDX-License-Identifier: Apache-2.0

/// Turns payloads into operations: identifies the protocol by content, reassembles TCP streams, passes messages to
/// their dissector and the results to detection. A message within one segment is read in place.
struct Reader {
  /// Counts for one protocol. `messages` is always `understood` + `refused`.
  struct Count {
    var conversations: UInt64 = 0
    var understood: UInt64 = 0
    /// Messages that violate their specification, and bytes that are not a message.
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
    /// Segments that arrived after their hole was given up.
    var late: UInt64 = 0
  }

  let tables: DissectorTables
  var exchange: Exchange
  /// For duplicate datagrams, when every message is logged.
  var copies: Exchange
  var pool = StreamPool()
  var rare = RareStates()
  var counts = Counts()
  /// Two pieces of a stream, one after the other.
  var joined: [UInt8] = []
  /// Indexed by dissector.
  var protocols: [Count]

  /// The number of unrecognised payloads after which a conversation whose start was not seen counts as settled.
  static let patience: UInt8 = 3
  /// The number of payloads tried on a connection whose ports belong to no protocol: if its start was not seen, the
  /// first ones may come from the middle of a message.
  static let recognitionLimit: UInt8 = 24

  init(seed: UInt64) {
    tables = DissectorTables()
    exchange = Exchange(seed: seed, carried: tables.carriedIDs)
    copies = Exchange(seed: seed, carried: tables.carriedIDs)
    protocols = Array(repeating: Count(), count: tables.names.count)
  }

  /// Frees what a finished conversation holds.
  mutating func release(_ conversation: inout Conversation) {
    pool.release(&conversation.streams.toServer)
    pool.release(&conversation.streams.toClient)
    if conversation.rare.isEmpty { return }
    pool.release(&rare[conversation.rare, .toServer])
    pool.release(&rare[conversation.rare, .toClient])
    rare.release(&conversation.rare)
  }

  /// Takes out the positions of a connection that another one follows between the same ports.
  mutating func takePositions(_ conversation: inout Conversation) -> RareStates.Place {
    rare.make(&conversation.rare)
    for direction in [Direction.toServer, .toClient] {
      let half = conversation.streams[direction]
      if half.outlasts(rare[conversation.rare, direction]) {
        pool.release(&rare[conversation.rare, direction])
        rare[conversation.rare, direction] = half
        conversation.streams[direction] = StreamHalf()
      }
      rare[conversation.rare, direction].isBeforeHole = false
      pool.releaseHistory(&rare[conversation.rare, direction])
    }
    rare.forgetCopies(conversation.rare)
    defer { conversation.rare = RareStates.Place() }
    return conversation.rare
  }

  // MARK: Datagrams

  @inline(__always)
  mutating func datagram(
    _ payload: RawSpan, in conversation: inout Conversation, sent direction: Direction, isCut: Bool, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    guard payload.byteCount > 0 else { return }
    var direction = direction
    if conversation.dissector == .none {
      guard recognise(payload, in: &conversation, sent: &direction, isTCP: false, at: moment, &observer) == .known
      else { return }
    }
    exchange.isDatagram = true
    exchange.isCut = isCut
    defer { exchange.isCut = false }
    var offset = 0
    while offset < payload.byteCount {
      let rest = payload.from(offset)
      switch read(rest, in: &conversation, sent: direction, at: moment, &observer) {
      case .message(let count): offset += max(1, count)
      case .foreign:
        guard revertRecognition(rest, in: &conversation, sent: &direction, isTCP: false, at: moment, &observer) else {
          return
        }
      case .refused(let count):
        if !isCut { refuse(rest, in: &conversation, sent: direction, at: moment, &observer) }
        skip(min(max(1, count), rest.byteCount), conversation)
        offset += max(1, count)
      case .incomplete(let needed):
        // What is missing from a datagram will not follow, unless the capture cut it off.
        if !isCut {
          exchange.fault = Fault(
            .truncated, "message length", seen: UInt64(rest.byteCount), expected: UInt64(max(0, needed)))
          refuse(rest, in: &conversation, sent: direction, at: moment, &observer)
        }
        return
      }
    }
  }

  // MARK: Messages

  /// Reads one message and passes on its contents.
  @inline(__always)
  mutating func read(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Step {
    let index = Int(conversation.dissector.rawValue)
    exchange.enter(conversation, direction, moment, firstCarried: tables.firstCarried[index])
    exchange.begin()
    var step = tables.dissectors[index].read(bytes, &exchange)
    if exchange.isCut { step = exchange.excuseCut(step, bytes) }
    conversation.scratch = exchange.state
    guard case .message = step else { return step }
    let isSound = Reader.deliver(exchange, bytes, &protocols, in: &conversation, sent: direction, at: moment, &observer)
    if !isSound {
      protocols[index].refused += 1
    } else {
      protocols[index].understood += 1
      if conversation.understood < .max { conversation.understood += 1 }
    }
    return step
  }

  /// Passes on the contents of a message; false if it violates its protocol's specification.
  @inline(__always)
  static func deliver(
    _ exchange: borrowing Exchange, _ bytes: RawSpan, _ protocols: inout [Count], in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) -> Bool {
    let message = Message(
      exchange.isAssembled ? exchange.assembled.bytes : bytes, exchange.names.names, exchange.items.span)
    var isFaulty = false
    // Read in place: an operation is too large to copy.
    let operations = exchange.operations.span
    observer.message(of: operations.count)
    for place in operations.indices {
      let isSound = operations[place].fault == nil
      if operations[place].dissector == conversation.dissector {
        isFaulty = isFaulty || !isSound
      } else if isSound {
        // Part of a carried protocol: counted there.
        protocols[Int(operations[place].dissector.rawValue)].understood += 1
      } else {
        protocols[Int(operations[place].dissector.rawValue)].refused += 1
      }
      conversation.operations += 1
      observer.operation(operations[place], message, in: &conversation, sent: direction, at: moment)
    }
    if !exchange.identities.isEmpty {
      for place in 0..<exchange.identities.count {
        var report = exchange.identities[place]
        report.dissector = exchange.operations.last?.dissector ?? conversation.dissector
        observer.identity(report, message, in: conversation, sent: direction, at: moment)
      }
    }
    return !isFaulty
  }

  /// Counts and reports bytes that are not a message.
  @inline(never)
  mutating func refuse(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    let owner = exchange.faultOwner == .none ? conversation.dissector : exchange.faultOwner
    protocols[Int(owner.rawValue)].refused += 1
    let fault = exchange.fault ?? Fault(.framing, "message", seen: UInt64(bytes.byteCount), least: 0, most: 0)
    observer.malformed(
      fault, Message(bytes), of: exchange.faultOwner == .none ? nil : owner, in: conversation, sent: direction,
      at: moment)
  }

  @inline(__always)
  mutating func skip(_ count: Int, _ conversation: borrowing Conversation) {
    protocols[Int(conversation.dissector.rawValue)].skippedBytes += UInt64(count)
  }
}

extension Exchange {
  /// Sets what a dissector may know about the message's conversation.
  @inline(__always)
  mutating func enter(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment,
    firstCarried: Int
  ) {
    self.conversation = conversation.number
    client = conversation.flow.client
    server = conversation.flow.server
    self.direction = direction
    isDirectionCertain = conversation.flow.basis != .firstSeen
    isMutual = conversation.isAnswered
    time = moment.time
    frame = moment.frame
    state = conversation.scratch
    dissector = conversation.dissector
    self.firstCarried = firstCarried
  }
}
