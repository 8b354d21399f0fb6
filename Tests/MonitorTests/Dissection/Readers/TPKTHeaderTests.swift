// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct TPKTHeaderTests {
  static let sample = hex("03 00 0007 02F080")

  @Test func `every field of a TPKT header is read`() {
    // What follows belongs to the next packet.
    let bytes = Self.sample + hex("0300")
    let header = TPKTHeader(span(bytes))!
    #expect(header.version == 3 && header.reserved == 0 && header.length == 7)
    #expect(array(header.tpdu) == hex("02F080"))
  }

  @Test func `a header cut at any byte is not read, a packet cut at any byte keeps what is present`() {
    for count in 0..<Self.sample.count {
      let bytes = Array(Self.sample.prefix(count))
      let header = TPKTHeader(span(bytes))
      guard let header else {
        #expect(count < TPKTHeader.size)
        continue
      }
      #expect(count >= TPKTHeader.size && header.length == 7 && header.tpdu.byteCount == count - 4)
    }
  }

  @Test func `a length shorter than the header leaves no TPDU`() {
    let bytes = hex("03 00 0003 02F080")
    let header = TPKTHeader(span(bytes))!
    #expect(header.length == 3 && header.tpdu.byteCount == 0)
  }

  @Test(arguments: [
    ("", true), ("03", true), ("0300", true), ("030000", true), ("04", false), ("0301", false), ("00", false),
  ])
  func `a packet can begin only with the version and a reserved byte of 0, as far as they are present`(
    text: String, expected: Bool
  ) {
    let bytes = hex(text)
    #expect(TPKTHeader.canBegin(span(bytes)) == expected)
  }
}
