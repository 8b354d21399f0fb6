// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `flood`: more packets of one kind in a second than a plant network has any reason for. Field devices fail long
/// before office equipment does: controllers are known to stop at a few hundred connection attempts a second.
///
/// All but broadcasts are counted by target, since senders can be forged. The finding names who sent most; where nobody
/// did, it says how many senders there were.
struct Flood {
  /// All count in windows of one second.
  private var syn: SenderTally
  private var tcp: SenderTally
  private var icmp: SenderTally
  private var udp: SenderTally
  private var broadcast: Tally
  private var storm: SenderTally
  var evictions: Evictions {
    syn.evictions + tcp.evictions + icmp.evictions + udp.evictions + broadcast.evictions + storm.evictions
  }

  init(seed: UInt64) {
    syn = SenderTally(seconds: 1, threshold: 200, seed: seed)
    // Segments that fit no connection. A sender whose connection was reset may have some hundred on their way.
    tcp = SenderTally(seconds: 1, threshold: 500, seed: seed)
    icmp = SenderTally(seconds: 1, threshold: 200, seed: seed)
    // Datagrams to a host that does not answer. Cyclic I/O goes both ways or to multicast groups, and neither counts.
    udp = SenderTally(seconds: 1, threshold: 1_000, seed: seed)
    broadcast = Tally(seconds: 1, threshold: 500, seed: seed)
    // From all stations of a VLAN together.
    storm = SenderTally(seconds: 1, threshold: 1_000, seed: seed)
  }

  /// A SYN without ACK.
  mutating func syn(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment
  ) -> Finding? {
    Flood.count(.synPackets, in: &syn, conversation, direction, moment)
  }

  /// A segment without SYN that fits no connection.
  mutating func segment(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment
  ) -> Finding? {
    Flood.count(.tcpPackets, in: &tcp, conversation, direction, moment)
  }

  /// A message that answers nothing.
  mutating func icmp(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment
  ) -> Finding? {
    Flood.count(.icmpPackets, in: &icmp, conversation, direction, moment)
  }

  /// A datagram to an end that has not answered.
  mutating func datagram(
    _ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment
  ) -> Finding? {
    guard conversation.dissector == .none, Flood.target(conversation.flow, direction).isUnicast else { return nil }
    return Flood.count(.udpPackets, in: &udp, conversation, direction, moment)
  }

  /// Counts a packet towards the other end.
  private static func count(
    _ what: Finding.Counted, in tally: inout SenderTally, _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment
  ) -> Finding? {
    let source = conversation.endpoint(direction)
    let target = target(conversation.flow, direction)
    guard let count = tally.add(PairKey(.none, target), from: source.ip, source.mac, at: moment.time) else {
      return nil
    }
    return finding(count, tally.detail(what, count), conversation, direction, moment)
  }

  /// A frame to ff:ff:ff:ff:ff:ff.
  mutating func broadcast(_ source: Endpoint, _ moment: Moment) -> Finding? {
    let everybody = Endpoint(mac: .broadcast)
    let station = IPAddress(bits: UInt128(source.mac.rawValue))
    let all = storm.add(PairKey(.none, .none, UInt64(moment.vlan)), from: station, source.mac, at: moment.time)
    if let count = broadcast.add(PairKey(.none, .none, source.mac.rawValue), at: moment.time) {
      return moment.finding(.flood, broadcast.detail(.broadcasts, count), source: source, destination: everybody)
    }
    guard let all, all.station == .none else { return nil }
    var finding = moment.finding(
      .flood, storm.detail(.broadcasts, all), source: Endpoint(), destination: everybody)
    finding.senders = all.senders
    return finding
  }

  private static func target(_ flow: Flow, _ direction: Direction) -> IPAddress {
    direction == .toServer ? flow.server : flow.client
  }

  private static func finding(
    _ count: SenderTally.Count, _ detail: Finding.Detail, _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment
  ) -> Finding {
    var finding = moment.finding(.flood, detail, conversation, direction)
    finding.isDirectionCertain = true
    if let leader = count.leader {
      if leader.ip == finding.source.ip { return finding }
      finding.source = Endpoint(ip: leader.ip, mac: leader.mac)
    } else {
      finding.source = Endpoint(mac: count.station)
      finding.senders = count.senders
    }
    // The packet at hand is not of the one who is named.
    finding.flow = nil
    return finding
  }
}
