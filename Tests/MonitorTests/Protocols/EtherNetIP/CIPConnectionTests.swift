// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// Connections opened by a Forward Open, the implicit messages on them, and other short messages.
@Suite struct CIPConnectionTests {
  private static let scanner = IPAddress(v4: 0x0A00_0001)
  private static let adapter = IPAddress(v4: 0x0A00_0002)
  private static let group = IPAddress(v4: 0xEFC0_0001)

  /// Configuration 1, consumed 100, produced 101; 10 ms and 38 bytes in one direction, 20 ms and 10 bytes in the other.
  private static func open(_ path: String = "04 2004 2401 2C64 2C65", transport: String = "01") -> [UInt8] {
    unconnected(
      """
      54 02 2006 2401 0A 0E 00000000 04064B00 0100 4D00 01020304 00 000000 10270000 2648 204E0000 0A28 \(transport)
      \(path)
      """)
  }
  private static let opened = unconnected(
    "D4 00 00 00 03064B00 04064B00 0100 4D00 01020304 10270000 214E0000 00 00")

  private static func io(_ connection: String, _ data: String) -> [UInt8] {
    let data = hex(data)
    return hex("0200 0280 0800 \(connection) 01000000 B100") + big(data.count).reversed() + data
  }

  /// A conversation in which the connections have been opened.
  private static func exchange(_ open: [UInt8]) -> Exchange {
    var exchange = conversation()
    exchange.client = scanner
    exchange.server = adapter
    _ = exchange.step(open, EtherNetIP.self)
    exchange.direction = .toClient
    exchange.begin()
    _ = exchange.step(opened, EtherNetIP.self)
    return exchange
  }
  private static func send(
    _ bytes: [UInt8], from client: IPAddress, to server: IPAddress, _ direction: Direction, _ exchange: inout Exchange
  ) -> Operation {
    exchange.begin()
    exchange.conversation = 2
    exchange.client = client
    exchange.server = server
    exchange.direction = direction
    exchange.isDatagram = true
    _ = exchange.step(bytes, CIPIO.self)
    return exchange.operations[0]
  }

  @Test func `a Forward Open has its assemblies, intervals and sizes, its answer the assemblies and the connection`() {
    var exchange = conversation()
    _ = exchange.step(Self.open(transport: "11"), EtherNetIP.self)
    let question = exchange.operations[1]
    #expect(question.facets[.interval] == 10_000 && question.facets[.producedInterval] == 20_000)
    #expect(question.facets[.connectionSize] == 38 && question.facets[.producedSize] == 10)
    #expect(question.facets[.transportClass] == 1 && question.subcode == 1)
    exchange.operations.removeFirst()
    #expect(targetTexts(exchange) == ["assembly 1", "assembly 100", "assembly 101"])
    exchange.direction = .toClient
    exchange.begin()
    _ = exchange.step(Self.opened, EtherNetIP.self)
    exchange.operations.removeFirst()
    #expect(targetTexts(exchange) == ["assembly 1", "assembly 100", "assembly 101"])
    #expect(exchange.operations[0].facets[.connection] == 0x4B0603)
    #expect(exchange.operations[0].facets[.producedInterval] == 20_001)
  }

  @Test(
    "implicit messages have the assembly that the Forward Open assigned to their connection",
    arguments: [
      ("04 2004 2401 2C64 2C65", "assembly 100", "assembly 101"), ("03 2004 2C64 2C65", "assembly 100", "assembly 101"),
      ("03 2004 2464 2465", "assembly 100", "assembly 101"), ("02 2004 2464", "assembly 100", "assembly 100"),
      ("04 9105 4C696E6531 00", "tag Line1", "tag Line1"),
    ])
  func implicit(_ path: String, _ consumed: String, _ produced: String) {
    var exchange = Self.exchange(Self.open(path))
    func text(_ operation: Operation) -> String {
      operation.target.notation(name: exchange.names.names.text(operation.target.name))
    }
    let down = Self.send(
      Self.io("03064B00", "0100 01000000"), from: Self.scanner, to: Self.adapter, .toServer, &exchange)
    let up = Self.send(Self.io("04064B00", "0100 0000"), from: Self.scanner, to: Self.adapter, .toClient, &exchange)
    // With multicast, the device sends first.
    let all = Self.send(Self.io("04064B00", "0200 0000"), from: Self.adapter, to: Self.group, .toServer, &exchange)
    let other = Self.send(Self.io("05064B00", "0100 0000"), from: Self.scanner, to: Self.adapter, .toClient, &exchange)
    let texts = [text(down), text(up), text(all), text(other)]
    #expect(texts == [consumed, produced, produced, Target.none.notation(name: nil)])
    #expect(down.facets[.isSafety] == nil && [down, up, all, other].allSatisfy { $0.cyclic == .yes })
  }

  @Test func `explicit connections announce no implicit data, and safety connections are marked`() {
    var explicit = Self.exchange(Self.open("02 2002 2401", transport: "A3"))
    let stranger = Self.send(
      Self.io("03064B00", "0100 0000"), from: Self.scanner, to: Self.adapter, .toServer, &explicit)
    #expect(stranger.target == .none)
    var safety = Self.exchange(Self.open("08 2004 2401 2C64 2C65 5003 000000000000", transport: "00"))
    let safe = Self.send(
      Self.io("03064B00", "01000000"), from: Self.scanner, to: Self.adapter, .toServer, &safety)
    #expect(safe.facets[.isSafety] == 1 && safe.target == Target(area: .assembly, address: 100, count: 1))
  }

  @Test func `a change of length, or from run to idle, is reported as a change`() {
    var exchange = Self.exchange(Self.open())
    func cyclic(_ connection: String, _ data: [String], _ direction: Direction) -> [Cyclic] {
      data.map { Self.send(Self.io(connection, $0), from: Self.scanner, to: Self.adapter, direction, &exchange).cyclic }
    }
    let down = ["0100 01000000 AABB", "0200 01000000 CCDD", "0300 00000000 CCDD", "0400 00000000", "0500 01000000"]
    let announced = cyclic("03064B00", down, .toServer)
    #expect(announced == [.yes, .yes, .news, .news, .news])
    // Produced data has no header: its first word is data.
    let produced = cyclic("04064B00", ["0100 01000000", "0200 00000000", "0300 0000"], .toClient)
    #expect(produced == [.yes, .yes, .news])
    // Connections whose opening was not seen, one alone and two in turn.
    let unknown = cyclic("09064B00", ["0100 0000", "0200 0001", "0300 00"], .toClient)
    #expect(unknown == [.yes, .yes, .news])
    let turns = cyclic("0A064B00", ["0100 0000"], .toClient) + cyclic("09064B00", ["0100 0000"], .toClient)
    #expect(turns == [.yes, .yes])
  }

  @Test func `one word that is not a run/idle header means that the data has none`() {
    var exchange = Self.exchange(Self.open())
    let cyclic = ["01000000", "FF000000", "01000000", "00000000"].map {
      Self.send(Self.io("03064B00", "0100" + $0), from: Self.scanner, to: Self.adapter, .toServer, &exchange).cyclic
    }
    #expect(cyclic == [.yes, .yes, .yes, .yes])
  }

  @Test func `clock values, kinds of reset and transfer offsets are reported`() {
    var exchange = conversation()
    let clock = unconnected("04 02 208B 2401 0100 0600 C0325CFFF3590400")
    _ = exchange.step(clock, EtherNetIP.self)
    #expect(exchange.operations[1].values.number(0, in: clock.bytes) == .unsigned(0x0004_59F3_FF5C_32C0))
    _ = exchange.step(unconnected("05 02 2001 2401 01"), EtherNetIP.self)
    #expect(exchange.operations[1].subcode == 1)
    _ = exchange.step(unconnected("52 04 9105 5370656564 00 0200 F4010000"), EtherNetIP.self)
    #expect(exchange.operations[1].facets[.offset] == 500)
    _ = exchange.step(unconnected("53 04 9105 5370656564 00 C300 0200 04000000 0102"), EtherNetIP.self)
    #expect(exchange.operations[1].facets[.offset] == 4)
    // One attribute, its status and its data.
    _ = exchange.step(unconnected("03 02 208B 2401 0100 0600"), EtherNetIP.self)
    exchange.direction = .toClient
    let answer = unconnected("83 00 00 00 0100 0600 0000 C0325CFFF3590400")
    _ = exchange.step(answer, EtherNetIP.self)
    #expect(exchange.operations[1].values.number(0, in: answer.bytes) == .unsigned(0x0004_59F3_FF5C_32C0))
    #expect(CIPStatus(rawValue: 0x23).name.description == "Buffer overflow")
    #expect(CIPStatus(rawValue: 0x2B).name.description == "Unknown Modbus error")
  }

  @Test(
    "each PCCC command is read with its name and action",
    arguments: [
      ("06 00 3412 08", "Set data table size", Action.configure, false),
      ("06 00 3412 09", "Read link parameters", .diagnose, false),
      ("06 00 3412 0A", "Set link parameters", .configure, false),
      ("07 00 3412 05", "Exit download/upload mode", .program, false),
      ("07 00 3412 06", "Enter upload mode", .program, true), ("0F 00 3412 03", "File write", .write, false),
      ("0F 00 3412 04", "File read", .read, false), ("0F 00 3412 05", "Download request", .program, false),
      ("0F 00 3412 06", "Upload", .program, true), ("0F 00 3412 07", "Shutdown", .state, false),
      ("0F 00 3412 08", "Physical write", .program, false), ("0F 00 3412 09", "Physical read", .program, true),
      ("0F 00 3412 0A", "Restart request", .state, false), ("0F 00 3412 53", "Upload all request", .program, true),
      ("0F 00 3412 88", "Execute multiple commands", .unknown, false),
    ])
  func commands(_ command: String, _ name: String, _ action: Action, _ isFetch: Bool) {
    var exchange = conversation()
    _ = exchange.step(unconnected("4B 02 2067 2401 07 4D00 01020304" + command), EtherNetIP.self)
    let operation = exchange.operations[2]
    #expect(operation.name.description == name && operation.action == action && operation.isFetch == isFetch)
  }

  @Test func `values of floating-point files are floating-point, and errors have their extended status`() {
    var exchange = conversation()
    let read = unconnected("4B 02 2067 2401 07 4D00 01020304 0F 00 3412 A2 04 08 8A 00 00")
    _ = exchange.step(read, EtherNetIP.self)
    exchange.direction = .toClient
    let answer = unconnected("CB 00 00 00 07 4D00 01020304 4F 00 3412 00005040")
    _ = exchange.step(answer, EtherNetIP.self)
    #expect(exchange.operations[2].values.number(0, in: answer.bytes) == .real(3.25))
    exchange.direction = .toServer
    _ = exchange.step(read, EtherNetIP.self)
    exchange.direction = .toClient
    _ = exchange.step(unconnected("CB 00 00 00 07 4D00 01020304 4F F0 3412 0B"), EtherNetIP.self)
    #expect(exchange.operations[2].facets[.extendedStatus] == 0x0B)
    guard case .error(0xF0, let name) = exchange.operations[2].outcome else {
      Issue.record("no error")
      return
    }
    #expect(name.description == "Access denied, improper privilege")
  }

  @Test func `word ranges are read with their address`() {
    var exchange = conversation()
    let write = unconnected("4B 02 2067 2401 07 4D00 01020304 0F 00 3412 00 0000 0200 07 00 07 FF2C01 0500 0600")
    _ = exchange.step(write, EtherNetIP.self)
    #expect(exchange.operations[2].target == Target(area: .dataFile, number: 7, address: 300, count: 2))
    #expect(exchange.operations[2].values.numbers(in: write) == [5, 6])
  }

  @Test(
    "on another port it is recognised by content",
    arguments: [
      ("6300 0000 00000000 00000000 0102030405060708 00000000", Direction.toServer),
      (
        "6300 0800 00000000 00000000 0102030405060708 00000000 0100 0C00 0200 0102", .toClient
      ),
      ("6500 0400 00000000 00000000 0102030405060708 00000000 0100 0000", .toServer),
      (
        "6F00 1600 00000000 00000000 0102030405060708 00000000 00000000 0000 0200 00000000 B200 0600 0102 2001 2401",
        .toServer
      ),
    ])
  func elsewhere(_ text: String, _ direction: Direction) {
    guard case .yes(direction) = recognition(hex(text), expected: false, by: EtherNetIP.self) else {
      Issue.record("not recognised")
      return
    }
  }

  @Test(
    "on another port what only resembles it is not taken for EtherNet/IP",
    arguments: [
      // Almost empty; a list request with trailing bytes; items that do not end with the message.
      "0400 0000 00000000 00000000 0000000000000000 00000000",
      "6300 0000 00000000 00000000 0102030405060708 00000000 00",
      "6300 0800 00000000 00000000 0102030405060708 00000000 0100 0C00 0300 0102",
      // Implicit data, not a message, in an item of SendUnitData.
      """
      7000 1E00 66000000 00000000 503C2D5953D8AF1B 00000000 00000000 0000 0200 A100 0400 CE000010 B100 0A00 0100
      0100 0000 0000 0000
      """,
      """
      7000 1E00 66000000 00000000 503C2D5953D8AF1B 00000000 00000000 0000 0200 A100 0400 CE000010 B100 0A00 8100
      8100 0000 0000 0000
      """,
      """
      7000 1E00 66000000 00000000 503C2D5953D8AF1B 00000000 00000000 0000 0200 A100 0400 CE000010 B100 0A00 0101
      0101 0000 0000 0000
      """,
    ])
  func lookalikes(_ text: String) {
    let bytes = hex(text.split(separator: "\n").joined())
    guard case .no = recognition(bytes, expected: false, by: EtherNetIP.self) else {
      Issue.record("taken for EtherNet/IP")
      return
    }
  }
}
