// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// What makes two findings the same alert: kind, parties, and what distinguishes one cause from another between them.
struct AlertKey: TableKey {
  let source: UInt128
  let destination: UInt128
  let kind: UInt16
  private(set) var cause: AlertCause

  /// The same for a flow to a service that answered.
  func ofService(_ finding: Finding) -> AlertKey {
    var key = self
    key.cause.set(service: finding.service)
    return key
  }

  init(_ finding: Finding) {
    kind = finding.kind.rawValue
    switch finding.kind {
    case .unknownMAC:
      // A device, with however many addresses.
      source = AlertKey.source(finding)
      destination = 0
      cause = AlertCause()
    case .arpSpoofing:
      // The device that spoofs and the address that it claims, towards however many others; one that claims many
      // addresses is one alert.
      source = AlertKey.source(finding)
      if case .count(.claimedAddresses, _, _, _) = finding.detail {
        destination = 0
      } else {
        destination = finding.claimed.bits
      }
      cause = AlertCause()
    case .deviceSilent:
      // The device, whoever notices.
      source = 0
      destination = AlertKey.party(finding.destination)
      cause = AlertCause()
    case .oneWayVisibility:
      // The mirror port is, for the connections of two zones; not each of them.
      source = UInt128(finding.source.party.zone.rawValue)
      destination = UInt128(finding.destination.party.zone.rawValue)
      cause = AlertCause()
    default:
      source = AlertKey.source(finding)
      destination = AlertKey.party(finding.destination)
      cause = AlertCause(finding)
    }
  }

  /// Who is meant: the address, or the device where its address is what is wrong or unknown.
  static func source(_ finding: Finding) -> UInt128 {
    switch finding.kind {
    case .unknownMAC, .impossibleSource, .arpSpoofing: party(Endpoint(mac: finding.source.mac))
    default: party(finding.source)
    }
  }

  /// An IP address, else the MAC address in a part of the address space no host has (ffff::/16).
  static func party(_ end: Endpoint) -> UInt128 {
    end.ip != .none ? end.ip.bits : UInt128(0xFFFF) << 112 | UInt128(end.mac.rawValue)
  }

  func hash(seed: UInt64) -> UInt64 {
    var hash = mix(seed, UInt64(truncatingIfNeeded: source >> 64))
    hash = mix(hash, UInt64(truncatingIfNeeded: source))
    hash = mix(hash, UInt64(truncatingIfNeeded: destination >> 64))
    hash = mix(hash, UInt64(truncatingIfNeeded: destination))
    let words = cause.words
    for place in words.indices { hash = mix(hash, words[place]) }
    return mix(hash, UInt64(kind))
  }

  /// The alert's identifier: the same in every run over the same packets.
  func identifier(first: Int64, sort: UInt8) -> UInt128 {
    var bytes = TextBuffer(capacity: 128)
    bytes.append(sort)
    bytes.append(bigEndian: UInt64(kind), octets: 2)
    for end in [source, destination] {
      bytes.append(bigEndian: UInt64(truncatingIfNeeded: end >> 64), octets: 8)
      bytes.append(bigEndian: UInt64(truncatingIfNeeded: end), octets: 8)
    }
    let words = cause.words
    for place in words.indices { bytes.append(bigEndian: words[place], octets: 8) }
    bytes.append(bigEndian: UInt64(bitPattern: first), octets: 8)
    var identifier: UInt128 = 0
    let digest = Digest.sha256(bytes.bytes)
    for place in 0..<16 { identifier = identifier << 8 | UInt128(digest?[place] ?? bytes.bytes.u8(place)) }
    return identifier
  }
}

/// What distinguishes findings of one kind between the same parties. Fields are compared one by one: none shares its
/// bits with another, and nothing that comes from the network is only a hash.
struct AlertCause: Equatable {
  private enum Sort: UInt8 {
    case kind, command, service, action, target, time, binding, zone, vlan, count, fault, overlap, hopLimit, evictions
    case identification, options, value, unreadValue, rule
  }
  private var sort = Sort.kind
  /// The operation's action, 0 without one.
  private var action: UInt8 = 0
  /// A conduit, a zone or a VLAN; what is counted or violated.
  private var number: UInt64 = 0
  /// Commands to a controller: which one.
  private var code: UInt64 = 0
  private var name: UInt32 = 0
  private var ip = IPAddress.none
  private var expected = MACAddress.none
  private var seen = MACAddress.none

  init() {}

  init(_ finding: Finding) {
    switch finding.detail {
    case .rule(let place):
      (sort, number) = (.rule, AlertCause.word(Int(place)))
      setCommand(.rule, finding.operation)
    case .parties:
      if finding.kind == .controllerCommand || finding.isOfZones && finding.isIntervention {
        setCommand(.command, finding.operation)
      }
    case .noSite: setCommand(.command, finding.operation)
    case .refusedService(let conduit):
      (sort, number) = (.service, AlertCause.word(conduit))
      if finding.isIntervention { setCommand(.service, finding.operation) }
    case .refusedAction(let conduit):
      number = AlertCause.word(conduit)
      setCommand(.action, finding.operation)
    case .refusedTarget(let conduit):
      number = AlertCause.word(conduit)
      setCommand(.target, finding.operation)
    case .refusedTime(let conduit, _):
      (sort, number) = (.time, AlertCause.word(conduit))
      if finding.isIntervention { setCommand(.time, finding.operation) }
    case .refusedValue(let value):
      sort = value.number == nil ? .unreadValue : .value
      let target = value.target
      number = target.address
      let unit = UInt64(bitPattern: finding.operation?.unit ?? -1) &+ 1
      code = UInt64(target.area.rawValue) << 48 | UInt64(UInt8(bitPattern: target.bit)) << 40 | unit & 0xFF_FFFF_FFFF
      // What has a name has no number beside it, but the attribute of a node, whose values are not limited.
      name = target.name == .none ? target.number : target.name.rawValue
    case .binding(let ip, let expected, let seen):
      sort = .binding
      (self.ip, self.expected, self.seen) = (ip, expected, seen)
    case .zone(_, let seen): (sort, number) = (.zone, UInt64(seen.rawValue))
    case .vlan(_, let seen): (sort, number) = (.vlan, UInt64(seen))
    case .count(let what, _, _, _):
      (sort, number) = (.count, UInt64(what.rawValue))
      // Floods of two functions are two.
      if what == .commands { code = finding.operation.map { UInt64($0.code) + 1 } ?? 0 }
    case .fault(let fault):
      (sort, number) = (.fault, UInt64(fault.kind.rawValue))
      if fault.field.hasPointerRepresentation { code = AlertCause.hash(fault.field) }
    case .overlap(_, let what): (sort, number) = (.overlap, UInt64(what.rawValue))
    case .silence: break
    // Whoever chooses hop limits at random is one sender.
    case .hopLimit: sort = .hopLimit
    case .identification: sort = .identification
    case .options: sort = .options
    case .evictions(let table, _, _, _): (sort, number) = (.evictions, UInt64(table.rawValue))
    }
  }

  /// Commands to a controller are distinguished: a stop is not a repetition of a start. A program transfer takes many
  /// steps, and is a download or an upload.
  private mutating func setCommand(_ sort: Sort, _ operation: Operation?) {
    self.sort = sort
    guard let operation else { return }
    action = operation.action.rawValue + 1
    switch operation.action {
    case .program: code = operation.isFetch ? 2 : 1
    case .state, .firmware, .configure:
      code = UInt64(operation.code) + 1
      name = operation.detail.rawValue
    // What is changed in one area is one deed: coils are not holding registers, nor is one data block another.
    case .write, .operate: code = UInt64(operation.target.area.rawValue) << 32 | UInt64(operation.target.number)
    default: break
    }
  }

  /// The same about a flow that was answered: what is offered there is what distinguishes it. `service` has 24 bits.
  mutating func set(service: UInt32) { number = number & 0xFFFF_FFFF | UInt64(service) << 32 | 1 << 56 }

  /// A field's name by its contents, since its place differs from run to run. The names are ours.
  private static func hash(_ text: StaticString) -> UInt64 {
    var hash: UInt64 = 1
    for byte in text.description.utf8 { hash = mix(hash, UInt64(byte) + 1) }
    return hash
  }
  private static func word(_ index: Int) -> UInt64 { UInt64(truncatingIfNeeded: index) }

  /// Everything in it, for the hash and for the alert's identifier.
  var words: InlineArray<8, UInt64> {
    [
      UInt64(sort.rawValue) << 8 | UInt64(action), number, code, UInt64(name), ip.high, ip.low, expected.rawValue,
      seen.rawValue,
    ]
  }
}

extension Finding {
  /// No conduit leads from its source to its destination.
  fileprivate var isOfZones: Bool {
    switch kind {
    case .crossZoneFlow, .externalCommunication, .unlistedFlow: true
    default: false
    }
  }

  /// About a flow that is not allowed, or about what is merely read in it. Attempts of one station at another are one
  /// alert; each service that answers is one of its own.
  var isOfFlow: Bool {
    if isIntervention { return false }
    switch detail {
    case .parties: return isOfZones
    case .refusedService, .refusedTime: return true
    default: return false
    }
  }

  /// The transport and the port of the server, as a number.
  var service: UInt32 {
    let number = ipProtocol ?? 0
    // In place of ports, ICMP has types and codes.
    let isICMP = number == IPProtocol.icmp.rawValue || number == IPProtocol.icmpv6.rawValue
    return UInt32(number) << 16 | (isICMP ? 0 : UInt32(destination.port))
  }

  /// Both ends have been heard, and the one that was asked did not refuse.
  var isAnswered: Bool { isAnswer || flow?.isMutual ?? false }
}
