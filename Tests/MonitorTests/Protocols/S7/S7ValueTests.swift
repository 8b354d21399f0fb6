// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// What answers and indications of S7 communication contain, and which parts of them are refusals.
@Suite struct S7ValueTests {
  @Test func `each data block part has its own data in the answer, and a refused part is named`() {
    let question = s7(1, "04 01 1211 B003 02004A006C 04004C0194 020051003C")
    var exchange = conversation()
    _ = exchange.step(question, S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    let answer = s7(3, "04 01", "FF 09 000B FF 040A FF 0544053E FF 040A", error: 0)
    _ = exchange.step(answer, S7Comm.self)
    var values = [exchange.operations[0].values] + exchange.items.map(\.values)
    #expect(values.map { $0.numbers(in: answer) } == [[4, 10], [5, 0x44, 5, 0x3E], [4, 10]])
    #expect(exchange.operations[0].outcome == .ok && exchange.operations[0].items.count == 2)

    exchange.direction = .toServer
    exchange.begin()
    _ = exchange.step(question, S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    let partial = s7(3, "04 01", "FF 09 0007 FF 040A 0A FF 040A", error: 0)
    _ = exchange.step(partial, S7Comm.self)
    values = [exchange.operations[0].values] + exchange.items.map(\.values)
    #expect(values.map { $0.numbers(in: partial) } == [[4, 10], [], [4, 10]])
    #expect(exchange.operations[0].outcome == .error(code: 10, name: ""))
    #expect(exchange.operations[0].facets[.refusedItem] == 2)

    exchange.direction = .toServer
    exchange.begin()
    _ = exchange.step(s7(1, "04 01 1207 B001 0500510172"), S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    let alone = s7(3, "04 01", "FF 09 0006 FF 43F6903560", error: 0)
    _ = exchange.step(alone, S7Comm.self)
    #expect(exchange.operations[0].values.numbers(in: alone) == [0x43, 0xF6, 0x90, 0x35, 0x60])

    // Data that does not fit the question is kept in one piece.
    exchange.direction = .toServer
    exchange.begin()
    _ = exchange.step(question, S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    let odd = s7(3, "04 01", "FF 09 0006 FF 040A FF 0544", error: 0)
    _ = exchange.step(odd, S7Comm.self)
    #expect(exchange.operations[0].values.numbers(in: odd) == [0xFF, 4, 10, 0xFF, 5, 0x44])
    #expect(exchange.operations[0].fault?.field.description == "Data item length")
  }

  /// Three bytes-long targets of 1, 3 and 2 bytes.
  private static let three =
    "05 03 120A10 02 0001 0001 84 000000 120A10 02 0003 0001 84 000038 120A10 02 0002 0001 84 0000A0"

  @Test(
    "a write has one item of data for each target, each as long as its target, and a fill byte after odd ones",
    arguments: [
      (three, "00040008 11 00 00040018 212223 00 00040010 3132", [[0x11], [0x21, 0x22, 0x23], [0x31, 0x32]], nil),
      (three, "00040008 11 00 00040018 212223 00 00040010 3132 00", [[0x11], [0x21, 0x22, 0x23], [0x31, 0x32]], nil),
      // Without fill bytes; a receiver would take 04 00 18 21 for a header.
      (three, "00040008 11 00040018 212223 00040010 3132", [[0x11], [], []], "Data item length"),
      (three, "00040008 11 00 00040018 212223", [[0x11], [0x21, 0x22, 0x23], []], "Data item"),
      (three, "00040008 11 00 00040018 212223 00 0004", [[0x11], [0x21, 0x22, 0x23], []], "Data item"),
      (three, "00040008 11 00 00040010 2122 00040010 3132", [[0x11], [], []], "Data item length"),
      ("05 01 120A10 04 0001 0001 84 000000", "00040040 0102030405060708", [[]], "Data item length"),
      ("05 01 120A10 04 0001 0001 84 000000", "00040010 0102 0304", [[0x102]], "Data behind the last item"),
      ("05 01 120A10 01 0001 0000 83 000001", "00030001 01", [[1]], nil),
      ("05 01 120A10 01 0001 0000 83 000001", "00040010 0101", [[]], "Data item length"),
      // A bit as a byte, and a byte as a bit: a receiver counts one in bits of a byte, the other in bytes.
      ("05 01 120A10 01 0001 0000 83 000001", "00040008 01", [[]], "Data transport size"),
      ("05 01 120A10 02 0001 0001 84 000000", "00030008 01", [[]], "Data transport size"),
      // Bytes as an octet string, or a real number as bytes, is a client's choice.
      ("05 01 120A10 02 0002 0001 84 000000", "00090002 0102", [[1, 2]], nil),
      ("05 01 120A10 06 0001 0001 84 000000", "00040020 00000009", [[9]], nil),
      // Behind a timer, whose length is not known, a byte too many shifts what follows.
      (
        "05 02 120A10 1D 0001 0000 1D 000001 120A10 02 0002 0001 84 000000",
        "00090002 0011 00040010 3132 00040010 3334", [[], []], "Data behind the last item"
      ),
      (
        "05 02 120A10 1D 0001 0000 1D 000001 120A10 02 0002 0001 84 000000", "00090003 001122 00 00040010 3132",
        [[0x11], [0x31, 0x32]], nil
      ),
      (
        "05 02 120A10 1D 0001 0000 1D 000001 120A10 02 0002 0001 84 000000", "00090003 001122 00040010 3132",
        [[], []], "Data item length"
      ),
      ("05 00", "", [[]], "Item count"), ("05 00", "00040008 01", [[]], "Item count"),
      ("05 01 120A10 07 0002 0001 84 000000", "00060008 00000001 00000002", [[1, 2]], nil),
      // How long a timer is differs between controllers.
      ("05 01 120A10 1D 0001 0000 1D 000001", "0009000A 00000000000000000000", [[0, 0, 0, 0, 0]], nil),
    ] as [(String, String, [[UInt16]], String?)])
  func writes(_ parameters: String, _ data: String, _ values: [[UInt16]], _ field: String?) {
    var exchange = conversation()
    let message = s7(1, parameters, data)
    _ = exchange.step(message, S7Comm.self)
    let read = [exchange.operations[0].values] + exchange.items.map(\.values)
    #expect(read.map { $0.numbers(in: message) } == values)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test(
    "an answer to a read has what was asked for",
    arguments: [
      ("FF040008 11 00 FF040018 212223 00 FF040010 3132", nil),
      ("FF040008 11 00 0A000000 FF040010 3132", nil), ("FF040008 11 00 FF040018 212223 00 0A", nil),
      ("FF040008 11 FF040018 212223 FF040010 3132", "Data item length"),
      ("FF040008 11 00 FF040020 21222324 FF040010 3132", "Data item length"),
      ("FF040008 11 00 FF040018 212223", "Data item"),
      ("FF040008 11 00 FF040018 212223 00 FF040010 3132 3334", "Data behind the last item"),
    ] as [(String, String?)])
  func answers(_ data: String, _ field: String?) {
    var exchange = conversation()
    _ = exchange.step(s7(1, "04" + Self.three.dropFirst(2)), S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    _ = exchange.step(s7(3, "04 03", data, error: 0), S7Comm.self)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test func `an answer of a type whose size is not known, such as a string, has any length`() {
    var exchange = conversation()
    _ = exchange.step(s7(1, "04 01 120A10 13 0001 0004 84 000450"), S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    let message = s7(3, "04 01", "FF 09 0002 0077", error: 0)
    _ = exchange.step(message, S7Comm.self)
    #expect(exchange.operations[0].fault == nil)
    #expect(exchange.operations[0].values.numbers(in: message) == [0, 0x77])
  }

  @Test(
    "an acknowledgement has one code for each item that was written",
    arguments: [
      ("05 01", "FF", nil), ("05 01", "FFFF", "Return codes"), ("05 01", "", "Return codes"),
      ("05 02", "FFFF", "Item count"),
    ]
      as [(String, String, String?)])
  func acknowledgements(_ parameters: String, _ data: String, _ field: String?) {
    var exchange = conversation()
    _ = exchange.step(s7(1, "05 01 120A10 02 0001 0001 84 000000", "00040008 01"), S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    _ = exchange.step(s7(3, parameters, data, error: 0), S7Comm.self)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test(
    "the data of user data are as long as they say, with one byte of padding at most",
    arguments: [
      ("FF 09 0004 0011 0001", nil), ("FF 09 0003 001100 00", nil), ("FF 09 0005 0011 0001", "Data item length"),
      ("FF 09 0002 0011 0001", "Data item length"), ("0A 00 0000", nil), ("", nil),
    ] as [(String, String?)])
  func userData(_ data: String, _ field: String?) {
    var exchange = conversation()
    _ = exchange.step(s7(7, "000112 04 11 44 01 00", data), S7Comm.self)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test(
    "parameters that end before the fields of their function are malformed; a refusal needs none",
    arguments: [
      (1, "F0 00 0001 0001 01E0", nil, nil), (1, "F0 00 01E0 01E0", nil, 6), (3, "F0 00 0001 0001 00F0", 0, nil),
      (3, "F0 00 0008 01E0", 0, 6), (1, "04", nil, 1), (1, "05", nil, 1), (3, "04", 0, 1), (3, "05", 0, 1),
      (3, "04", 0x8104, nil), (3, "05", 0x8104, nil), (3, "F0", 0x8104, nil), (1, "1A 00 0000 00000000", nil, 8),
      (1, "28 000000000000FD 00", nil, 9),
    ] as [(Int, String, Int?, UInt64?)])
  func parameters(_ kind: Int, _ parameters: String, _ error: Int?, _ short: UInt64?) {
    var exchange = conversation()
    // The data are those of one item: without its count they are not read as one.
    let data = kind == 3 && short != nil ? "FF 04 0008 ABCD" : ""
    _ = exchange.step(s7(kind, parameters, data, error: error), S7Comm.self)
    let fault = exchange.operations[0].fault
    #expect(fault?.field.description == (short == nil ? nil : "Parameter length") && fault?.seen == short)
    #expect(exchange.operations[0].values.count == 0)
  }

  @Test(
    "variables of newer controllers are named by block, numbers and check sum of their symbol",
    arguments: [
      ("B2 00 8A0E 0005 1A2B3C4D 40000009", "DB5.9#1A2B3C4D", nil),
      ("B2 00 8A0E 0005 1A2B3C4D 20000009 30000003 40000002", "DB5.9[3].2#1A2B3C4D", nil),
      ("B2 00 0000 0052 00000001 50000011", "M[17]#00000001", nil),
      ("B2 00 0000 0052 00000001 40000011 60000004 70000002", "M.17:4+2#00000001", nil),
      ("B2 00 1234 0052 00000001 90000011", "12340052?9:17#00000001", nil),
      ("B2 00 8A0E 0005 1A2B3C4D 40000009 4000", "DB5.9#1A2B3C4D", "Item specification length"),
      // Too short for a number: only its bytes name it.
      ("B2 00 8A0E 0005 1A2B3C4D", "B2008A0E00051A2B3C4D", nil),
    ] as [(String, String, String?)])
  func symbols(_ address: String, _ name: String, _ field: String?) {
    let size = hex(address).count
    var exchange = conversation()
    let item = "12" + (size < 16 ? "0" : "") + String(size, radix: 16) + address + (size % 2 == 0 ? "" : "00")
    _ = exchange.step(s7(1, "04 01" + item), S7Comm.self)
    #expect(targetTexts(exchange) == ["tag \(name)"])
    #expect(exchange.operations[0].fault?.field.description == field)
    // The data of a write say themselves what they are.
    let message = s7(1, "05 01" + item, "00050010 FFFE")
    exchange.begin()
    _ = exchange.step(message, S7Comm.self)
    #expect(exchange.operations[0].values.numbers(in: message) == [0xFFFE])
  }

  @Test func `a job and user data with the same reference are two questions`() {
    var exchange = conversation()
    _ = exchange.step(s7(1, "04 01 120A10 02 0001 0001 84 000000"), S7Comm.self)
    exchange.begin()
    _ = exchange.step(s7(7, "000112 04 11 47 01 00", "0A 00 0000"), S7Comm.self)
    #expect(exchange.requests.unanswered.isEmpty)
    exchange.direction = .toClient
    for (answer, target) in [
      (s7(3, "04 01", "FF 04 0008 11", error: 0), "DB1.DBB0"),
      (s7(7, "000112 08 12 87 01 01 00 00 0000", "FF 09 000A 00 19 26 11 27 18 05 09 91 26"), ""),
    ] {
      exchange.begin()
      _ = exchange.step(answer, S7Comm.self)
      #expect(exchange.operations[0].pairing == .answered)
      #expect(targetTexts(exchange).joined() == target)
    }
  }

  @Test(
    "a message in TPDUs of any size is recognised in the middle of a stream",
    arguments: [1, 2, 9, 10, 11, 12, 13, 20])
  func pieces(_ size: Int) {
    let body = Array(s7(1, "05 01 120A10 02 0001 0001 84 000000", "00040008 01").dropFirst(7))
    var stream: [UInt8] = []
    var place = 0
    while place < body.count {
      let end = min(body.count, place + size)
      stream += [3, 0] + big(7 + end - place) + [2, 0xF0, end == body.count ? 0x80 : 0] + body[place..<end]
      place = end
    }
    for expected in [true, false] {
      guard case .yes(.toServer) = recognition(stream, expected: expected, by: S7Comm.self) else {
        Issue.record("not recognised in pieces of \(size)")
        continue
      }
      // The first bytes of it decide nothing, or the same.
      for end in 1..<stream.count {
        if case .no = recognition(Array(stream[..<end]), expected: expected, by: S7Comm.self) {
          Issue.record("given up after \(end) bytes in pieces of \(size)")
        }
      }
    }
    // Another protocol in pieces of the same size is none of this one.
    stream[7] = 0x72
    guard case .no = recognition(stream, expected: true, by: S7Comm.self) else {
      Issue.record("taken for S7")
      return
    }
  }

  @Test func `of several writes the refused one is named`() {
    var exchange = conversation()
    let items = "120A10 02 0001 0001 84 000000 120A10 02 0001 0001 84 000008 120A10 02 0001 0001 84 000010"
    _ = exchange.step(s7(1, "05 03 " + items, "0004000801 00 00040008 02 00 00040008 03"), S7Comm.self)
    exchange.direction = .toClient
    exchange.begin()
    _ = exchange.step(s7(3, "05 03", "FF 05 FF", error: 0), S7Comm.self)
    #expect(exchange.operations[0].outcome == .error(code: 5, name: ""))
    #expect(exchange.operations[0].facets[.refusedItem] == 2)
    #expect(targetTexts(exchange) == ["DB1.DBB0", "DB1.DBB1", "DB1.DBB2"])
  }

  @Test(
    "unsolicited messages of a controller are read with their values",
    arguments: [
      ("000112 04 11 00 02 00", "FF 09 0004 00000000", "Mode transition to RUN", Action.report, [[0, 0, 0, 0]]),
      ("000112 04 11 00 00 00", "", "Mode transition to STOP", .report, [[]]),
      (
        "000112 08 12 01 02 02 0000 0000",
        "FF 09 001A 0004 0012 01000002 0002 FF 09 0006 4133851FDEAD FF 09 0002 0102", "Variable status", .report,
        [[0x41, 0x33, 0x85, 0x1F, 0xDE, 0xAD], [1, 2]]
      ),
      (
        "000112 08 12 02 05 01 0000 0000", "FF 09 000E 0002 FF 04 0008 AA 00 FF 05 0010 FFFF",
        "Change driven transfer", .report, [[0xAA], [0xFFFF]]
      ),
      (
        "000112 04 11 04 05 00",
        "FF 09 001C 9401060027203975 40 01 120A 16 01 000000AF 0000FEFE FF 04 0010 0001", "ALARM_8 indication",
        .report, [[0, 0, 0xFE, 0xFE], [0, 1]]
      ),
      (
        "000112 08 12 01 08 03 0000 0000", "FF 09 000C 0004 0004 01000001 0001 FF 00", "Modify variable", .report,
        [[]]
      ),
      ("000112 04 11 3F 02 00", "FF 09 0002 0102", "NC download block", .program, [[1, 2]]),
    ] as [(String, String, String, Action, [[UInt16]])])
  func indications(_ parameters: String, _ data: String, _ name: String, _ action: Action, _ values: [[UInt16]]) {
    var exchange = conversation()
    exchange.direction = .toClient
    exchange.begin()
    let bytes = s7(7, parameters, data)
    _ = exchange.step(bytes, S7Comm.self)
    let operation = exchange.operations[0]
    #expect(operation.role == .report && operation.action == action && operation.name.description == name)
    let found = [operation.values] + exchange.items.map(\.values)
    #expect(found.map { $0.numbers(in: bytes) } == values)
    if name == "ALARM_8 indication" { #expect(operation.facets[.alarm] == 0xAF) }
    #expect(operation.fault == nil && operation.outcome == .none)
  }

  @Test func `uploads from numerical controls are fetches, and their answers have a type of their own`() {
    var exchange = conversation()
    _ = exchange.step(s7(7, "000112 04 11 7F 06 00", "0A 00 0000"), S7Comm.self)
    #expect(exchange.operations[0].isFetch && exchange.operations[0].action == .program)
    exchange.direction = .toClient
    _ = exchange.step(s7(7, "000112 08 12 BF 06 01 0000 0000", "0A 00 0000"), S7Comm.self)
    #expect(exchange.operations[0].role == .response && exchange.operations[0].pairing == .answered)
  }
}
