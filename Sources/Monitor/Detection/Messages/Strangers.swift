// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `new-writer`, `clock-set-by-stranger`: a station changes a device that it has not changed before. With a site file,
/// a stranger is an end that is neither an asset nor covered by a conduit. Without one, the stations that change a
/// device are learned for ten minutes, starting with the first; later ones are strangers.
struct Strangers {
  enum Change: UInt64 {
    case write = 1
    case clock = 2
  }

  /// The stations that have changed a device.
  private struct Known {
    var first: Int64
    var stations = InlineArray<16, UInt128>(repeating: 0)
    var count = 0
  }
  /// Nanoseconds.
  private static let learning: Int64 = 600_000_000_000
  private var table: BoundedTable<PairKey, Known>
  var evictions: Evictions { table.evictions }

  init(seed: UInt64) { table = BoundedTable(limit: 16_384, seed: seed) }

  /// A request to write, operate or set the clock; called once for each conversation and kind of change. `ruling` is
  /// the site's verdict, nil without a site.
  @inline(never)
  mutating func request(
    _ change: Change, _ operation: borrowing Operation, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment, _ ruling: Ruling?
  ) -> Finding? {
    let pair = PairKey(conversation, sent: direction)
    let station = pair.source.bits
    let key = PairKey(.none, pair.destination, change.rawValue)
    let slot: Int
    if let found = table.find(key) {
      slot = found
      table.touch(slot, at: moment.time)
    } else {
      slot = table.insert(key, Known(first: moment.time), at: moment.time)
    }
    // A device that answers: one that nobody has seen gives way before it.
    if conversation.isAnswered { table.prove(slot) }
    for place in 0..<table[slot].count where table[slot].stations[place] == station { return nil }
    // A seventeenth station replaces the latest one: stations that then take turns are all reported.
    let place = min(table[slot].count, 15)
    table[slot].stations[place] = station
    table[slot].count = place + 1
    if let ruling {
      // Allowed by a conduit, or already reported for the lack of one.
      guard conversation.party(direction).asset == .none, ruling.verdict == .inside else { return nil }
    } else if moment.time &- table[slot].first < Strangers.learning {
      return nil
    }
    return moment.finding(
      change == .write ? .newWriter : .clockSetByStranger, .parties, conversation, direction, about: operation)
  }
}
