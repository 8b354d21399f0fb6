// SPDX-License-Identifier: Apache-2.0

/// A command code, MRC and SRC: Omron, Communications Commands Reference Manual (W342), section 5.
struct FINSCommand: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let memoryAreaRead = FINSCommand(rawValue: 0x0101)
  static let memoryAreaWrite = FINSCommand(rawValue: 0x0102)
  static let memoryAreaFill = FINSCommand(rawValue: 0x0103)
  static let multipleMemoryAreaRead = FINSCommand(rawValue: 0x0104)
  static let memoryAreaTransfer = FINSCommand(rawValue: 0x0105)
  static let parameterAreaRead = FINSCommand(rawValue: 0x0201)
  static let parameterAreaWrite = FINSCommand(rawValue: 0x0202)
  static let parameterAreaClear = FINSCommand(rawValue: 0x0203)
  static let programAreaRead = FINSCommand(rawValue: 0x0306)
  static let programAreaWrite = FINSCommand(rawValue: 0x0307)
  static let programAreaClear = FINSCommand(rawValue: 0x0308)
  static let run = FINSCommand(rawValue: 0x0401)
  static let stop = FINSCommand(rawValue: 0x0402)
  static let controllerDataRead = FINSCommand(rawValue: 0x0501)
  static let controllerStatusRead = FINSCommand(rawValue: 0x0601)
  static let clockRead = FINSCommand(rawValue: 0x0701)
  static let clockWrite = FINSCommand(rawValue: 0x0702)
  static let singleFileRead = FINSCommand(rawValue: 0x2202)
  static let singleFileWrite = FINSCommand(rawValue: 0x2203)
  static let fileDelete = FINSCommand(rawValue: 0x2205)
  static let volumeLabel = FINSCommand(rawValue: 0x2206)
  static let fileCopy = FINSCommand(rawValue: 0x2207)
  static let fileNameChange = FINSCommand(rawValue: 0x2208)
  static let fileDataCheck = FINSCommand(rawValue: 0x2209)
  static let memoryAreaFile = FINSCommand(rawValue: 0x220A)
  static let parameterAreaFile = FINSCommand(rawValue: 0x220B)
  static let programAreaFile = FINSCommand(rawValue: 0x220C)
  static let directory = FINSCommand(rawValue: 0x2215)
  static let forcedSetReset = FINSCommand(rawValue: 0x2301)

  /// Commands of file memory whose text names files.
  var namesFiles: Bool {
    switch rawValue {
    case 0x2202, 0x2203, 0x2205...0x220C, 0x2215: true
    default: false
    }
  }
  var isKnown: Bool { name.utf8CodeUnitCount != FINSCommand.unknown.utf8CodeUnitCount }
  private static let unknown: StaticString = "FINS command not in W342"

  var name: StaticString {
    switch rawValue {
    case 0x0101: "Memory Area Read"
    case 0x0102: "Memory Area Write"
    case 0x0103: "Memory Area Fill"
    case 0x0104: "Multiple Memory Area Read"
    case 0x0105: "Memory Area Transfer"
    case 0x0201: "Parameter Area Read"
    case 0x0202: "Parameter Area Write"
    case 0x0203: "Parameter Area Fill (Clear)"
    case 0x0220: "Data Link Table Read"
    case 0x0221: "Data Link Table Write"
    case 0x0304: "Program Area Protect"
    case 0x0305: "Program Area Protect Clear"
    case 0x0306: "Program Area Read"
    case 0x0307: "Program Area Write"
    case 0x0308: "Program Area Clear"
    case 0x0401: "RUN"
    case 0x0402: "STOP"
    case 0x0403: "RESET"
    case 0x0501: "Controller Data Read"
    case 0x0502: "Connection Data Read"
    case 0x0601: "Controller Status Read"
    case 0x0602: "Network Status Read"
    case 0x0603: "Data Link Status Read"
    case 0x0620: "Cycle Time Read"
    case 0x0701: "Clock Read"
    case 0x0702: "Clock Write"
    case 0x0801: "Loopback Test"
    case 0x0802: "Broadcast Test Results Read"
    case 0x0803: "Broadcast Test Data Send"
    case 0x0920: "Message Read/Clear, FAL/FALS Read"
    case 0x0C01: "Access Right Acquire"
    case 0x0C02: "Access Right Forced Acquire"
    case 0x0C03: "Access Right Release"
    case 0x2101: "Error Clear"
    case 0x2102: "Error Log Read"
    case 0x2103: "Error Log Pointer Clear"
    case 0x2140: "FINS Write Access Log Read"
    case 0x2141: "FINS Write Access Log Clear"
    case 0x2201: "File Name Read"
    case 0x2202: "Single File Read"
    case 0x2203: "Single File Write"
    case 0x2204: "File Memory Format"
    case 0x2205: "File Delete"
    case 0x2206: "Volume Label Create/Delete"
    case 0x2207: "File Copy"
    case 0x2208: "File Name Change"
    case 0x2209: "File Data Check"
    case 0x220A: "Memory Area File Transfer"
    case 0x220B: "Parameter Area File Transfer"
    case 0x220C: "Program Area File Transfer"
    case 0x220F: "File Memory Index Read"
    case 0x2210: "File Memory Read"
    case 0x2211: "File Memory Write"
    case 0x2215: "Create/Delete Directory"
    case 0x2220: "Memory Cassette Transfer"
    case 0x2301: "Forced Set/Reset"
    case 0x2302: "Forced Set/Reset Cancel"
    case 0x230A: "Multiple Forced Status Read"
    case 0x2601: "Name Set"
    case 0x2602: "Name Delete"
    case 0x2603: "Name Read"
    default: FINSCommand.unknown
    }
  }

  var action: Action {
    switch rawValue {
    case 0x0101, 0x0104: .read
    case 0x0102, 0x0103, 0x0105: .write
    case 0x0201, 0x0220: .diagnose
    case 0x0202, 0x0203, 0x0221, 0x2601, 0x2602: .configure
    case 0x0304...0x0308: .program
    case 0x0401...0x0403: .state
    case 0x0501, 0x0502, 0x2603: .identify
    case 0x0601...0x0620, 0x0701, 0x0801...0x0803, 0x0920, 0x2102, 0x2140, 0x230A: .diagnose
    // Clearing errors, the error log or the write log hides what was done.
    case 0x2101, 0x2103, 0x2141: .configure
    case 0x0702: .clock
    case 0x0C01...0x0C03: .authenticate
    case 0x2201...0x220B, 0x220F...0x2220: .file
    case 0x220C: .program
    case 0x2301, 0x2302: .operate
    default: .unknown
    }
  }

  /// How many bytes of text a command of it can have.
  var requestText: ClosedRange<Int> {
    let most = 2000
    return switch rawValue {
    case 0x0101, 0x0201: 6...6
    case 0x0102: 7...most
    case 0x0103: 8...10
    case 0x0104: 4...most
    case 0x0105: 10...10
    case 0x0202: 8...most
    case 0x0203, 0x0306: 8...8
    case 0x0220, 0x0221: 2...most
    case 0x0304, 0x0305: 8...32
    case 0x0307: 9...most
    case 0x0308: 3...8
    case 0x0401, 0x0402: 0...3
    case 0x0403, 0x0601...0x0603, 0x0701, 0x0802, 0x2103, 0x2141, 0x2302, 0x2602, 0x2603: 0...0
    case 0x0501, 0x0620: 0...1
    case 0x0502, 0x0920, 0x0C01...0x0C03, 0x2101, 0x2204: 2...2
    case 0x0702: 5...7
    case 0x0801, 0x0803: 1...most
    case 0x2102, 0x2140: 4...4
    case 0x2201: 6...128
    case 0x2202: 20...128
    case 0x2203: 22...most
    case 0x2205, 0x2206, 0x2215: 16...most
    case 0x2207: 28...256
    case 0x2208: 26...256
    case 0x2209: 14...128
    case 0x220A, 0x220B: 22...128
    case 0x220C: 26...128
    case 0x220F, 0x2210: 2...8
    case 0x2211: 130...260
    case 0x2301: 8...most
    case 0x2601: 1...8
    default: 0...64
    }
  }
}

/// An end code, MRES and SRES, without the relay flag and the flags of the CPU unit's errors (W342, 5-1-3).
struct FINSEndCode: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16
  init(rawValue: UInt16) { self.rawValue = rawValue & 0x7F3F }

  /// The highest one in W342.
  static let highest = FINSEndCode(rawValue: 0x4001)

  var name: StaticString {
    switch rawValue {
    case 0x0000: "Normal completion"
    case 0x0001: "Service was interrupted"
    case 0x0101: "Local node not part of network"
    case 0x0102: "Token time-out"
    case 0x0103: "Retries exceeded"
    case 0x0104: "Too many send frames"
    case 0x0105: "Node address out of range"
    case 0x0106: "Node address duplicated"
    case 0x0201: "Destination node not part of network"
    case 0x0202: "No such unit"
    case 0x0203: "Third node not part of network"
    case 0x0204: "Destination node busy"
    case 0x0205: "Response time-out"
    case 0x0301: "Communications controller error"
    case 0x0302: "CPU error in destination node"
    case 0x0303: "Controller error"
    case 0x0304: "Unit number error"
    case 0x0401: "Undefined command"
    case 0x0402: "Command not supported by model or version"
    case 0x0501: "Destination address not in routing tables"
    case 0x0502: "No routing tables"
    case 0x0503: "Routing table error"
    case 0x0504: "Too many relays"
    case 0x1001: "Command too long"
    case 0x1002: "Command too short"
    case 0x1003: "Number of elements does not match data"
    case 0x1004: "Command format error"
    case 0x1005: "Header error"
    case 0x1101: "No such memory area"
    case 0x1102: "Access size error"
    case 0x1103: "Address out of range"
    case 0x1104: "Address range exceeded"
    case 0x1106: "No such program"
    case 0x1109: "Relational error"
    case 0x110A: "Duplicate data access"
    case 0x110B: "Response too long"
    case 0x110C: "Parameter error"
    case 0x2002, 0x2102, 0x2604: "Protected"
    case 0x2003, 0x2401: "Table missing"
    case 0x2004: "Data missing"
    case 0x2005, 0x2105: "Program missing"
    case 0x2006, 0x2106: "File missing"
    case 0x2007: "Data does not match"
    case 0x2101: "Read-only"
    case 0x2103: "Cannot register"
    case 0x2107: "File name exists already"
    case 0x2108: "Cannot change"
    case 0x2201: "Not possible during execution"
    case 0x2202: "Not possible while running"
    case 0x2203...0x2206: "Wrong operating mode"
    case 0x2207: "Not the polling node"
    case 0x2208: "Step cannot be executed"
    case 0x2301: "No such file device"
    case 0x2302: "No such memory"
    case 0x2303: "No clock"
    case 0x2502, 0x250F: "Memory error"
    case 0x2503: "I/O setting error"
    case 0x2504: "Too many I/O points"
    case 0x2505...0x2510: "Bus or unit error"
    case 0x2601: "No protection"
    case 0x2602: "Wrong password"
    case 0x2605: "Service is already executing"
    case 0x2606: "Service stopped"
    case 0x2607: "No execution right"
    case 0x2608, 0x2609: "Settings not complete"
    case 0x260A: "Number already defined"
    case 0x260B: "Error will not clear"
    case 0x3001: "No access right"
    case 0x4001: "Service was aborted"
    default: "End code not in W342"
    }
  }
}
