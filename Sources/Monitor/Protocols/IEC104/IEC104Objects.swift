// SPDX-License-Identifier: Apache-2.0

/// Addresses and values of information objects: IEC 60870-5-101:2003, 7.2.5 and 7.2.6.
extension IEC104 {
  static func readObjects(
    _ unit: borrowing IEC104DataUnit, _ message: RawSpan, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let type = unit.type
    guard !type.isSecurity, let address = unit.objectAddress() else { return }
    let size = type.size ?? 0
    operation.target = Target(
      area: .informationObject, address: UInt64(address), count: UInt32(unit.isSequence ? unit.number : 1))
    let elements = IEC104Elements(unit, end: message.byteCount)
    operation.values = elements.values(at: 0, unit.isSequence ? unit.number : min(1, unit.number))
    readQualifiers(unit, &operation)
    if !unit.isSequence, size > 0 || type == .readCommand { readFurther(unit, elements, &operation, &exchange) }
  }

  /// What the first element contains besides its value.
  private static func readQualifiers(_ unit: borrowing IEC104DataUnit, _ operation: inout Operation) {
    let type = unit.type
    if let qualifier = unit.element(at: type.fileQualifier) { operation.facets[.qualifier] = UInt32(qualifier) }
    // Counters are read, or, with the two highest bits, frozen and reset (IEC 60870-5-101, 7.2.6.23).
    if type == .counterInterrogation, let qualifier = unit.element(at: 0), qualifier & 0xC0 != 0 {
      operation.action = .write
    }
    guard let qualifier = unit.element(at: type.qualifier) else { return }
    if unit.cause == .deactivation || unit.cause == .deactivationConfirmation {
      operation.phase = .cancel
    } else {
      operation.phase = qualifier & 0x80 != 0 ? .select : .execute
    }
  }

  /// Objects with an address each: those with consecutive addresses form a range, the others become further targets.
  private static func readFurther(
    _ unit: borrowing IEC104DataUnit, _ elements: IEC104Elements, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let start = exchange.items.count
    var last = operation.target
    var isFirst = true
    var (offset, first) = (elements.step, 0)
    for _ in 1..<max(1, unit.number) {
      guard let address = unit.objectAddress(at: offset) else { break }
      let next = UInt64(address)
      if next == last.address + UInt64(last.count) {
        last.count += 1
        let values = elements.values(at: first, Int(last.count))
        if isFirst {
          operation.target = last
          operation.values = values
        } else {
          exchange.items[exchange.items.count - 1] = Item(last, values)
        }
      } else {
        last = Target(area: .informationObject, address: next, count: 1)
        first = offset
        exchange.items.append(Item(last, elements.values(at: first, 1)))
        isFirst = false
      }
      offset += elements.step
    }
    operation.items = ItemRange(start, exchange.items.count - start)
  }
}

/// How the information elements of a unit lie in their message, from which offsets of values count.
private struct IEC104Elements {
  private static let first =
    IEC104Header.size + IEC104DataUnit.identifierSize + IEC104DataUnit.objectAddressSize
  private let format: Values.Format
  private let marks: Values.Marks
  /// Bytes from one element to the next.
  let step: Int
  private let end: Int

  init(_ unit: borrowing IEC104DataUnit, end: Int) {
    let size = unit.type.size ?? 0
    let value = unit.type.value
    // What has one byte only is a qualifier.
    format = value.format == .none && size == 1 ? .uint8 : value.format
    marks = value.marks
    step = unit.isSequence ? size : IEC104DataUnit.objectAddressSize + size
    self.end = end
  }

  /// Values of the elements from `offset` bytes after the first one on.
  func values(at offset: Int, _ count: Int) -> Values {
    Values(format, at: IEC104Elements.first + offset, count, stride: step, marks: marks, end: end)
  }
}
