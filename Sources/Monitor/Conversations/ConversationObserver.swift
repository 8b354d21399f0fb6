// SPDX-License-Identifier: Apache-2.0

/// Bytes sent twice for the same place with different contents, or too late to be read.
package enum Overlap: UInt8, CaseIterable, Sendable {
  case tcpStream, ipFragments
  /// Bytes that fill a gap already skipped because they did not arrive in time: the receiver accepts them, no monitor
  /// reads them.
  case lateSegment
}

/// Receives what the reader finds in conversations: detection and records in a run, a list in a test. It is a type
/// parameter, so a message costs only direct calls.
protocol ConversationObserver: ~Copyable {
  /// Content has identified the conversation's protocol, or has shown that it is none we know.
  mutating func settled(_ conversation: inout Conversation, at moment: Moment)

  /// Whether a message is to be read that was seen at a glance. Nothing is changed by asking: `glance` is `inout` since
  /// lending it would copy it.
  mutating func wants(
    _ glance: inout Glance, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) -> Bool

  /// A message that is not wanted otherwise, in whose bytes the values of `glance` lie.
  mutating func glanced(
    _ glance: inout Glance, _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment)

  /// Bytes of a stream, of which those from `border` on are new. `isStart`: the stream begins with them.
  mutating func stream(
    _ bytes: RawSpan, border: Int, isStart: Bool, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment)

  /// Bytes in order, before `streams[direction].next` counts them.
  mutating func inOrder(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment)

  /// A message whose bytes are not just one segment's payload, nor the first of one.
  mutating func piecedMessage(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment)

  /// A message begins that holds `count` operations.
  mutating func message(of count: Int)

  /// One operation of a message. `message` holds the bytes, names and further targets that `operation` refers to.
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment)

  /// An operation in a duplicate frame from the mirror port: logged, not judged again.
  mutating func copied(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment)

  /// What a device reports about itself, or is assigned.
  mutating func identity(
    _ report: IdentityReport, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment)

  /// Bytes that are not a message, or that violate the specification of `protocol` (nil: the conversation's own).
  mutating func malformed(
    _ fault: Fault, _ message: borrowing Message, of protocol: DissectorID?, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment)

  /// `bytes` of a stream that overlap earlier ones.
  mutating func overlap(
    _ bytes: Int, _ what: Overlap, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment)
}

extension ConversationObserver where Self: ~Copyable {
  mutating func wants(
    _ glance: inout Glance, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) -> Bool { true }
  mutating func glanced(
    _ glance: inout Glance, _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {}
  mutating func stream(
    _ bytes: RawSpan, border: Int, isStart: Bool, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {}
  mutating func inOrder(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {}
  mutating func piecedMessage(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {}
}
