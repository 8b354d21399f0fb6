// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import Testing

@testable import Monitor

/// Real captures that are not part of the product; `SEKISHO_CAPTURES` names their folder.
@Suite struct RealCaptureTests {
  static let folder = ProcessInfo.processInfo.environment["SEKISHO_CAPTURES"].flatMap { $0.isEmpty ? nil : $0 }

  @Test(
    "no real capture stops the monitor, every message is understood or refused, and the quick lane changes no line",
    .enabled(if: folder != nil, "SEKISHO_CAPTURES names no folder"))
  func all() throws {
    let folder = try #require(Self.folder)
    let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") || $0.hasSuffix(".cap") }.sorted()
    #expect(names.count > 100)
    var (frames, quick): (UInt64, UInt64) = (0, 0)
    for (index, name) in names.enumerated() {
      // Each mode has its share of the captures.
      let log = LaneTests.modes[index % LaneTests.modes.count]
      do {
        let lines = try Run.replay("\(folder)/\(name)", log: log) { pipeline in
          frames += pipeline.statistics.frames
          quick += pipeline.statistics.quick
          for count in pipeline.protocolCounts { #expect(count.messages == count.understood + count.refused) }
        }
        #expect(try lines == Run.replay("\(folder)/\(name)", log: log, hasQuickLane: false), "\(name), \(log)")
      } catch let error as CaptureError where error.kind == .unsupportedLinkType {
        // Rejecting the capture with a clear error is acceptable.
      }
    }
    #expect(frames > 100_000)
    #expect(quick > 10_000)
  }
}
