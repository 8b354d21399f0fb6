// SPDX-License-Identifier: Apache-2.0
import Capture
import Foundation
import Testing

@testable import Monitor

/// `--log operations` says in few lines what `--log operations-all` says in many: nothing that was seen disappears.
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

  @Test("a first line for each sort, a last one with its count: together they are all messages", arguments: captures)
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

  @Test("cyclic polling is a handful of lines")
  func few() throws {
    let all = try Self.lines("model-factory/normal-work", [.operationsAll]).count
    #expect(try Self.lines("model-factory/normal-work", [.operations]).count * 10 < all)
  }

  @Test("at its bound sums are written early, and still add up")
  func bound() throws {
    var log = OperationLog(limit: 4, seed: 1)
    let output = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: output) }
    var sink = try Sink(path: output.path, pace: .waiting)
    var records = Records(AlertContext(nil, language: .en, host: nil, interface: nil))
    let moment = Moment()
    var firsts = 0
    for round in 0..<3 {
      for number in 0..<10 {
        let conversation = try Self.conversation(UInt64(number % 3))
        var operation = Operation(.none, .read, .request, code: 3, name: "Read")
        operation.target.address = UInt64(number)
        for _ in 0..<5
        where log.add(operation, Message(), conversation, .toServer, moment, &records, to: &sink) { firsts += 1 }
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
