// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Every detector there is, and what each of them is told. A new one is its own file, one line here, and one line at each event it watches: known at
/// compile time, so that an event costs plain calls and no look-up.
struct Detection: ~Copyable {
  var site: Site?
  var alerts: Alerts
  var devices: DeviceWatch
  private let zonePolicy = ZonePolicy()
  private var portScan: PortScan
  private var hostSweep: HostSweep
  private var flood: Flood
  private var functionScan: FunctionScan
  private var exceptionBurst: ExceptionBurst
  private var pairingFaults: PairingFaults
  private var visibility: Visibility
  private var logins: Logins
  private var strangers: Strangers
  private var selections: Selections
  /// Operations by action, for the summary.
  private(set) var actions = [UInt64](repeating: 0, count: Action.allCases.count)

  init(_ site: Site?, _ alerts: consuming Alerts, seed: UInt64) {
    self.site = site
    self.alerts = alerts
    devices = DeviceWatch(seed: seed)
    portScan = PortScan(seed: seed)
    hostSweep = HostSweep(seed: seed)
    flood = Flood(seed: seed)
    functionScan = FunctionScan(seed: seed)
    exceptionBurst = ExceptionBurst(seed: seed)
    pairingFaults = PairingFaults(seed: seed)
    visibility = Visibility(seed: seed)
    logins = Logins(seed: seed)
    strangers = Strangers(seed: seed)
    selections = Selections(seed: seed)
  }

  /// Counts of all detectors that gave way at their bounds.
  var evictions: Int {
    devices.evictions + portScan.evictions + hostSweep.evictions + flood.evictions + functionScan.evictions
      + exceptionBurst.evictions + pairingFaults.evictions + logins.evictions + strangers.evictions
      + selections.evictions + alerts.records.identities.evictions
  }

  func party(_ ip: IPAddress, _ mac: MACAddress, _ vlan: UInt16) -> Party {
    site?.party(ip: ip, mac: mac, vlan: vlan) ?? Party(zone: .external, asset: .none)
  }

  // MARK: Frames

  /// The sender of an IP packet; once a second for each direction of a flow.
  mutating func sender(
    _ packet: borrowing Packet, _ conversation: inout Conversation, _ direction: Direction, _ moment: Moment
  ) {
    conversation.flow[direction].watched = moment.time
    var source = conversation.endpoint(direction)
    source.mac = packet.source
    devices.packet(
      source: source, destination: conversation.endpoint(direction.reversed), hopLimit: packet.hopLimit, moment, site,
      &alerts)
  }

  /// ARP (RFC 826): who claims which address, and who looks for whom.
  mutating func arp(_ packet: borrowing Packet, _ moment: Moment) {
    guard let arp = packet.arp, arp.isEthernetIPv4 else { return }
    let source = endpoint(arp.senderIP, arp.senderMAC, moment)
    let target = endpoint(arp.targetIP, arp.opcode == ARPHeader.request ? .none : arp.targetMAC, moment)
    let how: AddressClaims.Kind
    if arp.isGratuitous {
      how = .gratuitous
    } else if arp.opcode == ARPHeader.request {
      how = .resolution
      if source.ip.isUnicast {
        asked.note(source.ip, target.ip, moment.time)
        hostSweep.asked(source, for: target, moment, &alerts)
      }
    } else {
      let isAsked = asked.was(target.ip, source.ip, moment.time)
      how = isAsked ? .resolution : .unasked
      if isAsked { hostSweep.resolved(target.ip, target.mac, moment) }
    }
    devices.claim(how, source, target, moment, site, &alerts)
  }

  /// Neighbor Discovery (RFC 4861): the same for IPv6. A message that a router has passed on is none (7.1).
  mutating func neighborDiscovery(_ packet: borrowing Packet, _ moment: Moment) {
    guard packet.hopLimit == 255, let message = packet.icmpv6 else { return }
    let isAdvertisement = message.type == ICMPv6Header.neighborAdvertisement
    let option = isAdvertisement ? message.targetLinkLayerAddress : message.sourceLinkLayerAddress
    let claimed = option ?? packet.source
    guard claimed != .none else { return }
    switch message.type {
    case ICMPv6Header.neighborSolicitation:
      guard let target = message.target else { return }
      let source = endpoint(packet.sourceIP, claimed, moment)
      let wanted = endpoint(target, .none, moment)
      if source.ip.isUnicast {
        asked.note(source.ip, target, moment.time)
        hostSweep.asked(source, for: wanted, moment, &alerts)
      }
      // From the unspecified address it asks whether somebody has the address already (RFC 4862, 5.4).
      devices.claim(.resolution, source, wanted, moment, site, &alerts)
    case ICMPv6Header.neighborAdvertisement:
      guard let target = message.target else { return }
      let source = endpoint(target, claimed, moment)
      let asker = endpoint(packet.destinationIP, packet.destination, moment)
      let isAsked = asked.was(asker.ip, target, moment.time)
      if isAsked { hostSweep.resolved(asker.ip, packet.destination, moment) }
      // Unsolicited ones go to all nodes (7.2.6), as do answers to whoever asked from the unspecified address.
      let how: AddressClaims.Kind = isAsked ? .resolution : asker.ip.isMulticast ? .gratuitous : .unasked
      devices.claim(how, source, asker, moment, site, &alerts)
    case ICMPv6Header.routerSolicitation, ICMPv6Header.routerAdvertisement:
      let source = endpoint(packet.sourceIP, claimed, moment)
      devices.claim(
        .resolution, source, endpoint(packet.destinationIP, packet.destination, moment), moment, site, &alerts)
    default: break
    }
  }
  private var asked = AskedAddresses()

  /// A frame that is neither IP nor ARP.
  mutating func frame(_ packet: borrowing Packet, _ moment: Moment) {
    let source = endpoint(.none, packet.source, moment)
    devices.frame(source: source, destination: endpoint(.none, packet.destination, moment), moment, site, &alerts)
  }

  mutating func broadcast(_ packet: borrowing Packet, _ moment: Moment) {
    flood.broadcast(endpoint(packet.sourceIP, packet.source, moment), moment, &alerts)
  }

  private func endpoint(_ ip: IPAddress, _ mac: MACAddress, _ moment: Moment) -> Endpoint {
    Endpoint(ip: ip, mac: mac, party: party(ip, mac, moment.vlan))
  }

  // MARK: Flows

  mutating func flowBegan(_ conversation: inout Conversation, isAttempt: Bool, _ moment: Moment) {
    let flow = conversation.flow
    conversation.client = party(flow.client, flow.toServer.mac, flow.vlan)
    conversation.server = party(flow.server, flow.toClient.mac, flow.vlan)
    if flow.server.isMulticast { conversation.server.zone = conversation.client.zone }
    if isAttempt {
      portScan.flowBegan(conversation, moment, &alerts)
      hostSweep.flowBegan(conversation, moment, &alerts)
    }
    judge(&conversation, moment)
  }

  /// Where nobody knows who began, a conduit that allows it the other way round settles it.
  private mutating func judge(_ conversation: inout Conversation, _ moment: Moment) {
    guard let site else { return }
    if conversation.flow.basis == .firstSeen, !conversation.flow.isICMP {
      let forth = site.gate(
        from: conversation.client, to: conversation.server, service: conversation.service, at: moment.time)
      if !forth.verdict.isAllowed {
        conversation.flip(.firstSeen)
        let back = site.gate(
          from: conversation.client, to: conversation.server, service: conversation.service, at: moment.time)
        if !back.verdict.isAllowed { conversation.flip(.firstSeen) }
      }
    }
    zonePolicy.judge(&conversation, moment, site, &alerts)
  }

  /// The other end has answered with more than a refusal.
  mutating func succeeded(_ conversation: borrowing Conversation, _ moment: Moment) {
    portScan.succeeded(conversation, moment)
    hostSweep.succeeded(conversation, moment)
  }

  /// Content has told which protocol it is, or that it is none known.
  mutating func settled(_ conversation: inout Conversation, _ moment: Moment) { judge(&conversation, moment) }

  mutating func syn(_ conversation: borrowing Conversation, _ moment: Moment) {
    flood.syn(conversation, moment, &alerts)
  }
  mutating func icmp(_ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment) {
    flood.icmp(conversation, direction, moment, &alerts)
  }
  mutating func datagram(_ conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment) {
    flood.datagram(conversation, direction, moment, &alerts)
  }

  /// Enough of a TCP connection was seen to tell whether both directions are.
  mutating func connection(_ conversation: borrowing Conversation, _ moment: Moment) {
    visibility.connection(conversation, moment, &alerts)
  }
  var oneWayPairs: [Visibility.Pair] { visibility.reported }

  /// Two stations without IP. A frame passes no router: whoever the site does not know is where the other one is.
  mutating func linkBegan(_ conversation: inout Conversation, _ moment: Moment) {
    linkParties(&conversation)
    judge(&conversation, moment)
  }
  func linkParties(_ conversation: inout Conversation) {
    let flow = conversation.flow
    conversation.client = linkParty(flow.toServer.mac, flow.vlan)
    conversation.server = linkParty(flow.toClient.mac, flow.vlan)
    if conversation.client.zone == .external { conversation.client.zone = conversation.server.zone }
    if conversation.server.zone == .external { conversation.server.zone = conversation.client.zone }
  }
  private func linkParty(_ mac: MACAddress, _ vlan: UInt16) -> Party {
    if let site, let asset = site.asset(mac: mac) {
      return Party(zone: site.assets[Int(asset.rawValue)].zone, asset: asset)
    }
    return party(.none, mac, vlan)
  }

  /// What a device said of itself, or was told.
  mutating func identity(
    _ report: IdentityReport, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment
  ) {
    let subject = conversation.endpoint(report.subject == .sender ? direction : direction.reversed)
    alerts.records.identities.learn(report, of: subject, message, moment)
  }

  // MARK: Messages

  /// Most messages are like the one before, and nobody has anything to say about them: that is asked here. All else is apart, since a call copies what it
  /// is given.
  @inline(__always)
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: inout Conversation,
    _ direction: Direction, _ moment: Moment
  ) {
    actions[Int(operation.action.rawValue)] += 1
    let isPolicy = ZonePolicy.concerns(
      operation.isCarrier, operation.role, operation.pairing, operation.action, conversation.gate, moment)
    let isLogged = !alerts.log.isDisjoint(with: [.operations, .operationsAll])
    // Steps instead of `||`: a closure may not hold what is borrowed.
    var isWanted = isPolicy || isLogged
    if operation.fault != nil { isWanted = true }
    if !isWanted, !operation.isCarrier { isWanted = isNotable(operation, conversation) }
    if isWanted {
      judge(operation, message, &conversation, direction, moment, isPolicy: isPolicy, isLogged: isLogged)
    }
  }

  /// Whether some detector is to look at an operation.
  @inline(__always)
  private func isNotable(_ operation: borrowing Operation, _ conversation: borrowing Conversation) -> Bool {
    let isRequest = operation.role == .request
    // What comes unasked is no scan.
    if operation.role != .report {
      if FunctionScan.isNew(
        operation.code, operation.unit, isRequest ? conversation.codes : conversation.answeredCodes,
        isRequest ? conversation.units : conversation.answeredUnits)
      {
        return true
      }
    }
    if operation.phase != .none { return true }
    switch operation.role {
    case .request: return operation.action.isChange
    case .response:
      if case .error = operation.outcome { return true }
      return operation.pairing != .answered
    case .report: return false
    }
  }

  @inline(never)
  private mutating func judge(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: inout Conversation,
    _ direction: Direction, _ moment: Moment, isPolicy: Bool, isLogged: Bool
  ) {
    if isPolicy, let site { zonePolicy.operation(operation, message, &conversation, moment, site, &alerts) }
    if operation.fault != nil { faulty(operation, message, conversation, direction, moment) }
    if !operation.isCarrier {
      if isNotable(operation, conversation) { notable(operation, message, &conversation, moment) }
    }
    if isLogged { alerts.operation(operation, message, conversation, direction, moment) }
  }

  @inline(never)
  private mutating func notable(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: inout Conversation,
    _ moment: Moment
  ) {
    functionScan.operation(operation, message, &conversation, moment, &alerts)
    if operation.phase != .none { selections.operation(operation, message, conversation, moment) }
    switch operation.role {
    case .request: changed(operation, message, &conversation, moment)
    case .response:
      if operation.action == .authenticate, case .error = operation.outcome {
        logins.refused(operation, message, conversation, moment, &alerts)
      } else if case .error = operation.outcome, operation.action.isDeed, !functionScan.isScanned(conversation, moment)
      {
        exceptionBurst.refused(operation, message, conversation, moment, &alerts)
      }
      if operation.pairing != .answered {
        pairingFaults.answer(operation, conversation, moment, message, &alerts)
      }
    case .report: break
    }
  }

  /// Apart, as it is rare: what hands an operation on needs a copy of it.
  @inline(never)
  private mutating func faulty(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment
  ) {
    guard let fault = operation.fault else { return }
    malformed(fault, copy operation, message, conversation, direction, moment)
  }

  /// A request that changes something: who does, and what must never change in silence.
  private mutating func changed(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: inout Conversation,
    _ moment: Moment
  ) {
    let deed: Strangers.Deed
    switch operation.action {
    case .write, .operate: deed = .write
    case .clock: deed = .clock
    case .configure:
      if operation.target.area == .station { renamed(operation, message, conversation, moment) }
      return
    default: return
    }
    guard conversation.deeds & UInt8(deed.rawValue) == 0 else { return }
    conversation.deeds |= UInt8(deed.rawValue)
    strangers.request(deed, operation, message, conversation, moment, site, &alerts)
  }

  /// `device-renamed`: a device gets another name, under which its controller will not find it. Allowed where a conduit says so.
  private mutating func renamed(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment
  ) {
    if let site {
      let verdict = site.judge(
        operation.action, operation.target, .none, name: message.names[operation.target.name], unit: operation.unit,
        from: conversation.client, to: conversation.server, service: conversation.service, at: moment.time)
      if verdict.isAllowed { return }
    }
    var finding = moment.finding(.deviceRenamed, .parties, conversation)
    finding.operation = copy operation
    alerts.report(finding, message: message)
  }

  /// A second of the capture has passed.
  mutating func tick(_ time: Int64) {
    alerts.advance(to: time)
    selections.tick(time, &alerts)
  }

  mutating func unanswered(
    _ operation: Operation, _ conversation: borrowing Conversation, _ moment: Moment, _ names: borrowing NameTable
  ) {
    pairingFaults.unanswered(operation, conversation, moment, Message(names.names), &alerts)
  }

  /// `malformed-message`: what violates its protocol's specification. `dissector` where the conversation is not known to be of it.
  mutating func malformed(
    _ fault: Fault, _ operation: Operation?, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment, of dissector: DissectorID? = nil
  ) {
    var finding = moment.finding(.malformedMessage, .fault(fault), conversation, direction)
    finding.operation = operation
    if let dissector { finding.dissector = dissector }
    alerts.report(finding, message: message)
  }

  /// `stream-tampering`: bytes sent twice with other contents.
  mutating func overlap(
    _ bytes: Int, _ what: Finding.Overlapped, _ conversation: borrowing Conversation, _ direction: Direction,
    _ moment: Moment
  ) {
    alerts.report(moment.finding(.streamTampering, .overlap(bytes: bytes, what: what), conversation, direction))
  }

  /// The same among the fragments of a datagram, which has no flow yet.
  mutating func overlap(_ bytes: Int, fragmentOf packet: borrowing Packet, _ moment: Moment) {
    var finding = moment.finding(
      .streamTampering, .overlap(bytes: bytes, what: .ipFragments),
      source: endpoint(packet.sourceIP, packet.source, moment),
      destination: endpoint(packet.destinationIP, packet.destination, moment))
    finding.ipProtocol = packet.ipProtocol.rawValue
    alerts.report(finding)
  }
}

/// ARP requests and neighbour solicitations of the last seconds: a small table in which the newest overwrites.
struct AskedAddresses {
  private var entries = [(asker: IPAddress, wanted: IPAddress, time: Int64)](
    repeating: (.none, .none, .min / 2), count: 1024)

  private func place(_ asker: IPAddress, _ wanted: IPAddress) -> Int {
    Int(truncatingIfNeeded: mix(mix(asker.low ^ asker.high, wanted.high), wanted.low) >> 16) & 1023
  }
  mutating func note(_ asker: IPAddress, _ wanted: IPAddress, _ time: Int64) {
    entries[place(asker, wanted)] = (asker, wanted, time)
  }
  /// Whether `asker` asked for `wanted` within the last second: whoever gets no answer asks again after one (RFC 4861, 10; common ARP practice).
  func was(_ asker: IPAddress, _ wanted: IPAddress, _ time: Int64) -> Bool {
    let entry = entries[place(asker, wanted)]
    return entry.asker == asker && entry.wanted == wanted && (time &- entry.time).magnitude < 1_000_000_000
  }
}
