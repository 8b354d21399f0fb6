// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

@Suite struct DNSTests {
  /// A question for plc.example, type A.
  static let query = hex("1234 0100 0001 0000 0000 0000 03706c63 076578616d706c65 00 0001 0001")
  /// Its answer: an alias, an address, a text; names are pointers.
  static let answer = hex(
    """
    1234 8183 0001 0003 0000 0001 03706c63 076578616d706c65 00 0001 0001
    c00c 0005 0001 0000003c 0006 03777777 c010
    c029 0001 0001 0000003c 0004 0a000001
    c00c 0010 0001 0000003c 0006 026f6b 02 2121
    00 0029 1000 00000000 0000
    """)
  static let streamed = Fixture(
    name: "DNS over TCP", application: .dns,
    pieces: [
      .client(big(UInt64(query.count), 2) + query + big(UInt64(query.count), 2) + query),
      .server(big(UInt64(answer.count), 2) + answer),
    ])
  static let datagrams = Fixture(
    name: "DNS", application: .dns, isDatagram: true, pieces: [.client(query), .server(answer)])

  @Test("names, types and codes of a question and its answer")
  func messages() throws {
    let parts = DNSTests.datagrams.read()
    try #require(parts.count == 2)
    #expect(parts[0].values == [.dnsQuery: ["plc.example"]])
    #expect(parts[1].values == [.dnsAnswer: ["plc.example", "www.example", "www.example", "plc.example", "ok!!"]])
    #expect(parts[0].numbers.contains("isAnswer: false, dnsOpcode: Optional(0), dnsResponseCode: nil"))
    #expect(parts[1].numbers.contains("isAnswer: true, dnsOpcode: Optional(0), dnsResponseCode: Optional(3)"))
    #expect(parts.map(\.number) == [1, 1])
  }

  @Test("messages of a stream")
  func stream() {
    let parts = DNSTests.streamed.read()
    #expect(parts.map(\.number) == [1, 2, 2])
    #expect(parts.map { $0[.dnsQuery] } == ["plc.example", "plc.example", nil])
  }

  @Test(
    "names end, whatever their pointers are",
    arguments: [
      ("0000 0100 0001 0000 0000 0000 c00c 0001 0001", ""),
      ("0000 0100 0001 0000 0000 0000 0161 c00c 0001 0001", "a"),
      ("0000 0100 0001 0000 0000 0000 0161 c00e 0001 0001", "a"),
      ("0000 0100 0001 0000 0000 0000 00 0001 0001", ""),
    ])
  func loops(bytes: String, name: String) {
    let parts = Fixture(name: "", application: .dns, isDatagram: true, pieces: []).read([.client(hex(bytes))])
    #expect(parts.first?[.dnsQuery] == name)
  }

  @Test("several questions are several values, with their types")
  func several() {
    var transaction = Transaction()
    let bytes = hex("0000 0000 0002 0000 0000 0000 0161 00 000c 8001 0162 00 0010 0001")
    transaction.begin(.dns, .message, isFromClient: true, number: 1)
    DNSMessage.read(bytes.bytes, &transaction)
    let first = transaction.firstPlace(of: .dnsQuery)
    let second = first.flatMap { transaction.place(after: $0) }
    #expect(first.map { transaction.number($0) } == 12 && second.map { transaction.number($0) } == 16)
    #expect(second.map { latin1(transaction.value($0)) } == "b")
    #expect(second.flatMap { transaction.place(after: $0) } == nil)
  }

  @Test("a name of more than 255 bytes is cut off")
  func long() throws {
    var bytes = hex("0000 0100 0001 0000 0000 0000")
    for _ in 0..<5 { bytes += [50] + [UInt8](repeating: 0x61, count: 50) }
    bytes += hex("00 0001 0001")
    let parts = Fixture(name: "", application: .dns, isDatagram: true, pieces: []).read([.client(bytes)])
    #expect(try #require(parts.first?[.dnsQuery]).count == 254)
  }
}
