// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct CCLinkIEFieldBasicTests {
  @Test func `cyclic data of CC-Link IE Field Network Basic is distinguished from SLMP, and read`() throws {
    let script = Script("", .udp(61_450), cyclicFrames)
    for (place, message) in script.messages.enumerated() {
      let (word, bit) = place == 0 ? (UInt16(0x0102), 0) : (0x0304, 7)
      if case .yes = recognition(message.bytes, expected: true, by: SLMP.self) { Issue.record("taken for SLMP") }
      guard case .yes = recognition(message.bytes, expected: false, by: CCLinkIEFieldBasic.self) else {
        Issue.record("not recognised")
        continue
      }
      var exchange = conversation(message.direction)
      try #require(exchange.step(message.bytes, CCLinkIEFieldBasic.self) == .message(message.bytes.count))
      let operation = exchange.operations[0]
      #expect(operation.unit == 1 && operation.facets[.station] == 1 && operation.facets[.sequenceNumber] == 0x06D8)
      #expect(operation.facets[.mode] == 1 && operation.fault == nil && operation.cyclic == .yes)
      #expect(operation.values.numbers(in: message.bytes) == [word] + Array(repeating: 0, count: 31))
      #expect(exchange.items[0].values.numbers(in: message.bytes).firstIndex(of: 1) == bit)
      // Truncated, and with a count that does not fit the data.
      var broken = message.bytes
      broken.removeLast()
      _ = exchange.step(broken, CCLinkIEFieldBasic.self)
      #expect(exchange.operations[0].fault != nil)
    }
  }
}
