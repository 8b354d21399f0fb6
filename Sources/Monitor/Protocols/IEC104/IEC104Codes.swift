// SPDX-License-Identifier: Apache-2.0

/// An unnumbered control function, with the two bits that mark the format: IEC 60870-5-104:2006, 5.1 and 5.3.
struct IEC104Function: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let startActivation = IEC104Function(rawValue: 0x07)
  static let startConfirmation = IEC104Function(rawValue: 0x0B)
  static let stopActivation = IEC104Function(rawValue: 0x13)
  static let stopConfirmation = IEC104Function(rawValue: 0x23)
  static let testActivation = IEC104Function(rawValue: 0x43)
  static let testConfirmation = IEC104Function(rawValue: 0x83)

  var isKnown: Bool {
    switch self {
    case .startActivation, .stopActivation, .testActivation: true
    default: isConfirmation
    }
  }
  var isConfirmation: Bool {
    switch self {
    case .startConfirmation, .stopConfirmation, .testConfirmation: true
    default: false
    }
  }
  var name: StaticString {
    switch self {
    case .startActivation: "STARTDT act"
    case .startConfirmation: "STARTDT con"
    case .stopActivation: "STOPDT act"
    case .stopConfirmation: "STOPDT con"
    case .testActivation: "TESTFR act"
    case .testConfirmation: "TESTFR con"
    default: "Control function not in IEC 60870-5-104"
    }
  }
}

/// Type identification of an ASDU: IEC 60870-5-101:2003, 7.2.1, IEC 60870-5-104:2006, 6, for the types with long time,
/// and IEC TS 60870-5-7:2013 for those of secure authentication.
struct IEC104Type: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// C_CI_NA_1.
  static let counterInterrogation = IEC104Type(rawValue: 101)
  /// C_RD_NA_1.
  static let readCommand = IEC104Type(rawValue: 102)
  /// C_CS_NA_1.
  static let clockSynchronization = IEC104Type(rawValue: 103)

  /// Bytes of one information element, including its time tag; nil for reserved types, for the one of variable length
  /// (125), and for those of IEC TS 60870-5-7, whose layout no public document confirms.
  var size: Int? {
    switch rawValue {
    case 1, 3, 45...47, 70, 100, 101, 105, 113: 1
    case 2, 4, 51, 122, 124: 4
    case 5, 21, 104, 106: 2
    case 6, 7, 13, 15, 20, 50, 112, 123: 5
    case 8, 14, 16, 30, 31, 58...60: 8
    case 9, 11, 48, 49, 110, 111: 3
    case 10, 12, 17, 120: 6
    case 18, 19, 103, 121: 7
    case 32, 107: 9
    case 34, 35, 38, 61, 62: 10
    case 39, 40, 64: 11
    case 33, 36, 37, 63: 12
    case 102: 0
    case 126: 13
    case 127: 16
    default: nil
    }
  }

  var isKnown: Bool { size != nil || rawValue == 41 || rawValue == 125 || isSecurity }
  /// Challenges, replies and keys (IEC TS 60870-5-7): no information objects.
  var isSecurity: Bool { 81...87 ~= rawValue || 90...95 ~= rawValue }
  /// Process information in monitor direction.
  var isMonitored: Bool { rawValue <= 41 || rawValue == 70 }
  /// The same without what a station says of itself.
  var isProcessInformation: Bool { 1...40 ~= rawValue }
  /// Commands, system information and parameters: one information object, SQ = 0 (IEC 60870-5-101, 7.3.2 to 7.3.5;
  /// IEC 60870-5-104, 8, for the types with long time).
  var isSingle: Bool {
    switch rawValue {
    case 45...51, 58...64, 70, 100...107, 110...113: true
    default: false
    }
  }
  /// Files are transferred in both directions.
  var isFile: Bool { 120...127 ~= rawValue }

  /// The format of an element's value, and the quality and time after it.
  var value: (format: Values.Format, marks: Values.Marks) {
    switch rawValue {
    case 1, 2, 30: (.bit, Values.Marks(.highFour, time))
    case 3, 4, 31: (.doubleBit, Values.Marks(.highFour, time))
    case 45, 58: (.bit, Values.Marks(.none, time))
    case 46, 47, 59, 60: (.doubleBit, Values.Marks(.none, time))
    case 5, 6, 32: (.int7, Values.Marks(.after, time))
    case 7, 8, 33: (.uint32LE, Values.Marks(.after, time))
    case 51, 64: (.uint32LE, Values.Marks(.none, time))
    case 9, 10, 34: (.normalizedLE, Values.Marks(.after, time))
    case 21: (.normalizedLE, .none)
    case 48, 61, 110: (.normalizedLE, Values.Marks(.qualifier, time))
    case 11, 12, 35: (.int16LE, Values.Marks(.after, time))
    case 49, 62, 111: (.int16LE, Values.Marks(.qualifier, time))
    case 13, 14, 36: (.float32LE, Values.Marks(.after, time))
    case 50, 63, 112: (.float32LE, Values.Marks(.qualifier, time))
    // The lower bits of a counter's quality are a sequence number.
    case 15, 16, 37: (.int32LE, Values.Marks(.afterHighThree, time))
    // Protection events: two bits of state in the quality byte, or eight bits before it; then how long it took.
    case 17, 38: (.doubleBit, Values.Marks(.highFive, time))
    case 18, 19, 39, 40: (.uint8, Values.Marks(.afterThenElapsed, time))
    // Sixteen states, then sixteen bits that mark those that changed.
    case 20: (.uint16LE, Values.Marks(.afterChanges))
    case 103: (.binaryTime, .none)
    // Test pattern, counter, delay; the name of a file.
    case 104, 106, 107, 120...127: (.uint16LE, Values.Marks(.none, time))
    default: (.none, .none)
    }
  }

  /// The time tag at the end of an element (IEC 60870-5-101, 7.3; IEC 60870-5-104, 8).
  private var time: Values.Marks.Time {
    switch rawValue {
    case 2, 4, 6, 8, 10, 12, 14, 16...19: .minutes
    case 30...40, 58...64, 107: .whole
    default: .none
    }
  }

  /// Offset of a file's or a section's qualifier in the element; -1 without one (IEC 60870-5-101, 7.2.6.26
  /// to 7.2.6.38).
  var fileQualifier: Int {
    switch rawValue {
    case 120: 5
    case 121: 6
    case 122...124: 3
    case 126: 5
    default: -1
    }
  }

  /// Offset of the qualifier with the select bit in a command's element; -1 if the command has none.
  var qualifier: Int {
    switch rawValue {
    case 45...47, 58...60: 0
    case 48, 49, 61, 62: 2
    case 50, 63: 4
    default: -1
    }
  }

  var action: Action {
    switch rawValue {
    case 1...41, 70: .report
    case 45...51, 58...64: .operate
    case 100...102: .read
    case 103: .clock
    case 104, 106, 107: .diagnose
    case 105: .state
    case 81...87, 90...95: .authenticate
    case 110...113: .configure
    case 120...127: .file
    default: .unknown
    }
  }

  var name: StaticString {
    switch rawValue {
    case 1: "M_SP_NA_1 single-point information"
    case 2: "M_SP_TA_1 single-point information with time tag"
    case 3: "M_DP_NA_1 double-point information"
    case 4: "M_DP_TA_1 double-point information with time tag"
    case 5: "M_ST_NA_1 step position information"
    case 6: "M_ST_TA_1 step position information with time tag"
    case 7: "M_BO_NA_1 bitstring of 32 bits"
    case 8: "M_BO_TA_1 bitstring of 32 bits with time tag"
    case 9: "M_ME_NA_1 measured value, normalized"
    case 10: "M_ME_TA_1 measured value, normalized, with time tag"
    case 11: "M_ME_NB_1 measured value, scaled"
    case 12: "M_ME_TB_1 measured value, scaled, with time tag"
    case 13: "M_ME_NC_1 measured value, short floating point"
    case 14: "M_ME_TC_1 measured value, short floating point, with time tag"
    case 15: "M_IT_NA_1 integrated totals"
    case 16: "M_IT_TA_1 integrated totals with time tag"
    case 17: "M_EP_TA_1 event of protection equipment with time tag"
    case 18: "M_EP_TB_1 packed start events of protection equipment with time tag"
    case 19: "M_EP_TC_1 packed output circuit information with time tag"
    case 20: "M_PS_NA_1 packed single-point information with status change detection"
    case 21: "M_ME_ND_1 measured value, normalized, without quality"
    case 30: "M_SP_TB_1 single-point information with long time tag"
    case 31: "M_DP_TB_1 double-point information with long time tag"
    case 32: "M_ST_TB_1 step position information with long time tag"
    case 33: "M_BO_TB_1 bitstring of 32 bits with long time tag"
    case 34: "M_ME_TD_1 measured value, normalized, with long time tag"
    case 35: "M_ME_TE_1 measured value, scaled, with long time tag"
    case 36: "M_ME_TF_1 measured value, short floating point, with long time tag"
    case 37: "M_IT_TB_1 integrated totals with long time tag"
    case 38: "M_EP_TD_1 event of protection equipment with long time tag"
    case 39: "M_EP_TE_1 packed start events of protection equipment with long time tag"
    case 40: "M_EP_TF_1 packed output circuit information with long time tag"
    case 41: "S_IT_TC_1 integrated totals of security statistics with long time tag"
    case 45: "C_SC_NA_1 single command"
    case 46: "C_DC_NA_1 double command"
    case 47: "C_RC_NA_1 regulating step command"
    case 48: "C_SE_NA_1 set-point command, normalized"
    case 49: "C_SE_NB_1 set-point command, scaled"
    case 50: "C_SE_NC_1 set-point command, short floating point"
    case 51: "C_BO_NA_1 bitstring of 32 bits"
    case 58: "C_SC_TA_1 single command with long time tag"
    case 59: "C_DC_TA_1 double command with long time tag"
    case 60: "C_RC_TA_1 regulating step command with long time tag"
    case 61: "C_SE_TA_1 set-point command, normalized, with long time tag"
    case 62: "C_SE_TB_1 set-point command, scaled, with long time tag"
    case 63: "C_SE_TC_1 set-point command, short floating point, with long time tag"
    case 64: "C_BO_TA_1 bitstring of 32 bits with long time tag"
    case 70: "M_EI_NA_1 end of initialization"
    case 81: "S_CH_NA_1 authentication challenge"
    case 82: "S_RP_NA_1 authentication reply"
    case 83: "S_AR_NA_1 aggressive mode authentication request"
    case 84: "S_KR_NA_1 session key status request"
    case 85: "S_KS_NA_1 session key status"
    case 86: "S_KC_NA_1 session key change"
    case 87: "S_ER_NA_1 authentication error"
    case 90: "S_US_NA_1 user status change"
    case 91: "S_UQ_NA_1 update key change request"
    case 92: "S_UR_NA_1 update key change reply"
    case 93: "S_UK_NA_1 update key change, symmetric"
    case 94: "S_UA_NA_1 update key change, asymmetric"
    case 95: "S_UC_NA_1 update key change confirmation"
    case 100: "C_IC_NA_1 interrogation command"
    case 101: "C_CI_NA_1 counter interrogation command"
    case 102: "C_RD_NA_1 read command"
    case 103: "C_CS_NA_1 clock synchronization command"
    case 104: "C_TS_NA_1 test command"
    case 105: "C_RP_NA_1 reset process command"
    case 106: "C_CD_NA_1 delay acquisition command"
    case 107: "C_TS_TA_1 test command with long time tag"
    case 110: "P_ME_NA_1 parameter of measured values, normalized"
    case 111: "P_ME_NB_1 parameter of measured values, scaled"
    case 112: "P_ME_NC_1 parameter of measured values, short floating point"
    case 113: "P_AC_NA_1 parameter activation"
    case 120: "F_FR_NA_1 file ready"
    case 121: "F_SR_NA_1 section ready"
    case 122: "F_SC_NA_1 call directory, select file, call file, call section"
    case 123: "F_LS_NA_1 last section, last segment"
    case 124: "F_AF_NA_1 ack file, ack section"
    case 125: "F_SG_NA_1 segment"
    case 126: "F_DR_TA_1 directory"
    case 127: "F_SC_NB_1 query log"
    default: "Reserved type identification"
    }
  }
}

/// Cause of transmission: IEC 60870-5-101:2003, 7.2.3; 14 to 16 (authentication, session keys, update keys) in
/// IEC TS 60870-5-7.
struct IEC104Cause: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let request = IEC104Cause(rawValue: 5)
  static let activation = IEC104Cause(rawValue: 6)
  static let activationConfirmation = IEC104Cause(rawValue: 7)
  static let deactivation = IEC104Cause(rawValue: 8)
  static let deactivationConfirmation = IEC104Cause(rawValue: 9)
  static let activationTermination = IEC104Cause(rawValue: 10)

  var isKnown: Bool { 1...16 ~= rawValue || 20...41 ~= rawValue || isRefusal }
  /// Periodic, by background scan, spontaneous, requested, by the return of a command, or in an interrogation.
  var isMonitored: Bool { 1...3 ~= rawValue || rawValue == 5 || rawValue == 11 || 20...41 ~= rawValue }
  /// The station refuses a command that it does not know.
  var isRefusal: Bool { 44...47 ~= rawValue }
  /// The field that the station does not know.
  var refusal: StaticString? {
    switch rawValue {
    case 44: "Unknown type identification"
    case 45: "Unknown cause of transmission"
    case 46: "Unknown common address of ASDU"
    case 47: "Unknown information object address"
    default: nil
    }
  }
}
