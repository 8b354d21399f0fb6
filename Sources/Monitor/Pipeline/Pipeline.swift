// SPDX-License-Identifier: Apache-2.0
package import Capture

/// The engine: frames in, findings and records out. It knows no terminal, no argument and no clock; the same frames give the same lines, live or replayed.
package struct Pipeline: ~Copyable {
  package enum ChecksumMode: String, CaseIterable, Sendable {
    /// Judge for each direction whether offload explains wrong ones.
    case auto
    /// A packet with a wrong one is never read.
    case verify
    case ignore
  }
  package struct Options: Sendable {
    package var log: LogKinds = [.alerts]
    package var language = Language.en
    package var host: String?
    package var interface: String?
    package var checksums = ChecksumMode.auto
    /// Nanoseconds; 0 takes no frame for a copy.
    package var duplicateWindow: Int64 = 1_000_000
    /// VLANs part flows.
    package var vlanFlows = false
    package var flowLimit = 262_144
    /// Seed of all hashes. It changes no output.
    package var seed = UInt64.random(in: .min ... .max)
    package init() {}
  }

  package private(set) var statistics = Statistics()
  let options: Options
  var detection: Detection
  var reader: Reader
  var conversations: BoundedTable<FlowKey, Conversation>
  var defragmenter: Defragmenter
  private var duplicates: DuplicateFilter
  private var conversationCount: UInt64 = 0
  private var hand = 0
  private var roundStart: Int64 = .min / 2
  private var nextTick: Int64 = .min
  /// Headers around headers that are followed.
  private static let mostLayers = 8
  private static let second: Int64 = 1_000_000_000

  package init(_ options: Options, site: Site?, sink: consuming Sink) {
    self.options = options
    let context = AlertContext(site, language: options.language, host: options.host, interface: options.interface)
    detection = Detection(site, Alerts(context, options.log, sink, seed: options.seed), seed: options.seed)
    reader = Reader(seed: options.seed)
    conversations = BoundedTable(limit: options.flowLimit, seed: options.seed)
    defragmenter = Defragmenter(seed: options.seed)
    duplicates = DuplicateFilter(window: options.duplicateWindow, seed: options.seed)
  }

  // MARK: Frames

  package mutating func process(_ frame: borrowing Frame) {
    statistics.frames += 1
    let length = UInt64(max(0, frame.length))
    statistics.bytes &+= length
    if length > statistics.largest { statistics.largest = length }
    if frame.linkType != .ethernet { statistics.otherLinks[Pipeline.place(frame.linkType)] += 1 }
    if statistics.frames == 1 { statistics.firstTime = frame.time }
    statistics.lastTime = max(statistics.lastTime, frame.time)
    var moment = Moment()
    moment.time = frame.time
    moment.frame = statistics.frames

    let packet = Packet(frame.bytes, linkType: frame.linkType, length: frame.length)
    if packet.isCut { statistics.cut += 1 }
    layer(packet, &moment)
    if packet.tunnel != .none { inside(packet, &moment) }
    sweep(frame.time)
  }

  /// What a tunnel carries, and what tunnels in it do.
  @inline(never)
  private mutating func inside(_ outer: borrowing Packet, _ moment: inout Moment) {
    var packet = copy outer
    while packet.tunnel != .none {
      guard moment.tunnelDepth < Pipeline.mostLayers else {
        statistics.tooManyLayers += 1
        return
      }
      enter(packet, &moment)
      packet = packet.inner()
      layer(packet, &moment)
    }
  }

  /// Place in `Statistics.otherLinks`.
  private static func place(_ type: LinkType) -> Int {
    switch type.rawValue {
    case LinkType.null.rawValue, LinkType.loop.rawValue: 1
    case LinkType.linuxCooked.rawValue: 2
    case LinkType.linuxCooked2.rawValue: 3
    default: 0
    }
  }

  private mutating func enter(_ packet: borrowing Packet, _ moment: inout Moment) {
    statistics.tunnels[Int(packet.tunnel.rawValue)] += 1
    if moment.tunnelDepth == 0 {
      moment.tunnelSource = packet.sourceIP
      moment.tunnelDestination = packet.destinationIP
      moment.tunnelProtocol = packet.ipProtocol.rawValue
    }
    moment.tunnelDepth += 1
  }

  /// One stack of headers.
  @inline(__always)
  private mutating func layer(_ packet: borrowing Packet, _ moment: inout Moment) {
    moment.vlan = packet.vlan
    if let fault = packet.fault { statistics.faults[Int(fault.layer.rawValue)] += 1 }
    if packet.tagCount > 0 {
      statistics.vlanFrames += 1
      if packet.tagCount > 1 { statistics.manyTagFrames += 1 }
    }
    // Before copies are left out: a storm is made of copies. Only IP and ARP: EtherCAT and its like broadcast thousands of frames a second by design.
    if packet.destination == .broadcast, packet.network != .none, packet.network != .other {
      detection.broadcast(packet, moment)
    }
    if duplicates.isCopy(packet, time: moment.time) {
      statistics.copies += 1
      return
    }
    switch packet.network {
    case .arp:
      statistics.arp += 1
      detection.arp(packet, moment)
    case .ipv4, .ipv6:
      if packet.network == .ipv4 { statistics.ipv4 += 1 } else { statistics.ipv6 += 1 }
      if packet.isFragment {
        fragment(packet, &moment)
      } else if !packet.tunnel.isMirror {
        datagram(packet, moment)
      }
    case .none, .other:
      statistics.otherFrames += 1
      if packet.linkType == .ethernet {
        detection.frame(packet, moment)
        if reader.tables.isExpected(packet.etherType) { frame(packet, moment) }
      }
    }
  }

  private mutating func fragment(_ packet: borrowing Packet, _ moment: inout Moment) {
    let outcome = defragmenter.add(packet, time: moment.time)
    if defragmenter.differing > 0 { detection.overlap(defragmenter.differing, fragmentOf: packet, moment) }
    guard case .complete(let payload, let transport) = outcome else { return }
    var whole = Packet(reassembled: payload.bytes, of: Datagram(of: packet), protocol: transport)
    if !whole.tunnel.isMirror { datagram(whole, moment) }
    // What was fragmented may be a tunnel; what is inside counts like any other.
    var depth = moment.tunnelDepth
    while whole.tunnel != .none, depth < Pipeline.mostLayers {
      enter(whole, &moment)
      depth += 1
      whole = whole.inner()
      guard !whole.isFragment, whole.network == .ipv4 || whole.network == .ipv6 else { return }
      moment.vlan = whole.vlan
      if !whole.tunnel.isMirror { datagram(whole, moment) }
    }
  }

  /// A frame without IP, of a protocol that is read.
  private mutating func frame(_ packet: borrowing Packet, _ moment: Moment) {
    let key = FlowKey(
      source: packet.source, destination: packet.destination, etherType: packet.etherType,
      vlan: options.vlanFlows ? packet.vlan : Packet.noVLAN)
    let slot: Int
    if let found = conversations.find(key) {
      slot = found
      conversations.touch(slot, at: moment.time)
    } else {
      if let oldest = conversations.next { end(oldest, .evicted) }
      conversationCount += 1
      let flow = Flow(link: packet, time: moment.time, frame: moment.frame)
      slot = conversations.insert(key, Conversation(flow, number: 0), at: moment.time)
      conversations[slot].number = conversationCount << 32 | UInt64(slot)
      detection.linkBegan(&conversations[slot], moment)
    }
    let direction = conversations[slot].flow.direction(of: packet)
    conversations[slot].flow.last = max(conversations[slot].flow.last, moment.time)
    conversations[slot].flow[direction].packets += 1
    conversations[slot].flow[direction].bytes &+= UInt64(packet.bytes.byteCount)
    reader.datagram(packet.payload, &conversations[slot], direction, isCut: packet.isCut, moment, &detection)
  }

  // MARK: Flows

  /// A whole IP datagram.
  private mutating func datagram(_ packet: borrowing Packet, _ moment: Moment) {
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

    let key = FlowKey(
      source: packet.sourceIP, sourcePort: packet.sourcePort, destination: packet.destinationIP,
      destinationPort: packet.destinationPort, ipProtocol: packet.ipProtocol.rawValue,
      vlan: options.vlanFlows ? packet.vlan : Packet.noVLAN)
    let isNew: Bool
    let slot: Int
    if let found = conversations.find(key), !isReuse(found, flags, sequence, packet) {
      slot = found
      isNew = false
      conversations.touch(slot, at: moment.time)
    } else {
      if let old = conversations.find(key) {
        statistics.reusedFlows += 1
        end(old, .reused)
      } else if let oldest = conversations.next {
        end(oldest, .evicted)
      }
      slot = begin(key, packet, flags, moment)
      isNew = true
    }
    let direction = conversations[slot].flow.direction(of: packet)
    conversations[slot].flow.last = max(conversations[slot].flow.last, moment.time)
    conversations[slot].flow[direction].packets += 1
    conversations[slot].flow[direction].bytes &+= UInt64(packet.bytes.byteCount)
    if conversations[slot].flow[direction].mac != packet.source
      || moment.time &- conversations[slot].flow[direction].watched >= Pipeline.second
    {
      conversations[slot].flow[direction].mac = packet.source
      if !packet.isNeighborDiscovery { detection.sender(packet, &conversations[slot], direction, moment) }
    }
    if isNew {
      conversations[slot].isConsequence = isConsequence(packet)
      // An attempt is a SYN, a segment no connection has (all but the first carry ACK: RFC 9293, 3.10.7.4), or a datagram of unknown fate; not the middle
      // or end of a connection, nor its refusal.
      let isAttempt =
        packet.transport == .tcp
        ? !flags.contains(.rst) && !flags.contains(.ack) : !conversations[slot].flow.isICMPError
      detection.flowBegan(&conversations[slot], isAttempt: isAttempt, moment)
    }
    guard Pipeline.isSound(packet, &conversations[slot], direction, options.checksums, &statistics) else { return }

    switch packet.transport {
    case .tcp:
      segment(packet, sequence, acknowledgement, flags, slot, direction, moment)
    case .udp, .udpLite:
      answered(slot, direction, moment)
      if !conversations[slot].isAnswered { detection.datagram(conversations[slot], direction, moment) }
      reader.datagram(
        packet.payload, &conversations[slot], direction, isCut: packet.isIncomplete || packet.isCut, moment, &detection)
    case .icmp, .icmpv6:
      answered(slot, direction, moment)
      if packet.transport == .icmpv6 { detection.neighborDiscovery(packet, moment) }
      detection.icmp(conversations[slot], direction, moment)
    default: break
    }
  }

  /// The first packet of the other direction.
  @inline(__always)
  private mutating func answered(_ slot: Int, _ direction: Direction, _ moment: Moment) {
    if direction == .toClient, conversations[slot].flow.toClient.packets == 1,
      conversations[slot].flow.toServer.packets > 0
    {
      detection.succeeded(conversations[slot], moment)
    }
  }

  @inline(__always)
  private mutating func segment(
    _ packet: borrowing Packet, _ sequence: UInt32, _ acknowledgement: UInt32, _ flags: TCPFlags, _ slot: Int,
    _ direction: Direction, _ moment: Moment
  ) {
    let isFirstAnswer = direction == .toClient && conversations[slot].flow.toClient.flags.rawValue == 0
    let before = conversations[slot].flow.tcp
    conversations[slot].flow[direction].flags.formUnion(flags)
    conversations[slot].flow.tcp = conversations[slot].flow.tcp.next(
      flags, toServer: conversations[slot].flow.toServer.flags, toClient: conversations[slot].flow.toClient.flags)
    if flags.contains(.syn) {
      if flags.contains(.ack) {
        statistics.synAck += 1
      } else {
        statistics.syn += 1
        detection.syn(conversations[slot], moment)
      }
    }
    if flags.contains(.rst) { statistics.rst += 1 }
    if isFirstAnswer, !flags.contains(.rst), conversations[slot].flow.toServer.packets > 0 {
      detection.succeeded(conversations[slot], moment)
    }
    // Where answers are invisible, the client's third segment of the handshake tells that there was one.
    if before == .synSent, direction == .toServer, flags.contains(.ack), !flags.contains(.rst),
      conversations[slot].flow.toClient.packets == 0
    {
      detection.succeeded(conversations[slot], moment)
    }
    let packets = conversations[slot].flow.toServer.packets + conversations[slot].flow.toClient.packets
    if packets == Visibility.fewPackets, conversations[slot].flow.tcp == .established {
      detection.connection(conversations[slot], moment)
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
      &conversations[slot], direction, moment, &detection)
  }

  /// Whether a packet is an ICMP error about a datagram of a flow that is known, sent to whoever sent that: the flow is judged, not the echo of it.
  private func isConsequence(_ packet: borrowing Packet) -> Bool {
    guard let quoted = packet.icmp?.original ?? packet.icmpv6?.original, quoted.source == packet.destinationIP else {
      return false
    }
    return conversations.find(
      FlowKey(
        source: quoted.source, sourcePort: quoted.sourcePort, destination: quoted.destination,
        destinationPort: quoted.destinationPort, ipProtocol: quoted.protocolNumber.rawValue,
        vlan: options.vlanFlows ? packet.vlan : Packet.noVLAN)) != nil
  }

  /// Whether a SYN begins another connection between the same ports.
  @inline(__always)
  private func isReuse(_ slot: Int, _ flags: TCPFlags, _ sequence: UInt32, _ packet: borrowing Packet) -> Bool {
    guard flags.contains(.syn), !flags.contains(.ack) else { return false }
    let flow = conversations[slot].flow
    switch flow.tcp {
    case .none, .synSent, .synReceived: return flow.toServer.packets == 0
    case .closed, .reset: return true
    case .established, .closing:
      // A repetition of the first SYN comes late, but says the same.
      let half = flow.direction(of: packet) == .toServer ? flow.toServer.stream : flow.toClient.stream
      return !half.isSynced || (half.next &- sequence) > UInt32(1 << 20)
    }
  }

  private mutating func begin(
    _ key: FlowKey, _ packet: borrowing Packet, _ flags: TCPFlags, _ moment: Moment
  ) -> Int {
    var sourceIsServer = false
    var basis = Flow.Basis.firstSeen
    if flags.contains(.syn) {
      sourceIsServer = flags.contains(.ack)
      basis = .syn
    } else {
      let isTCP = packet.transport == .tcp
      let source =
        WellKnownPorts.isServer(packet.sourcePort) || reader.tables.isExpected(packet.sourcePort, isTCP: isTCP)
      let destination =
        WellKnownPorts.isServer(packet.destinationPort)
        || reader.tables.isExpected(packet.destinationPort, isTCP: isTCP)
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
    conversationCount += 1
    let flow = Flow(
      packet, time: moment.time, frame: moment.frame, sourceIsServer: sourceIsServer, basis: basis)
    let slot = conversations.insert(key, Conversation(flow, number: 0), at: moment.time)
    conversations[slot].number = conversationCount << 32 | UInt64(slot)
    return slot
  }

  /// Whether a packet's receiver would take it, as far as check sums tell.
  @inline(__always)
  private static func isSound(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ mode: ChecksumMode,
    _ statistics: inout Statistics
  ) -> Bool {
    guard mode != .ignore, !packet.isReassembled else { return true }
    let sums = packet.checksums()
    if sums.network == .good || sums.network == .unknown || sums.network == .absent {
      switch sums.transport {
      case .good:
        if conversation.flow[direction].goodChecksums < .max { conversation.flow[direction].goodChecksums += 1 }
        return true
      case .absent, .unknown: return true
      case .bad, .offloaded: break
      }
    }
    let isBad = sums.transport == .bad || sums.network == .bad
    if isBad { statistics.badChecksums += 1 } else { statistics.offloadedChecksums += 1 }
    if conversation.flow[direction].badChecksums < .max { conversation.flow[direction].badChecksums += 1 }
    // A direction that never had a right one is sent by the capturing machine itself, before its card fills them in.
    if mode == .auto, !isBad || conversation.flow[direction].goodChecksums == 0 { return true }
    statistics.refusedChecksums += 1
    return false
  }

  // MARK: Time

  /// Ends what has timed out: a few slots for each packet, a round of the table at most every five seconds of the capture.
  @inline(__always)
  private mutating func sweep(_ time: Int64) {
    if time >= nextTick { tick(time) }
    guard hand < conversations.slots else {
      if time &- roundStart >= 5 * Pipeline.second {
        hand = 0
        roundStart = time
      }
      return
    }
    for slot in hand..<min(hand + 8, conversations.slots) where conversations.isUsed(slot) {
      let idle = time &- conversations[slot].flow.last
      if idle >= conversations[slot].flow.timeout {
        end(slot, .timeout)
      } else if time >= conversations[slot].flow.nextReport {
        conversations[slot].flow.nextReport = time &+ Flow.reportInterval
        write(conversations[slot], nil, at: time)
      }
    }
    hand += 8
  }

  private mutating func tick(_ time: Int64) {
    nextTick = time &+ Pipeline.second
    detection.tick(time)
    reader.exchange.expire(at: time)
    reportUnanswered(at: time)
  }

  private mutating func reportUnanswered(at time: Int64) {
    while let lost = reader.exchange.unanswered.popLast() {
      let slot = Int(lost.conversation & 0xFFFF_FFFF)
      guard conversations.isUsed(slot), conversations[slot].number == lost.conversation else { continue }
      var moment = Moment()
      moment.time = time
      moment.frame = statistics.frames
      moment.vlan = conversations[slot].flow.vlan
      detection.unanswered(lost.operation, conversations[slot], moment, reader.exchange.names)
    }
  }

  private mutating func end(_ slot: Int, _ reason: Flow.End) {
    var moment = Moment()
    moment.time = conversations[slot].flow.last
    moment.frame = statistics.frames
    moment.vlan = conversations[slot].flow.vlan
    // Segments that still wait behind a hole are read now: nothing else will come.
    for direction in [Direction.toServer, .toClient]
    where reader.pool.hasSegments(conversations[slot].flow[direction].stream) {
      reader.drain(&conversations[slot], direction, moment, &detection, force: true)
    }
    if conversations[slot].operations > 0 {
      detection.alerts.ended(conversations[slot].number, reader.exchange.names)
    }
    write(conversations[slot], reason, at: moment.time)
    reader.release(&conversations[slot])
    conversations.remove(slot)
  }

  private mutating func write(_ conversation: Conversation, _ reason: Flow.End?, at time: Int64) {
    // EVE's flow records are of IP.
    guard detection.alerts.log.contains(.flows), !conversation.flow.isLink else { return }
    detection.alerts.flow(conversation, reason, at: time)
  }

  /// Ends everything: what was seen is written. `capture` are the interface's counters, in a live run.
  package mutating func finish(_ capture: CaptureCounters? = nil) {
    for slot in conversations.slotsByAge { end(slot, .shutdown) }
    reportUnanswered(at: statistics.lastTime)
    detection.tick(statistics.lastTime)
    if detection.alerts.log.contains(.assets) { writeAssets() }
    if detection.alerts.log.contains(.stats) { writeStatistics(capture) }
    detection.alerts.finish()
  }

  /// Judges by another site file from now on. Flows are judged anew with their next packet that says something.
  package mutating func replace(site: Site) {
    detection.alerts.close()
    detection.alerts.records.replace(
      AlertContext(site, language: options.language, host: options.host, interface: options.interface))
    detection.site = site
    for slot in conversations.slotsByAge {
      let flow = conversations[slot].flow
      if flow.isLink {
        detection.linkParties(&conversations[slot])
      } else {
        conversations[slot].client = detection.party(flow.client, flow.toServer.mac, flow.vlan)
        conversations[slot].server = detection.party(flow.server, flow.toClient.mac, flow.vlan)
      }
      var moment = Moment()
      moment.time = statistics.lastTime
      moment.frame = statistics.frames
      moment.vlan = flow.vlan
      detection.settled(&conversations[slot], moment)
    }
  }
}
