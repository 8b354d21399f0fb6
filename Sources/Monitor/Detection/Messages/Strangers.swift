// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `new-writer`, `clock-set-by-stranger`: a station changes what it has not changed before. With a site file, whoever is no asset of it and has no conduit
/// is a stranger. Without one, the stations that a device listens to are learned for ten minutes from the first one on; later ones are strangers.
struct Strangers {
  enum Deed: UInt64 {
    case write = 1
    case clock = 2
  }

  /// Who did it to a device.
  private struct Known {
    var first: Int64
    var stations = InlineArray<16, UInt128>(repeating: 0)
    var count = 0
  }
  /// Nanoseconds.
  private static let learning: Int64 = 600_000_000_000
  private var table: BoundedTable<PairKey, Known>
  var evictions: Int { table.evictions }

  init(seed: UInt64) { table = BoundedTable(limit: 16_384, seed: seed) }

  /// A request to write, operate or set the clock; asked once for each conversation and deed.
  @inline(never)
  mutating func request(
    _ deed: Deed, _ operation: borrowing Operation, _ message: borrowing Message,
    _ conversation: borrowing Conversation,
    _ moment: Moment, _ site: Site?, _ alerts: inout Alerts
  ) {
    let pair = PairKey(conversation)
    let station = pair.source.bits
    let key = PairKey(.none, pair.destination, deed.rawValue)
    let slot: Int
    if let found = table.find(key) {
      slot = found
      table.touch(slot, at: moment.time)
    } else {
      slot = table.insert(key, Known(first: moment.time), at: moment.time)
    }
    for place in 0..<table[slot].count where table[slot].stations[place] == station { return }
    // A seventeenth station takes the place of the latest: then all are reported that come in turn.
    let place = min(table[slot].count, 15)
    table[slot].stations[place] = station
    table[slot].count = place + 1
    if let site {
      guard conversation.client.asset == .none else { return }
      let verdict = site.judge(
        operation.action, operation.target, operation.written, name: message.names[operation.target.name],
        unit: operation.unit, from: conversation.client, to: conversation.server, service: conversation.service,
        at: moment.time)
      // Allowed by a conduit, or reported for want of one.
      guard verdict == .inside else { return }
    } else if moment.time &- table[slot].first < Strangers.learning {
      return
    }
    var finding = moment.finding(deed == .write ? .newWriter : .clockSetByStranger, .parties, conversation)
    finding.operation = copy operation
    alerts.report(finding, message: message)
  }
}
