// SPDX-License-Identifier: Apache-2.0

/// A command of SLMP (Mitsubishi Electric SH-080956ENG, 5.1; CLPA, SLMP specification BAP-C2006ENG; SH-080008, 7.1, and
/// chapters 13 and 15 for those of serial communication modules and of QnACPUs).
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
  static let readDirectory = SLMPCommand(rawValue: 0x1810)
  static let searchDirectory = SLMPCommand(rawValue: 0x1811)
  static let newFile = SLMPCommand(rawValue: 0x1820)
  static let deleteFile = SLMPCommand(rawValue: 0x1822)
  static let copyFile = SLMPCommand(rawValue: 0x1824)
  static let changeState = SLMPCommand(rawValue: 0x1825)
  static let changeDate = SLMPCommand(rawValue: 0x1826)
  static let openFile = SLMPCommand(rawValue: 0x1827)
  static let readFile = SLMPCommand(rawValue: 0x1828)
  static let writeFile = SLMPCommand(rawValue: 0x1829)
  static let closeFile = SLMPCommand(rawValue: 0x182A)
  static let selfTest = SLMPCommand(rawValue: 0x0619)
  static let setAddress = SLMPCommand(rawValue: 0x0E31)
  static let getParameter = SLMPCommand(rawValue: 0x0E33)
  static let setParameter = SLMPCommand(rawValue: 0x0E34)
  static let onDemand = SLMPCommand(rawValue: 0x2101)

  var isKnown: Bool { action != .unknown }
  /// A reset happens before the response; only the stations concerned respond to searches.
  var mayStaySilent: Bool { self == .reset || rawValue & 0xFF00 == 0x0E00 }

  var name: StaticString {
    switch rawValue {
    case 0x0101: "Read Type Name"
    case 0x0201: "Read File Information Table"
    case 0x0202: "Read File Information Table with Header Statement"
    case 0x0203: "Read File Presence"
    case 0x0204: "Read File Number Usage Status"
    case 0x0205: "Read Drive Memory Usage Status"
    case 0x0206: "Read File (QnA)"
    case 0x0401: "Read"
    case 0x0403: "Read Random"
    case 0x0406: "Read Block"
    case 0x041A: "Array Label Read"
    case 0x041C: "Label Read Random"
    case 0x0601: "Intelligent Module Read"
    case 0x0613: "Memory Read"
    case 0x0619: "Self Test"
    case 0x0610: "Read User Frame"
    case 0x0630: "Register Programmable Controller Monitoring"
    case 0x0631: "Deregister Programmable Controller Monitoring"
    case 0x0801: "Entry Monitor Device"
    case 0x0802: "Execute Monitor"
    case 0x0808: "Register or Deregister File Lock"
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
    case 0x0E45: "Communication Setting Get"
    case 0x0E53: "Status Read of Several Stations"
    case 0x0E70: "Cyclic Data"
    case 0x1001: "Remote Run"
    case 0x1002: "Remote Stop"
    case 0x1003: "Remote Pause"
    case 0x1005: "Remote Latch Clear"
    case 0x1006: "Remote Reset"
    case 0x1202: "Create New File (QnA)"
    case 0x1203: "Write to File (QnA)"
    case 0x1204: "Modify File Information (QnA)"
    case 0x1205: "Delete File (QnA)"
    case 0x1206: "Copy File (QnA)"
    case 0x1207: "Defragment Drive Memory"
    case 0x1401: "Write"
    case 0x1402: "Write Random"
    case 0x1406: "Write Block"
    case 0x141A: "Array Label Write"
    case 0x141B: "Label Write Random"
    case 0x1601: "Intelligent Module Write"
    case 0x1610: "Register or Delete User Frame"
    case 0x1612: "Mode Switching"
    case 0x1613: "Memory Write"
    case 0x1615: "Initialize Transmission Sequence"
    case 0x1617: "Clear Error"
    case 0x1618: "Global Signal"
    case 0x1619: "Clear Error History"
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
    case 0x0201...0x0204, 0x0206, 0x0808, 0x1202...0x1206: .file
    case 0x0401, 0x0403, 0x0406, 0x041A, 0x041C, 0x0601, 0x0613, 0x0801, 0x0802: .read
    case 0x0205, 0x0619, 0x0B05, 0x0E28, 0x0E32, 0x0E33, 0x0E44, 0x0E45, 0x0E53: .diagnose
    case 0x0610, 0x0630, 0x0631, 0x0E31, 0x0E34, 0x0E35, 0x0E36, 0x0E3A: .configure
    case 0x1207, 0x1610, 0x1612, 0x1615, 0x1617, 0x1619: .configure
    case 0x0E70, 0x2101: .report
    case 0x1001...0x1003, 0x1005, 0x1006: .state
    case 0x1401, 0x1402, 0x1406, 0x141A, 0x141B, 0x1601, 0x1613, 0x1618, 0x4020: .write
    case 0x1630, 0x1631: .authenticate
    case 0x1810, 0x1811, 0x1820, 0x1822, 0x1824...0x182A: .file
    case 0x3070: .operate
    default: .unknown
    }
  }
}
