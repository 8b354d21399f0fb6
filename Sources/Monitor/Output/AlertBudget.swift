// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// How many new alerts a window has room for. What acts on a controller has budgets of its own: what merely connects
/// cannot use them up.
enum AlertBudget: Int, CaseIterable {
  case light, command

  init(_ finding: Finding) { self = finding.isIntervention ? .command : .light }

  /// New alerts of one kind from one source; the source's further ones are summed up in one alert with their extent.
  var ofSource: Int { self == .light ? 8 : 200 }
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
    case .controllerCommand, .newWriter, .deviceRenamed, .clockSetByStranger, .selectWithoutExecute, .arpSpoofing:
      true
    default: Finding.danger(operation) >= Finding.changeDanger
    }
  }

  /// The danger of the mildest action that changes something.
  static let changeDanger = 4
  /// How much harm an action can do, from reading to new firmware.
  static func danger(_ operation: Operation?) -> Int {
    guard let operation else { return 0 }
    return switch operation.action {
    case .read, .report: 1
    case .identify, .session, .diagnose, .unknown: 2
    case .authenticate: 3
    case .write, .operate: changeDanger
    case .configure, .clock, .file: 5
    case .program where operation.isFetch: 5
    case .state, .program, .firmware: 6
    }
  }
}

/// One source of findings of one kind.
struct SourceKey: TableKey {
  let source: UInt128
  let place: Int

  func hash(seed: UInt64) -> UInt64 {
    let hash = mix(mix(seed, UInt64(truncatingIfNeeded: source >> 64)), UInt64(truncatingIfNeeded: source))
    return mix(hash, UInt64(place))
  }
}

/// The different destinations of many sources, counted within a bound that all share.
struct Destinations {
  private var seen: Set<UInt128> = []
  static let limit = 4_096
  static let limitOfAll = 65_536
  var count: Int { seen.count }

  /// Counts a destination; `all` is the number counted for all sources.
  mutating func add(_ destination: UInt128, all: inout Int) {
    guard seen.count < Destinations.limit, all < Destinations.limitOfAll else { return }
    if seen.insert(destination).inserted { all += 1 }
  }
}
