// SPDX-License-Identifier: Apache-2.0

/// A protocol data unit: function code and data, in the message that holds it. MODBUS Application Protocol
/// Specification V1.1b3, clause 4.1.
///
///     0               1
///     +---------------+------------- ... -+
///     | function code | data (0 to 252)   |
///     +---------------+------------- ... -+
///
/// Offsets count from the function code (`ModbusLayouts.swift`); `Values` count from the start of the message.
struct ModbusPDU: ~Escapable {
  private let message: RawSpan
  private let start: Int
  /// Bytes, the function code included; at least 1.
  let count: Int

  /// `message` ends where the PDU ends; the caller has checked that it holds the function code at `start`.
  @inline(__always) @_lifetime(copy message)
  init(_ message: RawSpan, at start: Int) {
    self.message = message
    self.start = start
    count = message.byteCount - start
  }

  /// The function code as sent, exception bit included.
  var functionCode: UInt8 { u8(0) }
  var function: ModbusFunction { ModbusFunction(rawValue: functionCode & 0x7F) }
  /// The most significant bit of the function code marks an exception response (clause 4.1).
  var isException: Bool { functionCode & 0x80 != 0 }

  @inline(__always) func u8(_ offset: Int) -> UInt8 { message.u8(start &+ offset) }
  @inline(__always) func u16(_ offset: Int) -> UInt16 { message.u16(start &+ offset) }
  @inline(__always) func u32(_ offset: Int) -> UInt32 { message.u32(start &+ offset) }

  /// Whether there are at least `size` bytes; notes a fault if there are more or fewer.
  @inline(__always)
  func has(_ size: Int, _ operation: inout Operation) -> Bool {
    if count != size { operation.note(Fault(.length, "PDU length", seen: UInt64(count), expected: UInt64(size))) }
    return count >= size
  }

  /// The same for a PDU that may be longer; notes a fault if it is too short.
  @inline(__always)
  func hasAtLeast(_ size: Int, _ operation: inout Operation) -> Bool {
    guard count < size else { return true }
    operation.note(Fault(.length, "PDU length", seen: UInt64(count), least: UInt64(size), most: 253))
    return false
  }

  /// `wanted` values from `offset` on, or as many as there are.
  @inline(__always)
  func values(_ format: Values.Format, at offset: Int, _ wanted: Int) -> Values {
    Values(format, at: start + offset, wanted, end: start + count)
  }

  // MARK: UMAS (function code 90)

  /// Nil for other functions, exceptions, and what ends before the function of UMAS.
  var umas: UMASHeader? {
    @inline(__always) @_lifetime(copy self) get {
      function == .unity && !isException ? UMASHeader(message, at: start) : nil
    }
  }

  /// What a response must repeat besides its target: the value of 5 and 6, the masks of 22, the first word of 8, the
  /// code of 43/14.
  var echo: UInt32 {
    switch function {
    case .writeSingleCoil, .writeSingleRegister: count >= Addressed.size ? UInt32(u16(Addressed.value)) : 0
    case .diagnostics: count >= Diagnostics.size ? UInt32(u16(Diagnostics.data)) : 0
    case .maskWriteRegister: count >= MaskWrite.size ? u32(MaskWrite.masks) : 0
    case .encapsulatedInterfaceTransport:
      isDeviceIdentification && count > Interface.code ? UInt32(u8(Interface.code)) : 0
    default: 0
    }
  }

  /// 43/14, in a request or a response.
  var isDeviceIdentification: Bool {
    function == .encapsulatedInterfaceTransport && count > Interface.type
      && u8(Interface.type) == ModbusEncapsulatedInterface.readDeviceIdentification.rawValue
  }

  /// A request that may have no response.
  var mayStaySilent: Bool {
    function == .diagnostics && count >= Diagnostics.data
      && ModbusDiagnostic(rawValue: u16(Diagnostics.subfunction)).mayStaySilent
  }

  /// How well the bytes make sense as a request or as a response.
  enum Fit: UInt8, Comparable {
    /// A length that such a message cannot have.
    case none
    /// The right length, but a field with a forbidden value.
    case shape
    case exact

    static func < (left: Fit, right: Fit) -> Bool { left.rawValue < right.rawValue }

    fileprivate init(_ fault: Fault?) {
      switch fault?.kind {
      case nil: self = .exact
      case .length, .code: self = .none
      default: self = .shape
      }
    }
  }

  var fitAsRequest: Fit {
    if isException { return .none }
    var operation = Operation(.none, .unknown, .request, code: 0, name: "")
    parseRequest(&operation)
    return Fit(operation.fault)
  }

  var fitAsResponse: Fit {
    var operation = Operation(.none, .unknown, .response, code: 0, name: "")
    parseResponse(&operation)
    return Fit(operation.fault)
  }

  /// The direction of the PDU, if its content shows it: most responses have a different layout from their request.
  var direction: Direction? {
    if let umas, umas.function.isKnown { return umas.function.isAnswer ? .toClient : .toServer }
    let request = fitAsRequest
    let response = fitAsResponse
    return request == response ? nil : request > response ? .toServer : .toClient
  }

  /// A message without faults whose function is in the specification; an exception with a listed code, even to an
  /// unknown function (a scan of all functions causes those); a known function of UMAS.
  var isBeyondDoubt: Bool {
    if let umas, umas.function.isKnown { return true }
    if isException {
      return count == Exception.size && function.rawValue > 0
        && ModbusExceptionCode(rawValue: u8(Exception.code)).isKnown
    }
    guard function.isPublic else { return false }
    return fitAsRequest == .exact || fitAsResponse == .exact
  }
}
