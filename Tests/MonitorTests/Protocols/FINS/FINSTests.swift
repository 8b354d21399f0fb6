// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let finsScripts = [
  // Controller Data Read, Memory Area Read and Write, a refused STOP, Clock Write.
  Script(
    "fins over UDP", .udp(9600),
    """
    > 800007000B0000150060 0501 00
    < C00002001500000B0060 0501 0000 434A324D2D43505533352020202020202020202020 30322E3031202020202020202020202020202020
    > 800007000B0000150061 0101 82 000000 0014
    < C00002001500000B0061 0101 0000 \(String(repeating: "1234", count: 20))
    > 800007000B0000150062 0102 82 002800 0003 0004 0002 0003
    < C00002001500000B0062 0102 0000
    > 800007000B0000150063 0402
    < C00002001500000B0063 0402 2204
    > 800007000B0000150064 0702 200101000000
    < C00002001500000B0064 0702 0000
    """),
  // Node addresses, Memory Area Read, RUN, Controller Status Read.
  Script(
    "fins over TCP", .tcp(9600),
    """
    > 46494E53 0000000C 00000000 00000000 00000000
    < 46494E53 00000010 00000001 00000000 00000015 0000000B
    > 46494E53 0000001A 00000002 00000000 800007000B0000150060 0101 82 006400 0010
    < 46494E53 00000036 00000002 00000000 C00002001500000B0060 0101 0000 \(String(repeating: "0000", count: 16))
    > 46494E53 00000016 00000002 00000000 800007000B0000150061 0401 FFFF
    < 46494E53 00000016 00000002 00000000 C00002001500000B0061 0401 0000
    > 46494E53 00000014 00000002 00000000 800007000B0000150062 0601
    < 46494E53 00000018 00000002 00000000 C00002001500000B0062 0601 0000 0102
    """),
]

/// File names: A1234567.TXT, B1234567.OBJ.
private let one = "41313233343536372E545854"
private let two = "42313233343536372E4F424A"

@Suite struct FINSTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let text: String
    let name: String
    let action: Action
    var target = Target.none
    var values: [UInt16] = []
    var testDescription: String { name }
  }

  static let samples: [Sample] = [
    Sample(
      text: "0101 82 0064 00 0010", name: "Memory Area Read", action: .read,
      target: Target(area: .dm, address: 100, count: 16)),
    Sample(
      text: "0101 30 0005 03 0001", name: "Memory Area Read", action: .read,
      target: Target(area: .cio, address: 5, count: 1, bit: 3)),
    Sample(
      text: "0101 B1 000A 00 0004", name: "Memory Area Read", action: .read,
      target: Target(area: .wr, address: 10, count: 4)),
    Sample(
      text: "0101 A2 000A 00 0004", name: "Memory Area Read", action: .read,
      target: Target(area: .em, number: 2, address: 10, count: 4)),
    Sample(
      text: "0101 89 8003 00 0001", name: "Memory Area Read", action: .read,
      target: Target(area: .cnt, address: 3, count: 1)),
    Sample(
      text: "0102 82 0028 00 0003 0004 0002 0003", name: "Memory Area Write", action: .write,
      target: Target(area: .dm, address: 40, count: 3), values: [4, 2, 3]),
    Sample(
      text: "0102 B2 0000 00 0001 FFFF", name: "Memory Area Write", action: .write,
      target: Target(area: .hr, address: 0, count: 1), values: [0xFFFF]),
    Sample(
      text: "0102 31 0001 07 0002 01 00", name: "Memory Area Write", action: .write,
      target: Target(area: .wr, address: 1, count: 2, bit: 7), values: [1, 0]),
    Sample(
      text: "0103 82 0000 00 0064 0000", name: "Memory Area Fill", action: .write,
      target: Target(area: .dm, address: 0, count: 100), values: [0]),
    Sample(
      text: "0104 82 0001 00 B0 0002 00", name: "Multiple Memory Area Read", action: .read,
      target: Target(area: .dm, address: 1, count: 1)),
    Sample(
      text: "0105 82 0001 00 82 0064 00 000A", name: "Memory Area Transfer", action: .write,
      target: Target(area: .dm, address: 1, count: 10)),
    Sample(
      text: "0201 8010 0000 0010", name: "Parameter Area Read", action: .diagnose,
      target: Target(area: .parameterArea, number: 0x8010, address: 0, count: 16)),
    Sample(
      text: "0202 8010 0000 0001 0001", name: "Parameter Area Write", action: .configure,
      target: Target(area: .parameterArea, number: 0x8010, address: 0, count: 1)),
    Sample(
      text: "0307 FFFF 00000100 0002 AABB", name: "Program Area Write", action: .program,
      target: Target(area: .programArea, number: 0xFFFF, address: 256, count: 2)),
    Sample(text: "0401 FFFF 04", name: "RUN", action: .state),
    Sample(text: "0402", name: "STOP", action: .state),
    Sample(text: "0501 00", name: "Controller Data Read", action: .identify),
    Sample(text: "0601", name: "Controller Status Read", action: .diagnose),
    Sample(text: "0701", name: "Clock Read", action: .diagnose),
    Sample(
      text: "0702 20 01 31 09 59 00", name: "Clock Write", action: .clock, values: [20, 1, 31, 9, 59, 0]),
    Sample(
      text: "0702 26 12 31 23 59 58 04", name: "Clock Write", action: .clock, values: [26, 12, 31, 23, 59, 58, 4]),
    Sample(text: "0702 99 10 10 10 10", name: "Clock Write", action: .clock, values: [99, 10, 10, 10, 10]),
    Sample(text: "0801 AABB", name: "Loopback Test", action: .diagnose),
    Sample(text: "0C01 FFFF", name: "Access Right Acquire", action: .authenticate),
    Sample(text: "2101 FFFF", name: "Error Clear", action: .configure),
    Sample(text: "2102 0000 0001", name: "Error Log Read", action: .diagnose),
    Sample(
      text: "2203 8000 0000 4C494E45312020202E4F424A 00000000 0000", name: "Single File Write", action: .file,
      target: Target(area: .fileName, count: 1, name: NameID(rawValue: 1 << 14))),
    Sample(
      text: "2301 0001 0001 30 0005 03", name: "Forced Set/Reset", action: .operate,
      target: Target(area: .cio, address: 5, count: 1, bit: 3), values: [1]),
    Sample(text: "2302", name: "Forced Set/Reset Cancel", action: .operate),
    Sample(text: "2103", name: "Error Log Pointer Clear", action: .configure),
    Sample(text: "0220 0000 0000 0001", name: "Data Link Table Read", action: .diagnose),
    Sample(text: "0221 0000 0000 0001 0000", name: "Data Link Table Write", action: .configure),
    Sample(
      text: "0308 FFFF 00", name: "Program Area Clear", action: .program,
      target: Target(area: .programArea, number: 0xFFFF)),
  ]

  private let header = "80000200010000630010"

  @Test("each command is read with its name, target and values", arguments: samples)
  func commands(_ sample: Sample) throws {
    var exchange = conversation()
    exchange.isDatagram = true
    let bytes = hex(header + sample.text)
    try #require(exchange.step(bytes, FINS.self) == .message(bytes.count))
    let operation = exchange.operations[0]
    #expect(operation.name.description == sample.name)
    #expect(operation.action == sample.action)
    #expect(operation.code == UInt32(bytes[10]) << 8 | UInt32(bytes[11]))
    #expect(operation.target == sample.target)
    #expect(operation.values.numbers(in: bytes) == sample.values)
    #expect(operation.fault == nil)
    #expect(operation.transaction == 0x10 && operation.unit == 0x100)
  }

  @Test func `an answer takes its question's target, and the end code is its outcome`() throws {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex("80000200010000630010 0101 82 0064 00 0002"), FINS.self)
    exchange.direction = .toClient
    let answer = hex("C0000200630000010010 0101 0000 1234 5678")
    _ = exchange.step(answer, FINS.self)
    #expect(exchange.operations[0].target == Target(area: .dm, address: 100, count: 2))
    #expect(exchange.operations[0].pairing == .answered && exchange.operations[0].outcome == .ok)
    #expect(exchange.operations[0].values.numbers(in: answer) == [0x1234, 0x5678])
    _ = exchange.step(hex("C0000200630000010011 0402 2204"), FINS.self)
    #expect(exchange.operations[0].outcome == .error(code: 0x2204, name: ""))
    #expect(exchange.operations[0].pairing == .unasked)
  }

  @Test func `the answer to a Clock Read has the time as decimal numbers, from the year to the day of the week`() {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex("\(header) 0701"), FINS.self)
    exchange.direction = .toClient
    let answer = hex("C0000200630000010010 0701 0000 26 11 27 12 34 56 05")
    _ = exchange.step(answer, FINS.self)
    #expect(exchange.operations[0].values.numbers(in: answer) == [26, 11, 27, 12, 34, 56, 5])
    #expect(exchange.operations[0].pairing == .answered && exchange.operations[0].fault == nil)
  }

  @Test(
    "a byte of a time that is not BCD is a fault",
    arguments: [
      ("0702 2A 01 01 00 00 00", "Year", UInt64(0x2A), []), ("0702 20 1F 01 00 00 00", "Month", 0x1F, [UInt16(20)]),
      ("0702 20 12 31 A0 00 00", "Hour", 0xA0, [20, 12, 31]),
      ("0702 20 12 31 23 59 59 FF", "Day", 0xFF, [20, 12, 31, 23, 59, 59]),
    ])
  func wrongTimes(_ text: String, _ field: String, _ seen: UInt64, _ shown: [UInt16]) {
    var exchange = conversation()
    exchange.isDatagram = true
    let bytes = hex(header + text)
    _ = exchange.step(bytes, FINS.self)
    let operation = exchange.operations[0]
    #expect(operation.fault?.kind == .value && operation.fault?.field.description == field)
    #expect(operation.fault?.seen == seen)
    var numbers: [Number] = []
    operation.values.read(bytes.bytes, most: 8, into: &numbers)
    #expect(numbers == shown.map { .unsigned(UInt64($0)) })
  }

  @Test(
    "memory areas have their names and value formats",
    arguments: [
      ("82 0064 00", "DM 100", "1234 5678", [UInt16(0x1234), 0x5678]), ("30 0005 03", "CIO 5.3", "01 00", [1, 0]),
      ("70 0005 03", "CIO 5.3", "03 00", [3, 0]), ("09 0005 00", "TIM 5", "01 00", [1, 0]),
      ("89 8005 00", "CNT 5", "0007 0008", [7, 8]), ("81 0805 00", "CNT 5", "0007 0008", [7, 8]),
      ("01 0005 00", "TIM 5", "01 00", [1, 0]), ("DC 0100 00", "IR 256", "00000001 00000002", [1, 2]),
      ("BC 0200 00", "DR 512", "0001 0002", [1, 2]), ("F0 0010 00", "CIO 16", "1234 000F 5678 F000", [0x1234, 0x5678]),
      ("C0 0010 00", "CIO 16", "1234 000F 5678 F000", [0x1234, 0x5678]), ("46 0001 00", "TK 1", "01 00", [1, 0]),
      ("0A 0001 05", "EM 0 1.5", "01 00", [1, 0]), ("40 0001 05", "CIO 1.5", "01 00", [1, 0]),
      ("41 0801 00", "CNT 1", "01 00", [1, 0]), ("03 0001 00", "transition 1", "01 00", [1, 0]),
      ("43 0001 00", "transition 1", "01 00", [1, 0]), ("04 0001 00", "step 1", "01 00", [1, 0]),
      ("44 0001 00", "step 1", "01 00", [1, 0]), ("84 0001 00", "step 1", "0001 0002", [1, 2]),
      ("05 0001 02", "forced-status 1.2", "01 00", [1, 0]), ("85 0001 00", "forced-status 1", "0001 0002", [1, 2]),
      ("1B 0001 00", "sfc-action 1", "01 00", [1, 0]), ("9C 0003 00", "DR 3", "0001 0002", [1, 2]),
      ("DD 0000 00", "interrupt-interval 0", "0001 0002", [1, 2]),
      ("E8 0001 05", "EM 24 1.5", "01 00", [1, 0]), ("68 0001 00", "EM 24 1", "0001 0002", [1, 2]),
    ])
  func areas(_ place: String, _ text: String, _ data: String, _ values: [UInt16]) {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex("\(header) 0101 \(place) 0002"), FINS.self)
    #expect(exchange.operations[0].fault == nil)
    var single = exchange.operations[0].target
    single.count = 1
    #expect(single.notation(name: nil) == text)
    exchange.begin()
    exchange.direction = .toClient
    // No more values are read than were requested.
    let answer = hex("C0000200630000010010 0101 0000 \(data) FFFFFFFF")
    _ = exchange.step(answer, FINS.self)
    #expect(exchange.operations[0].values.numbers(in: answer) == values)
  }

  @Test func `the answer to a Multiple Memory Area Read has a value for each address`() {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex("\(header) 0104 82 0064 00 30 0010 05 DC 0100 00 F0 0001 00 89 8001 00"), FINS.self)
    let asked = targetTexts(exchange)
    exchange.begin()
    exchange.direction = .toClient
    let answer = hex("C0000200630000010010 0104 0000 82 1234 30 01 DC 00000007 F0 5678 000F 89 0009")
    _ = exchange.step(answer, FINS.self)
    #expect(targetTexts(exchange) == asked && asked.count == 5)
    let values = [exchange.operations[0].values] + exchange.items.map(\.values)
    #expect(values.map { $0.numbers(in: answer) } == [[0x1234], [1], [7], [0x5678], [9]])
  }

  @Test func `what was not asked for has no place among the values of an answer`() {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex("\(header) 0104 82 0064 00 30 0010 05 82 0001 00"), FINS.self)
    exchange.begin()
    exchange.direction = .toClient
    let answer = hex("C0000200630000010010 0104 0000 82 1234 82 5678 30 01")
    _ = exchange.step(answer, FINS.self)
    let values = [exchange.operations[0].values] + exchange.items.map(\.values)
    #expect(values.map { $0.numbers(in: answer) } == [[0x1234], [], []])
  }

  @Test func `each forced bit is read with what is done to it`() {
    var exchange = conversation()
    exchange.isDatagram = true
    let bytes = hex("\(header) 2301 0003 0001 30 0005 03 8000 31 0006 04 FFFF 30 0007 05")
    _ = exchange.step(bytes, FINS.self)
    #expect(targetTexts(exchange) == ["CIO 5.3", "WR 6.4", "CIO 7.5"])
    let values = [exchange.operations[0].values] + exchange.items.map(\.values)
    #expect(values.map { $0.numbers(in: bytes) } == [[1], [0x8000], [0xFFFF]])
  }

  @Test(
    "files are targets by name",
    arguments: [
      ("2202 8000 \(one) 00000000 0010 0000", ["file-name A1234567.TXT"], Action.file),
      ("2205 8000 0002 \(one) \(two) 0000", ["file-name A1234567.TXT", "file-name B1234567.OBJ"], .file),
      ("2207 8000 \(one) 8001 \(two) 0000 0000", ["file-name A1234567.TXT", "file-name B1234567.OBJ"], .file),
      ("2208 8000 \(one) \(two) 0000", ["file-name A1234567.TXT", "file-name B1234567.OBJ"], .file),
      ("2209 8000 \(one)", ["file-name A1234567.TXT"], .file),
      ("220A 0000 82 0064 00 0005 8000 \(one)", ["DM 100-104", "file-name A1234567.TXT"], .file),
      ("220A 0001 82 0064 00 0005 8000 \(one)", ["DM 100-104", "file-name A1234567.TXT"], .write),
      ("220B 0001 8010 0000 0002 8000 \(one)", ["parameter-area 32784 0-1", "file-name A1234567.TXT"], .configure),
      (
        "220C 0001 FFFF 00000000 00000010 8000 \(one)", ["program-area 65535 0-15", "file-name A1234567.TXT"],
        .program
      ),
    ])
  func files(_ text: String, _ targets: [String], _ action: Action) {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex(header + text), FINS.self)
    #expect(targetTexts(exchange) == targets)
    #expect(exchange.operations[0].action == action)
    let isFetch = exchange.operations[0].isFetch
    exchange.begin()
    exchange.direction = .toClient
    _ = exchange.step(hex("C0000200630000010010 \(text.prefix(4)) 0000"), FINS.self)
    #expect(exchange.operations[0].action == action && exchange.operations[0].isFetch == isFetch)
  }

  @Test func `a node addressed as node 0 answers with its own number`() {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex("80000200000000630005 0101 82 0064 00 0001"), FINS.self)
    exchange.begin()
    exchange.direction = .toClient
    _ = exchange.step(hex("C000020063000A000005 0101 0000 0007"), FINS.self)
    #expect(exchange.operations[0].pairing == .answered && exchange.operations[0].target.area == .dm)
  }

  @Test(
    "on any port it is recognised by the only text its messages can have",
    arguments: [
      ("80000200000000000000 0101 82 0064 00 0001", true), ("C0000200000000000000 0102 0000", true),
      ("80000200010000630054 0104 \(String(repeating: "82006400", count: 30))", true),
      ("80000200010000630054 0104 \(String(repeating: "5F006400", count: 30))", false),
      ("80000200010000630054 0403 00", false), ("80000200010000630054 0101 82 0064 00 000100", false),
      ("46494E53 0000001A 00000002 00000000 800007000B0000150060 0101 82 006400 0010", true),
      ("46494E53 00000036 00000002 00000000 C00002001500000B0060 0101 0000", true),
    ])
  func anyPort(_ text: String, _ isFound: Bool) {
    var found = false
    if case .yes = recognition(hex(text), expected: false, by: FINS.self) { found = true }
    #expect(found == isFound)
  }

  @Test(
    "invalid contents are reported as a fault",
    arguments: [
      ("80000200010000630010 0101 82 0064", "Command text"),
      ("80000200010000630010 0101 5F 0064 00 0001", "Memory area code"),
      ("80000200010000630010 0102 82 0028 00 0003 0004", "Number of items"),
      ("80000200010000630010 0102 82 0028 00 0001 0004 0005", "Number of items"),
      ("80000200010000630010 0103 82 0000 00 0064 0000 00", "Number of items"),
      ("80000200010000630010 0103 82 0000 00 0064 00", "Number of items"),
      ("80000200010000630010 0104 82 0001 00 B0 0002", "Command text"),
      ("80000200010000630010 0202 8010 0000 0002 0001", "Number of words"),
      ("80000200010000630010 0203 8010 0000 0002", "Number of words"),
      ("80000200010000630010 0307 FFFF 00000100 0002 AA", "Number of bytes"),
      ("80000200010000630010 0307 FFFF 00000100 8002 AABBCC", "Number of bytes"),
      ("80000200010000630010 2203 8000 0000 4C494E45312020202E4F424A 00000000 0002 01", "Data length"),
      ("80000200010000630010 2301 0002 0001 30 0005 03", "Number of bits"),
      ("80000200010000630010 2301 0001 0001 30 0005 03 0001", "Number of bits"),
      ("80000200010000630010 2301 00", "Command text"),
      ("C0000200010000630010 0402", "End code"),
    ])
  func faults(_ text: String, _ field: String) {
    var exchange = conversation()
    exchange.isDatagram = true
    _ = exchange.step(hex(text), FINS.self)
    #expect(exchange.operations.first?.fault?.field.description == field)
  }

  @Test func `another protocol on its port is not taken for FINS, and FINS is recognised on another port`() {
    let request = hex("80000200010000630010 0101 82 0064 00 0010")
    if case .yes(let direction) = recognition(request, expected: false, by: FINS.self) {
      #expect(direction == .toServer)
    } else {
      Issue.record("not recognised by content")
    }
    for other in ["16030100A5010000A10303", "474554202F20485454502F312E310D0A", "0001000000060103006B0003"] {
      guard case .no = recognition(hex(other), expected: true, by: FINS.self) else {
        Issue.record("\(other)")
        continue
      }
    }
  }
}
