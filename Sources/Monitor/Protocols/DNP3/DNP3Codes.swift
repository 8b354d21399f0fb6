// SPDX-License-Identifier: Apache-2.0

/// A function code of the data link layer, including the PRM bit, which selects one of two lists: IEEE 1815-2012,
/// 9.2.4.1.3.
struct DNP3LinkFunction: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8
  private static let primary: UInt8 = 0x40

  static let nack = DNP3LinkFunction(rawValue: 1)
  static let notSupported = DNP3LinkFunction(rawValue: 15)

  var isPrimary: Bool { rawValue & DNP3LinkFunction.primary != 0 }
  /// The code without the PRM bit.
  var code: UInt8 { rawValue & 15 }
  var isRefusal: Bool { self == .nack || self == .notSupported }

  var isKnown: Bool {
    switch rawValue {
    case 0x40...0x44, 0x49, 0, 1, 11, 15: true
    default: false
    }
  }
  var name: StaticString {
    switch rawValue {
    case 0x40: "RESET_LINK_STATES"
    case 0x41: "RESET user process"
    case 0x42: "TEST_LINK_STATES"
    case 0x43: "CONFIRMED_USER_DATA"
    case 0x44: "UNCONFIRMED_USER_DATA"
    case 0x49: "REQUEST_LINK_STATUS"
    case 0: "ACK"
    case 1: "NACK"
    case 11: "LINK_STATUS"
    case 15: "NOT_SUPPORTED"
    default: "Link function not in IEEE 1815"
    }
  }
}

/// An application function code (IEEE 1815-2012, 4.4 and table 4-3).
struct DNP3Function: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let confirm = DNP3Function(rawValue: 0)
  static let read = DNP3Function(rawValue: 1)
  static let write = DNP3Function(rawValue: 2)
  static let authenticate = DNP3Function(rawValue: 32)
  static let response = DNP3Function(rawValue: 129)
  static let unsolicited = DNP3Function(rawValue: 130)
  static let authenticationResponse = DNP3Function(rawValue: 131)

  /// Sent by an outstation.
  var isResponse: Bool { rawValue >= 0x80 }

  var name: StaticString {
    switch rawValue {
    case 0: "CONFIRM"
    case 1: "READ"
    case 2: "WRITE"
    case 3: "SELECT"
    case 4: "OPERATE"
    case 5: "DIRECT_OPERATE"
    case 6: "DIRECT_OPERATE_NR"
    case 7: "IMMED_FREEZE"
    case 8: "IMMED_FREEZE_NR"
    case 9: "FREEZE_CLEAR"
    case 10: "FREEZE_CLEAR_NR"
    case 11: "FREEZE_AT_TIME"
    case 12: "FREEZE_AT_TIME_NR"
    case 13: "COLD_RESTART"
    case 14: "WARM_RESTART"
    case 15: "INITIALIZE_DATA"
    case 16: "INITIALIZE_APPL"
    case 17: "START_APPL"
    case 18: "STOP_APPL"
    case 19: "SAVE_CONFIG"
    case 20: "ENABLE_UNSOLICITED"
    case 21: "DISABLE_UNSOLICITED"
    case 22: "ASSIGN_CLASS"
    case 23: "DELAY_MEASURE"
    case 24: "RECORD_CURRENT_TIME"
    case 25: "OPEN_FILE"
    case 26: "CLOSE_FILE"
    case 27: "DELETE_FILE"
    case 28: "GET_FILE_INFO"
    case 29: "AUTHENTICATE_FILE"
    case 30: "ABORT_FILE"
    case 31: "ACTIVATE_CONFIG"
    case 32: "AUTHENTICATE_REQ"
    case 33: "AUTH_REQ_NO_ACK"
    case 129: "RESPONSE"
    case 130: "UNSOLICITED_RESPONSE"
    case 131: "AUTHENTICATE_RESP"
    default: "Function not in IEEE 1815"
    }
  }

  /// A response takes the action of its request.
  var action: Action {
    switch rawValue {
    case 0: .session
    case 1, 129: .read
    case 2, 7...12: .write
    case 3...6: .operate
    case 13, 14, 16...18: .state
    case 15, 19...22, 31: .configure
    // Recording the time of a request's arrival sets no clock: the write of group 50 that follows does (10.3).
    case 23, 24: .diagnose
    case 25...28, 30: .file
    case 29, 32, 33, 131: .authenticate
    case 130: .report
    default: .unknown
    }
  }

  var phase: Phase {
    switch rawValue {
    case 3: .select
    case 4: .execute
    default: .none
    }
  }

  /// The functions whose names end in NR (no response).
  var isUnanswered: Bool { rawValue == 6 || rawValue == 8 || rawValue == 10 || rawValue == 12 || rawValue == 33 }

  /// Whether this function's object headers are followed by objects of the group, or only name them. A freeze at a
  /// given time has one object with data, which states the time; the other headers only name what to freeze (4.4.12).
  func hasData(_ group: UInt8) -> Bool {
    switch rawValue {
    case 2...6, 25...33, 129...131: true
    case 11, 12: group == DNP3Group.timeAndDate
    default: false
    }
  }
}

/// Status of an echoed control (IEEE 1815-2012, annex A.8, table A-3).
struct DNP3ControlStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let success = DNP3ControlStatus(rawValue: 0)

  var name: StaticString {
    switch rawValue {
    case 0: "SUCCESS"
    case 1: "TIMEOUT"
    case 2: "NO_SELECT"
    case 3: "FORMAT_ERROR"
    case 4: "NOT_SUPPORTED"
    case 5: "ALREADY_ACTIVE"
    case 6: "HARDWARE_ERROR"
    case 7: "LOCAL"
    case 8: "TOO_MANY_OBJS"
    case 9: "NOT_AUTHORIZED"
    case 10: "AUTOMATION_INHIBIT"
    case 11: "PROCESSING_LIMITED"
    case 12: "OUT_OF_RANGE"
    case 13: "DOWNSTREAM_LOCAL"
    case 14: "ALREADY_COMPLETE"
    case 15: "BLOCKED"
    case 16: "CANCELLED"
    case 17: "BLOCKED_OTHER_MASTER"
    case 18: "DOWNSTREAM_FAIL"
    case 126: "NON_PARTICIPATING"
    case 127: "UNDEFINED"
    default: "Status not in IEEE 1815"
    }
  }
}

/// Status of a file service (IEEE 1815-2012, annex A.31.4).
struct DNP3FileStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let success = DNP3FileStatus(rawValue: 0)

  var name: StaticString {
    switch rawValue {
    case 0: "SUCCESS"
    case 1: "PERMISSION_DENIED"
    case 2: "INVALID_MODE"
    case 3: "FILE_NOT_FOUND"
    case 4: "FILE_LOCKED"
    case 5: "TOO_MANY_OPEN"
    case 6: "INVALID_HANDLE"
    case 7: "WRITE_BLOCK_SIZE"
    case 8: "COMM_LOST"
    case 9: "CANNOT_ABORT"
    case 16: "NOT_OPENED"
    case 17: "HANDLE_EXPIRED"
    case 18: "BUFFER_OVERRUN"
    case 19: "FATAL"
    case 20: "BLOCK_SEQ"
    case 255: "UNDEFINED"
    default: "Status not in IEEE 1815"
    }
  }
}
