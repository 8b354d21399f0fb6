// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// GOOSE: what a data set may contain, and what counts as a change.
@Suite struct GOOSETests {
  /// A message of control block `name` with state number 1 to 127 and members as BER values.
  private func message(
    _ name: Character = "A", state: UInt8 = 1, revision: UInt8 = 1, reserved: String = "0000",
    members: String = "830101"
  ) -> [UInt8] {
    let members = hex(members)
    var fields: [UInt8] = [0x80, 1, name.asciiValue ?? 0] + hex("8102 07D0 8202 4453 8302 4944 8408 0000000000000000")
    fields += [0x85, 1, state] + hex("860100 870100") + [0x88, 1, revision] + hex("890100 8A01 01")
    fields += [0xAB, UInt8(members.count)] + members
    let pdu: [UInt8] = [0x61, UInt8(fields.count)] + fields
    return hex("0102") + [0, UInt8(8 + pdu.count)] + hex(reserved + "0000") + pdu
  }

  private func read(_ messages: [[UInt8]]) -> [Operation] {
    var exchange = conversation()
    var found: [Operation] = []
    for message in messages {
      exchange.begin()
      _ = exchange.step(message, GOOSE.self)
      found += exchange.operations
    }
    return found
  }

  @Test(
    "each type of data is read with its value",
    arguments: [
      ("830100", Number.unsigned(0)), ("830101", .unsigned(1)), ("8301FF", .unsigned(1)), ("84020640", .unsigned(1)),
      ("840206C0", .unsigned(3)), ("84020780", .unsigned(1)), ("8403030800", .unsigned(0x0800)),
      ("8402 0081", .unsigned(0x81)), ("8501FE", .signed(-2)), ("8503FF0000", .signed(-65_536)),
      ("8503010000", .signed(65_536)), ("85050080000000", .signed(2_147_483_648)),
      ("8505FF00000000", .signed(-4_294_967_296)),
      ("85087FFFFFFFFFFFFFFF", .signed(.max)), ("8603010000", .unsigned(65_536)),
      ("860500FFFFFFFF", .unsigned(4_294_967_295)), ("87050840200000", .real(2.5)),
      ("87090B4004000000000000", .real(2.5)),
    ])
  func values(_ member: String, _ number: Number) {
    let bytes = message(members: member)
    var exchange = conversation()
    _ = exchange.step(bytes, GOOSE.self)
    #expect(exchange.operations[0].values.number(0, in: bytes.bytes) == number)
    #expect(exchange.operations[0].fault == nil)
  }

  @Test(
    "what is no number has its place as text",
    arguments: [
      ("8303 010203", "010203"), ("8400", "null"), ("8401 00", ""),
      ("840A 00 010203040506070809", "010203040506070809"),
      ("8700", "null"), ("8703 08C000", "08c000"), ("8900", ""), ("8903 00FF10", "00ff10"), ("8A00", ""),
      ("8A03 412D42", "A-B"), ("8C04 05265C00", "05265c00"), ("8C04 05265BFF", "T23:59:59.999"),
      ("8C06 00000001 0001", "1984-01-02T00:00:00.001"), ("8D01 12", "12"), ("9003 C3A941", "éA"),
      ("9108 6925D680 800000 0A", "2025-11-25T16:17:04.500000Z"),
      ("9108 00000000 000000 60", "1970-01-01T00:00:00.000000Z clock failure not synchronized"),
      ("8609 00FFFFFFFFFFFFFFFF", "18446744073709551615"), ("8506 FFFFFFFFFFFE", "-2"),
    ])
  func texts(_ member: String, _ text: String) {
    let length = String(6 + hex(member).count, radix: 16)
    let bytes = message(members: "A2 \(length.count < 2 ? "0" : "")\(length) 830101 \(member) 830100")
    var exchange = conversation()
    _ = exchange.step(bytes, GOOSE.self)
    #expect(exchange.operations[0].fault == nil)
    let shown = ShownValues(exchange.operations[0], Message(bytes.bytes, exchange.names.names, exchange.items.span))
    #expect(shown.values.map(\.text) == ["1", text, "0"])
    #expect(shown.count == 3 && shown.targets.isEmpty && shown.quality.isEmpty)
  }

  @Test func `each control block of a publisher has its own state`() {
    let found = read([
      message("A"), message("B", state: 5), message("A"), message("B", state: 5), message("A", state: 2),
      message("B", state: 5), message("A", state: 2, revision: 2), message("B", state: 5, reserved: "8000"),
    ])
    #expect(found.map(\.cyclic) == [.yes, .yes, .yes, .yes, .news, .yes, .news, .news])
  }

  @Test func `APPID, goID and the simulation flag are read`() {
    var exchange = conversation()
    _ = exchange.step(message(reserved: "8000"), GOOSE.self)
    #expect(exchange.operations[0].facets[.applicationID] == 0x0102)
    #expect(exchange.operations[0].facets[.isTest] == 1)
    #expect(exchange.names.names.text(exchange.operations[0].detail) == "DS, ID")
    #expect(read([message()])[0].facets[.isTest] == nil)
  }

  @Test func `the digest depends on all bytes`() {
    let digests = ["8508 0000000100000000", "8508 0000000200000000", "9004 41414141", "9004 41414142"].map {
      read([message(members: $0)])[0].digest
    }
    #expect(Set(digests).count == 4)
  }
}
