// SPDX-License-Identifier: Apache-2.0

/// User data: functions beside reading and writing.
///
///     0          3        4        5             6             7          8           9      10
///     +----------+--------+--------+-------------+-------------+----------+-----------+------+-------+
///     | 00 01 12 | length | method | type, group | subfunction | sequence | reference | last | error |
///     +----------+--------+--------+-------------+-------------+----------+-----------+------+-------+
///
/// The last three only in answers and indications. The data begin with return code, transport size and length.
enum S7UserData {
  static func read(_ bytes: RawSpan, _ part: S7Part, _ exchange: inout Exchange) {
    let first = part.parameters
    guard first + 8 <= part.data else {
      return exchange.add(
        faulty: Fault(.length, "Parameter length", seen: UInt64(part.data - first), least: 8, most: 65_535), part,
        .report)
    }
    let kind = bytes.u8(first + 5) >> 4
    let function = S7UserFunction(rawValue: UInt16(bytes.u8(first + 5) & 15) << 8 | UInt16(bytes.u8(first + 6)))
    // Push, request and response are 0, 4 and 8; those of numerical controls 3, 7 and 11.
    let role: Role = kind == 4 || kind == 7 ? .request : kind == 8 || kind == 11 ? .response : .report
    var operation = Operation(
      exchange.id(of: S7Comm.userData), function.action, role, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = part.reference
    operation.unit = part.unit
    operation.facets[.functionGroup] = UInt32(function.group)
    operation.isFetch = 0x0F06...0x0F08 ~= function.rawValue
    let data = part.data + 4
    let hasData = data <= part.end
    let end = hasData ? min(part.end, data + Int(bytes.u16(part.data + 2))) : part.end
    switch role {
    case .request:
      request(bytes, function, at: data, end: end, &operation, &exchange)
      exchange.ask(operation, place: part.place(askedBy: exchange.direction))
    case .response:
      if operation.action == .report { operation.action = .diagnose }
      let error = first + 12 <= part.data ? bytes.u16(first + 10) : 0
      operation.outcome = error == 0 ? .ok : .error(code: UInt32(error), name: S7UserFunction.error(error))
      if error == 0, hasData, bytes.u8(part.data) != 0xFF, data < end || bytes.u8(part.data) != 0x0A {
        let code = bytes.u8(part.data)
        operation.outcome = .error(code: UInt32(code), name: S7Items.name(ofReturnCode: code))
      }
      _ = exchange.tie(&operation, place: part.place(askedBy: exchange.direction.reversed)) { question, answer in
        answer.action = question.action
      }
      answer(bytes, function, at: data, end: end, &operation, &exchange)
    case .report:
      // Blocks of a numerical control's program are pushed without a question.
      if function.group != S7UserFunction.numericalControl { operation.action = .report }
      if data < end { S7Indications.read(bytes, function, at: data, end: end, &operation, &exchange) }
    }
    exchange.operations.append(operation)
  }

  private static func request(
    _ bytes: RawSpan, _ function: S7UserFunction, at data: Int, end: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    switch function {
    case .readList where data + 4 <= end:
      operation.target = Target(
        area: .systemList, number: UInt32(bytes.u16(data)), address: UInt64(bytes.u16(data + 2)), count: 1)
      // Lists that name the module.
      let list = bytes.u16(data) & 0xFF
      if list == 0x11 || list == 0x1C { operation.action = .identify }
    case .blockInfo where data + 8 <= end:
      if let name = S7Items.block(bytes.slice(data, 8), &exchange) {
        operation.target = Target(area: .block, count: 1, name: name)
      }
    case .blocksOfType where data + 2 <= end:
      if let name = S7Items.blockType(bytes.slice(data, 2), &exchange) {
        operation.target = Target(area: .block, count: 1, name: name)
      }
    case .alarmAcknowledge, .alarmLock, .alarmUnlock:
      S7Indications.alarms(bytes, at: data, end: end, &operation, &exchange)
    case .setClock, .setFollowingClock:
      // A byte, the century, then year to weekday in BCD.
      operation.values = Values(.uint8, at: data + 1, 9, end: end)
    case .cyclicTransfer, .cyclicBlocks, .changeDriven, .changeDrivenModify:
      // Number of items, time base, factor, then the items.
      guard data + 4 <= end else { return }
      S7Items.read(
        bytes, at: data + 4, end: end, count: Int(bytes.u16(data)), data: nil, end, &operation, &exchange)
      operation.values = .none
      operation.fault = nil
    case .variableStatus, .modifyVariable, .force:
      // Sizes of parameters and data, parameters, number of variables, the variables, what is written to them.
      guard data + 4 <= end else { return }
      let first = data + 4 + Int(bytes.u16(data))
      guard first + 2 <= end else { return }
      S7Items.readTest(bytes, at: first, end: end, hasValues: function != .variableStatus, &operation, &exchange)
    default: break
    }
  }

  private static func answer(
    _ bytes: RawSpan, _ function: S7UserFunction, at data: Int, end: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    guard operation.outcome == .ok, data < end else { return }
    switch function {
    case .readList: identify(bytes, at: data, end: end, &exchange)
    case S7UserFunction(rawValue: 0x0701), S7UserFunction(rawValue: 0x0703):
      operation.values = Values(.uint8, at: data + 1, 9, end: end)
    case .cyclicTransfer, .cyclicBlocks, .changeDriven, .changeDrivenModify:
      if data + 2 <= end {
        S7Items.answers(
          bytes, at: data + 2, end: end, count: Int(bytes.u16(data)), .none, &operation, &exchange)
      }
    default: break
    }
  }

  /// What the lists 0x11 (order numbers and versions) and 0x1C (names and serial numbers) say of the module (Siemens A5E02789976, chapter 33).
  private static func identify(_ bytes: RawSpan, at data: Int, end: Int, _ exchange: inout Exchange) {
    guard data + 8 <= end else { return }
    let list = bytes.u16(data) & 0xFF
    let size = Int(bytes.u16(data + 4))
    guard list == 0x11 && size >= 28 || list == 0x1C && size >= 34 else { return }
    var report = IdentityReport()
    var offset = data + 8
    while offset + size <= end {
      let index = bytes.u16(offset)
      let text = bytes.slice(offset + 2, list == 0x11 ? 20 : 32).trimmed
      switch (list, index) {
      case (0x11, 1):
        report.model = exchange.name(text)
        if text.byteCount > 4, text.u32(0) == 0x3645_5337 { report.knownVendor = "Siemens" }
      case (0x11, 7) where bytes.u8(offset + 24) == 0x56:
        // `V`, then three numbers.
        report.firmware = exchange.name { name in
          name.append(0x56)
          for place in 25...27 {
            if place > 25 { name.append(0x2E) }
            name.append(decimal: UInt32(bytes.u8(offset + place)))
          }
        }
      case (0x1C, 1): report.name = exchange.name(text)
      case (0x1C, 5): report.serial = exchange.name(text)
      case (0x1C, 7): report.model = exchange.name(text)
      default: break
      }
      offset += size
    }
    exchange.identities.append(report)
  }
}
