// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Monitor

/// What dissectors are built on: names, values, facets, and messages that arrive in pieces.
@Suite struct FrameTests {
  @Test func `a name keeps its number as long as the table remembers it`() {
    var table = NameTable(limit: 4, seed: 1)
    let first = table.intern(Array("Line1.Speed".utf8).bytes, at: 0)
    let second = table.intern(Array("Line1.Level".utf8).bytes, at: 0)
    #expect(first != second && first != .none)
    let again = table.intern(Array("Line1.Speed".utf8).bytes, at: 1)
    #expect(again == first)
    let text = table.names.text(first)
    #expect(text == "Line1.Speed")
    let empty = table.intern(RawSpan(), at: 1)
    #expect(empty == .none)
    for number in 0..<4 { _ = table.intern(Array("other \(number)".utf8).bytes, at: 2_000_000_000) }
    let gone = table.names.text(first)
    #expect(gone == nil)
    #expect(table.evictions.all == 2)
  }

  @Test func `names that differ only after the kept part are two names`() {
    var table = NameTable(seed: 1)
    let long = Array(repeating: UInt8(ascii: "a"), count: 300)
    let first = table.intern(long.bytes, at: 0)
    let second = table.intern((long + [1]).bytes, at: 0)
    #expect(first != second)
    let kept = table.names.text(first)?.utf8.count
    #expect(kept == NameTable.longest)
  }

  @Test func `values of every format are read at their offsets, and end with the message`() {
    let bytes = hex("01 80 FF 3F C0 00 00 12 34 56 78 31 41 42 66 7F FF")
    func read(_ values: Values) -> [Number] {
      var numbers: [Number] = []
      values.read(bytes.bytes, most: 8, into: &numbers)
      return numbers
    }
    #expect(read(Values(.int8, at: 1, 2, end: bytes.count)) == [.signed(-128), .signed(-1)])
    #expect(read(Values(.float32, at: 3, 1, end: bytes.count)) == [.real(1.5)])
    #expect(read(Values(.uint32LE, at: 7, 1, end: bytes.count)) == [.unsigned(0x7856_3412)])
    #expect(read(Values(.int16, at: 1, 1, end: bytes.count)) == [.signed(-32513)])
    #expect(read(Values(.hex4, at: 11, 1, end: bytes.count)) == [.unsigned(0x1ABF)])
    #expect(read(Values(.hex2, at: 9, 1, end: bytes.count)) == [])
    #expect(read(Values(.halfByte, at: 0, 3, end: bytes.count)) == [.unsigned(0), .unsigned(1), .unsigned(8)])
    #expect(read(Values(.normalizedLE, at: 15, 1, end: bytes.count)) == [.real(-129.0 / 32768)])
    #expect(
      read(Values(.uint8, at: 0, 3, stride: 7, end: bytes.count)) == [.unsigned(1), .unsigned(0x12), .unsigned(0x66)])
    #expect(read(Values(.bit, at: 0, 2, stride: 2, end: bytes.count)) == [.unsigned(1), .unsigned(1)])
    #expect(read(Values(.doubleBit, at: 1, 4, end: 2)) == [.unsigned(0), .unsigned(0), .unsigned(0), .unsigned(2)])
    #expect(read(Values(.uint32, at: 15, 9, end: bytes.count)) == [])
    #expect(read(Values(.bcd1, at: 7, 4, end: bytes.count)) == [12, 34, 56, 78].map { .unsigned($0) })
    #expect(read(Values(.bcd1, at: 0, 3, end: bytes.count)) == [.unsigned(1), .unsigned(80)])
    // NaN keeps its place.
    let nan = hex("7F C0 00 00 3F 80 00 00")
    var numbers: [Number] = []
    Values(.float32, at: 0, 2, end: 8).read(nan.bytes, most: 8, into: &numbers)
    #expect(numbers.count == 2 && numbers.last == .real(1))
    if case .real(let first)? = numbers.first { #expect(first.isNaN) } else { Issue.record("\(numbers)") }
  }

  @Test func `values are never read beyond their end, whatever is requested`() {
    let formats: [Values.Format] = [
      .bit, .halfByte, .doubleBit, .uint8, .uint16LE, .uint32, .float64, .hex1, .hex2, .hex4, .hex8, .normalizedLE,
      .bcd1,
    ]
    let bytes = [UInt8](repeating: 0x41, count: 20)
    for format in formats {
      for offset in 0...24 {
        for end in 0...20 {
          for stride in [0, 1, 3, 8] {
            let values = Values(format, at: offset, 1000, stride: stride, end: end)
            var numbers: [Number] = []
            values.read(bytes.bytes, most: 2000, into: &numbers)
            #expect(numbers.count == Int(values.count))
          }
        }
      }
    }
  }

  @Test func `facets keep their order, and those beyond the limit are counted`() {
    var facets = Facets()
    let kinds: [Facet] = [
      .cause, .originator, .frameID, .stateNumber, .isTest, .mode, .channel, .slot, .length, .module,
    ]
    for (number, kind) in kinds.enumerated() { facets[kind] = UInt32(number) }
    #expect(facets.count == Facets.limit && facets.omitted == 3)
    #expect(facets[.isTest] == 4)
    #expect(facets[.length] == nil)
    facets[.cause] = 9
    #expect(facets[.cause] == 9 && facets.count == Facets.limit && facets.omitted == 3)
    #expect(Facet.frameID.word == "frame_id" && Facet.timeAllowedToLive.word == "time_allowed_to_live")
    #expect(Set(Facet.allCases.map(\.word)).count == Facet.allCases.count)
  }

  @Test func `pieces are kept separately by conversation, direction and channel, and never exceed their limit`() {
    var exchange = Exchange(seed: 1)
    exchange.conversation = 1
    var kept = [exchange.collect([1, 2].bytes, channel: 5, limit: 10)]
    exchange.direction = .toClient
    kept.append(exchange.collect([9].bytes, channel: 5, limit: 10))
    exchange.direction = .toServer
    kept.append(exchange.collect([3].bytes, channel: 5, limit: 10))
    #expect(kept == [true, true, true])
    #expect(exchange.collected(channel: 5) == 3)
    let request = exchange.take(channel: 5)
    #expect(request == [1, 2, 3])
    let rest = exchange.take(channel: 5)
    #expect(rest == [])
    exchange.direction = .toClient
    let answer = exchange.take(channel: 5)
    #expect(answer == [9])
    let isKept = exchange.collect([UInt8](repeating: 0, count: 11).bytes, limit: 10)
    #expect(!isKept)
    #expect(exchange.collected() == 0)
  }

  @Test func `all pieces together stay within their limit`() {
    var exchange = Exchange(seed: 1)
    let piece = [UInt8](repeating: 7, count: 1 << 20)
    for number in 0..<64 {
      exchange.conversation = UInt64(number)
      let isKept = exchange.collect(piece.bytes, limit: 2 << 20)
      #expect(isKept)
    }
    var held = 0
    for number in 0..<64 {
      exchange.conversation = UInt64(number)
      held += exchange.collected()
    }
    #expect(held <= Pieces.byteLimit && held > Pieces.byteLimit / 2)
  }

  @Test(
    "server ports: the system ports, those of selectors, and those of protocols without a dissector",
    arguments: [
      (0, false), (1, true), (1023, true), (1024, false), (502, true), (1091, true), (1092, false), (2222, true),
      (8883, true), (9600, true), (20_000, true), (34_962, true), (44_818, true), (47_823, true), (50_000, false),
      (61_451, true), (65_535, false),
    ] as [(UInt16, Bool)])
  func ports(_ port: UInt16, _ isServer: Bool) { #expect(DissectorTables().isServer(port) == isServer) }

  @Test func `a carried protocol is found at its index, and has the id of its name`() {
    let tables = DissectorTables()
    for (index, dissector) in tables.dissectors.enumerated() {
      for (place, carried) in dissector.carries.enumerated() {
        #expect(carried.place == place, "\(dissector.name) carries \(carried.name) at its place")
        let id = tables.carriedIDs[tables.firstCarried[index] + place]
        #expect(tables.names[Int(id.rawValue)].description == carried.name.description)
      }
    }
    #expect(tables.dissectors.contains { $0.carries.count > 1 })
  }

  @Test func `the README's table of protocols matches the registry`() throws {
    let readme = try String(contentsOf: repository.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.contains(ProtocolList.markdown))
  }
}
