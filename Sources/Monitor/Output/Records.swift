// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// How often something came, and between which times (nanoseconds, from the capture).
package struct Repetition: Sendable {
  package let count: UInt64
  package let first: Int64
  package let last: Int64
  /// For a cyclic message.
  package var rhythm: Rhythm?
  package init(count: UInt64, first: Int64, last: Int64) {
    self.count = count
    self.first = first
    self.last = last
  }
}

/// How regularly a cyclic message came, and how often it brought other contents than the one before.
package struct Rhythm: Sendable {
  /// Mean of the times between two (nanoseconds).
  package let period: Int64
  /// Mean difference between two such times that follow each other (nanoseconds), smoothed as in RFC 3550, 6.4.1.
  package let jitter: Int64
  package let changes: UInt64
}

/// Writes every kind of record, one line at a time, and hands it to a sink. Keys and their order are fixed by the
/// contract; EVE's keys come first.
package struct Records: Sendable {
  package private(set) var context: AlertContext
  var clock: LocalTime
  /// The line written last.
  package internal(set) var line = JSONLine()
  private var shown = ShownValues()
  /// What alerts of one kind, about one sort of action, with one severity all say.
  var headParts = JSONLine.Parts()
  var metadataParts = JSONLine.Parts()
  var stepParts = JSONLine.Parts()
  /// By the place of their rule.
  private var ruleEntries: [Int32: CatalogueEntry] = [:]

  package init(_ context: AlertContext) {
    self.context = context
    clock = LocalTime(context.timeZone)
  }

  /// Switches to another site file. The aggregation is notified separately, since its alerts name zones and assets of
  /// the old one.
  package mutating func replace(_ context: AlertContext) {
    self.context = context
    clock = LocalTime(context.timeZone)
    stepParts = JSONLine.Parts()
    ruleEntries = [:]
  }

  /// What alerts about a finding have in common: of its kind, or of its rule.
  mutating func entry(of finding: Finding) -> CatalogueEntry {
    guard let rule = context.rule(of: finding), case .rule(let place) = finding.detail else {
      return Catalogue.entry(finding.kind)
    }
    if let known = ruleEntries[place] { return known }
    let entry = RuleEntry.entry(rule)
    ruleEntries[place] = entry
    return entry
  }

  /// Flow identifiers as written: the low 53 bits, since readers in JavaScript keep no more.
  static func flowID(_ id: UInt64) -> UInt64 { id & 0x1F_FFFF_FFFF_FFFF }

  /// One industrial message, or `repeated` ones of the same sort. `message` is what `operation.values` counts its
  /// offset in; `copyOf` the frame that a mirror port sent twice, 0 for none; `omitted` how many operations of the
  /// message before this one have no line.
  package mutating func operation(
    _ operation: Operation, time: Int64, frame: UInt64, source: Endpoint, destination: Endpoint, ipProtocol: UInt8?,
    vlan: UInt16 = Packet.noVLAN, flowID: UInt64? = nil, message: borrowing Message, repeated: Repetition? = nil,
    copyOf: UInt64 = 0, omitted: Int = 0, to sink: inout Sink
  ) {
    line.begin()
    line.time("timestamp", time, &clock)
    line.word("event_type", "operation")
    line.number("pcap_cnt", frame)
    if copyOf > 0 { line.number("copy_of", copyOf) }
    if omitted > 0 { line.number("omitted", omitted) }
    if let flowID { line.number("flow_id", Records.flowID(flowID)) }
    parties(source, destination, ipProtocol, vlan: vlan)
    line.string("app_proto", context.protocolName(operation.dissector))
    if source.ip == .none { ether(source, destination) }
    shown.fill(operation, message, .operation)
    line.operation(operation, shown)
    if let repeated {
      line.number("count", repeated.count)
      line.time("first_seen", repeated.first, &clock)
      line.time("last_seen", repeated.last, &clock)
      if let rhythm = repeated.rhythm {
        line.number("period_us", rhythm.period / 1000)
        line.number("jitter_us", rhythm.jitter / 1000)
        line.number("changes", rhythm.changes)
      }
    }
    line.end()
    sink.write(line)
  }

  /// `vlan`, addresses, ports and protocol, in EVE's order.
  mutating func parties(_ source: Endpoint, _ destination: Endpoint, _ ipProtocol: UInt8?, vlan: UInt16) {
    if vlan != Packet.noVLAN {
      line.openArray("vlan")
      line.element(vlan)
      line.closeArray()
    }
    let hasPorts = Records.hasPorts(ipProtocol)
    let (from, to) = addresses(source, destination, ipProtocol)
    line.string("src_ip", from)
    if hasPorts { line.number("src_port", source.port) }
    line.string("dest_ip", to)
    if hasPorts { line.number("dest_port", destination.port) }
    if let ipProtocol { line.word("proto", Records.protocolName(ipProtocol)) }
    if ipProtocol == IPProtocol.icmp.rawValue || ipProtocol == IPProtocol.icmpv6.rawValue {
      line.number("icmp_type", source.port)
      line.number("icmp_code", destination.port)
    }
  }

  mutating func ether(_ source: Endpoint, _ destination: Endpoint) {
    guard source.mac != .none || destination.mac != .none else { return }
    line.open("ether")
    if source.mac != .none { line.string("src_mac", source.mac) }
    if destination.mac != .none { line.string("dest_mac", destination.mac) }
    line.close()
  }

  mutating func communityID(_ source: Endpoint, _ destination: Endpoint, _ ipProtocol: UInt8?) {
    if let ipProtocol,
      let id = CommunityID.text(
        ipProtocol, source: source.ip, sourcePort: source.port, destination: destination.ip,
        destinationPort: destination.port)
    {
      line.word("community_id", id)
    }
  }

  /// Readers refuse alerts without addresses, and those with addresses of two families. Without IP an end has its
  /// address in the site file. An end without address has the unspecified one of the family, which is also what a
  /// station sends from that has no address yet (RFC 4291, 2.5.2).
  func addresses(_ source: Endpoint, _ destination: Endpoint, _ ipProtocol: UInt8?) -> (IPAddress, IPAddress) {
    let from = address(source, ipProtocol)
    let to = address(destination, ipProtocol)
    let seen = source.ip != .none ? source.ip : destination.ip
    let isV4 = (seen != .none ? seen : from ?? to)?.isV4 ?? (ipProtocol == nil)
    func ofFamily(_ ip: IPAddress?) -> IPAddress {
      guard let ip, ip.isV4 == isV4 else { return isV4 ? IPAddress(v4: 0) : .none }
      return ip
    }
    return (ofFamily(from), ofFamily(to))
  }
  private func address(_ end: Endpoint, _ ipProtocol: UInt8?) -> IPAddress? {
    end.ip != .none ? end.ip : ipProtocol == nil ? context.asset(end.party.asset)?.ip : nil
  }

  static func hasPorts(_ ipProtocol: UInt8?) -> Bool {
    ipProtocol == 6 || ipProtocol == 17 || ipProtocol == 132 || ipProtocol == 136 || ipProtocol == 33
  }

  /// The words of Suricata for IP protocol numbers (IANA Protocol Numbers); others by number.
  static func protocolName(_ number: UInt8) -> String {
    switch number {
    case 1: "ICMP"
    case 2: "IGMP"
    case 4: "IPv4"
    case 6: "TCP"
    case 17: "UDP"
    case 33: "DCCP"
    case 41: "IPv6"
    case 47: "GRE"
    case 50: "ESP"
    case 51: "AH"
    case 58: "IPv6-ICMP"
    case 89: "OSPFIGP"
    case 103: "PIM"
    case 112: "VRRP"
    case 132: "SCTP"
    case 136: "UDPLite"
    default: String(number)
    }
  }
}
