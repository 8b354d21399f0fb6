// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `flood`: more packets of one kind in a second than a plant network has reason for. Field devices fail long before office equipment does: controllers are
/// known to stop at a few hundred connection attempts a second.
struct Flood {
  /// A second, for each pair that is counted.
  private var syn: Tally
  private var icmp: Tally
  private var udp: Tally
  private var broadcast: Tally
  var evictions: Int { syn.evictions + icmp.evictions + udp.evictions + broadcast.evictions }

  init(seed: UInt64) {
    syn = Tally(seconds: 1, threshold: 200, seed: seed)
    icmp = Tally(seconds: 1, threshold: 200, seed: seed)
    // Datagrams to one host that does not answer. Cyclic I/O goes both ways, or to groups, which do not count.
    udp = Tally(seconds: 1, threshold: 1_000, seed: seed)
    broadcast = Tally(seconds: 1, threshold: 500, seed: seed)
  }

  /// A SYN without ACK. Counted by target, since the source of a SYN flood is forged.
  mutating func syn(_ conversation: borrowing Conversation, _ moment: Moment, _ alerts: inout Alerts) {
    report(
      syn.add(PairKey(.none, conversation.flow.server), at: moment.time), .synPackets, syn, conversation, .toServer,
      moment,
      &alerts)
  }

  mutating func icmp(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment, _ alerts: inout Alerts
  ) {
    let target = direction == .toServer ? conversation.flow.server : conversation.flow.client
    let count = icmp.add(PairKey(.none, target, 1), at: moment.time)
    report(count, .icmpPackets, icmp, conversation, direction, moment, &alerts)
  }

  /// A datagram towards an end that has not answered.
  mutating func datagram(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment, _ alerts: inout Alerts
  ) {
    let target = direction == .toServer ? conversation.flow.server : conversation.flow.client
    guard target.isUnicast, conversation.dissector == .none else { return }
    let count = udp.add(PairKey(.none, target, 2), at: moment.time)
    report(count, .udpPackets, udp, conversation, direction, moment, &alerts)
  }

  /// A frame to ff:ff:ff:ff:ff:ff.
  mutating func broadcast(_ source: Endpoint, _ moment: Moment, _ alerts: inout Alerts) {
    guard let count = broadcast.add(PairKey(.none, .none, source.mac.rawValue), at: moment.time) else { return }
    let detail = Finding.Detail.count(
      what: .broadcasts, seen: count, limit: broadcast.threshold, seconds: broadcast.seconds)
    let everybody = Endpoint(mac: .broadcast)
    alerts.report(moment.finding(.flood, detail, source: source, destination: everybody))
  }

  private func report(
    _ count: Int?, _ what: Finding.Counted, _ tally: borrowing Tally, _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment, _ alerts: inout Alerts
  ) {
    guard let count else { return }
    let detail = Finding.Detail.count(what: what, seen: count, limit: tally.threshold, seconds: tally.seconds)
    var finding = moment.finding(.flood, detail, conversation, direction)
    // The target is the party; forged sources would make an alert each.
    if what == .synPackets { finding.source = Endpoint(mac: finding.source.mac) }
    alerts.report(finding)
  }
}
