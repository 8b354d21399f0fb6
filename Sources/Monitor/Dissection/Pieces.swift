// SPDX-License-Identifier: Apache-2.0

private struct PieceKey: TableKey {
  let conversation: UInt64
  let channel: UInt64
  let direction: Direction
  func hash(seed: UInt64) -> UInt64 { mix(mix(mix(seed, conversation), channel), UInt64(direction.rawValue)) }
}

/// Messages of all conversations that arrive in pieces, until the last one is there. At the limits, the message that
/// has waited longest for its next piece is evicted, first one of a conversation in which one end alone was seen.
struct Pieces {
  /// Limit on the bytes of all waiting pieces.
  static let byteLimit = 32 << 20
  private var table: BoundedTable<PieceKey, [UInt8]>
  private(set) var byteCount = 0
  /// Messages evicted at a limit.
  var evictions: Evictions { table.evictions }
  private var spares: [[UInt8]] = []

  init(seed: UInt64) { table = BoundedTable(limit: 1024, seed: seed) }

  fileprivate mutating func add(_ bytes: RawSpan, to key: PieceKey, limit: Int, isProven: Bool, at time: Int64)
    -> Bool
  {
    let slot: Int
    if let found = table.find(key) {
      slot = found
      table.touch(slot, at: time)
    } else {
      if let oldest = table.next { evict(oldest, at: time) }
      slot = table.insert(key, spare(), at: time)
    }
    if isProven { table.prove(slot) }
    guard table[slot].count + bytes.byteCount <= limit else {
      drop(slot)
      return false
    }
    table[slot].append(copying: bytes)
    byteCount += bytes.byteCount
    while byteCount > Pieces.byteLimit, let oldest = table.victim, oldest != slot {
      evict(oldest, at: time)
    }
    return true
  }
  fileprivate func count(_ key: PieceKey) -> Int { table.find(key).map { table[$0].count } ?? 0 }
  fileprivate var hasBytes: Bool { byteCount > 0 }
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
  private mutating func evict(_ slot: Int, at time: Int64) {
    empty(slot)
    table.evict(slot, at: time)
  }
  private mutating func drop(_ slot: Int) {
    empty(slot)
    table.remove(slot)
  }
  private mutating func empty(_ slot: Int) {
    byteCount -= table[slot].count
    var bytes: [UInt8] = []
    swap(&bytes, &table[slot])
    recycle(bytes)
  }

  /// An empty array, reused if possible, to assemble one message in.
  mutating func spare() -> [UInt8] { spares.popLast() ?? [] }
  /// Takes back an array that is no longer referred to.
  mutating func recycle(_ bytes: consuming [UInt8]) {
    // Very large ones are freed instead.
    guard spares.count < 16, bytes.capacity <= 1 << 16 else { return }
    bytes.removeAll(keepingCapacity: true)
    spares.append(bytes)
  }
}

/// Pieces in the current direction. `channel` distinguishes messages that one direction of a conversation interleaves.
extension Exchange {
  private func key(_ channel: UInt64) -> PieceKey {
    PieceKey(conversation: conversation, channel: channel, direction: direction)
  }

  /// Appends a piece to those already kept for its message. If that would exceed `limit` bytes, all are discarded, and
  /// the result is false.
  mutating func collect(_ bytes: RawSpan, channel: UInt64 = 0, limit: Int) -> Bool {
    pieces.add(bytes, to: key(channel), limit: limit, isProven: isMutual, at: time)
  }
  /// Bytes collected so far.
  func collected(channel: UInt64 = 0) -> Int { pieces.hasBytes ? pieces.count(key(channel)) : 0 }
  /// Takes out what was collected: read it, then return it with `keep`, so that values can be read from it.
  mutating func take(channel: UInt64 = 0) -> [UInt8] { pieces.take(key(channel)) }
  /// Discards what was collected.
  mutating func drop(channel: UInt64 = 0) { pieces.drop(key(channel)) }
  /// Discards everything collected in this direction, on all channels: its remainder is lost.
  mutating func dropAll() { pieces.dropAll(of: conversation, direction) }
  /// An empty array, reused if possible, to assemble one message in.
  mutating func spare() -> [UInt8] { pieces.spare() }
  /// Returns a spare array that is no longer referred to.
  mutating func returnBuffer(_ bytes: consuming [UInt8]) { pieces.recycle(bytes) }
}
