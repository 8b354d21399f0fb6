// SPDX-License-Identifier: Apache-2.0

/// Messages that nobody wants to be read. Most of what goes through a plant is polled again and again, and a look shows
/// that it is like what came before.
extension Reader {
  /// Takes bytes that continue their stream and are just one message at a glance, if nothing more is wanted of it.
  /// False where it has to be read; nothing is changed then.
  @inline(__always)
  mutating func glance(
    _ bytes: RawSpan, at sequence: UInt32, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) -> Bool {
    if isWanted(bytes, sequence, isDatagram: false, &conversation, direction, moment, &observer) { return false }
    conversation.streams[direction].next = sequence &+ UInt32(truncatingIfNeeded: bytes.byteCount)
    take(bytes, in: &conversation, sent: direction, at: moment, &observer)
    let progress = conversation.progress
    pool.remember(bytes, &conversation.streams[direction], progress, at: moment.time)
    return true
  }

  /// The same for a datagram.
  @inline(__always)
  mutating func glance(
    datagram bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) -> Bool {
    if isWanted(bytes, 0, isDatagram: true, &conversation, direction, moment, &observer) { return false }
    take(bytes, in: &conversation, sent: direction, at: moment, &observer)
    return true
  }

  @inline(__always)
  private mutating func isWanted(
    _ bytes: RawSpan, _ sequence: UInt32, isDatagram: Bool, _ conversation: inout Conversation,
    _ direction: Direction, _ moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) -> Bool {
    // A response whose values are looked at is read in any case.
    if direction == .toClient, conversation.valueSampling.expectsNext() { return true }
    let index = Int(conversation.dissector.rawValue)
    exchange.enter(conversation, direction, moment, firstCarried: tables.firstCarried[index])
    exchange.isDatagram = isDatagram
    exchange.sequence = sequence
    exchange.beginGlance()
    guard tables.dissectors[index].glance(bytes, &exchange) else { return true }
    return observer.wants(&exchange.glance, in: &conversation, sent: direction, at: moment)
  }

  @inline(__always)
  private mutating func take(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    if exchange.glanceChain.isEmpty {
      takeOne(bytes, in: &conversation, sent: direction, at: moment, &observer)
    } else {
      takeChain(bytes, in: &conversation, sent: direction, at: moment, &observer)
    }
    conversation.scratch = exchange.state
    protocols[Int(conversation.dissector.rawValue)].understood += 1
    if conversation.understood < .max { conversation.understood += 1 }
  }

  @inline(__always)
  private mutating func takeOne(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    exchange.settle()
    guard exchange.glance.isOperation else { return }
    observer.glanced(&exchange.glance, bytes, in: &conversation, sent: direction, at: moment)
    if exchange.glance.dissector != conversation.dissector {
      protocols[Int(exchange.glance.dissector.rawValue)].understood += 1
    }
    conversation.operations += 1
  }

  @inline(never)
  private mutating func takeChain(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    for place in exchange.glanceChain.indices {
      exchange.glance = exchange.glanceChain[place]
      takeOne(bytes, in: &conversation, sent: direction, at: moment, &observer)
    }
  }
}
