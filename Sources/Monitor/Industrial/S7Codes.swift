// SPDX-License-Identifier: Apache-2.0

/// A function of a job and its acknowledgement. Codes and names as published in the sources of `S7Comm`.
struct S7Function: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let readVariable = S7Function(rawValue: 0x04)
  static let writeVariable = S7Function(rawValue: 0x05)
  static let requestDownload = S7Function(rawValue: 0x1A)
  static let downloadBlock = S7Function(rawValue: 0x1B)
  static let downloadEnded = S7Function(rawValue: 0x1C)
  static let startUpload = S7Function(rawValue: 0x1D)
  static let upload = S7Function(rawValue: 0x1E)
  static let endUpload = S7Function(rawValue: 0x1F)
  static let service = S7Function(rawValue: 0x28)
  static let stop = S7Function(rawValue: 0x29)
  static let setup = S7Function(rawValue: 0xF0)

  var name: StaticString {
    switch rawValue {
    case 0x00: "CPU services"
    case 0x04: "Read Var"
    case 0x05: "Write Var"
    case 0x1A: "Request download"
    case 0x1B: "Download block"
    case 0x1C: "Download ended"
    case 0x1D: "Start upload"
    case 0x1E: "Upload"
    case 0x1F: "End upload"
    case 0x28: "PI-Service"
    case 0x29: "PLC Stop"
    case 0xF0: "Setup communication"
    default: "S7 function not published"
    }
  }

  /// `service` alone does not tell; see `action(ofService:)`.
  var action: Action {
    switch rawValue {
    case 0x00: .diagnose
    case 0x04: .read
    case 0x05: .write
    case 0x1A...0x1F: .program
    case 0x28, 0x29: .state
    case 0xF0: .session
    default: .unknown
    }
  }

  /// What a program invocation service does, by its name: start of the program (`P_PROGRAM`), blocks put to work or deleted (`_INSE`, `_INS2`, `_DELE`),
  /// memory copied or compressed (`_MODU`, `_GARB`); services of numerical controls begin with `_N_` (Siemens, SINUMERIK 840D sl, NC Variables
  /// and PI services).
  static func action(ofService name: RawSpan) -> Action {
    // Asked once for each such job, which are rare.
    let text = String(decoding: [UInt8](copying: name), as: UTF8.self)
    func begins(_ prefix: String) -> Bool { text.hasPrefix(prefix) }
    if begins("P_PROGRAM") { return .state }
    if begins("_INS") || begins("_DELE") || begins("_MODU") || begins("_GARB") { return .program }
    if begins("_N_LOG") { return .authenticate }
    if begins("_N_F_") || begins("_N_DELETE") || begins("_N_RENAME") { return .file }
    if begins("_N_SELECT") { return .program }
    if begins("_N_IBN") || begins("_N_CONFIG") || begins("_N_SETUP") { return .configure }
    return begins("_N_") ? .operate : .state
  }

  /// Class (upper byte) and code of an error.
  static func error(_ error: UInt16) -> StaticString {
    switch error >> 8 {
    case 0x00: "No error"
    case 0x81: "Application relationship error"
    case 0x82: "Object definition error"
    case 0x83: "No resources available"
    case 0x84: "Service processing error"
    case 0x85: "Error on supplies"
    case 0x87: "Access error"
    case 0xD2: "Block or number error"
    case 0xD6: "Access protection"
    default: "Error class not published"
    }
  }
}

/// Group and subfunction of user data. Names of the test functions (group 1) as in STEP 7's messages.
struct S7UserFunction: RawRepresentable, Hashable, Sendable {
  /// Group in the upper byte, subfunction in the lower one.
  let rawValue: UInt16
  var group: UInt8 { UInt8(rawValue >> 8) }

  static let readList = S7UserFunction(rawValue: 0x0401)
  static let blockInfo = S7UserFunction(rawValue: 0x0303)
  static let blocksOfType = S7UserFunction(rawValue: 0x0302)
  static let setClock = S7UserFunction(rawValue: 0x0702)
  static let variableStatus = S7UserFunction(rawValue: 0x0102)
  static let modifyVariable = S7UserFunction(rawValue: 0x0108)
  static let force = S7UserFunction(rawValue: 0x0109)

  var name: StaticString {
    switch rawValue {
    case 0x0000...0x00FF: "Mode transition"
    case 0x0101: "Block status"
    case 0x0102: "Variable status"
    case 0x0103: "Output interrupt stack"
    case 0x0104: "Output block stack"
    case 0x0105: "Output local data stack"
    case 0x0106: "Time measurement"
    case 0x0107: "Force selection"
    case 0x0108: "Modify variable"
    case 0x0109: "Force"
    case 0x010A: "Breakpoint"
    case 0x010B: "Exit hold"
    case 0x010C: "Memory reset"
    case 0x010D: "Disable job"
    case 0x010E: "Enable job"
    case 0x010F: "Delete job"
    case 0x0110: "Read job list"
    case 0x0111: "Read job"
    case 0x0112: "Replace job"
    case 0x0113: "Block status, second version"
    case 0x0116: "Flash LED"
    case 0x0201: "Cyclic transfer"
    case 0x0202: "Cyclic transfer of data blocks"
    case 0x0204: "Unsubscribe"
    case 0x0205: "Change driven transfer"
    case 0x0207: "Change driven transfer modify"
    case 0x0208: "Read record"
    case 0x0301: "List blocks"
    case 0x0302: "List blocks of type"
    case 0x0303: "Get block info"
    case 0x0401: "Read SZL"
    case 0x0402: "Message service"
    case 0x0403: "Diagnostic message"
    case 0x0405: "ALARM_8 indication"
    case 0x0406: "NOTIFY indication"
    case 0x0407: "ALARM_8 lock"
    case 0x0408: "ALARM_8 unlock"
    case 0x0409: "SCAN indication"
    case 0x040B: "Alarm acknowledged indication"
    case 0x040C: "Alarm acknowledge"
    case 0x040D: "ALARM_8 lock indication"
    case 0x040E: "ALARM_8 unlock indication"
    case 0x0411: "ALARM_SQ indication"
    case 0x0412: "ALARM_S indication"
    case 0x0413: "Alarm query"
    case 0x0416: "NOTIFY_8 indication"
    case 0x0501: "PLC password"
    case 0x0502: "PLC password, log off"
    case 0x0600...0x06FF: "Block send and receive"
    case 0x0701: "Read clock"
    case 0x0702: "Set clock"
    case 0x0703: "Read clock, following"
    case 0x0704: "Set clock, following"
    case 0x0F01: "NC request download"
    case 0x0F02: "NC download block"
    case 0x0F03: "NC continue download"
    case 0x0F04: "NC download ended"
    case 0x0F06: "NC start upload"
    case 0x0F07: "NC upload"
    case 0x0F08: "NC continue upload"
    default: "User data function not published"
    }
  }

  var action: Action {
    switch rawValue {
    case 0x0000...0x00FF: .report
    case 0x0101...0x0106, 0x010D...0x0113, 0x0116: .diagnose
    case 0x0107, 0x0109: .operate
    case 0x0108: .write
    case 0x010A...0x010C: .state
    case 0x0201...0x0208: .read
    case 0x0301...0x0303: .diagnose
    case 0x0401, 0x0402, 0x0413: .diagnose
    case 0x0403...0x0406, 0x0409, 0x040B, 0x040D...0x0412, 0x0416: .report
    case 0x0407, 0x0408: .configure
    case 0x040C: .write
    case 0x0501, 0x0502: .authenticate
    case 0x0600...0x06FF: .write
    case 0x0701, 0x0703: .diagnose
    case 0x0702, 0x0704: .clock
    case 0x0F01...0x0F08: .program
    default: .unknown
    }
  }

  /// Parameter errors of user data.
  static func error(_ code: UInt16) -> StaticString {
    switch code {
    case 0x8104: "Function not supported"
    case 0x8500: "Wrong PDU size"
    case 0x8702: "Invalid address"
    case 0xD201...0xD20F: "Block error"
    case 0xD401: "Information function not available"
    case 0xD402: "Information list not available"
    case 0xD403: "Already logged on"
    case 0xD404: "Not logged on"
    case 0xD405, 0xD406: "Argument of the function wrong"
    case 0xD601: "Password not known to the module"
    case 0xD602: "Password wrong"
    case 0xD603, 0xD604: "No password needed or already legitimised"
    case 0xD605: "Password missing"
    default: "Error not published"
    }
  }
}

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
    // Types 1 to 3 are those of numerical controls.
    let role: Role = kind == 4 || kind == 1 ? .request : kind == 8 || kind == 2 ? .response : .report
    var operation = Operation(
      exchange.carried[0], function.action, role, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = part.reference
    operation.unit = part.unit
    operation.facets[.functionGroup] = UInt32(function.group)
    let data = part.data + 4
    let hasData = data <= part.end
    let end = hasData ? min(part.end, data + Int(bytes.u16(part.data + 2))) : part.end
    switch role {
    case .request:
      request(bytes, function, at: data, end: end, &operation, &exchange)
      exchange.ask(operation)
    case .response:
      if operation.action == .report { operation.action = .diagnose }
      let error = first + 12 <= part.data ? bytes.u16(first + 10) : 0
      operation.outcome = error == 0 ? .ok : .error(code: UInt32(error), name: S7UserFunction.error(error))
      if error == 0, hasData, bytes.u8(part.data) != 0xFF, data < end || bytes.u8(part.data) != 0x0A {
        let code = bytes.u8(part.data)
        operation.outcome = .error(code: UInt32(code), name: S7Items.name(ofReturnCode: code))
      }
      if let asked = exchange.waiting(transaction: part.reference, unit: part.unit) {
        if exchange[asked].operation.code == operation.code, exchange[asked].operation.dissector == operation.dissector
        {
          operation.target = exchange[asked].operation.target
          operation.action = exchange[asked].operation.action
          operation.latency = exchange.time &- exchange[asked].time
          operation.pairing = .answered
          exchange.answered(asked)
        } else {
          operation.pairing = .mismatched
        }
      } else {
        operation.pairing = .unasked
      }
      answer(bytes, function, at: data, end: end, &operation, &exchange)
    case .report:
      operation.action = .report
      if data < end { operation.values = Values(.uint8, at: data, .max, end: end) }
    }
    if exchange.isCut { operation.fault = nil }
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
      if [0x11, 0x1C].contains(bytes.u16(data) & 0xFF) { operation.action = .identify }
    case .blockInfo where data + 7 <= end, .blocksOfType where data + 7 <= end:
      if let name = S7Items.block(bytes.slice(data, 8), &exchange) {
        operation.target = Target(area: .block, count: 1, name: name)
      }
    case .setClock:
      // A byte, the century, then year to weekday in BCD.
      operation.values = Values(.uint8, at: data + 1, 9, end: end)
    case S7UserFunction(rawValue: 0x0201), S7UserFunction(rawValue: 0x0205), S7UserFunction(rawValue: 0x0207):
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
    case S7UserFunction(rawValue: 0x0201), S7UserFunction(rawValue: 0x0205):
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
      let text = trimmed(bytes.slice(offset + 2, list == 0x11 ? 20 : 32))
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
            name += Array(String(bytes.u8(offset + place)).utf8)
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

  /// Without blanks and zeros behind it.
  @_lifetime(copy bytes)
  private static func trimmed(_ bytes: RawSpan) -> RawSpan {
    var count = 0
    while count < bytes.byteCount, bytes.u8(count) != 0 { count += 1 }
    while count > 0, bytes.u8(count - 1) == 0x20 { count -= 1 }
    return bytes.extracting(first: count)
  }
}
