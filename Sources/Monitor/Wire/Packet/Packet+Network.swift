// SPDX-License-Identifier: Apache-2.0

/// The network layer: ARP, IPv4, and IPv6 with its extension headers.
extension Packet {
  mutating func readARP(at offset: Int, end: Int) {
    payloadOffset = offset
    payloadEnd = end
    do throws(Malformed) {
      let header = try ARPHeader(bytes.slice(offset, end - offset))
      network = .arp
      networkOffset = offset
      networkEnd = offset + header.bytes.byteCount
      payloadOffset = networkEnd
      payloadEnd = networkEnd
    } catch {
      fail(error, at: offset, end: end)
    }
  }

  @inline(__always)
  mutating func readIPv4(at offset: Int, end: Int) {
    payloadOffset = offset
    payloadEnd = end
    do throws(Malformed) {
      let header = try IPv4Header(bytes.slice(offset, end - offset))
      network = .ipv4
      networkOffset = offset
      networkEnd = offset + header.bytes.byteCount
      sourceIP = header.source
      destinationIP = header.destination
      hopLimit = header.timeToLive
      ipProtocol = header.protocolNumber
      identification = UInt32(header.identification)
      moreFragments = header.moreFragments
      fragmentOffset = header.fragmentOffset
      isFragment = moreFragments || fragmentOffset != 0
      payloadOffset = offset + header.headerLength
      payloadEnd = networkEnd
      if header.isIncomplete {
        noteIncomplete(.ipv4, needed: header.totalLength, at: offset, end: end)
      }
    } catch {
      return fail(error, at: offset, end: end)
    }
    if isFragment { return }
    if ipProtocol == .tcp { return readTCP(at: payloadOffset) }
    if ipProtocol == .authenticationHeader { return readExtensions(ipProtocol, at: payloadOffset) }
    readTransport(at: payloadOffset)
  }

  mutating func readIPv6(at offset: Int, end: Int) {
    payloadOffset = offset
    payloadEnd = end
    let first: IPProtocol
    do throws(Malformed) {
      let header = try IPv6Header(bytes.slice(offset, end - offset))
      network = .ipv6
      networkOffset = offset
      networkEnd = offset + header.bytes.byteCount
      sourceIP = header.source
      destinationIP = header.destination
      hopLimit = header.hopLimit
      first = header.nextHeader
      payloadOffset = offset + IPv6Header.length
      payloadEnd = networkEnd
      if header.isIncomplete {
        noteIncomplete(.ipv6, needed: IPv6Header.length + header.payloadLength, at: offset, end: end)
      }
    } catch {
      return fail(error, at: offset, end: end)
    }
    ipProtocol = first
    if first == .tcp { return readTCP(at: payloadOffset) }
    readExtensions(first, at: payloadOffset)
  }

  /// A datagram longer than what carries it is a lie, unless the capture is what cut it.
  @inline(never)
  private mutating func noteIncomplete(_ layer: Layer, needed: Int, at offset: Int, end: Int) {
    isIncomplete = true
    if isCut, end == bytes.byteCount { return }
    fail(Malformed(layer, .length, needed: needed, available: end - offset), at: offset, end: end)
  }

  /// Walks the extension headers, then reads the transport. Each header takes at least eight
  /// bytes, and they are counted.
  @inline(never)
  mutating func readExtensions(_ first: IPProtocol, at start: Int) {
    var next = first
    var offset = start
    var count = 0
    while IPv6Extension.isExtension(next) {
      ipProtocol = next
      payloadOffset = offset
      count += 1
      guard count <= IPv6Extension.maximumCount else {
        return fail(Malformed(.ipv6, .tooManyLayers), at: offset, end: networkEnd)
      }
      do throws(Malformed) {
        let header = try IPv6Extension(bytes.slice(offset, networkEnd - offset), kind: next)
        next = header.nextHeader
        offset += header.length
        if header.kind == .fragment {
          identification = header.identification
          moreFragments = header.moreFragments
          fragmentOffset = header.fragmentOffset
          isFragment = moreFragments || fragmentOffset != 0
        }
      } catch {
        return fail(error, at: offset, end: networkEnd)
      }
      if isFragment { break }
    }
    ipProtocol = next
    payloadOffset = offset
    if isFragment || next == .noNextHeader { return }
    readTransport(at: offset)
  }
}
