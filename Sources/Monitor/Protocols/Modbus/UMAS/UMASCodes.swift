// SPDX-License-Identifier: Apache-2.0

/// A function of UMAS, Schneider Electric's protocol of the Unity controllers, in Modbus function code 90. Its
/// specification is not public; codes and layouts follow what was published of it: "The Unity (UMAS) protocol"
/// (lirasenlared.blogspot.com, 2017 and 2018, parts I to VI), Kaspersky ICS CERT, "The secrets of Schneider Electric's
/// UMAS protocol" (2022), "From Pass-the-Hash to Code Execution on Schneider Electric M340 PLCs" (Black Hat Europe
/// 2024) with its list of functions, and the recorded messages of Apache PLC4X. Only the list of 2024, without a
/// message, has 05, 21, 27 to 2A, 36, 37, 43, 52, 60 to 66, 6C, 72 and 74; 07, 42, 51 and 53 were seen without their
/// meaning being known.
struct UMASFunction: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let readMemoryBlock = UMASFunction(rawValue: 0x20)
  static let writeMemoryBlock = UMASFunction(rawValue: 0x21)
  static let readVariables = UMASFunction(rawValue: 0x22)
  static let writeVariables = UMASFunction(rawValue: 0x23)
  static let readCoilsRegisters = UMASFunction(rawValue: 0x24)
  static let writeCoilsRegisters = UMASFunction(rawValue: 0x25)
  static let uploadBlock = UMASFunction(rawValue: 0x31)
  static let downloadBlock = UMASFunction(rawValue: 0x34)
  static let initialize = UMASFunction(rawValue: 0x01)
  static let readIdentification = UMASFunction(rawValue: 0x02)
  static let takeReservation = UMASFunction(rawValue: 0x10)
  static let signed = UMASFunction(rawValue: 0x38)
  static let error = UMASFunction(rawValue: 0xFD)
  static let ok = UMASFunction(rawValue: 0xFE)
  var isAnswer: Bool { self == .ok || self == .error }
  /// The program goes from the controller to the client.
  var isFetch: Bool { 0x33...0x35 ~= rawValue }

  var name: StaticString {
    switch rawValue {
    case 0x01: "Initialize communication"
    case 0x02: "Read identification"
    case 0x03: "Read project information"
    case 0x04: "Read PLC information"
    case 0x05: "Read loader information"
    case 0x06: "Read memory card information"
    case 0x07: "Read block information"
    case 0x0A: "Repeat"
    case 0x10: "Take PLC reservation"
    case 0x11: "Release PLC reservation"
    case 0x12: "Keep reservation alive"
    case 0x20: "Read memory block"
    case 0x21: "Write memory block"
    case 0x22: "Read variables"
    case 0x23: "Write variables"
    case 0x24: "Read coils and registers"
    case 0x25: "Write coils and registers"
    case 0x26: "Read data dictionary"
    case 0x27: "Preload data dictionary"
    case 0x28: "Read physical address"
    case 0x29: "Write physical address"
    case 0x2A: "Browse events"
    case 0x30: "Initialize upload to the PLC"
    case 0x31: "Upload block to the PLC"
    case 0x32: "End upload to the PLC"
    case 0x33: "Initialize download from the PLC"
    case 0x34: "Download block from the PLC"
    case 0x35: "End download from the PLC"
    case 0x36: "Back up the program"
    case 0x37: "Preload blocks"
    case 0x38: "Signed message"
    case 0x39: "Read Ethernet master data"
    case 0x40: "Start PLC"
    case 0x41: "Stop PLC"
    case 0x42: "Initialize PLC"
    case 0x43: "Swap blocks"
    case 0x50: "Monitor PLC"
    case 0x51: "Get automatic modifications"
    case 0x52: "Get forced bits"
    case 0x53: "Get selected blocks"
    case 0x58: "Check PLC"
    case 0x60: "Set breakpoint"
    case 0x61: "Delete breakpoint"
    case 0x62: "Step over"
    case 0x63: "Step in"
    case 0x64: "Step out"
    case 0x65: "Get call stack"
    case 0x66: "Check whether debugging is allowed"
    case 0x6C: "Process message"
    case 0x6D: "Authenticate for a reservation"
    case 0x6E: "Begin authentication"
    case 0x70: "Read I/O object"
    case 0x71: "Write I/O object"
    case 0x72: "Read rack"
    case 0x73: "Read module status"
    case 0x74: "Read device data"
    case 0xFD: "Error"
    case 0xFE: "Answer"
    default: "UMAS function not published"
    }
  }

  /// Breakpoints and steps halt a running controller; swapping makes it run another program. What a special processing
  /// of messages does is not known.
  var action: Action {
    switch rawValue {
    case 0x01, 0x0A, 0x12: .session
    case 0x02, 0x03, 0x05, 0x06: .identify
    case 0x04, 0x07, 0x2A, 0x39, 0x50...0x53, 0x58, 0x65, 0x66, 0x72...0x74: .diagnose
    case 0x10, 0x11, 0x6D, 0x6E, 0x38: .authenticate
    case 0x20, 0x22, 0x24, 0x26...0x28, 0x70: .read
    case 0x21, 0x23, 0x25, 0x29, 0x71: .write
    case 0x30...0x37, 0x43: .program
    case 0x40...0x42, 0x60...0x64: .state
    default: .unknown
    }
  }

  /// Named in one of the sources, or an answer.
  var isKnown: Bool { action != .unknown || rawValue == 0x6C || isAnswer }
}
