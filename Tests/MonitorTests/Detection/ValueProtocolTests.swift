// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor

/// Values of every protocol whose messages write some, in its own messages.
@Suite struct ValueProtocolTests {
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)

  enum Way: Sendable {
    case tcp(Int)
    case udp(Int)
  }
  struct Sample: CustomTestStringConvertible, Sendable {
    let way: Way
    let targets: String
    let message: [UInt8]
    let seen: [String]
    init(_ way: Way, _ targets: String, _ message: [UInt8], _ seen: String...) {
      self.way = way
      self.targets = targets
      self.message = message
      self.seen = seen
    }
    var testDescription: String { "\(targets) \(message.suffix(12))" }
  }

  private static func s7(_ item: String, _ data: String) -> [UInt8] {
    MonitorTests.s7(1, "05 01 \(item)", data)
  }
  private static func fins(_ text: String) -> [UInt8] { hex("800007000B0000150062" + text) }
  /// A frame of the MC protocol (3E, binary): its data length, a timer, command, sub-command and data.
  private static func slmp(_ text: String) -> [UInt8] {
    let data = hex("1000" + text)
    return hex("500000FFFF0300") + big(data.count).reversed() + data
  }
  private static func iec104(_ unit: String) -> [UInt8] {
    let unit = hex(unit)
    return [0x68, UInt8(4 + unit.count), 0, 0, 0, 0] + unit
  }
  private static func dnp3(_ text: String) -> [UInt8] { hex(MonitorTests.dnp3("C0 C1" + text, isMaster: true)) }
  private static func opcua(_ rest: String) -> [UInt8] {
    let body = hex("0100 A102 0000 0000000000000000 01000000 00000000 FFFFFFFF 00000000 000000") + hex(rest)
    return hex("4D534746") + big(24 + body.count, 4).reversed() + hex("01000000 01000000 0A000000 07000000") + body
  }

  private static let unread = "A value that could not be read at "
  private static let db = #"DB10, "DB10.DBW4": {values: [-5, 100], type: int16}"#
  private static let tags =
    #""tag *", "tag Speed": {values: [0, 100]}, "tag Speeds[3]": {max: 9}, "tag Line.Max": {max: 9}"#
  private static let nodes = #""ns=2;i=7", "ns=2;i=8", "ns=2;i=7": {values: [0, 100]}"#
  private static let ioas = #""ioa 0-999", "ioa 30-39": {values: [0, 100]}"#

  static let samples: [Sample] = [
    // S7: words, bytes, bits, and a real number.
    Sample(.tcp(102), db, s7("120A10 04 0001 000A 84 000020", "00 04 0010 0064")),
    Sample(.tcp(102), db, s7("120A10 04 0001 000A 84 000020", "00 04 0010 0065"), "101 at DB10.DBB4-5"),
    Sample(.tcp(102), db, s7("120A10 05 0001 000A 84 000020", "00 05 0010 FFFA"), "-6 at DB10.DBB4-5"),
    Sample(.tcp(102), db, s7("120A10 02 0008 000A 84 000000", "00 04 0040 FFFF FFFF 0065 FFFF"), "101 at DB10.DBB4-5"),
    Sample(.tcp(102), db, s7("120A10 02 0001 000A 84 000028", "00 04 0008 65"), unread + "DB10.DBB4-5"),
    Sample(.tcp(102), db, s7("120A10 01 0001 000A 84 000020", "00 03 0001 01"), unread + "DB10.DBB4-5"),
    Sample(.tcp(102), db, s7("120A10 04 0001 000B 84 000020", "00 04 0010 0065")),
    Sample(
      .tcp(102), #"DB10, "DB10.DBD8": {max: 100, type: float32}"#,
      s7("120A10 08 0001 000A 84 000040", "00 07 0004 43960000"), "300 at DB10.DBB8-11"),
    Sample(
      .tcp(102), #"DB10, "DB10.DBX4.1": {only: [0]}"#, s7("120A10 01 0001 000A 84 000021", "00 03 0001 01"),
      "1 at DB10.DBX4.1"),
    Sample(
      .tcp(102), #"DB10, "DB10.DBX4.1": {only: [0]}"#, s7("120A10 02 0001 000A 84 000020", "00 04 0008 02"),
      "1 at DB10.DBX4.1"),
    // CIP: by tag, by element of an array, in a structure.
    Sample(.tcp(44_818), tags, unconnected("4D 04 9105 5370656564 00 C300 0100 6400")),
    Sample(.tcp(44_818), tags, unconnected("4D 04 9105 5370656564 00 C300 0100 6500"), "101 at tag Speed"),
    Sample(.tcp(44_818), tags, unconnected("4D 04 9105 5370656564 00 C300 0100 FFFF"), "-1 at tag Speed"),
    Sample(.tcp(44_818), tags, unconnected("4D 04 9105 5370656564 00 CA00 0100 0000C07F"), "NaN at tag Speed"),
    Sample(.tcp(44_818), tags, unconnected("4D 04 9105 5370656564 00 A002 3412 0100 00000000"), unread + "tag Speed"),
    Sample(.tcp(44_818), tags, unconnected("4D 04 9106 537065656473 C300 0400 6400 6400 6400 0900")),
    Sample(
      .tcp(44_818), tags, unconnected("4D 04 9106 537065656473 C300 0400 6400 6400 6400 0A00"), "10 at tag Speeds"),
    Sample(
      .tcp(44_818), tags, unconnected("4D 05 9106 537065656473 2803 C300 0100 0A00"), "10 at tag Speeds[3]"),
    Sample(
      .tcp(44_818), tags, unconnected("4D 05 9106 537065656473 2802 C300 0200 6400 0A00"), "10 at tag Speeds[2]"),
    Sample(.tcp(44_818), tags, unconnected("4D 05 9106 537065656473 2804 C300 0200 6400 6400")),
    Sample(.tcp(44_818), tags, unconnected("4D 03 9104 4C696E65 A002 3412 0100 00000000"), unread + "tag Line"),
    // … some bits of it: which ones there are besides is not known; and a fragment that begins within a number.
    Sample(.tcp(44_818), tags, unconnected("4E 04 9105 5370656564 00 0200 0100 FEFF"), unread + "tag Speed"),
    Sample(.tcp(44_818), tags, unconnected("53 04 9105 5370656564 00 C300 0200 02000000 6500"), "101 at tag Speed"),
    Sample(
      .tcp(44_818), tags, unconnected("53 04 9105 5370656564 00 C300 0200 01000000 6500 00"), unread + "tag Speed"),
    // PCCC: an integer file.
    Sample(
      .tcp(44_818), #""data-file 7 0-99", "data-file 7 5": {values: [-5, 9], type: int16}"#,
      unconnected("4B 02 2067 2401 07 4D00 01020304 0F 00 3412 AA 04 07 89 05 00 FAFF 0000"), "-6 at data-file 7 5"),
    // FINS: words, two words with the lower one first, a fill, bits of a word, a copy.
    Sample(.udp(9600), #""DM 0-99", "DM 40": {values: [0, 100]}"#, fins("0102 82 0027 00 0003 FFFF 0064 FFFF")),
    Sample(
      .udp(9600), #""DM 0-99", "DM 40": {values: [0, 100]}"#, fins("0102 82 0027 00 0003 0000 0065 0000"),
      "101 at DM 40"),
    Sample(
      .udp(9600), #""DM 0-99", "DM 40-41": {max: 65536, type: uint32}"#, fins("0102 82 0028 00 0002 0001 0001"),
      "65537 at DM 40-41"),
    Sample(
      .udp(9600), #""DM 0-99", "DM 40": {values: [0, 100]}"#, fins("0103 82 0000 00 0064 0065"), "101 at DM 40"),
    Sample(
      .udp(9600), #""DM 0-99", "DM 40": {values: [0, 100]}"#, fins("0105 82 0000 00 82 0028 00 0001"),
      unread + "DM 40"),
    Sample(
      .udp(9600), #""CIO 0-99", "CIO 10": {max: 3}"#, fins("0102 30 000A 02 0001 01"), unread + "CIO 10"),
    Sample(.udp(9600), #""CIO 0-99", "CIO 10.5": {only: [0]}"#, fins("0102 30 000A 04 0002 01 01"), "1 at CIO 10.5"),
    Sample(.udp(9600), #""CIO 0-99", "CIO 10.5": {only: [0]}"#, fins("0102 30 000A 06 0002 01 01")),
    Sample(.udp(9600), #""CIO 0-99", "CIO 10.5": {only: [0]}"#, fins("0102 B0 000A 00 0001 0020"), "1 at CIO 10.5"),
    // SLMP: words, double words, bits in half bytes and in words, random places.
    Sample(.tcp(5007), #"D, "D100": {values: [0, 100]}"#, slmp("0114 0000 630000 A8 0300 FFFF 6400 FFFF")),
    Sample(
      .tcp(5007), #"D, "D100": {values: [0, 100]}"#, slmp("0114 0000 630000 A8 0300 0000 6500 0000"), "101 at D100"),
    Sample(
      .tcp(5007), #"D, "D100-101": {max: 65536, type: uint32}"#, slmp("0114 0000 640000 A8 0200 0100 0100"),
      "65537 at D100-101"),
    Sample(
      .tcp(5007), #"D, "D101": {max: 0}"#, slmp("0214 0000 00 01 640000 A8 00000100"), "1 at D101"),
    Sample(.tcp(5007), #"M, "M11": {only: [0]}"#, slmp("0114 0100 0A0000 90 0300 01 00"), "1 at M11"),
    Sample(.tcp(5007), #"M, "M11": {only: [0]}"#, slmp("0114 0100 0A0000 90 0300 10 10")),
    Sample(.tcp(5007), #"M, "M27": {only: [0]}"#, slmp("0114 0000 100000 90 0100 0008"), "1 at M27"),
    // IEC 60870-5-104: a command, a double command, set-points of three kinds.
    Sample(.tcp(2404), #""ioa 0-999", "ioa 30": {only: [0]}"#, iec104("2D 01 06 00 2F00 1E0000 01"), "1 at ioa 30"),
    Sample(.tcp(2404), #""ioa 0-999", "ioa 30": {only: [0]}"#, iec104("2D 01 06 00 2F00 1E0000 00")),
    Sample(.tcp(2404), #""ioa 0-999", "ioa 30": {only: [1]}"#, iec104("2E 01 06 00 2F00 1E0000 02"), "2 at ioa 30"),
    Sample(.tcp(2404), ioas, iec104("32 01 06 00 2F00 1F0000 0000C842 00")),
    Sample(.tcp(2404), ioas, iec104("32 01 06 00 2F00 1F0000 0100C842 00"), "100.00001 at ioa 31"),
    Sample(.tcp(2404), ioas, iec104("32 01 06 00 2F00 1F0000 0000C07F 00"), "NaN at ioa 31"),
    Sample(.tcp(2404), ioas, iec104("31 01 06 00 2F00 1F0000 FFFF 00"), "-1 at ioa 31"),
    Sample(
      .tcp(2404), #""ioa 0-999", "ioa 31": {values: [0, 0.5]}"#, iec104("30 01 06 00 2F00 1F0000 0060 00"),
      "0.75 at ioa 31"),
    // … and what is for no object: a clock.
    Sample(.tcp(2404), #""ioa 0-999": {values: [0, 100]}"#, iec104("67 01 06 00 2F00 000000 E86F2E01180B1A")),
    // DNP3: a control, analog outputs of two sizes; the second of two objects.
    Sample(
      .tcp(20_000), #""group 12", "group 12 3": {only: [3, 4]}"#,
      dnp3("05 0C01 28 0100 0300 41 01 64000000 64000000 00"), "65 at group 12 index 3"),
    Sample(
      .tcp(20_000), #""group 12", "group 12 3": {only: [3, 4]}"#,
      dnp3("05 0C01 28 0100 0300 03 01 64000000 64000000 00")),
    Sample(
      .tcp(20_000), #""group 41", "group 41 0-9": {values: [0, 100]}"#,
      dnp3("05 2902 28 0200 0100 0500 00 0300 6500 00"),
      "101 at group 41 index 3"),
    Sample(
      .tcp(20_000), #""group 41", "group 41 0-9": {values: [0, 100]}"#, dnp3("05 2903 28 0100 0100 0000C07F 00"),
      "NaN at group 41 index 1"),
    // OPC UA: a value, an array, a text, and a value beside another attribute.
    Sample(.tcp(4840), nodes, opcua("01000000 01020700 0D000000 FFFFFFFF 01 06 64000000")),
    Sample(.tcp(4840), nodes, opcua("01000000 01020700 0D000000 FFFFFFFF 01 06 65000000"), "101 at ns=2;i=7"),
    Sample(
      .tcp(4840), nodes, opcua("01000000 01020700 0D000000 FFFFFFFF 01 0B 000000000000F0BF"), "-1 at ns=2;i=7"),
    Sample(
      .tcp(4840), nodes, opcua("01000000 01020700 0D000000 FFFFFFFF 01 84 02000000 0100 6500"), "101 at ns=2;i=7"),
    Sample(
      .tcp(4840), nodes, opcua("01000000 01020700 0D000000 FFFFFFFF 01 0C 03000000 313031"), unread + "ns=2;i=7"),
    Sample(
      .tcp(4840), nodes,
      opcua("02000000 01020800 04000000 FFFFFFFF 01 06 FEFFFFFF 01020700 0D000000 FFFFFFFF 01 06 65000000"),
      "101 at ns=2;i=7"),
  ]

  @Test("a value beyond its limit is found in the messages of every protocol", arguments: samples)
  func values(_ sample: Sample) throws {
    let plant = try Plant(site: ValueLimitTests.site(sample.targets), language: .en)
    switch sample.way {
    case .tcp(let port): Connection(plant, from: Self.hmi, to: Self.plc, port: port).open().ask(sample.message)
    case .udp(let port):
      plant.send(plant.udp(sample.message, 50_000, port, from: Self.hmi, to: Self.plc))
    }
    let alerts = try plant.finish().filter { $0.text("event_type") == "alert" }
    let seen = alerts.filter { $0.value("alert.metadata.kind") as? [String] == ["value-not-allowed"] }
      .compactMap { $0.text("alert.context.ooda.observe.seen") }
    // The unit is in brackets where a protocol has one.
    let shown = seen.map { text in
      String(text.prefix(while: { $0 != "," }).prefix(while: { $0 != "(" })).trimmingCharacters(in: .whitespaces)
    }
    #expect(shown == sample.seen, "\(alerts.compactMap { $0.text("alert.signature") })")
  }
}
