// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// What is reported of stops, transfers, settings, clocks and logins where no site file says who may do this, and what
/// the summary lists of them.
@Suite struct DeedTests {
  private static let plc = Plant.Station("192.168.10.11")
  private static func station(_ number: Int) -> Plant.Station { Plant.Station("192.168.10.\(number)") }

  /// FINS over UDP: the request, and a normal end.
  private func exchange(
    _ text: String, _ plant: Plant, _ number: Int = 21, to server: Plant.Station = plc, isAnswered: Bool = true
  ) {
    let request = hex("80000200010000630010" + text)
    plant.send(plant.udp(request, 9600, 9600, from: Self.station(number), to: server))
    guard isAnswered else { return }
    let answer = hex("C0000200630000010010" + text.prefix(4) + "0000")
    plant.send(plant.udp(answer, 9600, 9600, from: server, to: Self.station(number)))
  }
  private func pass(_ seconds: Double, _ plant: Plant) {
    plant.wait(seconds)
    plant.send(plant.arp(1, Self.station(21), Self.plc))
  }
  /// The first lines of alerts about deeds: action, count in the last line.
  private func deeds(_ alerts: [Record]) -> [String] {
    var order: [String] = []
    var last: [String: Record] = [:]
    for alert in alerts where alert.value("alert.metadata.kind") as? [String] == ["controller-command"] {
      let identifier = alert.text("alert.context.alert_id") ?? ""
      if last[identifier] == nil { order.append(identifier) }
      last[identifier] = alert
    }
    return order.map {
      let action = last[$0]?.text("alert.context.operation.action") ?? ""
      return "\(action) \(last[$0]?.number("alert.context.count") ?? 1)"
    }
  }

  private static let stop = "0402FFFF"
  private static let run = "0401FFFF04"
  private static let load = "0307FFFF00000000000401020304"
  private static let fetch = "0306FFFF000000000004"
  private static let setClock = "07022511280934"
  private static let login = "0C01FFFF"

  @Test(
    "without a site file, what only it could allow is an alert of low severity; reading the state or the clock is none",
    arguments: [
      (stop, "state"), (run, "state"), (load, "program"), (fetch, "program"), (setClock, "clock"),
      (login, "authenticate"), ("0701", nil), ("0601", nil), ("0501", nil), ("0102820028000001002A", nil),
    ])
  func commands(_ command: String, _ action: String?) throws {
    for language in Language.allCases {
      let plant = try Plant(language: language)
      exchange(command, plant)
      let alerts = try plant.finish()
      #expect(deeds(alerts) == (action.map { ["\($0) 1"] } ?? []))
      #expect(alerts.count == (action == nil ? 0 : 1))
      guard let alert = alerts.first else { continue }
      #expect(alert.number("alert.severity") == 3)
      #expect(alert.text("src_ip") == "192.168.10.21")
      #expect(alert.text("alert.context.ooda.orient.reason") == WithoutSite.reason[language])
      #expect(alert.text("alert.context.ooda.observe.summary")?.contains(WithoutSite.reason[language]) == true)
      #expect(alert.value("alert.context.ooda.act.steps") as? [String] == WithoutSite.steps.map { $0[language] })
    }
  }

  @Test func `with a site file, it says what is reported`() throws {
    let plant = try Plant(site: Plant.site, language: .en)
    exchange(Self.stop, plant)
    let alerts = try plant.finish()
    #expect(deeds(alerts) == ["state 1"])
    #expect(alerts.first?.text("alert.context.ooda.orient.reason")?.contains("no site file") == false)
    #expect(plant.notable().list.map(\.source) == ["hmi (192.168.10.21)"])
  }

  @Test func `one pair and command is one alert for as long as it goes on; a start is no repetition of a stop`() throws
  {
    let plant = try Plant(language: .en)
    for _ in 0..<3 { exchange(Self.stop, plant) }
    exchange(Self.run, plant)
    exchange(Self.stop, plant, 22)
    pass(400, plant)
    exchange(Self.stop, plant)
    #expect(deeds(try plant.finish()).sorted() == ["state 1", "state 1", "state 1", "state 3"])
  }

  @Test func `a transfer of many steps is one alert, and a fetch is another one`() throws {
    let plant = try Plant(language: .en)
    for _ in 0..<200 { exchange(Self.load, plant) }
    for _ in 0..<50 { exchange(Self.fetch, plant) }
    #expect(deeds(try plant.finish()) == ["program 200", "program 50"])
  }

  @Test("the clock of an outstation is set by its controlling station: listed, and no alert")
  func routine() throws {
    let plant = try Plant(language: .en)
    let (centre, outstation) = (Plant.Station("192.168.10.21"), Plant.Station("192.168.10.11"))
    let connection = Connection(plant, from: centre, to: outstation, port: 2404).open()
    connection.ask(hex("680407000000"))
    connection.answer(hex("68040B000000"))
    connection.ask(hex("6814 00000000 67 01 0600 0100 000000 00000A0B0C0B17"))
    #expect(try plant.finish().isEmpty)
    #expect(plant.notable().list.count == 1)
  }

  @Test("a master that sets clocks again and again is one alert", arguments: [60.0, 3_600, 86_400])
  func clock(_ period: Double) throws {
    let plant = try Plant(language: .en)
    for _ in 0..<30 {
      exchange(Self.setClock, plant)
      pass(period, plant)
    }
    #expect(deeds(try plant.finish()) == ["clock 30"])
  }

  @Test func `blocks that a controller asks for in a download are the station's deed`() throws {
    let plant = try Plant(language: .en)
    let connection = Connection(plant, from: Self.station(21), to: Self.plc, port: 102).open()
    let block = "095F30413030303031 50"
    connection.ask(
      hex("03000031 02F080 320100000009 0020 0000 1A 00 0000 00000000" + block + "0D 31 303030323038 303030313530"))
    connection.answer(hex("03000014 02F080 320300000009 0001 0000 0000 1A"))
    for number in 10..<14 {
      connection.answer(hex("03000023 02F080 3201 0000") + big(number) + hex("0012 0000 1B 00 0000 00000000" + block))
      connection.ask(
        hex("0300001C 02F080 3203 0000") + big(number) + hex("0002 0007 0000 1B 00 0003 00FB 70 70 01"))
    }
    let alerts = try plant.finish()
    #expect(deeds(alerts) == ["program 5"])
    #expect(Set(alerts.compactMap { $0.text("src_ip") }) == ["192.168.10.21"])
  }

  @Test func `where the mirror port shows the answers alone, they tell of the deed`() throws {
    let plant = try Plant(language: .en)
    let connection = Connection(plant, from: Self.station(21), to: Self.plc, port: 102).open()
    connection.isClientVisible = false
    for number in 1...2 {
      connection.ask(
        hex("03000021 02F080 3201 0000") + big(number) + hex("0010 0000 29 0000000000 09 505F50524F4752414D"))
      connection.answer(hex("03000014 02F080 3203 0000") + big(number) + hex("0001 0000 0000 29"))
    }
    let alerts = try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["controller-command"] }
    #expect(deeds(alerts) == ["state 2"])
    #expect(alerts.first?.text("src_ip") == "192.168.10.21")
  }

  @Test func `the summary lists the most dangerous first, and says how many more there are`() throws {
    let plant = try Plant()
    exchange(Self.setClock, plant)
    for _ in 0..<3 { exchange(Self.fetch, plant) }
    for _ in 0..<2 { exchange(Self.stop, plant) }
    let notable = plant.notable(2)
    #expect(notable.list.map(\.action.en) == ["run/stop", "program read"])
    #expect(notable.list.map(\.messages) == [2, 3])
    #expect(notable.list.map(\.source) == ["192.168.10.21", "192.168.10.21"])
    #expect(notable.list.first?.function.hasPrefix("fins ") == true)
    #expect(notable.further == 1)
    #expect(notable.forgotten == 0)
  }

  @Test func `ten thousand pairs do not fit, and forged requests do not displace a pair whose end answers`() throws {
    let plant = try Plant()
    for _ in 0..<2 { exchange(Self.stop, plant) }
    for number in 0..<10_000 {
      let target = Plant.Station("10.1.\(number / 250).\(number % 250 + 1)")
      exchange(Self.stop, plant, 99, to: target, isAnswered: false)
    }
    let notable = plant.notable(Deeds.limit)
    #expect(notable.list.count == Deeds.limit)
    #expect(notable.forgotten == 10_001 - Deeds.limit)
    #expect(notable.list.contains { $0.source == "192.168.10.21" })
  }
}
