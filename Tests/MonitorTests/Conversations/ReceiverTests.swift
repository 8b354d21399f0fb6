// SPDX-License-Identifier: Apache-2.0
import Capture
import Foundation
import Support
import Testing

@testable import Monitor

private let (fin, syn, rst, ack): (UInt8, UInt8, UInt8, UInt8) = (1, 2, 4, 16)

/// What is read of TCP connections, and in which order, compared with what their ends got.
@Suite struct ReceiverTests {
  // MARK: The wire

  /// Frames between a client and a server, as the mirror port shows them.
  private struct Wire {
    private(set) var frames: [[UInt8]] = []
    private(set) var seconds: [Double] = []
    var port = 502

    /// `end`: 0 for the client, 1 for the server.
    mutating func send(
      _ end: Int, _ flags: UInt8, _ sequence: Int, _ acknowledgement: Int = 0, _ payload: [UInt8] = [],
      after: Double = 0.000_1
    ) {
      var build = Build()
      build.ipProtocol = 6
      // No two frames are alike, as from a real stack: a duplicate is not taken for the mirror port's.
      build.identification = frames.count + 1
      if end == 1 {
        swap(&build.source, &build.destination)
        swap(&build.sourceMAC, &build.destinationMAC)
      }
      let ports = end == 0 ? big(50_001) + big(port) : big(port) + big(50_001)
      let numbers = big(sequence & 0xFFFF_FFFF, 4) + big(acknowledgement & 0xFFFF_FFFF, 4)
      frames.append(build.frame(ports + numbers + [0x50, flags] + big(Receiver.window) + [0, 0, 0, 0] + payload))
      if frames.count > 1 { seconds.append(after) }
    }
    mutating func open(_ first: [Int]) {
      send(0, syn, first[0] - 1)
      send(1, syn | ack, first[1] - 1, first[0])
      send(0, ack, first[0], first[1])
    }

    /// The operations read, without times, and the number of flows.
    func read() throws -> (operations: [String], flows: Int) {
      let lines = try Run.replay(frames: frames, seconds: seconds, log: [.operationsAll, .flows])
        .split(separator: "\n").map(String.init)
      let operations = lines.filter { $0.contains(#""event_type":"operation""#) }.compactMap { line -> String? in
        guard let start = line.range(of: #""app_proto""#) else { return nil }
        return String(line[start.lowerBound...]).replacing(#/,"latency_us":\d+/#, with: "")
      }
      return (operations, lines.count { $0.contains(#""event_type":"flow""#) })
    }
  }

  // MARK: Order

  /// A read of one register with its answer, all under the same transaction: only their order tells which answer
  /// belongs to which question.
  private static func question(_ number: Int) -> [UInt8] { hex("0001 0000 0006 01 03") + big(100 * number) + [0, 1] }
  private static func answer(_ number: Int) -> [UInt8] { hex("0001 0000 0005 01 03 02") + big(number) }

  /// Plays six questions and answers. The third question (`end` 0) or answer (1) comes in two segments, cut at `cut`,
  /// of which the mirror port loses one; if `isLate`, it shows that one after the fourth answer.
  private static func answers(_ end: Int, cut: Int, isFirstLost: Bool, isLate: Bool) throws -> [String] {
    var wire = Wire()
    var next = [1000, 5000]
    wire.open(next)
    var lost: (sequence: Int, acknowledgement: Int, bytes: [UInt8])?
    for number in 1...6 {
      for (sender, message) in [question(number), answer(number)].enumerated() {
        let isCut = number == 3 && sender == end
        let parts = isCut ? [Array(message[..<cut]), Array(message[cut...])] : [message]
        for (place, part) in parts.enumerated() where !part.isEmpty {
          if isCut, (place == 0) == isFirstLost {
            lost = (next[sender], next[1 - sender], part)
          } else {
            wire.send(sender, ack, next[sender], next[1 - sender], part)
          }
          next[sender] += part.count
        }
      }
      if isLate, number == 4, let lost { wire.send(end, ack, lost.sequence, lost.acknowledgement, lost.bytes) }
    }
    return try wire.read().operations.filter { $0.contains(#""pairing":"answered""#) }
  }

  @Test(
    "what follows lost bytes is read before the next payload of the other end, and each answer is that of its question",
    arguments: [0, 1], [true, false])
  func order(_ end: Int, _ isLate: Bool) throws {
    for isFirstLost in [true, false] {
      for cut in 1...(end == 0 ? 12 : 11) {
        let answers = try Self.answers(end, cut: cut, isFirstLost: isFirstLost, isLate: isLate)
        let read = answers.map { line -> [Int] in
          let address = line.firstMatch(of: #/"address":(\d+)/#).flatMap { Int($0.1) }
          let value = line.firstMatch(of: #/"values":\[(\d+)\]/#).flatMap { Int($0.1) }
          return [address ?? -1, value ?? -1]
        }
        let whole = [1, 2, 4, 5, 6].map { [100 * $0, $0] }
        #expect(read.filter { $0 != [300, 3] } == whole, "\(end) \(cut) \(isFirstLost): \(read)")
      }
    }
  }

  @Test("a payload that acknowledges less than what waits is read before it")
  func acknowledgesLess() throws {
    var wire = Wire()
    wire.open([1000, 5000])
    let (first, second) = (Self.question(1), Self.question(2))
    // The first question is seen, one that the mirror port loses, and the second one: three are under way.
    wire.send(0, ack, 1000, 5000, first)
    wire.send(0, ack, 1024, 5000, second)
    // The answers to the first and to the lost one acknowledge no more than the lost one.
    wire.send(1, ack, 5000, 1012, Self.answer(1))
    wire.send(1, ack, 5011, 1024, Self.answer(9))
    wire.send(1, ack, 5022, 1036, Self.answer(2))
    let operations = try wire.read().operations
    let roles = operations.map { $0.contains(#""role":"request""#) ? "question" : "answer" }
    #expect(roles == ["question", "answer", "answer", "question", "answer"])
    #expect(operations[1].contains(#""address":100"#) && operations[4].contains(#""address":200"#))
  }

  @Test(
    "of what both ends sent after lost bytes, the later is read later, however it arrives", arguments: [true, false])
  func both(_ isAcknowledged: Bool) throws {
    var wire = Wire()
    wire.open([1000, 5000])
    // Both lose one message at the mirror port: question 1 and answer 1; and go on.
    wire.send(0, ack, 1012, 5011, Self.question(2))
    wire.send(1, ack, 5011, 1024, Self.answer(2))
    wire.send(0, ack, 1024, 5022, Self.question(3))
    wire.send(1, ack, 5022, 1036, Self.answer(3))
    if isAcknowledged { wire.send(0, ack, 1036, 5033, after: 1) }
    let operations = try wire.read().operations
    #expect(operations.map { $0.contains(#""role":"request""#) } == [true, false, true, false])
    #expect(operations[1].contains(#""address":200"#) && operations[3].contains(#""address":300"#))
  }

  // MARK: Differential

  /// A recorded connection: its messages, segment by segment.
  struct Recording: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let port: Int
    fileprivate var messages: [(end: Int, bytes: [UInt8])] = []

    /// The first connection of a scene of the model factory to a port, up to `most` segments with data.
    init(_ scene: String, _ port: Int, most: Int = 40) throws {
      testDescription = scene
      self.port = port
      var file = try CaptureFile(path: Fixtures.root.appending(path: "model-factory/\(scene).pcap").path)
      var client: UInt16?
      while messages.count < most, let frame = try file.next() {
        let packet = Packet(frame.bytes, linkType: frame.linkType, length: frame.length)
        guard packet.transport == .tcp else { continue }
        let isFromClient = Int(packet.destinationPort) == port
        guard isFromClient || Int(packet.sourcePort) == port else { continue }
        let other = isFromClient ? packet.sourcePort : packet.destinationPort
        let flags = packet.bytes.slice(packet.transportOffset, 20).u8(13)
        if client == nil, isFromClient, flags & (syn | ack) == syn { client = other }
        guard other == client, packet.payload.byteCount > 0 else { continue }
        messages.append((isFromClient ? 0 : 1, Array(copying: packet.payload)))
      }
    }
  }
  static let recordings: [Recording] = [
    try! Recording("normal-work", 502), try! Recording("s7-normal-work", 102),
    try! Recording("enip-normal-work", 44_818), try! Recording("fins-normal-work", 9_600),
    try! Recording("slmp-normal-work", 5_000), try! Recording("telecontrol-normal-work", 2_404),
    try! Recording("telecontrol-normal-work", 20_000), try! Recording("opcua-normal-work", 4_840),
  ].filter { $0.messages.count > 9 }

  /// What may happen on the way, besides disorder, duplicates and loss.
  enum Way: CaseIterable, Sendable { case plain, injected, lostAtMirror, powerCycle }

  /// Two ends that play a recording over a network that is not reliable, and the mirror port that listens.
  private struct Network {
    var dice: Dice
    var wire: Wire
    let recording: Recording
    let way: Way
    /// First numbers of both ends, and what each end has of the other's stream.
    var first: [Int]
    var receivers: [Receiver]
    let streams: [[UInt8]]
    var next = [0, 0]
    /// On their way, and overtaken by others.
    var delayed: [(end: Int, sequence: Int, acknowledgement: Int, payload: [UInt8])] = []

    init(_ recording: Recording, _ way: Way, _ dice: Dice, _ wire: Wire) {
      var dice = dice
      let first = [0, 1].map { _ in Int.random(in: 0..<1 << 32, using: &dice) }
      self.dice = dice
      self.wire = wire
      self.recording = recording
      self.way = way
      self.first = first
      // What the server receives begins with the client's first number.
      receivers = [Receiver(first: first[1]), Receiver(first: first[0])]
      streams = (0...1).map { end in recording.messages.filter { $0.end == end }.flatMap(\.bytes) }
    }

    func number(_ end: Int, _ place: Int) -> Int { (first[end] + place) & 0xFFFF_FFFF }
    /// What `end` has of the other's stream, as an acknowledgement number.
    func acknowledgement(_ end: Int) -> Int { number(1 - end, receivers[end].bytes.count) }

    /// The messages that have arrived whole: each is sent when all before it have.
    var arrived: Int {
      var ends = [0, 0]
      for (place, message) in recording.messages.enumerated() {
        ends[message.end] += message.bytes.count
        if receivers[1 - message.end].bytes.count < ends[message.end] { return place }
      }
      return recording.messages.count
    }

    mutating func deliver(_ end: Int, _ sequence: Int, _ acknowledgement: Int, _ payload: [UInt8], _ flags: UInt8 = ack)
    {
      let isSeen = way != .lostAtMirror || Int.random(in: 0..<12, using: &dice) > 0
      if isSeen { wire.send(end, flags, sequence, acknowledgement, payload) }
      // Lost behind the mirror port, or taken by the receiver.
      if Int.random(in: 0..<12, using: &dice) > 0 || !isSeen { receivers[1 - end].take(flags, sequence, payload) }
    }

    /// One step: a segment of the end whose turn it is, or something that nobody asked for. False at the end.
    mutating func step() -> Bool {
      let arrived = arrived
      guard arrived < recording.messages.count else { return false }
      let end = recording.messages[arrived].end
      var allowed = recording.messages[..<arrived].filter { $0.end == end }.reduce(0) { $0 + $1.bytes.count }
      for message in recording.messages[arrived...] {
        guard message.end == end else { break }
        allowed += message.bytes.count
      }
      if way == .injected || way == .powerCycle, Int.random(in: 0..<4, using: &dice) == 0 { inject() }
      if !delayed.isEmpty, Int.random(in: 0..<2, using: &dice) == 0 {
        let segment = delayed.remove(at: Int.random(in: delayed.indices, using: &dice))
        deliver(segment.end, segment.sequence, segment.acknowledgement, segment.payload)
        return true
      }
      let received = receivers[1 - end].bytes.count
      let most = min(allowed, received + 400)
      next[end] = max(next[end], received)
      // The next bytes, or some that are sent again.
      let isAgain = next[end] >= most || Int.random(in: 0..<4, using: &dice) == 0
      let start = isAgain ? Int.random(in: max(0, received - 30)..<most, using: &dice) : next[end]
      let stop = min(most, start + Int.random(in: 20...90, using: &dice))
      next[end] = max(next[end], stop)
      let payload = Array(streams[end][start..<stop])
      let numbers = (number(end, start), acknowledgement(end))
      switch Int.random(in: 0..<12, using: &dice) {
      case 0: break
      case 1, 2: delayed.append((end, numbers.0, numbers.1, payload))
      case 3:
        deliver(end, numbers.0, numbers.1, payload)
        deliver(end, numbers.0, numbers.1, payload)
      default: deliver(end, numbers.0, numbers.1, payload)
      }
      if Int.random(in: 0..<3, using: &dice) == 0 {
        // An acknowledgement alone, or one with an old byte that keeps the connection alive (RFC 9293, 3.8.4).
        let sent = receivers[end].bytes.count
        let isProbe = sent == next[1 - end] && Int.random(in: 0..<3, using: &dice) == 0
        // Where the mirror port lost the byte before, nothing tells the probe's from data.
        let probe: [UInt8] = isProbe && way != .lostAtMirror ? [0xA5] : []
        wire.send(1 - end, ack, number(1 - end, sent - (isProbe ? 1 : 0)), acknowledgement(1 - end), probe)
      }
      return true
    }

    /// A segment that its receiver ignores (RFC 9293, 3.10.7.4; RFC 5961, 3 to 5).
    mutating func inject() {
      let end = Int.random(in: 0...1, using: &dice)
      let expected = receivers[1 - end].bytes.count
      let far = Int.random(in: 1 << 21...1 << 31, using: &dice)
      let near = Int.random(in: 1..<Receiver.window, using: &dice)
      let junk = [UInt8](recording.messages[0].bytes.prefix(40))
      switch Int.random(in: 0..<9, using: &dice) {
      case 0: wire.send(end, syn, number(end, expected + (Bool.random(using: &dice) ? near : far)))
      case 1: wire.send(1, syn | ack, far, number(0, far))
      // In the window, but not the next number: the receiver asks back (RFC 5961, 3.2).
      case 2: wire.send(end, rst, number(end, max(expected, next[end]) + 1 + near))
      case 3: wire.send(end, rst | ack, number(end, expected + far), acknowledgement(end))
      case 4: wire.send(end, fin | ack, number(end, expected + far), acknowledgement(end))
      case 5: wire.send(end, ack, number(end, expected + far), acknowledgement(end), junk)
      case 6: wire.send(end, 8, number(end, expected), 0, junk)
      case 7: wire.send(end, rst | ack, number(end, expected + far), acknowledgement(end), junk)
      default: wire.send(end, ack, number(end, expected - 1 - Receiver.window), acknowledgement(end), [])
      }
    }
  }

  /// The operations of each message of a recording, on a network without faults.
  private static func plain(_ recording: Recording) throws -> [[String]] {
    var wire = Wire()
    wire.port = recording.port
    var next = [1000, 5000]
    wire.open(next)
    var counts = [0]
    for count in 1...recording.messages.count {
      let message = recording.messages[count - 1]
      wire.send(message.end, ack, next[message.end], next[1 - message.end], message.bytes)
      next[message.end] += message.bytes.count
      counts.append(try wire.read().operations.count)
    }
    let operations = try wire.read().operations
    return (1..<counts.count).map { Array(operations[counts[$0 - 1]..<counts[$0]]) }
  }

  @Test(
    "over a network with faults, the operations are those of the messages that the receivers got",
    arguments: recordings, Way.allCases)
  func differential(_ recording: Recording, _ way: Way) throws {
    let plain = try Self.plain(recording)
    let all = plain.flatMap { $0 }
    #expect(all.count > 4)
    for seed in 0..<UInt64(8) {
      var wire = Wire()
      wire.port = recording.port
      var network = Network(recording, way, Dice(state: seed), wire)
      network.wire.open(network.first)
      var arrived = recording.messages.count
      var steps = 0
      let last = way == .powerCycle ? Int.random(in: 20...60, using: &network.dice) : 20_000
      while steps < last, network.step() { steps += 1 }
      if way == .powerCycle {
        // One end starts again, and connects from the same port.
        arrived = network.arrived
        network = Network(recording, .injected, network.dice, network.wire)
        network.wire.open(network.first)
        while steps < 20_000, network.step() { steps += 1 }
      }
      #expect(network.arrived == recording.messages.count, "the test itself ends")
      let read = try network.wire.read()
      switch way {
      case .plain, .injected:
        #expect(read.operations == all && read.flows == 1, "\(seed): \(Self.difference(read.operations, all))")
      case .powerCycle:
        // A message whose last segments were lost behind the mirror port may be read all the same.
        let former = read.operations.dropLast(all.count)
        #expect(read.flows == 2 && former.count >= plain[..<arrived].reduce(0) { $0 + $1.count }, "\(seed)")
        #expect(Array(former) == Array(all.prefix(former.count)), "\(seed)")
        #expect(Array(read.operations.suffix(all.count)) == all, "\(seed)")
      case .lostAtMirror:
        // Nothing is read twice, and what is paired is paired rightly.
        var left = all.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        // SLMP's 3E frames have no number: where a question is lost, its answer can pass as that of the one before.
        let areNumbered = recording.testDescription != "slmp-normal-work"
        for operation in read.operations
        where operation.contains(#""role":"request""#) || areNumbered && operation.contains(#""pairing":"answered""#) {
          left[operation, default: 0] -= 1
          #expect(left[operation, default: 0] >= 0, "\(seed): \(operation)")
        }
      }
    }
  }

  private static func difference(_ read: [String], _ expected: [String]) -> String {
    for (place, pair) in zip(read, expected).enumerated() where pair.0 != pair.1 {
      return "\(place): \(pair.0) instead of \(pair.1)"
    }
    return "\(read.count) instead of \(expected.count)"
  }
}
