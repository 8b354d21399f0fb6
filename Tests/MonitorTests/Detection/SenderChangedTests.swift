// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// Two stations under the same IP and MAC address: only what their frames look like tells them apart.
@Suite struct SenderChangedTests {
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let plc2 = Plant.Station("192.168.10.12", mac: 0x0200_0000_100C)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  /// Behind the router.
  private static let scada = Plant.Station("192.168.20.11", mac: 0x0200_0000_1001)
  private static let outside = Plant.Station("203.0.113.9", mac: 0x0200_0000_1001)

  private static func polled(
    _ plant: Plant, from: Plant.Station = hmi, _ hopLimit: UInt8 = 64, clientPort: Int = 40_000, times: Int = 4
  ) -> Connection {
    let connection = Connection(plant, from: from, to: plc, clientPort: clientPort)
    connection.hopLimit = hopLimit
    connection.serverHopLimit = 64
    connection.open()
    for _ in 0..<times {
      connection.read()
      plant.wait(1)
    }
    return connection
  }
  /// A write that arrives with another hop limit.
  private static func inject(_ connection: Connection, _ hopLimit: UInt8 = 63, address: Int = 5) {
    let usual = connection.hopLimit
    connection.hopLimit = hopLimit
    connection.ask(Connection.message(900, [6] + big(address) + [0, 7]))
    connection.hopLimit = usual
  }
  private static func changed(_ plant: Plant) -> UInt64 { plant.found["sender-changed"] ?? 0 }

  // MARK: Attacks

  @Test(
    "one injected segment is found, whatever its hop limit, and named with what it asks for",
    arguments: [1, 30, 32, 60, 63, 65, 127, 128, 254, 255] as [UInt8])
  func injected(_ hopLimit: UInt8) throws {
    for site in [Plant.site, nil] {
      let plant = try Plant(site: site, language: .en)
      let connection = Self.polled(plant)
      #expect(Self.changed(plant) == 0)
      Self.inject(connection, hopLimit)
      connection.read()
      let alerts = try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["sender-changed"] }
      let alert = try #require(alerts.last)
      #expect(alert.text("src_ip") == Self.hmi.ip && alert.text("dest_ip") == Self.plc.ip)
      #expect(alert.text("alert.context.operation.action") == "write")
      let summary = try #require(alert.text("alert.context.ooda.observe.summary"))
      #expect(summary.contains("hop limit \(hopLimit), before 64. It wrote 7"))
    }
  }

  @Test(
    "further ones are found: at once, after an hour, after ten thousand flows of others, and in a flood of forged ones")
  func again() throws {
    let plant = try Plant(site: Plant.site)
    let connection = Self.polled(plant)
    func once(_ what: String) {
      let before = Self.changed(plant)
      Self.inject(connection)
      connection.read()
      #expect(Self.changed(plant) > before, "\(what)")
    }
    once("first")
    once("second")
    plant.wait(3_600)
    once("after an hour without a frame")
    for _ in 0..<60 {
      connection.read()
      plant.wait(60)
    }
    once("after an hour of polling")
    for number in 0..<10_000 {
      let other = Plant.Station("10.\(20 + number >> 16).\(number >> 8 & 255).\(number & 255)", mac: 0x0200_0000_1001)
      plant.send(plant.udp([1], 5000, 7000, from: other, to: Self.plc2, hopLimit: 62), wait: 0.0001)
    }
    once("after others")
    for number in 0..<20_000 {
      let forged = Plant.Station("192.168.10.\(number & 127 + 100)", mac: 0x0600_0000_0000 | UInt64(number))
      plant.send(
        plant.udp([1], 1024 + number, 7000, from: forged, to: Self.plc2, hopLimit: UInt8(number & 127 | 1)),
        wait: 0.00001)
      if number == 10_000 { once("in the flood") }
    }
    once("after the flood")
    // And in a connection of its own.
    let before = Self.changed(plant)
    let own = Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 40_100)
    own.hopLimit = 63
    own.serverHopLimit = 64
    own.open().write()
    #expect(Self.changed(plant) > before)
  }

  @Test("a connection of the other sender's own is found at its first message", arguments: [true, false])
  func ownConnection(_ hasSite: Bool) throws {
    let plant = try Plant(site: hasSite ? Plant.site : nil)
    let connection = Self.polled(plant)
    connection.close()
    let own = Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 40_001)
    own.hopLimit = 63
    own.serverHopLimit = 64
    own.open()
    #expect(Self.changed(plant) == 0)
    own.ask(Connection.message(1, [6, 0, 5, 0, 7]))
    #expect(Self.changed(plant) > 0)
  }

  @Test(
    "with a value that systems start at, too, once the real sender goes on, even an hour later",
    arguments: [1, 3_600] as [Double])
  func otherSystem(_ pause: Double) throws {
    let plant = try Plant()
    let connection = Self.polled(plant)
    let own = Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 40_001)
    own.hopLimit = 128
    own.serverHopLimit = 64
    own.open().write()
    #expect(Self.changed(plant) == 0)
    plant.wait(pause)
    connection.read()
    #expect(Self.changed(plant) == 1)
  }

  @Test("datagrams of another sender are found in a flow and in one of their own")
  func datagrams() throws {
    let plant = try Plant()
    func send(_ hopLimit: UInt8, _ port: Int = 5000) {
      plant.send(plant.udp([1], port, 9600, from: Self.hmi, to: Self.plc, hopLimit: hopLimit))
      plant.send(plant.udp([1], 9600, port, from: Self.plc, to: Self.hmi), wait: 1)
    }
    for _ in 0..<5 { send(64) }
    send(63)
    #expect(Self.changed(plant) == 1)
    send(64)
    send(128)
    #expect(Self.changed(plant) == 1)
    send(64)
    #expect(Self.changed(plant) == 2)
    for _ in 0..<3 { send(62, 5001) }
    #expect(Self.changed(plant) == 3)
    // A single datagram counts if it changes something.
    func modbus(_ hopLimit: UInt8, _ port: Int, _ pdu: [UInt8]) {
      plant.send(plant.udp(Connection.message(1, pdu), port, 502, from: Self.hmi, to: Self.plc, hopLimit: hopLimit))
      plant.send(plant.udp(Connection.message(1, pdu), 502, port, from: Self.plc, to: Self.hmi), wait: 1)
    }
    for _ in 0..<6 { modbus(64, 5000, [6, 0, 5, 0, 7]) }
    modbus(63, 5003, [43, 14, 1, 0])
    #expect(Self.changed(plant) == 3)
    modbus(63, 5004, [6, 0, 5, 0, 8])
    #expect(Self.changed(plant) == 4)
  }

  @Test("behind a router, of the plant's own senders, once the usual value is back")
  func routed() throws {
    let plant = try Plant(site: Plant.site)
    let connection = Self.polled(plant, from: Self.scada, 63)
    Self.inject(connection, 61)
    #expect(Self.changed(plant) == 0)
    connection.read()
    #expect(Self.changed(plant) == 1)
  }

  // MARK: Other traits

  /// A write whose packet is not counted like those of the connection, with the hop limit that these have.
  private static func injectUncounted(_ plant: Plant, _ connection: Connection, _ identification: Int) {
    let due = plant.identification
    plant.identification = identification & 0xFFFF
    connection.ask(Connection.message(900, [6, 0, 5, 0, 7]))
    plant.identification = due
  }

  @Test(
    "a segment with the usual hop limit is found when the sender goes on counting",
    arguments: [300, 5_000, 32_768, 60_000, 65_200])
  func uncounted(_ distance: Int) throws {
    let plant = try Plant(site: Plant.site, language: .en)
    let connection = Self.polled(plant, times: 40)
    Self.injectUncounted(plant, connection, plant.identification + distance)
    #expect(Self.changed(plant) == 0)
    connection.read()
    #expect(Self.changed(plant) == 1)
    // The second one, and one after an hour.
    Self.injectUncounted(plant, connection, plant.identification + distance)
    connection.read()
    #expect(Self.changed(plant) == 2)
    plant.wait(3_600)
    Self.injectUncounted(plant, connection, plant.identification + distance)
    connection.read()
    #expect(Self.changed(plant) == 3)
    let alerts = try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["sender-changed"] }
    let alert = try #require(alerts.first)
    #expect(alert.text("src_ip") == Self.hmi.ip && alert.text("dest_ip") == Self.plc.ip)
    #expect(alert.text("alert.context.ooda.observe.seen")?.contains("IP identification") == true)
  }

  @Test(
    "a connection with other TCP options than the device's is found while that goes on, and once", arguments: [1, 50])
  func otherOptions(_ pause: Double) throws {
    let plant = try Plant(site: Plant.site, language: .en)
    func connection(_ options: String, _ port: Int) -> Connection {
      let connection = Connection(plant, from: Self.hmi, to: Self.plc, clientPort: port)
      connection.options = hex(options)
      connection.open()
      for _ in 0..<4 {
        connection.read()
        plant.wait(6)
      }
      return connection
    }
    let own = connection("0204 05b4 0402 080a 0000000100000000 01 030307", 40_000)
    plant.wait(6)
    own.read()
    let other = Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 40_001)
    other.options = hex("0204 05b4")
    other.open().write()
    #expect(Self.changed(plant) == 0)
    plant.wait(pause)
    for _ in 0..<3 {
      own.read()
      plant.wait(6)
    }
    #expect(Self.changed(plant) == 1)
    let alerts = try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["sender-changed"] }
    let alert = try #require(alerts.last)
    let seen = try #require(alert.text("alert.context.ooda.observe.seen"))
    #expect(seen.contains("MSS") && !seen.contains("window scale"), "\(seen)")
    #expect(alert.text("src_ip") == Self.hmi.ip && alert.text("dest_ip") == Self.plc.ip)
  }

  @Test("options are named in their order, padding included, up to what is malformed")
  func layouts() throws {
    func names(_ options: String) throws -> [String] {
      let header = hex("9c40 01f6 00000001 00000000 0002 2000 0000 0000")
      var bytes = header + hex(options)
      bytes[12] = UInt8(bytes.count / 4) << 4
      return TCPOptionLayout(try TCPHeader(span(bytes))).names
    }
    #expect(try names("") == [])
    #expect(try names("020405b4") == ["MSS"])
    #expect(
      try names("020405b4 0402080a00000001 0000000001030307")
        == ["MSS", "SACK permitted", "timestamps", "NOP", "window scale"])
    #expect(try names("01010101 00020405") == ["NOP", "NOP", "NOP", "NOP"])
    #expect(try names("2202 0101 0200 0000") == ["NOP", "NOP", "MSS"], "a length of 0 ends the list")
    #expect(try names(String(repeating: "01", count: 40)).count == 15)
  }

  // MARK: What is no other sender

  static let ordinary: [Scenario] = [
    Scenario("a reset by the stack") {
      let connection = polled($0)
      connection.serverHopLimit = 255
      connection.refuse()
    },
    Scenario("other protocols of the same station") { plant in
      let connection = polled(plant)
      plant.send(plant.echo(from: hmi, to: plc))
      plant.send(plant.ip([0x16, 0, 0, 0, 0, 0, 0, 0], 2, from: hmi, to: Plant.Station("224.0.0.22"), hopLimit: 1))
      for hopLimit in 1...3 as ClosedRange<UInt8> {
        plant.send(plant.udp([1], 50_000, 33_434 + Int(hopLimit), from: hmi, to: plc, hopLimit: hopLimit))
        plant.send(plant.udp([1], 50_001, 33_434, from: hmi, to: plc, hopLimit: hopLimit))
      }
      connection.read()
    },
    Scenario("another service in a container") { plant in
      let connection = polled(plant)
      for _ in 0..<5 {
        let other = Connection(plant, from: hmi, to: plc, port: 8080, clientPort: 41_000)
        other.hopLimit = 63
        other.serverHopLimit = 64
        other.open()
        for _ in 0..<3 { other.ask([1, 2, 3], wait: 1) }
        connection.read()
      }
    },
    Scenario("a device that was replaced") { plant in
      _ = polled(plant)
      plant.wait(30)
      _ = polled(plant, 128, clientPort: 40_002, times: 120)
      _ = polled(plant, 128, clientPort: 40_003)
    },
    Scenario("a busy system that counts all its packets") { plant in
      let connection = polled(plant, times: 40)
      for number in 0..<200 {
        plant.identification += 700 + number % 5 * 400
        connection.read()
        plant.wait(1)
      }
    },
    Scenario("a system that begins to choose identifications at random") { plant in
      let connection = polled(plant, times: 40)
      for number in 1..<2_000 {
        plant.identification = number * 40_503
        connection.read()
        plant.wait(1)
      }
    },
    Scenario("segments in another order") { plant in
      let connection = polled(plant, times: 40)
      for number in 0..<100 {
        plant.identification += number % 3 == 0 ? -60 : 70
        connection.read()
        plant.wait(1)
      }
    },
    Scenario("another system in the place of the first") { plant in
      for (port, options) in [(40_000, "020405b4"), (40_001, "020405b4 01030308"), (40_002, "020405b4 01030308")] {
        let connection = Connection(plant, from: hmi, to: plc, clientPort: port)
        connection.options = hex(options)
        connection.open()
        for _ in 0..<20 {
          connection.read()
          plant.wait(6)
        }
        connection.close()
      }
    },
    Scenario("a tool that looks for services") { plant in
      let own = Connection(plant, from: hmi, to: plc)
      own.options = hex("020405b4 01030308")
      own.open()
      for number in 0..<20 {
        own.read()
        plant.wait(6)
        let probe = Connection(plant, from: hmi, to: plc, clientPort: 50_000 + number)
        probe.options = hex("020405b4")
        probe.open().close()
      }
    },
    Scenario("a path that changed") { plant in
      let connection = polled(plant, from: scada, 63)
      connection.hopLimit = 62
      for _ in 0..<100 {
        connection.read()
        plant.wait(1)
      }
      connection.hopLimit = 63
      for _ in 0..<100 {
        connection.read()
        plant.wait(1)
      }
    },
    Scenario("two hosts behind one address") { plant in
      let first = polled(plant, from: scada, 63)
      let second = polled(plant, from: scada, 127, clientPort: 40_004)
      for _ in 0..<10 {
        first.read()
        second.read()
        plant.wait(1)
      }
    },
    Scenario("a server on the Internet") { plant in
      let connection = polled(plant, from: outside, 58)
      for _ in 0..<5 {
        inject(connection, 121)
        connection.read()
      }
    },
    Scenario("a mirror port before and behind a router") { plant in
      for _ in 0..<8 {
        plant.send(plant.udp([1], 5000, 9600, from: hmi, to: plc), wait: 0.1)
        plant.send(
          plant.udp([1], 5000, 9600, from: Plant.Station(hmi.ip, mac: 0x0200_0000_1001), to: plc, hopLimit: 63))
        plant.wait(0.4)
      }
    },
  ]
  @Test("other hop limits that are no other sender's", arguments: ordinary)
  func nothing(_ scenario: Scenario) throws {
    for site in [Plant.site, nil] {
      let plant = try Plant(site: site)
      scenario.play(plant)
      #expect(Self.changed(plant) == 0)
    }
  }

  // MARK: A man in the middle

  @Test(
    "a packet that another station sends on at once is a copy, and its sender is judged",
    arguments: [64, 63] as [UInt8])
  func middle(_ hopLimit: UInt8) throws {
    let attacker = Plant.Station(Self.hmi.ip, mac: 0x0200_0000_6666)
    for _ in 0..<2 {
      let plant = try Plant(site: Plant.site)
      for number in 0..<3 {
        let frame = plant.udp([1], 5000, 5001, from: Self.hmi, to: Self.plc)
        plant.send(frame, wait: 0.0002)
        var copy = frame
        copy.replaceSubrange(6..<12, with: attacker.macBytes)
        copy[22] = hopLimit
        plant.send(copy, wait: 2)
        #expect(plant.found["wrong-zone"] == UInt64(number + 1))
      }
    }
    // What the listed router forwards is lawful.
    let plant = try Plant(site: Plant.site)
    let frame = plant.udp([1], 5000, 5001, from: Plant.Station("192.168.20.11", mac: 0x0200_0000_200B), to: Self.plc)
    plant.send(frame, wait: 0.0002)
    var copy = frame
    copy.replaceSubrange(6..<12, with: Self.scada.macBytes)
    copy[22] = 63
    plant.send(copy, wait: 2)
    #expect(plant.found["wrong-zone"] == nil && plant.found["address-conflict"] == nil)
  }
}
