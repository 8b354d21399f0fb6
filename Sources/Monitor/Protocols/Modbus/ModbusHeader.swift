// SPDX-License-Identifier: Apache-2.0

/// Modbus application header (MBAP), MODBUS Messaging on TCP/IP Implementation Guide V1.0b, clause 3.1.3, and the
/// function code after it, which determines the possible lengths.
///
///     0             2          4        6      7               8
///     +-------------+----------+--------+------+---------------+------- ... -+
///     | transaction | protocol | length | unit | function code | data        |
///     +-------------+----------+--------+------+---------------+------- ... -+
///
/// `length` counts from the unit on.
struct ModbusHeader: ~Escapable {
  /// Without the function code.
  static let size = 7
  /// Bytes before the unit.
  fileprivate static let uncounted = 6
  /// The unit and a function code at least; at most the unit and the longest PDU (253 bytes).
  static let lengths: ClosedRange<UInt16> = 2...254
  /// Accepted all the same: Schneider's UMAS (function code 90) has longer messages. Its specification is not
  /// public; program blocks of 1,022 bytes have been seen, and Stormshield's SNS, which inspects it, takes up to 1,480
  /// bytes unless it is configured otherwise (its manual, "SCADA: UMAS").
  static let longestLengths: ClosedRange<UInt16> = 2...1480
  static let longestMessage = uncounted + Int(longestLengths.upperBound)
  private let bytes: RawSpan

  /// Nil where the bytes end before the function code. They may go on after the message, or end within it.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount > ModbusHeader.size else { return nil }
    self.bytes = bytes
  }

  var transactionIdentifier: UInt16 { bytes.u16(0) }
  /// 0 is Modbus.
  var protocolIdentifier: UInt16 { bytes.u16(2) }
  var length: UInt16 { bytes.u16(4) }
  var unitIdentifier: UInt8 { bytes.u8(6) }
  /// As sent, exception bit included.
  var functionCode: UInt8 { bytes.u8(7) }
  var function: ModbusFunction { ModbusFunction(rawValue: functionCode & 0x7F) }

  /// Size of the message according to its length field.
  @inline(__always)
  var messageLength: Int { ModbusHeader.uncounted + Int(length) }
  /// Trimmed to the message.
  var pdu: ModbusPDU {
    @inline(__always) @_lifetime(copy self) get {
      ModbusPDU(bytes.extracting(first: messageLength), at: ModbusHeader.size)
    }
  }
  var isModbus: Bool { protocolIdentifier == 0 }
  /// Whether a message of this function can have this length.
  @inline(__always)
  var hasLength: Bool {
    ModbusHeader.lengths ~= length || function == .unity && ModbusHeader.longestLengths ~= length
  }
  /// Whether a message can begin like this.
  var isPlausible: Bool {
    isModbus && hasLength && function.rawValue != 0 && (functionCode < 0x80 || length == 3)
  }
}

/// The available part of a header that ends before its function code.
struct ModbusPartialHeader: ~Escapable {
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  /// Missing bytes are 0; nil if none are available.
  var protocolIdentifier: UInt16? { field(at: 2) }
  var length: UInt16? { field(at: 4) }
  private func field(at offset: Int) -> UInt16? {
    if bytes.byteCount > offset + 1 { return bytes.u16(offset) }
    return bytes.byteCount > offset ? UInt16(bytes.u8(offset)) << 8 : nil
  }

  var isModbus: Bool { protocolIdentifier ?? 0 == 0 }
  /// Whether a message can begin like this; true if there are no bytes.
  var isPlausible: Bool {
    guard isModbus else { return false }
    guard let length else { return true }
    let longest = ModbusHeader.longestLengths
    return bytes.byteCount > 5 ? longest ~= length : length >> 8 <= longest.upperBound >> 8
  }
  /// Bytes needed to decide more.
  var needed: Int {
    guard bytes.byteCount > 5, let length else { return ModbusHeader.size + 1 }
    return ModbusHeader.uncounted + Int(length)
  }
}
