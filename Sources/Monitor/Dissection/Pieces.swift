// SPDX-License-Identifier: Apache-2.0

private struct PieceKey: TableKey {
  let conversation: UInt64
  let channel: UInt64
  let direction: Direction
  func hash(seed: UInt64) -> UInt64 { mix(mix(mix(seed, conversation), channel), UInt64(direction.rawValue)) }
}

/// Messages that come in several pieces, over all conversations, until their last piece is there. At the limits those
/// of the conversation that was touched longest ago are evicted.
struct Pieces {
  /// Bytes of all pieces that wait.
  static let byteLimit = 32 << 20
  private var table: BoundedTable<PieceKey, [UInt8]>
  private(set) var byteCount = 0
  private var spares: [[UInt8]] = []

  init(seed: UInt64) { table = BoundedTable(limit: 1024, seed: seed) }

  fileprivate mutating func add(_ bytes: RawSpan, to key: PieceKey, limit: Int, at time: Int64) -> Bool {
    let slot: Int
    if let found = table.find(key) {
      slot = found
      table.touch(slot, at: time)
    } else {
      if let oldest = table.next { drop(oldest) }
      slot = table.insert(key, spare(), at: time)
    }
    guard table[slot].count + bytes.byteCount <= limit else {
      drop(slot)
      return false
    }
    table[slot].append(copying: bytes)
    byteCount += bytes.byteCount
    while byteCount > Pieces.byteLimit, let oldest = table.oldestSlot, oldest != slot { drop(oldest) }
    return true
  }
  fileprivate func count(_ key: PieceKey) -> Int { table.find(key).map { table[$0].count } ?? 0 }
  fileprivate mutating func take(_ key: PieceKey) -> [UInt8] {
    guard let slot = table.find(key) else { return spare() }
    var bytes: [UInt8] = []
    swap(&bytes, &table[slot])
    byteCount -= bytes.count
    table.remove(slot)
    return bytes
  }
  fileprivate mutating func drop(_ key: PieceKey) { if let slot = table.find(key) { drop(slot) } }
  fileprivate mutating func dropAll(of conversation: UInt64, _ direction: Direction) {
    guard byteCount > 0 else { return }
    for slot in 0..<table.slots where table.isUsed(slot) {
      let key = table.key(slot)
      if key.conversation == conversation, key.direction == direction { drop(slot) }
    }
  }
  private mutating func drop(_ slot: Int) {
    byteCount -= table[slot].count
    var bytes: [UInt8] = []
    swap(&bytes, &table[slot])
    table.remove(slot)
    recycle(bytes)
  }

  /// An empty array that has been used before, to put one message together in.
  mutating func spare() -> [UInt8] { spares.popLast() ?? [] }
  /// Takes back an array that nothing refers to.
  mutating func recycle(_ bytes: consuming [UInt8]) {
    // A very large one is freed instead.
    guard spares.count < 16, bytes.capacity <= 1 << 16 else { return }
    bytes.removeAll(keepingCapacity: true)
    spares.append(bytes)
  }
}

/// Pieces of the direction that is read. `channel` tells apart what one direction of a conversation sends in turn.
extension Exchange {
  private func key(_ channel: UInt64) -> PieceKey {
    PieceKey(conversation: conversation, channel: channel, direction: direction)
  }

  /// Keeps a piece of a message, after those already there. False, and nothing kept, where it would
  /// grow over `limit` bytes.
  mutating func collect(_ bytes: RawSpan, channel: UInt64 = 0, limit: Int) -> Bool {
    pieces.add(bytes, to: key(channel), limit: limit, at: time)
  }
  /// Bytes collected so far.
  func collected(channel: UInt64 = 0) -> Int { pieces.count(key(channel)) }
  /// Takes out what was collected: read it, then give it back with `keep`, so that values can be read from it.
  mutating func take(channel: UInt64 = 0) -> [UInt8] { pieces.take(key(channel)) }
  /// Forgets what was collected.
  mutating func drop(channel: UInt64 = 0) { pieces.drop(key(channel)) }
  /// Forgets all that was collected of this direction, on whatever channel: its rest is lost.
  mutating func dropAll() { pieces.dropAll(of: conversation, direction) }
  /// An empty array that has been used before, to put one message together in.
  mutating func spare() -> [UInt8] { pieces.spare() }
  /// A spare array that nothing refers to.
  mutating func giveBack(_ bytes: consuming [UInt8]) { pieces.recycle(bytes) }
}
