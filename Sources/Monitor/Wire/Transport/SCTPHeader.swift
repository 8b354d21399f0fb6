// SPDX-License-Identifier: Apache-2.0

/// Stream control transmission protocol, common header (RFC 9260, 3.1).
///
///     0             2                  4                  8            12
///     +-------------+------------------+------------------+------------+--------+
///     | source port | destination port | verification tag | CRC32c     | chunks |
///     +-------------+------------------+------------------+------------+--------+
struct SCTPHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 12

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(SCTPHeader.length, .sctp)
    self.bytes = bytes
  }

  var sourcePort: UInt16 { bytes.u16(0) }
  var destinationPort: UInt16 { bytes.u16(2) }
  var verificationTag: UInt32 { bytes.u32(4) }
  var checksum: UInt32 { bytes.u32(8) }
  var chunks: SCTPChunks {
    @_lifetime(copy self) get { SCTPChunks(bytes.from(SCTPHeader.length)) }
  }
}

/// One chunk (RFC 9260, 3.2): type (0 data, 1 initiation …), flags, length, value padded to four bytes.
struct SCTPChunk: ~Escapable {
  /// From the type on, without padding; at least four bytes.
  let bytes: RawSpan

  @_lifetime(copy bytes)
  fileprivate init(_ bytes: RawSpan) { self.bytes = bytes }

  static let data: UInt8 = 0
  static let initiation: UInt8 = 1
  static let initiationAcknowledgement: UInt8 = 2

  var type: UInt8 { bytes.u8(0) }
  var flags: UInt8 { bytes.u8(1) }
  var value: RawSpan {
    @_lifetime(copy self) get { bytes.from(4) }
  }
}

/// The chunks of a packet. Each has at least four bytes, so the walk ends.
struct SCTPChunks: ~Escapable {
  private var rest: RawSpan
  /// A length below four or beyond the packet ended the walk.
  private(set) var isMalformed = false

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { rest = bytes }

  @_lifetime(copy self)
  mutating func next() -> SCTPChunk? {
    guard rest.byteCount > 0 else { return nil }
    let length = rest.byteCount >= 4 ? Int(rest.u16(2)) : 0
    guard length >= 4, length <= rest.byteCount else {
      isMalformed = true
      rest = rest.slice(0, 0)
      return nil
    }
    let chunk = SCTPChunk(rest.slice(0, length))
    rest = rest.from((length + 3) & ~3)
    return chunk
  }
}
