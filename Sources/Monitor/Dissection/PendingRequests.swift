// SPDX-License-Identifier: Apache-2.0

/// A request, its conversation, and when it was sent.
struct PendingRequest {
  var operation: Operation
  var time: Int64 = 0
  var frame: UInt64 = 0
  var conversation: UInt64 = 0
  /// Who asked, and in a TCP stream what it had received from the other end by then: none of that is the response.
  var direction = Direction.toServer
  var acknowledgement: UInt32 = 0
  /// The capture kept only its beginning, so no response can contradict it.
  var isCut = false
  /// Other requests still pending under the same transaction and unit when this one was sent: up to this many responses
  /// may belong to them.
  var others: UInt8 = 0
  /// How often the same request was sent before, under the same key, without a response to each.
  var repeats: UInt8 = 0
  /// One of these was answered. That may have been the only response, since the request was merely repeated.
  var wasAnswered = false
  /// The specification defines no response, or not for every case.
  var mayStaySilent = false
  /// Its further targets.
  var items: [Item] = []
  /// Neighbours among the requests with further targets, in the order in which they were sent.
  var older: Int32 = -1
  var newer: Int32 = -1
}

extension PendingRequest {
  /// The same as for the operation of a message that was read.
  @inline(__always)
  fileprivate mutating func begin(
    _ glance: borrowing Glance, at time: Int64, frame: UInt64, in conversation: UInt64
  ) {
    operation = Operation(glance.dissector, glance.action, .request, code: glance.code, name: glance.name)
    operation.subcode = glance.subcode
    operation.unit = glance.unit
    operation.transaction = glance.transaction
    operation.target = glance.target
    operation.items = glance.items
    operation.values = glance.values
    operation.facets = glance.facets
    operation.isCarrier = glance.isCarrier
    self.time = time
    self.frame = frame
    self.conversation = conversation
    isCut = false
    others = 0
    repeats = 0
    wasAnswered = false
    mayStaySilent = glance.mayStaySilent
  }
}

/// The location of a pending request; valid until the next request is sent or answered.
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

/// Requests of all conversations that await their responses. At the limit one is evicted and counts as unanswered:
/// first the oldest of a conversation in which one end alone was seen (`isProven`).
struct PendingRequests {
  /// How long a request awaits its response, in nanoseconds. Field devices behind serial gateways take seconds.
  static let patience: Int64 = 30_000_000_000
  /// Limits on the further targets kept for the response: of one request, and of all together. A response to a request
  /// with more shows only the first ones; of all together, the oldest request loses its further targets first.
  static let itemLimit = 128
  static let waitingItemLimit = 1 << 18

  private var table: BoundedTable<PendingKey, PendingRequest>
  private(set) var waitingItems = 0
  /// The requests with further targets.
  private var oldestWithItems: Int32 = -1
  private var newestWithItems: Int32 = -1
  private var spareItems: [[Item]] = []
  /// Requests evicted or timed out without a response since the engine last looked.
  var unanswered: [PendingRequest] = []
  var evictions: Evictions { table.evictions }

  init(limit: Int, seed: UInt64) { table = BoundedTable(limit: limit, seed: seed) }

  /// A request already pending under the same key means a repetition or a reused key. With another function or target,
  /// the earlier one counts as unanswered. With the very same request, there may be a response to each, or just one to
  /// all.
  @inline(__always)
  mutating func insert(
    _ operation: Operation, under key: PendingKey, at time: Int64, frame: UInt64, isCut: Bool, mayStaySilent: Bool,
    isProven: Bool
  ) -> WaitingRequest {
    var others: UInt8 = 0
    var repeats: UInt8 = 0
    var wasAnswered = false
    if let slot = table.find(key) {
      others = table[slot].others
      // Two writes to the same place are separate requests if their values differ.
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
    // Filled in place: an operation is large, and every second message brings one.
    let slot = table.insert(key, at: time, isProven: isProven, fresh: PendingRequest(operation: operation))
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

  /// Keeps a request that was seen at a glance: there is room (`hasRoom`), and nothing under its key.
  @inline(__always)
  mutating func insert(
    _ glance: borrowing Glance, under key: PendingKey, at time: Int64, frame: UInt64, isProven: Bool
  ) -> WaitingRequest {
    let slot = table.insert(
      key, at: time, isProven: isProven,
      fresh: PendingRequest(operation: Operation(.none, .read, .request, code: 0, name: "")))
    table[slot].begin(glance, at: time, frame: frame, in: key.conversation)
    return WaitingRequest(slot: slot)
  }

  @inline(__always)
  mutating func note(_ request: WaitingRequest, _ direction: Direction, _ acknowledgement: UInt32) {
    table[request.slot].direction = direction
    table[request.slot].acknowledgement = acknowledgement
  }

  /// Whether a request, one of `count`, can be kept without displacing another one, under its own key or at the limit.
  @inline(__always)
  func hasRoom(for key: PendingKey, of count: Int) -> Bool { table.hasRoom(for: count) && table.find(key) == nil }

  /// Whether a request is for this code, whole, not a repetition, and without further targets unless it may have them.
  @inline(__always)
  func isPlain(_ request: WaitingRequest, _ code: UInt32, _ dissector: DissectorID, hasItems: Bool) -> Bool {
    let slot = request.slot
    return table[slot].operation.code == code && table[slot].operation.dissector == dissector && !table[slot].isCut
      && table[slot].repeats == 0 && (hasItems || table[slot].items.isEmpty)
  }

  @inline(__always)
  func find(_ key: PendingKey) -> WaitingRequest? { table.find(key).map(WaitingRequest.init) }

  subscript(request: WaitingRequest) -> PendingRequest {
    @inline(__always) _read { yield table[request.slot] }
  }

  /// Removes a request that was answered, or one of its repetitions.
  mutating func answered(_ request: WaitingRequest) {
    guard table[request.slot].repeats > 0 else { return remove(request.slot) }
    table[request.slot].repeats -= 1
    table[request.slot].wasAnswered = true
  }
  /// One response has arrived, and another may follow: the request stays pending, but no longer counts as unanswered.
  mutating func answeredOnce(_ request: WaitingRequest) { table[request.slot].wasAnswered = true }
  /// Attributes a response under this request's key to another request that used the same key; false if none is left.
  mutating func answeredOther(_ request: WaitingRequest) -> Bool {
    guard table[request.slot].others > 0 else { return false }
    table[request.slot].others -= 1
    return true
  }

  /// Keeps the further targets of a request for its response.
  @inline(never)
  mutating func keep(_ items: [Item], _ range: ItemRange, for request: WaitingRequest) {
    let first = Int(range.start)
    let count = min(Int(range.count), PendingRequests.itemLimit, items.count - first)
    guard count > 0 else { return }
    while waitingItems + count > PendingRequests.waitingItemLimit, oldestWithItems >= 0 {
      giveBackItems(Int(oldestWithItems))
    }
    var kept = spareItems.popLast() ?? []
    // Keep the value formats, but not the values of the request.
    for place in first..<first + count {
      kept.append(Item(items[place].target, Values(format: items[place].values.format)))
    }
    waitingItems += count
    swap(&kept, &table[request.slot].items)
    let slot = Int32(request.slot)
    table[request.slot].older = newestWithItems
    table[request.slot].newer = -1
    if newestWithItems >= 0 { table[Int(newestWithItems)].newer = slot } else { oldestWithItems = slot }
    newestWithItems = slot
  }

  /// Moves requests older than `patience` to `unanswered`; at most `limit` per call.
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
    let (older, newer) = (table[slot].older, table[slot].newer)
    if older >= 0 { table[Int(older)].newer = newer } else { oldestWithItems = newer }
    if newer >= 0 { table[Int(newer)].older = older } else { newestWithItems = older }
    waitingItems -= kept.count
    kept.removeAll(keepingCapacity: true)
    if spareItems.count < 64 { spareItems.append(kept) }
  }
}

/// Requests and responses of the current conversation.
extension Exchange {
  private func key(transaction: Int64, unit: Int64) -> PendingKey {
    PendingKey(conversation: conversation, transaction: transaction, unit: unit)
  }

  /// Remembers a request until it is answered. `transaction` and `unit` are 0 if the protocol has none; `place`
  /// replaces the unit if responses do not name it, or if one message contains several requests. A request that
  /// `mayStaySilent` never counts as unanswered.
  mutating func ask(_ operation: Operation, place: Int64? = nil, mayStaySilent: Bool = false) {
    let request = requests.insert(
      operation, under: key(transaction: operation.transaction, unit: place ?? operation.unit), at: time, frame: frame,
      isCut: isCut, mayStaySilent: mayStaySilent, isProven: isMutual)
    requests.note(request, direction, acknowledgement)
    if operation.items.count > 0 { requests.keep(items, operation.items, for: request) }
  }

  /// The request that awaits a response to `transaction` by `unit`, if it was seen. Read it with the subscript;
  /// `answered` removes it. What the mirror port shows so late that its receiver had it before it asked is no response.
  @inline(__always)
  func waiting(transaction: Int64, unit: Int64) -> WaitingRequest? {
    guard let found = requests.find(key(transaction: transaction, unit: unit)) else { return nil }
    if !isDatagram, requests[found].direction != direction,
      Int32(bitPattern: requests[found].acknowledgement &- sequence) > 0
    {
      return nil
    }
    return found
  }
  subscript(request: WaitingRequest) -> PendingRequest {
    @inline(__always) _read { yield requests[request] }
  }
  mutating func answered(_ request: WaitingRequest) { requests.answered(request) }
  mutating func answeredOnce(_ request: WaitingRequest) { requests.answeredOnce(request) }
  mutating func answeredOther(_ request: WaitingRequest) -> Bool { requests.answeredOther(request) }

  /// Matches a response to the request pending under its key: the response takes over the request's targets, and `also`
  /// copies more. Returns false, with a pairing that gives the reason, if there is no such request or its function
  /// differs.
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
      // Only the beginning of a truncated request was read: its inner requests are unknown.
      answer.pairing = self[asked].isCut ? .none : .mismatched
      return false
    }
    answer.target = self[asked].operation.target
    answer.written = self[asked].operation.written
    also(self[asked].operation, &answer)
    take(answer: &answer, to: asked)
    return true
  }
  /// Matches a response to a request that the caller has identified; the caller decides what else to copy.
  @inline(__always)
  mutating func take(answer: inout Operation, to asked: WaitingRequest) {
    answer.pairing = .answered
    answer.latency = time &- self[asked].time
    answer.askedCode = self[asked].operation.code
    if !self[asked].items.isEmpty { takeItems(&answer, asked) }
    requests.answered(asked)
  }
  /// The response also takes over the request's further targets, unless it has some of its own.
  @inline(never)
  private mutating func takeItems(_ answer: inout Operation, _ asked: WaitingRequest) {
    guard answer.items.count == 0, answer.target == self[asked].operation.target else { return }
    answer.items = ItemRange(items.count, requests[asked].items.count)
    items.append(contentsOf: requests[asked].items)
  }
}
