// SPDX-License-Identifier: Apache-2.0

/// Internet control message protocol for IPv6 (RFC 4443, 2.1) with neighbour discovery (RFC 4861, 4).
///
///     0      1      2          4
///     +------+------+----------+--------------+
///     | type | code | checksum | message body |
///     +------+------+----------+--------------+
///
/// Neighbour solicitation and advertisement, and redirect:
///
///     4                  8                24                          40
///     +------------------+----------------+---------------------------+---------+
///     | flags, reserved  | target address | destination (redirect)    | options |
///     +------------------+----------------+---------------------------+---------+
struct ICMPv6Header: ~Escapable {
  let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(4, .icmpv6)
    self.bytes = bytes
    try bytes.require(headerLength, .icmpv6)
  }

  static let destinationUnreachable: UInt8 = 1
  static let packetTooBig: UInt8 = 2
  static let timeExceeded: UInt8 = 3
  static let parameterProblem: UInt8 = 4
  static let echoRequest: UInt8 = 128
  static let echoReply: UInt8 = 129
  static let routerSolicitation: UInt8 = 133
  static let routerAdvertisement: UInt8 = 134
  static let neighborSolicitation: UInt8 = 135
  static let neighborAdvertisement: UInt8 = 136
  static let redirect: UInt8 = 137

  var type: UInt8 { bytes.u8(0) }
  var code: UInt8 { bytes.u8(1) }
  var checksum: UInt16 { bytes.u16(2) }

  /// What every message of this type has before data or options.
  var headerLength: Int {
    switch type {
    case 1...4, 128, 129, ICMPv6Header.routerSolicitation: 8
    case ICMPv6Header.routerAdvertisement: 16
    case ICMPv6Header.neighborSolicitation, ICMPv6Header.neighborAdvertisement: 24
    case ICMPv6Header.redirect: 40
    default: 4
    }
  }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(headerLength) }
  }

  /// Echo messages.
  var identifier: UInt16? { type == 128 || type == 129 ? bytes.u16(4) : nil }
  /// Echo messages.
  var sequenceNumber: UInt16? { type == 128 || type == 129 ? bytes.u16(6) : nil }
  /// Packet too big.
  var maximumTransmissionUnit: UInt32? { type == ICMPv6Header.packetTooBig ? bytes.u32(4) : nil }

  /// The datagram an error message quotes.
  var original: OriginalDatagram? { (1...4).contains(type) ? OriginalDatagram(v6: payload) : nil }

  /// Neighbour solicitation, advertisement and redirect: the address requested, announced, or the better next hop.
  var target: IPAddress? {
    (135...137).contains(type) ? IPAddress(v6: bytes, at: 8) : nil
  }
  /// Redirect: the destination it is about.
  var redirectedDestination: IPAddress? { type == ICMPv6Header.redirect ? IPAddress(v6: bytes, at: 24) : nil }
  /// Neighbour advertisement: R, the sender is a router.
  var isRouter: Bool { type == ICMPv6Header.neighborAdvertisement && bytes.u8(4) & 0x80 != 0 }
  /// Neighbour advertisement: S, answers a solicitation.
  var isSolicited: Bool { type == ICMPv6Header.neighborAdvertisement && bytes.u8(4) & 0x40 != 0 }
  /// Neighbour advertisement: O, overrides what is known.
  var isOverride: Bool { type == ICMPv6Header.neighborAdvertisement && bytes.u8(4) & 0x20 != 0 }
  /// Router advertisement: seconds as default router; 0 is not one.
  var routerLifetime: UInt16? { type == ICMPv6Header.routerAdvertisement ? bytes.u16(6) : nil }

  /// Neighbour discovery messages; empty for others.
  var options: NeighborDiscoveryOptions {
    @_lifetime(copy self) get {
      NeighborDiscoveryOptions((133...137).contains(type) ? bytes.from(headerLength) : bytes.slice(0, 0))
    }
  }
  /// Option 1: the sender's MAC address.
  var sourceLinkLayerAddress: MACAddress? { linkLayerAddress(1) }
  /// Option 2: the target's MAC address.
  var targetLinkLayerAddress: MACAddress? { linkLayerAddress(2) }

  private func linkLayerAddress(_ kind: UInt8) -> MACAddress? {
    var options = self.options
    while let option = options.next() {
      if option.kind == kind, option.data.byteCount == 6 { return MACAddress(option.data, at: 0) }
    }
    return nil
  }
}

/// The options of a neighbour discovery message (RFC 4861, 4.6): type, length in units of eight bytes, data. Each step
/// takes at least eight bytes, so the walk ends.
struct NeighborDiscoveryOptions: ~Escapable {
  private var rest: RawSpan
  /// A length of 0 or beyond the message ended the walk.
  private(set) var isMalformed = false

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { rest = bytes }

  @_lifetime(copy self)
  mutating func next() -> HeaderOption? {
    guard rest.byteCount > 0 else { return nil }
    let length = rest.byteCount >= 2 ? Int(rest.u8(1)) << 3 : 0
    guard length > 0, length <= rest.byteCount else {
      isMalformed = true
      rest = rest.slice(0, 0)
      return nil
    }
    let option = HeaderOption(kind: rest.u8(0), data: rest.slice(2, length - 2))
    rest = rest.from(length)
    return option
  }
}
