// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let dnp3Scripts = [
  // Reset link states; read classes 1 to 3, then all four; clear the restart indication; measure the delay, write the
  // time; select and operate a relay; events unsolicited and confirmed; set an analog output; read the classes again.
  Script(
    "dnp3: polls, controls, times", .tcp(20_000),
    """
    > 056405C00A000100B1AC
    < 0564050001000A002EDD
    > 056411C40A0001000615C0C0143C02063C03063C04067896
    < 05640A4401000A006E25C0C08192007E37
    > 056414C40A0001008FEDC1C1013C02063C03063C04063C01066201
    < 05646E4401000A00FF37C1C18190000201170100812001170500FC6B01E80300000101E90300000201EA03005F6E000301EB03000000
      01EC030000160517BD420100010000000000983B0BA20101020096400003810202021E0100000301EC03000043CE01E903000001EA03
      000001EB030000147C170100000001000000003802
    > 05640EC40A0001002529C2C202500100070700F395
    < 05640A4401000A006E25C2C281100011B9
    > 056408C40A000100FC42C3C317A13D
    < 0564104401000A00C4E1C3C38110003402070100003722
    > 056412C40A0001005686C4C40232010701F0A73B0BA201F04B
    < 05640A4401000A006E25C4C4810000AFB8
    > 056418C40A0001003D3AC5C5030C011701010301000000000000F9AF000000FFFF
    < 05641A4401000A00AF5DC5C58100000C01170101030100000000D3A70000000000FFFF
    > 056418C40A0001003D3AC6C6040C0117010103010000000000009573000000FFFF
    < 05641A4401000A00AF5DC6C68100000C011701010301000000006FC30000000000FFFF
    < 0564424401000A00CF11C0F082000002011701000120011705010F3E01ED0300000201EE0300000301EF03002710000001F003000001
      01F1030000160517D2A70100010500000091AB3B0BA2012F43
    > 056408C40A000100FC42C7D0003305
    > 056412C40A0001005686C8C70529011701002A000000009EB6
    < 0564144401000A00AAACC7C781000029011701002A00000000D538
    < 0564424401000A00CF11C1F18200000201170100812001170502FA5601F20300000301F30300000001F4030020FF000101F503000002
      01F603000016051709580100010A00000021BF3B0BA201C6D6
    > 056408C40A000100FC42C9D1002D36
    > 056411C40A0001000615CAC8013C02063C03063C040677D8
    < 05640A4401000A006E25C8C8810000FA48
    > 056411C40A0001000615CBC9143C02063C03063C0406F884
    < 05640A4401000A006E25C9C9810200F1B2
    """),
  // Read class 2, whose response has three segments; its confirmation; a cold restart with its delay.
  Script(
    "dnp3: a message over three frames", .tcp(20_000),
    """
    > \(dnp3("C0 C3 01 3C0206", isMaster: true))
    < \(dnp3("40 C3 81 0000 1E02 00 00 04 01 0100 01 0200 01 03"))
    < \(dnp3("01 00 01 0400"))
    < \(dnp3("82 01 0500"))
    > \(dnp3("C1 C3 00", isMaster: true))
    > \(dnp3("C2 C4 0D", isMaster: true))
    < \(dnp3("C3 C4 81 0000 3402 07 01 8813"))
    """),
  // Select and operate a relay; an event unsolicited and confirmed.
  Script(
    "dnp3 over UDP", .udp(20_000),
    """
    > \(dnp3("C0 C1 03 0C01 28 0100 0300 81 01 64000000 00000000 00", isMaster: true))
    < \(dnp3("C0 C1 81 0000 0C01 28 0100 0300 81 01 64000000 00000000 00"))
    > \(dnp3("C1 C2 04 0C01 28 0100 0300 81 01 64000000 00000000 00", isMaster: true))
    < \(dnp3("C1 C2 81 0000 0C01 28 0100 0300 81 01 64000000 00000000 00"))
    < \(dnp3("C2 D0 82 0000 0201 17 01 05 81"))
    > \(dnp3("C3 D0 00", isMaster: true))
    """),
]

/// A frame from station 1 to 10 (or back) with user data, its CRCs computed bit by bit.
func dnp3(_ data: String, isMaster: Bool = false) -> String {
  func sum(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var sum: UInt16 = 0
    for byte in bytes {
      for bit in 0..<8 {
        let isOdd = (sum ^ UInt16(byte >> bit)) & 1 != 0
        sum = sum >> 1 ^ (isOdd ? 0xA6BC : 0)
      }
    }
    return [UInt8(truncatingIfNeeded: ~sum), UInt8(truncatingIfNeeded: ~sum >> 8)]
  }
  let data = hex(data)
  let header: [UInt8] =
    [0x05, 0x64, UInt8(5 + data.count), isMaster ? 0xC4 : 0x44] + (isMaster ? [10, 0, 1, 0] : [1, 0, 10, 0])
  var frame = header + sum(header)
  for start in stride(from: 0, to: data.count, by: 16) {
    let block = data[start..<min(data.count, start + 16)]
    frame += block + sum(block)
  }
  return frame.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

@Suite struct DNP3Tests {
  struct Sample: CustomTestStringConvertible, Sendable {
    /// Function and objects; in responses the internal indications between them.
    let text: String
    let name: String
    let action: Action
    var targets: [String] = []
    var values: [Number] = []
    var time: String?
    var phase = Phase.none
    var testDescription: String { "\(name) \(targets.joined(separator: ", "))" }
    var isMaster: Bool { hex(text)[0] < 128 }
  }

  static let samples: [Sample] = [
    Sample(text: "01 3C0206 3C0106", name: "READ", action: .read, targets: ["group 60 2", "group 60 1"]),
    Sample(text: "01 1E00 00 02 05", name: "READ", action: .read, targets: ["group 30 2-5"]),
    Sample(text: "01 1E00 06", name: "READ", action: .read, targets: ["group 30"]),
    Sample(text: "01 0200 07 0A", name: "READ", action: .read, targets: ["group 2"]),
    Sample(text: "01 3C02 07 0A 3C03 08 0A00", name: "READ", action: .read, targets: ["group 60 2", "group 60 3"]),
    Sample(text: "01 0100 17 02 03 07", name: "READ", action: .read, targets: ["group 1 3", "group 1 7"]),
    Sample(
      text: "02 3201 07 01 15CD5B070000", name: "WRITE", action: .clock, targets: ["group 50 0"],
      time: "1970-01-02T10:17:36.789Z"),
    Sample(
      text: "02 5001 00 07 07 00", name: "WRITE", action: .diagnose, targets: ["group 80 7"], values: [.unsigned(0)]),
    Sample(
      text: "02 2201 00 03 03 0A00", name: "WRITE", action: .configure, targets: ["group 34 3"], values: [.unsigned(10)]
    ),
    Sample(
      text: "03 0C01 17 01 05 41 01 64000000 64000000 00", name: "SELECT", action: .operate, targets: ["group 12 5"],
      values: [.unsigned(0x41)], phase: .select),
    Sample(
      text: "04 0C01 28 0200 0500 03 01 64000000 64000000 00 0600 04 01 64000000 64000000 00", name: "OPERATE",
      action: .operate, targets: ["group 12 5-6"], values: [.unsigned(3), .unsigned(4)], phase: .execute),
    Sample(
      text: "05 2903 17 01 02 0000C03F 00", name: "DIRECT_OPERATE", action: .operate, targets: ["group 41 2"],
      values: [.real(1.5)]),
    Sample(
      text: "06 2902 17 01 02 FFFF 00", name: "DIRECT_OPERATE_NR", action: .operate, targets: ["group 41 2"],
      values: [.signed(-1)]),
    // The most severe object header decides; the signature of an authenticated message does not count.
    Sample(
      text: "02 5001 00 07 07 00 3201 07 01 15CD5B070000", name: "WRITE", action: .clock,
      targets: ["group 80 7", "group 50 0"], values: [.unsigned(0)]),
    Sample(
      text: "02 3201 07 01 15CD5B070000 2201 00 03 03 0A00", name: "WRITE", action: .configure,
      targets: ["group 50 0", "group 34 3"], time: "1970-01-02T10:17:36.789Z"),
    Sample(
      text: "02 7803 07 01 010000000200 3201 07 01 15CD5B070000 7809 5B 01 0400 AABBCCDD", name: "WRITE",
      action: .clock,
      targets: ["group 50 0"], time: "1970-01-02T10:17:36.789Z"),
    Sample(
      text: "0B 3202 07 01 15CD5B070000 10000000 1400 00 02 05", name: "FREEZE_AT_TIME", action: .write,
      targets: ["group 50 0", "group 20 2-5"], time: "1970-01-02T10:17:36.789Z"),
    Sample(
      text: "20 7804 07 01 0100", name: "AUTHENTICATE_REQ", action: .authenticate, targets: ["group 120 0"]),
    Sample(
      text: "02 00F0 00 00 00 02 02 2C01", name: "WRITE", action: .configure, targets: ["group 0 0"],
      values: [.unsigned(300)]),
    Sample(text: "09 1400 06", name: "FREEZE_CLEAR", action: .write, targets: ["group 20"]),
    Sample(text: "0D", name: "COLD_RESTART", action: .state),
    Sample(text: "0E", name: "WARM_RESTART", action: .state),
    Sample(text: "12 5A01 06", name: "STOP_APPL", action: .state, targets: ["group 90"]),
    Sample(
      text: "15 3C0206 3C0306", name: "DISABLE_UNSOLICITED", action: .configure, targets: ["group 60 2", "group 60 3"]),
    Sample(text: "16 3C0206 0100 06", name: "ASSIGN_CLASS", action: .configure, targets: ["group 60 2", "group 1"]),
    Sample(text: "17", name: "DELAY_MEASURE", action: .diagnose),
    Sample(text: "18", name: "RECORD_CURRENT_TIME", action: .diagnose),
    Sample(
      text: "19 4603 5B 01 2000 1A00 0600 000000000000 FF01 00000000 00000000 0100 0004 0000 2F612E786D6C",
      name: "OPEN_FILE", action: .file, targets: ["file-name /a.xml"]),
    Sample(
      text: "1A 4604 5B 01 0D00 01000000 00000000 0004 0000 00", name: "CLOSE_FILE", action: .file,
      targets: ["group 70 1"]),
    Sample(
      text: "20 7801 5B 01 0800 0000000001000200", name: "AUTHENTICATE_REQ", action: .authenticate,
      targets: ["group 120 0"]),
    Sample(
      text: "81 0000 0102 00 00 02 81 01 81", name: "RESPONSE", action: .read, targets: ["group 1 0-2"],
      values: [.unsigned(1), .unsigned(0), .unsigned(1)]),
    Sample(
      text: "81 0000 0101 00 00 08 A5 01", name: "RESPONSE", action: .read, targets: ["group 1 0-8"],
      values: [1, 0, 1, 0, 0, 1, 0, 1, 1].map { .unsigned($0) }),
    Sample(
      text: "81 0000 1E01 00 00 01 01 FFFFFFFF 01 02000000 1405 00 03 03 0A000000", name: "RESPONSE", action: .read,
      targets: ["group 30 0-1", "group 20 3"], values: [.signed(-1), .signed(2)]),
    Sample(
      text: "82 0000 2007 17 01 04 01 0000C03F 000000000000", name: "UNSOLICITED_RESPONSE", action: .report,
      targets: ["group 32 4"], values: [.real(1.5)]),
    Sample(
      text: "82 0000 0D01 17 01 02 83", name: "UNSOLICITED_RESPONSE", action: .report, targets: ["group 13 2"],
      values: [.unsigned(1)]),
    Sample(
      text: "81 0000 6502 07 01 78563412 5602 00 00 01 0101", name: "RESPONSE", action: .read,
      targets: ["group 101 0", "group 86 0-1"], values: [.unsigned(12_345_678)]),
    Sample(
      text: "81 0000 0101 17 02 03 01 07 00", name: "RESPONSE", action: .read, targets: ["group 1 3", "group 1 7"],
      values: [.unsigned(1)]),
    Sample(
      text: "81 0000 0000 00 00 01 02 02 0102 03 01 FF", name: "RESPONSE", action: .read,
      targets: ["group 0 0", "group 0 1"],
      values: [.unsigned(0x0201)]),
    Sample(
      text: "82 0000 0401 17 01 02 C1", name: "UNSOLICITED_RESPONSE", action: .report, targets: ["group 4 2"],
      values: [.unsigned(3)]),
    Sample(
      text: "83 0000 7801 5B 01 0800 0000000001000200", name: "AUTHENTICATE_RESP", action: .authenticate,
      targets: ["group 120 0"]),
  ]

  @Test("each function is read with its name, targets and values", arguments: samples)
  func functions(_ sample: Sample) throws {
    var exchange = conversation()
    exchange.direction = sample.isMaster ? .toServer : .toClient
    let bytes = hex(dnp3("C0 C5" + sample.text, isMaster: sample.isMaster))
    try #require(exchange.step(bytes, DNP3.self) == .message(bytes.count))
    let operation = exchange.operations[0]
    var numbers: [Number] = []
    let message = exchange.isAssembled ? exchange.assembled : bytes
    operation.values.read(message.bytes, most: 99, into: &numbers)
    #expect(operation.name.description == sample.name)
    #expect(operation.action == sample.action)
    #expect(operation.phase == sample.phase)
    #expect(operation.unit == 10 && operation.transaction == 5)
    #expect(targetTexts(exchange) == sample.targets)
    #expect(numbers == sample.values)
    if let time = sample.time {
      var shown: [ShownValue] = []
      operation.values.read(Message(message.bytes), most: 1, into: &shown)
      #expect(shown == [.text(time)])
    }
    #expect(operation.fault == nil)
  }

  @Test func `a response has its request's action, and indications and control status give the outcome`() {
    func answer(_ text: String, to question: String) -> Operation {
      var exchange = conversation()
      _ = exchange.step(hex(dnp3("C0 C5" + question, isMaster: true)), DNP3.self)
      exchange.direction = .toClient
      _ = exchange.step(hex(dnp3("C0 C5 81" + text)), DNP3.self)
      return exchange.operations[0]
    }
    let restart = answer("0000", to: "0D")
    #expect(restart.action == .state && restart.pairing == .answered && restart.outcome == .ok)
    let control = "0C01 17 01 05 41 01 64000000 64000000"
    let select = answer("0000" + control + "04", to: "03" + control + "00")
    #expect(select.action == .operate && select.phase == .select)
    #expect(select.outcome == .error(code: 4, name: ""))
    #expect(answer("0001", to: "0D").outcome == .error(code: 1, name: ""))
    #expect(answer("8002", to: "01 0100 06").outcome == .error(code: 2, name: ""))
  }

  @Test func `segments are assembled in order, without repetitions and never across a gap`() {
    let whole = dnp3("C3 C3 81 0000 1E02 00 00 01 01 0100 01 0200")
    let parts = ["40 C3 81 0000 1E02 00 00", "01 01 01 0100", "82 01 0200"].map { dnp3($0) }
    func read(_ frames: [String]) -> [Operation] {
      var exchange = conversation()
      exchange.direction = .toClient
      var operations: [Operation] = []
      for frame in frames {
        _ = exchange.step(hex(frame), DNP3.self)
        operations += exchange.operations
      }
      return operations
    }
    let expected = read([whole])
    #expect(expected.count == 1)
    for frames in [parts, [parts[0], parts[1], parts[1], parts[2]], [parts[0]] + parts] {
      let found = read(frames)
      #expect(found.count == 1 && found.first?.target == expected[0].target && found.first?.fault == nil)
    }
    #expect(read([parts[0], parts[2]]).isEmpty)
    #expect(read([parts[1], parts[2]]).isEmpty)
    // Sequence numbers continue with 0 after 63.
    let wrapped = read(["7F C3 81 0000 1E02 00 00", "00 01 01 0100", "81 01 0200"].map { dnp3($0) })
    #expect(wrapped.count == 1 && wrapped.first?.target == expected[0].target)
  }

  @Test func `CRCs are checked, and what follows a bad one is read`() {
    let good = hex(dnp3("C0 C5 01 3C0206 3C0306 3C0406 3C0106 1E0006", isMaster: true))
    #expect(good.count > 30)
    for place in good.indices {
      var bytes = good
      bytes[place] ^= 0x10
      var exchange = conversation()
      guard case .refused(let count) = exchange.step(bytes + good, DNP3.self) else {
        Issue.record("byte \(place) changed unnoticed")
        continue
      }
      #expect(count >= 1 && count <= good.count)
    }
  }

  @Test(
    "invalid contents are reported as a fault",
    arguments: [
      ("01 3C02 0F", "Qualifier"), ("01 1E00 00 05 02", "Stop index"), ("81 0000 1E01 00 00 09 01", "Objects"),
      ("81 0000 C801 00 00 01 01", "Object"), ("01 3C02", "Object header"), ("81 00", "Internal indications"),
      ("04 0C01 28 FFFF 0500 03", "Objects"), ("01 1E00 01 0500", "Range"),
      ("81 0000 6E00 01 0000 FFFF 4142434445", "Object"), ("81 0000 6F00 28 0100 0500 41", "Object"),
      ("82 0000 7100 17 01 05", "Object"), ("02 7000 00 05 05", "Object"),
      ("04 0C01 16 FF00", "Qualifier"), ("04 0C01 10 00 00 00 030164000000640000 00 00", "Qualifier"),
    ])
  func faults(_ text: String, _ field: String) {
    var exchange = conversation()
    _ = exchange.step(hex(dnp3("C0 C5" + text, isMaster: hex(text)[0] < 128)), DNP3.self)
    #expect(exchange.operations.first?.fault?.field.description == field)
  }

  @Test(
    "octet strings have their length as variation, and any variation may be asked for",
    arguments: [
      "01 6E00 06", "01 6E00 00 01 05", "01 6F00 06", "81 0000 6E02 00 01 02 41424344", "82 0000 6F01 17 01 05 41",
    ])
  func octetStrings(_ text: String) {
    var exchange = conversation()
    _ = exchange.step(hex(dnp3("C0 C5" + text, isMaster: hex(text)[0] < 128)), DNP3.self)
    #expect(exchange.operations.first?.fault == nil && exchange.operations.count == 1)
  }

  @Test(
    "a fault in an object header does not remove its target",
    arguments: [
      ("05 0C01 00 05 02 00", "group 12 5"), ("05 0C01 28 FFFF 0500 03", "group 12 5"), ("05 0C01 7F", "group 12"),
      ("05 0C01 28 FF", "group 12"), ("05 0C01 17 05", "group 12"), ("05 0C09 17 01 05 00", "group 12 0"),
      ("05 2901 00 02 09 01000000 00", "group 41 2-9"),
    ])
  func targetsOfBroken(_ text: String, _ target: String) {
    var exchange = conversation()
    _ = exchange.step(hex(dnp3("C0 C5" + text, isMaster: true)), DNP3.self)
    #expect(exchange.operations.first?.fault != nil)
    #expect(targetTexts(exchange) == [target])
  }

  @Test(
    "a message cut by the capture is read up to the cut, whatever its counts say",
    arguments: [
      "02 4605 4B 01 40", "02 4605 5B 01 4000 01000000 00000000 4141", "02 4605 6B 01 FFFFFFFF 01000000 00000000 4141",
      "02 4605 6B FF FFFFFFFF 01", "02 4605 69 FFFFFFFF FFFFFFFF", "82 0000 1E01 02 00000000 FFFFFFFF 01",
      "82 0000 1E01 39 FFFFFFFF 01", "82 0000 00FC 02 00000000 FFFFFFFF FFFF41", "01 1E00 02 00000000 FFFFFFFF",
      "05 0C01 39 FFFFFFFF 01000000 41", "82 0000 0101 39 FFFFFFFF 01",
    ])
  func cut(_ text: String) {
    for isCut in [false, true] {
      var exchange = conversation(hex(text)[0] < 128 ? .toServer : .toClient)
      exchange.isCut = isCut
      _ = exchange.step(hex(dnp3("C0 C5" + text, isMaster: hex(text)[0] < 128)), DNP3.self)
      #expect(exchange.operations.count == 1)
      if isCut { #expect(exchange.operations.first?.fault == nil) }
    }
  }

  /// A read of all points is not a read of the first ones.
  @Test func `a conduit for some points does not cover a message about all points`() throws {
    var exchange = conversation()
    _ = exchange.step(hex(dnp3("C0 C5 01 1E00 06", isMaster: true)), DNP3.self)
    let target = exchange.operations[0].target
    func covers(_ addresses: ClosedRange<UInt64>) -> Bool {
      TargetRange.cover([TargetRange(.group, number: 30, addresses)], target, name: RawSpan(), unit: 10)
    }
    #expect(!covers(0...3) && covers(0...UInt64.max))
  }

  private func play(_ messages: [(isMaster: Bool, text: String)], _ exchange: inout Exchange) -> [Operation] {
    var found: [Operation] = []
    for message in messages {
      exchange.direction = message.isMaster ? .toServer : .toClient
      exchange.begin()
      _ = exchange.step(hex(dnp3(message.text, isMaster: message.isMaster)), DNP3.self)
      found += exchange.operations
    }
    return found
  }

  @Test func `a handle refers to the file it was opened for, and file errors are the outcome`() {
    var exchange = conversation()
    let open = "4603 5B 01 2000 1A00 0600 000000000000 FF01 00000000 00000000 0100 0004 0000 2F612E786D6C"
    let found = play(
      [
        (true, "C0 C1 19" + open), (false, "C0 C1 81 0000 4604 5B 01 0D00 07000000 00000000 0004 0000 00"),
        (true, "C1 C2 01 4605 5B 01 0800 07000000 00000000"),
        (false, "C1 C2 81 0000 4605 5B 01 0A00 07000000 00000080 4142"),
        (true, "C2 C3 1A 4604 5B 01 0D00 07000000 00000000 0004 0000 00"),
        (false, "C2 C3 81 0000 4604 5B 01 0D00 07000000 00000000 0004 0000 06"),
        (true, "C3 C4 1A 4604 5B 01 0D00 08000000 00000000 0004 0000 00"),
      ], &exchange)
    let names = found.map { exchange.names.names.text($0.target.name) ?? "" }
    #expect(names == Array(repeating: "/a.xml", count: 6) + [""])
    #expect(found[1].facets[.fileHandle] == 7 && found[3].facets[.blockNumber] == 0)
    #expect(found[5].outcome == .error(code: 6, name: ""))
    #expect(found[6].target == Target(area: .group, number: 70, address: 8, count: 1))
  }

  @Test func `device attributes identify the outstation`() {
    var exchange = conversation()
    _ = play(
      [(false, "C0 C1 81 0000 00FC 00 00 00 01 04 41434D45 00FA 00 00 00 01 03 525455 00F2 17 01 00 01 03 312E32")],
      &exchange)
    let reports = exchange.identities
    func text(_ name: NameID) -> String? { exchange.names.names.text(name) }
    #expect(reports.count == 3)
    #expect(text(reports[0].vendor) == "ACME" && text(reports[1].model) == "RTU" && text(reports[2].firmware) == "1.2")
    // A master that writes a name does not identify itself.
    _ = play([(true, "C0 C2 02 00F7 00 00 00 01 03 525455")], &exchange)
    #expect(exchange.identities.isEmpty)
  }

  @Test func `responses under a reused sequence number are paired with their requests by their objects`() {
    func control(_ index: String) -> String { "0C01 17 01 " + index + " 41 01 64000000 64000000 00" }
    var exchange = conversation()
    let found = play(
      [
        (true, "C0 C7 03" + control("08")), (true, "C1 C8 04" + control("08")), (true, "C2 C7 03" + control("0A")),
        (true, "C3 C8 04" + control("0A")), (true, "C4 C7 03" + control("0C")),
        (false, "C0 C7 81 0000" + control("08")), (false, "C1 C8 81 0000" + control("08")),
        (false, "C2 C7 81 0000" + control("0A")), (false, "C3 C8 81 0000" + control("0A")),
        (false, "C4 C7 81 0000" + control("0C")), (false, "C5 C7 81 0000" + control("0C")),
      ], &exchange)
    #expect(
      found.map(\.pairing) == Array(repeating: .none, count: 5) + Array(repeating: .answered, count: 5) + [.unasked])
    #expect(found[5...9].map(\.target.address) == [8, 8, 10, 10, 12])
    #expect(found[5...9].allSatisfy { $0.action == .operate })
    // A write, and the read before it.
    let other = play(
      [
        (true, "C0 C1 01 1E00 06"), (true, "C1 C1 02 5001 00 07 07 00"), (false, "C0 C1 81 0000 1E02 00 00 00 01 0100"),
        (false, "C1 C1 81 0000"),
      ], &exchange)
    #expect(other[2].target.number == 30 && other[2].action == .read && other[2].pairing == .answered)
    #expect(other[3].action == .diagnose && other[3].pairing == .answered)
  }

  @Test func `a challenge leaves its request pending`() {
    var exchange = conversation()
    let found = play(
      [
        (true, "C0 C1 0D"), (false, "C0 C1 83 0000 7801 5B 01 0800 0000000001000200"),
        (true, "C1 C1 20 7802 5B 01 0800 0000000001000200"), (false, "C1 C1 81 0000 3401 07 01 0500"),
      ], &exchange)
    #expect(found[1].pairing == .answered && found[3].pairing == .answered && found[3].action == .state)
    #expect(exchange.requests.unanswered.isEmpty)
  }

  @Test func `a broadcast expects no response, and of the indications only refusals are errors`() {
    var exchange = conversation()
    exchange.time = 1
    var bytes = hex(dnp3("C0 C1 0D", isMaster: true))
    bytes[4...5] = [0xFF, 0xFF]
    let sum = CRC16.dnp(span(Array(bytes.prefix(8))))
    bytes[8...9] = [UInt8(truncatingIfNeeded: sum), UInt8(sum >> 8)]
    _ = exchange.step(bytes, DNP3.self)
    #expect(exchange.operations.first?.unit == 65_535)
    exchange.requests.expire(at: 2 + PendingRequests.patience)
    #expect(exchange.requests.unanswered.isEmpty)
    let found = play([(false, "C0 C1 81 002C")], &exchange)
    #expect(found[0].outcome == .error(code: 4, name: ""))
    #expect(DNP3ControlStatus(rawValue: 127).name.description == "UNDEFINED")
  }
}
