// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// The `exceptions` of a site file: every mistake is answered with its place and what to write instead.
@Suite struct ExceptionTests {
  /// Eight lines; an exception after them is on line 10.
  private static let site = """
    timezone: Asia/Tokyo
    zones: {line-1: {networks: [192.168.10.0/24]}, office: {networks: [10.20.0.0/16]}}
    assets:
      plc-1: {zone: line-1, mac: "00:80:f4:01:02:03", ip: 192.168.10.11}
      scanner-1: {zone: office, ip: 10.20.0.50}
    responders: {plant-it: {name: Plant IT, contact: soc@plant.example}}
    conduits: []
    # The exceptions.
    exceptions:

    """
  private static let rest = "reason: weekly licence scan, owner: plant-it, until: 2027-03-31"

  private static func read(_ exceptions: String) throws(SiteErrors) -> Site {
    try Site.parse(site + exceptions, file: "plant.yaml")
  }
  private static func found(_ text: String) -> [String] {
    let japanese = problems(site + text, .ja)
    for line in japanese {
      // The suggestion is a word of the file.
      let message = line.prefix(upTo: line.range(of: "（もしかして")?.lowerBound ?? line.endIndex)
      #expect(Phrases.avoided(inJapanese: String(message)) == nil, "\(line)")
    }
    let english = problems(site + text)
    for line in english where !line.contains("'external'") {
      #expect(Phrases.avoided(inEnglish: line) == nil, "\(line)")
    }
    #expect(japanese.count == english.count)
    return english
  }

  struct Sample: CustomTestStringConvertible, Sendable {
    let exception: String
    let problems: [String]
    init(_ exception: String, _ problems: String...) {
      self.exception = exception
      self.problems = problems
    }
    var testDescription: String { exception }
  }

  static let mistakes: [Sample] = [
    // Kinds.
    Sample(
      "kind: host-swep, from: scanner-1, \(rest)",
      "10:12: exceptions[0].kind: unknown kind of finding 'host-swep'; 'sekisho catalogue' lists them; did you mean 'host-sweep'?"
    ),
    Sample(
      "kind: [host-sweep, any], from: scanner-1, \(rest)",
      "10:25: exceptions[0].kind[1]: 'any': an exception names its kinds, so that nothing else is muted; 'sekisho catalogue' lists them"
    ),
    Sample(
      "kind: [], from: scanner-1, \(rest)",
      "10:12: exceptions[0].kind: an empty list: give at least one entry, or leave 'kind' out"),
    Sample(
      "kinds: host-sweep, from: scanner-1, \(rest)",
      "10:5: exceptions[0]: 'kind' is missing: an exception says which kinds of findings it is about",
      "10:6: exceptions[0]: unknown key 'kinds'; did you mean 'kind'?"),
    // Whose end is what.
    Sample(
      "kind: host-sweep, from: scaner-1, \(rest)",
      "10:30: exceptions[0].from: unknown zone, asset or address 'scaner-1'; did you mean 'scanner-1'?"),
    Sample(
      "kind: host-sweep, from: internet, \(rest)",
      "10:30: exceptions[0].from: unknown zone or asset 'internet'; what is outside of all zones is 'external'"),
    Sample(
      "kind: host-sweep, from: 10.20.0.50, \(rest)",
      "10:30: exceptions[0].from: '10.20.0.50' is listed as an asset's address; name the asset; did you mean 'scanner-1'?"
    ),
    Sample(
      #"kind: arp-spoofing, device: "00-80-F4-01-02-03", \#(rest)"#,
      "10:34: exceptions[0].device: '00-80-F4-01-02-03' is listed as an asset's address; name the asset; did you mean 'plc-1'?"
    ),
    Sample(
      "kind: host-sweep, from: 10.20.0.7/16, \(rest)",
      "10:30: exceptions[0].from: '10.20.0.7/16' has bits set beyond its prefix; write 10.20.0.0/16 for the network or "
        + "10.20.0.7 for a single host"),
    Sample(
      "kind: host-sweep, \(rest)",
      "10:5: exceptions[0]: an exception is for certain parties, never for all: name them with 'from' or 'to'"),
    Sample(
      "kind: flood, from: any, to: 0.0.0.0/0, \(rest)",
      "10:5: exceptions[0]: an exception is for certain parties, never for all: name them with 'from' or 'to'"),
    Sample(
      "kind: device-silent, device: any, \(rest)",
      "10:5: exceptions[0]: an exception is for certain parties, never for all: name them with 'device'"),
    Sample(
      "kind: device-silent, to: plc-1, \(rest)",
      "10:31: exceptions[0].to: 'device-silent' is about one device: name it with 'device'"),
    Sample(
      "kind: port-scan, device: scanner-1, \(rest)",
      "10:31: exceptions[0].device: 'port-scan' is about what one does to another: name them with 'from' and 'to'"),
    Sample(
      "kind: host-sweep, from: scanner-1, to: plc-1, \(rest)",
      "10:45: exceptions[0].to: 'host-sweep' is about many hosts: 'to' is their zone"),
    Sample(
      "kind: unknown-mac, device: 192.168.10.9, \(rest)",
      "10:33: exceptions[0].device: 'unknown-mac' is about devices that are not listed: give the MAC address, or the zone"
    ),
    Sample(
      "kind: address-conflict, device: scanner-1, \(rest)",
      "10:38: exceptions[0].device: 'address-conflict' is about who uses an address, so the device is known by its MAC address: "
        + "give that, or an asset that has a 'mac'"),
    Sample(
      "kind: arp-spoofing, device: line-1, \(rest)",
      "10:34: exceptions[0].device: 'arp-spoofing' is about who uses an address, so the device is known by its MAC address: "
        + "give that, or an asset that has a 'mac'"),
    // Services and operations.
    Sample(
      "kind: cross-zone-flow, from: office, services: [443], \(rest)",
      "10:54: exceptions[0].services[0]: '443' is a port without its protocol; write tcp/443 or udp/443"),
    Sample(
      "kind: cross-zone-flow, from: office, services: [modbus], \(rest)",
      "10:54: exceptions[0].services[0]: 'modbus' shows only after a connection was found: the services of an exception are "
        + "ports; did you mean 'tcp/502'?"),
    Sample(
      "kind: port-scan, from: scanner-1, services: [tcp/443], \(rest)",
      "10:50: exceptions[0].services: 'port-scan' is not about one service: leave 'services' out, or give it an exception of its own"
    ),
    Sample(
      "kind: host-sweep, from: scanner-1, operations: [read], \(rest)",
      "10:53: exceptions[0].operations: 'host-sweep' is not about an operation: leave 'operations' out, or give it an exception of its own"
    ),
    Sample(
      "kind: controller-command, from: plc-1, \(rest)",
      "10:5: exceptions[0]: 'operations' is missing: 'controller-command' is about operations that change something, and each that "
        + "is muted is named"),
    Sample(
      "kind: controller-command, from: plc-1, operations: [stat], \(rest)",
      "10:58: exceptions[0].operations[0]: unknown operation 'stat'; did you mean 'state'?"),
    // Reason, owner, end.
    Sample(
      "kind: host-sweep, from: scanner-1, owner: me, until: 2027-03-31",
      "10:5: exceptions[0]: 'reason' is missing: an exception says why it is needed"),
    Sample(
      "kind: host-sweep, from: scanner-1, reason: a",
      "10:5: exceptions[0]: 'owner' is missing: an exception says who answers for it",
      "10:5: exceptions[0]: 'until' is missing: an exception says on which day it ends, such as 2027-03-31"),
    Sample(
      "kind: host-sweep, from: scanner-1, reason: a, owner: plant-its, until: 2027-03-31",
      "10:59: warning: exceptions[0].owner: the owner 'plant-its' is kept as text for people; it is no responder; did you mean 'plant-it'?"
    ),
  ]

  @Test("a mistake in an exception is answered with line, column and what is valid", arguments: mistakes)
  func mistake(_ sample: Sample) {
    #expect(Self.found("  - {\(sample.exception)}\n") == sample.problems.map { "plant.yaml:" + $0 })
  }

  @Test(
    "an end that is no day is an error",
    arguments: ["2027-02-30", "31.3.2027", "never", "2027-03-31 25:00", "2027-03-31  09:00", "2101-01-01", "2027-03"])
  func notADay(_ until: String) {
    let text = "  - {kind: flood, from: office, reason: a, owner: b, until: \"\(until)\"}\n"
    #expect(
      Self.found(text) == [
        "plant.yaml:10:61: exceptions[0].until: '\(until)' is not a date; expected a form such as 2027-03-31, until the end of "
          + "that day, or 2027-03-31 18:00"
      ])
  }

  @Test(
    "what says that the monitor is blind cannot be muted",
    arguments: ["one-way-visibility", "table-flood", "stream-tampering"])
  func blind(_ kind: String) {
    #expect(
      Self.found("  - {kind: \(kind), from: office, \(Self.rest)}\n") == [
        "plant.yaml:10:12: exceptions[0].kind: '\(kind)' cannot be muted: it says what the monitor does not see, or may have "
          + "read wrongly"
      ])
  }

  @Test func `every other kind can be muted, in one form or another`() throws {
    for entry in Catalogue.entries where !entry.kind.isOfMonitor {
      let party = entry.kind.isOfDevice ? #"device: "02:00:00:00:00:09""# : "from: office"
      let operations = entry.kind.needsOperations ? ", operations: [state]" : ""
      #expect(Self.found("  - {kind: \(entry.id), \(party)\(operations), \(Self.rest)}\n") == [], "\(entry.id)")
    }
  }

  @Test func `exceptions are a list, of a thousand at most`() throws {
    #expect(
      problems("zones: {a: {}}\nexceptions: {kind: flood}") == [
        "plant.yaml:2:13: exceptions: expected a list of exceptions (- {kind: …, from: …, reason: …, owner: …, until: …}), got a map"
      ])
    let one = "- {kind: flood, from: a, reason: r, owner: o, until: 2027-03-31}\n"
    let many = { (count: Int) in "zones: {a: {}}\nexceptions:\n" + String(repeating: one, count: count) }
    #expect(problems(many(1_000)) == [])
    #expect(problems(many(1_001)) == ["plant.yaml:3:1: exceptions: more than 1000 exceptions"])
    #expect(try Site.parse("zones: {a: {}}\nexceptions: []", file: "plant.yaml").exceptions.isEmpty)
  }

  // MARK: When it ends

  /// Seconds since 1970 of the first moment after it.
  static let ends: [(zone: String, until: String, moment: String)] = [
    ("Asia/Tokyo", "2027-03-31", "2027-03-31T15:00:00Z"), ("UTC", "2027-03-31", "2027-04-01T00:00:00Z"),
    ("Asia/Tokyo", "2027-03-31 18:00", "2027-03-31T09:00:00Z"), ("UTC", "2027-03-31T24:00", "2027-04-01T00:00:00Z"),
    ("America/Los_Angeles", "2026-12-31", "2027-01-01T08:00:00Z"),
    ("Pacific/Kiritimati", "2026-12-31", "2026-12-31T10:00:00Z"),
    // Clocks go from 02:00 to 03:00, and from 03:00 to 02:00: skipped, and twice.
    ("Europe/Berlin", "2027-03-28 02:30", "2027-03-28T01:00:00Z"),
    ("Europe/Berlin", "2027-10-31 02:30", "2027-10-31T00:30:00Z"),
    // Midnight itself is skipped.
    ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00Z"),
  ]
  @Test("a day ends by the clock of the plant", arguments: ends)
  func end(_ sample: (zone: String, until: String, moment: String)) throws {
    let site = try Site.parse(
      """
      zones: {a: {}}
      exceptions: [{kind: flood, from: a, reason: r, owner: o, until: "\(sample.until)"}]
      timezone: \(sample.zone)
      """, file: "plant.yaml")
    let moment = Int64(try Date(sample.moment, strategy: .iso8601).timeIntervalSince1970) * 1_000_000_000
    #expect(site.exceptions[0].until == moment)
    #expect(site.exceptions[0].holds(at: moment - 1) && !site.exceptions[0].holds(at: moment))
    #expect(site.endedExceptions(at: moment - 1, file: "plant.yaml").isEmpty)
    #expect(site.endedExceptions(at: moment, file: "plant.yaml").count == 1)
  }

  @Test func `an exception that has ended is a warning, at its end`() throws {
    let site = try Self.read(
      """
        - kind: [port-scan, host-sweep]
          from: [scanner-1, 10.20.3.0/24]
          reason: weekly licence scan
          owner: plant-it
          until: 2026-03-31
      """)
    let warnings = site.endedExceptions(at: site.exceptions[0].until, file: "plant.yaml")
    #expect(
      warnings.map { $0.text(.en) } == [
        "plant.yaml:14:12: warning: exceptions[0].until: ended on 2026-03-31: findings of port-scan, host-sweep from scanner-1, "
          + "10.20.3.0/24 to any are alerts again; remove it, or renew it"
      ])
    for warning in warnings { #expect(Phrases.avoided(inJapanese: warning.text(.ja)) == nil) }
  }

  // MARK: What people are told

  private static let listed = """
      - {kind: host-sweep, from: scanner-1, to: line-1, services: [tcp/443, icmp], reason: weekly licence scan, owner: plant-it, until: 2027-03-31}
      - {kind: cross-zone-flow, from: office, to: plc-1, operations: [write, "modbus 8/1"], reason: old recipe server, owner: K. Sato, until: "2026-12-31 18:00"}
      - {kind: unknown-mac, device: "02-00-00-00-00-09", reason: visitor, owner: plant-it, until: 2026-11-30}
    """

  @Test func `site check lists the exceptions with end, reason and owner`() throws {
    #expect(
      try Self.read(Self.listed).summary().suffix(4) == [
        "3 exceptions:",
        "  line 10: host-sweep from scanner-1 to line-1 (tcp/443, icmp), until 2027-03-31; weekly licence scan; owner Plant IT "
          + "(soc@plant.example)",
        "  line 11: cross-zone-flow from office to plc-1 (write, modbus 8/1), until 2026-12-31 18:00; old recipe server; owner K. Sato",
        "  line 12: unknown-mac of 02:00:00:00:00:09, until 2026-11-30; visitor; owner Plant IT (soc@plant.example)",
      ])
    let japanese = try Self.read(Self.listed).summary(language: .ja).suffix(4)
    #expect(japanese.first == "例外3件:")
    for line in japanese { #expect(Phrases.avoided(inJapanese: line) == nil, "\(line)") }
  }

  static let questions:
    [(from: String, to: String, operation: String?, time: String, alert: String?, muted: String?, lines: [String])] = [
      (
        "10.20.3.7", "plc-1", nil, "2026-12-31T08:59:59Z", nil, "cross-zone-flow",
        [
          "Alert: none; cross-zone-flow is muted until 2026-12-31 18:00",
          "Exceptions: exception 2 (line 11: cross-zone-flow from office to plc-1 (write, modbus 8/1)) applies: old recipe server; "
            + "owner K. Sato",
        ]
      ),
      (
        "10.20.3.7", "plc-1", "write", "2026-12-31T09:00:00Z", "cross-zone-flow", nil,
        [
          "Alert: cross-zone-flow",
          "Exceptions: exception 2 (line 11: cross-zone-flow from office to plc-1 (write, modbus 8/1)) ended on 2026-12-31 18:00",
        ]
      ),
      ("office", "plc-1", "write coil 3", "2026-12-01T00:00:00Z", nil, "cross-zone-flow", []),
      ("scanner-1", "plc-1", "modbus 8/1", "2026-12-01T00:00:00Z", nil, "cross-zone-flow", []),
      ("office", "plc-1", "read", "2026-12-01T00:00:00Z", "cross-zone-flow", nil, []),
      ("office", "plc-1", "program", "2026-12-01T00:00:00Z", "cross-zone-flow", nil, ["Alert: cross-zone-flow"]),
      ("office", "line-1", nil, "2026-12-01T00:00:00Z", "cross-zone-flow", nil, ["Alert: cross-zone-flow"]),
    ]
  @Test("an explanation says what is muted, until when and why", arguments: questions)
  func explanation(
    _ sample: (
      from: String, to: String, operation: String?, time: String, alert: String?, muted: String?, lines: [String]
    )
  ) throws {
    let site = try Self.read(Self.listed)
    let time = Int64(try Date(sample.time, strategy: .iso8601).timeIntervalSince1970) * 1_000_000_000
    let answer = try site.explain(
      from: sample.from, to: sample.to, service: nil, operation: sample.operation, at: time)
    #expect(answer.alert == sample.alert && answer.muted == sample.muted)
    #expect(answer.lines.suffix(sample.lines.count) == sample.lines[...])
    let japanese = try site.explain(
      from: sample.from, to: sample.to, service: nil, operation: sample.operation, at: time, language: .ja)
    #expect(japanese.lines.count == answer.lines.count)
    for line in japanese.lines { #expect(Phrases.avoided(inJapanese: line) == nil, "\(line)") }
  }
}
