// SPDX-License-Identifier: Apache-2.0

/// Identifies a conversation's protocol. Content decides; the port only determines which dissectors are tried first.
extension Reader {
  enum Recognised { case known, unknown, waiting }

  /// Tries the protocols of both ports, then those that content alone identifies.
  @inline(never)
  mutating func recognise(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: inout Direction, isTCP: Bool,
    at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable, but wrong: DissectorID = .none
  ) -> Recognised {
    var isUndecided = false
    var broken: (dissector: DissectorID, fault: Fault)?
    let (clientPort, serverPort) = (conversation.flow.clientPort, conversation.flow.serverPort)
    if conversation.flow.isLink {
      for id in tables.expected(EtherType(rawValue: serverPort)) where id != wrong {
        guard case .yes(let hint) = tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: true) else {
          continue
        }
        settle(id, hint, in: &conversation, sent: &direction, at: moment, &observer)
        return .known
      }
      return .unknown
    }
    for end in 0...1 {
      let port = end == 0 ? serverPort : clientPort
      guard tables.isExpected(port, isTCP: isTCP) else { continue }
      for id in tables.expected(port, isTCP: isTCP) where id != wrong {
        switch tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: true) {
        case .no: continue
        case .undecided: isUndecided = true
        case .yes(let hint):
          settle(id, hint, in: &conversation, sent: &direction, at: moment, &observer)
          return .known
        // A stream picked up midway may start anywhere inside a message.
        case .broken(let fault): if !isTCP || conversation.flow.basis == .syn { broken = (id, fault) }
        }
      }
    }
    for id in isTCP ? tables.anyTCP : tables.anyUDP where id != wrong {
      switch tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: false) {
      case .no, .broken: continue
      case .undecided: isUndecided = isUndecided || bytes.byteCount < 64
      case .yes(let hint):
        settle(id, hint, in: &conversation, sent: &direction, at: moment, &observer)
        return .known
      }
    }
    if isTCP, !tables.isServer(serverPort) {
      for id in tables.unclaimedTCP {
        guard case .yes(let hint) = tables.dissectors[Int(id.rawValue)].recognise(bytes, expected: false) else {
          continue
        }
        settle(id, hint, in: &conversation, sent: &direction, at: moment, &observer)
        return .known
      }
    }
    if isUndecided, isTCP, bytes.byteCount < 512 { return .waiting }
    if let broken {
      protocols[Int(broken.dissector.rawValue)].refused += 1
      protocols[Int(broken.dissector.rawValue)].skippedBytes += UInt64(bytes.byteCount)
      observer.malformed(
        broken.fault, Message(bytes), of: broken.dissector, in: conversation, sent: direction, at: moment)
      return .unknown
    }
    if conversation.unrecognisedPayloads < .max { conversation.unrecognisedPayloads += 1 }
    let isExpected =
      tables.isExpected(serverPort, isTCP: isTCP) || tables.isExpected(clientPort, isTCP: isTCP)
    // A datagram is a whole message, and is of no protocol that is read; unless the port is one's own, where a message
    // may be unusual. A segment may be the middle of a message.
    let isWhole = isTCP ? conversation.flow.basis == .syn : !isExpected
    if !conversation.isSettled, isWhole || conversation.unrecognisedPayloads >= Reader.patience {
      conversation.isSettled = true
      observer.settled(&conversation, at: moment)
    }
    // On a protocol's own port every payload is tried; elsewhere only the first few.
    if !isExpected, conversation.unrecognisedPayloads >= Reader.recognitionLimit {
      conversation.unrecognisedPayloads = .max
    }
    return .unknown
  }

  mutating func settle(
    _ dissector: DissectorID, _ hint: Direction?, in conversation: inout Conversation, sent direction: inout Direction,
    at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) {
    let unrecognised = conversation.unrecognisedPayloads
    conversation.dissector = dissector
    conversation.namedProtocol = tables.named[Int(dissector.rawValue)]
    conversation.isSettled = true
    protocols[Int(dissector.rawValue)].conversations += 1
    // A request tells who asks. An answer that nobody asked for does not, since it may only be made to look like one.
    // Questions without IP, however, often go to a group, and each answer is a conversation of its own.
    let mayTurn = conversation.flow.mayBeOlder || conversation.flow.isLink
    if let hint, conversation.flow.basis != .syn, hint == .toServer || hint == direction || mayTurn {
      if hint != direction {
        conversation.flip(.content)
        direction = hint
      } else if conversation.flow.basis == .firstSeen || conversation.flow.basis == .wellKnownPort {
        conversation.flow.basis = .content
      }
    } else if conversation.flow.basis == .firstSeen || conversation.flow.basis == .wellKnownPort {
      // A message that may be either says at least whose protocol it is.
      let isTCP = conversation.flow.ipProtocol == IPProtocol.tcp.rawValue
      let isClients = tables.expected(conversation.flow.clientPort, isTCP: isTCP).contains(dissector)
      let isServers = tables.expected(conversation.flow.serverPort, isTCP: isTCP).contains(dissector)
      if isClients, !isServers, conversation.flow.mayBeOlder {
        conversation.flip(.content)
        direction = direction.reversed
      } else if isServers, !isClients {
        conversation.flow.basis = .content
      }
    }
    let flips = conversation.flips
    observer.settled(&conversation, at: moment)
    if (conversation.flips &- flips) & 1 == 1 { direction = direction.reversed }
    // On the protocol's own port, with the handshake seen: the payloads before the first valid message were meant to be
    // messages too.
    let isTCP = conversation.flow.ipProtocol == IPProtocol.tcp.rawValue
    if unrecognised > 0, conversation.flow.basis == .syn,
      tables.expected(conversation.flow.serverPort, isTCP: isTCP).contains(dissector)
    {
      protocols[Int(dissector.rawValue)].refused += UInt64(unrecognised)
      let fault = Fault(.framing, "message header", seen: UInt64(unrecognised), expected: 0)
      observer.malformed(fault, Message(), of: nil, in: conversation, sent: direction, at: moment)
    }
  }

  /// Reverts a wrong guess and tries the other protocols; true if one of them recognises the bytes. A conversation that
  /// had at least one message of the guessed protocol still counts towards it.
  @inline(never)
  mutating func revertRecognition(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: inout Direction, isTCP: Bool,
    at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Bool {
    let wrong = conversation.dissector
    if conversation.understood == 0, protocols[Int(wrong.rawValue)].conversations > 0 {
      protocols[Int(wrong.rawValue)].conversations -= 1
    }
    conversation.dissector = .none
    conversation.namedProtocol = .none
    conversation.scratch = 0
    exchange.drop()
    if case .known = recognise(
      bytes, in: &conversation, sent: &direction, isTCP: isTCP, at: moment, &observer, but: wrong)
    {
      return true
    }
    observer.settled(&conversation, at: moment)
    return false
  }

  /// The distance to the next place where a message begins, and whether one was found. If the bytes at the end are too
  /// few to decide, the distance leads to them. A segment most likely starts with a message, so the framing fields
  /// suffice for its first byte.
  @inline(never)
  func resynchronise(_ bytes: RawSpan, _ dissector: DissectorID) -> (Int, Bool) {
    let dissector = tables.dissectors[Int(dissector.rawValue)]
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
}
