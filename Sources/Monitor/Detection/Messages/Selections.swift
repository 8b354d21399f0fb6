// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `select-without-execute`: a controlled object was selected, and neither operated nor released. A lost frame explains it, and so does somebody who tries
/// what can be commanded, or who keeps others from commanding.
struct Selections {
  private struct Waiting {
    var finding: Finding
    var shown: ShownValues
  }
  /// Nanoseconds. Selections of field devices end by themselves after some seconds (DNP3 outstations usually take 5 to 10).
  private static let patience: Int64 = 10_000_000_000
  private var waiting: BoundedTable<SelectionKey, Waiting>
  var evictions: Int { waiting.evictions }

  init(seed: UInt64) { waiting = BoundedTable(limit: 4096, seed: seed) }

  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment
  ) {
    let key = SelectionKey(conversation.number, operation.unit, operation.target)
    var isRefusal = false
    if case .error = operation.outcome { isRefusal = true }
    guard operation.phase == .select, !isRefusal else {
      if let slot = waiting.find(key) { waiting.remove(slot) }
      return
    }
    guard operation.role == .request else { return }
    var finding = moment.finding(.selectWithoutExecute, .parties, conversation)
    finding.operation = copy operation
    let entry = Waiting(finding: finding, shown: ShownValues(finding.operation, message))
    if let slot = waiting.find(key) { waiting.remove(slot) }
    _ = waiting.insert(key, entry, at: moment.time)
  }

  /// Reports what has waited too long.
  mutating func tick(_ time: Int64, _ alerts: inout Alerts) {
    while let slot = waiting.oldestSlot, time &- waiting[slot].finding.time >= Selections.patience {
      let entry = waiting[slot]
      waiting.remove(slot)
      alerts.report(entry.finding, shown: entry.shown)
    }
  }
}

/// What is selected, where.
private struct SelectionKey: TableKey {
  let conversation: UInt64
  let unit: Int64
  let number: UInt64
  let address: UInt64

  init(_ conversation: UInt64, _ unit: Int64, _ target: Target) {
    self.conversation = conversation
    self.unit = unit
    number = UInt64(target.area.rawValue) << 32 | UInt64(target.number)
    address = target.address ^ UInt64(target.name.rawValue) << 32
  }

  func hash(seed: UInt64) -> UInt64 {
    mix(mix(mix(seed, conversation), UInt64(bitPattern: unit) ^ number << 20), address)
  }
}
