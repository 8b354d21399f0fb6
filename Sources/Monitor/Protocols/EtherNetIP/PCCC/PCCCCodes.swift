// SPDX-License-Identifier: Apache-2.0

/// A command of PCCC: CMD, then FNC or 0 (Rockwell, DF1 Protocol and Command Set, 1770-6.5.16, chapter 7).
struct PCCCCommand: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32
  init(rawValue: UInt32) { self.rawValue = rawValue }
  init(_ command: UInt8, function: UInt8) { rawValue = UInt32(command) << 8 | UInt32(function) }

  static let wordRangeWrite = PCCCCommand(rawValue: 0x0F00)
  static let wordRangeRead = PCCCCommand(rawValue: 0x0F01)
  static let setCPUMode = PCCCCommand(rawValue: 0x0F3A)
  static let typedWrite = PCCCCommand(rawValue: 0x0F67)
  static let typedRead = PCCCCommand(rawValue: 0x0F68)
  static let changeMode = PCCCCommand(rawValue: 0x0F80)
  static let typedLogicalRead2 = PCCCCommand(rawValue: 0x0FA1)
  static let typedLogicalRead3 = PCCCCommand(rawValue: 0x0FA2)
  static let typedLogicalWrite2 = PCCCCommand(rawValue: 0x0FA9)
  static let typedLogicalWrite3 = PCCCCommand(rawValue: 0x0FAA)
  static let typedLogicalMaskedWrite = PCCCCommand(rawValue: 0x0FAB)

  /// Protected typed logical reads and writes.
  var isTypedLogical: Bool {
    switch self {
    case .typedLogicalRead2, .typedLogicalRead3, .typedLogicalWrite2, .typedLogicalWrite3, .typedLogicalMaskedWrite:
      true
    default: false
    }
  }
  /// Of the typed logical commands, those with three address fields.
  var hasSubElement: Bool { self != .typedLogicalRead2 && self != .typedLogicalWrite2 }
  /// Word ranges and typed data.
  var isRange: Bool {
    self == .wordRangeWrite || self == .wordRangeRead || self == .typedWrite || self == .typedRead
  }

  var name: StaticString {
    switch rawValue {
    case 0x0000: "Protected write"
    case 0x0100: "Unprotected read"
    case 0x0200: "Protected bit write"
    case 0x0500: "Unprotected bit write"
    case 0x0600: "Echo"
    case 0x0601: "Read diagnostic counters"
    case 0x0602: "Set variables"
    case 0x0603: "Diagnostic status"
    case 0x0604: "Set timeout"
    case 0x0605: "Set NAKs"
    case 0x0606: "Set ENQs"
    case 0x0607: "Reset diagnostic counters"
    case 0x0608: "Set data table size"
    case 0x0609: "Read link parameters"
    case 0x060A: "Set link parameters"
    case 0x0700: "Disable outputs"
    case 0x0701: "Enable outputs"
    case 0x0703: "Enable PLC scanning"
    case 0x0704: "Enter download mode"
    case 0x0705: "Exit download/upload mode"
    case 0x0706: "Enter upload mode"
    case 0x0800: "Unprotected write"
    case 0x0F00: "Word range write"
    case 0x0F01: "Word range read"
    case 0x0F02: "Bit write"
    case 0x0F03: "File write"
    case 0x0F04: "File read"
    case 0x0F05: "Download request"
    case 0x0F06: "Upload"
    case 0x0F07: "Shutdown"
    case 0x0F08: "Physical write"
    case 0x0F09: "Physical read"
    case 0x0F0A: "Restart request"
    case 0x0F11: "Get edit resource"
    case 0x0F12: "Return edit resource"
    case 0x0F17: "Read bytes physical"
    case 0x0F18: "Write bytes physical"
    case 0x0F26: "Read-modify-write"
    case 0x0F29: "Read section size"
    case 0x0F3A: "Set CPU mode"
    case 0x0F41: "Disable forces"
    case 0x0F50: "Download all request"
    case 0x0F52: "Download completed"
    case 0x0F53: "Upload all request"
    case 0x0F55: "Upload completed"
    case 0x0F57: "Initialize memory"
    case 0x0F5E: "Modify PLC-2 compatibility file"
    case 0x0F67: "Typed write"
    case 0x0F68: "Typed read"
    case 0x0F79: "Read-modify-write N"
    case 0x0F80: "Change mode"
    case 0x0F81: "Open file"
    case 0x0F82: "Close file"
    case 0x0F88: "Execute multiple commands"
    case 0x0F8F: "Apply port configuration"
    case 0x0FA1: "Protected typed logical read with two address fields"
    case 0x0FA2: "Protected typed logical read with three address fields"
    case 0x0FA7: "Protected typed file read"
    case 0x0FA9: "Protected typed logical write with two address fields"
    case 0x0FAA: "Protected typed logical write with three address fields"
    case 0x0FAB: "Protected typed logical masked write"
    case 0x0FAF: "Protected typed file write"
    default: "PCCC command not in 1770-6.5.16"
    }
  }

  var action: Action {
    switch rawValue {
    // PLC-3 files contain data.
    case 0x0100, 0x0F01, 0x0F04, 0x0F68, 0x0FA1, 0x0FA2: .read
    case 0x0000, 0x0200, 0x0500, 0x0800, 0x0F00, 0x0F02, 0x0F03, 0x0F26, 0x0F67, 0x0F79, 0x0FA9, 0x0FAA, 0x0FAB: .write
    case 0x0600, 0x0601, 0x0607, 0x0609: .diagnose
    case 0x0603: .identify
    case 0x0602, 0x0604...0x0606, 0x0608, 0x060A, 0x0F5E, 0x0F8F: .configure
    case 0x0700, 0x0701, 0x0703, 0x0F07, 0x0F0A, 0x0F3A, 0x0F57, 0x0F80: .state
    case 0x0704...0x0706, 0x0F05, 0x0F06, 0x0F08, 0x0F09, 0x0F11, 0x0F12, 0x0F17, 0x0F18, 0x0F29, 0x0F50...0x0F55:
      .program
    case 0x0F41: .operate
    case 0x0F81, 0x0F82, 0x0FA7, 0x0FAF: .file
    // Execute multiple commands takes the action of the commands in it.
    default: .unknown
    }
  }

  /// Whether the command reads a program from the controller.
  var isFetch: Bool {
    switch rawValue {
    case 0x0706, 0x0F06, 0x0F09, 0x0F17, 0x0F53, 0x0F55: true
    default: false
    }
  }

}

/// Status codes of PCCC (1770-6.5.16, chapter 8).
enum PCCCStatus {
  /// Another code follows in EXT STS.
  static let extended: UInt8 = 0xF0

  /// STS: a local error, on the way (lower half), or a remote error, at the far end (upper half).
  static func name(_ code: UInt8) -> StaticString {
    switch code {
    case 0x00: "Success"
    case 0x01: "Destination node is out of buffer space"
    case 0x02: "Cannot guarantee delivery"
    case 0x03: "Duplicate token holder detected"
    case 0x04: "Local port is disconnected"
    case 0x05: "Application layer timed out waiting for a response"
    case 0x06: "Duplicate node detected"
    case 0x07: "Station is offline"
    case 0x08: "Hardware fault"
    case 0x10: "Illegal command or format"
    case 0x20: "Host has a problem and will not communicate"
    case 0x30: "Remote node host is missing, disconnected, or shut down"
    case 0x40: "Host could not complete function due to hardware fault"
    case 0x50: "Addressing problem or memory protect rungs"
    case 0x60: "Function not allowed due to command protection selection"
    case 0x70: "Processor is in Program mode"
    case 0x80: "Compatibility mode file missing or communication zone problem"
    case 0x90: "Remote node cannot buffer command"
    case 0xA0, 0xC0: "Wait ACK (1775-KA buffer full)"
    case 0xB0: "Remote node problem due to download"
    case 0xF0: "Error code in the EXT STS byte"
    default: "Status not in 1770-6.5.16"
    }
  }

  /// EXT STS.
  static func name(extended code: UInt8) -> StaticString {
    switch code {
    case 0x01: "A field has an illegal value"
    case 0x02: "Less levels specified in address than minimum for any address"
    case 0x03: "More levels specified in address than system supports"
    case 0x04: "Symbol not found"
    case 0x05: "Symbol is of improper format"
    case 0x06: "Address does not point to something usable"
    case 0x07: "File is wrong size"
    case 0x08: "Situation has changed since the start of the command"
    case 0x09: "Data or file is too large"
    case 0x0A: "Transaction size plus word address is too large"
    case 0x0B: "Access denied, improper privilege"
    case 0x0C: "Condition cannot be generated, resource is not available"
    case 0x0D: "Condition already exists, resource is already available"
    case 0x0E: "Command cannot be executed"
    case 0x0F: "Histogram overflow"
    case 0x10: "No access"
    case 0x11: "Illegal data type"
    case 0x12: "Invalid parameter or invalid data"
    case 0x13: "Address reference exists to deleted area"
    case 0x14: "Command execution failure for unknown reason"
    case 0x15: "Data conversion error"
    case 0x16: "Scanner not able to communicate with 1771 rack adapter"
    case 0x17: "Type mismatch"
    case 0x18: "1771 module response was not valid"
    case 0x19: "Duplicated label"
    case 0x1A: "File is open, another node owns it"
    case 0x1B: "Another node is the program owner"
    case 0x1E: "Data table element protection violation"
    case 0x1F: "Temporary internal problem"
    case 0x22: "Remote rack fault"
    case 0x23: "Timeout"
    case 0x24: "Unknown error"
    default: "Extended status not in 1770-6.5.16"
    }
  }
}
