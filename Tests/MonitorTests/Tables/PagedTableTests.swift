// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// A `PagedTable` does what a `BoundedTable` does, which is simpler: every operation is done to both. What they hold is
/// compared with a dictionary.
@Suite struct PagedTableTests {
  struct Number: TableKey {
    let value: Int
    func hash(seed: UInt64) -> UInt64 { mix(seed, UInt64(value)) }
  }
  /// Three hashes for all keys: long runs of tags, which a removal in their middle must not break. They are at the end
  /// of every table, so that runs go on at its beginning.
  struct Crowded: TableKey {
    let value: Int
    func hash(seed: UInt64) -> UInt64 { UInt64(0xFFFF_FFFD + value % 3) << 16 }
  }
  private static let second: Int64 = 1_000_000_000

  static let sizes: [(limit: Int, keys: Int)] = [(1, 3), (2, 5), (7, 20), (64, 50), (65, 200), (300, 500)]

  @Test(arguments: sizes, 1...3)
  func `it behaves like a bounded table`(_ size: (limit: Int, keys: Int), _ seed: Int) {
    var dice = Dice(state: UInt64(size.limit * 1000 + seed))
    Self.compare(limit: size.limit, keys: size.keys, &dice) { Number(value: $0) }
    Self.compare(limit: size.limit, keys: size.keys, &dice) { Crowded(value: $0) }
  }

  private static func compare<Key: TableKey & BitwiseCopyable>(
    limit: Int, keys: Int, _ dice: inout Dice, _ key: (Int) -> Key
  ) {
    let seed = dice.next()
    var table = PagedTable<Key, Int>(limit: limit, seed: seed)
    var model = BoundedTable<Key, Int>(limit: limit, seed: seed)
    /// What each key has, and which key each slot.
    var values: [Int: Int] = [:]
    var numbers: [Int: Int] = [:]
    var time: Int64 = 0
    for step in 0..<3000 {
      // Mostly within the precision; at times the clock jumps, also backwards.
      let jump = step % 97 == 0 ? 90 * second : second
      time += Int64.random(in: (step % 97 == 0 ? -jump : 0)...jump, using: &dice)
      let number = Int.random(in: 0..<keys, using: &dice)
      let slot = table.find(key(number))
      #expect(slot == model.find(key(number)))
      #expect(slot.map { table[$0] } == values[number])
      let choice = Int.random(in: 0..<12, using: &dice)
      if let slot {
        switch choice {
        case 0..<5:
          table.touch(slot, at: time)
          model.touch(slot, at: time)
          table[slot] = step
          model[slot] = step
          values[number] = step
        case 5:
          table.renew(slot, at: time)
          model.renew(slot, at: time)
        case 6, 7:
          table.prove(slot)
          model.prove(slot)
        case 8:
          table.evict(slot, at: time)
          model.evict(slot, at: time)
          values[number] = nil
        case 9:
          table.remove(slot)
          model.remove(slot)
          values[number] = nil
          // Nothing can be done to what is not there.
          table.remove(slot)
          table.prove(slot)
          table.renew(slot, at: time)
        default: break
        }
      } else if choice < 9 {
        let victim = table.next
        #expect(victim == model.next && table.victim == model.victim)
        if let victim, let evicted = numbers[victim] { values[evicted] = nil }
        let made = table.insert(key(number), step, at: time)
        #expect(made == model.insert(key(number), step, at: time))
        values[number] = step
        numbers[made] = number
      }
      #expect(table.count == values.count && table.isFull == model.isFull && table.slots == model.slots)
      #expect(table.evictions == model.evictions)
      if step % 50 == 0 {
        #expect(table.slotsByAge == model.slotsByAge)
        for slot in 0...table.slots {
          #expect(table.isUsed(slot) == model.isUsed(slot))
          guard model.isUsed(slot) else { continue }
          #expect(table.key(slot) == model.key(slot) && table.touched(slot) == model.touched(slot))
          #expect(table[slot] == model[slot])
        }
      }
    }
    #expect(table.slotsByAge == model.slotsByAge)
    for number in 0..<keys { #expect(table.find(key(number)).map { table[$0] } == values[number]) }
  }

  /// How many values there are.
  final class Counter { var alive = 0 }
  final class Guest {
    let counter: Counter
    init(_ counter: Counter) {
      self.counter = counter
      counter.alive += 1
    }
    deinit { counter.alive -= 1 }
  }
  /// Few of them fill a page.
  struct Large {
    var number: Int
    var guest: Guest
    var filling = InlineArray<20_000, UInt64>(repeating: 7)
  }

  @Test
  func `values stay where they are over many pages, and each is freed once`() {
    let counter = Counter()
    do {
      var table = PagedTable<Number, Large>(limit: 60, seed: 9)
      for number in 0..<200 {
        let slot = table.insert(Number(value: number), Large(number: number, guest: Guest(counter)), at: Int64(number))
        #expect(slot < 60)
        table[slot].filling[19_999] = UInt64(number)
        if number % 7 == 0 { table.remove(slot) }
      }
      #expect(table.slots == 60 && counter.alive == 60, "a slot holds what it held, until it is used again")
      for slot in table.slotsByAge {
        let number = table[slot].number
        #expect(table.key(slot).value == number && table[slot].filling[19_999] == UInt64(number))
        #expect(table[slot].filling[0] == 7)
      }
    }
    #expect(counter.alive == 0)
  }
}
