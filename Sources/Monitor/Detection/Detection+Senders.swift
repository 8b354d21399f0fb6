// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Who sent an IP packet: compared with the inventory, the site file, and other packets of the same sender.
extension Detection {
  /// Nanoseconds between two looks at a sender of which there is nothing to learn.
  private static let rest: Int64 = 5_000_000_000

  /// Examines the sender of an IP packet; called once a second for each direction of a flow.
  mutating func sender(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    conversation.flow[direction].watched = moment.time
    listen(packet, &conversation, direction, moment)
    if moment.time >= conversation.remindAt { remind(of: &conversation, moment) }
    // While addresses are disputed, each second matters.
    let isResting =
      conversation.flow[direction].rests(at: moment.time)
      && moment.time &- devices.inventory.lastRival >= AddressClaims.memory
    switch conversation.flow[direction].sender() {
    case .own:
      if isResting, DeviceWatch.isDirect(packet.hopLimit) { return }
      if devices.confirm(packet, moment) {
        conversation.flow[direction].rest(.own, until: moment.time &+ Detection.rest)
        return
      }
    case .forwarded: if isResting, conversation.flow[direction].hopLimits.latest == packet.hopLimit { return }
    case .notable: break
    }
    conversation.flow[direction].rest(.notable, until: .min)
    var direction = direction
    if conversation.party(direction).asset == .none {
      recognise(packet.source, &conversation, direction, moment)
      // Judging it may have turned it.
      direction = conversation.flow.direction(of: packet)
    }
    switch examine(packet, &conversation, direction, moment) {
    case .something: break
    case .confirmation: conversation.flow[direction].rest(.own, until: moment.time)
    case .nothing: conversation.flow[direction].rest(.forwarded, until: moment.time &+ Detection.rest)
    }
  }

  /// Examines the sender of a copy of a packet, which another station sent on. Its contents were read before. True if
  /// there is nothing else to learn from those that follow.
  mutating func forwarder(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) -> Bool {
    examine(packet, &conversation, direction, moment) != .something
  }

  /// Compares the hop limit of an IP packet with others of its sender; called when it differs from that of the packet
  /// before, and once a second.
  @inline(never)
  mutating func hopLimit(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    guard Senders.compares(packet) else {
      if packet.transport == .tcp {
        let packets = conversation.flow[direction].packets
        conversation.flow[direction].hopLimits.pass(packet.hopLimit, packets: packets)
      } else {
        conversation.flow[direction].hopLimits.pass(packet.hopLimit)
        conversation.flow[direction].hopLimits.rest(at: moment.time)
      }
      return
    }
    let owner = devices.owner(of: packet.sourceIP, at: packet.source, declared)
    senders.examine(packet, of: owner, &conversation, direction, moment, &findings)
  }

  /// Compares the IPv4 identification of a TCP segment with payload with those before it; called where it is not near
  /// them.
  @inline(never)
  mutating func identification(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    // One with another hop limit is compared by that.
    guard packet.hopLimit == conversation.flow[direction].hopLimits.usual else { return }
    let number = UInt16(truncatingIfNeeded: packet.identification)
    guard let gap = conversation.flow[direction].identifications.add(number, frame: moment.frame) else { return }
    let owner = devices.owner(of: packet.sourceIP, at: packet.source, declared)
    senders.identification(gap, packet, of: owner, conversation, direction, moment, &findings)
  }

  /// Examines who sent an IP packet.
  private mutating func examine(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) -> DeviceWatch.Rest {
    var source = conversation.endpoint(direction)
    source.mac = packet.source
    let destination = conversation.endpoint(direction.reversed)
    let isImpossible = ImpossibleSource.isImpossible(packet, declared)
    if isImpossible {
      var finding = moment.finding(.impossibleSource, .parties, source: source, destination: destination)
      finding.ipProtocol = packet.ipProtocol.rawValue
      findings.add(finding)
    }
    let isAdvertisement = VirtualRouters.isAdvertisement(packet)
    if isAdvertisement,
      devices.advertised(
        VirtualRouters.read(packet, from: source), from: source, to: destination, moment, declared, &findings)
    {
      return .something
    }
    let rest = devices.packet(
      from: source, to: destination, at: packet.destination, hopLimit: packet.hopLimit, moment, declared, &findings)
    return isImpossible || isAdvertisement ? .something : rest
  }
}
