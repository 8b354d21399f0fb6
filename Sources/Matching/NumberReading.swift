// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// Which byte of a number comes first.
package enum ByteOrder: Sendable { case bigEndian, littleEndian }

extension NumberFormat {
  /// The longest number in digits.
  static var longestText: Int { 23 }

  /// The number that `count` bytes hold from `place` on, masked; nil where bytes are missing, are no number of the
  /// format, or more than 64 bits. `order` is that of the DCE/RPC header, if there is one.
  @inline(__always)
  func number(in bytes: RawSpan, at place: Int, _ count: Int, _ order: ByteOrder?) -> UInt64? {
    guard place >= 0, count > 0, place <= bytes.byteCount, count <= bytes.byteCount &- place else { return nil }
    var number: UInt64 = 0
    if base == .binary {
      guard count <= 8 else { return nil }
      var isLittle = isLittleEndian
      if isOfDCE {
        guard let order else { return nil }
        isLittle = order == .littleEndian
      }
      for step in 0..<count { number = number &<< 8 | UInt64(bytes.byte(place &+ step)) }
      if isLittle { number = number.byteSwapped &>> UInt64(64 &- 8 &* count) }
    } else {
      guard let text = digits(in: bytes, at: place, count) else { return nil }
      number = text
    }
    return mask.map { (number & $0) >> UInt64($0.trailingZeroBitCount) } ?? number
  }

  /// Reads as C's `strtoull`: blanks, a sign and `0x` may come first, and the first other byte ends the number.
  private func digits(in bytes: RawSpan, at first: Int, _ count: Int) -> UInt64? {
    guard count <= NumberFormat.longestText else { return nil }
    let end = first + count
    let radix: UInt64 =
      switch base {
      case .octal: 8
      case .decimal, .binary: 10
      case .hexadecimal: 16
      }
    var place = first
    while place < end, bytes.byte(place) == 0x20 || 0x09...0x0D ~= bytes.byte(place) { place += 1 }
    var isNegative = false
    if place < end, bytes.byte(place) == 0x2B || bytes.byte(place) == 0x2D {
      isNegative = bytes.byte(place) == 0x2D
      place += 1
    }
    if base == .hexadecimal, end - place > 2, bytes.byte(place) == 0x30, bytes.byte(place + 1).folded == 0x78,
      NumberFormat.digit(bytes.byte(place + 2)) < 16
    {
      place += 2
    }
    var number: UInt64 = 0
    let firstDigit = place
    while place < end {
      let digit = NumberFormat.digit(bytes.byte(place))
      guard digit < radix else { break }
      let product = number.multipliedReportingOverflow(by: radix)
      let sum = product.partialValue.addingReportingOverflow(digit)
      if product.overflow || sum.overflow { return nil }
      number = sum.partialValue
      place += 1
    }
    guard place > firstDigit else { return nil }
    return isNegative ? 0 &- number : number
  }

  /// What a character counts as a digit; 255 for other bytes.
  private static func digit(_ byte: UInt8) -> UInt64 {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x41...0x46, 0x61...0x66: UInt64(byte.folded - 0x61 + 10)
    default: 255
    }
  }
}

extension ByteTest {
  /// Whether what has been read stands as asked to what the rule gives.
  @inline(__always)
  func holds(_ number: UInt64, against value: UInt64) -> Bool {
    let holds =
      switch comparison {
      case .less: number < value
      case .greater: number > value
      case .equal: number == value
      case .lessOrEqual: number <= value
      case .greaterOrEqual: number >= value
      case .and: number & value != 0
      case .xor: number ^ value != 0
      }
    return holds != isNegated
  }
}

extension ByteJump {
  /// How far a number that has been read leads: times the multiplier, up to a multiple of four if asked for. As in
  /// Suricata 64 bits wrap, and what has the top bit leads back.
  func distance(_ number: UInt64) -> Int {
    var product = number &* UInt64(bitPattern: Int64(multiplier))
    if isAligned { product = (product &+ 3) & ~3 }
    return Int(bitPattern: UInt(product))
  }
}

extension ByteExtract {
  func value(_ number: UInt64) -> UInt64 {
    let product = number &* UInt64(bitPattern: Int64(multiplier))
    guard alignment > 1 else { return product }
    let excess = product % UInt64(alignment)
    return excess == 0 ? product : product &+ (UInt64(alignment) - excess)
  }
}

extension ByteMath {
  /// nil for a division by 0. Other results wrap at 64 bits.
  func value(_ number: UInt64, _ operand: UInt64) -> UInt64? {
    switch operation {
    case .add: number &+ operand
    case .subtract: number &- operand
    case .multiply: number &* operand
    case .divide: operand == 0 ? nil : number / operand
    case .shiftLeft: operand < 64 ? number &<< operand : 0
    case .shiftRight: operand < 64 ? number &>> operand : 0
    }
  }
}
