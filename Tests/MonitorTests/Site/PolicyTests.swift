// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// Two protocols with a dissector, whatever the registry contains.
private let words = ServiceWords(dissectors: [
  ("modbus", [.tcp(502), .udp(502), .anyTCP]), ("dnp3", [.tcp(20000), .udp(20000)]),
])
private let modbus = DissectorID(rawValue: 0)
private let dnp3 = DissectorID(rawValue: 1)

private func site(_ conduits: String...) throws -> Site {
  let text = """
    zones: {line: {networks: 10.0.1.0/24}, scada: {networks: 10.0.2.0/24}, office: {networks: 10.0.3.0/24}}
    assets:
      plc: {zone: line, ip: 10.0.1.1}
      hmi: {zone: line, ip: 10.0.1.2}
      server: {zone: scada, ip: 10.0.2.1}
    windows:
      night: {hours: "22:00-06:00"}
      noon: {hours: "12:00-13:00"}
    conduits: [\(conduits.joined(separator: ", "))]
    """
  return try Site.parse(text, file: "plant.yaml", words: words)
}

private func party(_ site: Site, _ ip: String) throws -> Party {
  site.party(ip: try #require(IPAddress(ip)), mac: .none, vlan: 0xFFFF)
}

private func tcp(_ port: UInt16, _ dissector: DissectorID = .none, settled: Bool = true) -> Service {
  Service(ipProtocol: 6, port: port, dissector: dissector, isSettled: settled)
}

private let day: Int64 = 86_400_000_000_000
private let hour: Int64 = 3_600_000_000_000
private let quiet = Conduit.allActions & ~Conduit.controllerActions

struct PolicyTests {
  static let services: [(services: String, service: Service, isAllowed: Bool)] = [
    ("[modbus]", tcp(502, modbus), true),
    ("[modbus]", tcp(1502, modbus), true),
    ("[modbus]", tcp(502, settled: false), true),
    ("[modbus]", tcp(502), false),
    ("[modbus]", tcp(502, dnp3), false),
    // By content on any port: allowed until the protocol is known.
    ("[modbus]", tcp(80, settled: false), true),
    ("[modbus]", tcp(80), false),
    ("[modbus]", Service(ipProtocol: 1, port: 0, dissector: .none, isSettled: true), false),
    ("[tcp/502]", tcp(502, dnp3), true),
    ("[tcp/502]", tcp(503), false),
    ("[tcp/8000-8010]", tcp(8010), true),
    ("[tcp/8000-8010]", tcp(8011), false),
    ("[udp/53]", tcp(53), false),
    ("[icmp]", Service(ipProtocol: 1, port: 0, dissector: .none, isSettled: true), true),
    ("[ip/47]", Service(ipProtocol: 47, port: 0, dissector: .none, isSettled: true), true),
    ("[tcp]", tcp(9), true),
    ("[any]", tcp(9), true),
    // It has no dissector yet: its usual port counts.
    ("[mqtt]", tcp(1883), true),
    ("[mqtt]", tcp(1884), false),
    ("[udp/53, modbus]", tcp(502, modbus), true),
  ]

  @Test(arguments: services)
  func `services are matched by content, by port, or by IP protocol`(
    sample: (services: String, service: Service, isAllowed: Bool)
  ) throws {
    let site = try site("{from: scada, to: line, services: \(sample.services)}")
    let gate = site.gate(
      from: try party(site, "10.0.2.9"), to: try party(site, "10.0.1.1"), service: sample.service, at: 0)
    #expect(gate.verdict == (sample.isAllowed ? .allowed(conduit: 0) : .service(conduit: 0)))
    #expect(gate.free == (sample.isAllowed ? Conduit.allActions : 0))
    #expect(gate.validUntil == .max && !gate.isConditional)
  }

  @Test func `the best verdict wins, then the most specific conduit`() throws {
    let site = try site(
      "{from: any, to: line, services: [dnp3]}",
      "{from: scada, to: plc, services: [modbus], during: noon}",
      "{from: scada, to: line, services: [modbus], operations: [read]}",
      "{from: server, to: plc, services: [modbus], operations: [read, write], targets: [coil 0-9]}")
    let (server, other) = (try party(site, "10.0.2.1"), try party(site, "10.0.2.2"))
    let plc = try party(site, "10.0.1.1")
    let office = try party(site, "10.0.3.1")
    let service = tcp(502, modbus)
    let coil = { (address: UInt64) in Target(area: .coil, number: 0, address: address, count: 1) }
    let judge = { (action: Action, target: Target, from: Party, time: Int64) in
      site.judge(action, target, .none, from: from, to: plc, service: service, at: time)
    }
    #expect(judge(.read, coil(5), server, 0) == .allowed(conduit: 3))
    #expect(judge(.read, coil(50), server, 0) == .allowed(conduit: 2))
    #expect(judge(.write, coil(5), server, 0) == .allowed(conduit: 3))
    #expect(judge(.write, coil(50), server, 0) == .time(conduit: 1, window: 1))
    #expect(judge(.write, coil(50), server, 12 * hour) == .allowed(conduit: 1))
    #expect(judge(.write, coil(5), other, 0) == .time(conduit: 1, window: 1))
    #expect(judge(.write, coil(5), office, 0) == .service(conduit: 0))
    #expect(site.judge(.read, .none, .none, from: plc, to: server, service: service, at: 0) == .noConduit)

    let gate = site.gate(from: server, to: plc, service: service, at: 0)
    #expect(gate.verdict == .allowed(conduit: 3))
    #expect(gate.free == Action.read.bit)
    #expect(gate.isConditional)
    #expect(gate.validUntil == 12 * hour)
    #expect(site.gate(from: server, to: plc, service: service, at: 12 * hour).free == Conduit.allActions)
  }

  @Test func `from and to name a zone, an asset, external or any`() throws {
    let site = try site("{from: external, to: server}", "{from: plc, to: any}")
    let service = tcp(80)
    let ends: [(from: String, to: String, verdict: Verdict)] = [
      ("8.8.8.8", "10.0.2.1", .allowed(conduit: 0)), ("8.8.8.8", "10.0.2.2", .noConduit),
      ("10.0.1.1", "8.8.8.8", .allowed(conduit: 1)), ("10.0.1.2", "8.8.8.8", .noConduit),
      ("10.0.2.1", "10.0.1.1", .noConduit), ("8.8.8.8", "9.9.9.9", .inside),
    ]
    for (from, to, verdict) in ends {
      let gate = site.gate(from: try party(site, from), to: try party(site, to), service: service, at: 0)
      #expect(gate.verdict == verdict, "\(from) \(to)")
    }
  }

  @Test func `inside a zone everything is allowed except operations that change a controller`() throws {
    let open = try site(
      "{from: hmi, to: plc, services: [modbus], operations: [program]}", "{from: scada, to: scada, operations: [state]}"
    )
    let (hmi, plc) = (try party(open, "10.0.1.2"), try party(open, "10.0.1.1"))
    let service = tcp(502, modbus)
    #expect(
      open.gate(from: hmi, to: plc, service: service, at: 0)
        == Gate(verdict: .inside, free: quiet | Action.program.bit, validUntil: .max, isConditional: false))
    #expect(
      open.gate(from: plc, to: hmi, service: service, at: 0)
        == Gate(verdict: .inside, free: quiet, validUntil: .max, isConditional: false))
    let judge = { (action: Action, from: Party, to: Party) in
      open.judge(action, .none, .none, from: from, to: to, service: service, at: 0)
    }
    #expect(judge(.write, plc, hmi) == .inside)
    #expect(judge(.program, hmi, plc) == .inside)
    #expect(judge(.state, hmi, plc) == .action(conduit: 0))
    #expect(judge(.state, plc, hmi) == .noConduit)
    let scada = try party(open, "10.0.2.7")
    #expect(judge(.state, scada, scada) == .inside && judge(.firmware, scada, scada) == .action(conduit: 1))
  }

  @Test func `inside a zone a conduit that names both ends binds them`() throws {
    let site = try site(
      "{from: hmi, to: plc, services: [modbus], operations: [read, write], targets: [holding-register 0-99]}",
      "{from: plc, to: line, during: noon}", "{from: scada, to: scada, operations: [read]}")
    let (hmi, plc) = (try party(site, "10.0.1.2"), try party(site, "10.0.1.1"))
    let service = tcp(502, modbus)
    let register = { (address: UInt64) in Target(area: .holdingRegister, number: 0, address: address, count: 1) }
    let gate = site.gate(from: hmi, to: plc, service: service, at: 0)
    #expect(gate == Gate(verdict: .allowed(conduit: 0), free: 0, validUntil: .max, isConditional: true))
    let judge = { (action: Action, address: UInt64, service: Service) in
      site.judge(action, register(address), .none, from: hmi, to: plc, service: service, at: 0)
    }
    #expect(judge(.write, 99, service) == .allowed(conduit: 0))
    #expect(judge(.write, 100, service) == .target(conduit: 0))
    #expect(judge(.operate, 99, service) == .action(conduit: 0))
    #expect(judge(.write, 99, tcp(20000, dnp3)) == .service(conduit: 0))
    // A conduit without operations governs the communication as a whole.
    let closed = site.gate(from: plc, to: hmi, service: service, at: 0)
    #expect(closed == Gate(verdict: .time(conduit: 1, window: 1), free: 0, validUntil: 12 * hour, isConditional: false))
    #expect(
      site.judge(.read, .none, .none, from: plc, to: hmi, service: service, at: 0) == .time(conduit: 1, window: 1))
    let opened = site.gate(from: plc, to: hmi, service: service, at: 12 * hour)
    #expect(
      opened
        == Gate(
          verdict: .allowed(conduit: 1), free: Conduit.allActions, validUntil: 13 * hour, isConditional: false))
    // The other stations of the zone, and what goes to a group, remain free.
    let other = try party(site, "10.0.1.3")
    #expect(site.gate(from: other, to: plc, service: service, at: 0).verdict == .inside)
    var group = service
    group.isToGroup = true
    #expect(site.gate(from: hmi, to: plc, service: group, at: 0).verdict == .inside)
    // Two ends that are zones bind every pair of theirs.
    let (first, second) = (try party(site, "10.0.2.1"), try party(site, "10.0.2.7"))
    #expect(site.judge(.read, .none, .none, from: first, to: second, service: service, at: 0) == .allowed(conduit: 2))
    #expect(site.judge(.write, .none, .none, from: first, to: second, service: service, at: 0) == .action(conduit: 2))
  }

  @Test func `a conduit from an asset to any limits the operations it names inside the zone`() throws {
    let site = try site(
      "{from: hmi, to: any, services: [modbus], operations: [read, write], targets: [holding-register 0-99]}")
    let (hmi, plc) = (try party(site, "10.0.1.2"), try party(site, "10.0.1.1"))
    let gate = site.gate(from: hmi, to: plc, service: tcp(502, modbus), at: 0)
    #expect(gate.verdict == .inside && gate.isConditional)
    #expect(gate.free == quiet & ~(Action.read.bit | Action.write.bit))
    let judge = { (action: Action, address: UInt64, service: Service) in
      let register = Target(area: .holdingRegister, number: 0, address: address, count: 1)
      return site.judge(action, register, .none, from: hmi, to: plc, service: service, at: 0)
    }
    #expect(judge(.write, 99, tcp(502, modbus)) == .inside)
    #expect(judge(.write, 100, tcp(502, modbus)) == .target(conduit: 0))
    #expect(judge(.operate, 100, tcp(502, modbus)) == .inside)
    #expect(judge(.write, 100, tcp(20000, dnp3)) == .inside)
  }

  /// What the rule of a zone asks of a pair: stations 1 and 2 are a PLC and its master, 3 another PLC, 4 a PC.
  static let insideRules: [(rule: String, from: Int, to: Int, service: Service, action: Action?, kind: FindingKind?)] =
    [
      ("free", 4, 1, tcp(502, modbus), .write, nil),
      ("free", 4, 1, tcp(502, modbus), .state, .controllerCommand),
      ("free", 3, 1, tcp(80), nil, nil),
      ("operations", 4, 1, tcp(502, modbus), .read, .unlistedFlow),
      ("operations", 4, 1, tcp(502, modbus), .state, .controllerCommand),
      ("operations", 2, 1, tcp(502, modbus), .read, nil),
      ("operations", 2, 1, tcp(502, modbus), .write, .operationNotAllowed),
      ("operations", 4, 1, tcp(80), nil, nil),
      // A controller begins to talk: to another one, to a PC, to its master.
      ("operations", 3, 1, tcp(80), nil, .unlistedFlow),
      ("operations", 1, 4, tcp(80), nil, .unlistedFlow),
      ("operations", 1, 2, tcp(80), nil, nil),
      ("listed", 4, 1, tcp(80), nil, .unlistedFlow),
      ("listed", 2, 1, tcp(502, modbus), .read, nil),
      ("listed", 2, 1, tcp(80), nil, .operationNotAllowed),
      ("listed", 1, 2, tcp(80), nil, .unlistedFlow),
    ]

  @Test("a zone's rule says what needs a conduit inside it", arguments: insideRules)
  func inside(
    _ sample: (rule: String, from: Int, to: Int, service: Service, action: Action?, kind: FindingKind?)
  ) throws {
    let text = """
      zones: {line: {networks: 10.0.1.0/24, inside: \(sample.rule)}}
      assets:
        plc: {zone: line, ip: 10.0.1.1, role: plc}
        hmi: {zone: line, ip: 10.0.1.2, role: hmi}
        other: {zone: line, ip: 10.0.1.3, role: plc}
        pc: {zone: line, ip: 10.0.1.4}
      conduits: [{from: hmi, to: plc, services: [modbus], operations: [read]}]
      """
    let site = try Site.parse(text, file: "plant.yaml", words: words)
    let (from, to) = (try party(site, "10.0.1.\(sample.from)"), try party(site, "10.0.1.\(sample.to)"))
    let verdict =
      sample.action.map { site.judge($0, .none, .none, from: from, to: to, service: sample.service, at: 0) }
      ?? site.gate(from: from, to: to, service: sample.service, at: 0).verdict
    #expect(verdict.findingKind(of: sample.action, on: .none, from: from, to: to) == sample.kind)
    var group = sample.service
    group.isToGroup = true
    if sample.action != .state { #expect(site.gate(from: from, to: to, service: group, at: 0).verdict == .inside) }
  }

  @Test("what is sent to a group needs a conduit only where it changes something", arguments: InsideRule.allCases)
  func groups(_ rule: InsideRule) throws {
    let text = """
      zones: {line: {networks: 10.0.1.0/24, inside: \(rule.word)}}
      assets: {pc: {zone: line, ip: 10.0.1.4}}
      conduits: []
      """
    let site = try Site.parse(text, file: "plant.yaml", words: words)
    let (pc, group) = (try party(site, "10.0.1.4"), try party(site, "10.0.1.255"))
    var service = tcp(502, modbus)
    service.isToGroup = true
    let gate = site.gate(from: pc, to: group, service: service, at: 0)
    #expect(gate.verdict == .inside && gate.allows(.read) && gate.allows(.identify))
    for action in [Action.write, .operate, .clock] {
      let verdict = site.judge(action, .none, .none, from: pc, to: group, service: service, at: 0)
      #expect(gate.allows(action) == (rule == .free) && verdict.isAllowed == (rule == .free), "\(action)")
    }
    #expect(site.judge(.read, .none, .none, from: pc, to: group, service: service, at: 0).isAllowed)
  }

  static let functionLists: [(operations: String, not: String?, allowed: [String], refused: [String])] = [
    ("[read, dnp3 ENABLE_UNSOLICITED]", nil, ["READ", "ENABLE_UNSOLICITED"], ["WRITE", "COLD_RESTART"]),
    ("[dnp3 enable unsolicited, DNP3 0x0D]", nil, ["ENABLE_UNSOLICITED", "COLD_RESTART"], ["READ", "WARM_RESTART"]),
    ("[any]", "[dnp3 COLD_RESTART, write]", ["READ", "WARM_RESTART"], ["WRITE", "COLD_RESTART"]),
    ("[state]", "[DNP3 13]", ["WARM_RESTART"], ["COLD_RESTART", "READ"]),
  ]

  @Test("conduits name functions, and except them", arguments: functionLists)
  func functions(_ sample: (operations: String, not: String?, allowed: [String], refused: [String])) throws {
    let not = sample.not.map { ", not: \($0)" } ?? ""
    let text = """
      zones: {line: {networks: 10.0.1.0/24}, scada: {networks: 10.0.2.0/24}}
      conduits: [{from: scada, to: line, operations: \(sample.operations)\(not)}]
      """
    let site = try Site.parse(text, file: "plant.yaml", words: ServiceWords())
    let (from, to) = (try party(site, "10.0.2.1"), try party(site, "10.0.1.1"))
    let names = DissectorTables().names
    let place = try #require(names.firstIndex { $0.description == "dnp3" })
    let id = DissectorID(rawValue: UInt8(place))
    let service = Service(ipProtocol: 6, port: 20000, dissector: id, isSettled: true)
    let gate = site.gate(from: from, to: to, service: service, at: 0)
    for (name, isAllowed) in sample.allowed.map({ ($0, true) }) + sample.refused.map({ ($0, false) }) {
      let function = try #require(NativeFunctions.all.first { $0.service == "dnp3" && $0.name == name })
      let verdict = site.judge(
        function.action, .none, .none,
        function: OperationFunction(dissector: id, code: function.code, subcode: -1, name: "FUNCTION"),
        from: from, to: to, service: service, at: 0)
      #expect(verdict == (isAllowed ? .allowed(conduit: 0) : .action(conduit: 0)), "\(name)")
      if !isAllowed { #expect(!gate.allows(function.action)) }
    }
  }

  @Test("every protocol has functions by name, and no name stands for many codes")
  func namedFunctions() {
    // What they send has no functions, or one.
    let cyclic = ["cip-io", "cclink-ief-basic", "goose", "profinet-rt"]
    for name in Registry.dissectors.map({ "\($0.name)" }) where !cyclic.contains(name) {
      #expect(NativeFunctions.services.contains(name), "\(name)")
    }
    let names = Set(NativeFunctions.all.map { "\($0.service) \($0.code)/\($0.subcode) \($0.name)" })
    for name in [
      "modbus 5/-1 Write Single Coil", "modbus 8/4 Diagnostics: Force Listen Only Mode",
      "modbus 43/14 Read Device Identification", "dnp3 13/-1 COLD_RESTART",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(!names.contains { $0.contains("Unassigned") || $0.contains("not in") || $0.contains("not published") })
  }

  static let targets: [(ranges: String, target: Target, unit: Int64, isCovered: Bool)] = [
    ("coil 0-9", Target(area: .coil, number: 0, address: 0, count: 10), -1, true),
    ("coil 0-9", Target(area: .coil, number: 0, address: 0, count: 11), -1, false),
    ("coil 0-9", Target(area: .discreteInput, number: 0, address: 0, count: 1), -1, false),
    // A union, in any order.
    ("coil 5-9, coil 0-4", Target(area: .coil, number: 0, address: 2, count: 6), -1, true),
    ("coil 6-9, coil 0-4", Target(area: .coil, number: 0, address: 2, count: 6), -1, false),
    ("coil", Target(area: .coil, number: 0, address: 65_535, count: 1), -1, true),
    ("coil 5 unit 3", Target(area: .coil, number: 0, address: 5, count: 1), 3, true),
    ("coil 5 unit 3", Target(area: .coil, number: 0, address: 5, count: 1), 4, false),
    ("file 4", Target(area: .file, number: 4, address: 9999, count: 3), -1, true),
    ("file 4", Target(area: .file, number: 5, address: 0, count: 1), -1, false),
    ("file 4 0-9", Target(area: .file, number: 4, address: 8, count: 3), -1, false),
    ("coil 0-9", Target(area: .coil, number: 0, address: 10, count: 0), -1, false),
    ("buffer-memory 0-18446744073709551615", Target(area: .bufferMemory, address: .max, count: .max), -1, true),
    ("coil 0-9", Target(area: .coil, number: 0, address: .max, count: .max), -1, false),
  ]

  @Test(arguments: targets) func `a target is covered if it lies entirely inside the union of its area's ranges`(
    sample: (ranges: String, target: Target, unit: Int64, isCovered: Bool)
  ) throws {
    let site = try site("{from: scada, to: line, targets: [\(sample.ranges)]}")
    let (from, to) = (try party(site, "10.0.2.1"), try party(site, "10.0.1.1"))
    let expected: Verdict = sample.isCovered ? .allowed(conduit: 0) : .target(conduit: 0)
    let inside = Target.none
    for (read, written) in [(sample.target, inside), (inside, sample.target)] {
      #expect(
        site.judge(.write, read, written, unit: sample.unit, from: from, to: to, service: tcp(502, modbus), at: 0)
          == expected)
    }
  }

  @Test(
    "a conduit with targets allows no change or command without a target, but sessions, identification and reads",
    arguments: Action.allCases)
  func untargeted(_ action: Action) throws {
    let site = try site("{from: scada, to: line, operations: [any], targets: [coil 0-9]}")
    let (from, to) = (try party(site, "10.0.2.1"), try party(site, "10.0.1.1"))
    let isRefused = [.write, .operate, .state, .program, .firmware, .configure].contains(action)
    #expect(
      site.judge(action, .none, .none, from: from, to: to, service: tcp(502, modbus), at: 0)
        == (isRefused ? .target(conduit: 0) : .allowed(conduit: 0)))
  }
}
