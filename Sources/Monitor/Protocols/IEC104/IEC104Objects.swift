// SPDX-License-Identifier: Apache-2.0

/// Addresses and values of information objects: IEC 60870-5-101:2003, 7.2.5 and 7.2.6.
extension IEC104 {
  static func readObjects(
    _ unit: borrowing IEC104DataUnit, _ message: RawSpan, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let type = unit.type
    guard !type.isSecurity, let address = unit.objectAddress() else { return }
    let size = type.size ?? 0
    let step = IEC104DataUnit.objectAddressSize + size
    operation.target = Target(
      area: .informationObject, address: UInt64(address), count: UInt32(unit.isSequence ? unit.number : 1))
    let (format, quality) = type.value
    // Offsets of values count from the start of the message.
    let element = IEC104Header.size + IEC104DataUnit.identifierSize + IEC104DataUnit.objectAddressSize
    if format != .none {
      operation.values = Values(
        format, at: element, unit.number, stride: unit.isSequence ? size : step, end: message.byteCount)
    } else if type == .clockSynchronization {
      operation.values = Values(.uint8, at: element, 7, end: message.byteCount)
    } else if size == 1 {
      operation.values = Values(.uint8, at: element, 1, end: message.byteCount)
    }
    readQualifiers(unit, quality: quality, &operation)
    if !unit.isSequence, size > 0 || type == .readCommand { readFurther(unit, step, &operation, &exchange) }
  }

  /// What the first element contains besides its value.
  private static func readQualifiers(
    _ unit: borrowing IEC104DataUnit, quality: Int, _ operation: inout Operation
  ) {
    let type = unit.type
    if let quality = unit.element(at: quality) { operation.facets[.quality] = UInt32(quality & type.qualityBits) }
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
    _ unit: borrowing IEC104DataUnit, _ step: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let start = exchange.items.count
    var last = operation.target
    var isFirst = true
    var offset = step
    for _ in 1..<max(1, unit.number) {
      guard let address = unit.objectAddress(at: offset) else { break }
      let next = UInt64(address)
      if next == last.address + UInt64(last.count) {
        last.count += 1
        if isFirst { operation.target = last } else { exchange.items[exchange.items.count - 1].target = last }
      } else {
        last = Target(area: .informationObject, address: next, count: 1)
        exchange.items.append(Item(last))
        isFirst = false
      }
      offset += step
    }
    operation.items = ItemRange(start, exchange.items.count - start)
  }
}
