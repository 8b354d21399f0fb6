// SPDX-License-Identifier: Apache-2.0

/// Part of a line. Indices are places within the line, so that what is wrong can be pointed at.
typealias Bytes = ArraySlice<UInt8>

extension UInt8 {
  @inline(__always) var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
  @inline(__always) var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  @inline(__always) var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
  /// Letters, digits, `_`, `-` and `.`: what names of variables, bits and values consist of.
  @inline(__always) var isNameByte: Bool { isLetter || isDigit || self == 0x5F || self == 0x2D || self == 0x2E }
  @inline(__always) var lowered: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
  /// The value of a hexadecimal digit.
  @inline(__always) var hexadecimalDigit: UInt8? {
    if isDigit { return self - 0x30 }
    let letter = self | 0x20
    return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : nil
  }
}

extension ArraySlice<UInt8> {
  /// Without blanks at both ends.
  var trimmed: Bytes {
    var (low, high) = (startIndex, endIndex)
    while low < high, self[low].isBlank { low += 1 }
    while high > low, self[high - 1].isBlank { high -= 1 }
    return self[low..<high]
  }

  var text: String { String(decoding: self, as: UTF8.self) }

  /// In lower case, as far as ASCII goes.
  var loweredText: String {
    contains { $0 >= 0x41 && $0 <= 0x5A } ? String(decoding: map(\.lowered), as: UTF8.self) : text
  }

  /// For a message: at most 60 bytes.
  var shown: String { count <= 60 ? text : prefix(57).text + "..." }

  /// Parts between separators, each without blanks at its ends; one empty part for no bytes.
  func parts(_ separator: Unicode.Scalar, most: Int = .max) -> [Bytes] {
    split(
      separator: UInt8(ascii: separator), maxSplits: most == .max ? .max : most - 1, omittingEmptySubsequences: false
    )
    .map(\.trimmed)
  }

  /// Parts between blanks.
  var words: [Bytes] { split(whereSeparator: \.isBlank) }

  /// The first word and what follows it.
  var firstWord: (word: Bytes, rest: Bytes) {
    let end = firstIndex(where: \.isBlank) ?? endIndex
    return (self[..<end], self[end...].trimmed)
  }

  func isEqual(_ word: StaticString) -> Bool {
    count == word.utf8CodeUnitCount && starts(with: word.description.utf8)
  }

  /// The same in either case.
  func isWord(_ word: String) -> Bool {
    count == word.utf8.count && zip(self, word.utf8).allSatisfy { $0.lowered == $1 }
  }

  /// Between one pair of double quotes, if there is one around all of it.
  var unquoted: Bytes {
    count >= 2 && first == UInt8(ascii: "\"") && last == UInt8(ascii: "\"")
      ? self[(startIndex + 1)..<(endIndex - 1)] : self
  }

  /// Decimal digits only. Nil above `most`.
  func decimal(most: UInt64 = .max) -> UInt64? {
    guard !isEmpty, count <= 40 else { return nil }
    var value: UInt64 = 0
    for byte in self {
      guard byte.isDigit else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - 0x30))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value <= most ? value : nil
  }

  /// Decimal digits, or hexadecimal ones behind `0x`.
  func number(most: UInt64 = .max) -> UInt64? {
    guard count > 2, self[startIndex] == 0x30, self[startIndex + 1] | 0x20 == 0x78 else { return decimal(most: most) }
    let digits = self[(startIndex + 2)...]
    guard digits.count <= 16 else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      guard let digit = byte.hexadecimalDigit else { return nil }
      value = value << 4 | UInt64(digit)
    }
    return value <= most ? value : nil
  }

  /// A number with an optional sign, of at most 2^53 either way.
  var signedNumber: Int? {
    guard let first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    let digits = isNegative || first == UInt8(ascii: "+") ? self[(startIndex + 1)...].trimmed : self
    guard let magnitude = digits.number(most: 1 << 53) else { return nil }
    return isNegative ? -Int(magnitude) : Int(magnitude)
  }
}
