// SPDX-License-Identifier: Apache-2.0

/// Internet group management protocol, versions 1 (RFC 1112), 2 (RFC 2236, 2) and 3 (RFC 3376, 4).
///
///     0      1                   2          4               8
///     +------+-------------------+----------+---------------+---------------------------------------+
///     | type | max response time | checksum | group address | version 3 query: sources              |
///     +------+-------------------+----------+---------------+---------------------------------------+
///     | 0x22 | reserved          | checksum | res. | count  | version 3 report: group records       |
///     +------+-------------------+----------+---------------+---------------------------------------+
struct IGMPHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 8

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(IGMPHeader.length, .igmp)
    self.bytes = bytes
  }

  static let membershipQuery: UInt8 = 0x11
  static let version1Report: UInt8 = 0x12
  static let version2Report: UInt8 = 0x16
  static let leaveGroup: UInt8 = 0x17
  static let version3Report: UInt8 = 0x22

  var type: UInt8 { bytes.u8(0) }
  /// In tenths of a second; version 1 has 0 here. Version 3 codes values from 128 on as a small floating-point number.
  var maximumResponseCode: UInt8 { bytes.u8(1) }
  var checksum: UInt16 { bytes.u16(2) }
  /// The group asked for, joined or left; nil in a version 3 report, whose records name them.
  var group: IPAddress? { type == IGMPHeader.version3Report ? nil : IPAddress(v4: bytes, at: 4) }
  var groupRecordCount: Int? { type == IGMPHeader.version3Report ? Int(bytes.u16(6)) : nil }

  /// 1, 2 or 3; nil for a type that is none of these (RFC 3376, 7.1 for queries).
  var version: Int? {
    switch type {
    case IGMPHeader.membershipQuery: bytes.byteCount >= 12 ? 3 : (maximumResponseCode == 0 ? 1 : 2)
    case IGMPHeader.version1Report: 1
    case IGMPHeader.version2Report, IGMPHeader.leaveGroup: 2
    case IGMPHeader.version3Report: 3
    default: nil
    }
  }
  var groupRecords: IGMPGroupRecords {
    @_lifetime(copy self) get { IGMPGroupRecords(bytes.from(IGMPHeader.length), count: groupRecordCount ?? 0) }
  }
}

/// One record of a version 3 report (RFC 3376, 4.2.4), without its sources.
struct IGMPGroupRecord: Equatable {
  /// 1, 2 mode is include, exclude; 3, 4 change to it; 5, 6 allow new, block old sources.
  let type: UInt8
  let sourceCount: Int
  let group: IPAddress
}

/// The records of a version 3 report. Each has at least eight bytes, so the walk ends.
struct IGMPGroupRecords: ~Escapable {
  private var rest: RawSpan
  private var count: Int
  /// A record reaches beyond the message.
  private(set) var isMalformed = false

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, count: Int) {
    rest = bytes
    self.count = count
  }

  mutating func next() -> IGMPGroupRecord? {
    guard count > 0 else { return nil }
    count -= 1
    let available = rest.byteCount
    guard available >= 8, 8 + 4 * (Int(rest.u8(1)) + Int(rest.u16(2))) <= available else {
      isMalformed = true
      count = 0
      return nil
    }
    let sources = Int(rest.u16(2))
    let record = IGMPGroupRecord(type: rest.u8(0), sourceCount: sources, group: IPAddress(v4: rest, at: 4))
    rest = rest.from(8 + 4 * (Int(rest.u8(1)) + sources))
    return record
  }
}
