// SPDX-License-Identifier: Apache-2.0

/// The header of a PCCC command in a CIP message: Rockwell, Logix 5000 Controllers Data Access (1756-PM020), for who
/// asks; DF1 Protocol and Command Set (1770-6.5.16), chapter 7, for the command. Little-endian.
///
///     0        1        3               length    +1       +2            +4         +5
///     +--------+--------+-------- ... -+---------+--------+-------------+----------+------ ... -+
///     | length | vendor | serial number| CMD     | STS    | TNS         | FNC      | data       |
///     +--------+--------+-------- ... -+---------+--------+-------------+----------+------ ... -+
///
/// `length` counts who asks, with itself. A response has no FNC: with some statuses, EXT STS is in its place.
struct PCCCHeader: ~Escapable {
  /// CMD, STS, TNS.
  static let commandSize = 4
  /// The bytes that end where the command ends, for the values in them.
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

  /// CMD without its upper half, in which bit 6 marks a response.
  var commandCode: UInt8 { message.u8(start) & 0x0F }
  var isResponse: Bool { message.u8(start) & 0x40 != 0 }
  /// STS.
  var status: UInt8 { message.u8(start + 1) }
  /// TNS.
  var transaction: UInt16 { message.u16LE(start + 2) }
  /// FNC of a command that has one; nil where the message ends before it.
  var function: UInt8? { following }
  /// EXT STS of a response whose status announces one; nil where the message ends before it.
  var extendedStatus: UInt8? { following }
  private var following: UInt8? {
    start + PCCCHeader.commandSize < message.byteCount ? message.u8(start + PCCCHeader.commandSize) : nil
  }

  /// Commands that have an FNC.
  var hasFunction: Bool { commandCode == 0x0F || commandCode == 0x06 || commandCode == 0x07 }
  /// Where the data of a response and of a command with an FNC begin.
  var responseData: Int { start + PCCCHeader.commandSize }
  var commandData: Int { start + PCCCHeader.commandSize + 1 }
}
