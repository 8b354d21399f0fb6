// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// `exceptions` of the site file: what one covers is counted and gives no alert; nothing else is affected.
@Suite struct MutingTests {
  private static let router: UInt64 = 0x0200_0000_1001
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let plc2 = Plant.Station("192.168.10.12", mac: 0x0200_0000_100C)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  private static let scanner = Plant.Station("192.168.10.50", mac: 0x0200_0000_1032)
  private static let stranger = Plant.Station("192.168.10.77")
  private static let cell = Plant.Station("192.168.30.11", mac: router)
  private static let office = Plant.Station("10.20.3.7", mac: router)
  private static let mes = Plant.Station("10.30.4.8", mac: router)

  /// The plant's clock begins on Wednesday, 2023-11-15, at 07:13:20 in Tokyo.
  private static func site(_ exceptions: String..., until: String = "2024-03-31") -> String {
    let lines = exceptions.map { "  - {\($0), reason: known, owner: plant IT, until: \(until)}" }
    return """
      timezone: Asia/Tokyo
      zones:
        line: {networks: [192.168.10.0/24], vlans: [10]}
        cell: {networks: [192.168.30.0/24], vlans: [30]}
        office: {networks: [10.20.0.0/16]}
        offices: {networks: [10.30.0.0/16]}
      assets:
        plc: {zone: line, mac: "02:00:00:00:10:0b", ip: 192.168.10.11, role: plc}
        plc-2: {zone: line, mac: "02:00:00:00:10:0c", ip: 192.168.10.12, role: plc}
        hmi: {zone: line, mac: "02:00:00:00:10:15", ip: 192.168.10.21, role: hmi}
        scanner: {zone: line, mac: "02:00:00:00:10:32", ip: 192.168.10.50, role: server}
        gateway: {zone: line, mac: "02:00:00:00:10:01", ip: 192.168.10.1, role: router}
        mes: {zone: offices, ip: 10.30.4.8}
      exceptions: \(lines.isEmpty ? "[]" : "\n" + lines.joined(separator: "\n"))
      """
  }

  @discardableResult
  private static func connect(
    _ plant: Plant, _ from: Plant.Station, _ to: Plant.Station, _ port: Int = 502, clientPort: Int = 40_000
  ) -> Connection {
    let connection = Connection(plant, from: from, to: to, port: port, clientPort: clientPort)
    if from.mac == router || to.mac == router { connection.hopLimit = 63 }
    return connection.open()
  }

  /// Asks for the addresses of 30 hosts of each network, as a sweep by ARP does, or tries one port of each.
  private static func sweep(_ plant: Plant, by station: Plant.Station, _ networks: [String], port: Int? = nil) {
    for number in 100..<130 {
      for network in networks {
        if let port {
          let host = Plant.Station("\(network).\(number)", mac: router)
          plant.send(plant.tcp(2, 41_000 + number, port, from: station, to: host))
          plant.send(plant.tcp(20, port, 41_000 + number, from: host, to: station, hopLimit: 63))
        } else {
          plant.send(plant.arp(1, station, Plant.Station("\(network).\(number)")))
        }
      }
    }
  }

  struct Sample: CustomTestStringConvertible, Sendable {
    let exception: String
    /// The kinds that are alerts all the same.
    let alerts: Set<String>
    let play: @Sendable (Plant) -> Void
    init(_ exception: String, _ alerts: Set<String> = [], _ play: @escaping @Sendable (Plant) -> Void) {
      self.exception = exception
      self.alerts = alerts
      self.play = play
    }
    var testDescription: String { exception + (alerts.isEmpty ? "" : " does not mute \(alerts.sorted())") }
  }

  private static let read: @Sendable (Plant) -> Void = { connect($0, office, plc).read() }
  private static let write: @Sendable (Plant) -> Void = { connect($0, office, plc).write() }
  private static let restart: @Sendable (Plant) -> Void = {
    connect($0, office, plc).modbus([8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
  }
  private static let crossing: Set = ["cross-zone-flow"]

  static let samples: [Sample] = [
    // Each form of a party, at either end.
    Sample("kind: cross-zone-flow, from: office", [], read), Sample("kind: cross-zone-flow, to: line", [], read),
    Sample("kind: cross-zone-flow, from: office, to: plc", [], read),
    Sample("kind: cross-zone-flow, from: 10.20.3.7, to: any", [], read),
    Sample("kind: cross-zone-flow, from: 10.20.3.0/24, to: 192.168.10.0/28", [], read),
    Sample("kind: [external-communication, cross-zone-flow], from: [cell, office], to: [plc-2, plc]", [], read),
    Sample("kind: cross-zone-flow, from: mes") { connect($0, mes, plc).read() },
    // Another party, kind or direction.
    Sample("kind: cross-zone-flow, from: cell", crossing, read),
    Sample("kind: cross-zone-flow, to: plc-2", crossing, read),
    Sample("kind: cross-zone-flow, from: mes", crossing, read),
    Sample("kind: cross-zone-flow, from: 10.20.4.0/24", crossing, read),
    Sample("kind: cross-zone-flow, from: office, to: 192.168.10.16/28", crossing, read),
    Sample("kind: cross-zone-flow, from: line, to: office", crossing, read),
    Sample("kind: external-communication, from: office", crossing, read),
    // Services are ports.
    Sample("kind: cross-zone-flow, from: office, services: [tcp/500-510]", [], read),
    Sample("kind: cross-zone-flow, from: office, services: [tcp/80, udp/502]", crossing, read),
    // What changes something is muted where it is named, and nothing worse with it.
    Sample("kind: cross-zone-flow, from: office", crossing, write),
    Sample("kind: cross-zone-flow, from: office", crossing, restart),
    Sample("kind: cross-zone-flow, from: office, operations: [write]", [], write),
    Sample("kind: cross-zone-flow, from: office, operations: [\"modbus 6\"]", [], write),
    Sample("kind: cross-zone-flow, from: office, operations: [\"modbus 5\"]", crossing, write),
    Sample("kind: cross-zone-flow, from: office, operations: [write]", crossing, restart),
    Sample("kind: cross-zone-flow, from: office, operations: [write]", crossing, read),
    Sample("kind: cross-zone-flow, from: office, operations: [any]", [], restart),
    Sample("kind: controller-command, from: hmi, operations: [state]") {
      connect($0, hmi, plc).modbus([8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
    },
    Sample("kind: controller-command, from: hmi, operations: [program]", ["controller-command"]) {
      connect($0, hmi, plc).modbus([8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
    },
    // Kinds about one device.
    Sample(#"kind: unknown-mac, device: "02:00:00:00:0a:4d""#) { $0.send($0.arp(1, stranger, plc)) },
    Sample(#"kind: unknown-mac, device: "02:00:00:00:0a:4e""#, ["unknown-mac"]) { $0.send($0.arp(1, stranger, plc)) },
    Sample("kind: unknown-mac, device: line") { $0.send($0.arp(1, stranger, plc)) },
    Sample("kind: unknown-mac, device: cell", ["unknown-mac"]) { $0.send($0.arp(1, stranger, plc)) },
    // Without an address, its VLAN tells the zone; one that contradicts its address is in neither.
    Sample("kind: unknown-mac, device: line") { plant in
      plant.send(
        plant.ethernet([UInt8](repeating: 0, count: 46), 0x8892, from: Plant.Station("0.0.0.9"), to: plc, vlan: 10))
    },
    Sample("kind: unknown-mac, device: line", ["unknown-mac"]) { plant in
      let tagged = plant.arp(1, stranger, plc)
      plant.send(Array(tagged[..<12]) + [0x81, 0, 0, 30] + Array(tagged[12...]))
    },
    Sample("kind: unknown-ip, device: 192.168.10.99") { plant in
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("192.168.10.99", mac: hmi.mac), to: plc))
    },
    Sample("kind: unknown-ip, device: hmi", ["unknown-ip"]) { plant in
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("192.168.10.99", mac: plc.mac), to: plc2))
    },
    Sample(#"kind: wrong-zone, device: "02:00:00:00:0a:4d""#, ["unknown-mac"]) { plant in
      plant.send(plant.arp(1, stranger, plc))
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("192.168.10.21", mac: stranger.mac), to: plc))
    },
    // Sweeps: the zone has to be that of all the hosts.
    Sample("kind: host-sweep, from: scanner, to: line") { sweep($0, by: scanner, ["192.168.10"]) },
    Sample("kind: host-sweep, from: scanner", ["cross-zone-flow"]) {
      sweep($0, by: scanner, ["192.168.30"], port: 443)
    },
    Sample("kind: host-sweep, from: scanner, to: cell, services: [tcp/443]", ["cross-zone-flow"]) {
      sweep($0, by: scanner, ["192.168.30"], port: 443)
    },
    Sample("kind: host-sweep, from: scanner, services: [tcp/80]", ["cross-zone-flow", "host-sweep"]) {
      sweep($0, by: scanner, ["192.168.30"], port: 443)
    },
    Sample("kind: host-sweep, from: scanner, to: line", ["cross-zone-flow", "host-sweep"]) {
      sweep($0, by: scanner, ["10.20.9", "192.168.30"], port: 443)
    },
  ]

  @Test("an exception covers its kinds and parties, and no others", arguments: samples)
  func coverage(_ sample: Sample) throws {
    let bare = try Plant(site: Self.site())
    sample.play(bare)
    let plant = try Plant(site: Self.site(sample.exception))
    sample.play(plant)
    #expect(plant.kinds == sample.alerts)
    // What is muted is counted: together these are all that was found.
    let muted = plant.muted
    #expect(plant.found.values.reduce(0, +) + plant.mutedFindings == bare.found.values.reduce(0, +))
    #expect(muted.list.count == 1 && muted.list[0].findings == plant.mutedFindings && muted.former == 0)
    #expect(bare.mutedFindings == 0 && bare.muted.list.isEmpty)
  }

  @Test(
    "hosts of two zones are one sweep, which an exception for one of them does not cover", arguments: [true, false])
  func zones(_ isLineLast: Bool) throws {
    let networks = isLineLast ? ["192.168.30", "192.168.10"] : ["192.168.10", "192.168.30"]
    let plant = try Plant(site: Self.site("kind: [host-sweep, cross-zone-flow], from: scanner, to: line"))
    Self.sweep(plant, by: Self.scanner, networks, port: 443)
    #expect(plant.found["host-sweep"] ?? 0 > 0)
    // What was tried with success does not count.
    let other = try Plant(site: Self.site("kind: host-sweep, from: scanner, to: line"))
    for _ in 0..<3 { Self.connect(other, Self.scanner, Self.cell, 443).close() }
    Self.sweep(other, by: Self.scanner, ["192.168.10"], port: 443)
    #expect(other.found["host-sweep"] == nil && other.muted.list[0].findings > 0)
  }

  // MARK: Attackers

  @Test("an impostor under the address of an exempt device is not exempt, and is found")
  func impostor() throws {
    let plant = try Plant(site: Self.site("kind: [host-sweep, port-scan, cross-zone-flow], from: scanner"))
    let impostor = Plant.Station("192.168.10.50", mac: Self.stranger.mac)
    Self.sweep(plant, by: Self.scanner, ["192.168.30"], port: 443)
    #expect(plant.kinds.isEmpty && plant.mutedFindings > 0)
    plant.wait(600)
    Self.sweep(plant, by: impostor, ["192.168.30"], port: 443)
    #expect(plant.kinds.isSuperset(of: ["host-sweep", "wrong-zone"]), "\(plant.kinds)")
  }

  @Test("no exception for other kinds hides who spoofs an exempt device")
  func spoofing() throws {
    let kinds = Catalogue.entries.map(\.kind).filter { !$0.isOfMonitor && !$0.isOfDevice }
    let ids = { (kinds: [FindingKind]) in kinds.map { Catalogue.entry($0).id }.joined(separator: ", ") }
    let (with, without) = (kinds.filter(\.hasOperation), kinds.filter { !$0.hasOperation })
    let plant = try Plant(
      site: Self.site(
        "kind: [\(ids(with))], from: hmi, operations: [any]", "kind: [\(ids(without))], from: hmi"))
    plant.send(plant.arp(1, Self.hmi, Self.plc))
    plant.send(plant.arp(2, Self.plc, Self.hmi, to: Self.hmi))
    let spoofer = Plant.Station("192.168.10.21", mac: Self.stranger.mac)
    for _ in 0..<3 {
      plant.send(plant.arp(2, spoofer, Self.plc, to: Self.plc))
      plant.send(plant.udp([1], 5000, 5001, from: spoofer, to: Self.plc))
      plant.wait(1)
    }
    #expect(plant.kinds.isSuperset(of: ["arp-spoofing", "wrong-zone"]), "\(plant.kinds)")
  }

  @Test("an exception for a device's own identity is tied to its MAC address")
  func identity() throws {
    // The team of two cards is known; a third device with its address is not.
    let plant = try Plant(site: Self.site(#"kind: wrong-zone, device: "02:00:00:00:0a:4d""#))
    for mac in [Self.stranger.mac, 0x0200_0000_6666] {
      plant.send(plant.udp([1], 5000, 5001, from: Plant.Station("192.168.10.21", mac: mac), to: Self.plc))
    }
    #expect(plant.found["wrong-zone"] == 1 && plant.mutedFindings == 1)
  }

  @Test("a flood with many senders is no single one's")
  func flood() throws {
    let plant = try Plant(site: Self.site("kind: flood, from: [office, external, line, cell]"))
    for number in 0..<40_000 {
      let sender = Plant.Station("10.20.\(number >> 8 & 255).\(1 + number % 250)", mac: Self.router)
      plant.send(plant.tcp(2, 1_024 + number % 60_000, 502, from: sender, to: Self.plc, hopLimit: 63), wait: 0.000_01)
    }
    #expect(plant.found["flood"] ?? 0 > 0)
    #expect(plant.mutedFindings == 0)
  }

  // MARK: Time

  /// Seconds from the plant's first moment, and whether the exception still holds then.
  static let ends: [(until: String, seconds: Double, holds: Bool)] = [
    // 07:13:20 in Tokyo.
    ("2023-11-14", 0, false), ("2023-11-15", 0, true),
    // 23:59:59 and 00:00 in Tokyo; in Greenwich that would be nine hours later.
    ("2023-11-15", 60_399, true), ("2023-11-15", 60_400, false),
    ("2023-11-15 07:14", 39, true), ("2023-11-15 07:14", 40, false), ("2023-11-15T07:13", 0, false),
  ]
  @Test("an exception ends with its day, by the clock of the plant and the time of the packets", arguments: ends)
  func end(_ sample: (until: String, seconds: Double, holds: Bool)) throws {
    let plant = try Plant(site: Self.site("kind: cross-zone-flow, from: office", until: sample.until))
    plant.wait(sample.seconds)
    Self.read(plant)
    #expect(plant.kinds.isEmpty == sample.holds)
    #expect(plant.muted.list[0].hasEnded == !sample.holds)
    #expect((plant.muted.list[0].findings > 0) == sample.holds)
  }

  @Test("what goes on when an exception ends is a new alert")
  func episode() throws {
    let plant = try Plant(
      site: Self.site("kind: cross-zone-flow, from: office", until: "2023-11-15 08:00"), language: .en)
    let connection = Self.connect(plant, Self.office, Self.plc, 8080)
    // 40 minutes before the end, and 80 after it.
    for _ in 0..<120 {
      connection.ask([0xFF, 0xFE, 0xFD], wait: 1)
      connection.answer([1, 2, 3], wait: 59)
    }
    let muted = plant.muted.list[0]
    #expect(muted.findings >= 2 && muted.hasEnded)
    let alerts = try plant.finish()
    let first = try #require(alerts.first)
    #expect(first.text("alert.context.status") == "open" && first.number("alert.context.count") == 1)
    let time = try #require(first.text("timestamp"))
    #expect(time >= "2023-11-15T08:00" && time < "2023-11-15T08:16", "\(time)")
    #expect(Set(alerts.compactMap { $0.text("alert.context.alert_id") }).count == 1)
  }

  @Test("a silent device that is exempt is not said to be back either")
  func silence() throws {
    var alerts: [Int] = []
    for exception in ["kind: device-silent, device: plc-2", "kind: device-silent, device: plc"] {
      let plant = try Plant(site: Self.site(exception), language: .en)
      let connection = Self.connect(plant, Self.hmi, Self.plc)
      for second in 0..<300 {
        if (60..<200).contains(second) {
          plant.send(plant.arp(1, Self.hmi, Self.plc))
          plant.send(plant.udp([1], 5000, 5001, from: Self.plc2, to: Self.hmi))
        } else {
          connection.read()
        }
        plant.wait(1)
      }
      alerts.append(
        try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["device-silent"] }.count)
      #expect((plant.mutedFindings > 0) == (alerts.count == 2))
    }
    #expect(alerts[0] > 0 && alerts[1] == 0, "\(alerts)")
  }

  // MARK: Counts

  @Test("counts go on under another site file, where the exception is in it, too")
  func reload() throws {
    let (first, second) = ("kind: cross-zone-flow, from: office", "kind: cross-zone-flow, from: cell")
    let plant = try Plant(site: Self.site(first, second))
    Self.read(plant)
    Self.connect(plant, Self.cell, Self.plc).read()
    let before = plant.muted.list.map(\.findings)
    #expect(before.allSatisfy { $0 > 0 })
    try plant.replace(site: Self.site(second))
    #expect(plant.muted.list.count == 1 && plant.muted.list[0].findings >= before[1])
    #expect(plant.muted.former == before[0])
    #expect(plant.muted.former + plant.muted.list[0].findings == plant.mutedFindings)
    // What is no longer covered is an alert.
    #expect(plant.kinds == ["cross-zone-flow"])
    try plant.replace(site: Self.site())
    #expect(plant.muted.list.isEmpty && plant.muted.former == plant.mutedFindings)
  }

  @Test("statistics have the number of muted findings, by kind")
  func statistics() throws {
    let plant = try Plant(
      site: Self.site("kind: cross-zone-flow, from: office", until: "2023-11-15 07:30"), language: .en,
      log: [.alerts, .stats])
    Self.read(plant)
    Self.sweep(plant, by: Self.scanner, ["192.168.10"])
    plant.wait(3600)
    Self.read(plant)
    let muted = plant.mutedFindings
    let records = try plant.finish()
    let record = try #require(records.first { $0.text("event_type") == "monitor" })
    #expect(muted > 0 && record.number("monitor.exceptions.muted") == Int(muted))
    #expect(record.number("monitor.exceptions.by_kind.cross-zone-flow") == Int(muted))
    #expect(record.number("monitor.exceptions.ended") == 1)
    #expect(record.value("monitor.exceptions.by_kind.host-sweep") == nil)
    #expect(record.leaves < 256)
  }
}
