// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let umasScripts = [
  // Read identification, read a memory block, take the reservation, stop the PLC, and a start that fails.
  Script(
    "umas", .tcp(502),
    """
    > 0001 0000 0004 005A0002
    < 0001 0000 0022 005A00FE06300000000000000000000000000D544D58205035382032303230000000
    > 0002 0000 000D 005A0020001300640000009C00
    < 0002 0000 0009 005A00FE010200AABB
    > 0003 0000 000B 005A0010434C0000024142
    < 0003 0000 0005 005A00FE01
    > 0004 0000 0005 005A0141FF
    < 0004 0000 0004 005A01FE
    > 0005 0000 0006 005A0140FF00
    < 0005 0000 0005 005A01FD83
    """)
]

/// UMAS, carried in function code 90 of Modbus.
@Suite struct UMASTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let request: String
    let name: String
    let action: Action
    var target = Target.none
    var testDescription: String { name }
  }

  static let samples: [Sample] = [
    Sample(request: "00 01 00", name: "Initialize communication", action: .session),
    Sample(request: "00 02", name: "Read identification", action: .identify),
    Sample(request: "00 03 00", name: "Read project information", action: .identify),
    Sample(request: "00 04", name: "Read PLC information", action: .diagnose),
    Sample(request: "00 0A 00 00", name: "Repeat", action: .session),
    Sample(request: "00 10 00000000", name: "Take PLC reservation", action: .authenticate),
    Sample(request: "01 11", name: "Release PLC reservation", action: .authenticate),
    Sample(request: "01 12", name: "Keep reservation alive", action: .session),
    Sample(
      request: "00 20 00 1300 64000000 9C00", name: "Read memory block", action: .read,
      target: Target(area: .memoryBlock, number: 0x13, address: 100, count: 156)),
    Sample(
      request: "01 21 00 1300 64000000 0200 AABB", name: "Write memory block", action: .write,
      target: Target(area: .memoryBlock, number: 0x13, address: 100, count: 2)),
    Sample(
      request: "00 22 11223344 01 02 2300 01 1000 04", name: "Read variables", action: .read,
      target: Target(area: .memoryBlock, number: 0x23, address: 20, count: 2)),
    Sample(
      request: "01 23 11223344 01 02 2300 1000 0401 0700", name: "Write variables", action: .write,
      target: Target(area: .memoryBlock, number: 0x23, address: 276, count: 2)),
    Sample(request: "01 24 00", name: "Read coils and registers", action: .read),
    Sample(request: "01 25 00", name: "Write coils and registers", action: .write),
    Sample(request: "01 30 0001", name: "Initialize upload to the PLC", action: .program),
    Sample(
      request: "01 31 0001 0500 0200 AABB", name: "Upload block to the PLC", action: .program,
      target: Target(area: .programArea, address: 5, count: 1)),
    Sample(request: "01 32 0001", name: "End upload to the PLC", action: .program),
    Sample(request: "01 33 0001 FB00", name: "Initialize download from the PLC", action: .program),
    Sample(
      request: "01 34 0001 3500", name: "Download block from the PLC", action: .program,
      target: Target(area: .programArea, address: 0x35, count: 1)),
    Sample(request: "01 35 0001 3500", name: "End download from the PLC", action: .program),
    Sample(request: "01 40 FF00", name: "Start PLC", action: .state),
    Sample(request: "01 41 FF00", name: "Stop PLC", action: .state),
    Sample(request: "01 50 15", name: "Monitor PLC", action: .diagnose),
    Sample(request: "00 58 01", name: "Check PLC", action: .diagnose),
    Sample(request: "00 70 01", name: "Read I/O object", action: .read),
    Sample(request: "01 71 01", name: "Write I/O object", action: .write),
    Sample(request: "01 29 00100000 0400 41424344", name: "Write physical address", action: .write),
    Sample(request: "01 37 01", name: "Preload blocks", action: .program),
    Sample(request: "00 42 0000", name: "Initialize PLC", action: .state),
    Sample(request: "01 43 01", name: "Swap blocks", action: .program),
    Sample(request: "00 51 F3280100", name: "Get automatic modifications", action: .diagnose),
    Sample(request: "01 60 01", name: "Set breakpoint", action: .state),
    Sample(request: "01 62", name: "Step over", action: .state),
    Sample(request: "01 72 01", name: "Read rack", action: .diagnose),
  ]

  private func ask(_ request: String, _ answer: String) -> [Operation] {
    var exchange = conversation(carried: DissectorID(rawValue: 9))
    var found: [Operation] = []
    for (direction, pdu) in [(Direction.toServer, request), (.toClient, answer)] {
      exchange.direction = direction
      _ = exchange.step(mbap(hex("5A" + pdu)))
      found += exchange.operations
    }
    return found
  }

  @Test("each function is read with its name and target, and so is its answer", arguments: samples)
  func functions(_ sample: Sample) throws {
    let found = ask(sample.request, "00 FE 01")
    try #require(found.count == 4)
    for (index, role) in [(1, Role.request), (3, .response)] {
      #expect(found[index].dissector.rawValue == 9 && found[index].role == role)
      #expect(found[index].name.description == sample.name)
      #expect(found[index].action == sample.action)
      #expect(found[index].target == sample.target)
      #expect(found[index].code == UInt32(hex(sample.request)[1]))
      #expect(found[index - 1].isCarrier && found[index - 1].code == 90)
    }
    #expect(found[3].outcome == .ok && found[3].pairing == .answered)
  }

  @Test func `an error response is an error with its code`() throws {
    let found = ask("01 41 FF00", "01 FD 83")
    try #require(found.count == 4)
    #expect(found[3].outcome == .error(code: 0x83, name: ""))
    #expect(found[3].action == .state)
  }

  @Test func `the answer to a read has its bytes as values, and the identification names the model`() throws {
    var exchange = conversation(carried: DissectorID(rawValue: 9))
    let question = mbap(hex("5A 00 20 00 1300 00000000 0200"))
    _ = exchange.step(question)
    exchange.direction = .toClient
    let answer = mbap(hex("5A 00 FE 01 0200 AABB"))
    _ = exchange.step(answer)
    #expect(exchange.operations[1].values.numbers(in: answer) == [0xAA, 0xBB])
  }

  @Test func `a signed message is judged by the message inside, and so is its answer`() throws {
    let signature = String(repeating: "5A", count: 32)
    let found = ask("01 38 01" + signature + "5A 07 41 FF00", "01 FE 01" + signature + "5A 07 FE")
    try #require(found.count == 4)
    #expect(found[0].subcode == 0x38)
    #expect(found.map(\.isCarrier) == [true, false, true, false])
    for operation in [found[1], found[3]] {
      #expect(operation.code == 0x41 && operation.action == .state && operation.facets[.reservation] == 7)
    }
    #expect(found[3].outcome == .ok && found[3].pairing == .answered)
    let refused = ask("01 38 01" + signature + "5A 07 41 FF00", "01 FE 01" + signature + "5A 07 FD 83")
    #expect(refused.last?.outcome == .error(code: 0x83, name: ""))
    // The signature itself is refused, or the message ends before the signed part.
    let unsigned = ask("01 38 01" + signature + "5A 07 41 FF00", "01 FD 83")
    #expect(unsigned.last?.action == .state && unsigned.last?.outcome == .error(code: 0x83, name: ""))
    #expect(ask("01 38 01" + signature + "5A 07", "01 FE 01")[1].action == .authenticate)
    let read = ask(
      "01 38 01" + signature + "5A 07 20 00 1300 64000000 0200", "01 FE 01" + signature + "5A 07 FE 01 0200 AABB")
    #expect(read[3].target == Target(area: .memoryBlock, number: 0x13, address: 100, count: 2))
    #expect(read[3].values.count == 2)
  }

  @Test func `all variables are targets, each with its width and values`() throws {
    var exchange = conversation()
    let write = mbap(
      hex("5A 01 23 11223344 03 02 2300 1000 0400 0700 03 2400 2000 0100 09000000 11 2500 0000 0000 0300 010203"))
    _ = exchange.step(write)
    #expect(exchange.operations.count == 2)
    let operation = exchange.operations[1]
    #expect(operation.target == Target(area: .memoryBlock, number: 0x23, address: 20, count: 2))
    #expect(operation.values.numbers(in: write) == [7])
    #expect(exchange.items.map(\.target.number) == [0x24, 0x25] && exchange.items.map(\.target.count) == [4, 3])
    #expect(exchange.items.map { $0.values.numbers(in: write) } == [[9], [1, 2, 3]])
    #expect(operation.items.count == 2)

    exchange.begin()
    _ = exchange.step(mbap(hex("5A 01 22 11223344 02 02 2300 01 1000 04 03 2400 01 2000 01")))
    exchange.begin()
    exchange.direction = .toClient
    let answer = mbap(hex("5A 01 FE 0700 09000000"))
    _ = exchange.step(answer)
    #expect(exchange.operations[1].values.numbers(in: answer) == [7])
    #expect(exchange.items.map(\.target.address) == [33])
    #expect(exchange.items.map { $0.values.numbers(in: answer) } == [[9]])
  }

  /// The sender may claim any size of a variable, and end the message anywhere.
  @Test(
    "broken variables are read as far as they are valid",
    arguments: [
      "22 11223344 FF", "22 11223344 FF 05 2300 01 1000 04", "22 11223344 02 02 2300 01 1000",
      "23 11223344 01 14 2300 1000 0400",
      "23 11223344 01 14 2300 1000 0400 FFFF 00", "22 1122",
    ])
  func brokenVariables(_ request: String) {
    let found = ask("01" + request, "01 FE 0700")
    #expect(found.count == 4 && found[3].pairing == .answered)
  }

  @Test(
    "written variables fill the message, or none of them is certain",
    arguments: [
      ("23 11223344 02 02 2300 1000 0400 0700 02 2400 2000 0100 0900", [[7], [9]], nil),
      ("23 11223344 02 02 2300 1000 0400 0700 02 2400 2000 0100 0900 00", [[], []], "Data of the variables"),
      ("23 11223344 02 02 2300 1000 0400 0700 02 2400 2000 0100 09", [[]], "Number of variables"),
      ("23 11223344 03 02 2300 1000 0400 0700 02 2400 2000 0100 0900", [[], []], "Number of variables"),
      ("21 00 1300 64000000 0200 AABB", [[0xAA, 0xBB]], nil), ("21 00 1300 64000000 0200 AABBCC", [[0xAA, 0xBB]], nil),
    ] as [(String, [[UInt16]], String?)])
  func writes(_ request: String, _ values: [[UInt16]], _ field: String?) {
    var exchange = conversation()
    let message = mbap(hex("5A 01" + request))
    _ = exchange.step(message)
    let read = [exchange.operations[1].values] + exchange.items.map(\.values)
    #expect(read.map { $0.numbers(in: message) } == values)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test func `an answer of another size than the variables has no place for each value`() {
    let found = ask("01 22 11223344 02 02 2300 01 1000 04 02 2400 01 2000 01", "01 FE 0700 0900 00")
    #expect(found[3].values.count == 5 && found[3].values.format == .uint8)
  }

  @Test func `a reservation names the user who takes it and the key it returns`() throws {
    var exchange = conversation()
    _ = exchange.step(mbap(hex("5A 00 10 434C0000 02 4142")))
    #expect(exchange.names.names.text(exchange.operations[1].detail) == "AB")
    exchange.direction = .toClient
    _ = exchange.step(mbap(hex("5A 00 FE 41")))
    #expect(exchange.operations[1].facets[.reservation] == 0x41)
    // The user who already holds it is in the response to an initialization.
    exchange.direction = .toServer
    _ = exchange.step(mbap(hex("5A 00 01 00")))
    exchange.direction = .toClient
    _ = exchange.step(mbap(hex("5A 00 FE FD03 0006 00003200 0A030000 07 4A4F484E2D5043")))
    #expect(exchange.names.names.text(exchange.operations[1].detail) == "JOHN-PC")
    #expect(exchange.identities.isEmpty)
  }

  @Test func `the identification of a Quantum names the model`() {
    var exchange = conversation()
    _ = exchange.step(mbap(hex("5A 00 02"), transaction: 0, unit: 0))
    exchange.direction = .toClient
    _ = exchange.step(
      hex(
        "000000000032005a00fe10ff5a010100000070020000270009000800000000000e3134302043505520333131203130010101000000001100"
      ))
    #expect(exchange.identities.map { exchange.names.names.text($0.model) } == ["140 CPU 311 10"])
  }

  @Test func `known functions show the protocol on any port, and which end is the client`() {
    func guess(_ text: String) -> String {
      switch recognition(hex(text), expected: false) {
      case .yes(let direction): direction.map { "\($0)" } ?? "yes"
      case .undecided: "undecided"
      case .no, .broken: "no"
      }
    }
    #expect(guess("0000 0000 0004 00 5A 00 02") == "toServer")
    #expect(guess("0000 0000 0005 00 5A 00 FE 01") == "toClient")
    #expect(guess("0000 0000 0005 00 5A 00 FE") == "undecided")
    #expect(guess("0000 0000 0004 00 5A 00 EE") == "no")
    #expect(guess("0000 0000 0004 00 5A 00 02 47 45 54") == "no")
    #expect(guess("0000 0001 0004 00 5A 00 02") == "no")
    // The functions of a scan are refused: that is not another protocol's response.
    #expect(guess("0000 0000 0003 01 89 01") == "toClient")
    #expect(guess("0000 0000 0003 01 89 09") == "no")
    // Where the direction is a guess, the function decides.
    var exchange = conversation(.toClient, isCertain: false)
    _ = exchange.step(hex("0000 0000 0004 00 5A 00 41"))
    #expect(exchange.operations.map(\.role) == [.request, .request])
  }
}
