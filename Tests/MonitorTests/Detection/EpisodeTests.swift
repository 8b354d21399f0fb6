// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// When an alert begins, how long it is open, and what is a new one.
@Suite struct EpisodeTests {
  private static let plc = Plant.Station("192.168.10.11")
  private static let plc2 = Plant.Station("192.168.10.12")
  private static let stranger = Plant.Station("192.168.10.77")
  private static let office = Plant.Station("10.20.3.7")

  /// What became of each alert of a kind: its number of findings, and whether it was closed.
  private func episodes(_ alerts: [Record], _ kind: String) -> [String] {
    var order: [String] = []
    var last: [String: Record] = [:]
    for alert in alerts where alert.value("alert.metadata.kind") as? [String] == [kind] {
      let identifier = alert.text("alert.context.alert_id") ?? ""
      if last[identifier] == nil { order.append(identifier) }
      last[identifier] = alert
    }
    return order.map { identifier in
      let count = last[identifier]?.number("alert.context.count") ?? 1
      return "\(last[identifier]?.text("alert.context.status") ?? "") \(count)"
    }
  }

  @Test("eight hours of a stranger's writes: one alert for each episode, and each write counts", arguments: [4, 7])
  func day(_ minutes: Int) throws {
    let plant = try Plant(site: Plant.site, language: .en)
    let writes = 8 * 60 / minutes
    let connection = Connection(plant, from: Self.stranger, to: Self.plc).open()
    for number in 0..<writes {
      connection.write(number)
      // Normal work goes on.
      for _ in 0..<minutes {
        plant.send(plant.udp([1], 5_000, 7_000, from: Self.plc2, to: Self.plc), wait: 60)
      }
    }
    #expect(plant.found["new-writer"] == UInt64(writes))
    let episodes = episodes(try plant.finish(), "new-writer")
    #expect(episodes == (minutes < 5 ? ["open \(writes)"] : Array(repeating: "closed 1", count: writes)))
  }

  @Test("a stranger counts in each connection, with and without a site file", arguments: [Plant.site, nil])
  func connections(_ site: String?) throws {
    let plant = try Plant(site: site)
    Connection(plant, from: Plant.Station("192.168.10.21", mac: 0x0200_0000_1015), to: Self.plc).open().write(5)
    plant.wait(700)
    for number in 0..<5 {
      let connection = Connection(plant, from: Self.stranger, to: Self.plc, clientPort: 41_000 + number).open()
      connection.write()
      connection.write()
      connection.close()
    }
    #expect(plant.found["new-writer"] == 10)
  }

  @Test("a device that should not be there is one alert as long as it is there, and a new one when it comes again")
  func presence() throws {
    let plant = try Plant(site: Plant.site, language: .en)
    func hours(_ count: Int, _ isThere: Bool) {
      for _ in 0..<count * 6 {
        if isThere { plant.send(plant.udp([1], 5_000, 7_001, from: Self.stranger, to: Self.plc)) }
        plant.send(plant.udp([1], 5_000, 7_000, from: Self.plc2, to: Self.plc), wait: 600)
      }
    }
    hours(80, true)
    hours(30, false)
    hours(1, true)
    #expect(episodes(try plant.finish(), "unknown-mac") == ["closed 7", "open 1"])
  }

  @Test("an unlisted address of a listed device is found again, though the device uses its own one, too")
  func address() throws {
    let plant = try Plant(site: Plant.site)
    let other = Plant.Station("192.168.10.99", mac: 0x0200_0000_100C)
    for _ in 0..<49 * 6 {
      for station in [Self.plc2, other, Self.plc2] {
        plant.send(plant.udp([1], 5_000, 7_000, from: station, to: Self.plc), wait: 200)
      }
    }
    #expect(plant.found["unknown-ip"] == 5)
  }

  @Test("attempts are one alert, each service that answers is one of its own, however often it is used")
  func services() throws {
    let plant = try Plant(site: Plant.site, language: .en)
    func attempt(_ port: Int) { Connection(plant, from: Self.office, to: Self.plc, port: port).syn() }
    func use(_ port: Int, _ clientPort: Int) {
      Connection(plant, from: Self.office, to: Self.plc, port: port, clientPort: clientPort).open().close()
    }
    for port in 7_000..<7_008 { attempt(port) }
    for time in 0..<3 {
      use(445, 41_000 + time)
      use(3_389, 42_000 + time)
    }
    for port in 7_008..<7_011 { attempt(port) }
    let alerts = try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["cross-zone-flow"] }
    var ports: [String: Int] = [:]
    for alert in alerts where alert.number("alert.context.count") == 1 {
      ports[alert.text("alert.context.alert_id") ?? "", default: 0] += Int(alert.number("dest_port") ?? 0)
    }
    #expect(ports.values.sorted() == [445, 3_389, 7_000])
    // Both services were tried first, which counts among the attempts.
    #expect(episodes(alerts, "cross-zone-flow") == ["open 13", "open 3", "open 3"])
  }

  @Test("an answered attempt is about its service from then on: the next attempt elsewhere is another alert")
  func promotion() throws {
    let plant = try Plant(site: Plant.site, language: .en)
    Connection(plant, from: Self.office, to: Self.plc, port: 445).open().close()
    Connection(plant, from: Self.office, to: Self.plc, port: 7_145, clientPort: 41_000).syn()
    Connection(plant, from: Self.office, to: Self.plc, port: 445, clientPort: 41_001).open().close()
    #expect(episodes(try plant.finish(), "cross-zone-flow") == ["open 2", "open 1"])
  }

  @Test("what is changed across zones is an alert for each sort of target, apart from the flow that it came in")
  func commands() throws {
    let plant = try Plant(site: Plant.site, language: .en)
    let connection = Connection(plant, from: Self.office, to: Self.plc).open()
    connection.read()
    for register in 0..<3 { connection.write(register) }
    connection.modbus([5, 0, 1, 0xFF, 0], [5, 0, 1, 0xFF, 0])
    #expect(episodes(try plant.finish(), "cross-zone-flow") == ["open 2", "open 3", "open 1"])
  }

  @Test("a flow without a conduit is open while it lasts, and closed half an hour after it")
  func flow() throws {
    let plant = try Plant(site: Plant.site, language: .en)
    let connection = Connection(plant, from: Self.office, to: Self.plc, port: 8_080).open()
    for _ in 0..<180 {
      connection.ask([1, 2, 3], wait: 30)
      connection.answer([1, 2, 3], wait: 30)
    }
    connection.close()
    for _ in 0..<40 { plant.send(plant.udp([1], 5_000, 7_000, from: Self.plc2, to: Self.plc), wait: 60) }
    let again = Connection(plant, from: Self.office, to: Self.plc, port: 8_080, clientPort: 40_001).open()
    again.ask([1, 2, 3])
    let episodes = episodes(try plant.finish(), "cross-zone-flow")
    #expect(episodes.count == 2 && episodes[0].hasPrefix("closed") && episodes[1] == "open 1", "\(episodes)")
  }
}
