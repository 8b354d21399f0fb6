// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `one-way-visibility`: the mirror port shows one direction of connections only. Said for each pair of zones
/// (or conduit), since a switch is configured port by port: a monitor that misses the answers judges less
/// than its owner believes.
struct Visibility {
  struct Pair {
    let from: ZoneID
    let to: ZoneID
    /// Connections that ended or lasted with both directions, and with only one.
    var bothWays = 0
    var toServerOnly = 0
    var toClientOnly = 0
    var isReported = false
  }

  /// Packets of a connection in one direction without any in the other, before it counts.
  static let fewPackets: UInt64 = 8
  /// Connections that count, before anything is said. One is enough: a controller is often polled through
  /// a single one for months.
  static let fewConnections = 1

  private(set) var pairs: BoundedTable<AddressKey, Pair>

  init(seed: UInt64) { pairs = BoundedTable(limit: 4_096, seed: seed) }

  /// A TCP connection of which enough was seen; called once for each.
  mutating func connection(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    let key = AddressKey(
      low: UInt64(conversation.client.zone.rawValue) << 16 | UInt64(conversation.server.zone.rawValue), high: 2)
    let slot: Int
    if let known = pairs.find(key) {
      slot = known
    } else {
      let pair = Pair(from: conversation.client.zone, to: conversation.server.zone)
      slot = pairs.insert(key, pair, at: moment.time)
    }
    if conversation.isAnswered {
      pairs[slot].bothWays += 1
      return nil
    }
    if conversation.flow.toServer.packets > 0 { pairs[slot].toServerOnly += 1 } else { pairs[slot].toClientOnly += 1 }
    let oneWay = pairs[slot].toServerOnly + pairs[slot].toClientOnly
    // A connection whose other direction takes another path is no fault of the mirror port.
    guard oneWay >= Visibility.fewConnections, oneWay > 4 * pairs[slot].bothWays else { return nil }
    pairs[slot].isReported = true
    let detail = Finding.Detail.count(
      what: .oneWayConnections, seen: oneWay, limit: Visibility.fewConnections, seconds: 0)
    let direction: Direction = pairs[slot].toServerOnly >= pairs[slot].toClientOnly ? .toServer : .toClient
    return moment.finding(.oneWayVisibility, detail, conversation, direction)
  }
}

extension Visibility {
  /// Pairs of zones of which one direction was said to be missing.
  var reported: [Pair] { pairs.slotsByAge.map { pairs[$0] }.filter(\.isReported) }
}
