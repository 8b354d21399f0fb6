// SPDX-License-Identifier: Apache-2.0

/// What became of one checksum.
package enum ChecksumVerdict: UInt8, Sendable {
  case good
  case bad
  /// The sender left it to its interface, and the capture saw the packet before that: the field holds the sum of the
  /// pseudo-header alone (Linux), or nothing.
  case offloaded
  /// This header has none, or the sender computed none.
  case absent
  /// Cannot be judged: part of what it covers was not captured, is in another fragment, or is yet to
  /// change on a source route.
  case unknown
}

/// The verdicts on the Internet checksums of one packet (RFC 1071).
package struct Checksums: Equatable, Sendable {
  /// IPv4 header.
  package let network: ChecksumVerdict
  /// TCP, UDP, UDP-Lite, ICMP, ICMPv6 and IGMP. SCTP's CRC32c is not judged.
  package let transport: ChecksumVerdict
}

extension Packet {
  /// Judges the checksums of this stack of headers, not of what a tunnel in it carries.
  func checksums() -> Checksums {
    Checksums(network: networkChecksum(), transport: transportChecksum())
  }

  /// Whether the checksums of a whole TCP segment or UDP datagram are right: the usual case, without asking what is
  /// wrong.
  @inline(__always)
  var isSound: Bool {
    guard network == .ipv4 || network == .ipv6, !isIncomplete, !isReassembled, !isFragment else { return false }
    switch transport {
    case .tcp: break
    case .udp: guard payloadEnd == networkEnd, bytes.u16(transportOffset + 6) != 0 else { return false }
    default: return false
    }
    if network == .ipv4 {
      guard bytes.slice(networkOffset, transportOffset - networkOffset).wordSum() % 0xFFFF == 0 else { return false }
    } else if transportOffset - networkOffset != IPv6Header.length {
      // A routing header may name another destination.
      return false
    }
    return bytes.slice(transportOffset, networkEnd - transportOffset).isSound(
      network == .ipv4, from: sourceIP, to: destinationIP, ipProtocol)
  }

  private func networkChecksum() -> ChecksumVerdict {
    guard network == .ipv4, !isReassembled else { return .absent }
    let length = Int(bytes.u8(networkOffset) & 15) << 2
    if bytes.slice(networkOffset, length).onesComplementSum() == 0xFFFF { return .good }
    return bytes.u16(networkOffset + 10) == 0 ? .offloaded : .bad
  }

  private func transportChecksum() -> ChecksumVerdict {
    if isFragment || isIncomplete { return .unknown }
    switch transport {
    case .tcp:
      return judge(datagram, field: 16, isZeroOffloaded: true)
    case .udp:
      if bytes.u16(transportOffset + 6) == 0 {
        // IPv6 has an exception for tunnels only (RFC 6935, 5).
        return network == .ipv4 || tunnel != .none ? .absent : .bad
      }
      return judge(bytes.slice(transportOffset, payloadEnd - transportOffset), field: 6)
    case .udpLite:
      let coverage = Int(bytes.u16(transportOffset + 4))
      if coverage > datagram.byteCount { return .unknown }
      return judge(coverage == 0 ? datagram : datagram.slice(0, coverage), field: 6)
    case .icmpv6:
      return judge(datagram, field: 2)
    case .icmp, .igmp:
      return datagram.onesComplementSum() == 0xFFFF ? .good : .bad
    case .none, .sctp, .other:
      return .absent
    }
  }

  /// A checksum that covers a pseudo-header too (RFC 9293, 3.1; RFC 8200, 8.1). The pseudo-header counts the whole
  /// datagram even where UDP-Lite covers less (RFC 3828, 3.1).
  @inline(__always)
  private func judge(_ covered: RawSpan, field: Int, isZeroOffloaded: Bool = false) -> ChecksumVerdict {
    let length = transport == .udp ? covered.byteCount : networkEnd - transportOffset
    let pseudoHeader = addressSum &+ UInt64(ipProtocol.rawValue) &+ UInt64(truncatingIfNeeded: length)
    if (pseudoHeader &+ UInt64(covered.onesComplementSum())).onesComplementFolded == 0xFFFF {
      return .good
    }
    if hasRouteAhead { return .unknown }
    let stored = covered.u16(field)
    if stored == pseudoHeader.onesComplementFolded || isZeroOffloaded && stored == 0 { return .offloaded }
    return .bad
  }

  /// Both addresses as words. For IPv4 only the 32 bits: its mapped form has a prefix that no sender added.
  @inline(__always)
  private var addressSum: UInt64 {
    if network == .ipv4 { return UInt64(sourceIP.v4) &+ UInt64(destinationIP.v4) }
    return (sourceIP.high >> 32) &+ (sourceIP.high & 0xFFFF_FFFF) &+ (sourceIP.low >> 32)
      &+ (sourceIP.low & 0xFFFF_FFFF) &+ (destinationIP.high >> 32) &+ (destinationIP.high & 0xFFFF_FFFF)
      &+ (destinationIP.low >> 32) &+ (destinationIP.low & 0xFFFF_FFFF)
  }

  /// The sender summed up its last hop's address, but the header still names another one.
  @inline(never)
  private var hasRouteAhead: Bool {
    if let header = ipv4 { return header.hasSourceRoute }
    guard let header = ipv6 else { return false }
    var kind = header.nextHeader
    var offset = networkOffset + IPv6Header.length
    while offset < transportOffset, IPv6Extension.isExtension(kind),
      let header = try? IPv6Extension(bytes.slice(offset, transportOffset - offset), kind: kind)
    {
      if kind == .routing, header.segmentsLeft > 0 { return true }
      kind = header.nextHeader
      offset += header.length
    }
    return false
  }
}

extension PlainFrame {
  /// Whether its checksums are right. `sum` is that of the IP packet from its addresses on: what is summed up for the
  /// transport, except its number and length.
  @inline(__always)
  func isSound(_ sum: UInt64) -> Bool {
    if !isTCP, bytes.u16(transportOffset &+ 6) == 0 { return false }
    if isV4 {
      let header = bytes.u64(networkOffset).addingWithCarry(bytes.u64(networkOffset &+ 8))
        .addingWithCarry(UInt64(bytes.u32(networkOffset &+ 16)) << 32)
      guard header % 0xFFFF == 0 else { return false }
    }
    let length = UInt16(truncatingIfNeeded: end &- transportOffset)
    let rest = UInt64(UInt16(ipProtocol.rawValue).bigEndian) &+ UInt64(length.bigEndian)
    return sum.addingWithCarry(rest) % 0xFFFF == 0
  }
}

extension RawSpan {
  /// Whether the checksum of a segment or datagram is right, together with its pseudo-header (RFC 9293, 3.1; RFC 8200,
  /// 8.1). Right sums are multiples of 65,535, in either byte order (RFC 1071, 1 and 2 B).
  @inline(__always)
  fileprivate func isSound(
    _ isV4: Bool, from source: IPAddress, to destination: IPAddress, _ ipProtocol: IPProtocol
  ) -> Bool {
    var pseudoHeader =
      UInt64(UInt16(ipProtocol.rawValue).bigEndian) &+ UInt64(UInt16(truncatingIfNeeded: byteCount).bigEndian)
    if isV4 {
      pseudoHeader &+= UInt64(source.v4.bigEndian) &+ UInt64(destination.v4.bigEndian)
    } else {
      pseudoHeader = pseudoHeader.addingWithCarry(source.high.bigEndian).addingWithCarry(source.low.bigEndian)
        .addingWithCarry(destination.high.bigEndian).addingWithCarry(destination.low.bigEndian)
    }
    return wordSum().addingWithCarry(pseudoHeader) % 0xFFFF == 0
  }
}
