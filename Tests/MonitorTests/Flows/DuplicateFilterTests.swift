// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct DuplicateFilterTests {
  private static let window: Int64 = 1_000_000

  /// Whether the second frame, `after` nanoseconds later, is taken for a copy of the first.
  private func isCopy(_ first: [UInt8], _ second: [UInt8], after: Int64 = 1000, window: Int64 = window) -> Bool {
    var filter = DuplicateFilter(window: window, seed: 11)
    #expect(withPacket(first) { filter.original(of: $0, time: 5_000_000, frame: 1) == nil })
    return withPacket(second) { filter.original(of: $0, time: 5_000_000 + after, frame: 1)?.frame == 1 }
  }

  private static let payload: [UInt8] = Array("polled value".utf8)
  static var udp: [UInt8] { Build().frame(Build.udp(40_000, 502, payload)) }

  private func changed(_ change: (inout Build) -> Void, _ payload: [UInt8] = Build.udp(40_000, 502, payload)) -> [UInt8]
  {
    var build = Build()
    change(&build)
    return build.frame(payload)
  }

  @Test("the same frame within the window is a copy, even with another VLAN, time to live or MAC address")
  func copies() {
    #expect(isCopy(Self.udp, Self.udp))
    #expect(isCopy(Self.udp, changed { $0.vlan = 10 }))
    #expect(isCopy(Self.udp, changed { $0.hopLimit = 63 }))
    #expect(isCopy(Self.udp, changed { $0.sourceMAC[5] = 9 }))
    #expect(isCopy(Self.udp, Self.udp, after: -1000), "the second mirror port may be earlier")
    // A padded frame and an unpadded one are the same datagram.
    #expect(isCopy(Self.udp, Self.udp + [0, 0, 0, 0]))
  }

  @Test("outside the window, or without a window, it is not a copy")
  func window() {
    #expect(isCopy(Self.udp, Self.udp, after: Self.window))
    #expect(!isCopy(Self.udp, Self.udp, after: Self.window + 1))
    #expect(!isCopy(Self.udp, Self.udp, window: 0))
  }

  @Test("a frame with another identification, payload or endpoint is not a copy")
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

  @Test("TCP: the sequence number distinguishes a copy from a repetition, whatever the identification")
  func tcp() {
    var build = Build(identification: 0, ipProtocol: 6)
    let first = build.frame(Build.tcp(40_000, 502, sequence: 100, Self.payload))
    #expect(isCopy(first, first))
    #expect(!isCopy(first, build.frame(Build.tcp(40_000, 502, sequence: 112, Self.payload))))
    build.identification = 9
    #expect(!isCopy(first, build.frame(Build.tcp(40_000, 502, sequence: 100, Self.payload))), "a retransmission")
  }

  @Test(
    "unnumbered datagrams that merely repeat are not copies; those that took another path are",
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

  @Test("cyclic frames without IP: the whole payload is compared, including the cycle counter")
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

  @Test("thousands of other frames in the window do not displace the latest ones")
  func crowded() {
    var filter = DuplicateFilter(window: Self.window, seed: 12)
    var build = Build()
    for number in 1...3000 {
      build.identification = number
      let frame = build.frame(Build.udp(40_000, 502, Self.payload))
      #expect(withPacket(frame) { filter.original(of: $0, time: Int64(number), frame: 1) == nil })
      #expect(withPacket(frame) { filter.original(of: $0, time: Int64(number), frame: 1)?.frame == 1 })
    }
  }

  /// Frames, and the bytes that may change in transit.
  static let ways: [(name: String, frame: [UInt8], changeable: Set<Int>)] = [
    // MAC addresses; time to live at 8, checksum at 10 of the IPv4 header.
    ("IPv4, UDP", udp, Set(0..<12).union([22, 24, 25])),
    (
      "IPv4, TCP", Build(identification: 0, ipProtocol: 6).frame(Build.tcp(40_000, 502, payload)),
      Set(0..<12).union([22, 24, 25])
    ),
    // Hop limit at 7 of the IPv6 header.
    ("IPv6, TCP", tcpV6, Set(0..<12).union([21])),
    ("without IP", Build().frame(payload, etherType: 0x88B8), []),
  ]
  private static var tcpV6: [UInt8] {
    var build = Build.v6
    build.ipProtocol = 6
    return build.frame(Build.tcp(40_000, 502, payload))
  }

  @Test("changing any bit makes another frame, except in fields that change in transit", arguments: 0..<ways.count)
  func everyBit(_ way: Int) {
    let (name, frame, changeable) = Self.ways[way]
    #expect(isCopy(frame, frame), "\(name)")
    for position in frame.indices {
      for bit in 0..<8 {
        var other = frame
        other[position] ^= 1 << bit
        #expect(isCopy(frame, other) == changeable.contains(position), "\(name): byte \(position), bit \(bit)")
      }
    }
  }

  @Test("the window of further copies starts at the first frame")
  func chain() {
    var filter = DuplicateFilter(window: Self.window, seed: 13)
    let copies = [0, 600_000, 1_200_000, 1_300_000].map { time in
      withPacket(Self.udp) { filter.original(of: $0, time: time, frame: 1)?.frame == 1 }
    }
    #expect(copies == [false, true, false, true])
  }
}
