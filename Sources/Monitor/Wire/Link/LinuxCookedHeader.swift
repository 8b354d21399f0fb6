// SPDX-License-Identifier: Apache-2.0

/// Linux cooked capture, version 1 (tcpdump.org, LINKTYPE_LINUX_SLL).
///
///     0             2        4                6                   14
///     +-------------+--------+----------------+-------------------+----------+
///     | packet type | ARPHRD | address length | address           | protocol |
///     +-------------+--------+----------------+-------------------+----------+
struct LinuxCookedHeader: ~Escapable {
  let bytes: RawSpan
  static let length = 16

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(LinuxCookedHeader.length, .linuxCooked)
    self.bytes = bytes
  }

  /// 0 to us, 1 broadcast, 2 multicast, 3 between others, 4 sent by us.
  var packetType: UInt16 { bytes.u16(0) }
  /// Linux ARPHRD_ number of the device.
  var hardwareType: UInt16 { bytes.u16(2) }
  /// May be more than the 8 bytes the field holds.
  var addressLength: UInt16 { bytes.u16(4) }
  /// The sender's address where it is a MAC address.
  var source: MACAddress { addressLength == 6 ? MACAddress(bytes, at: 6) : .none }
  /// An EtherType; below 0x0600 one of Linux's own numbers.
  var protocolType: UInt16 { bytes.u16(14) }
  /// Linux's number for "an 802.2 LLC header follows".
  static let llc: UInt16 = 4
}

/// Linux cooked capture, version 2 (tcpdump.org, LINKTYPE_LINUX_SLL2).
///
///     0          2          4                 8        10            11               12        20
///     +----------+----------+-----------------+--------+-------------+----------------+---------+
///     | protocol | reserved | interface index | ARPHRD | packet type | address length | address |
///     +----------+----------+-----------------+--------+-------------+----------------+---------+
struct LinuxCooked2Header: ~Escapable {
  let bytes: RawSpan
  static let length = 20

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(LinuxCooked2Header.length, .linuxCooked)
    self.bytes = bytes
  }

  var protocolType: UInt16 { bytes.u16(0) }
  var interfaceIndex: UInt32 { bytes.u32(4) }
  var hardwareType: UInt16 { bytes.u16(8) }
  var packetType: UInt8 { bytes.u8(10) }
  var addressLength: UInt8 { bytes.u8(11) }
  var source: MACAddress { addressLength == 6 ? MACAddress(bytes, at: 12) : .none }
}
