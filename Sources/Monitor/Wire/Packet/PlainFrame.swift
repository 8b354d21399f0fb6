// SPDX-License-Identifier: Apache-2.0
import Capture

/// The usual frame, read with as few questions as possible: Ethernet with at most one 802.1Q tag, IPv4 without options
/// or IPv6 without extension headers, and in it one whole TCP segment or UDP datagram that carries no tunnel.
/// `Packet` reads every frame, these too, and finds the same in them.
struct PlainFrame: ~Escapable {
  let bytes: RawSpan
  let isV4: Bool
  let isTCP: Bool
  /// `Packet.noVLAN` without a tag.
  let vlan: UInt16
  let networkOffset: Int
  let hopLimit: UInt8
  /// IPv4 identification; 0 over IPv6.
  let identification: UInt16
  let sourceIP: IPAddress
  let destinationIP: IPAddress
  let transportOffset: Int
  let sourcePort: UInt16
  let destinationPort: UInt16
  /// None in a datagram.
  let flags: TCPFlags
  let payloadOffset: Int
  /// End of the IP datagram; padding may follow.
  let end: Int

  /// Nil where the frame is another one, or anything in a header is out of the ordinary.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    let count = bytes.byteCount
    // The shortest one: Ethernet, IPv4, UDP.
    guard count >= 42 else { return nil }
    var network = 14
    var type = bytes.u16(12)
    if type == EtherType.vlan.rawValue {
      vlan = bytes.u16(14) & 0x0FFF
      type = bytes.u16(16)
      network = 18
    } else {
      vlan = Packet.noVLAN
    }
    let transport: Int
    let protocolNumber: UInt64
    if type == EtherType.ipv4.rawValue {
      guard count >= network &+ 28 else { return nil }
      let first = bytes.u64(network)
      let second = bytes.u64(network &+ 8)
      // Version 4, five words of header, neither a fragment nor followed by one.
      guard first >> 56 == 0x45, first & 0x3FFF == 0 else { return nil }
      isV4 = true
      end = network &+ Int(first >> 32 & 0xFFFF)
      identification = UInt16(truncatingIfNeeded: first >> 16)
      hopLimit = UInt8(truncatingIfNeeded: second >> 56)
      protocolNumber = second >> 48 & 0xFF
      sourceIP = IPAddress(v4: UInt32(truncatingIfNeeded: second))
      destinationIP = IPAddress(v4: bytes, at: network &+ 16)
      transport = network &+ 20
    } else if type == EtherType.ipv6.rawValue {
      guard count >= network &+ 48 else { return nil }
      let first = bytes.u64(network)
      guard first >> 60 == 6 else { return nil }
      isV4 = false
      end = network &+ 40 &+ Int(first >> 16 & 0xFFFF)
      identification = 0
      protocolNumber = first >> 8 & 0xFF
      hopLimit = UInt8(truncatingIfNeeded: first)
      sourceIP = IPAddress(v6: bytes, at: network &+ 8)
      destinationIP = IPAddress(v6: bytes, at: network &+ 24)
      transport = network &+ 40
    } else {
      return nil
    }
    guard end <= count else { return nil }
    let ports = bytes.u32(transport)
    sourcePort = UInt16(truncatingIfNeeded: ports >> 16)
    destinationPort = UInt16(truncatingIfNeeded: ports)
    if protocolNumber == UInt64(IPProtocol.tcp.rawValue) {
      guard end &- transport >= TCPHeader.minimumLength else { return nil }
      let word = bytes.u16(transport &+ 12)
      let length = Int(word >> 12) &* 4
      payloadOffset = transport &+ length
      guard length >= TCPHeader.minimumLength, payloadOffset <= end else { return nil }
      isTCP = true
      flags = TCPFlags(rawValue: word & 0x1FF)
    } else if protocolNumber == UInt64(IPProtocol.udp.rawValue) {
      payloadOffset = transport &+ UDPHeader.length
      guard payloadOffset <= end, Int(bytes.u16(transport &+ 4)) == end &- transport,
        !Packet.isTunnelPort(destinationPort)
      else { return nil }
      isTCP = false
      flags = TCPFlags(rawValue: 0)
    } else {
      return nil
    }
    networkOffset = network
    transportOffset = transport
    self.bytes = bytes
  }

  var source: MACAddress { @inline(__always) get { MACAddress(bytes, at: 6) } }
  var destination: MACAddress { @inline(__always) get { MACAddress(bytes, at: 0) } }
  var sequence: UInt32 { @inline(__always) get { bytes.u32(transportOffset &+ 4) } }
  var acknowledgement: UInt32 { @inline(__always) get { bytes.u32(transportOffset &+ 8) } }
  var ipProtocol: IPProtocol { @inline(__always) get { isTCP ? .tcp : .udp } }
  var payloadCount: Int { @inline(__always) get { end &- payloadOffset } }
  var payload: RawSpan {
    @inline(__always) @_lifetime(copy self) get { bytes.slice(payloadOffset, payloadCount) }
  }
}

extension Packet {
  /// What reading its bytes would give.
  @inline(__always) @_lifetime(copy plain)
  init(_ plain: borrowing PlainFrame) {
    bytes = plain.bytes
    linkType = .ethernet
    isCut = false
    source = plain.source
    destination = plain.destination
    etherType = plain.isV4 ? .ipv4 : .ipv6
    if plain.vlan != Packet.noVLAN {
      tagOffset = 12
      tagCount = 1
      vlan = plain.vlan
    }
    network = plain.isV4 ? .ipv4 : .ipv6
    networkOffset = plain.networkOffset
    networkEnd = plain.end
    sourceIP = plain.sourceIP
    destinationIP = plain.destinationIP
    hopLimit = plain.hopLimit
    ipProtocol = plain.ipProtocol
    identification = UInt32(plain.identification)
    transport = plain.isTCP ? .tcp : .udp
    transportOffset = plain.transportOffset
    sourcePort = plain.sourcePort
    destinationPort = plain.destinationPort
    payloadOffset = plain.payloadOffset
    payloadEnd = plain.end
  }
}

/// The usual frame of a protocol without IP: Ethernet with at most one 802.1Q tag. `Packet` reads it, too, and finds
/// the same in it where its type announces none of the layers that `Packet` knows.
struct PlainLinkFrame: ~Escapable {
  let bytes: RawSpan
  /// `Packet.noVLAN` without a tag.
  let vlan: UInt16
  let etherType: EtherType
  let payloadOffset: Int

  /// Nil where the frame is too short for a type.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= 18 else { return nil }
    let type = bytes.u16(12)
    if type == EtherType.vlan.rawValue {
      vlan = bytes.u16(14) & 0x0FFF
      etherType = EtherType(rawValue: bytes.u16(16))
      payloadOffset = 18
    } else {
      vlan = Packet.noVLAN
      etherType = EtherType(rawValue: type)
      payloadOffset = 14
    }
    self.bytes = bytes
  }

  var source: MACAddress { @inline(__always) get { MACAddress(bytes, at: 6) } }
  var destination: MACAddress { @inline(__always) get { MACAddress(bytes, at: 0) } }
  var payload: RawSpan { @inline(__always) @_lifetime(copy self) get { bytes.from(payloadOffset) } }
}
