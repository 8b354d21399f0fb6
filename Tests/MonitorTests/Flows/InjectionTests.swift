// SPDX-License-Identifier: Apache-2.0
import Capture
import Support
import Testing

@testable import Monitor

private let (fin, syn, rst, ack): (UInt8, UInt8, UInt8, UInt8) = (1, 2, 4, 16)

/// Segments that a receiver ignores hide nothing, and real new connections are read: RFC 9293, 3.10.7.4; RFC 5961.
@Suite struct InjectionTests {
  fileprivate enum End { case client, server }

  /// A connection, frame by frame. Numbers are relative to the first ones of each end.
  fileprivate struct Talk {
    var frames: [[UInt8]] = []
    var seconds: [Double] = []
    /// Next numbers of client and server.
    var next = (client: 500_000, server: 700_000)
    private var value = 0

    mutating func send(
      _ end: End, _ flags: UInt8, sequence: Int, acknowledgement: Int = 0, _ payload: [UInt8] = [], after: Double = 0.01
    ) {
      var build = Build()
      build.ipProtocol = 6
      build.identification = frames.count + 1
      if end == .server {
        swap(&build.source, &build.destination)
        swap(&build.sourceMAC, &build.destinationMAC)
      }
      let ports = end == .client ? big(50_001) + big(502) : big(502) + big(50_001)
      let numbers = big(sequence & 0xFFFF_FFFF, 4) + big(acknowledgement & 0xFFFF_FFFF, 4)
      frames.append(build.frame(ports + numbers + [0x50, flags] + big(8192) + [0, 0, 0, 0] + payload))
      if frames.count > 1 { seconds.append(after) }
    }
    mutating func open(server isVisible: Bool = true) {
      send(.client, syn, sequence: next.client)
      next.client += 1
      if isVisible { send(.server, syn | ack, sequence: next.server, acknowledgement: next.client) }
      next.server += 1
      send(.client, ack, sequence: next.client, acknowledgement: next.server)
    }
    static func message(_ value: Int) -> [UInt8] { big(value) + hex("0000 0006 01 06 0005") + big(value) }
    /// A write of the next value, and the server's acknowledgement.
    mutating func write(server isVisible: Bool = true, after: Double = 0.01) {
      value += 1
      send(
        .client, ack, sequence: next.client, acknowledgement: next.server, Self.message(value), after: after)
      next.client += 12
      if isVisible { send(.server, ack, sequence: next.server, acknowledgement: next.client) }
    }
    mutating func writes(_ count: Int, server isVisible: Bool = true) {
      for _ in 0..<count { write(server: isVisible) }
    }

    /// The values written, in the order in which they are read, and the number of flows.
    func read() throws -> (values: [Int], flows: Int, findings: String) {
      let lines = try Run.replay(frames: frames, seconds: seconds, log: [.alerts, .operationsAll, .flows])
        .split(separator: "\n").map(String.init)
      let values = lines.filter { $0.contains(#""event_type":"operation""#) && $0.contains(#""role":"request""#) }
        .compactMap { line in line.firstMatch(of: #/"values":\[(\d+)\]/#).flatMap { Int($0.1) } }
      let flows = lines.filter { $0.contains(#""event_type":"flow""#) }.count
      return (values, flows, lines.filter { $0.contains(#""event_type":"alert""#) }.joined(separator: "\n"))
    }
  }

  /// What may be sent into a connection, and what the receiver makes of it: nothing.
  struct Injected: CustomTestStringConvertible, Sendable {
    let name: String
    fileprivate let play: @Sendable (inout Talk) -> Void
    var testDescription: String { name }
  }
  private static let distances = [1, 100, 30_000, 1 << 21, 1 << 30, 1 << 31, -1000, -(1 << 21)]
  private static let anywhere = distances.flatMap { distance -> [Injected] in
    [
      Injected(name: "SYN at \(distance)") {
        $0.send(.client, syn, sequence: ($0.next.client + distance) & 0xFFFF_FFFF)
      },
      Injected(name: "SYN of the server at \(distance)") {
        $0.send(.server, syn, sequence: ($0.next.server + distance) & 0xFFFF_FFFF)
      },
      Injected(name: "SYN-ACK at \(distance)") {
        $0.send(
          .server, syn | ack, sequence: ($0.next.server + distance) & 0xFFFF_FFFF,
          acknowledgement: ($0.next.client + distance) & 0xFFFF_FFFF)
      },
      Injected(name: "SYN and SYN-ACK at \(distance)") {
        let sequence = ($0.next.client + distance) & 0xFFFF_FFFF
        $0.send(.client, syn, sequence: sequence)
        $0.send(.server, syn | ack, sequence: 9, acknowledgement: (sequence + 1) & 0xFFFF_FFFF)
      },
      Injected(name: "a whole forged handshake at \(distance)") {
        let sequence = ($0.next.client + distance) & 0xFFFF_FFFF
        $0.send(.client, syn, sequence: sequence)
        $0.send(.server, syn | ack, sequence: 9, acknowledgement: (sequence + 1) & 0xFFFF_FFFF)
        $0.send(.client, ack, sequence: (sequence + 1) & 0xFFFF_FFFF, acknowledgement: 10)
      },
      Injected(name: "RST at \(distance), then SYN") {
        $0.send(.client, rst, sequence: ($0.next.client + distance + 1) & 0xFFFF_FFFF)
        $0.send(.client, syn, sequence: ($0.next.client + distance) & 0xFFFF_FFFF)
      },
      Injected(name: "RST of the server at \(distance), then silence") {
        $0.send(.server, rst, sequence: ($0.next.server + distance + 1) & 0xFFFF_FFFF)
        $0.write(after: 30)
      },
      Injected(name: "FINs at \(distance), then SYN") {
        $0.send(.client, fin | ack, sequence: ($0.next.client + distance) & 0xFFFF_FFFF, acknowledgement: 1)
        $0.send(.server, fin | ack, sequence: ($0.next.server + distance) & 0xFFFF_FFFF, acknowledgement: 1)
        $0.send(.client, syn, sequence: ($0.next.client + distance) & 0xFFFF_FFFF)
      },
      Injected(name: "data without ACK at \(distance)") {
        $0.send(.client, 8, sequence: ($0.next.client + distance) & 0xFFFF_FFFF, Talk.message(99))
      },
    ]
  }
  private static let outside = [1 << 21, 1 << 30, 1 << 31, -(1 << 21)].map { distance -> Injected in
    Injected(name: "data at \(distance)") {
      $0.send(
        .client, ack, sequence: ($0.next.client + distance) & 0xFFFF_FFFF, acknowledgement: $0.next.server,
        Talk.message(99))
    }
  }
  private static let others: [Injected] = [
    Injected(name: "data without ACK at the next number") {
      $0.send(.client, 8, sequence: $0.next.client, Talk.message(99))
    },
    Injected(name: "data in an RST outside the window") {
      $0.send(.client, rst | ack, sequence: $0.next.client + 100, Talk.message(99))
    },
    Injected(name: "a keep-alive byte") {
      $0.send(.client, ack, sequence: $0.next.client - 1, acknowledgement: $0.next.server, [0xA5])
    },
  ]
  static let injected = anywhere + outside + others

  @Test("what a receiver ignores hides nothing that follows, nor half of a message before it", arguments: injected)
  func injection(_ injected: Injected) throws {
    var talk = Talk()
    talk.open()
    talk.writes(2)
    injected.play(&talk)
    talk.writes(3)
    let whole = try talk.read()
    #expect(whole.values == Array((1...6).prefix(whole.values.count)) && whole.values.count >= 5, "\(whole.values)")

    // Half of a message, the segments, and the other half.
    var split = Talk()
    split.open()
    split.writes(2)
    let message = Talk.message(77)
    split.send(.client, ack, sequence: split.next.client, acknowledgement: split.next.server, Array(message[..<5]))
    split.next.client += 5
    injected.play(&split)
    guard !injected.name.contains("silence") else { return }
    split.send(.client, ack, sequence: split.next.client, acknowledgement: split.next.server, Array(message[5...]))
    split.next.client += 7
    split.writes(1)
    #expect(try split.read().values == [1, 2, 77, 3])
  }

  @Test("what is sent far ahead, and given up waiting for, hides nothing", arguments: [12, 30_000, 900_000])
  func ahead(_ distance: Int) throws {
    var talk = Talk()
    talk.open()
    talk.writes(1)
    talk.send(.client, ack, sequence: talk.next.client + distance, acknowledgement: talk.next.server, [0])
    talk.write(after: 4)
    talk.send(.client, ack, sequence: talk.next.client + distance * 2, acknowledgement: talk.next.server, [0])
    for _ in 0..<3 { talk.write(after: 4) }
    #expect(try talk.read().values.starts(with: [1, 2, 3, 4]))
  }

  @Test(
    "after a power cycle a new handshake between the same ports is a new flow, whichever directions are seen",
    arguments: ["both", "the client's", "both, without the last ACK"], [900, 500_500, 4_000_000_000])
  func powerCycle(_ seen: String, _ first: Int) throws {
    let isSeen = (server: seen != "the client's", ack: !seen.contains("without"))
    var talk = Talk()
    talk.open(server: isSeen.server)
    talk.writes(3, server: isSeen.server)
    talk.next = (first, 3_000_000_000)
    talk.send(.client, syn, sequence: talk.next.client, after: 20)
    talk.next.client += 1
    if isSeen.server {
      talk.send(.server, syn | ack, sequence: talk.next.server, acknowledgement: talk.next.client)
    }
    talk.next.server += 1
    if isSeen.ack { talk.send(.client, ack, sequence: talk.next.client, acknowledgement: talk.next.server) }
    talk.writes(3, server: isSeen.server)
    let read = try talk.read()
    #expect(read.values == [1, 2, 3, 4, 5, 6] && read.flows == 2)
    #expect(!read.findings.contains("stream-tampering"))
  }

  @Test("a device whose numbers always begin alike is read after each restart", arguments: [true, false])
  func alike(_ isClosed: Bool) throws {
    var talk = Talk()
    for _ in 0..<3 {
      talk.next = (500_000, 700_000)
      talk.open()
      talk.writes(2)
      if isClosed {
        talk.send(.client, fin | ack, sequence: talk.next.client, acknowledgement: talk.next.server)
        talk.send(.server, fin | ack, sequence: talk.next.server, acknowledgement: talk.next.client + 1)
      }
    }
    let read = try talk.read()
    #expect(read.values == [1, 2, 3, 4, 5, 6] && read.flows == 3)
  }

  @Test("a SYN that comes late, once or twice, is of the same flow", arguments: 0...10)
  func late(_ place: Int) throws {
    var talk = Talk()
    talk.open()
    talk.writes(2)
    talk.send(.client, fin | ack, sequence: talk.next.client, acknowledgement: talk.next.server)
    talk.send(.server, fin | ack, sequence: talk.next.server, acknowledgement: talk.next.client + 1)
    talk.send(.client, ack, sequence: talk.next.client + 1, acknowledgement: talk.next.server + 1)
    var moved = talk
    moved.frames.insert(moved.frames.removeFirst(), at: min(place, 9))
    let read = try moved.read()
    #expect(read.values == [1, 2] && read.flows == 1)
    talk.frames.insert(talk.frames[0], at: min(place, talk.frames.count))
    talk.seconds.append(0.01)
    #expect(try talk.read().flows == 1)
  }

  @Test("a keep-alive byte begins no stream", arguments: [1, 3])
  func keepAlive(_ count: Int) throws {
    var talk = Talk()
    for _ in 0..<count {
      talk.send(.client, ack, sequence: talk.next.client - 1, acknowledgement: talk.next.server, [0xA5])
      talk.send(.server, ack, sequence: talk.next.server, acknowledgement: talk.next.client)
    }
    talk.writes(2)
    let read = try talk.read()
    #expect(read.values == [1, 2] && read.flows == 1 && read.findings.isEmpty)
  }

  @Test(
    "a segment ahead of a stream that is picked up in the middle hides nothing before it", arguments: [50, 30_000],
    [true, false])
  func aheadOfPickUp(_ distance: Int, _ isMessage: Bool) throws {
    var talk = Talk()
    talk.send(
      .client, ack, sequence: talk.next.client + distance, acknowledgement: talk.next.server,
      isMessage ? Talk.message(99) : [0, 0])
    talk.writes(8)
    let values = try talk.read().values.filter { $0 != 99 }
    #expect(values.starts(with: [1, 2, 3, 4]) && (values.count == 8 || distance < 96), "\(values)")
  }

  @Test("what was acknowledged before the stream was picked up is a repetition")
  func repeatedBeforePickUp() throws {
    var talk = Talk()
    talk.send(.server, ack, sequence: talk.next.server, acknowledgement: talk.next.client)
    talk.write()
    talk.send(
      .client, ack, sequence: talk.next.client - 24, acknowledgement: talk.next.server, Talk.message(98))
    talk.write()
    #expect(try talk.read().values == [1, 2])
  }

  @Test("after a real reconnection, segments that continue each other elsewhere displace nothing", arguments: [1, 3])
  func strays(_ count: Int) throws {
    var talk = Talk()
    talk.open()
    talk.writes(1)
    talk.send(.client, rst, sequence: talk.next.client)
    talk.next = (3_000_000_000, 9_000)
    talk.open()
    talk.writes(1)
    for place in 1...count {
      for part in 0..<2 {
        talk.send(
          .client, ack, sequence: place << 24 + part, acknowledgement: talk.next.server, [0])
      }
      talk.writes(1)
    }
    #expect(try talk.read().values == Array(1...count + 2))
  }

  @Test("nor do they where the stream goes on from before a hole")
  func straysAfterHole() throws {
    var talk = Talk()
    talk.open()
    talk.writes(1)
    talk.send(.client, ack, sequence: talk.next.client + 30_000, acknowledgement: talk.next.server, [0])
    talk.write(after: 4)
    talk.write(after: 4)
    for place in 1...3 {
      for part in 0..<2 {
        talk.send(.client, ack, sequence: place << 24 + part, acknowledgement: talk.next.server, [0])
      }
      talk.writes(1)
    }
    #expect(try talk.read().values == [1, 2, 3, 4, 5, 6])
  }

  @Test("each attempt that is refused is a flow, also with the same number")
  func refused() throws {
    var talk = Talk()
    for _ in 0..<3 {
      talk.send(.client, syn, sequence: 500_000)
      talk.send(.server, rst | ack, sequence: 0, acknowledgement: 500_001)
    }
    #expect(try talk.read().flows == 3)
  }

  @Test("a real reset, and a new connection a little above the old numbers")
  func reset() throws {
    var talk = Talk()
    talk.open()
    talk.writes(2)
    talk.send(.client, rst, sequence: talk.next.client)
    talk.next = (talk.next.client + 500, talk.next.server + 500)
    talk.open()
    talk.writes(2)
    let read = try talk.read()
    #expect(read.values == [1, 2, 3, 4] && read.flows == 2)
  }

  @Test(
    "with loss, disorder, duplicates and injected segments, the operations are those that the receiver got",
    arguments: 0..<200)
  func differential(_ seed: UInt64) throws {
    var dice = Dice(state: seed)
    var talk = Talk()
    talk.next.client = Int.random(in: 0..<1 << 32, using: &dice)
    talk.open()
    let first = talk.next.client
    var receiver = Receiver(first: first)
    let stream = (1...12).flatMap(Talk.message)
    // What is under way, as places in the stream.
    var queue: [Range<Int>] = []
    var place = 0
    while place < stream.count {
      let end = min(stream.count, place + Int.random(in: 2...30, using: &dice))
      queue.append(place..<end)
      place = end
    }
    func number(_ place: Int) -> Int { (first + place) & 0xFFFF_FFFF }
    func send(_ end: End, _ flags: UInt8, _ sequence: Int, _ acknowledgement: Int, _ payload: [UInt8] = []) {
      talk.send(end, flags, sequence: sequence, acknowledgement: acknowledgement, payload, after: 0.001)
      if end == .client { receiver.take(flags, sequence, payload) }
    }
    var rounds = 0
    while receiver.bytes.count < stream.count, rounds < 2000 {
      rounds += 1
      let distance = Int.random(in: 1 << 21...1 << 31, using: &dice)
      switch Int.random(in: 0..<16, using: &dice) {
      case 0: send(.client, syn, number(receiver.bytes.count + Int.random(in: -99...distance, using: &dice)), 0)
      case 1: send(.client, rst, number(receiver.bytes.count + Int.random(in: 2000...distance, using: &dice)), 0)
      case 2: send(.client, fin | ack, number(receiver.bytes.count + distance), talk.next.server)
      case 3: send(.server, syn | ack, distance, number(distance))
      case 4: send(.server, syn, distance, 0)
      case 5: send(.client, ack, number(receiver.bytes.count + distance), talk.next.server, Talk.message(99))
      case 6: send(.client, 8, number(receiver.bytes.count), talk.next.server, Talk.message(99))
      case 7: send(.server, rst, (talk.next.server + distance) & 0xFFFF_FFFF, 0)
      default:
        // Among the next segments: disorder. Some stay in the queue: duplicates, or those lost and sent again.
        queue.removeAll { $0.upperBound <= receiver.bytes.count && Bool.random(using: &dice) }
        let chosen = Int.random(in: 0..<min(3, max(1, queue.count)), using: &dice)
        let segment = queue.isEmpty ? 0..<stream.count : queue[chosen]
        send(.client, ack, number(segment.lowerBound), talk.next.server, Array(stream[segment]))
        if Int.random(in: 0..<3, using: &dice) == 0 {
          send(.server, ack, talk.next.server, number(receiver.bytes.count))
        }
      }
    }
    #expect(receiver.bytes == stream)
    let read = try talk.read()
    #expect(read.values == Array(1...12) && read.flows == 1)
  }
}
