// SPDX-License-Identifier: Apache-2.0

/// Address resolution packet (RFC 826, "Packet format"), trimmed to its own lengths. The offsets
/// below hold for Ethernet and IPv4.
///
///     0               2               4       5       6        8            14          18           24          28
///     +---------------+---------------+-------+-------+--------+------------+-----------+------------+-----------+
///     | hardware type | protocol type | hlen  | plen  | opcode | sender MAC | sender IP | target MAC | target IP |
///     +---------------+---------------+-------+-------+--------+------------+-----------+------------+-----------+
struct ARPHeader: ~Escapable {
  let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(8, .arp)
    let length = 8 + 2 * (Int(bytes.u8(4)) + Int(bytes.u8(5)))
    try bytes.require(length, .arp)
    self.bytes = bytes.slice(0, length)
  }

  /// 1 is Ethernet.
  var hardwareType: UInt16 { bytes.u16(0) }
  var protocolType: EtherType { EtherType(rawValue: bytes.u16(2)) }
  var hardwareLength: UInt8 { bytes.u8(4) }
  var protocolLength: UInt8 { bytes.u8(5) }
  /// 1 request, 2 reply (IANA "arp-parameters").
  var opcode: UInt16 { bytes.u16(6) }
  static let request: UInt16 = 1
  static let reply: UInt16 = 2

  /// The address fields are MAC and IPv4 addresses; else they read as `none`.
  var isEthernetIPv4: Bool { bytes.u16(4) == 0x0604 && protocolType == .ipv4 }
  var senderMAC: MACAddress { isEthernetIPv4 ? MACAddress(bytes, at: 8) : .none }
  var senderIP: IPAddress { isEthernetIPv4 ? IPAddress(v4: bytes, at: 14) : .none }
  var targetMAC: MACAddress { isEthernetIPv4 ? MACAddress(bytes, at: 18) : .none }
  var targetIP: IPAddress { isEthernetIPv4 ? IPAddress(v4: bytes, at: 24) : .none }

  /// Unsolicited: the sender announces its own address (RFC 5227, 3).
  var isGratuitous: Bool { isEthernetIPv4 && senderIP == targetIP && !senderIP.isUnspecified }
  /// Asks whether the address is in use, without claiming it (RFC 5227, 1.1).
  var isProbe: Bool { isEthernetIPv4 && opcode == ARPHeader.request && senderIP.isUnspecified }
}
