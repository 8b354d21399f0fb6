// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct DuplicateFilterTests {
  private static let window: Int64 = 1_000_000

  /// Whether the second frame, so many nanoseconds after the first, is taken for its copy.
  private func isCopy(_ first: [UInt8], _ second: [UInt8], after: Int64 = 1000, window: Int64 = window) -> Bool {
    var filter = DuplicateFilter(window: window, seed: 11)
    #expect(!read(first) { filter.isCopy($0, time: 5_000_000) })
    return read(second) { filter.isCopy($0, time: 5_000_000 + after) }
  }

  private static let payload: [UInt8] = Array("polled value".utf8)
  static var udp: [UInt8] { Build().frame(Build.udp(40_000, 502, payload)) }

  private func changed(_ change: (inout Build) -> Void, _ payload: [UInt8] = Build.udp(40_000, 502, payload)) -> [UInt8]
  {
    var build = Build()
    change(&build)
    return build.frame(payload)
  }

  @Test("the same frame within the window is a copy, also with another VLAN, time to live or MAC address")
  func copies() {
    #expect(isCopy(Self.udp, Self.udp))
    #expect(isCopy(Self.udp, changed { $0.vlan = 10 }))
    #expect(isCopy(Self.udp, changed { $0.hopLimit = 63 }))
    #expect(isCopy(Self.udp, changed { $0.sourceMAC[5] = 9 }))
    #expect(isCopy(Self.udp, Self.udp, after: -1000), "the second mirror port may be earlier")
    // A padded frame and an unpadded one are the same datagram.
    #expect(isCopy(Self.udp, Self.udp + [0, 0, 0, 0]))
  }

  @Test("outside of the window, or with no window, it is none")
  func window() {
    #expect(isCopy(Self.udp, Self.udp, after: Self.window))
    #expect(!isCopy(Self.udp, Self.udp, after: Self.window + 1))
    #expect(!isCopy(Self.udp, Self.udp, window: 0))
  }

  @Test("another identification, payload or end is another datagram")
  func others() {
    #expect(!isCopy(Self.udp, changed { $0.identification = 2 }))
    #expect(!isCopy(Self.udp, changed { $0.source[3] = 22 }))
    #expect(!isCopy(Self.udp, changed({ _ in }, Build.udp(40_001, 502, Self.payload))))
    for position in Self.payload.indices {
      var other = Self.payload
      other[position] ^= 1
      #expect(!isCopy(Self.udp, changed({ _ in }, Build.udp(40_000, 502, other))))
    }
  }

  @Test("TCP: the sequence number tells a copy from a repetition, whatever the identification")
  func tcp() {
    var build = Build(identification: 0, ipProtocol: 6)
    let first = build.frame(Build.tcp(40_000, 502, sequence: 100, Self.payload))
    #expect(isCopy(first, first))
    #expect(!isCopy(first, build.frame(Build.tcp(40_000, 502, sequence: 112, Self.payload))))
    build.identification = 9
    #expect(!isCopy(first, build.frame(Build.tcp(40_000, 502, sequence: 100, Self.payload))), "a retransmission")
  }

  @Test(
    "unnumbered datagrams that merely repeat are none; by another way they are",
    arguments: [Build(identification: 0), .v6])
  func unnumbered(_ build: Build) {
    let frame = build.frame(Build.udp(40_000, 502, Self.payload))
    #expect(!isCopy(frame, frame))
    var tagged = build
    tagged.vlan = 10
    #expect(isCopy(frame, tagged.frame(Build.udp(40_000, 502, Self.payload))))
    var routed = build
    routed.hopLimit = 63
    #expect(isCopy(frame, routed.frame(Build.udp(40_000, 502, Self.payload))))
  }

  @Test("cyclic frames without IP: the whole payload counts, the cycle counter included")
  func cyclic() {
    let build = Build()
    // PROFINET RT: frame id, data, cycle counter, status.
    func frame(_ counter: UInt8, _ build: Build) -> [UInt8] {
      build.frame([0x80, 0x00] + [UInt8](repeating: 7, count: 40) + [0x12, counter, 0x35, 0], etherType: 0x8892)
    }
    #expect(isCopy(frame(1, build), frame(1, build)))
    var tagged = build
    tagged.vlan = 0
    #expect(isCopy(frame(1, build), frame(1, tagged)))
    #expect(!isCopy(frame(1, build), frame(2, build)))
    #expect(!isCopy(frame(1, build), frame(1, build), after: 2_000_000))
    var other = build
    other.sourceMAC[5] = 9
    #expect(!isCopy(frame(1, build), frame(1, other)), "another device")
  }

  @Test("thousands of other frames in the window do not make it forget the last ones")
  func crowded() {
    var filter = DuplicateFilter(window: Self.window, seed: 12)
    var build = Build()
    for number in 1...3000 {
      build.identification = number
      let frame = build.frame(Build.udp(40_000, 502, Self.payload))
      #expect(!read(frame) { filter.isCopy($0, time: Int64(number)) })
      #expect(read(frame) { filter.isCopy($0, time: Int64(number)) })
    }
    #expect(filter.copies == 3000)
  }
}
