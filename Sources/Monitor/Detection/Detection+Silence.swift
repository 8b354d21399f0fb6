// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// What is asked, and who answers: for devices that fall silent.
extension Detection {
  /// An end has answered the first request of a conversation.
  mutating func served(_ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment) {
    guard !conversation.flow.isLink else { return }
    silentDevices.served(
      conversation.endpoint(direction), conversation.endpoint(direction.reversed).ip,
      hopLimit: conversation.flow[direction].hopLimits.latest, moment)
  }

  /// Looks at an IP packet; called once a second for each direction of a flow.
  @inline(__always)
  mutating func listen(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    var isAnswering = false
    if direction == .toClient, conversation.understood > 0, conversation.flow.toServer.packets > 0 {
      isAnswering = true
      if packet.transport == .tcp { isAnswering = conversation.flow.tcp == .established }
    }
    if isAnswering || !silentDevices.isEmpty { listen(packet, &conversation, direction, isAnswering, moment) }
  }

  @inline(never)
  private mutating func listen(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ isAnswering: Bool,
    _ moment: Moment
  ) {
    var source = conversation.endpoint(direction)
    source.mac = packet.source
    silentDevices.packet(
      packet, from: source, isAnswering: isAnswering, isAnswered: conversation.isAnswered,
      isUnseen: conversation.hasUnseenAcknowledgedBytes, moment)
    reportSilence(at: moment.time)
  }

  /// Looks at a message between two stations without IP; called once a second for each direction.
  @inline(never)
  mutating func listen(_ conversation: inout Conversation, _ direction: Direction, _ moment: Moment) {
    conversation.flow[direction].watched = moment.time
    guard conversation.isAnswered, conversation.understood > 0 else { return }
    silentDevices.exchanged(
      from: conversation.endpoint(direction), to: conversation.endpoint(direction.reversed), moment)
    reportSilence(at: moment.time)
  }

  /// Adds what is to be said of devices that have fallen silent, or that answer again.
  @inline(__always)
  mutating func reportSilence(at time: Int64) {
    if silentDevices.hasNews(at: time) { addSilence(at: time) }
  }

  @inline(never)
  private mutating func addSilence(at time: Int64) {
    for var finding in silentDevices.findings(at: time) {
      let (ip, mac) = (finding.destination.ip, finding.destination.mac)
      finding.destination.party = ip == .none ? linkParty(mac, finding.vlan) : party(ip, mac, finding.vlan)
      // A device without IP may have an address all the same.
      if ip == .none { finding.destination.ip = devices.inventory.own(of: mac) }
      let asset = finding.destination.party.asset
      if asset != .none, declared.assets[Int(asset.rawValue)].isOccasional { continue }
      findings.add(finding)
    }
  }
}
