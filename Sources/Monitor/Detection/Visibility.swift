// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `one-way-visibility`: the mirror port shows only one direction of connections. Reported per pair of zones, since
/// switches are configured port by port: a monitor that misses the responses judges less than its owner believes.
struct Visibility {
  struct Pair {
    let from: ZoneID
    let to: ZoneID
    /// Connections of which both directions were seen, and of which only one was.
    var bothWays = 0
    var toServerOnly = 0
    var toClientOnly = 0
    var isReported = false
  }

  /// Packets, of both directions together, after which an established connection is counted.
  static let packetThreshold: UInt64 = 8
  /// Connections that must count before anything is reported. One is enough: controllers are often polled over a single
  /// connection for months.
  static let connectionThreshold = 1

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
    // If only some connections lack a direction, their return path is elsewhere, and the mirror port is not at fault.
    guard oneWay >= Visibility.connectionThreshold, oneWay > 4 * pairs[slot].bothWays else { return nil }
    pairs[slot].isReported = true
    let detail = Finding.Detail.count(
      what: .oneWayConnections, seen: oneWay, limit: Visibility.connectionThreshold, seconds: 0)
    let direction: Direction = pairs[slot].toServerOnly >= pairs[slot].toClientOnly ? .toServer : .toClient
    return moment.finding(.oneWayVisibility, detail, conversation, direction)
  }
}

extension Visibility {
  /// Pairs of zones reported to lack one direction.
  var reported: [Pair] { pairs.slotsByAge.map { pairs[$0] }.filter(\.isReported) }
}
