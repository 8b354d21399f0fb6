// SPDX-License-Identifier: Apache-2.0

/// A message's conversation as its dissector sees it: who sends, which requests are pending, and where operations go.
/// One value serves all conversations; the reader sets the context before each message.
struct Exchange {
  // MARK: Context

  /// The conversation (a flow's slot and generation, so a reused slot is another conversation).
  var conversation: UInt64 = 0
  /// The IP addresses of both ends.
  var client = IPAddress.none
  var server = IPAddress.none
  var direction = Direction.toServer
  /// False while the roles of the two ends are only a guess, supported by neither handshake, port nor content.
  var isDirectionCertain = true
  var isDatagram = false
  /// Both ends of the conversation were seen. What is kept for another gives way first.
  var isMutual = false
  /// In a TCP stream: the number of the message's first byte, and what its sender had received from the other end.
  var sequence: UInt32 = 0
  var acknowledgement: UInt32 = 0
  /// The capture kept only the beginning of this message (its snap length). The remainder was on the wire, so its
  /// absence is not a fault; the bytes present are read.
  var isCut = false
  /// Capture timestamp in nanoseconds.
  var time: Int64 = 0
  /// The frame that completed the message.
  var frame: UInt64 = 0
  /// 64 bits that a dissector may keep for each conversation (such as a framing variant or a session); initially 0.
  var state: UInt64 = 0
  var dissector = DissectorID.none
  /// Where the IDs of the protocols that `dissector` carries begin in `carriedIDs`.
  var firstCarried = 0
  private let carriedIDs: [DissectorID]

  /// What the dissector saw of the message, where it was not read.
  var glance = Glance(.none, .read, .request, code: 0)
  /// Where it is carried in others: these and itself, in the order in which reading asks or ends them. Else empty.
  var glanceChain: [Glance] = []

  // MARK: Contents of the message; emptied before each one

  var operations: [Operation] = []
  /// Why the beginning of the stream was refused.
  var fault: Fault?
  /// The protocol whose rules are violated, if it is a carried one.
  var faultOwner = DissectorID.none
  /// Further targets and values of those operations, each of which refers to its own.
  var items: [Item] = []
  /// How devices describe themselves.
  var identities: [IdentityReport] = []
  /// The names in messages.
  var names: NameTable
  /// Buffer for assembling a name before it is interned.
  var spelling: [UInt8] = []
  /// A message that had to be reassembled first: the values of its operations refer to these bytes; see `keep`.
  private(set) var assembled: [UInt8] = []
  private(set) var isAssembled = false

  // MARK: State kept between messages

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
    glanceChain.reserveCapacity(4)
  }

  /// The ID of a protocol that the dissector carries.
  @inline(__always)
  func id(of carried: Carried) -> DissectorID { carriedIDs[firstCarried + carried.place] }

  /// Whether a message of `total` bytes can be read: it is complete, or the capture truncated it.
  @inline(__always)
  func canRead(_ total: Int, of bytes: RawSpan) -> Bool { bytes.byteCount >= total || isCut }

  /// Clears everything that belongs to one message.
  @inline(__always)
  mutating func begin() {
    // One by one: there is rarely more than one, and `removeAll` is a function call.
    while !operations.isEmpty { operations.removeLast() }
    if !items.isEmpty { items.removeAll(keepingCapacity: true) }
    if !identities.isEmpty { identities.removeAll(keepingCapacity: true) }
    if isAssembled { recycle() }
    fault = nil
    faultOwner = .none
  }

  /// Adjusts the result for a message that the capture truncated: what is missing is not the sender's fault, and no
  /// more will follow.
  @inline(never)
  mutating func excuseCut(_ step: Step, _ bytes: RawSpan) -> Step {
    for place in operations.indices { operations[place].fault = nil }
    if case .incomplete = step { return .message(bytes.byteCount) }
    return step
  }

  /// The message of this step was read from `bytes`, to which the values of its operations refer.
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

  /// Adds a target with its values to an operation: the first one is the operation's own, the others become items.
  mutating func add(_ target: Target, _ values: Values = .none, to operation: inout Operation, isFirst: Bool) {
    if isFirst {
      operation.target = target
      operation.values = values
      return
    }
    // Item indices are 16 bits wide.
    guard items.count < Int(UInt16.max) else { return }
    if operation.items.count == 0 { operation.items = ItemRange(items.count, 0) }
    items.append(Item(target, values))
    operation.items = ItemRange(Int(operation.items.start), items.count - Int(operation.items.start))
  }

  /// Gives the target at `place` of a response its values; if the request was not seen, adds the values without a
  /// target.
  mutating func answer(_ values: Values, at place: Int, of operation: inout Operation) {
    if place == 0 {
      operation.values = values
    } else if place <= Int(operation.items.count) {
      items[Int(operation.items.start) + place - 1].values = values
    } else {
      add(.none, values, to: &operation, isFirst: false)
    }
  }

  /// Takes the values of the target at `place` and of all further ones away: where they begin is not certain.
  mutating func dropValues(from place: Int = 0, of operation: inout Operation) {
    if place == 0 { operation.values = .none }
    let first = Int(operation.items.start)
    for index in first + max(0, place - 1)..<first + max(0, place - 1, Int(operation.items.count)) {
      items[index].values = .none
    }
  }

  /// The value format that the request implies for a further target.
  func format(at place: Int, of operation: borrowing Operation) -> Values.Format {
    place <= Int(operation.items.count) ? items[Int(operation.items.start) + place - 1].values.format : .none
  }

  // MARK: Names

  /// The ID of a name in the message.
  mutating func name(_ bytes: RawSpan) -> NameID { names.intern(bytes, at: time, isProven: isMutual) }
  /// The ID of a name assembled by `write`, which receives an empty array to append to.
  mutating func name(_ write: (inout [UInt8]) -> Void) -> NameID {
    var text: [UInt8] = []
    swap(&text, &spelling)
    text.removeAll(keepingCapacity: true)
    write(&text)
    let id = names.intern(text.bytes, at: time, isProven: isMutual)
    swap(&text, &spelling)
    return id
  }
}
