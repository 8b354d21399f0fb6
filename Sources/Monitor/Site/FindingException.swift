// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// One entry of `exceptions`: findings of some kinds, about some parties, that are known and give no alert until a day.
/// They are counted (`Muting`).
package struct FindingException: Sendable {
  /// Whom it names.
  package enum End: Hashable, Sendable {
    case any
    case zone(ZoneID)
    case asset(AssetID)
    /// An address is a network of one.
    case network(Network)
    /// One that the site file lists for no asset.
    case mac(MACAddress)
  }

  package var kinds: [FindingKind]
  /// Of kinds that are about one device (`FindingKind.isOfDevice`), the device; empty otherwise.
  package var device: [End] = []
  /// Of the others, who does it and to whom; empty: any.
  package var from: [End] = []
  package var to: [End] = []
  /// By transport and port; empty: any.
  package var services: [ServicePattern] = []
  /// Bits of `Action.rawValue`; nil without `operations` in the file: what changes nothing.
  package var actions: UInt16?
  /// Functions besides these actions.
  package var functions: [FunctionPattern] = []
  package var reason = ""
  /// For people: a responder's name, or the text of the file.
  package var owner = ""
  /// Index in `Site.responders`, where the owner is one.
  package var responder: Int?
  /// Nanoseconds since 1970: the first moment at which it no longer holds.
  package var until: Int64
  /// The same as the file has it.
  package var untilWord: String
  /// Line of the file, from 1.
  package let line: Int
  /// Where its end is given: line and column from 1, and the field, such as `exceptions[0].until`.
  package var untilPlace: (line: Int, column: Int, path: String)

  package init(kinds: [FindingKind], until: Int64, untilWord: String, line: Int) {
    self.kinds = kinds
    self.until = until
    self.untilWord = untilWord
    self.line = line
    untilPlace = (line, 1, "")
  }

  /// Whether it still holds, by the packets' time.
  package func holds(at time: Int64) -> Bool { time < until }

  /// What changes nothing. The rest, functions that are not known among it, is muted only where `operations` names it.
  static let harmless: UInt16 = [Action.read, .report, .identify, .session, .diagnose].reduce(0) { $0 | $1.bit }
}

extension FindingKind {
  /// Says that the monitor does not see everything, is kept from it, or may have read something else than the receiver
  /// did. No exception covers that: under it, everything else could be hidden.
  package var isOfMonitor: Bool {
    switch self {
    case .oneWayVisibility, .tableFlood, .streamTampering: true
    default: false
    }
  }

  /// About one device, whoever else is involved.
  package var isOfDevice: Bool {
    switch self {
    case .unknownIP, .deviceSilent: true
    default: isOfMAC
    }
  }

  /// Says that an address is used by a device that it does not belong to, or by one that is not known: so the device
  /// is named by its MAC address, and an address proves nothing.
  package var isOfMAC: Bool {
    switch self {
    case .unknownMAC, .wrongZone, .addressConflict, .arpSpoofing, .impossibleSource, .senderChanged: true
    default: false
    }
  }

  /// Its findings may name an operation.
  package var hasOperation: Bool {
    switch self {
    case .hostSweep, .portScan, .flood, .streamTampering, .tableFlood, .oneWayVisibility, .senderChanged:
      self == .senderChanged
    default: !isOfDevice
    }
  }

  /// Each of its findings is about an operation that changes something.
  package var needsOperations: Bool { self == .controllerCommand || self == .commandFlood }

  /// The kind says what was done, or is about a fault in a message whose operation is judged by itself: no exception
  /// has to name the operation.
  var impliesOperation: Bool {
    switch self {
    case .newWriter, .deviceRenamed, .clockSetByStranger, .selectWithoutExecute, .loginFailures, .passwordGuessing,
      .malformedMessage, .unaskedAnswer, .unansweredRequest, .mismatchedAnswer, .exceptionBurst, .functionScan:
      true
    default: false
    }
  }

  /// About one service, by its port.
  package var hasService: Bool {
    switch self {
    case .portScan, .flood: false
    default: !isOfDevice
    }
  }
}

/// What an exception is asked about: a finding, or one that `site explain` predicts.
package struct Sighting {
  package struct End {
    package var party: Party
    /// `none` where it has none, or where none is known.
    package var ip = IPAddress.none
    package var mac = MACAddress.none
    package init(party: Party, ip: IPAddress = .none, mac: MACAddress = .none) {
      self.party = party
      self.ip = ip
      self.mac = mac
    }
  }
  package let kind: FindingKind
  package var source: End
  package var destination: End
  package var service = Service(ipProtocol: nil, port: 0, dissector: .none, isSettled: true)
  /// Nil where it is about no operation.
  package var action: Action?
  package var function = OperationFunction.none
  package var vlan = Packet.noVLAN
  /// Several senders, of which none sent most, or nobody who is known: an exception for one of them does not cover it.
  package var hasManySources = false
  /// The destinations lie in more than one zone.
  package var isOfSeveralZones = false

  package init(_ kind: FindingKind, source: End, destination: End) {
    self.kind = kind
    self.source = source
    self.destination = destination
  }
}

extension Site {
  /// The first exception that covers a sighting at a time, by its place in `exceptions`.
  package func exception(covering sighting: Sighting, at time: Int64) -> Int? {
    let kind = Int(sighting.kind.rawValue)
    guard exceptionsByKind.indices.contains(kind) else { return nil }
    return exceptionsByKind[kind].first { exceptions[$0].holds(at: time) && covers(exceptions[$0], sighting) }
  }

  /// All exceptions that cover a sighting, whether or not they still hold.
  package func exceptions(covering sighting: Sighting) -> [Int] {
    let kind = Int(sighting.kind.rawValue)
    guard exceptionsByKind.indices.contains(kind) else { return [] }
    return exceptionsByKind[kind].filter { covers(exceptions[$0], sighting) }
  }

  private func covers(_ exception: FindingException, _ sighting: Sighting) -> Bool {
    if sighting.kind.isOfDevice {
      // Of a silent device, the others are those that ask.
      let device = sighting.kind == .deviceSilent ? sighting.destination : sighting.source
      guard exception.device.contains(where: { covers($0, device, sighting) }) else { return false }
    } else {
      guard isFrom(exception.from, sighting), isTo(exception.to, sighting) else { return false }
    }
    if !exception.services.isEmpty {
      guard exception.services.contains(where: { $0.fit(sighting.service) == .yes }) else { return false }
    }
    guard let action = sighting.action else { return true }
    if let actions = exception.actions {
      return actions & action.bit != 0 || exception.functions.contains { $0.matches(sighting.function) }
    }
    return sighting.kind.impliesOperation || FindingException.harmless & action.bit != 0
  }

  private func isFrom(_ ends: [FindingException.End], _ sighting: Sighting) -> Bool {
    if ends.isEmpty || ends.contains(.any) { return true }
    let source = sighting.source
    if sighting.hasManySources { return false }
    return ends.contains { end in
      guard covers(end, source) else { return false }
      guard case .asset(let asset) = end else { return true }
      return isSender(source, asset, to: sighting.destination)
    }
  }

  private func isTo(_ ends: [FindingException.End], _ sighting: Sighting) -> Bool {
    if ends.isEmpty || ends.contains(.any) { return true }
    return !sighting.isOfSeveralZones && ends.contains { covers($0, sighting.destination) }
  }

  private func covers(_ end: FindingException.End, _ other: Sighting.End) -> Bool {
    switch end {
    case .any: true
    case .zone(let zone): other.party.zone == zone
    case .asset(let asset): other.party.asset == asset
    case .network(let network): other.ip != .none && network.contains(other.ip)
    case .mac(let mac): other.mac == mac
    }
  }

  /// Whether an exception's `device` is the one that a finding is about.
  private func covers(_ end: FindingException.End, _ device: Sighting.End, _ sighting: Sighting) -> Bool {
    guard sighting.kind.isOfMAC else { return covers(end, device) }
    switch end {
    case .any, .network: return false
    case .mac(let mac): return device.mac == mac
    case .asset(let asset): return self[asset]?.macs.contains(device.mac) ?? false
    case .zone(let zone): return place(of: sighting) == zone
    }
  }

  /// The zone that an unknown device is in: that of its address, or of the one that it asks for; nil where its VLAN
  /// says otherwise.
  private func place(of sighting: Sighting) -> ZoneID? {
    let hasAddress = sighting.source.ip != .none && !sighting.source.ip.isUnspecified
    let byVLAN = zone(vlan: sighting.vlan)
    guard let byIP = zone(of: hasAddress ? sighting.source.ip : sighting.destination.ip) else { return byVLAN }
    return byVLAN == nil || byVLAN == byIP ? byIP : nil
  }

  /// Whether it is the asset itself that sent a frame under its address, as far as its MAC address shows: its own one,
  /// or that of a router. In its own network, and where routers are listed at either end, any other is an impostor's.
  private func isSender(_ source: Sighting.End, _ id: AssetID, to destination: Sighting.End) -> Bool {
    guard let asset = self[id], !asset.macs.isEmpty, source.mac != .none else { return true }
    if asset.macs.contains(source.mac) || source.mac.isVirtualRouter { return true }
    if let byMAC = self.asset(mac: source.mac) { return self[byMAC]?.forwards ?? false }
    return !areInOneNetwork(source.ip, destination.ip) && !hasRouter(in: asset.zone)
      && !hasRouter(in: destination.party.zone)
  }
}
