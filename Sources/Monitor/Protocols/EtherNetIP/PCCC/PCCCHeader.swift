// SPDX-License-Identifier: Apache-2.0

/// The header of a PCCC command in a CIP message: Rockwell, Logix 5000 Controllers Data Access (1756-PM020), for the
/// requester; DF1 Protocol and Command Set (1770-6.5.16), chapter 7, for the command. Little-endian.
///
///     0        1        3               length    +1       +2            +4         +5
///     +--------+--------+-------- ... -+---------+--------+-------------+----------+------ ... -+
///     | length | vendor | serial number| CMD     | STS    | TNS         | FNC      | data       |
///     +--------+--------+-------- ... -+---------+--------+-------------+----------+------ ... -+
///
/// `length` counts the requester's fields and itself. A response has no FNC; with some statuses it has EXT STS instead.
struct PCCCHeader: ~Escapable {
  /// CMD, STS and TNS.
  static let commandSize = 4
  /// The bytes up to the end of the command, to which its values refer.
  let message: RawSpan
  /// Where CMD is.
  let start: Int

  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at offset: Int) {
    guard offset < message.byteCount else { return nil }
    let length = Int(message.u8(offset))
    guard length >= 1, offset + length + PCCCHeader.commandSize <= message.byteCount else { return nil }
    self.message = message
    start = offset + length
  }

  /// CMD without its upper half, whose bit 6 marks a response.
  var commandCode: UInt8 { message.u8(start) & 0x0F }
  var isResponse: Bool { message.u8(start) & 0x40 != 0 }
  /// STS.
  var status: UInt8 { message.u8(start + 1) }
  /// TNS.
  var transaction: UInt16 { message.u16LE(start + 2) }
  /// The FNC of a command that has one; nil if the message ends before it.
  var function: UInt8? { following }
  /// The EXT STS of a response whose status announces one; nil if the message ends before it.
  var extendedStatus: UInt8? { following }
  private var following: UInt8? {
    start + PCCCHeader.commandSize < message.byteCount ? message.u8(start + PCCCHeader.commandSize) : nil
  }

  /// Whether the command has an FNC.
  var hasFunction: Bool { commandCode == 0x0F || commandCode == 0x06 || commandCode == 0x07 }
  /// Where the data begins in a response, and in a command with an FNC.
  var responseData: Int { start + PCCCHeader.commandSize }
  var commandData: Int { start + PCCCHeader.commandSize + 1 }
}
