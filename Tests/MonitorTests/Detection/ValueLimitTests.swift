// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// What may be written to a target: `"holding-register 20": {values: [0, 100]}`.
@Suite struct ValueLimitTests {
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let plc2 = Plant.Station("192.168.10.12", mac: 0x0200_0000_100C)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)

  static func site(_ targets: String, further: String = "", inside: String = "free") -> String {
    """
    timezone: Asia/Tokyo
    zones:
      line: {importance: high, networks: [192.168.10.0/24], inside: \(inside)}
    assets:
      plc: {zone: line, mac: "02:00:00:00:10:0b", ip: 192.168.10.11, role: plc}
      plc-2: {zone: line, mac: "02:00:00:00:10:0c", ip: 192.168.10.12, role: plc}
      hmi: {zone: line, mac: "02:00:00:00:10:15", ip: 192.168.10.21, role: hmi}
    conduits:
      - {from: hmi, to: plc, operations: [read, write, operate, configure], targets: [\(targets)]}
    \(further)
    """
  }

  /// The values that alerts say, in the order of the lines: `500 at holding-register 20`.
  private static func seen(_ plant: Plant) throws -> [String] {
    try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["value-not-allowed"] }
      .filter { $0.text("alert.context.status") == "open" && $0.number("alert.context.count") == 1 }
      .map { alert in
        let text = try #require(alert.text("alert.context.ooda.observe.seen"))
        return String(text.prefix(while: { $0 != "," }))
      }
  }

  // MARK: Modbus

  struct Write: CustomTestStringConvertible, Sendable {
    let targets: String
    let pdu: [UInt8]
    let seen: [String]
    init(_ targets: String, _ pdu: String, _ seen: String...) {
      self.targets = targets
      self.pdu = hex(pdu)
      self.seen = seen
    }
    var testDescription: String { "\(targets) \(pdu.prefix(16))" }
  }

  private static let all = #""holding-register 0-99", "coil 0-99", "#
  private static let at20 = all + #""holding-register 20": {values: [0, 100]}"#
  private static let unread = "A value that could not be read at "

  static let writes: [Write] = [
    // One register, at the bounds and beyond.
    Write(at20, "06 0014 0000"), Write(at20, "06 0014 0064"),
    Write(at20, "06 0014 0065", "101 at holding-register 20"),
    Write(at20, "06 0013 FFFF"), Write(at20, "06 0015 FFFF"),
    Write(all + #""holding-register 20": [0, 100]"#, "06 0014 0065", "101 at holding-register 20"),
    Write(all + #""holding-register 20": {min: 5}"#, "06 0014 0004", "4 at holding-register 20"),
    Write(all + #""holding-register 20": {max: 5}"#, "06 0014 0006", "6 at holding-register 20"),
    Write(all + #""holding-register 20": {only: [0, 1, 5]}"#, "06 0014 0005"),
    Write(all + #""holding-register 20": {only: [0, 1, 5]}"#, "06 0014 0002", "2 at holding-register 20"),
    // Several registers: each at its own place.
    Write(at20, "10 0013 0003 06 FFFF 0064 FFFF"),
    Write(at20, "10 0013 0003 06 0000 0065 0000", "101 at holding-register 20"),
    Write(at20, "10 0014 0002 04 0065 0000", "101 at holding-register 20"),
    Write(at20, "10 0012 0003 06 0000 0000 0065", "101 at holding-register 20"),
    Write(at20, "10 0015 0002 04 FFFF FFFF"), Write(at20, "10 0012 0002 04 FFFF FFFF"),
    // Signed numbers.
    Write(all + #""holding-register 20": {values: [-40, 10], type: int16}"#, "06 0014 FFD8"),
    Write(
      all + #""holding-register 20": {values: [-40, 10], type: int16}"#, "06 0014 FFD7", "-41 at holding-register 20"),
    // Numbers in two registers, in each order: 1.5 is 3FC00000, 300 is 43960000.
    Write(all + #""holding-register 20-21": {values: [0, 100], type: float32}"#, "10 0014 0002 04 3FC0 0000"),
    Write(
      all + #""holding-register 20-21": {values: [0, 100], type: float32}"#, "10 0014 0002 04 4396 0000",
      "300 at holding-register 20-21"),
    Write(
      all + #""holding-register 20-21": {values: [0, 100], type: float32, order: CDAB}"#, "10 0014 0002 04 0000 3FC0"),
    Write(
      all + #""holding-register 20-21": {values: [0, 100], type: float32, order: CDAB}"#, "10 0014 0002 04 0000 4396",
      "300 at holding-register 20-21"),
    Write(
      all + #""holding-register 20-21": {values: [0, 100], type: float32, order: BADC}"#, "10 0014 0002 04 9643 0000",
      "300 at holding-register 20-21"),
    Write(
      all + #""holding-register 20-21": {values: [0, 100], type: float32, order: DCBA}"#, "10 0014 0002 04 0000 9643",
      "300 at holding-register 20-21"),
    Write(
      all + #""holding-register 20-23": {values: [0, 100], type: float32}"#, "10 0014 0004 08 3FC0 0000 4396 0000",
      "300 at holding-register 22-23"),
    Write(
      all + #""holding-register 20-21": {values: [0, 70000], type: uint32}"#, "10 0014 0002 04 0001 1170"),
    Write(
      all + #""holding-register 20-21": {values: [0, 70000], type: uint32}"#, "10 0014 0002 04 0001 1171",
      "70001 at holding-register 20-21"),
    Write(
      all + #""holding-register 20-21": {values: [-1, 1], type: int32, order: CDAB}"#, "10 0014 0002 04 FFFE FFFF",
      "-2 at holding-register 20-21"),
    Write(
      all + #""holding-register 20-23": {max: 100.5, type: float64}"#, "10 0014 0004 08 4059 2000 0000 0000"),
    Write(
      all + #""holding-register 20-23": {max: 100.5, type: float64}"#, "10 0014 0004 08 4059 2000 0000 0001",
      "100.50000000000001 at holding-register 20-23"),
    // What is no number is in no range.
    Write(
      all + #""holding-register 20-21": {min: 0, type: float32}"#, "10 0014 0002 04 7FC0 0000",
      "NaN at holding-register 20-21"),
    Write(
      all + #""holding-register 20-21": {min: 0, type: float32}"#, "10 0014 0002 04 7F80 0000",
      "Infinity at holding-register 20-21"),
    Write(
      all + #""holding-register 20-21": {max: 0, type: float32}"#, "10 0014 0002 04 FF80 0000",
      "-Infinity at holding-register 20-21"),
    // 0.1 of single precision is the 0.1 of the file.
    Write(all + #""holding-register 20-21": {max: 0.1, type: float32}"#, "10 0014 0002 04 3DCC CCCD"),
    Write(
      all + #""holding-register 20-21": {max: 0.1, type: float32}"#, "10 0014 0002 04 3DCC CCCE",
      "0.10000001 at holding-register 20-21"),
    // A half of a number, of which the other one was never seen.
    Write(
      all + #""holding-register 20-21": {values: [0, 100], type: float32}"#, "06 0014 3FC0",
      unread + "holding-register 20-21"),
    Write(
      all + #""holding-register 20-21": {values: [0, 100], type: float32}"#, "10 0015 0002 04 0000 0000",
      unread + "holding-register 20-21"),
    // Coils: one, and several with another number of bits than of bytes.
    Write(all + #""coil 5": {only: [0]}"#, "05 0005 0000"),
    Write(all + #""coil 5": {only: [0]}"#, "05 0005 FF00", "1 at coil 5"),
    Write(all + #""coil 12": {only: [0]}"#, "0F 0004 000A 02 FF 00"),
    Write(all + #""coil 12": {only: [0]}"#, "0F 0004 000A 02 FF FE"),
    Write(all + #""coil 12": {only: [0]}"#, "0F 0004 000A 02 00 01", "1 at coil 12"),
    // Masks: all bits are set by the second one.
    Write(at20, "16 0014 0000 0064"), Write(at20, "16 0014 0000 0065", "101 at holding-register 20"),
    Write(at20, "16 0014 FFFE 0001", unread + "holding-register 20"), Write(at20, "16 0015 FFFE 0001"),
    // Read/Write: the range that is written counts, not the one that is read.
    Write(at20, "17 0000 0001 0013 0002 04 FFFF 0065", "101 at holding-register 20"),
    Write(at20, "17 0014 0001 0030 0001 02 FFFF"),
    // Two limits in one message are two alerts; two numbers of one limit are one.
    Write(
      all + #""holding-register 20": {max: 1}, "holding-register 25": {max: 1}"#,
      "10 0014 0006 0C 0002 0000 0000 0000 0000 0003", "2 at holding-register 20", "3 at holding-register 25"),
    Write(all + #""holding-register 20-29": {max: 1}"#, "10 0014 0003 06 0000 0005 0006", "5 at holding-register 21"),
    // Of two limits that hold a number, both count.
    Write(
      all + #""holding-register 0-99": {max: 100}, "holding-register 20": {max: 10}"#, "06 0014 000B",
      "11 at holding-register 20"),
    // A bit of a register.
    Write(all + #""holding-register 20.3": {only: [0]}"#, "06 0014 FFF7"),
    Write(all + #""holding-register 20.3": {only: [0]}"#, "06 0014 0008", "1 at holding-register 20.3"),
    // Units.
    Write(all + #""holding-register 20 unit 1": {max: 5}"#, "06 0014 0006", "6 at holding-register 20"),
    Write(all + #""holding-register 20 unit 2": {max: 5}"#, "06 0014 0006"),
    // Fewer values than the message says that it has.
    Write(at20, "10 0012 0003 04 0000 0000", unread + "holding-register 20"),
  ]

  @Test("a write is judged number by number, in the place where it lies", arguments: writes)
  func modbus(_ write: Write) throws {
    let plant = try Plant(site: Self.site(write.targets), language: .en)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    connection.modbus(write.pdu, nil)
    let other: Set<String> = write.seen.isEmpty ? [] : ["value-not-allowed"]
    #expect(plant.kinds.subtracting(["malformed-message"]) == other)
    #expect(try Self.seen(plant) == write.seen)
  }

  @Test("the last of 123 registers is judged as the first one is")
  func late() throws {
    for place in [0, 31, 32, 99, 122] {
      let plant = try Plant(site: Self.site(#""holding-register 0-199": {max: 1000}"#), language: .en)
      let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
      let values = (0..<123).flatMap { big($0 == place ? 1001 : 5) }
      connection.modbus([16] + big(10) + big(123) + [246] + values, nil)
      #expect(try Self.seen(plant) == ["1001 at holding-register \(10 + place)"])
    }
  }

  @Test("a write in two segments is judged when it is whole")
  func segments() throws {
    let plant = try Plant(site: Self.site(Self.at20), language: .en)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    let message = Connection.message(1, hex("10 0013 0002 04 0000 0065"))
    connection.ask(Array(message.prefix(15)))
    #expect(plant.kinds == [])
    connection.ask(Array(message.dropFirst(15)))
    #expect(try Self.seen(plant) == ["101 at holding-register 20"])
  }

  @Test("a broadcast behind a gateway reaches every unit")
  func broadcast() throws {
    let plant = try Plant(site: Self.site(Self.all + #""holding-register 20 unit 7": {max: 5}"#), language: .en)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    connection.modbus(hex("06 0014 0006"), nil, unit: 0)
    #expect(try Self.seen(plant) == ["6 at holding-register 20"])
  }

  @Test("an answer whose request the mirror port missed shows what was written; reading is free")
  func answers() throws {
    let plant = try Plant(site: Self.site(Self.at20), language: .en)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    connection.modbus(hex("03 0014 0001"), hex("03 02 FFFF"))
    #expect(plant.kinds == [])
    connection.answer(Connection.message(77, hex("06 0014 0065")))
    #expect(try Self.seen(plant) == ["101 at holding-register 20"])
  }

  // MARK: Which conduit

  @Test(
    "one conduit that permits the value is enough; only those that fit the operation are asked",
    arguments: [
      ("- {from: hmi, to: plc, operations: [write], targets: [{\"holding-register 20\": {max: 500}}]}", false),
      ("- {from: hmi, to: plc, operations: [write], targets: [\"holding-register 0-99\"]}", false),
      ("- {from: hmi, to: plc}", false),
      ("- {from: line, to: line, operations: [write]}", false),
      ("- {from: hmi, to: plc, operations: [read]}", true),
      ("- {from: hmi, to: plc, services: [dnp3]}", true),
      ("- {from: hmi, to: plc, operations: [write], targets: [\"holding-register 21\"]}", true),
      ("- {from: hmi, to: plc-2}", true),
      ("- {from: plc, to: hmi}", true),
      ("- {from: hmi, to: plc, operations: [write], targets: [{\"holding-register 20\": {max: 101}}]}", true),
    ])
  func permitted(_ further: String, _ isFound: Bool) throws {
    for inside in ["free", "operations", "listed"] {
      let plant = try Plant(site: Self.site(Self.at20, further: "  \(further)", inside: inside))
      let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
      connection.modbus(hex("06 0014 0096"), nil)
      #expect(plant.kinds == (isFound ? ["value-not-allowed"] : []))
    }
  }

  @Test("a value that a conduit does not allow is no flow without a conduit; a target that none allows is no value")
  func kinds() throws {
    let plant = try Plant(site: Self.site(#"{"holding-register 20": {max: 5}}"#))
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    connection.modbus(hex("06 0014 0006"), nil)
    #expect(plant.found == ["value-not-allowed": 1])
    connection.modbus(hex("06 0015 0006"), nil)
    #expect(plant.found == ["value-not-allowed": 1, "operation-not-allowed": 1])
  }

  // MARK: What was there

  @Test("what a write leaves of a number is judged as a whole, where the rest was seen")
  func known() throws {
    let targets =
      Self.all + #""holding-register 20": {values: [0, 100]}, "#
      + #""holding-register 30-31": {values: [0, 100], type: float32}"#
    let plant = try Plant(site: Self.site(targets), language: .en)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    connection.modbus(hex("03 0014 0001"), hex("03 02 0060"))
    connection.modbus(hex("03 001E 0002"), hex("03 04 3FC0 0000"))
    // 96 with its lowest bit, and with bit 3.
    connection.modbus(hex("16 0014 FFFE 0001"), hex("16 0014 FFFE 0001"))
    connection.modbus(hex("06 001E 4000"), hex("06 001E 4000"))
    #expect(plant.kinds == [])
    connection.modbus(hex("16 0014 FFF7 0008"), nil)
    connection.modbus(hex("06 001E 4396"), nil)
    #expect(try Self.seen(plant) == ["105 at holding-register 20", "300 at holding-register 30-31"])
  }

  @Test("the alert says what was last seen there, read or written, and forgets what was refused")
  func last() throws {
    let scenes: [(name: String, play: (Connection) -> Void, said: String)] = [
      ("nothing", { _ in }, "No value was seen there before."),
      ("a read", { $0.modbus(hex("03 0012 0004"), hex("03 08 0001 0002 002A 0003")) }, "The last value seen there: 42"),
      ("a write", { $0.modbus(hex("06 0014 0007"), hex("06 0014 0007")) }, "The last value seen there: 7"),
      (
        "a write that was refused",
        {
          $0.modbus(hex("03 0014 0001"), hex("03 02 0005"))
          $0.modbus(hex("06 0014 0007"), hex("86 04"))
        }, "The last value seen there: 5"
      ),
      (
        "another unit", { $0.modbus(hex("03 0014 0001"), hex("03 02 0005"), unit: 9) },
        "No value was seen there before."
      ),
    ]
    for scene in scenes {
      let plant = try Plant(site: Self.site(Self.at20), language: .en)
      let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
      scene.play(connection)
      connection.modbus(hex("06 0014 0065"), nil)
      let alert = try #require(plant.finish().first { $0.text("event_type") == "alert" })
      let seen = try #require(alert.text("alert.context.ooda.observe.seen"))
      #expect(seen.contains(scene.said), "\(scene.name): \(seen)")
      #expect(alert.number("alert.severity") == 1)
      let expected = try #require(alert.text("alert.context.ooda.observe.expected"))
      #expect(expected.contains("0 to 100") && expected.contains("holding-register 20"), "\(expected)")
      let techniques = alert.value("alert.metadata.mitre_technique_id") as? [String]
      #expect(techniques == ["T0836", "T1692.001"])
    }
  }

  @Test("what is remembered is bounded, and new values push out the oldest")
  func bound() {
    var seen = SeenNumbers(limit: 64, seed: 1)
    let limit = ValueLimit(
      TargetRange(.holdingRegister), [NumberRange(least: nil, most: .whole(9))], type: NumberType(.unsigned, bits: 16))
    let operation = Operation(.none, .read, .response, code: 3, name: "")
    let item = Item(Target(area: .holdingRegister, count: 1))
    let part = ValuePart(item, of: operation, RawSpan(), name: RawSpan())
    func key(_ place: UInt64) -> SeenNumbers.Key {
      SeenNumbers.Key(limit, part, at: place, unit: 1, of: Endpoint(ip: IPAddress("10.0.0.1") ?? .none))
    }
    for place in UInt64(0)..<1_000 {
      let bits = ValuePart.Bits(bits: place, mask: 0xFFFF)
      seen.note(key(place), .number(.unsigned(place), bits), limit, isWritten: true, at: Int64(place))
    }
    #expect(seen.last(key(0)) == nil)
    #expect(seen.last(key(999))?.number == .unsigned(999))
    #expect(seen.evictions.all > 0)
  }

  // MARK: Episodes

  @Test("each target is an alert, and each episode; what repeats is counted")
  func episodes() throws {
    let plant = try Plant(site: Self.site(#"{"holding-register 0-99": {max: 5}}"#), language: .en)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    for round in 0..<12 {
      connection.modbus([6] + big(20) + big(6 + round), [6] + big(20) + big(6 + round), wait: 5)
    }
    connection.modbus(hex("06 0015 0006"), hex("06 0015 0006"))
    connection.modbus(hex("16 0014 FFFE 0001"), hex("16 0014 FFFE 0001"))
    plant.wait(3_600)
    connection.modbus(hex("06 0014 0009"), hex("06 0014 0009"))
    let alerts = try plant.finish().filter { $0.text("event_type") == "alert" }
    let first = alerts.filter { $0.number("alert.context.count") == 1 && $0.text("alert.context.status") == "open" }
    #expect(first.count == 3)
    #expect(Set(alerts.compactMap { $0.text("alert.context.alert_id") }).count == 3)
    // Eighteen of the register's twelve values and one mask, and the register beside it.
    let closed = alerts.filter { $0.text("alert.context.status") == "closed" }
    #expect(closed.compactMap { $0.number("alert.context.count") }.sorted().last == 13)
  }

  // MARK: Texts

  @Test("alerts read as sentences, in both languages", arguments: Language.allCases)
  func texts(_ language: Language) throws {
    let plant = try Plant(
      site: Self.site(Self.all + #""holding-register 20-29": {only: [0, 1, 5]}"#), language: language)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    connection.modbus(hex("03 0014 0002"), hex("03 04 0001 0005"))
    connection.modbus(hex("10 0014 0003 06 0007 0008 0000"), nil)
    connection.modbus(hex("16 0019 FFFE 0001"), nil)
    let alerts = try plant.finish().filter { $0.text("event_type") == "alert" }
    #expect(alerts.count == 2)
    let texts = alerts.flatMap { alert in
      ["observe.summary", "observe.expected", "observe.seen", "orient.reason"]
        .compactMap { alert.text("alert.context.ooda.\($0)") } + [alert.text("alert.signature") ?? ""]
    }
    for text in texts {
      #expect(
        (language == .en ? Phrases.avoided(inEnglish: text) : Phrases.avoided(inJapanese: text)) == nil, "\(text)")
    }
    if language == .en {
      #expect(texts[1] == "The conduit hmi → plc allows one of 0, 1, 5 at holding-register 20.")
      #expect(texts[2].hasPrefix("7 at holding-register 20, from hmi (192.168.10.21) to plc (192.168.10.11)"))
      #expect(texts[2].contains("and 1 more in the same message"))
      #expect(texts[2].contains("The last value seen there: 1, on"))
      #expect(texts[9].contains("with a value that could not be read"))
    } else {
      #expect(texts[1].contains("0、1、5のいずれか"))
      #expect(texts[2].contains("holding-register 20 に 7") && texts[2].contains("直前に確認された値は 1"))
      #expect(texts[9].contains("値を読み取れない"))
    }
  }
}
