// SPDX-License-Identifier: Apache-2.0

/// What a record shows of an operation, taken out of its message: names, and a limited number of targets and values.
/// Where there are several targets, each has one place in `targets`, in `values`, and in what stands beside them.
package struct ShownValues: Sendable {
  package var values: [ShownValue] = []
  /// What the targets held before, value by value; empty where that is not known.
  package var before: [Number] = []
  /// How many values there were.
  package var count = 0
  /// The quality of each value, -1 for those without one; empty where no value has one.
  package var quality: [Int64] = []
  /// The time that came with each value; empty where none has one.
  package var times: [String] = []
  /// The target's name, if it has one.
  package var name: String?
  package var detail: String?
  /// All targets in the notation of site files, where there are several.
  package var targets: [String] = []
  package var targetsCount = 0
  /// Targets after the first one as the message has them: a run of addresses is one.
  package var furtherTargets = 0
  package static let none = ShownValues()
  /// A longer text is cut.
  static let longestText = 480

  /// How much of a message a record shows.
  package struct Limit: Sendable {
    /// Values without targets, quality and times beside them.
    let values: Int
    /// Elements of all these lists together, where several stand side by side.
    let elements: Int
    /// Bytes of their texts.
    let bytes: Int
    /// Of alerts.
    package static let alert = Limit(values: 32, elements: 64, bytes: 1500)
    /// Of operation records: a whole Modbus read of registers, in a line under 256 values and 10,000 bytes.
    package static let operation = Limit(values: 125, elements: 184, bytes: 5000)
    /// Targets alone.
    static let targets = Limit(values: 0, elements: 32, bytes: 5000)
  }

  package init() {}
  init(_ operation: Operation?, _ message: borrowing Message) {
    if let operation { fill(operation, message, .alert) }
  }

  /// Takes over another operation's; storage is reused.
  mutating func fill(_ operation: Operation, _ message: borrowing Message, _ limit: Limit) {
    values.removeAll(keepingCapacity: true)
    if !quality.isEmpty { quality.removeAll(keepingCapacity: true) }
    if !times.isEmpty { times.removeAll(keepingCapacity: true) }
    if !targets.isEmpty { targets.removeAll(keepingCapacity: true) }
    name = operation.target.name == .none ? nil : message.names.text(operation.target.name)
    detail = operation.detail == .none ? nil : message.names.text(operation.detail)
    let sum = Sum(operation, message)
    count = sum.values
    targetsCount = 0
    furtherTargets = sum.hasTargets ? sum.targets - 1 : 0
    if sum.hasTargets {
      fillPlaces(operation, message, sum, limit)
    } else if limit.values > 0, count > 0 {
      fillValues(operation, message, sum, limit)
    }
  }

  /// What the targets and values of a message add up to.
  private struct Sum {
    var values = 0
    var hasTargets = false
    /// Targets, and those that they are if each address is one.
    var targets = 1
    var places: Int
    var hasQuality: Bool
    var hasTimes: Bool

    init(_ operation: Operation, _ message: borrowing Message) {
      values = max(0, Int(operation.values.count))
      places = ShownValues.isRange(operation.target, operation.values) ? values : 1
      hasQuality = operation.values.hasQuality
      hasTimes = operation.values.hasTimes
      for place in 0..<Int(operation.items.count) {
        guard let item = message.item(operation.items, place) else { break }
        hasTargets = hasTargets || item.target != .none
        targets += 1
        places += ShownValues.isRange(item.target, item.values) ? Int(item.values.count) : 1
        values += max(0, Int(item.values.count))
        hasQuality = hasQuality || item.values.hasQuality
        hasTimes = hasTimes || item.values.hasTimes
      }
    }

    /// Lists that stand side by side.
    var lists: Int { (values > 0 ? 1 : 0) + (hasTargets ? 1 : 0) + (hasQuality ? 1 : 0) + (hasTimes ? 1 : 0) }
  }

  /// A run of addresses with one value each.
  private static func isRange(_ target: Target, _ values: Values) -> Bool {
    values.count > 1 && UInt32(values.count) == target.count && target.bit < 0 && target.area.notation != .named
  }

  /// Values without targets of their own, or of one target.
  private mutating func fillValues(
    _ operation: Operation, _ message: borrowing Message, _ sum: Sum, _ limit: Limit
  ) {
    let most = sum.lists > 1 ? min(limit.values, limit.elements / sum.lists) : limit.values
    var bytes = limit.bytes
    var place = -1
    while place < Int(operation.items.count), values.count < most {
      guard let part = place < 0 ? operation.values : message.item(operation.items, place)?.values else { break }
      let first = values.count
      part.read(message, most: most - first, into: &values)
      for index in first..<values.count {
        addMarks(part, index - first, message, sum)
        bytes -= ShownValues.size(values[index]) + (times.last.map { ShownValues.size($0) } ?? 0)
        if bytes < 0, index > 0 {
          values.removeLast(values.count - index)
          if sum.hasQuality { quality.removeLast() }
          if sum.hasTimes { times.removeLast() }
          return
        }
      }
      place += 1
    }
  }

  /// One place for each target: a run of addresses with a value each is as many targets. Where there is no room for
  /// all, each run shows its first ones, so that a long one hides no other target.
  private mutating func fillPlaces(
    _ operation: Operation, _ message: borrowing Message, _ sum: Sum, _ limit: Limit
  ) {
    let hasValues = sum.values > 0 && limit.values > 0
    let most = limit.values > 0 ? min(limit.values, limit.elements / sum.lists) : limit.elements
    targetsCount = hasValues ? sum.places : sum.targets
    if sum.values > 0 { count = targetsCount }
    let share = max(1, most / sum.targets)
    var spare = hasValues ? most : 0
    if hasValues {
      for place in -1..<Int(operation.items.count) {
        spare -= min(share, ShownValues.places(ShownValues.part(operation, message, place)))
      }
    }
    var bytes = limit.bytes
    var found: [ShownValue] = []
    for place in -1..<Int(operation.items.count) {
      guard targets.count < most else { break }
      let part = ShownValues.part(operation, message, place)
      let places = hasValues ? ShownValues.places(part) : 1
      let shown = min(places, share + max(0, spare), most - targets.count)
      spare -= max(0, shown - share)
      if hasValues {
        found.removeAll(keepingCapacity: true)
        part.values.read(message, most: places > 1 ? shown : limit.values, into: &found)
        if places == 1 { join(&found, of: Int(part.values.count)) }
      }
      for index in 0..<shown {
        let text = notation(part.target, places > 1 ? index : nil, message)
        let value = index < found.count ? found[index] : .null
        let time = sum.hasTimes ? part.values.time(index, in: message.bytes) ?? "" : ""
        bytes -= ShownValues.size(text) + (hasValues ? ShownValues.size(value) + ShownValues.size(time) : 0)
        if bytes < 0, !targets.isEmpty { return }
        targets.append(text)
        guard hasValues else { continue }
        values.append(value)
        if sum.hasQuality { quality.append(part.values.quality(index, in: message.bytes)) }
        if sum.hasTimes { times.append(time) }
      }
    }
  }

  /// A target of the message with its values: its own (`place` -1), then the further ones.
  private static func part(_ operation: Operation, _ message: borrowing Message, _ place: Int) -> Item {
    place < 0
      ? Item(operation.target, operation.values) : message.item(operation.items, place) ?? Item(.none)
  }
  private static func places(_ part: Item) -> Int { isRange(part.target, part.values) ? Int(part.values.count) : 1 }

  private mutating func addMarks(_ part: Values, _ index: Int, _ message: borrowing Message, _ sum: Sum) {
    if sum.hasQuality { quality.append(part.quality(index, in: message.bytes)) }
    if sum.hasTimes { times.append(part.time(index, in: message.bytes) ?? "") }
  }

  private func notation(_ target: Target, _ index: Int?, _ message: borrowing Message) -> String {
    guard target != .none else { return "" }
    var target = target
    if let index {
      target.address &+= UInt64(index)
      target.count = 1
    }
    return target.notation(name: message.names.text(target.name))
  }

  /// Several values in one place: `[1, 2, 3]`.
  private func join(_ found: inout [ShownValue], of count: Int) {
    guard count > 1 else { return }
    let text = "[" + found.map(\.text).joined(separator: ", ") + (found.count < count ? ", …]" : "]")
    found.removeAll(keepingCapacity: true)
    found.append(.text(text))
  }

  /// Bytes that it takes in a line.
  private static func size(_ value: ShownValue) -> Int {
    switch value {
    case .number: 21
    case .text(let text): size(text)
    }
  }
  private static func size(_ text: String) -> Int {
    var size = 3
    for byte in text.utf8 { size += byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 2 : 1 }
    return min(size, longestText + 3)
  }
}
