// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// Who began, and who did it: neither a port nor an old flow hides the sender of a command.
@Suite struct DirectionTests {
  private static let site = """
    site: Test plant
    zones:
      line: {importance: high, networks: [192.168.10.0/24]}
      scada: {importance: high, networks: [192.168.20.0/24]}
    assets:
      plc: {zone: line, mac: "02:00:00:00:0a:0b", ip: 192.168.10.11, role: plc}
      server: {zone: scada, mac: "02:00:00:00:14:05", ip: 192.168.20.5, role: scada}
    conduits:
      - {from: line, to: scada, services: [udp/123, udp/53], operations: [any]}
      - {from: scada, to: line, services: [fins], operations: [read]}
    """
  private static let plc = Plant.Station("192.168.10.11")
  private static let server = Plant.Station("192.168.20.5")
  private static let fins = hex("80 00 02 00 0B 00 00 05 00 01")
  private static let timeRequest = hex("23" + String(repeating: "00", count: 47))
  private static let timeAnswer = hex("24" + String(repeating: "00", count: 47))

  /// Lets time pass that the monitor sees.
  private func pass(_ seconds: Double, _ plant: Plant) {
    plant.wait(seconds)
    plant.send(plant.udp(Self.timeRequest, 40_000, 123, from: Self.plc, to: Self.server))
    plant.send(plant.udp(Self.timeAnswer, 123, 40_000, from: Self.server, to: Self.plc))
  }

  private static let commands: [(name: String, port: Int, message: [UInt8])] = [
    ("FINS stop", 9600, fins + hex("0402 FFFF")),
    ("FINS memory area write", 9600, fins + hex("0102 82 0064 00 0001 1234")),
    ("SLMP remote stop", 5000, hex("500000FFFF03000800 1000 0210 0000 0100")),
    ("Modbus write", 502, hex("0001 0000 0006 01 06 001E 04D2")),
  ]

  @Test(
    "a command from the port of an allowed service is no answer", arguments: commands.indices,
    [(123, 0.0), (123, 120), (53, 0), (53, 120)])
  func forgedPort(_ index: Int, _ forged: (port: Int, after: Double)) throws {
    let plant = try Plant(site: Self.site, language: .en)
    pass(0, plant)
    pass(forged.after, plant)
    let command = Self.commands[index]
    plant.send(plant.udp(command.message, forged.port, command.port, from: Self.server, to: Self.plc))
    let alerts = try plant.finish()
    #expect(
      alerts.contains {
        $0.text("src_ip") == "192.168.20.5" && $0.text("dest_ip") == "192.168.10.11"
          && $0.text("alert.context.operation.name") != nil
      }, "\(command.name): \(plant.kinds)")
    #expect(!alerts.contains { $0.text("src_ip") == "192.168.10.11" })
  }

  @Test(
    "a command from an address that no router forwards is judged like any other of its segment",
    arguments: commands.indices, ["169.254.1.1", "127.0.0.1", "224.0.0.5", "255.255.255.255", "0.0.0.0", "240.0.0.1"])
  func unroutable(_ index: Int, _ source: String) throws {
    let plant = try Plant(site: Self.site, language: .en)
    let command = Self.commands[index]
    let sender = Plant.Station(source, mac: 0x0200_0000_6666)
    plant.send(plant.udp(command.message, 40_000, command.port, from: sender, to: Self.plc))
    let alerts = try plant.finish()
    #expect(
      alerts.contains {
        $0.text("ether.src_mac") == "02:00:00:00:66:66" && $0.text("dest_ip") == "192.168.10.11"
          && $0.text("alert.context.operation.name") != nil
      }, "\(command.name): \(plant.kinds)")
  }

  @Test func `after the first 30 seconds, the sender of the first datagram has begun, whatever its port`() throws {
    let plant = try Plant(site: Self.site, language: .en)
    pass(0, plant)
    pass(31, plant)
    plant.send(plant.udp(hex("00010203"), 123, 40_001, from: Self.server, to: Self.plc))
    let alerts = try plant.finish()
    #expect(alerts.count == 1 && alerts[0].text("src_ip") == "192.168.20.5", "\(plant.kinds)")
  }

  @Test func `an answer whose request was before the first frame is no flow the other way round`() throws {
    for (client, server) in [(40_000, 123), (123, 123)] {
      let plant = try Plant(site: Self.site)
      plant.send(plant.udp(Self.timeAnswer, server, client, from: Self.server, to: Self.plc))
      plant.send(plant.udp(Self.timeRequest, client, server, from: Self.plc, to: Self.server))
      plant.send(plant.udp(Self.timeAnswer, server, client, from: Self.server, to: Self.plc))
      #expect(plant.kinds.isEmpty, "\(client): \(plant.kinds)")
    }
  }

  @Test func `a flow that was silent until it was forgotten goes on as it began`() throws {
    let plant = try Plant(site: Self.site)
    pass(0, plant)
    for _ in 0..<200 {
      plant.wait(10)
      plant.send(plant.arp(1, Self.plc, Plant.Station("192.168.10.12")))
    }
    plant.send(plant.udp(Self.timeAnswer, 123, 40_000, from: Self.server, to: Self.plc))
    #expect(plant.kinds.isEmpty, "\(plant.kinds)")
  }

  @Test func `one datagram to a service that no conduit names is judged`() throws {
    let plant = try Plant(site: Self.site)
    pass(0, plant)
    pass(61, plant)
    plant.send(plant.udp(hex("00010203"), 40_001, 6_000, from: Self.plc, to: Self.server))
    #expect(plant.kinds == ["operation-not-allowed"], "\(plant.kinds)")
  }

  @Test func `a request of the end that was asked so far is judged from its sender to its receiver`() throws {
    let plant = try Plant(site: Self.site, language: .en)
    let read = Self.fins + hex("0101 82 0064 00 0001")
    plant.send(plant.udp(read, 9600, 9600, from: Self.server, to: Self.plc))
    plant.send(
      plant.udp(hex("C0 00 02 00 05 00 00 0B 00 01 0101 0000 0005"), 9600, 9600, from: Self.plc, to: Self.server))
    #expect(plant.kinds.isEmpty, "\(plant.kinds)")
    plant.send(
      plant.udp(
        hex("80 00 02 00 05 00 00 0B 00 07 0102 82 0064 00 0001 1234"), 9600, 9600, from: Self.plc, to: Self.server))
    let alerts = try plant.finish()
    #expect(alerts.count == 1 && alerts.first?.text("src_ip") == "192.168.10.11", "\(plant.kinds)")
    #expect(alerts.first?.text("dest_ip") == "192.168.20.5")
  }

  /// S7: reads memory byte 0, and the answer.
  private static let question = hex("0300001F 02F080 3201 0000 0001 000E 0000 0401 120A100200010000 83000000")
  private static let answer = hex("0300001A 02F080 3203 0000 0001 0002 0005 0000 0401 FF04000807")

  @Test func `an alert that names the end that answers is withdrawn, and the one that asks is named`() throws {
    let plant = try Plant(site: Self.site, language: .en)
    let stranger = Plant.Station("203.0.113.9", mac: 0x0200_0000_0001)
    let connection = Connection(plant, from: stranger, to: Self.plc, port: 6_001, clientPort: 6_002)
    for _ in 0..<3 {
      connection.answer([])
      connection.ask(Self.question)
      connection.answer(Self.answer)
    }
    let alerts = try plant.finish()
    let wrong = alerts.filter { $0.text("src_ip") == "192.168.10.11" }
    #expect(wrong.map { $0.text("alert.context.status") } == ["open", "withdrawn"])
    #expect(wrong.first?.text("alert.context.direction") == "uncertain")
    #expect(Set(wrong.map { $0.text("alert.context.alert_id") }).count == 1)
    #expect(wrong.last?.text("alert.context.reason") != nil && wrong.last?.number("alert.severity") == 4)
    let right = alerts.filter { $0.text("src_ip") == "203.0.113.9" }
    #expect(right.first?.text("alert.context.status") == "open", "\(plant.kinds)")
    #expect(right.allSatisfy { $0.text("alert.context.status") != "withdrawn" })
  }

  @Test func `another flow's finding keeps an alert from being withdrawn`() throws {
    let plant = try Plant(site: Self.site, language: .en)
    let stranger = Plant.Station("203.0.113.9", mac: 0x0200_0000_0001)
    Connection(plant, from: Self.plc, to: stranger, port: 6_002).open()
    let connection = Connection(plant, from: stranger, to: Self.plc, port: 6_001, clientPort: 6_002)
    connection.answer([])
    connection.ask(Self.question)
    let alerts = try plant.finish()
    #expect(alerts.contains { $0.text("src_ip") == "192.168.10.11" })
    #expect(alerts.allSatisfy { $0.text("alert.context.status") == "open" })
  }

  @Test func `a question under the address of the one who was spoken to takes nothing back`() throws {
    let plant = try Plant(site: Self.site, language: .en)
    pass(0, plant)
    pass(61, plant)
    let stranger = Plant.Station("203.0.113.9", mac: 0x0200_0000_0001)
    plant.send(plant.udp(hex("00010203"), 6_001, 9600, from: stranger, to: Self.plc))
    plant.send(plant.udp(Self.fins + hex("0101 82 0064 00 0001"), 9600, 6_001, from: Self.plc, to: stranger))
    let alerts = try plant.finish()
    #expect(alerts.contains { $0.text("src_ip") == "203.0.113.9" && $0.text("alert.context.status") == "open" })
    #expect(alerts.allSatisfy { $0.text("alert.context.status") == "open" })
  }

  @Test func `a refused flow counts once, when it begins or when its protocol shows`() throws {
    let plant = try Plant(site: Self.site)
    let stranger = Plant.Station("203.0.113.9", mac: 0x0200_0000_0001)
    let connection = Connection(plant, from: stranger, to: Self.plc, port: 102).open()
    connection.ask(hex("0001020304050607"))
    for _ in 0..<30 { connection.ask(hex("0001020304050607")) }
    #expect(plant.found["external-communication"] == 1, "\(plant.found)")
  }

  @Test(
    "a command with the bit of an answer names its sender", arguments: [0, 61],
    [
      ("FINS stop", 9600, "C0 00 02 00 0B 00 00 05 00 01 0402 0000"),
      ("FINS memory area write", 9600, "C0 00 02 00 0B 00 00 05 00 01 0102 82 0064 00 0001 1234"),
      ("DNP3 cold restart without DIR", 20_000, "0564 08 44 0A00 0100 8823 C0 C0 0D 9C 86"),
    ] as [(String, Int, String)])
  func answerBit(_ after: Int, _ command: (name: String, port: Int, message: String)) throws {
    for source in ["203.0.113.9", "192.168.10.77"] {
      let plant = try Plant(site: Self.site, language: .en)
      pass(0, plant)
      pass(Double(after), plant)
      let stranger = Plant.Station(source, mac: 0x0200_0000_0001)
      plant.send(plant.udp(hex(command.message), 6_001, command.port, from: stranger, to: Self.plc))
      let alerts = try plant.finish()
      #expect(
        alerts.contains { $0.text("src_ip") == source && $0.text("alert.context.operation.name") != nil },
        "\(command.name) from \(source): \(plant.kinds)")
    }
  }

  @Test func `a VLAN tag that was never seen gives nobody the first 30 seconds`() throws {
    let plant = try Plant(site: Self.site, language: .en)
    pass(0, plant)
    pass(61, plant)
    let datagram = plant.udp(hex("00010203"), 123, 40_001, from: Self.server, to: Self.plc)
    plant.send(Array(datagram[..<12]) + hex("8100 0123") + datagram[12...])
    let alerts = try plant.finish()
    #expect(alerts.contains { $0.text("src_ip") == "192.168.20.5" }, "\(plant.kinds)")
  }

  @Test func `an alert says where it is not certain who began, with half the confidence`() throws {
    for isMidway in [false, true] {
      let plant = try Plant(site: Self.site, language: .en)
      let connection = Connection(plant, from: Self.plc, to: Self.server, port: 6_001, clientPort: 6_002)
      if !isMidway { connection.open() }
      for _ in 0..<4 { connection.ask(hex("00010203")) }
      let alert = try #require(try plant.finish().first)
      let reason = alert.text("alert.context.ooda.orient.reason") ?? ""
      #expect(reason.contains("not certain") == isMidway, "\(reason)")
      let confidence = try #require(alert.value("alert.context.ooda.decide.confidence") as? Double)
      #expect((confidence < 0.5) == isMidway, "\(confidence)")
    }
  }
}
