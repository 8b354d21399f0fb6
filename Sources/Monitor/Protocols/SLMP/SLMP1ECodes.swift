// SPDX-License-Identifier: Apache-2.0

/// A command of 1E frames: SH-080008, 18.3; 13 to 16: FX3U-ENET User's Manual (JY997D18101), 9.2.
struct SLMP1ECommand: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let readBits = SLMP1ECommand(rawValue: 0x00)
  static let readWords = SLMP1ECommand(rawValue: 0x01)
  static let writeBits = SLMP1ECommand(rawValue: 0x02)
  static let writeWords = SLMP1ECommand(rawValue: 0x03)
  static let testBits = SLMP1ECommand(rawValue: 0x04)
  static let testWords = SLMP1ECommand(rawValue: 0x05)
  static let registerBits = SLMP1ECommand(rawValue: 0x06)
  static let registerWords = SLMP1ECommand(rawValue: 0x07)
  static let monitorBits = SLMP1ECommand(rawValue: 0x08)
  static let monitorWords = SLMP1ECommand(rawValue: 0x09)
  static let readBuffer = SLMP1ECommand(rawValue: 0x0E)
  static let writeBuffer = SLMP1ECommand(rawValue: 0x0F)
  static let readType = SLMP1ECommand(rawValue: 0x15)
  static let loopback = SLMP1ECommand(rawValue: 0x16)
  static let readFile = SLMP1ECommand(rawValue: 0x17)
  static let writeFile = SLMP1ECommand(rawValue: 0x18)
  static let testFile = SLMP1ECommand(rawValue: 0x19)
  static let registerFile = SLMP1ECommand(rawValue: 0x1A)
  static let monitorFile = SLMP1ECommand(rawValue: 0x1B)
  static let readFileDirectly = SLMP1ECommand(rawValue: 0x3B)
  static let writeFileDirectly = SLMP1ECommand(rawValue: 0x3C)

  var isKnown: Bool { action != .unknown }
  /// Batch access to bit devices in units of one point.
  var isBits: Bool { self == .readBits || self == .writeBits }
  /// Batch access to devices: all that is taken for the protocol on other ports.
  var isBatch: Bool { rawValue <= SLMP1ECommand.writeWords.rawValue }

  var name: StaticString {
    switch rawValue {
    case 0x00: "Batch read, bits"
    case 0x01: "Batch read, words"
    case 0x02: "Batch write, bits"
    case 0x03: "Batch write, words"
    case 0x04: "Test, bits"
    case 0x05: "Test, words"
    case 0x06: "Register monitor, bits"
    case 0x07: "Register monitor, words"
    case 0x08: "Monitor, bits"
    case 0x09: "Monitor, words"
    case 0x0E: "Special function module buffer memory batch read"
    case 0x0F: "Special function module buffer memory batch write"
    case 0x13: "Remote RUN"
    case 0x14: "Remote STOP"
    case 0x15: "PC type read"
    case 0x16: "Loopback test"
    case 0x17: "Extension file register batch read"
    case 0x18: "Extension file register batch write"
    case 0x19: "Extension file register test"
    case 0x1A: "Extension file register monitor registration"
    case 0x1B: "Extension file register monitor"
    case 0x3B: "Extension file register direct read"
    case 0x3C: "Extension file register direct write"
    default: "Command not in SH-080008"
    }
  }

  var action: Action {
    switch rawValue {
    case 0x00, 0x01, 0x06...0x09, 0x0E, 0x17, 0x1A, 0x1B, 0x3B: .read
    case 0x02...0x05, 0x0F, 0x18, 0x19, 0x3C: .write
    case 0x13, 0x14: .state
    case 0x15: .identify
    case 0x16: .diagnose
    default: .unknown
    }
  }

  /// Where in the data the number of points is, and how many bytes come before what is written; nil where the command
  /// has none.
  var layout: (points: Int, head: Int)? {
    switch rawValue {
    // A device of six bytes, then the points and a zero.
    case 0x00...0x03, 0x3B, 0x3C: (6, 8)
    // The points and a zero, then devices.
    case 0x04...0x07, 0x19, 0x1A: (0, 2)
    // An address of three bytes, the length, the module, a zero.
    case 0x0E, 0x0F: (3, 6)
    case 0x16: (0, 1)
    // A device and its block.
    case 0x17, 0x18: (8, 10)
    default: nil
    }
  }
}
