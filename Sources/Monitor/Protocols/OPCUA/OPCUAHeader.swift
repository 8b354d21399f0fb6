// SPDX-License-Identifier: Apache-2.0

/// Header of every chunk (OPC 10000-6, 6.7.2.2 and 7.1.2.2). Numbers are little-endian.
///
///     0              3            4              8
///     +--------------+------------+--------------+------- ... -+
///     | message type | chunk type | message size | ...         |
///     +--------------+------------+--------------+------- ... -+
///
/// The size is that of the chunk, including the header.
struct UAMessageHeader: ~Escapable {
  static let size = 8
  private let bytes: RawSpan

  /// Nil if there are fewer bytes than a header; the fields are not checked.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= UAMessageHeader.size else { return nil }
    self.bytes = bytes
  }

  var messageType: UAMessageType { UAMessageType(rawValue: bytes.u24(0)) }
  /// Called "IsFinal" in the standard.
  var chunkType: UAChunkType { UAChunkType(rawValue: bytes.u8(3)) }
  var messageSize: UInt32 { bytes.u32LE(4) }

  /// A message type of the standard with a valid chunk type: only MSG can have several chunks.
  var isKnown: Bool { messageType.isKnown && chunkType.fits(messageType) }

  /// Whether fewer bytes than a header can begin one; true for no bytes.
  static func canBegin(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount > 3 else { return UAMessageType.canBegin(bytes) }
    let type = UAMessageType(rawValue: bytes.u24(0))
    return type.isKnown && UAChunkType(rawValue: bytes.u8(3)).fits(type)
  }
  /// The first four bytes, or just the first if there are fewer, for faults to show.
  static func beginning(_ bytes: RawSpan) -> UInt32 {
    bytes.byteCount >= 4 ? bytes.u32(0) : bytes.byteCount > 0 ? UInt32(bytes.u8(0)) << 24 : 0
  }
}

/// Three letters.
struct UAMessageType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  static let hello = UAMessageType(rawValue: 0x48_454C)
  static let acknowledge = UAMessageType(rawValue: 0x41_434B)
  static let error = UAMessageType(rawValue: 0x45_5252)
  static let reverseHello = UAMessageType(rawValue: 0x52_4845)
  /// OPN.
  static let open = UAMessageType(rawValue: 0x4F_504E)
  /// MSG.
  static let message = UAMessageType(rawValue: 0x4D_5347)
  /// CLO.
  static let close = UAMessageType(rawValue: 0x43_4C4F)

  var isKnown: Bool {
    switch self {
    case .hello, .acknowledge, .error, .reverseHello, .open, .message, .close: true
    default: false
    }
  }
  /// Whether up to three bytes can begin a known type.
  static func canBegin(_ bytes: RawSpan) -> Bool {
    var word: UInt32 = 0
    for place in 0..<bytes.byteCount { word = word << 8 | UInt32(bytes.u8(place)) }
    let missing = 24 - 8 * UInt32(bytes.byteCount)
    return [hello, acknowledge, error, reverseHello, open, message, close].contains { $0.rawValue >> missing == word }
  }

  var name: StaticString {
    switch self {
    case .hello: "Hello"
    case .acknowledge: "Acknowledge"
    case .error: "Error"
    case .reverseHello: "ReverseHello"
    case .open: "OpenSecureChannel"
    case .message: "Message"
    case .close: "CloseSecureChannel"
    default: "Message type not in OPC 10000-6"
    }
  }
  /// Length of the shortest chunk in bytes.
  var shortest: Int {
    switch self {
    case .message, .close: UASymmetricHeader.size
    case .open, .hello: 32
    default: 16
    }
  }
}

/// How a message continues after this chunk.
struct UAChunkType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// C: more chunks follow.
  static let intermediate = UAChunkType(rawValue: 0x43)
  /// F: the last one.
  static let final = UAChunkType(rawValue: 0x46)
  /// A: the message is aborted.
  static let abort = UAChunkType(rawValue: 0x41)

  var isKnown: Bool { self == .intermediate || self == .final || self == .abort }
  func fits(_ type: UAMessageType) -> Bool { self == .final || isKnown && type == .message }
}

/// The headers of a MSG or CLO chunk: message header, symmetric security header (6.7.2.4), sequence header (6.7.2.5).
///
///     0                8            12      16                20           24
///     +----------------+------------+-------+-----------------+------------+------- ... -+
///     | message header | channel id | token | sequence number | request id | body        |
///     +----------------+------------+-------+-----------------+------------+------- ... -+
///
/// If the channel encrypts, the sequence number and everything after it cannot be read.
struct UASymmetricHeader: ~Escapable {
  static let size = 24
  private let bytes: RawSpan

  /// `chunk` starts with its message header. Nil if there are fewer bytes than the headers.
  @inline(__always) @_lifetime(copy chunk)
  init?(_ chunk: RawSpan) {
    guard chunk.byteCount >= UASymmetricHeader.size else { return nil }
    bytes = chunk
  }

  var secureChannelID: UInt32 { bytes.u32LE(8) }
  var tokenID: UInt32 { bytes.u32LE(12) }
  var sequenceNumber: UInt32 { bytes.u32LE(16) }
  var requestID: UInt32 { bytes.u32LE(20) }
  var body: RawSpan {
    @_lifetime(copy self) get { bytes.from(UASymmetricHeader.size) }
  }
}

/// The headers of an OPN chunk: message header, asymmetric security header (6.7.2.3), sequence header (6.7.2.5).
///
///     0                8            12
///     +----------------+------------+------------------ ... -+---------------------- ... -+
///     | message header | channel id | security policy URI    | sender certificate         |
///     +----------------+------------+------------------ ... -+---------------------- ... -+
///     | receiver certificate thumbprint | sequence number | request id | body             |
///     +----------------------------- ... -+---------------+------------+------------- ... -+
///
/// URI, certificate and thumbprint are each preceded by their length (4 bytes).
struct UAAsymmetricHeader: ~Escapable {
  let secureChannelID: UInt32
  let securityPolicyURI: RawSpan
  let senderCertificate: RawSpan
  let receiverCertificateThumbprint: RawSpan
  let sequenceNumber: UInt32
  let requestID: UInt32
  /// Where the body begins in the chunk; nil if the headers extend beyond its end, in which case the fields from there
  /// on are empty.
  let bodyStart: Int?

  /// `chunk` starts with its message header.
  @_lifetime(copy chunk)
  init(_ chunk: RawSpan) {
    var reader = UAReader(chunk, at: UAMessageHeader.size)
    secureChannelID = reader.readU32()
    let policy = reader.readString()
    securityPolicyURI = chunk.slice(policy.start, policy.count)
    let certificate = reader.readString()
    senderCertificate = chunk.slice(certificate.start, certificate.count)
    let thumbprint = reader.readString()
    receiverCertificateThumbprint = chunk.slice(thumbprint.start, thumbprint.count)
    sequenceNumber = reader.readU32()
    requestID = reader.readU32()
    bodyStart = reader.hasFailed ? nil : reader.offset
  }
}
