// SPDX-License-Identifier: Apache-2.0

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
    // Cyclic data of CC-Link IE Field Network Basic (CLPA BAP-C2011ENG).
    case 0xCFE0: "Duplicate master station"
    case 0xCFE1: "Wrong number of occupied stations"
    case 0xCFF0: "Error of the slave station"
    case 0xCFFF: "Disconnection requested"
    default: "End code not in SH-080956ENG"
    }
  }

  /// In 1E frames (SH-080008): an abnormal code follows.
  static let cpuError1E: UInt8 = 0x5B
  /// In 1E frames (SH-080008).
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
