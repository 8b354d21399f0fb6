// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// How many new alerts a window has room for. What acts on a controller has budgets of its own: what merely connects
/// cannot use them up.
enum AlertBudget: Int, CaseIterable {
  case light, command

  init(_ finding: Finding) { self = finding.isIntervention ? .command : .light }

  /// New alerts of one kind from one source; the source's further ones are summed up in one alert with their extent.
  var ofSource: Int { self == .light ? 8 : 200 }
  /// New alerts of one kind to one destination, from however many sources; nil if each source has to be named: where it
  /// is a device of unknown or wrong identity, where it acts on a controller, and where all but one may be decoys.
  func ofDestination(_ kind: FindingKind) -> Int? {
    switch kind {
    case .unknownMAC, .unknownIP, .wrongZone, .addressConflict, .arpSpoofing, .impossibleSource, .senderChanged,
      .portScan:
      nil
    default: self == .light ? 8 : nil
    }
  }
  /// New alerts of one kind from all sources.
  var ofKind: Int { self == .light ? 200 : 4_096 }
  static let windowMinutes = 10

  /// Where the budgets of a kind are counted.
  func place(_ kind: FindingKind) -> Int { AlertBudget.allCases.count * Int(kind.rawValue) + rawValue }
}

extension Finding {
  /// About an operation that changes what a controller does, or of a kind that is about nothing else.
  var isIntervention: Bool {
    switch kind {
    case .controllerCommand, .newWriter, .deviceRenamed, .clockSetByStranger, .selectWithoutExecute, .arpSpoofing,
      .signature:
      true
    default: Finding.danger(operation) >= Finding.changeDanger
    }
  }

  /// The danger of the mildest action that changes something.
  static let changeDanger = 4
  /// How much harm an action can do, from reading to new firmware.
  static func danger(_ operation: Operation?) -> Int {
    guard let operation else { return 0 }
    return danger(operation.action, isFetch: operation.isFetch)
  }
  static func danger(_ action: Action, isFetch: Bool) -> Int {
    switch action {
    case .read, .report: 1
    case .identify, .session, .diagnose, .unknown: 2
    case .authenticate: 3
    case .write, .operate: changeDanger
    case .configure, .clock, .file: 5
    case .program where isFetch: 5
    case .state, .program, .firmware: 6
    }
  }
}

/// What one source caused, or one destination received, of one kind.
struct ShareKey: TableKey {
  private let end: UInt128
  private let isDestination: Bool
  private let place: Int

  /// Nil where no single source is known.
  init?(sourceOf finding: Finding, _ place: Int) {
    guard finding.source.ip != .none || finding.source.mac != .none else { return nil }
    (end, isDestination, self.place) = (AlertKey.source(finding), false, place)
  }
  /// Nil where no single destination is known.
  init?(destinationOf finding: Finding, _ place: Int) {
    guard finding.destination.ip != .none || finding.destination.mac != .none else { return nil }
    (end, isDestination, self.place) = (AlertKey.party(finding.destination), true, place)
  }

  func hash(seed: UInt64) -> UInt64 {
    let hash = mix(mix(seed, UInt64(truncatingIfNeeded: end >> 64)), UInt64(truncatingIfNeeded: end))
    return mix(hash, UInt64(place) << 1 | (isDestination ? 1 : 0))
  }
}

/// Different addresses, counted within a bound that all sets share.
struct Addresses {
  private var seen: Set<UInt128> = []
  static let limit = 4_096
  static let limitOfAll = 65_536
  var count: Int { seen.count }

  /// Counts an address; `all` is the number counted in all sets.
  mutating func add(_ address: UInt128, all: inout Int) {
    guard seen.count < Addresses.limit, all < Addresses.limitOfAll else { return }
    if seen.insert(address).inserted { all += 1 }
  }
}
