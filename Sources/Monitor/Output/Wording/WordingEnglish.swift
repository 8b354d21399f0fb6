// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// English sentences of an alert.
struct English {
  let facts: Facts
  let entry: CatalogueEntry
  private var finding: Finding { facts.finding }
  private var context: AlertContext { facts.context }

  init(_ facts: Facts, _ entry: CatalogueEntry) {
    self.facts = facts
    self.entry = entry
  }

  var wording: Wording {
    Wording(signature: signature, summary: summary, expected: expected, seen: seen, reason: reason)
  }

  private var zones: String {
    facts.sourceZone == facts.destinationZone
      ? "in zone \(facts.sourceZone)" : "from zone \(facts.sourceZone) to zone \(facts.destinationZone)"
  }
  /// The same behind a text, where there are zones.
  private func zones(_ separator: String) -> String { facts.hasZones ? separator + zones : "" }
  private var inSourceZone: String { facts.hasZones ? " in zone \(facts.sourceZone)" : "" }
  private var inDestinationZone: String { facts.hasZones ? " in zone \(facts.destinationZone)" : "" }
  /// Who to whom; a finding may have no single source or destination.
  private var way: String {
    (facts.isSourceNamed ? ", from \(facts.source)" : "") + (facts.isDestinationNamed ? " to \(facts.destination)" : "")
  }

  /// `Write Single Register (write, code 6) on holding-register 3, unit 1`, else the service.
  private var deed: String {
    guard let operation = facts.operation else { return facts.service }
    return facts.target.map { "\(operation) on \($0)" } ?? operation
  }

  private var signature: String {
    switch (finding.kind, finding.detail) {
    case (.crossZoneFlow, _): "Flow \(zones) without a conduit"
    case (.operationNotAllowed, .refusedService): "Service \(facts.service) \(zones) is not allowed"
    case (.operationNotAllowed, .refusedTarget):
      "Target of operation \(action) \(zones) is not allowed"
    case (.operationNotAllowed, _): "Operation \(action) \(zones) is not allowed"
    case (.outsideWindow, _): "Traffic \(zones) outside of its time window"
    case (.unknownMAC, _): "Unknown device by MAC address in zone \(facts.sourceZone)"
    case (.unknownIP, _): "Unknown device by IP address in zone \(facts.sourceZone)"
    case (.wrongZone, .zone(let expected, let seen)):
      "Device of zone \(facts.zone(expected)) seen in zone \(facts.zone(seen))"
    case (.wrongZone, .vlan(let zone, _)): "Device of zone \(facts.zone(zone)) on a VLAN of another zone"
    case (.wrongZone, _): "Known device of zone \(facts.sourceZone) on another MAC address"
    case (.addressConflict, _): "Two devices claim one IP address\(inSourceZone)"
    case (.controllerCommand, _): "Controller command \(action) \(zones) without a conduit"
    case (.externalCommunication, _): "Communication with outside of the plant, \(zones)"
    case (.portScan, _), (.hostSweep, _), (.flood, _), (.functionScan, _), (.exceptionBurst, _):
      "\(entry.title.en)\(zones(" "))"
    case (.arpSpoofing, _): "\(facts.resolution) spoofing\(inSourceZone)"
    case (.malformedMessage, _): "\(facts.service) message\(zones(" ")) violates its protocol"
    case (.newWriter, _), (.deviceRenamed, _), (.clockSetByStranger, _), (.selectWithoutExecute, _),
      (.loginFailures, _), (.passwordGuessing, _):
      "\(entry.title.en)\(zones(", "))"
    case (.streamTampering, _), (.unaskedAnswer, _), (.unansweredRequest, _), (.mismatchedAnswer, _),
      (.oneWayVisibility, _):
      "\(entry.title.en)\(zones(", "))"
    }
  }

  /// Why whoever writes is a stranger: by the site file, or by what was seen before.
  private var stranger: String {
    facts.hasZones ? " and is neither a listed asset nor allowed by a conduit" : ", which it has not done before"
  }

  private var action: String { finding.operation?.action.word ?? "of \(facts.service)" }

  private var summary: String {
    let from = facts.source + inSourceZone
    let to = facts.destination + inDestinationZone
    return switch finding.kind {
    case .crossZoneFlow: "\(from) talks to \(to) without a conduit: \(deed)."
    case .operationNotAllowed: "\(from) did to \(to) what its conduit does not allow: \(deed)."
    case .outsideWindow: "\(from) used its connection to \(to) outside of the agreed time: \(deed)."
    case .unknownMAC: "A device with the unlisted MAC address \(finding.source.mac) sends in zone \(facts.sourceZone)."
    case .unknownIP: "The unlisted address \(finding.source.ip) is in use in zone \(facts.sourceZone)."
    case .wrongZone: "\(facts.source) appears at another place of the network than the site file says."
    case .addressConflict: "More than one device claims an address\(inSourceZone): \(facts.source)."
    case .controllerCommand: "\(from) sent a command to the controller \(to) without a conduit: \(deed)."
    case .externalCommunication: "\(from) and \(to) talk across the border of the plant: \(deed)."
    case .portScan: "\(from) tries port after port of \(to)."
    case .hostSweep: "\(from) tries address after address\(inDestinationZone)."
    case .arpSpoofing: "\(from) claims addresses of others by \(facts.resolution)."
    case .flood:
      facts.isSourceNamed
        ? "\(from) sends far more packets to \(to) than usual." : "Far more packets than usual are sent to \(to)."
    case .functionScan: "\(from) tries one function or unit after the other at \(to)."
    case .exceptionBurst: "Many requests between \(from) and \(to) end in exceptions."
    case .malformedMessage: "\(from) sent \(to) a message that violates \(facts.service)."
    case .streamTampering:
      facts.isLate
        ? "A part of the data from \(from) to \(to) came long after what follows it, and was not judged."
        : "Data from \(from) to \(to) was sent twice with different contents."
    case .unaskedAnswer: "\(from) answers \(to) without having been asked."
    case .unansweredRequest: "Requests of \(from) stay without an answer from \(to)."
    case .mismatchedAnswer: "\(from) answers \(to) in a way that does not fit the question."
    case .newWriter: "\(from) changes values of \(to)\(stranger): \(deed)."
    case .deviceRenamed: "\(from) told \(to) to take another name: \(deed)."
    case .clockSetByStranger: "\(from) sets the clock of \(to)\(stranger): \(deed)."
    case .selectWithoutExecute: "\(from) selected an object of \(to) and did not operate it: \(deed)."
    case .loginFailures: "\(to) refuses log-ins of \(from)."
    case .passwordGuessing: "\(from) tries password after password at \(to)."
    case .oneWayVisibility:
      "Only one direction of connections\(zones(" ")) is visible, such as of those between \(facts.source) and \(facts.destination)."
    }
  }

  private var expected: String {
    switch finding.detail {
    case .parties: expectedOfParties
    case .refusedService(let conduit):
      "\(name(conduit)) allows \(words(context.conduit(conduit)?.services, "services"))."
    case .refusedAction(let conduit):
      "\(name(conduit)) allows \(words(context.conduit(conduit)?.operations, "operations"))."
    case .refusedTarget(let conduit): "\(name(conduit)) allows \(words(context.conduit(conduit)?.targets, "targets"))."
    case .refusedTime(let conduit, let window):
      "\(name(conduit)) is open only during \(context.window(window).map { "\(short($0.name)) (\(short($0.text)))" } ?? "its window")."
    case .binding(let ip, let expected, _): "\(ip) on MAC address \(expected)."
    case .zone(let expected, _): "\(facts.source) only in zone \(facts.zone(expected))."
    case .vlan(let zone, _): "\(facts.source) only on VLANs of zone \(facts.zone(zone))."
    case .count(let what, _, let limit, let seconds):
      limit > 1 ? "Fewer than \(limit) \(noun(what))\(within(seconds))." : "No \(noun(what))."
    case .fault(let fault): "\(fault.field): \(allowed(fault))."
    case .overlap(_, .lateSegment): "Each part of a TCP stream within 3 s of what follows it."
    case .overlap(_, let what): "The same bytes whenever one place of \(overlapped(what)) is sent again."
    }
  }

  private var expectedOfParties: String {
    switch finding.kind {
    case .crossZoneFlow: "No traffic \(zones): the site file has no conduit for it."
    case .operationNotAllowed: "Only what the conduit \(zones) names."
    case .outsideWindow: "Traffic \(zones) only within its time window."
    case .unknownMAC: "Only devices whose MAC address the site file lists in zone \(facts.sourceZone)."
    case .unknownIP: "Only devices whose IP address the site file lists in zone \(facts.sourceZone)."
    case .wrongZone: "\(facts.source) only at the place the site file names."
    case .addressConflict: "One device for each IP address."
    case .controllerCommand: "Commands to a controller only over a conduit that names them; here there is none."
    case .externalCommunication:
      "No traffic between zone \(facts.sourceZone) and \(facts.destinationZone) without a conduit."
    case .portScan: "A client uses the few ports of the services it needs."
    case .hostSweep: "A client talks to the few hosts it needs."
    case .arpSpoofing: "Each device claims only its own address."
    case .flood: "A rate the network was built for."
    case .functionScan: "A client uses the few functions and units of its program."
    case .exceptionBurst: "Requests that the device can carry out."
    case .malformedMessage: "Messages as the specification of \(facts.service) has them."
    case .streamTampering: "The same bytes whenever one place of a stream is sent again."
    case .unaskedAnswer: "An answer only to a request."
    case .unansweredRequest: "An answer to each request within 30 s."
    case .mismatchedAnswer: "An answer of the shape its request asks for."
    case .newWriter: "Changes only by the stations that always make them."
    case .deviceRenamed: "A name that stays, or is changed over a conduit that allows it."
    case .clockSetByStranger: "The clock is set by the plant's time source alone."
    case .selectWithoutExecute: "An operate or a cancel within 10 s of a select."
    case .loginFailures, .passwordGuessing: "Log-ins that succeed."
    case .oneWayVisibility: "Both directions of each connection at the mirror port."
    }
  }

  private var seen: String {
    switch finding.detail {
    case .parties:
      switch finding.kind {
      case .unknownMAC:
        "MAC address \(finding.source.mac)"
          + (finding.source.ip.isUnicast ? " with IP address \(finding.source.ip)." : ".")
      case .unknownIP:
        "IP address \(finding.source.ip)"
          + (finding.source.mac == .none ? "." : " from MAC address \(finding.source.mac).")
      default: "\(deed) from \(facts.source) to \(facts.destination)."
      }
    case .refusedService: "\(facts.service) from \(facts.source) to \(facts.destination)."
    case .refusedAction: "\(deed) from \(facts.source) to \(facts.destination)."
    case .refusedTarget: "\(deed) from \(facts.source) to \(facts.destination)."
    case .refusedTime: "\(deed) at \(facts.time), from \(facts.source) to \(facts.destination)."
    case .binding(let ip, _, let seen): "\(ip) on MAC address \(seen)."
    case .zone(_, let seen): "\(facts.source) in zone \(facts.zone(seen))."
    case .vlan(_, let seen): "\(facts.source) on VLAN \(seen)."
    case .count(let what, let seen, _, let seconds):
      "\(seen) \(noun(what))\(within(seconds))\(way)."
    case .fault(let fault):
      "\(fault.field): \(seen(fault)) (\(name(fault.kind)))" + (facts.operation.map { " in \($0)." } ?? ".")
    case .overlap(let bytes, .lateSegment): "\(bytes) bytes of a TCP stream more than 3 s late."
    case .overlap(let bytes, let what): "\(bytes) bytes of \(overlapped(what)) sent again with other contents."
    }
  }

  private var reason: String {
    switch finding.detail {
    case .refusedService(let conduit): "\(name(conduit)) does not cover the service \(facts.service)"
    case .refusedAction(let conduit): "\(name(conduit)) does not cover the operation \(action)"
    case .refusedTarget(let conduit):
      "\(name(conduit)) does not cover \(facts.target ?? "an operation without a target")"
    case .refusedTime(let conduit, _): "\(name(conduit)) is closed at this time"
    default:
      switch finding.kind {
      case .crossZoneFlow, .operationNotAllowed, .externalCommunication, .outsideWindow:
        "no conduit from \(facts.sourceZone) to \(facts.destinationZone)"
      case .controllerCommand: "no conduit allows \(action) from \(facts.source) to \(facts.destination)"
      case .unknownMAC, .unknownIP: "the site file lists the devices of zone \(facts.sourceZone), and not this one"
      case .wrongZone: "the site file names another place for this device"
      default: entry.meaning.en
      }
    }
  }

  private func name(_ conduit: Int) -> String {
    context.conduit(conduit).map { "The conduit \(short($0.from)) → \(short($0.to))" } ?? "The conduit"
  }

  private func words(_ list: [String]?, _ what: String) -> String {
    guard let list, !list.isEmpty else { return "other \(what)" }
    return "only the \(what) \(Facts.list(list))"
  }

  private func within(_ seconds: Int) -> String { seconds > 0 ? " in \(seconds) s" : "" }

  private func noun(_ what: Finding.Counted) -> String {
    switch what {
    case .ports: "ports of one host tried in vain"
    case .hosts: "hosts tried in vain"
    case .claimedAddresses: "IP addresses claimed by one MAC address"
    case .addressFlips: "changes of one IP address between MAC addresses"
    case .gratuitousClaims: "\(facts.resolution) claims nobody asked for"
    case .synPackets: "TCP connection requests (SYN)"
    case .icmpPackets: "ICMP packets"
    case .udpPackets: "UDP packets"
    case .broadcasts: "broadcasts"
    case .functionCodes: "different function codes"
    case .units: "different units"
    case .exceptions: "exceptions"
    case .answers: "answers of this sort"
    case .requests: "requests without an answer"
    case .oneWayConnections: "connections seen in one direction only"
    case .logins: "refused log-ins"
    }
  }

  private func overlapped(_ what: Overlap) -> String {
    switch what {
    case .tcpStream, .lateSegment: "a TCP stream"
    case .ipFragments: "a fragmented IP datagram"
    }
  }

  private func allowed(_ fault: Fault) -> String {
    if fault.kind == .missing { return "a value" }
    if fault.least > fault.most { return "what the specification of \(facts.service) lists" }
    if fault.least == fault.most { return Facts.number(fault.least, fault) + bytes(fault) }
    if fault.kind == .truncated { return "at least \(fault.least) bytes" }
    return "from \(Facts.number(fault.least, fault)) to \(Facts.number(fault.most, fault))"
  }
  private func seen(_ fault: Fault) -> String {
    fault.kind == .missing ? "none" : Facts.number(fault.seen, fault) + bytes(fault)
  }
  private func bytes(_ fault: Fault) -> String { fault.kind == .truncated ? " bytes" : "" }

  private func name(_ kind: Fault.Kind) -> String {
    switch kind {
    case .length: "contradictory length"
    case .quantity: "quantity outside of the allowed range"
    case .value: "forbidden value"
    case .code: "reserved or unknown code"
    case .range: "range over the end of its area"
    case .checksum: "wrong check sum"
    case .framing: "no message of this protocol"
    case .truncated: "cut short"
    case .missing: "missing field"
    }
  }
}
