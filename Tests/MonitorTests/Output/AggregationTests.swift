// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Testing

@testable import Monitor

@Suite struct AggregationTests {
  private static let second: Int64 = 1_000_000_000
  /// The start of a window.
  private static let start: Int64 = 1_795_396_800_000_000_000

  /// Reports the findings, and returns the lines and the counters.
  private func run(
    _ findings: [Finding], limit: Int = 16_384, seed: UInt64 = 1, finishing: Bool = true
  ) throws -> (records: [Record], lines: [String], counters: Aggregation.Counters) {
    var aggregation = Aggregation(limit: limit, seed: seed)
    var records = Records(Samples.context())
    let message = Samples.message
    let text = try written { sink in
      for finding in findings {
        aggregation.report(
          finding, Message(RawSpan(_elements: message.span)), Samples.identities, Samples.lastValues, &records,
          to: &sink)
      }
      if finishing { aggregation.finish(Samples.identities, &records, to: &sink) }
    }
    return (try text.map(Record.init), text, aggregation.counters)
  }

  private func counts(_ records: [Record]) -> [Int] { records.compactMap { $0.number("alert.context.count") } }

  /// The sum of each alert's last written count.
  private func total(_ records: [Record]) -> Int {
    var last: [String: Int] = [:]
    for record in records {
      // The last line of an alert that was found once has no count.
      last[record.text("alert.context.alert_id") ?? ""] = record.number("alert.context.count") ?? 1
    }
    return last.values.reduce(0, +)
  }

  @Test func `the first finding is written at once, repetitions at 10, 100 and 1,000, and the rest at the end`() throws
  {
    let result = try run((0..<1234).map { Samples.finding(at: Self.start + Int64($0)) })
    #expect(counts(result.records) == [1, 10, 100, 1000, 1234])
    #expect(Set(result.records.map { $0.text("alert.context.alert_id") }).count == 1)
    #expect(result.counters.alerts == 1 && result.counters.updates == 4 && result.counters.findings == 1234)
    #expect(result.records.allSatisfy { $0.text("alert.context.first_seen") == result.records[0].text("timestamp") })
  }

  @Test func `an alert to which nothing was added is not written again`() throws {
    let result = try run((0..<10).map { Samples.finding(at: Self.start + Int64($0)) })
    #expect(counts(result.records) == [1, 10])
  }

  @Test func `at its end a window writes the alerts that grew in it`() throws {
    let window = 600 * Self.second
    let times = [0, 1, 2, window, 3 * window, 3 * window + 1, 5 * window]
    let result = try run(times.map { Samples.finding(at: Self.start + $0, action: .read) })
    #expect(counts(result.records) == [1, 3, 4, 6, 7])
    #expect(result.counters.alerts == 1)
  }

  /// The status and count (0 for none) of each line, with its alert's place among the alerts.
  private func episodes(_ records: [Record]) -> [String] {
    var identifiers: [String] = []
    return records.map { record in
      let identifier = record.text("alert.context.alert_id") ?? ""
      if !identifiers.contains(identifier) { identifiers.append(identifier) }
      let place = identifiers.firstIndex(of: identifier) ?? -1
      return "\(place) \(record.text("alert.context.status") ?? "") \(record.number("alert.context.count") ?? 0)"
    }
  }

  @Test func `an alert is closed after a silence, and what comes then is a new one`() throws {
    let minute = 60 * Self.second
    // Seconds before a window ends, so that its counts are written at known places.
    let times = [0, 1, 29 * minute, 58 * minute, 58 * minute + 30 * minute, 200 * minute]
    let result = try run(times.map { Samples.finding(.exceptionBurst, at: Self.start + $0) })
    #expect(
      episodes(result.records)
        == ["0 open 1", "0 open 2", "0 open 3", "0 closed 4", "1 open 1", "1 closed 0", "2 open 1"])
    #expect(result.counters.closed == 2 && result.counters.alerts == 3)
    let closed = try #require(result.records.first { $0.text("alert.context.status") == "closed" })
    #expect(closed.number("alert.severity") == 4)
    #expect(closed.text("alert.context.latest.timestamp") == closed.text("alert.context.last_seen"))
    #expect(closed.text("timestamp") != closed.text("alert.context.last_seen"), "the time of the closing")
  }

  @Test func `among many alerts, each is closed, or is a new one, at its own time`() throws {
    // One alert each 10 ms, so that there is always one about to be over; then each again, 30 minutes later.
    let findings = (0..<2).flatMap { round in
      (0..<400).map { number in
        Samples.finding(
          .exceptionBurst, from: "10.\(number / 200).1.\(1 + number % 200)",
          at: Self.start + Int64(round) * 1_800 * Self.second + Int64(number) * 10_000_000, action: .state)
      }
    }
    let result = try run(findings)
    #expect(result.counters.alerts == 800 && result.counters.closed == 400 && result.counters.updates == 0)
  }

  @Test func `a command is an event of its own after five minutes, a device that is there after a day`() throws {
    let minute = 60 * Self.second
    for (kind, before, after) in [(FindingKind.newWriter, 4, 5), (.controllerCommand, 4, 5), (.unknownMAC, 1439, 1440)]
    {
      for (pause, alerts) in [(before, 1), (after, 2)] {
        let times = [0, Int64(pause) * minute]
        let result = try run(times.map { Samples.finding(kind, at: Self.start + $0, action: .write) })
        #expect(result.counters.alerts == UInt64(alerts), "\(kind) after \(pause) minutes")
      }
    }
  }

  @Test func `only the first line has a count of 1, and updates have the newest example`() throws {
    let findings = (0..<12).map { number in
      var finding = Samples.finding(at: Self.start + Int64(number))
      finding.frame = UInt64(100 + number)
      return finding
    }
    let records = try run(findings).records
    #expect(records.map { $0.number("alert.context.latest.pcap_cnt") } == [nil, 109, 111])
    #expect(records.allSatisfy { $0.number("pcap_cnt") == 100 })
  }

  @Test func `time that runs backwards does not end a window`() throws {
    let result = try run([Self.start, 0, .min, Self.start + 1].map { Samples.finding(at: $0) }, finishing: false)
    #expect(counts(result.records) == [1])
  }

  @Test func `an operation more dangerous than all before it is written at once`() throws {
    let actions: [Action] = [.read, .read, .identify, .read, .authenticate, .identify]
    let result = try run(actions.enumerated().map { Samples.finding(at: Self.start + Int64($0), action: $1) })
    #expect(counts(result.records) == [1, 3, 5, 6])
    #expect(
      result.records.map { $0.text("alert.context.operation.action") } == [
        "read", "identify", "authenticate", "authenticate",
      ])
    #expect(Set(result.records.map { $0.text("alert.context.alert_id") }).count == 1)
  }

  @Test func `alerts are distinguished by kind, parties and cause`() throws {
    let other = Samples.finding(from: "10.20.3.8", at: Self.start)
    var layer2 = Samples.finding(at: Self.start)
    layer2.source.ip = .none
    let faults = ["length", "unit"].map { (field: String) -> Finding.Detail in
      field == "unit"
        ? .fault(Fault(.length, "unit", seen: 1, expected: 2)) : .fault(Fault(.length, "length", seen: 1, expected: 2))
    }
    let findings =
      [
        Samples.finding(at: Self.start), other, layer2, Samples.finding(.unknownIP, at: Self.start),
        Samples.finding(.operationNotAllowed, .refusedAction(conduit: 0), at: Self.start, action: .write),
        Samples.finding(.operationNotAllowed, .refusedAction(conduit: 0), at: Self.start, action: .state),
        Samples.finding(.operationNotAllowed, .refusedAction(conduit: 1), at: Self.start, action: .state),
        Samples.finding(.flood, .count(what: .synPackets, seen: 1, limit: 1, seconds: 1), at: Self.start),
        Samples.finding(.flood, .count(what: .udpPackets, seen: 1, limit: 1, seconds: 1), at: Self.start),
      ] + faults.map { Samples.finding(.malformedMessage, $0, at: Self.start) }
    let result = try run(findings + findings)
    #expect(Set(result.records.map { $0.text("alert.context.alert_id") }).count == findings.count)
    #expect(result.counters.alerts == UInt64(findings.count))
    #expect(total(result.records) == 2 * findings.count)
  }

  @Test func `two commands are two alerts even where 32 bits of a hash are the same`() throws {
    var codes: [UInt64: UInt32] = [:]
    for code in UInt32(0)... {
      guard let other = codes.updateValue(code, forKey: mix(UInt64(code) + 1, 0) & 0xFFFF_FFFF) else { continue }
      let findings = [other, code].map { code in
        var finding = Samples.finding(.controllerCommand, .parties, at: Self.start, action: .state)
        finding.operation?.code = code
        return finding
      }
      #expect(try counts(run(findings).records) == [1, 1])
      return
    }
  }

  @Test func `a counted finding shows the highest count seen`() throws {
    let result = try run(
      [20, 80, 40].map {
        Samples.finding(.portScan, .count(what: .ports, seen: $0, limit: 15, seconds: 60), at: Self.start)
      })
    #expect(result.records.last?.text("alert.context.ooda.observe.seen")?.hasPrefix("80 ports") == true)
  }

  @Test func `beyond the budget of a kind and window, one alert sums up what merely connects`() throws {
    func flood(_ window: Int64) -> [Finding] {
      (0..<1000).map {
        var finding = finding(to: $0, from: "10.\(window).\($0 / 250).\($0 % 250)", action: .read)
        finding.time += window * 600 * Self.second
        return finding
      }
    }
    let result = try run(
      flood(0) + flood(1) + [Samples.finding(.flood, from: "10.9.9.9", at: Self.start + 1200 * Self.second)])
    let rest = result.records.filter { $0.value("alert.context.rest") as? Bool == true }
    // It goes on through the next window.
    #expect(counts(rest) == [1, 10, 100, 800, 1000, 1600])
    #expect(Set(rest.map { $0.text("alert.context.alert_id") }).count == 1)
    #expect(rest.allSatisfy { $0.text("alert.context.operation.action") == "read" && $0.number("flow_id") != nil })
    #expect(result.counters.overBudget == 1600)
    #expect(result.counters.alerts(.crossZoneFlow) == 401 && result.counters.alerts(.flood) == 1)
    #expect(total(result.records) == 2001)
  }

  /// The same finding with another destination.
  private func finding(
    _ kind: FindingKind = .crossZoneFlow, to number: Int, from ip: String = "10.20.3.7", action: Action?
  ) -> Finding {
    var finding = Samples.finding(kind, from: ip, at: Self.start + Int64(number), action: action)
    finding.destination.ip = IPAddress("192.168.\(10 + number / 250).\(1 + number % 250)") ?? .none
    return finding
  }

  @Test func `many destinations of one source are one alert with their extent, and use up no other's budget`() throws {
    let attempts = (0..<205).map { finding(to: $0, action: nil) }
    let others = (0..<50).map { finding(to: $0, from: "10.20.4.\($0)", action: nil) }
    let result = try run(attempts + others)
    let sums = result.records.filter { $0.value("alert.context.rest") as? Bool == true }
    #expect(counts(sums) == [1, 10, 100, 197])
    #expect(sums.map { $0.number("alert.context.destinations") } == [9, 18, 108, 205])
    #expect(sums.allSatisfy { $0.text("src_ip") == "10.20.3.7" })
    #expect(sums.last?.text("alert.context.ooda.observe.seen")?.contains("205 addresses") == true)
    #expect(result.counters.alerts == 8 + 1 + 50 && result.counters.overBudget == 197)
    #expect(total(result.records) == 255)
  }

  @Test func `many sources towards one destination are one alert with their extent`() throws {
    let attempts = (0..<372).map { finding(to: 0, from: "10.21.\($0 / 250).\($0 % 250)", action: nil) }
    let others = (1..<50).map { finding(to: $0, from: "10.20.4.\($0)", action: nil) }
    let command = finding(to: 0, from: "10.22.0.1", action: .write)
    let result = try run(attempts + others + [command])
    let sums = result.records.filter { $0.value("alert.context.rest") as? Bool == true }
    #expect(counts(sums) == [1, 10, 100, 364])
    #expect(sums.map { $0.number("alert.context.sources") } == [9, 18, 108, 372])
    #expect(sums.allSatisfy { $0.text("dest_ip") == "192.168.10.1" })
    #expect(sums.last?.text("alert.context.ooda.observe.seen")?.contains("372 addresses") == true)
    #expect(result.counters.alerts == 8 + 1 + 49 + 1 && result.counters.overBudget == 364)
    #expect(result.records.contains { $0.text("src_ip") == "10.22.0.1" && $0.value("alert.context.rest") == nil })
    #expect(total(result.records) == 422)
  }

  @Test(
    "what sums up is closed after a silence, and what comes then is a new one",
    arguments: ["destinations", "sources", nil])
  func sums(_ extent: String?) throws {
    /// More than a window has room for, from one source, to one destination, or neither.
    func flood(_ minute: Int64) -> [Finding] {
      (0..<300).map { number in
        let ip = extent == "destinations" ? "10.20.3.7" : "10.21.\(number / 250).\(number % 250)"
        var finding = finding(to: extent == "sources" ? 0 : number, from: ip, action: nil)
        finding.time += minute * 60 * Self.second
        return finding
      }
    }
    // Half an hour after the last finding of the second flood it is over.
    let result = try run(
      flood(0) + flood(25) + flood(56) + [Samples.finding(.flood, at: Self.start + 7_200 * Self.second)])
    let sums = result.records.filter { $0.value("alert.context.rest") as? Bool == true }
    let lines = episodes(sums)
    for alert in 0..<2 {
      let ofAlert = lines.filter { $0.hasPrefix("\(alert) ") }
      #expect(ofAlert.first == "\(alert) open 1" && ofAlert.count { $0.contains("closed") } == 1)
      #expect(ofAlert.last?.hasPrefix("\(alert) closed") == true)
    }
    #expect(Set(sums.map { $0.text("alert.context.alert_id") }).count == 2)
    #expect(sums.allSatisfy { extent == nil || ($0.number("alert.context.\(extent ?? "")") ?? 0) > 0 })
    #expect(total(result.records) == 901)
    // All but the latest one, of which nothing more was looked for.
    #expect(result.counters.closed == result.counters.alerts - 1)
  }

  @Test func `every device of unknown identity is named, whomever it talks to`() throws {
    let devices = (0..<50).map { number in
      var finding = finding(.unknownMAC, to: 0, from: "10.20.4.\(number)", action: nil)
      finding.source.mac = MACAddress(rawValue: 0x0200_0000_0100 + UInt64(number))
      return finding
    }
    #expect(try counts(run(devices).records) == Array(repeating: 1, count: 50))
  }

  @Test(arguments: [FindingKind.unknownMAC, .impossibleSource])
  func `a device is one alert, whatever addresses it forges`(_ kind: FindingKind) throws {
    let findings = (0..<500).map { finding(kind, to: 0, from: "10.21.\($0 / 250).\($0 % 250)", action: nil) }
    #expect(try counts(run(findings).records) == [1, 10, 100, 500])
  }

  @Test(arguments: [Action.write, .operate, .state, .program, .configure, .clock, .file, .firmware])
  func `a command is never summed up with attempts to connect`(_ action: Action) throws {
    let attempts = (0..<2_000).map { finding(to: $0 % 1_000, from: "10.20.\(3 + $0 % 4).7", action: nil) }
    let command = finding(to: 1_500, action: action)
    let result = try run(attempts + [command])
    let last = try #require(result.records.first { $0.text("alert.context.operation.action") == "\(action)" })
    #expect(last.value("alert.context.rest") == nil && last.number("alert.context.count") == 1)
    #expect(last.text("dest_ip") == "192.168.16.1")
  }

  @Test func `beyond a source's budget of commands, each more dangerous one is named, and each further sort`() throws {
    let findings =
      (0..<300).map { finding(to: $0, action: .write) }
      + [finding(to: 301, action: .state), finding(to: 302, action: .write), finding(to: 303, action: .program)]
      + [finding(to: 304, action: .state), finding(to: 305, action: .configure)]
    let result = try run(findings)
    let sums = result.records.filter { $0.value("alert.context.rest") as? Bool == true }
    #expect(result.counters.alerts == 201)
    #expect(counts(sums) == [1, 10, 100, 101, 103, 105])
    #expect(
      sums.map { $0.text("alert.context.operation.action") } == [
        "write", "write", "write", "state", "program", "program",
      ])
    #expect(sums[3].text("dest_ip") == "192.168.11.52")
    #expect(
      sums[3].text("alert.context.ooda.observe.summary")?.contains("run/stop command to plc-1 (192.168.11.52)") == true)
    #expect(total(result.records) == 305)
  }

  @Test func `findings without a known source share the budget of their kind alone`() throws {
    let findings = (0..<20).map { number in
      var finding = finding(.flood, to: number, action: nil)
      finding.source = Endpoint()
      return finding
    }
    #expect(try counts(run(findings).records) == Array(repeating: 1, count: 20))
  }

  @Test func `an alert's count is written before it is evicted`() throws {
    let findings = (0..<300).flatMap { number in
      (0..<3).map {
        Samples.finding(from: "10.20.4.\(number % 100)", at: Self.start + Int64(number) * 4 * Self.second + $0)
      }
    }
    let result = try run(findings, limit: 8)
    #expect(result.counters.evictions > 0)
    #expect(total(result.records) == findings.count)
  }

  @Test func `a new site file ends the alerts of the old one`() throws {
    var aggregation = Aggregation(seed: 1)
    var records = Records(Samples.context())
    let text = try written { sink in
      for time in 0..<3 {
        aggregation.report(
          Samples.finding(at: Self.start + Int64(time)), Message(), Samples.identities, Samples.lastValues, &records,
          to: &sink)
      }
      aggregation.close(Samples.identities, &records, to: &sink)
      records.replace(Samples.context(.ja))
      aggregation.report(
        Samples.finding(at: Self.start + 9), Message(), Samples.identities, Samples.lastValues, &records, to: &sink)
    }
    #expect(try counts(text.map(Record.init)) == [1, 3, 1])
  }

  @Test func `two runs over the same findings write the same bytes, whatever the seed`() throws {
    let findings = (0..<3000).map {
      Samples.finding(
        FindingKind.allCases[$0 % FindingKind.allCases.count], from: "10.20.5.\($0 % 7)",
        at: Self.start + Int64($0) * Self.second, action: Action.allCases[$0 % 15])
    }
    #expect(try run(findings, limit: 20, seed: 1).lines == run(findings, limit: 20, seed: 99).lines)
  }
}
