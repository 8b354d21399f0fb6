// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import Testing

@testable import Monitor

/// `--log operations` says in few lines what `--log operations-all` says in many: no operation is missing.
@Suite struct OperationLogTests {
  struct Line: Decodable {
    let eventType: String
    let pcapCnt: UInt64
    let count: Int?
    let firstSeen: String?
    let lastSeen: String?
  }
  static let captures =
    ["normal-work", "unknown-laptop", "office-reads-then-writes-plc"].map { "model-factory/\($0)" }
    + ["modbus-every-function", "modbus-unit-scan", "modbus-udp", "tcp-many-in-a-segment", "modbus-broken-header"]
    .map { "literal/\($0)" }

  private static func lines(_ name: String, _ log: LogKinds) throws -> [Line] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let text = try Run.replay(Fixtures.root.appending(path: "\(name).pcap").path, log: log)
    return try text.split(separator: "\n").map { try decoder.decode(Line.self, from: Data($0.utf8)) }
  }

  @Test(
    "each kind of operation has a first line and a last line with its count, and together they account for all messages",
    arguments: captures)
  func sums(_ name: String) throws {
    let all = try Self.lines(name, [.operationsAll])
    let some = try Self.lines(name, [.operations])
    let first = some.filter { $0.count == nil }
    let last = some.filter { $0.count != nil }
    #expect(!all.isEmpty)
    #expect(first.count + last.reduce(0) { $0 + ($1.count ?? 0) - 1 } == all.count)
    #expect(last.allSatisfy { ($0.count ?? 0) > 1 && $0.firstSeen != nil && $0.lastSeen != nil })
    #expect(Set(some.map(\.pcapCnt)).isSubset(of: Set(all.map(\.pcapCnt))))
  }

  @Test("cyclic polling takes only a few lines")
  func few() throws {
    let all = try Self.lines("model-factory/normal-work", [.operationsAll]).count
    #expect(try Self.lines("model-factory/normal-work", [.operations]).count * 10 < all)
  }

  @Test("operations-all logs a datagram's copy too, marked as a copy; it is judged and counted only once")
  func copies() throws {
    struct Copy: Decodable {
      let pcapCnt: UInt64
      let copyOf: UInt64?
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    // Each datagram twice, as from a port mirrored in both directions: 12 datagrams, questions and answers in turn.
    var played: [[UInt8]] = []
    for number: UInt8 in 0..<24 {
      let isAnswer = number / 2 % 2 == 1
      let ends: [UInt8] = isAnswer ? [10, 0, 0, 2, 10, 0, 0, 1] : [10, 0, 0, 1, 10, 0, 0, 2]
      let ports: [UInt8] = isAnswer ? [1, 0xF6, 0x9C, 0x40] : [0x9C, 0x40, 1, 0xF6]
      var pdu: [UInt8] = [0, number / 4, 0, 0, 0]
      pdu += isAnswer ? [5, 1, 3, 2, 0, 7] : [6, 1, 3, 0, 9, 0, 1]
      let length = UInt8(28 + pdu.count)
      var frame = [UInt8](repeating: 2, count: 12)
      frame += [8, 0, 0x45, 0, 0, length, 0, number / 2 + 1, 0, 0, 64, 17, 0, 0]
      frame += ends + ports
      frame += [0, length - 20, 0, 0]
      frame += pdu
      played.append(frame)
    }
    // A copy follows 2 microseconds after its datagram.
    let seconds = played.indices.map { $0 % 2 == 0 ? 0.000_002 : 1 }
    func replay(_ log: LogKinds) throws -> String { try Run.replay(frames: played, seconds: seconds, log: log) }
    let all = try replay([.operationsAll]).split(separator: "\n")
      .map { try decoder.decode(Copy.self, from: Data($0.utf8)) }
    let frames: [UInt64] = Array(1...24)
    let originals: [UInt64?] = frames.map { frame in frame % 2 == 0 ? frame - 1 : nil }
    #expect(all.map(\.pcapCnt) == frames)
    #expect(all.map(\.copyOf) == originals)
    let lines = try replay([.operationsAll])
    let answered = lines.components(separatedBy: #""pairing":"answered""#).count - 1
    #expect(answered == 12, "copies answer copies")
    #expect(!lines.contains("unasked"))
    let some = try replay([.operations])
    #expect(!some.contains("copy_of") && some.contains(#""count":6"#))
  }

  @Test("the last line of cyclic messages has the counters of the latest one")
  func latest() throws {
    // PROFINET RT: frame id 8000, data, cycle counter, data status, transfer status.
    let frames = (1...5).map { (counter: UInt8) -> [UInt8] in
      var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x92, 0x80, 0]
      frame += [UInt8](repeating: 7, count: 40)
      return frame + [0x10, counter, 0x35, 0]
    }
    let lines = try Run.replay(frames: frames, log: [.operations]).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.contains(#""cycle_counter":4097"#) == true)
    #expect(lines.last?.contains(#""cycle_counter":4101"#) == true, "\(lines)")
  }

  @Test func `of a message with many operations the first are lines, those that change something, and the last`() {
    var lines = MessageLines()
    lines.count = 300
    func operation(_ action: Action) -> Monitor.Operation {
      Monitor.Operation(.none, action, .request, code: 3, name: "Read")
    }
    for _ in 0..<2 {
      // 300 operations: writes at 100 and 200, and 50 more from 220 on.
      let actions = (0..<300).map { $0 == 100 || $0 == 200 || (220..<270).contains($0) ? Action.write : .read }
      let written = actions.indices.map { lines.next(operation(actions[$0])) }
      let places = written.indices.filter { written[$0] != nil }
      #expect(places == Array(0..<32) + [100, 200] + Array(220..<250) + [299])
      #expect(written[299] == 300 - 65 && places.dropLast().allSatisfy { written[$0] == 0 })
    }
    #expect(lines.omissions == 2 * 235)
    lines.count = 33
    let few = (0..<33).map { _ in lines.next(operation(.read)) }
    #expect(few.allSatisfy { $0 == 0 })
  }

  @Test("at the limit, counts are written early and still add up")
  func bound() throws {
    var log = OperationLog(limit: 4, seed: 1)
    let output = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: output) }
    var sink = try Sink(path: output.path, pace: .waiting)
    var records = Records(AlertContext(nil, language: .en, host: nil))
    let moment = Moment()
    var firsts = 0
    for round in 0..<3 {
      for number in 0..<10 {
        let conversation = try Self.conversation(UInt64(number % 3))
        var operation = Operation(.none, .read, .request, code: 3, name: "Read")
        operation.target.address = UInt64(number)
        for _ in 0..<5
        where log.add(
          operation, Message(), in: conversation, sent: .toServer, at: moment, &records, to: &sink)
        { firsts += 1 }
        #expect(round >= 0)
      }
    }
    for number in 0..<3 { log.end(UInt64(number), Message(), &records, to: &sink) }
    sink.finish()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
      .map { try decoder.decode(Line.self, from: Data($0.utf8)) }
    #expect(firsts + lines.reduce(0) { $0 + ($1.count ?? 0) - 1 } == 150)
    #expect(log.evictions > 0)
  }

  private static func conversation(_ number: UInt64) throws -> Conversation {
    let frame: [UInt8] =
      [UInt8](repeating: 2, count: 12) + [8, 0, 0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
      + [0x9C, 0x40, 1, 0xF6, 0, 8, 0, 0]
    let packet = Packet(frame.bytes, linkType: .ethernet, length: frame.count)
    return Conversation(
      Flow(packet, time: 0, frame: number, sourceIsServer: false, basis: .firstSeen), number: number)
  }
}
