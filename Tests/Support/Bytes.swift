// SPDX-License-Identifier: Apache-2.0

/// Bytes from hexadecimal digits; white space is ignored.
package func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// A number in `count` bytes, most significant byte first.
package func big(_ value: Int, _ count: Int = 2) -> [UInt8] {
  (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
