// SPDX-License-Identifier: Apache-2.0

/// What a controller sends unsolicited in user data: values of test functions and of cyclic services, diagnostic and
/// alarm messages. Layouts as published in the sources of `S7Comm`.
enum S7Indications {
  /// `range` is where the contents of the data are.
  static func read(
    _ bytes: RawSpan, of function: S7UserFunction, at range: Range<Int>, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    switch function {
    case .variableStatus, .modifyVariable, .force:
      guard let test = S7TestData(bytes, range) else { return }
      if function == .variableStatus {
        var items = S7DataItems(bytes, test.items)
        S7Items.read(&items, count: test.count, as: .none, &operation, &exchange)
      } else {
        S7Items.read(
          returnCodes: bytes.slice(test.items.lowerBound, test.items.count), count: test.count, isExact: false,
          &operation)
      }
    case .cyclicTransfer, .cyclicBlocks, .changeDriven, .changeDrivenModify:
      // The subscription said which targets these are.
      readSubscription(bytes, range, &operation, &exchange)
    case .diagnosticMessage where range.count >= 2:
      // An entry of the diagnostic buffer; its event id comes first (Siemens A5E02789976, chapter 34).
      operation.facets[.alarm] = UInt32(bytes.u16(range.lowerBound))
      operation.values = Values(.uint8, at: range.lowerBound, .max, end: range.upperBound)
    case _ where function.isAlarm:
      // Date and time in BCD come first.
      guard range.count >= 8 else { return }
      readAlarms(bytes, range.lowerBound + 8..<range.upperBound, &operation, &exchange)
    default: operation.values = Values(.uint8, at: range.lowerBound, .max, end: range.upperBound)
    }
  }

  /// The number of items, then the items.
  static func readSubscription(
    _ bytes: RawSpan, _ range: Range<Int>, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var cursor = ByteCursor(bytes.extracting(first: range.upperBound), at: range.lowerBound)
    let count = Int(cursor.readU16())
    guard !cursor.hasFailed else { return }
    var items = S7DataItems(bytes, cursor.offset..<range.upperBound)
    S7Items.read(&items, count: count, as: .none, &operation, &exchange)
  }

  /// A function, the number of messages, then the messages: event id, bytes of state (of the event, of the message, of
  /// its acknowledgements). The associated values follow each message as items of data.
  static func readAlarms(
    _ bytes: RawSpan, _ range: Range<Int>, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let data = bytes.extracting(first: range.upperBound)
    var cursor = ByteCursor(data, at: range.lowerBound)
    cursor.skip(1)
    let count = Int(cursor.readU8())
    guard !cursor.hasFailed else { return }
    var place = cursor.offset
    for index in 0..<count {
      guard let message = S7AlarmMessage(data.from(place)) else { return }
      let next = place + message.size
      let states = Values(.uint8, at: place + S7AlarmMessage.headerSize, .max, end: next)
      if index == 0 { operation.facets[.alarm] = message.eventID }
      exchange.add(.none, states, to: &operation, isFirst: index == 0)
      var items = S7DataItems(bytes, next..<range.upperBound)
      for _ in 0..<message.associatedValueCount {
        guard items.header != nil else { return }
        exchange.add(.none, items.next(as: .none, isLast: false).values, to: &operation, isFirst: false)
      }
      place = items.offset
    }
  }
}

extension S7UserFunction {
  /// Whether it reports messages of a process: come, gone, or acknowledged.
  fileprivate var isAlarm: Bool {
    switch rawValue {
    case 0x0405, 0x0406, 0x0409, 0x040C, 0x0411, 0x0412, 0x0416: true
    default: false
    }
  }
}
