// SPDX-License-Identifier: Apache-2.0

private struct AnnouncementKey: TableKey {
  let number: UInt32
  let device: IPAddress
  func hash(seed: UInt64) -> UInt64 { mix(mix(mix(seed, UInt64(number)), device.low), device.high) }
}

private struct MemoryKey: TableKey {
  let conversation: UInt64
  let key: UInt64
  func hash(seed: UInt64) -> UInt64 { mix(mix(seed, conversation), key) }
}

/// What was said earlier and is needed to understand what follows: numbers within a conversation, and what one
/// conversation opens for another. At the limits, the least recently used entries are evicted.
struct Memories {
  fileprivate var announcements: BoundedTable<AnnouncementKey, Target>
  fileprivate var numbers: BoundedTable<MemoryKey, UInt64>
  var evictions: Evictions { announcements.evictions + numbers.evictions }

  init(seed: UInt64) {
    announcements = BoundedTable(limit: 4096, seed: seed)
    numbers = BoundedTable(limit: 16_384, seed: seed)
  }
}

extension Exchange {
  /// Remembers what `number` means in another kind of conversation with `device`: one protocol opens it for another
  /// (CIP's Forward Open, for implicit messages).
  mutating func announce(_ number: UInt32, of device: IPAddress, _ target: Target) {
    memories.announcements.set(AnnouncementKey(number: number, device: device), target, at: time, isProven: isMutual)
  }
  /// What either end of this conversation has announced for a number.
  func announced(_ number: UInt32) -> Target? {
    (memories.announcements.find(AnnouncementKey(number: number, device: server))
      ?? memories.announcements.find(AnnouncementKey(number: number, device: client))).map {
        memories.announcements[$0]
      }
  }

  /// Keeps a number for this conversation, under a key of the dissector's choice.
  mutating func remember(_ key: UInt64, _ value: UInt64) {
    memories.numbers.set(MemoryKey(conversation: conversation, key: key), value, at: time, isProven: isMutual)
  }
  func recall(_ key: UInt64) -> UInt64? {
    memories.numbers.find(MemoryKey(conversation: conversation, key: key)).map { memories.numbers[$0] }
  }
}
