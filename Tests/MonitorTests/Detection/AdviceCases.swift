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

  static let all = conduits + assets + exceptions
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
