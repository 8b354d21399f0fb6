// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor

/// Lines about flows that last: at their start, each hour, and at their end.
@Suite struct FlowLogTests {
  static let client = Plant.Station("192.168.10.21")
  static let server = Plant.Station("192.168.10.11")

  /// A line of a flow: which one it is, at which age, and its packets to the server.
  struct Line: Equatable {
    let kind: String
    let age: Int
    let packets: Int
    init(_ kind: String, _ age: Int, _ packets: Int) {
      self.kind = kind
      self.age = age
      self.packets = packets
    }
    init(_ record: Record) {
      let labels = record.value("metadata.flowbits") as? [String] ?? []
      let lasting = labels.first { $0.hasPrefix("lasting-") }.map { String($0.dropFirst("lasting-".count)) }
      kind = record.text("flow.reason") ?? lasting ?? "?"
      age = record.number("flow.age") ?? -1
      packets = record.number("flow.pkts_toserver") ?? -1
    }
  }
  private static func lines(_ records: [Record], port: Int = 502) -> [Line] {
    records.filter { $0.number("dest_port") == port }.map(Line.init)
  }

  @Test(
    "a flow that lasts has a line after a minute, each hour, and at its end, with the counts since its first packet")
  func lasting() throws {
    let plant = try Plant(language: .en, log: .flows)
    let connection = Connection(plant, from: Self.client, to: Self.server).open()
    for _ in 0..<810 {
      connection.ask([1], wait: 5)
      connection.answer([2], wait: 5)
    }
    let during = try plant.written()
    // Two packets of the handshake, and one each ten seconds.
    #expect(Self.lines(during) == [Line("start", 60, 9), Line("hourly", 3600, 363), Line("hourly", 7200, 723)])
    #expect(during.allSatisfy { $0.text("flow.state") == "established" })
    let all = try plant.finish()
    #expect(Self.lines(all).last == Line("shutdown", 8095, 812))
    #expect(Self.lines(all).count == 4 && Set(all.map { $0.number("flow_id") }).count == 1)
    // Whoever adds up takes the lines with a reason.
    #expect(Self.lines(all).filter { !["start", "hourly"].contains($0.kind) }.map(\.packets).reduce(0, +) == 812)
  }

  @Test("a shorter flow has one line, however long the monitor waits for more of it")
  func short() throws {
    let plant = try Plant(language: .en, log: .flows)
    let other = Connection(plant, from: Self.client, to: Self.server, port: 102, clientPort: 40_001).open()
    let closed = Connection(plant, from: Self.client, to: Self.server).open()
    closed.ask([1], wait: 50)
    closed.close()
    for _ in 0..<100 { other.ask([1], wait: 5) }
    #expect(Self.lines(try plant.written()) == [Line("timeout", 50, 5)])
    #expect(Self.lines(try plant.written(), port: 102).map(\.kind) == ["start"])
  }

  @Test("a connection that is open and silent is long from its first hour on")
  func silent() throws {
    let plant = try Plant(language: .en, log: .flows)
    Connection(plant, from: Self.client, to: Self.server).open()
    let other = Connection(plant, from: Self.client, to: Self.server, port: 102, clientPort: 40_001).open()
    for _ in 0..<400 { other.ask([1], wait: 10) }
    #expect(Self.lines(try plant.written()) == [Line("hourly", 0, 2)])
  }

  @Test("datagrams and attempts that nobody answers are short until they were sent for a minute", arguments: [50, 70])
  func datagrams(_ seconds: Int) throws {
    let plant = try Plant(language: .en, log: .flows)
    for _ in 0...seconds { plant.send(plant.udp([1], 5_000, 502, from: Self.client, to: Self.server), wait: 1) }
    let lines = Self.lines(try plant.finish())
    #expect(lines.map(\.kind) == (seconds < 60 ? ["shutdown"] : ["start", "shutdown"]))
    #expect(lines.last?.packets == seconds + 1)
  }
}
