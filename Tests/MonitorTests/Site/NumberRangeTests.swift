// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

/// Which numbers a range holds, and how memory is read as numbers.
@Suite struct NumberRangeTests {
  private static func range(_ least: Double?, _ most: Double?) -> NumberRange {
    NumberRange(least: least.map { .real($0) }, most: most.map { .real($0) })
  }

  @Test(
    "both ends are in it, and no number that is not finite",
    arguments: [
      (Number.unsigned(0), true), (.unsigned(100), true), (.unsigned(101), false), (.signed(-1), false),
      (.real(100), true), (.real(100.00001), false), (.real(.nan), false), (.real(.infinity), false),
      (.real(-.infinity), false), (.real(-0.0), true), (.unsigned(.max), false), (.signed(.min), false),
    ])
  func ends(_ number: Number, _ isHeld: Bool) {
    let whole = NumberRange(least: .whole(0), most: .whole(100))
    #expect(whole.contains(number) == isHeld)
    #expect(Self.range(0, 100).contains(number) == isHeld)
  }

  @Test("an open end holds every finite number on its side, and large whole numbers are compared exactly")
  func large() {
    let open = NumberRange(least: .whole(5), most: nil)
    #expect(open.contains(.unsigned(.max)) && open.contains(.real(1e300)) && !open.contains(.real(.infinity)))
    let exact = NumberRange(least: nil, most: .whole(9_007_199_254_740_993))
    #expect(exact.contains(.unsigned(9_007_199_254_740_993)) && !exact.contains(.unsigned(9_007_199_254_740_994)))
    let top = NumberRange(only: .whole(Int128(UInt64.max)))
    #expect(top.contains(.unsigned(.max)) && !top.contains(.unsigned(.max - 1)))
  }

  @Test("a number of single precision is compared with the bound in single precision")
  func single() {
    let range = Self.range(0.1, 0.7)
    #expect(range.contains(.real(Double(Float(0.1)))) && range.contains(.real(Double(Float(0.7)))))
    #expect(!range.contains(.real(Double(Float(0.1).nextDown))) && !range.contains(.real(Double(Float(0.7).nextUp))))
    #expect(range.contains(.real(0.1)) && !range.contains(.real(0.1.nextDown)))
  }

  @Test(
    "bytes are arranged by the order, A the highest",
    arguments: [
      (NumberType.Order.abcd, 0x1122_3344, 0x1122_3344_5566_7788), (.cdab, 0x3344_1122, 0x7788_5566_3344_1122),
      (.badc, 0x2211_4433, 0x2211_4433_6655_8877), (.dcba, 0x4433_2211, 0x8877_6655_4433_2211),
    ] as [(NumberType.Order, UInt64, UInt64)])
  func orders(_ order: NumberType.Order, _ double: UInt64, _ long: UInt64) {
    #expect(NumberType(.unsigned, bits: 32, order).number(double) == .unsigned(0x1122_3344))
    #expect(NumberType(.unsigned, bits: 64, order).number(long) == .unsigned(0x1122_3344_5566_7788))
    let isSwapped = order == .badc || order == .dcba
    #expect(NumberType(.unsigned, bits: 16, order).number(0x1122) == .unsigned(isSwapped ? 0x2211 : 0x1122))
    #expect(NumberType(.unsigned, bits: 8, order).number(0x11) == .unsigned(0x11))
  }

  @Test("signed and real numbers of each size")
  func kinds() {
    #expect(NumberType(.signed, bits: 8).number(0xFF) == .signed(-1))
    #expect(NumberType(.signed, bits: 16).number(0x8000) == .signed(-32_768))
    #expect(NumberType(.signed, bits: 32).number(0x7FFF_FFFF) == .signed(2_147_483_647))
    #expect(NumberType(.signed, bits: 64).number(.max) == .signed(-1))
    #expect(NumberType(.real, bits: 32).number(0x3FC0_0000) == .real(1.5))
    #expect(NumberType(.real, bits: 64).number(0x3FF8_0000_0000_0000) == .real(1.5))
  }
}
