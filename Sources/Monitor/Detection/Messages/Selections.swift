// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `select-without-execute`: a controlled object was selected, but neither operated nor released. A lost frame can
/// cause this, and so can an attacker who tries out what can be commanded, or who blocks other clients from commanding.
struct Selections {
  /// Nanoseconds. Field devices cancel selections themselves after some seconds (DNP3 outstations usually after 5 to
  /// 10).
  private static let patience: Int64 = 10_000_000_000
  private var waiting: BoundedTable<SelectionKey, Finding>
  var evictions: Evictions { waiting.evictions }

  init(seed: UInt64) { waiting = BoundedTable(limit: 4096, seed: seed) }

  /// Returns the finding about a selection that is evicted: whoever fills the table does not make it silent.
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment
  ) -> Finding? {
    let key = SelectionKey(conversation.number, operation.unit, operation.target)
    var isRefusal = false
    if case .error = operation.outcome { isRefusal = true }
    guard operation.phase == .select, !isRefusal else {
      if let slot = waiting.find(key) { waiting.remove(slot) }
      return nil
    }
    guard operation.role == .request else { return nil }
    var finding = moment.finding(.selectWithoutExecute, .parties, conversation, about: operation)
    // The message is gone by the time the finding is reported.
    finding.contents = ShownValues(finding.operation, message)
    if let slot = waiting.find(key) { waiting.remove(slot) }
    let evicted = waiting.next.map { waiting[$0] }
    let slot = waiting.insert(key, finding, at: moment.time)
    if conversation.isAnswered { waiting.prove(slot) }
    return evicted
  }

  /// Takes out a selection that has waited too long; nil when there is none left.
  mutating func expired(at time: Int64) -> Finding? {
    guard let slot = waiting.oldestSlot, time &- waiting[slot].time >= Selections.patience else { return nil }
    let finding = waiting[slot]
    waiting.remove(slot)
    return finding
  }
}

/// The object selected, and where. Select and operate name the same object, but may differ in their count.
private struct SelectionKey: TableKey {
  let conversation: UInt64
  let unit: Int64
  let area: Area
  let number: UInt32
  let address: UInt64
  let name: NameID

  init(_ conversation: UInt64, _ unit: Int64, _ target: Target) {
    self.conversation = conversation
    self.unit = unit
    area = target.area
    number = target.number
    address = target.address
    name = target.name
  }

  func hash(seed: UInt64) -> UInt64 {
    var state = mix(mix(seed, conversation), UInt64(bitPattern: unit))
    state = mix(state, UInt64(area.rawValue) << 32 | UInt64(number))
    return mix(mix(state, address), UInt64(name.rawValue))
  }
}
