// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// What detectors report about interventions: logins, selections, strangers, clocks and refusals, in very
/// different protocols.
@Suite struct ControlTests {
  private static let plc = Plant.Station("192.168.10.11")
  private static func station(_ number: Int) -> Plant.Station { Plant.Station("192.168.10.\(number)") }

  private func connect(_ plant: Plant, _ number: Int = 21, port: Int, clientPort: Int = 40_000) -> Connection {
    Connection(plant, from: Self.station(number), to: Self.plc, port: port, clientPort: clientPort).open()
  }
  /// Time passes only with frames.
  private func pass(_ seconds: Double, _ plant: Plant) {
    plant.wait(seconds)
    plant.send(plant.arp(1, Self.station(21), Self.plc))
  }

  // MARK: Logins

  private static let unlock = hex("500000FFFF03000C00 1000 3016 0000 0400 31313131")
  private static let refusal = hex("D00000FFFF03000B00 00C2 00FFFF0300 3016 0000")
  private static let consent = hex("D00000FFFF03000200 0000")

  @Test(
    "three refused logins are reported as failures, ten as guessing; successful ones do not count",
    arguments: [
      (2, []), (3, ["login-failures"]), (9, ["login-failures"]), (10, ["login-failures", "password-guessing"]),
    ])
  func logins(_ count: Int, _ expected: [String]) throws {
    let plant = try Plant()
    let connection = connect(plant, port: 5000)
    for _ in 0..<count {
      connection.ask(Self.unlock)
      connection.answer(Self.refusal, wait: 1)
    }
    for _ in 0..<20 {
      connection.ask(Self.unlock)
      connection.answer(Self.consent, wait: 1)
    }
    // A login is a deed that only a site file could allow.
    #expect(plant.kinds == Set(expected + ["controller-command"]))
  }

  @Test func `refused logins that are far apart are not reported`() throws {
    let plant = try Plant()
    let connection = connect(plant, port: 5000)
    for _ in 0..<6 {
      connection.ask(Self.unlock)
      connection.answer(Self.refusal, wait: 200)
    }
    #expect(plant.kinds == ["controller-command"])
  }

  // MARK: Selections

  /// A single command of IEC 60870-5-104 on object 30: cause and qualifier.
  private static func command(_ cause: Int, _ qualifier: Int, send: Int, receive: Int) -> [UInt8] {
    let numbers = [send << 1, receive << 1].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    return [0x68, 14] + numbers + [0x2D, 1, UInt8(cause), 0, 47, 0, 30, 0, 0, UInt8(qualifier)]
  }

  @Test(
    "a selection that is neither executed nor cancelled is a finding",
    arguments: [
      ([(6, 0x81)], true), ([(6, 0x81), (6, 0x01)], false), ([(6, 0x81), (8, 0x81)], false), ([(6, 0x01)], false),
    ] as [([(Int, Int)], Bool)])
  func selections(_ commands: [(Int, Int)], _ isFound: Bool) throws {
    let plant = try Plant()
    let connection = connect(plant, port: 2404)
    connection.ask(hex("680407000000"))
    connection.answer(hex("68040B000000"))
    for (number, (cause, qualifier)) in commands.enumerated() {
      connection.ask(Self.command(cause, qualifier, send: number, receive: number))
      connection.answer(Self.command(cause + 1, qualifier, send: number, receive: number + 1))
    }
    pass(5, plant)
    #expect(plant.kinds.isEmpty)
    pass(6, plant)
    #expect(plant.kinds == (isFound ? ["select-without-execute"] : []))
  }

  @Test func `a refused selection does not count as one`() throws {
    let plant = try Plant()
    let connection = connect(plant, port: 2404)
    connection.ask(Self.command(6, 0x81, send: 0, receive: 0))
    connection.answer(Self.command(0x47, 0x81, send: 0, receive: 1))
    pass(11, plant)
    #expect(plant.kinds.isEmpty)
  }

  // MARK: Strangers

  private static let fins = "80000200010000630010"
  private func exchange(_ text: String, _ plant: Plant, _ number: Int) {
    let request = hex(Self.fins + text)
    plant.send(plant.udp(request, 9600, 9600, from: Self.station(number), to: Self.plc))
    plant.send(
      plant.udp(
        hex("C0000200630000010010" + text.prefix(4) + "0000"), 9600, 9600, from: Self.plc, to: Self.station(number)))
  }

  @Test(
    "without a site file, a device that first writes or sets the clock more than ten minutes in is a stranger",
    arguments: [("0102820028000001002A", "new-writer"), ("070220010100000000", "clock-set-by-stranger")])
  func strangers(_ command: String, _ kind: String) throws {
    let plant = try Plant()
    exchange(command, plant, 21)
    pass(300, plant)
    exchange(command, plant, 22)
    pass(400, plant)
    for _ in 0..<3 { exchange(command, plant, 21) }
    exchange("01018200280000010000", plant, 23)
    // A clock that a known station sets is a deed, one that a stranger sets is not a second finding.
    let deeds = kind == "new-writer" ? [:] : ["controller-command": UInt64(5)]
    #expect(plant.found == deeds)
    exchange(command, plant, 23)
    #expect(plant.found == deeds.merging([kind: 1]) { $1 })
  }

  // MARK: Refusals

  private static func s7(_ kind: String, _ number: Int, _ error: String, _ parameters: String, _ data: String)
    -> [UInt8]
  {
    let (parameters, data, error) = (hex(parameters), hex(data), hex(error))
    let body =
      hex("32" + kind + "0000") + big(number) + big(parameters.count) + big(data.count) + error + parameters + data
    return hex("0300") + big(7 + body.count) + hex("02F080") + body
  }

  @Test func `ten refused reads are a burst; a tool that asks which lists exist is not`() throws {
    let plant = try Plant()
    let connection = connect(plant, port: 102)
    for number in 1...30 {
      connection.ask(Self.s7("07", number, "", "0001120411440100", "FF09000404240000"))
      connection.answer(Self.s7("07", number, "", "000112081284010000 00D402", "0A000000"))
    }
    #expect(plant.kinds.isEmpty)
    for number in 31...40 {
      connection.ask(Self.s7("01", number, "", "0401120A10020001000184000000", ""))
      connection.answer(Self.s7("03", number, "0000", "0401", "0A000000"))
    }
    #expect(plant.kinds == ["exception-burst"])
  }

  // MARK: Envelopes

  private static func enip(_ context: Int, _ items: String) -> [UInt8] {
    let data = hex("00000000 0000" + items)
    return hex("6F00") + big(data.count).reversed() + hex("55000000 00000000") + big(context, 8).reversed()
      + hex("00000000") + data
  }

  @Test func `faults of the envelope are reported, too`() throws {
    let plant = try Plant()
    let connection = connect(plant, port: 44_818)
    connection.ask(Self.enip(1, "0300 00000000 B2000600 010220012401 0000"))
    #expect(plant.kinds == ["malformed-message"])
  }

  @Test func `a server that sends requests violates the protocol, and its requests do not count as unanswered`() throws
  {
    let plant = try Plant()
    let connection = connect(plant, port: 44_818)
    connection.ask(Self.enip(1, "0200 00000000 B2000600 010220012401"))
    connection.answer(Self.enip(1, "0200 00000000 B2000400 81000000"))
    for context in 2...20 { connection.answer(Self.enip(context, "0200 00000000 B2000600 010220012401")) }
    pass(40, plant)
    for _ in 0..<20 { pass(1, plant) }
    #expect(plant.kinds == ["malformed-message"])
  }
}
