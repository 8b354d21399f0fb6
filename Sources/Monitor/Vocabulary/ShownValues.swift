// SPDX-License-Identifier: Apache-2.0

/// What a record shows of an operation, taken out of its message: names, and a limited number of values.
package struct ShownValues: Sendable {
  package var numbers: [Number] = []
  /// What the targets held before, value by value; empty where that is not known.
  package var before: [Number] = []
  /// How many values there were.
  package var count = 0
  /// The target's name, if it has one.
  package var name: String?
  package var detail: String?
  /// All targets in the notation of site files, where there are several.
  package var targets: [String] = []
  package var targetsCount = 0
  package static let none = ShownValues()
  /// How many values an alert shows.
  static let inAlert = 32
  /// How many an operation record shows: a whole Modbus read of registers; with them a line stays under 256 leaves.
  static let inOperation = 125
  /// How many of several targets are shown.
  static let targetLimit = 32

  package init() {}
  init(_ operation: Operation?, _ message: borrowing Message) {
    if let operation { fill(operation, message, most: ShownValues.inAlert) }
  }

  /// Takes over another operation's; storage is reused.
  mutating func fill(_ operation: Operation, _ message: borrowing Message, most: Int) {
    numbers.removeAll(keepingCapacity: true)
    operation.values.read(message.bytes, most: most, into: &numbers)
    count = Int(operation.values.count)
    name = operation.target.name == .none ? nil : message.names.text(operation.target.name)
    detail = operation.detail == .none ? nil : message.names.text(operation.detail)
    if !targets.isEmpty { targets.removeAll(keepingCapacity: true) }
    targetsCount = 0
    guard operation.items.count > 0 else { return }
    for place in 0..<Int(operation.items.count) {
      guard let item = message.item(operation.items, place) else { break }
      if item.target != .none {
        if targets.isEmpty { targets.append(operation.target.notation(name: name)) }
        targetsCount = max(2, targetsCount + 1)
        if targets.count < ShownValues.targetLimit {
          targets.append(item.target.notation(name: message.names.text(item.target.name)))
        }
      }
      item.values.read(message.bytes, most: most, into: &numbers)
      count += Int(item.values.count)
    }
  }
}
