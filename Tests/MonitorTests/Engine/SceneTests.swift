// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import Testing

@testable import Monitor

/// The model factory's recorded scenes: what the monitor must report for each, and nothing else.
@Suite struct SceneTests {
  static let folder = Fixtures.root.appending(path: "model-factory")
  static let scenes = Fixtures.names(in: folder, ending: ".expected.json")

  struct Expected: Decodable {
    struct Alert: Decodable {
      let kind: String
      let srcIp: String?
      let destIp: String?
      let srcMac: String?
    }
    let alerts: [Alert]
    let also: [String]?
  }
  struct Line: Decodable {
    struct Ether: Decodable { let srcMac: String? }
    struct Alert: Decodable {
      struct Metadata: Decodable { let kind: [String] }
      let metadata: Metadata
    }
    let srcIp: String?
    let destIp: String?
    let ether: Ether?
    let alert: Alert
  }

  private static let decoder = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }()

  @Test("each scene raises its alerts, with the expected source and destination, and no other kind", arguments: scenes)
  func scene(_ name: String) throws {
    let expected = try Self.decoder.decode(
      Expected.self, from: Data(contentsOf: Self.folder.appending(path: "\(name).expected.json")))
    let text = try Run.replay(Self.folder.appending(path: "\(name).pcap").path, site: try Run.site(of: name))
    let lines = try text.split(separator: "\n").map { try Self.decoder.decode(Line.self, from: Data($0.utf8)) }
    for alert in expected.alerts {
      #expect(
        lines.contains { line in
          line.alert.metadata.kind.contains(alert.kind) && alert.srcIp.map { $0 == line.srcIp } ?? true
            && alert.destIp.map { $0 == line.destIp } ?? true
            && alert.srcMac.map { $0 == line.ether?.srcMac } ?? true
        }, "\(name): \(alert.kind) from \(alert.srcIp ?? "anybody") to \(alert.destIp ?? "anybody")")
    }
    let allowed = Set(expected.alerts.map(\.kind) + (expected.also ?? []))
    for line in lines {
      #expect(allowed.contains(line.alert.metadata.kind[0]), "\(name): \(line.alert.metadata.kind[0])")
    }
  }

  @Test(
    "each scene gives the lines that were looked at and kept, in both languages", arguments: scenes, Language.allCases)
  func golden(_ name: String, _ language: Language) throws {
    let text = try Run.replay(
      Self.folder.appending(path: "\(name).pcap").path, site: try Run.site(of: name), language: language)
    let kept = Self.folder.appending(path: "golden/\(name).\(language).json")
    if ProcessInfo.processInfo.environment["SEKISHO_KEEP_GOLDEN"] != nil {
      try Data(text.utf8).write(to: kept)
    }
    let expected = try String(contentsOf: kept, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (line, golden) in zip(lines, expected) { #expect(line == golden) }
    #expect(lines.count == expected.count)
  }

  @Test("normal work produces no alert line", arguments: scenes.filter { $0.hasSuffix("normal-work") })
  func quiet(_ name: String) throws {
    #expect(try Run.replay(Self.folder.appending(path: "\(name).pcap").path, site: try Run.site(of: name)) == "")
  }

  @Test("the same capture produces the same lines, byte for byte, whatever the seed", arguments: [1, 2, 3] as [UInt64])
  func same(_ seed: UInt64) throws {
    let path = Self.folder.appending(path: "all.pcap").path
    let log: LogKinds = [.alerts, .flows, .operations, .assets]
    let first = try Run.replay(path, site: try Run.factory(), log: log, seed: 77)
    let second = try Run.replay(path, site: try Run.factory(), log: log, seed: seed)
    #expect(first == second)
    #expect(!first.isEmpty)
  }
}
