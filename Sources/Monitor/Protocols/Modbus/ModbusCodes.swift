// SPDX-License-Identifier: Apache-2.0

/// A function code without its exception bit, MODBUS Application Protocol Specification V1.1b3, clause 5.
struct ModbusFunction: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// Clause 5.1 (the public codes); clause 6 has one section for each.
  static let readCoils = ModbusFunction(rawValue: 1)
  static let readDiscreteInputs = ModbusFunction(rawValue: 2)
  static let readHoldingRegisters = ModbusFunction(rawValue: 3)
  static let readInputRegisters = ModbusFunction(rawValue: 4)
  /// These four.
  static let reads: ClosedRange<UInt32> = 1...4
  static let writeSingleCoil = ModbusFunction(rawValue: 5)
  static let writeSingleRegister = ModbusFunction(rawValue: 6)
  static let readExceptionStatus = ModbusFunction(rawValue: 7)
  static let diagnostics = ModbusFunction(rawValue: 8)
  static let getCommEventCounter = ModbusFunction(rawValue: 11)
  static let getCommEventLog = ModbusFunction(rawValue: 12)
  static let writeMultipleCoils = ModbusFunction(rawValue: 15)
  static let writeMultipleRegisters = ModbusFunction(rawValue: 16)
  static let reportServerID = ModbusFunction(rawValue: 17)
  static let readFileRecord = ModbusFunction(rawValue: 20)
  static let writeFileRecord = ModbusFunction(rawValue: 21)
  static let maskWriteRegister = ModbusFunction(rawValue: 22)
  static let readWriteMultipleRegisters = ModbusFunction(rawValue: 23)
  static let readFIFOQueue = ModbusFunction(rawValue: 24)
  static let encapsulatedInterfaceTransport = ModbusFunction(rawValue: 43)
  /// Schneider Electric's Unity protocol (UMAS); a reserved code in annex A.
  static let unity = ModbusFunction(rawValue: 90)

  /// One of the codes whose messages the specification describes (clause 5.1).
  var isPublic: Bool {
    switch rawValue {
    case 1...8, 11, 12, 15...17, 20...24, 43: true
    default: false
    }
  }

  /// The title of the code's section in clause 6; for the others, how clause 5 and annex A classify the code.
  var name: StaticString {
    switch rawValue {
    case 1: "Read Coils"
    case 2: "Read Discrete Inputs"
    case 3: "Read Holding Registers"
    case 4: "Read Input Registers"
    case 5: "Write Single Coil"
    case 6: "Write Single Register"
    case 7: "Read Exception Status"
    case 8: "Diagnostics"
    case 11: "Get Comm Event Counter"
    case 12: "Get Comm Event Log"
    case 15: "Write Multiple Coils"
    case 16: "Write Multiple Registers"
    case 17: "Report Server ID"
    case 20: "Read File Record"
    case 21: "Write File Record"
    case 22: "Mask Write Register"
    case 23: "Read/Write Multiple Registers"
    case 24: "Read FIFO Queue"
    case 43: "Encapsulated Interface Transport"
    case 90: "Unity (UMAS)"
    case 0, 128...255: "Invalid function"
    case 65...72, 100...110: "User-defined function"
    case 9, 10, 13, 14, 41, 42, 91, 125...127: "Reserved function"
    default: "Unassigned function"
    }
  }

  var action: Action {
    switch rawValue {
    case 1...4, 24: .read
    case 5, 6, 15, 16, 22, 23: .write
    case 7, 8, 11, 12: .diagnose
    case 17: .identify
    case 20, 21: .file
    default: .unknown
    }
  }
}

/// A sub-function of Diagnostics (8), clause 6.8.1.
struct ModbusDiagnostic: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let returnQueryData = ModbusDiagnostic(rawValue: 0)
  static let restartCommunications = ModbusDiagnostic(rawValue: 1)
  static let changeASCIIInputDelimiter = ModbusDiagnostic(rawValue: 3)
  static let forceListenOnlyMode = ModbusDiagnostic(rawValue: 4)

  var name: StaticString {
    switch rawValue {
    case 0: "Diagnostics: Return Query Data"
    case 1: "Diagnostics: Restart Communications Option"
    case 2: "Diagnostics: Return Diagnostic Register"
    case 3: "Diagnostics: Change ASCII Input Delimiter"
    case 4: "Diagnostics: Force Listen Only Mode"
    case 10: "Diagnostics: Clear Counters and Diagnostic Register"
    case 11: "Diagnostics: Return Bus Message Count"
    case 12: "Diagnostics: Return Bus Communication Error Count"
    case 13: "Diagnostics: Return Bus Exception Error Count"
    case 14: "Diagnostics: Return Server Message Count"
    case 15: "Diagnostics: Return Server No Response Count"
    case 16: "Diagnostics: Return Server NAK Count"
    case 17: "Diagnostics: Return Server Busy Count"
    case 18: "Diagnostics: Return Bus Character Overrun Count"
    case 20: "Diagnostics: Clear Overrun Counter and Flag"
    default: "Diagnostics: reserved sub-function"
    }
  }

  /// One of the sub-functions of clause 6.8.1 that have exactly one word of data: all but Return Query Data.
  var hasOneWord: Bool {
    switch rawValue {
    case 1...4, 10...18, 20: true
    default: false
    }
  }

  /// Restart and Listen Only Mode take a device off the line, the delimiter is a setting; the others only read.
  var action: Action {
    switch self {
    case .restartCommunications, .forceListenOnlyMode: .state
    case .changeASCIIInputDelimiter: .configure
    default: .diagnose
    }
  }

  /// The answer repeats the data of the request (clause 6.8.1); the other answers hold a counter or register.
  var isEchoed: Bool {
    switch rawValue {
    case 0, 1, 3, 10, 20: true
    default: false
    }
  }

  /// In Listen Only Mode a device answers nothing: not the command that puts it there, nor the restart that ends it
  /// (clause 6.8.1).
  var mayStaySilent: Bool { self == .forceListenOnlyMode || self == .restartCommunications }
}

/// The kind of an Encapsulated Interface Transport (43), clauses 6.19 to 6.21.
struct ModbusEncapsulatedInterface: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let canOpen = ModbusEncapsulatedInterface(rawValue: 13)
  static let readDeviceIdentification = ModbusEncapsulatedInterface(rawValue: 14)

  var name: StaticString {
    switch rawValue {
    case 13: "CANopen General Reference"
    case 14: "Read Device Identification"
    default: "Encapsulated Interface Transport: reserved type"
    }
  }
}

/// An exception code, clause 7.
struct ModbusExceptionCode: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// Listed in clause 7, or, for 7, in the Modicon Modbus Protocol Reference Guide (PI-MBUS-300) before it.
  var isKnown: Bool {
    switch rawValue {
    case 1...8, 10, 11: true
    default: false
    }
  }

  var name: StaticString {
    switch rawValue {
    case 1: "Illegal Function"
    case 2: "Illegal Data Address"
    case 3: "Illegal Data Value"
    case 4: "Server Device Failure"
    case 5: "Acknowledge"
    case 6: "Server Device Busy"
    case 7: "Negative Acknowledge"
    case 8: "Memory Parity Error"
    case 10: "Gateway Path Unavailable"
    case 11: "Gateway Target Device Failed to Respond"
    default: "Unknown exception"
    }
  }
}
