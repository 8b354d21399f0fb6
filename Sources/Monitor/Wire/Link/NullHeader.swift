// SPDX-License-Identifier: Apache-2.0

/// BSD loopback header (tcpdump.org, LINKTYPE_NULL and LINKTYPE_LOOP): the protocol family in four bytes, in the byte
/// order of the machine that captured, or in network byte order.
struct NullHeader {
  /// In whichever byte order makes it a small number.
  let family: UInt32
  static let length = 4

  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(NullHeader.length, .null)
    let value = bytes.u32(0)
    family = value > 0xFFFF ? value.byteSwapped : value
  }

  /// AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on Darwin.
  var etherType: EtherType? {
    switch family {
    case 2: .ipv4
    case 10, 24, 28, 30: .ipv6
    default: nil
    }
  }
}
