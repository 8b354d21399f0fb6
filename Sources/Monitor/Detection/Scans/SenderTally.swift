// SPDX-License-Identifier: Apache-2.0

/// Counts packets within time windows, for each target, and keeps who sent most of them. Bounded in targets and in what
/// is kept of each.
struct SenderTally {
  /// The packets of a window that has reached its threshold.
  struct Count {
    let packets: Int
    /// Who sent most of them; nil if they came from many.
    let leader: Leader?
    /// The MAC address that most of their frames came from; `none` if there is no such address.
    let station: MACAddress
    /// A lower bound on the number of different senders.
    let senders: Int
  }
  struct Leader {
    let ip: IPAddress
    let mac: MACAddress
  }

  private struct Window {
    var start: Int64
    var count = 0
    var senders = MostFrequent()
    var stations = MostFrequent()
    /// A bit for each of 512 values that senders' addresses are hashed to.
    var seen = InlineArray<8, UInt64>(repeating: 0)
  }

  /// Nanoseconds.
  let window: Int64
  let threshold: Int
  private var table: BoundedTable<PairKey, Window>
  var evictions: Evictions { table.evictions }

  init(seconds: Int, threshold: Int, seed: UInt64) {
    window = Int64(seconds) * 1_000_000_000
    self.threshold = threshold
    table = BoundedTable(limit: 16_384, seed: seed)
  }

  /// Counts a packet. Returns the count if it has reached the threshold.
  mutating func add(_ target: PairKey, from sender: IPAddress, _ mac: MACAddress, at time: Int64) -> Count? {
    let slot: Int
    if let known = table.find(target) {
      slot = known
      table.touch(slot, at: time)
      if time < table[slot].start || time &- table[slot].start >= window { table[slot] = Window(start: time) }
    } else {
      slot = table.insert(target, Window(start: time), at: time)
    }
    table[slot].count += 1
    table[slot].senders.add(sender.bits, mac)
    table[slot].stations.add(UInt128(mac.rawValue), mac)
    // Not seeded, so that the same capture yields the same counts.
    let hash = mix(mix(0x9E37_79B9, sender.low), sender.high) >> 20
    table[slot].seen[Int(truncatingIfNeeded: hash) & 7] |= 1 << (hash >> 3 & 63)
    guard table[slot].count >= threshold else { return nil }
    return SenderTally.count(in: &table[slot])
  }

  private static func count(in window: inout Window) -> Count {
    var senders = 0
    for index in window.seen.indices { senders += window.seen[index].nonzeroBitCount }
    let leader = window.senders.majority(of: window.count)
    let station = window.stations.majority(of: window.count)
    return Count(
      packets: window.count, leader: leader.map { Leader(ip: IPAddress(bits: $0.key), mac: $0.mac) },
      station: station?.mac ?? .none, senders: senders)
  }

  /// What a finding reports about a count.
  func detail(_ what: Finding.Counted, _ count: Count) -> Finding.Detail {
    .count(what: what, seen: count.packets, limit: threshold, seconds: Int(window / 1_000_000_000))
  }
}

/// The most frequent among many keys, in four places: Space-Saving (Metwally, Agrawal, El Abbadi: Efficient Computation
/// of Frequent and Top-k Elements in Data Streams, 2005). A new key takes the place with the lowest count, and that
/// count with it: so a count is never too low, and too high by `excess` at most.
private struct MostFrequent {
  private struct Place {
    var key: UInt128 = 0
    var mac = MACAddress.none
    var count = 0
    var excess = 0
  }
  private var places = InlineArray<4, Place>(repeating: Place())

  mutating func add(_ key: UInt128, _ mac: MACAddress) {
    var lowest = 0
    for index in places.indices {
      if places[index].count > 0, places[index].key == key {
        places[index].count += 1
        places[index].mac = mac
        return
      }
      if places[index].count < places[lowest].count { lowest = index }
    }
    let excess = places[lowest].count
    places[lowest] = Place(key: key, mac: mac, count: excess + 1, excess: excess)
  }

  /// The key that makes up most of `total`, a quarter of it for certain.
  func majority(of total: Int) -> (key: UInt128, mac: MACAddress)? {
    for index in places.indices where places[index].count * 2 > total {
      if (places[index].count - places[index].excess) * 4 > total { return (places[index].key, places[index].mac) }
    }
    return nil
  }
}
