// SPDX-License-Identifier: Apache-2.0

/// Which conduits cover a pair of parties, whatever the number of conduits: they are found by what they name at their
/// ends. A party is named in three ways (`any`, its zone, its asset), so a pair in nine. The hash is seeded, and half
/// of the table is used at most.
struct ConduitIndex: Sendable {
  /// The conduits that name the same two ends lie together in `members`, in the order of the file.
  private struct Group {
    var key: UInt64 = 0
    var first: Int32 = 0
    /// Behind the last; an empty bucket has no members.
    var end: Int32 = 0
  }
  private let seed: UInt64
  private var members: [Int32] = []
  private var buckets: [Group] = []
  /// A bit for each of the nine ways that some conduit names its ends in.
  private var ways: UInt16 = 0

  /// `conduits`: what is named at both ends, and the number of the conduit, in the order of the file.
  init(_ conduits: [(from: Conduit.End, to: Conduit.End, number: Int)], seed: UInt64) {
    self.seed = seed
    let groups = Dictionary(grouping: conduits) { ConduitIndex.key($0.from.code, $0.to.code) }
    if groups.isEmpty { return }
    var size = 2
    while size < groups.count * 2 { size *= 2 }
    buckets = Array(repeating: Group(), count: size)
    for (key, group) in groups {
      let first = Int32(members.count)
      members += group.map { Int32($0.number) }
      ways |= 1 << UInt16(group[0].from.nearness * 3 + group[0].to.nearness)
      var place = Int(truncatingIfNeeded: mix(seed, key)) & (size - 1)
      while buckets[place].end > 0 { place = (place + 1) & (size - 1) }
      buckets[place] = Group(key: key, first: first, end: Int32(members.count))
    }
  }
  init() { self.init([], seed: 0) }

  @inline(__always)
  private static func key(_ from: UInt32, _ to: UInt32) -> UInt64 { UInt64(from) << 32 | UInt64(to) }

  /// The conduits of a pair, in the order of the file.
  struct Matches {
    /// Of each group what is left: first and end, in `members`.
    fileprivate var groups = InlineArray<18, Int32>(repeating: 0)
    fileprivate var count = 0
  }

  /// What covers a pair of parties; `next` takes one conduit after the other. No allocation.
  func matches(_ from: Party, _ to: Party) -> Matches {
    var matches = Matches()
    var rest = ways
    while rest != 0 {
      let way = UInt16(truncatingIfNeeded: rest.trailingZeroBitCount)
      rest &= rest &- 1
      guard let from = Conduit.End.code(of: from, nearness: way / 3),
        let to = Conduit.End.code(of: to, nearness: way % 3)
      else { continue }
      let key = ConduitIndex.key(from, to)
      var place = Int(truncatingIfNeeded: mix(seed, key)) & (buckets.count - 1)
      while buckets[place].end > 0 {
        if buckets[place].key == key {
          matches.groups[2 * matches.count] = buckets[place].first
          matches.groups[2 * matches.count + 1] = buckets[place].end
          matches.count += 1
          break
        }
        place = (place + 1) & (buckets.count - 1)
      }
    }
    return matches
  }

  /// The next conduit; nil if there is none left.
  @inline(__always)
  func next(_ matches: inout Matches) -> Int? {
    if matches.count == 0 { return nil }
    var chosen = 0
    var conduit = Int32.max
    for group in 0..<matches.count {
      // In place: at an index known only then, an inline array is copied.
      let groups = matches.groups.span
      let place = groups[2 * group]
      if place < groups[2 * group + 1], members[Int(place)] < conduit {
        chosen = group
        conduit = members[Int(place)]
      }
    }
    if conduit == .max { return nil }
    matches.groups[2 * chosen] += 1
    return Int(conduit)
  }
}

extension Conduit.End {
  /// Distinguishes it from all other ends.
  fileprivate var code: UInt32 {
    switch self {
    case .any: 0
    case .zone(let zone): 1 << 16 | UInt32(zone.rawValue)
    case .asset(let asset): 2 << 16 | UInt32(asset.rawValue)
    }
  }
  /// That of the end that names a party this specifically; nil if it has none.
  @inline(__always)
  fileprivate static func code(of party: Party, nearness: UInt16) -> UInt32? {
    switch nearness {
    case 0: 0
    case 1: 1 << 16 | UInt32(party.zone.rawValue)
    default: party.asset == .none ? nil : 2 << 16 | UInt32(party.asset.rawValue)
    }
  }
}
