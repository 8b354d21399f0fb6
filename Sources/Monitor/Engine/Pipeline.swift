// SPDX-License-Identifier: Apache-2.0
package import Capture
package import Catalogue

/// The engine: frames in, findings and records out. It knows no terminal, no command line and no clock; the same frames
/// yield the same lines, live or replayed.
package struct Pipeline: ~Copyable {
  package enum ChecksumMode: String, CaseIterable, Sendable {
    /// Decide for each direction whether checksum offload explains wrong ones.
    case auto
    /// Never read a packet with a wrong one.
    case verify
    case ignore
  }
  package struct Options: Sendable {
    package var log: LogKinds = [.alerts]
    package var language = Language.en
    package var host: String?
    /// Names of the interfaces of a live run, in the order that `Frame.interface` counts in.
    package var interfaces: [String] = []
    /// For times, where no site file gives a time zone: a name of the IANA time zone database.
    package var timeZone: String?
    package var checksums = ChecksumMode.auto
    /// Nanoseconds; 0 disables the recognition of duplicate frames.
    package var duplicateWindow: Int64 = 1_000_000
    /// Equal addresses and ports on different VLANs are separate flows.
    package var vlanFlows = false
    package var flowLimit = 262_144
    /// Off, every frame takes the general path: for tests, which compare the two.
    package var hasQuickLane = true
    /// Rules of rule files.
    package var rules = RuleBook.empty
    package var ruleOptions = RuleOptions()
    /// Seed of all hash functions. It does not affect the output.
    package var seed = UInt64.random(in: .min ... .max)
    package init() {}
  }

  package internal(set) var statistics = Statistics()
  let options: Options
  var observer: Observer
  var reader: Reader
  var conversations: PagedTable<FlowKey, Conversation>
  var defragmenter: Defragmenter
  var duplicates: DuplicateFilter
  var conversationCount: UInt64 = 0
  /// When the first flow of each VLAN began (nanoseconds), the last place without a tag; `Int64.max` before it.
  var firstFlows = [Int64](repeating: .max, count: 4097)
  /// Who began flows that ended for the monitor only.
  var beginnings: BoundedTable<FlowKey, Beginning>
  struct Beginning {
    let client: IPAddress
    let port: UInt16
  }
  var losses = Losses()
  /// For each slot of `conversations`, when the sweep has to look at it; no conversation is touched before.
  var due: [Int64] = []
  var sweepPosition = 0
  var roundStart: Int64 = .min / 2
  var nextTick: Int64 = .min
  /// Limit on nested tunnels.
  static let tunnelDepthLimit = 8
  static let second: Int64 = 1_000_000_000

  package init(_ options: Options, site: Site?, sink: consuming Sink) {
    self.options = options
    let context = AlertContext(
      site, language: options.language, host: options.host, interfaces: options.interfaces,
      timeZone: options.timeZone, rules: options.rules)
    observer = Observer(
      Detection(
        site, rules: RuleEngine(options.rules, options.ruleOptions, seed: options.seed), seed: options.seed),
      Output(context, options.log, sink, seed: options.seed))
    observer.detection.devices.inventory.ledger.isKept = options.log.contains(.assets)
    reader = Reader(seed: options.seed)
    conversations = PagedTable(limit: options.flowLimit, seed: options.seed)
    beginnings = BoundedTable(limit: 65_536, seed: options.seed)
    defragmenter = Defragmenter(seed: options.seed)
    duplicates = DuplicateFilter(window: options.duplicateWindow, seed: options.seed)
  }

  // MARK: Frames

  package mutating func process(_ frame: borrowing Frame) {
    statistics.frames += 1
    let length = UInt64(max(0, frame.length))
    statistics.bytes &+= length
    if length > statistics.largest { statistics.largest = length }
    if frame.linkType.rawValue != LinkType.ethernet.rawValue {
      statistics.otherLinks[Pipeline.place(frame.linkType)] += 1
    }
    if statistics.frames == 1 { statistics.firstTime = frame.time }
    statistics.lastTime = max(statistics.lastTime, frame.time)
    if !passes(frame) { look(frame) }
    observer.report()
    sweep(frame.time)
  }

  /// The general path, for every frame there is.
  @inline(never)
  private mutating func look(_ frame: borrowing Frame) {
    var moment = Moment()
    moment.time = frame.time
    moment.frame = statistics.frames &+ statistics.framesLeftOut
    moment.interface = frame.interface

    let packet = Packet(frame.bytes, linkType: frame.linkType, length: frame.length)
    if packet.isCut { statistics.cut += 1 }
    layer(packet, &moment)
    if packet.tunnel != .none { inside(packet, &moment) }
    if observer.detection.tableFlood.isFilling {
      lookAtTables(by: Endpoint(ip: packet.sourceIP, mac: packet.source), moment)
    } else if statistics.frames % TableFlood.stride == 0 {
      lookAtTables(by: nil, moment)
    }
  }

  /// Counts a frame that was not to be looked at, so that frame numbers stay those of the capture.
  package mutating func leaveOut() { statistics.framesLeftOut += 1 }

  /// Handles the contents of a tunnel, and of tunnels within it.
  @inline(never)
  mutating func inside(_ outer: borrowing Packet, _ moment: inout Moment) {
    var packet = copy outer
    while packet.tunnel != .none {
      guard moment.tunnelDepth < Pipeline.tunnelDepthLimit else {
        statistics.tooManyLayers += 1
        return
      }
      enter(packet, &moment)
      packet = packet.inner()
      layer(packet, &moment)
    }
  }

  /// Index in `Statistics.otherLinks`.
  static func place(_ type: LinkType) -> Int {
    switch type.rawValue {
    case LinkType.null.rawValue, LinkType.loop.rawValue: 1
    case LinkType.linuxCooked.rawValue: 2
    case LinkType.linuxCooked2.rawValue: 3
    default: 0
    }
  }

  mutating func enter(_ packet: borrowing Packet, _ moment: inout Moment) {
    statistics.tunnels[Int(packet.tunnel.rawValue)] += 1
    if moment.tunnelDepth == 0 {
      moment.tunnelSource = packet.sourceIP
      moment.tunnelDestination = packet.destinationIP
      moment.tunnelProtocol = packet.ipProtocol.rawValue
    }
    moment.tunnelDepth += 1
  }

  /// Handles one stack of headers.
  @inline(__always)
  mutating func layer(_ packet: borrowing Packet, _ moment: inout Moment) {
    moment.vlan = packet.vlan
    if let fault = packet.fault { statistics.faults[Int(fault.layer.rawValue)] += 1 }
    if packet.tagCount > 0 {
      statistics.vlanFrames += 1
      if packet.tagCount > 1 { statistics.stackedTagFrames += 1 }
    }
    // Count before duplicates are dropped: a storm consists of duplicates. Only IP and ARP: EtherCAT and similar
    // protocols broadcast thousands of frames a second by design.
    if packet.destination == .broadcast, packet.network != .none, packet.network != .other {
      observer.detection.broadcast(packet, moment)
    }
    if let original = duplicates.original(of: packet, time: moment.time, frame: moment.frame) {
      statistics.copies += 1
      if original.isElsewhere, packet.network == .ipv4 || packet.network == .ipv6 { forwarded(packet, moment) }
      if observer.output.log.contains(.operationsAll) { copy(packet, of: original.frame, moment) }
      return
    }
    switch packet.network {
    case .arp:
      statistics.arp += 1
      observer.detection.arp(packet, moment)
    case .ipv4, .ipv6:
      if packet.network == .ipv4 { statistics.ipv4 += 1 } else { statistics.ipv6 += 1 }
      if packet.isFragment {
        fragment(packet, &moment)
      } else {
        datagram(packet, moment)
      }
    case .none, .other:
      statistics.otherFrames += 1
      guard packet.linkType.rawValue == LinkType.ethernet.rawValue else { return }
      if reader.tables.isExpected(packet.etherType) {
        frame(packet, moment)
      } else {
        observer.detection.frame(packet, moment)
      }
    }
  }

  mutating func fragment(_ packet: borrowing Packet, _ moment: inout Moment) {
    let outcome = defragmenter.add(packet, time: moment.time)
    if defragmenter.differing > 0 { observer.detection.overlap(defragmenter.differing, fragmentOf: packet, moment) }
    guard case .complete(let payload, let transport) = outcome else { return }
    var whole = Packet(reassembled: payload.bytes, of: Datagram(of: packet), protocol: transport)
    datagram(whole, moment)
    // The fragments may have carried a tunnel, whose contents count like any others.
    var depth = moment.tunnelDepth
    while whole.tunnel != .none, depth < Pipeline.tunnelDepthLimit {
      enter(whole, &moment)
      depth += 1
      whole = whole.inner()
      guard !whole.isFragment, whole.network == .ipv4 || whole.network == .ipv6 else { return }
      moment.vlan = whole.vlan
      datagram(whole, moment)
    }
  }

  private func linkKey(_ packet: borrowing Packet) -> FlowKey {
    FlowKey(
      source: packet.source, destination: packet.destination, etherType: packet.etherType,
      vlan: options.vlanFlows ? packet.vlan : Packet.noVLAN)
  }

  /// Logs the contents of a duplicate frame where every message is logged; it counts nowhere else. Duplicate TCP
  /// segments have nothing to log: their bytes have already been read.
  private mutating func copy(_ packet: borrowing Packet, of first: UInt64, _ moment: Moment) {
    let isLink = packet.network == .none || packet.network == .other
    guard isLink || packet.transport == .udp && !packet.isFragment,
      let slot = conversations.find(isLink ? linkKey(packet) : flowKey(packet)), conversations[slot].dissector != .none
    else { return }
    var moment = moment
    moment.copyOf = first
    reader.copy(
      packet.payload, in: conversations[slot], sent: conversations[slot].flow.direction(of: packet),
      isCut: packet.isIncomplete || packet.isCut, at: moment, &observer)
  }

  /// A copy on another way. If another station has sent it, a router forwarded it, or a man in the middle: its contents
  /// have been read, but that station has not been looked at. Once a second for each direction of a flow, and every ten
  /// seconds where there was nothing to learn.
  @inline(never)
  private mutating func forwarded(_ packet: borrowing Packet, _ moment: Moment) {
    guard !packet.isFragment, let slot = conversations.find(flowKey(packet)) else { return }
    let direction = conversations[slot].flow.direction(of: packet)
    guard packet.source != conversations[slot].flow[direction].mac,
      reader.rare.isDue(conversations[slot].rare, copyFrom: packet.source, direction, at: moment.time)
    else { return }
    var isKnown = false
    if !packet.isNeighborDiscovery {
      isKnown = observer.detection.forwarder(packet, &conversations[slot], direction, moment)
    }
    reader.rare.examined(
      &conversations[slot].rare, copyFrom: packet.source, direction,
      until: moment.time &+ (isKnown ? 10 : 1) * Pipeline.second)
  }

  /// Handles a frame without IP whose protocol has a dissector.
  mutating func frame(_ packet: borrowing Packet, _ moment: Moment) {
    let key = linkKey(packet)
    let slot: Int
    let found = conversations.find(key)
    // Cyclic data come a thousand times a second: their sender is looked at in one of them.
    let isDue = found.map { conversations[$0].isLinkDue(packet, at: moment.time) } ?? true
    if isDue { observer.detection.frame(packet, moment) }
    if let found {
      slot = found
      conversations.touch(slot, at: moment.time)
    } else {
      if let oldest = conversations.next { end(oldest, .evicted) }
      var flow = Flow(link: packet, time: moment.time, frame: moment.frame)
      note(vlan: packet.vlan, at: moment.time)
      flow.mayBeOlder = isEarly(to: .none, packet.destination, vlan: packet.vlan, moment.time)
      slot = insert(key, flow, at: moment.time)
      observer.detection.linkBegan(&conversations[slot], moment)
    }
    let direction = conversations[slot].flow.direction(of: packet)
    conversations[slot].flow.count(packet, at: moment.time)
    if conversations[slot].flow[direction].packets == 1, conversations[slot].isAnswered { conversations.prove(slot) }
    if moment.time >= conversations[slot].remindAt { observer.detection.remind(of: &conversations[slot], moment) }
    if isDue { observer.detection.listen(&conversations[slot], direction, moment) }
    reader.datagram(
      packet.payload, in: &conversations[slot], sent: direction, isCut: packet.isCut, at: moment, &observer)
    if isDue, packet.payload.byteCount > 0, conversations[slot].dissector != .none,
      let spoken = reader.exchange.operations.last?.dissector
    {
      observer.detection.devices.inventory.note(spoken, by: packet.source, at: moment.time)
    }
  }
}
