// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// The words of which sentences are made.
extension English {
  // MARK: What was done

  var action: Bilingual { finding.operation?.action.name ?? Bilingual(facts.service, facts.service) }
  var messageTitle: Words {
    let text = finding.operation.map { Words($0.action.message) } ?? "\(facts.service) message"
    return text.capitalized
  }

  /// What the source did to the destination: `wrote 4, 7 to holding-register 100-101 of plc-1`.
  var did: Words {
    guard let operation = facts.operation else { return "communicated over \(facts.service) with \(to)" }
    let target = target(operation)
    let of: Words? = target.map { "\($0) of \(to)" }
    switch operation.action {
    case .write:
      guard let values = operation.values else { return "wrote to \(of ?? to)" }
      guard let before = operation.before else { return "wrote \(values) to \(of ?? to)" }
      return before == values
        ? "wrote \(values) to \(of ?? to), as before" : "changed \(of ?? to) from \(before) to \(values)"
    case .read: return target.map { "read \($0) of \(to)" } ?? "read data from \(to)"
    case .operate:
      let value: Words = operation.values.map { " (value \($0)\(before(operation)))" } ?? ""
      switch operation.phase {
      case .select: return "selected \(of ?? "an object of \(to)") for operation\(value)"
      case .cancel: return "cancelled the selection of \(of ?? "an object of \(to)")"
      case .none, .execute: return "operated \(of ?? "an object of \(to)")\(value)"
      }
    case .clock: return "set the clock of \(to)"
    case .configure:
      guard let name = operation.newName else { return "changed the configuration of \(to): \(native(operation))" }
      return "renamed \(to) " + (operation.oldName.map { "from \($0) to \(name)" } ?? "to \(name)")
    case .program where operation.isFetch: return "read the program of \(to): \(native(operation))"
    case .identify, .session, .diagnose, .report, .state, .program, .firmware, .file, .authenticate, .unknown:
      let message = operation.action.message
      let article = message.hasPrefix("i") || message.hasPrefix("u") ? "an" : "a"
      return "sent \(article) \(message) to \(to): \(native(operation))"
    }
  }

  /// Of a value that is not allowed: what was there.
  func lastSeen(_ value: RefusedValue) -> Words {
    value.last.map { "The last value seen there: \($0.text), on \(facts.moment)." }
      ?? "No value was seen there before."
  }

  func before(_ operation: OperationFacts) -> Words { operation.before.map { ", before \($0)" } ?? "" }

  /// The target with what is in the message beside it.
  func target(_ operation: OperationFacts) -> Words? {
    operation.target.map { target in
      target + (operation.furtherTargets > 0 ? " and \(operation.furtherTargets) more" : "")
        + (operation.unit.map { " (\($0))" } ?? "")
    }
  }

  /// The message by the standard's name: `Request download, block DB1`.
  func native(_ operation: OperationFacts) -> Words {
    operation.target.map { "\(operation.name), \($0)" } ?? operation.name
  }

  /// A command that comes again and again: `Write Single Register, holding-register 20`.
  var command: Words { facts.operation.map(native) ?? "\(facts.service) messages" }

  /// The message as evidence: `Write Multiple Registers (code 16), holding-register 100-101 = 4, 7`.
  var message: Words {
    guard let operation = facts.operation else { return Words(facts.service) }
    var message: Words = "\(operation.name) (code \(operation.code)\(operation.subcode))"
    if let name = operation.newName { message += ", new name \(name)" }
    if let target = operation.target {
      message += ", \(target)"
      if operation.furtherTargets > 0 { message += " and \(operation.furtherTargets) more" }
      if let values = operation.values { message += " = \(values)" }
    }
    if let unit = operation.unit { message += ", \(unit)" }
    return message
  }

  // MARK: Words

  func name(_ conduit: Int) -> Words {
    context.conduit(conduit).map { "The conduit \(short($0.from)) → \(short($0.to))" } ?? "The conduit"
  }

  func words(_ list: [String]?, _ what: Words) -> Words {
    guard let list, !list.isEmpty else { return "other \(what)" }
    return "only the \(what) \(Facts.list(list))"
  }

  func within(_ seconds: Int) -> Words {
    seconds > 0 ? " within \(Language.en.period(seconds: seconds))" : ""
  }

  func noun(_ what: Finding.Counted) -> Words {
    switch what {
    case .ports: "ports of one host tried without success"
    case .protocols: "IP protocols of one host tried without success"
    case .hosts: "hosts tried without success"
    case .claimedAddresses: "IP addresses claimed by one MAC address"
    case .addressFlips: "moves of one IP address between MAC addresses"
    case .gratuitousClaims: "unsolicited \(facts.resolution) claims"
    case .synPackets: "TCP connection requests (SYN)"
    case .tcpPackets: "TCP segments that belong to no connection"
    case .icmpPackets: "ICMP packets"
    case .udpPackets: "UDP packets"
    case .broadcasts: "broadcasts"
    case .functionCodes: "different function codes"
    case .units: "different units"
    case .exceptions: "exception responses"
    case .commands: "commands by one function"
    case .refusedCommands: "refused commands"
    case .answers: "responses of this sort"
    case .requests: "requests without a response"
    case .oneWayConnections: "connections seen in one direction only"
    case .logins: "refused logins"
    }
  }

  func overlapped(_ what: Overlap) -> Words {
    switch what {
    case .tcpStream, .lateSegment: "a TCP stream"
    case .ipFragments: "a fragmented IP datagram"
    }
  }

  func allowed(_ fault: Fault) -> Words {
    if fault.kind == .missing { return "present" }
    if fault.least > fault.most { return "a value listed in the \(facts.service) specification" }
    if fault.least == fault.most { return Facts.number(fault.least, fault) + bytes(fault) }
    if fault.kind == .truncated { return "at least \(fault.least) bytes" }
    return "\(Facts.number(fault.least, fault)) to \(Facts.number(fault.most, fault))"
  }
  func seen(_ fault: Fault) -> Words {
    fault.kind == .missing ? "absent" : Facts.number(fault.seen, fault) + bytes(fault)
  }
  func bytes(_ fault: Fault) -> Words { fault.kind == .truncated ? " bytes" : "" }

  func name(_ kind: Fault.Kind) -> Words {
    switch kind {
    case .length: "contradictory length"
    case .quantity: "quantity out of range"
    case .value: "forbidden value"
    case .code: "reserved or unknown code"
    case .range: "address range beyond the end of its area"
    case .checksum: "wrong checksum"
    case .framing: "not a message of this protocol"
    case .truncated: "message cut short"
    case .missing: "missing field"
    }
  }
}
