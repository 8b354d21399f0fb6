// SPDX-License-Identifier: Apache-2.0

/// Helpers for names and text fields, common to all protocols.
extension RawSpan {
  /// Text up to its first zero, without trailing blanks: how devices fill fields of fixed length.
  var trimmed: RawSpan {
    @_lifetime(copy self) get {
      var count = 0
      while count < byteCount, u8(count) != 0 { count += 1 }
      while count > 0, u8(count - 1) == 0x20 { count -= 1 }
      return extracting(first: count)
    }
  }

  /// Whether all bytes are printable ASCII; false if there are none.
  var isText: Bool {
    for place in 0..<byteCount where !(0x20...0x7E ~= u8(place)) { return false }
    return byteCount > 0
  }

  /// A hash of the bytes from `start` to `end`, to detect changes in cyclic data.
  func digest(from start: Int, to end: Int) -> UInt32 {
    var digest: UInt64 = 1
    var offset = start
    while offset + 8 <= end {
      digest = mix(digest, u64(offset))
      offset += 8
    }
    while offset < end {
      digest = mix(digest, UInt64(u8(offset)))
      offset += 1
    }
    return UInt32(truncatingIfNeeded: digest ^ digest >> 32)
  }
}
