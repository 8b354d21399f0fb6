// SPDX-License-Identifier: Apache-2.0
import Catalogue
import RuleLanguage

/// How often and when a finding was seen so far: what changes from one line of an alert to the next.
package struct Occurrence: Sendable {
  /// The same in every line of one alert.
  package var id: UInt128
  package var count: UInt64
  /// Nanoseconds, from the capture.
  package var first: Int64
  package var last: Int64
  /// What it sums up beyond a window's budgets for new alerts; nil for an alert about one cause.
  package var extent: Extent?
  /// Why and when it ended, in nanoseconds; nil while the alert stands.
  package var ending: Ending?
  package var ended: Int64 = 0
  /// The newest of several findings; nil for the first line.
  package var latest: Example?

  package enum Ending: Equatable, Sendable {
    /// It turned out that the other end began.
    case withdrawn
    /// Nothing more of it was found for some time, in nanoseconds.
    case closed(after: Int64)
    /// What it is about was seen to end, after this time.
    case over(seconds: Int)
  }
  /// One finding of an alert.
  package struct Example: Sendable {
    package let time: Int64
    package let frame: UInt64
    package let sourcePort: UInt16
    package let destinationPort: UInt16
    package let operation: Operation?

    package init(_ finding: Finding) {
      time = finding.time
      frame = finding.frame
      sourcePort = finding.source.port
      destinationPort = finding.destination.port
      operation = finding.operation
    }
  }

  package init(
    id: UInt128, count: UInt64, first: Int64, last: Int64, extent: Extent? = nil
  ) {
    self.id = id
    self.count = count
    self.first = first
    self.last = last
    self.extent = extent
  }
}

/// Which findings an alert sums up.
package enum Extent: Equatable, Sendable {
  /// Of one source, towards this number of destinations.
  case source(destinations: Int)
  /// Towards one destination, from this number of sources.
  case destination(sources: Int)
  /// The further ones of a kind.
  case kind
}

extension Records {
  /// A finding as EVE alert with its OODA object: what was seen (observe), what it means here (orient), how urgent it
  /// is and whose (decide), what to do (act).
  package mutating func alert(
    _ finding: Finding, _ occurrence: Occurrence, values: ShownValues = .none, _ identities: Identities,
    to sink: inout Sink
  ) {
    let entry = entry(of: finding)
    var moment = ""
    if case .refusedTime = finding.detail { moment = clock.moment(finding.time, context.language) }
    if case .refusedValue(let value) = finding.detail, value.last != nil {
      moment = clock.moment(value.lastTime, context.language)
    }
    if case .silence(let heard, _, _) = finding.detail { moment = clock.moment(heard, context.language) }
    let known = identities.identity(of: finding.destination)
    let facts = Facts(
      finding, context, values, moment: moment, knownName: known?.name)
    let wording = Sentences(facts, entry, occurrence)
    let stake = context.zoneAtStake(finding.source.party, finding.destination.party)
    let zone = context.zone(stake)
    let importance = zone?.importance ?? .low
    // Ended: information, whatever it was about.
    let severity =
      occurrence.ending != nil
      ? 4
      : context.isDeedOfStranger(finding) ? 1 : finding.lacksSite ? WithoutSite.severity : entry.severity(importance)
    let confidence = finding.lacksSite ? WithoutSite.confidence : entry.confidence

    line.begin()
    line.time("timestamp", occurrence.ending == nil ? occurrence.last : occurrence.ended, &clock)
    if let flow = finding.flow { line.number("flow_id", Records.flowID(flow.id)) }
    if let host = context.host { line.string("host", short(host)) }
    if let interface = context.interface(finding.interface) { line.string("in_iface", short(interface)) }
    line.word("event_type", "alert")
    line.number("pcap_cnt", finding.frame)
    parties(finding.source, finding.destination, finding.ipProtocol, vlan: finding.vlan)
    line.string("app_proto", context.protocolName(finding.operation?.dissector ?? finding.dissector))
    communityID(finding.source, finding.destination, finding.ipProtocol)
    ether(finding.source, finding.destination)
    tunnel(finding)
    if let flow = finding.flow {
      line.open("flow")
      line.time("start", flow.start, &clock)
      line.number("pkts_toserver", flow.packetsToServer)
      line.number("pkts_toclient", flow.packetsToClient)
      line.number("bytes_toserver", flow.bytesToServer)
      line.number("bytes_toclient", flow.bytesToClient)
      line.close()
    }

    line.open("alert")
    head(entry, severity)
    line.string("signature", wording.signature, limit: 320)
    let rule = context.rule(of: finding)
    if let rule, !rule.references.isEmpty { line.strings("references", rule.references.map(RuleReferences.text)) }
    metadata(entry, finding.operation?.action, zone, rule)
    line.open("context")
    line.hexadecimal("alert_id", occurrence.id)
    switch occurrence.ending {
    case nil: line.word("status", "open")
    case .closed, .over: line.word("status", "closed")
    case .withdrawn:
      line.word("status", "withdrawn")
      line.string("reason", Withdrawal.reason[context.language])
    }
    if !finding.isDirectionCertain { line.word("direction", "uncertain") }
    // 1 in the first line alone: whoever looks for new alerts looks for it.
    if occurrence.ending == nil || occurrence.count > 1 { line.number("count", occurrence.count) }
    line.time("first_seen", occurrence.first, &clock)
    line.time("last_seen", occurrence.last, &clock)
    switch occurrence.extent {
    case nil: break
    case .kind: line.flag("rest", true)
    case .source(let destinations):
      line.flag("rest", true)
      line.number("destinations", destinations)
    case .destination(let sources):
      line.flag("rest", true)
      line.number("sources", sources)
    }
    if let operation = finding.operation { line.operation(operation, values) }
    if let latest = occurrence.latest { self.latest(latest, hasPorts: Records.hasPorts(finding.ipProtocol)) }
    line.open("ooda")
    line.open("observe")
    line.string("summary", wording.summary)
    line.string("expected", wording.expected)
    line.string("seen", wording.seen)
    line.close()
    line.open("orient")
    party("source", finding.source, identities.identity(of: finding.source))
    party("destination", finding.destination, known)
    line.word("importance", importance.word)
    line.string("reason", wording.reason)
    line.close()
    line.open("decide")
    line.word("severity", Catalogue.severityWord(severity))
    // Of two ends that may each have begun, the alert can name the wrong one.
    line.hundredths("confidence", finding.isDirectionCertain ? confidence : confidence / 2)
    if let responder = context.responder(zone) {
      line.string("responder", responder.name, limit: 160)
      line.string("contact", responder.contact, limit: 160)
    }
    line.word("respond_within", Catalogue.respondWithin(severity))
    line.close()
    line.open("act")
    line.string("playbook", entry.playbook)
    steps(entry, occurrence.ending, lacksSite: finding.lacksSite)
    line.close()
    line.close()
    line.close()
    line.close()
    line.end()
    sink.write(line)
  }

  private mutating func head(_ entry: CatalogueEntry, _ severity: Int) {
    // There may be tens of thousands of rules, each of which alerts rarely.
    guard entry.kind != .signature else { return Records.head(entry, severity, &line) }
    let place = Int(entry.kind.rawValue) << 3 | severity & 7
    if let part = headParts[place] { return line.write(part) }
    headParts[place] = line.part { Records.head(entry, severity, &$0) }
  }

  private static func head(_ entry: CatalogueEntry, _ severity: Int, _ line: inout JSONLine) {
    line.word("action", "allowed")
    line.number("gid", entry.group)
    line.number("signature_id", entry.signatureID)
    line.number("rev", entry.revision)
    line.number("severity", severity)
    line.string("category", entry.category, limit: 160)
  }

  private static func metadata(_ entry: CatalogueEntry, _ action: Action?, _ line: inout JSONLine) {
    let techniques = entry.techniques(for: action)
    var tactics: [Technique.Tactic] = []
    for tactic in techniques.flatMap(\.tactics) where !tactics.contains(where: { $0.id == tactic.id }) {
      tactics.append(tactic)
    }
    line.strings("kind", [entry.id])
    if !techniques.isEmpty {
      line.strings("mitre_tactic_id", tactics.map(\.id))
      line.strings("mitre_tactic_name", tactics.map(\.name))
      line.strings("mitre_technique_id", techniques.map(\.id))
      line.strings("mitre_technique_name", techniques.map(\.name))
    }
    if !entry.threats.isEmpty { line.strings("threat", entry.threats) }
    if !entry.checklist.isEmpty { line.strings("checklist", entry.checklist) }
  }

  private mutating func steps(_ entry: CatalogueEntry, _ ending: Occurrence.Ending?, lacksSite: Bool) {
    let steps: [Bilingual] =
      switch ending {
      case nil where lacksSite: WithoutSite.steps
      case nil: entry.steps
      case .closed, .over: [Closing.step]
      case .withdrawn: [Withdrawal.step]
      }
    let language = context.language
    if entry.kind == .signature, ending == nil {
      return line.strings("steps", steps.map { $0[language] })
    }
    let key =
      ending == nil ? lacksSite ? 0 : Int(entry.kind.rawValue) + 3 : ending == .withdrawn ? 1 : 2
    if let part = stepParts[key] { return line.write(part) }
    stepParts[key] = line.part { $0.strings("steps", steps.map { $0[language] }) }
  }

  private mutating func metadata(
    _ entry: CatalogueEntry, _ action: Action?, _ zone: AlertContext.Zone?, _ rule: Rule?
  ) {
    line.open("metadata")
    if let rule {
      Records.metadata(entry, action, &line)
      notes(rule)
      if let values = zone?.values, !values.isEmpty { line.strings("at_stake", values.map(\.word)) }
      return line.close()
    }
    let key = Int(entry.kind.rawValue) << 5 | (action.map { Int($0.rawValue) + 1 } ?? 0)
    if let part = metadataParts[key] {
      line.write(part)
    } else {
      metadataParts[key] = line.part { Records.metadata(entry, action, &$0) }
    }
    if let values = zone?.values, !values.isEmpty { line.strings("at_stake", values.map(\.word)) }
    line.close()
  }

  /// The rule's own metadata, by key, in the order of the rule.
  private mutating func notes(_ rule: Rule) {
    var written: Set<String> = []
    for note in rule.notes where !Records.ownKeys.contains(note.key) && written.count < Records.noteLimit {
      guard written.insert(note.key).inserted else { continue }
      line.strings(named: note.key, rule.notes.filter { $0.key == note.key }.map(\.value))
    }
  }
  /// Keys that records have of their own.
  private static let ownKeys: Set<String> = [
    "kind", "mitre_tactic_id", "mitre_tactic_name", "mitre_technique_id", "mitre_technique_name", "threat", "checklist",
    "at_stake", "title_ja",
  ]
  private static let noteLimit = 32

  private mutating func latest(_ example: Occurrence.Example, hasPorts: Bool) {
    line.open("latest")
    line.time("timestamp", example.time, &clock)
    line.number("pcap_cnt", example.frame)
    if hasPorts {
      line.number("src_port", example.sourcePort)
      line.number("dest_port", example.destinationPort)
    }
    if let operation = example.operation {
      line.open("operation")
      line.word("action", operation.action.word)
      line.number("code", operation.code)
      line.string("name", operation.name)
      line.close()
    }
    line.close()
  }

  private mutating func tunnel(_ finding: Finding) {
    guard finding.tunnelDepth > 0 else { return }
    line.open("tunnel")
    if finding.tunnelSource != .none || finding.tunnelDestination != .none {
      line.string("src_ip", finding.tunnelSource)
      line.string("dest_ip", finding.tunnelDestination)
    }
    if let number = finding.tunnelProtocol { line.word("proto", Records.protocolName(number)) }
    line.number("depth", finding.tunnelDepth)
    line.close()
  }

  private mutating func party(_ key: StaticString, _ end: Endpoint, _ identity: Identity?) {
    let party = end.party
    line.open(key)
    let zone = context.zone(party.zone)
    line.string("zone", context.zoneName(party.zone))
    if let zone, zone.title != zone.name { line.string("zone_title", zone.title, limit: 160) }
    let asset = context.asset(party.asset)
    if let asset {
      line.string("asset", asset.name, limit: 160)
      if !asset.role.isEmpty { line.string("role", asset.role, limit: 160) }
    }
    line.flag("known", asset != nil)
    if let identity { self.identity(identity) }
    line.close()
  }

  /// What a device says of itself.
  mutating func identity(_ identity: Identity) {
    if let vendor = identity.vendor { line.string("vendor", vendor, limit: 160) }
    if let model = identity.model { line.string("model", model, limit: 160) }
    if let firmware = identity.firmware { line.string("firmware", firmware, limit: 160) }
    if let serial = identity.serial { line.string("serial", serial, limit: 160) }
    if let name = identity.name { line.string("device_name", name, limit: 160) }
  }
}
