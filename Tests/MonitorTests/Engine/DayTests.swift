// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor

/// Eight hours in the model factory: its normal work, and a stranger who writes every few minutes. Each of the writes
/// belongs to one alert, and each episode has its own.
///
/// What is expected is computed here from the times of the writes alone (`Episode`): an alert begins with a write, each
/// write within five minutes after another one belongs to it, and it is closed five minutes after the last.
@Suite struct DayTests {
  struct Day: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var hasSite = true
    /// Hours after 22:13:20 UTC, 07:13:20 in Tokyo, at which the day begins.
    var later = 0.0
    var hasNoise = false
    var seed: UInt64 = 1
  }
  static let days = [
    Day(testDescription: "with a site file"), Day(testDescription: "without a site file", hasSite: false, seed: 2),
    // The default beginning has midnight of UTC in it.
    Day(testDescription: "over midnight in Tokyo", later: 12.5, seed: 3),
    Day(testDescription: "with a scan and a flood in the middle", hasNoise: true, seed: 4),
    Day(testDescription: "with both, without a site file", hasSite: false, hasNoise: true, seed: 5),
  ]

  // MARK: What is expected

  /// What a person would call one event: who writes to whom; across zones, to what.
  struct Cause: Hashable {
    let kind: String
    let source: String
    let destination: String
    var area = ""
  }
  /// Writes of one cause, of which none comes five minutes or more after the one before.
  struct Episode {
    static let silence: Int64 = 300_000_000_000
    /// Counts that grew are written every ten minutes of the clock.
    static let window: Int64 = 600_000_000_000
    /// Of its writes, in nanoseconds.
    var times: [Int64]

    static func split(_ times: [Int64]) -> [Episode] {
      times.reduce(into: []) { episodes, time in
        if let last = episodes.last?.times.last, time - last < silence {
          episodes[episodes.count - 1].times.append(time)
        } else {
          episodes.append(Episode(times: [time]))
        }
      }
    }

    /// Status and count of each of its lines, until the day ends.
    func lines(until end: Int64) -> [String] {
      var lines: [String] = []
      var written = 0
      for (index, time) in times.enumerated() {
        let count = index + 1
        if [1, 10, 100, 1_000].contains(count) {
          lines.append("open \(count)")
          written = count
        }
        let next = index + 1 < times.count ? times[index + 1] : min(time + Episode.silence, end)
        if time / Episode.window != next / Episode.window || index + 1 == times.count && next == end, count > written {
          lines.append("open \(count)")
          written = count
        }
      }
      if let last = times.last, last + Episode.silence <= end { lines.append("closed \(times.count)") }
      return lines
    }
  }

  // MARK: The factory

  private static let router: UInt64 = 0x00A0_DE00_0001
  private static let plcs = [
    Plant.Station("192.168.10.11", mac: 0x0080_F401_0203), Plant.Station("192.168.10.12", mac: 0x0080_F401_0204),
    Plant.Station("192.168.10.13", mac: 0x00A0_450A_0B0C),
  ]
  private static let panel = Plant.Station("192.168.10.21", mac: 0x0015_A621_2223)
  private static let scada = Plant.Station("192.168.20.11", mac: router)
  private static let s7PLC = Plant.Station("192.168.11.11", mac: 0x2863_3601_0203)
  private static let s7Panel = Plant.Station("192.168.11.21", mac: 0x001B_1B01_0203)
  /// In the line's own network, in that of the Siemens line, and in the office.
  private static let intruder = Plant.Station("192.168.10.66", mac: 0x00E0_4C66_6666)
  private static let laptop = Plant.Station("192.168.11.77", mac: 0x00E0_4C77_7777)
  private static let clerk = Plant.Station("10.20.3.7", mac: router)

  /// The factory's site file, with a line of another vendor.
  private static func site() throws -> String {
    let file = Fixtures.root.appending(path: "model-factory/site.yaml")
    return try String(contentsOf: file, encoding: .utf8)
      .replacing("\nassets:\n", with: "\n  line-3: {importance: high, networks: [192.168.11.0/24]}\nassets:\n")
      .replacing(
        "\nconduits:\n",
        with: """

            s7-plc: {zone: line-3, mac: "28:63:36:01:02:03", ip: 192.168.11.11, role: plc}
            s7-hmi: {zone: line-3, mac: "00:1b:1b:01:02:03", ip: 192.168.11.21, role: hmi}
          conduits:
            - {from: s7-hmi, to: s7-plc, services: [s7comm], operations: [session, read, write], targets: [DB1]}

          """)
  }

  /// S7comm over ISO on TCP (RFC 1006): a connection, and variables written into it.
  private struct S7 {
    let connection: Connection
    private var reference = 1
    init(_ plant: Plant, from client: Plant.Station, clientPort: Int) {
      connection = Connection(plant, from: client, to: s7PLC, port: 102, clientPort: clientPort).open()
      connection.ask(hex("03000016 11E00000000100 C1020100 C2020102 C0010A"))
      connection.answer(hex("03000016 11D00001000200 C1020100 C2020102 C0010A"))
      connection.ask(hex("03000019 02F080 32010000000100080000 F0000001000101E0"))
      connection.answer(hex("0300001B 02F080 320300000001000800000000 F0000001000100F0"))
    }
    /// A word of a data block; of the flags, if it is number 0.
    mutating func write(_ block: Int) {
      reference += 1
      let item = hex("120A1004 0001") + big(block) + [block == 0 ? 0x83 : 0x84] + big(2 * 8, 3)
      let job = hex("32010000") + big(reference) + hex("000E0006 0501") + item + hex("00040010 0007")
      connection.ask(hex("03000025 02F080") + job)
      connection.answer(hex("03000016 02F080 32030000") + big(reference) + hex("000200010000 0501FF"))
    }
  }

  /// What happens, and when.
  private final class Timeline {
    private var events: [(time: Int64, play: () -> Void)] = []
    func at(_ time: Int64, _ play: @escaping () -> Void) { events.append((time, play)) }
    func run(_ plant: Plant) {
      for event in events.enumerated().sorted(by: { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }) {
        if event.element.time > plant.time { plant.wait(Double(event.element.time - plant.time) / 1e9) }
        event.element.play()
      }
    }
  }

  // MARK: The day

  @Test(
    "eight hours of a stranger's writes every few minutes: an alert for each episode, none silent, none twice",
    arguments: days)
  func day(_ day: Day) throws {
    let plant = try Plant(site: day.hasSite ? Self.site() : nil, language: .en)
    plant.wait(day.later * 3_600)
    let second: Int64 = 1_000_000_000
    let (start, end) = (plant.time, plant.time + 8 * 3_600 * second)
    let timeline = Timeline()
    work(timeline, plant, from: start, to: end)
    if day.hasNoise { noise(timeline, plant, at: start + 4 * 3_600 * second) }

    var writes: [Cause: [Int64]] = [:]
    var dice = Dice(state: day.seed)
    var clientPort = 42_000
    /// Visits at irregular times: some write once, some many times, each by a connection of its own.
    func visit(
      _ source: Plant.Station, _ destination: Plant.Station, _ write: @escaping (Int, Int) -> [(Int64, String)]
    ) {
      let kind = source.ip == Self.clerk.ip && day.hasSite ? "cross-zone-flow" : "new-writer"
      // Without a site file, whoever writes in the first ten minutes is one of the plant's own.
      var time = start + 1_200 * second
      while true {
        time += Int64.random(in: 180...1_200, using: &dice) * second + Int64.random(in: 0..<second, using: &dice)
        if time > end - 60 * second { break }
        let count = Int.random(in: 0..<3, using: &dice) == 0 ? Int.random(in: 2...12, using: &dice) : 1
        clientPort += 1
        let port = clientPort
        timeline.at(time) {
          for (time, area) in write(port, count) {
            let cause = Cause(
              kind: kind, source: source.ip, destination: destination.ip,
              area: kind == "cross-zone-flow" ? area : "")
            writes[cause, default: []].append(time)
          }
        }
      }
    }
    for (source, destination) in [
      (Self.intruder, Self.plcs[0]), (Self.intruder, Self.plcs[1]), (Self.clerk, Self.plcs[0]),
      (Self.clerk, Self.plcs[2]),
    ] {
      var kinds = Dice(state: day.seed &+ 77)
      visit(source, destination) { port, count in
        let connection = Connection(plant, from: source, to: destination, clientPort: port).open()
        defer { connection.close() }
        return (0..<count).map { number in
          let time = plant.time
          let isCoil = Bool.random(using: &kinds)
          let pdu: [UInt8] = isCoil ? [5, 0, UInt8(number), 0xFF, 0] : [6, 0, UInt8(number), 0, 7]
          connection.modbus(pdu, pdu, wait: 0.4)
          return (time, isCoil ? "coil" : "holding-register")
        }
      }
    }
    for source in [Self.laptop, Self.clerk] {
      var blocks = Dice(state: day.seed &+ 78)
      visit(source, Self.s7PLC) { port, count in
        var s7 = S7(plant, from: source, clientPort: port)
        defer { s7.connection.close() }
        return (0..<count).map { _ in
          let time = plant.time
          let block = [0, 1, 10].randomElement(using: &blocks) ?? 0
          s7.write(block)
          plant.wait(0.4)
          return (time, block == 0 ? "flag" : "db \(block)")
        }
      }
    }
    timeline.run(plant)
    let lastFrame = plant.time
    try compare(writes, try plant.finish(), until: lastFrame, day)
  }

  /// Normal polling, which begins with what each panel writes.
  private func work(_ timeline: Timeline, _ plant: Plant, from start: Int64, to end: Int64) {
    let second: Int64 = 1_000_000_000
    var polls: [Connection] = []
    var panelConnections: [Connection] = []
    var s7: S7?
    timeline.at(start) {
      for (number, plc) in Self.plcs.enumerated() {
        polls.append(Connection(plant, from: Self.scada, to: plc, clientPort: 40_100 + number).open())
        polls[number].write(200)
      }
      panelConnections = [Connection(plant, from: Self.panel, to: Self.plcs[0], clientPort: 40_200).open()]
      panelConnections[0].write(3)
      s7 = S7(plant, from: Self.s7Panel, clientPort: 40_300)
      s7?.write(1)
    }
    for time in stride(from: start + second, to: end, by: Int(5 * second)) {
      timeline.at(time) {
        for poll in polls { poll.read(0, 10) }
        panelConnections[0].read(0, 10)
      }
    }
    for time in stride(from: start + second, to: end, by: Int(60 * second)) {
      timeline.at(time) {
        panelConnections[0].write(4)
        s7?.write(1)
      }
    }
  }

  /// From the office: a scan of ports, of addresses, and a flood of connection requests from forged addresses.
  private func noise(_ timeline: Timeline, _ plant: Plant, at time: Int64) {
    let scanner = Plant.Station("10.20.3.99", mac: Self.router)
    for number in 0..<3_000 {
      timeline.at(time + Int64(number) * 200_000_000) {
        plant.send(plant.tcp(2, 50_000, 1 + number, from: scanner, to: Self.plcs[0]))
        let host = Plant.Station("192.168.10.\(100 + number % 150)", mac: Self.router)
        plant.send(plant.tcp(2, 50_001, 502, from: scanner, to: host))
        let forged = Plant.Station("10.20.\(4 + number / 250).\(1 + number % 250)", mac: Self.router)
        plant.send(plant.tcp(2, 50_002, 502, from: forged, to: Self.plcs[1]))
      }
    }
  }

  private func compare(_ writes: [Cause: [Int64]], _ alerts: [Record], until end: Int64, _ day: Day) throws {
    /// Lines and the time of the first of each alert about a write, in order.
    var found: [Cause: [(first: Int64, lines: [String])]] = [:]
    var places: [String: (cause: Cause, place: Int)] = [:]
    let formatter = DateFormatter()
    formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSZ"
    formatter.locale = Locale(identifier: "en_US_POSIX")
    for alert in alerts where alert.text("alert.context.operation.action") == "write" {
      let kind = try #require((alert.value("alert.metadata.kind") as? [String])?.first)
      let identifier = try #require(alert.text("alert.context.alert_id"))
      #expect(alert.value("alert.context.rest") == nil, "a write has an alert of its own")
      let line = "\(alert.text("alert.context.status") ?? "") \(alert.number("alert.context.count") ?? 1)"
      if let (cause, place) = places[identifier] {
        found[cause]?[place].lines.append(line)
        continue
      }
      var area = ""
      if kind == "cross-zone-flow" {
        area = try #require(alert.text("alert.context.operation.target.area"))
        if let number = alert.number("alert.context.operation.target.number") { area += " \(number)" }
      }
      let cause = Cause(
        kind: kind, source: alert.text("src_ip") ?? "", destination: alert.text("dest_ip") ?? "", area: area)
      let stamp = try #require(alert.text("timestamp"))
      let first = Int64(try #require(formatter.date(from: stamp)).timeIntervalSince1970 * 1e3) * 1_000_000
      places[identifier] = (cause, found[cause, default: []].count)
      found[cause, default: []].append((first, [line]))
    }
    #expect(Set(found.keys) == Set(writes.keys))
    var episodesOfAll = 0
    for (cause, times) in writes {
      let episodes = Episode.split(times)
      episodesOfAll += episodes.count
      let alerts = found[cause] ?? []
      #expect(alerts.map(\.lines) == episodes.map { $0.lines(until: end) }, "\(cause)")
      for (alert, episode) in zip(alerts, episodes) {
        #expect(abs(alert.first - episode.times[0]) < 10_000_000, "\(cause): written at once")
      }
      // Nothing is lost, and nothing counted twice.
      let counts = alerts.compactMap { $0.lines.last?.split(separator: " ").last.flatMap { Int($0) } }
      #expect(counts.reduce(0, +) == times.count, "\(cause)")
    }
    // The day is one with many alerts, of which some hold several writes.
    let all = writes.values.reduce(0) { $0 + $1.count }
    #expect(episodesOfAll > 150 && all > episodesOfAll + 100)
    #expect(writes.count == (day.hasSite ? 10 : 6))
    // What noise is summed up in is over half an hour after it.
    var sums: [String: Record] = [:]
    for alert in alerts where alert.value("alert.context.rest") != nil {
      sums[alert.text("alert.context.alert_id") ?? ""] = alert
    }
    let flows = sums.values.filter { $0.value("alert.metadata.kind") as? [String] == ["cross-zone-flow"] }
    #expect(flows.isEmpty == !(day.hasNoise && day.hasSite))
    #expect(flows.allSatisfy { $0.text("alert.context.status") == "closed" })
    var others: Set<String> = ["unknown-mac"]
    if day.hasSite { others.insert("cross-zone-flow") }
    if day.hasNoise { others.formUnion(["port-scan", "host-sweep", "flood", "unknown-ip"]) }
    let kinds = Set(alerts.compactMap { ($0.value("alert.metadata.kind") as? [String])?.first })
    #expect(kinds.subtracting(others).isSubset(of: ["new-writer"]), "\(kinds)")
  }
}
