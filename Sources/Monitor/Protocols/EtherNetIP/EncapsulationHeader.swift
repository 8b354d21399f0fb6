// SPDX-License-Identifier: Apache-2.0

/// The header of the encapsulation protocol: ODVA, The CIP Networks Library, volume 2 (EtherNet/IP Adaptation of CIP),
/// 2-3. Little-endian.
///
///     0         2        4         8        12               20        24
///     +---------+--------+---------+--------+----------------+---------+------ ... -+
///     | command | length | session | status | sender context | options | data       |
///     +---------+--------+---------+--------+----------------+---------+------ ... -+
///
/// `length` counts the data.
struct EncapsulationHeader: ~Escapable {
  static let size = 24
  /// Bytes of data (2-3.3).
  static let longestData: UInt16 = 65_511
  /// The highest status in use (table 2-3.3 has them up to 6A).
  static let highestStatus: UInt32 = 0xFF
  /// Header and data, as far as they are there.
  let message: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= EncapsulationHeader.size else { return nil }
    message = bytes.extracting(first: EncapsulationHeader.size + Int(bytes.u16LE(2)))
  }

  var command: ENIPCommand { ENIPCommand(rawValue: message.u16LE(0)) }
  var length: UInt16 { message.u16LE(2) }
  /// The session handle, which the target gives out.
  var session: UInt32 { message.u32LE(4) }
  var status: UInt32 { message.u32LE(8) }
  /// What the sender recognises an answer by.
  var senderContext: UInt64 { message.u64LE(12) }
  var options: UInt32 { message.u32LE(20) }
  /// Of Register Session: the data begin with the version of the protocol and options; nil where these are not there.
  var protocolVersion: UInt16? { message.byteCount >= EncapsulationHeader.size + 4 ? message.u16LE(24) : nil }

  /// Bytes of header and data, as the length gives them.
  var total: Int { EncapsulationHeader.size + Int(length) }
  var isWhole: Bool { message.byteCount == total }
  /// Bytes of data that are there.
  var dataCount: Int { message.byteCount - EncapsulationHeader.size }

  /// Whether command, length, status and options are such as 2-3 allows.
  var isPlausible: Bool {
    command.isKnown && length <= EncapsulationHeader.longestData && status <= EncapsulationHeader.highestStatus
      && options == 0
  }
}

/// The first fields of a header that is not whole; each is nil where the bytes end before it does.
struct EncapsulationBeginning: ~Escapable {
  private let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  var command: ENIPCommand? { bytes.byteCount >= 2 ? ENIPCommand(rawValue: bytes.u16LE(0)) : nil }
  var length: UInt16? { bytes.byteCount >= 4 ? bytes.u16LE(2) : nil }
  var status: UInt32? { bytes.byteCount >= 12 ? bytes.u32LE(8) : nil }
}
