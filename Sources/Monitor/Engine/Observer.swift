// SPDX-License-Identifier: Apache-2.0

/// Handles what the reader finds in conversations: detection examines it, and findings and operations become records.
/// Findings about an operation are passed on while the message is still available to read values from.
struct Observer: ~Copyable, ConversationObserver {
  var detection: Detection
  var output: Output
  private let logsOperations: Bool

  init(_ detection: consuming Detection, _ output: consuming Output) {
    logsOperations = !output.log.isDisjoint(with: [.operations, .operationsAll])
    self.detection = detection
    self.output = output
  }

  /// Passes on the findings and empties the list. `message` is the one that their operations refer to.
  @inline(__always)
  mutating func report(_ message: borrowing Message = Message()) {
    if !detection.findings.isEmpty { write(message) }
  }
  /// The same when the message is gone and only its names are known.
  mutating func report(names: borrowing NameTable) { report(Message(names.names)) }

  @inline(never)
  private mutating func write(_ message: borrowing Message) {
    for finding in detection.findings.list {
      if detection.isMuted(finding) { continue }
      output.report(finding, message, detection.identities, detection.lastValues)
    }
    detection.findings.removeAll()
  }

  @inline(__always)
  mutating func wants(
    _ glance: inout Glance, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) -> Bool {
    if logsOperations { return true }
    return detection.wants(&glance, in: &conversation, sent: direction, at: moment)
  }
  @inline(__always)
  mutating func glanced(
    _ glance: inout Glance, _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    detection.glanced(&glance, bytes, in: &conversation, sent: direction, at: moment)
  }

  @inline(__always)
  mutating func message(of count: Int) {
    if logsOperations { output.lines.count = count }
    detection.rules.beginMessage()
  }

  mutating func stream(
    _ bytes: RawSpan, border: Int, isStart: Bool, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    detection.stream(bytes, border: border, isStart: isStart, in: &conversation, sent: direction, at: moment)
    report()
  }

  mutating func inOrder(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    detection.inOrder(bytes, in: &conversation, sent: direction, at: moment)
    report()
  }

  mutating func piecedMessage(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    detection.message(bytes, in: &conversation, sent: direction, at: moment)
    report()
  }

  @inline(__always)
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    detection.operation(operation, message, in: &conversation, sent: direction, at: moment)
    report(message)
    detection.lastValues.note(operation, message, in: &conversation, sent: direction, at: moment)
    if logsOperations { output.operation(operation, message, in: conversation, sent: direction, at: moment) }
  }

  mutating func copied(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    output.operation(operation, message, in: conversation, sent: direction, at: moment)
  }

  mutating func settled(_ conversation: inout Conversation, at moment: Moment) {
    detection.settled(&conversation, moment)
    report()
  }

  mutating func identity(
    _ report: IdentityReport, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    let subject = conversation.endpoint(report.subject == .sender ? direction : direction.reversed)
    if detection.identities.learn(report, of: subject, message, isProven: conversation.isAnswered, moment) {
      detection.devices.inventory.noteIdentity(of: subject, in: report.dissector, at: moment.time)
    }
  }

  mutating func malformed(
    _ fault: Fault, _ message: borrowing Message, of protocol: DissectorID?, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    detection.malformed(fault, of: `protocol`, in: conversation, sent: direction, at: moment)
    report(message)
  }

  mutating func overlap(
    _ bytes: Int, _ what: Overlap, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    detection.overlap(bytes, what, in: conversation, sent: direction, at: moment)
    report()
  }
}
