// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let slmpScripts = [
  Script(
    "slmp: 3E frames, binary", .tcp(5000),
    """
    > 500000FFFF03000600040001010000
    < D00000FFFF030014000000523034435055202020202020202020200048
    > 500000FFFF03000C0004003016000004006B337957
    < D00000FFFF030002000000
    > 500000FFFF03000C00040001040000000000A81400
    < D00000FFFF03002A000000E803E903EA03EB03EC03ED03EE03EF03F003F103F203F303F403F503F603F703F803F903FA03FB03
    > 500000FFFF03000C00040001040000000000A81400
    < D00000FFFF03002A000000E803E903EA03EB03EC03ED03EE03EF03F003F103F203F303F403F503F603F703F803F903FA03FB03
    > 500000FFFF03000C00040001040100000000901000
    < D00000FFFF03000A0000000000000000000000
    > 500000FFFF03000C00040001040000000000A81400
    < D00000FFFF03002A000000E803E903EA03EB03EC03ED03EE03EF03F003F103F203F303F403F503F603F703F803F903FA03FB03
    > 500000FFFF03000C00040001040000000000A81400
    < D00000FFFF03002A000000E803E903EA03EB03EC03ED03EE03EF03F003F103F203F303F403F503F603F703F803F903FA03FB03
    > 500000FFFF03000C00040001040100000000901000
    < D00000FFFF03000A0000000000000000000000
    > 500000FFFF03001000040001140000280000A8020004006800
    < D00000FFFF030002000000
    > 500000FFFF03000F00040001140100640000900500101100
    < D00000FFFF030002000000
    > 500000FFFF03000C00040001040000000000A81400
    < D00000FFFF03002A000000E803E903EA03EB03EC03ED03EE03EF03F003F103F203F303F403F503F603F703F803F903FA03FB03
    > 500000FFFF03000C00040001040000000000A81400
    < D00000FFFF03002A000000E803E903EA03EB03EC03ED03EE03EF03F003F103F203F303F403F503F603F703F803F903FA03FB03
    """),
  Script(
    "slmp: 4E frames, ASCII", .tcp(5001),
    """
    > 35343030303030333030303030304646303346463030303031383030303430343031303030314D2A30303030303030303038
    < 4434303030303033303030303030464630334646303030303043303030303030303030303030
    > 35343030303030363030303030304646303346463030303031383030303430343031303030314D2A30303030303030303038
    < 4434303030303036303030303030464630334646303030303043303030303030303030303030
    > 353430303030303630303030303046463033464630303030314330303034313430323030303030313030442A30303030383030303037
    < 443430303030303630303030303046463033464630303030303430303030
    > 35343030303030393030303030304646303346463030303031383030303430343031303030314D2A30303030303030303038
    < 4434303030303039303030303030464630334646303030303043303030303030303030303030
    > 35343030303030433030303030304646303346463030303031383030303430343031303030314D2A30303030303030303038
    < 4434303030303043303030303030464630334646303030303043303030303030303030303030
    > 353430303030304330303030303046463033464630303030314330303034313430323030303030313030442A30303030383030303045
    < 443430303030304330303030303046463033464630303030303430303030
    """),
  Script(
    "slmp over UDP, and another port", .udp(4999),
    """
    > 54000200000000FFFF03000E0004000104020064000000A8000A00
    < D4000200000000FFFF0300160000004C044D044E044F04500451045204530454045504
    > 500000FFFF0300080004000210 0000 0100
    < D00000FFFF030002000000
    """),
  Script(
    "slmp: 1E frames", .tcp(5002), mute: .toClient,
    """
    > 01 FF 0A00 64000000 2044 03 00
    < 81 00 3412 7856 BC9A
    > 00 FF 0A00 10000000 204D 05 00
    < 80 00 10 11 10
    > 03 FF 0A00 64000000 2044 02 00 0100 0200
    < 83 00
    > 05 FF 0A00 01 00 C8000000 2052 FF00
    < 85 00
    > 14 FF 0A00
    < 94 00
    > 16 FF 0A00 02 4142
    < 96 00 02 4142
    """),
  Script(
    "cclink-ief-basic", .udp(61_450),
    """
    > 500000FFFF03004A000000 700E0000 0100000024000000 00000000000000000000000000000000 010000002BAF8D68 81010000
      808610AC 0100D806 F401 0300 0B00 0100 00000000 818610AC 0001020304050607
    < D00000FFFF030033000000 0100000028000000 00000000000000000000000000000000 000000000000000001000000000000
      00818610AC 0100D806 00
    """),
]

@Suite struct SLMPTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    /// Command, sub-command, data of a binary frame.
    let text: String
    let name: String
    let action: Action
    var targets: [String] = []
    var values: [UInt16] = []
    var testDescription: String { "\(name) \(targets.joined(separator: ", "))" }
  }

  static let samples: [Sample] = [
    Sample(text: "0104 0000 640000 A8 0A00", name: "Read", action: .read, targets: ["D100-109"]),
    Sample(text: "0104 0100 100000 9C 0300", name: "Read", action: .read, targets: ["X10-12"]),
    Sample(text: "0104 0200 64000000 A800 0A00", name: "Read", action: .read, targets: ["D100-109"]),
    Sample(text: "0104 0000 000000 91 0100", name: "Read", action: .read, targets: ["SM0"]),
    Sample(
      text: "0114 0000 640000 A8 0200 0100 0200", name: "Write", action: .write, targets: ["D100-101"], values: [1, 2]),
    Sample(
      text: "0114 0100 0A0000 90 0300 1010", name: "Write", action: .write, targets: ["M10-12"], values: [1, 0, 1]),
    Sample(
      text: "0304 0000 02 01 640000A8 1F0000B4 2C0100A8", name: "Read Random", action: .read,
      targets: ["D100", "W1F", "D300-301"]),
    Sample(
      text: "0214 0000 01 01 320000A8 0500 3C0000A8 70110100", name: "Write Random", action: .write,
      targets: ["D50", "D60-61"], values: [5]),
    Sample(
      text: "0214 0100 02 0A000090 01 1000009D 00", name: "Write Random", action: .write, targets: ["M10", "Y10"],
      values: [1]),
    Sample(
      text: "0604 0000 01 01 000000A8 0400 00000090 0200", name: "Read Block", action: .read,
      targets: ["D0-3", "M0-31"]),
    Sample(
      text: "0614 0000 01 01 000000A8 0100 3412 00000090 0100 FFFF", name: "Write Block", action: .write,
      targets: ["D0", "M0-15"], values: [0x1234]),
    Sample(text: "0108 0000 01 00 640000A8", name: "Entry Monitor Device", action: .read, targets: ["D100"]),
    Sample(text: "0208 0000", name: "Execute Monitor", action: .read),
    Sample(text: "1306 0000 20000000 0400", name: "Memory Read", action: .read, targets: ["buffer-memory 32-35"]),
    Sample(
      text: "1316 0000 20000000 0100 3412", name: "Memory Write", action: .write, targets: ["buffer-memory 32"],
      values: [0x1234]),
    Sample(
      text: "0106 0000 20000000 0400 0500", name: "Intelligent Module Read", action: .read,
      targets: ["module-buffer 5 32-35"]),
    Sample(
      text: "1A04 0000 0100 0000 0300 4C0061006200 01 00 0200", name: "Array Label Read", action: .read,
      targets: ["label Lab"]),
    Sample(text: "0110 0000 0300 02 00", name: "Remote Run", action: .state),
    Sample(text: "0210 0000 0100", name: "Remote Stop", action: .state),
    Sample(text: "0310 0000 0100", name: "Remote Pause", action: .state),
    Sample(text: "0510 0000 0100", name: "Remote Latch Clear", action: .state),
    Sample(text: "0610 0000 0100", name: "Remote Reset", action: .state),
    Sample(text: "0101 0000", name: "Read Type Name", action: .identify),
    Sample(text: "1906 0000 0200 4142", name: "Self Test", action: .diagnose),
    Sample(text: "1716 0000", name: "Clear Error", action: .configure),
    Sample(text: "3016 0000 0400 31323334", name: "Remote Password Unlock", action: .authenticate),
    Sample(text: "3116 0000 0400 31323334", name: "Remote Password Lock", action: .authenticate),
    Sample(
      text: "2718 0000 00000000 0001 0000 0500 412E515047", name: "Open File", action: .file,
      targets: ["file-name A.QPG"]),
    Sample(
      text: "2218 0000 00000000 0000 0500 412E515047", name: "Delete File", action: .file,
      targets: ["file-name A.QPG"]),
    Sample(text: "300E 0000", name: "Node Search", action: .identify),
    Sample(text: "310E 0000", name: "IP Address Set", action: .configure),
  ]

  private func frame(_ text: String, head: String = "5000") -> [UInt8] {
    let data = hex(text)
    return hex(head + "00 FF FF03 00") + big(data.count + 2).reversed() + hex("1000") + data
  }
  @Test("each command by name, targets and values", arguments: samples)
  func commands(_ sample: Sample) throws {
    for head in ["5000", "5400 3412 0000"] {
      var exchange = conversation()
      let bytes = frame(sample.text, head: head)
      try #require(exchange.step(bytes, SLMP.self) == .message(bytes.count))
      let operation = exchange.operations[0]
      #expect(operation.name.description == sample.name)
      #expect(operation.action == sample.action && operation.role == .request)
      #expect(targetTexts(exchange) == sample.targets)
      #expect(operation.values.numbers(in: bytes) == sample.values)
      #expect(operation.fault == nil)
      #expect(operation.transaction == (head == "5000" ? -1 : 0x1234))
    }
  }

  @Test(
    "ASCII says the same",
    arguments: [
      ("5000 00 FF 03FF 00 0018 0010 0401 0000 D* 000100 000A", "Read D100-109", []),
      ("5000 00 FF 03FF 00 0018 0010 0401 0001 X* 00001F 0003", "Read X1F-21", []),
      ("5000 00 FF 03FF 00 001C 0010 0401 0002 D*** 00000100 000A", "Read D100-109", []),
      ("5000 00 FF 03FF 00 0020 0010 1401 0000 D* 000100 0002 1234 ABCD", "Write D100-101", [0x1234, 0xABCD]),
      ("5000 00 FF 03FF 00 001B 0010 1401 0001 M* 000010 0003 101", "Write M10-12", [1, 0, 1]),
      ("5400 1234 0000 00 FF 03FF 00 0010 0010 1002 0000 0001", "Remote Stop", []),
      (
        "5000 00 FF 03FF 00 002C 0010 1402 0000 01 01 D* 000050 0005 D* 000060 00011170", "Write Random D50 D60-61", [5]
      ),
    ] as [(String, String, [UInt16])])
  func ascii(_ text: String, _ says: String, _ values: [UInt16]) throws {
    var exchange = conversation()
    let bytes = text.utf8.filter { $0 != 0x20 }
    try #require(exchange.step(bytes, SLMP.self) == .message(bytes.count))
    let operation = exchange.operations[0]
    #expect(([operation.name.description] + targetTexts(exchange)).joined(separator: " ") == says)
    #expect(operation.values.numbers(in: bytes) == values)
    #expect(operation.fault == nil)
  }

  @Test func `an answer takes its question's target, in 3E frames by order, in 4E frames by serial number`() {
    for (question, answer) in [("5000", "D000"), ("5400 3412 0000", "D400 3412 0000")] {
      var exchange = conversation()
      _ = exchange.step(frame("0104 0000 640000 A8 0200", head: question), SLMP.self)
      exchange.direction = .toClient
      let bytes = hex(answer + "00 FF FF03 00 0600 0000 0100 0200")
      _ = exchange.step(bytes, SLMP.self)
      let operation = exchange.operations[0]
      #expect(operation.target == Target(area: .mcD, address: 100, count: 2))
      #expect(operation.values.numbers(in: bytes) == [1, 2])
      #expect(operation.pairing == .answered && operation.outcome == .ok && operation.action == .read)
    }
  }

  @Test func `end codes are outcomes, and the refused command is named`() {
    var exchange = conversation()
    exchange.direction = .toClient
    _ = exchange.step(hex("D00000FFFF03000B00 00C2 00FFFF0300 3016 0000"), SLMP.self)
    let operation = exchange.operations[0]
    #expect(operation.outcome == .error(code: 0xC200, name: "") && operation.action == .authenticate)
    #expect(operation.name.description == "Remote Password Unlock" && operation.pairing == .unasked)
  }

  @Test func `a type name is an identity`() {
    var exchange = conversation()
    _ = exchange.step(frame("0101 0000"), SLMP.self)
    exchange.direction = .toClient
    _ = exchange.step(hex("D00000FFFF030014000000 52303443505520202020202020202020 0048"), SLMP.self)
    let model = exchange.names.names.text(exchange.identities[0].model)
    #expect(model == "R04CPU")
  }

  @Test(
    "what frames a message is checked",
    arguments: [
      ("510000FFFF03000C00 1000 0104 0000 640000A8 0A00", "Subheader"),
      ("500000FFFF04000C00 1000 0104 0000 640000A8 0A00", "Request destination module"),
      ("500000FFFF03000200 1000 0104 0000 640000A8 0A00", "Data length"),
      ("500000FFFF0300FFFF 1000 0104 0000 640000A8 0A00", "Data length"),
    ])
  func framing(_ text: String, _ field: String) {
    var exchange = conversation()
    guard case .refused = exchange.step(hex(text), SLMP.self) else {
      Issue.record("not refused")
      return
    }
    #expect(exchange.fault?.field.description == field)
  }

  @Test(
    "what is wrong inside is a fault",
    arguments: [
      ("0104 0000 640000 77 0A00", "Device code"), ("0104 0000 6400", "Data length"),
      ("0114 0000 640000 A8 0200 0100", "Write data"), ("0304 0000 02 00 640000A8", "Data length"),
    ])
  func faults(_ text: String, _ field: String) {
    var exchange = conversation()
    _ = exchange.step(frame(text), SLMP.self)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test(
    "nothing else is taken for it",
    arguments: [
      "16030100A5010000A10303", "474554202F20485454502F312E310D0A", "5000", "57010000001111070000FFFF030000FE",
    ])
  func foreign(_ text: String) {
    if case .yes = recognition(hex(text), expected: true, by: SLMP.self) { Issue.record("taken for it") }
  }
}
