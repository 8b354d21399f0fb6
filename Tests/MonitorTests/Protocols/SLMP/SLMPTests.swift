// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct SLMPTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    /// Command, subcommand and data of a binary frame.
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
    Sample(text: "0104 0000 000000 91 0100", name: "Read", action: .read, targets: ["SM0-15"]),
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
    Sample(
      text: "0104 0000 640000 90 0200", name: "Read", action: .read, targets: ["M100-131"]),
    Sample(
      text: "0104 8000 0000 010000 AB 0000 0300 F8 0200", name: "Read", action: .read,
      targets: ["module-buffer 3 1-2"]),
    Sample(
      text: "0104 8200 0000 0A000000 AB00 0000 E003 FA 0100", name: "Read", action: .read,
      targets: ["module-buffer 992 10"]),
    Sample(
      text: "0104 8200 0000 14000000 2E00 0000 E003 FA 0100", name: "Read", action: .read,
      targets: ["module-buffer 992 20"]),
    Sample(text: "0104 8000 0000 000100 B4 0000 0100 F9 0100", name: "Read", action: .read, targets: ["W100"]),
    Sample(text: "0104 8100 0000 100000 A1 0000 0200 F9 0400", name: "Read", action: .read, targets: ["SB10-13"]),
    Sample(text: "0104 8000 0440 640000 A8 0000 0000 00 0100", name: "Read", action: .read, targets: ["D100"]),
    Sample(
      text: "0114 8000 0000 010000 AB 0000 0300 F8 0100 3412", name: "Write", action: .write,
      targets: ["module-buffer 3 1"], values: [0x1234]),
    Sample(
      text: "0304 8000 01 01 0000 010000 AB 0000 0300 F8 0000 640000 A8 0000 0000 00", name: "Read Random",
      action: .read, targets: ["module-buffer 3 1", "D100-101"]),
    Sample(
      text: "0214 8300 01 0000 10000000 A100 0000 0200 F9 0100", name: "Write Random", action: .write,
      targets: ["SB10"], values: [1]),
    Sample(
      text: "0604 8000 01 00 0000 010000 AB 0000 0300 F8 0400", name: "Read Block", action: .read,
      targets: ["module-buffer 3 1-4"]),
    Sample(
      text: """
        0304 4000 030F 0100 434F4E4231202020 515047 20 0000 0000 0000 E8030000 000100B4 FFFF 7B00 00000090 00
        01 01 000000A8 DC0500A8
        """, name: "Read Random", action: .read, targets: ["D0", "D1500-1501"]),
    Sample(
      text: "1C04 0000 0200 0000 0100 4100 0200 296E A65E", name: "Label Read Random", action: .read,
      targets: ["label A", "label \u{6E29}\u{5EA6}"]),
    Sample(
      text: "1C04 0000 0100 0100 0400 4C0062006C003200 0400 250031002E004100", name: "Label Read Random",
      action: .read, targets: ["label %1.A"]),
    Sample(
      text: "1C04 0000 0100 0000 0200 3DD8 00DE", name: "Label Read Random", action: .read,
      targets: ["label \u{1F600}"]),
    Sample(
      text: "1B14 0000 0200 0000 0100 4100 0200 3412 0100 4200 0100 05", name: "Label Write Random", action: .write,
      targets: ["label A", "label B"], values: [0x1234]),
    Sample(
      text: "1A14 0000 0100 0000 0300 4C0062006C00 0100 0400 3412 7856", name: "Array Label Write", action: .write,
      targets: ["label Lbl"], values: [0x1234, 0x5678]),
    Sample(
      text: "1A14 0000 0100 0000 0100 4200 0000 0300 0500", name: "Array Label Write", action: .write,
      targets: ["label B"], values: [1, 0, 1]),
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
    Sample(
      text: "2718 0400 \(String(repeating: "41", count: 32)) 0001 0000 0500 412E515047", name: "Open File",
      action: .file, targets: ["file-name A.QPG"]),
    Sample(
      text: "2718 4000 0200 4142 0001 0400 0500 41002E00430053005600", name: "Open File", action: .file,
      targets: ["file-name A.CSV"]),
    Sample(
      text: "1018 4000 30303030 0400 01000000 0300 0600 530055004200440049005200", name: "Read Directory",
      action: .file, targets: ["file-name SUBDIR"]),
    Sample(text: "1018 0000 30303030 0400 0100 0300 0000", name: "Read Directory", action: .file),
    Sample(
      text: "1118 0000 20202020 0000 0000 0500 412E515047", name: "Search Directory", action: .file,
      targets: ["file-name A.QPG"]),
    Sample(
      text: "2018 0000 31323334 0000 00100000 0500 412E515047", name: "New File", action: .file,
      targets: ["file-name A.QPG"]),
    Sample(
      text: "2418 0000 0000000000000000 31323334 0000 0700 4342412E515047 31323334 0000 0700 4142432E515047",
      name: "Copy File", action: .file, targets: ["file-name CBA.QPG", "file-name ABC.QPG"]),
    Sample(
      text: "2518 4000 0200 4142 0400 0100 0500 41002E00430053005600", name: "Change File State", action: .file,
      targets: ["file-name A.CSV"]),
    Sample(
      text: "2618 4000 0000 0400 813C 5DA6 0500 41002E00430053005600", name: "Change File Date", action: .file,
      targets: ["file-name A.CSV"]),
    Sample(
      text: "2818 0000 0100 00040000 8007", name: "Read File", action: .file, targets: ["file 1 1024-2943"]),
    Sample(
      text: "2918 0000 0100 00000000 0200 AABB", name: "Write File", action: .file, targets: ["file 1 0-1"],
      values: [0xAA, 0xBB]),
    Sample(text: "2A18 0000 0100 0000", name: "Close File", action: .file, targets: ["file 1 0"]),
    Sample(
      text: "0602 0000 452301 01 0100 0A00 4142433132202020 515047 20 00000000 0002", name: "Read File (QnA)",
      action: .file, targets: ["file-name ABC12.QPG"]),
    Sample(text: "0712 0000 452301 01 0100", name: "Defragment Drive Memory", action: .configure),
    Sample(text: "300E 0000 665544332211 04 0103A8C0", name: "Node Search", action: .identify),
    Sample(
      text: "310E 0000 665544332211 04 0103A8C0 060504030201 04 0203A8C0 00FFFFFF FFFFFFFF 00", name: "IP Address Set",
      action: .configure, targets: ["ip-suite 3232236290"]),
    Sample(text: "330E 0000 0100 0500", name: "Parameter Get", action: .diagnose, targets: ["record 0 5"]),
    Sample(
      text: "340E 0000 0200 0500 0200 3412 0600 0100 07", name: "Parameter Set", action: .configure,
      targets: ["record 0 5", "record 0 6"], values: [0x34, 0x12]),
  ]

  private func frame(_ text: String, head: String = "5000") -> [UInt8] {
    let data = hex(text)
    return hex(head + "00 FF FF03 00") + big(data.count + 2).reversed() + hex("1000") + data
  }
  @Test("each command is read with its name, targets and values", arguments: samples)
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
    "ASCII frames are read like binary ones",
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
      ("5000 00 FF 03FF 00 0024 0010 0401 0080 00 U003 000 G* 000001 000 0002", "Read module-buffer 3 1-2", []),
      ("5000 00 FF 03FF 00 0024 0010 0401 0080 00 0000 000 D* 000100 Z04 0001", "Read D100", []),
      ("5000 00 FF 03FF 00 002C 0010 0401 0082 00 J001 0000 W*** 0000000100 0000 0001", "Read W100", []),
      ("5000 00 FF 03FF 00 001C 0010 0401 0002 LTN* 00000010 0004", "Read LTN10-13", []),
      ("5000 00 FF 03FF 00 001C 0010 0401 0002 LSTS 00000010 0001", "Read LSTS10-25", []),
      ("5000 00 FF 03FF 00 0018 0010 0401 0000 SN 000010 0001", "Read STN10", []),
      ("5000 00 FF 03FF 00 001E 0010 1402 0003 01 M*** 00000010 0001", "Write Random M10", [1]),
      (
        "5000 00 FF 03FF 00 0023 0010 1827 0000 1234 0100 0000 0007 ABC.QPG", "Open File file-name ABC.QPG", []
      ),
      (
        "5000 00 FF 03FF 00 0034 0010 1826 0040 0000 0004 3C81 A65D 0005 0041 002E 0043 0053 0056",
        "Change File Date file-name A.CSV", []
      ),
      (
        "5000 00 FF 03FF 00 002C 0010 141B 0000 0001 0000 0003 004C 0062 006C 0002 1234",
        "Label Write Random label Lbl", [0x1234]
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

  @Test func `an answer takes its question's target, by order in 3E frames and by serial number in 4E frames`() {
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

  @Test func `end codes give the outcome, and the refused command is named`() {
    var exchange = conversation()
    exchange.direction = .toClient
    _ = exchange.step(hex("D00000FFFF03000B00 00C2 00FFFF0300 3016 0000"), SLMP.self)
    let operation = exchange.operations[0]
    #expect(operation.outcome == .error(code: 0xC200, name: "") && operation.action == .authenticate)
    #expect(operation.name.description == "Remote Password Unlock" && operation.pairing == .unasked)
  }

  @Test func `a type name identifies the device`() {
    var exchange = conversation()
    _ = exchange.step(frame("0101 0000"), SLMP.self)
    exchange.direction = .toClient
    _ = exchange.step(hex("D00000FFFF030014000000 52303443505520202020202020202020 0048"), SLMP.self)
    let model = exchange.names.names.text(exchange.identities[0].model)
    #expect(model == "R04CPU")
  }

  @Test(
    "the framing of a message is checked",
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
    "a write whose data do not fill the message shows none of them, since none is certain to be where it should",
    arguments: [
      ("0214 0000 02 00 640000A8 3412 650000A8 7856", [[0x1234], [0x5678]], nil),
      ("0214 0000 02 00 640000A8 3412 00 650000A8 7856", [[]], "Device code"),
      ("0214 0000 02 00 640000A8 3412 650000A8 7856 00", [[], []], "Data length"),
      ("0614 0000 02 00 640000A8 0100 3412 6E0000A8 0100 7856", [[0x1234], [0x5678]], nil),
      ("0614 0000 02 00 640000A8 0100 3412 6E0000A8 0200 7856", [[], []], "Data length"),
      ("1B14 0000 0200 0000 0100 4100 0200 3412 0100 4200 0200 7856", [[0x1234], [0x5678]], nil),
      ("1B14 0000 0200 0000 0100 4100 0200 3412 0100 4200 0300 7856", [[], []], "Data length"),
    ] as [(String, [[UInt16]], String?)])
  func shifted(_ text: String, _ values: [[UInt16]], _ field: String?) {
    var exchange = conversation()
    let message = frame(text)
    _ = exchange.step(message, SLMP.self)
    let read = [exchange.operations[0].values] + exchange.items.map(\.values)
    #expect(read.map { $0.numbers(in: message) } == values)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test(
    "invalid contents are reported as a fault",
    arguments: [
      ("0104 0000 640000 77 0A00", "Device code"), ("0104 0000 6400", "Data length"),
      ("0114 0000 640000 A8 0200 0100", "Write data"), ("0304 0000 02 00 640000A8", "Data length"),
      ("0104 0000 640000 A8 0000", "Number of device points"), ("0104 0000 640000 A8 0A00 00", "Data length"),
      ("0104 8000 0000 010000 77 0000 0300 F8 0200", "Device code"), ("0104 8000 0000 0100", "Data length"),
      ("0304 0000 FF FF", "Data length"), ("0604 0000 01 00 000000A8", "Data length"),
      ("1C04 0000 FFFF 0000 0100 4100", "Data length"), ("1C04 0000 0100 FFFF", "Data length"),
      ("1906 0000 0500 3031323334 00", "Number of loopback data"), ("1906 0000 0500 3031", "Number of loopback data"),
      ("1316 0000 20000000 0200 3412", "Data length"), ("2918 0000 0100 00000000 0200 AA", "Data length"),
    ])
  func faults(_ text: String, _ field: String) {
    var exchange = conversation()
    _ = exchange.step(frame(text), SLMP.self)
    #expect(exchange.operations[0].fault?.field.description == field)
  }

  @Test(
    "nothing else is taken for SLMP",
    arguments: [
      "16030100A5010000A10303", "474554202F20485454502F312E310D0A", "5000", "57010000001111070000FFFF030000FE",
    ])
  func foreign(_ text: String) {
    if case .yes = recognition(hex(text), expected: true, by: SLMP.self) { Issue.record("taken for SLMP") }
  }

  @Test(
    "an answer has the values of each of its question's targets",
    arguments: [
      (
        "0304", "0000", [.init(.mcD, 1), .init(.mcM, 16), .init(.mcD, 2)], "3412 7856 78563412",
        [
          [0x1234], [0x5678], [0xFFFF],
        ]
      ),
      ("0604", "0000", [.init(.mcD, 2), .init(.mcM, 32)], "0100 0200 0300 0400", [[1, 2], [3, 4]]),
      (
        "1C04", "0000", [.init(.label, 1), .init(.label, 1)], "0200 02 00 0200 3412 04 00 0200 FFFF",
        [
          [0x1234], [0xFFFF],
        ]
      ),
      (
        "1A04", "0000", [.init(.label, 3), .init(.label, 4)], "0200 01 00 0300 0500 02 01 0400 3412 7856",
        [
          [1, 0, 1], [0x1234, 0x5678],
        ]
      ),
    ] as [(String, String, [Wanted], String, [[UInt16]])])
  func spread(_ command: String, _ sub: String, _ targets: [Wanted], _ data: String, _ values: [[UInt16]]) {
    var exchange = conversation(.toClient)
    var operation = Operation(DissectorID(rawValue: 0), .read, .response, code: 0, name: "")
    for (place, target) in targets.enumerated() {
      exchange.add(Target(area: target.area, count: target.count), to: &operation, isFirst: place == 0)
    }
    let bytes = hex(data)
    let code = SLMPCommand(rawValue: UInt16(hex(command)[1]) << 8 | UInt16(hex(command)[0]))
    SLMPData(form: SLMP.Form(), sub: 0).readResponse(bytes.bytes, at: 0, code, &operation, &exchange)
    let found = [operation.values] + exchange.items.map(\.values)
    #expect(found.map { $0.numbers(in: bytes) } == values)
  }
  struct Wanted: Sendable {
    let area: Area
    let count: UInt32
    init(_ area: Area, _ count: UInt32) { (self.area, self.count) = (area, count) }
  }

  @Test func `an answer to several targets has all of them`() {
    var exchange = conversation()
    _ = exchange.step(frame("0304 0000 02 01 640000A8 10000090 2C0100A8"), SLMP.self)
    exchange.direction = .toClient
    exchange.items.removeAll()
    let bytes = hex("D00000FFFF0300 0A00 0000 3412 7856 05000000")
    _ = exchange.step(bytes, SLMP.self)
    #expect(targetTexts(exchange) == ["D100", "M16-31", "D300-301"])
    #expect(exchange.operations[0].values.numbers(in: bytes) == [0x1234])
    #expect(exchange.items.map { $0.values.numbers(in: bytes) } == [[0x5678], [5]])
  }

  @Test func `monitored values are words and double words, as registered`() {
    var exchange = conversation()
    _ = exchange.step(frame("0108 0000 01 01 640000A8 C80000A8"), SLMP.self)
    exchange.direction = .toClient
    _ = exchange.step(hex("D00000FFFF0300 0200 0000"), SLMP.self)
    exchange.direction = .toServer
    exchange.items.removeAll()
    _ = exchange.step(frame("0208 0000"), SLMP.self)
    exchange.direction = .toClient
    let bytes = hex("D00000FFFF0300 0800 0000 0500 01000100")
    _ = exchange.step(bytes, SLMP.self)
    #expect(exchange.operations[0].values.numbers(in: bytes) == [5])
    #expect(exchange.items.map { $0.values.format } == [.uint32LE])
  }

  @Test func `an on-demand message is a report and expects no answer`() {
    var exchange = conversation(.toClient)
    let bytes = frame("0121 0000 3412 7856")
    _ = exchange.step(bytes, SLMP.self)
    #expect(exchange.operations[0].role == .report && exchange.operations[0].action == .report)
    #expect(exchange.operations[0].values.numbers(in: bytes) == [0x1234, 0x5678])
    #expect(exchange.waiting(transaction: -1, unit: 0) == nil)
  }

  @Test func `blanks are leading zeros in a device number, and padding in a device code`() {
    var exchange = conversation()
    _ = exchange.step(Array("500000FF03FF000018001004010000D    10000A2".utf8), SLMP.self)
    #expect(targetTexts(exchange) == ["D100-261"])
  }

  @Test(
    "1E frames: each question is read with its name, targets and values, and so is its answer",
    arguments: [
      ("00 FF 0A00 10000000 204D 05 00", "80 00 10 11 10", "M16-20", [], [1, 0, 1, 1, 1]),
      ("01 FF 0A00 10000000 204D 02 00", "81 00 0100 0200", "M16-47", [], [1, 2]),
      ("04 FF 0A00 01 00 10000000 2059 01", "84 00", "Y10", [1], []),
      ("05 FF 0A00 01 00 C8000000 2052 FF00", "85 00", "R200", [0xFF], []),
      ("06 FF 0A00 02 00 10000000 2058 11000000 2058", "86 00", "X10 X11", [], []),
      ("17 FF 0A00 46000000 2052 0200 03 00", "97 00 3412 6587 3F01", "R70-72", [], [0x1234, 0x8765, 0x13F]),
      ("18 FF 0A00 46000000 2052 0200 01 00 3412", "98 00", "R70", [0x1234], []),
      ("19 FF 0A00 01 00 46000000 2052 0200 3412", "99 00", "R70", [0x1234], []),
      ("1A FF 0A00 01 00 46000000 2052 0200", "9A 00", "R70", [], []),
      ("3B FF 0A00 46000000 2052 02 00", "BB 00 3412 6587", "R70-71", [], [0x1234, 0x8765]),
      ("3C FF 0A00 46000000 2052 01 00 3412", "BC 00", "R70", [0x1234], []),
      ("0E FF 0A00 E10100 04 13 00", "8E 00 01 02 03 04", "module-buffer 19 481-484", [], [1, 2, 3, 4]),
      ("0F FF 0A00 E10100 02 13 00 AABB", "8F 00", "module-buffer 19 481-482", [0xAA, 0xBB], []),
      ("15 FF 0A00", "95 00 F300", "", [], [0xF3]),
    ] as [(String, String, String, [UInt16], [UInt16])])
  func frames1E(
    _ question: String, _ answer: String, _ targets: String, _ written: [UInt16], _ read: [UInt16]
  ) throws {
    for isASCII in [false, true] where !isASCII || question.hasPrefix("15") || question.hasPrefix("0E") {
      var exchange = conversation()
      let asked = isASCII ? ascii1E(question) : hex(question)
      try #require(exchange.step(asked, SLMP.self) == .message(asked.count))
      #expect(targetTexts(exchange).joined(separator: " ") == targets)
      #expect(exchange.operations[0].values.numbers(in: asked) == written)
      #expect(exchange.operations[0].fault == nil && exchange.operations[0].action != .unknown)
      exchange.direction = .toClient
      exchange.items.removeAll()
      let answered = isASCII ? ascii1E(answer) : hex(answer)
      try #require(exchange.step(answered, SLMP.self) == .message(answered.count))
      #expect(exchange.operations[0].values.numbers(in: answered) == read)
      #expect(exchange.operations[0].pairing == .answered && exchange.operations[0].outcome == .ok)
    }
  }
  /// ASCII digits of a 1E frame whose data is empty or an address of three bytes, which ASCII writes high byte first.
  private func ascii1E(_ text: String) -> [UInt8] {
    let parts = text.split(separator: " ").map { part in
      part.count == 6
        ? hex(String(part)).reversed().map { String(format2($0)) }.joined() : String(part)
    }
    return Array(parts.joined().utf8)
  }
  private func format2(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }

  @Test(
    "it is recognised by content on any port: whole, incomplete in a segment, or followed by other messages",
    arguments: [
      ("500000FFFF03000C00 1000 0104 0000 640000A8 0A00", true),
      ("500000FFFF03000C00 1000 0104 0000 640000A8 0A00 500000FFFF03000C00 1000 0104", true),
      ("500000FFFF03000C00 1000 0104 0000 640000", true),
      ("500000FFFF03000C00 1000 0104 0000 640000A8 0A00 474554", false),
      ("500000FFFF03000C00 1000 9999 0000 640000A8 0A00", false),
      ("500000FFFF03000C00 1000 0104 00FF 640000A8 0A00", false),
      ("500000F0FF03000C00 1000 0104 0000 640000A8 0A00", false),
      ("540034120000 00FFFF03000C00 1000 0104 0000 640000A8", true),
      ("D00000FFFF0300 0600 0000 0100 0200", true), ("D00000FFFF0300 0600 0000 0100", true),
      ("D00000FFFF0300 0600 0000 0100 0200 D00000FFFF0300 0600", true),
      ("D00000FFFF0300 0600 0000 0100 0200 0000", false), ("D00000FFFF0300 0600 0100 0100 0200", false),
      ("D4003412000000FFFF0300 0600 51C0 0100 0200", true),
      ("01 FF 0A00 64000000 2044 03 00", true), ("01 FF 0A00 64000000 2044 03 01", false),
      ("01 FF 0A00 64000000 2055 03 00", false), ("81 00 0100 0200", false),
    ] as [(String, Bool)])
  func anyPort(_ text: String, _ isFound: Bool) {
    let recognition = recognition(hex(text), expected: false, by: SLMP.self)
    if case .yes = recognition { #expect(isFound) } else { #expect(!isFound, "\(recognition)") }
  }

  @Test("no byte value in a question or an answer causes a trap", arguments: samples)
  func hostile(_ sample: Sample) {
    let whole = frame(sample.text)
    for place in whole.indices.dropFirst(9) {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var bytes = whole
        bytes[place] = value
        for isCut in [false, true] {
          var exchange = conversation()
          exchange.isCut = isCut
          _ = exchange.step(isCut ? Array(bytes[..<place]) : bytes, SLMP.self)
          // The same bytes as the data of the answer.
          exchange.direction = .toClient
          let data = Array(bytes[9...])
          _ = exchange.step(hex("D00000FFFF0300") + big(data.count + 2).reversed() + hex("0000") + data, SLMP.self)
        }
      }
    }
  }
}
