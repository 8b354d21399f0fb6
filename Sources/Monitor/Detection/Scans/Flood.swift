// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `flood`: more packets of one kind in a second than a plant network has any reason for. Field devices fail long
/// before office equipment does: controllers are known to stop at a few hundred connection attempts a second.
struct Flood {
  /// All count in windows of one second.
  private var syn: Tally
  private var icmp: Tally
  private var udp: Tally
  private var broadcast: Tally
  var evictions: Evictions { syn.evictions + icmp.evictions + udp.evictions + broadcast.evictions }

  init(seed: UInt64) {
    syn = Tally(seconds: 1, threshold: 200, seed: seed)
    icmp = Tally(seconds: 1, threshold: 200, seed: seed)
    // Datagrams to a host that does not answer. Cyclic I/O goes both ways or to multicast groups, and neither counts.
    udp = Tally(seconds: 1, threshold: 1_000, seed: seed)
    broadcast = Tally(seconds: 1, threshold: 500, seed: seed)
  }

  /// A SYN without ACK. Counted by target, since the source addresses of a SYN flood are forged.
  mutating func syn(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    guard let count = syn.add(PairKey(.none, conversation.flow.server), at: moment.time) else { return nil }
    var finding = moment.finding(.flood, syn.detail(.synPackets, count), conversation)
    // The target identifies the alert; every forged source would raise another one.
    finding.source = Endpoint(mac: finding.source.mac)
    return finding
  }

  mutating func icmp(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment
  ) -> Finding? {
    let target = Flood.target(conversation.flow, direction)
    guard let count = icmp.add(PairKey(.none, target, 1), at: moment.time) else { return nil }
    return moment.finding(.flood, icmp.detail(.icmpPackets, count), conversation, direction)
  }

  /// A datagram to an end that has not answered.
  mutating func datagram(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment
  ) -> Finding? {
    let target = Flood.target(conversation.flow, direction)
    guard target.isUnicast, conversation.dissector == .none,
      let count = udp.add(PairKey(.none, target, 2), at: moment.time)
    else { return nil }
    return moment.finding(.flood, udp.detail(.udpPackets, count), conversation, direction)
  }

  /// A frame to ff:ff:ff:ff:ff:ff.
  mutating func broadcast(_ source: Endpoint, _ moment: Moment) -> Finding? {
    guard let count = broadcast.add(PairKey(.none, .none, source.mac.rawValue), at: moment.time) else { return nil }
    return moment.finding(
      .flood, broadcast.detail(.broadcasts, count), source: source, destination: Endpoint(mac: .broadcast))
  }

  private static func target(_ flow: Flow, _ direction: Direction) -> IPAddress {
    direction == .toServer ? flow.server : flow.client
  }
}
