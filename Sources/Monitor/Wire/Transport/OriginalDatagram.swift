// SPDX-License-Identifier: Apache-2.0

/// The start of a datagram that an ICMP (RFC 792; RFC 1122, 3.2.2) or ICMPv6 (RFC 4443, 3) error message quotes, as far
/// as it identifies the two ends. Quotes are usually truncated, so no length is checked here.
struct OriginalDatagram: Equatable {
  let source: IPAddress
  let destination: IPAddress
  let protocolNumber: IPProtocol
  /// 0 where the quote has no ports: another transport, a later fragment, or cut too early.
  let sourcePort: UInt16
  let destinationPort: UInt16

  init?(v4 bytes: RawSpan) {
    guard bytes.byteCount >= IPv4Header.minimumLength, bytes.u8(0) >> 4 == 4 else { return nil }
    source = IPAddress(v4: bytes, at: 12)
    destination = IPAddress(v4: bytes, at: 16)
    protocolNumber = IPProtocol(rawValue: bytes.u8(9))
    let isFirst = bytes.u16(6) & 0x1FFF == 0
    let transport = isFirst ? bytes.from(Int(bytes.u8(0) & 15) << 2) : bytes.slice(0, 0)
    (sourcePort, destinationPort) = OriginalDatagram.ports(transport, protocolNumber)
  }

  init?(v6 bytes: RawSpan) {
    guard bytes.byteCount >= IPv6Header.length, bytes.u8(0) >> 4 == 6 else { return nil }
    source = IPAddress(v6: bytes, at: 8)
    destination = IPAddress(v6: bytes, at: 24)
    protocolNumber = IPProtocol(rawValue: bytes.u8(6))
    (sourcePort, destinationPort) = OriginalDatagram.ports(bytes.from(IPv6Header.length), protocolNumber)
  }

  private static func ports(_ bytes: RawSpan, _ number: IPProtocol) -> (UInt16, UInt16) {
    switch number {
    case .tcp, .udp, .udpLite, .sctp: bytes.byteCount >= 4 ? (bytes.u16(0), bytes.u16(2)) : (0, 0)
    default: (0, 0)
    }
  }
}
