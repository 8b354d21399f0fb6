// SPDX-License-Identifier: Apache-2.0

/// A connection as it is written at its end, or while it goes on. Its counts are those since its first packet, in each
/// of its lines.
package struct FlowRecord: Sendable {
  package enum State: String, Sendable { case new, established, closed }
  /// When it is written.
  enum Occasion {
    case lasting(Flow.Report)
    case ended(Flow.End)
  }
  /// Why it ended. `none` for one that goes on.
  package enum Reason: String, Sendable {
    case none = ""
    case timeout, forced, shutdown
    case reuse = "tcp_reuse"
  }
  /// By what it was decided who began.
  package enum Beginning: String, Sendable {
    case handshake, port, content
    case firstSeen = "first-seen"
  }
  package struct TCP: Sendable {
    /// All flags seen, as in the TCP header (RFC 9293, 3.1): FIN is the lowest bit, CWR the highest.
    package var flagsToServer: UInt8 = 0
    package var flagsToClient: UInt8 = 0
    /// EVE's word: `syn_sent`, `established`, `closed` …
    package var state = "none"
    /// Bytes were missing in a direction.
    package var gapToServer = false
    package var gapToClient = false
    package init() {}
  }

  package var id: UInt64
  /// Nanoseconds, from the capture: when the record is written.
  package var time: Int64
  /// Who began, and with whom.
  package var source: Endpoint
  package var destination: Endpoint
  package var ipProtocol: UInt8
  package var vlan = Packet.noVLAN
  package var dissector = DissectorID.none
  package var start: Int64
  package var end: Int64
  package var packetsToServer: UInt64 = 0
  package var packetsToClient: UInt64 = 0
  package var bytesToServer: UInt64 = 0
  package var bytesToClient: UInt64 = 0
  package var state = State.new
  package var reason = Reason.none
  /// Of one that goes on: which of its lines this is.
  var report: Flow.Report?
  package var beginning = Beginning.firstSeen
  package var alerted = false
  package var tcp: TCP?

  package init(
    id: UInt64, time: Int64, source: Endpoint, destination: Endpoint, ipProtocol: UInt8, start: Int64, end: Int64
  ) {
    self.id = id
    self.time = time
    self.source = source
    self.destination = destination
    self.ipProtocol = ipProtocol
    self.start = start
    self.end = end
  }
}

extension Records {
  /// EVE's flow record. How the initiator was determined, and that the flow goes on, is in `metadata.flowbits`, EVE's
  /// place for labels of a flow.
  package mutating func flow(_ flow: FlowRecord, to sink: inout Sink) {
    line.begin()
    line.time("timestamp", flow.time, &clock)
    line.number("flow_id", Records.flowID(flow.id))
    if let host = context.host { line.string("host", short(host)) }
    // Of several, each direction may have come through another one.
    if context.interfaces.count == 1, let interface = context.interface(0) { line.string("in_iface", short(interface)) }
    line.string("event_type", "flow")
    parties(flow.source, flow.destination, flow.ipProtocol, vlan: flow.vlan)
    line.string("app_proto", context.protocolName(flow.dissector))
    communityID(flow.source, flow.destination, flow.ipProtocol)
    ether(flow.source, flow.destination)
    line.open("flow")
    line.number("pkts_toserver", flow.packetsToServer)
    line.number("pkts_toclient", flow.packetsToClient)
    line.number("bytes_toserver", flow.bytesToServer)
    line.number("bytes_toclient", flow.bytesToClient)
    line.time("start", flow.start, &clock)
    line.time("end", flow.end, &clock)
    line.number("age", max(0, flow.end.subtractingReportingOverflow(flow.start).partialValue / 1_000_000_000))
    line.string("state", flow.state.rawValue)
    if flow.reason != .none { line.string("reason", flow.reason.rawValue) }
    line.flag("alerted", flow.alerted)
    line.close()
    line.open("metadata")
    line.openArray("flowbits")
    line.element("beginning-\(flow.beginning.rawValue)")
    switch flow.report {
    case .start: line.element("lasting-start")
    case .hourly: line.element("lasting-hourly")
    case nil: break
    }
    line.closeArray()
    line.close()
    if let tcp = flow.tcp { self.tcp(tcp) }
    line.end()
    sink.write(line)
  }

  private mutating func tcp(_ tcp: FlowRecord.TCP) {
    line.open("tcp")
    let flags = tcp.flagsToServer | tcp.flagsToClient
    line.string("tcp_flags", Records.octet(flags))
    line.string("tcp_flags_ts", Records.octet(tcp.flagsToServer))
    line.string("tcp_flags_tc", Records.octet(tcp.flagsToClient))
    for (bit, name) in Records.tcpFlags where flags & bit != 0 { line.flag(name, true) }
    line.string("state", tcp.state)
    if tcp.gapToServer { line.flag("ts_gap", true) }
    if tcp.gapToClient { line.flag("tc_gap", true) }
    line.close()
  }

  private static let tcpFlags: [(UInt8, StaticString)] = [
    (0x02, "syn"), (0x01, "fin"), (0x04, "rst"), (0x08, "psh"), (0x10, "ack"), (0x20, "urg"), (0x40, "ecn"),
    (0x80, "cwr"),
  ]

  private static func octet(_ value: UInt8) -> String {
    (value < 16 ? "0" : "") + String(value, radix: 16)
  }
}
