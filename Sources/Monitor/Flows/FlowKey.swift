// SPDX-License-Identifier: Apache-2.0

/// What makes packets one flow: the two ends, the transport and, if asked for, the VLAN; the same for both directions.
struct FlowKey: TableKey {
  /// The end with the smaller address, then port.
  let low: IPAddress
  let high: IPAddress
  let lowPort: UInt16
  let highPort: UInt16
  /// IP protocol number.
  let ipProtocol: UInt8
  /// `Packet.noVLAN` if VLANs do not separate flows: mirror ports often show the two directions under different tags.
  let vlan: UInt16

  @inline(__always)
  init(
    source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16, ipProtocol: UInt8,
    vlan: UInt16
  ) {
    self.ipProtocol = ipProtocol
    self.vlan = vlan
    if source < destination || (source == destination && sourcePort <= destinationPort) {
      (low, lowPort, high, highPort) = (source, sourcePort, destination, destinationPort)
    } else {
      (low, lowPort, high, highPort) = (destination, destinationPort, source, sourcePort)
    }
  }

  /// For frames without IP: the two stations and the EtherType.
  init(source: MACAddress, destination: MACAddress, etherType: EtherType, vlan: UInt16) {
    // No IPv6 address begins so (RFC 4291, 2.4: 1111 1111 is multicast, with reserved flags here).
    func address(_ mac: MACAddress) -> IPAddress { IPAddress(bits: UInt128(0xFFFF_FFFF) << 96 | UInt128(mac.rawValue)) }
    self.init(
      source: address(source), sourcePort: etherType.rawValue, destination: address(destination),
      destinationPort: etherType.rawValue, ipProtocol: 0, vlan: vlan)
  }
  @inline(__always)
  func hash(seed: UInt64) -> UInt64 {
    let rest = UInt64(lowPort) << 48 | UInt64(highPort) << 32 | UInt64(vlan) << 8 | UInt64(ipProtocol)
    var state = mix(seed, low.low)
    state = mix(state, high.low)
    // IPv4 has the same upper half everywhere.
    if low.high | high.high != 0 {
      state = mix(state, low.high)
      state = mix(state, high.high)
    }
    return mix(state, rest)
  }
}
