// SPDX-License-Identifier: Apache-2.0

/// Duplicate datagrams, read only when every message is logged.
extension Reader {
  /// Reports the contents of a duplicate. It uses an exchange of its own, in which duplicate responses match duplicate
  /// requests: pending requests and incomplete messages of the original traffic stay untouched, and nothing is judged
  /// twice.
  mutating func copy(
    _ payload: RawSpan, in conversation: borrowing Conversation, sent direction: Direction, isCut: Bool,
    at moment: Moment,
    _ observer: inout some ConversationObserver & ~Copyable
  ) {
    let index = Int(conversation.dissector.rawValue)
    copies.enter(conversation, direction, moment, firstCarried: tables.firstCarried[index])
    copies.isDatagram = true
    copies.isCut = isCut
    var offset = 0
    while offset < payload.byteCount {
      let rest = payload.from(offset)
      copies.begin()
      var step = tables.dissectors[index].read(rest, &copies)
      if isCut { step = copies.excuseCut(step, rest) }
      guard case .message(let count) = step else { break }
      Reader.log(copies, rest, in: conversation, sent: direction, at: moment, &observer)
      offset += max(1, count)
    }
    copies.requests.unanswered.removeAll(keepingCapacity: true)
  }
  private static func log(
    _ exchange: borrowing Exchange, _ bytes: RawSpan, in conversation: borrowing Conversation,
    sent direction: Direction,
    at moment: Moment, _ observer: inout some ConversationObserver & ~Copyable
  ) {
    let message = Message(
      exchange.isAssembled ? exchange.assembled.bytes : bytes, exchange.names.names, exchange.items.span)
    let operations = exchange.operations.span
    observer.message(of: operations.count)
    for place in operations.indices {
      observer.copied(operations[place], message, in: conversation, sent: direction, at: moment)
    }
  }
}
