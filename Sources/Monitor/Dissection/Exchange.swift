// SPDX-License-Identifier: Apache-2.0

/// The conversation a message belongs to, as a dissector sees it: who speaks, what is still to be answered, and where
/// operations go. One value serves all conversations; the reader sets the context before each message.
struct Exchange {
  // MARK: Context

  /// The conversation (a flow's slot and generation, so that a reused slot is another conversation).
  var conversation: UInt64 = 0
  /// The IP addresses of its two ends.
  var client = IPAddress.none
  var server = IPAddress.none
  var direction = Direction.toServer
  /// False while the roles of the two ends are only a guess (neither a handshake nor a port nor content told).
  var isDirectionCertain = true
  var isDatagram = false
  /// The capture kept only the beginning of this message (its snap length). What is missing was on the wire and is no
  /// fault; what is there is read.
  var isCut = false
  /// Nanoseconds, from the capture.
  var time: Int64 = 0
  /// The frame that completed the message.
  var frame: UInt64 = 0
  /// 64 bits a dissector may keep for each conversation (a framing variant, a session); 0 at its start.
  var state: UInt64 = 0
  var dissector = DissectorID.none
  /// The ids of the protocols that `dissector` carries: from this place in the registry's list on.
  var firstCarried = 0
  private let carriedIDs: [DissectorID]

  // MARK: What the message says; emptied before each one

  var operations: [Operation] = []
  /// Why the beginning of the stream was refused.
  var fault: Fault?
  /// The protocol whose rules it breaks, if that is a carried one.
  var faultOwner = DissectorID.none
  /// Further targets and values of those operations. An operation says which are its own.
  var items: [Item] = []
  /// What devices said of themselves.
  var identities: [IdentityReport] = []
  /// The names in messages.
  var names: NameTable
  /// Bytes to put a name together in before it is interned.
  var spelling: [UInt8] = []
  /// A message that had to be put together first: its operations' values count in these bytes; see `keep`.
  private(set) var assembled: [UInt8] = []
  private(set) var isAssembled = false

  // MARK: What is remembered between messages

  var requests: PendingRequests
  var pieces: Pieces
  var memories: Memories

  /// `carried` is `DissectorTables.carriedIDs`.
  init(seed: UInt64, requestLimit: Int = 65_536, carried: [DissectorID] = []) {
    carriedIDs = carried
    requests = PendingRequests(limit: requestLimit, seed: seed)
    names = NameTable(seed: seed)
    pieces = Pieces(seed: seed)
    memories = Memories(seed: seed)
    operations.reserveCapacity(64)
  }

  /// The id of a protocol that the dissector carries.
  @inline(__always)
  func id(of carried: Carried) -> DissectorID { carriedIDs[firstCarried + carried.place] }

  /// Whether a message of `total` bytes can be read: it is all there, or the capture cut it.
  @inline(__always)
  func canRead(_ total: Int, of bytes: RawSpan) -> Bool { bytes.byteCount >= total || isCut }

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

  /// What a step means for a message that the capture cut: what is missing is no fault of the
  /// sender's, and no more will come.
  @inline(never)
  mutating func excuseCut(_ step: Step, _ bytes: RawSpan) -> Step {
    for place in operations.indices { operations[place].fault = nil }
    if case .incomplete = step { return .message(bytes.byteCount) }
    return step
  }

  /// The message of this step was read out of `bytes`: its operations' values count in them.
  mutating func keep(_ bytes: consuming [UInt8]) {
    assembled = bytes
    isAssembled = true
  }
  private mutating func recycle() {
    isAssembled = false
    var bytes: [UInt8] = []
    swap(&bytes, &assembled)
    pieces.recycle(bytes)
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
}
