import Catalogue
// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// Lines 1 and 2 of most samples: a valid zone, so that only what follows is wrong.
private let zone = "zones:\n  line-1: {networks: [192.168.10.0/24], vlans: [10]}\n"

struct SiteErrorTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let text: String
    let problems: [String]
    init(_ text: String, _ problems: String...) {
      self.text = text
      self.problems = problems
    }
    var testDescription: String { problems.first ?? text }
  }

  static let samples: [Sample] = [
    // The file as a whole.
    Sample("", "plant.yaml:1:1: the file is empty"),
    Sample("# only a comment\n", "plant.yaml:1:1: the file is empty"),
    Sample("- a\n- b\n", "plant.yaml:1:1: expected a map (key: value), got a list"),
    Sample("plant", "plant.yaml:1:1: expected a map (key: value), got text"),
    Sample("site: x\n", "plant.yaml:1:1: 'zones' is missing: a site has at least one zone"),
    Sample("zones: {}\n", "plant.yaml:1:8: zones: a site has at least one zone"),
    Sample(
      "site: [\n",
      "plant.yaml:2:1: invalid YAML: did not find expected node content (while parsing a flow node from line 2)"),
    Sample(zone + "---\nsite: y\n", "plant.yaml:3:1: a second YAML document begins here; a site file is one document"),
    Sample(
      "zones:\n  a: {}\n  b: {}\n  a: {}\n",
      "plant.yaml:2:3: 'a' appears more than once in the same map, again on line 4"),
    Sample(zone + "sites: x\n", "plant.yaml:3:1: unknown key 'sites'; did you mean 'site'?"),
    Sample(
      zone + "timezone: Asia/Tokio\n",
      "plant.yaml:3:11: timezone: unknown time zone 'Asia/Tokio'; expected a name such as Asia/Tokyo; did you mean 'Asia/Tokyo'?"
    ),
    // Zones.
    Sample("zones: {a: {netwroks: []}}", "plant.yaml:1:13: zones.a: unknown key 'netwroks'; did you mean 'networks'?"),
    Sample("zones: {a: {networks: {b: c}}}", "plant.yaml:1:23: zones.a.networks: expected a list of text, got a map"),
    Sample("zones: {a: {networks: [[b]]}}", "plant.yaml:1:24: zones.a.networks[0]: expected text, got a list"),
    Sample(
      "zones: {a: {networks: [192.168.10.7/24]}}",
      "plant.yaml:1:24: zones.a.networks[0]: '192.168.10.7/24' has bits set beyond its prefix; write "
        + "192.168.10.0/24 for the network or 192.168.10.7 for a single host"),
    Sample(
      "zones: {a: {networks: [192.168.10.0/33]}}",
      "plant.yaml:1:24: zones.a.networks[0]: '192.168.10.0/33' has no valid prefix length; expected 0 to 32 after the '/'"
    ),
    Sample(
      "zones: {a: {networks: [10.20.0/16]}}",
      "plant.yaml:1:24: zones.a.networks[0]: '10.20.0/16' is not a network; expected a form such as 192.168.10.0/24 or fd00:10::/48"
    ),
    Sample(
      "zones: {a: {importance: hihg}}",
      "plant.yaml:1:25: zones.a.importance: unknown importance 'hihg'; expected low, medium or high; did you mean 'high'?"
    ),
    Sample(
      "zones: {a: {values: [safty]}}",
      "plant.yaml:1:22: zones.a.values[0]: unknown value 'safty'; expected safety, continuity, quality, delivery or cost; "
        + "did you mean 'safety'?"),
    Sample(
      "zones: {a: {vlans: [4095]}}", "plant.yaml:1:21: zones.a.vlans[0]: '4095' is not a VLAN ID; expected 1 to 4094"),
    Sample(
      "zones: {a: {responder: plant-it}}\nresponders: {plant-its: {}}",
      "plant.yaml:1:24: zones.a.responder: unknown responder 'plant-it'; did you mean 'plant-its'?"),
    Sample(
      zone + "  b: {vlans: 10}\n", "plant.yaml:3:14: zones.b.vlans: VLAN 10 already belongs to zone 'line-1'"),
    Sample(
      zone + "  b: {networks: 192.168.10.0/24}\n",
      "plant.yaml:3:17: zones.b.networks: 192.168.10.0/24 already belongs to zone 'line-1'"),
    Sample(
      zone + "  b: {networks: 192.168.0.0/16}\n",
      "plant.yaml:2:23: warning: zones.line-1.networks[0]: 192.168.10.0/24 of zone 'line-1' lies inside 192.168.0.0/16 of "
        + "zone 'b'; its addresses count as 'line-1'"),
    Sample(
      "zones: {external: {}}",
      "plant.yaml:1:9: zones: a zone cannot be named 'external': the word has a special meaning in conduits"),
    // Assets.
    Sample(
      zone + "assets: {p: {ip: 192.168.10.1}}",
      "plant.yaml:3:10: assets.p: 'zone' is missing: an asset belongs to a zone"),
    Sample(
      zone + "assets: {p: {zone: lin-1}}",
      "plant.yaml:3:20: assets.p.zone: unknown zone 'lin-1'; did you mean 'line-1'?"),
    Sample(
      zone + "assets: {p: {zone: line-1, ip: 192.168.10.300}}",
      "plant.yaml:3:32: assets.p.ip: '192.168.10.300' is not an IP address; expected a form such as 192.168.10.11 or fd00::11"
    ),
    Sample(
      zone + "assets: {p: {zone: line-1, ip: 224.0.0.1}}",
      "plant.yaml:3:32: assets.p.ip: 224.0.0.1 is not the address of a single device"),
    Sample(
      zone + "assets: {p: {zone: line-1, mac: 00:80:f4:01:02}}",
      "plant.yaml:3:33: assets.p.mac: '00:80:f4:01:02' is not a MAC address; expected a form such as 00:80:f4:01:02:03"),
    Sample(
      zone + "assets: {p: {zone: line-1, presence: ocasional}}",
      "plant.yaml:3:38: assets.p.presence: unknown presence 'ocasional'; expected permanent or occasional; did you mean "
        + "'occasional'?"),
    Sample(
      zone + "assets:\n  p: {zone: line-1, ip: 192.168.10.1}\n  q: {zone: line-1, ip: 192.168.10.1}\n",
      "plant.yaml:5:25: assets.q.ip: 192.168.10.1 already belongs to asset 'p'"),
    Sample(
      zone
        + "assets:\n  p: {zone: line-1, mac: 00-00-00-00-00-01}\n  q: {zone: line-1, mac: 00-00-00-00-00-01, role: router}\n",
      "plant.yaml:5:26: assets.q.mac: 00:00:00:00:00:01 already belongs to asset 'p'; only routers, firewalls and gateways may "
        + "share one"),
    Sample(
      zone + "assets:\n  p: {zone: line-1, mac: 00-00-00-00-00-01, role: router}\n"
        + "  q: {zone: line-1, mac: 00-00-00-00-00-01, role: router}\n"),
    Sample(
      zone + "assets: {p: {zone: line-1, ip: 192.168.11.1}}",
      "plant.yaml:3:32: warning: assets.p.ip: 192.168.11.1 is outside the networks of zone 'line-1'"),
    Sample(
      zone + "assets: {line-1: {zone: line-1}}", "plant.yaml:3:10: assets: there is already a zone named 'line-1'"),
    // Conduits.
    Sample(
      zone + "conduits: {from: a}",
      "plant.yaml:3:11: conduits: expected a list of conduits (- {from: …, to: …}), got a map"),
    Sample(
      zone + "conduits:\n  - {from: any, to: lin-1}",
      "plant.yaml:4:21: conduits[0].to: unknown zone or asset 'lin-1'; did you mean 'line-1'?"),
    Sample(
      zone + "conduits: [{from: any}]",
      "plant.yaml:3:12: conduits[0]: 'to' is missing: a conduit needs 'from' and 'to'"),
    Sample(
      zone + "conduits: [{from: any, to: any, services: [modbsu]}]",
      "plant.yaml:3:44: conduits[0].services[0]: unknown service 'modbsu'; did you mean 'modbus'?"),
    Sample(
      zone + "conduits: [{from: any, to: any, services: [tcp/70000, tpc/1, tcp/9-8, ip/300]}]",
      "plant.yaml:3:44: conduits[0].services[0]: 'tcp/70000': expected a port from 0 to 65535 or a range such as 8000-8010",
      "plant.yaml:3:55: conduits[0].services[1]: 'tpc/1': a service by port begins with tcp/, udp/ or sctp/",
      "plant.yaml:3:62: conduits[0].services[2]: 'tcp/9-8': expected a port from 0 to 65535 or a range such as 8000-8010",
      "plant.yaml:3:71: conduits[0].services[3]: 'ip/300': an IP protocol is ip/0 to ip/255"),
    Sample(
      zone + "conduits: [{from: any, to: any, operations: [raed]}]",
      "plant.yaml:3:46: conduits[0].operations[0]: unknown operation 'raed'; did you mean 'read'?"),
    Sample(
      zone + "conduits: [{from: any, to: any, operations: []}]",
      "plant.yaml:3:45: conduits[0].operations: an empty list allows nothing: write [any], or leave 'operations' out"),
    Sample(
      zone
        + "conduits: [{from: any, to: any, targets: [holding-registers 0-9, coil 9-0, coil 1 2, file x, coil 1 unit x]}]",
      "plant.yaml:3:43: conduits[0].targets[0]: unknown area 'holding-registers'; did you mean 'holding-register'?",
      "plant.yaml:3:66: conduits[0].targets[1]: 'coil 9-0': expected an address or a range, such as 'coil 0-99'",
      "plant.yaml:3:76: conduits[0].targets[2]: 'coil 1 2': expected a form such as 'coil 0-99' or 'coil 0-99 unit 3'",
      "plant.yaml:3:86: conduits[0].targets[3]: 'file x': expected a file number, such as 'file 4'",
      "plant.yaml:3:94: conduits[0].targets[4]: 'coil 1 unit x': expected a number after 'unit'"),
    Sample(
      zone + "conduits: [{from: any, to: any, during: maintenence}]\nwindows: {maintenance: {days: sat}}",
      "plant.yaml:3:41: conduits[0].during: unknown window 'maintenence'; did you mean 'maintenance'?"),
    Sample(
      zone + "conduits: [{from: any, to: any, services: [], targets: [], during: []}]",
      "plant.yaml:3:43: conduits[0].services: an empty list allows nothing: write [any], or leave 'services' out",
      "plant.yaml:3:56: conduits[0].targets: an empty list allows nothing: list the targets, or leave 'targets' out to allow all of them",
      "plant.yaml:3:68: conduits[0].during: an empty list: name a window, or leave 'during' out"),
    Sample(
      "zones: {line-1: {networks: [], vlans: [], values: []}}\nassets: {plc.1: {zone: line-1, ip: [], mac: []}}",
      "plant.yaml:1:28: zones.line-1.networks: an empty list: give at least one entry, or leave 'networks' out",
      "plant.yaml:1:39: zones.line-1.vlans: an empty list: give at least one entry, or leave 'vlans' out",
      "plant.yaml:1:51: zones.line-1.values: an empty list: give at least one entry, or leave 'values' out",
      "plant.yaml:2:36: assets.plc.1.ip: an empty list: give at least one entry, or leave 'ip' out",
      "plant.yaml:2:45: assets.plc.1.mac: an empty list: give at least one entry, or leave 'mac' out"),
    Sample(
      zone + "windows: {w: {days: [], hours: [], dates: []}}",
      "plant.yaml:3:21: windows.w.days: an empty list: give at least one entry, or leave 'days' out",
      "plant.yaml:3:32: windows.w.hours: an empty list: give at least one entry, or leave 'hours' out",
      "plant.yaml:3:43: windows.w.dates: an empty list: give at least one entry, or leave 'dates' out"),
    // Windows.
    Sample(
      zone + "windows: {w: {days: [saturday, sta]}}",
      "plant.yaml:3:22: windows.w.days[0]: unknown day 'saturday'; did you mean 'sat'?",
      "plant.yaml:3:32: windows.w.days[1]: unknown day 'sta'; did you mean 'sat'?"),
    Sample(
      zone + "windows: {w: {hours: \"25:00-26:00\"}}",
      "plant.yaml:3:22: windows.w.hours: '25:00' is not a time of day; expected 00:00 to 24:00"),
    Sample(
      zone + "windows: {w: {hours: \"09:00\"}}",
      "plant.yaml:3:22: windows.w.hours: '09:00': expected a form such as \"09:00-17:00\""),
    Sample(
      zone + "windows: {w: {hours: \"09:00-09:00\"}}",
      "plant.yaml:3:22: windows.w.hours: '09:00-09:00' begins and ends at the same time; a whole day is \"00:00-24:00\""
    ),
    Sample(
      zone + "windows: {w: {dates: [2026-02-29, 2026-03-02..2026-03-01]}}",
      "plant.yaml:3:23: windows.w.dates[0]: '2026-02-29' is not a date; expected a form such as 2026-12-29 or 2026-12-29..2027-01-03",
      "plant.yaml:3:35: windows.w.dates[1]: '2026-03-02..2026-03-01' ends before it begins"),
    Sample(zone + "windows: {w: {}}", "plant.yaml:3:11: windows.w: a window needs 'days', 'hours' or 'dates'"),
    Sample(zone + "windows: {w: {hours: \"17:00-09:00\"}}"),
  ]

  @Test(arguments: samples) func `each error is reported with its line and column`(sample: Sample) {
    #expect(problems(sample.text) == sample.problems)
  }

  /// The reader's messages are Japanese except for words of the site file.
  @Test(arguments: samples) func `each error has a Japanese message with the same line and column`(sample: Sample) {
    for (english, japanese) in zip(sample.problems, problems(sample.text, .ja)) {
      #expect(Phrases.avoided(inEnglish: english) == nil, "\(english)")
      let place = english.prefix { $0 != " " }
      #expect(japanese.hasPrefix(place))
      #expect(japanese.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) }, "\(japanese)")
      let suggestion = english.components(separatedBy: "did you mean ").dropFirst().first?.dropLast()
      #expect(suggestion.map { japanese.hasSuffix("（もしかして: \($0)）") } ?? true, "\(japanese)")
      // The YAML parser's own hint stays English.
      guard !japanese.contains("YAML") else { continue }
      for word in ["did you mean", "expected", "unknown", "warning"] {
        #expect(!japanese.contains(word), "\(japanese)")
      }
    }
  }

  @Test func `messages read naturally in Japanese`() {
    #expect(
      problems(zone + "conduits:\n  - {from: any, to: lin-1}", .ja) == [
        "plant.yaml:4:21: conduits[0].to: 不明なゾーンまたは資産 'lin-1' です（もしかして: 'line-1'）"
      ])
    #expect(
      problems(zone + "assets: {p: {zone: line-1, ip: 192.168.11.1}}", .ja) == [
        "plant.yaml:3:32: 警告: assets.p.ip: 192.168.11.1 はゾーン 'line-1' のネットワークに含まれません"
      ])
  }

  @Test func `all errors of a file are reported at once, in order`() {
    let text = """
      zones:
        a: {importance: top, networks: [1.2.3]}
      assets:
        p: {zone: b, ip: x}
      conduits:
        - {from: q, to: a, during: w}
      """
    #expect(
      problems(text).map { $0.split(separator: " ")[0] } == [
        "plant.yaml:2:19:", "plant.yaml:2:35:", "plant.yaml:4:13:", "plant.yaml:4:20:", "plant.yaml:6:12:",
        "plant.yaml:6:30:",
      ])
  }

  @Test func `a missing file is distinguished from an invalid one`() {
    #expect(throws: SiteErrors.self) { try Site.load(file: "/nonexistent/plant.yaml") }
    do throws(SiteErrors) {
      _ = try Site.load(file: "/nonexistent/plant.yaml")
    } catch {
      #expect(error.isMissing && error.description == "/nonexistent/plant.yaml: no such file")
    }
    do throws(SiteErrors) {
      _ = try Site.load(file: "/")
      Issue.record("a folder was read")
    } catch {
      #expect(!error.isMissing)
    }
  }

  @Test func `anchors and merge keys are read, and deep or large input is refused`() throws {
    let text = """
      zones:
        a: &usual {importance: high, values: [safety]}
        b: {<<: *usual, importance: low}
      """
    let site = try Site.parse(text, file: "plant.yaml")
    #expect(site.zones[2].importance == .low && site.zones[2].values == [.safety])
    #expect(problems(String(repeating: "[", count: 100_000)).count == 1)
    #expect(
      problems(String(repeating: "#", count: 1 << 20 | 1)) == ["plant.yaml: larger than 1 MiB, which no site file is"])
    var bomb = "zones: &a0 {}\n"
    for level in 1...12 {
      bomb += "x\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
    }
    #expect(problems(bomb).count >= 12)
  }

  @Test func `a site file with thousands of devices is read`() throws {
    var text = "zones: {a: {networks: 10.0.0.0/8}}\nassets:\n"
    for index in 0..<8000 { text += "  device-\(index): {zone: a, ip: 10.1.\(index / 250).\(index % 250 + 1)}\n" }
    let site = try Site.parse(text, file: "plant.yaml")
    #expect(site.assets.count == 8000)
    #expect(site.asset(ip: IPAddress(v4: 0x0A01_1FFA)) == AssetID(rawValue: 7999))
  }

  @Test func `a byte order mark may begin the file, and UTF-16 needs one`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = plant.replacingOccurrences(of: "\n", with: "\r\n")
    let little = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    for bytes in [[0xEF, 0xBB, 0xBF] + Array(text.utf8), [0xFF, 0xFE] + little, [0xFE, 0xFF] + big] {
      try Data(bytes).write(to: file)
      let site = try Site.load(file: file.path)
      #expect(site.warnings.isEmpty && site.assets.count == 3)
    }
    // Columns of the first line count from what people see.
    try Data([0xEF, 0xBB, 0xBF] + Array("sito: a".utf8)).write(to: file)
    do {
      _ = try Site.load(file: file.path)
      Issue.record("an unknown key is an error")
    } catch {
      #expect(error.problems.contains { $0.line == 1 && $0.column == 1 })
    }
    for bytes: [UInt8] in [little, [0xEF, 0xBB], [0xFF, 0xFE, 0x00, 0xD8]] {
      try Data(bytes).write(to: file)
      #expect(throws: SiteErrors.self) { try Site.load(file: file.path) }
    }
  }

  @Test func `no truncation and no changed byte of the example causes a trap`() {
    let bytes = Array(plant.utf8)
    for count in bytes.indices { _ = problems(String(decoding: bytes[..<count], as: UTF8.self)) }
    for index in bytes.indices {
      for byte: UInt8 in [0, UInt8(ascii: "\n"), UInt8(ascii: "["), UInt8(ascii: "9"), bytes[index] ^ 0x80] {
        var changed = bytes
        changed[index] = byte
        _ = problems(String(decoding: changed, as: UTF8.self))
      }
    }
  }

  @Test(arguments: [("ab", "ba", 1), ("", "abc", 3), ("kitten", "sitting", 3), ("lin-1", "line-1", 1), ("a", "a", 0)])
  func `the edit distance counts added, missing, changed and swapped letters`(
    left: String, right: String, distance: Int
  ) {
    #expect(Spelling.distance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == distance)
  }
}
