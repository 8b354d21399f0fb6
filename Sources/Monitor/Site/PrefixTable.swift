// SPDX-License-Identifier: Apache-2.0

/// Longest-prefix match over 128-bit keys: one hash table for each prefix length that occurs, asked from the longest to
/// the shortest. A search is at most one probe run for each length, and allocates nothing. The hash is seeded, a
/// quarter of each table is used at most.
struct PrefixTable: Sendable {
  private struct Level {
    let length: Int
    let mask: UInt128
    /// Where its buckets begin, and their number less 1 (a power of two less 1).
    let base: Int
    let last: Int
  }
  private struct Bucket {
    var key: UInt128 = 0
    /// `PrefixTable.none` in an empty bucket.
    var value: UInt16 = PrefixTable.none
  }

  static let none: UInt16 = 0xFFFF

  private let seed: UInt64
  /// Longest first.
  private var levels: [Level] = []
  private var buckets: [Bucket] = []

  /// If two entries have the same prefix, the first one counts. Values are below `PrefixTable.none`.
  init(_ entries: [(prefix: UInt128, length: Int, value: UInt16)], seed: UInt64) {
    self.seed = seed
    for (length, group) in Dictionary(grouping: entries, by: \.length).sorted(by: { $0.key > $1.key }) {
      var size = 4
      while size < group.count * 4 { size *= 2 }
      let level = Level(length: length, mask: Network.mask(length), base: buckets.count, last: size - 1)
      levels.append(level)
      buckets += Array(repeating: Bucket(), count: size)
      for entry in group {
        let key = entry.prefix & level.mask
        var slot = level.base + Int(truncatingIfNeeded: hash(key, level.length)) & level.last
        while buckets[slot].value != PrefixTable.none, buckets[slot].key != key {
          slot = slot == level.base + level.last ? level.base : slot + 1
        }
        if buckets[slot].value == PrefixTable.none { buckets[slot] = Bucket(key: key, value: entry.value) }
      }
    }
  }

  init() { self.init([], seed: 0) }

  @inline(__always)
  private func hash(_ key: UInt128, _ length: Int) -> UInt64 {
    let low = mix(seed ^ UInt64(truncatingIfNeeded: length), UInt64(truncatingIfNeeded: key))
    return mix(low, UInt64(truncatingIfNeeded: key >> 64))
  }

  /// The value of the longest prefix of `key`, not shorter than `shortest`; `none` where there is none.
  func find(_ key: UInt128, shortest: Int = 0) -> UInt16 {
    var index = 0
    while index < levels.count {
      let level = levels[index]
      if level.length < shortest { break }
      let masked = key & level.mask
      var slot = level.base + Int(truncatingIfNeeded: hash(masked, level.length)) & level.last
      while buckets[slot].value != PrefixTable.none {
        if buckets[slot].key == masked { return buckets[slot].value }
        slot = slot == level.base + level.last ? level.base : slot + 1
      }
      index += 1
    }
    return PrefixTable.none
  }
}
