// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A `BoundedTable` for many large entries, of which each is looked at again and again, in any order: what a look costs
/// is how many pieces of memory it waits for. Entries give way in the same order, to the same rules.
///
/// * Keys are found by tags of eight bytes in one array (open addressing, linear probing): half of a tag is a hash, the
///   other half the slot. A look reads one tag and one entry.
/// * The order of use is kept beside the entries, in 16 bytes each, so that moving one to the front touches no other.
/// * Entries lie in pages that never move: growing copies none, and no more memory is used than the entries need.
///
/// `unsafe` is sound here. A slot is below `slots` where it comes from a tag, and elsewhere that is checked, in every
/// build. Each slot below `slots` lies in a page of its own place, holds a head and a value from `insert` on until
/// `deinit`, and is overlapped by no other. Pages are freed in `deinit` alone, and a table cannot be copied.
@safe
struct PagedTable<Key: TableKey & BitwiseCopyable, Value>: ~Copyable {
  /// What a look-up compares lies in front of the value.
  private struct Head {
    var key: Key
    var touched: Int64
  }
  private struct Link {
    /// The number of the use at which it was last moved to the front, and, as the lowest bit, whether it has proved
    /// itself; 0 in a free slot.
    var order: UInt64 = 0
    /// Neighbours in the order of use, among the proven entries or among the others. Of a free slot, `older` is the
    /// next one that is free.
    var newer: Int32 = -1
    var older: Int32 = -1
    var isProven: Bool { order & 1 != 0 }
  }
  /// The ends of the order of use.
  private struct Ends {
    var newest: Int32 = -1
    var oldest: Int32 = -1
  }

  let limit: Int
  private(set) var count = 0
  private(set) var evictions = Evictions()
  private let youth: Int64
  private let precision: Int64
  private let seed: UInt64
  /// The hash in the upper half, the slot and 1 in the lower one; 0 where there is none.
  private var tags: [UInt64]
  private var links: [Link] = []
  private var free: Int32 = -1
  private var unproven = Ends()
  private var proven = Ends()
  private var provenCount = 0
  private var uses: UInt64 = 0
  private var pages: [UnsafeMutableRawPointer] = unsafe []

  /// As of a `BoundedTable`.
  init(limit: Int, seed: UInt64, youth: Int64 = 60_000_000_000, precision: Int64 = 1_000_000_000) {
    self.limit = max(1, min(limit, Int(Int32.max)))
    self.seed = seed
    self.youth = youth
    self.precision = precision
    tags = Array(repeating: 0, count: 64)
  }

  deinit {
    for slot in 0..<links.count { unsafe value(slot).deinitialize(count: 1) }
    for number in unsafe pages.indices { unsafe pages[number].deallocate() }
  }

  // MARK: Memory

  /// As large as the large pages of x86-64 and of common ARM kernels: a table of many megabytes then needs few entries
  /// of the processor's table of pages.
  private static var pageSize: Int { 2 << 20 }
  private static var line: Int { 64 }
  private static var valueOffset: Int {
    let alignment = MemoryLayout<Value>.alignment
    return (MemoryLayout<Head>.size + alignment - 1) / alignment * alignment
  }
  /// A whole number of cache lines.
  private static var stride: Int { (valueOffset + MemoryLayout<Value>.size + line - 1) / line * line }
  private static var slotsInPage: Int { max(1, pageSize / stride) }

  @inline(__always)
  private func place(_ slot: Int) -> UnsafeMutableRawPointer {
    let number = UInt(bitPattern: slot)
    let inPage = UInt(bitPattern: PagedTable.slotsInPage)
    return unsafe pages[Int(bitPattern: number / inPage)]
      + Int(bitPattern: number % inPage) &* PagedTable.stride
  }
  @inline(__always)
  private func head(_ slot: Int) -> UnsafeMutablePointer<Head> {
    unsafe place(slot).assumingMemoryBound(to: Head.self)
  }
  @inline(__always)
  private func value(_ slot: Int) -> UnsafeMutablePointer<Value> {
    unsafe (place(slot) + PagedTable.valueOffset).assumingMemoryBound(to: Value.self)
  }

  @inline(never)
  private mutating func addPage() {
    let size = max(PagedTable.pageSize, PagedTable.stride)
    let page = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: PagedTable.pageSize)
    // A wish: without large pages the table is slower, and nothing else. A small table does not need all of its first.
    if unsafe !pages.isEmpty { _ = unsafe madvise(page, size, MADV_HUGEPAGE) }
    unsafe pages.append(page)
  }

  // MARK: Look-up

  /// Slots in use or free; `slot` values are below it.
  var slots: Int { links.count }
  var isFull: Bool { count >= limit }

  @inline(__always)
  private func hash(_ key: Key) -> UInt32 { UInt32(truncatingIfNeeded: key.hash(seed: seed) >> 16) }
  /// There is always a tag that is free, so that a search ends.
  @inline(__always)
  private var mask: Int { tags.count &- 1 }

  /// The slot of `key`, nil if it is not there.
  @inline(__always)
  func find(_ key: Key) -> Int? {
    let hash = hash(key)
    var place = Int(hash) & mask
    while true {
      let tag = tags[place]
      if tag == 0 { return nil }
      if UInt32(truncatingIfNeeded: tag >> 32) == hash {
        let slot = Int(truncatingIfNeeded: tag & 0xFFFF_FFFF) &- 1
        if unsafe head(slot).pointee.key == key { return slot }
      }
      place = (place &+ 1) & mask
    }
  }

  private mutating func addTag(_ tag: UInt64) {
    var place = Int(truncatingIfNeeded: tag >> 32) & mask
    while tags[place] != 0 { place = (place &+ 1) & mask }
    tags[place] = tag
  }

  /// Takes out a tag; those after it that a search would no longer reach move up.
  private mutating func removeTag(_ slot: Int) {
    var hole = Int(hash(unsafe head(slot).pointee.key)) & mask
    while Int(truncatingIfNeeded: tags[hole] & 0xFFFF_FFFF) != slot &+ 1 { hole = (hole &+ 1) & mask }
    var next = (hole &+ 1) & mask
    while tags[next] != 0 {
      let home = Int(truncatingIfNeeded: tags[next] >> 32) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        tags[hole] = tags[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    tags[hole] = 0
  }

  @inline(never)
  private mutating func grow() {
    let old = tags
    tags = Array(repeating: 0, count: old.count * 2)
    for tag in old where tag != 0 { addTag(tag) }
  }

  // MARK: Entries

  /// The slot to be evicted for one more entry; nil while there is room. The caller closes what it holds, and either
  /// evicts it or leaves that to `insert`.
  var next: Int? { isFull ? victim : nil }

  /// The entry that gives way first; nil if there is none.
  var victim: Int? {
    guard count > 0 else { return nil }
    return Int(proven.oldest < 0 || (count - provenCount) * 4 > count ? unproven.oldest : proven.oldest)
  }

  /// Removes an entry to make room at `time`, and counts it.
  mutating func evict(_ slot: Int, at time: Int64) {
    evictions.all &+= 1
    if (time &- touched(slot)).magnitude < UInt64(youth) { evictions.young &+= 1 }
    remove(slot)
  }

  /// Adds an entry whose key is not there yet, touched at `time`; evicts another at the limit.
  @inline(__always)
  mutating func insert(_ key: Key, _ value: @autoclosure () -> Value, at time: Int64) -> Int {
    let slot = room(for: key, at: time)
    // Made by `room`, or of an entry that is gone: both are overwritten where they are.
    if slot == links.count {
      if unsafe slot == pages.count &* PagedTable.slotsInPage { addPage() }
      links.append(Link())
      unsafe head(slot).initialize(to: Head(key: key, touched: time))
      unsafe self.value(slot).initialize(to: value())
    } else {
      unsafe head(slot).pointee = Head(key: key, touched: time)
      unsafe self.value(slot).deinitialize(count: 1)
      unsafe self.value(slot).initialize(to: value())
    }
    addTag(UInt64(hash(key)) << 32 | UInt64(slot &+ 1))
    use(slot, isProven: false)
    count += 1
    return slot
  }

  /// A slot that is free: `slots` if none of them is.
  private mutating func room(for key: Key, at time: Int64) -> Int {
    if let victim = next { evict(victim, at: time) }
    if (count + 1) * 3 > tags.count * 2 { grow() }
    guard free >= 0 else { return links.count }
    let slot = Int(free)
    free = links[slot].older
    return slot
  }

  mutating func remove(_ slot: Int) {
    guard isUsed(slot) else { return }
    removeTag(slot)
    unlink(slot)
    if links[slot].isProven { provenCount -= 1 }
    links[slot] = Link(older: free)
    free = Int32(slot)
    count -= 1
  }

  func isUsed(_ slot: Int) -> Bool { slot < links.count && links[slot].order != 0 }
  func key(_ slot: Int) -> Key {
    check(slot)
    return unsafe head(slot).pointee.key
  }
  /// When the entry was last touched, to `precision`.
  func touched(_ slot: Int) -> Int64 {
    check(slot)
    return unsafe head(slot).pointee.touched
  }

  @inline(__always)
  private func check(_ slot: Int) {
    precondition(UInt(bitPattern: slot) < UInt(bitPattern: links.count), "no such slot")
  }

  subscript(slot: Int) -> Value {
    @inline(__always) _read {
      check(slot)
      yield unsafe value(slot).pointee
    }
    @inline(__always) _modify {
      check(slot)
      yield unsafe &value(slot).pointee
    }
  }

  // MARK: Order of use

  /// Marks an entry as one that has proved itself: it gives way after those that have not.
  mutating func prove(_ slot: Int) {
    guard isUsed(slot), !links[slot].isProven else { return }
    unlink(slot)
    links[slot].order |= 1
    provenCount += 1
    link(slot)
  }

  /// Marks an entry as used at `time`. The order of use is kept to `precision`, so that a busy entry is not moved by
  /// every packet.
  @inline(__always)
  mutating func touch(_ slot: Int, at time: Int64) {
    check(slot)
    if time &- (unsafe head(slot).pointee.touched) >= precision { renew(slot, at: time) }
  }

  /// Makes an entry the newest at once.
  @inline(never)
  mutating func renew(_ slot: Int, at time: Int64) {
    guard isUsed(slot) else { return }
    unsafe head(slot).pointee.touched = time
    let isProven = links[slot].isProven
    unlink(slot)
    use(slot, isProven: isProven)
  }

  /// Puts an entry, which is in no order, at the front of its own.
  private mutating func use(_ slot: Int, isProven: Bool) {
    uses &+= 1
    links[slot].order = uses << 1 | (isProven ? 1 : 0)
    link(slot)
  }
  private mutating func link(_ slot: Int) {
    let isProven = links[slot].isProven
    let before = isProven ? proven.newest : unproven.newest
    links[slot].newer = -1
    links[slot].older = before
    if before >= 0 { links[Int(before)].newer = Int32(slot) }
    if isProven {
      proven.newest = Int32(slot)
      if before < 0 { proven.oldest = Int32(slot) }
    } else {
      unproven.newest = Int32(slot)
      if before < 0 { unproven.oldest = Int32(slot) }
    }
  }
  private mutating func unlink(_ slot: Int) {
    let link = links[slot]
    if link.newer >= 0 {
      links[Int(link.newer)].older = link.older
    } else if link.isProven {
      proven.newest = link.older
    } else {
      unproven.newest = link.older
    }
    if link.older >= 0 {
      links[Int(link.older)].newer = link.newer
    } else if link.isProven {
      proven.oldest = link.newer
    } else {
      unproven.oldest = link.newer
    }
  }

  /// Slots from the one touched longest ago to the newest, for reports; not for the hot path.
  var slotsByAge: [Int] {
    links.indices.filter { links[$0].order != 0 }.sorted { links[$0].order >> 1 < links[$1].order >> 1 }
  }
}
