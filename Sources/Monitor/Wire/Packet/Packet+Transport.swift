// SPDX-License-Identifier: Apache-2.0

/// The transport layer, and the tunnels that take its place.
extension Packet {
  @inline(__always)
  mutating func readTCP(at offset: Int) {
    do throws(Malformed) {
      let header = try TCPHeader(bytes.slice(offset, networkEnd - offset))
      transport = .tcp
      transportOffset = offset
      sourcePort = header.sourcePort
      destinationPort = header.destinationPort
      payloadOffset = offset + header.headerLength
    } catch {
      fail(error, at: offset, end: networkEnd)
    }
  }

  mutating func readTransport(at offset: Int) {
    do throws(Malformed) {
      let datagram = bytes.slice(offset, networkEnd - offset)
      switch ipProtocol {
      case .tcp: return readTCP(at: offset)
      case .udp: try readUDP(datagram, at: offset)
      case .icmp:
        _ = try ICMPHeader(datagram)
        found(.icmp, at: offset, headerLength: ICMPHeader.length)
      case .icmpv6:
        let header = try ICMPv6Header(datagram)
        found(.icmpv6, at: offset, headerLength: header.headerLength)
      case .igmp:
        _ = try IGMPHeader(datagram)
        found(.igmp, at: offset, headerLength: IGMPHeader.length)
      case .udpLite:
        let header = try UDPLiteHeader(datagram)
        found(.udpLite, at: offset, headerLength: UDPLiteHeader.length)
        sourcePort = header.sourcePort
        destinationPort = header.destinationPort
        if header.checksumCoverage > datagram.byteCount, !isIncomplete {
          throw Malformed(.udpLite, .length, needed: header.checksumCoverage, available: datagram.byteCount)
        }
      case .sctp:
        let header = try SCTPHeader(datagram)
        found(.sctp, at: offset, headerLength: SCTPHeader.length)
        sourcePort = header.sourcePort
        destinationPort = header.destinationPort
      default:
        found(.other, at: offset, headerLength: 0)
        try readTunnel(datagram, at: offset)
      }
    } catch {
      fail(error, at: offset, end: networkEnd)
    }
  }

  @inline(__always)
  private mutating func found(_ transport: Transport, at offset: Int, headerLength: Int) {
    self.transport = transport
    transportOffset = offset
    payloadOffset = offset + headerLength
  }

  @inline(__always)
  private mutating func readUDP(_ datagram: RawSpan, at offset: Int) throws(Malformed) {
    let header = try UDPHeader(datagram)
    found(.udp, at: offset, headerLength: UDPHeader.length)
    sourcePort = header.sourcePort
    destinationPort = header.destinationPort
    payloadEnd = offset + header.bytes.byteCount
    if header.isIncomplete, !isIncomplete {
      isIncomplete = true
      fail(
        Malformed(.udp, .length, needed: header.statedLength, available: datagram.byteCount), at: offset,
        end: networkEnd)
    }
    readUDPTunnel()
  }
}
