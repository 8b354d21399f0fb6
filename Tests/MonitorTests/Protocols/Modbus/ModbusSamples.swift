// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Monitor

/// A PDU with its MBAP header.
func mbap(_ pdu: [UInt8], transaction: UInt16 = 0x1501, unit: UInt8 = 0x11) -> [UInt8] {
  let length = UInt16(pdu.count + 1)
  let header = [transaction, 0, length].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  return header + [unit] + pdu
}

/// A PDU as an RTU frame. The CRC is computed bit by bit as in the standard (MODBUS over Serial Line V1.02, 6.2.2).
func rtu(_ pdu: [UInt8], unit: UInt8 = 0x11) -> [UInt8] {
  var crc: UInt16 = 0xFFFF
  for byte in [unit] + pdu {
    crc ^= UInt16(byte)
    for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xA001 }
  }
  return [unit] + pdu + [UInt8(crc & 0xFF), UInt8(crc >> 8)]
}

/// `carried` is the id of every protocol that the dissector carries.
func conversation(
  _ direction: Direction = .toServer, isCertain: Bool = true, carried: DissectorID = .none
) -> Exchange {
  var exchange = Exchange(seed: 7, carried: Array(repeating: carried, count: 8))
  exchange.direction = direction
  exchange.isDirectionCertain = isCertain
  exchange.conversation = 1
  exchange.dissector = DissectorID(rawValue: 0)
  return exchange
}

func recognition(_ bytes: [UInt8], expected: Bool, by dissector: any Dissector.Type = Modbus.self) -> Recognition {
  dissector.recognise(RawSpan(_elements: bytes.span), expected: expected)
}

extension Exchange {
  /// Reads the first message as the engine does, after emptying the exchange.
  mutating func step(_ bytes: [UInt8], _ dissector: any Dissector.Type = Modbus.self) -> Step {
    operations.removeAll(keepingCapacity: true)
    fault = nil
    let bytes = RawSpan(_elements: bytes.span)
    let step = dissector.read(bytes, &self)
    return isCut ? excuseCut(step, bytes) : step
  }

  /// The only operation of a message that fills the bytes.
  mutating func operation(
    _ bytes: [UInt8], _ direction: Direction, _ dissector: any Dissector.Type = Modbus.self
  ) throws -> Operation {
    self.direction = direction
    let step = step(bytes, dissector)
    try #require(step == .message(bytes.count))
    let found = operations
    // UMAS follows the function code that carries it.
    try #require(found.count == (found.first?.isCarrier == true ? 2 : 1))
    return found[0]
  }
}

extension Values {
  /// Adds the values that are numbers, at most `most` in all, up to the first one that is none.
  func read(_ message: RawSpan, most: Int, into numbers: inout [Number]) {
    var index = 0
    while numbers.count < most, let number = number(index, in: message) {
      index += 1
      numbers.append(number)
    }
  }

  /// The values as numbers.
  func numbers(in message: [UInt8]) -> [UInt16] {
    (0..<Int(count)).map { index in
      switch number(index, in: RawSpan(_elements: message.span)) {
      case .unsigned(let number): UInt16(clamping: number)
      case .signed(let number): UInt16(truncatingIfNeeded: number)
      default: 0
      }
    }
  }
}

/// A question and its answer, and what both mean. Most are the examples of the specification's clause 6.
struct ModbusSample: CustomTestStringConvertible, Sendable {
  var request: String
  var response: String
  var code: UInt32
  var name: String
  var action: Action
  var target = Target.none
  var written = Target.none
  var asked: [UInt16] = []
  var answered: [UInt16] = []
  var subcode: Int32 = -1
  var testDescription: String { name }
}

func bits(_ text: String) -> [UInt16] { text.compactMap { $0 == "1" ? 1 : $0 == "0" ? 0 : nil } }

let modbusSamples: [ModbusSample] = [
  ModbusSample(
    request: "01 0013 0013", response: "01 03 CD6B05", code: 1, name: "Read Coils", action: .read,
    target: Target(area: .coil, address: 19, count: 19), answered: bits("10110011 11010110 101")),
  ModbusSample(
    request: "02 00C4 0016", response: "02 03 ACDB35", code: 2, name: "Read Discrete Inputs", action: .read,
    target: Target(area: .discreteInput, address: 196, count: 22), answered: bits("00110101 11011011 101011")),
  ModbusSample(
    request: "03 006B 0003", response: "03 06 022B 0000 0064", code: 3, name: "Read Holding Registers", action: .read,
    target: Target(area: .holdingRegister, address: 107, count: 3), answered: [555, 0, 100]),
  ModbusSample(
    request: "04 0008 0001", response: "04 02 000A", code: 4, name: "Read Input Registers", action: .read,
    target: Target(area: .inputRegister, address: 8, count: 1), answered: [10]),
  ModbusSample(
    request: "05 00AC FF00", response: "05 00AC FF00", code: 5, name: "Write Single Coil", action: .write,
    target: Target(area: .coil, address: 172, count: 1), asked: [1], answered: [1]),
  ModbusSample(
    request: "06 0001 0003", response: "06 0001 0003", code: 6, name: "Write Single Register", action: .write,
    target: Target(area: .holdingRegister, address: 1, count: 1), asked: [3], answered: [3]),
  ModbusSample(
    request: "07", response: "07 6D", code: 7, name: "Read Exception Status", action: .diagnose, answered: [0x6D]),
  ModbusSample(
    request: "08 0000 A537", response: "08 0000 A537", code: 8, name: "Diagnostics: Return Query Data",
    action: .diagnose,
    asked: [0xA537], answered: [0xA537], subcode: 0),
  ModbusSample(
    request: "08 0000 0102 0304 0506", response: "08 0000 0102 0304 0506", code: 8,
    name: "Diagnostics: Return Query Data", action: .diagnose, asked: [0x102, 0x304, 0x506],
    answered: [0x102, 0x304, 0x506], subcode: 0),
  ModbusSample(
    request: "08 0001 FF00", response: "08 0001 FF00", code: 8, name: "Diagnostics: Restart Communications Option",
    action: .state, asked: [0xFF00], answered: [0xFF00], subcode: 1),
  ModbusSample(
    request: "08 0003 3A00", response: "08 0003 3A00", code: 8, name: "Diagnostics: Change ASCII Input Delimiter",
    action: .configure, asked: [0x3A00], answered: [0x3A00], subcode: 3),
  ModbusSample(
    request: "08 0004 0000", response: "08 0004 0000", code: 8, name: "Diagnostics: Force Listen Only Mode",
    action: .state, asked: [0], answered: [0], subcode: 4),
  ModbusSample(
    request: "08 000A 0000", response: "08 000A 0000", code: 8,
    name: "Diagnostics: Clear Counters and Diagnostic Register", action: .diagnose, asked: [0], answered: [0],
    subcode: 10),
  ModbusSample(
    request: "08 000B 0000", response: "08 000B 0123", code: 8, name: "Diagnostics: Return Bus Message Count",
    action: .diagnose, asked: [0], answered: [0x123], subcode: 11),
  ModbusSample(
    request: "0B", response: "0B FFFF 0108", code: 11, name: "Get Comm Event Counter", action: .diagnose,
    answered: [0xFFFF, 264]),
  ModbusSample(
    request: "0C", response: "0C 08 0000 0108 0121 2000", code: 12, name: "Get Comm Event Log", action: .diagnose,
    answered: [0, 264, 289]),
  ModbusSample(
    request: "0F 0013 000A 02 CD01", response: "0F 0013 000A", code: 15, name: "Write Multiple Coils", action: .write,
    target: Target(area: .coil, address: 19, count: 10), asked: bits("10110011 10")),
  ModbusSample(
    request: "10 0001 0002 04 000A 0102", response: "10 0001 0002", code: 16, name: "Write Multiple Registers",
    action: .write, target: Target(area: .holdingRegister, address: 1, count: 2), asked: [10, 258]),
  ModbusSample(
    request: "11", response: "11 04 53 4B FF 00", code: 17, name: "Report Server ID", action: .identify,
    answered: [0x53, 0x4B, 0xFF, 0]),
  ModbusSample(
    request: "14 0E 06 0004 0001 0002 06 0003 0009 0002", response: "14 0C 05 06 0DFE 0020 05 06 33CD 0040", code: 20,
    name: "Read File Record", action: .file, target: Target(area: .file, number: 4, address: 1, count: 4),
    answered: [0x0DFE, 0x20]),
  ModbusSample(
    request: "15 0D 06 0004 0007 0003 06AF 04BE 100D", response: "15 0D 06 0004 0007 0003 06AF 04BE 100D", code: 21,
    name: "Write File Record", action: .file, target: Target(area: .file, number: 4, address: 7, count: 3),
    asked: [0x06AF, 0x04BE, 0x100D], answered: [0x06AF, 0x04BE, 0x100D]),
  ModbusSample(
    request: "16 0004 00F2 0025", response: "16 0004 00F2 0025", code: 22, name: "Mask Write Register", action: .write,
    target: Target(area: .holdingRegister, address: 4, count: 1), asked: [0xF2, 0x25], answered: [0xF2, 0x25]),
  ModbusSample(
    request: "17 0003 0006 000E 0003 06 00FF 00FE 00FD", response: "17 0C 00FE 0ACD 0001 0003 000D 00FF", code: 23,
    name: "Read/Write Multiple Registers", action: .write,
    target: Target(area: .holdingRegister, address: 3, count: 6),
    written: Target(area: .holdingRegister, address: 14, count: 3), asked: [0xFF, 0xFE, 0xFD],
    answered: [0xFE, 0xACD, 1, 3, 13, 0xFF]),
  ModbusSample(
    request: "18 04DE", response: "18 0006 0002 01B8 1284", code: 24, name: "Read FIFO Queue", action: .read,
    target: Target(area: .fifo, address: 1246), answered: [440, 4740]),
  ModbusSample(
    request: "2B 0E 01 00", response: "2B 0E 01 01 00 00 02 00 02 4142 01 03 583130", code: 43,
    name: "Read Device Identification", action: .identify, asked: [1, 0],
    answered: [0, 2, 0x41, 0x42, 1, 3, 0x58, 0x31, 0x30], subcode: 14),
  ModbusSample(
    request: "2B 0D 00 00 1000 00", response: "2B 0D 00 00 1000 00 0192", code: 43, name: "CANopen General Reference",
    action: .diagnose, asked: [0, 0, 0x10, 0, 0], answered: [0, 0, 0x10, 0, 0, 1, 0x92], subcode: 13),
  ModbusSample(
    request: "2B 0D 01 00 6040 00 0006", response: "2B 0D 01 00 6040 00", code: 43, name: "CANopen General Reference",
    action: .write, asked: [1, 0, 0x60, 0x40, 0, 0, 6], answered: [1, 0, 0x60, 0x40, 0], subcode: 13),
  ModbusSample(
    request: "5A 00 02", response: "5A 00 FE 01", code: 90, name: "Unity (UMAS)", action: .session, subcode: 2),
  ModbusSample(
    request: "41 01 02", response: "41 03", code: 65, name: "User-defined function", action: .unknown),
  ModbusSample(request: "2A", response: "2A 00", code: 42, name: "Reserved function", action: .unknown),
  ModbusSample(request: "1E", response: "1E 00", code: 30, name: "Unassigned function", action: .unknown),
]
