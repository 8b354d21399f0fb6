// SPDX-License-Identifier: Apache-2.0
import Capture
import Foundation
import RuleLanguage
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// Rules with captures and how often each rule has to alert. `SEKISHO_RULE_CASES` names the folder; each case is a
/// folder with `rules`, `pcap` and `expected.txt`, whose lines are `alert sid=N count=N` and `reject sid=N`.
///
/// Counts are compared where they do not depend on how an engine cuts streams: datagrams, segments, sizes, flags, and
/// keywords about transactions. Elsewhere a rule has to alert, or not to.
@Suite struct RuleCaseTests {
  static let folder = ProcessInfo.processInfo.environment["SEKISHO_RULE_CASES"].flatMap { $0.isEmpty ? nil : $0 }
  static let cases =
    folder.map { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/expected.txt") }.sorted()
    } ?? []

  @Test("the folder has cases", .enabled(if: folder != nil, "SEKISHO_RULE_CASES names no folder"))
  func hasCases() { #expect(Self.cases.count > 20) }

  @Test(
    "each rule alerts as often as it has to, or is refused",
    .enabled(if: folder != nil, "SEKISHO_RULE_CASES names no folder"), arguments: cases)
  func holds(_ name: String) throws {
    let result = try RuleCase(folder: "\(try #require(Self.folder))/\(name)").run()
    for difference in result where !Self.isExplained(name, difference) {
      Issue.record("\(name): \(difference.text)")
    }
  }

  /// Where another count is right here, with the reason.
  static let explained: [(case: String, numbers: Set<UInt32>, why: String)] = [
    ("own-tcp-basic", [25], "'flags:!S' is every packet without SYN, as is documented"),
    ("own-tcp-basic", [47], "one alert for one range of bytes, not one for the packet and one for the stream"),
    ("own-tcp-basic", [48, 50], "a test without content is tried on every segment, not on the chunk that it is in"),
    (
      "own-tcp-midstream-server-first", [1, 3, 7, 8, 9],
      "who is the client is told from ports and content, not from who is seen first"
    ),
    ("ref-etopen-iec104-ipvalue", [2_046_158, 2_046_159], "there, too, the first packet seen is the server's"),
    ("sv-app-layer-protocol-exact", [1, 3], "HTTP/2 is not read"),
    ("sv-detect-bytemath-05", [1], "variables end with their buffer"),
    ("sv-detect-pcre-detect-pcre-05", [3], "the response ends within its head: there is no header to look at"),
    ("sv-detect-pcrexform-01", [1], "the rule is refused: expressions do not transform buffers here"),
    ("sv-detect-ttl", [1], "packets with a wrong checksum are not tried: their receiver drops them"),
    ("sv-dnp3-dnp3-max-objects", [2_270_006], "the rule is refused: the decoder has no such limit"),
    ("sv-dnp3-dnp3-too-long-reassembly-request", [2_270_007], "the rule is refused: the decoder tells it otherwise"),
    ("sv-modbus", [2, 3, 4], "answers whose request was not seen count, too"),
  ]

  static func isExplained(_ name: String, _ difference: RuleCase.Difference) -> Bool {
    explained.contains { $0.case == name && $0.numbers.contains(difference.number) }
  }

  @Test(
    "each explained difference is still one", .enabled(if: folder != nil, "SEKISHO_RULE_CASES names no folder"))
  func differencesAreReal() throws {
    let folder = try #require(Self.folder)
    for entry in Self.explained where Self.cases.contains(entry.case) {
      let numbers = Set(try RuleCase(folder: "\(folder)/\(entry.case)").run().map(\.number))
      #expect(entry.numbers.isSubset(of: numbers), "\(entry.case): \(entry.numbers.subtracting(numbers))")
    }
  }
}

/// One folder.
struct RuleCase {
  struct Difference {
    let number: UInt32
    let text: String
  }
  private struct Expectation {
    var number: UInt32
    var count: UInt64
    /// Only some of its alerts are counted.
    var isPartial: Bool
  }

  let folder: String

  func run() throws -> [Difference] {
    let text = try String(contentsOfFile: folder + "/expected.txt", encoding: .utf8)
    let arguments = text.split(separator: "\n").first { $0.hasPrefix("# suricata args:") }.map(String.init) ?? ""
    let file = RuleFile(name: "rules", text: Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/rules"))))
    let variables = variables(text, arguments)
    var rules = RuleSet.load([file], variables: variables).rules
    // Some counts were made packet by packet, without thresholds.
    if text.contains("# packet-level counts") {
      for place in rules.indices {
        rules[place].threshold = nil
        rules[place].detectionFilter = nil
        if rules[place].header.transport == .tcp { rules[place].header.transport = .tcpPacket }
      }
    }
    var filters = ThresholdFile()
    if let data = FileManager.default.contents(atPath: folder + "/threshold.config") {
      filters = ThresholdFile(RuleFile(name: "threshold.config", text: Array(data)), variables: variables)
    }
    let book = RuleBook(rules, RuleNames(nil) { TargetRange(notation: $0) }, filters: filters, seed: 7)
    var differences: [Difference] = []

    let loaded = Dictionary(grouping: book.signatures, by: \.rule.number)
    var expected: [Expectation] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count >= 2, let number = UInt32(fields[1].dropFirst("sid=".count)) else { continue }
      if line.contains("\"lt-version\"") { continue }
      switch fields[0] {
      case "reject":
        if loaded[number] != nil { differences.append(Difference(number: number, text: "sid \(number) loads")) }
      case "alert":
        guard fields.count > 2, let count = UInt64(fields[2].dropFirst("count=".count)) else { continue }
        expected.append(Expectation(number: number, count: count, isPartial: line.contains("only-if")))
      default: break
      }
    }
    guard FileManager.default.fileExists(atPath: folder + "/pcap") else { return differences }
    let alerts = try alerts(book, arguments)
    for number in Set(expected.map(\.number)).sorted() {
      let lines = expected.filter { $0.number == number }
      guard let signature = loaded[number]?.first else {
        if lines.contains(where: { $0.count > 0 }), number > 0 {
          differences.append(Difference(number: number, text: "sid \(number) does not load"))
        }
        continue
      }
      let seen = alerts[number] ?? 0
      let whole = lines.filter { !$0.isPartial }.map(\.count)
      let wanted = whole.isEmpty ? lines.map(\.count).reduce(0, +) : whole[0]
      let isRight =
        signature.isCounted && !whole.isEmpty ? seen == wanted : (seen > 0) == (wanted > 0) || wanted == 0 && seen == 0
      if !isRight { differences.append(Difference(number: number, text: "sid \(number): \(seen), not \(wanted)")) }
    }
    return differences
  }

  private func variables(_ text: String, _ arguments: String) -> RuleVariables {
    var home = "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"
    if let range = arguments.range(of: "HOME_NET=[") {
      home = "[" + arguments[range.upperBound...].prefix { $0 != "]" } + "]"
    }
    if text.contains("# variables: HOME_NET=any") { home = "any" }
    var variables = RuleVariables(homeNetwork: home)
    if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("# variables:") }) {
      for word in line.split(separator: " ").dropFirst(2) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] != "HOME_NET" else { continue }
        if parts[0].hasSuffix("PORTS") || parts[0].hasSuffix("PORT") {
          variables.setPorts(parts[0], parts[1])
        } else {
          variables.setAddresses(parts[0], parts[1])
        }
      }
    }
    // Addresses that a case's own configuration names.
    let configuration = FileManager.default.contents(atPath: folder + "/suricata.yaml") ?? Data()
    for line in String(decoding: configuration, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.filter { !" \"".contains($0) } }
      guard parts.count == 2, parts[1].hasPrefix("["), parts[0].allSatisfy({ $0.isUppercase || $0 == "_" }) else {
        continue
      }
      variables.setAddresses(parts[0], parts[1])
    }
    return variables
  }

  private func alerts(_ book: RuleBook, _ arguments: String) throws -> [UInt32: UInt64] {
    var options = Pipeline.Options()
    options.seed = 3
    options.duplicateWindow = 0
    options.rules = book
    options.checksums = arguments.contains("-k none") ? .ignore : .auto
    options.ruleOptions.isStrictAboutHandshakes = arguments.contains("midstream=false")
    var pipeline = Pipeline(options, site: nil, sink: Sink(descriptor: -1, pace: .waiting))
    var file = try CaptureFile(path: folder + "/pcap")
    do throws(CaptureError) {
      while let frame = try file.next() { pipeline.process(frame) }
    } catch {
      guard error.kind == .badFile else { throw error }
    }
    pipeline.finish()
    return Dictionary(pipeline.ruleAlerts.map { ($0.number, $0.count) }, uniquingKeysWith: +)
  }
}

extension Signature {
  /// Its count does not depend on how streams are cut.
  fileprivate var isCounted: Bool {
    switch rule.header.transport {
    case .udp, .icmp, .tcpPacket: true
    default: subject == .operation || !rule.packetTests.isEmpty
    }
  }
}
