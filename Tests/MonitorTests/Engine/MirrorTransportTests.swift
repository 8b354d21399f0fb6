// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// TZSP and ERSPAN carry mirrored frames, and are packets with a sender and a receiver of their own.
@Suite struct MirrorTransportTests {
  /// A segment without data: SYNs by the hundred would be a flood of their own.
  private static let mirrored = ethernet(
    0x0800, ipv4(6, summed(hex("c001 01f6 11223344 55667788 5010 2000 0000 0000"), 6, at: 16)))
  private static func tzsp(port: Int = 37008, _ trailer: [UInt8] = []) -> [UInt8] {
    ethernet(0x0800, ipv4(17, udp(port, hex("0100 0001 01") + mirrored + trailer)))
  }
  private static let erspan = ethernet(0x0800, ipv4(47, hex("1000 88be 00000001 100a b064 00000123") + mirrored))

  @Test(arguments: [(tzsp(), "UDP"), (erspan, "GRE")])
  func `the outer packet and the mirrored frame are flows`(frame: [UInt8], outer: String) throws {
    let lines = try Run.replay(frames: [frame], log: [.flows]).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.contains { $0.contains("\"proto\":\"\(outer)\"") && $0.contains("\"src_ip\":\"10.20.3.7\"") })
    #expect(lines.contains { $0.contains("\"proto\":\"TCP\"") && $0.contains("\"dest_port\":502") })
  }

  @Test func `mirrored frames by the thousand are no flood, other datagrams to a silent host are`() throws {
    for (port, isFlood) in [(37008, false), (37009, true)] {
      let frames = (0..<1_200).map { Self.tzsp(port: port, big($0)) }
      let seconds = [Double](repeating: 1 / 2_000, count: frames.count)
      let alerts = try Run.replay(frames: frames, seconds: seconds)
      #expect(alerts.contains("\"kind\":[\"flood\"]") == isFlood, "port \(port)")
    }
  }
}
