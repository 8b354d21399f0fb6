// SPDX-License-Identifier: Apache-2.0
import Capture

/// The quick lane: most frames of a plant are one more segment of a connection that has been polled for days.
/// Everything that could make a frame interesting is asked first, with no change; what remains is counted and read by
/// the same functions as on the general path. Where any answer is not the usual one, the frame takes that path as if
/// nothing had happened, and what comes of it is the same either way.
extension Pipeline {
  /// True if the frame has been handled.
  @inline(__always)
  mutating func passes(_ frame: borrowing Frame) -> Bool {
    guard options.hasQuickLane, !observer.detection.tableFlood.isFilling,
      frame.linkType.rawValue == LinkType.ethernet.rawValue, frame.length == frame.bytes.byteCount
    else { return false }
    guard let plain = PlainFrame(frame.bytes) else { return passes(link: frame) }
    // What is sent to everyone is counted before anything else.
    guard plain.destination != .broadcast else { return false }
    let key = FlowKey(
      source: plain.sourceIP, sourcePort: plain.sourcePort, destination: plain.destinationIP,
      destinationPort: plain.destinationPort, ipProtocol: plain.ipProtocol.rawValue,
      vlan: options.vlanFlows ? plain.vlan : Packet.noVLAN)
    guard let slot = conversations.find(key) else { return false }
    let mark = duplicates.mark(of: plain)
    if let original = duplicates.original(of: mark, at: frame.time) {
      guard !observer.output.log.contains(.operationsAll),
        !original.isElsewhere || isKnownForwarder(of: plain, slot, at: frame.time)
      else { return false }
      statistics.copies += 1
      passed(frame, vlan: plain.vlan)
      return true
    }
    guard
      Pipeline.passes(
        plain, mark, frame, statistics.frames &+ statistics.framesLeftOut, in: &conversations[slot], options.checksums,
        &duplicates, &reader, &observer)
    else { return false }
    conversations.touch(slot, at: frame.time)
    if plain.isV4 { statistics.ipv4 += 1 } else { statistics.ipv6 += 1 }
    if plain.isTCP { statistics.tcp += 1 } else { statistics.udp += 1 }
    passed(frame, vlan: plain.vlan)
    return true
  }

  /// Whether the station that sent a copy on was just looked at, or is the sender itself.
  @inline(__always)
  private mutating func isKnownForwarder(of plain: borrowing PlainFrame, _ slot: Int, at time: Int64) -> Bool {
    let direction = conversations[slot].direction(of: plain)
    return conversations[slot].flow[direction].isFrom(plain.source)
      || !reader.rare.isDue(conversations[slot].rare, copyFrom: plain.source, direction, at: time)
  }

  /// The same for frames of protocols without IP: cyclic data above all.
  @inline(never)
  private mutating func passes(link frame: borrowing Frame) -> Bool {
    guard let plain = PlainLinkFrame(frame.bytes), reader.tables.isExpected(plain.etherType) else { return false }
    let key = FlowKey(
      source: plain.source, destination: plain.destination, etherType: plain.etherType,
      vlan: options.vlanFlows ? plain.vlan : Packet.noVLAN)
    guard let slot = conversations.find(key) else { return false }
    let mark = duplicates.mark(of: plain)
    if duplicates.original(of: mark, at: frame.time) != nil {
      guard !observer.output.log.contains(.operationsAll) else { return false }
      statistics.copies += 1
      passed(frame, vlan: plain.vlan)
      return true
    }
    guard
      Pipeline.passes(
        plain, mark, frame, statistics.frames &+ statistics.framesLeftOut, in: &conversations[slot], &duplicates,
        &reader, &observer)
    else { return false }
    conversations.touch(slot, at: frame.time)
    statistics.otherFrames += 1
    passed(frame, vlan: plain.vlan)
    return true
  }

  @inline(__always)
  private mutating func passed(_ frame: borrowing Frame, vlan: UInt16) {
    statistics.quick += 1
    if vlan != Packet.noVLAN { statistics.vlanFrames += 1 }
    if statistics.frames % TableFlood.stride == 0 { lookAtTables(frame, vlan: vlan) }
  }

  @inline(never)
  private mutating func lookAtTables(_ frame: borrowing Frame, vlan: UInt16) {
    var moment = Moment()
    moment.time = frame.time
    moment.frame = statistics.frames &+ statistics.framesLeftOut
    moment.interface = frame.interface
    moment.vlan = vlan
    lookAtTables(by: nil, moment)
  }

  @inline(__always)
  private static func passes(
    _ plain: borrowing PlainFrame, _ mark: DuplicateFilter.Mark, _ frame: borrowing Frame, _ number: UInt64,
    in conversation: inout Conversation, _ checksums: ChecksumMode, _ duplicates: inout DuplicateFilter,
    _ reader: inout Reader, _ observer: inout Observer
  ) -> Bool {
    let time = frame.time
    var direction = conversation.direction(of: plain)
    let count = plain.payloadCount
    guard conversation.opening == .settled, conversation.flow[direction].isUsual(plain),
      conversation.flow[direction.reversed].isSeen(), count == 0 || conversation.isReadInPlace(direction)
    else { return false }
    if plain.isTCP {
      guard plain.flags.isPlain, conversation.flow.tcp == .established, !conversation.handshake.isOpen,
        conversation.flow.toServer.packets &+ conversation.flow.toClient.packets &+ 1 != Visibility.packetThreshold,
        conversation.streams[direction].isNext(plain.sequence, count),
        conversation.streams[direction.reversed].hasNothingHeld()
      else { return false }
    } else if conversation.dissector == .none {
      return false
    }
    if checksums != .ignore, !plain.isSound(mark.sum) { return false }

    // From here on it is taken.
    if duplicates.window > 0 { duplicates.remember(mark, time: time, frame: number) }
    conversation.flow.count(direction, bytes: plain.bytes.byteCount, at: time)
    var moment = Moment()
    moment.time = time
    moment.frame = number
    moment.interface = frame.interface
    moment.vlan = plain.vlan
    if conversation.flow[direction].isDue(at: time) {
      direction = watch(plain, in: &conversation, sent: direction, moment, &observer.detection)
    }
    if checksums != .ignore { conversation.flow.countGoodChecksum(direction) }
    guard plain.isTCP else {
      if !reader.glance(datagram: plain.payload, in: &conversation, sent: direction, at: moment, &observer) {
        reader.datagram(plain.payload, in: &conversation, sent: direction, isCut: false, at: moment, &observer)
      }
      if !observer.detection.rules.isEmpty {
        tryRules(plain, in: &conversation, sent: direction, moment, &observer.detection)
      }
      return true
    }
    if count > 1, plain.isV4 {
      _ = conversation.flow[direction].identifications.isStrange(plain.identification)
    }
    reader.plain(
      plain.payload, sequence: plain.sequence, acknowledgement: plain.acknowledgement, in: &conversation,
      sent: direction, at: moment, &observer)
    if !observer.detection.rules.isEmpty {
      tryRules(plain, in: &conversation, sent: direction, moment, &observer.detection)
    }
    return true
  }

  @inline(__always)
  private static func tryRules(
    _ plain: borrowing PlainFrame, in conversation: inout Conversation, sent direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) {
    if detection.rules.mayMatch(
      plain.payload, in: &conversation, sent: conversation.direction(of: plain), isPlain: true)
    {
      matchRules(plain, in: &conversation, moment, &detection)
    }
  }
  @inline(never)
  private static func matchRules(
    _ plain: borrowing PlainFrame, in conversation: inout Conversation, _ moment: Moment, _ detection: inout Detection
  ) {
    detection.tryFound(Packet(plain), in: &conversation, sent: conversation.direction(of: plain), at: moment)
  }

  @inline(never)
  private static func watch(
    _ plain: borrowing PlainFrame, in conversation: inout Conversation, sent direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) -> Direction {
    watch(Packet(plain), in: &conversation, sent: direction, moment, &detection)
  }

  @inline(__always)
  private static func passes(
    _ plain: borrowing PlainLinkFrame, _ mark: DuplicateFilter.Mark, _ frame: borrowing Frame, _ number: UInt64,
    in conversation: inout Conversation, _ duplicates: inout DuplicateFilter, _ reader: inout Reader,
    _ observer: inout Observer
  ) -> Bool {
    let time = frame.time
    let direction: Direction = plain.source == conversation.flow.toServer.mac ? .toServer : .toClient
    guard conversation.dissector != .none, conversation.flow[direction].isHeard(), time < conversation.remindAt,
      conversation.flow.vlan == plain.vlan, !conversation.flow[direction].isDue(at: time)
    else { return false }

    // From here on it is taken.
    if duplicates.window > 0 { duplicates.remember(mark, time: time, frame: number) }
    conversation.flow.count(direction, bytes: plain.bytes.byteCount, at: time)
    var moment = Moment()
    moment.time = time
    moment.frame = number
    moment.interface = frame.interface
    moment.vlan = plain.vlan
    if !reader.glance(datagram: plain.payload, in: &conversation, sent: direction, at: moment, &observer) {
      reader.datagram(plain.payload, in: &conversation, sent: direction, isCut: false, at: moment, &observer)
    }
    return true
  }
}

extension TCPFlags {
  /// Those of a segment in the middle of a connection.
  @inline(__always)
  fileprivate var isPlain: Bool {
    rawValue & (TCPFlags.ack.rawValue | TCPFlags.syn.rawValue | TCPFlags.fin.rawValue | TCPFlags.rst.rawValue)
      == TCPFlags.ack.rawValue
  }
}

/// What the lane asks of a direction. Mutating, although it changes nothing: otherwise both directions are loaded to
/// ask one of them.
extension Flow.Half {
  /// Whether a packet is like those before it: from the same station, with the same hop limit and the same flags, and
  /// with an identification that follows theirs.
  @inline(__always)
  fileprivate mutating func isUsual(_ plain: borrowing PlainFrame) -> Bool {
    guard packets > 0, mac == plain.source, hopLimits.latest == plain.hopLimit,
      flags.rawValue & plain.flags.rawValue == plain.flags.rawValue, flags.rawValue & TCPFlags.fin.rawValue == 0
    else { return false }
    return !plain.isTCP || !plain.isV4 || plain.payloadCount <= 1 || identifications.isUsual(plain.identification)
  }
  @inline(__always)
  fileprivate mutating func isHeard() -> Bool { packets > 0 }
  /// Whether this end has sent, and may still do so.
  @inline(__always)
  fileprivate mutating func isSeen() -> Bool { packets > 0 && flags.rawValue & TCPFlags.fin.rawValue == 0 }
  /// Whether its sender is to be looked at again.
  @inline(__always)
  mutating func isDue(at time: Int64) -> Bool { (time &- watched).magnitude >= UInt64(Pipeline.second) }
  @inline(__always)
  fileprivate mutating func isFrom(_ station: MACAddress) -> Bool { station == mac }
}

extension Conversation {
  /// Whether a payload in this direction has a reader, or is known to have none.
  @inline(__always)
  fileprivate mutating func isReadInPlace(_ direction: Direction) -> Bool {
    dissector != .none || isSettled && unrecognisedPayloads == .max && !isChange(direction)
  }
  @inline(__always)
  fileprivate mutating func direction(of plain: borrowing PlainFrame) -> Direction {
    plain.sourceIP == flow.client && plain.sourcePort == flow.clientPort ? .toServer : .toClient
  }
  /// Whether the sender of a frame without IP is to be looked at.
  @inline(__always)
  mutating func isLinkDue(_ packet: borrowing Packet, at time: Int64) -> Bool {
    packet.vlan != flow.vlan || flow[flow.direction(of: packet)].isDue(at: time)
  }
}
