// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Monitor

@Suite struct ModbusFramingTests {
  private static let messages = modbusSamples.flatMap { [mbap(hex($0.request)), mbap(hex($0.response))] }

  @Test("an incomplete message in a stream waits for more bytes, but for no more than it needs")
  func streamTruncation() {
    for message in Self.messages {
      for length in 0..<message.count {
        var exchange = conversation()
        let step = exchange.step(Array(message.prefix(length)))
        #expect(step == .incomplete(length < 6 ? 8 : message.count))
        #expect(exchange.operations.isEmpty && exchange.fault == nil)
      }
    }
  }

  @Test("a message cut in a datagram is refused as truncated")
  func datagramTruncation() {
    for message in Self.messages {
      for length in 1..<message.count {
        var exchange = conversation()
        exchange.isDatagram = true
        #expect(exchange.step(Array(message.prefix(length))) == .refused(length))
        #expect(exchange.fault?.kind == .truncated)
      }
      var exchange = conversation()
      exchange.isDatagram = true
      #expect(exchange.step(message) == .message(message.count))
    }
  }

  @Test("several messages in one segment are read one by one")
  func manyInSegment() throws {
    var exchange = conversation()
    var rest = modbusSamples.flatMap { mbap(hex($0.request)) }
    for sample in modbusSamples {
      guard case .message(let length) = exchange.step(rest) else {
        Issue.record("stopped before \(sample.name)")
        return
      }
      #expect(exchange.operations.first?.code == sample.code)
      rest.removeFirst(length)
    }
    #expect(rest.isEmpty)
  }

  @Test(
    "impossible lengths are refused and never waited for",
    arguments: [
      ("0001 0000 0000 11 03", Fault.Kind.length), ("0001 0000 0001 11 03", .length), ("0001 0000 00FF 11 03", .length),
      ("0001 0000 FFFF 11 03", .length), ("0001 0001 0006 11 03 0000 0001", .framing), ("4745 54", .framing),
      ("0001 0000 06", .length),
    ])
  func refused(_ bytes: String, _ kind: Fault.Kind) {
    var exchange = conversation()
    guard case .refused(let length) = exchange.step(hex(bytes)) else {
      Issue.record("not refused")
      return
    }
    #expect(1...hex(bytes).count ~= length)
    #expect(exchange.fault?.kind == kind)
    #expect(exchange.operations.isEmpty)
  }

  @Test("garbage is skipped up to the next message, even if only its beginning is in the segment")
  func resynchronise() {
    let message = mbap(hex("03 006B 0003"))
    let garbage = hex("FF FE 12 34 56 78 9A BC DE F0 11 22")
    // One byte of it could also be the second byte of a transaction number.
    for kept in 2...message.count {
      var exchange = conversation()
      #expect(exchange.step(garbage + message.prefix(kept)) == .refused(garbage.count))
      #expect(exchange.fault?.kind == .framing)
    }
    var exchange = conversation()
    let inDatagram = garbage + message
    exchange.isDatagram = true
    #expect(exchange.step(inDatagram) == .refused(inDatagram.count))
  }

  @Test("zeros within another protocol's bytes are not taken for the header of an unknown function")
  func falseHeader() {
    // The end of a TLS hello: its extensions look like a header with length 10 and function 10.
    let foreign = hex(
      "16 03 01 002A 01 000026 0303 00 05 0005 01 0000 0000 000A 000A 0008 0006 0017 0018 0019 000B 0002 0100 7F")
    var exchange = conversation()
    // The last two bytes could always be a transaction number.
    #expect(exchange.step(foreign) == .refused(foreign.count - 2))
  }

  @Test("Modbus is recognised on its port and by content alone, with the direction where the content shows it")
  func recognised() throws {
    for sample in modbusSamples {
      let function = ModbusFunction(rawValue: UInt8(sample.code))
      let isPublic = function.isPublic || function == .unity
      for bytes in [mbap(hex(sample.request)), mbap(hex(sample.response))] {
        guard case .yes = recognition(bytes, expected: true) else {
          Issue.record("\(sample.name) on 502")
          return
        }
        if case .yes = recognition(bytes, expected: false) { #expect(isPublic) } else { #expect(!isPublic) }
      }
    }
    let directions: [(String, Direction?)] = [
      ("03 006B 0003", .toServer), ("03 06 022B 0000 0064", .toClient), ("83 02", .toClient),
      ("01 0013 0013", .toServer),
      ("10 0001 0002", .toClient), ("10 0001 0001 02 000A", .toServer), ("07", .toServer), ("07 6D", .toClient),
      ("06 0001 0003", nil), ("2B 0E 01 00", .toServer), ("03 0000 007F", .toServer), ("01 0300 0001", nil),
    ]
    for (pdu, direction) in directions {
      guard case .yes(let shown) = recognition(mbap(hex(pdu)), expected: true) else {
        Issue.record("\(pdu) not recognised")
        return
      }
      #expect(shown == direction, "\(pdu)")
    }
  }

  @Test("the beginning of a message is undecided, that of another protocol is not")
  func undecided() {
    let message = mbap(hex("03 006B 0003"))
    for length in 0..<message.count {
      guard case .undecided = recognition(Array(message.prefix(length)), expected: false) else {
        Issue.record("prefix of \(length)")
        return
      }
    }
    guard case .yes(nil) = recognition(Array(message.prefix(8)), expected: true) else {
      Issue.record("framing on the port")
      return
    }
  }

  @Test(
    "a whole message with an impossible code is malformed Modbus on its port, and unrecognised elsewhere",
    arguments: [hex("0001 0000 0003 11 00 00"), hex("0001 0000 0004 11 83 02 00")])
  func malformedOnPort(_ bytes: [UInt8]) {
    guard case .yes = recognition(bytes, expected: true), case .no = recognition(bytes, expected: false) else {
      Issue.record("recognised wrongly")
      return
    }
  }

  @Test(
    "other protocols are not taken for Modbus",
    arguments: [
      Array("GET / HTTP/1.1\r\nHost: plc\r\n\r\n".utf8), hex("16 03 01 00A5 01 0000A1 0303 1122334455667788"),
      Array(repeating: 0, count: 64), Array(repeating: 0xFF, count: 64), Array("SSH-2.0-OpenSSH_9.2\r\n".utf8),
      hex("1A2B 0100 0001 0000 0000 0000 03 706C63 00 0001 0001"),
      hex("001D 1A2B 0100 0001 0000 0000 0000 03 706C63 00"),
      hex("0000 0000 0001 0000 0000 0000 03 706C63 00 000C 0001"), hex("0300 0016 11E0 0000 0001 00C1 0201 00"),
    ] as [[UInt8]])
  func foreign(_ bytes: [UInt8]) {
    for expected in [true, false] {
      guard case .no = recognition(bytes, expected: expected) else {
        Issue.record("taken for Modbus, expected \(expected)")
        return
      }
    }
  }

  @Test(
    "on another port the whole message must be valid",
    arguments: [
      mbap(hex("03 0000 0000")), mbap(hex("03 0000 00")), mbap(hex("41 00")), mbap(hex("83 63")),
      mbap(hex("05 0000 1234")),
      mbap(hex("03 0000 0001")) + hex("4142 4344"), mbap(hex("08 0005 00")),
    ])
  func strict(_ bytes: [UInt8]) {
    guard case .no = recognition(bytes, expected: false) else {
      Issue.record("taken for Modbus")
      return
    }
  }

  @Test("random bytes are hardly ever taken for Modbus")
  func random() {
    var generator = Dice(state: 1)
    var taken = 0
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 8...64, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      if case .yes = recognition(bytes, expected: false) { taken += 1 }
      if case .yes = recognition(bytes, expected: false, by: ModbusRTU.self) { taken += 1 }
    }
    #expect(taken == 0)
  }
}
