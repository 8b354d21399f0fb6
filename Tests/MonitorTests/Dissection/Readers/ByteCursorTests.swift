// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct ByteCursorTests {
  static let sample = hex("01 0203 04050607 0809 0A0B0C0D AABBCC")

  @Test func `fields are read one after the other in both byte orders`() {
    let bytes = Self.sample
    var cursor = ByteCursor(span(bytes))
    #expect(cursor.readU8() == 1 && cursor.readU16() == 0x0203 && cursor.readU32() == 0x0405_0607)
    #expect(cursor.readU16LE() == 0x0908 && cursor.readU32LE() == 0x0D0C_0B0A)
    #expect(cursor.offset == 13 && cursor.remaining == 3)
    cursor.skip(1)
    #expect(cursor.readU16() == 0xBBCC && cursor.remaining == 0 && !cursor.hasFailed)
  }

  @Test func `truncation at any byte is a failure, and nothing is read after it`() {
    for count in 0..<Self.sample.count {
      let bytes = Array(Self.sample.prefix(count))
      var cursor = ByteCursor(span(bytes))
      _ = cursor.readU8()
      _ = cursor.readU16()
      _ = cursor.readU32()
      _ = cursor.readU16LE()
      _ = cursor.readU32LE()
      cursor.skip(3)
      #expect(cursor.hasFailed && cursor.offset <= count, "cut at \(count)")
      let offset = cursor.offset
      #expect(cursor.readU8() == 0 && cursor.readU16() == 0 && cursor.readU32() == 0)
      #expect(cursor.readU16LE() == 0 && cursor.readU32LE() == 0 && cursor.offset == offset)
    }
  }

  @Test func `a negative count, a count beyond the end and a start beyond the end are failures`() {
    let bytes = Self.sample
    for count in [-1, Int.min, 17, Int.max] {
      var cursor = ByteCursor(span(bytes))
      cursor.skip(count)
      #expect(cursor.hasFailed && cursor.offset == 0)
    }
    for (offset, hasFailed) in [(16, false), (17, true), (-1, true)] {
      let cursor = ByteCursor(span(bytes), at: offset)
      #expect(cursor.hasFailed == hasFailed)
    }
    var cursor = ByteCursor(span(bytes), at: 1)
    cursor.fail()
    #expect(cursor.readU16() == 0 && cursor.offset == 1)
  }
}
