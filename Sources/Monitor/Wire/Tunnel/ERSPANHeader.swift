// SPDX-License-Identifier: Apache-2.0

/// Encapsulated remote SPAN, types II and III (draft-foschiano-erspan-03, 4.2 and 4.3), after GRE. Type I has no
/// header of its own: the mirrored frame follows GRE at once, and GRE has no sequence number.
///
///     II   0               2                              4                    8
///          +---------------+------------------------------+--------------------+
///          | version, VLAN | COS, En, T, session id       | reserved, index    |
///          +---------------+------------------------------+--------------------+
///     III  0               2                              4            8       10                      12
///          +---------------+------------------------------+------------+-------+-----------------------+-------------+
///          | version, VLAN | COS, BSO, T, session id      | timestamp  | SGT   | P, FT, hw id, D, G, O | O: 8 bytes  |
///          +---------------+------------------------------+------------+-------+-----------------------+-------------+
struct ERSPANHeader: ~Escapable {
  let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(8, .erspan)
    self.bytes = bytes
    guard version == 1 || version == 2 else { throw Malformed(.erspan, .version, available: bytes.byteCount) }
    if version == 2 { try bytes.require(12, .erspan) }
    try bytes.require(length, .erspan)
  }

  /// 1 is type II, 2 is type III.
  var version: UInt8 { bytes.u8(0) >> 4 }
  /// VLAN the frame was seen in, 0 to 4095.
  var vlan: UInt16 { bytes.u16(0) & 0x0FFF }
  /// Class of service.
  var priority: UInt8 { bytes.u8(2) >> 5 }
  /// Type II, En: 0 came without tag, 1 with ISL, 2 with 802.1Q and lost it, 3 with a tag that is still in the frame.
  /// Type III, BSO: 0 good or unknown, 1 short, 2 oversized, 3 bad checksum.
  var encapsulation: UInt8 { bytes.u8(2) >> 3 & 3 }
  /// T: the mirrored frame was cut to fit.
  var isTruncated: Bool { bytes.u8(2) & 4 != 0 }
  var sessionIdentifier: UInt16 { bytes.u16(2) & 0x03FF }
  /// Type II: port and direction, as the platform counts them (20 bits).
  var index: UInt32? { version == 1 ? bytes.u32(4) & 0xF_FFFF : nil }

  /// Type III, in the units of `granularity`.
  var timestamp: UInt32? { version == 2 ? bytes.u32(4) : nil }
  /// Type III.
  var securityGroupTag: UInt16? { version == 2 ? bytes.u16(8) : nil }
  /// Type III, FT: 0 Ethernet frame, 2 IP packet.
  var frameType: UInt8 { version == 2 ? bytes.u8(10) >> 2 & 0x1F : 0 }
  /// Type III.
  var hardwareIdentifier: UInt8? { version == 2 ? UInt8(truncatingIfNeeded: bytes.u16(10) >> 4) & 0x3F : nil }
  /// Type III, D: seen on the way out.
  var isEgress: Bool { version == 2 && bytes.u8(11) & 8 != 0 }
  /// Type III: 0 is 100 µs, 1 is 100 ns, 2 is IEEE 1588.
  var granularity: UInt8? { version == 2 ? bytes.u8(11) >> 1 & 3 : nil }
  /// Type III, O.
  var hasPlatformSubheader: Bool { version == 2 && bytes.u8(11) & 1 != 0 }
  /// Type III with O.
  var platformSubheader: UInt64? { hasPlatformSubheader ? bytes.u64(12) : nil }

  /// In bytes: 8, 12 or 20.
  var length: Int { version == 1 ? 8 : hasPlatformSubheader ? 20 : 12 }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(length) }
  }
}
