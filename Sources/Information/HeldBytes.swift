// SPDX-License-Identifier: Apache-2.0

/// The beginning of a message of one direction, while it waits for its rest. Bytes are read where they came whenever
/// nothing waits.
struct HeldBytes {
  private var array: [UInt8] = []
  /// Bytes that are to be passed over before anything is read.
  private(set) var skipped = 0

  var isEmpty: Bool { array.isEmpty }
  var count: Int { array.count }

  mutating func clear() {
    array.removeAll(keepingCapacity: array.capacity <= 4_096)
    skipped = 0
  }
  mutating func skip(_ count: Int) { skipped = max(0, count) }

  /// What is left of new bytes after those to be passed over.
  @_lifetime(copy bytes)
  mutating func passing(_ bytes: RawSpan) -> RawSpan {
    guard skipped > 0 else { return bytes }
    let count = min(skipped, bytes.byteCount)
    skipped -= count
    return bytes.from(count)
  }
  /// Takes what waits, so that new bytes can be put behind it.
  mutating func take() -> [UInt8] { exchange(&array, with: []) }
  /// Keeps what is left after the first `used` bytes, in the room of an array that was taken.
  mutating func keep(_ whole: consuming [UInt8], from used: Int) {
    if used >= whole.count {
      whole.removeAll(keepingCapacity: whole.capacity <= 4_096)
    } else if used > 0 {
      whole.removeFirst(used)
    }
    array = whole
  }
  /// Keeps new bytes, if any.
  mutating func keep(_ bytes: RawSpan) { if bytes.byteCount > 0 { array.append(copying: bytes) } }
}
