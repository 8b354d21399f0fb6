// SPDX-License-Identifier: Apache-2.0

/// The conversation a message belongs to, as a dissector sees it: who speaks, what is still to be answered, and where operations go. One value serves
/// all conversations; the engine sets the first block before each message.
struct Exchange {
  /// The conversation (a flow's slot and generation, so that a reused slot is another conversation).
  var conversation: UInt64 = 0
  var direction = Direction.toServer
  /// False while the roles of the two ends are only a guess (neither a handshake nor a port nor content told).
  var isDirectionCertain = true
  var isDatagram = false
  /// Nanoseconds, from the capture.
  var time: Int64 = 0
  /// 64 bits a dissector may keep for each conversation (a framing variant, a session); 0 at its start.
  var state: UInt64 = 0
  var dissector = DissectorID.none

  /// What the message said. The engine empties it before each message.
  var operations: [Operation] = []
  /// Why the front of the stream was refused.
  var fault: Fault?
  /// Requests nobody has answered, that gave way or timed out since the engine last looked.
  var unanswered: [Unanswered] = []

  private var pending: BoundedTable<PendingKey, PendingRequest>

  /// How long a request waits for its answer (nanoseconds). Field devices behind serial gateways take seconds.
  static let patience: Int64 = 30_000_000_000

  init(seed: UInt64, pendingLimit: Int = 65_536) {
    pending = BoundedTable(limit: pendingLimit, seed: seed)
    operations.reserveCapacity(64)
  }

  /// Remembers a request until its answer. `transaction` and `unit` are 0 where the protocol has none. A request that was already waiting under
  /// the same key is a repetition or a reuse: it counts as unanswered unless it is the very same request.
  mutating func ask(_ operation: Operation) {
    let key = PendingKey(conversation: conversation, transaction: operation.transaction, unit: operation.unit)
    let request = PendingRequest(operation: operation, time: time, flow: conversation)
    if let slot = pending.find(key) {
      if pending[slot].operation.code != operation.code || pending[slot].operation.target != operation.target {
        unanswered.append(
          Unanswered(operation: pending[slot].operation, conversation: conversation, time: pending[slot].time))
      }
      pending.remove(slot)
    } else if let slot = pending.next {
      let old = pending[slot]
      unanswered.append(Unanswered(operation: old.operation, conversation: old.flow, time: old.time))
    }
    _ = pending.insert(key, request, at: time)
  }

  /// Takes the request that `transaction` and `unit` answer, if it was seen.
  mutating func answer(transaction: Int64, unit: Int64) -> PendingRequest? {
    let key = PendingKey(conversation: conversation, transaction: transaction, unit: unit)
    guard let slot = pending.find(key) else { return nil }
    let request = pending[slot]
    pending.remove(slot)
    return request
  }

  /// Looks at a waiting request without taking it (a framing that depends on the question, such as RTU).
  func waiting(transaction: Int64, unit: Int64) -> PendingRequest? {
    let key = PendingKey(conversation: conversation, transaction: transaction, unit: unit)
    return pending.find(key).map { pending[$0] }
  }

  /// Moves requests that waited longer than `patience` to `unanswered`; at most `most` a call.
  mutating func expire(at now: Int64, most: Int = 16) {
    for _ in 0..<most {
      guard let slot = pending.oldestSlot, now &- pending[slot].time > Exchange.patience else { return }
      let old = pending[slot]
      unanswered.append(Unanswered(operation: old.operation, conversation: old.flow, time: old.time))
      pending.remove(slot)
    }
  }
}

struct PendingRequest {
  let operation: Operation
  let time: Int64
  let flow: UInt64
}

struct Unanswered {
  let operation: Operation
  let conversation: UInt64
  let time: Int64
}

private struct PendingKey: TableKey {
  let conversation: UInt64
  let transaction: Int64
  let unit: Int64
  func hash(seed: UInt64) -> UInt64 {
    mix(mix(seed, conversation), UInt64(bitPattern: transaction) << 32 ^ UInt64(bitPattern: unit))
  }
}
