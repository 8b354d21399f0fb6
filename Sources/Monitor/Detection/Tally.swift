// SPDX-License-Identifier: Apache-2.0

/// The key of what detectors count: the acting host, and the one it acts on.
struct PairKey: TableKey {
  let source: IPAddress
  let destination: IPAddress
  /// Distinguishes what is counted in the same table.
  let what: UInt64

  init(_ source: IPAddress, _ destination: IPAddress, _ what: UInt64 = 0) {
    self.source = source
    self.destination = destination
    self.what = what
  }

  /// Sender and receiver of what is sent in `direction`; their MAC addresses if there is no IP.
  @inline(__always)
  init(_ conversation: borrowing Conversation, sent direction: Direction = .toServer) {
    guard conversation.flow.isLink else {
      let (client, server) = (conversation.flow.client, conversation.flow.server)
      if direction == .toServer { self.init(client, server) } else { self.init(server, client) }
      return
    }
    // No host has an address in ffff::/16.
    func address(_ mac: MACAddress) -> IPAddress { IPAddress(bits: UInt128(0xFFFF) << 112 | UInt128(mac.rawValue)) }
    self.init(address(conversation.flow[direction].mac), address(conversation.flow[direction.reversed].mac))
  }

  func hash(seed: UInt64) -> UInt64 {
    var state = mix(seed, source.low)
    state = mix(state, source.high)
    state = mix(state, destination.low)
    state = mix(state, destination.high)
    return mix(state, what)
  }
}

/// Counts within time windows, for each pair. Bounded: pairs that were counted only once give way first. A window
/// begins with the first count after the previous window has ended.
struct Tally {
  private struct Window {
    var start: Int64 = 0
    var count = 0
    /// The distinct things counted: the first ones exactly, by hash value; later ones by one bit for each of 256
    /// values.
    var first = InlineArray<32, UInt32>(repeating: 0)
    var firstCount = 0
    var seen: (UInt128, UInt128) = (0, 0)
    /// The group of the thing that the count began with, and how many of those counted are of others.
    var group: UInt16 = 0
    var others = 0

    /// Begins anew; what `first` still holds is beyond `firstCount`.
    mutating func open(at time: Int64) {
      start = time
      count = 0
      firstCount = 0
      seen = (0, 0)
      group = 0
      others = 0
    }

    func isOpen(at time: Int64, for length: Int64) -> Bool { time >= start && time &- start < length }

    /// The place of a value among the first ones.
    private func place(of value: UInt32) -> Int? {
      // In place: at an index known only then, an inline array is copied.
      let first = first.span
      for place in 0..<firstCount where first[place] == value { return place }
      return nil
    }

    /// Counts a thing of a group; the new count, 0 if it was counted before.
    mutating func add(_ mark: Mark, _ group: UInt16) -> Int {
      guard add(mark) else { return 0 }
      if count == 0 { (self.group, others) = (group, 0) }
      if self.group != group { others += 1 }
      count += 1
      return count
    }

    /// Takes back what was counted while the window is open.
    mutating func cancel(_ mark: Mark, _ group: UInt16) {
      guard remove(mark) else { return }
      count -= 1
      if self.group != group, others > 0 { others -= 1 }
    }

    private mutating func add(_ mark: Mark) -> Bool {
      if place(of: mark.value) != nil || (mark.isUpper ? seen.1 : seen.0) & mark.bit != 0 { return false }
      if firstCount < first.count {
        first[firstCount] = mark.value
        firstCount += 1
      } else if mark.isUpper {
        seen.1 |= mark.bit
      } else {
        seen.0 |= mark.bit
      }
      return true
    }

    private mutating func remove(_ mark: Mark) -> Bool {
      if let place = place(of: mark.value) {
        firstCount -= 1
        let last = first.span[firstCount]
        first[place] = last
        return true
      }
      guard (mark.isUpper ? seen.1 : seen.0) & mark.bit != 0 else { return false }
      if mark.isUpper { seen.1 &= ~mark.bit } else { seen.0 &= ~mark.bit }
      return true
    }
  }

  /// What is remembered of a thing: a value, and one of 256 bits. Not seeded, so that the same capture yields the same
  /// counts.
  private struct Mark {
    let value: UInt32
    let isUpper: Bool
    let bit: UInt128

    init(_ thing: UInt64) {
      let hash = mix(0x9E37_79B9, thing)
      let place = Int(truncatingIfNeeded: hash >> 20) & 255
      value = UInt32(truncatingIfNeeded: hash >> 28)
      isUpper = place >= 128
      bit = UInt128(1) << UInt128(place & 127)
    }
  }

  /// Nanoseconds.
  let window: Int64
  let threshold: Int
  private var table: BoundedTable<PairKey, Window>

  init(seconds: Int, threshold: Int, limit: Int = 16_384, seed: UInt64) {
    window = Int64(seconds) * 1_000_000_000
    self.threshold = threshold
    table = BoundedTable(limit: limit, seed: seed)
  }

  /// Entries evicted at the limit.
  var evictions: Evictions { table.evictions }
  var seconds: Int { Int(window / 1_000_000_000) }

  /// Adds one. Returns the count if it has reached the threshold.
  mutating func add(_ key: PairKey, at time: Int64) -> Int? {
    let slot = slot(key, at: time)
    let count = table[slot].count + 1
    table[slot].count = count
    if count > 1 { table.prove(slot) }
    return count >= threshold ? count : nil
  }

  /// Counts `thing` once per window. Returns the number of distinct things if it grew and has reached the threshold.
  /// The number is exact up to 32, more than any threshold; beyond that the 256 bits fill up, and it may be too low but
  /// never too high.
  ///
  /// `group` is what the thing belongs to, the same whenever it is counted or taken back (`isOfSeveralGroups`).
  mutating func add(_ key: PairKey, thing: UInt64, group: UInt16 = 0, at time: Int64) -> Int? {
    let slot = slot(key, at: time)
    let count = table[slot].add(Mark(thing), group)
    if count > 1 { table.prove(slot) }
    return count > 0 && count >= threshold ? count : nil
  }

  /// Takes back that `thing` was counted in the window that is still open, and nothing else.
  mutating func cancel(_ key: PairKey, thing: UInt64, group: UInt16 = 0, at time: Int64) {
    guard let slot = table.find(key), isOpen(slot, at: time) else { return }
    table[slot].cancel(Mark(thing), group)
  }

  /// Whether the things counted are of more than one group, or may be.
  func isOfSeveralGroups(_ key: PairKey) -> Bool { table.find(key).map { table[$0].others > 0 } ?? false }

  /// What a finding reports about a count.
  func detail(_ what: Finding.Counted, _ count: Int) -> Finding.Detail {
    .count(what: what, seen: count, limit: threshold, seconds: seconds)
  }

  /// Whether the count of a window that is still open has reached the threshold.
  func isReached(_ key: PairKey, at time: Int64) -> Bool {
    guard let slot = table.find(key), isOpen(slot, at: time) else { return false }
    return table[slot].count >= threshold
  }

  private func isOpen(_ slot: Int, at time: Int64) -> Bool {
    table[slot].isOpen(at: time, for: window)
  }

  private mutating func slot(_ key: PairKey, at time: Int64) -> Int {
    guard let slot = table.find(key) else {
      keepProgress(at: time)
      // Filled in place: most of a window is what it has counted, and it has counted nothing.
      let slot = table.insert(key, at: time, fresh: Window())
      table[slot].open(at: time)
      return slot
    }
    table.touch(slot, at: time)
    if !isOpen(slot, at: time) { table[slot].open(at: time) }
    return slot
  }

  /// At the limit, pairs that were counted once give way first: forged addresses push out one another, and not a slow
  /// scan.
  private mutating func keepProgress(at time: Int64) {
    for _ in 0..<8 {
      guard let oldest = table.next, table[oldest].count > 1, isOpen(oldest, at: time) else { return }
      table.renew(oldest, at: time)
    }
  }
}
