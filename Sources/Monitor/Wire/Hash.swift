// SPDX-License-Identifier: Apache-2.0

/// Folds one word into a running hash: a 64 by 64 bit multiplication whose halves are combined.
@inline(__always)
func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
  let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
  return product.high ^ product.low
}

extension RawSpan {
  /// A hash of all bytes and their number, sixteen bytes a step. Both factors of every product hold secret bits, so
  /// that nobody who does not know `state` and `key` can make one of them zero and the bytes before it meaningless.
  ///
  /// `unsafe` is sound here: the conditions are the bounds checks.
  @inline(__always)
  func hash(_ state: UInt64, key: UInt64) -> UInt64 { hashAndSum(state, key: key).hash }

  /// The same, and `wordSum`, in one pass.
  @inline(__always)
  func hashAndSum(_ state: UInt64, key: UInt64) -> (hash: UInt64, sum: UInt64) {
    let count = byteCount
    var hash = state
    var sum: UInt64 = 0
    var offset = 0
    while offset &+ 16 <= count {
      let first = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
      let second = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ 8, as: UInt64.self)
      hash = RawSpan.product(hash ^ first, key ^ second)
      sum = sum.addingWithCarry(first).addingWithCarry(second)
      offset &+= 16
    }
    if count & 8 != 0 {
      sum = sum.addingWithCarry(unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }
    sum = sum.addingWithCarry(lastWords())
    var first: UInt64 = 0
    var second: UInt64 = 0
    if count >= 16 {
      // Some of these have been in a step before; that the others are in one matters.
      first = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: count &- 16, as: UInt64.self)
      second = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: count &- 8, as: UInt64.self)
    } else if count >= 8 {
      first = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: 0, as: UInt64.self)
      second = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: count &- 8, as: UInt64.self)
    } else {
      while offset < count {
        first = first << 8 | UInt64(unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self))
        offset &+= 1
      }
    }
    return (mix(RawSpan.product(hash ^ first, key ^ second), UInt64(truncatingIfNeeded: count)), sum)
  }

  @inline(__always)
  private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
