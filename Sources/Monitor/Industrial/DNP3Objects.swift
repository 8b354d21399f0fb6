// SPDX-License-Identifier: Apache-2.0

/// An application function code (IEEE 1815-2012, 4.4 and table 4-3).
struct DNP3Function: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let confirm = DNP3Function(rawValue: 0)
  static let write = DNP3Function(rawValue: 2)
  static let response = DNP3Function(rawValue: 129)
  static let unsolicited = DNP3Function(rawValue: 130)

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

  /// Whether objects stand behind the headers of this function; headers of the others only name them.
  var hasData: Bool {
    switch rawValue {
    case 2...6, 11, 12, 25...33, 129...131: true
    default: false
    }
  }

  /// What the internal indications refuse (4.5.3); the first half of the word is IIN1.
  static func refusal(_ indications: UInt16) -> StaticString? {
    if indications & 0x01 != 0 { return "NO_FUNC_CODE_SUPPORT" }
    if indications & 0x02 != 0 { return "OBJECT_UNKNOWN" }
    if indications & 0x04 != 0 { return "PARAMETER_ERROR" }
    if indications & 0x10 != 0 { return "ALREADY_EXECUTING" }
    return nil
  }
}

/// An object: group and variation (IEEE 1815-2012, annex A).
struct DNP3Object: Sendable {
  let group: UInt8
  let variation: UInt8

  /// Bits of an object that is packed with others into bytes; 0 for those that are not.
  var bits: Int {
    switch (group, variation) {
    case (1, 1), (10, 1), (12, 3), (80, 1): 1
    case (3, 1): 2
    default: 0
    }
  }
  var isPacked: Bool { bits > 0 }

  /// Bytes of an object; nil for those of varying size, and unknown ones.
  var size: Int? {
    switch group {
    case 1, 3, 10: return variation == 2 ? 1 : nil
    case 2, 4: return bytes(0x3710)
    case 11, 13: return bytes(0x710)
    case 12: return variation == 1 || variation == 2 ? 11 : nil
    case 20: return bytes(0x2_4243_5350)
    case 21: return bytes(0x2_4249_B9B3_5350)
    case 22, 23: return bytes(0x9_B9B3_5350)
    case 30: return bytes(0x9524350)
    case 31: return bytes(0x9_5249_B350)
    case 32, 33, 42, 43: return bytes(0xF_B959_B350)
    case 34: return bytes(0x4420)
    case 40, 41: return bytes(0x95350)
    case 50: return bytes(0xB6A60)
    case 51: return variation == 1 || variation == 2 ? 6 : nil
    case 52: return variation == 1 || variation == 2 ? 2 : nil
    case 60: return 0
    case 81: return variation == 1 ? 3 : nil
    case 101: return bytes(0x8420)
    case 102: return variation == 1 ? 1 : nil
    // The variation is the length of the string.
    case 110...113: return Int(variation)
    case 121: return variation == 1 ? 7 : nil
    case 122: return bytes(0xD70)
    default: return nil
    }
  }

  /// The digit of the variation, that of variation 0 on the right; nil for 0.
  private func bytes(_ digits: UInt64) -> Int? {
    let digit = variation < 16 ? Int(digits >> (4 * UInt64(variation)) & 15) : 0
    return digit == 0 ? nil : digit
  }

  /// How to read its value, and where that stands in the object.
  var value: (format: Values.Format, offset: Int) {
    switch (group, variation) {
    case (1, 1), (10, 1), (12, 3), (80, 1): (.bit, 0)
    case (3, 1): (.doubleBit, 0)
    // The state is the uppermost bit, or the two uppermost ones, of the flags.
    case (1, 2), (2, 1...3), (10, 2), (11, 1...2): (.topBit, 0)
    case (3, 2), (4, 1...3): (.topBits, 0)
    case (12, 1...2), (13, 1...2): (.uint8, 0)
    case (20, 1), (20, 3), (21, 1), (21, 3), (21, 5), (21, 7), (22, 1), (22, 3), (22, 5), (22, 7): (.uint32LE, 1)
    case (23, 1), (23, 3), (23, 5), (23, 7): (.uint32LE, 1)
    case (20, 2), (20, 4), (21, 2), (21, 4), (21, 6), (21, 8), (22, 2), (22, 4), (22, 6), (22, 8): (.uint16LE, 1)
    case (23, 2), (23, 4), (23, 6), (23, 8): (.uint16LE, 1)
    case (20, 5), (20, 7), (21, 9), (21, 11): (.uint32LE, 0)
    case (20, 6), (20, 8), (21, 10), (21, 12): (.uint16LE, 0)
    case (30...33, 1), (32...33, 3), (31, 3), (40, 1), (42...43, 1), (42...43, 3): (.int32LE, 1)
    case (30...33, 2), (31...33, 4), (40, 2), (42...43, 2), (42...43, 4): (.int16LE, 1)
    case (30, 3), (31, 5): (.int32LE, 0)
    case (30, 4), (31, 6): (.int16LE, 0)
    case (30, 5), (31, 7), (32...33, 5), (32...33, 7), (40, 3), (42...43, 5), (42...43, 7): (.float32LE, 1)
    case (30, 6), (31, 8), (32...33, 6), (32...33, 8), (40, 4), (42...43, 6), (42...43, 8): (.float64LE, 1)
    case (34, 1): (.uint16LE, 0)
    case (34, 2): (.uint32LE, 0)
    case (34, 3): (.float32LE, 0)
    case (41, 1): (.int32LE, 0)
    case (41, 2): (.int16LE, 0)
    case (41, 3): (.float32LE, 0)
    case (41, 4): (.float64LE, 0)
    case (50, 1...4), (51, 1...2): (.uint48LE, 0)
    case (52, 1...2): (.uint16LE, 0)
    case (101, 1): (.uint16LE, 0)
    case (101, 2): (.uint32LE, 0)
    case (102, 1): (.uint8, 0)
    default: (.none, 0)
    }
  }

  /// Where the flags stand, for objects that have them.
  var flags: Int? {
    switch (group, variation) {
    case (1, 2), (2, 1...3), (3, 2), (4, 1...3), (10, 2), (11, 1...2), (20...23, 1...2), (22...23, 5...6), (30, 1...2),
      (30, 5...6), (32...33, 1...8), (40, 1...4), (42...43, 1...8):
      0
    default: nil
    }
  }

  /// Status codes of controls (annex A.8, table A-3).
  static func controlStatus(_ code: UInt8) -> StaticString {
    switch code {
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
    default: "Status not in IEEE 1815"
    }
  }
}

/// The range of an object header (4.2.2.7.3): qualifier, then start and stop, or a count.
struct DNP3Range {
  /// Bytes before each object.
  let prefix: Int
  /// The prefix is the object's size; else its index.
  let isSized: Bool
  let isAll: Bool
  let first: UInt64
  let count: UInt32
  /// Where the header ends.
  let end: Int
  var isIndexed: Bool { prefix > 0 && !isSized }

  /// Nil where the qualifier is none, the header is cut short, or its stop stands before its start.
  init?(_ bytes: RawSpan, at offset: Int) {
    let qualifier = bytes.u8(offset)
    guard qualifier & 0x80 == 0 else { return nil }
    let code = Int(qualifier >> 4)
    guard code <= 6 else { return nil }
    prefix = [0, 1, 2, 4, 1, 2, 4][code]
    isSized = code >= 4
    let place = offset + 1
    var first: UInt64 = 0
    var count: UInt64 = 0
    var isAll = false
    let size: Int
    switch qualifier & 15 {
    case 0, 3: size = 2
    case 1, 4: size = 4
    case 2, 5: size = 8
    case 6: size = 0
    case 7, 11: size = 1
    case 8: size = 2
    case 9: size = 4
    default: return nil
    }
    guard place + size <= bytes.byteCount else { return nil }
    switch qualifier & 15 {
    case 0...5:
      let stop: UInt64
      switch size {
      case 2: (first, stop) = (UInt64(bytes.u8(place)), UInt64(bytes.u8(place + 1)))
      case 4: (first, stop) = (UInt64(bytes.u16LE(place)), UInt64(bytes.u16LE(place + 2)))
      default: (first, stop) = (UInt64(bytes.u32LE(place)), UInt64(bytes.u32LE(place + 4)))
      }
      guard stop >= first, stop - first < UInt64(UInt32.max) else { return nil }
      count = stop - first + 1
    case 6: isAll = true
    default:
      count = size == 1 ? UInt64(bytes.u8(place)) : size == 2 ? UInt64(bytes.u16LE(place)) : UInt64(bytes.u32LE(place))
    }
    self.first = first
    self.count = UInt32(count)
    self.isAll = isAll
    end = place + size
  }
}
