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
  /// The capture kept only the front of this message (its snap length): what is missing was on the wire, and is no fault. What is there is read.
  var isCut = false
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
  var unanswered: [PendingRequest] = []

  private var pending: BoundedTable<PendingKey, PendingRequest>

  /// Requests that gave way at the bound.
  var evictions: Int { pending.evictions }

  /// How long a request waits for its answer (nanoseconds). Field devices behind serial gateways take seconds.
  static let patience: Int64 = 30_000_000_000

  init(seed: UInt64, pendingLimit: Int = 65_536) {
    pending = BoundedTable(limit: pendingLimit, seed: seed)
    operations.reserveCapacity(64)
  }

  /// Remembers a request until its answer. `transaction` and `unit` are 0 where the protocol has none. A request that was already waiting under
  /// the same key is a repetition or a reuse: it counts as unanswered unless it is the very same request. One that `mayStaySilent` never counts so.
  mutating func ask(_ operation: Operation, mayStaySilent: Bool = false) {
    let key = PendingKey(conversation: conversation, transaction: operation.transaction, unit: operation.unit)
    var others: UInt8 = 0
    if let slot = pending.find(key) {
      others = pending[slot].others
      // Two writes to one place are two requests, if what they write differs.
      let isSame =
        pending[slot].operation.code == operation.code && pending[slot].operation.target == operation.target
        && pending[slot].operation.values == operation.values
      if !isSame, others < .max { others += 1 }
      if pending[slot].operation.code != operation.code || pending[slot].operation.target != operation.target {
        missed(slot)
      }
      pending.remove(slot)
    } else if let slot = pending.next {
      missed(slot)
    }
    // Written where it stays: an operation is large, and there is one for every second message.
    let slot = pending.insert(key, at: time, fresh: PendingRequest(operation: operation))
    pending[slot].operation = operation
    pending[slot].time = time
    pending[slot].conversation = conversation
    pending[slot].isCut = isCut
    pending[slot].others = others
    pending[slot].mayStaySilent = mayStaySilent
  }

  /// The request that waits for an answer to `transaction` by `unit`, if it was seen. Read it with the subscript; `answered` takes it away.
  @inline(__always)
  func waiting(transaction: Int64, unit: Int64) -> WaitingRequest? {
    pending.find(PendingKey(conversation: conversation, transaction: transaction, unit: unit)).map(WaitingRequest.init)
  }
  subscript(request: WaitingRequest) -> PendingRequest {
    @inline(__always) _read { yield pending[request.slot] }
  }
  mutating func answered(_ request: WaitingRequest) { pending.remove(request.slot) }
  /// An answer under this request's number that was another one's, while there are such; false if there are none (left).
  mutating func answeredOther(_ request: WaitingRequest) -> Bool {
    guard pending[request.slot].others > 0 else { return false }
    pending[request.slot].others -= 1
    return true
  }

  /// Moves requests that waited longer than `patience` to `unanswered`; at most `most` a call.
  mutating func expire(at now: Int64, most: Int = 16) {
    for _ in 0..<most {
      guard let slot = pending.oldestSlot, now &- pending[slot].time > Exchange.patience else { return }
      missed(slot)
      pending.remove(slot)
    }
  }

  private mutating func missed(_ slot: Int) {
    if !pending[slot].mayStaySilent { unanswered.append(pending[slot]) }
  }
}

/// A request, when it was asked and in which conversation.
struct PendingRequest {
  var operation: Operation
  var time: Int64 = 0
  var conversation: UInt64 = 0
  /// The capture kept only its front: no answer can be held against it.
  var isCut = false
  /// Other requests that were still waiting under the same transaction and unit when this one came: so many answers may be theirs.
  var others: UInt8 = 0
  /// The specification has no answer to it, or not always.
  var mayStaySilent = false
}

/// The place of a waiting request; good until the next request is asked or answered.
struct WaitingRequest {
  fileprivate let slot: Int
}

private struct PendingKey: TableKey {
  let conversation: UInt64
  let transaction: Int64
  let unit: Int64
  func hash(seed: UInt64) -> UInt64 {
    mix(mix(seed, conversation), UInt64(bitPattern: transaction) << 32 ^ UInt64(bitPattern: unit))
  }
}
