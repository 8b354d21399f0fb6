// SPDX-License-Identifier: Apache-2.0

/// A request, when it was asked and in which conversation.
struct PendingRequest {
  var operation: Operation
  var time: Int64 = 0
  var frame: UInt64 = 0
  var conversation: UInt64 = 0
  /// The capture kept only its beginning: no answer can be held against it.
  var isCut = false
  /// Other requests that were still waiting under the same transaction and unit when this one came: as
  /// many answers may be theirs.
  var others: UInt8 = 0
  /// How often the very same request was asked before, under the same key, without an answer to each.
  var repeats: UInt8 = 0
  /// One of those had its answer: it may have been the only one, to a question that was merely repeated.
  var wasAnswered = false
  /// The specification has no answer to it, or not always.
  var mayStaySilent = false
  /// Its further targets.
  var items: [Item] = []
}

/// The place of a waiting request; good until the next request is asked or answered.
struct WaitingRequest {
  fileprivate let slot: Int
}

struct PendingKey: TableKey {
  let conversation: UInt64
  let transaction: Int64
  let unit: Int64
  func hash(seed: UInt64) -> UInt64 {
    mix(mix(mix(seed, conversation), UInt64(bitPattern: transaction)), UInt64(bitPattern: unit))
  }
}

/// Requests that wait for their answers, over all conversations. At the limit the one that waited longest is evicted,
/// and counts as unanswered.
struct PendingRequests {
  /// How long a request waits for its answer (nanoseconds). Field devices behind serial gateways take seconds.
  static let patience: Int64 = 30_000_000_000
  /// Further targets of one request that are kept for its answer, and of all that wait. An answer to one that has
  /// more shows the first ones.
  static let itemLimit = 128
  static let waitingItemLimit = 1 << 18

  private var table: BoundedTable<PendingKey, PendingRequest>
  private var waitingItems = 0
  private var spareItems: [[Item]] = []
  /// Requests that nobody answered, evicted or timed out since the engine last looked.
  var unanswered: [PendingRequest] = []
  var evictions: Int { table.evictions }

  init(limit: Int, seed: UInt64) { table = BoundedTable(limit: limit, seed: seed) }

  /// A request that was already waiting under the same key is a repetition or a reuse: it counts as unanswered unless
  /// it is the very same request, to which as many answers may come as there were questions, or only one.
  @inline(__always)
  mutating func insert(
    _ operation: Operation, under key: PendingKey, at time: Int64, frame: UInt64, isCut: Bool, mayStaySilent: Bool
  ) -> WaitingRequest {
    var others: UInt8 = 0
    var repeats: UInt8 = 0
    var wasAnswered = false
    if let slot = table.find(key) {
      others = table[slot].others
      // Two writes to one place are two requests, if what they write differs.
      let isSame =
        table[slot].operation.code == operation.code && table[slot].operation.target == operation.target
        && table[slot].operation.values == operation.values
      if isSame {
        repeats = table[slot].repeats == .max ? .max : table[slot].repeats + 1
        wasAnswered = table[slot].wasAnswered
      } else {
        others = UInt8(clamping: Int(others) + 1 + Int(table[slot].repeats))
      }
      if table[slot].operation.code != operation.code || table[slot].operation.target != operation.target {
        missed(slot)
      }
      remove(slot)
    } else if let slot = table.next {
      missed(slot)
      forgetItems(slot)
    }
    // Written in place: an operation is large, and there is one for every second message.
    let slot = table.insert(key, at: time, fresh: PendingRequest(operation: operation))
    table[slot].operation = operation
    table[slot].time = time
    table[slot].frame = frame
    table[slot].conversation = key.conversation
    table[slot].isCut = isCut
    table[slot].others = others
    table[slot].repeats = repeats
    table[slot].wasAnswered = wasAnswered
    table[slot].mayStaySilent = mayStaySilent
    return WaitingRequest(slot: slot)
  }

  @inline(__always)
  func find(_ key: PendingKey) -> WaitingRequest? { table.find(key).map(WaitingRequest.init) }

  subscript(request: WaitingRequest) -> PendingRequest {
    @inline(__always) _read { yield table[request.slot] }
  }

  /// Takes away the request that its answer came to, or one of its repetitions.
  mutating func answered(_ request: WaitingRequest) {
    guard table[request.slot].repeats > 0 else { return remove(request.slot) }
    table[request.slot].repeats -= 1
    table[request.slot].wasAnswered = true
  }
  /// One answer has come, and another one may: the request waits on, but not in vain.
  mutating func answeredOnce(_ request: WaitingRequest) { table[request.slot].wasAnswered = true }
  /// An answer under this request's number that belonged to another one, while there are such;
  /// false if there are none left.
  mutating func answeredOther(_ request: WaitingRequest) -> Bool {
    guard table[request.slot].others > 0 else { return false }
    table[request.slot].others -= 1
    return true
  }

  /// Keeps the further targets of a request for its answer.
  @inline(never)
  mutating func keep(_ items: [Item], _ range: ItemRange, for request: WaitingRequest) {
    let first = Int(range.start)
    let count = min(
      Int(range.count), PendingRequests.itemLimit, items.count - first,
      PendingRequests.waitingItemLimit - waitingItems)
    guard count > 0 else { return }
    var kept = spareItems.popLast() ?? []
    // How values are to be read, but not those of the question.
    for place in first..<first + count {
      kept.append(Item(items[place].target, Values(format: items[place].values.format)))
    }
    waitingItems += count
    swap(&kept, &table[request.slot].items)
  }

  /// Moves requests that waited longer than `patience` to `unanswered`; at most `limit` a call.
  mutating func expire(at now: Int64, limit: Int = 16) {
    for _ in 0..<limit {
      guard let slot = table.oldestSlot, now &- table[slot].time > PendingRequests.patience else { return }
      missed(slot)
      remove(slot)
    }
  }

  private mutating func missed(_ slot: Int) {
    if !table[slot].mayStaySilent, !table[slot].wasAnswered { unanswered.append(table[slot]) }
  }
  private mutating func remove(_ slot: Int) {
    forgetItems(slot)
    table.remove(slot)
  }
  @inline(__always)
  private mutating func forgetItems(_ slot: Int) { if !table[slot].items.isEmpty { giveBackItems(slot) } }
  @inline(never)
  private mutating func giveBackItems(_ slot: Int) {
    var kept: [Item] = []
    swap(&kept, &table[slot].items)
    waitingItems -= kept.count
    kept.removeAll(keepingCapacity: true)
    if spareItems.count < 64 { spareItems.append(kept) }
  }
}

/// Questions and answers of the conversation that is read.
extension Exchange {
  private func key(transaction: Int64, unit: Int64) -> PendingKey {
    PendingKey(conversation: conversation, transaction: transaction, unit: unit)
  }

  /// Remembers a request until its answer. `transaction` and `unit` are 0 where the protocol has none; `place` is used
  /// instead of the unit where the answer does not name it, or where one message has several requests. One that
  /// `mayStaySilent` never counts as unanswered.
  mutating func ask(_ operation: Operation, place: Int64? = nil, mayStaySilent: Bool = false) {
    let request = requests.insert(
      operation, under: key(transaction: operation.transaction, unit: place ?? operation.unit), at: time, frame: frame,
      isCut: isCut, mayStaySilent: mayStaySilent)
    if operation.items.count > 0 { requests.keep(items, operation.items, for: request) }
  }

  /// The request that waits for an answer to `transaction` by `unit`, if it was seen. Read it with the subscript;
  /// `answered` takes it away.
  @inline(__always)
  func waiting(transaction: Int64, unit: Int64) -> WaitingRequest? {
    requests.find(key(transaction: transaction, unit: unit))
  }
  subscript(request: WaitingRequest) -> PendingRequest {
    @inline(__always) _read { yield requests[request] }
  }
  mutating func answered(_ request: WaitingRequest) { requests.answered(request) }
  mutating func answeredOnce(_ request: WaitingRequest) { requests.answeredOnce(request) }
  mutating func answeredOther(_ request: WaitingRequest) -> Bool { requests.answeredOther(request) }

  /// Ties an answer to the request that waits under its number: it gets the request's targets, and `also` takes over
  /// more. False, and a pairing that says why, where none waits, or one of another function.
  @inline(__always)
  mutating func tie(
    _ answer: inout Operation, place: Int64? = nil,
    also: (borrowing Operation, inout Operation) -> Void = { _, _ in }
  ) -> Bool {
    guard let asked = waiting(transaction: answer.transaction, unit: place ?? answer.unit) else {
      answer.pairing = .unasked
      return false
    }
    guard self[asked].operation.code == answer.code, self[asked].operation.dissector == answer.dissector else {
      // Of a question that the capture cut, only the beginning was read: what it asked inside is not known.
      answer.pairing = self[asked].isCut ? .none : .mismatched
      return false
    }
    answer.target = self[asked].operation.target
    answer.written = self[asked].operation.written
    also(self[asked].operation, &answer)
    take(answer: &answer, to: asked)
    return true
  }
  /// Ties an answer to a request that the caller knows to be its own; what it takes over is the caller's choice.
  @inline(__always)
  mutating func take(answer: inout Operation, to asked: WaitingRequest) {
    answer.pairing = .answered
    answer.latency = time &- self[asked].time
    if !self[asked].items.isEmpty { takeItems(&answer, asked) }
    requests.answered(asked)
  }
  /// The answer has the question's further targets too, if it has none of its own.
  @inline(never)
  private mutating func takeItems(_ answer: inout Operation, _ asked: WaitingRequest) {
    guard answer.items.count == 0, answer.target == self[asked].operation.target else { return }
    answer.items = ItemRange(items.count, requests[asked].items.count)
    items.append(contentsOf: requests[asked].items)
  }
}
