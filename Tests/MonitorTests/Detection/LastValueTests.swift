// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// What an alert about a write says about the values that were there before.
@Suite struct LastValueTests {
  private static let plc = Plant.Station("192.168.10.11")

  /// A scene between devices, and how its last alert puts the write.
  struct Scene: CustomTestStringConvertible, Sendable {
    let name: String
    let expected: String
    var before: [Int]?
    let play: @Sendable (_ allowed: Connection, _ refused: Connection, _ plant: Plant) -> Void
    var testDescription: String { name }
  }

  private static func read(_ area: UInt8, _ address: Int, _ values: [Int]) -> ([UInt8], [UInt8]) {
    ([area] + big(address) + big(values.count), [area, UInt8(2 * values.count)] + values.flatMap { big($0) })
  }
  private static func write(_ address: Int, _ value: Int) -> [UInt8] { [6] + big(address) + big(value) }

  private static let scenes = [
    Scene(name: "a polled register", expected: "changed holding-register 30 of plc (192.168.10.11)", before: [5]) {
      allowed, refused, _ in
      let (question, answer) = read(3, 28, [1, 2, 5, 4])
      allowed.modbus(question, answer)
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "several registers, polled in two messages", expected: "from 5, 6 to 9, 10", before: [5, 6]) {
      allowed, refused, _ in
      for (address, value) in [(7, 5), (8, 6)] {
        let (question, answer) = read(3, address, [value])
        allowed.modbus(question, answer)
      }
      refused.modbus([16] + big(7) + big(2) + [4] + big(9) + big(10), nil)
    },
    Scene(name: "one of two registers is not known", expected: "wrote 9, 10 to holding-register 30-31") {
      allowed, refused, _ in
      let (question, answer) = read(3, 30, [5])
      allowed.modbus(question, answer)
      refused.modbus([16] + big(30) + big(2) + [4] + big(9) + big(10), nil)
    },
    Scene(name: "the value it has already", expected: "wrote 5 to holding-register 30", before: [5]) {
      allowed, refused, _ in
      let (question, answer) = read(3, 30, [5])
      allowed.modbus(question, answer)
      refused.modbus(write(30, 5), nil)
    },
    Scene(name: "another unit behind the same address", expected: "wrote 1234 to holding-register 30") {
      allowed, refused, _ in
      let (question, answer) = read(3, 30, [5])
      allowed.modbus(question, answer, unit: 2)
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "another area with the same address", expected: "wrote 1234 to holding-register 30") {
      allowed, refused, _ in
      let (question, answer) = read(4, 30, [5])
      allowed.modbus(question, answer)
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "seen too long ago", expected: "wrote 1234 to holding-register 30") { allowed, refused, plant in
      let (question, answer) = read(3, 30, [5])
      allowed.modbus(question, answer, wait: 601)
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "a write since it was polled", expected: "from 7 to 1234", before: [7]) { allowed, refused, _ in
      let (question, answer) = read(3, 30, [5])
      allowed.modbus(question, answer)
      allowed.modbus(write(30, 7), write(30, 7))
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "a write since that the device refused", expected: "wrote 1234 to holding-register 30") {
      allowed, refused, _ in
      let (question, answer) = read(3, 30, [5])
      allowed.modbus(question, answer)
      allowed.modbus(write(30, 7), [0x86, 4])
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "polled again since a write that the device refused", expected: "from 6 to 1234", before: [6]) {
      allowed, refused, _ in
      allowed.modbus(write(30, 7), [0x86, 4])
      let (question, answer) = read(3, 20, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6])
      allowed.modbus(question, answer)
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "125 registers, the most a read returns", expected: "from 124 to 1234", before: [124]) {
      allowed, refused, _ in
      let (question, answer) = read(3, 0, Array(0..<125))
      allowed.modbus(question, answer)
      refused.modbus(write(124, 1234), nil)
    },
    Scene(name: "a response whose request was not seen", expected: "wrote 1234 to holding-register 30") {
      allowed, refused, _ in
      allowed.modbus(read(3, 28, [1]).0, read(3, 28, [1]).1)
      allowed.answer(Connection.message(77, read(3, 30, [5]).1))
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "a value that changes under fast polling", expected: "from 6 to 1234", before: [6]) {
      allowed, refused, _ in
      for round in 0..<1200 {
        let (question, answer) = read(3, 30, [round < 1100 ? 5 : 6])
        allowed.modbus(question, answer, wait: 0.01)
      }
      refused.modbus(write(30, 1234), nil)
    },
    Scene(name: "thirty blocks in rotation", expected: "from 29 to 1234", before: [29]) { allowed, refused, _ in
      for poll in 0..<3000 {
        let block = poll % 30
        let (question, answer) = read(3, 100 * block, [block])
        allowed.modbus(question, answer, wait: 0.01)
      }
      refused.modbus(write(2900, 1234), nil)
    },
    Scene(name: "a coil, switched on", expected: "changed coil 12", before: [0]) { allowed, refused, _ in
      allowed.modbus([1] + big(8) + big(8), [1, 1, 0b1110_1111])
      refused.modbus([5] + big(12) + [0xFF, 0], nil)
    },
  ]

  @Test(arguments: scenes)
  func `an alert about a write says what was there before, where it was seen`(_ scene: Scene) throws {
    let plant = try Plant(site: Plant.site, language: .en)
    // The HMI has a conduit for reads and writes; the SCADA zone may only read.
    let allowed = Connection(plant, from: Plant.Station("192.168.10.21"), to: Self.plc).open()
    let refused = Connection(plant, from: Plant.Station("192.168.20.5"), to: Self.plc).open()
    scene.play(allowed, refused, plant)
    let alert = try #require(
      try plant.finish().last { $0.text("src_ip") == "192.168.20.5" && $0.text("alert.context.operation.name") != nil })
    let summary = alert.text("alert.context.ooda.observe.summary") ?? ""
    #expect(summary.contains(scene.expected), "\(summary)")
    #expect(alert.value("alert.context.operation.values_before") as? [Int] == scene.before, "\(summary)")
  }

  @Test func `the same in Japanese, and for devices of the MC protocol`() throws {
    let plant = try Plant(site: Plant.site, language: .ja)
    let allowed = Connection(plant, from: Plant.Station("192.168.10.90"), to: Self.plc, port: 5000).open()
    allowed.ask(hex("500000FFFF03000C00 1000 0104 0000 640000 A8 0200"))
    allowed.answer(hex("D00000FFFF03000600 0000 0500 0600"))
    let refused = Connection(plant, from: Plant.Station("192.168.20.5"), to: Self.plc, port: 5000).open()
    refused.ask(hex("500000FFFF03000E00 1000 0114 0000 650000 A8 0100 D204"))
    let summaries = try plant.finish().compactMap { $0.text("alert.context.ooda.observe.summary") }
    #expect(summaries.contains { $0.contains("plc (192.168.10.11)のD101を6から1234に変更しました") }, "\(summaries)")
  }

  @Test func `of blocks polled in rotation each is looked at again and again`() {
    for blocks in [1, 2, 3, 7, 8, 16, 30] {
      var sampling = ValueSampling()
      var looks = Array(repeating: 0, count: blocks)
      for poll in 0..<(256 * blocks) where sampling.take() { looks[poll % blocks] += 1 }
      #expect(looks.allSatisfy { $0 >= 8 && $0 < 48 }, "\(blocks): \(looks)")
    }
  }
}
