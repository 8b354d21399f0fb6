// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// A catalogue step that advises a change of the site file, and what follows when it is carried out.
struct Advice: CustomTestStringConvertible, Sendable {
  /// A change of the site file.
  enum Edit: Sendable {
    /// Another entry of a section.
    case add(String, String)
    /// Text that is there once, and what takes its place.
    case change(String, String)
  }
  /// What must still be found, whatever was declared.
  struct Attack: Sendable {
    let name: String
    let kind: FindingKind
    let play: @Sendable (Plant) -> Void
  }

  let kind: FindingKind
  let name: String
  /// The words of the step that it carries out.
  let words: Set<String>
  /// What the site file has before, besides `Advice.site`; nil without a site file.
  let before: [Edit]?
  /// What the step advises.
  let edits: [Edit]
  /// Kinds that the same packets raise besides, as long as nobody has declared anything.
  let also: Set<FindingKind>
  let play: @Sendable (Plant) -> Void
  let attacks: [Attack]

  init(
    _ kind: FindingKind, _ name: String, _ words: Set<String>, before: [Edit]? = [], _ edits: [Edit],
    also: Set<FindingKind> = [], attacks: [Attack], _ play: @escaping @Sendable (Plant) -> Void
  ) {
    self.kind = kind
    self.name = name
    self.words = words
    self.before = before
    self.edits = edits
    self.also = also
    self.attacks = attacks
    self.play = play
  }
  var testDescription: String { "\(Catalogue.entry(kind).id): \(name)" }

  static let site = """
    timezone: Asia/Tokyo
    zones:
      line: {networks: [192.168.10.0/24], vlans: [10]}
      scada: {networks: [192.168.20.0/24], vlans: [20, 21]}
      office: {networks: [10.20.0.0/16], vlans: [30]}
    assets:
      plc: {zone: line, mac: "02:00:00:00:10:0b", ip: 192.168.10.11, role: plc}
      plc-2: {zone: line, mac: "02:00:00:00:10:0c", ip: 192.168.10.12, role: plc}
      hmi: {zone: line, mac: "02:00:00:00:10:15", ip: 192.168.10.21, role: hmi}
      laptop: {zone: line, mac: "02:00:00:00:10:5a", ip: 192.168.10.90, role: engineering-station, presence: occasional}
      gateway: {zone: line, mac: "02:00:00:00:10:01", ip: 192.168.10.1, role: router}
    conduits:
      - {from: scada, to: line, services: [modbus], operations: [read]}
      - {from: hmi, to: plc, services: [modbus], operations: [read, write], targets: ["holding-register 0-99"]}
      - {from: laptop, to: line, services: [any], operations: [any], during: maintenance}
    windows:
      maintenance: {days: [sat], hours: "09:00-17:00"}
    """

  /// The site file with these edits.
  static func site(_ edits: [Edit]) throws -> String {
    var text = site
    for edit in edits {
      let (old, new) =
        switch edit {
        case .add(let section, let entry): ("\n\(section):\n", "\n\(section):\n  \(entry)\n")
        case .change(let old, let new): (old, new)
        }
      try #require(text.ranges(of: old).count == 1, "\(old) is there once")
      text.replace(old, with: new)
    }
    return text
  }
}

// MARK: Stations and what they do

extension Advice {
  static let router: UInt64 = 0x0200_0000_1001
  static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  static let plc2 = Plant.Station("192.168.10.12", mac: 0x0200_0000_100C)
  static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  static let laptop = Plant.Station("192.168.10.90", mac: 0x0200_0000_105A)
  /// Not listed.
  static let recipes = Plant.Station("192.168.10.40", mac: 0x0200_0000_1028)
  static let stranger = Plant.Station("192.168.10.77", mac: 0x0200_0000_6666)
  static let clerk = Plant.Station("10.20.3.7", mac: router)
  static let scada = Plant.Station("192.168.20.11", mac: router)
  static let outside = Plant.Station("203.0.113.50", mac: router)

  static func read(_ from: Plant.Station, _ to: Plant.Station, clientPort: Int = 40_000) -> @Sendable (Plant) -> Void {
    { Connection($0, from: from, to: to, clientPort: clientPort).open().read() }
  }
  static func write(
    _ from: Plant.Station, _ to: Plant.Station, _ register: Int, clientPort: Int = 40_100
  ) -> @Sendable (Plant) -> Void {
    { Connection($0, from: from, to: to, clientPort: clientPort).open().write(register) }
  }
  static func connect(
    _ from: Plant.Station, _ to: Plant.Station, port: Int, clientPort: Int = 40_200
  ) -> @Sendable (Plant) -> Void {
    { plant in
      let connection = Connection(plant, from: from, to: to, port: port, clientPort: clientPort).open()
      connection.ask([1, 2, 3])
      connection.answer([1, 2, 3])
    }
  }
  static func readRouted(_ ip: String) -> @Sendable (Plant) -> Void {
    { plant in
      let connection = Connection(plant, from: Plant.Station(ip, mac: router), to: plc)
      connection.hopLimit = 63
      connection.serverHopLimit = 64
      connection.open().read()
    }
  }
  static func datagram(_ from: Plant.Station, _ to: Plant.Station, port: Int) -> @Sendable (Plant) -> Void {
    { $0.send($0.udp([1, 2, 3], 5_000, port, from: from, to: to)) }
  }
  /// FINS, with its answer: a function and its parameters (W342, 5-3).
  static func fins(
    _ function: [UInt8], _ from: Plant.Station, _ to: Plant.Station, clientPort: Int = 9_600,
    parameters: [UInt8] = []
  ) -> @Sendable (Plant) -> Void {
    { plant in
      plant.send(
        plant.udp([0x80, 0, 2, 0, 11, 0, 0, 21, 0, 1] + function + parameters, clientPort, 9_600, from: from, to: to))
      plant.send(
        plant.udp(
          [0xC0, 0, 2, 0, 21, 0, 0, 11, 0, 1] + function + [0, 0], 9_600, clientPort, from: to, to: from))
    }
  }
  /// PROFINET DCP (IEC 61158-6-10, 4.3): asks a station for its name.
  static func identify(_ from: Plant.Station, _ to: Plant.Station) -> @Sendable (Plant) -> Void {
    { plant in
      let request = hex("FEFD 03 00 00000001 0000 0002 0202") + [UInt8](repeating: 0, count: 32)
      plant.send(plant.ethernet(request, 0x8892, from: from, to: to))
      let answer = hex("FEFD 03 01 00000001 0000 000A 0202 0006 0000 706C6331") + [UInt8](repeating: 0, count: 24)
      plant.send(plant.ethernet(answer, 0x8892, from: to, to: from))
    }
  }
  /// Gives it the name `plc1`, for good.
  static func rename(_ from: Plant.Station, _ to: Plant.Station) -> @Sendable (Plant) -> Void {
    { plant in
      let request = hex("FEFD 04 00 00000002 0000 000A 0202 0006 0001 706C6331") + [UInt8](repeating: 0, count: 24)
      plant.send(plant.ethernet(request, 0x8892, from: from, to: to))
      let answer = hex("FEFD 04 01 00000002 0000 0008 0504 0003 0202 00 00") + [UInt8](repeating: 0, count: 26)
      plant.send(plant.ethernet(answer, 0x8892, from: to, to: from))
    }
  }
  static let stop: [UInt8] = [0x04, 0x02]
  static let run: [UInt8] = [0x04, 0x01]
  static let setClock: [UInt8] = [0x07, 0x02]
  static let noon: [UInt8] = [0x23, 0x11, 0x15, 0x12, 0x00]

  /// A station of the line works: it looks for an address, and sends to it.
  static func appear(_ station: Plant.Station) -> @Sendable (Plant) -> Void {
    { plant in
      plant.send(plant.arp(1, station, Plant.Station(plc.ip)))
      plant.send(plant.udp([1], 5_000, 7_000, from: station, to: plc))
    }
  }
  /// A station uses an address while another one does.
  static func alternate(
    _ first: Plant.Station, _ second: Plant.Station, to peer: Plant.Station = hmi
  ) -> @Sendable (Plant) -> Void {
    { plant in
      for _ in 0..<12 {
        plant.send(plant.udp([1], 5_000, 7_000, from: first, to: peer), wait: 0.5)
        plant.send(plant.udp([1], 5_000, 7_000, from: second, to: peer), wait: 0.5)
      }
    }
  }
  /// A station claims an address again and again, which another one uses.
  static func take(_ address: Plant.Station, by claimer: UInt64) -> @Sendable (Plant) -> Void {
    { plant in
      let claim = Plant.Station(address.ip, mac: claimer)
      for _ in 0..<6 {
        plant.send(plant.udp([1], 5_000, 7_000, from: address, to: hmi), wait: 0.5)
        plant.send(plant.arp(1, claim, claim), wait: 1)
      }
    }
  }
  /// The panel polls two controllers, of which one falls silent.
  static func fallSilent(_ silent: Plant.Station, _ other: Plant.Station, _ port: Int) -> @Sendable (Plant) -> Void {
    { plant in
      let lost = Connection(plant, from: hmi, to: silent, clientPort: port).open()
      let there = Connection(plant, from: hmi, to: other, clientPort: port + 1).open()
      for _ in 0..<20 {
        lost.read()
        there.read()
        plant.wait(0.99)
      }
      for attempt in 0..<60 {
        plant.send(plant.tcp(2, port + 2 + attempt, 502, from: hmi, to: silent))
        there.read()
        plant.wait(0.99)
      }
    }
  }
}

// MARK: Conduits

extension Advice {
  static let conduits: [Advice] = [
    Advice(
      .crossZoneFlow, "an office station reads", ["conduit", "site file", "(from, to", "services", "operation"],
      [.add("conduits", "- {from: office, to: plc, services: [modbus], operations: [read]}")],
      attacks: [
        Attack(name: "it writes", kind: .operationNotAllowed, play: write(clerk, plc, 5)),
        Attack(name: "another service", kind: .operationNotAllowed, play: connect(clerk, plc, port: 445)),
        Attack(name: "another device", kind: .crossZoneFlow, play: read(clerk, plc2, clientPort: 40_001)),
      ], read(clerk, plc)),
    Advice(
      .crossZoneFlow, "a port of which the protocol is not known", ["conduit", "services"],
      [.add("conduits", "- {from: line, to: scada, services: [tcp/8080]}")],
      attacks: [
        Attack(name: "another port", kind: .operationNotAllowed, play: connect(hmi, scada, port: 8_081)),
        Attack(name: "the other way", kind: .operationNotAllowed, play: connect(scada, hmi, port: 8_080)),
      ], connect(hmi, scada, port: 8_080, clientPort: 40_001)),
    Advice(
      .crossZoneFlow, "datagrams", ["conduit", "services"],
      [.add("conduits", "- {from: plc, to: office, services: [udp/514]}")],
      attacks: [Attack(name: "another port", kind: .operationNotAllowed, play: datagram(plc, clerk, port: 69))],
      datagram(plc, clerk, port: 514)),
    Advice(
      .crossZoneFlow, "echo requests", ["conduit", "services"],
      [.add("conduits", "- {from: office, to: line, services: [icmp]}")],
      attacks: [Attack(name: "TCP", kind: .operationNotAllowed, play: connect(clerk, hmi, port: 445))]
    ) { plant in
      plant.send(plant.echo(from: clerk, to: hmi))
      plant.send(plant.echo(from: hmi, to: clerk, isReply: true))
    },
    Advice(
      .crossZoneFlow, "a protocol by its name: FINS", ["conduit", "services", "operation"],
      [.add("conduits", "- {from: office, to: plc, services: [fins], operations: [state]}")],
      attacks: [
        Attack(name: "another device", kind: .crossZoneFlow, play: fins(run, clerk, plc2, clientPort: 9_601))
      ], fins(run, clerk, plc)),
    Advice(
      .crossZoneFlow, "a protocol inside another one", ["conduit", "services", "operation"],
      [.add("conduits", "- {from: office, to: plc, services: [umas], operations: [identify, session]}")],
      attacks: [Attack(name: "a write", kind: .operationNotAllowed, play: write(clerk, plc, 5))]
    ) { plant in
      let connection = Connection(plant, from: clerk, to: plc).open()
      connection.modbus([0x5A, 0, 0x02], [0x5A, 0, 0xFE, 1, 2, 3, 4, 5, 6, 7, 8])
    },
    Advice(
      .operationNotAllowed, "further registers", ["conduit", "targets"],
      [.change("holding-register 0-99", "holding-register 0-150")],
      attacks: [Attack(name: "beyond", kind: .operationNotAllowed, play: write(hmi, plc, 151))],
      write(hmi, plc, 150, clientPort: 40_000)),
    Advice(
      .operationNotAllowed, "a further operation", ["conduit", "operation"],
      [.change("services: [modbus], operations: [read]}", "services: [modbus], operations: [read, write]}")],
      attacks: [
        Attack(name: "another operation", kind: .operationNotAllowed) { plant in
          Connection(plant, from: scada, to: plc, clientPort: 40_001).open().modbus([8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
        }
      ], write(scada, plc, 3)),
    Advice(
      .operationNotAllowed, "a single function", ["conduit", "operation"],
      [.change("operations: [read]}", #"operations: [read, "modbus 43/14"]}"#)],
      attacks: [Attack(name: "another operation", kind: .operationNotAllowed, play: write(scada, plc, 3))]
    ) { plant in
      Connection(plant, from: scada, to: plc).open().modbus(
        [0x2B, 0x0E, 1, 0], [0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 2, 0x41, 0x42])
    },
    Advice(
      .operationNotAllowed, "a further service", ["conduit", "services"],
      [.change("from: scada, to: line, services: [modbus]", "from: scada, to: line, services: [modbus, tcp/443]")],
      attacks: [Attack(name: "another service", kind: .operationNotAllowed, play: connect(scada, plc, port: 22))],
      connect(scada, plc, port: 443, clientPort: 40_001)),
    Advice(
      .operationNotAllowed, "an operation without a target", ["conduit", "operation"],
      before: [
        .add(
          "conduits",
          #"- {from: office, to: plc, services: [fins], operations: [read, state], targets: ["DM 0-9"]}"#)
      ], [.add("conduits", "- {from: office, to: plc, services: [fins], operations: [state]}")],
      attacks: [
        Attack(name: "the clock", kind: .operationNotAllowed, play: fins(setClock, clerk, plc, parameters: noon))
      ], fins(run, clerk, plc)),
    Advice(
      .outsideWindow, "a visit at another time", ["window", "site file"],
      [.change(#"{days: [sat], hours: "09:00-17:00"}"#, #"{days: [wed, sat], hours: ["06:00-08:00", "09:00-17:00"]}"#)],
      attacks: [
        Attack(name: "after it", kind: .outsideWindow) { plant in
          plant.wait(3_600)
          read(laptop, plc, clientPort: 40_001)(plant)
        }
      ], read(laptop, plc)),
    Advice(
      .controllerCommand, "an engineering station that is not listed", ["asset", "conduit", "window"],
      [
        .add("assets", #"engineering: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: engineering, to: plc, services: [fins], operations: [state], during: tonight}"),
        .add("windows", #"tonight: {days: [wed], hours: "06:00-08:00"}"#),
      ], also: [.unknownMAC],
      attacks: [
        Attack(name: "another controller", kind: .controllerCommand, play: fins(stop, recipes, plc2)),
        Attack(name: "after the window", kind: .outsideWindow) { plant in
          plant.wait(3_600)
          fins(stop, recipes, plc)(plant)
        },
      ], fins(stop, recipes, plc)),
    Advice(
      .controllerCommand, "without a site file: one is written", ["site file", "stations"], before: nil,
      [
        .add("assets", #"engineering: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: engineering, to: plc, services: [fins], operations: [state]}"),
      ],
      attacks: [Attack(name: "another station", kind: .controllerCommand, play: fins(stop, hmi, plc))],
      fins(stop, recipes, plc)),
    Advice(
      .clockSetByStranger, "a time source", ["asset", "conduit", "operation", "clock"],
      [
        .add("assets", #"clock: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: clock, to: line, services: [fins], operations: [clock]}"),
      ], also: [.unknownMAC],
      attacks: [
        Attack(
          name: "another station", kind: .clockSetByStranger, play: fins(setClock, stranger, plc, parameters: noon)),
        Attack(name: "it stops the controller", kind: .controllerCommand, play: fins(stop, recipes, plc)),
      ], fins(setClock, recipes, plc, parameters: noon)),
    Advice(
      .deviceRenamed, "a device is commissioned", ["conduit", "operation", "configure", "targets"],
      [
        .add(
          "conduits",
          #"- {from: hmi, to: line, services: [profinet-dcp], operations: [configure], targets: [station plc1]}"#)
      ],
      attacks: [
        Attack(name: "another station", kind: .deviceRenamed, play: rename(laptop, plc2)),
        Attack(name: "another name", kind: .operationNotAllowed) { plant in
          let request = hex("FEFD 04 00 00000003 0000 000A 0202 0006 0001 706C6332") + [UInt8](repeating: 0, count: 24)
          plant.send(plant.ethernet(request, 0x8892, from: hmi, to: plc2))
        },
      ], rename(hmi, plc2)),
    Advice(
      .externalCommunication, "a service of the vendor", ["conduit", "external"],
      [.add("conduits", "- {from: plc, to: external, services: [tcp/443]}")],
      attacks: [
        Attack(name: "another device", kind: .externalCommunication, play: connect(hmi, outside, port: 443)),
        Attack(name: "another service", kind: .operationNotAllowed, play: connect(plc, outside, port: 21)),
        Attack(name: "the other way", kind: .externalCommunication, play: connect(outside, plc, port: 443)),
      ], connect(plc, outside, port: 443, clientPort: 40_001)),
    Advice(
      .externalCommunication, "a network of the company", ["zone", "add the network", "site file"],
      [.change("192.168.20.0/24]", "192.168.20.0/24, 172.16.5.0/24]")],
      attacks: [
        Attack(name: "another network", kind: .externalCommunication, play: read(outside, plc, clientPort: 40_001))
      ], read(Plant.Station("172.16.5.9", mac: router), plc)),
    Advice(
      .newWriter, "a recipe server", ["asset", "conduit", "targets"],
      [
        .add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40, role: server}"#),
        .add(
          "conduits",
          #"- {from: recipes, to: plc, services: [modbus], operations: [write], targets: ["holding-register 200-299"]}"#
        ),
      ], also: [.unknownMAC],
      attacks: [
        Attack(name: "another register", kind: .operationNotAllowed, play: write(recipes, plc, 5)),
        Attack(name: "another station", kind: .newWriter, play: write(stranger, plc, 200)),
      ], write(recipes, plc, 200, clientPort: 40_000)),
    Advice(
      .newWriter, "without a site file: one is written", ["asset", "conduit"], before: nil,
      [
        .add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40, role: server}"#),
        .add("conduits", "- {from: recipes, to: plc, services: [modbus], operations: [write]}"),
      ],
      attacks: [Attack(name: "another station", kind: .newWriter, play: write(stranger, plc, 200))]
    ) { plant in
      write(hmi, plc, 5, clientPort: 40_000)(plant)
      plant.wait(700)
      write(recipes, plc, 200)(plant)
    },
    Advice(
      .unlistedFlow, "in a zone where everything is listed",
      ["conduit", "site file", "(from, to", "services", "operation"],
      before: [.change("vlans: [10]}", "vlans: [10], inside: listed}")],
      [.add("conduits", "- {from: hmi, to: plc-2, services: [modbus], operations: [read]}")],
      attacks: [
        Attack(name: "it writes", kind: .operationNotAllowed, play: write(hmi, plc2, 5)),
        Attack(name: "another device", kind: .unlistedFlow, play: read(plc2, hmi, clientPort: 40_001)),
      ], read(hmi, plc2)),
    Advice(
      .unlistedFlow, "a controller that begins to talk", ["conduit"],
      before: [.change("vlans: [10]}", "vlans: [10], inside: operations}")],
      [.add("conduits", "- {from: plc, to: plc-2, services: [tcp/8080]}")],
      attacks: [
        Attack(name: "another controller", kind: .unlistedFlow, play: connect(plc2, hmi, port: 8_080)),
        Attack(name: "another service", kind: .operationNotAllowed, play: connect(plc, plc2, port: 8_082)),
      ], connect(plc, plc2, port: 8_080, clientPort: 40_001)),
    Advice(
      .unlistedFlow, "a protocol without IP", ["conduit", "services"],
      before: [.change("vlans: [10]}", "vlans: [10], inside: listed}")],
      [.add("conduits", "- {from: hmi, to: plc-2, services: [profinet-dcp], operations: [identify]}")],
      attacks: [
        Attack(name: "another device", kind: .unlistedFlow, play: identify(plc2, hmi)),
        Attack(name: "its name is changed", kind: .deviceRenamed, play: rename(hmi, plc2)),
      ], identify(hmi, plc2)),
  ]
}

// MARK: Assets

extension Advice {
  static let assets: [Advice] = [
    Advice(
      .unknownMAC, "a new device", ["asset", "zone", "MAC address"],
      [.add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28"}"#)],
      attacks: [
        Attack(name: "another device", kind: .unknownMAC, play: appear(stranger)),
        Attack(
          name: "it takes another zone's address", kind: .wrongZone,
          play: datagram(Plant.Station("192.168.20.40", mac: recipes.mac), scada, port: 7_000)),
      ], appear(recipes)),
    Advice(
      .unknownMAC, "a new device without an IP address", ["asset", "zone", "MAC address"],
      [.add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28"}"#)],
      attacks: [
        Attack(name: "another device", kind: .unknownMAC) { plant in
          plant.send(plant.ethernet([UInt8](repeating: 0, count: 46), 0x88CC, from: stranger, to: plc, vlan: 10))
        }
      ]
    ) { plant in
      plant.send(plant.ethernet([UInt8](repeating: 0, count: 46), 0x88CC, from: recipes, to: plc, vlan: 10))
    },
    Advice(
      .unknownIP, "a new device behind a router", ["asset", "zone", "IP address"],
      before: [.add("assets", "server: {zone: scada, ip: 192.168.20.11}")],
      [.add("assets", "archive: {zone: scada, ip: 192.168.20.12}")],
      attacks: [Attack(name: "another address", kind: .unknownIP, play: readRouted("192.168.20.13"))],
      readRouted("192.168.20.12")),
    Advice(
      .unknownIP, "a listed device with a second address", ["asset", "zone", "IP address"],
      [.change("ip: 192.168.10.21,", "ip: [192.168.10.21, 192.168.10.22],")],
      attacks: [
        Attack(
          name: "a third address", kind: .unknownIP, play: appear(Plant.Station("192.168.10.23", mac: hmi.mac))),
        Attack(
          name: "another device with it", kind: .wrongZone,
          play: appear(Plant.Station("192.168.10.22", mac: stranger.mac))),
      ], appear(Plant.Station("192.168.10.22", mac: hmi.mac))),
    Advice(
      .unknownIP, "the second address as an asset of its own", ["asset", "zone", "IP address"],
      [.add("assets", "hmi-2: {zone: line, ip: 192.168.10.22}")],
      attacks: [
        Attack(
          name: "a third address", kind: .unknownIP, play: appear(Plant.Station("192.168.10.23", mac: hmi.mac)))
      ], appear(Plant.Station("192.168.10.22", mac: hmi.mac))),
    Advice(
      .wrongZone, "a device that was moved", ["asset", "zone", "addresses", "site file"],
      [
        .change("hmi: {zone: line,", "hmi: {zone: scada,"), .change("ip: 192.168.10.21,", "ip: 192.168.20.21,"),
      ],
      attacks: [
        Attack(name: "it comes back", kind: .wrongZone, play: datagram(hmi, plc, port: 7_000))
      ], datagram(Plant.Station("192.168.20.21", mac: hmi.mac), Plant.Station("192.168.20.11"), port: 7_000)),
    Advice(
      .wrongZone, "a device that was replaced", ["asset", "MAC address"],
      [.change("02:00:00:00:10:0c", "02:00:00:00:20:0c")],
      attacks: [
        Attack(
          name: "one with a third MAC address", kind: .wrongZone,
          play: appear(Plant.Station(plc2.ip, mac: stranger.mac)))
      ], appear(Plant.Station(plc2.ip, mac: 0x0200_0000_200C))),
    Advice(
      .wrongZone, "a VLAN that was given to another zone", ["VLAN", "zone"],
      [.change("vlans: [20, 21]", "vlans: [20]"), .change("vlans: [10]", "vlans: [10, 21]")],
      attacks: [
        Attack(name: "another VLAN", kind: .wrongZone) { plant in
          plant.wait(60)
          plant.send(plant.ip([1, 2, 3, 4], 253, from: plc2, to: plc, vlan: 20))
        }
      ]
    ) { plant in plant.send(plant.ip([1, 2, 3, 4], 253, from: plc2, to: plc, vlan: 21)) },
    Advice(
      .addressConflict, "a server with teamed network cards",
      ["asset", "site file", "MAC address", "addresses", "IP address"],
      before: [.add("assets", "server: {zone: line, ip: 192.168.10.40, role: server}")],
      [.change("ip: 192.168.10.40,", #"ip: 192.168.10.40, mac: ["02:00:00:00:10:28", "02:00:00:00:10:29"],"#)],
      attacks: [
        Attack(
          name: "a third card", kind: .wrongZone,
          play: alternate(recipes, Plant.Station(recipes.ip, mac: stranger.mac)))
      ], alternate(recipes, Plant.Station(recipes.ip, mac: 0x0200_0000_1029))),
    Advice(
      .addressConflict, "two gateways with an address in common",
      ["site file", "role", "gateway", "router", "MAC address"],
      before: [
        .add("assets", #"gateway-a: {zone: line, mac: "02:00:00:00:10:02", ip: 192.168.10.2, role: gateway}"#),
        .add("assets", #"gateway-b: {zone: line, mac: "02:00:00:00:10:03", ip: 192.168.10.3, role: gateway}"#),
      ],
      [
        .add(
          "assets",
          #"shared: {zone: line, mac: ["02:00:00:00:10:02", "02:00:00:00:10:03"], ip: 192.168.10.4, role: gateway}"#)
      ],
      attacks: [
        Attack(
          name: "a third device", kind: .addressConflict,
          play: alternate(
            Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), Plant.Station("192.168.10.4", mac: stranger.mac)))
      ],
      alternate(
        Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), Plant.Station("192.168.10.4", mac: 0x0200_0000_1003))),
    Advice(
      .arpSpoofing, "gateways that take an address over from each other",
      ["site file", "role", "gateway", "MAC address"],
      before: [
        .add("assets", #"gateway-a: {zone: line, mac: "02:00:00:00:10:02", ip: 192.168.10.2, role: gateway}"#),
        .add("assets", #"gateway-b: {zone: line, mac: "02:00:00:00:10:03", ip: 192.168.10.3, role: gateway}"#),
      ],
      [
        .add(
          "assets",
          #"shared: {zone: line, mac: ["02:00:00:00:10:02", "02:00:00:00:10:03"], ip: 192.168.10.4, role: gateway}"#)
      ],
      attacks: [
        Attack(
          name: "a third device", kind: .arpSpoofing,
          play: take(Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), by: stranger.mac)),
        Attack(name: "a controller's address", kind: .arpSpoofing, play: take(plc, by: 0x0200_0000_1003)),
      ], take(Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), by: 0x0200_0000_1003)),
    Advice(
      .arpSpoofing, "a router that answers for the devices behind it", ["site file", "role", "router"],
      before: [
        .change("192.168.20.0/24]", "192.168.10.128/25]"), .change("192.168.10.0/24]", "192.168.10.0/25]"),
        .change("role: router", "role: switch"),
      ]
        + (150..<156).map {
          .add(
            "assets",
            "server-\($0): {zone: scada, mac: \"02:00:00:00:20:\(String($0, radix: 16))\", ip: 192.168.10.\($0)}")
        }, [.change("role: switch", "role: router")], also: [.wrongZone],
      attacks: [
        Attack(name: "another device answers", kind: .arpSpoofing, play: answerForOthers(stranger.mac))
      ], answerForOthers(router)),
    Advice(
      .hostSweep, "network management", ["asset", "conduit", "services"],
      [
        .add("assets", #"nms: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: nms, to: scada, services: [icmp]}"),
      ], also: [.unknownMAC, .crossZoneFlow],
      attacks: [
        Attack(name: "another station", kind: .hostSweep, play: sweep(hmi)),
        Attack(name: "another service", kind: .hostSweep) { plant in
          for number in 100..<130 {
            let host = Plant.Station("192.168.20.\(number)", mac: router)
            plant.send(plant.tcp(2, 40_000, 445, from: recipes, to: host))
          }
        },
      ], sweep(recipes)),
    Advice(
      .deviceSilent, "a device that comes and goes", ["presence", "site file"],
      [.change("ip: 192.168.10.11, role: plc}", "ip: 192.168.10.11, role: plc, presence: occasional}")],
      attacks: [Attack(name: "another device", kind: .deviceSilent, play: fallSilent(plc2, plc, 44_000))],
      fallSilent(plc, plc2, 41_000)),
  ]

  static let exceptions: [Advice] = [
    Advice(
      .portScan, "an approved scanner", ["asset", "exception"],
      [.add("assets", scanner), exception("kind: port-scan, from: nms")], also: [.unknownMAC],
      attacks: [Attack(name: "another station", kind: .portScan, play: scan(hmi))], scan(recipes)),
    Advice(
      .hostSweep, "an approved scanner", ["asset", "exception"],
      [.add("assets", scanner), exception("kind: [host-sweep, cross-zone-flow], from: nms")],
      also: [.unknownMAC, .crossZoneFlow],
      attacks: [Attack(name: "another station", kind: .hostSweep, play: sweep(hmi))], sweep(recipes)),
    Advice(
      .malformedMessage, "a fault that the vendor has confirmed", ["exception"],
      [exception("kind: malformed-message, from: hmi")],
      attacks: [Attack(name: "another device", kind: .malformedMessage, play: askWrongly(laptop, 45_000))],
      askWrongly(hmi, 44_000)),
    Advice(
      .deviceSilent, "a device out of service", ["exception"], [exception("kind: device-silent, device: plc")],
      attacks: [Attack(name: "another device", kind: .deviceSilent, play: fallSilent(plc2, plc, 44_000))],
      fallSilent(plc, plc2, 41_000)),
    Advice(
      .valueNotAllowed, "a setpoint that is legitimate", ["conduit"],
      before: [.change(#"["holding-register 0-99"]"#, #"[{"holding-register 0-99": [0, 100]}]"#)],
      [.change("[0, 100]", "[0, 300]")],
      attacks: [Attack(name: "a higher one", kind: .valueNotAllowed, play: set(20, 301, clientPort: 40_200))],
      set(20, 300, clientPort: 40_100)),
  ]

  private static let scanner = #"nms: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#
  private static func exception(_ what: String) -> Edit {
    .change("windows:", "exceptions:\n  - {\(what), reason: known, owner: plant IT, until: 2099-12-31}\nwindows:")
  }

  /// Forty ports of one device.
  static func scan(_ station: Plant.Station) -> @Sendable (Plant) -> Void {
    { plant in
      for port in 2_000..<2_040 {
        plant.send(plant.tcp(2, 50_000, port, from: station, to: plc))
        plant.send(plant.tcp(0x14, port, 50_000, from: plc, to: station, acknowledgement: 1_001))
        plant.wait(0.1)
      }
    }
  }
  /// Asks for no register, which the device refuses.
  static func askWrongly(_ station: Plant.Station, _ port: Int) -> @Sendable (Plant) -> Void {
    { plant in
      Connection(plant, from: station, to: plc, clientPort: port).open().modbus([3, 0, 0, 0, 0], [0x83, 3])
    }
  }
  static func set(_ register: UInt8, _ value: Int, clientPort: Int) -> @Sendable (Plant) -> Void {
    { plant in
      let pdu = [6, 0, register, UInt8(value >> 8), UInt8(value & 255)]
      Connection(plant, from: hmi, to: plc, clientPort: clientPort).open().modbus(pdu, pdu)
    }
  }

  static func sweep(_ station: Plant.Station) -> @Sendable (Plant) -> Void {
    { plant in
      for number in 100..<130 {
        plant.send(plant.echo(from: station, to: Plant.Station("192.168.20.\(number)", mac: router)))
        plant.wait(0.5)
      }
    }
  }
  static func answerForOthers(_ mac: UInt64) -> @Sendable (Plant) -> Void {
    { plant in
      for _ in 0..<3 {
        for number in 150..<156 {
          let wanted = Plant.Station("192.168.10.\(number)", mac: mac)
          // The mirror port shows the devices themselves, too.
          let device = Plant.Station(wanted.ip, mac: 0x0200_0000_2000 | UInt64(number))
          plant.send(plant.udp([1], 5_000, 7_000, from: device, to: Plant.Station("192.168.10.149")))
          plant.send(plant.arp(1, plc, Plant.Station(wanted.ip)))
          plant.send(plant.arp(2, wanted, plc, to: plc))
          plant.wait(1)
        }
      }
    }
  }

  static let all = conduits + assets + exceptions
}
