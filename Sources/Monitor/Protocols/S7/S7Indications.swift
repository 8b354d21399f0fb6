// SPDX-License-Identifier: Apache-2.0

/// What a controller sends by itself in user data: values of test functions and of cyclic services, diagnostic and alarm messages. Layouts as published in
/// the sources of `S7Comm`.
enum S7Indications {
  static func read(
    _ bytes: RawSpan, _ function: S7UserFunction, at data: Int, end: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    switch function {
    case .variableStatus, .modifyVariable, .force:
      // Sizes of parameters and data, parameters, number of items, the items.
      guard data + 4 <= end else { return }
      let first = data + 4 + Int(bytes.u16(data))
      guard first + 2 <= end else { return }
      let count = Int(bytes.u16(first))
      if function == .variableStatus {
        S7Items.answers(bytes, at: first + 2, end: end, count: count, .none, &operation, &exchange)
      } else {
        S7Items.returnCodes(bytes, at: first + 2, end: end, count: count, &operation)
      }
    case .cyclicTransfer, .cyclicBlocks, .changeDriven, .changeDrivenModify:
      // Which targets these are said the subscription.
      guard data + 2 <= end else { return }
      S7Items.answers(bytes, at: data + 2, end: end, count: Int(bytes.u16(data)), .none, &operation, &exchange)
    case .diagnosticMessage where data + 2 <= end:
      // An entry of the diagnostic buffer; its event id comes first (Siemens A5E02789976, chapter 34).
      operation.facets[.alarm] = UInt32(bytes.u16(data))
      operation.values = Values(.uint8, at: data, .max, end: end)
    case _ where function.isAlarm:
      // Date and time in BCD stand before it.
      alarms(bytes, at: data + 8, end: end, &operation, &exchange)
    default: operation.values = Values(.uint8, at: data, .max, end: end)
    }
  }

  /// A function, the number of messages, and they: 0x12, length, syntax, number of associated values, event id, then bytes of state (of the event, of the
  /// message, of its acknowledgements). The associated values follow each, with return code, transport size and length.
  static func alarms(
    _ bytes: RawSpan, at start: Int, end: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard start + 2 <= end else { return }
    var place = start + 2
    for index in 0..<Int(bytes.u8(start + 1)) {
      guard place + 8 <= end, bytes.u8(place) == 0x12 else { return }
      let next = place + 2 + Int(bytes.u8(place + 1))
      guard next >= place + 8, next <= end else { return }
      let states = Values(.uint8, at: place + 8, .max, end: next)
      if index == 0 { operation.facets[.alarm] = bytes.u32(place + 4) }
      exchange.add(.none, states, to: &operation, isFirst: index == 0)
      let associated = bytes.u8(place + 3)
      place = next
      for _ in 0..<associated {
        guard place + 4 <= end else { return }
        let value = S7Items.value(bytes, at: &place, end: end, .none, isLast: false)
        exchange.add(.none, value.values, to: &operation, isFirst: false)
      }
    }
  }
}

extension S7UserFunction {
  /// Whether it tells of messages of a process: come, gone, or acknowledged.
  fileprivate var isAlarm: Bool {
    switch rawValue {
    case 0x0405, 0x0406, 0x0409, 0x040C, 0x0411, 0x0412, 0x0416: true
    default: false
    }
  }
}
