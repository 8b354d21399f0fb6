// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// The parts of a sentence that are the same in every language: names, addresses, services, operations.
final class Facts {
  let finding: Finding
  let context: AlertContext
  /// An asset with its address, else the address.
  let source: Words
  let destination: Words
  let service: String
  let operation: OperationFacts?
  /// When it was seen, by the wall clock of the site; of a silent device, when it was last heard; of a value, when the
  /// last one before was seen.
  let moment: String
  /// The protocol that gives addresses to devices here.
  let resolution: String
  /// Of a value that is not allowed: its target, and what is allowed there.
  let limited: (target: Words, limit: Words)
  /// Without a site file there are no zones.
  var hasZones: Bool { !context.zones.isEmpty }
  var sourceZone: ZoneID { finding.source.party.zone }
  var destinationZone: ZoneID { finding.destination.party.zone }
  /// Part of a stream that came too late to be read.
  var isLate: Bool { if case .overlap(_, .lateSegment) = finding.detail { true } else { false } }
  /// A scan of IP protocols, not of ports.
  var triesProtocols: Bool { if case .count(.protocols, _, _, _) = finding.detail { true } else { false } }
  /// The requests that a device refuses are commands.
  var areCommandsRefused: Bool { if case .count(.refusedCommands, _, _, _) = finding.detail { true } else { false } }
  /// None of the senders of a flood sent most of it; the source is then at most the station of their frames.
  var hasManySenders: Bool { finding.senders > 0 }
  /// Of what a table is filled; empty for other findings.
  var flooded: Bilingual {
    if case .evictions(let table, _, _, _) = finding.detail { table.contents } else { Bilingual("entries", "項目") }
  }
  /// A sweep has no single target, a flood with forged senders no single source.
  var isSourceNamed: Bool { Facts.isNamed(finding.source) }
  var isDestinationNamed: Bool { Facts.isNamed(finding.destination) }

  /// `knownName` is the name the destination reported before.
  init(_ finding: Finding, _ context: AlertContext, _ shown: borrowing ShownValues, moment: String, knownName: String?)
  {
    self.finding = finding
    self.context = context
    self.moment = moment
    limited = Facts.limited(finding, context, shown)
    let claimed = finding.kind == .arpSpoofing ? finding.claimed : finding.source.ip
    resolution =
      switch finding.ipProtocol {
      case IPProtocol.vrrp.rawValue where finding.kind == .arpSpoofing: "VRRP"
      case IPProtocol.udp.rawValue where finding.kind == .arpSpoofing:
        finding.destination.port == VirtualRouters.glbpPort ? "GLBP" : "HSRP"
      default: claimed == .none || claimed.isV4 ? "ARP" : "Neighbor Discovery"
      }
    // A spoofing device is known by its MAC address, and perhaps by an address of its own.
    source =
      finding.kind == .arpSpoofing && finding.source.ip != .none
      ? "\(finding.source.mac) (\(Facts.name(finding.source, context)))" : Facts.name(finding.source, context)
    destination = Facts.name(finding.destination, context)
    service = Facts.service(finding, context)
    operation =
      if let operation = finding.operation {
        OperationFacts(
          operation, shown, context.language, protocolName: context.protocolName(operation.dissector),
          knownName: knownName)
      } else {
        nil
      }
  }

  /// The address that a spoofer claims; nil if it claims many.
  var claimed: Words? {
    if case .count(.claimedAddresses, _, _, _) = finding.detail { return nil }
    return finding.claimed == .none ? nil : "\(finding.claimed)"
  }

  /// The source of a frame as it was sent, with MAC and IP address.
  var senderAddresses: Words {
    finding.source.ip == .none && finding.ipProtocol == nil
      ? "MAC \(finding.source.mac)" : "MAC \(finding.source.mac), IP \(finding.source.ip)"
  }

  private static func isNamed(_ end: Endpoint) -> Bool { end.ip != .none || end.mac != .none }

  static func name(_ end: Endpoint, _ context: AlertContext) -> Words {
    let address: Words = end.ip != .none ? "\(end.ip)" : end.mac != .none ? "\(end.mac)" : "0.0.0.0"
    guard let asset = context.asset(end.party.asset) else { return address }
    return "\(short(asset.name)) (\(address))"
  }

  private static func service(_ finding: Finding, _ context: AlertContext) -> String {
    let name = context.protocolName(finding.operation?.dissector ?? finding.dissector)
    if name != "failed" { return name }
    guard let ipProtocol = finding.ipProtocol else { return "Ethernet" }
    let transport = Records.protocolName(ipProtocol)
    guard Records.hasPorts(ipProtocol), finding.destination.port != 0 else { return transport }
    return "\(transport.lowercased())/\(finding.destination.port)"
  }

  private static func limited(
    _ finding: Finding, _ context: AlertContext, _ shown: borrowing ShownValues
  ) -> (target: Words, limit: Words) {
    guard case .refusedValue(let value) = finding.detail else { return ("", "") }
    let limits = context.conduit(value.conduit)?.limits ?? []
    let unit = unitWords(
      finding.operation?.unit ?? -1, protocolName: context.protocolName(finding.operation?.dissector ?? .none),
      context.language)
    return (
      Words(short(OperationFacts.text(value.target, name: shown.name)))
        + (unit.map { context.language == .ja ? "（\($0)）" : " (\($0))" } ?? ""),
      limits.indices.contains(value.limit) ? Words(short(limits[value.limit], limit: 160)) : ""
    )
  }

  /// At most six words of a list of the site file.
  static func list(_ words: [String]) -> String {
    words.prefix(6).map { short($0) }.joined(separator: ", ") + (words.count > 6 ? ", …" : "")
  }

  /// Codes, checksums and magic numbers in hexadecimal, as the standards write them.
  static func number(_ value: UInt64, _ fault: Fault) -> Words {
    switch fault.kind {
    case .code, .checksum, .framing: value < 10 ? "\(value)" : "0x\(String(value, radix: 16, uppercase: true))"
    case .length, .quantity, .value, .range, .truncated, .missing: "\(value)"
    }
  }
}

/// What an operation does, to which target, with which values.
final class OperationFacts {
  let action: Action
  let phase: Phase
  let isFetch: Bool
  /// The standard's name with the native detail: `PLC Stop P_PROGRAM`.
  let name: Words
  /// The native function code, and its sub-function: `43/14`.
  let code: UInt32
  /// `/14`; empty where there is none.
  let subcode: Words
  /// `holding-register 100-101`; nil where the message names none.
  let target: Words?
  /// How many further targets the message has.
  let furtherTargets: Int
  /// The first values that the message writes: `4, 7`; nil where it holds none.
  let values: String?
  /// What was there before, in the same form; nil where that is not known.
  let before: String?
  let unit: Words?
  /// The new name of a station, and the one it reported before; nil where nothing is renamed.
  let newName: String?
  let oldName: String?

  /// How many values a sentence names.
  private static let valueLimit = 8

  init(
    _ operation: Operation, _ shown: borrowing ShownValues, _ language: Language, protocolName: String,
    knownName: String?
  ) {
    action = operation.action
    phase = operation.phase
    isFetch = operation.isFetch
    name = "\(operation.name)\(shown.detail.map { " " + short($0) } ?? "")"
    code = operation.code
    subcode = operation.subcode >= 0 ? "/\(operation.subcode)" : ""
    unit = unitWords(operation.unit, protocolName: protocolName, language)
    let isRenaming = operation.action == .configure && operation.target.area == .station
    newName = isRenaming ? short(shown.name ?? "") : nil
    // A device that reports its new name already has no known old one.
    oldName = isRenaming && knownName != shown.name ? knownName.map { short($0) } : nil
    let hasWritten = operation.written != .none
    let changed = hasWritten ? operation.written : operation.target
    target =
      changed == .none || isRenaming
      ? nil : Words(short(OperationFacts.text(changed, name: hasWritten ? nil : shown.name)))
    furtherTargets = shown.furtherTargets
    values = operation.action.isValueChange ? OperationFacts.list(shown.values, of: shown.count) : nil
    before =
      values != nil && shown.before.count == shown.values.count
      ? OperationFacts.list(shown.before.map { .number($0) }, of: shown.count) : nil
  }

  private static func list(_ values: [ShownValue], of count: Int) -> String? {
    guard !values.isEmpty else { return nil }
    return values.prefix(valueLimit).map { short($0.text) }.joined(separator: ", ") + (count > valueLimit ? ", …" : "")
  }

  /// The notation of site files, with a word where two numbers alone would be unclear.
  fileprivate static func text(_ target: Target, name: String?) -> String {
    switch target.area {
    case .node: name ?? ""
    case .object: "class \(target.number) instance \(target.address)"
    case .group where target.count < .max:
      "group \(target.number) index \(target.address)" + (target.count > 1 ? "-\(lastAddress(of: target))" : "")
    case .dcpBlock: "DCP option \(target.number)/\(target.address)"
    default: target.notation(name: name)
    }
  }

  private static func lastAddress(of target: Target) -> UInt64 { target.address &+ UInt64(target.count) &- 1 }
}
