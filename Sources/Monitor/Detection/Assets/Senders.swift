// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `sender-changed`: a second station sends under the IP and MAC address of another one. Addresses can be forged. What
/// gives the second one away is its system: the hop limit at which packets arrive, which is that of the sender's
/// system, less the routers on the way; the identifications that a system counts (`Identifications`); the options of
/// its SYNs.
///
/// Compared are packets with payload (TCP without SYN and RST, UDP) to one host. Everything else has other hop limits
/// by design: stacks and firewalls reset connections with their own value, scanners and route tracing choose theirs in
/// SYNs and ICMP, groups have 1, routing protocols 255.
///
/// * **In one flow**, after three packets of one value: each packet with another one, where the sender is on this
///   segment. UDP programs may choose values, so there one that a system may start at has to interleave: the old one
///   comes back within a minute. The same is asked of senders behind a router, where the path can change; of those only
///   the plant's own (a zone of the site, or a private address), since a server on the Internet has many paths.
/// * **Between flows**, for a sender on this segment, by its IP and MAC address, VLAN, service and role in it: a
///   computer may run a program in a container or a virtual machine, whose packets it forwards, but that has its own
///   service. A value that no system starts at is reported at once; another initial value when the old one comes back
///   before the new one has stood for a minute: otherwise the device was replaced. Tools that look for services build
///   single datagrams with random values (nmap: 37 to 59), so single ones count only if they change something.
///
/// **Options** are those of the SYN of a connection that carries data: tools that only look for services build SYNs of
/// their own. Another layout is another system's if the usual one is alive: if one of its connections goes on, or
/// begins, within a minute.
///
/// A router, a NAT gateway or a load balancer has packets of many hosts: it is judged within each flow only.
struct Senders {
  /// Whose address it is that the frame has for its source.
  enum Owner {
    /// The site lists this MAC address for the IP address.
    case listed
    /// It was seen to use the IP address, before any router.
    case seen
    /// A router, or unknown.
    case none

    /// Whether a sender with this usual hop limit is on this segment.
    func isHere(_ hopLimit: UInt8) -> Bool {
      switch self {
      case .listed: true
      // 32 and 60 may be what is left of 64.
      case .seen: hopLimit == 64 || hopLimit == 128 || hopLimit == 255
      case .none: false
      }
    }
  }

  private struct Key: TableKey {
    let ip: IPAddress
    /// MAC address and VLAN.
    let station: UInt64
    /// IP protocol, port of the service, and whether the sender offers or uses it.
    let service: UInt64

    func hash(seed: UInt64) -> UInt64 { mix(mix(mix(mix(seed, ip.low), ip.high), station), service) }
  }

  /// The hop limit of one sender's packets of one service.
  private struct Habit {
    var hopLimit: UInt8
    /// How often flows with it were examined; stops counting at its maximum.
    var confirmations: UInt8 = 1
    /// Another one that came since; 0 if none did.
    var other: UInt8 = 0
    var isOtherReported = false
    var otherSince: Int64 = 0
    var otherFrame: UInt64 = 0
    var receiver = Endpoint()
    var options = OptionHabit()

    /// Compares a packet with those before it. `isSuspicion`: what is found counts only if the packet changes
    /// something.
    mutating func compare(
      _ packet: borrowing Packet, of owner: Owner, _ conversation: inout Conversation, _ direction: Direction,
      isSteady: Bool, _ moment: Moment, _ isHabit: inout Bool, _ isSuspicion: inout Bool
    ) -> Change? {
      let seen = packet.hopLimit
      if packet.transport == .tcp, owner.isHere(hopLimit), let change = options.add(&conversation, direction, moment) {
        return change
      }
      if seen == hopLimit {
        if isSteady, confirmations < .max { confirmations += 1 }
        isHabit = isSteady && confirmations > Senders.confirmations
        guard other != 0 else { return nil }
        defer { other = 0 }
        return isOtherReported
          ? nil : Change(expected: seen, seen: other, frame: otherFrame, receiver: receiver)
      }
      guard confirmations >= Senders.confirmations, owner.isHere(hopLimit) else {
        if isSteady { self = Habit(hopLimit: seen) }
        return nil
      }
      if other != seen {
        other = seen
        otherSince = moment.time
        otherFrame = moment.frame
        isOtherReported = false
        receiver = conversation.endpoint(direction.reversed)
      }
      let change = Change(expected: hopLimit, seen: seen)
      let isCertain = !DeviceWatch.isDirect(seen)
      if isCertain { isOtherReported = true }
      if isSteady, moment.time &- otherSince >= HopLimits.patience { self = Habit(hopLimit: seen) }
      guard isCertain else { return nil }
      isSuspicion = packet.transport != .tcp && !isSteady
      return change
    }
  }

  /// The options of one sender's SYNs towards one service.
  private struct OptionHabit {
    private var usual = TCPOptionLayout.unknown
    private var confirmations: UInt8 = 0
    /// Another one that came since.
    private var other = TCPOptionLayout.unknown
    private var otherSince: Int64 = 0
    private var otherFrame: UInt64 = 0
    private var receiver = Endpoint()

    /// A connection of the sender that carries data: what changed before it, if that is certain now.
    mutating func add(_ conversation: inout Conversation, _ direction: Direction, _ moment: Moment) -> Change? {
      let seen = conversation.flow.options
      guard direction == .toServer, seen != .unknown else { return nil }
      if seen == usual {
        if confirmations < .max { confirmations += 1 }
        defer { other = .unknown }
        guard other != .unknown, moment.time &- otherSince < HopLimits.patience else { return nil }
        return Change(.options(expected: usual, seen: other), frame: otherFrame, receiver: receiver)
      }
      if confirmations < Senders.confirmations || seen == other && moment.time &- otherSince >= HopLimits.patience {
        self = OptionHabit()
        usual = seen
        confirmations = 1
      } else if other != seen {
        other = seen
        otherSince = moment.time
        otherFrame = moment.frame
        receiver = conversation.endpoint(direction.reversed)
      }
      return nil
    }
  }

  private struct Change {
    let detail: Finding.Detail
    /// An earlier frame, and its receiver if it was in another flow.
    var frame: UInt64?
    var receiver: Endpoint?

    init(_ detail: Finding.Detail, frame: UInt64?, receiver: Endpoint? = nil) {
      self.detail = detail
      self.frame = frame
      self.receiver = receiver
    }
    init(expected: UInt8, seen: UInt8, frame: UInt64? = nil, receiver: Endpoint? = nil) {
      self.init(.hopLimit(expected: Int(expected), seen: Int(seen)), frame: frame, receiver: receiver)
    }
  }

  /// Examinations after which a habit is known.
  private static let confirmations: UInt8 = 2
  /// A flow that nobody answers is learned from after this number of packets, so that forged ones displace nothing.
  private static let unansweredLimit: UInt64 = 16
  private var habits: BoundedTable<Key, Habit>
  /// The frame that another sender sent, and what it showed: what the frame asks for is reported with it.
  private(set) var suspectFrame: UInt64 = 0
  private(set) var suspicion = Finding.Detail.parties
  var evictions: Evictions { habits.evictions }

  init(seed: UInt64) { habits = BoundedTable(limit: 16_384, seed: seed) }

  /// Whether a packet is compared.
  static func compares(_ packet: borrowing Packet) -> Bool {
    guard packet.source != .none, !packet.source.isGroup, packet.destinationIP.isUnicast else { return false }
    switch packet.transport {
    case .tcp:
      let header = packet.bytes.slice(packet.transportOffset, 14)
      guard header.byteCount == 14, packet.payload.byteCount > 0 else { return false }
      let flags = TCPFlags(rawValue: header.u16(12) & 0x1FF)
      return !flags.contains(.syn) && !flags.contains(.rst)
    case .udp, .udpLite: return true
    default: return false
    }
  }

  /// Services that several programs of one system use, each with its own hop limit: name resolution and discovery,
  /// DHCP with its relays (RFC 1542), and the ports of route tracing.
  private static func isShared(_ port: UInt16) -> Bool {
    switch port {
    case 53, 67, 68, 1900, 3702, 5353, 5355, 33_434...33_534: true
    default: false
    }
  }

  /// Examines a packet that `compares` says is compared.
  mutating func examine(
    _ packet: borrowing Packet, of owner: Owner, _ conversation: inout Conversation, _ direction: Direction,
    _ moment: Moment, _ findings: inout Findings
  ) {
    let seen = packet.hopLimit
    let isTCP = packet.transport == .tcp
    let packets = conversation.flow[direction].packets
    if !isTCP, Senders.isShared(conversation.flow.serverPort) {
      conversation.flow[direction].hopLimits.pass(seen)
      return
    }
    let usual = conversation.flow[direction].hopLimits.usual
    let step = conversation.flow[direction].hopLimits.add(
      seen, from: packet.source, packets: packets, at: moment.time, frame: moment.frame)
    // Packets that a system of its own cannot have sent need no further proof.
    func isCertain(_ other: UInt8) -> Bool { owner.isHere(usual) && (isTCP || !DeviceWatch.isDirect(other)) }
    var change: Change?
    switch step {
    case .elsewhere: return
    case .usual: break
    case .differs: if isCertain(seen) { change = Change(expected: usual, seen: seen) }
    case .returned(let other, let frame):
      // What is certain was reported when it came.
      if !isCertain(other), owner.isHere(usual) || Senders.isOfPlant(packet.sourceIP, conversation.party(direction)) {
        change = Change(expected: usual, seen: other, frame: frame)
      }
    }
    var isHabit = owner == .none && conversation.flow[direction].hopLimits.isConfirmed(packets)
    if change == nil, owner != .none {
      change = compare(packet, of: owner, &conversation, direction, packets: packets, moment, &isHabit)
    }
    if change == nil, isHabit { conversation.flow[direction].hopLimits.rest(at: moment.time) }
    if let change { findings.add(report(change, packet, conversation, direction, moment)) }
  }

  /// Reports packets that lay apart from the others of a sender that counts.
  mutating func identification(
    _ gap: Identifications.Gap, _ packet: borrowing Packet, of owner: Owner, _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment, _ findings: inout Findings
  ) {
    guard owner.isHere(packet.hopLimit) else { return }
    let detail = Finding.Detail.identification(expected: Int(gap.expected), seen: Int(gap.seen))
    findings.add(report(Change(detail, frame: gap.frame), packet, conversation, direction, moment))
  }

  private static func isOfPlant(_ ip: IPAddress, _ party: Party) -> Bool { party.zone != .external || ip.isPrivate }

  /// Compares a packet with others of the same sender and service.
  private mutating func compare(
    _ packet: borrowing Packet, of owner: Owner, _ conversation: inout Conversation, _ direction: Direction,
    packets: UInt64, _ moment: Moment, _ isHabit: inout Bool
  ) -> Change? {
    let seen = packet.hopLimit
    let key = Key(
      ip: packet.sourceIP, station: packet.source.rawValue << 16 | UInt64(moment.vlan),
      service: UInt64(packet.ipProtocol.rawValue) << 17 | UInt64(conversation.flow.serverPort) << 1
        | (direction == .toServer ? 0 : 1))
    let isSteady =
      conversation.flow[direction].hopLimits.usual == seen
      && conversation.flow[direction].hopLimits.isConfirmed(packets)
    guard let slot = habits.find(key) else {
      if isSteady, conversation.isAnswered || packets >= Senders.unansweredLimit {
        _ = habits.insert(key, Habit(hopLimit: seen), at: moment.time)
      }
      return nil
    }
    if seen == habits[slot].hopLimit { habits.touch(slot, at: moment.time) }
    var isSuspicion = false
    let change = habits[slot].compare(
      packet, of: owner, &conversation, direction, isSteady: isSteady, moment, &isHabit, &isSuspicion)
    guard isSuspicion, let change else { return change }
    suspect(change, moment)
    return nil
  }

  /// The sender is the one that has these addresses, too: what tells the two apart is in the detail.
  private mutating func report(
    _ change: Change, _ packet: borrowing Packet, _ conversation: borrowing Conversation, _ direction: Direction,
    _ moment: Moment
  ) -> Finding {
    let detail = change.detail
    var finding: Finding
    if let receiver = change.receiver {
      var source = conversation.endpoint(direction)
      // The port was another flow's, unless it is the service's.
      if direction == .toServer { source.port = 0 }
      finding = moment.finding(.senderChanged, detail, source: source, destination: receiver)
      finding.ipProtocol = packet.ipProtocol.rawValue
    } else {
      finding = moment.finding(.senderChanged, detail, conversation, direction)
    }
    finding.source.mac = packet.source
    finding.isDirectionCertain = true
    if let frame = change.frame {
      finding.frame = frame
    } else {
      suspect(change, moment)
    }
    return finding
  }

  private mutating func suspect(_ change: Change, _ moment: Moment) {
    suspectFrame = moment.frame
    suspicion = change.detail
  }
}
