// SPDX-License-Identifier: Apache-2.0

/// Addresses that routers share by VRRP (RFC 9568; version 2: RFC 3768), HSRP (RFC 2281) or GLBP, as their
/// advertisements give them. Those of CARP (OpenBSD, carp(4)) name no address: the site file has to. An advertisement
/// proves nothing about an address that the site lists for a device that is not a router.
struct VirtualRouters {
  /// One router's advertisement of one address.
  struct Advertisement {
    /// `.none` where it says only that its sender also uses the virtual MAC address.
    let address: IPAddress
    /// The MAC address that goes with it; of GLBP the group's, without the number of a forwarder.
    let virtualMAC: MACAddress
    let sender: Endpoint
    let ipProtocol: IPProtocol
    /// UDP port, 0 without one.
    let port: UInt16
    /// 0 means that the sender resigns.
    let priority: UInt32
    /// Without another advertisement the sender is gone after this time.
    let lifetime: Int64
  }
  private struct Group {
    var virtualMAC: MACAddress
    var master: IPAddress
    var masterMAC: MACAddress
    var priority: UInt32
    var until: Int64
  }

  private static let second: Int64 = 1_000_000_000
  private var groups: BoundedTable<AddressKey, Group>
  /// The virtual MAC address that a router advertises, by the router's own address.
  private var masters: BoundedTable<AddressKey, MACAddress>
  var evictions: Int { groups.evictions + masters.evictions }

  init(seed: UInt64) {
    groups = BoundedTable(limit: 4096, seed: seed)
    masters = BoundedTable(limit: 4096, seed: seed)
  }

  private func group(_ ip: IPAddress) -> Group? {
    groups.find(AddressKey(low: ip.low, high: ip.high)).map { groups[$0] }
  }

  // MARK: Claims

  /// Whether an address may pass between two MAC addresses by design.
  func shares(_ claim: AddressClaim, with holder: MACAddress, _ site: borrowing Site) -> Bool {
    let ip = claim.source.ip
    let claimer = claim.source.mac
    guard claimer.isVirtualRouter || holder.isVirtualRouter else { return false }
    if let asset = site.asset(ip: ip), !site.assets[Int(asset.rawValue)].forwards { return false }
    if claimer.isVirtualRouter {
      if isEntitled(claimer, to: ip, site) { return true }
      // The master may send from its own address with the virtual MAC address.
      return claim.kind == .traffic
        && masters.find(AddressKey(low: ip.low, high: ip.high)).map { masters[$0] } == VirtualRouters.group(of: claimer)
    }
    // The router that has the virtual address may send from it with its own MAC address, but does not claim it so.
    if claim.kind == .traffic { return true }
    if let asset = site.asset(mac: claimer), site.assets[Int(asset.rawValue)].forwards { return true }
    return group(ip)?.masterMAC == claimer
  }

  /// Whether the site file or the advertisements give an address to a virtual MAC address.
  func isEntitled(_ mac: MACAddress, to ip: IPAddress, _ site: borrowing Site) -> Bool {
    guard mac.isVirtualRouter else { return false }
    if let asset = site.asset(ip: ip) {
      guard site.assets[Int(asset.rawValue)].forwards else { return false }
      let macs = site.assets[Int(asset.rawValue)].macs
      if macs.isEmpty || macs.contains(mac) { return true }
    }
    return group(ip)?.virtualMAC == VirtualRouters.group(of: mac)
  }

  /// GLBP has a MAC address for each forwarder of a group: the last octet is its number.
  private static func group(of mac: MACAddress) -> MACAddress {
    mac.isGLBP ? MACAddress(rawValue: mac.rawValue & ~0xFF) : mac
  }

  // MARK: Advertisements

  /// Learns an advertisement; false if its sender has no right to the address: it belongs to a device that is no
  /// router, or an unlisted station takes a listed router's address over from a router that still advertises it.
  mutating func learn(_ advertisement: Advertisement, _ moment: Moment, _ site: borrowing Site) -> Bool {
    let ip = advertisement.address
    let sender = advertisement.sender.ip
    guard ip != .none else {
      masters.set(AddressKey(low: sender.low, high: sender.high), advertisement.virtualMAC, at: moment.time)
      return true
    }
    var isListed = false
    if let asset = site.asset(ip: ip) {
      guard site.assets[Int(asset.rawValue)].forwards else { return false }
      isListed = true
    }
    let key = AddressKey(low: ip.low, high: ip.high)
    let until = advertisement.priority == 0 ? moment.time : moment.time &+ advertisement.lifetime
    if let slot = groups.find(key) {
      groups.touch(slot, at: moment.time)
      let known = groups[slot]
      if known.master != sender || known.virtualMAC != advertisement.virtualMAC {
        let isAlive = moment.time < known.until
        let takesOver =
          isAlive && (advertisement.priority > known.priority || known.virtualMAC != advertisement.virtualMAC)
        if isListed, !VirtualRouters.isRouter(sender, site), takesOver || VirtualRouters.isRouter(known.master, site) {
          return false
        }
        // A backup router that hears the master is silent; one that does not yet is not the master.
        if isAlive, !takesOver { return true }
      }
    }
    masters.set(AddressKey(low: sender.low, high: sender.high), advertisement.virtualMAC, at: moment.time)
    groups.set(
      key,
      Group(
        virtualMAC: advertisement.virtualMAC, master: sender, masterMAC: advertisement.sender.mac,
        priority: advertisement.priority, until: until), at: moment.time)
    return true
  }

  private static func isRouter(_ ip: IPAddress, _ site: borrowing Site) -> Bool {
    site.asset(ip: ip).map { site.assets[Int($0.rawValue)].forwards } ?? false
  }

  static func isAdvertisement(_ packet: borrowing Packet) -> Bool {
    packet.ipProtocol == .vrrp
      || packet.transport == .udp && (packet.destinationPort == hsrpPort || packet.destinationPort == glbpPort)
  }

  /// What a packet advertises; empty if it is no advertisement of an active router.
  static func read(_ packet: borrowing Packet, from sender: Endpoint) -> [Advertisement] {
    if packet.ipProtocol == .vrrp { return vrrp(packet, sender) }
    guard packet.transport == .udp else { return [] }
    if packet.destinationPort == hsrpPort { return hsrp(packet.payload, sender) }
    return packet.destinationPort == glbpPort ? glbp(packet, sender) : []
  }

  static let hsrpPort: UInt16 = 1985
  static let glbpPort: UInt16 = 3222

  /// VRRP version 2 (RFC 3768, 5.1) and 3 (RFC 9568, 5.2): version and type, router, priority, number of addresses,
  /// four bytes that do not matter here, addresses.
  private static func vrrp(_ packet: borrowing Packet, _ sender: Endpoint) -> [Advertisement] {
    let bytes = packet.payload
    // Forwarded ones are ignored (RFC 9568, 5.1.1.3).
    guard packet.hopLimit == 255, bytes.byteCount >= 8, bytes.u8(0) == 0x21 || bytes.u8(0) == 0x31 else { return [] }
    let isV6 = packet.network == .ipv6
    let size = isV6 ? 16 : 4
    let count = Int(bytes.u8(3))
    // CARP has seven words of a counter and a digest in place of the addresses, with either version of IP.
    if bytes.u8(0) == 0x21, count == 7, bytes.byteCount == 36 {
      return [
        Advertisement(
          address: .none, virtualMAC: MACAddress(rawValue: 0x00_00_5E_00_01_00 | UInt64(bytes.u8(1))), sender: sender,
          ipProtocol: .vrrp, port: 0, priority: 1, lifetime: 0)
      ]
    }
    guard bytes.byteCount >= 8 + count * size else { return [] }
    let prefix: UInt64 = isV6 ? 0x00_00_5E_00_02_00 : 0x00_00_5E_00_01_00
    return (0..<count).map { place in
      let offset = 8 + place * size
      return Advertisement(
        address: isV6 ? IPAddress(v6: bytes, at: offset) : IPAddress(v4: bytes, at: offset),
        virtualMAC: MACAddress(rawValue: prefix | UInt64(bytes.u8(1))), sender: sender, ipProtocol: .vrrp,
        port: 0, priority: UInt32(bytes.u8(2)), lifetime: 4 * second)
    }
  }

  /// HSRP version 1 (RFC 2281, 5.1) and the group state of version 2. Only the active router's messages count, and a
  /// coup, with which a router takes over.
  private static func hsrp(_ bytes: RawSpan, _ sender: Endpoint) -> [Advertisement] {
    if bytes.byteCount >= 20, bytes.u8(0) == 0 {
      guard bytes.u8(1) == 1 || bytes.u8(1) == 0 && bytes.u8(2) == 16 else { return [] }
      return [
        Advertisement(
          address: IPAddress(v4: bytes, at: 16),
          virtualMAC: MACAddress(rawValue: 0x00_00_0C_07_AC_00 | UInt64(bytes.u8(6))),
          sender: sender, ipProtocol: .udp, port: hsrpPort, priority: UInt32(bytes.u8(5)),
          lifetime: Int64(bytes.u8(4)) * second)
      ]
    }
    // Type 1, length 40, version 2; IP version 4 or 6.
    guard bytes.byteCount >= 42, bytes.u16(0) == 0x0128, bytes.u8(2) == 2, bytes.u8(5) == 4,
      bytes.u8(3) == 1 || bytes.u8(3) == 0 && bytes.u8(4) == 6
    else { return [] }
    return [
      Advertisement(
        address: IPAddress(v4: bytes, at: 26),
        virtualMAC: MACAddress(rawValue: 0x00_00_0C_9F_F0_00 | UInt64(bytes.u16(6) & 0xFFF)), sender: sender,
        ipProtocol: .udp, port: hsrpPort, priority: bytes.u32(14), lifetime: 10 * second)
    ]
  }

  /// GLBP. Cisco has published no layout; this is what its routers are observed to send (Wireshark, packet-glbp.c): a
  /// header of 12 bytes with the group in bytes 2 and 3, then elements of type, length and value. In the value of type
  /// 1 (Hello) are the state (byte 1; 32: active), the priority (byte 3), the hold time in milliseconds (bytes 10 to
  /// 13), the length of the address (byte 21) and the address.
  private static func glbp(_ packet: borrowing Packet, _ sender: Endpoint) -> [Advertisement] {
    let bytes = packet.payload
    guard packet.hopLimit == 255, packet.destinationIP.isLinkLocalMulticast, bytes.byteCount >= 14, bytes.u8(0) == 1
    else { return [] }
    let virtualMAC = MACAddress(rawValue: 0x00_07_B4_00_00_00 | UInt64(bytes.u16(2) & 0x3FF) << 8)
    var offset = 12
    while offset + 2 <= bytes.byteCount {
      let length = Int(bytes.u8(offset + 1))
      guard length >= 2, offset + length <= bytes.byteCount else { break }
      let value = offset + 2
      let isV6 = packet.network == .ipv6
      let size = isV6 ? 16 : 4
      if bytes.u8(offset) == 1, length >= 2 + 22 + size, Int(bytes.u8(value + 21)) == size {
        let isActive = bytes.u8(value + 1) == 32
        let address = isV6 ? IPAddress(v6: bytes, at: value + 22) : IPAddress(v4: bytes, at: value + 22)
        return [
          Advertisement(
            address: isActive ? address : .none, virtualMAC: virtualMAC, sender: sender, ipProtocol: .udp,
            port: glbpPort, priority: UInt32(bytes.u8(value + 3)),
            lifetime: Int64(bytes.u32(value + 10)) * 1_000_000)
        ]
      }
      offset += length
    }
    // Forwarders and those that wait send with the virtual MAC address, too.
    return [
      Advertisement(
        address: .none, virtualMAC: virtualMAC, sender: sender, ipProtocol: .udp, port: glbpPort, priority: 1,
        lifetime: 0)
    ]
  }
}
