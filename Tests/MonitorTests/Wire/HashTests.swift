// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct HashTests {
  @Test func `each bit, each length and both secrets matter`() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 41) }
      let hash = span(bytes).hash(1, key: 2)
      #expect(span(bytes).hash(1, key: 2) == hash)
      #expect(span(bytes).hash(2, key: 2) != hash && span(bytes).hash(1, key: 3) != hash, "\(count) bytes")
      #expect(span(bytes + [0]).hash(1, key: 2) != hash, "\(count) bytes and a zero")
      for bit in 0..<count * 8 {
        var changed = bytes
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(span(changed).hash(1, key: 2) != hash, "\(count) bytes, bit \(bit)")
      }
    }
  }

  /// A factor of zero makes all bytes before it meaningless: a frame that differs there would pass for a copy. Who
  /// knows the algorithm, and not the secrets, can only guess words that are such a factor.
  @Test func `common words forget nothing that came before them`() {
    let words: [UInt64] = [0, .max, 0x9E37_79B9_7F4A_7C15, 0xA076_1D64_78BD_642F, 1, 1 << 63]
    let seed: UInt64 = 0x1234_5678_9ABC_DEF1
    let key = mix(seed, 0xA076_1D64_78BD_642F)
    for word in words {
      let tail = (0..<8).flatMap { _ in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
      let first = span([1] + [UInt8](repeating: 0, count: 15) + tail).hash(seed, key: key)
      let second = span([2] + [UInt8](repeating: 0, count: 15) + tail).hash(seed, key: key)
      #expect(first != second, "\(word)")
    }
  }
}
