// SPDX-License-Identifier: Apache-2.0

/// A key of a `BoundedTable`. Keys come from the wire, so their hash is seeded: an attacker cannot
/// choose keys that collide.
protocol TableKey: Equatable {
  func hash(seed: UInt64) -> UInt64
}

/// Entries evicted at a limit.
struct Evictions: Equatable, Sendable {
  var all = 0
  /// Those used so recently that nobody but a flood should have displaced them; see `BoundedTable.youth`.
  var young = 0

  static func + (left: Evictions, right: Evictions) -> Evictions {
    Evictions(all: left.all &+ right.all, young: left.young &+ right.young)
  }
}

/// A hash table that never holds more than `limit` entries. Memory grows with use, not with the limit; once grown,
/// nothing is allocated. An entry keeps its slot number for as long as it lives.
///
/// At the limit an entry gives way. What has proved itself (`prove`: an answer, a handshake, a second use) stays, as
/// long as more than a quarter of the entries has not: of these the least recently touched one is evicted, else that of
/// the proven ones. So neither does a flood of entries that lead nowhere displace real ones, nor do many proven ones
/// refuse newcomers (the segments of an SLRU cache: Karedla, Love, Wherry, "Caching strategies to improve disk system
/// performance", IEEE Computer 27, 1994).
struct BoundedTable<Key: TableKey, Value> {
  fileprivate struct Entry {
    // What a look-up reads comes first, beside the key.
    var hash: UInt32
    /// Next entry of the same bucket, or of the free list.
    var next: Int32
    var touched: Int64
    /// Neighbours in the order of use, among the proven entries or among the others.
    var newer: Int32
    var older: Int32
    var isFree: Bool
    var isProven: Bool
    var key: Key
    var value: Value
    /// The number of the use at which it was last moved to the front.
    var order: UInt64
  }

  /// A table with more entries takes room for as many as it may have: address space, which becomes memory where entries
  /// are written. So a large table is not copied again and again while it grows, and needs no memory for the copy.
  private static var small: Int { 256 }

  let limit: Int
  private(set) var count = 0
  private(set) var evictions = Evictions()
  /// An entry that is evicted within this time after its last use (nanoseconds) counts as young: the whole table was
  /// used within that time.
  private let youth: Int64
  /// To what time the order of use is kept (nanoseconds).
  private let precision: Int64
  private let seed: UInt64
  private var entries: [Entry] = []
  private var buckets: [Int32]
  private var free: Int32 = -1
  /// Ends of the order of use: of entries that have not proved themselves, and of those that have.
  private var newest: Int32 = -1
  private var oldest: Int32 = -1
  private var newestProven: Int32 = -1
  private var oldestProven: Int32 = -1
  private var provenCount = 0
  private var uses: UInt64 = 0

  init(limit: Int, seed: UInt64, youth: Int64 = 60_000_000_000, precision: Int64 = 1_000_000_000) {
    self.precision = precision
    self.limit = max(1, min(limit, Int(Int32.max)))
    self.seed = seed
    self.youth = youth
    buckets = Array(repeating: -1, count: 64)
  }

  /// Slots in use or free; `slot` values are below it.
  var slots: Int { entries.count }
  var isFull: Bool { count >= limit }
  /// Whether so many more find room without one giving way.
  func hasRoom(for more: Int) -> Bool { limit - count >= more }

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

  /// The slot to be evicted for one more entry; nil while there is room. The caller closes what it holds, and either
  /// evicts it or leaves that to `insert`.
  var next: Int? { isFull ? victim : nil }

  /// The entry that gives way first; nil if there is none.
  var victim: Int? {
    guard count > 0 else { return nil }
    return Int(oldestProven < 0 || (count - provenCount) * 4 > count ? oldest : oldestProven)
  }

  /// Removes an entry to make room at `time`, and counts it.
  mutating func evict(_ slot: Int, at time: Int64) {
    evictions.all &+= 1
    if (time &- entries[slot].touched).magnitude < UInt64(youth) { evictions.young &+= 1 }
    remove(slot)
  }

  /// Marks an entry as one that has proved itself: it gives way after those that have not.
  mutating func prove(_ slot: Int) {
    guard !entries[slot].isProven else { return }
    unlink(slot)
    entries[slot].isProven = true
    provenCount += 1
    link(slot)
  }

  /// Adds an entry whose key is not there yet, touched at `time`; evicts another at the limit.
  mutating func insert(_ key: Key, _ value: Value, at time: Int64) -> Int {
    let slot = insert(key, at: time, fresh: value)
    entries[slot].value = value
    return slot
  }

  /// The same for values that are large: a slot used before still holds what it held, and the caller overwrites it;
  /// `fresh` is what a new slot begins with.
  @inline(__always)
  mutating func insert(
    _ key: Key, at time: Int64, isProven: Bool = false, fresh: @autoclosure () -> Value
  ) -> Int {
    if let victim = next { evict(victim, at: time) }
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
      entries[slot].touched = time
      entries[slot].isFree = false
      entries[slot].isProven = isProven
    } else {
      slot = entries.count
      if slot == BoundedTable.small { entries.reserveCapacity(limit) }
      entries.append(
        Entry(
          hash: hash, next: buckets[bucket], touched: time, newer: -1, older: -1, isFree: false, isProven: isProven,
          key: key, value: fresh(), order: 0))
    }
    buckets[bucket] = Int32(slot)
    use(slot)
    count += 1
    if isProven { provenCount += 1 }
    return slot
  }

  /// Sets the value of a key, which may be there already, at `time`.
  mutating func set(_ key: Key, _ value: Value, at time: Int64, isProven: Bool = false) {
    let slot: Int
    if let found = find(key) {
      slot = found
      entries[slot].value = value
      touch(slot, at: time)
    } else {
      slot = insert(key, value, at: time)
    }
    if isProven { prove(slot) }
  }

  /// Marks an entry as used at `time`. The order of use is kept to `precision`, so that a busy entry is not moved by
  /// every packet.
  @inline(__always)
  mutating func touch(_ slot: Int, at time: Int64) {
    if time &- entries[slot].touched >= precision { renew(slot, at: time) }
  }

  /// Makes an entry the newest at once.
  mutating func renew(_ slot: Int, at time: Int64) {
    entries[slot].touched = time
    unlink(slot)
    use(slot)
  }

  /// Puts an entry, which is in no order, at the front of its own.
  private mutating func use(_ slot: Int) {
    uses &+= 1
    entries[slot].order = uses
    link(slot)
  }
  private mutating func link(_ slot: Int) {
    let isProven = entries[slot].isProven
    let before = isProven ? newestProven : newest
    entries[slot].newer = -1
    entries[slot].older = before
    if before >= 0 { entries[Int(before)].newer = Int32(slot) }
    if isProven {
      newestProven = Int32(slot)
      if before < 0 { oldestProven = Int32(slot) }
    } else {
      newest = Int32(slot)
      if before < 0 { oldest = Int32(slot) }
    }
  }
  private mutating func unlink(_ slot: Int) {
    let newer = entries[slot].newer
    let older = entries[slot].older
    let isProven = entries[slot].isProven
    if newer >= 0 {
      entries[Int(newer)].older = older
    } else if isProven {
      newestProven = older
    } else {
      newest = older
    }
    if older >= 0 {
      entries[Int(older)].newer = newer
    } else if isProven {
      oldestProven = newer
    } else {
      oldest = newer
    }
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
    if entries[slot].isProven { provenCount -= 1 }
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
  /// When the entry was last touched, to `precision`.
  func touched(_ slot: Int) -> Int64 { entries[slot].touched }
  /// The entry touched longest ago.
  var oldestSlot: Int? {
    guard oldest >= 0, oldestProven >= 0 else { return count > 0 ? Int(max(oldest, oldestProven)) : nil }
    return Int(entries[Int(oldest)].order < entries[Int(oldestProven)].order ? oldest : oldestProven)
  }
  /// Slots from the one touched longest ago to the newest, for reports; not for the hot path.
  var slotsByAge: [Int] {
    entries.indices.filter { !entries[$0].isFree }.sorted { entries[$0].order < entries[$1].order }
  }

  subscript(slot: Int) -> Value {
    @inline(__always) _read { yield entries[slot].value }
    @inline(__always) _modify { yield &entries[slot].value }
  }
}

extension BoundedTable: Sendable where Key: Sendable, Value: Sendable {}
extension BoundedTable.Entry: Sendable where Key: Sendable, Value: Sendable {}
