// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// What a record shows of the contents of messages: each target and each value in its place.
@Suite struct ShownValuesTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let dissector: any Dissector.Type
    var targets: [String] = []
    let values: [String]
    var quality: [Int64] = []
    var times: [String] = []
    var testDescription: String { name }
  }

  private static func asdu(_ unit: String) -> [UInt8] {
    let unit = hex(unit)
    return [0x68, UInt8(4 + unit.count), 0, 0, 0, 0] + unit
  }
  /// An answer of an outstation, in one block.
  private static func answer(_ objects: String, function: String = "81 0000") -> [UInt8] {
    hex(dnp3("C0 C5 \(function) " + objects))
  }
  private static func opcua(_ service: UInt16, _ rest: String, isResponse: Bool = false) -> [UInt8] {
    let header =
      isResponse
      ? "0000000000000000 01000000 00000000 00 00000000 000000"
      : "0000 0000000000000000 01000000 00000000 FFFFFFFF 00000000 000000"
    let body = hex("0100") + big(Int(service)).reversed() + hex(header) + hex(rest)
    return hex("4D534746") + big(24 + body.count, 4).reversed() + hex("01000000 01000000 0A000000 07000000") + body
  }

  static let samples: [Sample] = [
    Sample(
      name: "IEC 104: objects with a gap between their addresses",
      bytes: asdu("0D 04 03 00 0700 050000 0000C03F 00 060000 0000C07F 80 090000 000080FF 10 0A0000 00006040 01"),
      dissector: IEC104.self,
      targets: ["ioa 5", "ioa 6", "ioa 9", "ioa 10"],
      values: ["1.5", "NaN", "-Infinity", "3.5"], quality: [0, 0x80, 0x10, 1]),
    Sample(
      name: "IEC 104: a range of objects with quality", bytes: asdu("01 83 14 00 0700 050000 01 80 11"),
      dissector: IEC104.self, values: ["1", "0", "1"], quality: [0, 0x80, 0x10]),
    Sample(
      name: "IEC 104: long time tags",
      bytes: asdu("1E 02 03 00 0700 050000 01 E86F2E01180B1A 090000 80 E86FAE81180B1A"), dissector: IEC104.self,
      targets: ["ioa 5", "ioa 9"], values: ["1", "0"], quality: [0, 0x80],
      times: ["2026-11-24T01:46:28.648", "2026-11-24T01:46:28.648 invalid summer time"]),
    Sample(
      name: "IEC 104: short time tags, one of which is impossible",
      bytes: asdu("0C 02 03 00 0700 050000 0100 00 E86F2E 060000 FFFF 00 FFFFFF"), dissector: IEC104.self,
      values: ["1", "-1"], quality: [0, 0], times: ["-46:28.648", "ffffff"]),
    Sample(
      name: "IEC 104: a command with time tag", bytes: asdu("3D 01 06 00 0700 050000 0040 00 E86F2E01180B1A"),
      dissector: IEC104.self, values: ["0.5"], times: ["2026-11-24T01:46:28.648"]),
    Sample(
      name: "IEC 104: a clock is set to a time", bytes: asdu("67 01 06 00 0700 000000 E86F2E01180B1A"),
      dissector: IEC104.self, values: ["2026-11-24T01:46:28.648"]),
    Sample(
      name: "IEC 104: a clock is set to what is no time", bytes: asdu("67 01 06 00 0700 000000 FFFF2E01180B1A"),
      dissector: IEC104.self, values: ["ffff2e01180b1a"]),
    Sample(
      name: "DNP3: octets between numbers, flags of each",
      bytes: answer("1E01 00 00 01 01 FFFFFFFF 21 02000000 6E03 00 04 04 414200 0102 00 07 07 81"),
      dissector: DNP3.self, targets: ["group 30 0", "group 30 1", "group 110 4", "group 1 7"],
      values: ["-1", "2", "414200", "1"], quality: [1, 0x21, -1, 0x81]),
    Sample(
      name: "DNP3: octets with indexes", bytes: answer("6F02 17 03 01 4142 02 4344 05 4546"), dissector: DNP3.self,
      targets: ["group 111 1", "group 111 2", "group 111 5"], values: ["4142", "4344", "4546"]),
    Sample(
      name: "DNP3: events with times",
      bytes: answer("0202 17 01 04 81 15CD5B070000 2007 17 01 02 01 0000C07F 000000000000", function: "82 0000"),
      dissector: DNP3.self, targets: ["group 2 4", "group 32 2"], values: ["1", "NaN"], quality: [0x81, 1],
      times: ["1970-01-02T10:17:36.789Z", "1970-01-01T00:00:00.000Z"]),
    Sample(
      name: "DNP3: times relative to a common one", bytes: answer("3301 07 01 15CD5B070000 0203 17 01 04 81 E803"),
      dissector: DNP3.self, targets: ["group 51 0", "group 2 4"], values: ["1970-01-02T10:17:36.789Z", "1"],
      quality: [-1, 0x81], times: ["", "PT1.000S"]),
    Sample(
      name: "DNP3: each echoed control has its status",
      bytes: answer(
        "0C01 28 0200 0500 03 01 64000000 64000000 00 0700 04 01 64000000 64000000 04"), dissector: DNP3.self,
      targets: ["group 12 5", "group 12 7"], values: ["3", "4"], quality: [0, 4]),
    Sample(
      name: "DNP3: a text among attributes", bytes: answer("00F2 00 00 00 01 03 312E32 0102 00 07 07 81"),
      dissector: DNP3.self, targets: ["group 0 0", "group 1 7"], values: ["1.2", "1"], quality: [-1, 0x81]),
    Sample(
      name: "OPC UA: values of all types",
      bytes: opcua(
        634,
        """
        0F000000 01 0B 000000000000F83F 01 0C 02000000 4142 01 0C FFFFFFFF 01 0C 00000000 01 0D 00803ED5DEB19D01
        01 0E 912B9672 75FA E64A 8D28 B404DC7DAF63 01 0F 02000000 00FF 01 11 01020700 01 14 0000 01000000 41
        01 15 03 01000000 41 01000000 42 01 16 01000100 01 01000000 FF 01 09 FFFFFFFFFFFFFFFF 01 01 01 00
        01 8C 03000000 01000000 41 FFFFFFFF 00000000
        00000000
        """, isResponse: true), dissector: OPCUA.self,
      values: [
        "1.5", "AB", "null", "", "1970-01-01T00:00:00.000000Z", "72962B91-FA75-4AE6-8D28-B404DC7DAF63", "00ff",
        "ns=2;i=7", "A", "B", "ff", "18446744073709551615", "1", "null", "A", "null", "",
      ]),
    Sample(
      name: "OPC UA: a status beside each value",
      bytes: opcua(
        634,
        """
        06000000 03 06 2A000000 00001F80 02 00003480 01 06 2B000000 03 0C 02000000 4142 00009240
        03 C6 02000000 01000000 02000000 02000000 01000000 02000000 00009040
        03 8C 02000000 01000000 41 02000000 4142 00009140 00000000
        """, isResponse: true), dissector: OPCUA.self,
      values: ["42", "null", "43", "AB", "1", "2", "A", "AB"],
      quality: [
        0x801F_0000, 0x8034_0000, 0, 0x4092_0000, 0x4090_0000, 0x4090_0000, 0x4091_0000, 0x4091_0000,
      ]),
    Sample(
      name: "OPC UA: an array among written values is in one place, and attributes are told",
      bytes: opcua(
        673,
        """
        03000000 01020700 0D000000 FFFFFFFF 01 86 02000000 01000000 02000000
        01020800 0E000000 FFFFFFFF 01 06 05000000 01020900 0D000000 FFFFFFFF 01 0C 01000000 41
        """), dissector: OPCUA.self, targets: ["node ns=2;i=7", "node ns=2;i=8, attribute 14", "node ns=2;i=9"],
      values: ["[1, 2]", "5", "A"]),
  ]

  @Test("each target and value has its place, with quality and time", arguments: samples)
  func places(_ sample: Sample) {
    var exchange = conversation(.toClient)
    _ = exchange.step(sample.bytes, sample.dissector)
    let operation = exchange.operations[0]
    #expect(operation.fault == nil)
    let bytes = exchange.isAssembled ? exchange.assembled : sample.bytes
    let shown = ShownValues(operation, Message(bytes.bytes, exchange.names.names, exchange.items.span))
    #expect(shown.targets == sample.targets)
    #expect(shown.values.map(\.text) == sample.values)
    #expect(shown.quality == sample.quality)
    #expect(shown.times == sample.times)
    #expect(shown.count == sample.values.count)
    if !sample.targets.isEmpty { #expect(shown.targetsCount == sample.targets.count) }
  }

  @Test(
    "bytes that are no value of their type are shown as octets, and what follows keeps its place",
    arguments: [
      (Values(.bcd1, at: 0, 3, end: 4), "12FA3400", ["12", "fa", "34"]),
      (Values(.hex4, at: 0, 2, end: 8), "30314146 5A5A3030", ["431", "5a5a3030"]),
      (Values(.binaryTime, at: 0, 1, end: 7), "60EA0000010101", ["60ea0000010101"]),
      (Values(.time1970LE, at: 0, 1, end: 6), "FFFFFFFFFFFF", ["+10889-08-02T05:31:50.655Z"]),
      (
        Values(.time1601LE, at: 0, 2, end: 16), "FFFFFFFFFFFFFFFF FFFFFFFFFFFFFF7F",
        ["1601-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.000000Z"]
      ),
      (Values(.text, at: 0, length: 5), "1B5B324A41", ["<U+001B>[2JA"]),
    ])
  func octets(_ values: Values, _ bytes: String, _ shown: [String]) {
    var found: [ShownValue] = []
    values.read(Message(hex(bytes).bytes), most: 9, into: &found)
    #expect(found.map(\.text) == shown)
  }

  @Test func `where there is no room for all, each run of addresses shows its first ones`() {
    var exchange = conversation()
    // Six runs of ten objects.
    var objects: [UInt8] = []
    for run: UInt8 in 0..<6 {
      for object: UInt8 in 0..<10 { objects += [object, run, 0, object % 2 | run << 4] }
    }
    let unit = hex("01 3C 03 00 0700") + objects
    let bytes: [UInt8] = [0x68, UInt8(4 + unit.count), 0, 0, 0, 0] + unit
    _ = exchange.step(bytes, IEC104.self)
    let message = Message(bytes.bytes, exchange.names.names, exchange.items.span)
    var alert = ShownValues()
    alert.fill(exchange.operations[0], message, .alert)
    // Three of each are eighteen; there is room for three more.
    var targets: [String] = []
    var values: [ShownValue] = []
    var quality: [Int64] = []
    for (run, count) in [(0, 6), (1, 3), (2, 3), (3, 3), (4, 3), (5, 3)] {
      for object in 0..<count {
        targets.append("ioa \(run * 256 + object)")
        values.append(.number(.unsigned(UInt64(object % 2))))
        quality.append(Int64(run * 16))
      }
    }
    #expect(alert.targets == targets && alert.values == values && alert.quality == quality)
    #expect(alert.count == 60 && alert.targetsCount == 60 && alert.furtherTargets == 5)
    var log = ShownValues()
    log.fill(exchange.operations[0], message, .operation)
    #expect(log.targets.count == 60 && log.values.count == 60 && log.quality.count == 60 && log.furtherTargets == 5)
    // Targets alone stay runs.
    log.fill(exchange.operations[0], message, .targets)
    #expect(log.targets == (0..<6).map { "ioa \($0 * 256)-\($0 * 256 + 9)" } && log.values.isEmpty)
  }

  @Test func `texts are cut to what a line has room for, and their number stays`() {
    let text = String(repeating: "22", count: 400)
    let value = "01 0C 90010000 \(text) "
    let bytes = Self.opcua(634, "40000000 " + String(repeating: value, count: 64) + "00000000", isResponse: true)
    var exchange = conversation(.toClient)
    _ = exchange.step(bytes, OPCUA.self)
    var shown = ShownValues()
    shown.fill(exchange.operations[0], Message(bytes.bytes, exchange.names.names, exchange.items.span), .operation)
    #expect(shown.count == 64 && shown.values.count == 10)
    var line = JSONLine()
    line.begin()
    line.operation(exchange.operations[0], shown)
    line.end()
    #expect(line.bytes.count < 6000)
  }
}
