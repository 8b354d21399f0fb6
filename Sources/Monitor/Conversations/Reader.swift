// SPDX-License-Identifier: Apache-2.0

/// Payloads to operations: tells the protocol by content, puts TCP streams in order, hands messages to their dissector,
/// and what they say to detection. A message inside one segment is read where it lies.
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
    /// Segments for a hole that was given up.
    var late: UInt64 = 0
  }

  let tables: DissectorTables
  var exchange: Exchange
  /// What copies of datagrams say, where every message is logged.
  var copies: Exchange
  var pool = StreamPool()
  var counts = Counts()
  /// By dissector.
  var protocols: [Count]

  /// Payloads nobody recognises before a conversation counts as settled, where its beginning was not seen.
  static let patience: UInt8 = 3
  /// Payloads of a connection on a port of no protocol that are looked at: one whose beginning was not seen may show
  /// the middles of messages first.
  static let mostAsked: UInt8 = 24

  init(seed: UInt64) {
    tables = DissectorTables()
    exchange = Exchange(seed: seed, carried: tables.carriedIDs)
    copies = Exchange(seed: seed, carried: tables.carriedIDs)
    protocols = Array(repeating: Count(), count: tables.names.count)
  }

  /// Gives back what a conversation that is over holds.
  mutating func release(_ conversation: inout Conversation) {
    pool.release(&conversation.streams.toServer)
    pool.release(&conversation.streams.toClient)
  }

  // MARK: Datagrams

  @inline(__always)
  mutating func datagram(
    _ payload: RawSpan, _ conversation: inout Conversation, _ direction: Direction, isCut: Bool, _ moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    guard payload.byteCount > 0 else { return }
    var direction = direction
    if conversation.dissector == .none {
      guard recognise(payload, &conversation, &direction, isTCP: false, moment, &observer) == .known else { return }
    }
    exchange.isDatagram = true
    exchange.isCut = isCut
    defer { exchange.isCut = false }
    var offset = 0
    while offset < payload.byteCount {
      let rest = payload.from(offset)
      switch read(rest, &conversation, direction, moment, &observer) {
      case .message(let count): offset += max(1, count)
      case .foreign:
        guard undo(rest, &conversation, &direction, isTCP: false, moment, &observer) else { return }
      case .refused(let count):
        if !isCut { refuse(rest, &conversation, direction, moment, &observer) }
        skip(min(max(1, count), rest.byteCount), conversation)
        offset += max(1, count)
      case .incomplete(let needed):
        // What is not in a datagram does not come; unless it was the capture that cut it.
        if !isCut {
          exchange.fault = Fault(
            .truncated, "message length", seen: UInt64(rest.byteCount), expected: UInt64(max(0, needed)))
          refuse(rest, &conversation, direction, moment, &observer)
        }
        return
      }
    }
  }

  // MARK: Messages

  /// Reads one message and hands on what it says.
  @inline(__always)
  mutating func read(
    _ bytes: RawSpan, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Step {
    let index = Int(conversation.dissector.rawValue)
    exchange.enter(conversation, direction, moment, firstCarried: tables.firstCarried[index])
    exchange.begin()
    var step = tables.dissectors[index].read(bytes, &exchange)
    if exchange.isCut { step = exchange.excuseCut(step, bytes) }
    conversation.scratch = exchange.state
    guard case .message = step else { return step }
    let isSound = Reader.tell(exchange, bytes, &protocols, &conversation, direction, moment, &observer)
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
  static func tell(
    _ exchange: borrowing Exchange, _ bytes: RawSpan, _ protocols: inout [Count], _ conversation: inout Conversation,
    _ direction: Direction, _ moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
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
      observer.operation(operations[place], message, in: &conversation, sent: direction, at: moment)
    }
    if !exchange.identities.isEmpty {
      for place in 0..<exchange.identities.count {
        observer.identity(exchange.identities[place], message, in: conversation, sent: direction, at: moment)
      }
    }
    return !isFaulty
  }

  /// Counts and reports bytes that are no message.
  mutating func refuse(
    _ bytes: RawSpan, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment,
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
  /// Sets what a dissector is to see of the conversation a message belongs to.
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
    time = moment.time
    frame = moment.frame
    state = conversation.scratch
    dissector = conversation.dissector
    self.firstCarried = firstCarried
  }
}
