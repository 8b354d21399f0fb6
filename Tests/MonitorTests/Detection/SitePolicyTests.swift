// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// How flows, operations and devices are judged by the site file.
@Suite struct SitePolicyTests {
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  private static let laptop = Plant.Station("192.168.10.90", mac: 0x0200_0000_105A)
  private static let router: UInt64 = 0x0200_0000_1001
  private static let scada = Plant.Station("192.168.20.11", mac: router)
  private static let office = Plant.Station("10.20.3.7", mac: router)
  private static let outside = Plant.Station("203.0.113.9", mac: router)

  private static func connection(_ plant: Plant, _ from: Plant.Station, _ to: Plant.Station, _ port: Int = 502)
    -> Connection
  {
    let connection = Connection(plant, from: from, to: to, port: port)
    // What comes through the router has been forwarded.
    if from.mac == router || to.mac == router { connection.hopLimit = 63 }
    return connection.open()
  }

  static let cases: [Scenario] = [
    // Zones
    Scenario("scada reads the line, as its conduit allows") { connection($0, scada, plc).read() },
    Scenario("scada writes to the line", ["operation-not-allowed"]) { connection($0, scada, plc).write() },
    Scenario("scada uses another service to the line", ["operation-not-allowed"]) {
      connection($0, scada, plc, 8080).ask([1, 2, 3])
    },
    Scenario("the office reads the line", ["cross-zone-flow"]) { connection($0, office, plc).read() },
    Scenario("the office opens the line's web page", ["cross-zone-flow"]) { connection($0, office, plc, 80).close() },
    Scenario("the office uses the service of its conduit") { connection($0, office, scada, 443).close() },
    Scenario("a PLC opens a connection to the outside", ["external-communication"]) {
      connection($0, plc, outside, 443).close()
    },
    Scenario("the outside opens a connection to the line", ["external-communication"]) {
      connection($0, outside, plc, 443).close()
    },
    Scenario("communication inside the line is free") {
      connection($0, Plant.Station("192.168.10.12", mac: 0x0200_0000_100C), plc, 8080).close()
    },
    // Targets, windows, commands
    Scenario("the hmi writes its registers") { connection($0, hmi, plc).write(99) },
    Scenario("the hmi writes another register", ["operation-not-allowed"]) { connection($0, hmi, plc).write(100) },
    // The plant's clock begins on a Wednesday at 07:13.
    Scenario("the laptop works on a weekday", ["outside-window"]) { connection($0, laptop, plc).read() },
    Scenario("the laptop works on Saturday at ten, inside its window") { plant in
      plant.wait(Double(3 * 86_400 + 2 * 3600 + 47 * 60))
      connection(plant, laptop, plc).read()
    },
    Scenario("the laptop continues after its window", ["outside-window"]) { plant in
      plant.wait(Double(3 * 86_400 + 2 * 3600 + 47 * 60))
      let session = connection(plant, laptop, plc)
      session.read()
      plant.wait(8 * 3600)
      session.read()
    },
    Scenario("the hmi restarts the PLC's communication", ["controller-command"]) { plant in
      connection(plant, hmi, plc).modbus([8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
    },
    Scenario("a PLC restarts another", ["controller-command"]) { plant in
      connection(plant, Plant.Station("192.168.10.12", mac: 0x0200_0000_100C), plc).modbus(
        [8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
    },
    // Devices
    Scenario("an unlisted device asks for an address", ["unknown-mac"]) { plant in
      plant.send(plant.arp(1, Plant.Station("192.168.10.77"), plc))
    },
    Scenario("an unlisted device that does not use IP", ["unknown-mac"]) { plant in
      plant.send(
        plant.ethernet([UInt8](repeating: 0, count: 46), 0x8892, from: Plant.Station("0.0.0.9"), to: plc, vlan: 10))
    },
    Scenario("a listed device with another address", ["unknown-ip"]) { plant in
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("192.168.10.99", mac: hmi.mac), to: plc))
    },
    Scenario("an unlisted address beyond the router, in a zone with listed addresses", ["unknown-ip"]) { plant in
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("192.168.10.200", mac: router), to: plc, hopLimit: 63))
    },
    Scenario("addresses of a zone without listed addresses") { plant in
      for host in 1..<50 {
        let station = Plant.Station("10.20.3.\(host)", mac: router)
        plant.send(plant.udp([1], 5000, 5001, from: station, to: Plant.Station("10.20.4.1", mac: router), hopLimit: 63))
      }
    },
    Scenario("a listed address on another device", ["wrong-zone"]) { plant in
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("192.168.10.11", mac: 0x0200_0000_9999), to: hmi))
    },
    Scenario("a listed device on another zone's VLAN", ["wrong-zone"]) { plant in
      let body = big(5000) + big(5001) + big(9) + [0, 0, 1]
      plant.send(plant.ip(body, 17, from: hmi, to: plc, vlan: 20))
    },
    Scenario("a listed device with an address of another zone", ["wrong-zone", "cross-zone-flow"]) { plant in
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("10.20.3.9", mac: hmi.mac), to: plc))
    },
    // Traffic that crosses no zone boundary
    Scenario("broadcasts and multicasts") { plant in
      plant.send(plant.udp([1], 5000, 5001, from: hmi, to: Plant.Station("255.255.255.255", mac: 0xFFFF_FFFF_FFFF)))
      plant.send(plant.udp([1], 5000, 5001, from: hmi, to: Plant.Station("239.1.2.3", mac: 0x0100_5E01_0203)))
    },
  ]

  @Test("findings follow the site file", arguments: cases)
  func policy(_ scenario: Scenario) throws {
    let plant = try Plant(site: Plant.site)
    scenario.play(plant)
    #expect(plant.kinds == scenario.expected)
  }

  @Test("without a site file there are no zone findings", arguments: cases)
  func withoutSite(_ scenario: Scenario) throws {
    let plant = try Plant()
    scenario.play(plant)
    #expect(plant.kinds.isSubset(of: ["address-conflict", "controller-command"]))
  }

  @Test("a connection is one alert however long it lasts, and its operations are counted")
  func counts() throws {
    let plant = try Plant(site: Plant.site)
    let session = Self.connection(plant, Self.office, Self.plc)
    for _ in 0..<20 { session.read() }
    // The flow itself, once, then each request.
    #expect(plant.found == ["cross-zone-flow": 21])
  }
}
