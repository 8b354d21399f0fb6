// SPDX-License-Identifier: Apache-2.0

extension Values {
  /// The number at place `index`, nil behind the end of the values or of the message.
  func number(_ index: Int, in message: RawSpan) -> UInt64? {
    guard index >= 0, index < Int(count), offset >= 0 else { return nil }
    let start = Int(offset)
    switch format {
    case .none: return nil
    case .bit:
      let place = start + index / 8
      return place < message.byteCount ? UInt64(message.u8(place) >> UInt8(index % 8) & 1) : nil
    case .uint8:
      let place = start + index
      return place < message.byteCount ? UInt64(message.u8(place)) : nil
    case .uint16:
      let place = start + 2 * index
      return place + 1 < message.byteCount ? UInt64(message.u16(place)) : nil
    }
  }

  /// Reads at most `most` numbers into `numbers`, whose storage is reused.
  func read(_ message: RawSpan, most: Int, into numbers: inout [UInt64]) {
    numbers.removeAll(keepingCapacity: true)
    while numbers.count < most, let number = number(numbers.count, in: message) { numbers.append(number) }
  }
}

/// Values of an operation, taken out of its message: at most as many as a record shows, and how many there were.
package struct ShownValues: Sendable {
  package var numbers: [UInt64] = []
  package var count = 0
  package static let none = ShownValues()
  /// How many values an alert shows.
  static let inAlert = 32
  /// How many an operation record shows: a whole Modbus read of registers; with them a line stays under 256 leaves.
  static let inOperation = 125

  package init() {}
  init(_ operation: Operation?, _ message: RawSpan) {
    guard let values = operation?.values, values.format != .none, values.count > 0 else { return }
    values.read(message, most: ShownValues.inAlert, into: &numbers)
    count = Int(values.count)
  }
}

extension JSONLine {
  /// The `operation` object, the same in alerts and in operation records.
  mutating func operation(_ operation: Operation, values: [UInt64], valuesCount: Int) {
    open("operation")
    string("action", operation.action.word)
    string("role", operation.role.word)
    number("code", operation.code)
    string("name", operation.name.description)
    if operation.subcode >= 0 { number("subcode", operation.subcode) }
    if operation.unit >= 0 { number("unit", operation.unit) }
    target("target", operation.target)
    target("written", operation.written)
    if !values.isEmpty {
      openArray("values")
      for value in values { element(value) }
      closeArray()
      if valuesCount > values.count { number("values_count", valuesCount) }
    }
    switch operation.outcome {
    case .none: break
    case .ok: string("outcome", "ok")
    case .error(let code, let name):
      string("outcome", "error")
      number("error_code", code)
      string("error_name", name.description)
    }
    if operation.transaction >= 0 { number("transaction", operation.transaction) }
    if operation.latency >= 0 { number("latency_us", operation.latency / 1000) }
    if operation.pairing != .none { string("pairing", "\(operation.pairing)") }
    if let fault = operation.fault {
      open("fault")
      string("kind", "\(fault.kind)")
      string("field", fault.field.description)
      number("seen", fault.seen)
      number("least", fault.least)
      number("most", fault.most)
      close()
    }
    close()
  }

  private mutating func target(_ key: String, _ target: Target) {
    guard target != .none else { return }
    open(key)
    string("area", target.area.word)
    if target.number > 0 { number("number", target.number) }
    number("address", target.address)
    number("count", target.count)
    close()
  }
}
