// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import Testing

@testable import Monitor

/// Any byte may come from an attacker: each frame of the fixtures, with every byte changed and at every truncation,
/// goes through the whole pipeline without a trap.
@Suite struct MutationTests {
  /// `all` and `lines` contain the frames of the other scenes.
  static let names = ["literal", "model-factory"].flatMap { folder in
    Fixtures.names(in: Fixtures.root.appending(path: folder), ending: ".pcap").map { "\(folder)/\($0)" }
  }.filter { $0 != "literal/link-unsupported" && $0 != "model-factory/all" && $0 != "model-factory/lines" }
  private static let patterns: [UInt8] = [0xFF, 0x01, 0x80, 0x55]

  @Test("a changed byte or a truncated frame affects only its own frame", arguments: names)
  func mutate(_ name: String) throws {
    var options = Pipeline.Options()
    options.seed = 5
    options.log = []
    var pipeline = Pipeline(options, site: nil, sink: Sink(descriptor: -1, pace: .waiting))
    options.hasQuickLane = false
    var general = Pipeline(options, site: nil, sink: Sink(descriptor: -1, pace: .waiting))
    var file = try CaptureFile(path: Fixtures.root.appending(path: "\(name).pcap").path)
    var sent: UInt64 = 0
    var number = 0
    while let frame = Self.copy(try file.next()) {
      number += 1
      for index in frame.bytes.indices {
        var changed = frame.bytes
        changed[index] ^= Self.patterns[(index + number) % 4]
        for (bytes, length) in [
          (changed, changed.count), (Array(frame.bytes.prefix(index)), index),
          (Array(frame.bytes.prefix(index)), frame.bytes.count),
        ] {
          Self.send(bytes, length, frame.link, frame.time, &pipeline)
          Self.send(bytes, length, frame.link, frame.time, &general)
          sent += 1
        }
      }
    }
    pipeline.finish()
    general.finish()
    #expect(pipeline.statistics.frames == sent)
    // The quick lane finds the same.
    #expect(Self.findings(pipeline) == Self.findings(general))
    let (quick, all) = (pipeline.protocolCounts, general.protocolCounts)
    #expect(quick.map(\.understood) == all.map(\.understood))
    #expect(quick.map(\.refused) == all.map(\.refused))
  }

  private static func findings(_ pipeline: borrowing Pipeline) -> [String: UInt64] {
    var found: [String: UInt64] = [:]
    for alert in pipeline.alertsByKind { found[Catalogue.entry(alert.kind).id] = alert.findings }
    return found
  }

  private static func copy(_ frame: borrowing Frame?) -> (bytes: [UInt8], link: LinkType, time: Int64)? {
    guard let frame = copy frame else { return nil }
    return (Array(copying: frame.bytes), frame.linkType, frame.time)
  }

  private static func send(
    _ bytes: [UInt8], _ length: Int, _ link: LinkType, _ time: Int64, _ pipeline: inout Pipeline
  ) {
    pipeline.process(Frame(bytes: bytes.bytes, length: length, time: time, linkType: link))
  }
}
