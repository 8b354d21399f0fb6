// SPDX-License-Identifier: Apache-2.0

/// A Modbus RTU frame, MODBUS over Serial Line V1.02, clause 2.5.1.
///
///     0         1               2     ...        n-2      n
///     +---------+---------------+------- ... -----+--------+
///     | address | function code | data            | CRC    |
///     +---------+---------------+------- ... -----+--------+
///
/// The CRC is sent with its low byte first. On a serial line, silence ends a frame; in a byte stream only the
/// function's length and the CRC show where it ends.
struct ModbusRTUFrame: ~Escapable {
  /// Address, function code, CRC.
  static let shortest = 4
  /// Clause 2.5.1.
  static let longest = 256
  /// 248 to 255 are reserved (clause 2.2).
  static let addresses: ClosedRange<UInt8> = 0...247
  fileprivate static let checksumSize = 2
  /// After the address.
  fileprivate static let pduOffset = 1
  private let bytes: RawSpan

  /// The first `length` bytes; nil if there are fewer, or if no frame can have this length.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, length: Int) {
    guard length >= ModbusRTUFrame.shortest, length <= bytes.byteCount else { return nil }
    self.bytes = bytes.extracting(first: length)
  }

  var address: UInt8 { bytes.u8(0) }
  var pdu: ModbusPDU {
    @inline(__always) @_lifetime(copy self) get { ModbusPDU(checked, at: ModbusRTUFrame.pduOffset) }
  }
  var checksum: UInt16 { bytes.u16LE(length - ModbusRTUFrame.checksumSize) }

  var length: Int { bytes.byteCount }
  /// What `checksum` must be.
  var computedChecksum: UInt16 { CRC16.modbus(checked) }
  private var checked: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(first: length - ModbusRTUFrame.checksumSize) }
  }
}

/// The length of a frame, from its function code and direction.
enum ModbusRTULength: Equatable {
  case bytes(Int)
  /// The byte that gives the length has not arrived; at least this many bytes are needed.
  case needs(Int)
  /// The function does not determine the length: all available bytes, if the CRC is correct.
  case open
  case impossible

  fileprivate init(atMostLongest length: Int) { self = length <= ModbusRTUFrame.longest ? .bytes(length) : .impossible }
}

/// The available part of a frame whose length is not known yet: at least address and function code.
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
    if functionCode == 0 { return (.impossible, .impossible) }
    if functionCode != function.rawValue { return (.impossible, whole(ModbusPDU.Exception.size)) }
    let counted = counted(at: ModbusPDU.Counted.byteCount)
    switch function {
    case .readCoils, .readDiscreteInputs, .readHoldingRegisters, .readInputRegisters:
      return (whole(ModbusPDU.Addressed.size), counted)
    case .writeSingleCoil, .writeSingleRegister:
      return (whole(ModbusPDU.Addressed.size), whole(ModbusPDU.Addressed.size))
    case .readExceptionStatus: return (whole(1), whole(2))
    case .diagnostics:
      // Only Return Query Data is open; the others have one data word.
      let data = ModbusRTUFrame.pduOffset + ModbusPDU.Diagnostics.data
      guard bytes.byteCount >= data else { return (.needs(data), .needs(data)) }
      let oneWord = ModbusRTUFrame.pduOffset + ModbusPDU.Diagnostics.size + ModbusRTUFrame.checksumSize
      let subfunction = bytes.u16(ModbusRTUFrame.pduOffset + ModbusPDU.Diagnostics.subfunction)
      let isOpen = subfunction == ModbusDiagnostic.returnQueryData.rawValue && bytes.byteCount >= oneWord
      let length = isOpen ? ModbusRTULength.open : .bytes(oneWord)
      return (length, length)
    case .getCommEventCounter: return (whole(1), whole(5))
    case .getCommEventLog, .reportServerID: return (whole(1), counted)
    case .writeMultipleCoils, .writeMultipleRegisters:
      return (self.counted(at: ModbusPDU.Addressed.byteCount), whole(ModbusPDU.Addressed.size))
    case .readFileRecord, .writeFileRecord: return (counted, counted)
    case .maskWriteRegister: return (whole(ModbusPDU.MaskWrite.size), whole(ModbusPDU.MaskWrite.size))
    case .readWriteMultipleRegisters: return (self.counted(at: ModbusPDU.ReadWrite.byteCount), counted)
    case .readFIFOQueue:
      let request = whole(ModbusPDU.Addressed.quantity)
      let start = ModbusRTUFrame.pduOffset + ModbusPDU.Queue.count
      guard bytes.byteCount >= start else { return (request, .needs(start)) }
      let byteCount = Int(bytes.u16(ModbusRTUFrame.pduOffset + ModbusPDU.Queue.byteCount))
      return (request, ModbusRTULength(atMostLongest: start + byteCount + ModbusRTUFrame.checksumSize))
    case .encapsulatedInterfaceTransport:
      let data = ModbusRTUFrame.pduOffset + ModbusPDU.Interface.data
      guard bytes.byteCount >= data else { return (.needs(data), .needs(data)) }
      let type = ModbusEncapsulatedInterface(rawValue: bytes.u8(ModbusRTUFrame.pduOffset + ModbusPDU.Interface.type))
      return type == .readDeviceIdentification
        ? (whole(ModbusPDU.Interface.requestSize), objects) : (.open, .open)
    default: return (.open, .open)
    }
  }

  /// A frame around a PDU of `size` bytes.
  private func whole(_ size: Int) -> ModbusRTULength {
    .bytes(ModbusRTUFrame.pduOffset + size + ModbusRTUFrame.checksumSize)
  }

  /// As many bytes as the byte count at `place` of the PDU says, and the CRC.
  private func counted(at place: Int) -> ModbusRTULength {
    let offset = ModbusRTUFrame.pduOffset + place
    guard bytes.byteCount > offset else { return .needs(offset + 1) }
    return ModbusRTULength(atMostLongest: offset + 1 + Int(bytes.u8(offset)) + ModbusRTUFrame.checksumSize)
  }

  /// The objects of a device identification, each with its own length, and the CRC.
  private var objects: ModbusRTULength {
    var offset = ModbusRTUFrame.pduOffset + ModbusPDU.Interface.objects
    guard bytes.byteCount >= offset else { return .needs(offset) }
    for _ in 0..<bytes.u8(ModbusRTUFrame.pduOffset + ModbusPDU.Interface.objectCount) {
      let value = offset + ModbusPDU.Interface.objectHeaderSize
      guard value <= ModbusRTUFrame.longest else { return .impossible }
      guard bytes.byteCount >= value else { return .needs(value) }
      offset = value + Int(bytes.u8(offset + ModbusPDU.Interface.objectLength))
    }
    return ModbusRTULength(atMostLongest: offset + ModbusRTUFrame.checksumSize)
  }
}
