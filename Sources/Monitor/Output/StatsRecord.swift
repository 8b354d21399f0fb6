// SPDX-License-Identifier: Apache-2.0

/// Counters of EVE's stats record that we keep too; the raw value is the place in `stats`. In the order they are
/// written: groups stay together.
package enum StatsCounter: String, CaseIterable, Sendable {
  case kernelPackets = "capture.kernel_packets"
  case kernelDrops = "capture.kernel_drops"
  case kernelInterfaceDrops = "capture.kernel_ifdrops"
  case packets = "decoder.pkts"
  case bytes = "decoder.bytes"
  case invalid = "decoder.invalid"
  case ipv4 = "decoder.ipv4"
  case ipv6 = "decoder.ipv6"
  case ethernet = "decoder.ethernet"
  case arp = "decoder.arp"
  case unknownEtherType = "decoder.unknown_ethertype"
  case raw = "decoder.raw"
  case null = "decoder.null"
  case linuxCooked = "decoder.sll"
  case linuxCooked2 = "decoder.sll2"
  case tcp = "decoder.tcp"
  case udp = "decoder.udp"
  case sctp = "decoder.sctp"
  case icmpv4 = "decoder.icmpv4"
  case icmpv6 = "decoder.icmpv6"
  case igmp = "decoder.igmp"
  case gre = "decoder.gre"
  case vlan = "decoder.vlan"
  case vlanQinQ = "decoder.vlan_qinq"
  case vxlan = "decoder.vxlan"
  case geneve = "decoder.geneve"
  case erspan = "decoder.erspan"
  case tooManyLayers = "decoder.too_many_layers"
  case averagePacketSize = "decoder.avg_pkt_size"
  case largestPacketSize = "decoder.max_pkt_size"
  case tcpSessions = "tcp.sessions"
  case tcpInvalidChecksum = "tcp.invalid_checksum"
  case tcpSYN = "tcp.syn"
  case tcpSYNACK = "tcp.synack"
  case tcpRST = "tcp.rst"
  case tcpMidstreamPickups = "tcp.midstream_pickups"
  case tcpReassemblyGap = "tcp.reassembly_gap"
  case tcpOverlap = "tcp.overlap"
  case tcpOverlapDifferentData = "tcp.overlap_diff_data"
  case flows = "flow.total"
  case activeFlows = "flow.active"
  case tcpFlows = "flow.tcp"
  case udpFlows = "flow.udp"
  case icmpv4Flows = "flow.icmpv4"
  case icmpv6Flows = "flow.icmpv6"
  case ipv4Fragments = "defrag.ipv4.fragments"
  case ipv4Reassembled = "defrag.ipv4.reassembled"
  case ipv6Fragments = "defrag.ipv6.fragments"
  case ipv6Reassembled = "defrag.ipv6.reassembled"
  case defragFull = "defrag.max_trackers_reached"
  case alerts = "detect.alert"
  case alertsSuppressed = "detect.alerts_suppressed"
  case modbusFlows = "app_layer.flow.modbus"
  case modbusMessages = "app_layer.tx.modbus"
}

/// The monitor's counters at one moment.
package struct StatsRecord: Sendable {
  /// Nanoseconds, from the capture.
  package var time: Int64
  /// Seconds since the first packet.
  package var uptime: UInt64
  private var known: [StatsCounter: UInt64] = [:]
  /// Ours, by place: `protocols.modbus.seen`. Places of one group follow each other. They go into a line of their own,
  /// since EVE's schema has no room for them.
  package var own: [(place: String, value: UInt64)] = []

  package init(time: Int64, uptime: UInt64) {
    self.time = time
    self.uptime = uptime
  }

  /// Nil where it is not counted.
  package subscript(counter: StatsCounter) -> UInt64? {
    get { known[counter] }
    set { known[counter] = newValue }
  }
}

extension Records {
  /// EVE's `stats` line; then, where there are counters of ours, a line with `event_type` `monitor`: EVE's schema
  /// leaves no place for them.
  package mutating func stats(_ stats: StatsRecord, to sink: inout Sink) {
    line.begin()
    line.time("timestamp", stats.time, &clock)
    if let host = context.host { line.string("host", short(host)) }
    line.string("event_type", "stats")
    line.open("stats")
    line.number("uptime", stats.uptime)
    nested(StatsCounter.allCases.compactMap { counter in stats[counter].map { (counter.rawValue, $0) } })
    line.close()
    line.end()
    sink.write(line)

    guard !stats.own.isEmpty else { return }
    line.begin()
    line.time("timestamp", stats.time, &clock)
    if let host = context.host { line.string("host", short(host)) }
    line.string("event_type", "monitor")
    line.open("monitor")
    line.number("uptime", stats.uptime)
    nested(stats.own.prefix(200).map { ($0.place, $0.value) })
    line.close()
    line.end()
    sink.write(line)
  }

  /// Numbers by dotted place, as objects in objects. Places of one group follow each other.
  private mutating func nested(_ counters: [(String, UInt64)]) {
    var path: [Substring] = []
    for (place, value) in counters {
      let parts = place.split(separator: ".")
      guard let name = parts.last else { continue }
      let groups = Array(parts.dropLast())
      var shared = 0
      while shared < min(path.count, groups.count), path[shared] == groups[shared] { shared += 1 }
      for _ in shared..<path.count { line.close() }
      for group in groups[shared...] { line.open(String(group)) }
      path = groups
      line.number(String(name), value)
    }
    for _ in path { line.close() }
  }
}
