// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Monitor
@testable import SiteFile

/// The quick lane leaves out what changes nothing: with it and without it, every line is the same. `RealCaptureTests`
/// compares real captures.
@Suite struct LaneTests {
  static let modes: [LogKinds] = [
    [.alerts], [.alerts, .operations, .flows, .assets, .stats], [.alerts, .operationsAll, .flows, .assets, .stats],
    [.flows, .stats],
  ]
  static let fixtures = ["literal", "model-factory"].flatMap { folder in
    Fixtures.names(in: Fixtures.root.appending(path: folder), ending: ".pcap").map { "\(folder)/\($0)" }
  }.filter { $0 != "literal/link-unsupported" && $0 != "model-factory/all" && $0 != "model-factory/lines" }

  /// The lines with the lane and without it, and how many frames took it.
  static func replay(_ path: String, site: Site?, log: LogKinds) throws -> (
    quick: String, general: String, frames: UInt64
  ) {
    var frames: UInt64 = 0
    let quick = try Run.replay(path, site: site, log: log) { frames = $0.statistics.quick }
    let general = try Run.replay(path, site: site, log: log, hasQuickLane: false) { #expect($0.statistics.quick == 0) }
    return (quick, general, frames)
  }

  @Test("fixtures: the same lines, in every log mode, with a site file and without", arguments: fixtures)
  func fixture(_ name: String) throws {
    let path = Fixtures.root.appending(path: "\(name).pcap").path
    let scene = String(name.split(separator: "/")[1])
    for (place, log) in Self.modes.enumerated() {
      let site = name.hasPrefix("model") && place < 2 ? try Run.site(of: scene) : nil
      let (quick, general, _) = try Self.replay(path, site: site, log: log)
      #expect(quick == general, "\(name), \(log)")
    }
  }

  @Test("the frames of a plant in operation take it")
  func isTaken() throws {
    let path = Fixtures.root.appending(path: "model-factory/all.pcap").path
    var all: UInt64 = 0
    _ = try Run.replay(path) { all = $0.statistics.frames }
    let (_, _, frames) = try Self.replay(path, site: try Run.factory(), log: [.alerts])
    #expect(frames * 4 > all)
  }

  static let cases = ProcessInfo.processInfo.environment["SEKISHO_CASES"].flatMap { $0.isEmpty ? nil : $0 }

  @Test("cases with a site file: the same lines", .enabled(if: cases != nil, "SEKISHO_CASES names no folder"))
  func siteCases() throws {
    let folder = try #require(Self.cases)
    let table = try String(contentsOfFile: folder + "/cases.tsv", encoding: .utf8)
    var compared = 0
    for line in table.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 6, let site = try? Site.load(file: "\(folder)/\(cells[2])") else { continue }
      let (quick, general, _) = try Self.replay("\(folder)/\(cells[1])", site: site, log: Self.modes[1])
      #expect(quick == general, "\(cells[0])")
      compared += 1
    }
    #expect(compared > 20)
  }
}
