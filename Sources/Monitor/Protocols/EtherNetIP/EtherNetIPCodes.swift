// SPDX-License-Identifier: Apache-2.0

/// A command of the encapsulation protocol (volume 2, table 2-3.2).
struct ENIPCommand: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let noOperation = ENIPCommand(rawValue: 0x00)
  static let listServices = ENIPCommand(rawValue: 0x04)
  static let listIdentity = ENIPCommand(rawValue: 0x63)
  static let listInterfaces = ENIPCommand(rawValue: 0x64)
  static let registerSession = ENIPCommand(rawValue: 0x65)
  static let unregisterSession = ENIPCommand(rawValue: 0x66)
  static let sendRequest = ENIPCommand(rawValue: 0x6F)
  static let sendUnit = ENIPCommand(rawValue: 0x70)

  static let unknown: StaticString = "Encapsulation command not in the CIP Networks Library"
  static let legacy: StaticString = "Encapsulation command reserved for legacy use"
  var isKnown: Bool { action != .unknown }
  /// Reserved for products that are older than the standard (table 2-3.2): a target refuses it, and goes on.
  var isLegacy: Bool {
    switch rawValue {
    case 0x01...0x03, 0x05, 0x67...0x6E, 0x71, 0x74...0xC7: true
    default: false
    }
  }
  var isList: Bool { self == .listServices || self == .listIdentity || self == .listInterfaces }

  var name: StaticString {
    switch rawValue {
    case 0x00: "NOP"
    case 0x04: "ListServices"
    case 0x63: "ListIdentity"
    case 0x64: "ListInterfaces"
    case 0x65: "RegisterSession"
    case 0x66: "UnRegisterSession"
    case 0x6F: "SendRRData"
    case 0x70: "SendUnitData"
    case 0x72: "IndicateStatus"
    case 0x73: "Cancel"
    case 0xC8: "StartDTLS"
    default: isLegacy ? ENIPCommand.legacy : ENIPCommand.unknown
    }
  }

  var action: Action {
    switch rawValue {
    case 0x00, 0x65, 0x66, 0x6F, 0x70, 0x73, 0xC8: .session
    case 0x04, 0x63, 0x64: .identify
    case 0x72: .diagnose
    default: .unknown
    }
  }

  /// Table 2-3.3.
  static func status(_ code: UInt32) -> StaticString {
    switch code {
    case 0x00: "Success"
    case 0x01: "Invalid or unsupported command"
    case 0x02: "Insufficient memory"
    case 0x03: "Incorrect data"
    case 0x64: "Invalid session handle"
    case 0x65: "Invalid length"
    case 0x69: "Unsupported protocol version"
    case 0x6A: "Encapsulated CIP service not allowed on this port"
    default: "Status not in the CIP Networks Library"
    }
  }
}
