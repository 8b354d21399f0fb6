// SPDX-License-Identifier: Apache-2.0

/// Transmission control protocol (RFC 9293, 3.1).
///
///     0             2                  4                 8                 12                  14
///     +-------------+------------------+-----------------+-----------------+-------------------+--------+
///     | source port | destination port | sequence number | acknowledgement | data offset, bits | window |
///     +-------------+------------------+-----------------+-----------------+-------------------+--------+
///     | checksum    | urgent pointer   | options up to data offset × 4                                  |
///     +-------------+------------------+----------------------------------------------------------------+
///     16            18                 20
struct TCPHeader: ~Escapable {
  let bytes: RawSpan
  static let minimumLength = 20

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(TCPHeader.minimumLength, .tcp)
    let headerLength = Int(bytes.u8(12) >> 4) << 2
    guard headerLength >= TCPHeader.minimumLength else {
      throw Malformed(.tcp, .length, needed: TCPHeader.minimumLength, available: headerLength)
    }
    try bytes.require(headerLength, .tcp)
    self.bytes = bytes
  }

  var sourcePort: UInt16 { bytes.u16(0) }
  var destinationPort: UInt16 { bytes.u16(2) }
  var sequenceNumber: UInt32 { bytes.u32(4) }
  var acknowledgementNumber: UInt32 { bytes.u32(8) }
  /// Data offset, in bytes: 20 to 60.
  var headerLength: Int { Int(bytes.u8(12) >> 4) << 2 }
  var flags: TCPFlags { TCPFlags(rawValue: bytes.u16(12) & 0x1FF) }
  /// Not yet scaled.
  var window: UInt16 { bytes.u16(14) }
  var checksum: UInt16 { bytes.u16(16) }
  var urgentPointer: UInt16 { bytes.u16(18) }
  var options: OptionList {
    @_lifetime(copy self) get { OptionList(bytes.slice(20, headerLength - 20)) }
  }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(headerLength) }
  }

  /// Option 2 (RFC 9293, 3.2).
  var maximumSegmentSize: UInt16? {
    var options = self.options
    while let option = options.next() {
      if option.kind == 2, option.data.byteCount == 2 { return option.data.u16(0) }
    }
    return nil
  }
  /// Option 3: shift count (RFC 7323, 2.2).
  var windowScale: UInt8? {
    var options = self.options
    while let option = options.next() {
      if option.kind == 3, option.data.byteCount == 1 { return option.data.u8(0) }
    }
    return nil
  }
  /// Option 4 (RFC 2018, 2).
  var isSelectiveAcknowledgementPermitted: Bool {
    var options = self.options
    while let option = options.next() {
      if option.kind == 4 { return true }
    }
    return false
  }
  /// Option 8 (RFC 7323, 3.2).
  var timestamps: (value: UInt32, echoReply: UInt32)? {
    var options = self.options
    while let option = options.next() {
      if option.kind == 8, option.data.byteCount == 8 { return (option.data.u32(0), option.data.u32(4)) }
    }
    return nil
  }
}

/// Control bits of a TCP segment (RFC 9293, 3.1).
package struct TCPFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  @inline(__always)
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let fin = TCPFlags(rawValue: 0x001)
  package static let syn = TCPFlags(rawValue: 0x002)
  package static let rst = TCPFlags(rawValue: 0x004)
  package static let psh = TCPFlags(rawValue: 0x008)
  package static let ack = TCPFlags(rawValue: 0x010)
  package static let urg = TCPFlags(rawValue: 0x020)
  /// RFC 3168.
  package static let ece = TCPFlags(rawValue: 0x040)
  package static let cwr = TCPFlags(rawValue: 0x080)
  /// Accurate ECN (formerly the nonce sum).
  package static let ae = TCPFlags(rawValue: 0x100)
}
