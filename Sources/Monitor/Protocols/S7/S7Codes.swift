// SPDX-License-Identifier: Apache-2.0

/// A function of a job and its acknowledgement. Codes and names as published in the sources of `S7Comm`.
struct S7Function: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let cpuServices = S7Function(rawValue: 0x00)
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

  /// For `service` see `action(ofService:)`: its name decides.
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

  /// What a program invocation service does, by its name: start of the program (`P_PROGRAM`), blocks put to work or
  /// deleted (`_INSE`, `_INS2`, `_DELE`), memory copied or compressed (`_MODU`, `_GARB`); services of numerical
  /// controls begin with `_N_` (Siemens, SINUMERIK 840D sl, NC Variables and PI services).
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
  static let readClock = S7UserFunction(rawValue: 0x0701)
  static let setClock = S7UserFunction(rawValue: 0x0702)
  static let variableStatus = S7UserFunction(rawValue: 0x0102)
  static let modifyVariable = S7UserFunction(rawValue: 0x0108)
  static let force = S7UserFunction(rawValue: 0x0109)
  static let cyclicTransfer = S7UserFunction(rawValue: 0x0201)
  static let cyclicBlocks = S7UserFunction(rawValue: 0x0202)
  static let changeDriven = S7UserFunction(rawValue: 0x0205)
  static let changeDrivenModify = S7UserFunction(rawValue: 0x0207)
  static let diagnosticMessage = S7UserFunction(rawValue: 0x0403)
  static let alarmLock = S7UserFunction(rawValue: 0x0407)
  static let alarmUnlock = S7UserFunction(rawValue: 0x0408)
  static let alarmAcknowledge = S7UserFunction(rawValue: 0x040B)
  static let readFollowingClock = S7UserFunction(rawValue: 0x0703)
  static let setFollowingClock = S7UserFunction(rawValue: 0x0704)
  /// The group of numerical controls' functions.
  static let numericalControl: UInt8 = 15

  var name: StaticString {
    switch rawValue {
    case 0x0000: "Mode transition to STOP"
    case 0x0001: "Mode transition to Warm Restart"
    case 0x0002: "Mode transition to RUN"
    case 0x0003: "Mode transition to Hot Restart"
    case 0x0004: "Mode transition to HOLD"
    case 0x0006: "Mode transition to Cold Restart"
    case 0x0009: "Mode transition to RUN_R (redundant)"
    case 0x000B: "Mode transition to LINK-UP"
    case 0x000C: "Mode transition to UPDATE"
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
    case 0x040B: "ALARM acknowledge"
    case 0x040C: "ALARM acknowledge indication"
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
    case 0x0403...0x0406, 0x0409, 0x040C...0x0412, 0x0416: .report
    case 0x0407, 0x0408: .configure
    case 0x040B: .write
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
