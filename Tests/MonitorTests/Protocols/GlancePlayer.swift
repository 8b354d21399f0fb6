// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// Plays messages to two readers: one takes at a glance what it can, the other one reads everything. Whatever may
/// matter later has to be the same after each message.
struct GlancePlayer {
  private struct End {
    var reader = Reader(seed: 5)
    var conversation: Conversation
    var watcher: Watcher
    var sequences = [UInt32(1000), UInt32(5000)]
  }
  private var glancing: End
  private var reading: End
  private var moment = Moment()
  private let script: Script
  /// What requests may wait under that were seen at a glance.
  private var keys: [PendingKey] = []
  /// What was found to differ.
  private(set) var differences: [String] = []

  init(_ script: Script) {
    self.script = script
    moment.time = 1_700_000_000_000_000_000
    var conversation = ScriptPlayer.conversation(script, .syn, moment.time)
    conversation.flow.toServer.packets = 1
    conversation.flow.toClient.packets = 1
    glancing = End(conversation: conversation, watcher: Watcher(isGlancing: true))
    reading = End(conversation: conversation, watcher: Watcher(isGlancing: false))
    guard script.isTCP else { return }
    for flags in [UInt16(2), 18] {
      begin(&glancing, flags)
      begin(&reading, flags)
    }
  }

  private func begin(_ end: inout End, _ flags: UInt16) {
    let side = flags == 2 ? 0 : 1
    end.reader.segment(
      RawSpan(), sequence: end.sequences[side] &- 1, acknowledgement: side == 0 ? 0 : end.sequences[0],
      flags: TCPFlags(rawValue: flags), missing: 0, in: &end.conversation, sent: side == 0 ? .toServer : .toClient,
      at: moment, &end.watcher)
  }

  /// Whether the message was taken at a glance.
  mutating func play(_ direction: Direction, _ bytes: [UInt8]) -> Bool {
    moment.frame += 1
    moment.time += 1_000_000
    let taken = glancing.watcher.taken
    play(direction, bytes, to: &glancing)
    play(direction, bytes, to: &reading)
    let isTaken = glancing.watcher.taken > taken
    if isTaken {
      for glance in glancing.reader.exchange.glanceChain + [glancing.reader.exchange.glance] {
        let key = PendingKey(
          conversation: glancing.conversation.number, transaction: glance.transaction, unit: glance.place)
        if !keys.contains(key) { keys.append(key) }
      }
    }
    compare(isTaken: isTaken, bytes)
    return isTaken
  }

  private func play(_ direction: Direction, _ bytes: [UInt8], to end: inout End) {
    end.watcher.seen = ""
    end.watcher.shown = nil
    let side = direction == .toServer ? 0 : 1
    guard script.isTCP else {
      if end.conversation.dissector != .none,
        end.reader.glance(
          datagram: bytes.bytes, in: &end.conversation, sent: direction, at: moment, &end.watcher)
      {
        return
      }
      return end.reader.datagram(
        bytes.bytes, in: &end.conversation, sent: direction, isCut: false, at: moment, &end.watcher)
    }
    end.reader.plain(
      bytes.bytes, sequence: end.sequences[side], acknowledgement: end.sequences[1 - side], in: &end.conversation,
      sent: direction, at: moment, &end.watcher)
    end.sequences[side] &+= UInt32(bytes.count)
  }

  private mutating func compare(isTaken: Bool, _ bytes: [UInt8]) {
    let (left, right) = (state(glancing), state(reading))
    for (one, other) in zip(left, right) where one != other { differences.append("\(one)\n≠ \(other)\n\(bytes)") }
    if left.count != right.count { differences.append("\(left)\n≠ \(right)\n\(bytes)") }
    if isTaken, glancing.watcher.seen != reading.watcher.seen {
      differences.append("\(glancing.watcher.seen)\n≠ \(reading.watcher.seen)\n\(bytes)")
    }
    if isTaken, let shown = glancing.watcher.shown, shown != reading.watcher.shown {
      differences.append("values of \(shown)\n≠ \(reading.watcher.shown as Target?)\n\(bytes)")
    }
  }

  /// What a reader keeps, and counts.
  private func state(_ end: End) -> [String] {
    var requests = end.reader.exchange.requests
    requests.expire(at: moment.time + 2 * PendingRequests.patience, limit: .max)
    var lines = requests.unanswered.map(Self.text)
    for key in keys {
      if let found = end.reader.exchange.requests.find(key) { lines.append(Self.text(end.reader.exchange[found])) }
    }
    lines.append("items \(end.reader.exchange.requests.waitingItems)")
    lines.append("state \(end.conversation.scratch), \(end.conversation.operations) operations")
    lines.append("understood \(end.conversation.understood), \(end.conversation.streams)")
    for (index, count) in end.reader.protocols.enumerated() where count.messages > 0 {
      lines.append("\(index) \(count)")
    }
    for (action, count) in end.watcher.actions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines.append("\(action) \(count)")
    }
    return lines
  }

  private static func text(_ request: PendingRequest) -> String {
    let facets = (0..<request.operation.facets.count).map { request.operation.facets.entry($0) }
    return "\(request) \(facets)"
  }
}

/// Wants nothing, or everything, to be read; notes what a detector would be asked.
private struct Watcher: ConversationObserver {
  let isGlancing: Bool
  var taken = 0
  var actions: [Action: Int] = [:]
  /// What is asked about the message at hand.
  var seen = ""
  /// What its values are the values of, where it is known.
  var shown: Target?

  mutating func wants(
    _ glance: inout Glance, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) -> Bool {
    guard isGlancing else { return true }
    taken += 1
    guard glance.isOperation else { return false }
    let values = glance.role == .response && glance.action == .read ? glance.values : .none
    seen = Self.text(Interest(&glance), values)
    shown = values.count > 0 && glance.target != .none ? glance.target : nil
    return false
  }
  mutating func glanced(
    _ glance: inout Glance, _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    actions[glance.action, default: 0] += 1
  }
  mutating func message(of count: Int) {}
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    actions[operation.action, default: 0] += 1
    if operation.isCarrier { return }
    var values = Values.none
    if operation.action == .read, operation.role == .response {
      values = operation.values
      shown = operation.target
    }
    seen += Self.text(Interest(operation), values)
  }
  mutating func copied(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment
  ) {}
  mutating func identity(
    _ report: IdentityReport, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment
  ) { seen += "identity" }
  mutating func malformed(
    _ fault: Fault, _ message: borrowing Message, of protocol: DissectorID?, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment
  ) { seen += "malformed" }
  mutating func overlap(
    _ bytes: Int, _ what: Overlap, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment
  ) {}
  mutating func settled(_ conversation: inout Conversation, at moment: Moment) {}

  /// Only of a request it matters what it asks for.
  private static func text(_ interest: Interest, _ values: Values) -> String {
    let target = interest.role == .request ? "\(interest.target) \(interest.isOfOneTarget)" : ""
    return """
      \(interest.dissector) \(interest.action) \(interest.role) \(interest.code) \(interest.unit) \(interest.pairing) \
      \(interest.phase) \(interest.isError) \(interest.isFaulty) \(interest.isReverse) \(target) \(values)
      """
  }
}
