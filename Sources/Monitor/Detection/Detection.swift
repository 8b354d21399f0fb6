// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// All detectors, and the input of each. A new detector is a file of its own, one line here, and one line at each event
/// it watches. All are known at compile time, so an event costs direct calls and no lookup. Their results stay in
/// `findings` until the engine passes them on.
struct Detection: ~Copyable {
  /// What the site file declares; empty without one. Stored unwrapped, so that a verdict copies nothing.
  private(set) var declared: Site
  private(set) var hasSite: Bool
  var site: Site? { hasSite ? declared : nil }
  var findings = Findings()
  var devices: DeviceWatch
  /// How devices describe themselves.
  var identities: Identities
  /// What devices' memory was last seen to hold.
  var lastValues: LastValues
  /// What the frames of each sender look like.
  var senders: Senders
  var addressResolution = AddressResolution()
  let zonePolicy = ZonePolicy()
  var valueLimits: ValueLimits
  let deviceRenamed = DeviceRenamed()
  var deeds: Deeds
  private var portScan: PortScan
  var hostSweep: HostSweep
  var forwardedAttempts = ForwardedAttempts()
  private var answeredHosts: AnsweredHosts
  private var flood: Flood
  var functionScan: FunctionScan
  var exceptionBurst: ExceptionBurst
  var commandFlood: CommandFlood
  var pairingFaults: PairingFaults
  private var visibility: Visibility
  var logins: Logins
  var strangers: Strangers
  var selections: Selections
  var silentDevices: SilentDevices
  var tableFlood = TableFlood()
  /// Rules of rule files.
  var rules: RuleEngine
  /// What exceptions of the site file keep from being reported.
  private(set) var muting = Muting()
  /// Number of operations by action, for the summary.
  private(set) var actions = [UInt64](repeating: 0, count: Action.allCases.count)

  /// Of these, operations with a code that the dissector does not know, by `DissectorID`.
  private(set) var unknown = [UInt64](repeating: 0, count: 256)

  init(_ site: Site?, rules: consuming RuleEngine, seed: UInt64) {
    self.rules = rules
    declared = site ?? Site()
    hasSite = site != nil
    muting.replace(with: declared)
    devices = DeviceWatch(seed: seed)
    valueLimits = ValueLimits(seed: seed)
    deeds = Deeds(seed: seed)
    senders = Senders(seed: seed)
    identities = Identities(limit: 65_536, seed: seed)
    lastValues = LastValues(seed: seed)
    portScan = PortScan(seed: seed)
    hostSweep = HostSweep(seed: seed)
    answeredHosts = AnsweredHosts(seed: seed)
    flood = Flood(seed: seed)
    functionScan = FunctionScan(seed: seed)
    exceptionBurst = ExceptionBurst(seed: seed)
    commandFlood = CommandFlood(seed: seed)
    pairingFaults = PairingFaults(seed: seed)
    visibility = Visibility(seed: seed)
    logins = Logins(seed: seed)
    strangers = Strangers(seed: seed)
    selections = Selections(seed: seed)
    silentDevices = SilentDevices(seed: seed)
  }

  /// Entries that all detectors together evicted at their limits.
  var evictions: Int {
    let ofMemory = strangers.evictions + selections.evictions + identities.evictions + lastValues.evictions
    return (countEvictions + ofMemory + deeds.evictions + valueLimits.evictions).all
  }
  /// Of these, what detectors count.
  var countEvictions: Evictions {
    let ofSenders = devices.evictions + senders.evictions + answeredHosts.evictions + silentDevices.evictions
    let ofScans = portScan.evictions + hostSweep.evictions + flood.evictions + functionScan.evictions
    let ofMessages = exceptionBurst.evictions + commandFlood.evictions + pairingFaults.evictions + logins.evictions
    return ofSenders + ofScans + ofMessages
  }

  func party(_ ip: IPAddress, _ mac: MACAddress, _ vlan: UInt16) -> Party {
    hasSite ? declared.party(ip: ip, mac: mac, vlan: vlan) : Party(zone: .external, asset: .none)
  }
  func endpoint(_ ip: IPAddress, _ mac: MACAddress, _ moment: Moment) -> Endpoint {
    Endpoint(ip: ip, mac: mac, party: party(ip, mac, moment.vlan))
  }

  @inline(__always)
  mutating func count(_ operation: borrowing Operation) {
    count(operation.action)
    if operation.action == .unknown { unknown[Int(operation.dissector.rawValue)] += 1 }
  }
  @inline(__always)
  mutating func count(_ action: Action) { actions[Int(action.rawValue)] += 1 }

  // MARK: Frames

  /// A packet that may try to reach `destination`, in a frame to the station `receiver`.
  @inline(__always)
  mutating func tried(
    _ destination: IPAddress, from sender: MACAddress, at receiver: MACAddress, _ moment: Moment
  ) {
    guard sender != receiver, !receiver.isGroup, receiver != .none else { return }
    forwardedAttempts.note(destination, at: receiver, moment.time)
  }

  /// A frame that is neither IP nor ARP.
  mutating func frame(_ packet: borrowing Packet, _ moment: Moment) {
    var mac = packet.source
    // The first device of an EtherCAT segment sets the locally-administered bit of the frames that it returns
    // (ETG.1000.4): they are still their master's. Masters need no address of their own, since every device of the
    // segment processes every frame: common ones use zeros, or ones.
    let isEtherCAT = packet.etherType == .etherCAT
    if isEtherCAT, mac.isLocal, devices.inventory.knows(mac.universal) { mac = mac.universal }
    if !isEtherCAT, ImpossibleSource.isImpossible(mac, to: packet.destination) {
      findings.add(
        moment.finding(
          .impossibleSource, .parties, source: endpoint(.none, mac, moment),
          destination: endpoint(.none, packet.destination, moment)))
    }
    guard let station = devices.newStation(mac, moment) else { return }
    devices.frame(
      of: station, from: endpoint(.none, mac, moment), to: endpoint(.none, packet.destination, moment), moment,
      declared, &findings)
  }

  mutating func broadcast(_ packet: borrowing Packet, _ moment: Moment) {
    findings.add(flood.broadcast(endpoint(packet.sourceIP, packet.source, moment), moment))
  }

  /// `stream-tampering` within a fragmented datagram, which has no flow yet.
  mutating func overlap(_ bytes: Int, fragmentOf packet: borrowing Packet, _ moment: Moment) {
    var finding = moment.finding(
      .streamTampering, .overlap(bytes: bytes, what: .ipFragments),
      source: endpoint(packet.sourceIP, packet.source, moment),
      destination: endpoint(packet.destinationIP, packet.destination, moment))
    finding.ipProtocol = packet.ipProtocol.rawValue
    findings.add(finding)
  }

  // MARK: Flows

  /// `source` and `destination` are the MAC addresses of its first packet.
  mutating func flowBegan(
    _ conversation: inout Conversation, from source: MACAddress, to destination: MACAddress,
    sent direction: Direction, isAttempt: Bool, _ moment: Moment
  ) {
    let (client, server) = direction == .toServer ? (source, destination) : (destination, source)
    let sender = direction == .toServer ? conversation.flow.client : conversation.flow.server
    muting.began = Muting.Beginning(frame: moment.frame, ip: sender, mac: source)
    identifyEnds(of: &conversation, client, server)
    if isAttempt { attempted(&conversation, moment) }
    if conversation.opening != .waiting { judge(&conversation, moment) }
  }

  /// The sender of a flow's first packet has tried to open it.
  mutating func attempted(_ conversation: inout Conversation, _ moment: Moment) {
    let attempt = Attempt(conversation)
    if let count = portScan.attempted(attempt, at: moment.time) {
      findings.add(portScan.finding(count, attempt, in: conversation, moment))
    }
    if !isDeclared(&conversation, moment), let count = hostSweep.attempted(attempt, at: moment.time) {
      findings.add(hostSweep.finding(count, attempt, in: conversation, moment))
    }
  }

  /// Whether a conduit is for just this: its asset may try this service at whatever stations it leads to, as network
  /// management does. A conduit for any service says nothing of what its asset looks for.
  @inline(__always)
  private mutating func isDeclared(_ conversation: inout Conversation, _ moment: Moment) -> Bool {
    let direction = conversation.beginner
    let from = conversation.party(direction)
    guard from.asset != .none else { return false }
    return declared.declares(
      from, conversation.party(direction.reversed), conversation.service(direction, at: declared), at: moment.time)
  }

  /// It was answered with a refusal.
  mutating func refused(_ conversation: inout Conversation, _ moment: Moment) {
    answeredHosts.note(Attempt(conversation).source, moment.time)
    attempted(&conversation, moment)
  }

  /// Whether the monitor sees the answers to the sender of a flow's first packet.
  func seesAnswers(to conversation: borrowing Conversation) -> Bool {
    answeredHosts.contains(Attempt(conversation).source)
  }

  /// A conversation between two stations without IP.
  mutating func linkBegan(_ conversation: inout Conversation, _ moment: Moment) {
    identifyEnds(of: &conversation, conversation.flow.toServer.mac, conversation.flow.toClient.mac)
    judge(&conversation, moment)
  }

  /// A listed device without an address of its own has sent: it is this end, whatever the end was taken for.
  mutating func recognise(
    _ mac: MACAddress, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    guard declared.hasOwnMACs, !conversation.flow.isLink else { return }
    let ip = direction == .toServer ? conversation.flow.client : conversation.flow.server
    let party = endParty(ip, mac, conversation.flow.vlan)
    guard party.asset != .none else { return }
    if direction == .toServer { conversation.client = party } else { conversation.server = party }
    judge(&conversation, moment)
  }

  /// Who an end of a flow is. A device listed by its MAC address alone may be behind a router: then it is known by the
  /// address that it was seen to use.
  /// Mutating, although it changes nothing: otherwise most of the detectors are copied to be asked.
  private mutating func endParty(_ ip: IPAddress, _ mac: MACAddress, _ vlan: UInt16) -> Party {
    let party = party(ip, mac, vlan)
    guard party.asset == .none, declared.hasOwnMACs, let own = devices.inventory.provenMAC(of: ip) else {
      return party
    }
    let owner = self.party(ip, own, vlan)
    return owner.asset == .none ? party : owner
  }

  private mutating func identifyEnds(of conversation: inout Conversation, _ client: MACAddress, _ server: MACAddress) {
    let vlan = conversation.flow.vlan
    if conversation.flow.isLink {
      conversation.client = linkParty(client, vlan)
      conversation.server = linkParty(server, vlan)
      // Frames pass no router, so a station unknown to the site is in the zone of its peer.
      if conversation.client.zone == .external { conversation.client.zone = conversation.server.zone }
      if conversation.server.zone == .external { conversation.server.zone = conversation.client.zone }
    } else {
      conversation.client = endParty(conversation.flow.client, client, vlan)
      conversation.server = endParty(conversation.flow.server, server, vlan)
      // What no router forwards has its ends on one segment, and in one zone where the site does not list them.
      if !conversation.flow.server.isRoutable, conversation.server.asset == .none {
        conversation.server.zone = conversation.client.zone
      }
      if !conversation.flow.client.isRoutable, conversation.client.asset == .none {
        conversation.client.zone = conversation.server.zone
      }
    }
  }
  /// Who a station without IP is: a listed MAC address is enough, also of a device that has an IP address.
  func linkParty(_ mac: MACAddress, _ vlan: UInt16) -> Party {
    if let asset = declared.asset(mac: mac) {
      return Party(zone: declared.assets[Int(asset.rawValue)].zone, asset: asset)
    }
    return party(.none, mac, vlan)
  }

  /// The one place where a flow is judged: when it begins, when its protocol is settled, when a relevant time window
  /// opens or closes, and when the site is replaced. If the flow may have begun before the monitor listened, and
  /// nothing shows who opened it, a conduit that allows the opposite direction settles that. Later, the sender of the
  /// first packet has opened it, whatever its port: an attacker chooses ports.
  ///
  /// What was reported of the flow before is not reported again. If it named the wrong end, and that end sent the first
  /// packet only because the monitor came later, it is withdrawn.
  mutating func judge(_ conversation: inout Conversation, _ moment: Moment) {
    guard hasSite else { return }
    let before = conversation.gate.verdict
    conversation.gate = gate(&conversation, moment)
    if !conversation.gate.verdict.isAllowed, conversation.flow.basis == .firstSeen, conversation.flow.mayBeOlder,
      !conversation.flow.isICMP
    {
      let forth = conversation.gate
      conversation.flip(.firstSeen)
      conversation.gate = gate(&conversation, moment)
      if !conversation.gate.verdict.isAllowed {
        conversation.flip(.firstSeen)
        conversation.gate = forth
      }
    }
    if conversation.isReported {
      let isTurned = (conversation.flips &- conversation.reportedFlips) & 1 == 1
      if !isTurned, conversation.gate.verdict.rank == before.rank { return }
      if isTurned, conversation.flow.mayBeOlder {
        findings.add(zonePolicy.withdrawal(of: before, conversation, moment))
      }
    }
    conversation.isReported = !conversation.gate.verdict.isAllowed
    conversation.reportedFlips = conversation.flips
    conversation.remindAt = .max
    if conversation.isReported { report(&conversation, moment) }
  }

  /// The gate of a flow whose ends are known; open if the flow stays within its zone.
  @inline(__always)
  private mutating func gate(_ conversation: inout Conversation, _ moment: Moment) -> Gate {
    if conversation.isConsequence { return .open }
    return declared.gate(
      from: conversation.client, to: conversation.server, service: conversation.service(at: declared), at: moment.time)
  }

  private mutating func report(_ conversation: inout Conversation, _ moment: Moment) {
    guard let finding = zonePolicy.flow(conversation, moment) else { return }
    conversation.remindAt = moment.time &+ Catalogue.entry(finding.kind).reminder
    findings.add(finding)
  }

  /// Reports a flow again that goes on. While it is not clear who began, nothing is added that may have to be taken
  /// back.
  @inline(never)
  mutating func remind(of conversation: inout Conversation, _ moment: Moment) {
    conversation.remindAt = .max
    guard conversation.isReported, conversation.isSettled || !conversation.flow.mayBeOlder else { return }
    report(&conversation, moment)
  }

  /// Judges by a new site file from now on.
  mutating func replace(site: Site) {
    muting.replace(with: site)
    declared = site
    hasSite = true
    silentDevices.forget()
  }
  /// Judges a flow again that was open when the site was replaced.
  mutating func rejudge(_ conversation: inout Conversation, _ moment: Moment) {
    identifyEnds(of: &conversation, conversation.flow.toServer.mac, conversation.flow.toClient.mac)
    // Every alert was ended with the old one.
    conversation.isReported = false
    judge(&conversation, moment)
  }

  /// The other end has answered, and not merely with a refusal.
  mutating func succeeded(_ conversation: inout Conversation, _ moment: Moment) {
    answeredHosts.note(conversation.flow.client, moment.time)
    answeredHosts.note(conversation.flow.server, moment.time)
    let attempt = Attempt(conversation)
    portScan.succeeded(attempt, at: moment.time)
    hostSweep.succeeded(attempt, at: moment.time)
    if conversation.flow.toClient.packets == 0 { silentDevices.answeredUnseen(conversation.flow.server, moment) }
    if conversation.isReported, var finding = zonePolicy.flow(conversation, moment) {
      finding.isAnswer = true
      findings.add(finding)
    }
  }

  /// Content has identified the protocol, or has shown that it is none we know; or it has become clear who began.
  mutating func settled(_ conversation: inout Conversation, _ moment: Moment) {
    if conversation.opening == .waiting { conversation.opening = .assumed }
    judge(&conversation, moment)
  }

  /// A conversation has ended, or has lasted for long: what was understood in it was of its protocol. Without IP it may
  /// be of several ones, and is looked at once a second.
  @inline(__always)
  mutating func spoken(_ conversation: inout Conversation, at time: Int64) {
    if conversation.understood > 0, !conversation.flow.isLink {
      devices.inventory.noteProtocol(of: conversation, at: time)
    }
  }

  mutating func syn(_ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment) {
    add(flood.syn(conversation, direction, moment))
  }
  /// A segment without SYN that fits no connection.
  mutating func strayed(_ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment) {
    add(flood.segment(conversation, direction, moment))
  }
  mutating func icmp(_ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment) {
    add(flood.icmp(conversation, direction, moment))
  }
  mutating func datagram(_ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment) {
    add(flood.datagram(conversation, direction, moment))
  }

  /// A flood, with what is known of its sender if that is not the sender of the packet at hand.
  private mutating func add(_ flood: Finding?) {
    guard var flood else { return }
    if flood.flow == nil {
      let source = flood.source
      flood.source.party =
        source.ip == .none ? linkParty(source.mac, flood.vlan) : party(source.ip, source.mac, flood.vlan)
      // Many senders are where their frames arrive.
      if source.ip == .none, flood.source.party.zone == .external {
        flood.source.party.zone = flood.destination.party.zone
      }
    }
    findings.add(flood)
  }

  /// Enough of a TCP connection was seen to know whether both directions are visible.
  mutating func connection(_ conversation: borrowing Conversation, _ moment: Moment) {
    findings.add(visibility.connection(conversation, moment))
  }
  var oneWayPairs: [Visibility.Pair] { visibility.reported }

  /// `stream-tampering`: bytes sent twice with different contents.
  mutating func overlap(
    _ bytes: Int, _ what: Overlap, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    findings.add(moment.finding(.streamTampering, .overlap(bytes: bytes, what: what), conversation, direction))
  }

  /// `malformed-message`: a message that violates its protocol's specification. `dissector` names the protocol where
  /// the conversation is not known to speak it.
  mutating func malformed(
    _ fault: Fault, of dissector: DissectorID?, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    var finding = moment.finding(.malformedMessage, .fault(fault), conversation, direction)
    if let dissector { finding.dissector = dissector }
    findings.add(finding)
    if !rules.isEmpty {
      tryRules(
        refused: fault, of: finding.dissector, in: conversation, sent: direction, at: moment)
    }
  }

  /// The counts of one table's evictions, young ones, as of now. `sender`: whose frame was just handled, nil if it were
  /// several.
  mutating func evicted(_ table: FloodedTable, _ count: Int, limit: Int, by sender: Endpoint?, _ moment: Moment) {
    tableFlood.count(table, count, limit: limit, by: sender, moment)
    while let finding = tableFlood.next(moment) {
      var finding = finding
      finding.source.party = party(finding.source.ip, finding.source.mac, moment.vlan)
      findings.add(finding)
    }
  }

  /// Whether an exception of the site file covers a finding, which then is counted and not reported.
  @inline(__always)
  mutating func isMuted(_ finding: Finding) -> Bool {
    muting.isEmpty ? false : muting.covers(finding, declared)
  }

  // MARK: Time

  /// One second of capture time has passed.
  mutating func tick(_ time: Int64) {
    while let finding = selections.expired(at: time) { findings.add(finding) }
    commandFlood.tick(time)
    reportSilence(at: time)
    devices.tick(time, declared, &findings)
  }
  /// No frame follows.
  mutating func finish(_ time: Int64) {
    tick(time)
    devices.tick(.max, declared, &findings)
  }

  mutating func unanswered(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment
  ) {
    // What a silent device does not answer is part of its silence.
    if silentDevices.isSilent(conversation.flow.server) { return }
    findings.add(pairingFaults.unanswered(operation, conversation, moment))
  }
}
