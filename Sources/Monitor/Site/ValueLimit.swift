// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// What may be written to a conduit's target: `"holding-register 20": {values: [0, 100]}`.
package struct ValueLimit: Hashable, Sendable {
  package let target: TargetRange
  /// Any of these; one at least.
  package let ranges: [NumberRange]
  /// Single numbers, of which there may be others between.
  package let isList: Bool
  /// How the memory there is read; nil where messages say of each value what it is.
  package let type: NumberType?

  package init(_ target: TargetRange, _ ranges: [NumberRange], isList: Bool = false, type: NumberType?) {
    self.target = target
    self.ranges = ranges
    self.isList = isList
    self.type = type
    element = ValueLimit.element(target.name ?? [])
  }

  /// Of a name without `*`: the length without the `[5]` at its end, and that number.
  let element: Element?
  struct Element: Hashable, Sendable {
    let base: Int
    let index: UInt64?
  }
  private static func element(_ name: [UInt8]) -> Element? {
    guard !name.isEmpty, !name.contains(UInt8(ascii: "*")) else { return nil }
    guard name.last == UInt8(ascii: "]"), let open = name.lastIndex(of: UInt8(ascii: "[")), open > 0,
      let index = UInt32(String(decoding: name[(open + 1)...].dropLast(), as: UTF8.self))
    else { return Element(base: name.count, index: nil) }
    return Element(base: open, index: UInt64(index))
  }

  package func allows(_ number: Number) -> Bool {
    let ranges = ranges.span
    for index in ranges.indices where ranges[index].contains(number) { return true }
    return false
  }

  /// Whether an action writes values. What a message is for besides (OPC UA: an attribute; DNP3: the clock) does not
  /// hide that.
  @inline(__always)
  package static func concerns(_ action: Action) -> Bool {
    switch action {
    case .write, .operate, .configure, .clock, .state: true
    default: false
    }
  }

  /// Addresses of one number; 1 for whole values, and for a bit of a word or a byte.
  var step: UInt64 {
    guard target.bit < 0, let type, target.area.cell != .value else { return 1 }
    return UInt64(max(1, type.bits / max(1, target.area.cell.bits)))
  }

  /// Whether a target is in the memory that is limited, at whatever address.
  func concerns(_ other: Target, unit: Int64) -> Bool {
    guard target.area == other.area, (target.number ?? other.number) == other.number else { return false }
    guard let own = target.unit, own != unit else { return true }
    return other.area.isEveryone(unit)
  }

  /// Whether it is for what a question names; `name` is the name of its target, or a pattern of names.
  package func isFor(_ other: Target, name: [UInt8], unit: Int64) -> Bool {
    guard concerns(other, unit: unit) else { return false }
    if let pattern = target.name { return pattern == name || matches(name.bytes, pattern) }
    let last = other.address.addingReportingOverflow(UInt64(max(1, other.count)) - 1)
    return other.address <= target.addresses.upperBound
      && (last.overflow ? .max : last.partialValue) >= target.addresses.lowerBound
      && (target.bit < 0 || other.bit < 0 || target.bit == other.bit)
  }

  /// The word for people: `0 to 100`, `at least 0`, `one of 0, 1, 2`.
  package func text(_ language: Language) -> String {
    let isJapanese = language == .ja
    if isList {
      let numbers = ranges.compactMap(\.least).map(\.text)
      if numbers.count == 1 { return isJapanese ? "\(numbers[0])のみ" : "\(numbers[0]) only" }
      let shown = numbers.prefix(12).joined(separator: isJapanese ? "、" : ", ") + (numbers.count > 12 ? ", …" : "")
      return isJapanese ? "\(shown)のいずれか" : "one of \(shown)"
    }
    return ranges.map { range in
      switch (range.least?.text, range.most?.text) {
      case (let least?, let most?): isJapanese ? "\(least)〜\(most)" : "\(least) to \(most)"
      case (let least?, nil): isJapanese ? "\(least)以上" : "at least \(least)"
      case (nil, let most?): isJapanese ? "\(most)以下" : "at most \(most)"
      case (nil, nil): isJapanese ? "任意の有限の数" : "any finite number"
      }
    }.joined(separator: isJapanese ? "、" : ", ")
  }
}

extension Area {
  /// Whether a unit is all of them: the broadcast of a serial line behind a Modbus gateway (MODBUS over Serial Line
  /// V1.02, 2.2), the three of DNP3 (IEEE 1815-2012, 9.2.4.1.3), the global common address of IEC 60870-5-101 (7.2.4).
  func isEveryone(_ unit: Int64) -> Bool {
    switch self {
    case .coil, .holdingRegister: unit == 0
    case .group: 0xFFFD...0xFFFF ~= unit
    case .informationObject: unit == 0xFFFF
    default: false
    }
  }
}
