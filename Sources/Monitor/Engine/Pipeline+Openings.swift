// SPDX-License-Identifier: Apache-2.0

/// Flows that begin with a packet which opens none (`Opening`), and what answers them.
extension Pipeline {
  /// Nanoseconds without an answer after which an attempt has none: stacks repeat a segment after a second, then after
  /// two more (RFC 6298, 5.5).
  static let silence: Int64 = 5 * Pipeline.second
  /// Packets of one end alone, after which a flow is taken for a conversation of which the mirror port shows one
  /// direction.
  private static let oneWayPackets: UInt64 = 8

  /// Handles the first packet of a flow.
  @inline(never)
  mutating func open(_ slot: Int, _ packet: borrowing Packet, _ flags: TCPFlags, _ moment: Moment) {
    conversations[slot].isConsequence = isConsequence(packet)
    let isTCP = packet.transport == .tcp
    // Of a handshake that was completed before its flow began, the SYN was the first packet.
    let isComplete = conversations[slot].flow.toServer.flags.contains(.syn)
    conversations[slot].beginner = isComplete ? .toServer : conversations[slot].flow.direction(of: packet)
    let basis = conversations[slot].flow.basis
    var isAttempt = !conversations[slot].flow.isICMPError
    if isTCP {
      // A SYN, or a segment that fits no connection; neither the middle or end of one nor its refusal.
      isAttempt = !flags.contains(.rst) && !flags.contains(.ack)
      if flags.contains(.ack), !flags.contains(.rst), !isComplete, basis != .earlier {
        conversations[slot].opening = Pipeline.carriesData(packet) ? .assumed : .waiting
      }
    } else if basis == .wellKnownPort, conversations[slot].beginner == .toClient {
      conversations[slot].opening = .waiting
      isAttempt = false
    }
    if isAttempt || conversations[slot].opening != .settled {
      observer.detection.tried(packet.destinationIP, from: packet.source, at: packet.destination, moment)
    }
    let direction = conversations[slot].flow.direction(of: packet)
    observer.detection.flowBegan(
      &conversations[slot], from: packet.source, to: packet.destination, sent: direction, isAttempt: isAttempt, moment)
    conversations[slot].flow[conversations[slot].beginner].mac = packet.source
    if isTCP, !flags.contains(.syn), !isComplete, basis != .earlier {
      // Many connections with data may be found at once when the monitor starts. They count if they are refused.
      if !Pipeline.carriesData(packet) || !isEarly(to: packet.destinationIP, vlan: packet.vlan, moment.time) {
        observer.detection.strayed(conversations[slot], conversations[slot].beginner, moment)
      }
    }
  }

  /// Handles a further packet of a flow whose opening is not settled.
  @inline(never)
  mutating func follow(
    _ slot: Int, _ packet: borrowing Packet, _ flags: TCPFlags, _ acknowledgement: UInt32, _ moment: Moment
  ) {
    let direction = conversations[slot].flow.direction(of: packet)
    let isTCP = packet.transport == .tcp
    let opening = conversations[slot].opening
    if direction != conversations[slot].beginner {
      if isTCP, flags.contains(.rst) {
        refused(slot, moment)
      } else {
        settle(slot, moment)
      }
    } else {
      let carriesData = Pipeline.carriesData(packet)
      let isProgress =
        carriesData || !isTCP || conversations[slot].streams[direction.reversed].isProgress(acknowledgement)
      if isTCP, !flags.contains(.syn), opening == .refused || !isProgress {
        observer.detection.strayed(conversations[slot], direction, moment)
      }
      let isOneWay = conversations[slot].flow[direction].packets > Pipeline.oneWayPackets
      if opening == .waiting, isTCP && carriesData || isOneWay {
        observer.detection.settled(&conversations[slot], moment)
      } else if opening == .assumed, isOneWay, isProgress {
        conversations[slot].opening = .settled
      }
    }
  }

  /// A byte alone may be a keep-alive probe (RFC 9293, 3.8.4).
  private static func carriesData(_ packet: borrowing Packet) -> Bool { packet.payload.byteCount > 1 }

  /// The other end has answered: the flow is what it was taken for.
  private mutating func settle(_ slot: Int, _ moment: Moment) {
    if conversations[slot].opening == .waiting { observer.detection.settled(&conversations[slot], moment) }
    conversations[slot].opening = .settled
  }

  /// The sender of the first packet has tried, and was refused.
  private mutating func refused(_ slot: Int, _ moment: Moment) {
    let opening = conversations[slot].opening
    if opening == .assumed, conversations[slot].flow.ipProtocol == IPProtocol.tcp.rawValue {
      observer.detection.strayed(conversations[slot], conversations[slot].beginner, moment)
    }
    let isOlder = isOlder(slot)
    let isTurned = !isOlder && turn(slot)
    conversations[slot].opening = .refused
    if !isOlder { observer.detection.refused(&conversations[slot], moment) }
    if opening == .waiting || isTurned { observer.detection.settled(&conversations[slot], moment) }
  }

  /// Nobody has answered for a while. That says something where the monitor sees answers to the sender.
  @inline(never)
  mutating func fallSilent(_ slot: Int, at time: Int64) {
    var moment = Moment()
    moment.time = time
    moment.frame = statistics.frames &+ statistics.framesLeftOut
    moment.vlan = conversations[slot].flow.vlan
    // A connection goes on, of which the mirror port may show one direction; an attempt is hardly repeated.
    let packets = conversations[slot].flow[conversations[slot].beginner].packets
    if conversations[slot].opening == .waiting, packets <= 2, observer.detection.seesAnswers(to: conversations[slot]) {
      if turn(slot) { conversations[slot].flow.mayBeOlder = true }
      observer.detection.attempted(&conversations[slot], moment)
    }
    settle(slot, moment)
    observer.report()
  }

  /// Whether a flow waits for an answer that should have come by now.
  @inline(__always)
  static func isSilent(_ opening: Opening, for idle: Int64) -> Bool {
    (opening == .waiting || opening == .assumed) && idle >= silence
  }

  /// Judges a flow that ends before it is clear who began.
  mutating func settleEnded(_ slot: Int, _ moment: Moment) {
    if conversations[slot].opening == .waiting { settle(slot, moment) }
  }

  /// Whether a refused segment can be of a connection that was there before the monitor: a server sends to ports that
  /// clients take, above 32,768 in common stacks, and the client is gone. For an hour, the longest that idle
  /// connections usually stay open.
  private mutating func isOlder(_ slot: Int) -> Bool {
    let flow = conversations[slot].flow
    let isFromServer = conversations[slot].beginner == .toClient
    let (from, to) =
      isFromServer ? (flow.serverPort, flow.clientPort) : (flow.clientPort, flow.serverPort)
    guard flow.ipProtocol == IPProtocol.tcp.rawValue, from < 32_768, to >= 32_768 else { return false }
    return !flow[conversations[slot].beginner].flags.contains(.syn)
      && isEarly(
        to: isFromServer ? flow.client : flow.server, vlan: flow.vlan, flow.start, within: 3_600)
  }

  /// Makes the sender of the first packet the client, unless content has shown who it is. True if the flow was turned.
  private mutating func turn(_ slot: Int) -> Bool {
    let flow = conversations[slot].flow
    guard conversations[slot].beginner == .toClient, flow.basis != .content else { return false }
    // The SYN can have been sent before the monitor listened, but not long before.
    let isAnswer =
      flow.toClient.flags.contains(.syn) && !isEarly(to: flow.client, vlan: flow.vlan, flow.start, within: 3)
    conversations[slot].flip(.firstSeen)
    conversations[slot].flow.mayBeOlder = !isAnswer
    return true
  }

  /// Handles an ICMP message. True if it answers a packet: a reply, of which there are no more than requests, or an
  /// error about a packet that was seen, and that nobody has answered otherwise.
  @inline(never)
  mutating func isAnswer(
    _ packet: borrowing Packet, _ slot: Int, _ direction: Direction, _ moment: Moment
  ) -> Bool {
    let isV6 = packet.transport == .icmpv6
    let type = packet.icmp?.type ?? packet.icmpv6?.type ?? 0
    if isV6 ? type == ICMPv6Header.echoReply : ICMPHeader.isReply(type) {
      let (forth, back) = (conversations[slot].flow.toServer.packets, conversations[slot].flow.toClient.packets)
      return direction == .toServer ? forth <= back : back <= forth
    }
    guard let quoted = packet.icmp?.original ?? packet.icmpv6?.original, quoted.source == packet.destinationIP,
      let about = conversations.find(key(of: quoted, packet.vlan))
    else { return false }
    let isClients =
      conversations[about].flow.client == quoted.source && conversations[about].flow.clientPort == quoted.sourcePort
    let sent: Direction = isClients ? .toServer : .toClient
    let (forth, back) = (conversations[about].flow.toServer.packets, conversations[about].flow.toClient.packets)
    guard (isClients ? back : forth) == 0, UInt64(conversations[about].errors) < (isClients ? forth : back) else {
      return false
    }
    conversations[about].errors &+= 1
    let isUnreachable =
      type == (isV6 ? ICMPv6Header.destinationUnreachable : ICMPHeader.destinationUnreachable)
    let opening = conversations[about].opening
    if isUnreachable, sent == conversations[about].beginner, opening == .waiting || opening == .assumed {
      refused(about, moment)
    }
    return true
  }

  /// Whether a packet is an ICMP error about a datagram of a known flow, returned to that datagram's sender: the flow
  /// is judged, not its echo. Mutating, although it changes nothing: otherwise the whole pipeline is copied to be
  /// asked.
  private mutating func isConsequence(_ packet: borrowing Packet) -> Bool {
    guard let quoted = packet.icmp?.original ?? packet.icmpv6?.original, quoted.source == packet.destinationIP else {
      return false
    }
    return conversations.find(key(of: quoted, packet.vlan)) != nil
  }

  private mutating func key(of quoted: OriginalDatagram, _ vlan: UInt16) -> FlowKey {
    FlowKey(
      source: quoted.source, sourcePort: quoted.sourcePort, destination: quoted.destination,
      destinationPort: quoted.destinationPort, ipProtocol: quoted.protocolNumber.rawValue,
      vlan: options.vlanFlows ? vlan : Packet.noVLAN)
  }

  /// Whether a server refuses a connection that seemed to be open: it resets before anything was said. A SYN-ACK that
  /// another station forged in its name is exposed by that, too.
  static func isRefusal(
    _ flags: TCPFlags, _ sequence: UInt32, _ acknowledgement: UInt32, _ conversation: borrowing Conversation,
    _ direction: Direction
  ) -> Bool {
    let streams = conversation.streams
    let state = conversation.flow.tcp
    guard direction == .toClient, conversation.beginner == .toServer, conversation.flow.basis == .syn,
      state == .synReceived || state == .established, streams.toServer.isEmpty,
      streams.toClient.isEmpty
    else { return false }
    return flags.contains(.ack)
      ? streams.toServer.isBegun(at: acknowledgement) : streams.toClient.isBegun(at: sequence)
  }
}
