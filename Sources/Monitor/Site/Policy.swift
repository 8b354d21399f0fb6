// SPDX-License-Identifier: Apache-2.0

/// What the conduits say. If there are several verdicts, the best one counts: allowed, then wrong time, target, action,
/// service, and finally no conduit at all; among conduits with the same verdict, the one that names the parties most
/// specifically (asset before zone before `any`), then the first.
package enum Verdict: Equatable, Sendable {
  /// Both in one zone, and nothing speaks against it.
  case inside
  case allowed(conduit: Int)
  case noConduit
  /// The conduit is for other services.
  case service(conduit: Int)
  /// … for other operations.
  case action(conduit: Int)
  /// … for other targets.
  case target(conduit: Int)
  /// … for other times; `window` is the first that it names.
  case time(conduit: Int, window: Int)

  package var isAllowed: Bool { rank >= 6 }
  package var conduit: Int? {
    switch self {
    case .inside, .noConduit: nil
    case .allowed(let conduit), .service(let conduit), .action(let conduit), .target(let conduit): conduit
    case .time(let conduit, _): conduit
    }
  }
  package var rank: Int {
    switch self {
    case .noConduit: 0
    case .service: 1
    case .action: 2
    case .target: 3
    case .time: 4
    case .allowed: 6
    case .inside: 7
    }
  }
}

/// The decision for a flow, to be kept with it.
package struct Gate: Equatable, Sendable {
  /// Nanoseconds since 1970: the next moment at which a window that matters may open or close; `.max` if none does.
  package var validUntil: Int64
  private var packed: PackedVerdict
  package var verdict: Verdict {
    get { packed.verdict }
    set { packed = PackedVerdict(newValue) }
  }
  /// Bits of `Action.rawValue`: allowed with any target until `validUntil`.
  package var free: UInt16
  /// Some conduit has targets: ask `judge` about actions that are not in `free`.
  package var isConditional: Bool
  /// What it was last asked about, and has allowed.
  var cleared = Clearances()

  package init(verdict: Verdict, free: UInt16, validUntil: Int64, isConditional: Bool) {
    self.validUntil = validUntil
    packed = PackedVerdict(verdict)
    self.free = free
    self.isConditional = isConditional
  }
}

/// A verdict in half of the room, since each flow keeps one.
private struct PackedVerdict: Equatable {
  private enum Kind: UInt8 { case inside, allowed, noConduit, service, action, target, time }
  private var conduit: UInt32 = 0
  private var window: UInt32 = 0
  private var kind: Kind

  init(_ verdict: Verdict) {
    switch verdict {
    case .inside: kind = .inside
    case .allowed: kind = .allowed
    case .noConduit: kind = .noConduit
    case .service: kind = .service
    case .action: kind = .action
    case .target: kind = .target
    case .time(_, let window):
      kind = .time
      self.window = UInt32(clamping: window)
    }
    conduit = UInt32(clamping: verdict.conduit ?? 0)
  }

  var verdict: Verdict {
    let conduit = Int(conduit)
    return switch kind {
    case .inside: .inside
    case .allowed: .allowed(conduit: conduit)
    case .noConduit: .noConduit
    case .service: .service(conduit: conduit)
    case .action: .action(conduit: conduit)
    case .target: .target(conduit: conduit)
    case .time: .time(conduit: conduit, window: Int(window))
    }
  }
}

/// Reads that a gate has allowed although they are not free: what lies in the same range of the same conduit is allowed
/// as long as the gate is valid. Two of them, since many clients poll with two functions in turn.
struct Clearances: Equatable, Sendable {
  private struct Clearance: Equatable, Sendable {
    var first: UInt32 = 1
    var last: UInt32 = 0
    var code: UInt32 = 0
    var number: UInt32 = 0
    var unit: Int16 = 0
    var dissector = DissectorID.none
    var area = Area.none

    @inline(__always)
    func covers(_ target: Target, _ code: UInt32, _ unit: Int64, _ dissector: DissectorID) -> Bool {
      target.address >= UInt64(first) && target.address <= UInt64(last)
        && UInt64(last) &- target.address >= UInt64(max(1, target.count)) &- 1
        && self.code == code && Int64(self.unit) == unit && area == target.area && number == target.number
        && self.dissector == dissector
    }
  }
  private var latest = Clearance()
  private var other = Clearance()

  @inline(__always)
  func covers(_ target: Target, _ code: UInt32, _ unit: Int64, _ dissector: DissectorID) -> Bool {
    latest.covers(target, code, unit, dissector) || other.covers(target, code, unit, dissector)
  }

  /// The addresses `range` are allowed to be read with this function. What does not fit is not kept, and asked again.
  mutating func add(
    _ range: ClosedRange<UInt64>, like target: Target, _ code: UInt32, _ unit: Int64, _ dissector: DissectorID
  ) {
    guard let first = UInt32(exactly: range.lowerBound), let unit = Int16(exactly: unit) else { return }
    other = latest
    latest = Clearance(
      first: first, last: UInt32(clamping: range.upperBound), code: code, number: target.number, unit: unit,
      dissector: dissector, area: target.area)
  }
}

extension Site {
  /// The decision for a flow; to be made when it begins, when its protocol becomes known, and again at
  /// `validUntil`. No allocation.
  ///
  /// Inside a zone everything is allowed except state, program, firmware and configure, which need a conduit; a pair
  /// that a conduit binds is judged as if it were in two zones (`isBound`). A conduit that begins at an asset, leads
  /// anywhere and has `targets` or `during` limits there what it names: those operations of that asset, in that
  /// service.
  package func gate(from: Party, to: Party, service: Service, at time: Int64) -> Gate {
    let isFree = from.zone == to.zone && !isBound(from, to, service)
    var choice = Choice()
    var granted: UInt16 = 0
    var conditional: UInt16 = 0
    var limited: UInt16 = 0
    var validUntil = Int64.max
    // In place: copying a conduit would count references.
    let conduits = conduits.span
    var matches = conduitIndex.matches(from, to)
    while let index = conduitIndex.next(&matches) {
      let nearness = conduits[index].nearness
      let fit = fit(conduits[index], service)
      guard fit != .no else {
        if !isFree { choice.offer(.service(conduit: index), nearness) }
        continue
      }
      let actions = conduits[index].actions
      var isOpen = true
      if !conduits[index].windows.isEmpty {
        for window in conduits[index].windows {
          validUntil = min(validUntil, clock.nextEdge(windows[window], at: time))
        }
        isOpen = self.isOpen(conduits[index], at: time)
      }
      if isOpen {
        let isPlain = conduits[index].targets.isEmpty && conduits[index].exceptions.isEmpty
        if isPlain { granted |= actions } else { conditional |= actions }
        if !conduits[index].functions.isEmpty { conditional = Conduit.allActions }
      }
      if isFree {
        if conduits[index].limits, fit == .yes { limited |= actions }
        // Only a conduit for every operation speaks of the talk as such; any other one waits for its operations.
        if actions != Conduit.allActions || fit == .provisional { continue }
        if isOpen {
          choice.offer(.allowed(conduit: index), nearness)
        } else if conduits[index].limits {
          choice.offer(.time(conduit: index, window: conduits[index].windows[0]), nearness)
        }
      } else {
        choice.offer(
          isOpen ? .allowed(conduit: index) : .time(conduit: index, window: conduits[index].windows[0]), nearness)
      }
    }
    // What changes something is judged by itself (`judge`).
    if service.isToGroup, isFree, isBound(from, to, service.toStation) { limited |= Conduit.changes }
    if isFree {
      granted |= Conduit.allActions & ~Conduit.controllerActions & ~limited
      // Closed to the asset altogether: then the talk as such is at the wrong time.
      let isClosed = granted & ~Conduit.controllerActions == 0 && conditional == 0
      if choice.verdict.rank != Verdict.time(conduit: 0, window: 0).rank || !isClosed { choice.verdict = .inside }
    }
    return Gate(
      verdict: choice.verdict, free: granted, validUntil: validUntil, isConditional: conditional & ~granted != 0)
  }

  /// The decision for one operation: `target` is what it reads or changes, `written` a second target that it
  /// writes, `name` the bytes of the target's name. Between parties of one zone that no conduit binds, `.inside` means
  /// allowed; any other verdict says what is missing.
  package func judge(
    _ action: Action, _ target: Target, _ written: Target, name: RawSpan = RawSpan(), unit: Int64 = -1,
    function: OperationFunction = .none, from: Party, to: Party, service: Service, at time: Int64
  ) -> Verdict {
    let isToGroup = service.isToGroup && action.bit & Conduit.changes == 0
    let isInside = from.zone == to.zone && !isBound(from, to, isToGroup ? service : service.toStation)
    let isFree = isInside && action.bit & Conduit.controllerActions == 0
    var isLimited = false
    var choice = Choice()
    // In place: copying a conduit would count references.
    let conduits = conduits.span
    var matches = conduitIndex.matches(from, to)
    while let index = conduitIndex.next(&matches) {
      let verdict = self.verdict(
        index, action, target, written, name: name, unit: unit, function: function, service: service, at: time)
      if isFree {
        // A conduit for other services or actions says nothing about what is free.
        if verdict.rank <= Verdict.action(conduit: 0).rank { continue }
        if conduits[index].limits, fit(conduits[index], service) == .yes { isLimited = true }
      }
      choice.offer(verdict, conduits[index].nearness)
    }
    if isInside, isFree && !isLimited || choice.verdict.isAllowed { return .inside }
    return choice.verdict
  }

  /// Whether a conduit from the asset `from` names services, this one among them (nil: whichever), and leads to `to`.
  func declares(_ from: Party, _ to: Party, _ service: Service?, at time: Int64) -> Bool {
    guard from.asset != .none else { return false }
    let conduits = conduits.span
    var matches = conduitIndex.matches(from, to)
    while let index = conduitIndex.next(&matches) {
      guard conduits[index].from == .asset(from.asset), !conduits[index].services.isEmpty,
        isOpen(conduits[index], at: time)
      else { continue }
      guard let service else { return true }
      if fit(conduits[index], service) != .no { return true }
    }
    return false
  }

  /// Whether two parties of one zone are judged as parties of two zones are: by the conduits between them alone. A
  /// conduit that names both binds them; else the zone's `inside` decides. What is sent to a group has no single
  /// receiver that a conduit could name, and discovery does it all the time: it needs a conduit only where it changes
  /// something.
  private func isBound(_ from: Party, _ to: Party, _ service: Service) -> Bool {
    if service.isToGroup { return false }
    switch self[from.zone].inside {
    case .listed: return true
    case .operations:
      if service.dissector != .none { return true }
      if isFieldDevice(from), !isMaster(to, of: from) { return true }
    case .free: break
    }
    let conduits = conduits.span
    var matches = conduitIndex.matches(from, to)
    while let index = conduitIndex.next(&matches) {
      if conduits[index].binds { return true }
    }
    return false
  }

  /// Controllers and remote I/O: they answer, and begin to talk to declared partners only.
  private func isFieldDevice(_ party: Party) -> Bool { self[party.asset]?.isFieldDevice ?? false }
  /// Whether a conduit lets one party begin to talk to the other: then the other may talk to it, too.
  private func isMaster(_ master: Party, of device: Party) -> Bool {
    let conduits = conduits.span
    var matches = conduitIndex.matches(master, device)
    while let index = conduitIndex.next(&matches) {
      if conduits[index].to != .any { return true }
    }
    return false
  }

  /// The addresses around a target, all of its bits, that a conduit names together with it; nil if the target has a
  /// name, or more than one range is needed to hold it.
  func range(of target: Target, unit: Int64, in conduit: Int) -> ClosedRange<UInt64>? {
    if target.area == .none || target.area.notation == .named || conduits[conduit].namesFunctions { return nil }
    let (last, isOver) = target.address.addingReportingOverflow(UInt64(max(1, target.count)) - 1)
    if isOver { return nil }
    return conduits[conduit].targets.first {
      $0.area == target.area && ($0.number ?? target.number) == target.number && ($0.unit ?? unit) == unit
        && $0.bit < 0 && $0.addresses.contains(target.address) && $0.addresses.contains(last)
    }?.addresses
  }

  /// What one conduit says of an operation between parties it covers.
  package func verdict(
    _ index: Int, _ action: Action, _ target: Target, _ written: Target, name: RawSpan, unit: Int64,
    function: OperationFunction = .none, service: Service, at time: Int64
  ) -> Verdict {
    let conduits = conduits.span
    if fit(conduits[index], service) == .no { return .service(conduit: index) }
    if conduits[index].namesFunctions {
      if !conduits[index].allows(action, function) { return .action(conduit: index) }
    } else if conduits[index].actions & action.bit == 0 {
      return .action(conduit: index)
    }
    if !conduits[index].targets.isEmpty,
      target.area == .none && written.area == .none && action.bit & Conduit.targetedActions != 0
        || !TargetRange.cover(conduits[index].targets, target, name: name, unit: unit)
        || !TargetRange.cover(conduits[index].targets, written, name: RawSpan(), unit: unit)
    {
      return .target(conduit: index)
    }
    if !isOpen(conduits[index], at: time) { return .time(conduit: index, window: conduits[index].windows[0]) }
    return .allowed(conduit: index)
  }

  func fit(_ conduit: Conduit, _ service: Service) -> ServicePattern.Fit {
    let services = conduit.services.span
    if services.isEmpty { return .yes }
    var best = ServicePattern.Fit.no
    for index in services.indices {
      switch services[index].fit(service) {
      case .yes: return .yes
      case .provisional: best = .provisional
      case .no: break
      }
    }
    return best
  }

  func isOpen(_ conduit: Conduit, at time: Int64) -> Bool {
    if conduit.windows.isEmpty { return true }
    for window in conduit.windows where clock.isOpen(windows[window], at: time) { return true }
    return false
  }
}

/// The best verdict so far.
private struct Choice {
  var verdict = Verdict.noConduit
  private var nearness = -1

  mutating func offer(_ other: Verdict, _ otherNearness: Int) {
    if other.rank > verdict.rank || other.rank == verdict.rank && otherNearness > nearness {
      verdict = other
      nearness = otherNearness
    }
  }
}
