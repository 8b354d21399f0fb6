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
    "no real capture stops the monitor, and every message is either understood or refused", .enabled(if: folder != nil))
  func all() throws {
    let folder = try #require(Self.folder)
    let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") || $0.hasSuffix(".cap") }
    #expect(names.count > 100)
    var frames: UInt64 = 0
    for name in names {
      do {
        _ = try Run.replay("\(folder)/\(name)", log: [.alerts, .operationsAll, .flows, .assets, .stats]) { pipeline in
          frames += pipeline.statistics.frames
          for count in pipeline.protocolCounts { #expect(count.messages == count.understood + count.refused) }
        }
      } catch let error as CaptureError where error.kind == .unsupportedLinkType {
        // Rejecting the capture with a clear error is acceptable.
      }
    }
    #expect(frames > 100_000)
  }
}
