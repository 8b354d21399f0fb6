// SPDX-License-Identifier: Apache-2.0

/// A command of SLMP (Mitsubishi Electric SH-080956ENG, 6.1; CLPA, SLMP specification BAP-C2006ENG; SH-080008 for file commands).
struct SLMPCommand: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let readModel = SLMPCommand(rawValue: 0x0101)
  static let read = SLMPCommand(rawValue: 0x0401)
  static let randomRead = SLMPCommand(rawValue: 0x0403)
  static let readBlocks = SLMPCommand(rawValue: 0x0406)
  static let readLabels = SLMPCommand(rawValue: 0x041A)
  static let readRandomLabels = SLMPCommand(rawValue: 0x041C)
  static let readModule = SLMPCommand(rawValue: 0x0601)
  static let readBuffer = SLMPCommand(rawValue: 0x0613)
  static let registerMonitor = SLMPCommand(rawValue: 0x0801)
  static let monitor = SLMPCommand(rawValue: 0x0802)
  static let run = SLMPCommand(rawValue: 0x1001)
  static let stop = SLMPCommand(rawValue: 0x1002)
  static let pause = SLMPCommand(rawValue: 0x1003)
  static let latchClear = SLMPCommand(rawValue: 0x1005)
  static let reset = SLMPCommand(rawValue: 0x1006)
  static let write = SLMPCommand(rawValue: 0x1401)
  static let randomWrite = SLMPCommand(rawValue: 0x1402)
  static let writeBlocks = SLMPCommand(rawValue: 0x1406)
  static let writeLabels = SLMPCommand(rawValue: 0x141A)
  static let writeRandomLabels = SLMPCommand(rawValue: 0x141B)
  static let writeModule = SLMPCommand(rawValue: 0x1601)
  static let writeBuffer = SLMPCommand(rawValue: 0x1613)
  static let newFile = SLMPCommand(rawValue: 0x1820)
  static let deleteFile = SLMPCommand(rawValue: 0x1822)
  static let openFile = SLMPCommand(rawValue: 0x1827)

  var isKnown: Bool { action != .unknown }
  /// A reset comes before its answer; searches are answered by whom they concern.
  var mayStaySilent: Bool { self == .reset || rawValue & 0xFF00 == 0x0E00 }

  var name: StaticString {
    switch rawValue {
    case 0x0101: "Read Type Name"
    case 0x0401: "Read"
    case 0x0403: "Read Random"
    case 0x0406: "Read Block"
    case 0x041A: "Array Label Read"
    case 0x041C: "Label Read Random"
    case 0x0601: "Intelligent Module Read"
    case 0x0613: "Memory Read"
    case 0x0619: "Self Test"
    case 0x0630: "Programmable Controller Read"
    case 0x0801: "Entry Monitor Device"
    case 0x0802: "Execute Monitor"
    case 0x0B05: "Error Log Read"
    case 0x0E28: "Data Collection"
    case 0x0E30: "Node Search"
    case 0x0E31: "IP Address Set"
    case 0x0E32: "Device Info Compare"
    case 0x0E33: "Parameter Get"
    case 0x0E34: "Parameter Set"
    case 0x0E35: "Parameter Set Start"
    case 0x0E36: "Parameter Set End"
    case 0x0E3A: "Parameter Set Cancel"
    case 0x0E44: "Status Read"
    case 0x0E70: "Cyclic Data"
    case 0x1001: "Remote Run"
    case 0x1002: "Remote Stop"
    case 0x1003: "Remote Pause"
    case 0x1005: "Remote Latch Clear"
    case 0x1006: "Remote Reset"
    case 0x1401: "Write"
    case 0x1402: "Write Random"
    case 0x1406: "Write Block"
    case 0x141A: "Array Label Write"
    case 0x141B: "Label Write Random"
    case 0x1601: "Intelligent Module Write"
    case 0x1612: "Clear Error of Serial Communication Module"
    case 0x1613: "Memory Write"
    case 0x1615: "Initialize Transmission Sequence"
    case 0x1617: "Clear Error"
    case 0x1630: "Remote Password Unlock"
    case 0x1631: "Remote Password Lock"
    case 0x1810: "Read Directory"
    case 0x1811: "Search Directory"
    case 0x1820: "New File"
    case 0x1822: "Delete File"
    case 0x1824: "Copy File"
    case 0x1825: "Change File State"
    case 0x1826: "Change File Date"
    case 0x1827: "Open File"
    case 0x1828: "Read File"
    case 0x1829: "Write File"
    case 0x182A: "Close File"
    case 0x2101: "On Demand"
    case 0x3070: "Node Indication"
    case 0x4020: "CAN Application Object"
    default: "Command not in SH-080956ENG"
    }
  }

  var action: Action {
    switch rawValue {
    case 0x0101, 0x0E30: .identify
    case 0x0401...0x041C, 0x0601, 0x0613, 0x0630, 0x0801, 0x0802: .read
    case 0x0619, 0x0B05, 0x0E28, 0x0E32, 0x0E33, 0x0E44: .diagnose
    case 0x0E31, 0x0E34...0x0E3A, 0x1612, 0x1615, 0x1617: .configure
    case 0x0E70, 0x2101: .report
    case 0x1001...0x1006: .state
    case 0x1401...0x141B, 0x1601, 0x1613, 0x4020: .write
    case 0x1630, 0x1631: .authenticate
    case 0x1810...0x182A: .file
    case 0x3070: .operate
    default: .unknown
    }
  }
}

/// End codes (SH-080956ENG, chapter 7; SH-080008, appendix; MELSEC iQ-R Ethernet User's Manual SH-081257ENG, 1.10).
enum SLMPEndCode {
  static func name(_ code: UInt16) -> StaticString {
    switch code {
    case 0x0000: "Normal completion"
    case 0x4000...0x4009: "Communication error of the CPU module"
    case 0x4010: "Not possible while running"
    case 0x4013: "Not possible in this state of the CPU"
    case 0x4021: "Drive or file memory error"
    case 0x4022...0x402F: "File error"
    case 0x4030: "No such device"
    case 0x4031: "Device number out of range"
    case 0x4032: "Wrong device modification"
    case 0x4080: "Request data error"
    case 0x4082: "Command cannot be executed"
    case 0xC035: "Target does not answer"
    case 0xC050: "ASCII data cannot be converted"
    case 0xC051...0xC054: "Number of points out of range"
    case 0xC056: "Address over the maximum"
    case 0xC058: "Data length does not match the number of characters"
    case 0xC059: "Wrong command or sub-command"
    case 0xC05B: "Device cannot be read or written"
    case 0xC05C: "Wrong request"
    case 0xC05D: "No monitor registered"
    case 0xC05F: "Request not possible for the target"
    case 0xC060: "Wrong bit data"
    case 0xC061: "Data length does not match the number of points"
    case 0xC06F: "ASCII and binary do not match the setting"
    case 0xC070: "Device extension not possible for the target"
    case 0xC0B5: "Data cannot be handled"
    case 0xC0D8...0xC0DF: "Number of blocks or points out of range"
    case 0xC200: "Wrong remote password"
    case 0xC201: "Locked by a remote password"
    case 0xC202: "Remote password cannot be unlocked over another station"
    case 0xC203: "Wrong remote password lock or unlock"
    case 0xC204: "Unlocked by another device"
    case 0xC810: "Remote password authentication failed"
    case 0xC811...0xC814: "Remote password error"
    case 0xC815, 0xC816: "Locked out after failed remote passwords"
    case 0xCEE0...0xCEE2: "Request cannot be executed now"
    default: "End code not in SH-080956ENG"
    }
  }

  /// Of 1E frames (SH-080008).
  static func name1E(_ code: UInt8) -> StaticString {
    switch code {
    case 0x00: "Normal completion"
    case 0x50: "Wrong command or response type"
    case 0x54: "ASCII data cannot be converted"
    case 0x55: "Not possible while running"
    case 0x56: "Wrong device"
    case 0x57: "Number of points out of range"
    case 0x58: "Head device or head address out of range"
    case 0x59: "Extension file register cannot be specified"
    case 0x5B: "CPU module error"
    case 0x60: "Communication time-out with the CPU module"
    default: "End code not in SH-080008"
    }
  }
}

/// Device codes (SH-080956ENG, 5.2).
enum SLMPDevice {
  static func area(code: UInt8) -> Area? {
    switch code {
    case 0x91: .mcSM
    case 0xA9: .mcSD
    case 0x9C: .mcX
    case 0x9D: .mcY
    case 0x90: .mcM
    case 0x92: .mcL
    case 0x93: .mcF
    case 0x94: .mcV
    case 0xA0: .mcB
    case 0xA8: .mcD
    case 0xB4: .mcW
    case 0xC1: .mcTS
    case 0xC0: .mcTC
    case 0xC2: .mcTN
    case 0x51: .mcLTS
    case 0x50: .mcLTC
    case 0x52: .mcLTN
    case 0xC7: .mcSTS
    case 0xC6: .mcSTC
    case 0xC8: .mcSTN
    case 0x59: .mcLSTS
    case 0x58: .mcLSTC
    case 0x5A: .mcLSTN
    case 0xC4: .mcCS
    case 0xC3: .mcCC
    case 0xC5: .mcCN
    case 0x55: .mcLCS
    case 0x54: .mcLCC
    case 0x56: .mcLCN
    case 0xA1: .mcSB
    case 0xB5: .mcSW
    case 0xA2: .mcDX
    case 0xA3: .mcDY
    case 0x98: .mcS
    case 0xCC: .mcZ
    case 0x62: .mcLZ
    case 0xAF: .mcR
    case 0xB0: .mcZR
    case 0x2C: .mcRD
    case 0xAB: .mcG
    default: nil
    }
  }

  /// Two characters, `*` behind a single letter.
  static func area(text: UInt16) -> Area? {
    switch text {
    case 0x534D: .mcSM
    case 0x5344: .mcSD
    case 0x582A: .mcX
    case 0x592A: .mcY
    case 0x4D2A: .mcM
    case 0x4C2A: .mcL
    case 0x462A: .mcF
    case 0x562A: .mcV
    case 0x422A: .mcB
    case 0x442A: .mcD
    case 0x572A: .mcW
    case 0x5453: .mcTS
    case 0x5443: .mcTC
    case 0x544E: .mcTN
    case 0x5353: .mcSTS
    case 0x5343: .mcSTC
    case 0x534E: .mcSTN
    case 0x4353: .mcCS
    case 0x4343: .mcCC
    case 0x434E: .mcCN
    case 0x5342: .mcSB
    case 0x5357: .mcSW
    case 0x4458: .mcDX
    case 0x4459: .mcDY
    case 0x532A: .mcS
    case 0x5A2A: .mcZ
    case 0x4C5A: .mcLZ
    case 0x522A: .mcR
    case 0x5A52: .mcZR
    case 0x5244: .mcRD
    case 0x472A: .mcG
    default: nil
    }
  }
}
