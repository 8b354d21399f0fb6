// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// Devices that the site file lists by their MAC address alone: they have their IP address by DHCP.
@Suite struct AddressByDHCPTests {
  private static let site = """
    site: Test plant
    zones:
      line: {importance: high, networks: [192.168.10.0/24], vlans: [10]}
      scada: {importance: high, networks: [192.168.20.0/24], vlans: [20]}
    assets:
      plc: {zone: line, mac: "02:00:00:00:10:0b", ip: 192.168.10.11, role: plc}
      gateway: {zone: line, mac: "02:00:00:00:10:01", ip: 192.168.10.1, role: router}
      laptop: {zone: scada, mac: "02:00:00:00:10:5a", role: engineering-station}
      robot: {zone: line, mac: "02:00:00:00:10:5b", role: plc}
      client: {zone: scada, mac: "02:00:00:00:20:5c", role: server}
    conduits:
      - {from: laptop, to: plc, services: [modbus], operations: [read]}
      - {from: laptop, to: robot, services: [modbus], operations: [read]}
      - {from: client, to: plc, services: [modbus], operations: [read]}
    """
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let laptop = Plant.Station("192.168.20.120", mac: 0x0200_0000_105A)
  private static let robot = Plant.Station("192.168.10.121", mac: 0x0200_0000_105B)
  private static let router: UInt64 = 0x0200_0000_1001

  private static func kinds(_ play: (Plant) -> Void) throws -> [String: UInt64] {
    let plant = try Plant(site: site)
    play(plant)
    return plant.found
  }
  /// The alert about a write, and the asset that it names for each end.
  private static func ends(_ play: (Plant) -> Void) throws -> [String?] {
    let plant = try Plant(site: site, language: .en)
    play(plant)
    let alert = try plant.finish().first {
      ($0.value("alert.metadata.kind") as? [String]) == ["operation-not-allowed"]
    }
    return ["source", "destination"].map { alert?.text("alert.context.ooda.orient.\($0).asset") }
  }

  @Test("is an end of a conduit from its first packet on, as client and as server")
  func bothEnds() throws {
    for (client, server) in [(Self.laptop, Self.plc), (Self.laptop, Self.robot)] {
      let names = try Self.ends {
        let connection = Connection($0, from: client, to: server)
        connection.open().read()
        connection.write()
      }
      #expect(names == ["laptop", server.ip == Self.plc.ip ? "plc" : "robot"])
      #expect(
        try Self.kinds { Connection($0, from: client, to: server).open().read() }["operation-not-allowed"] == nil)
    }
  }

  @Test("is the server, too, if only its own frames are seen", arguments: [true, false])
  func oneDirection(_ isClientVisible: Bool) throws {
    let names = try Self.ends {
      let connection = Connection($0, from: Self.laptop, to: Self.robot)
      connection.isClientVisible = isClientVisible
      connection.isServerVisible = !isClientVisible
      connection.open().read()
      connection.write()
      $0.wait(40)
    }
    #expect(names == ["laptop", "robot"])
  }

  @Test("behind a router it is known by the address that it was seen to use")
  func routed() throws {
    let client = Plant.Station("192.168.20.77", mac: 0x0200_0000_205C)
    let forwarded = Plant.Station("192.168.20.77", mac: Self.router)
    func play(_ plant: Plant) {
      let connection = Connection(plant, from: forwarded, to: Self.plc)
      connection.hopLimit = 63
      connection.serverHopLimit = 64
      connection.open().read()
    }
    #expect(try Self.kinds(play) != [:])
    #expect(
      try Self.kinds { plant in
        plant.send(plant.arp(1, client, Plant.Station("192.168.20.1")))
        play(plant)
      } == [:])
    // A claim that nobody asked for proves nothing.
    #expect(
      try Self.kinds { plant in
        plant.send(plant.arp(2, client, Self.plc, to: Self.plc))
        play(plant)
      } != [:])
  }

  @Test("is recognised once its MAC address is known, and judged again, once")
  func later() throws {
    let plant = try Plant(site: Self.site, language: .en)
    // Its first packet was seen behind the router, from an address that nothing is known of.
    let hidden = Plant.Station(Self.laptop.ip, mac: Self.router)
    plant.send(plant.udp([1], 40_000, 9999, from: hidden, to: Self.plc, hopLimit: 63), wait: 1.5)
    for _ in 0..<5 { plant.send(plant.udp([1], 40_000, 9999, from: Self.laptop, to: Self.plc), wait: 1.5) }
    let alerts = try plant.finish().filter { $0.number("alert.context.count") == 1 }
    let seen = alerts.map {
      (($0.value("alert.metadata.kind") as? [String])?.first ?? "") + " "
        + ($0.text("alert.context.ooda.orient.source.asset") ?? "-")
    }
    #expect(seen == ["cross-zone-flow -", "operation-not-allowed laptop"])
  }
}
