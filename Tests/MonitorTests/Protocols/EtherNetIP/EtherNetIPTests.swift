// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// The encapsulation: what comes before a session, and what it refuses.
@Suite struct EtherNetIPTests {
  private static let register = enip(0x65, hex("01000000"), session: 0)
  private static func command(_ code: Int, _ data: String = "") -> [UInt8] { enip(code, hex(data)) }

  @Test(
    "messages that decide nothing may come before the one that does, in the same segment and cut anywhere",
    arguments: [
      [command(0)], [command(0, "AABBCC")], [command(1)], [command(1, "00000000")],
      [command(0), command(1), command(0)],
      [command(0x71)], [command(0xC7, "00")], Array(repeating: command(0), count: 20),
      [command(0, String(repeating: "5A", count: 700))],
    ])
  func prefaces(_ messages: [[UInt8]]) {
    let stream = messages.flatMap { $0 } + Self.register
    guard case .yes(.toServer) = recognition(stream, expected: true, by: EtherNetIP.self) else {
      Issue.record("not recognised")
      return
    }
    for end in 1..<stream.count {
      if case .no = recognition(Array(stream[..<end]), expected: true, by: EtherNetIP.self) {
        Issue.record("given up after \(end) bytes")
      }
    }
    var player = ScriptPlayer(Script("ENIP", .tcp(44_818), ""))
    player.play(.toServer, stream)
    player.play(.toClient, enip(0x65, hex("01000000")))
    #expect(player.counts["enip"]?.refused == 0 && player.counts["enip"]?.understood == UInt64(messages.count + 2))
  }

  @Test func `on another port a NOP is passed over, and nothing is waited for behind it`() {
    let stream = Self.command(0) + Self.register
    guard case .yes(.toServer) = recognition(stream, expected: false, by: EtherNetIP.self) else {
      Issue.record("not recognised")
      return
    }
    for other in [Self.command(0), Array(stream.prefix(40)), Self.command(1) + Self.register] {
      if case .yes = recognition(other, expected: false, by: EtherNetIP.self) { Issue.record("taken for EtherNet/IP") }
    }
    // A run of zeros is no conversation.
    for count in [1, 24, 48, 700, 5000] {
      for expected in [true, false] {
        if case .yes = recognition(Array(repeating: 0, count: count), expected: expected, by: EtherNetIP.self) {
          Issue.record("\(count) zeros taken for EtherNet/IP")
        }
      }
    }
  }

  @Test func `what the encapsulation refuses has its status, and the request that it carried is no longer expected`() {
    var exchange = conversation()
    _ = exchange.step(unconnected("4C 03 9103 414243 00 0100"), EtherNetIP.self)
    #expect(exchange.waiting(transaction: 9, unit: EtherNetIPPlace.outermost) != nil)
    exchange.direction = .toClient
    _ = exchange.step(enip(0x6F, [], status: 0x64), EtherNetIP.self)
    #expect(exchange.operations[0].outcome == .error(code: 0x64, name: ""))
    #expect(exchange.operations[0].pairing == .answered && exchange.operations[0].fault == nil)
    #expect(exchange.waiting(transaction: 9, unit: EtherNetIPPlace.outermost) == nil)
    // Connected data are reports, but a status is one of an answer.
    _ = exchange.step(enip(0x70, [], status: 0x64), EtherNetIP.self)
    #expect(exchange.operations[0].outcome == .error(code: 0x64, name: ""))
    #expect(exchange.operations[0].fault == nil)
  }

  @Test(
    "a refused RegisterSession may have its data or not, and a request has no status",
    arguments: [
      (Direction.toClient, 0x65, "", 0x69, nil), (.toClient, 0x65, "01000000", 0x69, nil),
      (.toClient, 0x65, "0100", 0x69, "Length"), (.toClient, 0x65, "", 0, "Length"), (.toServer, 0x65, "", 0, "Length"),
      (.toServer, 0x65, "01000000", 1, "Status"), (.toServer, 0x66, "", 0x64, "Status"), (.toClient, 0x01, "", 1, nil),
    ] as [(Direction, Int, String, Int, String?)])
  func statuses(_ direction: Direction, _ code: Int, _ data: String, _ status: Int, _ field: String?) {
    var exchange = conversation(direction)
    _ = exchange.step(enip(code, hex(data), status: status), EtherNetIP.self)
    #expect(exchange.operations[0].fault?.field.description == field)
    if direction == .toClient {
      #expect(exchange.operations[0].outcome == (status == 0 ? .ok : .error(code: UInt32(status), name: "")))
    }
  }
}
