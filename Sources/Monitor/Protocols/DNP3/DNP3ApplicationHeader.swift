// SPDX-License-Identifier: Apache-2.0

/// Header of an application fragment: IEEE 1815-2012, 4.2.2. Responses have internal indications.
///
///     0         1          2                         4
///     +---------+----------+-------------------------+----------------- ... -+
///     | control | function | indications (responses) | object headers        |
///     +---------+----------+-------------------------+----------------- ... -+
///
///     control:  7     6     5     4     3          0
///               +-----+-----+-----+-----+----------+
///               | FIR | FIN | CON | UNS | sequence |
///               +-----+-----+-----+-----+----------+
struct DNP3ApplicationHeader: ~Escapable {
  /// Without indications.
  static let minimumSize = 2
  private let bytes: RawSpan

  /// Nil if the bytes end before the function. The indications may still be missing.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= DNP3ApplicationHeader.minimumSize else { return nil }
    self.bytes = bytes
  }

  var control: DNP3ApplicationControl { DNP3ApplicationControl(rawValue: bytes.u8(0)) }
  var function: DNP3Function { DNP3Function(rawValue: bytes.u8(1)) }
  /// Nil in requests, and in responses that end before them.
  var indications: DNP3Indications? {
    function.isResponse && bytes.byteCount >= size ? DNP3Indications(rawValue: bytes.u16(2)) : nil
  }

  /// Number of bytes before the first object header.
  var size: Int { DNP3ApplicationHeader.minimumSize + (function.isResponse ? 2 : 0) }
}

/// Application control: IEEE 1815-2012, 4.2.2.4.
struct DNP3ApplicationControl: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  var isFirst: Bool { rawValue & 0x80 != 0 }
  var isFinal: Bool { rawValue & 0x40 != 0 }
  var needsConfirmation: Bool { rawValue & 0x20 != 0 }
  var isUnsolicited: Bool { rawValue & 0x10 != 0 }
  var sequence: UInt8 { rawValue & 0x0F }
}

/// Internal indications (IEEE 1815-2012, 4.5): IIN1 in the upper half and IIN2 in the lower, as sent.
struct DNP3Indications: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  /// The bits of IIN2 that refuse a request (4.5.3).
  private static let refusals: UInt16 = 0x17

  /// Those of them that are set.
  var refused: UInt16 { rawValue & DNP3Indications.refusals }
  /// Why a request was refused.
  var refusal: StaticString? {
    if rawValue & 0x01 != 0 { return "NO_FUNC_CODE_SUPPORT" }
    if rawValue & 0x02 != 0 { return "OBJECT_UNKNOWN" }
    if rawValue & 0x04 != 0 { return "PARAMETER_ERROR" }
    if rawValue & 0x10 != 0 { return "ALREADY_EXECUTING" }
    return nil
  }
}
