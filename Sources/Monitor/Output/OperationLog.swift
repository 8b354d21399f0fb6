// SPDX-License-Identifier: Apache-2.0

/// The operation log. With `operations-all` every message is a line, or several (`MessageLines`); with `operations` the
/// first message of each sort in its conversation is, and when the conversation ends one more line says how often that
/// sort came. So a connection shows when it appears, when it does something new, and when it stops.
struct OperationLog {
  /// Messages of one sort in one conversation.
  private struct Sum {
    var operation: Operation
    var first: Int64
    var last: Int64
    var count: UInt64 = 1
    /// For cyclic messages: the time between the latest two, jitter, how often the contents changed,
    /// and the latest ones' sum.
    var interval: Int64 = -1
    var jitter: Int64 = 0
    var changes: UInt64 = 0
    var digest: UInt32
    /// The frame of the latest one.
    var frame: UInt64
    let source: Endpoint
    let destination: Endpoint
    let ipProtocol: UInt8?
    let vlan: UInt16
    let flowID: UInt64
    /// The conversation's other sums.
    var next: Int32
    var previous: Int32 = -1

    mutating func beat(_ digest: UInt32, _ time: Int64) {
      if digest != self.digest { changes += 1 }
      self.digest = digest
      let now = time &- last
      if interval >= 0 {
        // RFC 3550, 6.4.1: a sixteenth of the difference each time.
        let difference = Int64(clamping: (now &- interval).magnitude)
        jitter += (difference - jitter) / 16
      }
      interval = now
    }
  }

  private var sums: BoundedTable<OperationSort, Sum>
  /// The latest sum of each conversation.
  private var heads: BoundedTable<AddressKey, Int32>

  /// Sums kept at one time; the one updated longest ago is evicted, and written then.
  init(limit: Int = 16_384, seed: UInt64) {
    sums = BoundedTable(limit: limit, seed: seed)
    heads = BoundedTable(limit: limit, seed: seed)
  }

  /// Sums evicted at the limit, and written then.
  private(set) var evictions: UInt64 = 0

  /// Counts a message; true if it is the first of its sort.
  mutating func add(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment, _ records: inout Records, to sink: inout Sink
  ) -> Bool {
    let key = OperationSort(operation, conversation)
    if let slot = sums.find(key) {
      sums.touch(slot, at: moment.time)
      sums[slot].count += 1
      if operation.cyclic != .no {
        sums[slot].beat(operation.digest, moment.time)
        // Counters move with each; the line at the end says what the latest had.
        sums[slot].operation.facets = operation.facets
      }
      sums[slot].last = max(sums[slot].last, moment.time)
      sums[slot].frame = moment.frame
      return operation.cyclic == .news
    }
    if let oldest = sums.next {
      close(oldest, message, &records, to: &sink)
      evictions += 1
    }
    var summed = copy operation
    // Values differ from message to message, and so does what ties an answer to its question.
    summed.values = .none
    summed.items = ItemRange()
    summed.transaction = -1
    summed.latency = -1
    let head = heads.find(OperationLog.key(conversation.number))
    let slot = sums.insert(
      key,
      Sum(
        operation: summed, first: moment.time, last: moment.time, digest: operation.digest, frame: moment.frame,
        source: conversation.endpoint(direction), destination: conversation.endpoint(direction.reversed),
        ipProtocol: conversation.flow.transport, vlan: moment.vlan, flowID: conversation.flow.id,
        next: head.map { heads[$0] } ?? -1), at: moment.time)
    if let head {
      if sums[slot].next >= 0 { sums[Int(sums[slot].next)].previous = Int32(slot) }
      heads[head] = Int32(slot)
    } else {
      // As many heads as sums fit: each head has at least one sum, so none is evicted here.
      _ = heads.insert(OperationLog.key(conversation.number), Int32(slot), at: moment.time)
    }
    return true
  }

  /// Writes what a conversation that has ended did more than once.
  mutating func end(
    _ conversation: UInt64, _ message: borrowing Message, _ records: inout Records, to sink: inout Sink
  ) {
    while let head = heads.find(OperationLog.key(conversation)) {
      close(Int(heads[head]), message, &records, to: &sink)
    }
  }

  /// `message` has the names.
  private mutating func close(
    _ slot: Int, _ message: borrowing Message, _ records: inout Records, to sink: inout Sink
  ) {
    let sum = sums[slot]
    if sum.next >= 0 { sums[Int(sum.next)].previous = sum.previous }
    if sum.previous >= 0 {
      sums[Int(sum.previous)].next = sum.next
    } else if let head = heads.find(OperationLog.key(sums.key(slot).conversation)) {
      if sum.next >= 0 { heads[head] = sum.next } else { heads.remove(head) }
    }
    sums.remove(slot)
    guard sum.count > 1 else { return }
    var repeated = Repetition(count: sum.count, first: sum.first, last: sum.last)
    if sum.operation.cyclic != .no {
      repeated.rhythm = Rhythm(
        period: (sum.last &- sum.first) / Int64(sum.count - 1), jitter: sum.jitter, changes: sum.changes)
    }
    records.operation(
      sum.operation, time: sum.last, frame: sum.frame, source: sum.source, destination: sum.destination,
      ipProtocol: sum.ipProtocol, vlan: sum.vlan, flowID: sum.flowID, message: message,
      repeated: repeated, to: &sink)
  }

  private static func key(_ conversation: UInt64) -> AddressKey { AddressKey(low: conversation, high: 3) }
}

/// Which operations of a message are lines of `operations-all`: the first ones, further ones that change something, and
/// the last one, which says how many were left out. One message can hold hundreds (CIP's Multiple Service Packet, OPC
/// UA, IEC 60870-5-104), each of a few bytes, and a line has hundreds: a sender could fill a disk with a fraction of
/// its traffic. Alerts do not depend on it.
struct MessageLines {
  /// Of the operations of one message, and of further ones that change something.
  static let limit = 32
  static let limitOfChanges = 32

  /// Operations left out of all messages.
  private(set) var omissions: UInt64 = 0
  /// Operations of the current message: all, and those seen so far.
  var count = 1
  private var seen = 0
  private var changes = 0
  private var omitted = 0

  /// The next operation of a message. How many were left out, if it is the last one; 0 before it;
  /// nil if it is left out itself.
  mutating func next(_ operation: borrowing Operation) -> Int? {
    seen += 1
    guard seen < count else {
      defer { (seen, changes, omitted) = (0, 0, 0) }
      return omitted
    }
    if seen <= MessageLines.limit { return 0 }
    if operation.role == .request, Finding.danger(copy operation) >= Finding.changeDanger,
      changes < MessageLines.limitOfChanges
    {
      changes += 1
      return 0
    }
    omitted += 1
    omissions &+= 1
    return nil
  }
}

extension Output {
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    var omitted = 0
    if log.contains(.operationsAll) {
      guard let before = lines.next(operation) else { return }
      omitted = before
    } else {
      guard
        operations.add(
          operation, message, in: conversation, sent: direction, at: moment, &records, to: &sink)
      else { return }
    }
    records.operation(
      copy operation, time: moment.time, frame: moment.frame, source: conversation.endpoint(direction),
      destination: conversation.endpoint(direction.reversed), ipProtocol: conversation.flow.transport,
      vlan: moment.vlan, flowID: conversation.flow.id, message: message, copyOf: moment.copyOf, omitted: omitted,
      to: &sink)
  }

  /// A conversation is over.
  mutating func ended(_ conversation: UInt64, _ names: borrowing NameTable) {
    operations.end(conversation, Message(names.names), &records, to: &sink)
  }
}

/// What makes two operations of a conversation the same except for their values: cyclic polling is one sort, however
/// long it lasts. Compared field by field.
struct OperationSort: TableKey {
  let conversation: UInt64
  private let dissector: DissectorID
  private let role: Role
  private let phase: Phase
  private let pairing: Pairing
  private let isFaulty: Bool
  private let code: UInt32
  private let subcode: Int32
  private let unit: Int64
  private let target: Target
  private let written: Target
  /// The error code of an answer; nil if there is no error.
  private let error: UInt32?

  init(_ operation: borrowing Operation, _ conversation: borrowing Conversation) {
    self.conversation = conversation.number
    dissector = operation.dissector
    role = operation.role
    phase = operation.phase
    pairing = operation.pairing
    isFaulty = operation.fault != nil
    code = operation.code
    subcode = operation.subcode
    unit = operation.unit
    target = operation.target
    written = operation.written
    if case .error(let code, _) = operation.outcome { error = code } else { error = nil }
  }

  func hash(seed: UInt64) -> UInt64 {
    var state = mix(seed, conversation)
    state = mix(state, UInt64(code) << 32 | UInt64(UInt32(bitPattern: subcode)))
    state = mix(state, UInt64(bitPattern: unit))
    state = mix(
      state,
      UInt64(dissector.rawValue) << 32 | UInt64(role.rawValue) << 24 | UInt64(phase.rawValue) << 16
        | UInt64(pairing.rawValue) << 8 | (isFaulty ? 1 : 0))
    state = target.hashed(into: state)
    state = written.hashed(into: state)
    return mix(state, error.map { UInt64($0) + 1 } ?? 0)
  }
}
