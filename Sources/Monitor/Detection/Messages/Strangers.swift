// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `new-writer`, `clock-set-by-stranger`: a station changes a device, and it is not one that does. With a site file,
/// a stranger is an end that is neither an asset nor covered by a conduit. Without one, the stations that change a
/// device are learned for ten minutes, starting with the first; later ones are strangers. Each change by a stranger
/// counts.
struct Strangers {
  enum Change: UInt64 {
    case write = 1
    case clock = 2
  }

  /// The stations that have changed a device.
  private struct Known {
    var first: Int64
    var stations = InlineArray<16, UInt128>(repeating: 0)
    var strangers = InlineArray<16, Bool>(repeating: false)
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
    guard ruling == nil else {
      return Strangers.again(change, operation, in: conversation, sent: direction, at: moment, ruling)
    }
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
    var place = 0
    while place < table[slot].count, table[slot].stations[place] != station { place += 1 }
    if place == table[slot].count {
      // A seventeenth station replaces the latest one: stations that then take turns are all reported.
      place = min(place, 15)
      let isStranger = moment.time &- table[slot].first >= Strangers.learning
      table[slot].stations[place] = station
      table[slot].strangers[place] = isStranger
      table[slot].count = place + 1
    }
    guard table[slot].strangers[place] else { return nil }
    return Strangers.again(change, operation, in: conversation, sent: direction, at: moment, nil)
  }

  /// A change by an end that is a stranger as far as is known, or that the site file does not list.
  static func again(
    _ change: Change, _ operation: borrowing Operation, in conversation: borrowing Conversation,
    sent direction: Direction, at moment: Moment, _ ruling: Ruling?
  ) -> Finding? {
    // Allowed by a conduit, or already reported for the lack of one.
    if let ruling, conversation.party(direction).asset != .none || ruling.verdict != .inside { return nil }
    return moment.finding(
      change == .write ? .newWriter : .clockSetByStranger, .parties, conversation, direction, about: operation)
  }
}
