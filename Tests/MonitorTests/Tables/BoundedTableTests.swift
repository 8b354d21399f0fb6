// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct BoundedTableTests {
  struct Number: TableKey {
    let value: Int
    func hash(seed: UInt64) -> UInt64 { mix(seed, UInt64(value)) }
  }
  /// All keys of an attacker who knew the seed fall into one bucket.
  struct Colliding: TableKey {
    let value: Int
    func hash(seed: UInt64) -> UInt64 { 7 }
  }
  private static let second: Int64 = 1_000_000_000

  @Test("an inserted entry is found at its slot, and no longer after its removal")
  func findAndRemove() {
    var table = BoundedTable<Number, String>(limit: 8, seed: 1)
    let one = table.insert(Number(value: 1), "one", at: 0)
    let two = table.insert(Number(value: 2), "two", at: 0)
    #expect(table.find(Number(value: 1)) == one && table[one] == "one" && table.key(one).value == 1)
    table[one] = "first"
    #expect(table[one] == "first" && table.count == 2)
    table.remove(one)
    #expect(table.find(Number(value: 1)) == nil && !table.isUsed(one) && table.find(Number(value: 2)) == two)
    // Removing what is not there is harmless.
    table.remove(one)
    #expect(table.count == 1)
    #expect(table.insert(Number(value: 3), "three", at: 0) == one, "a free slot is used again")
  }

  @Test("setting a key twice makes one entry, with the later value and time")
  func set() {
    var table = BoundedTable<Number, Int>(limit: 2, seed: 1)
    table.set(Number(value: 1), 10, at: 0)
    table.set(Number(value: 2), 20, at: Self.second)
    table.set(Number(value: 1), 11, at: 2 * Self.second)
    #expect(table.count == 2 && table.find(Number(value: 1)).map { table[$0] } == 11)
    table.set(Number(value: 3), 30, at: 3 * Self.second)
    #expect(table.find(Number(value: 2)) == nil && table.find(Number(value: 1)) != nil && table.evictions.all == 1)
  }

  @Test("at the limit the entry touched longest ago is evicted", arguments: [1, 2, 3, 100])
  func eviction(_ limit: Int) {
    var table = BoundedTable<Number, Int>(limit: limit, seed: 2)
    for value in 0..<limit { _ = table.insert(Number(value: value), value, at: Int64(value) * Self.second) }
    #expect(table.isFull && table.evictions.all == 0 && table.next == table.find(Number(value: 0)))
    // Entry 0 is used again: now 1 is the oldest, unless it is alone.
    if let slot = table.find(Number(value: 0)) { table.touch(slot, at: Int64(limit) * Self.second) }
    _ = table.insert(Number(value: 1000), 1000, at: Int64(limit + 1) * Self.second)
    #expect(table.count == limit && table.evictions.all == 1)
    #expect((table.find(Number(value: 0)) == nil) == (limit == 1))
    if limit > 1 { #expect(table.find(Number(value: 1)) == nil) }
    for value in 2..<max(2, limit) { #expect(table.find(Number(value: value)) != nil) }
  }

  @Test("touching an entry again within a second does not change the order")
  func granularity() {
    var table = BoundedTable<Number, Int>(limit: 2, seed: 3)
    let first = table.insert(Number(value: 1), 1, at: 0)
    _ = table.insert(Number(value: 2), 2, at: 1)
    table.touch(first, at: Self.second - 1)
    #expect(table.oldestSlot == first && table.touched(first) == 0)
    table.touch(first, at: Self.second)
    #expect(table.oldestSlot != first && table.slotsByAge.last == first)
  }

  @Test("colliding keys are distinguished, wherever in their chain one is removed", arguments: 0..<6)
  func collisions(_ removed: Int) {
    var table = BoundedTable<Colliding, Int>(limit: 16, seed: 4)
    for value in 0..<6 { _ = table.insert(Colliding(value: value), value, at: 0) }
    if let slot = table.find(Colliding(value: removed)) { table.remove(slot) }
    for value in 0..<6 {
      #expect(table.find(Colliding(value: value)).map { table[$0] } == (value == removed ? nil : value))
    }
  }

  @Test("a reused slot keeps its old value for the caller to set, a new one gets the initial value")
  func fresh() {
    var table = BoundedTable<Number, Int>(limit: 4, seed: 5)
    let slot = table.insert(Number(value: 1), at: 0, fresh: 11)
    #expect(table[slot] == 11)
    table.remove(slot)
    #expect(table.insert(Number(value: 2), at: 0, fresh: 22) == slot && table[slot] == 11)
  }

  @Test("it behaves like a dictionary with an order of use", arguments: [1, 7, 64, 65, 300] as [Int], 1...4)
  func model(_ limit: Int, _ seed: Int) {
    var dice = Dice(state: UInt64(limit * 1000 + seed))
    var table = BoundedTable<Number, Int>(limit: limit, seed: dice.next())
    var values: [Int: Int] = [:]
    var order: [Int] = []
    var evictions = 0
    for step in 0..<4000 {
      let time = Int64(step) * Self.second
      let key = Int.random(in: 0..<2 * limit, using: &dice)
      switch Int.random(in: 0..<10, using: &dice) {
      case 0..<6:
        if let slot = table.find(Number(value: key)) {
          table.touch(slot, at: time)
          table[slot] = step
          order.removeAll { $0 == key }
        } else {
          if values.count == limit {
            values[order.removeFirst()] = nil
            evictions += 1
          }
          _ = table.insert(Number(value: key), step, at: time)
        }
        values[key] = step
        order.append(key)
      case 6..<8:
        if let slot = table.find(Number(value: key)) { table.remove(slot) }
        values[key] = nil
        order.removeAll { $0 == key }
      default:
        #expect(table.find(Number(value: key)).map { table[$0] } == values[key])
      }
      #expect(table.count == values.count)
    }
    #expect(table.slotsByAge.map { table.key($0).value } == order)
    #expect(table.evictions.all == evictions)
    #expect(table.slots <= limit)
  }

  /// Long chains: three hashes for all keys.
  struct Crowded: TableKey {
    let value: Int
    func hash(seed: UInt64) -> UInt64 { UInt64(value % 3) << 16 }
  }

  @Test("entries stay in their slots through growth, removal and eviction, in long chains too", arguments: 1...4)
  func slotsStay(_ seed: Int) {
    var dice = Dice(state: UInt64(seed))
    var table = BoundedTable<Crowded, Int>(limit: 150, seed: 6)
    var slots: [Int: Int] = [:]
    /// Keys in the order of their last touch, oldest first, with its time.
    var order: [(key: Int, touched: Int64)] = []
    var time: Int64 = 0
    for step in 0..<3000 {
      time += Int64.random(in: 0..<Self.second / 50, using: &dice)
      let key = Int.random(in: 0..<200, using: &dice)
      #expect(table.find(Crowded(value: key)) == slots[key])
      if let slot = slots[key] {
        if step % 4 == 0 {
          table.remove(slot)
          slots[key] = nil
          order.removeAll { $0.key == key }
        } else {
          table.touch(slot, at: time)
          if let index = order.firstIndex(where: { $0.key == key }), time - order[index].touched >= Self.second {
            order.remove(at: index)
            order.append((key, time))
          }
        }
      } else {
        #expect(table.next == (slots.count == 150 ? slots[order[0].key] : nil))
        if slots.count == 150 { slots[order.removeFirst().key] = nil }
        let slot = table.insert(Crowded(value: key), key, at: time)
        #expect(!slots.values.contains(slot), "no two entries in one slot")
        slots[key] = slot
        order.append((key, time))
      }
    }
    #expect(table.evictions.all > 0 && table.count == slots.count)
    #expect(table.slotsByAge == order.map { slots[$0.key] })
    for (key, slot) in slots { #expect(table.isUsed(slot) && table.key(slot).value == key && table[slot] == key) }
  }

  @Test(arguments: [4, 5, 100])
  func `what has proved itself gives way last, and newcomers always find a quarter of the room`(_ limit: Int) {
    var table = BoundedTable<Number, Int>(limit: limit, seed: 8)
    let proven = (0..<limit).map { value in
      let slot = table.insert(Number(value: value), value, at: Int64(value))
      if value < limit / 2 { table.prove(slot) }
      return slot
    }
    for value in limit..<10 * limit { _ = table.insert(Number(value: value), value, at: Int64(value)) }
    #expect(proven.prefix(limit / 2).enumerated().allSatisfy { table.find(Number(value: $0)) == $1 })
    #expect(table.count == limit && table.find(Number(value: limit / 2)) == nil)
    // Newcomers that all prove themselves displace proven ones, the oldest first.
    for value in 10 * limit..<20 * limit { table.prove(table.insert(Number(value: value), value, at: Int64(value))) }
    #expect((0..<limit / 2).allSatisfy { table.find(Number(value: $0)) == nil })
    // Now hardly anything is unproven: a newcomer stays until a quarter is.
    _ = table.insert(Number(value: 1_000_000), 0, at: 0)
    for value in 1..<limit / 4 { _ = table.insert(Number(value: 1_000_000 + value), 0, at: 0) }
    #expect(table.find(Number(value: 1_000_000)) != nil)
    #expect(table.slotsByAge.count == limit && table.next != nil)
  }

  @Test func `an eviction is young if the entry was in use within a minute`() {
    var table = BoundedTable<Number, Int>(limit: 1, seed: 9)
    _ = table.insert(Number(value: 1), 1, at: 0)
    _ = table.insert(Number(value: 2), 2, at: 60 * Self.second)
    #expect(table.evictions == Evictions(all: 1, young: 0))
    _ = table.insert(Number(value: 3), 3, at: 119 * Self.second)
    #expect(table.evictions == Evictions(all: 2, young: 1))
    // A clock that jumps back far makes nothing young.
    _ = table.insert(Number(value: 4), 4, at: .min)
    #expect(table.evictions == Evictions(all: 3, young: 1))
  }

  @Test("a limit below one counts as one")
  func least() {
    var table = BoundedTable<Number, Int>(limit: 0, seed: 7)
    for value in 0..<5 { _ = table.insert(Number(value: value), value, at: 0) }
    #expect(table.limit == 1 && table.count == 1 && table.evictions.all == 4 && table.slots == 1)
    #expect(table.find(Number(value: 4)) == 0)
  }
}
