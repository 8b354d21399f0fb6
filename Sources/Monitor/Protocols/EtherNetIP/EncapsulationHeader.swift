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
  /// Maximum number of data bytes (2-3.3).
  static let longestData: UInt16 = 65_511
  /// The highest status in use (table 2-3.3 lists values up to 6A).
  static let highestStatus: UInt32 = 0xFF
  /// Header and data, as far as present.
  let message: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= EncapsulationHeader.size else { return nil }
    message = bytes.extracting(first: EncapsulationHeader.size + Int(bytes.u16LE(2)))
  }

  var command: ENIPCommand { ENIPCommand(rawValue: message.u16LE(0)) }
  var length: UInt16 { message.u16LE(2) }
  /// The session handle, assigned by the target.
  var session: UInt32 { message.u32LE(4) }
  var status: UInt32 { message.u32LE(8) }
  /// A value by which the sender recognises the response.
  var senderContext: UInt64 { message.u64LE(12) }
  var options: UInt32 { message.u32LE(20) }
  /// In Register Session, whose data starts with protocol version and options; nil if they are missing.
  var protocolVersion: UInt16? { message.byteCount >= EncapsulationHeader.size + 4 ? message.u16LE(24) : nil }

  /// Length of header and data, according to the length field.
  var total: Int { EncapsulationHeader.size + Int(length) }
  var isWhole: Bool { message.byteCount == total }
  /// Number of data bytes present.
  var dataCount: Int { message.byteCount - EncapsulationHeader.size }

  /// Whether command, length, status and options are valid according to 2-3.
  var isPlausible: Bool {
    command.isKnown && hasPlausibleRest
  }
  /// The same, whatever the command.
  fileprivate var hasPlausibleRest: Bool {
    length <= EncapsulationHeader.longestData && status <= EncapsulationHeader.highestStatus
      && options == 0
  }
}

extension EncapsulationHeader {
  /// A message that may come before the one that opens a session, and that decides nothing by itself: a run of zeros
  /// looks like a NOP. Legacy commands are expected on the protocol's own port alone.
  func isPreface(onOwnPort: Bool) -> Bool {
    (command == .noOperation || onOwnPort && command.isLegacy) && status == 0 && hasPlausibleRest
  }
}

/// The first fields of an incomplete header; nil for each field that is not complete.
struct EncapsulationBeginning: ~Escapable {
  private let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  var command: ENIPCommand? { bytes.byteCount >= 2 ? ENIPCommand(rawValue: bytes.u16LE(0)) : nil }
  var length: UInt16? { bytes.byteCount >= 4 ? bytes.u16LE(2) : nil }
  var status: UInt32? { bytes.byteCount >= 12 ? bytes.u32LE(8) : nil }
}
