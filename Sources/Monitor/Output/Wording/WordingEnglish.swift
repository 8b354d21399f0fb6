// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// English sentences of an alert.
struct English {
  let facts: Facts
  let entry: CatalogueEntry
  var finding: Finding { facts.finding }
  var context: AlertContext { facts.context }

  init(_ facts: Facts, _ entry: CatalogueEntry) {
    self.facts = facts
    self.entry = entry
  }

  var wording: Sentences {
    let (signature, summary, expected, reason) = (
      signatureOfDetail, summaryOfDetail, expectedOfDetail, reasonOfDetail
    )
    let isOfDetail = signature != nil && summary != nil && expected != nil && reason != nil
    let kind = isOfDetail ? nil : ofKind
    return Sentences(
      signature: signature ?? kind?.signature ?? "", summary: summary ?? kind?.summary ?? "",
      expected: expected ?? kind?.expected ?? "", seen: seen,
      reason: (reason ?? kind?.reason ?? Words(entry.meaning.en))
        + (finding.isDirectionCertain
          ? "" : "; it is not certain which of the two began, since they may have talked before the monitor started"))
  }

  /// For the further findings of the kind in this window.
  func rest(_ extent: Extent) -> Sentences {
    let budget = AlertBudget(finding)
    let minutes = AlertBudget.windowMinutes
    let worst: Words =
      budget == .command && facts.operation != nil ? " The most dangerous among them: \(from) \(did)." : ""
    switch extent {
    case .kind:
      return Sentences(
        signature: "Further findings: \(entry.title.en)",
        summary:
          "Further findings of kind \(entry.id) between parties other than those already reported; one of them was "
          + "from \(facts.source) to \(facts.destination).\(worst)",
        expected: "At most \(budget.ofKind) new alerts of one kind in \(minutes) minutes.",
        seen: "More than that; further findings are counted here and not reported one by one.",
        reason: "findings between this many parties at once suggest a common cause")
    case .source(let destinations):
      let others = English.addresses(destinations)
      return Sentences(
        signature: "Further findings from one source: \(entry.title.en)",
        summary:
          "\(from) caused more findings of kind \(entry.id) than are reported one by one, towards \(others) so far; "
          + "\(facts.destination) is one of them.\(worst)",
        expected: "At most \(budget.ofSource) new alerts of one kind from one source in \(minutes) minutes.",
        seen: "More than that, towards \(others); further findings of this source are counted here.",
        reason: "this many findings from one source suggest a scan, malware or a wrong configuration")
    case .destination(let sources):
      let others = English.addresses(sources)
      return Sentences(
        signature: "Further findings towards one destination: \(entry.title.en)",
        summary:
          "\(facts.destination) had more findings of kind \(entry.id) than are reported one by one, from \(others) "
          + "so far; \(facts.source) is one of them.",
        expected:
          "At most \(budget.ofDestination(finding.kind) ?? 0) new alerts of one kind towards one destination in "
          + "\(minutes) minutes.",
        seen: "More than that, from \(others); further findings towards this destination are counted here.",
        reason: "this many senders suggest a flood with forged addresses, or a service that many use without a conduit")
    }
  }

  /// For an alert that is over.
  func closed(after silence: Int64, _ count: UInt64) -> Sentences {
    let wording = wording
    let times: Words = count == 1 ? "once" : "\(count) times"
    let period = Language.en.period(seconds: Int(silence / 1_000_000_000))
    return Sentences(
      signature: "Closed: \(wording.signature)",
      summary: "\(wording.summary) Found \(times), and no more for \(period): closed.",
      expected: wording.expected, seen: wording.seen, reason: wording.reason)
  }

  /// For an alert about a device that answers again.
  func over(after seconds: Int) -> Sentences {
    let wording = wording
    return Sentences(
      signature: "Closed: \(wording.signature)",
      summary: "\(to) answers again, \(Language.en.duration(seconds: seconds)) after it was last heard: closed.",
      expected: wording.expected, seen: wording.seen, reason: wording.reason)
  }

  /// For an alert that named the wrong end.
  var withdrawn: Sentences {
    Sentences(
      signature: "Withdrawn: \(wording.signature)",
      summary:
        "An earlier line of this alert named \(facts.source) as the end that began to talk to \(facts.destination). It "
        + "was the other way round: \(facts.destination) asks, and \(facts.source) answers.",
      expected: wording.expected, seen: wording.seen, reason: Words(Withdrawal.reason.en))
  }

  private static func addresses(_ count: Int) -> Words { count == 1 ? "one address" : "\(count) addresses" }

  // MARK: By kind

  private var ofKind: KindWording {
    switch finding.kind {
    case .signature:
      return KindWording(
        signature: Words(entry.title.en), summary: "\(from) \(did); a rule matches it: \(entry.title.en).",
        expected: "Nothing that matches this rule.")
    case .crossZoneFlow:
      return KindWording(
        signature: "Flow \(zones) without a conduit", summary: "\(from) \(did); no conduit allows it.",
        expected: "No traffic \(zones): the site file has no conduit for it.", reason: "no conduit \(zones)")
    case .unlistedFlow:
      return KindWording(
        signature: "Flow \(inZone(facts.destinationZone)) without a conduit",
        summary: "\(from) \(did); no conduit allows it.",
        expected: "Only what a conduit allows \(inZone(facts.destinationZone)): its rule asks for one.",
        reason: "no conduit \(inZone(facts.destinationZone))")
    case .operationNotAllowed:
      return KindWording(
        signature: "\(messageTitle) not allowed \(zones)", summary: "\(from) \(did); the conduit does not allow it.",
        expected: "Only what the conduit \(zones) allows.", reason: "no conduit \(zones) allows it")
    case .valueNotAllowed:
      return KindWording(
        signature: "\(messageTitle) with a value that is not allowed, \(zones)",
        summary: "\(from) \(did); the conduit does not allow this value.",
        expected: "Only the values that the conduit \(zones) allows.")
    case .outsideWindow:
      return KindWording(
        signature: "Traffic \(zones) outside its time window",
        summary: "\(from) \(did), outside the allowed time window.",
        expected: "Traffic \(zones) only within its time window.", reason: "no conduit \(zones) is open at this time")
    case .unknownMAC:
      return KindWording(
        signature: "Device with an unknown MAC address \(inZone(facts.sourceZone))",
        summary:
          "A device with the unlisted MAC address \(finding.source.mac) is active \(inZone(facts.sourceZone)).",
        expected: "Only devices whose MAC address the site file lists \(inZone(facts.sourceZone)).",
        reason: "the site file lists the devices \(inZone(facts.sourceZone)), and this one is not among them")
    case .unknownIP:
      return KindWording(
        signature: "Device with an unknown IP address \(inZone(facts.sourceZone))",
        summary: "The unlisted IP address \(finding.source.ip) is in use \(inZone(facts.sourceZone)).",
        expected: "Only devices whose IP address the site file lists \(inZone(facts.sourceZone)).",
        reason: "the site file lists the devices \(inZone(facts.sourceZone)), and this one is not among them")
    case .wrongZone:
      return KindWording(
        signature: "Known device \(inZone(facts.sourceZone)) in the wrong place",
        summary: "\(facts.source) was seen in a different place than the site file says.",
        expected: "\(facts.source) only in the place given in the site file.",
        reason: "the site file gives a different place for this device")
    case .addressConflict:
      return KindWording(
        signature: "Two devices use the same IP address\(zones(" "))",
        summary: "More than one device\(zones(" ")) uses the IP address of \(facts.source).",
        expected: "One device for each IP address.")
    case .impossibleSource:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary: "A frame to \(to) has a source address that no device has: \(facts.senderAddresses).",
        expected: "A source address that belongs to one device.")
    case .senderChanged:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary: "Another sender uses the address of \(facts.source) towards \(to).",
        expected: "One sender for each address.",
        reason: "all packets of a system are built alike, and these are not")
    case .controllerCommand:
      return KindWording(
        signature: "\(messageTitle) to a controller without a conduit\(zones(", "))",
        summary: "\(from) \(did); no conduit allows it.",
        expected: "Commands to a controller only through a conduit that allows them.",
        reason: "no conduit allows \(action.en) from \(facts.source) to \(facts.destination)")
    case .externalCommunication:
      return KindWording(
        signature: "Traffic \(zones) without a conduit", summary: "\(from) \(did); no conduit allows it.",
        expected: "No traffic \(zones) without a conduit.", reason: "no conduit \(zones)")
    case .newWriter:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))", summary: "\(from) \(did)\(stranger).",
        expected: "Changes only by the stations that usually make them.")
    case .deviceRenamed:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))", summary: "\(from) \(did).",
        expected: "The device keeps its name, or a conduit allows the change.")
    case .clockSetByStranger:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))", summary: "\(from) \(did)\(stranger).",
        expected: "Only the plant's time source sets the clock.")
    case .portScan:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary: "\(from) tried many \(facts.triesProtocols ? "IP protocols" : "ports") of \(to).",
        expected: "A client uses only the \(facts.triesProtocols ? "protocols" : "ports") of the services it needs.")
    case .hostSweep:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary:
          "\(from) tried many addresses "
          + (facts.hasZones ? "\(inZone(facts.destinationZone))." : "one after another."),
        expected: "A client communicates only with the hosts it needs.")
    case .arpSpoofing:
      return KindWording(
        signature: "\(facts.resolution) spoofing\(zones(" "))",
        summary:
          "\(from) claims "
          + (facts.claimed.map { "\($0), the address of another device," } ?? "the addresses of other devices")
          + " by \(facts.resolution).",
        expected: "Each device claims only its own address.")
    case .flood:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary: facts.hasManySenders
          ? "Many senders (at least \(finding.senders)) send \(facts.destination)"
            + "\(facts.hasZones ? place(facts.destinationZone) : "") far more packets than usual"
            + (facts.isSourceNamed ? "; most of the frames come from \(facts.source)." : ".")
          : "\(from) sends \(to) far more packets than usual.",
        expected: "A packet rate that the network was built for.")
    case .tableFlood:
      return KindWording(
        signature: "\(entry.title.en): \(facts.flooded.en)",
        summary: (facts.isSourceNamed ? "\(from) fills" : "Many senders together fill")
          + " the monitor's table of \(facts.flooded.en); entries still in use are evicted.",
        expected: "Tables with room for what is in use.")
    case .functionScan:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary: "\(from) tried one function code or unit after another on \(to).",
        expected: "A client uses only the functions and units that its program needs.")
    case .exceptionBurst:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary: facts.areCommandsRefused
          ? "\(to) refuses one command after another from \(from), at last \(command)."
          : "Many requests between \(from) and \(to) ended in exception responses.",
        expected: "Requests that the device can carry out.")
    case .commandFlood:
      return KindWording(
        signature: "\(entry.title.en)\(zones(" "))",
        summary: "\(from) sends \(to) one command after another, far more often than usual: \(command).",
        expected: "Commands as often as the process needs them.")
    case .malformedMessage:
      return KindWording(
        signature: "Malformed \(facts.service) message\(zones(" "))",
        summary: "\(from) sent \(to) a \(facts.service) message that violates the protocol.",
        expected: "Messages that follow the \(facts.service) specification.")
    case .streamTampering:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))",
        summary: facts.isLate
          ? "Part of the data from \(from) to \(to) arrived after the data that follows it had been inspected."
          : "Data from \(from) to \(to) was sent twice with different content.",
        expected: "A retransmission has the same content.")
    case .unaskedAnswer:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))", summary: "\(from) sent \(to) a response without a request.",
        expected: "Responses only to requests.")
    case .unansweredRequest:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))", summary: "\(to) does not respond to requests from \(from).",
        expected: "A response to each request within 30 seconds.")
    case .mismatchedAnswer:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))",
        summary: "\(from) sent \(to) a response that does not match its request.",
        expected: "A response in the form its request asks for.")
    case .deviceSilent:
      return KindWording(
        signature: "\(entry.title.en)\(facts.hasZones ? place(facts.destinationZone) : "")",
        summary: "\(to) no longer answers, although \(from) asks again and again.",
        expected: "An answer within 30 seconds, the time that a restart may take.",
        reason: "the device answered before, and other devices are still heard")
    case .selectWithoutExecute:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))",
        summary: "\(from) \(did), and neither operated nor cancelled it.",
        expected: "An operate or a cancel within 10 seconds of a select.")
    case .loginFailures:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))", summary: "\(to) refused several logins from \(from).",
        expected: "Logins that succeed.")
    case .passwordGuessing:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))", summary: "\(from) tried many passwords on \(to).",
        expected: "Logins that succeed.")
    case .oneWayVisibility:
      return KindWording(
        signature: "\(entry.title.en)\(zones(", "))",
        summary:
          "The mirror port shows only one direction of connections\(zones(" ")), for example between \(facts.source) "
          + "and \(facts.destination).",
        expected: "Both directions of every connection at the mirror port.")
    }
  }

  /// Why the sender is a stranger: by the site file, or by what was seen before.
  private var stranger: Words {
    facts.hasZones
      ? "; it is not a listed asset, and no conduit allows it" : "; it had not done so before"
  }

  // MARK: By detail

  private var signatureOfDetail: Words? {
    switch (finding.kind, finding.detail) {
    case (_, .noSite): "\(messageTitle) to a controller"
    case (.operationNotAllowed, .refusedService): "Service \(facts.service) not allowed \(zones)"
    case (.operationNotAllowed, .refusedTarget): "\(messageTitle) outside the allowed targets, \(zones)"
    case (_, .refusedValue(let value)) where value.number == nil:
      "\(messageTitle) with a value that could not be read, \(zones)"
    case (.wrongZone, .zone(let expected, let seen)): "Device of \(zone(expected)) seen \(inZone(seen))"
    case (.wrongZone, .vlan(let zone, _)): "Device of \(self.zone(zone)) on a VLAN of another zone"
    case (.wrongZone, .binding): "MAC address of a known device changed \(inZone(facts.sourceZone))"
    default: nil
    }
  }

  private var summaryOfDetail: Words? {
    switch (finding.kind, finding.detail) {
    case (_, .noSite): "\(from) \(did); \(WithoutSite.reason.en)."
    case (_, .refusedValue(let value)):
      "\(from) \(did); "
        + (value.number.map { "\($0.text) is not allowed at \(facts.limited.target)" }
          ?? "the value at \(facts.limited.target) could not be read")
        + ". \(lastSeen(value))"
    case (.wrongZone, .binding(_, let expected, let seen)):
      "\(from): its MAC address changed from \(expected) to \(seen). The device was replaced, or another device uses "
        + "its address."
    case (.deviceSilent, .silence):
      "\(to) no longer answers, although \(from) asks again and again. It was last heard on \(facts.moment)."
    case (.wrongZone, .zone(let expected, let seen)):
      "\(facts.source) belongs to \(zone(expected)) but was seen \(inZone(seen))."
    case (.wrongZone, .vlan(let zone, let seen)):
      "\(facts.source) belongs to \(self.zone(zone)) but was seen on VLAN \(seen), which is not one of that zone."
    case (.addressConflict, .binding(let ip, let expected, let seen)):
      "Two devices\(zones(" ")) use the IP address \(ip): \(expected) and \(seen)."
    case (.senderChanged, .hopLimit(let expected, let seen)):
      "Another sender uses the address of \(facts.source) towards \(to): hop limit \(seen), before \(expected)."
        + (facts.operation == nil ? "" : " It \(did).")
    case (.senderChanged, .identification):
      "Another sender uses the address of \(facts.source) towards \(to): its packets are not counted like those before "
        + "and after them."
    case (.senderChanged, .options(let expected, let seen)):
      "Another sender uses the address of \(facts.source) towards \(to): it opens connections with the TCP options "
        + "\(names(seen)); \(facts.source) with \(names(expected))."
    default: nil
    }
  }

  private var expectedOfDetail: Words? {
    switch finding.detail {
    case .parties, .silence, .rule: nil
    case .noSite: "Commands to controllers only from the stations that may give them."
    case .refusedService(let conduit):
      "\(name(conduit)) allows \(words(context.conduit(conduit)?.services, "services"))."
    case .refusedAction(let conduit):
      "\(name(conduit)) allows \(words(context.conduit(conduit)?.operations, "operations"))."
    case .refusedTarget(let conduit): "\(name(conduit)) allows \(words(context.conduit(conduit)?.targets, "targets"))."
    case .refusedValue(let value):
      "\(name(value.conduit)) allows \(facts.limited.limit) at \(facts.limited.target)."
    case .refusedTime(let conduit, let window):
      "\(name(conduit)) is open only during \(context.window(window).map { "\(short($0.name)) (\(short($0.text)))" } ?? "its window")."
    case .binding(let ip, let expected, _): "\(ip) at MAC address \(expected)."
    case .zone(let expected, _): "\(facts.source) only \(inZone(expected))."
    case .vlan(let zone, _): "\(facts.source) only on VLANs of \(self.zone(zone))."
    case .count(let what, _, let limit, let seconds):
      limit > 1 ? "Fewer than \(limit) \(noun(what))\(within(seconds))." : "No \(noun(what))."
    case .evictions(_, _, let limit, let seconds):
      "Fewer than \(limit) entries still in use evicted from this table\(within(seconds))."
    case .fault(let fault): "\(fault.field): \(allowed(fault))."
    case .overlap(_, .lateSegment): "Each part of a TCP stream before the data that follows it are read."
    case .overlap(_, let what): "The same bytes whenever part of \(overlapped(what)) is sent again."
    case .hopLimit(let expected, _): "Packets of \(facts.source) with hop limit \(expected)."
    case .identification(let expected, _): "IP identifications of \(facts.source) near \(expected)."
    case .options(let expected, _): "SYNs of \(facts.source) with the TCP options \(names(expected))."
    }
  }

  private var seen: Words {
    switch finding.detail {
    case .parties where finding.kind == .unknownMAC:
      "MAC address \(finding.source.mac)"
        + (finding.source.ip.isUnicast ? " with IP address \(finding.source.ip)." : ".")
    case .parties where finding.kind == .unknownIP:
      "IP address \(finding.source.ip)"
        + (finding.source.mac == .none ? "." : " from MAC address \(finding.source.mac).")
    case .parties where finding.kind == .impossibleSource: "\(facts.senderAddresses)."
    case .parties, .noSite, .refusedAction, .refusedTarget, .rule: "\(message)\(way)."
    case .refusedService: "\(facts.service)\(way)."
    case .refusedValue(let value):
      Words(value.number?.text ?? "A value that could not be read") + " at \(facts.limited.target)\(way)"
        + (value.others > 0 ? ", and \(value.others) more in the same message. " : ". ") + lastSeen(value)
    case .refusedTime: "\(message)\(way), on \(facts.moment)."
    case .binding(let ip, _, let seen): "\(ip) at MAC address \(seen)."
    case .zone(_, let seen): "\(facts.source) \(inZone(seen))."
    case .vlan(_, let seen): "\(facts.source) on VLAN \(seen)."
    case .count(let what, let seen, _, let seconds): "\(seen) \(noun(what))\(within(seconds))\(way)."
    case .evictions(let table, let seen, _, let seconds):
      "\(seen) entries still in use evicted from the table of \(table.contents.en)\(within(seconds))"
        + (facts.isSourceNamed ? ", a quarter or more for entries of \(facts.source)." : ".")
    case .fault(let fault):
      "\(fault.field): \(seen(fault)) (\(name(fault.kind)))"
        + (facts.operation.map { ", in \($0.name) (code \($0.code)\($0.subcode))." } ?? ".")
    case .overlap(let bytes, .lateSegment):
      "\(bytes) bytes of a TCP stream that came after the data that follows them had been read."
    case .overlap(let bytes, let what): "\(bytes) bytes of \(overlapped(what)) sent again with different content."
    case .silence(_, let questions, let seconds):
      "\(questions) questions\(within(seconds)) without an answer\(way)."
    case .hopLimit(_, let seen): "Hop limit \(seen)\(way)."
    case .identification(_, let seen): "IP identification \(seen)\(way)."
    case .options(_, let seen): "A SYN with the TCP options \(names(seen))\(way)."
    }
  }

  private func names(_ layout: TCPOptionLayout) -> String {
    layout.names.isEmpty ? "none" : layout.names.joined(separator: ", ")
  }

  private var reasonOfDetail: Words? {
    switch finding.detail {
    case .noSite: Words(WithoutSite.reason.en)
    case .hopLimit: "a system sends its packets with one hop limit, and these have another one"
    case .identification: "a system that counts its packets goes on counting, and these lie apart"
    case .options: "a system opens its connections with the same TCP options, and this one has others"
    case .refusedService(let conduit): "\(name(conduit)) does not allow the service \(facts.service)"
    case .refusedAction(let conduit): "\(name(conduit)) does not allow the operation \(action.en)"
    case .refusedTarget(let conduit):
      "\(name(conduit)) does not allow \(facts.operation?.target ?? "an operation without a target")"
    case .refusedValue(let value):
      value.number == nil
        ? "\(name(value.conduit)) limits the values of \(facts.limited.target), and this one could not be read"
        : "\(name(value.conduit)) does not allow this value at \(facts.limited.target)"
    case .refusedTime(let conduit, _): "\(name(conduit)) is closed at this time"
    case .binding where finding.kind == .wrongZone: "the site file lists a different MAC address for this device"
    default: nil
    }
  }

  // MARK: Who and where

  private var from: Words { facts.source + (facts.hasZones ? place(facts.sourceZone) : "") }
  /// The destination; its zone only where it is not the source's, which was named before.
  var to: Words {
    facts.destination
      + (facts.hasZones && facts.sourceZone != facts.destinationZone ? place(facts.destinationZone) : "")
  }
  /// Who to whom; a finding may have no single source or destination.
  private var way: Words {
    if !facts.hasManySenders, facts.isSourceNamed, facts.isDestinationNamed {
      return ", from \(facts.source) to \(facts.destination)"
    }
    let from: Words =
      facts.hasManySenders
      ? ", from at least \(finding.senders) senders" : facts.isSourceNamed ? ", from \(facts.source)" : ""
    return facts.isDestinationNamed ? "\(from) to \(facts.destination)" : from
  }

  private func zone(_ id: ZoneID) -> Words {
    id == .external ? "outside the plant" : "zone \(context.zoneName(id))"
  }
  private func inZone(_ id: ZoneID) -> Words { id == .external ? "outside the plant" : "in \(zone(id))" }
  private func place(_ id: ZoneID) -> Words { " " + inZone(id) }
  private var zones: Words {
    facts.sourceZone == facts.destinationZone
      ? inZone(facts.sourceZone) : "from \(zone(facts.sourceZone)) to \(zone(facts.destinationZone))"
  }
  /// The same after a text, where there are zones.
  private func zones(_ separator: Words) -> Words { facts.hasZones ? separator + zones : "" }
}
