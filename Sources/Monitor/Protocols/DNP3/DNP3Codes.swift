// SPDX-License-Identifier: Apache-2.0

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

  /// An answer's is its question's.
  var action: Action {
    switch rawValue {
    case 0: .session
    case 1, 129: .read
    case 2, 7...12: .write
    case 3...6: .operate
    case 13, 14, 16...18: .state
    case 15, 19...22, 31: .configure
    case 23: .diagnose
    case 24: .clock
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

  /// Functions whose names end in NR.
  var isUnanswered: Bool { rawValue == 6 || rawValue == 8 || rawValue == 10 || rawValue == 12 || rawValue == 33 }

  /// Whether objects of a group stand behind the headers of this function; headers of the others only name them. What is to be frozen at a time is named
  /// behind the one object that says when (4.4.12).
  func hasData(_ group: UInt8) -> Bool {
    switch rawValue {
    case 2...6, 25...33, 129...131: true
    case 11, 12: group == 50
    default: false
    }
  }

  /// The bits of IIN2 that refuse a request.
  static let refusals: UInt16 = 0x17

  /// What the internal indications refuse (4.5.3); the first half of the word is IIN1.
  static func refusal(_ indications: UInt16) -> StaticString? {
    if indications & 0x01 != 0 { return "NO_FUNC_CODE_SUPPORT" }
    if indications & 0x02 != 0 { return "OBJECT_UNKNOWN" }
    if indications & 0x04 != 0 { return "PARAMETER_ERROR" }
    if indications & 0x10 != 0 { return "ALREADY_EXECUTING" }
    return nil
  }
}
