// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Rules of rule files, and what they find.
extension Detection {
  /// A packet that has been read.
  @inline(never)
  mutating func tryRules(
    _ packet: borrowing Packet, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    if packet.transport == .udp {
      rules.datagram(packet.payload, in: &conversation, sent: direction, at: moment)
      addMatches(in: conversation, sent: direction, at: moment)
    }
    if rules.mayMatch(packet.payload, in: &conversation, sent: direction, isPlain: false) {
      tryFound(packet, in: &conversation, sent: direction, at: moment)
    }
    if conversation.rules.application != 0, let header = packet.tcp, header.flags.contains(.fin) {
      ended(&conversation, sent: direction, at: moment)
    }
  }

  /// The same after `rules.mayMatch`.
  mutating func tryFound(
    _ packet: borrowing Packet, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    rules.packet(packet, in: &conversation, sent: direction, at: moment)
    addMatches(in: conversation, sent: direction, at: moment)
  }

  /// Bytes of a stream, of which those from `border` on are new.
  @inline(never)
  mutating func stream(
    _ bytes: RawSpan, border: Int, isStart: Bool, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    rules.stream(bytes, border: border, isStart: isStart, in: &conversation, sent: direction, at: moment)
    addMatches(in: conversation, sent: direction, at: moment)
  }

  /// Bytes in order: what office protocols say in them.
  @inline(never)
  mutating func inOrder(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    rules.inOrder(bytes, in: &conversation, sent: direction, at: moment)
    addMatches(in: conversation, sent: direction, at: moment)
  }

  /// A connection is over in this direction.
  mutating func ended(_ conversation: inout Conversation, sent direction: Direction, at moment: Moment) {
    rules.ended(&conversation, sent: direction, at: moment)
    addMatches(in: conversation, sent: direction, at: moment)
  }

  /// A message that is not just one segment's payload.
  @inline(never)
  mutating func message(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    rules.message(bytes, in: &conversation, sent: direction, at: moment)
    addMatches(in: conversation, sent: direction, at: moment)
  }

  @inline(never)
  mutating func tryRules(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    rules.operation(operation, message, in: &conversation, sent: direction, at: moment)
    guard !rules.matches.isEmpty else { return }
    let isAllowed = isAllowed(operation, in: conversation, sent: direction)
    for match in rules.matches where !(isAllowed && rules.book.signatures[Int(match.rule)].isOwn) {
      findings.add(
        moment.finding(.signature, .rule(match.rule), conversation, direction, about: operation))
    }
    rules.matches.removeAll(keepingCapacity: true)
  }

  /// Bytes that are no message.
  mutating func tryRules(
    refused fault: Fault, of dissector: DissectorID, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    // A copy: it is too rare for the notes that rules take of it.
    var noted = copy conversation
    rules.refused(fault, of: dissector, in: &noted, sent: direction, at: moment)
    addMatches(in: noted, sent: direction, at: moment)
  }

  /// Whether the site file lets a listed station do this: then the product's own rules, which know no plant, have
  /// nothing to say.
  private func isAllowed(
    _ operation: borrowing Operation, in conversation: borrowing Conversation, sent direction: Direction
  ) -> Bool {
    guard hasSite else { return false }
    let asker = conversation.party(operation.role == .response ? direction.reversed : direction)
    guard asker.asset != .none, conversation.gate.verdict.isAllowed else { return false }
    return conversation.gate.allows(operation.action)
  }

  private mutating func addMatches(
    in conversation: borrowing Conversation, sent direction: Direction, at moment: Moment
  ) {
    guard !rules.matches.isEmpty else { return }
    for match in rules.matches {
      findings.add(moment.finding(.signature, .rule(match.rule), conversation, direction))
    }
    rules.matches.removeAll(keepingCapacity: true)
  }
}
