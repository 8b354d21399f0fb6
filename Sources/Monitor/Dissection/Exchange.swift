// SPDX-License-Identifier: Apache-2.0

/// The conversation a message belongs to, as a dissector sees it: who speaks, what is still to be answered, and where operations go. One value serves
/// all conversations; the engine sets the first block before each message.
struct Exchange {
  /// The conversation (a flow's slot and generation, so that a reused slot is another conversation).
  var conversation: UInt64 = 0
  /// The IP addresses of its two ends.
  var client = IPAddress.none
  var server = IPAddress.none
  var direction = Direction.toServer
  /// False while the roles of the two ends are only a guess (neither a handshake nor a port nor content told).
  var isDirectionCertain = true
  var isDatagram = false
  /// The capture kept only the front of this message (its snap length): what is missing was on the wire, and is no fault. What is there is read.
  var isCut = false
  /// Nanoseconds, from the capture.
  var time: Int64 = 0
  /// The frame that completed the message.
  var frame: UInt64 = 0
  /// 64 bits a dissector may keep for each conversation (a framing variant, a session); 0 at its start.
  var state: UInt64 = 0
  var dissector = DissectorID.none
  /// The ids of `Dissector.carries`, in its order.
  var carried = InlineArray<4, DissectorID>(repeating: .none)

  /// What the message said. The engine empties it before each message.
  var operations: [Operation] = []
  /// Why the front of the stream was refused.
  var fault: Fault?
  /// Whose rules it breaks, where these are a carried protocol's.
  var faultOwner = DissectorID.none
  /// Further targets and values of those operations. An operation says which are its own.
  var items: [Item] = []
  /// What devices said of themselves.
  var identities: [IdentityReport] = []
  /// The names in messages.
  var names: NameTable
  /// Bytes to put a name together in before it is interned.
  var spelling: [UInt8] = []
  /// Where the message had to be put together first, what its values count in; see `collect`.
  private(set) var assembled: [UInt8] = []
  private(set) var isAssembled = false
  private var pieces: BoundedTable<PieceKey, [UInt8]>
  private var announcements: BoundedTable<AnnouncementKey, Target>
  private var memories: BoundedTable<MemoryKey, UInt64>
  private var collectedBytes = 0
  private var spares: [[UInt8]] = []
  private var waitingItems = 0
  private var spareItems: [[Item]] = []

  /// Requests nobody has answered, that gave way or timed out since the engine last looked.
  var unanswered: [PendingRequest] = []

  private var pending: BoundedTable<PendingKey, PendingRequest>

  /// Requests that gave way at the bound.
  var evictions: Int { pending.evictions }
  /// Meanings of numbers, and what conversations said before, that gave way.
  var memoryEvictions: Int { announcements.evictions + memories.evictions }

  /// How long a request waits for its answer (nanoseconds). Field devices behind serial gateways take seconds.
  static let patience: Int64 = 30_000_000_000

  init(seed: UInt64, pendingLimit: Int = 65_536) {
    pending = BoundedTable(limit: pendingLimit, seed: seed)
    names = NameTable(seed: seed)
    pieces = BoundedTable(limit: 1024, seed: seed)
    announcements = BoundedTable(limit: 4096, seed: seed)
    memories = BoundedTable(limit: 16_384, seed: seed)
    operations.reserveCapacity(64)
  }

  /// Remembers a request until its answer. `transaction` and `unit` are 0 where the protocol has none. A request that was already waiting under
  /// the same key is a repetition or a reuse: it counts as unanswered unless it is the very same request, of which as many answers may come as there
  /// were questions, or but one. One that `mayStaySilent` never counts so.
  /// `place` stands for the unit in the key where the answer does not name it, or where one message has several requests.
  mutating func ask(_ operation: Operation, place: Int64? = nil, mayStaySilent: Bool = false) {
    let key = PendingKey(
      conversation: conversation, transaction: operation.transaction, unit: place ?? operation.unit)
    var others: UInt8 = 0
    var repeats: UInt8 = 0
    var wasAnswered = false
    if let slot = pending.find(key) {
      others = pending[slot].others
      // Two writes to one place are two requests, if what they write differs.
      let isSame =
        pending[slot].operation.code == operation.code && pending[slot].operation.target == operation.target
        && pending[slot].operation.values == operation.values
      if isSame {
        repeats = pending[slot].repeats == .max ? .max : pending[slot].repeats + 1
        wasAnswered = pending[slot].wasAnswered
      } else {
        others = UInt8(clamping: Int(others) + 1 + Int(pending[slot].repeats))
      }
      if pending[slot].operation.code != operation.code || pending[slot].operation.target != operation.target {
        missed(slot)
      }
      remove(slot)
    } else if let slot = pending.next {
      missed(slot)
      forgetItems(slot)
    }
    // Written where it stays: an operation is large, and there is one for every second message.
    let slot = pending.insert(key, at: time, fresh: PendingRequest(operation: operation))
    pending[slot].operation = operation
    pending[slot].time = time
    pending[slot].frame = frame
    pending[slot].conversation = conversation
    pending[slot].isCut = isCut
    pending[slot].others = others
    pending[slot].repeats = repeats
    pending[slot].wasAnswered = wasAnswered
    pending[slot].mayStaySilent = mayStaySilent
    if operation.items.count > 0 { keepItems(of: operation, slot) }
  }

  /// Further targets of one request that are kept for its answer, and of all that wait. An answer to one that has more shows the first ones.
  static let mostItems = 128
  static let mostItemsWaiting = 1 << 18

  @inline(never)
  private mutating func keepItems(of operation: borrowing Operation, _ slot: Int) {
    let first = Int(operation.items.start)
    let count = min(
      Int(operation.items.count), Exchange.mostItems, items.count - first, Exchange.mostItemsWaiting - waitingItems)
    guard count > 0 else { return }
    var kept = spareItems.popLast() ?? []
    // How values are to be read, but not those of the question.
    for place in first..<first + count {
      kept.append(Item(items[place].target, Values(format: items[place].values.format)))
    }
    waitingItems += count
    swap(&kept, &pending[slot].items)
  }
  @inline(__always)
  private mutating func forgetItems(_ slot: Int) { if !pending[slot].items.isEmpty { giveBackItems(slot) } }
  @inline(never)
  private mutating func giveBackItems(_ slot: Int) {
    var kept: [Item] = []
    swap(&kept, &pending[slot].items)
    waitingItems -= kept.count
    kept.removeAll(keepingCapacity: true)
    if spareItems.count < 64 { spareItems.append(kept) }
  }
  private mutating func remove(_ slot: Int) {
    forgetItems(slot)
    pending.remove(slot)
  }

  /// The request that waits for an answer to `transaction` by `unit`, if it was seen. Read it with the subscript; `answered` takes it away.
  @inline(__always)
  func waiting(transaction: Int64, unit: Int64) -> WaitingRequest? {
    pending.find(PendingKey(conversation: conversation, transaction: transaction, unit: unit)).map(WaitingRequest.init)
  }
  subscript(request: WaitingRequest) -> PendingRequest {
    @inline(__always) _read { yield pending[request.slot] }
  }
  /// Ties an answer to the request that waits under its number: it has the request's targets, and `also` takes over more. False, and a pairing that says
  /// why, where none waits, or one of another function.
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
      // Of a question that the capture cut, only the front was read: what it asked inside is not known.
      answer.pairing = self[asked].isCut ? .none : .mismatched
      return false
    }
    answer.target = self[asked].operation.target
    answer.written = self[asked].operation.written
    also(self[asked].operation, &answer)
    take(answer: &answer, to: asked)
    return true
  }
  /// Ties an answer to a request that the caller knows to be its own; what it has of it is the caller's.
  @inline(__always)
  mutating func take(answer: inout Operation, to asked: WaitingRequest) {
    answer.pairing = .answered
    answer.latency = time &- self[asked].time
    if !pending[asked.slot].items.isEmpty { takeItems(&answer, asked) }
    answered(asked)
  }
  /// The answer has the question's further targets too, if it has not others of its own.
  @inline(never)
  private mutating func takeItems(_ answer: inout Operation, _ asked: WaitingRequest) {
    guard answer.items.count == 0, answer.target == self[asked].operation.target else { return }
    answer.items = ItemRange(items.count, pending[asked.slot].items.count)
    items.append(contentsOf: pending[asked.slot].items)
  }
  mutating func answered(_ request: WaitingRequest) {
    guard pending[request.slot].repeats > 0 else { return remove(request.slot) }
    pending[request.slot].repeats -= 1
    pending[request.slot].wasAnswered = true
  }
  /// One answer has come, and another one may: the request waits on, but not in vain.
  mutating func answeredOnce(_ request: WaitingRequest) { pending[request.slot].wasAnswered = true }
  /// An answer under this request's number that was another one's, while there are such; false if there are none (left).
  mutating func answeredOther(_ request: WaitingRequest) -> Bool {
    guard pending[request.slot].others > 0 else { return false }
    pending[request.slot].others -= 1
    return true
  }

  /// Empties what belongs to one message.
  @inline(__always)
  mutating func begin() {
    // One by one: there is hardly ever more than one, and `removeAll` is a call.
    while !operations.isEmpty { operations.removeLast() }
    if !items.isEmpty { items.removeAll(keepingCapacity: true) }
    if !identities.isEmpty { identities.removeAll(keepingCapacity: true) }
    if isAssembled { recycle() }
    fault = nil
    faultOwner = .none
  }

  // MARK: Targets

  /// Adds a target to an operation, with the values that go there: the first is its own, the others are items.
  mutating func add(_ target: Target, _ values: Values = .none, to operation: inout Operation, isFirst: Bool) {
    if isFirst {
      operation.target = target
      operation.values = values
      return
    }
    // Places in a message are counted in 16 bits.
    guard items.count < Int(UInt16.max) else { return }
    if operation.items.count == 0 { operation.items = ItemRange(items.count, 0) }
    items.append(Item(target, values))
    operation.items = ItemRange(Int(operation.items.start), items.count - Int(operation.items.start))
  }

  /// Gives the target at `place` of an answer its values, or those alone where the question was not seen.
  mutating func answer(_ values: Values, at place: Int, of operation: inout Operation) {
    if place == 0 {
      operation.values = values
    } else if place <= Int(operation.items.count) {
      items[Int(operation.items.start) + place - 1].values = values
    } else {
      add(.none, values, to: &operation, isFirst: false)
    }
  }

  /// How the question would have the values of a further target read.
  func format(at place: Int, of operation: borrowing Operation) -> Values.Format {
    place <= Int(operation.items.count) ? items[Int(operation.items.start) + place - 1].values.format : .none
  }

  // MARK: Names

  /// The number of a name in the message.
  mutating func name(_ bytes: RawSpan) -> NameID { names.intern(bytes, at: time) }
  /// The number of a name put together by `write`, which is called with an empty array to append to.
  mutating func name(_ write: (inout [UInt8]) -> Void) -> NameID {
    var text: [UInt8] = []
    swap(&text, &spelling)
    text.removeAll(keepingCapacity: true)
    write(&text)
    let id = names.intern(text.bytes, at: time)
    swap(&text, &spelling)
    return id
  }

  // MARK: Conversations opened by others

  /// Remembers what `number` means in a conversation of another kind with `device`: what one protocol opens for another (CIP's Forward Open, for
  /// implicit messages). The one used longest ago gives way at the bound.
  mutating func announce(_ number: UInt32, of device: IPAddress, _ target: Target) {
    announcements.set(AnnouncementKey(number: number, device: device), target, at: time)
  }
  /// What was announced of a number of one of this conversation's two ends.
  func announced(_ number: UInt32) -> Target? {
    (announcements.find(AnnouncementKey(number: number, device: server))
      ?? announcements.find(AnnouncementKey(number: number, device: client))).map { announcements[$0] }
  }

  // MARK: What a conversation said before

  /// Keeps a number for this conversation under a key of the dissector's own. The one used longest ago gives way at the bound.
  mutating func remember(_ key: UInt64, _ value: UInt64) {
    memories.set(MemoryKey(conversation: conversation, key: key), value, at: time)
  }
  func recall(_ key: UInt64) -> UInt64? {
    memories.find(MemoryKey(conversation: conversation, key: key)).map { memories[$0] }
  }

  // MARK: Messages in pieces

  /// All pieces that wait for their rest hold no more than this many bytes; then those of the conversation that was touched longest ago give way.
  static let mostCollected = 32 << 20

  /// Keeps a piece of a message that comes in several, behind those already there. `channel` tells apart what one direction of a conversation
  /// sends in turn. False, and nothing kept, where it would grow over `limit` bytes.
  mutating func collect(_ bytes: RawSpan, channel: UInt64 = 0, limit: Int) -> Bool {
    let key = PieceKey(conversation: conversation, channel: channel << 1 | UInt64(direction.rawValue))
    let slot: Int
    if let found = pieces.find(key) {
      slot = found
      pieces.touch(slot, at: time)
    } else {
      if let oldest = pieces.next { dropPiece(oldest) }
      slot = pieces.insert(key, spares.popLast() ?? [], at: time)
    }
    guard pieces[slot].count + bytes.byteCount <= limit else {
      dropPiece(slot)
      return false
    }
    pieces[slot].append(copying: bytes)
    collectedBytes += bytes.byteCount
    while collectedBytes > Exchange.mostCollected, let oldest = pieces.oldestSlot, oldest != slot { dropPiece(oldest) }
    return true
  }
  /// Bytes collected so far.
  func collected(channel: UInt64 = 0) -> Int {
    pieces.find(PieceKey(conversation: conversation, channel: channel << 1 | UInt64(direction.rawValue)))
      .map { pieces[$0].count } ?? 0
  }
  /// Takes out what was collected: read it, then give it back with `keep`, so that values can be read from it.
  mutating func take(channel: UInt64 = 0) -> [UInt8] {
    let key = PieceKey(conversation: conversation, channel: channel << 1 | UInt64(direction.rawValue))
    guard let slot = pieces.find(key) else { return spare() }
    var bytes: [UInt8] = []
    swap(&bytes, &pieces[slot])
    collectedBytes -= bytes.count
    pieces.remove(slot)
    return bytes
  }
  /// Forgets what was collected.
  mutating func drop(channel: UInt64 = 0) {
    let key = PieceKey(conversation: conversation, channel: channel << 1 | UInt64(direction.rawValue))
    if let slot = pieces.find(key) { dropPiece(slot) }
  }
  /// Forgets all that was collected of this direction, on whatever channel: its rest is lost.
  mutating func dropAll() {
    guard collectedBytes > 0 else { return }
    for slot in 0..<pieces.slots where pieces.isUsed(slot) {
      let key = pieces.key(slot)
      if key.conversation == conversation, key.channel & 1 == UInt64(direction.rawValue) { dropPiece(slot) }
    }
  }
  /// An empty array that has been used before, to put one message together in.
  mutating func spare() -> [UInt8] { spares.popLast() ?? [] }
  /// A spare array that nothing refers to.
  mutating func giveBack(_ bytes: consuming [UInt8]) { recycle(bytes) }
  /// The message of this step was read out of `bytes`: its operations' values count in them.
  mutating func keep(_ bytes: consuming [UInt8]) {
    assembled = bytes
    isAssembled = true
  }

  private mutating func dropPiece(_ slot: Int) {
    collectedBytes -= pieces[slot].count
    var bytes: [UInt8] = []
    swap(&bytes, &pieces[slot])
    pieces.remove(slot)
    recycle(bytes)
  }
  private mutating func recycle() {
    isAssembled = false
    var bytes: [UInt8] = []
    swap(&bytes, &assembled)
    recycle(bytes)
  }
  private mutating func recycle(_ bytes: consuming [UInt8]) {
    // What was very large is rather given back.
    guard spares.count < 16, bytes.capacity <= 1 << 16 else { return }
    bytes.removeAll(keepingCapacity: true)
    spares.append(bytes)
  }

  // MARK: Time

  /// Moves requests that waited longer than `patience` to `unanswered`; at most `most` a call.
  mutating func expire(at now: Int64, most: Int = 16) {
    for _ in 0..<most {
      guard let slot = pending.oldestSlot, now &- pending[slot].time > Exchange.patience else { return }
      missed(slot)
      remove(slot)
    }
  }

  private mutating func missed(_ slot: Int) {
    if !pending[slot].mayStaySilent, !pending[slot].wasAnswered { unanswered.append(pending[slot]) }
  }
}

/// A request, when it was asked and in which conversation.
struct PendingRequest {
  var operation: Operation
  var time: Int64 = 0
  var frame: UInt64 = 0
  var conversation: UInt64 = 0
  /// The capture kept only its front: no answer can be held against it.
  var isCut = false
  /// Other requests that were still waiting under the same transaction and unit when this one came: so many answers may be theirs.
  var others: UInt8 = 0
  /// The very same request was asked so many times before, under the same key, and not answered for each.
  var repeats: UInt8 = 0
  /// One of those had its answer: it may have been the only one, to a question that was but repeated.
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

private struct PendingKey: TableKey {
  let conversation: UInt64
  let transaction: Int64
  let unit: Int64
  func hash(seed: UInt64) -> UInt64 {
    mix(mix(seed, conversation), UInt64(bitPattern: transaction) << 32 ^ UInt64(bitPattern: unit))
  }
}

private struct AnnouncementKey: TableKey {
  let number: UInt32
  let device: IPAddress
  func hash(seed: UInt64) -> UInt64 { mix(mix(mix(seed, UInt64(number)), device.low), device.high) }
}

private struct MemoryKey: TableKey {
  let conversation: UInt64
  let key: UInt64
  func hash(seed: UInt64) -> UInt64 { mix(mix(seed, conversation), key) }
}

private struct PieceKey: TableKey {
  let conversation: UInt64
  let channel: UInt64
  func hash(seed: UInt64) -> UInt64 { mix(mix(seed, conversation), channel) }
}

/// What a message says of a device: whose it is, and what it is called. What it does not say is `.none`.
struct IdentityReport: Sendable {
  /// Whose: the sender's (an answer about itself), the receiver's (a request that names it).
  enum Subject: UInt8, Sendable { case sender, receiver }
  var subject = Subject.sender
  var vendor = NameID.none
  var model = NameID.none
  var firmware = NameID.none
  var serial = NameID.none
  /// Name of the station, the program or the application.
  var name = NameID.none
  /// The maker's name, where the message has only a number and a public list has the name.
  var knownVendor: StaticString?
}
