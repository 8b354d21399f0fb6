// SPDX-License-Identifier: Apache-2.0

/// One entry of an MPLS label stack (RFC 3032, 2.1).
///
///     +-------------+-------------------+---------------------+---------+
///     | label (20)  | traffic class (3) | bottom of stack (1) | TTL (8) |
///     +-------------+-------------------+---------------------+---------+
struct MPLSLabel: Equatable {
  let entry: UInt32
  static let length = 4

  @inline(__always)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(MPLSLabel.length, .mpls)
    entry = bytes.u32(0)
  }

  var label: UInt32 { entry >> 12 }
  /// RFC 5462.
  var trafficClass: UInt8 { UInt8(truncatingIfNeeded: entry >> 9) & 7 }
  var isBottomOfStack: Bool { entry & 0x100 != 0 }
  var timeToLive: UInt8 { UInt8(truncatingIfNeeded: entry) }
}
