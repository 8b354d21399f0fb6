// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import RuleLanguage
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// docs/records.md lists every key of every record with its type, and no other keys.
@Suite struct RecordsPageTests {
  /// A record described on the page, and a key of it.
  struct Key: Hashable {
    let record: String
    let path: String
  }

  // MARK: The page

  /// What the page says: types by record and path. A path component in capitals matches any name.
  private static let documented = Result {
    var keys: [Key: String] = [:]
    for row in try Page("docs/records.md").rows {
      guard let path = row.words("key").first else { continue }
      var places: [Key]
      switch row.heading {
      case "Common keys": places = row["in"].components(separatedBy: ", ").map { Key(record: $0, path: path) }
      case "The operation object", "Fields of single protocols":
        places = [Key(record: "operation", path: path), Key(record: "alert", path: "alert.context.\(path)")]
      default: places = [Key(record: row.heading, path: path)]
      }
      for place in places {
        #expect(keys.updateValue(row["type"], forKey: place) == nil, "\(place) is there twice")
      }
    }
    return keys
  }

  private static func fits(_ path: String, _ pattern: String) -> Bool {
    let (parts, wanted) = (path.split(separator: "."), pattern.split(separator: "."))
    return parts.count == wanted.count
      && zip(parts, wanted).allSatisfy { $0 == $1 || $1.allSatisfy { ("A"..."Z").contains($0) } }
  }

  // MARK: Records

  private indirect enum Value: Decodable {
    case boolean, integer, number, string
    case array([Value])
    case object([String: Value])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let object = try? value.decode([String: Value].self) {
        self = .object(object)
      } else if (try? value.decode(String.self)) != nil {
        self = .string
      } else if (try? value.decode(Bool.self)) != nil {
        self = .boolean
      } else if (try? value.decode(Int64.self)) != nil {
        self = .integer
      } else if (try? value.decode(Double.self)) != nil {
        self = .number
      } else {
        self = .array(try value.decode([Value].self))
      }
    }

    /// Whether it has the type named on the page; an integer is also a number, an empty array any array.
    func `is`(_ type: String) -> Bool {
      switch self {
      case .boolean: type == "boolean"
      case .integer: type == "integer" || type == "number"
      case .number: type == "number"
      case .string: type == "string"
      case .array(let items): type.hasSuffix("s") && items.allSatisfy { $0.is(String(type.dropLast())) }
      case .object: false
      }
    }

    func leaves(_ path: String = "") -> [(path: String, value: Value)] {
      guard case .object(let entries) = self else { return [(path, self)] }
      return entries.flatMap { $0.value.leaves(path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }
  }

  private struct Line: Decodable {
    let eventType: String?
    enum CodingKeys: String, CodingKey { case eventType = "event_type" }
  }

  /// Lines of every kind: of the model factory, of literal captures, and records that no capture produces.
  private static let lines = Result {
    let kinds: LogKinds = [.alerts, .operations, .flows, .assets, .stats]
    var text = ""
    for scene in ["all", "lines"] {
      text += try Run.replay(
        Fixtures.root.appending(path: "model-factory/\(scene).pcap").path, site: Run.site(of: scene), log: kinds)
    }
    for capture in ["modbus-every-function", "modbus-broken-fields", "duplicates-exact", "tcp-gap", "layer-2-frames"] {
      text += try Run.replay(
        Fixtures.root.appending(path: "literal/\(capture).pcap").path,
        log: [.alerts, .operationsAll, .flows, .assets, .stats])
    }
    text += try Run.replay(
      Fixtures.root.appending(path: "literal/modbus-every-function.pcap").path, log: [.alerts, .stats],
      rules: try Self.rules())
    text += String(decoding: Catalogue.json(.en), as: UTF8.self)
    return try text.split(separator: "\n").map(String.init) + built()
  }

  /// One that alerts, and one that takes too much work.
  private static func rules() throws -> RuleBook {
    let text = """
      alert tcp any any -> any 502 (msg:"Modbus"; content:"|00 00|"; reference:cve,2020-1; metadata:by us; sid:1;)
      alert tcp any any -> any 502 (msg:"Slow"; pcre:"/(.+)+(.+)+(.+)+[\\xf0\\xf1]$/s"; sid:2;)
      """
    let set = RuleSet.load(
      [RuleFile(name: "rules", text: Array(text.utf8))], variables: RuleVariables(homeNetwork: "any"))
    try #require(set.rules.count == 2)
    return RuleBook(set.rules, RuleNames(nil) { TargetRange(notation: $0) }, seed: 1)
  }

  private static func built() throws -> [String] {
    var finding = Samples.finding()
    finding.tunnelDepth = 1
    finding.tunnelSource = IPAddress("172.16.0.1") ?? .none
    finding.tunnelDestination = IPAddress("172.16.0.2") ?? .none
    finding.tunnelProtocol = 47
    var values = ShownValues()
    values.values = [.number(.unsigned(4)), .number(.real(0.5))]
    values.quality = [0, 128]
    values.times = ["2026-11-24T01:46:28.648", ""]
    values.count = 2000
    values.name = "Line1"
    values.detail = "P_PROGRAM"
    values.targets = ["MB0-3", "DB1.DBB40-47"]
    values.targetsCount = 40
    var operation = Samples.operation()
    operation.role = .response
    operation.subcode = 14
    operation.phase = .execute
    operation.outcome = .error(code: 2, name: "Illegal Data Address")
    operation.latency = 1_234_567
    operation.pairing = .answered
    operation.target = Target(area: .dataBlock, number: 1, address: 4, count: 1, bit: 3)
    operation.written = Target(area: .file, number: 4, address: 1, count: 1)
    operation.fault = Fault(.quantity, "Quantity", seen: 200, least: 1, most: 125)
    var stats = StatsRecord(time: Samples.time, uptime: 60)
    for counter in StatsCounter.allCases { stats[counter] = 1 }
    stats.own = [
      ("output.lines_lost", 1), ("exceptions.muted", 2), ("exceptions.ended", 1), ("exceptions.by_kind.host-sweep", 2),
    ]
    var flow = FlowRecord(
      id: 1, time: 0, source: Samples.source(), destination: Samples.destination, ipProtocol: 6, start: 0, end: 1)
    var tcp = FlowRecord.TCP()
    tcp.flagsToServer = 0xFF
    tcp.gapToClient = true
    tcp.gapToServer = true
    flow.tcp = tcp

    var records = Records(Samples.context())
    return try written { sink in
      let once = Occurrence(id: 1, count: 1, first: finding.time, last: finding.time)
      for facet in documentedFacets.prefix(Facets.limit + 1) { operation.facets[facet] = 1 }
      finding.operation = operation
      records.alert(finding, once, values: values, Samples.identities, to: &sink)
      for extent in [Extent.source(destinations: 205), .destination(sources: 372)] {
        records.alert(
          finding, Occurrence(id: 1, count: 9, first: 0, last: 1, extent: extent), Samples.identities, to: &sink)
      }
      finding.ipProtocol = 1
      records.alert(finding, once, Samples.identities, to: &sink)
      finding.isDirectionCertain = false
      var withdrawn = once
      withdrawn.ending = .withdrawn
      records.alert(finding, withdrawn, Samples.identities, to: &sink)
      var closed = once
      closed.ending = .closed(after: 60_000_000_000)
      closed.latest = Occurrence.Example(finding)
      records.alert(finding, closed, Samples.identities, to: &sink)
      finding.isDirectionCertain = true
      for facet in documentedFacets {
        operation.facets = Facets()
        operation.facets[facet] = 1
        finding.operation = operation
        records.alert(finding, once, values: values, Samples.identities, to: &sink)
        var (sender, receiver) = (Samples.source(), Samples.destination)
        (sender.ip, receiver.ip) = (.none, .none)
        records.operation(
          operation, time: 0, frame: 1, source: sender, destination: receiver, ipProtocol: nil, message: Message(),
          copyOf: 1, omitted: 68, to: &sink)
      }
      values.values = [.number(.real(.nan)), .text("AB")]
      values.before = [.real(-.infinity), .unsigned(1)]
      records.alert(finding, once, values: values, Samples.identities, to: &sink)
      records.flow(flow, to: &sink)
      for (index, status) in [AssetRecord.Status.new, .changed, .final, .merged].enumerated() {
        records.asset(Samples.asset(status, isFull: index < 2), to: &sink)
      }
      records.stats(stats, to: &sink)
    }
  }

  private static var documentedFacets: [Facet] {
    let keys = (try? documented.get()) ?? [:]
    return Facet.allCases.filter { keys[Key(record: "operation", path: "operation.\($0.word)")] != nil }
  }

  /// The types seen, by record and path.
  private static let seen = Result {
    let decoder = JSONDecoder()
    var seen: [Key: [String: Value]] = [:]
    for line in try lines.get() {
      let data = Data(line.utf8)
      let record = try decoder.decode(Line.self, from: data).eventType ?? "catalogue --json"
      for leaf in try decoder.decode(Value.self, from: data).leaves() {
        seen[Key(record: record, path: leaf.path), default: [:]]["\(leaf.value)"] = leaf.value
      }
    }
    return seen
  }

  // MARK: Tests

  @Test func `every key of every line is on the page, with its type`() throws {
    let documented = try Self.documented.get()
    for (key, values) in try Self.seen.get() {
      guard let place = documented.first(where: { $0.key.record == key.record && Self.fits(key.path, $0.key.path) })
      else {
        Issue.record("\(key.record): \(key.path) is not on the page")
        continue
      }
      for value in values.values where !value.is(place.value) {
        Issue.record("\(key.record): \(key.path) is not of type \(place.value)")
      }
    }
  }

  @Test func `every key on the page occurs in a line`() throws {
    // The operation object is the same in both records that contain it.
    func place(_ key: Key) -> Key {
      guard key.record == "operation", key.path.hasPrefix("operation.") else { return key }
      return Key(record: "alert", path: "alert.context.\(key.path)")
    }
    let seen = try Self.seen.get().keys.map(place)
    for key in Set(try Self.documented.get().keys.map(place))
    where !seen.contains(where: { $0.record == key.record && Self.fits($0.path, key.path) }) {
      Issue.record("\(key.record): no line has \(key.path)")
    }
  }

  @Test func `every example has the type given for its key`() throws {
    for row in try Page("docs/records.md").rows where row.cells["example"] != nil {
      let example = try #require(row.words("example").first, "\(row["key"])")
      let value = try JSONDecoder().decode(Value.self, from: Data(example.utf8))
      #expect(value.is(row["type"]), "\(row["key"])")
    }
  }

  @Test func `the page's protocol-specific fields are exactly those that a dissector sets`() {
    let documented = Self.documentedFacets.map(\.word)
    #expect(Set(documented) == Set(Facet.allCases.filter { $0 != .none }.map(\.word)))
  }
}
