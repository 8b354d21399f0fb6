// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let umasScripts = [
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

/// UMAS, in function code 90 of Modbus.
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
      target: Target(area: .memoryBlock, number: 0x23, address: 20, count: 1)),
    Sample(
      request: "01 23 11223344 01 02 2300 01 1000 04 0700", name: "Write variables", action: .write,
      target: Target(area: .memoryBlock, number: 0x23, address: 20, count: 1)),
    Sample(request: "01 24 00", name: "Read coils and registers", action: .read),
    Sample(request: "01 25 00", name: "Write coils and registers", action: .write),
    Sample(request: "01 30 0001", name: "Initialize upload to the PLC", action: .program),
    Sample(
      request: "01 31 0001 0500 0200 AABB", name: "Upload block to the PLC", action: .program,
      target: Target(area: .program, address: 5, count: 1)),
    Sample(request: "01 32 0001", name: "End upload to the PLC", action: .program),
    Sample(request: "01 33 0001 FB00", name: "Initialize download from the PLC", action: .program),
    Sample(
      request: "01 34 0001 3500", name: "Download block from the PLC", action: .program,
      target: Target(area: .program, address: 0x35, count: 1)),
    Sample(request: "01 35 0001 3500", name: "End download from the PLC", action: .program),
    Sample(request: "01 40 FF00", name: "Start PLC", action: .state),
    Sample(request: "01 41 FF00", name: "Stop PLC", action: .state),
    Sample(request: "01 50 15", name: "Monitor PLC", action: .diagnose),
    Sample(request: "00 58 01", name: "Check PLC", action: .diagnose),
    Sample(request: "00 70 01", name: "Read I/O object", action: .read),
    Sample(request: "01 71 01", name: "Write I/O object", action: .write),
  ]

  private func ask(_ request: String, _ answer: String) -> [Operation] {
    var exchange = conversation()
    exchange.carried[0] = DissectorID(rawValue: 9)
    var found: [Operation] = []
    for (direction, pdu) in [(Direction.toServer, request), (.toClient, answer)] {
      exchange.direction = direction
      _ = exchange.step(mbap(hex("5A" + pdu)))
      found += exchange.operations
    }
    return found
  }

  @Test("each function by name, with its target, and its answer means the same", arguments: samples)
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

  @Test func `an error is one, with its code`() throws {
    let found = ask("01 41 FF00", "01 FD 83")
    try #require(found.count == 4)
    #expect(found[3].outcome == .error(code: 0x83, name: ""))
    #expect(found[3].action == .state)
  }

  @Test func `the answer to a read has its bytes as values; the identification names the model`() throws {
    var exchange = conversation()
    exchange.carried[0] = DissectorID(rawValue: 9)
    let question = mbap(hex("5A 00 20 00 1300 00000000 0200"))
    _ = exchange.step(question)
    exchange.direction = .toClient
    let answer = mbap(hex("5A 00 FE 01 0200 AABB"))
    _ = exchange.step(answer)
    #expect(exchange.operations[1].values.numbers(in: answer) == [0xAA, 0xBB])
  }
}
