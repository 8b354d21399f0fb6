// SPDX-License-Identifier: Apache-2.0

/// A UMAS message in a Modbus PDU (`UMASFunction` names the sources). Numbers are little-endian.
///
///     0        1         2          3
///     +--------+---------+----------+------- ... -+
///     | 90     | pairing | function | data        |
///     +--------+---------+----------+------- ... -+
///
/// `pairing` is the key assigned when the controller was reserved, 0 without a reservation. A signed message contains
/// another one:
///
///     0        1         2          3       4                 36
///     +--------+---------+----------+-------+----------- ... -+--------+---------+----------+------- ... -+
///     | 90     | pairing | 38 or FE | magic | 32 of signature | 90     | pairing | function | data        |
///     +--------+---------+----------+-------+----------- ... -+--------+---------+----------+------- ... -+
struct UMASHeader: ~Escapable {
  static let size = 3
  private static let signedSize = 36
  /// The Modbus message, up to its end: values count from its start.
  let message: RawSpan
  private let start: Int

  /// Nil where the message, which has the Modbus function code at `start`, ends before the function.
  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int) {
    guard start + UMASHeader.size <= message.byteCount else { return nil }
    self.message = message
    self.start = start
  }

  var modbusFunction: ModbusFunction { ModbusFunction(rawValue: message.u8(start)) }
  var pairing: UInt8 { message.u8(start + 1) }
  var function: UMASFunction { UMASFunction(rawValue: message.u8(start + 2)) }
  /// Where the data begin in the message.
  var dataStart: Int { start + UMASHeader.size }
  var data: RawSpan {
    @_lifetime(copy self) get { message.from(dataStart) }
  }

  /// The message inside a signed one; `function` is that of the signed one: `signed` in a request, `ok` in a response.
  @_lifetime(copy self)
  func inner(_ function: UMASFunction) -> UMASHeader? {
    guard self.function == function, let inner = UMASHeader(message, at: start + UMASHeader.signedSize),
      inner.modbusFunction == .unity
    else { return nil }
    return inner
  }
}

/// Where the data of a request to read or write a memory block say which.
///
///     0       1       3        7        9
///     +-------+-------+--------+--------+------- ... -+
///     | range | block | offset | count  | bytes       |
///     +-------+-------+--------+--------+------- ... -+
struct UMASMemoryBlock: ~Escapable {
  static let size = 9
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= UMASMemoryBlock.size else { return nil }
    self.bytes = bytes
  }

  var block: UInt16 { bytes.u16LE(1) }
  var offset: UInt32 { bytes.u32LE(3) }
  var count: UInt16 { bytes.u16LE(7) }
}

/// One variable in a request to read or write variables. `kind` has the width in its lower half (1, 2, 3 or 4 for 1, 2,
/// 4 or 8 bytes); its upper half is 0 except for arrays, which have a length.
///
///     0      1       3     4      6        7
///     +------+-------+-----+------+--------+----------------+
///     | kind | block | 1   | base | offset | length (array) |            read
///     +------+-------+-----+------+--------+----------------+
///     | kind | block | base | offset       | length (array) | value      write
///     +------+-------+------+--------------+----------------+
///     0      1       3      5              7
struct UMASVariable: ~Escapable {
  static let size = 7
  private let bytes: RawSpan
  private let isWrite: Bool

  /// Nil if the bytes end within it, or if its width is not one of the four.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, isWrite: Bool) {
    guard bytes.byteCount >= UMASVariable.size, 1...4 ~= bytes.u8(0) & 15 else { return nil }
    guard bytes.u8(0) & 0xF0 == 0 || bytes.byteCount >= UMASVariable.size + 2 else { return nil }
    self.bytes = bytes
    self.isWrite = isWrite
  }

  var isArray: Bool { bytes.u8(0) & 0xF0 != 0 }
  /// Bytes of one value.
  var width: Int { 1 << (Int(bytes.u8(0) & 15) - 1) }
  var block: UInt16 { bytes.u16LE(1) }
  var base: UInt16 { bytes.u16LE(isWrite ? 3 : 4) }
  var offset: UInt16 { isWrite ? bytes.u16LE(5) : UInt16(bytes.u8(6)) }
  /// Number of values: 1 if it is not an array.
  var length: Int { isArray ? Int(bytes.u16LE(7)) : 1 }

  /// Bytes before the value.
  var headerSize: Int { UMASVariable.size + (isArray ? 2 : 0) }
  /// Bytes of the value.
  var valueSize: Int { width * length }
}
