// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// `port-scan`, `host-sweep`, `flood`: at their thresholds, below them, and traffic that only resembles them.
@Suite struct ScanTests {
  private static let attacker = Plant.Station("192.168.10.77")
  private static let plc = Plant.Station("192.168.10.11")

  private static func ports(_ count: Int, wait: Double = 0.1, _ each: @escaping @Sendable (Connection) -> Void)
    -> @Sendable (Plant) -> Void
  {
    { plant in
      for port in 0..<count {
        each(Connection(plant, from: attacker, to: plc, port: 1000 + port, clientPort: 40_000 + port))
        plant.wait(wait)
      }
    }
  }
  private static func hosts(
    _ count: Int, wait: Double = 0.1, _ each: @escaping @Sendable (Plant, Plant.Station, Int) -> Void
  )
    -> @Sendable (Plant) -> Void
  {
    { plant in
      for host in 0..<count {
        each(plant, Plant.Station("192.168.10.\(100 + host)"), host)
        plant.wait(wait)
      }
    }
  }

  static let cases: [Scenario] = [
    // Ports
    Scenario("14 ports without an answer", [], ports(14) { $0.syn() }),
    Scenario("15 ports without an answer", ["port-scan"], ports(15) { $0.syn() }),
    Scenario(
      "15 refused ports", ["port-scan"],
      ports(15) {
        $0.syn()
        $0.refuse()
      }),
    Scenario("40 ports that answer", [], ports(40) { $0.open() }),
    Scenario("15 ports in six minutes", [], ports(15, wait: 25) { $0.syn() }),
    Scenario("one port tried a hundred times") { plant in
      for number in 0..<100 {
        Connection(plant, from: attacker, to: plc, clientPort: 40_000 + number).syn()
        plant.wait(0.1)
      }
    },
    Scenario("15 UDP ports", ["port-scan"]) { plant in
      for port in 0..<15 { plant.send(plant.udp([1, 2, 3], 40_000, 5000 + port, from: attacker, to: plc)) }
    },
    Scenario("15 UDP ports that answer") { plant in
      for port in 0..<40 {
        plant.send(plant.udp([1, 2, 3], 40_000, 5000 + port, from: attacker, to: plc))
        plant.send(plant.udp([1, 2, 3], 5000 + port, 40_000, from: plc, to: attacker))
      }
    },
    // Hosts
    Scenario("24 hosts asked for by ARP", [], hosts(24) { plant, host, _ in plant.send(plant.arp(1, attacker, host)) }),
    Scenario(
      "25 hosts asked for by ARP", ["host-sweep"],
      hosts(25) { plant, host, _ in plant.send(plant.arp(1, attacker, host)) }),
    Scenario(
      "60 hosts asked for by ARP, all of which answer", [],
      hosts(60) { plant, host, _ in
        plant.send(plant.arp(1, attacker, host))
        plant.send(plant.arp(2, host, attacker, to: attacker))
      }),
    Scenario(
      "25 hosts in eight minutes", [],
      hosts(25, wait: 20) { plant, host, _ in plant.send(plant.arp(1, attacker, host)) }),
    Scenario(
      "25 hosts on one port", ["host-sweep"],
      hosts(25) { plant, host, _ in Connection(plant, from: attacker, to: host).syn() }),
    Scenario(
      "60 hosts that answer", [], hosts(60) { plant, host, _ in Connection(plant, from: attacker, to: host).open() }),
    Scenario(
      "25 hosts, each on a port of its own", [],
      hosts(25) { plant, host, number in Connection(plant, from: attacker, to: host, port: 1000 + number).syn() }),
    Scenario(
      "25 hosts pinged", ["host-sweep"],
      hosts(25) { plant, host, _ in plant.send(plant.echo(from: attacker, to: host)) }),
    Scenario(
      "60 hosts pinged, all of which answer", [],
      hosts(60) { plant, host, _ in
        plant.send(plant.echo(from: attacker, to: host))
        plant.send(plant.echo(from: host, to: attacker, isReply: true))
      }),
    // Floods
    Scenario("199 SYNs in a second") { plant in
      for number in 0..<199 { Connection(plant, from: attacker, to: plc, clientPort: 20_000 + number).syn() }
    },
    Scenario("200 SYNs in a second", ["flood"]) { plant in
      for number in 0..<200 { Connection(plant, from: attacker, to: plc, clientPort: 20_000 + number).syn() }
    },
    Scenario("400 SYNs in four seconds") { plant in
      for number in 0..<400 { Connection(plant, from: attacker, to: plc, clientPort: 20_000 + number).syn(wait: 0.01) }
    },
    Scenario("199 echo requests in a second") { plant in
      for _ in 0..<199 { plant.send(plant.echo(from: attacker, to: plc)) }
    },
    Scenario("200 echo requests in a second", ["flood"]) { plant in
      for _ in 0..<200 { plant.send(plant.echo(from: attacker, to: plc)) }
    },
    Scenario("999 datagrams a second without an answer") { plant in
      for _ in 0..<999 { plant.send(plant.udp([1], 40_000, 9000, from: attacker, to: plc), wait: 0.0005) }
    },
    Scenario("1000 datagrams a second without an answer", ["flood"]) { plant in
      for _ in 0..<1000 { plant.send(plant.udp([1], 40_000, 9000, from: attacker, to: plc), wait: 0.0005) }
    },
    Scenario("cyclic I/O in both directions at any rate") { plant in
      for _ in 0..<2000 {
        plant.send(plant.udp([1], 2222, 2222, from: attacker, to: plc), wait: 0.0001)
        plant.send(plant.udp([1], 2222, 2222, from: plc, to: attacker), wait: 0.0001)
      }
    },
    Scenario("cyclic I/O to a multicast group at any rate") { plant in
      let group = Plant.Station("239.192.1.1", mac: 0x0100_5E40_0101)
      for _ in 0..<3000 { plant.send(plant.udp([1], 2222, 2222, from: plc, to: group), wait: 0.0001) }
    },
    Scenario("499 broadcasts in a second") { plant in
      for _ in 0..<499 { plant.send(plant.arp(1, plc, attacker)) }
    },
    Scenario("500 broadcasts in a second", ["flood"]) { plant in
      for _ in 0..<500 { plant.send(plant.arp(1, plc, attacker)) }
    },
    Scenario("EtherCAT's broadcasts at any rate") { plant in
      for number in 0..<3000 {
        let frame: [UInt8] = [0x10, 0x10] + big(number) + [UInt8](repeating: 0, count: 42)
        plant.send(plant.ethernet(frame, 0x88A4, from: attacker, to: nil), wait: 0.0001)
      }
    },
  ]

  @Test("findings begin exactly at their thresholds", arguments: cases)
  func threshold(_ scenario: Scenario) throws {
    let plant = try Plant()
    scenario.play(plant)
    #expect(plant.kinds == scenario.expected)
  }
}
