// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Capture

@Suite struct FrameFilterTests {
  /// An Ethernet frame with IPv4 and UDP to a port, behind a VLAN tag or not.
  private static func frame(port: UInt16, isTagged: Bool = false) -> [UInt8] {
    let ip: [UInt8] = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
    let udp: [UInt8] = [0, 99, UInt8(port >> 8), UInt8(truncatingIfNeeded: port), 0, 8, 0, 0]
    let macs: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
    return macs + (isTagged ? [0x81, 0, 0, 10] : []) + [8, 0] + ip + udp
  }

  private static func takes(_ filter: inout FrameFilter, _ bytes: [UInt8], _ link: LinkType = .ethernet) throws -> Bool
  {
    let frame = Frame(bytes: unsafe bytes.span.bytes, length: bytes.count, time: 0, linkType: link)
    return try filter.takes(frame)
  }

  @Test("frames are taken as tcpdump takes them")
  func ports() throws {
    var filter = try FrameFilter("udp port 502")
    #expect(try Self.takes(&filter, Self.frame(port: 502)))
    #expect(try !Self.takes(&filter, Self.frame(port: 503)))
    #expect(try !Self.takes(&filter, Self.frame(port: 502, isTagged: true)))
    #expect(try !Self.takes(&filter, []))
    #expect(try !Self.takes(&filter, Array(Self.frame(port: 502).prefix(30))))
    var tagged = try FrameFilter("vlan 10 and udp port 502")
    #expect(try Self.takes(&tagged, Self.frame(port: 502, isTagged: true)))
  }

  @Test("each link type has a program of its own", arguments: [LinkType.raw, .rawIPv4])
  func linkTypes(_ link: LinkType) throws {
    var filter = try FrameFilter("udp port 502")
    let raw = Array(Self.frame(port: 502).dropFirst(14))
    #expect(try Self.takes(&filter, raw, link) && !Self.takes(&filter, raw, .ethernet))
    #expect(try Self.takes(&filter, Self.frame(port: 502)))
  }

  @Test(
    "an expression that is not valid is refused before anything is read",
    arguments: ["portt 502", "port", "(", "host ::x"])
  func invalid(_ expression: String) {
    do throws(CaptureError) {
      _ = try FrameFilter(expression)
      Issue.record("'\(expression)' was taken")
    } catch {
      #expect(
        error.kind == .badFilter && error.message.en.contains(expression) && error.message.ja.contains(expression))
    }
  }
}
