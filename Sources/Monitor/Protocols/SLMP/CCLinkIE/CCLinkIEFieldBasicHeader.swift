// SPDX-License-Identifier: Apache-2.0

/// The header of cyclic data of CC-Link IE Field Network Basic, in binary 3E frames (CLPA, CC-Link IE Field Network
/// Basic specification BAP-C2011ENG, and its sample of a slave station; Mitsubishi Electric SH-081684ENG). Subheader,
/// route and length as in `SLMPHeader`, then a request of the master or an answer of a slave:
///
///     11        13            15        17  19       21          35       39     47          51      52  53
///     +---------+-------------+---------+---+--------+--- ... ---+--------+------+-----------+-------+---+----------+-
///     | command | sub-command | version | 0 | offset | 0         | status | time | master id | group | 0 | sequence |
///     +---------+-------------+---------+---+--------+--- ... ---+--------+------+-----------+-------+---+----------+-
///     9          11        13         15       17            43       47     51         55      56  57
///     +----------+---------+----------+--------+---- ... ----+--------+------+----------+-------+---+----------+--
///     | end code | version | end code | offset | vendor ...  | status | ...  | slave id | group | 0 | sequence |
///     +----------+---------+----------+--------+---- ... ----+--------+------+----------+-------+---+----------+--
///
/// `offset` counts from byte 11 to the id. The master's sequence number is followed by time-out and its count, the
/// number of the parameters, how many stations are occupied, which of them are cyclic, and the id of each. The data
/// are for each station 64 bytes of words, then for each 8 of bits.
struct CCLinkIEFieldBasicHeader: ~Escapable {
  /// Up to the sub-command, or to the end code of the cyclic data.
  static let size = 15
  /// The shortest frame with its cyclic data.
  static let shortest = 59
  static let request: UInt16 = 0x5000
  static let response: UInt16 = 0xD000
  /// The command of a master's frame.
  static let command: UInt16 = 0x0E70
  /// The offset in an answer.
  static let responseOffset: UInt16 = 0x28
  /// What a station has of words and bits, in bytes.
  static let wordsSize = 64
  static let bitsSize = 8
  static let stationSize = wordsSize + bitsSize
  /// Offsets count from here.
  private static let base = 11
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= CCLinkIEFieldBasicHeader.size else { return nil }
    self.bytes = bytes
  }

  var subheader: UInt16 { bytes.u16(0) }
  var isResponse: Bool { subheader == CCLinkIEFieldBasicHeader.response }
  var length: UInt16 { bytes.u16LE(7) }
  /// Size of the frame according to its length field.
  var total: Int { 9 + Int(length) }
  /// In a master's frame.
  var command: UInt16 { bytes.u16LE(11) }
  var subcommand: UInt16 { bytes.u16LE(13) }
  /// In a slave's frame: the frame's own end code, and that of the cyclic data.
  var frameEndCode: UInt16 { bytes.u16LE(9) }
  var cyclicEndCode: UInt16 { bytes.u16LE(13) }

  // MARK: Fields that may be cut off: nil

  /// Protocol version: 1.
  var version: UInt16? { u16(isResponse ? 11 : 15) }
  /// Where the id is, counted from byte 11.
  var offset: UInt16? { u16(isResponse ? 15 : 19) }
  /// Whether the sender's application runs.
  var applicationStatus: UInt16? { u16(isResponse ? 43 : 35) }
  /// Where the id of the master or slave is; the fields below have places counted from there.
  var id: Int? { offset.map { CCLinkIEFieldBasicHeader.base + Int($0) } }
  var group: UInt8? { id.flatMap { $0 + 8 <= bytes.byteCount ? bytes.u8($0 + 4) : nil } }
  var sequenceNumber: UInt16? { id.flatMap { u16($0 + 6) } }
  /// In a master's frame.
  var occupiedStations: UInt16? { id.flatMap { $0 + 20 <= bytes.byteCount ? bytes.u16LE($0 + 14) : nil } }

  private func u16(_ place: Int) -> UInt16? { place + 2 <= bytes.byteCount ? bytes.u16LE(place) : nil }

  /// Whether all fixed fields have the values of such a frame.
  var isCyclic: Bool {
    guard bytes.byteCount >= CCLinkIEFieldBasicHeader.shortest, total == bytes.byteCount, version == 1 else {
      return false
    }
    switch subheader {
    case CCLinkIEFieldBasicHeader.request: return command == CCLinkIEFieldBasicHeader.command && subcommand == 0
    case CCLinkIEFieldBasicHeader.response:
      // The eight bytes after the offset are 0.
      return offset == CCLinkIEFieldBasicHeader.responseOffset && bytes.u64(17) == 0
        && (bytes.byteCount - CCLinkIEFieldBasicHeader.shortest) % CCLinkIEFieldBasicHeader.stationSize == 0
    default: return false
    }
  }
}
