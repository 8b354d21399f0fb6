// SPDX-License-Identifier: Apache-2.0

/// User data: functions other than reading and writing. The data begin with return code, transport size and length.
enum S7UserData {
  static func read(_ message: borrowing S7Message, _ exchange: inout Exchange) {
    guard let header = S7UserDataHeader(message.parameters) else {
      let fault = Fault(
        .length, "Parameter length", seen: UInt64(message.parameterRange.count),
        least: UInt64(S7UserDataHeader.minimumLength), most: 65_535)
      return exchange.add(faulty: fault, message, .report)
    }
    let function = header.function
    let role = header.type.role
    var operation = Operation(
      exchange.id(of: S7Comm.userData), function.action, role, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = message.reference
    operation.unit = message.unit
    operation.facets[.functionGroup] = UInt32(function.group)
    operation.isFetch = 0x0F06...0x0F08 ~= function.rawValue
    let item = S7DataHeader(message.data)
    let data = contents(of: message)
    if let item {
      let room = message.dataRange.count - S7DataHeader.size
      if Int(item.length) > room || room - Int(item.length) > 1 {
        operation.note(Fault(.length, "Data item length", seen: UInt64(item.length), expected: UInt64(room)))
      }
    }
    switch role {
    case .request:
      readRequest(message, of: function, at: data, &operation, &exchange)
      exchange.ask(operation, place: message.place(askedBy: exchange.direction))
    case .response:
      if operation.action == .report { operation.action = .diagnose }
      let error = header.error
      operation.outcome = error == 0 ? .ok : .error(code: UInt32(error), name: S7UserFunction.error(error))
      if error == 0, let code = item?.returnCode, code != .success, !data.isEmpty || code != .objectDoesNotExist {
        operation.outcome = .error(code: UInt32(code.rawValue), name: code.name)
      }
      _ = exchange.tie(&operation, place: message.place(askedBy: exchange.direction.reversed)) { question, answer in
        answer.action = question.action
      }
      readAnswer(message.bytes, of: function, at: data, &operation, &exchange)
    case .report:
      // Blocks of a numerical control's program are sent unsolicited.
      if function.group != S7UserFunction.numericalControl { operation.action = .report }
      if !data.isEmpty { S7Indications.read(message.bytes, of: function, at: data, &operation, &exchange) }
    }
    exchange.operations.append(operation)
  }

  /// Where the contents of the data are; an empty range at their end if there are no contents.
  private static func contents(of message: borrowing S7Message) -> Range<Int> {
    guard let header = S7DataHeader(message.data) else {
      return message.dataRange.upperBound..<message.dataRange.upperBound
    }
    let first = message.dataRange.lowerBound + S7DataHeader.size
    return first..<min(message.dataRange.upperBound, first + Int(header.length))
  }

  private static func readRequest(
    _ message: borrowing S7Message, of function: S7UserFunction, at range: Range<Int>, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let bytes = message.bytes
    let data = bytes.slice(range.lowerBound, range.count)
    switch function {
    case .readList:
      guard let request = S7SystemListRequest(data) else { return }
      operation.target = Target(
        area: .systemList, number: UInt32(request.id.rawValue), address: UInt64(request.index), count: 1)
      if request.id.identifies { operation.action = .identify }
    case .blockInfo where data.byteCount >= 8:
      if let name = S7BlockName.block(data.extracting(first: 8), &exchange) {
        operation.target = Target(area: .block, count: 1, name: name)
      }
    case .blocksOfType where data.byteCount >= 2:
      if let name = S7BlockName.type(data.extracting(first: 2), &exchange) {
        operation.target = Target(area: .block, count: 1, name: name)
      }
    case .alarmAcknowledge, .alarmLock, .alarmUnlock:
      S7Indications.readAlarms(bytes, range, &operation, &exchange)
    case .setClock, .setFollowingClock: operation.values = S7Clock.values(range)
    case .cyclicTransfer, .cyclicBlocks, .changeDriven, .changeDrivenModify:
      // Number of items, time base, factor, then the items.
      var cursor = ByteCursor(data)
      let count = Int(cursor.readU16())
      cursor.skip(2)
      guard !cursor.hasFailed else { return }
      S7Items.read(
        specifications: data.from(cursor.offset), count: count, of: message, isWritten: false, &operation, &exchange)
      operation.values = .none
      operation.fault = nil
    case .variableStatus, .modifyVariable, .force:
      guard let test = S7TestData(bytes, range) else { return }
      S7Items.readTest(
        bytes, test.items, count: test.count, hasValues: function != .variableStatus, &operation, &exchange)
    default: break
    }
  }

  private static func readAnswer(
    _ bytes: RawSpan, of function: S7UserFunction, at range: Range<Int>, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    guard operation.outcome == .ok, !range.isEmpty else { return }
    switch function {
    case .readList: identify(bytes.slice(range.lowerBound, range.count), &exchange)
    case .readClock, .readFollowingClock: operation.values = S7Clock.values(range)
    case .cyclicTransfer, .cyclicBlocks, .changeDriven, .changeDrivenModify:
      S7Indications.readSubscription(bytes, range, &operation, &exchange)
    default: break
    }
  }

  /// Identity of the module, from the lists of order numbers and versions and of names and serial numbers (Siemens
  /// A5E02789976, chapter 33).
  private static func identify(_ data: RawSpan, _ exchange: inout Exchange) {
    guard let list = S7SystemList(data) else { return }
    let size = Int(list.recordSize)
    let isModule = list.id.list == S7SystemListID.moduleIdentification
    guard isModule && size >= S7ModuleRecord.size || list.id.identifies && !isModule && size >= S7ComponentRecord.size
    else { return }
    var report = IdentityReport()
    var records = list.records
    while records.byteCount >= size {
      if isModule {
        if let record = S7ModuleRecord(records) { identify(record, &report, &exchange) }
      } else if let record = S7ComponentRecord(records) {
        switch record.index {
        case 1: report.name = exchange.name(record.text.trimmed)
        case 5: report.serial = exchange.name(record.text.trimmed)
        case 7: report.model = exchange.name(record.text.trimmed)
        default: break
        }
      }
      records = records.from(size)
    }
    exchange.identities.append(report)
  }

  private static func identify(
    _ record: borrowing S7ModuleRecord, _ report: inout IdentityReport, _ exchange: inout Exchange
  ) {
    switch record.index {
    case 1:
      let order = record.orderNumber.trimmed
      report.model = exchange.name(order)
      // `6ES7`.
      if order.byteCount > 4, order.u32(0) == 0x3645_5337 { report.knownVendor = "Siemens" }
    case 7:
      let version = record.version
      // `V`, then three numbers.
      guard version.u8(0) == 0x56 else { return }
      report.firmware = exchange.name { name in
        name.append(0x56)
        for place in 1...3 {
          if place > 1 { name.append(0x2E) }
          name.append(decimal: UInt32(version.u8(place)))
        }
      }
    default: break
    }
  }
}

/// Data of the test functions:
///
///     0                2           4                4 + n   6 + n
///     +----------------+-----------+------------ ... -+-------+------- ... -+
///     | parameter size | data size | parameters       | count | items       |
///     +----------------+-----------+------------ ... -+-------+------- ... -+
struct S7TestData {
  let count: Int
  /// Where the items are.
  let items: Range<Int>

  /// Nil if the items do not begin within `range`.
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var cursor = ByteCursor(bytes.extracting(first: range.upperBound), at: range.lowerBound)
    let parameterSize = Int(cursor.readU16())
    cursor.skip(2)
    cursor.skip(parameterSize)
    count = Int(cursor.readU16())
    guard !cursor.hasFailed else { return nil }
    items = cursor.offset..<range.upperBound
  }
}
