// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// What alerts name: the operation itself, its zone and its frame; and which operations are alerts of their own.
@Suite struct AlertTextTests {
  struct Line: Decodable {
    struct Alert: Decodable {
      struct Metadata: Decodable { let kind: [String] }
      struct Context: Decodable {
        struct Operation: Decodable { let name: String }
        let alertId: String
        let operation: Operation?
      }
      let signature: String
      let severity: Int
      let metadata: Metadata
      let context: Context
    }
    let pcapCnt: UInt64
    let alert: Alert
  }
  private static let site = """
    site: Test plant
    zones:
      line: {importance: high, networks: [192.168.10.0/24]}
    assets:
      plc: {zone: line, mac: "02:00:00:00:00:0b", ip: 192.168.10.11, role: plc}
      hmi: {zone: line, mac: "02:00:00:00:00:15", ip: 192.168.10.21, role: hmi}
      relay: {zone: line, mac: "02:00:00:00:00:30", role: ied}
    conduits:
      - {from: relay, to: any, services: [goose], targets: ["control-block RELAY1*"]}
    """

  /// The alerts that frames raise, one second apart; without a site file if `site` is nil.
  private func alerts(_ frames: [[UInt8]], site: String? = site, seconds: [Double] = []) throws -> [Line] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appending(path: "sekisho-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    var read: Site?
    if let site {
      try site.write(to: file, atomically: true, encoding: .utf8)
      read = try Site.load(file: file.path)
    }
    return try Run.replay(frames: frames, seconds: seconds, site: read).split(separator: "\n")
      .map { try decoder.decode(Line.self, from: Data($0.utf8)) }
  }

  private func datagram(from: UInt8, to: UInt8, _ ports: (Int, Int), _ payload: [UInt8], number: Int) -> [UInt8] {
    var frame: [UInt8] = [2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0, 0x45, 0]
    frame += big(28 + payload.count) + big(number) + [0, 0, 64, 17, 0, 0]
    frame += [192, 168, 10, from, 192, 168, 10, to]
    frame += big(ports.0) + big(ports.1) + big(8 + payload.count) + [0, 0]
    return frame + payload
  }
  private func fins(_ command: String, number: Int) -> [UInt8] {
    datagram(
      from: 21, to: 11, (9600, 9600), hex("80 00 02 00 0B 00 00 15 00 \(number < 10 ? "0" : "")\(number)" + command),
      number: number)
  }

  @Test("a stop does not count as a repetition of a start: each command to a controller is an alert of its own")
  func stop() throws {
    let lines = try alerts([
      fins("0401 FFFF 04", number: 1), fins("0401 FFFF 04", number: 2), fins("0402 FFFF", number: 3),
    ])
    .filter { $0.alert.metadata.kind == ["controller-command"] }
    #expect(lines.compactMap(\.alert.context.operation?.name).prefix(2) == ["RUN", "STOP"])
    #expect(Set(lines.map(\.alert.context.alertId)).count == 2)
  }

  @Test("an upload from a controller does not hide a later download to it")
  func load() throws {
    let (fetch, load) = ("0306 FFFF 00000000 0010", "0307 FFFF 00000000 0004 01020304")
    let lines = try alerts([fins(fetch, number: 1), fins(fetch, number: 2), fins(load, number: 3)])
      .filter { $0.alert.metadata.kind == ["controller-command"] }
    #expect(lines.compactMap(\.alert.context.operation?.name).prefix(2) == ["Program Area Read", "Program Area Write"])
  }

  @Test("an unknown device is in the zone of its address, whatever its first packet")
  func zone() throws {
    let lines = try alerts([
      datagram(from: 66, to: 11, (40_000, 9600), hex("80 00 02 00 0B 00 00 42 00 01 0501 00"), number: 1)
    ])
    .filter { $0.alert.metadata.kind[0].hasPrefix("unknown") }
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { $0.alert.signature.hasSuffix("in zone line") && $0.alert.severity == 2 })
  }

  @Test(
    "a conduit also limits messages to a multicast group",
    arguments: [("RELAY1LD0/LLN0$GO$gcb1", false), ("FORGED/LLN0$GO$gcb1", true)])
  func group(_ name: String, _ isFound: Bool) throws {
    func field(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] { [tag, UInt8(value.count)] + value }
    var pdu = field(0x80, Array(name.utf8)) + field(0x81, [7, 0xD0]) + field(0x82, Array("DS1".utf8))
    pdu += field(0x83, Array("G1".utf8)) + field(0x84, [0, 0, 0, 1, 0, 0, 0, 0]) + field(0x85, [1]) + field(0x86, [0])
    pdu += field(0x87, [0]) + field(0x88, [1]) + field(0x89, [0]) + field(0x8A, [1]) + field(0xAB, field(0x83, [1]))
    let apdu = field(0x61, pdu)
    let frame =
      hex("01 0C CD 01 00 01 02 00 00 00 00 30 88 B8 0001") + big(8 + apdu.count) + [0, 0, 0, 0] + apdu
    let lines = try alerts([frame]).filter { $0.alert.metadata.kind == ["operation-not-allowed"] }
    #expect(lines.isEmpty == !isFound)
  }

  @Test(
    "function codes of two bytes are distinguished by both bytes: a scan over groups of functions is a scan, too",
    arguments: [true, false])
  func scan(_ isOverGroups: Bool) throws {
    var frames: [[UInt8]] = []
    for number in 1...24 {
      let code = isOverGroups ? [UInt8(number), 1] : [1, UInt8(number)]
      let request = hex("80 00 02 00 0B 00 00 15 00") + [UInt8(number)] + code
      let answer = hex("C0 00 02 00 15 00 00 0B 00") + [UInt8(number)] + code + [4, 1]
      frames.append(datagram(from: 21, to: 11, (9600, 9600), request, number: 2 * number))
      frames.append(datagram(from: 11, to: 21, (9600, 9600), answer, number: 2 * number + 1))
    }
    #expect(try alerts(frames, site: nil).contains { $0.alert.metadata.kind == ["function-scan"] })
  }

  @Test("a question without an answer is reported with its own frame")
  func unanswered() throws {
    func read(_ number: Int) -> [UInt8] {
      hex("80 00 02 00 0B 00 00 15 00") + [UInt8(number)] + hex("0101 82 0000 00 0001")
    }
    var frames: [[UInt8]] = []
    for number in 1...5 {
      frames.append(datagram(from: 21, to: 11, (9600, 9600), read(number), number: 2 * number))
      let answer = hex("C0 00 02 00 15 00 00 0B 00") + [UInt8(number)] + hex("0101 0000 0001")
      frames.append(datagram(from: 11, to: 21, (9600, 9600), answer, number: 2 * number + 1))
    }
    for number in 11...30 { frames.append(datagram(from: 21, to: 11, (9600, 9600), read(number), number: 2 * number)) }
    frames.append(
      hex("FFFFFFFFFFFF 020000000015 0806 0001 0800 06 04 0001 020000000015 C0A80A15 000000000000 C0A80A0B"))
    let lines = try alerts(frames, site: nil, seconds: [Double](repeating: 0.1, count: 29) + [60])
      .filter { $0.alert.metadata.kind == ["unanswered-request"] }
    #expect(lines.first.map { 11...30 ~= $0.pcapCnt } == true, "\(lines.map(\.pcapCnt))")
  }
}
