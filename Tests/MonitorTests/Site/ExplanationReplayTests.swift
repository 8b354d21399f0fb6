// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// `site explain` says what a replay does: questions at random, about random sites, asked of both.
@Suite struct ExplanationReplayTests {
  private static let router: UInt64 = 0x0200_0000_1001
  /// Zones and the stations in them. The first ones are assets.
  private static let zones = ["line", "cell", "office", "external"]
  private static let networks = ["192.168.10", "192.168.30", "10.20.3", "203.0.113"]
  private static let kinds: Set<String> = [
    "cross-zone-flow", "external-communication", "unlisted-flow", "operation-not-allowed", "outside-window",
    "controller-command", "value-not-allowed",
  ]

  /// A station of a zone: its address, and its name where it is an asset.
  private static func station(_ zone: Int, _ number: Int) -> (station: Plant.Station, name: String?) {
    let mac = zone == 0 ? 0x0200_0000_1010 + UInt64(number) : router
    return (
      Plant.Station("\(networks[zone]).\(10 + number)", mac: mac), number < 3 && zone < 3 ? "a\(zone)\(number)" : nil
    )
  }

  /// Up to eight exceptions, some of which have ended.
  private static func exceptions(_ dice: inout Dice) -> String {
    func pick<Value>(_ values: [Value], _ dice: inout Dice) -> Value { values.randomElement(using: &dice)! }
    let ends =
      zones + zones + zones + (0..<9).map { "a\($0 / 3)\($0 % 3)" } + [
        "192.168.10.8/29", "192.168.30.12/30", "10.20.3.14", "any",
      ]
    var lines: [String] = []
    for _ in 0..<Int.random(in: 4...8, using: &dice) {
      let list = kinds.sorted()
      let kind = pick(list, &dice)
      var parts = ["kind: [\(kind), \(pick(list, &dice)), \(pick(list, &dice))]"]
      let (from, to) = (pick(ends, &dice), pick(ends.dropLast(), &dice))
      parts += ["from: \(from)", "to: \(to)"]
      if Int.random(in: 0..<3, using: &dice) == 0 {
        parts.append("services: [\(pick(["tcp/502", "tcp/8000-8100", "tcp", "udp/502"], &dice))]")
      }
      if parts[0].contains("controller-command") || Bool.random(using: &dice) {
        parts.append("operations: [\(pick(["read", "write, read", "state", "\"modbus 6\"", "any"], &dice))]")
      }
      parts.append("until: \(pick(["2023-11-15", "2023-11-14", "2024-12-31"], &dice))")
      lines.append("  - {\(parts.joined(separator: ", ")), reason: known, owner: plant IT}")
    }
    return "\nexceptions:\n" + lines.joined(separator: "\n")
  }

  private static func site(_ dice: inout Dice, _ limits: inout Dice) -> String {
    func pick<Value>(_ values: [Value], _ dice: inout Dice) -> Value { values.randomElement(using: &dice)! }
    var assets: [String] = []
    for zone in 0..<3 {
      for number in 0..<3 {
        let role = pick(["plc", "hmi", "server"], &dice)
        assets.append(
          "  a\(zone)\(number): {zone: \(zones[zone]), ip: \(networks[zone]).\(10 + number), role: \(role)}")
      }
    }
    var conduits: [String] = []
    for _ in 0..<Int.random(in: 0...6, using: &dice) {
      let ends = zones + ["any"] + (0..<9).map { "a\($0 / 3)\($0 % 3)" }
      var parts = ["from: \(pick(ends, &dice))", "to: \(pick(ends, &dice))"]
      if Bool.random(using: &dice) {
        parts.append("services: [\(pick(["modbus", "tcp/8080", "modbus, tcp/8000-8100", "dnp3", "tcp"], &dice))]")
      }
      if Bool.random(using: &dice) {
        parts.append(
          "operations: [\(pick(["read", "read, write", "state", "write", "any", "\"modbus 6\", read"], &dice))]")
      }
      if Int.random(in: 0..<4, using: &dice) == 0 {
        parts.append("not: [\(pick(["write", "\"modbus 3\"", "state"], &dice))]")
      }
      if Int.random(in: 0..<3, using: &dice) == 0 {
        let limit = pick(["", ": {max: 5}", ": {max: 6}", ": {only: [1, 2]}", ": {max: 9}"], &limits)
        parts.append("targets: [\"holding-register 0-9\"\(limit)]")
      }
      if Int.random(in: 0..<4, using: &dice) == 0 { parts.append("during: \(pick(["now", "never"], &dice))") }
      conduits.append("  - {\(parts.joined(separator: ", "))}")
    }
    let rules = (0..<3).map { _ in pick(["free", "operations", "listed"], &dice) }
    return """
      zones:
        line: {networks: [192.168.10.0/24], inside: \(rules[0])}
        cell: {networks: [192.168.30.0/24], inside: \(rules[1])}
        office: {networks: [10.20.0.0/16], inside: \(rules[2])}
      assets:
      \(assets.joined(separator: "\n"))
      conduits: \(conduits.isEmpty ? "[]" : "\n" + conduits.joined(separator: "\n"))
      windows:
        now: {hours: "20:00-23:59"}
        never: {hours: "03:00-04:00"}
      """
  }

  private enum Deed: CaseIterable {
    case flow, read, write, restart
  }

  @Test("both give the same answer to 2,000 questions")
  func answers() throws {
    var asked: [Set<String>: Int] = [:]
    for seed in 0..<110 { try ask(seed, &asked) }
    #expect(asked.values.reduce(0, +) >= 2_000)
    // Every kind, and nothing at all, is an answer to some.
    for kind in Self.kinds { #expect(asked[[kind]] ?? 0 >= 5, "\(kind) \(asked)") }
    #expect(asked[[]] ?? 0 >= 200, "\(asked)")
  }

  @Test("both know the same exceptions, in 2,000 questions")
  func exceptions() throws {
    var asked: [Set<String>: Int] = [:]
    var muted = 0
    for seed in 0..<110 { muted += try ask(1_000 + seed, hasExceptions: true, &asked) }
    #expect(muted >= 100 && asked.values.reduce(0, +) >= muted + 1_000, "\(muted)")
    for kind in Self.kinds { #expect(asked[[kind]] ?? 0 >= 5, "\(kind) \(asked)") }
  }

  /// Twenty questions about one site; `asked` counts the answers. Returns how many of them an exception mutes something
  /// in.
  @discardableResult
  private func ask(_ seed: Int, hasExceptions: Bool = false, _ asked: inout [Set<String>: Int]) throws -> Int {
    var dice = Dice(state: UInt64(seed))
    var limits = Dice(state: UInt64(seed) + 1_000)
    var text = Self.site(&dice, &limits)
    if hasExceptions {
      text += Self.exceptions(&dice)
      // Of a flow whose content is not known yet, the closed window of a conduit for a protocol is found first: the
      // question is about what is known then.
      if text.contains(/services: \[(modbus|dnp3).*during: never/) { return 0 }
    }
    var mutedAnswers = 0
    let site = try Site.parse(text, file: "plant.yaml", words: ServiceWords())
    let plant = try Plant(site: text)
    for question in 0..<20 {
      let (from, to) = (Int.random(in: 0..<4, using: &dice), Int.random(in: 0..<4, using: &dice))
      let numbers = (Int.random(in: 0..<5, using: &dice), Int.random(in: 0..<5, using: &dice))
      guard from != to || numbers.0 != numbers.1 else { continue }
      let ends = (Self.station(from, numbers.0), Self.station(to, numbers.1))
      let deed = Deed.allCases.randomElement(using: &dice)!
      let register = [5, 50].randomElement(using: &dice)!
      let port = [8080, 9090].randomElement(using: &dice)!

      // A word of the site file and an address mean the same.
      let names = (
        Bool.random(using: &dice) ? ends.0.name ?? ends.0.station.ip : ends.0.station.ip,
        Bool.random(using: &dice) ? ends.1.name ?? ends.1.station.ip : ends.1.station.ip
      )
      let service = deed == .flow ? "tcp/\(port)" : "modbus"
      let operation: String? =
        switch deed {
        case .flow: nil
        case .read: "modbus 3 holding-register \(register)"
        case .write: "modbus 6 holding-register \(register) = 7"
        case .restart: "modbus 8/1"
        }
      var expected: Set<String> = []
      var isMuted = false
      for deed in Set([nil, operation]) {
        let explanation = try site.explain(
          from: names.0, to: names.1, service: service, operation: deed, at: plant.time)
        if let alert = explanation.alert { expected.insert(alert) }
        if explanation.muted != nil { isMuted = true }
      }

      asked[expected, default: 0] += 1
      let before = plant.found
      let mutedBefore = plant.mutedFindings
      if isMuted { mutedAnswers += 1 }
      let connection = Connection(
        plant, from: ends.0.station, to: ends.1.station, port: deed == .flow ? port : 502, clientPort: 40_000 + question
      )
      if from != 0 || to != 0 { connection.hopLimit = 63 }
      connection.open()
      switch deed {
      case .flow: for _ in 0..<30 { connection.ask([0xFF, 0xFE, 0xFD, 1, 2, 3, 4, 5]) }
      case .read: connection.read(register)
      case .write: connection.write(register)
      case .restart: connection.modbus([8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
      }
      plant.wait(1)
      let found = Set(plant.found.filter { $0.value > before[$0.key] ?? 0 }.keys).intersection(Self.kinds)
      #expect(
        found == expected,
        "\(names.0) to \(names.1), \(service) \(operation ?? "")\n\(text)")
      #expect(
        (plant.mutedFindings > mutedBefore) == isMuted,
        "\(names.0) to \(names.1), \(service) \(operation ?? "")\n\(text)")
    }
    return mutedAnswers
  }
}
