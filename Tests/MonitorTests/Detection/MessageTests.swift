// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Testing

@testable import Monitor

/// What detectors report about messages: scans of functions and units, exceptions, questions and
/// answers, faults, visibility.
@Suite struct MessageTests {
  private static let hmi = Plant.Station("192.168.10.21")
  private static let plc = Plant.Station("192.168.10.11")

  private func play(_ body: (Connection, Plant) -> Void) throws -> [String: UInt64] {
    let plant = try Plant()
    body(Connection(plant, from: Self.hmi, to: Self.plc).open(), plant)
    return plant.found
  }

  @Test("refused function codes are a scan from the tenth on", arguments: [9, 10, 127])
  func functionCodes(_ count: Int) throws {
    let found = try play { connection, plant in
      for code in 1...count {
        connection.modbus([UInt8(code)], [UInt8(code) | 0x80, 1])
        plant.wait(1.5)
      }
    }
    #expect((found["function-scan"] != nil) == (count >= 10))
  }

  @Test("a station that uses many functions successfully is not scanning")
  func manyFunctions() throws {
    let found = try play { connection, _ in
      for code in [1, 2] { connection.modbus([UInt8(code), 0, 0, 0, 8], [UInt8(code), 1, 0]) }
      for code in [3, 4] { connection.modbus([UInt8(code), 0, 0, 0, 1], [UInt8(code), 2, 0, 7]) }
      for pdu in [[5, 0, 1, 0xFF, 0], [6, 0, 1, 0, 7], [8, 0, 0, 1, 2], [22, 0, 4, 0, 0xF2, 0, 0x25]] as [[UInt8]] {
        connection.modbus(pdu, pdu)
      }
      connection.modbus([7], [7, 0])
      connection.modbus([11], [11, 0, 0, 0, 1])
      connection.modbus([15, 0, 0, 0, 8, 1, 255], [15, 0, 0, 0, 8])
      connection.modbus([16, 0, 0, 0, 1, 2, 0, 7], [16, 0, 0, 0, 1])
      connection.modbus([17], [17, 2, 1, 0xFF])
      connection.modbus([23, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 7], [23, 2, 0, 7])
    }
    #expect(found == [:])
  }

  @Test(
    "units that do not answer are a scan from the 15th on; a gateway with many units is not", arguments: [14, 15, 200],
    [true, false])
  func units(_ count: Int, _ isAnswered: Bool) throws {
    let found = try play { connection, _ in
      for unit in 1...count {
        connection.modbus([3, 0, 0, 0, 1], isAnswered ? [3, 2, 0, 7] : nil, unit: UInt8(unit), wait: 0.5)
      }
    }
    #expect((found["function-scan"] != nil) == (count >= 15 && !isAnswered))
  }

  @Test("ten exceptions in ten seconds are a burst", arguments: [(9, 0.1, false), (10, 0.1, true), (20, 1.5, false)])
  func exceptions(_ count: Int, _ pause: Double, _ isBurst: Bool) throws {
    let found = try play { connection, _ in
      for _ in 0..<count { connection.modbus([3, 0, 0, 0, 1], [0x83, 2], wait: pause) }
    }
    #expect((found["exception-burst"] != nil) == isBurst)
    #expect(found["function-scan"] == nil)
  }

  @Test("a mismatched answer is a finding at once")
  func mismatched() throws {
    let found = try play { connection, _ in connection.modbus([3, 0, 0, 0, 2], [3, 2, 0, 7]) }
    #expect(found == ["mismatched-answer": 1])
    #expect(
      try play { connection, _ in connection.modbus([3, 0, 0, 0, 2], [4, 4, 0, 7, 0, 8]) } == ["mismatched-answer": 1])
  }

  @Test("an answer may match any of several requests pending under the same transaction number")
  func sameTransaction() throws {
    let found = try play { connection, _ in
      let writes: [[UInt8]] = [[6, 0, 4, 9, 0xC4], [6, 0, 4, 0, 0], [6, 0, 5, 0x36, 0xC1]]
      for write in writes { connection.ask(Connection.message(504, write)) }
      for write in writes { connection.answer(Connection.message(504, write)) }
    }
    #expect(found == [:])
  }

  @Test("neither an identically repeated request nor a surplus answer hides a mismatched answer")
  func repeatedRequest() throws {
    let repeated = try play { connection, _ in
      for _ in 0..<2 { connection.ask(Connection.message(7, [3, 0, 0, 0, 2])) }
      connection.answer(Connection.message(7, [3, 2, 0, 7]))
    }
    #expect(repeated == ["mismatched-answer": 1])
    let tooMany = try play { connection, _ in
      for write in [[6, 0, 4, 9, 0xC4], [6, 0, 4, 0, 0]] as [[UInt8]] { connection.ask(Connection.message(504, write)) }
      for value in [0xC4, 0xC5] as [UInt8] { connection.answer(Connection.message(504, [6, 0, 4, 9, value])) }
    }
    #expect(tooMany == ["mismatched-answer": 1])
  }

  @Test("a device that refuses a malformed request is not reported for it")
  func refusal() throws {
    let found = try play { connection, _ in connection.modbus([0], [0x80, 1]) }
    #expect(found == ["malformed-message": 1])
  }

  @Test("unsolicited answers are a finding from the third on", arguments: 1...4)
  func unasked(_ count: Int) throws {
    let found = try play { connection, _ in
      for _ in 0..<8 { connection.read() }
      for number in 0..<count { connection.answer(Connection.message(9000 + number, [3, 2, 0, 7])) }
    }
    #expect(found == (count >= 3 ? ["unasked-answer": UInt64(count - 2)] : [:]))
  }

  @Test("unanswered requests are a finding from the fifth on", arguments: 3...6)
  func unanswered(_ count: Int) throws {
    let found = try play { connection, plant in
      connection.read()
      for _ in 0..<count { connection.modbus([3, 0, 0, 0, 1], nil) }
      // Time passes; it is noticed only when a frame arrives.
      for _ in 0..<6 {
        plant.wait(10)
        connection.read()
      }
    }
    #expect(found == (count >= 5 ? ["unanswered-request": UInt64(count - 4)] : [:]))
  }

  @Test("a message that violates the specification is one finding, and the next message is read")
  func malformed() throws {
    let found = try play { connection, _ in
      connection.modbus([3, 0, 0, 0, 200], [0x83, 3])
      connection.read()
      connection.ask([0, 1, 0, 9, 0, 6, 1, 3, 0, 0, 0, 1])
      connection.read()
    }
    #expect(found == ["malformed-message": 2])
  }

  @Test(
    "a retransmission with other bytes is tampering, with the same bytes it is not, whatever the protocol",
    arguments: [502, 4712])
  func tampering(_ port: Int) throws {
    for (isChanged, expected) in [(false, [:]), (true, ["stream-tampering": 1])] as [(Bool, [String: UInt64])] {
      let plant = try Plant()
      let connection = Connection(plant, from: Self.hmi, to: Self.plc, port: port).open()
      let again = Connection(plant, from: Self.hmi, to: Self.plc, port: port)
      // The second connection's sequence numbers begin where the first one's did: what it sends is a retransmission.
      again.isServerVisible = false
      again.isClientVisible = false
      again.open()
      again.isClientVisible = true
      // The other port has no protocol: unknown bytes are sent there first, until recognition is given up.
      for number in 0..<(port == 502 ? 0 : 6) {
        for end in [connection, again] { end.ask([0xAA, 1, UInt8(number), 7]) }
      }
      connection.ask(Connection.message(1, [3, 0, 0, 0, 1]))
      again.ask(Connection.message(1, isChanged ? [6, 0, 0, 0, 1] : [3, 0, 0, 0, 1]))
      #expect(plant.found == expected)
    }
  }

  @Test("connections seen in one direction only are reported once enough packets were seen", arguments: [true, false])
  func visibility(_ isClientVisible: Bool) throws {
    let plant = try Plant()
    let connection = Connection(plant, from: Self.hmi, to: Self.plc)
    connection.isClientVisible = isClientVisible
    connection.isServerVisible = !isClientVisible
    connection.open()
    for _ in 0..<5 { connection.read() }
    #expect(plant.found == [:])
    for _ in 0..<5 { connection.read() }
    #expect(plant.kinds == ["one-way-visibility"])
  }

  @Test("nothing is reported if both directions are visible, nor for one asymmetric connection among many")
  func visible() throws {
    let plant = try Plant()
    for port in 0..<9 {
      let connection = Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 40_000 + port).open()
      for _ in 0..<10 { connection.read() }
    }
    let asymmetric = Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 41_000)
    asymmetric.isServerVisible = false
    asymmetric.open()
    for _ in 0..<10 { asymmetric.read() }
    #expect(plant.found == [:])
  }
}
