// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// How the engine reads streams with holes, bytes acknowledged before the capture began, and connections
/// on ports that belong to no protocol.
@Suite struct StreamReadingTests {
  private static func request(_ number: Int) -> [UInt8] { hex("0000 0006 01 03 0000 0001").prepending(big(number)) }
  private func player(_ basis: Flow.Basis = .syn, port: Int = 502) -> ScriptPlayer {
    ScriptPlayer(Script("modbus", .tcp(port), ""), basis)
  }

  @Test(
    "an unacknowledged hole is waited for as long as first retransmissions take, and no longer, even if the clock jumps back",
    arguments: [(2_900, 0), (3_100, 1), (-2_900, 0), (-3_100, 1)] as [(Int64, UInt64)])
  func hole(_ wait: Int64, _ late: UInt64) {
    var player = player()
    player.play(.toServer, Self.request(1))
    player.lose(.toServer, 12)
    player.play(.toServer, Self.request(3))
    #expect(player.total == 1, "what follows the hole waits")
    player.wait(milliseconds: wait)
    player.rewind(.toServer, 24)
    player.play(.toServer, Self.request(2))
    #expect(player.total == 3, "what comes after all is read after all")
    #expect(player.reader.counts.late == late, "bytes out of order that a receiver may accept are counted")
  }

  /// Recorded so in a laboratory: packets of a later part of the stream were sent again, long before that part came.
  @Test(
    "segments that come long before their place are read once, however the stream that fills the hole is cut",
    arguments: [1, 5, 12, 17, 30, 84])
  func ahead(_ size: Int) {
    var player = player()
    player.play(.toServer, Self.request(1))
    for (number, distance) in [(4, 24), (7, 24)] {
      player.lose(.toServer, distance)
      player.play(.toServer, Self.request(number))
      player.wait(milliseconds: 3_100)
      // Nobody acknowledges them; the next segment ends the waiting.
      player.rewind(.toServer, 12)
      player.play(.toServer, Self.request(number))
    }
    #expect(player.total == 3)
    player.rewind(.toServer, 72)
    var rest = (2...8).flatMap { Self.request($0) }[...]
    while !rest.isEmpty {
      player.play(.toServer, Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    #expect(player.total == 8)
  }

  @Test("the first segment of a direction is not read if the other end acknowledged it some time before")
  func acknowledged() {
    for (wait, read) in [(Int64(0), UInt64(2)), (10, 1)] {
      var player = player(.firstSeen)
      // The server acknowledges that it already has 12 bytes.
      player.lose(.toServer, 12)
      player.play(.toClient, hex("0001 0000 0005 01 03 02 0007"))
      player.rewind(.toServer, 12)
      player.wait(milliseconds: wait)
      player.play(.toServer, Self.request(1))
      #expect(player.total == read, "\(wait) ms later")
      player.play(.toServer, Self.request(2))
      #expect(player.total == read + 1)
    }
  }

  @Test("after lost bytes, unsolicited answers are not reported until the loss is long past")
  func answersAfterLoss() throws {
    var player = player()
    for number in 1...10 {
      player.play(.toServer, Self.request(number))
      player.play(.toClient, big(number) + hex("0000 0005 01 03 02 0007"))
    }
    // The mirror port loses questions 11 to 14; all are answered.
    player.lose(.toServer, 48)
    for number in 11...14 { player.play(.toClient, big(number) + hex("0000 0005 01 03 02 0007")) }
    player.play(.toServer, Self.request(15))
    player.wait(milliseconds: 5)
    for number in 15...19 { player.play(.toClient, big(number) + hex("0000 0005 01 03 02 0007")) }
    #expect(player.found.filter { $0.pairing == .unasked }.count >= 4)
    #expect(player.findings(.unaskedAnswer) == 0)
    // Long after the loss, answers without a question are reported.
    player.wait(milliseconds: 31_000)
    player.play(.toServer, Self.request(20))
    for number in 21...24 { player.play(.toClient, big(number) + hex("0000 0005 01 03 02 0007")) }
    #expect(player.findings(.unaskedAnswer) > 0)
  }

  @Test("on a port without a protocol, recognition is tried again whenever the other end sends")
  func turns() {
    var player = player(.firstSeen, port: 30_502)
    for _ in 0..<200 { player.play(.toClient, [UInt8](repeating: 0xAA, count: 100)) }
    #expect(player.dissector.isEmpty)
    player.play(.toServer, Self.request(1))
    #expect(player.dissector == "modbus")
    #expect(player.counts["modbus"]?.refused == 0, "what came before was not Modbus")
  }

  @Test("an answer has all targets of its question, each with its values")
  func targets() {
    let seven = { (kind: Int, parameters: String, data: String) -> [UInt8] in
      let (parameters, data) = (hex(parameters), hex(data))
      let head = [0x32, UInt8(kind), 0, 0, 0, 1] + big(parameters.count) + big(data.count) + (kind == 3 ? [0, 0] : [])
      return [3, 0] + big(7 + head.count + parameters.count + data.count) + [2, 0xF0, 0x80] + head + parameters + data
    }
    var player = ScriptPlayer(Script("S7", .tcp(102), ""))
    player.play(
      .toServer, seven(1, "04 02 120A10 04 0001 0001 84 000020 120A10 08 0001 0000 83 000050", ""))
    player.play(.toClient, seven(3, "04 02", "FF04 0010 1234 FF04 0020 3FC00000"))
    #expect(
      player.operations.last?.contains(#""targets":["DB1.DBB4-5","MB10-13"]"#) == true, "\(player.operations)")
    #expect(targetTexts(player.reader.exchange) == ["DB1.DBB4-5", "MB10-13"])
    #expect(player.found.last?.pairing == .answered)
    #expect(player.reader.exchange.items[0].values.format == .float32)
  }
}

extension [UInt8] {
  fileprivate func prepending(_ prefix: [UInt8]) -> [UInt8] { prefix + self }
}
