// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Monitor

/// Violations of the specification: the operation is kept, with the reason.
@Suite struct ModbusFaultTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var pdu: String
    var kind: Fault.Kind
    var field: String
    var seen: UInt64
    var direction = Direction.toServer
    var testDescription: String { "\(pdu): \(field)" }

    init(_ pdu: String, _ kind: Fault.Kind, _ field: String, _ seen: UInt64, _ direction: Direction = .toServer) {
      (self.pdu, self.kind, self.field, self.seen, self.direction) = (pdu, kind, field, seen, direction)
    }
  }

  @Test(
    "a violation is reported with field and value",
    arguments: [
      // Quantities (clauses 6.1 to 6.4, 6.11, 6.12, 6.17).
      Case("01 0000 0000", .quantity, "Quantity of Coils", 0),
      Case("01 0000 07D1", .quantity, "Quantity of Coils", 2001),
      Case("02 0000 07D1", .quantity, "Quantity of Inputs", 2001),
      Case("03 0000 007E", .quantity, "Quantity of Registers", 126),
      Case("04 0000 007E", .quantity, "Quantity of Input Registers", 126),
      Case("0F 0000 07B1 01 00", .quantity, "Quantity of Outputs", 1969),
      Case("10 0000 0000 00", .quantity, "Quantity of Registers", 0),
      Case("10 0000 007C 02 0000", .quantity, "Quantity of Registers", 124),
      Case("17 0000 007E 0000 0001 02 0000", .quantity, "Quantity to Read", 126),
      Case("17 0000 0001 0000 007A 02 0000", .quantity, "Quantity to Write", 122),
      // Beyond the end of the address space (clause 4.4).
      Case("03 FFFF 0002", .range, "Starting Address", 65_535),
      Case("10 FFFF 0002 04 0000 0000", .range, "Starting Address", 65_535),
      Case("10 FFFF 0002", .range, "Starting Address", 65_535, .toClient),
      // Byte counts.
      Case("0F 0000 0009 01 00", .length, "Byte Count", 1),
      Case("10 0000 0002 03 000000", .length, "Byte Count", 3),
      Case("17 0000 0001 0000 0001 04 0000 0000", .length, "Byte Count", 4),
      Case("03 00", .length, "Byte Count", 0, .toClient),
      Case("03 03 000000", .value, "Byte Count", 3, .toClient),
      Case("0C 05 0000 0000 00", .length, "Byte Count", 5, .toClient),
      // Lengths.
      Case("03 0000 00", .length, "PDU length", 4),
      Case("03 0000 0001 00", .length, "PDU length", 6),
      Case("06 0000", .length, "PDU length", 3),
      Case("06 0000 0001 00", .length, "PDU length", 6, .toClient),
      Case("07 00", .length, "PDU length", 2),
      Case("08 00", .length, "PDU length", 2),
      Case("08 0000 01", .length, "PDU length", 4),
      Case("08 000B 0000 0000", .length, "PDU length", 7),
      Case("10 0000 0001 02 00", .length, "PDU length", 7),
      Case("03 04 0000", .length, "PDU length", 4, .toClient),
      Case("18 0000 00", .length, "PDU length", 4),
      Case("2B", .length, "PDU length", 1),
      Case("83", .length, "PDU length", 1, .toClient),
      Case("83 01 00", .length, "PDU length", 3, .toClient),
      // Values.
      Case("05 0000 0001", .value, "Output Value", 1),
      Case("05 0000 FFFF", .value, "Output Value", 65_535, .toClient),
      Case("08 0001 0001", .value, "Data Field", 1),
      Case("08 0003 3A01", .value, "Data Field", 0x3A01),
      Case("08 000B 0001", .value, "Data Field", 1),
      // Files (clauses 6.14, 6.15).
      Case("14 07 05 0001 0000 0001", .value, "Reference Type", 5),
      Case("14 07 06 0000 0000 0001", .value, "File Number", 0),
      Case("14 07 06 0001 2710 0001", .value, "Record Number", 10_000),
      Case("14 07 06 0001 270F 0002", .range, "Record Length", 2),
      Case("14 06 06 0001 0000 00", .length, "Byte Count", 6),
      Case("14 08 06 0001 0000 0001 00", .length, "Byte Count", 8),
      Case("14 04 02 06 0001", .length, "File response length", 2, .toClient),
      Case("14 04 03 07 0001", .value, "Reference Type", 7, .toClient),
      Case("14 05 03 06 0001 00", .length, "Response data length", 5, .toClient),
      Case("15 08 06 0001 0000 0001 00", .length, "Request data length", 8),
      Case("15 09 06 0001 0000 0002 0000", .length, "Request data length", 9),
      Case("15 09 07 0001 0000 0001 0000", .value, "Reference Type", 7),
      // FIFO (clause 6.18).
      Case("18 0042 0020" + String(repeating: "0000", count: 32), .quantity, "FIFO Count", 32, .toClient),
      Case("18 0004 0002 0000 0000", .length, "Byte Count", 4, .toClient),
      // Encapsulated interfaces (clauses 6.19 to 6.21).
      Case("2B 0C 00", .code, "MEI Type", 12),
      Case("2B 0F 00", .code, "MEI Type", 15, .toClient),
      Case("2B 0E 00 00", .value, "Read Device ID code", 0),
      Case("2B 0E 05 00", .value, "Read Device ID code", 5),
      Case("2B 0E 04 07", .value, "Object Id", 7),
      Case("2B 0E 01 00 00", .length, "PDU length", 5),
      Case("2B 0E 01 04 00 00 00", .value, "Conformity level", 4, .toClient),
      Case("2B 0E 01 01 01 00 00", .value, "More Follows", 1, .toClient),
      Case("2B 0E 01 01 00 00 01 00 05 41", .length, "PDU length", 10, .toClient),
      Case("2B 0E 01 01 00 00 02 00 01 41 01", .length, "PDU length", 11, .toClient),
      // Codes.
      Case("00", .code, "Function code", 0),
      Case("00 00", .code, "Function code", 0, .toClient),
      Case("80 01", .code, "Function code", 0x80, .toClient),
      Case("83 02", .code, "Function code", 0x83),
    ])
  func violation(_ example: Case) throws {
    var exchange = conversation()
    let operation = try exchange.operation(mbap(hex(example.pdu)), example.direction)
    let fault = try #require(operation.fault)
    #expect(fault.kind == example.kind)
    #expect("\(fault.field)" == example.field)
    #expect(fault.seen == example.seen)
    #expect(fault.seen < fault.least || fault.seen > fault.most || fault.kind == .value)
  }

  @Test("the largest legal messages have no fault")
  func limits() throws {
    var exchange = conversation()
    let widest: [(String, Direction)] = [
      ("01 0000 07D0", .toServer), ("03 FFFF 0001", .toServer), ("03 FF83 007D", .toServer),
      ("0F 0000 07B0 F6" + String(repeating: "FF", count: 246), .toServer),
      ("10 0000 007B F6" + String(repeating: "FF", count: 246), .toServer),
      ("17 0000 007D 0000 0079 F2" + String(repeating: "FF", count: 242), .toServer),
      ("01 FA" + String(repeating: "FF", count: 250), .toClient),
      ("03 FA" + String(repeating: "FF", count: 250), .toClient),
      ("18 0040 001F" + String(repeating: "0000", count: 31), .toClient),
      ("14 07 06 FFFF 270F 0001", .toServer), ("2B 0E 01 01 00 00 03 02 05 56322E3131", .toClient),
    ]
    for (pdu, direction) in widest {
      let operation = try exchange.operation(mbap(hex(pdu)), direction)
      #expect(operation.fault == nil, "\(pdu)")
    }
  }

  @Test("values never extend beyond the message, whatever its fields claim")
  func valuesStayInside() throws {
    var exchange = conversation()
    for pdu in [
      "10 0000 007B F6 0001", "0F 0000 07B0 F6 01", "15 FB 06 0001 0000 007A 0001", "17 0000 0001 0000 0079 F2 0001",
    ] {
      let message = mbap(hex(pdu))
      let operation = try exchange.operation(message, .toServer)
      #expect(operation.fault?.kind == .length)
      #expect(operation.values.count > 0)
      #expect(operation.values.numbers(in: message).count == Int(operation.values.count))
    }
  }
}
