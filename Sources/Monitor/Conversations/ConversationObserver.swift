// SPDX-License-Identifier: Apache-2.0

/// Bytes of one place that were sent twice with other contents, or too late to be judged.
package enum Overlap: UInt8, CaseIterable, Sendable {
  case tcpStream, ipFragments
  /// Bytes for a hole that was read over since no one filled it in time: the receiver takes them, no monitor does.
  case lateSegment
}

/// Where the reader reports what is said in conversations: detection and records in a run, a list in a test. A type
/// parameter, so that a message costs plain calls.
protocol ConversationObserver: ~Copyable {
  /// Content has told which protocol a conversation is, or that it is none known.
  mutating func settled(_ conversation: inout Conversation, at moment: Moment)

  /// One operation of a message. `message` holds the bytes, names and further targets that `operation` refers to.
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment)

  /// The same of a copy that a mirror port sent: nothing to judge a second time.
  mutating func copied(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment)

  /// What a device said of itself, or was told.
  mutating func identity(
    _ report: IdentityReport, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment)

  /// Bytes that are no message, or violate the specification of `protocol`; nil: that of the conversation.
  mutating func malformed(
    _ fault: Fault, _ message: borrowing Message, of protocol: DissectorID?, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment)

  /// `bytes` of a stream that overlap with others.
  mutating func overlap(
    _ bytes: Int, _ what: Overlap, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment)
}
