// SPDX-License-Identifier: Apache-2.0

/// One IPv6 extension header (RFC 8200, 4), trimmed to its length: hop-by-hop and destination options, routing,
/// fragment, authentication (RFC 4302), mobility (RFC 6275), host identity (RFC 7401) and shim6 (RFC 5533).
///
///     0             1        2
///     +-------------+--------+---------------------------------+
///     | next header | length | (length + 1) × 8 bytes in all   |
///     +-------------+--------+---------------------------------+
///
/// The authentication header counts in units of four: (length + 2) × 4. The fragment header always has eight bytes:
///
///     0             1          2                                            4
///     +-------------+----------+--------------------------------------------+----------------+
///     | next header | reserved | offset in units of 8 (13), reserved (2), M | identification |
///     +-------------+----------+--------------------------------------------+----------------+
struct IPv6Extension: ~Escapable {
  let bytes: RawSpan
  /// Which header this is: the number that announced it.
  let kind: IPProtocol

  /// How many are walked at most. A sound datagram has each once (destination options twice).
  static let maximumCount = 16

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, kind: IPProtocol) throws(Malformed) {
    try bytes.require(8, .ipv6)
    let length =
      switch kind {
      case .fragment: 8
      case .authenticationHeader: (Int(bytes.u8(1)) + 2) << 2
      default: (Int(bytes.u8(1)) + 1) << 3
      }
    try bytes.require(length, .ipv6)
    self.bytes = bytes.slice(0, length)
    self.kind = kind
  }

  /// The headers that this type can walk over.
  static func isExtension(_ number: IPProtocol) -> Bool {
    switch number {
    case .hopByHopOptions, .routing, .fragment, .authenticationHeader, .destinationOptions, .mobility, .hostIdentity,
      .shim6:
      true
    default: false
    }
  }

  var nextHeader: IPProtocol { IPProtocol(rawValue: bytes.u8(0)) }
  var length: Int { bytes.byteCount }

  /// Fragment header: in bytes.
  var fragmentOffset: Int { Int(bytes.u16(2) & 0xFFF8) }
  /// Fragment header.
  var moreFragments: Bool { bytes.u8(3) & 1 != 0 }
  /// Fragment header.
  var identification: UInt32 { bytes.u32(4) }

  /// Routing header: 0 source route (deprecated, RFC 5095), 2 mobility, 3 RPL, 4 segment routing.
  var routingType: UInt8 { bytes.u8(2) }
  /// Routing header: while it is not 0, the destination address is not the last one.
  var segmentsLeft: UInt8 { bytes.u8(3) }
}
