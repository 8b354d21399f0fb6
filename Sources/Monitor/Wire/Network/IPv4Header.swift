// SPDX-License-Identifier: Apache-2.0

/// Internet protocol, version 4 (RFC 791, 3.1), trimmed to its total length: what follows is frame padding.
///
///     0              1      2              4                6                  8     9          10         12
///     +--------------+------+--------------+----------------+------------------+-----+----------+----------+
///     | version, IHL | DSCP | total length | identification | flags, fragment  | TTL | protocol | checksum |
///     +--------------+------+--------------+----------------+------------------+-----+----------+----------+
///     | source address      | destination address           | options up to IHL × 4                         |
///     +---------------------+-------------------------------+-----------------------------------------------+
struct IPv4Header: ~Escapable {
  let bytes: RawSpan
  static let minimumLength = 20
  /// Where the two addresses begin.
  static let addresses = 12

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(IPv4Header.minimumLength, .ipv4)
    let first = bytes.u8(0)
    guard first >> 4 == 4 else { throw Malformed(.ipv4, .version, available: bytes.byteCount) }
    let headerLength = Int(first & 15) << 2
    let total = Int(bytes.u16(2))
    guard headerLength >= IPv4Header.minimumLength, total >= headerLength || total == 0 else {
      throw Malformed(.ipv4, .length, needed: max(headerLength, IPv4Header.minimumLength), available: total)
    }
    try bytes.require(headerLength, .ipv4)
    self.bytes = total == 0 ? bytes : bytes.slice(0, total)
  }

  /// In bytes, 20 to 60.
  var headerLength: Int { Int(bytes.u8(0) & 15) << 2 }
  /// RFC 2474.
  var differentiatedServices: UInt8 { bytes.u8(1) >> 2 }
  /// RFC 3168.
  var explicitCongestionNotification: UInt8 { bytes.u8(1) & 3 }
  /// As stated. 0 on a sending host that leaves segmentation to its interface; then everything captured
  /// belongs to the datagram.
  var totalLength: Int { Int(bytes.u16(2)) }
  /// The total length reaches beyond the bytes there are.
  var isIncomplete: Bool { totalLength > bytes.byteCount }
  var identification: UInt16 { bytes.u16(4) }
  /// RFC 3514 aside, this bit must be zero.
  var reservedFlag: Bool { bytes.u8(6) & 0x80 != 0 }
  var dontFragment: Bool { bytes.u8(6) & 0x40 != 0 }
  var moreFragments: Bool { bytes.u8(6) & 0x20 != 0 }
  /// In bytes.
  var fragmentOffset: Int { Int(bytes.u16(6) & 0x1FFF) << 3 }
  var timeToLive: UInt8 { bytes.u8(8) }
  var protocolNumber: IPProtocol { IPProtocol(rawValue: bytes.u8(9)) }
  var checksum: UInt16 { bytes.u16(10) }
  var source: IPAddress { IPAddress(v4: bytes, at: 12) }
  var destination: IPAddress { IPAddress(v4: bytes, at: 16) }
  var options: OptionList {
    @_lifetime(copy self) get { OptionList(bytes.slice(20, headerLength - 20)) }
  }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(headerLength) }
  }

  /// The sender laid the route down (loose or strict source route, RFC 791, 3.1): long refused by
  /// routers, loved by attackers.
  var hasSourceRoute: Bool {
    var options = self.options
    while let option = options.next() {
      if option.kind == 131 || option.kind == 137 { return true }
    }
    return false
  }
}
