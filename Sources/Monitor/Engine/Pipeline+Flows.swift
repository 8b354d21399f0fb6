// SPDX-License-Identifier: Apache-2.0

/// Assigns datagrams and segments to their flows.
extension Pipeline {
  @inline(__always)
  func flowKey(_ packet: borrowing Packet) -> FlowKey {
    FlowKey(
      source: packet.sourceIP, sourcePort: packet.sourcePort, destination: packet.destinationIP,
      destinationPort: packet.destinationPort, ipProtocol: packet.ipProtocol.rawValue,
      vlan: options.vlanFlows ? packet.vlan : Packet.noVLAN)
  }

  /// Handles a whole IP datagram.
  mutating func datagram(_ packet: borrowing Packet, _ moment: Moment) {
    var flags = TCPFlags(rawValue: 0)
    var sequence: UInt32 = 0
    var acknowledgement: UInt32 = 0
    switch packet.transport {
    case .tcp:
      statistics.tcp += 1
      let header = packet.bytes.slice(packet.transportOffset, 20)
      guard header.byteCount == 20 else { return }
      flags = TCPFlags(rawValue: header.u16(12) & 0x1FF)
      sequence = header.u32(4)
      acknowledgement = header.u32(8)
    case .udp, .udpLite: statistics.udp += 1
    case .icmp: statistics.icmp += 1
    case .icmpv6: statistics.icmpv6 += 1
    case .igmp: statistics.igmp += 1
    case .sctp: statistics.sctp += 1
    default: statistics.otherIP += 1
    }

    let key = flowKey(packet)
    let isNew: Bool
    let slot: Int
    if let found = conversations.find(key) {
      isNew = isReuse(found, flags, sequence, acknowledgement, packet, moment)
      if isNew {
        slot = reuse(found, key, packet, flags, moment)
      } else {
        slot = found
        conversations.touch(slot, at: moment.time)
      }
    } else {
      if let oldest = conversations.next { end(oldest, .evicted) }
      slot = begin(key, packet, flags, moment)
      isNew = true
    }
    conversations[slot].flow.count(packet, at: moment.time)
    if isNew {
      if !observer.detection.rules.isEmpty { observer.detection.rules.begin(&conversations[slot]) }
      open(slot, packet, flags, moment)
    } else if conversations[slot].opening != .settled {
      follow(slot, packet, flags, acknowledgement, moment)
    }
    guard
      let direction = Pipeline.examine(
        packet, in: &conversations[slot], moment, options.checksums, &observer.detection, &statistics)
    else { return }

    switch packet.transport {
    case .tcp:
      let isProof = Pipeline.segment(
        packet, sequence: sequence, acknowledgement: acknowledgement, flags: flags, in: &conversations[slot],
        sent: direction, at: moment, &reader, &observer, &statistics)
      if isProof { conversations.prove(slot) }
    case .udp, .udpLite:
      answered(slot, direction, moment)
      // A switch mirrors to a monitor that never answers; each frame in it is counted for itself.
      if !conversations[slot].isAnswered, !packet.tunnel.isMirror {
        observer.detection.tried(packet.destinationIP, from: packet.source, at: packet.destination, moment)
        observer.detection.datagram(conversations[slot], direction, moment)
      }
      reader.datagram(
        packet.payload, in: &conversations[slot], sent: direction, isCut: packet.isIncomplete || packet.isCut,
        at: moment, &observer)
    case .icmp, .icmpv6:
      answered(slot, direction, moment)
      if packet.transport == .icmpv6 { observer.detection.neighborDiscovery(packet, moment) }
      if !isAnswer(packet, slot, direction, moment) {
        observer.detection.tried(packet.destinationIP, from: packet.source, at: packet.destination, moment)
        observer.detection.icmp(conversations[slot], direction, moment)
      }
    default: answered(slot, direction, moment)
    }
    if !observer.detection.rules.isEmpty {
      // The flow may have turned.
      let direction = conversations[slot].flow.direction(of: packet)
      observer.detection.tryRules(packet, in: &conversations[slot], sent: direction, at: moment)
    }
  }

  /// Compares the sender of a packet with what is known of it. Returns the packet's direction, since the flow may turn;
  /// nil if the packet is not read. It has the conversation, as `segment` has, and not its slot: each look into the
  /// table costs.
  @inline(__always)
  private static func examine(
    _ packet: borrowing Packet, in conversation: inout Conversation, _ moment: Moment, _ checksums: ChecksumMode,
    _ detection: inout Detection, _ statistics: inout Statistics
  ) -> Direction? {
    var direction = conversation.flow.direction(of: packet)
    if conversation.flow[direction].mac != packet.source || conversation.flow[direction].isDue(at: moment.time) {
      if conversation.flow[direction].mac != packet.source { conversation.flow[direction].changeMAC(packet.source) }
      direction = watch(packet, in: &conversation, sent: direction, moment, &detection)
    } else if conversation.flow[direction].hopLimits.latest != packet.hopLimit {
      detection.hopLimit(packet, &conversation, direction, moment)
    }
    return isSound(packet, in: &conversation, sent: direction, mode: checksums, &statistics) ? direction : nil
  }

  /// Looks at the sender of a packet, as is done once a second for each direction of a flow. Returns the packet's
  /// direction, since the flow may turn.
  @inline(__always)
  static func watch(
    _ packet: borrowing Packet, in conversation: inout Conversation, sent direction: Direction, _ moment: Moment,
    _ detection: inout Detection
  ) -> Direction {
    var direction = direction
    if !packet.isNeighborDiscovery {
      detection.sender(packet, &conversation, direction, moment)
      direction = conversation.flow.direction(of: packet)
    }
    // A segment without payload is not compared: only another value than before would be noted.
    let isEmpty = packet.transport == .tcp && packet.payload.byteCount == 0
    if isEmpty
      ? conversation.flow[direction].hopLimits.latest != packet.hopLimit
      : conversation.flow[direction].hopLimits.isDue(packet.hopLimit, at: moment.time)
    {
      detection.hopLimit(packet, &conversation, direction, moment)
    }
    return direction
  }

  /// Reports success at the first packet of the other direction.
  @inline(__always)
  mutating func answered(_ slot: Int, _ direction: Direction, _ moment: Moment) {
    let packets =
      direction == .toServer ? conversations[slot].flow.toServer.packets : conversations[slot].flow.toClient.packets
    if packets == 1, direction != conversations[slot].beginner {
      observer.detection.succeeded(&conversations[slot], moment)
      conversations.prove(slot)
    }
  }

  /// Handles a TCP segment. True if it proves that the conversation is real.
  @inline(__always)
  private static func segment(
    _ packet: borrowing Packet, sequence: UInt32, acknowledgement: UInt32, flags: TCPFlags,
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment, _ reader: inout Reader,
    _ observer: inout Observer, _ statistics: inout Statistics
  ) -> Bool {
    var flags = flags
    let isFirstAnswer =
      direction != conversation.beginner
      && (direction == .toClient
        ? conversation.flow.toClient.flags.rawValue == 0 : conversation.flow.toServer.flags.rawValue == 0)
    let isControl = flags.contains(.syn) || flags.contains(.fin) || flags.contains(.rst)
    if isControl {
      guard
        let heeded = control(
          packet, sequence, acknowledgement, flags, &conversation, direction, moment, &observer.detection, &statistics)
      else { return false }
      flags = heeded
    }
    let before = conversation.flow.tcp
    conversation.flow.add(flags, direction)
    conversation.flow.tcp = before.next(
      flags, toServer: conversation.flow.toServer.flags, toClient: conversation.flow.toClient.flags)
    // A connection of two ends stays longer than attempts; a SYN-ACK alone says nothing of the client.
    let isProof =
      (before != .established || conversation.flow[direction].packets == 1)
      && conversation.flow.tcp == .established && conversation.isAnswered
    if isFirstAnswer, !flags.contains(.rst) { observer.detection.succeeded(&conversation, moment) }
    // Where responses are invisible, the third segment of the handshake, sent by the client, proves that there was one.
    if before == .synSent, direction == .toServer, flags.contains(.ack), !flags.contains(.rst),
      conversation.flow.toClient.packets == 0
    {
      observer.detection.succeeded(&conversation, moment)
    }
    let packets = conversation.flow.toServer.packets + conversation.flow.toClient.packets
    if packets == Visibility.packetThreshold, conversation.flow.tcp == .established {
      observer.detection.connection(conversation, moment)
    }
    if packet.network == .ipv4, packet.payloadEnd - packet.payloadOffset > 1, !packet.isReassembled,
      conversation.flow[direction].identifications.isStrange(UInt16(truncatingIfNeeded: packet.identification))
    {
      observer.detection.identification(packet, &conversation, direction, moment)
    }
    var missing = 0
    if packet.isIncomplete, !packet.isReassembled {
      let whole =
        packet.network == .ipv4
        ? Int(packet.bytes.slice(packet.networkOffset + 2, 2).u16(0))
        : Int(packet.bytes.slice(packet.networkOffset + 4, 2).u16(0)) + 40
      missing = max(0, packet.networkOffset + whole - packet.payloadEnd)
    }
    reader.segment(
      packet.payload, sequence: sequence, acknowledgement: acknowledgement, flags: flags, missing: missing,
      in: &conversation, sent: direction, at: moment, &observer)
    return isProof
  }

  /// Handles a segment with SYN, FIN or RST. Returns the flags that its receiver heeds; nil if it ignores the segment.
  @inline(never)
  private static func control(
    _ packet: borrowing Packet, _ sequence: UInt32, _ acknowledgement: UInt32, _ flags: TCPFlags,
    _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment, _ detection: inout Detection,
    _ statistics: inout Statistics
  ) -> TCPFlags? {
    if flags.contains(.syn) {
      countSYN(flags, conversation, direction, packet, moment, &detection, &statistics)
      noteOptions(flags, &conversation, packet)
    }
    if flags.contains(.rst) {
      countRST(flags, sequence, acknowledgement, &conversation, direction, moment, &detection, &statistics)
    }
    if isAccepted(
      flags, sequence, acknowledgement, count: packet.payload.byteCount, conversation, sent: direction)
    {
      return flags
    }
    let streams = conversation.streams
    if flags.contains(.syn) {
      if streams[direction].isBegun(at: sequence &+ 1) { conversation.flow.add(flags, direction) }
      conversation.handshake.add(
        flags, sequence: sequence, acknowledgement: acknowledgement, sent: direction, in: streams)
    }
    if flags.contains(.rst) { detection.strayed(conversation, direction, moment) }
    // The data of a FIN may belong to another position.
    guard !flags.contains(.syn), !flags.contains(.rst) else { return nil }
    var flags = flags
    flags.remove(.fin)
    return flags
  }

  private static func countSYN(
    _ flags: TCPFlags, _ conversation: borrowing Conversation, _ direction: Direction, _ packet: borrowing Packet,
    _ moment: Moment, _ detection: inout Detection, _ statistics: inout Statistics
  ) {
    if flags.contains(.ack) {
      statistics.synAck += 1
    } else {
      statistics.syn += 1
      detection.tried(packet.destinationIP, from: packet.source, at: packet.destination, moment)
      detection.syn(conversation, direction, moment)
    }
  }

  /// Notes the options of a connection's first SYN: systems leave some out when they repeat it.
  private static func noteOptions(
    _ flags: TCPFlags, _ conversation: inout Conversation, _ packet: borrowing Packet
  ) {
    guard !flags.contains(.ack), conversation.flow.options == .unknown, let header = packet.tcp else { return }
    conversation.flow.options = TCPOptionLayout(header)
  }

  private static func countRST(
    _ flags: TCPFlags, _ sequence: UInt32, _ acknowledgement: UInt32, _ conversation: inout Conversation,
    _ direction: Direction, _ moment: Moment, _ detection: inout Detection, _ statistics: inout Statistics
  ) {
    statistics.rst += 1
    if conversation.flow.tcp == .reset,
      conversation.flow[direction].packets > conversation.flow[direction.reversed].packets
    {
      detection.strayed(conversation, direction, moment)
    }
    if isRefusal(flags, sequence, acknowledgement, conversation, direction) {
      detection.refused(&conversation, moment)
    }
  }

  /// Whether a datagram can answer what came before the monitor listened: in the first 30 seconds of the flows of its
  /// VLAN, the longest that a request is waited for. A sender chooses its tag, so a VLAN that appears later is only
  /// believed to be new where the receiver is.
  /// Mutating, although it changes nothing: otherwise the whole pipeline is copied to be asked.
  mutating func isEarly(
    to ip: IPAddress, _ mac: MACAddress = .none, vlan: UInt16, _ time: Int64, within seconds: Int64 = 30
  ) -> Bool {
    let first = firstFlows[Pipeline.place(ofVLAN: vlan)]
    guard time &- first < seconds * Pipeline.second else { return false }
    if time &- statistics.firstTime < seconds * Pipeline.second { return true }
    return !observer.detection.devices.inventory.knew(ip, mac, before: first)
  }

  /// Notes when the first flow of a VLAN began.
  @inline(__always)
  mutating func note(vlan: UInt16, at time: Int64) {
    if firstFlows[Pipeline.place(ofVLAN: vlan)] == .max { firstFlows[Pipeline.place(ofVLAN: vlan)] = time }
  }
  private static func place(ofVLAN vlan: UInt16) -> Int { min(Int(vlan), 4096) }

  /// Whether a receiver would heed a segment with SYN, FIN or RST. What it ignores changes nothing here either.
  private static func isAccepted(
    _ flags: TCPFlags, _ sequence: UInt32, _ acknowledgement: UInt32, count: Int,
    _ conversation: borrowing Conversation,
    sent direction: Direction
  ) -> Bool {
    let half = conversation.streams[direction]
    let state = conversation.flow.tcp
    if flags.contains(.rst) {
      guard half.isSynced else {
        // An answer to a SYN acknowledges it (RFC 9293, 3.10.7.3).
        let other = conversation.streams[direction.reversed]
        if state == .synSent { return !flags.contains(.ack) || other.isAt(acknowledgement) }
        return half.isNearAcknowledged(sequence)
      }
      // Exactly the next number (RFC 5961, 3.2), or the one after a FIN.
      return sequence &- half.next <= 1
    }
    if flags.contains(.syn) { return state == .none || state == .synSent }
    // A FIN that the receiver already has, or will have when earlier bytes arrive.
    guard half.isSynced else { return true }
    return Int32(bitPattern: sequence &+ UInt32(truncatingIfNeeded: count) &- half.next).magnitude
      <= StreamHalf.usualWindow
  }

  /// Whether a segment shows that another connection has begun between the same ports. Mutating, although it changes
  /// nothing: otherwise the whole pipeline is copied to be asked.
  @inline(__always)
  mutating func isReuse(
    _ slot: Int, _ flags: TCPFlags, _ sequence: UInt32, _ acknowledgement: UInt32, _ packet: borrowing Packet,
    _ moment: Moment
  ) -> Bool {
    if !flags.contains(.syn), !conversations[slot].handshake.isOpen { return false }
    return begins(slot, flags, sequence, acknowledgement, packet, moment)
  }

  @inline(never)
  private mutating func begins(
    _ slot: Int, _ flags: TCPFlags, _ sequence: UInt32, _ acknowledgement: UInt32, _ packet: borrowing Packet,
    _ moment: Moment
  ) -> Bool {
    let direction = conversations[slot].flow.direction(of: packet)
    guard flags.contains(.syn) else {
      guard flags.contains(.ack), !flags.contains(.rst) else { return false }
      return conversations[slot].handshake.isComplete(
        sequence, acknowledgement, sent: direction, in: conversations[slot])
    }
    guard !flags.contains(.ack) else { return false }
    // A SYN with the number that this connection began with comes late. Where it is closed, that is so for a short
    // time: there are devices whose numbers always begin alike. After a refusal it is the next attempt.
    let isLate = conversations[slot].streams[direction].isBegun(at: sequence &+ 1)
    switch conversations[slot].flow.tcp {
    case .none, .synSent, .synReceived: return conversations[slot].flow.toServer.packets == 0 && !isLate
    case .reset where conversations[slot].flow[direction].flags.contains(.syn): return true
    case .closed, .reset:
      return !isLate || (moment.time &- conversations[slot].flow.last).magnitude >= UInt64(Pipeline.second)
    case .established, .closing: return false
    }
  }

  /// Begins another connection between the same ports. Positions of the one before are kept: if its handshake was
  /// forged, the ends go on from there.
  @inline(never)
  private mutating func reuse(
    _ old: Int, _ key: FlowKey, _ packet: borrowing Packet, _ flags: TCPFlags, _ moment: Moment
  ) -> Int {
    statistics.reusedFlows += 1
    let handshake = conversations[old].handshake
    let client = conversations[old].flow.client
    let clientPort = conversations[old].flow.clientPort
    let isFromClient = conversations[old].flow.direction(of: packet) == handshake.direction
    var former = reader.takePositions(&conversations[old])
    end(old, .reused)
    let slot = begin(key, packet, flags, moment)
    if !flags.contains(.syn) {
      if (conversations[slot].flow.direction(of: packet) == .toServer) == isFromClient {
        conversations[slot].flow.basis = .syn
      } else {
        conversations[slot].flip(.syn)
      }
      conversations[slot].flow.add(.syn, .toServer)
      conversations[slot].flow.tcp = .synSent
      conversations[slot].streams.toServer = StreamHalf(at: handshake.sequence, isLost: false)
      if handshake.isAnswered {
        conversations[slot].flow.add([.syn, .ack], .toClient)
        conversations[slot].flow.tcp = .synReceived
        conversations[slot].streams.toClient = StreamHalf(at: handshake.answer, isLost: false)
      }
    }
    let isTurned = conversations[slot].flow.client != client || conversations[slot].flow.clientPort != clientPort
    if isTurned { former.flip() }
    conversations[slot].rare = former
    return slot
  }

  mutating func begin(
    _ key: FlowKey, _ packet: borrowing Packet, _ flags: TCPFlags, _ moment: Moment
  ) -> Int {
    var sourceIsServer = false
    var basis = Flow.Basis.firstSeen
    note(vlan: packet.vlan, at: moment.time)
    // A segment without SYN belongs to a connection that began before. A datagram may be the first one; its ports say
    // nothing then, since its sender chose them.
    // All segments of a connection but the first carry ACK (RFC 9293, 3.10.7.4), so one without fits none.
    let mayBeOlder =
      packet.transport == .tcp
      ? !flags.contains(.syn) && (flags.contains(.ack) || flags.contains(.rst))
      : isEarly(to: packet.destinationIP, vlan: packet.vlan, moment.time)
    if flags.contains(.syn) {
      sourceIsServer = flags.contains(.ack)
      basis = .syn
    } else if let known = beginnings.find(key) {
      sourceIsServer = beginnings[known].client != packet.sourceIP || beginnings[known].port != packet.sourcePort
      basis = .earlier
      beginnings.remove(known)
    } else if mayBeOlder {
      let source = reader.tables.isServer(packet.sourcePort)
      let destination = reader.tables.isServer(packet.destinationPort)
      if source != destination {
        sourceIsServer = source
        basis = .wellKnownPort
      }
    }
    statistics.flows += 1
    switch packet.transport {
    case .tcp: statistics.tcpFlows += 1
    case .udp, .udpLite: statistics.udpFlows += 1
    case .icmp: statistics.icmpFlows += 1
    case .icmpv6: statistics.icmpv6Flows += 1
    default: break
    }
    var flow = Flow(
      packet, time: moment.time, frame: moment.frame, sourceIsServer: sourceIsServer, basis: basis)
    // Where the first packet and the ports say the same, they need not be doubted.
    flow.mayBeOlder = mayBeOlder && (basis == .firstSeen || sourceIsServer)
    return insert(key, flow, at: moment.time)
  }

  /// Adds a conversation, in place of the one that gives way first if there is no room.
  @inline(__always)
  mutating func insert(_ key: FlowKey, _ flow: Flow, at time: Int64) -> Int {
    conversationCount += 1
    let slot = conversations.insert(key, Conversation(flow, number: 0), at: time)
    conversations[slot].number = conversationCount << 32 | UInt64(slot)
    while due.count <= slot { due.append(.min) }
    due[slot] = .min
    return slot
  }

  /// Whether a packet's receiver would accept it, judging by its checksums.
  @inline(__always)
  static func isSound(
    _ packet: borrowing Packet, in conversation: inout Conversation, sent direction: Direction, mode: ChecksumMode,
    _ statistics: inout Statistics
  ) -> Bool {
    guard mode != .ignore, !packet.isReassembled else { return true }
    if packet.isSound {
      conversation.flow.countGoodChecksum(direction)
      return true
    }
    return mayBeSound(packet, in: &conversation, sent: direction, mode: mode, &statistics)
  }

  /// The same for a packet that is not simply sound.
  @inline(never)
  private static func mayBeSound(
    _ packet: borrowing Packet, in conversation: inout Conversation, sent direction: Direction, mode: ChecksumMode,
    _ statistics: inout Statistics
  ) -> Bool {
    let sums = packet.checksums()
    if sums.network == .good || sums.network == .unknown || sums.network == .absent {
      switch sums.transport {
      case .good:
        conversation.flow.countGoodChecksum(direction)
        return true
      case .absent, .unknown: return true
      case .bad, .offloaded: break
      }
    }
    let isBad = sums.transport == .bad || sums.network == .bad
    if isBad { statistics.badChecksums += 1 } else { statistics.offloadedChecksums += 1 }
    if conversation.flow[direction].badChecksums < .max { conversation.flow[direction].badChecksums += 1 }
    // A direction without a single correct checksum comes from the capturing host itself, whose network card fills them
    // in only after the capture.
    if mode == .auto, !isBad || conversation.flow[direction].goodChecksums == 0 { return true }
    statistics.refusedChecksums += 1
    return false
  }
}
