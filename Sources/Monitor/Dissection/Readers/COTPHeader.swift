// SPDX-License-Identifier: Apache-2.0

/// Transport protocol data unit (TPDU) of the connection-oriented transport protocol (ISO/IEC 8073, ITU-T X.224, clause
/// 13) in the form it has in class 0, the only one on TCP (RFC 1006):
///
///     0                  1              2                   3
///     +------------------+--------------+-------------------+--------- ... -+
///     | length indicator | code, credit | EOT, TPDU number  | user data     |  DT; the last field in DT alone
///     +------------------+--------------+-------------------+--------- ... -+
///
/// The length indicator counts the header's bytes after itself.
struct COTPHeader: ~Escapable {
  /// Length indicator, code, and one more byte: present in every TPDU.
  static let minimumLength = 3
  /// The length indicator of a data TPDU of class 0.
  static let dataLengthIndicator: UInt8 = 2
  fileprivate let bytes: RawSpan

  /// Nil if there are fewer bytes than the shortest header; the length indicator is not checked.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= COTPHeader.minimumLength else { return nil }
    self.bytes = bytes
  }

  var lengthIndicator: UInt8 { bytes.u8(0) }
  var code: COTPCode { COTPCode(rawValue: bytes.u8(1) & 0xF0) }
  /// The low half of the code byte: 0 in class 0.
  var credit: UInt8 { bytes.u8(1) & 0x0F }
  /// In a data TPDU of class 0: the last one of a message (TSDU).
  var isEndOfTSDU: Bool { bytes.u8(2) & 0x80 != 0 }
  /// Length of the header, including the length indicator.
  var headerLength: Int { 1 + Int(lengthIndicator) }
  var userData: RawSpan {
    @_lifetime(copy self) get { bytes.from(headerLength) }
  }
}

/// The code of a TPDU, without its credit (X.224, 13.2.2.1).
struct COTPCode: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let connectionRequest = COTPCode(rawValue: 0xE0)
  static let connectionConfirm = COTPCode(rawValue: 0xD0)
  static let disconnectRequest = COTPCode(rawValue: 0x80)
  static let disconnectConfirm = COTPCode(rawValue: 0xC0)
  static let data = COTPCode(rawValue: 0xF0)
  static let error = COTPCode(rawValue: 0x70)

  var name: StaticString {
    switch self {
    case .connectionRequest: "Connection request"
    case .connectionConfirm: "Connection confirm"
    case .disconnectRequest: "Disconnect request"
    case .disconnectConfirm: "Disconnect confirm"
    case .data: "Data"
    case .error: "TPDU error"
    // Expedited data (10), acknowledgements (60, 20), reject (50): classes 1 to 4.
    default: "TPDU not of class 0"
    }
  }
}

/// Connection request, connection confirm and disconnect request (X.224, 13.3 to 13.5), which share one layout:
///
///     0                  1              2             4        6                          7
///     +------------------+--------------+-------------+--------+--------------------------+---------- ... -+
///     | length indicator | code, credit | destination | source | class and option, reason | parameters     |
///     +------------------+--------------+-------------+--------+--------------------------+---------- ... -+
struct COTPConnection: ~Escapable {
  /// The fixed part.
  static let minimumLength = 7
  private let bytes: RawSpan
  /// The header's stated length, which exceeds the bytes present if it was truncated.
  private let length: Int

  /// Nil for other TPDUs, and if the header is, or claims to be, shorter than the fixed part.
  @inline(__always) @_lifetime(copy header)
  init?(_ header: borrowing COTPHeader) {
    switch header.code {
    case .connectionRequest, .connectionConfirm, .disconnectRequest: break
    default: return nil
    }
    guard header.headerLength >= COTPConnection.minimumLength, header.bytes.byteCount >= COTPConnection.minimumLength
    else { return nil }
    length = header.headerLength
    bytes = header.bytes.extracting(first: header.headerLength)
  }

  var destinationReference: UInt16 { bytes.u16(2) }
  var sourceReference: UInt16 { bytes.u16(4) }
  /// Class in the upper half; 0 is class 0 without options. Only in connection request and confirm.
  var classOption: UInt8 { bytes.u8(6) }
  /// Only in a disconnect request.
  var reason: COTPReason { COTPReason(rawValue: bytes.u8(6)) }
  var parameters: COTPParameters {
    @_lifetime(copy self) get {
      COTPParameters(bytes.from(COTPConnection.minimumLength), length: length - COTPConnection.minimumLength)
    }
  }
  /// Part of the header is missing.
  var isCut: Bool { bytes.byteCount < length }
}

/// The variable part of a header (X.224, 13.2.3): code, length, value. Each step consumes at least two bytes, so the
/// walk ends.
struct COTPParameters: ~Escapable {
  private var rest: RawSpan
  /// Bytes of the variable part still to be walked, present or not; negative if a parameter extends beyond the end.
  private var left: Int

  /// `length` is the header's claim; fewer bytes may be present.
  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, length: Int) {
    rest = bytes
    left = length
  }

  /// The value is shortened to the bytes present.
  @_lifetime(copy self)
  mutating func next() -> COTPParameter? {
    guard rest.byteCount >= 2 else { return nil }
    let length = Int(rest.u8(1))
    let parameter = COTPParameter(code: rest.u8(0), length: length, value: rest.slice(2, length))
    rest = rest.from(2 + length)
    left -= 2 + length
    return parameter
  }
  /// After the walk: the last parameter ended exactly at the end of the header.
  var hasEnded: Bool { left == 0 }
}

struct COTPParameter: ~Escapable {
  /// X.224, 13.3.4.
  static let tpduSize: UInt8 = 0xC0
  static let callingTSAP: UInt8 = 0xC1
  static let calledTSAP: UInt8 = 0xC2

  let code: UInt8
  /// The stated length; the value may be shorter.
  let length: Int
  let value: RawSpan

  @inline(__always) @_lifetime(copy value)
  fileprivate init(code: UInt8, length: Int, value: RawSpan) {
    self.code = code
    self.length = length
    self.value = value
  }
}

/// Why a transport connection ends or is refused (X.224, 13.5.3 d).
struct COTPReason: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  var name: StaticString {
    switch rawValue {
    case 0x00: "Reason not specified"
    case 0x01: "Congestion at TSAP"
    case 0x02: "Session entity not attached to TSAP"
    case 0x03: "Address unknown"
    case 0x80: "Normal disconnect initiated by session entity"
    case 0x81: "Remote transport entity congestion at connect request time"
    case 0x82: "Connection negotiation failed"
    case 0x83: "Duplicate source reference detected"
    case 0x84: "Mismatched references"
    case 0x85: "Protocol error"
    case 0x87: "Reference overflow"
    case 0x88: "Connection request refused on this network connection"
    case 0x8A: "Header or parameter length invalid"
    default: "Reason not in ISO 8073"
    }
  }
}
