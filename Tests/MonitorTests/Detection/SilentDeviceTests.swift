// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// Devices that are asked and no longer answer.
@Suite struct SilentDeviceTests {
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let plc2 = Plant.Station("192.168.10.12", mac: 0x0200_0000_100C)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  private static let attacker = Plant.Station("192.168.10.77")
  private static let syn: UInt8 = 2

  /// Stations that poll two controllers, of which one falls silent.
  private final class Line {
    let plant: Plant
    private let other: Connection
    private var port = 41_000
    private let client: Plant.Station
    private(set) var device = plc

    init(_ plant: Plant, client: Plant.Station = hmi, hasOther: Bool = true) {
      self.plant = plant
      self.client = client
      other = Connection(plant, from: hmi, to: plc2, clientPort: 40_500)
      if hasOther { other.open() }
      self.hasOther = hasOther
      connection = Connection(plant, from: client, to: plc).open()
    }
    private let hasOther: Bool
    private(set) var connection: Connection

    /// A second of polling, answered by both.
    func work(_ seconds: Int) {
      for _ in 0..<seconds {
        connection.read()
        others()
      }
    }
    func others() {
      if hasOther { other.read() }
      plant.wait(0.99)
    }
    func reconnect() {
      port += 1
      connection = Connection(plant, from: client, to: plc, clientPort: port).open()
    }
    /// The client tries to connect again, every second.
    func connect(_ seconds: Int, from station: Plant.Station? = nil) {
      for _ in 0..<seconds {
        port += 1
        plant.send(plant.tcp(syn, port, 502, from: station ?? client, to: plc))
        others()
      }
    }
    /// It looks for the address, every second.
    func resolve(_ seconds: Int, from station: Plant.Station? = nil) {
      for _ in 0..<seconds {
        plant.send(plant.arp(1, station ?? client, plc))
        others()
      }
    }
  }

  private static func alerts(_ plant: Plant) throws -> [Record] {
    try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["device-silent"] }
  }

  @Test(
    "a device that does not answer for thirty seconds is silent; a restart of eight is not", arguments: [8, 28, 36])
  func threshold(_ seconds: Int) throws {
    for way in 0..<3 {
      let plant = try Plant()
      let line = Line(plant)
      line.work(20)
      switch way {
      case 0: line.connect(seconds)
      case 1:
        // An ARP request by whom it has answered one.
        line.plant.send(plant.arp(1, Self.hmi, Self.plc))
        line.plant.send(plant.arp(2, Self.plc, Self.hmi, to: Self.hmi))
        line.resolve(seconds)
      default:
        for _ in 0..<seconds {
          line.connection.modbus([3, 0, 0, 0, 1], nil)
          line.others()
        }
      }
      line.reconnect()
      line.work(40)
      #expect((plant.found["device-silent"] ?? 0) == (seconds > 30 ? 1 : 0), "way \(way)")
      #expect(plant.kinds.isSubset(of: ["device-silent", "unanswered-request"]), "\(plant.kinds)")
    }
  }

  @Test(
    "the alert says who, since when, and who noticed; its end says that it answers again", arguments: Language.allCases)
  func text(_ language: Language) throws {
    let plant = try Plant(site: Plant.site, language: language)
    let line = Line(plant)
    line.work(20)
    line.connect(125)
    line.reconnect()
    line.work(5)
    let alerts = try Self.alerts(plant)
    #expect(alerts.count == 2)
    let first = try #require(alerts.first)
    let last = try #require(alerts.last)
    #expect(first.text("src_ip") == Self.hmi.ip && first.text("dest_ip") == Self.plc.ip)
    #expect(first.number("alert.severity") == 2)
    let summary = try #require(first.text("alert.context.ooda.observe.summary"))
    #expect(summary.contains("plc (192.168.10.11)") && summary.contains("hmi (192.168.10.21)"), "\(summary)")
    #expect(summary.contains("2023-11-15"), "\(summary)")
    let seen = try #require(first.text("alert.context.ooda.observe.seen"))
    #expect(seen.contains(language == .en ? "questions within 3" : "回の問い合わせに応答なし"), "\(seen)")
    #expect(last.text("alert.context.status") == "closed" && last.number("alert.severity") == 4)
    #expect(last.text("alert.context.alert_id") == first.text("alert.context.alert_id"))
    let end = try #require(last.text("alert.context.ooda.observe.summary"))
    #expect(end.contains(language == .en ? "answers again, 2 minutes after" : "最後の通信から2分"), "\(end)")
  }

  @Test("a second silence, an hour later, is a new alert, and one that lasts is one")
  func again() throws {
    let plant = try Plant(language: .en)
    let line = Line(plant)
    for seconds in [60, 3_600, 40] {
      line.work(20)
      line.connect(seconds)
      line.reconnect()
      line.work(seconds == 60 ? 3_600 : 20)
    }
    let alerts = try Self.alerts(plant)
    #expect(Set(alerts.compactMap { $0.text("alert.context.alert_id") }).count == 3)
    #expect(
      alerts.compactMap { $0.text("alert.context.status") }
        == Array(repeating: ["open", "closed"], count: 3).joined().map { $0 })
  }

  @Test("requests of a silent device are its silence, and not reported a second time")
  func requests() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(20)
    for _ in 0..<120 {
      line.connection.modbus([3, 0, 0, 0, 1], nil)
      line.others()
    }
    #expect(plant.found == ["device-silent": 1])
  }

  @Test("a device that was never heard, one that nobody asks, and one whom only strangers ask are not missed")
  func unasked() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(5)
    // Nobody asks.
    for _ in 0..<60 { line.others() }
    #expect(plant.kinds == [])
    // A stranger, whom it has never answered.
    line.connect(60, from: Self.attacker)
    line.resolve(60, from: Self.attacker)
    #expect(plant.found["device-silent"] == nil)
    // Never heard: the mirror port shows the client alone.
    let oneWay = try Plant()
    let connection = Connection(oneWay, from: Self.hmi, to: Self.plc)
    connection.isServerVisible = false
    connection.open()
    for _ in 0..<100 {
      connection.read()
      oneWay.wait(1)
    }
    #expect(oneWay.found["device-silent"] == nil)
  }

  @Test(
    "the mirror port that no longer shows a device, while others hear it, is not its silence", arguments: [true, false])
  func mirrorPort(_ isConnected: Bool) throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(20)
    line.connection.isServerVisible = false
    for number in 0..<90 {
      let connection =
        isConnected
        ? line.connection : Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 42_000 + number)
      if !isConnected {
        connection.isServerVisible = false
        connection.open()
      }
      connection.read()
      line.others()
    }
    #expect(plant.found["device-silent"] == nil)
  }

  @Test("without an own connection that shows it, another device must be heard", arguments: [true, false])
  func others(_ isHeard: Bool) throws {
    let plant = try Plant()
    // FINS over UDP: memory area read of one word, and its answer.
    let ask = hex("80 00 02 00 0B 00 00 15 00 01 01 01 82 00 64 00 00 01")
    let answer = hex("C0 00 02 00 15 00 00 0B 00 01 01 01 00 00 12 34")
    let other = Connection(plant, from: Self.hmi, to: Self.plc2, clientPort: 40_500).open()
    for second in 0..<80 {
      plant.send(plant.udp(ask, 9_600, 9_600, from: Self.hmi, to: Self.plc))
      if second < 30 { plant.send(plant.udp(answer, 9_600, 9_600, from: Self.plc, to: Self.hmi)) }
      if second < 30 || isHeard { other.read() }
      plant.wait(1)
    }
    #expect((plant.found["device-silent"] ?? 0) == (isHeard ? 1 : 0))
  }

  @Test("the mirror port is lost altogether, and comes back")
  func lost() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(20)
    line.connection.modbus([3, 0, 0, 0, 1], nil)
    plant.wait(600)
    line.reconnect()
    line.work(20)
    #expect(plant.found["device-silent"] == nil)
  }

  @Test("packets in its name from another station do not hide its silence; who answers in its place does")
  func spoofer() throws {
    for isReplaced in [false, true] {
      let plant = try Plant()
      let line = Line(plant)
      line.work(20)
      let other = Plant.Station(Self.plc.ip, mac: Self.attacker.mac)
      for second in 0..<60 {
        line.connect(1)
        if isReplaced {
          if second == 5 { Connection(plant, from: Self.hmi, to: other, clientPort: 43_000).open().read() }
        } else {
          plant.send(plant.udp([1, 2, 3], 1_025, 7_000, from: other, to: Self.hmi))
          plant.send(plant.arp(2, other, Self.hmi, to: Self.hmi))
        }
      }
      #expect((plant.found["device-silent"] != nil) == !isReplaced, "replaced: \(isReplaced)")
    }
  }

  @Test("questions in a frame that the device does not get are none")
  func elsewhere() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(20)
    for number in 0..<60 {
      plant.send(
        plant.tcp(
          Self.syn, 45_000 + number, 502, from: Self.hmi, to: Plant.Station(Self.plc.ip, mac: 0x0200_0000_9999)))
      line.others()
    }
    #expect(plant.found["device-silent"] == nil)
  }

  @Test("a device that others reach through a router, which the mirror port shows on both sides")
  func throughRouter() throws {
    let plant = try Plant(language: .en)
    let line = Line(plant)
    let router: UInt64 = 0x0200_0000_1001
    let scada = Plant.Station("192.168.20.11", mac: 0x0200_0000_200B)
    func exchange(_ port: Int, _ isAnswered: Bool) {
      var sequences = (1_000, 5_000)
      func send(_ flags: UInt8, _ isToDevice: Bool, _ payload: [UInt8] = []) {
        let mine = isToDevice ? sequences.0 : sequences.1
        let theirs = flags & 16 != 0 ? (isToDevice ? sequences.1 : sequences.0) : 0
        let (near, far) = (Plant.Station(Self.plc.ip, mac: router), Plant.Station(scada.ip, mac: router))
        for isFirst in [true, false] {
          let from = isToDevice ? (isFirst ? scada : far) : (isFirst ? Self.plc : near)
          let to = isToDevice ? (isFirst ? near : Self.plc) : (isFirst ? far : scada)
          if !isFirst { plant.identification -= 1 }
          plant.send(
            plant.tcp(
              flags, isToDevice ? port : 502, isToDevice ? 502 : port, from: from, to: to, sequence: mine,
              acknowledgement: theirs, payload, hopLimit: isFirst ? 64 : 63), wait: 0.0001)
          if isToDevice, !isAnswered { return }
        }
        if isToDevice { sequences.0 += max(1, payload.count) } else { sequences.1 += max(1, payload.count) }
      }
      send(2, true)
      guard isAnswered else { return }
      send(18, false)
      let request = Connection.message(1, [3, 0, 0, 0, 1])
      for _ in 0..<3 {
        send(24, true, request)
        send(24, false, Connection.message(1, [3, 2, 0, 7]))
        line.others()
      }
    }
    for number in 0..<5 { exchange(50_000 + number, true) }
    for number in 0..<45 {
      exchange(51_000 + number, false)
      line.others()
    }
    let alerts = try Self.alerts(plant)
    #expect(alerts.compactMap { $0.text("src_ip") } == [scada.ip])
  }

  @Test("a device that answers ARP but no connection is silent")
  func addressOnly() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(20)
    for _ in 0..<40 {
      plant.send(plant.arp(1, Self.hmi, Self.plc))
      plant.send(plant.arp(2, Self.plc, Self.hmi, to: Self.hmi))
      line.connect(1)
    }
    #expect(plant.found == ["device-silent": 1])
  }

  @Test("ten thousand others, and a flood of questions to hosts that are not there, hide no silence")
  func inNoise() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(70)
    for second in 0..<40 {
      line.connect(1)
      for number in 0..<500 {
        let absent = Plant.Station("10.\(second).\(number / 250).\(1 + number % 250)")
        plant.send(plant.tcp(Self.syn, 40_000, 502, from: Self.hmi, to: absent), wait: 0)
        plant.send(plant.arp(1, Self.hmi, absent), wait: 0)
      }
    }
    #expect(plant.found["device-silent"] == 1)
  }

  @Test("pairs of forged stations that answer each other do not push a device out")
  func forgedPairs() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(70)
    let ask = hex("80 00 02 00 0B 00 00 15 00 01 01 01 82 00 64 00 00 01")
    let answer = hex("C0 00 02 00 15 00 00 0B 00 01 01 01 00 00 12 34")
    for number in 0..<18_000 {
      let forged = Plant.Station(
        "10.\(number / 62_500).\(number / 250 % 250).\(1 + number % 250)", mac: 0x0200_0000_8888)
      plant.send(plant.udp(ask, 9_600, 9_600, from: Self.attacker, to: forged), wait: 0)
      plant.send(plant.udp(answer, 9_600, 9_600, from: forged, to: Self.attacker), wait: 0)
      if number % 500 == 0 { line.connect(1) }
    }
    #expect(plant.found["device-silent"] == 1)
  }

  @Test("a whole line without power is one alert for each of eight devices, and a sum")
  func line() throws {
    let plant = try Plant(language: .en)
    let line = Line(plant)
    line.work(5)
    let devices = (100..<130).map { Plant.Station("192.168.10.\($0)") }
    for (number, device) in devices.enumerated() {
      Connection(plant, from: Self.hmi, to: device, clientPort: 44_000 + number).open().read()
    }
    for second in 0..<40 {
      for (number, device) in devices.enumerated() {
        plant.send(plant.tcp(Self.syn, 46_000 + second * 100 + number, 502, from: Self.hmi, to: device))
      }
      line.work(1)
    }
    let alerts = try Self.alerts(plant)
    let sums = alerts.filter { $0.value("alert.context.rest") != nil }
    #expect(Set(alerts.compactMap { $0.text("alert.context.alert_id") }).count == 9)
    #expect(sums.last?.number("alert.context.destinations") == 30)
  }

  @Test("what the site file says is there now and then is not missed")
  func occasional() throws {
    let laptop = Plant.Station("192.168.10.90", mac: 0x0200_0000_105A)
    let plant = try Plant(site: Plant.site)
    let line = Line(plant)
    Connection(plant, from: Self.hmi, to: laptop, clientPort: 44_000).open().read()
    for second in 0..<60 {
      plant.send(plant.tcp(Self.syn, 45_000 + second, 502, from: Self.hmi, to: laptop))
      line.work(1)
    }
    #expect(plant.found["device-silent"] == nil)
  }

  @Test("a device behind a router")
  func routed() throws {
    let plant = try Plant(language: .en)
    let remote = Plant.Station("10.9.9.9", mac: 0x0200_0000_1001)
    let connection = Connection(plant, from: Self.hmi, to: remote, clientPort: 44_000)
    connection.serverHopLimit = 61
    connection.open()
    let line = Line(plant)
    for _ in 0..<10 {
      connection.read()
      line.work(1)
    }
    for second in 0..<40 {
      plant.send(plant.tcp(Self.syn, 45_000 + second, 502, from: Self.hmi, to: remote))
      line.work(1)
    }
    #expect(try Self.alerts(plant).compactMap { $0.text("dest_ip") } == [remote.ip])
  }

  @Test("stations without IP: who stops answering cyclic data is silent; who only publishes is not missed")
  func withoutIP() throws {
    let plant = try Plant(language: .en)
    let (controller, device) = (Plant.Station("0.0.0.1"), Plant.Station("0.0.0.2"))
    let third = Plant.Station("0.0.0.3")
    // PROFINET cyclic data: frame ID, 40 bytes, cycle counter, data status, transfer status.
    func cyclic(_ from: Plant.Station, _ to: Plant.Station, _ cycle: Int) {
      let payload = big(0x8000) + [UInt8](repeating: 0x80, count: 40) + big(cycle & 0xFFFF) + [0x35, 0]
      plant.send(plant.ethernet(payload, 0x8892, from: from, to: to))
    }
    // GOOSE to a group: nobody asks it.
    for second in 0..<100 {
      cyclic(controller, device, second)
      if second < 40 { cyclic(device, controller, second) }
      cyclic(controller, third, second)
      cyclic(third, controller, second)
      plant.wait(1)
    }
    let alerts = try Self.alerts(plant)
    #expect(alerts.count == 1)
    #expect(alerts.first?.text("ether.dest_mac") == "02:00:00:00:00:02")
  }

  @Test("the clock of a capture may jump back, and a capture may end")
  func jump() throws {
    let plant = try Plant()
    let line = Line(plant)
    line.work(20)
    line.connect(20)
    plant.wait(-7_200)
    line.connect(20)
    #expect(plant.found["device-silent"] == nil)
    line.connect(20)
    #expect(plant.found["device-silent"] == 1)
    // The same again and again: it answers each time.
    let repeated = try Plant()
    let loop = Line(repeated)
    for _ in 0..<6 {
      loop.work(48)
      repeated.wait(-48)
      loop.reconnect()
    }
    #expect(repeated.kinds == [])
    let short = try Plant(language: .en)
    let second = Line(short)
    second.work(20)
    second.connect(25)
    #expect(try Self.alerts(short).isEmpty)
  }
}
