// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Who started, stopped, programmed, updated, configured, set the clock of or logged in at which device, and how often:
/// the summary lists it. Without a site file nothing says who may do this, so that each deed is a `controller-command`.
struct Deeds {
  /// One station's deeds of one sort towards one device.
  struct Deed {
    /// As they were first seen.
    let source: Endpoint
    let destination: Endpoint
    let dissector: DissectorID
    let action: Action
    let isFetch: Bool
    /// The standard's name of the first of them.
    let name: StaticString
    /// Messages.
    var count: UInt64 = 1
  }
  static let limit = 4_096
  private var table: BoundedTable<PairKey, Deed>
  var evictions: Evictions { table.evictions }

  init(seed: UInt64) { table = BoundedTable(limit: Deeds.limit, seed: seed) }

  /// The deeds kept.
  var list: [Deed] { table.slotsByAge.map { table[$0] } }

  /// Whether it is a deed: a request, or an answer whose request the mirror port did not show. Whoever opens an OPC UA
  /// session as nobody in particular tries no password.
  static func contains(_ operation: borrowing Operation) -> Bool {
    guard operation.action.isDeed, !operation.isCarrier else { return false }
    switch operation.role {
    case .request:
      guard operation.action == .authenticate else { return true }
      return operation.facets[.tokenKind] != 0
    case .response: return operation.pairing == .unasked
    case .report: return false
    }
  }

  /// Which way the deed goes, of an operation sent in `direction`. A controller that asks for the blocks it is loaded
  /// with does what the other end wants.
  static func direction(_ operation: borrowing Operation, sent direction: Direction) -> Direction {
    guard operation.role == .request else { return .toServer }
    return operation.isPartOfCommand ? direction.reversed : direction
  }

  /// Counts a deed that goes in `direction`.
  @inline(never)
  mutating func count(
    _ operation: borrowing Operation, in conversation: borrowing Conversation, _ direction: Direction,
    at moment: Moment
  ) {
    let pair = PairKey(conversation, sent: direction)
    // The steps of a program transfer are one sort.
    let code = operation.action == .program ? operation.isFetch ? 2 : 1 : UInt64(operation.code)
    let sort = UInt64(operation.action.rawValue) | UInt64(operation.dissector.rawValue) << 8 | code << 16
    let key = PairKey(pair.source, pair.destination, sort)
    let slot: Int
    if let found = table.find(key) {
      slot = found
      table[slot].count &+= 1
      table.touch(slot, at: moment.time)
    } else {
      slot = table.insert(
        key,
        Deed(
          source: conversation.endpoint(direction), destination: conversation.endpoint(direction.reversed),
          dissector: operation.dissector, action: operation.action, isFetch: operation.isFetch, name: operation.name),
        at: moment.time)
    }
    // Requests to ends that never answered, forged ones among them, give way before the others.
    if conversation.isAnswered { table.prove(slot) }
  }
}

extension Action {
  /// A right of engineers and operators: reported without a site file, and listed in the summary.
  @inline(__always)
  var isDeed: Bool {
    switch self {
    case .state, .program, .firmware, .configure, .clock, .authenticate: true
    default: false
    }
  }
  /// Looked at one by one when it is asked for.
  @inline(__always)
  var isWatched: Bool { isCommand || isDeed }
}
