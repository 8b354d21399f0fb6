// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let s7Scripts = [
  Script(
    "s7comm: a program is read and written", .tcp(102),
    """
    > 0300001611E00000000100C1020100C2020101C0010A
    < 0300001611D00001000100C0010AC1020100C2020101
    > 0300001902F08032010000000100080000F0000001000101E0
    < 0300001B02F080320300000001000800000000F0000001000101E0
    > 0300002102F080320700000002000800080001120411440100FF090004001C0000
    < 030000F702F080320700000002000C00DA000112081284010000000000FF0900D6001C0000000000000000534E4150372D5345525645
      5200000000000000000000000000000000000000000000435055203331352D3220504E2F445000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000004F726967696E616C205369656D656E7320
      45717569706D656E7400000000000000005320432D433255523238393232303132000000000000000000000000000000000000435055
      203331352D3220504E2F445000000000000000000000000000000000000000
    > 0300002102F080320700000003000800080001120411440100FF09000402320000
    < 0300002F02F080320700000003000C0012000112081284010000000000FF09000E0232000000010000000000000000
    > 0300001D02F0803207000000040008000400011204114301000A000000
    < 0300003D02F080320700000004000C0020000112081283010000000000FF09001C303800003045000030430000304100023042000030
      44000030460000
    > 0300001F02F080320700000005000800060001120411430200FF0900023041
    < 0300002902F080320700000005000C000C000112081283020000000000FF09000800010000000A0000
    > 0300002302F080320100000006001200001D00000000000000095F3041303030303141
    < 0300002302F0803203000000060010000000001D000000000000010000003030313634
    > 0300001902F080320100000007000800001E00000000000001
    < 030000BD02F080320300000007000200A800001E0000A400FB00000100050A0001000000A40000000000000000000000000000000000
      00000000000080000E427C80000004000000000000000000000000000000000000000000000000000000000000000000000000000000
      004013333300000000000000000800000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000
    > 0300001902F080320100000008000800001F00000000000001
    < 0300001402F0803203000000080001000000001F
    > 0300003102F080320100000009002000001A00010000000000095F30413030303031500D31303030313238303030303932
    < 0300001402F0803203000000090001000000001A
    < 0300002302F08032010000000A001200001B00000000000000095F3041303030303150
    > 0300009902F08032030000000A0002008400001B00008000FB000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C
      1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152
      535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F
    < 0300002302F08032010000000B001200001C00000000000000095F3041303030303150
    > 0300001402F08032030000000B0001000000001C
    > 0300002502F08032010000000A0014000028000000000000FD000009505F50524F4752414D
    < 0300001402F08032030000000A00010000000028
    > 0300000C0680000100010000
    < 0300000A05C000010001
    """),
  Script(
    "s7comm: variables, and a message over two TPDUs", .tcp(102),
    """
    > 0300001611E00000000100C1020100C2020101C0010A
    < 0300001611D00001000100C0010AC1020100C2020101
    > 0300001902F08032010000000100080000F0000001000101E0
    < 0300001B02F080320300000001000800000000F0000001000101E0
    > 0300002102F080320700000002000800080001120411440100FF090004001C0000
    < 030000F702F080320700000002000C00DA000112081284010000000000FF0900D6001C0000000000000000534E4150372D5345525645
      5200000000000000000000000000000000000000000000435055203331352D3220504E2F445000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000004F726967696E616C205369656D656E7320
      45717569706D656E7400000000000000005320432D433255523238393232303132000000000000000000000000000000000000435055
      203331352D3220504E2F445000000000000000000000000000000000000000
    > 0300002102F080320700000003000800080001120411440100FF09000402320000
    < 0300002F02F080320700000003000C0012000112081284010000000000FF09000E0232000000010000000000000000
    > 0300001F02F080320100000004000E00000401120A10020020000184000000
    < 0300003902F0803203000000040002002400000401FF0401000004427C00000001000000000000000000000000000000000000000000
      000000
    > 0300001F02F080320100000005000E00000401120A10020020000184000000
    < 0300003902F0803203000000050002002400000401FF0401000005427C80000001000000000000000000000000000000000000000000
      000000
    > 0300002B02F080320100000007001A00000402120A10020004000083000000120A10020008000184000140
    < 0300002902F0803203000000070002001400000402FF04002000000000FF0400400000000000000000
    > 0300001F02F080320100000008000E00000401120A10020008000081000000
    < 0300002102F0803203000000080002000C00000401FF0400400000000000000000
    > 0300001F02F080320100000009000E00000401120A10020020000184000000
    < 0300003902F0803203000000090002002400000401FF0401000006427D00000002000000000000000000000000000000000000000000
      000000
    > 0300001F02F08032010000000A000E00000401120A10020020000184000000
    < 0300003902F08032030000000A0002002400000401FF0401000007427D80000002000000000000000000000000000000000000000000
      000000
    > 0300002B02F08032010000000C001A00000402120A10020004000083000000120A10020008000184000140
    < 0300002902F08032030000000C0002001400000402FF04002000000000FF0400400000000000000000
    > 0300001F02F080 32010000 1234 000E 0000 0401 120A10020004000A84000020
    < 0300001702F000 32030000 1234 0002 0008 0000 0401 FF04
    < 0300000D02F080 0020 3F800000
    > 0300000702F080
    """),
  // A job and user data of one reference; symbols; a write in TPDUs of one byte, its answer in TPDUs of three.
  Script(
    "s7comm: symbols, and one reference twice", .tcp(102),
    """
    > 0300001611E00000000100C1020100C2020101C0010A
    < 0300001611D00001000100C0010AC1020100C2020101
    > 0300001902F08032010000000100080000F0000001000101E0
    < 0300001B02F080320300000001000800000000F0000001000101E0
    > 0300001F02F080320100000005000E00000401120A10020001000184000000
    > 0300001D02F0803207000000050008000400011204114701000A000000
    < 0300001A02F0803203000000050002000500000401FF04000811
    < 0300002B02F080320700000005000C000E000112081287010100000000FF09000A00192611271805099126
    > 0300003B02F080320100000006002A00000402120EB2008A0E00051A2B3C4D400000091216B200000000520000000120000003300000
      0240000007
    < 0300002002F0803203000000060002000B00000402FF0400101234FF03000101
    > 0300000802F000320300000802F000010300000802F000000300000802F000000300000802F000000300000802F000070300000802F0
      00000300000802F0001E0300000802F000000300000802F0000C0300000802F000050300000802F000020300000802F0001203000008
      02F0000A0300000802F000100300000802F000020300000802F000000300000802F000010300000802F000000300000802F000010300
      000802F000840300000802F000000300000802F000000300000802F000000300000802F000120300000802F0000E0300000802F000B2
      0300000802F000000300000802F0008A0300000802F0000E0300000802F000000300000802F000050300000802F0001A0300000802F0
      002B0300000802F0003C0300000802F0004D0300000802F000400300000802F000000300000802F000000300000802F0000903000008
      02F000000300000802F000040300000802F000000300000802F000080300000802F000110300000802F000000300000802F000000300
      000802F000050300000802F000000300000802F000100300000802F000000300000802F08007
    < 0300000A02F0003203000300000A02F0000000070300000A02F0000002000300000A02F0000200000300000A02F0000502FF03000008
      02F080FF
    > 0300002102F0803201000000080010000029000000000009505F50524F4752414D
    < 0300001402F08032030000000800010000000029
    """),
]

/// A message of S7 communication in one TPDU: parameters, data, and in acknowledgements the error.
func s7(_ kind: Int, _ parameters: String, _ data: String = "", error: Int? = nil, reference: Int = 7)
  -> [UInt8]
{
  let parameters = hex(parameters)
  let data = hex(data)
  let header: [UInt8] =
    [0x32, UInt8(kind), 0, 0] + big(reference) + big(parameters.count) + big(data.count) + (error.map { big($0) } ?? [])
  let body = header + parameters + data
  return [3, 0] + big(7 + body.count) + [2, 0xF0, 0x80] + body
}

@Suite struct S7Tests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let kind: Int
    let parameters: String
    var data = ""
    let name: String
    let action: Action
    var target = ""
    var values: [UInt16] = []
    var detail: String?
    var testDescription: String { "\(name) \(target)" }
  }

  private static func text(_ text: String) -> String { text.utf8.map { String($0, radix: 16) }.joined() }

  static let samples: [Sample] = [
    Sample(kind: 1, parameters: "F0 00 0001 0001 01E0", name: "Setup communication", action: .session),
    Sample(
      kind: 1, parameters: "04 01 120A10 02 0002 000A 84 000020", name: "Read Var", action: .read,
      target: "DB10.DBB4-5"),
    Sample(
      kind: 1, parameters: "04 01 120A10 01 0001 0000 83 000053", name: "Read Var", action: .read, target: "M10.3"),
    Sample(
      kind: 1, parameters: "04 01 120A10 04 0002 0000 81 000010", name: "Read Var", action: .read, target: "IB2-5"),
    Sample(
      kind: 1, parameters: "04 01 120A10 1D 0001 0000 1D 000005", name: "Read Var", action: .read, target: "timer 5"),
    Sample(
      kind: 1, parameters: "04 01 120A10 1C 0002 0000 1C 000003", name: "Read Var", action: .read,
      target: "counter 3-4"),
    Sample(
      kind: 1, parameters: "05 01 120A10 04 0002 0001 84 000000", data: "00 04 0020 1234 5678", name: "Write Var",
      action: .write, target: "DB1.DBB0-3", values: [0x1234, 0x5678]),
    Sample(
      kind: 1, parameters: "05 01 120A10 01 0001 0000 82 000001", data: "00 03 0001 01", name: "Write Var",
      action: .write, target: "Q0.1", values: [1]),
    Sample(
      kind: 1, parameters: "1A 00 0100 00000000 09 5F3041303030303150 0D 31303030313238303030303932",
      name: "Request download", action: .program, target: "block DB1"),
    Sample(
      kind: 1, parameters: "1D 00 0000 00000000 09 5F3038303030343241", name: "Start upload", action: .program,
      target: "block OB42"),
    Sample(
      kind: 1, parameters: "28 000000000000FD 0000 09 \(text("P_PROGRAM"))", name: "PI-Service", action: .state,
      detail: "P_PROGRAM"),
    Sample(
      kind: 1, parameters: "28 000000000000FD 000A 0100 \(text("0A00010P")) 05 \(text("_INSE"))", name: "PI-Service",
      action: .program, target: "block DB10", detail: "_INSE"),
    Sample(
      kind: 1, parameters: "28 000000000000FD 000A 0100 \(text("0800001B")) 05 \(text("_DELE"))", name: "PI-Service",
      action: .program, target: "block OB1", detail: "_DELE"),
    Sample(
      kind: 1, parameters: "28 000000000000FD 0002 4550 05 \(text("_MODU"))", name: "PI-Service", action: .program,
      detail: "_MODU"),
    Sample(
      kind: 1, parameters: "29 0000000000 09 \(text("P_PROGRAM"))", name: "PLC Stop", action: .state,
      detail: "P_PROGRAM"),
    Sample(
      kind: 7, parameters: "000112 04 11 44 01 00", data: "FF 09 0004 0011 0001", name: "Read SZL", action: .identify,
      target: "szl 17 1"),
    Sample(
      kind: 7, parameters: "000112 04 11 44 01 00", data: "FF 09 0004 0424 0000", name: "Read SZL", action: .diagnose,
      target: "szl 1060 0"),
    Sample(
      kind: 7, parameters: "000112 04 11 43 03 00", data: "FF 09 0008 \(text("0A00010A"))", name: "Get block info",
      action: .diagnose, target: "block DB10"),
    Sample(kind: 7, parameters: "000112 04 11 43 01 00", data: "0A 00 0000", name: "List blocks", action: .diagnose),
    Sample(
      kind: 7, parameters: "000112 04 11 45 01 00", data: "FF 09 0008 0102030405060708", name: "PLC password",
      action: .authenticate),
    Sample(
      kind: 7, parameters: "000112 04 11 47 02 00", data: "FF 09 000A 00 19 26 12 31 23 59 58 99 95", name: "Set clock",
      action: .clock, values: [26, 12, 31, 23, 59, 58]),
    // Shorter than a time.
    Sample(
      kind: 7, parameters: "000112 04 11 47 02 00", data: "FF 09 0005 00 19 26 12 31", name: "Set clock",
      action: .clock, values: [26, 12, 31]),
    Sample(
      kind: 7, parameters: "000112 08 12 41 08 00 0000 0000",
      data:
        "FF 09 0026 0014 000E 0000 0001 0001 0006 0001 0001 0001 0001 0001 0200 0001 02 01 0000 0004 0009 0002 DEAD",
      name: "Modify variable", action: .write, target: "MB4-5", values: [0xDEAD]),
    Sample(kind: 7, parameters: "000112 04 11 41 0C 00", data: "0A 00 0000", name: "Memory reset", action: .state),
    // Several parts of data blocks in one item: frame 24 of a capture of a WinCC station.
    Sample(
      kind: 1, parameters: "04 01 1211 B003 02004A006C 04004C0194 020051003C", name: "Read Var", action: .read,
      target: "DB74.DBB108-109, DB76.DBB404-407, DB81.DBB60-61"),
    Sample(
      kind: 1, parameters: "28 000000000000FD 0012 0200 \(text("0A00001P0800001P")) 05 \(text("_INSE"))",
      name: "PI-Service", action: .program, target: "block DB1, block OB1", detail: "_INSE"),
    Sample(
      kind: 1, parameters: "04 02 120A10 02 0001 0000 05 000008 120A10 02 0001 0000 03 000000", name: "Read Var",
      action: .read, target: "system-memory 1, system-information 0"),
    Sample(
      kind: 1, parameters: "1D 00 0000 00000000 09 \(text("_0000001A"))", name: "Start upload", action: .program,
      target: "block _0000001A"),
    Sample(
      kind: 7, parameters: "000112 04 11 43 02 00", data: "FF 09 0002 3041", name: "List blocks of type",
      action: .diagnose, target: "block DB"),
    Sample(
      kind: 7, parameters: "000112 04 11 47 04 00", data: "FF 09 000A 00 19 20 01 01 00 00 00 00 00",
      name: "Set clock, following", action: .clock, values: [20, 1, 1, 0, 0, 0]),
    Sample(
      kind: 7, parameters: "000112 04 11 44 0B 00", data: "FF 09 000C 00 01 12 08 19 00 000000AF 0001",
      name: "ALARM acknowledge", action: .write, values: [0, 1]),
    Sample(
      kind: 7, parameters: "000112 08 12 41 02 00 0000 0000",
      data: "FF 09 0012 0000 000E 0002 54 03 0000 0005 64 02 0000 0006", name: "Variable status", action: .diagnose,
      target: "timer 5-7, counter 6-7"),
    Sample(
      kind: 7, parameters: "000112 08 12 41 08 00 0000 0000",
      data: "FF 09 0012 0000 000E 0001 54 01 0000 0005 00 04 0010 1111", name: "Modify variable", action: .write,
      target: "timer 5", values: [0x1111]),
    Sample(
      kind: 7, parameters: "000112 04 11 7F 01 00", data: "0A 00 0000", name: "NC request download", action: .program),
  ]

  @Test("each function is read with its name, target and values", arguments: samples)
  func functions(_ sample: Sample) throws {
    var exchange = conversation(carried: DissectorID(rawValue: 200))
    let bytes = s7(sample.kind, sample.parameters, sample.data)
    try #require(exchange.step(bytes, S7Comm.self) == .message(bytes.count))
    let operation = exchange.operations[0]
    let names = exchange.names.names
    let detail = names.text(operation.detail)
    #expect(operation.name.description == sample.name)
    #expect(operation.action == sample.action && operation.role == .request)
    #expect(operation.transaction == 7)
    #expect(targetTexts(exchange).filter { !$0.isEmpty }.joined(separator: ", ") == sample.target)
    #expect(operation.values.numbers(in: bytes) == sample.values)
    #expect(detail == sample.detail)
    #expect(operation.fault == nil)
    #expect(operation.dissector.rawValue == (sample.kind == 7 ? 200 : 0))
  }

  @Test func `the answer to Read clock has the time in decimal numbers, from the year to the second`() throws {
    var exchange = conversation()
    _ = exchange.step(s7(7, "000112 04 11 47 01 00", "0A 00 0000"), S7Comm.self)
    exchange.direction = .toClient
    let answer = s7(7, "000112 08 12 87 01 01 00 00 0000", "FF 09 000A 00 19 26 11 27 18 05 09 91 26")
    _ = exchange.step(answer, S7Comm.self)
    #expect(exchange.operations[0].name.description == "Read clock" && exchange.operations[0].pairing == .answered)
    #expect(exchange.operations[0].values.numbers(in: answer) == [26, 11, 27, 18, 5, 9])
  }

  @Test func `an answer has its question's target and type, and return codes give the outcome`() throws {
    var exchange = conversation()
    _ = exchange.step(s7(1, "04 02 120A10 08 0001 0001 84 000000 120A10 04 0001 0001 84 000020"), S7Comm.self)
    #expect(exchange.operations[0].items.count == 1)
    exchange.direction = .toClient
    let answer = s7(3, "04 02", "FF 04 0020 3F800000 0A 00 0000", error: 0)
    _ = exchange.step(answer, S7Comm.self)
    let operation = exchange.operations[0]
    #expect(operation.target == Target(area: .dataBlock, number: 1, address: 0, count: 4))
    #expect(operation.values.number(0, in: answer.bytes) == .real(1))
    #expect(operation.pairing == .answered)
    #expect(operation.outcome == .error(code: 10, name: ""))
    _ = exchange.step(s7(2, "29", error: 0x8104), S7Comm.self)
    #expect(exchange.operations[0].outcome == .error(code: 0x8104, name: ""))
    #expect(exchange.operations[0].pairing == .unasked)
  }

  @Test func `an upload with an unreadable block name is not attributed to the previous block`() {
    var exchange = conversation()
    _ = exchange.step(s7(1, "1D 00 0000 00000000 09 5F3041303030303141"), S7Comm.self)
    _ = exchange.step(s7(1, "1E 00 0000 00000000", reference: 8), S7Comm.self)
    #expect(targetTexts(exchange) == ["block DB1"])
    _ = exchange.step(s7(1, "1D 00 0000 00000000 02 0102", reference: 9), S7Comm.self)
    _ = exchange.step(s7(1, "1E 00 0000 00000000", reference: 10), S7Comm.self)
    #expect(targetTexts(exchange) == ["block "])
  }

  @Test func `a disconnect request in answer to a connection request is a refusal`() {
    var exchange = conversation()
    _ = exchange.step(hex("0300001611E00000000100C1020100C2020102C0010A"), S7Comm.self)
    exchange.direction = .toClient
    _ = exchange.step(hex("0300000B 06 80 0001 0000 02"), S7Comm.self)
    #expect(exchange.operations[0].role == .response && exchange.operations[0].pairing == .answered)
    #expect(exchange.operations[0].outcome == .error(code: 2, name: ""))
    exchange.direction = .toServer
    _ = exchange.step(hex("0300000B 06 80 0001 0000 80"), S7Comm.self)
    #expect(exchange.operations[0].role == .request && exchange.operations[0].subcode == 0x80)
  }

  @Test(
    "on another port it is recognised by the TSAPs of its modules, even after empty TPDUs",
    arguments: [
      ("0300001611E00000000100C1020100C2020102C0010A", Direction.toServer),
      ("0300001611D00001000200C0010AC1020100C2020301", .toClient),
      ("0300000702F000 03000013 02F080 3201 0000 0007 0002 0000 2900", .toServer),
    ])
  func elsewhere(_ text: String, _ direction: Direction) {
    guard case .yes(direction) = recognition(hex(text), expected: false, by: S7Comm.self) else {
      Issue.record("not recognised")
      return
    }
  }

  @Test func `the module list identifies model and firmware`() throws {
    var exchange = conversation()
    exchange.direction = .toClient
    func item(_ index: String, _ text: String, _ rest: String) -> String {
      let text = Self.text(text)
      return index + text + String(repeating: "20", count: 20 - text.count / 2) + rest
    }
    let list =
      "0011 0000 001C 0002" + item("0001", "6ES7 315-2EH14-0AB0", "0000 0000 0000")
      + item("0007", "", "0000 5603 0206")
    _ = exchange.step(
      s7(7, "000112 08 12 84 01 00 0000 0000", "FF 09 0040 \(list)"), S7Comm.self)
    let report = try #require(exchange.identities.first)
    let (model, firmware) = (exchange.names.names.text(report.model), exchange.names.names.text(report.firmware))
    #expect(model == "6ES7 315-2EH14-0AB0" && firmware == "V3.2.6")
    #expect(report.knownVendor?.description == "Siemens")
  }

  @Test(
    "the framing of a message is checked",
    arguments: [
      ("03000013 02F080 3201 0000 0007 0002 0000 2900", nil),
      ("03000013 02F080 3201 0000 0007 0009 0000 2900", "Parameter length, data length"),
      ("03000013 02F080 3205 0000 0007 0002 0000 2900", "ROSCTR"),
      ("04000013 02F080 3201 0000 0007 0002 0000 2900", "TPKT version"),
      ("03000003 02F080 3201 0000 0007 0002 0000 2900", "TPKT length"),
      ("03000013 40F080 3201 0000 0007 0002 0000 2900", "TPDU length indicator"),
      ("0300000C 02F080 3201 0000 00", "S7 header"),
    ])
  func framing(_ text: String, _ field: String?) {
    var exchange = conversation()
    let step = exchange.step(hex(text), S7Comm.self)
    if let field {
      guard case .refused = step else { return #expect(Bool(false), "\(step)") }
      #expect(exchange.fault?.field.description == field)
    } else {
      #expect(step == .message(19))
    }
  }

  @Test func `another protocol's connection on the port is not read as S7, unless S7 was seen on it before`() {
    let request = hex("0300001611E00000000100C1020100C2020102C0010A")
    // S7comm-plus, MMS (an OSI session's CONNECT), and nonsense.
    for other in ["0300000F 02F080 72010008 31000000", "0300000B 02F080 0D020506", "0300000B 02F080 99999999"] {
      var exchange = conversation()
      #expect(exchange.step(request, S7Comm.self) == .message(22))
      #expect(exchange.step(hex(other), S7Comm.self) == .foreign)
      _ = exchange.step(s7(1, "29 0000000000 00"), S7Comm.self)
      let step = exchange.step(hex(other), S7Comm.self)
      #expect(step == .refused(hex(other).count))
    }
  }

  @Test func `pieces of an incomplete message are not joined with those of another one`() {
    func piece(_ body: String, isLast: Bool) -> [UInt8] {
      let body = hex(body)
      return [3, 0] + big(7 + body.count) + [2, 0xF0, isLast ? 0x80 : 0] + body
    }
    let first = piece("3203 0000 0007 0002 0008 0000 0401 FF04", isLast: false)
    let second = piece("0020 3F800000", isLast: true)
    var player = ScriptPlayer(Script("S7", .tcp(102), ""))
    player.play(.toServer, s7(1, "04 01 120A10 08 0001 0001 84 000000"))
    player.play(.toClient, first)
    player.lose(.toClient, second.count)
    player.play(.toClient, first)
    // Longer than the engine waits for lost bytes.
    player.wait(milliseconds: 4000)
    player.play(.toClient, second)
    let answers = player.found.filter { $0.role == .response }
    #expect(answers.map(\.pairing) == [.answered])
    #expect(player.counts["s7comm"]?.refused == 0)
  }

  @Test func `a wrong guess is undone, and the right protocol is recognised`() {
    let script = Script(
      "MMS", .tcp(102),
      """
      > 0300001611E00000000100C1020100C2020102C0010A
      < 0300000500
      < 0300001611D00001000100C0010AC1020100C2020102
      > 0300000B 02F080 0D020506
      < 0300000B 02F080 0E020506
      > 0300000B 02F080 01000100
      """)
    var player = ScriptPlayer(script)
    for message in script.messages { player.play(message.direction, message.bytes) }
    #expect(player.counts["cotp"]?.refused == 1)
    #expect(player.dissector.isEmpty)
    #expect(player.counts["s7comm"]?.refused ?? 0 == 0)
  }

  @Test(
    "nothing else is taken for S7",
    arguments: [
      "0300000B06E00000000000", "0300002F2AE00000000000436F6F6B69653A20", "16030100A5010000A10303",
      "0300000F02F08072010008310000",
      // An OSI stack's TSAP, S7comm-plus's, and one followed by a remote desktop request.
      "0300001611E00000000100C1020001C2020001C0010A",
      "0300002411E00000000500C1020600C210" + "53494D415449432D524F4F542D455300" + "C0010A",
      "0300001E19E00000000000C1020100C2020102" + "0100080003000000" + "C0010A",
    ])
  func foreign(_ text: String) {
    guard case .no = recognition(hex(text), expected: false, by: S7Comm.self) else {
      Issue.record("taken for S7")
      return
    }
  }
}
