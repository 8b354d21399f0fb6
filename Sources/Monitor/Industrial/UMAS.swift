// SPDX-License-Identifier: Apache-2.0

/// A function of UMAS, Schneider Electric's protocol of the Unity controllers, in Modbus function code 90. Its specification is not public; codes and layouts
/// follow what was published of it: "The Unity (UMAS) protocol" (lirasenlared.blogspot.com, 2017, parts I to VI) and Kaspersky ICS CERT, "The secrets of
/// Schneider Electric's UMAS protocol" (2022).
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
  static let error = UMASFunction(rawValue: 0xFD)
  static let ok = UMASFunction(rawValue: 0xFE)
  var isAnswer: Bool { self == .ok || self == .error }

  var name: StaticString {
    switch rawValue {
    case 0x01: "Initialize communication"
    case 0x02: "Read identification"
    case 0x03: "Read project information"
    case 0x04: "Read PLC information"
    case 0x06: "Read memory card information"
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
    case 0x30: "Initialize upload to the PLC"
    case 0x31: "Upload block to the PLC"
    case 0x32: "End upload to the PLC"
    case 0x33: "Initialize download from the PLC"
    case 0x34: "Download block from the PLC"
    case 0x35: "End download from the PLC"
    case 0x36: "Back up the program"
    case 0x38: "Reserved message with signature"
    case 0x39: "Read Ethernet master data"
    case 0x40: "Start PLC"
    case 0x41: "Stop PLC"
    case 0x50: "Monitor PLC"
    case 0x58: "Check PLC"
    case 0x6D: "Authenticate for a reservation"
    case 0x6E: "Begin authentication"
    case 0x70: "Read I/O object"
    case 0x71: "Write I/O object"
    case 0x73: "Read module status"
    case 0xFD: "Error"
    case 0xFE: "Answer"
    default: "UMAS function not published"
    }
  }

  var action: Action {
    switch rawValue {
    case 0x01, 0x0A, 0x12: .session
    case 0x02, 0x03, 0x06: .identify
    case 0x04, 0x39, 0x50, 0x58, 0x73: .diagnose
    case 0x10, 0x11, 0x6D, 0x6E, 0x38: .authenticate
    case 0x20, 0x22, 0x24, 0x26, 0x70: .read
    case 0x21, 0x23, 0x25, 0x71: .write
    case 0x30...0x36: .program
    case 0x40, 0x41: .state
    default: .unknown
    }
  }
}

/// A UMAS message in a Modbus PDU.
///
///     0        1        2          3
///     +--------+--------+----------+------- ... -+
///     | 90     | pairing| function | data        |
///     +--------+--------+----------+------- ... -+
///
/// `pairing` is the key that a reservation of the controller gave, 0 without one. Numbers are little-endian.
enum UMAS {
  static let about = About(
    "UMAS (Schneider Electric Unity)", .full, "published analyses: lirasenlared 2017, Kaspersky ICS CERT 2022")

  /// What a request reads or changes; the function stands at `start` + 2, and `message` ends where the message ends.
  static func target(_ function: UMASFunction, _ message: RawSpan, at start: Int) -> Target {
    let data = message.from(start + 3)
    switch function {
    case .readMemoryBlock, .writeMemoryBlock:
      // A range, the block, the offset in it, the number of bytes.
      guard data.byteCount >= 9 else { return .none }
      return Target(
        area: .memoryBlock, number: UInt32(data.u16LE(1)), address: UInt64(data.u32LE(3)), count: UInt32(data.u16LE(7)))
    case .readVariables, .writeVariables:
      // Check sum of the project, number of variables, then for each: type, block, one byte, base, offset. The first names the target.
      guard data.byteCount >= 12 else { return .none }
      return Target(
        area: .memoryBlock, number: UInt32(data.u16LE(6)), address: UInt64(data.u16LE(9)) + UInt64(data.u8(11)),
        count: UInt32(data.u8(4)))
    case .uploadBlock, .downloadBlock:
      guard data.byteCount >= 4 else { return .none }
      return Target(area: .program, address: UInt64(data.u16LE(2)), count: 1)
    default: return .none
    }
  }

  /// The operation of a request.
  static func request(_ message: RawSpan, at start: Int, _ carried: DissectorID, _ outer: Operation) -> Operation {
    let function = UMASFunction(rawValue: message.u8(start + 2))
    var operation = Operation(carried, function.action, .request, code: UInt32(function.rawValue), name: function.name)
    operation.unit = outer.unit
    operation.transaction = outer.transaction
    operation.target = outer.target
    operation.isFetch = 0x33...0x35 ~= function.rawValue
    operation.facets[.reservation] = UInt32(message.u8(start + 1))
    if function == .writeMemoryBlock {
      operation.values = Values(.uint8, at: start + 12, .max, end: message.byteCount)
    }
    return operation
  }

  /// The operation of an answer; `outer` has taken over its question's function as `subcode`, and its target.
  static func answer(
    _ message: RawSpan, at start: Int, _ carried: DissectorID, _ outer: Operation, _ exchange: inout Exchange
  ) -> Operation {
    let status = UMASFunction(rawValue: message.u8(start + 2))
    let asked =
      outer.pairing == .answered && outer.subcode >= 0
      ? UMASFunction(rawValue: UInt8(truncatingIfNeeded: outer.subcode)) : status
    var operation = Operation(
      carried, asked.isAnswer ? .session : asked.action, .response, code: UInt32(asked.rawValue), name: asked.name)
    operation.unit = outer.unit
    operation.transaction = outer.transaction
    operation.pairing = outer.pairing
    operation.latency = outer.latency
    operation.target = outer.target
    operation.facets[.reservation] = UInt32(message.u8(start + 1))
    let data = start + 3
    if status == .error {
      operation.outcome = .error(code: data < message.byteCount ? UInt32(message.u8(data)) : 0, name: "UMAS error")
      return operation
    }
    operation.outcome = .ok
    if asked == .readMemoryBlock, data + 3 <= message.byteCount {
      // A byte, the number of bytes, then they.
      operation.values = Values(.uint8, at: data + 3, Int(message.u16LE(data + 1)), end: message.byteCount)
    } else if asked == .readVariables {
      operation.values = Values(.uint8, at: data, .max, end: message.byteCount)
    } else if asked.rawValue == 0x02 {
      identify(message, at: data, &exchange)
    }
    return operation
  }

  /// Read identification: 14 bytes of numbers, then the length of the model's name and the name.
  private static func identify(_ message: RawSpan, at data: Int, _ exchange: inout Exchange) {
    for place in data + 14...data + 26 where place < message.byteCount {
      let count = Int(message.u8(place))
      let name = message.slice(place + 1, count)
      guard 4...40 ~= count, name.byteCount == count, name.isText else { continue }
      var report = IdentityReport()
      report.knownVendor = "Schneider Electric"
      report.model = exchange.name(name)
      exchange.identities.append(report)
      return
    }
  }
}
