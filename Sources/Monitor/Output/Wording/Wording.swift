// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// What an alert says in sentences: what was seen, what was expected, and why it matters here.
struct Wording {
  let signature: String
  let summary: String
  let expected: String
  let seen: String
  let reason: String

  /// `time` is the finding's time in the site's zone. `isRest` speaks of all further findings of the kind in this
  /// window.
  init(_ finding: Finding, _ context: AlertContext, _ shown: ShownValues, isRest: Bool, time: String) {
    let facts = Facts(finding, context, shown, time: time)
    let entry = Catalogue.entry(finding.kind)
    switch (context.language, isRest) {
    case (.en, false): self = English(facts, entry).wording
    case (.ja, false): self = Japanese(facts, entry).wording
    case (.en, true):
      self.init(
        signature: "Further findings: \(entry.title.en)",
        summary:
          "Further findings of the kind \(entry.id), of other parties than those reported; the first: \(facts.source) to "
          + "\(facts.destination).",
        expected:
          "No more than \(Aggregation.newAlerts) new alerts of one kind in \(Aggregation.windowMinutes) minutes.",
        seen: "More; these are counted here and not reported one by one.",
        reason: "so many parties at once point to one common cause")
    case (.ja, true):
      self.init(
        signature: "同種の検知（続き）: \(entry.title.ja)",
        summary: "個別に通知した以外の当事者間で、\(entry.id)がさらに検知されました。最初のものは\(facts.source)から\(facts.destination)です。",
        expected: "同種の新規アラートは\(Aggregation.windowMinutes)分間に\(Aggregation.newAlerts)件以内。",
        seen: "上限を超えたため、個別には通知せず、ここで件数のみ数えています。",
        reason: "多数の当事者に同時に発生しており、共通の原因が疑われます")
    }
  }

  init(signature: String, summary: String, expected: String, seen: String, reason: String) {
    self.signature = signature
    self.summary = summary
    self.expected = expected
    self.seen = seen
    self.reason = reason
  }
}

/// The parts of a sentence that are the same in every language: names, addresses, services, operations.
struct Facts {
  let finding: Finding
  let context: AlertContext
  /// An asset with its address, else the address.
  let source: String
  let destination: String
  let sourceZone: String
  let destinationZone: String
  let service: String
  /// `Write Multiple Registers (write, code 16)`.
  let operation: String?
  /// `holding-register 100-101, unit 1`.
  let target: String?
  let time: String
  /// By which protocol addresses are resolved here.
  let resolution: String
  /// Without a site file there are no zones to speak of.
  var hasZones: Bool { !context.zones.isEmpty }
  /// A part of a stream that came too late to be read.
  var isLate: Bool { if case .overlap(_, .lateSegment) = finding.detail { true } else { false } }
  /// A sweep has no one target, a flood with forged senders no one source.
  var isSourceNamed: Bool { Facts.isNamed(finding.source) }
  var isDestinationNamed: Bool { Facts.isNamed(finding.destination) }

  init(_ finding: Finding, _ context: AlertContext, _ shown: ShownValues, time: String) {
    self.finding = finding
    resolution = finding.source.ip == .none || finding.source.ip.isV4 ? "ARP" : "Neighbor Discovery"
    self.context = context
    self.time = time
    // Who spoofs is known by its MAC address only; the IP address is somebody else's.
    source =
      finding.kind == .arpSpoofing
      ? "\(finding.source.mac) (\(Facts.name(finding.source, context)))" : Facts.name(finding.source, context)
    destination = Facts.name(finding.destination, context)
    sourceZone = context.zoneName(finding.source.party.zone)
    destinationZone = context.zoneName(finding.destination.party.zone)
    service = Facts.service(finding, context)
    operation = finding.operation.map { operation in
      let subcode = operation.subcode >= 0 ? "/\(operation.subcode)" : ""
      let detail = shown.detail.map { " " + short($0) } ?? ""
      return "\(operation.name)\(detail) (\(operation.action.word), code \(operation.code)\(subcode))"
    }
    target = finding.operation.flatMap { Facts.target($0, shown) }
  }

  /// What stands for itself (a code, a check sum, a magic number) as the standard writes it: in hexadecimal.
  static func number(_ value: UInt64, _ fault: Fault) -> String {
    switch fault.kind {
    case .code, .checksum, .framing: value < 10 ? "\(value)" : "0x" + String(value, radix: 16, uppercase: true)
    case .length, .quantity, .value, .range, .truncated, .missing: "\(value)"
    }
  }

  private static func isNamed(_ end: Endpoint) -> Bool { end.ip != .none || end.mac != .none }

  private static func name(_ end: Endpoint, _ context: AlertContext) -> String {
    let address =
      end.ip != .none ? end.ip.description : end.mac != .none ? end.mac.description : "0.0.0.0"
    guard let asset = context.asset(end.party.asset) else { return address }
    return "\(short(asset.name)) (\(address))"
  }

  private static func service(_ finding: Finding, _ context: AlertContext) -> String {
    let name = context.protocolName(finding.operation?.dissector ?? finding.dissector)
    if name != "failed" { return name }
    guard finding.ipProtocol != 255 else { return "Ethernet" }
    let transport = Records.protocolName(finding.ipProtocol)
    guard Records.hasPorts(finding.ipProtocol), finding.destination.port != 0 else { return transport }
    return "\(transport.lowercased())/\(finding.destination.port)"
  }

  private static func target(_ operation: Operation, _ shown: ShownValues) -> String? {
    let written = operation.written != .none ? operation.written : operation.target
    var parts: [String] = []
    if written != .none {
      parts.append(short(written.notation(name: operation.written != .none ? nil : shown.name)))
      if shown.targetsCount > 1 { parts[0] += " (+\(shown.targetsCount - 1))" }
    }
    if operation.unit >= 0 { parts.append("unit \(operation.unit)") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// The zone of `id` with its title where it has one.
  func zone(_ id: ZoneID) -> String { context.zoneName(id) }

  /// At most six words of a list of the site file.
  static func list(_ words: [String]) -> String {
    words.prefix(6).map(short).joined(separator: ", ") + (words.count > 6 ? ", …" : "")
  }
}
