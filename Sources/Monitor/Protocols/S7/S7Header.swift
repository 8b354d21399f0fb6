// SPDX-License-Identifier: Apache-2.0

/// Header of S7 communication. The protocol has no public standard: layout and names of the fields as published in the
/// sources of `S7Comm`.
///
///     0             1        2            4           6                  8             10                  12
///     +-------------+--------+------------+-----------+------------------+-------------+-------------------+-- ... -+
///     | protocol id | ROSCTR | redundancy | reference | parameter length | data length | error class, code | ...    |
///     +-------------+--------+------------+-----------+------------------+-------------+-------------------+-- ... -+
///
/// Only acknowledgements have the error. Parameters and data follow.
struct S7Header: ~Escapable {
  /// Without the error.
  static let minimumLength = 10
  static let protocolID: UInt8 = 0x32
  private let bytes: RawSpan

  /// Nil if there are fewer bytes than the shortest header; the fields are not checked.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7Header.minimumLength else { return nil }
    self.bytes = bytes
  }

  var protocolID: UInt8 { bytes.u8(0) }
  /// Remote operating service control.
  var rosctr: S7ROSCTR { S7ROSCTR(rawValue: bytes.u8(1)) }
  /// Redundancy identification; always 0.
  var redundancyIdentification: UInt16 { bytes.u16(2) }
  /// Matches an acknowledgement to its job.
  var reference: UInt16 { bytes.u16(4) }
  var parameterLength: UInt16 { bytes.u16(6) }
  var dataLength: UInt16 { bytes.u16(8) }
  /// Class (upper byte) and code of an error; 0 if the header has none, or if it was cut off.
  var error: UInt16 { rosctr.headerLength == 12 && bytes.byteCount >= 12 ? bytes.u16(10) : 0 }

  /// Size of the message according to its length fields; nil for an unknown kind of message.
  var messageLength: Int? { rosctr.headerLength.map { $0 + Int(parameterLength) + Int(dataLength) } }
  /// Everything after the header, parameters first; empty if it is cut off.
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(rosctr.headerLength ?? S7Header.minimumLength) }
  }
}

/// The kind of a message.
struct S7ROSCTR: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let job = S7ROSCTR(rawValue: 1)
  static let acknowledgement = S7ROSCTR(rawValue: 2)
  static let acknowledgementWithData = S7ROSCTR(rawValue: 3)
  static let userData = S7ROSCTR(rawValue: 7)

  var headerLength: Int? {
    switch self {
    case .job, .userData: 10
    case .acknowledgement, .acknowledgementWithData: 12
    default: nil
    }
  }
}
