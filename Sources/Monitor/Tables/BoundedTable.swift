// SPDX-License-Identifier: Apache-2.0

/// A key of a `BoundedTable`. Keys come from the wire, so their hash is seeded: an attacker cannot
/// choose keys that collide.
protocol TableKey: Equatable {
  func hash(seed: UInt64) -> UInt64
}

/// Folds one word into a running hash: a 64 by 64 bit multiplication whose halves are combined.
@inline(__always)
func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
  let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
  return product.high ^ product.low
}

/// A hash table that never holds more than `limit` entries: at the limit the least recently touched entry is evicted.
/// Memory grows with use, not with the limit; once grown, nothing is allocated. An entry keeps its slot number for as
/// long as it lives.
struct BoundedTable<Key: TableKey, Value> {
  fileprivate struct Entry {
    var key: Key
    var value: Value
    var hash: UInt32
    /// Next entry of the same bucket, or of the free list.
    var next: Int32
    /// Neighbours in the order of use.
    var newer: Int32
    var older: Int32
    var touched: Int64
    var isFree: Bool
  }

  let limit: Int
  private(set) var count = 0
  /// Entries evicted at the limit.
  private(set) var evictions = 0
  private let seed: UInt64
  private var entries: [Entry] = []
  private var buckets: [Int32]
  private var free: Int32 = -1
  private var newest: Int32 = -1
  private var oldest: Int32 = -1

  init(limit: Int, seed: UInt64) {
    self.limit = max(1, min(limit, Int(Int32.max)))
    self.seed = seed
    buckets = Array(repeating: -1, count: 64)
  }

  /// Slots in use or free; `slot` values are below it.
  var slots: Int { entries.count }
  var isFull: Bool { count >= limit }

  @inline(__always)
  private func hash(_ key: Key) -> UInt32 { UInt32(truncatingIfNeeded: key.hash(seed: seed) >> 16) }

  /// The slot of `key`, nil if it is not there.
  @inline(__always)
  func find(_ key: Key) -> Int? {
    let hash = hash(key)
    var slot = buckets[Int(hash) & (buckets.count - 1)]
    while slot >= 0 {
      let index = Int(slot)
      if entries[index].hash == hash, entries[index].key == key { return index }
      slot = entries[index].next
    }
    return nil
  }

  /// The slot to be evicted for one more entry; nil while there is room. The caller closes
  /// what it holds, then inserts.
  var next: Int? { isFull && oldest >= 0 ? Int(oldest) : nil }

  /// Adds an entry whose key is not there yet, touched at `time`; evicts the oldest at the limit.
  mutating func insert(_ key: Key, _ value: Value, at time: Int64) -> Int {
    let slot = insert(key, at: time, fresh: value)
    entries[slot].value = value
    return slot
  }

  /// The same for values that are large: a slot used before still holds what it held, and the caller overwrites it;
  /// `fresh` is what a new slot begins with.
  @inline(__always)
  mutating func insert(_ key: Key, at time: Int64, fresh: @autoclosure () -> Value) -> Int {
    if isFull, oldest >= 0 {
      remove(Int(oldest))
      evictions += 1
    }
    if count >= buckets.count { grow() }
    let hash = hash(key)
    let bucket = Int(hash) & (buckets.count - 1)
    let slot: Int
    if free >= 0 {
      slot = Int(free)
      free = entries[slot].next
      entries[slot].key = key
      entries[slot].hash = hash
      entries[slot].next = buckets[bucket]
      entries[slot].newer = -1
      entries[slot].older = newest
      entries[slot].touched = time
      entries[slot].isFree = false
    } else {
      slot = entries.count
      entries.append(
        Entry(
          key: key, value: fresh(), hash: hash, next: buckets[bucket], newer: -1, older: newest, touched: time,
          isFree: false))
    }
    buckets[bucket] = Int32(slot)
    if newest >= 0 { entries[Int(newest)].newer = Int32(slot) } else { oldest = Int32(slot) }
    newest = Int32(slot)
    count += 1
    return slot
  }

  /// Sets the value of a key, which may be there already, at `time`.
  mutating func set(_ key: Key, _ value: Value, at time: Int64) {
    if let slot = find(key) {
      entries[slot].value = value
      touch(slot, at: time)
    } else {
      _ = insert(key, value, at: time)
    }
  }

  /// Marks an entry as used at `time`. The order of use is kept to one second, so that a busy entry is
  /// not moved by every packet.
  @inline(__always)
  mutating func touch(_ slot: Int, at time: Int64) {
    if time &- entries[slot].touched >= 1_000_000_000 { renew(slot, at: time) }
  }

  /// Makes an entry the newest at once.
  mutating func renew(_ slot: Int, at time: Int64) {
    entries[slot].touched = time
    guard Int(newest) != slot else { return }
    unlink(slot)
    entries[slot].newer = -1
    entries[slot].older = newest
    if newest >= 0 { entries[Int(newest)].newer = Int32(slot) } else { oldest = Int32(slot) }
    newest = Int32(slot)
  }

  private mutating func unlink(_ slot: Int) {
    let newer = entries[slot].newer
    let older = entries[slot].older
    if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
    if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
  }

  mutating func remove(_ slot: Int) {
    guard !entries[slot].isFree else { return }
    let bucket = Int(entries[slot].hash) & (buckets.count - 1)
    if Int(buckets[bucket]) == slot {
      buckets[bucket] = entries[slot].next
    } else {
      var before = Int(buckets[bucket])
      while Int(entries[before].next) != slot { before = Int(entries[before].next) }
      entries[before].next = entries[slot].next
    }
    unlink(slot)
    entries[slot].isFree = true
    entries[slot].next = free
    free = Int32(slot)
    count -= 1
  }

  private mutating func grow() {
    buckets = Array(repeating: -1, count: buckets.count * 2)
    for slot in entries.indices where !entries[slot].isFree {
      let bucket = Int(entries[slot].hash) & (buckets.count - 1)
      entries[slot].next = buckets[bucket]
      buckets[bucket] = Int32(slot)
    }
  }

  func isUsed(_ slot: Int) -> Bool { slot < entries.count && !entries[slot].isFree }
  func key(_ slot: Int) -> Key { entries[slot].key }
  /// When the entry was last touched, to the second.
  func touched(_ slot: Int) -> Int64 { entries[slot].touched }
  /// The entry touched longest ago.
  var oldestSlot: Int? { oldest >= 0 ? Int(oldest) : nil }
  /// Slots from the one touched longest ago to the newest, for reports; not for the hot path.
  var slotsByAge: [Int] {
    var order: [Int] = []
    order.reserveCapacity(count)
    var slot = oldest
    while slot >= 0 {
      order.append(Int(slot))
      slot = entries[Int(slot)].newer
    }
    return order
  }

  subscript(slot: Int) -> Value {
    @inline(__always) _read { yield entries[slot].value }
    @inline(__always) _modify { yield &entries[slot].value }
  }
}

extension BoundedTable: Sendable where Key: Sendable, Value: Sendable {}
extension BoundedTable.Entry: Sendable where Key: Sendable, Value: Sendable {}
