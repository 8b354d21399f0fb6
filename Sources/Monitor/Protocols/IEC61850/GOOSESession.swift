// SPDX-License-Identifier: Apache-2.0

/// The session header of routable GOOSE (IEC TR 61850-90-5:2012, 7 and 8; IEC 61850-8-1:2020): the length and type of
/// a transport unit, then the type of the session, the length of its header, and the length of the payload.
///
///     0    1    2      3        4                  +0               +4
///     +----+----+------+--------+---------- ... -+----------------+------ ... -+
///     | 01 | 40 | type | length | session        | payload length | payload    |
///     +----+----+------+--------+---------- ... -+----------------+------ ... -+
struct GOOSESessionHeader: ~Escapable {
  static let size = 4
  /// Length 1, unit data.
  static let transport: UInt16 = 0x0140
  /// The session type of GOOSE.
  static let goose: UInt8 = 0xA1
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= GOOSESessionHeader.size else { return nil }
    self.bytes = bytes
  }

  var transport: UInt16 { bytes.u16(0) }
  var type: UInt8 { bytes.u8(2) }
  var length: UInt8 { bytes.u8(3) }
  /// Transport and type, for faults to show.
  var framing: UInt32 { bytes.u24(0) }
  var isGOOSE: Bool { transport == GOOSESessionHeader.transport && type == GOOSESessionHeader.goose }

  /// Whether the payload length and the header of its first part are present; otherwise the fields below are not.
  var hasPayload: Bool { payloadOffset + GOOSEPayloadHeader.size <= bytes.byteCount }
  var payloadLength: UInt32 { bytes.u32(payloadOffset - 4) }
  /// Where the payload begins, and where it ends as far as it is present.
  var payloadOffset: Int { GOOSESessionHeader.size + Int(length) + 4 }
  var payloadEnd: Int { min(bytes.byteCount, payloadOffset + Int(payloadLength)) }
}

/// The header of a part of the payload, which may have several.
///
///     +0     +1           +2      +4       +6
///     +------+------------+-------+--------+--------- ... -+
///     | type | simulation | APPID | length | goosePdu      |
///     +------+------------+-------+--------+--------- ... -+
///
/// `length` counts the goosePdu.
struct GOOSEPayloadHeader: ~Escapable {
  static let size = 6
  /// The payload type of GOOSE.
  static let goose: UInt8 = 0x81
  private let bytes: RawSpan
  /// Where the part begins in the datagram.
  let start: Int

  /// Nil if there is no room for it before `end`, which lies within the bytes.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, at start: Int, end: Int) {
    guard start + GOOSEPayloadHeader.size <= end else { return nil }
    self.bytes = bytes
    self.start = start
  }

  var type: UInt8 { bytes.u8(start) }
  var isSimulated: Bool { bytes.u8(start + 1) != 0 }
  var applicationID: UInt16 { bytes.u16(start + 2) }
  var length: UInt16 { bytes.u16(start + 4) }
  /// Where the goosePdu begins, and where it ends according to its length.
  var dataOffset: Int { start + GOOSEPayloadHeader.size }
  var dataEnd: Int { dataOffset + Int(length) }
}
