// SPDX-License-Identifier: Apache-2.0

/// Reads a message whose fields have no fixed position, one field after the other. Missing bytes read as 0 or as an
/// empty span. `hasFailed` records the failure, and nothing is read after it: a reader checks once, after a group of
/// fields.
///
/// Plain names read network byte order, names ending in `LE` little-endian.
struct ByteCursor: ~Escapable {
  private let bytes: RawSpan
  /// Where the next field begins, counted from the start of the bytes.
  private(set) var offset: Int
  private(set) var hasFailed = false

  /// `offset` lies within the bytes or at their end; a cursor that starts beyond it has failed.
  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int = 0) {
    self.bytes = bytes
    self.offset = min(max(0, offset), bytes.byteCount)
    hasFailed = self.offset != offset
  }

  /// Number of bytes not yet read.
  @inline(__always)
  var remaining: Int { bytes.byteCount - offset }
  /// Records that a field cannot be read, and consequently nothing after it.
  mutating func fail() { hasFailed = true }

  /// Consumes the next `count` bytes and returns where they begin; nil, consuming nothing, if fewer remain.
  @inline(__always)
  private mutating func take(_ count: Int) -> Int? {
    guard !hasFailed, count >= 0, count <= remaining else {
      hasFailed = true
      return nil
    }
    offset += count
    return offset - count
  }
  mutating func skip(_ count: Int) { _ = take(count) }
  mutating func readU8() -> UInt8 { take(1).map { bytes.u8($0) } ?? 0 }
  mutating func readU16() -> UInt16 { take(2).map { bytes.u16($0) } ?? 0 }
  mutating func readU32() -> UInt32 { take(4).map { bytes.u32($0) } ?? 0 }
  mutating func readU16LE() -> UInt16 { take(2).map { bytes.u16LE($0) } ?? 0 }
  mutating func readU32LE() -> UInt32 { take(4).map { bytes.u32LE($0) } ?? 0 }
}
