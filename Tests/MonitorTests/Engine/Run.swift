// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor
@testable import SiteFile

enum Fixtures {
  static let root = repository.appending(path: "Fixtures")

  /// Names of a folder's files, without their common ending.
  static func names(in folder: URL, ending: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }
}

/// A replay inside the test process.
enum Run {
  static func factory() throws -> Site {
    try Site.load(file: Fixtures.root.appending(path: "model-factory/site.yaml").path)
  }
  /// The site file of a scene: the production lines of other vendors have one of their own.
  static func site(of scene: String) throws -> Site {
    let lines = ["s7-", "enip-", "slmp-", "fins-", "telecontrol-", "opcua-", "profinet-", "lines"]
    guard lines.contains(where: scene.hasPrefix) else { return try factory() }
    return try Site.load(file: Fixtures.root.appending(path: "model-factory/lines-site.yaml").path)
  }

  static func replay(
    _ path: String, site: Site? = nil, log: LogKinds = [.alerts], language: Language = .en, seed: UInt64 = 1,
    hasQuickLane: Bool = true, rules: RuleBook = .empty, look: (borrowing Pipeline) -> Void = { _ in }
  ) throws -> String {
    let output = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: output) }
    var options = Pipeline.Options()
    options.log = log
    options.seed = seed
    options.language = language
    options.hasQuickLane = hasQuickLane
    options.rules = rules
    var pipeline = Pipeline(options, site: site, sink: try Sink(path: output.path, pace: .waiting))
    var file = try CaptureFile(path: path)
    do throws(CaptureError) {
      while try step(&file, &pipeline) {}
    } catch {
      // What precedes the fault was read.
      guard error.kind == .badFile || error.kind == .unsupportedLinkType else { throw error }
    }
    pipeline.finish()
    look(pipeline)
    return try String(contentsOf: output, encoding: .utf8)
  }

  /// The same for Ethernet frames, one second apart or at the times in `seconds`.
  static func replay(
    frames: [[UInt8]], seconds: [Double] = [], site: Site? = nil, log: LogKinds = [.alerts]
  ) throws -> String {
    // A capture file (pcap, little-endian, microseconds).
    var bytes: [UInt8] = [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8)
    bytes += [0xFF, 0xFF, 0, 0, 1, 0, 0, 0]
    func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    var time = 1_700_000_000_000_000
    for (index, frame) in frames.enumerated() {
      bytes += little(time / 1_000_000) + little(time % 1_000_000) + little(frame.count) + little(frame.count)
      bytes += frame
      time += index < seconds.count ? Int(seconds[index] * 1e6) : 1_000_000
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).pcap")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    return try replay(file.path, site: site, log: log)
  }

  private static func step(_ file: inout CaptureFile, _ pipeline: inout Pipeline) throws(CaptureError) -> Bool {
    guard let frame = try file.next() else { return false }
    pipeline.process(frame)
    return true
  }

  /// How often each kind of finding occurred.
  static func findings(_ path: String, site: Site? = nil) throws -> [String: UInt64] {
    var found: [String: UInt64] = [:]
    _ = try replay(path, site: site) { pipeline in
      for alert in pipeline.alertsByKind { found[Catalogue.entry(alert.kind).id] = alert.findings }
    }
    return found
  }
}
