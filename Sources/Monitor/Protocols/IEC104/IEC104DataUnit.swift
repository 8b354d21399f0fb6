// SPDX-License-Identifier: Apache-2.0

/// An application service data unit: IEC 60870-5-101:2003, 7.2, with the field sizes of IEC 60870-5-104:2006, 7.
/// Numbers are little-endian.
///
///     0      1     2       3            4                6
///     +------+-----+-------+------------+----------------+--------------------------- ... -+
///     | type | VSQ | cause | originator | common address | information objects             |
///     +------+-----+-------+------------+----------------+--------------------------- ... -+
///
///     VSQ:  7    6           0    cause:  7   6     5       0
///           +----+-----------+            +---+-----+-------+
///           | SQ | number    |            | T | P/N | cause |
///           +----+-----------+            +---+-----+-------+
///
/// An object consists of a three-byte address and an element; if SQ is set, one address is followed by all elements.
struct IEC104DataUnit: ~Escapable {
  /// The data unit identifier, without objects.
  static let identifierSize = 6
  static let objectAddressSize = 3
  private let bytes: RawSpan

  /// Nil if the bytes end within the identifier.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= IEC104DataUnit.identifierSize else { return nil }
    self.bytes = bytes
  }

  var type: IEC104Type { IEC104Type(rawValue: bytes.u8(0)) }
  /// SQ: a single address, that of the first element; each further element has the next higher one.
  var isSequence: Bool { bytes.u8(1) & 0x80 != 0 }
  /// Number of objects, or of elements in a sequence.
  var number: Int { Int(bytes.u8(1) & 0x7F) }
  /// T.
  var isTest: Bool { bytes.u8(2) & 0x80 != 0 }
  /// P/N.
  var isNegative: Bool { bytes.u8(2) & 0x40 != 0 }
  var cause: IEC104Cause { IEC104Cause(rawValue: bytes.u8(2) & 0x3F) }
  /// 0 if it is not used.
  var originator: UInt8 { bytes.u8(3) }
  var commonAddress: UInt16 { bytes.u16LE(4) }
  /// The address of the object that begins `offset` bytes after the first one; nil if the unit ends within it.
  @inline(__always)
  func objectAddress(at offset: Int = 0) -> UInt32? {
    let place = IEC104DataUnit.identifierSize + offset
    guard place + IEC104DataUnit.objectAddressSize <= bytes.byteCount else { return nil }
    return UInt32(bytes.u16LE(place)) | UInt32(bytes.u8(place + 2)) << 16
  }
  /// A byte of the first element; nil if the unit ends before it.
  @inline(__always)
  func element(at offset: Int) -> UInt8? {
    let place = IEC104DataUnit.identifierSize + IEC104DataUnit.objectAddressSize + offset
    return offset >= 0 && place < bytes.byteCount ? bytes.u8(place) : nil
  }

  /// Length of the unit in bytes.
  var length: Int { bytes.byteCount }
  /// The length that its type and number of objects require; nil if it varies.
  var expectedLength: Int? {
    guard let size = type.size else { return nil }
    let address = IEC104DataUnit.objectAddressSize
    let objects = isSequence ? (number > 0 ? address + number * size : 0) : number * (address + size)
    return IEC104DataUnit.identifierSize + objects
  }
  /// Whether the unit is plausible: a known type and cause, and the length that its objects require.
  var isPlausible: Bool {
    type.isKnown && cause.isKnown && expectedLength.map { $0 == length } ?? true
  }
}
