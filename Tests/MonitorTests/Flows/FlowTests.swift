// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct FlowTests {
  private func key(_ frame: [UInt8], vlan: UInt16 = Packet.noVLAN) -> FlowKey {
    withPacket(frame) { packet in
      FlowKey(
        source: packet.sourceIP, sourcePort: packet.sourcePort, destination: packet.destinationIP,
        destinationPort: packet.destinationPort, ipProtocol: packet.ipProtocol.rawValue, vlan: vlan)
    }
  }

  @Test(
    "both directions have one key; another address, port, transport or VLAN gives another key",
    arguments: [Build(), .v6])
  func keys(_ there: Build) {
    var back = there
    swap(&back.source, &back.destination)
    let forth = key(there.frame(Build.udp(40_000, 502)))
    #expect(forth == key(back.frame(Build.udp(502, 40_000))))
    #expect(forth.hash(seed: 9) == key(back.frame(Build.udp(502, 40_000))).hash(seed: 9))

    var elsewhere = there
    elsewhere.destination[elsewhere.destination.count - 1] = 77
    var tcp = there
    tcp.ipProtocol = 6
    let others = [
      key(elsewhere.frame(Build.udp(40_000, 502))), key(there.frame(Build.udp(40_001, 502))),
      key(there.frame(Build.udp(40_000, 503))), key(tcp.frame(Build.tcp(40_000, 502))),
      key(there.frame(Build.udp(40_000, 502)), vlan: 10),
      // The same two port numbers at the opposite ends.
      key(back.frame(Build.udp(40_000, 502))),
    ]
    for other in others { #expect(other != forth && other.hash(seed: 9) != forth.hash(seed: 9)) }
  }

  private func flow(_ frame: [UInt8], sourceIsServer: Bool = false) -> Flow {
    withPacket(frame) { packet in Flow(packet, time: 5, frame: 1, sourceIsServer: sourceIsServer, basis: .firstSeen) }
  }

  @Test("the roles are as given, and a flip swaps them together with their counters")
  func roles() {
    let there = Build()
    var back = there
    swap(&back.source, &back.destination)
    var flow = flow(there.frame(Build.udp(502, 40_000)), sourceIsServer: true)
    #expect(flow.clientPort == 40_000 && flow.serverPort == 502)
    #expect(withPacket(there.frame(Build.udp(502, 40_000))) { flow.direction(of: $0) } == .toClient)
    #expect(withPacket(back.frame(Build.udp(40_000, 502))) { flow.direction(of: $0) } == .toServer)
    flow[.toClient].packets = 3
    let (client, server) = (flow.client, flow.server)
    flow.flip(.content)
    #expect(flow.client == server && flow.server == client && flow.serverPort == 40_000)
    #expect(flow.toServer.packets == 3 && flow.toClient.packets == 0 && flow.basis == .content)
  }

  @Test("identifiers differ by endpoints, time and frame, and fit into a JavaScript number")
  func identifiers() {
    let frame = Build().frame(Build.udp(1, 2))
    func id(_ time: Int64, _ number: UInt64) -> UInt64 {
      withPacket(frame) { Flow($0, time: time, frame: number, sourceIsServer: false, basis: .syn).id }
    }
    #expect(Set([id(1, 1), id(2, 1), id(1, 2), flow(Build().frame(Build.udp(1, 3))).id]).count == 4)
    #expect(id(1, 1) == id(1, 1) && id(1, 1) < 1 << 53)
  }

  @Test("timeouts depend on the connection's state, and on whether both directions were seen")
  func timeouts() {
    let second: Int64 = 1_000_000_000
    var tcp = Build()
    tcp.ipProtocol = 6
    var connection = flow(tcp.frame(Build.tcp(40_000, 502)))
    let expected: [(TCPState, Int64)] = [
      (.none, 60), (.synSent, 60), (.established, 86_400), (.closing, 120), (.closed, 10), (.reset, 10),
    ]
    for (state, seconds) in expected {
      connection.tcp = state
      #expect(connection.timeout == seconds * second)
    }
    var datagrams = flow(Build().frame(Build.udp(1, 2)))
    datagrams.toServer.packets = 1
    #expect(datagrams.timeout == 300 * second)
    datagrams.toClient.packets = 1
    #expect(datagrams.timeout == 3600 * second)
  }

  @Test(
    "timeouts by transport", arguments: [(1, 60), (58, 60), (136, 300), (132, 600), (47, 600)] as [(UInt8, Int64)])
  func timeoutsOfOthers(_ ipProtocol: UInt8, _ seconds: Int64) {
    var build = Build()
    build.ipProtocol = ipProtocol
    #expect(flow(build.frame([8, 0, 0, 8] + [UInt8](repeating: 0, count: 12))).timeout == seconds * 1_000_000_000)
  }

  @Test(
    "ICMP: the type is kept; messages about other packets are errors",
    arguments: [
      (1, 0, false), (1, 3, true), (1, 4, true), (1, 5, true), (1, 8, false), (1, 11, true), (1, 12, true),
      (1, 13, false), (58, 1, true), (58, 4, true), (58, 127, true), (58, 128, false), (58, 135, false),
      (17, 3, false),
    ] as [(UInt8, UInt8, Bool)])
  func icmp(_ ipProtocol: UInt8, _ type: UInt8, _ isError: Bool) {
    var build = ipProtocol == 58 ? Build.v6 : Build()
    build.ipProtocol = ipProtocol
    let flow = flow(build.frame([type, 9, 0, 28] + [UInt8](repeating: 0, count: 24)))
    #expect(flow.isICMPError == isError && flow.isICMP == (ipProtocol != 17))
    #expect(flow.icmpType == (flow.isICMP ? type : 0) && flow.icmpCode == (flow.isICMP ? 9 : 0))
  }

  struct Steps: Sendable, CustomTestStringConvertible {
    let name: String
    /// Flags, and whether the client sent them.
    let segments: [(UInt16, Bool)]
    let states: [TCPState]
    var testDescription: String { name }
  }
  private static let (fin, syn, rst, ack): (UInt16, UInt16, UInt16, UInt16) = (1, 2, 4, 16)
  static let connections: [Steps] = [
    Steps(
      name: "a whole connection",
      segments: [
        (syn, true), (syn | ack, false), (ack, true), (ack, false), (fin | ack, true), (ack, false), (fin | ack, false),
        (ack, true),
      ],
      states: [.synSent, .synReceived, .established, .established, .closing, .closing, .closed, .closed]),
    Steps(name: "mid-stream", segments: [(ack, false), (ack, true)], states: [.established, .established]),
    Steps(
      name: "only the client is seen", segments: [(syn, true), (ack, true), (fin | ack, true)],
      states: [.synSent, .established, .closing]),
    Steps(
      name: "only the server is seen", segments: [(syn | ack, false), (ack, false)],
      states: [.synReceived, .established]),
    Steps(name: "refused", segments: [(syn, true), (rst | ack, false)], states: [.synSent, .reset]),
    Steps(name: "a repeated SYN", segments: [(syn, true), (syn, true)], states: [.synSent, .synSent]),
    Steps(
      name: "only the end is seen", segments: [(fin | ack, false), (fin | ack, true)], states: [.closing, .closed]),
    Steps(
      name: "both close at once", segments: [(ack, true), (fin | ack, true), (fin | ack, false)],
      states: [.established, .closing, .closed]),
    Steps(
      name: "reset in the middle", segments: [(ack, true), (rst, true), (ack, false)],
      states: [.established, .reset, .reset]),
    Steps(
      name: "both open at once",
      segments: [(syn, true), (syn, false), (syn | ack, true), (syn | ack, false), (ack, true)],
      states: [.synSent, .synSent, .synReceived, .synReceived, .established]),
    Steps(
      name: "half closed: the other end continues",
      segments: [(ack, true), (fin | ack, false), (ack, true), (ack, true)],
      states: [.established, .closing, .closing, .closing]),
    Steps(
      name: "a repeated FIN of one end",
      segments: [(ack, true), (fin | ack, true), (fin | ack, true), (fin | ack, false)],
      states: [.established, .closing, .closing, .closed]),
    Steps(name: "no SYN, ACK, FIN or RST", segments: [(0, true), (8, true)], states: [.none, .none]),
  ]

  @Test("a connection's state as seen by a passive observer", arguments: connections)
  func states(_ steps: Steps) {
    var state = TCPState.none
    var seen: [Bool: TCPFlags] = [:]
    for ((flags, isClient), expected) in zip(steps.segments, steps.states) {
      let flags = TCPFlags(rawValue: flags)
      seen[isClient, default: TCPFlags(rawValue: 0)].formUnion(flags)
      state = state.next(
        flags, toServer: seen[true] ?? TCPFlags(rawValue: 0), toClient: seen[false] ?? TCPFlags(rawValue: 0))
      #expect(state == expected)
    }
  }
}
