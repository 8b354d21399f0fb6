// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// UMAS from literal bytes: every field, and every truncation.
@Suite struct UMASHeaderTests {
  private static let signature = String(repeating: "A7", count: 32)

  @Test func `every field of a header is read`() {
    let bytes = hex("0001 0000 0006 00 5A 41 40 FF00")
    guard let header = UMASHeader(span(bytes), at: 7) else { return unreadable() }
    #expect(header.modbusFunction == .unity && header.pairing == 0x41 && header.function.rawValue == 0x40)
    #expect(header.dataStart == 10 && array(header.data) == hex("FF00") && array(header.message) == bytes)
    let isPlain = header.inner(.signed) == nil && header.inner(.ok) == nil
    #expect(isPlain)
  }

  @Test func `a truncated header is not read`() {
    let bytes = hex("5A 00 02")
    for count in 0...3 {
      let cut = Array(bytes.prefix(count))
      let isHeader = UMASHeader(span(cut), at: 0) != nil
      #expect(isHeader == (count == 3))
    }
  }

  @Test func `a signed message contains another one, if that is complete and valid`() {
    let bytes = hex("5A 01 38 01" + Self.signature + "5A 07 41 FF00")
    for count in 3...bytes.count {
      let cut = Array(bytes.prefix(count))
      guard let header = UMASHeader(span(cut), at: 0) else { return unreadable() }
      let isRequest = header.inner(.ok) == nil
      #expect(isRequest)
      guard let inner = header.inner(.signed) else {
        #expect(count < 39)
        continue
      }
      #expect(count >= 39 && inner.pairing == 7 && inner.function.rawValue == 0x41 && inner.dataStart == 39)
    }
    let other = hex("5A 01 38 01" + Self.signature + "5B 07 41 FF00")
    guard let header = UMASHeader(span(other), at: 0) else { return unreadable() }
    let isPlain = header.inner(.signed) == nil
    #expect(isPlain)
  }

  @Test func `block, offset and count of a memory block are read`() {
    let bytes = hex("00 1300 64000000 9C00 AA")
    for count in 0...bytes.count {
      let cut = Array(bytes.prefix(count))
      guard let block = UMASMemoryBlock(span(cut)) else {
        #expect(count < 9)
        continue
      }
      #expect(count >= 9 && block.block == 0x13 && block.offset == 100 && block.count == 156)
    }
  }

  @Test(
    arguments: [
      // Block, base, offset, width, length, header.
      ("02 2300 01 1000 04", false, 0x23, 16, 4, 2, 1, 7), ("02 2300 1000 0401", true, 0x23, 16, 260, 2, 1, 7),
      ("01 2300 01 1000 04", false, 0x23, 16, 4, 1, 1, 7), ("04 2300 01 1000 04", false, 0x23, 16, 4, 8, 1, 7),
      ("13 2500 01 0000 01 0300", false, 0x25, 0, 1, 4, 3, 9), ("11 2500 0000 0000 0300", true, 0x25, 0, 0, 1, 3, 9),
    ] as [(String, Bool, UInt16, UInt16, UInt16, Int, Int, Int)])
  func `every field of a variable is read, and a truncated variable is not`(
    text: String, isWrite: Bool, block: UInt16, base: UInt16, offset: UInt16, width: Int, length: Int, size: Int
  ) {
    let bytes = hex(text)
    guard let variable = UMASVariable(span(bytes), isWrite: isWrite) else { return unreadable() }
    #expect(variable.block == block && variable.base == base && variable.offset == offset)
    #expect(variable.width == width && variable.length == length && variable.isArray == (length > 1))
    #expect(variable.headerSize == size && variable.valueSize == width * length)
    for count in 0..<bytes.count {
      let cut = Array(bytes.prefix(count))
      let isNone = UMASVariable(span(cut), isWrite: isWrite) == nil
      #expect(isNone)
    }
  }

  @Test func `a variable of an unknown width is not read`() {
    for kind: UInt8 in [0, 5, 0x10, 0x1F] {
      let bytes = [kind] + hex("2300 01 1000 04 0100")
      let isNone = UMASVariable(span(bytes), isWrite: false) == nil
      #expect(isNone)
    }
  }

  private func unreadable() { Issue.record("unreadable") }
}
