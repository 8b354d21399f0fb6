// SPDX-License-Identifier: Apache-2.0

/// Header before objects: IEEE 1815-2012, 4.2.2.7.
///
///     0       1           2           3
///     +-------+-----------+-----------+-------+---------- ... -+
///     | group | variation | qualifier | range | objects        |
///     +-------+-----------+-----------+-------+---------- ... -+
///
///     qualifier:  7     6           4  3             0
///                 +-----+-------------+---------------+
///                 | res | prefix code | range code    |
///                 +-----+-------------+---------------+
struct DNP3ObjectHeader: ~Escapable {
  /// Without the range.
  static let size = 3
  private let bytes: RawSpan
  private let offset: Int

  /// Nil if the fragment ends before the range.
  @inline(__always) @_lifetime(copy fragment)
  init?(_ fragment: RawSpan, at offset: Int) {
    guard offset + DNP3ObjectHeader.size <= fragment.byteCount else { return nil }
    bytes = fragment
    self.offset = offset
  }

  var group: UInt8 { bytes.u8(offset) }
  var variation: UInt8 { bytes.u8(offset + 1) }
  var qualifier: DNP3Qualifier { DNP3Qualifier(rawValue: bytes.u8(offset + 2)) }
  /// Nil if the standard does not define the qualifier.
  var range: DNP3Range? { DNP3Range(qualifier, bytes, at: offset + DNP3ObjectHeader.size) }

  var object: DNP3Object { DNP3Object(group: group, variation: variation) }
}

/// Qualifier of an object header: IEEE 1815-2012, 4.2.2.7.3.
struct DNP3Qualifier: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// The standard does not define the two codes together: objects of a range have no index of their own, all objects
  /// have neither index nor size, and those of variable format have a size.
  var isReserved: Bool {
    if rawValue & 0x80 != 0 { return true }
    if isStartStop { return prefixCode != 0 && !isSizePrefix }
    if isAll { return prefixCode != 0 }
    return rangeCode == 11 && prefixCode == 0
  }
  var prefixCode: UInt8 { rawValue >> 4 & 7 }
  /// Range specifier code.
  var rangeCode: UInt8 { rawValue & 15 }

  /// Size of the prefix of each object; nil for reserved codes.
  var prefixSize: Int? {
    switch prefixCode {
    case 0: 0
    case 1, 4: 1
    case 2, 5: 2
    case 3, 6: 4
    default: nil
    }
  }
  /// The prefix is the size of the object, not its index.
  var isSizePrefix: Bool { prefixCode >= 4 }
  /// Size of the range field; nil for reserved codes.
  var rangeSize: Int? {
    switch rangeCode {
    case 0, 3: 2
    case 1, 4: 4
    case 2, 5: 8
    case 6: 0
    case 7, 11: 1
    case 8: 2
    case 9: 4
    default: nil
    }
  }
  /// The range is a start and a stop index.
  var isStartStop: Bool { rangeCode < 6 }
  /// There is no range: all objects are meant.
  var isAll: Bool { rangeCode == 6 }
  /// The range is a number of objects.
  var isCount: Bool { rangeCode > 6 }
}

/// The range of an object header (IEEE 1815-2012, 4.2.2.7.3): start and stop, or a count.
struct DNP3Range {
  /// Number of bytes before each object.
  let prefix: Int
  /// The prefix is the size of the object; otherwise it is the index.
  let isSized: Bool
  let isAll: Bool
  /// A number of objects without addresses.
  let isCount: Bool
  let first: UInt64
  let count: UInt32
  /// Where the header ends.
  let end: Int
  /// The range is truncated, or ends before it starts.
  let fault: Fault?
  var isIndexed: Bool { prefix > 0 && !isSized }

  /// The range at `offset`. Nil if the standard does not define the qualifier.
  init?(_ qualifier: DNP3Qualifier, _ bytes: RawSpan, at offset: Int) {
    guard !qualifier.isReserved, let prefix = qualifier.prefixSize, let size = qualifier.rangeSize else { return nil }
    self.prefix = prefix
    isSized = qualifier.isSizePrefix
    isAll = qualifier.isAll
    isCount = qualifier.isCount && qualifier.prefixCode == 0
    end = min(offset + size, bytes.byteCount)
    guard offset + size <= bytes.byteCount else {
      fault = Fault(
        .truncated, "Range", seen: UInt64(bytes.byteCount - offset), least: UInt64(size), most: UInt64(size))
      first = 0
      count = .max
      return
    }
    guard qualifier.isStartStop else {
      fault = nil
      first = 0
      count =
        switch size {
        case 0: 0
        case 1: UInt32(bytes.u8(offset))
        case 2: UInt32(bytes.u16LE(offset))
        default: bytes.u32LE(offset)
        }
      return
    }
    let stop: UInt64
    let highest: UInt64
    switch size {
    case 2: (first, stop, highest) = (UInt64(bytes.u8(offset)), UInt64(bytes.u8(offset + 1)), 0xFF)
    case 4: (first, stop, highest) = (UInt64(bytes.u16LE(offset)), UInt64(bytes.u16LE(offset + 2)), 0xFFFF)
    default: (first, stop, highest) = (UInt64(bytes.u32LE(offset)), UInt64(bytes.u32LE(offset + 4)), 0xFFFF_FFFF)
    }
    fault = stop < first ? Fault(.range, "Stop index", seen: stop, least: first, most: highest) : nil
    count = stop < first ? 1 : UInt32(clamping: stop - first + 1)
  }

  /// The index or size before an object; the caller has checked that its bytes are present.
  func number(_ bytes: RawSpan, at offset: Int) -> Int {
    switch prefix {
    case 1: Int(bytes.u8(offset))
    case 2: Int(bytes.u16LE(offset))
    default: Int(bytes.u32LE(offset))
    }
  }
}
