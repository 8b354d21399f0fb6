// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct TextBufferTests {
  @Test func `a copy keeps its text when the other one is written to, cut or grows`() {
    var text = TextBuffer(capacity: 4)
    text.append("ab")
    var copy = text
    text.append("c")
    copy.append("x")
    #expect(text.string == "abc" && copy.string == "abx")
    let long = String(repeating: "0123456789", count: 40)
    copy = text
    text.append(long)
    text.cut(to: 402)
    text.append(UInt8(ascii: "!"))
    #expect(copy.string == "abc" && text.string == "abc" + long.dropLast() + "!")
  }

  @Test func `what is cut is written over, and an empty text has no bytes`() {
    var text = TextBuffer()
    #expect(text.string.isEmpty && text.array.isEmpty && text.bytes.byteCount == 0)
    text.append("abc")
    text.cut(to: -1)
    text.append("日本")
    text.append(TextBuffer())
    text.cut(to: 100)
    #expect(text.string == "日本" && text.array == Array("日本".utf8) && text.bytes.byteCount == 6)
  }

  @Test(arguments: [0, 1, 9, 10, 99, 100, 999_999, -1, -10, .max, .min] as [Int64])
  func `numbers are written in all their digits`(_ number: Int64) {
    var text = TextBuffer()
    text.append(decimal: number)
    text.append(UInt8(ascii: " "))
    text.append(hexadecimal: UInt64(bitPattern: number))
    #expect(text.string == "\(number) \(String(UInt64(bitPattern: number), radix: 16))")
  }

  @Test func `digits of a given number have leading zeros, or are the last ones`() {
    var text = TextBuffer()
    text.append(decimal: 7, digits: 3)
    text.append(decimal: 1234, digits: 2)
    text.append(hexadecimal: 0xA, digits: 4)
    text.append(hexadecimal: 0x1234, digits: 2)
    text.append(decimal: UInt64.max)
    #expect(text.string == "00734000a3418446744073709551615")
  }

  @Test func `words put together are the texts they are made of`() {
    let none = Words("")
    let one: Words = "one"
    let two: Words = "\(one), \(2)"
    #expect(none.isEmpty && !one.isEmpty && !two.isEmpty)
    #expect((none + two).description == "one, 2" && (two + none).description == "one, 2")
    #expect((one + two + "!").description == "oneone, 2!")
    var sum = one
    sum += two
    #expect(sum.description == "oneone, 2")
    #expect(("\(sum)/\(sum)" as Words).description == "oneone, 2/oneone, 2")
    #expect(sum.capitalized.description == "Oneone, 2" && two.capitalized.description == "One, 2")
    #expect(("日本" as Words).capitalized.description == "日本" && none.capitalized.isEmpty)
  }
}
