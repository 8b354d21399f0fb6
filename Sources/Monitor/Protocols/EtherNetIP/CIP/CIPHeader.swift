// SPDX-License-Identifier: Apache-2.0

/// The header of a CIP request: ODVA, The CIP Networks Library, volume 1, 2-4.
///
///     +0        +1          +2
///     +---------+-----------+------ ... -+------ ... -+
///     | service | path size | path       | data       |
///     +---------+-----------+------ ... -+------ ... -+
///
/// The size counts 16-bit words. The highest bit of the service marks a response.
struct CIPRequestHeader: ~Escapable {
  static let size = 2
  static let responseBit: UInt8 = 0x80
  private let message: RawSpan
  let start: Int

  /// The CIP message extends to the end of `message`.
  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int) {
    guard start + CIPRequestHeader.size <= message.byteCount else { return nil }
    self.message = message
    self.start = start
  }

  var service: UInt8 { message.u8(start) }
  var isResponse: Bool { service & CIPRequestHeader.responseBit != 0 }
  /// In 16-bit words.
  var pathSize: UInt8 { message.u8(start + 1) }
  var path: Int { start + CIPRequestHeader.size }
  /// Where the path ends and the data begins.
  var data: Int { path + 2 * Int(pathSize) }
  /// The first byte of the path; nil if the path is empty.
  var firstSegment: UInt8? { path < message.byteCount ? message.u8(path) : nil }
  /// Whether the path is complete.
  var hasPath: Bool { data <= message.byteCount }
}

/// The header of a CIP response (volume 1, 2-4).
///
///     +0        +1         +2       +3              +4
///     +---------+----------+--------+---------------+-------------------+------ ... -+
///     | service | reserved | status | size of added | additional status | data       |
///     +---------+----------+--------+---------------+-------------------+------ ... -+
///
/// The size counts 16-bit words.
struct CIPResponseHeader: ~Escapable {
  static let size = 4
  private let message: RawSpan
  let start: Int

  /// The CIP message extends to the end of `message`.
  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int) {
    guard start + CIPResponseHeader.size <= message.byteCount else { return nil }
    self.message = message
    self.start = start
  }

  var isResponse: Bool { message.u8(start) & CIPRequestHeader.responseBit != 0 }
  /// The service of the request, without the response bit.
  var service: UInt8 { message.u8(start) & ~CIPRequestHeader.responseBit }
  /// Always 0.
  var reserved: UInt8 { message.u8(start + 1) }
  var generalStatus: CIPStatus { CIPStatus(rawValue: message.u8(start + 2)) }
  /// In 16-bit words.
  var additionalStatusSize: UInt8 { message.u8(start + 3) }
  /// The first word of the additional status; nil if there is no such word.
  var extendedStatus: UInt16? {
    let status = start + CIPResponseHeader.size
    return additionalStatusSize > 0 && status + 2 <= message.byteCount ? message.u16LE(status) : nil
  }
  /// Where the additional status ends and the data begins.
  var data: Int { start + CIPResponseHeader.size + 2 * Int(additionalStatusSize) }
  /// Whether the additional status is complete.
  var hasAdditionalStatus: Bool { data <= message.byteCount }
}

/// The data of an Unconnected Send (volume 1, 3-5.5.4). A padding byte precedes the route if the length is odd.
///
///     +0     +1      +2       +4                      +0           +1         +2
///     +------+-------+--------+---------- ... -+------+------------+----------+------- ... -+
///     | tick | ticks | length | message        | (0)  | route size | reserved | route       |
///     +------+-------+--------+---------- ... -+------+------------+----------+------- ... -+
///
/// The length counts bytes, the route size 16-bit words.
struct UnconnectedSend: ~Escapable {
  private static let size = 4
  private let bytes: RawSpan
  /// Where the message begins.
  let message: Int
  /// In bytes.
  let length: Int

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, at data: Int) {
    guard data + UnconnectedSend.size <= bytes.byteCount else { return nil }
    self.bytes = bytes
    length = Int(bytes.u16LE(data + 2))
    message = data + UnconnectedSend.size
  }

  var messageEnd: Int { message + length }
  /// Whether the message is there, and can be one.
  var hasMessage: Bool { length >= CIPRequestHeader.size && messageEnd <= bytes.byteCount }
  /// Where the route is, according to its size; nil where its header is not there.
  var route: Range<Int>? {
    let size = messageEnd + length % 2
    guard size + 2 <= bytes.byteCount else { return nil }
    return size + 2..<size + 2 + 2 * Int(bytes.u8(size))
  }
}

/// Precedes the CIP message in an item for connected data of transport class 2 or 3 (volume 1, 3-4.4.3).
///
///     +0               +2
///     +----------------+------ ... -+
///     | sequence count | CIP message|
///     +----------------+------ ... -+
struct ConnectedDataHeader: ~Escapable {
  static let size = 2
  private let message: RawSpan
  let start: Int

  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int) {
    guard start + ConnectedDataHeader.size <= message.byteCount else { return nil }
    self.message = message
    self.start = start
  }

  var sequenceCount: UInt16 { message.u16LE(start) }
  /// Where the CIP message begins.
  var service: Int { start + ConnectedDataHeader.size }
}
