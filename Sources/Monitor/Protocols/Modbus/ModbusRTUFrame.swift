// SPDX-License-Identifier: Apache-2.0

/// A Modbus RTU frame, MODBUS over Serial Line V1.02, clause 2.5.1.
///
///     0         1               2     ...        n-2      n
///     +---------+---------------+------- ... -----+--------+
///     | address | function code | data            | CRC    |
///     +---------+---------------+------- ... -----+--------+
///
/// The CRC is sent with its low byte first. On the wire silence ends a frame; in a byte stream only the function's own
/// length and the CRC show its end.
struct ModbusRTUFrame: ~Escapable {
  /// Address, function code, CRC.
  static let shortest = 4
  /// Clause 2.5.1.
  static let longest = 256
  /// 248 to 255 are reserved (clause 2.2).
  static let addresses: ClosedRange<UInt8> = 0...247
  private static let checksumSize = 2
  private let bytes: RawSpan

  /// The first `length` bytes; nil where there are fewer, or a frame has more.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, length: Int) {
    guard length >= ModbusRTUFrame.shortest, length <= bytes.byteCount else { return nil }
    self.bytes = bytes.extracting(first: length)
  }

  var address: UInt8 { bytes.u8(0) }
  var pdu: ModbusPDU {
    @inline(__always) @_lifetime(copy self) get { ModbusPDU(checked, at: 1) }
  }
  var checksum: UInt16 { bytes.u16LE(length - ModbusRTUFrame.checksumSize) }

  var length: Int { bytes.byteCount }
  /// What `checksum` must be.
  var computedChecksum: UInt16 { CRC16.modbus(checked) }
  private var checked: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(first: length - ModbusRTUFrame.checksumSize) }
  }
}

/// How long a frame is by its function code and direction.
enum ModbusRTULength: Equatable {
  case bytes(Int)
  /// The byte that says it is not there yet; at least this many bytes must be.
  case needs(Int)
  /// The function leaves the length open: all there is, if the CRC says so.
  case open
  case impossible

  fileprivate init(atMostLongest length: Int) { self = length <= ModbusRTUFrame.longest ? .bytes(length) : .impossible }
}

/// What there is of a frame whose length is yet to be found out: address and function code at least.
struct ModbusRTUBeginning: ~Escapable {
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= 2 else { return nil }
    self.bytes = bytes
  }

  var address: UInt8 { bytes.u8(0) }
  /// As sent, exception bit included.
  var functionCode: UInt8 { bytes.u8(1) }
  var function: ModbusFunction { ModbusFunction(rawValue: functionCode & 0x7F) }

  /// The length of the frame as a request and as a response, address and CRC included.
  var lengths: (request: ModbusRTULength, response: ModbusRTULength) {
    switch functionCode {
    case 0: return (.impossible, .impossible)
    case 1...4: return (.bytes(8), counted(at: 2))
    case 5, 6: return (.bytes(8), .bytes(8))
    case 7: return (.bytes(4), .bytes(5))
    case 8:
      // Only Return Query Data is open; the others have one data word.
      guard bytes.byteCount >= 4 else { return (.needs(4), .needs(4)) }
      let isOpen = bytes.u16(2) == ModbusDiagnostic.returnQueryData.rawValue && bytes.byteCount >= 8
      let length = isOpen ? ModbusRTULength.open : .bytes(8)
      return (length, length)
    case 11: return (.bytes(4), .bytes(8))
    case 12, 17: return (.bytes(4), counted(at: 2))
    case 15, 16: return (counted(at: 6), .bytes(8))
    case 20, 21: return (counted(at: 2), counted(at: 2))
    case 22: return (.bytes(10), .bytes(10))
    case 23: return (counted(at: 10), counted(at: 2))
    case 24:
      guard bytes.byteCount >= 4 else { return (.bytes(6), .needs(4)) }
      return (.bytes(6), ModbusRTULength(atMostLongest: 6 + Int(bytes.u16(2))))
    case 43:
      guard bytes.byteCount >= 3 else { return (.needs(3), .needs(3)) }
      let type = ModbusEncapsulatedInterface(rawValue: bytes.u8(2))
      return type == .readDeviceIdentification ? (.bytes(7), objects) : (.open, .open)
    case 128...255: return (.impossible, .bytes(5))
    default: return (.open, .open)
    }
  }

  /// As many bytes as the byte count at `offset` says, and the CRC.
  private func counted(at offset: Int) -> ModbusRTULength {
    guard bytes.byteCount > offset else { return .needs(offset + 1) }
    return ModbusRTULength(atMostLongest: offset + 1 + Int(bytes.u8(offset)) + 2)
  }

  /// The objects of a device identification, each with its own length, and the CRC.
  private var objects: ModbusRTULength {
    guard bytes.byteCount >= 8 else { return .needs(8) }
    var offset = 8
    for _ in 0..<bytes.u8(7) {
      guard offset + 2 <= ModbusRTUFrame.longest else { return .impossible }
      guard bytes.byteCount >= offset + 2 else { return .needs(offset + 2) }
      offset += 2 + Int(bytes.u8(offset + 1))
    }
    return ModbusRTULength(atMostLongest: offset + 2)
  }
}
