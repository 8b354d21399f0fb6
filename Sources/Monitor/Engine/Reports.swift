// SPDX-License-Identifier: Apache-2.0
package import Catalogue

extension Pipeline {
  /// The counters of the kernel and the interface, in a live run.
  package struct CaptureCounters: Sendable {
    package var received: UInt64
    package var droppedByKernel: UInt64
    package var droppedByInterface: UInt64
    package init(received: UInt64, droppedByKernel: UInt64, droppedByInterface: UInt64) {
      self.received = received
      self.droppedByKernel = droppedByKernel
      self.droppedByInterface = droppedByInterface
    }
  }

  /// Writes the counters: EVE's where EVE has them, ours in a line of their own.
  package mutating func writeStatistics() {
    let capture = losses.capture
    let counts = statistics
    var record = StatsRecord(
      time: counts.lastTime, uptime: UInt64(max(0, counts.lastTime &- counts.firstTime)) / 1_000_000_000)
    record[.kernelPackets] = capture?.received
    record[.kernelDrops] = capture?.droppedByKernel
    record[.kernelInterfaceDrops] = capture?.droppedByInterface
    record[.packets] = counts.frames
    record[.bytes] = counts.bytes
    record[.invalid] = counts.invalid
    record[.ethernet] = counts.frames - counts.otherLinks.reduce(0, +)
    let links: [StatsCounter] = [.raw, .null, .linuxCooked, .linuxCooked2]
    for (counter, count) in zip(links, counts.otherLinks) { record[counter] = count }
    record[.unknownEtherType] = counts.otherFrames
    record[.largestPacketSize] = counts.largest
    record[.ipv4] = counts.ipv4
    record[.ipv6] = counts.ipv6
    record[.arp] = counts.arp
    record[.tcp] = counts.tcp
    record[.udp] = counts.udp
    record[.sctp] = counts.sctp
    record[.icmpv4] = counts.icmp
    record[.icmpv6] = counts.icmpv6
    record[.igmp] = counts.igmp
    record[.vlan] = counts.vlanFrames
    record[.vlanQinQ] = counts.stackedTagFrames
    func tunnels(_ kinds: Packet.Tunnel...) -> UInt64 { kinds.reduce(0) { $0 + counts.tunnels[Int($1.rawValue)] } }
    record[.gre] = tunnels(.gre, .erspan1, .erspan2, .erspan3)
    record[.erspan] = tunnels(.erspan1, .erspan2, .erspan3)
    record[.vxlan] = tunnels(.vxlan)
    record[.geneve] = tunnels(.geneve)
    record[.tooManyLayers] = counts.tooManyLayers
    record[.averagePacketSize] = counts.frames == 0 ? 0 : counts.bytes / counts.frames
    record[.tcpSessions] = counts.tcpFlows
    record[.tcpInvalidChecksum] = counts.badChecksums
    record[.tcpSYN] = counts.syn
    record[.tcpSYNACK] = counts.synAck
    record[.tcpRST] = counts.rst
    record[.tcpMidstreamPickups] = reader.counts.midstream
    record[.tcpReassemblyGap] = reader.counts.gaps
    record[.tcpOverlap] = reader.counts.overlaps
    record[.tcpOverlapDifferentData] = reader.counts.differingOverlaps
    record[.flows] = counts.flows
    record[.activeFlows] = UInt64(conversations.count)
    record[.tcpFlows] = counts.tcpFlows
    record[.udpFlows] = counts.udpFlows
    record[.icmpv4Flows] = counts.icmpFlows
    record[.icmpv6Flows] = counts.icmpv6Flows
    record[.ipv4Fragments] = defragmenter.fragments.v4
    record[.ipv4Reassembled] = defragmenter.reassembled.v4
    record[.ipv6Fragments] = defragmenter.fragments.v6
    record[.ipv6Reassembled] = defragmenter.reassembled.v6
    record[.defragFull] = defragmenter.evictions
    for count in protocolCounts where count.name == "modbus" {
      record[.modbusFlows] = count.conversations
      record[.modbusMessages] = count.messages
    }
    record[.alerts] = observer.output.aggregation.counters.alerts
    record[.alertsSuppressed] = observer.output.aggregation.counters.overBudget
    record.own = own(counts)
    observer.output.records.stats(record, to: &observer.output.sink)
  }

  private func own(_ counts: Statistics) -> [(place: String, value: UInt64)] {
    func tunnels(_ kind: Packet.Tunnel) -> UInt64 { counts.tunnels[Int(kind.rawValue)] }
    var own: [(place: String, value: UInt64)] = [
      ("frames.cut", counts.cut), ("frames.copies", counts.copies), ("frames.other", counts.otherFrames),
      ("tunnels.ip_in_ip", tunnels(.ipInIP)), ("tunnels.gtp", tunnels(.gtp)), ("tunnels.tzsp", tunnels(.tzsp)),
      ("checksums.bad", counts.badChecksums), ("checksums.offloaded", counts.offloadedChecksums),
      ("checksums.refused", counts.refusedChecksums),
      ("tables.flows_evicted", UInt64(conversations.evictions.all)), ("tables.flows_reused", counts.reusedFlows),
      ("tables.streams_evicted", UInt64(reader.pool.evictions)), ("tables.fragments_refused", defragmenter.refusals),
      ("tables.fragments_timed_out", defragmenter.timeouts), ("tables.fragments_evicted", defragmenter.evictions),
      ("tables.requests_evicted", UInt64(reader.exchange.requests.evictions.all)),
      ("tables.pieces_evicted", UInt64(reader.exchange.pieces.evictions.all)),
      ("tables.memories_evicted", UInt64(reader.exchange.memories.evictions.all)),
      ("tables.names_evicted", UInt64(reader.exchange.names.evictions.all)),
      ("tables.devices_evicted", UInt64(observer.detection.devices.inventory.stations.evictions.all)),
      ("tables.addresses_evicted", UInt64(observer.detection.devices.inventory.bindings.evictions.all)),
      ("tables.counts_evicted", UInt64(observer.detection.evictions)),
      ("tables.alerts_evicted", observer.output.aggregation.counters.evictions),
      ("tables.operations_evicted", observer.output.operations.evictions),
      ("alerts.withdrawn", observer.output.aggregation.counters.withdrawn),
      ("alerts.closed", observer.output.aggregation.counters.closed),
      ("streams.retransmissions", reader.counts.retransmissions), ("streams.out_of_order", reader.counts.outOfOrder),
      ("streams.outside_window", reader.counts.outside),
      ("streams.late_segments", reader.counts.late),
      ("output.lines_written", observer.output.sink.linesWritten),
      ("output.lines_lost", observer.output.sink.linesLost),
      ("output.operations_omitted", observer.output.lines.omissions),
      ("output.assets_omitted", observer.detection.devices.inventory.ledger.omissions),
      ("output.assets_waiting", UInt64(observer.detection.devices.inventory.ledger.waiting)),
    ]
    let muting = observer.detection.muting
    if !muting.isEmpty || muting.all > 0 {
      let ended = observer.detection.declared.exceptions.filter { !$0.holds(at: counts.lastTime) }.count
      own += [("exceptions.muted", muting.all), ("exceptions.ended", UInt64(ended))]
      for kind in FindingKind.allCases where muting.countsByKind[Int(kind.rawValue)] > 0 {
        own.append(("exceptions.by_kind.\(Catalogue.entry(kind).id)", muting.countsByKind[Int(kind.rawValue)]))
      }
    }
    if !observer.detection.rules.isEmpty { addRules(to: &own) }
    for (place, value) in protocolCounts.flatMap({ count in
      [
        ("protocols.\(count.name).messages", count.messages), ("protocols.\(count.name).understood", count.understood),
        ("protocols.\(count.name).refused", count.refused), ("protocols.\(count.name).unknown", count.unknown),
        ("protocols.\(count.name).skipped_bytes", count.skippedBytes),
      ]
    }) { own.append((place, value)) }
    for layer in Layer.allCases where counts.faults[Int(layer.rawValue)] > 0 {
      own.append(("malformed_headers.\(layer)", counts.faults[Int(layer.rawValue)]))
    }
    return own
  }

  /// What rules did, and which of them had to be given up: at most the first 32 of those.
  private func addRules(to own: inout [(place: String, value: UInt64)]) {
    let givenUp = observer.detection.rules.givenUp
    own += [
      ("rules.loaded", UInt64(observer.detection.rules.book.count)),
      ("rules.alerts", ruleAlerts.reduce(0) { $0 + $1.count }),
      ("rules.given_up", givenUp.reduce(0) { $0 + $1.count }),
      ("rules.notes_evicted", UInt64(observer.detection.rules.evictions)),
    ]
    for rule in givenUp.prefix(32) { own.append(("rules.given_up_by.\(rule.group):\(rule.number)", rule.count)) }
  }

  /// Messages of one protocol seen: always `understood` + `refused`.
  package struct ProtocolCount: Sendable {
    package let name: String
    package var conversations: UInt64
    package var understood: UInt64
    package var refused: UInt64
    package var skippedBytes: UInt64
    /// Operations in the understood messages whose code is not known.
    package var unknown: UInt64
    package var messages: UInt64 { understood + refused }
  }

  /// Sorted by name, with the framings of a protocol added up. Protocols that were not seen are left out.
  package var protocolCounts: [ProtocolCount] {
    var counts: [ProtocolCount] = []
    for (index, count) in reader.protocols.enumerated() where count.conversations > 0 || count.messages > 0 {
      let name = reader.tables.names[index].description
      if let place = counts.firstIndex(where: { $0.name == name }) {
        counts[place].conversations += count.conversations
        counts[place].understood += count.understood
        counts[place].refused += count.refused
        counts[place].skippedBytes += count.skippedBytes
        counts[place].unknown += observer.detection.unknown[index]
      } else {
        counts.append(
          ProtocolCount(
            name: name, conversations: count.conversations, understood: count.understood, refused: count.refused,
            skippedBytes: count.skippedBytes, unknown: observer.detection.unknown[index]))
      }
    }
    return counts
  }

  // MARK: For the summary

  /// Number of addresses seen, by zone name; nil without a site file.
  package var hostsByZone: [(zone: String?, hosts: Int)] {
    let inventory = observer.detection.devices.inventory
    guard let site = observer.detection.site else { return [(nil, inventory.bindings.count)] }
    var hosts = [Int](repeating: 0, count: site.zones.count)
    for slot in inventory.bindings.slotsByAge {
      let binding = inventory.bindings[slot]
      hosts[Int(site.party(ip: binding.ip, mac: binding.mac, vlan: binding.vlan).zone.rawValue)] += 1
    }
    return zip(site.zones.map(\.name), hosts).filter { $0.1 > 0 }.map { ($0.0, $0.1) }
  }
  package var operationsByAction: [(action: Action, count: UInt64)] {
    Action.allCases.map { ($0, observer.detection.actions[Int($0.rawValue)]) }.filter { $0.count > 0 }
  }
  /// What engineers may do to controllers, and who did it: at most `most`, the most dangerous first, and how many more
  /// there are. What no longer fitted into the table is in `forgotten`.
  package func notableDeeds(most: Int) -> (list: [NotableDeed], further: Int, forgotten: Int) {
    let deeds = observer.detection.deeds
    let all = deeds.list.map { (danger: Finding.danger($0.action, isFetch: $0.isFetch), deed: $0) }
      .sorted { ($0.danger, $0.deed.count) > ($1.danger, $1.deed.count) }
    let context = observer.output.records.context
    let list = all.prefix(most).map { _, deed in
      NotableDeed(
        source: Facts.name(deed.source, context).description,
        destination: Facts.name(deed.destination, context).description,
        action: deed.isFetch ? Bilingual("program read", "プログラムの読み出し") : deed.action.name,
        function: "\(context.protocolName(deed.dissector)) \(deed.name)", messages: deed.count)
    }
    return (list, all.count - list.count, deeds.evictions.all)
  }
  /// Alerts opened so far.
  package var alertCount: UInt64 { observer.output.aggregation.counters.alerts }
  /// Alerts and the findings counted in them, by kind.
  package var alertsByKind: [(kind: FindingKind, alerts: UInt64, findings: UInt64)] {
    FindingKind.allCases.map {
      ($0, observer.output.aggregation.counters.alerts($0), observer.output.findings($0))
    }.filter { $0.findings > 0 }
  }
  /// Findings that exceptions of the site file have muted, all together.
  package var mutedFindings: UInt64 { observer.detection.muting.all }
  /// What each exception of the site file has muted, in the order of the file, and what those of earlier files have.
  package var exceptionCounts: (list: [ExceptionCount], former: UInt64) {
    let site = observer.detection.declared
    let muting = observer.detection.muting
    let list = zip(site.exceptions.indices, muting.counts).map { place, count in
      let exception = site.exceptions[place]
      return ExceptionCount(
        title: Bilingual(site.title(ofException: place, .en), site.title(ofException: place, .ja)),
        until: exception.untilWord, owner: exception.owner, hasEnded: !exception.holds(at: statistics.lastTime),
        findings: count)
    }
    return (list, muting.former)
  }
  /// One sentence for each pair of zones of which the mirror port shows only one direction.
  package var visibilityWarnings: [Bilingual] {
    let site = observer.detection.site
    return observer.detection.oneWayPairs.map { pair in
      let names = site.map { ($0[pair.from].name, $0[pair.to].name) }
      let missing =
        pair.toServerOnly >= pair.toClientOnly ? Bilingual("responses", "応答") : Bilingual("requests", "要求")
      return Bilingual(
        "the mirror port shows only one direction of connections"
          + (names.map { " from \($0.0) to \($0.1)" } ?? "") + ": the \(missing.en) are missing",
        "ミラーポートでは、" + (names.map { "\($0.0)から\($0.1)への" } ?? "")
          + "接続が片方向しか見えません（\(missing.ja)が見えません）")
    }
  }
  package var outputIsLost: Bool { observer.output.sink.isLost }
  package var linesLost: UInt64 { observer.output.sink.linesLost }
  package var linesWritten: UInt64 { observer.output.sink.linesWritten }
  package mutating func flush() { observer.output.sink.flush() }
  /// Opens the output file anew, after it was moved away; see `Sink.reopen`.
  package mutating func reopenOutput() throws(SinkFailure) -> Bool { try observer.output.sink.reopen() }
}

/// Who did what to which controller, for the summary.
package struct NotableDeed: Sendable {
  /// An asset with its address, else the address.
  package let source: String
  package let destination: String
  package let action: Bilingual
  /// The protocol, and the standard's name of the function: of a program transfer, of its first step.
  package let function: String
  /// Messages that asked for it.
  package let messages: UInt64
}

/// What an exception of the site file has muted, for the summary.
package struct ExceptionCount: Sendable {
  /// Its number, line and what it covers.
  package let title: Bilingual
  /// As the file has it.
  package let until: String
  package let owner: String
  /// It no longer holds at the time of the last packet.
  package let hasEnded: Bool
  package let findings: UInt64
}
