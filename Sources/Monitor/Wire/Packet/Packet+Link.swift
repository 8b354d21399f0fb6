// SPDX-License-Identifier: Apache-2.0
import Capture

/// The link layer: from the first byte to the network header.
extension Packet {
  @inline(__always)
  mutating func readLink() {
    if linkType.rawValue == LinkType.ethernet.rawValue {
      readEthernet(at: 0, end: bytes.byteCount)
    } else {
      readOtherLink()
    }
  }

  @inline(__always)
  mutating func readEthernet(at offset: Int, end: Int) {
    let type: UInt16
    do throws(Malformed) {
      let header = try EthernetHeader(bytes.slice(offset, end - offset))
      destination = header.destination
      source = header.source
      type = header.lengthOrType
    } catch {
      payloadOffset = offset
      payloadEnd = end
      return fail(error, at: offset, end: end)
    }
    let next = offset + EthernetHeader.length
    if type == EtherType.ipv4.rawValue {
      etherType = .ipv4
      return readIPv4(at: next, end: end)
    }
    readType(type, at: next, end: end)
  }

  @inline(never)
  private mutating func readOtherLink() {
    let end = bytes.byteCount
    payloadEnd = end
    do throws(Malformed) {
      switch linkType.rawValue {
      case LinkType.linuxCooked.rawValue:
        let header = try LinuxCookedHeader(bytes)
        source = header.source
        readCooked(header.protocolType, at: LinuxCookedHeader.length)
      case LinkType.linuxCooked2.rawValue:
        let header = try LinuxCooked2Header(bytes)
        source = header.source
        readCooked(header.protocolType, at: LinuxCooked2Header.length)
      case LinkType.null.rawValue, LinkType.loop.rawValue:
        let header = try NullHeader(bytes)
        if let type = header.etherType {
          readType(type.rawValue, at: NullHeader.length, end: end)
        } else {
          readUnknown(at: NullHeader.length, end: end)
        }
      case LinkType.raw.rawValue, LinkType.rawIPv4.rawValue, LinkType.rawIPv6.rawValue:
        readIP(at: 0, end: end)
      default:
        readUnknown(at: 0, end: end)
      }
    } catch {
      fail(error, at: 0, end: end)
    }
  }

  private mutating func readCooked(_ type: UInt16, at offset: Int) {
    if type == LinuxCookedHeader.llc {
      readLLC(at: offset, end: bytes.byteCount)
    } else if type < EtherType.minimum {
      readUnknown(at: offset, end: bytes.byteCount)
    } else {
      readType(type, at: offset, end: bytes.byteCount)
    }
  }

  /// IPv4 or IPv6 by the version in the first four bits.
  mutating func readIP(at offset: Int, end: Int) {
    let version = offset < end ? bytes.u8(offset) >> 4 : 4
    if version == 6 {
      etherType = .ipv6
      readIPv6(at: offset, end: end)
    } else {
      etherType = .ipv4
      readIPv4(at: offset, end: end)
    }
  }

  /// Something we keep but do not read.
  mutating func readUnknown(at offset: Int, end: Int) {
    network = .other
    networkOffset = offset
    networkEnd = end
    payloadOffset = offset
    payloadEnd = end
  }

  /// What a length/type field announces: tags, then the network layer. Every turn of the loop
  /// takes at least four bytes.
  @inline(never)
  mutating func readType(_ first: UInt16, at firstOffset: Int, end firstEnd: Int) {
    var type = EtherType(rawValue: first)
    var offset = firstOffset
    var end = firstEnd
    while true {
      etherType = type
      payloadOffset = offset
      payloadEnd = end
      if type.isVLANTag {
        guard let next = readTag(type, at: offset, end: end) else { return }
        type = next
        offset += VLANTag.length
        continue
      }
      switch type {
      case .ipv4: return readIPv4(at: offset, end: end)
      case .ipv6: return readIPv6(at: offset, end: end)
      case .arp: return readARP(at: offset, end: end)
      case .pppoeSession: return readPPPoE(at: offset, end: end)
      case .macsec:
        guard let tag = readMACsec(at: offset, end: end) else { return }
        type = tag.type
        offset = tag.offset
        end = tag.end
      case .mplsUnicast, .mplsMulticast:
        guard let wire = readMPLS(at: offset, end: end) else { return }
        type = wire.type
        offset = wire.offset
      case .hsr:
        // Path and LSDU size, sequence number, then the type of what is protected.
        guard offset + 6 <= end else {
          return fail(Malformed(.ethernet, .short, needed: 6, available: end - offset), at: offset, end: end)
        }
        type = EtherType(rawValue: bytes.u16(offset + 4))
        offset += 6
      case .redundancyTag, .vnTag, .eTag, .serviceInstance, .ciscoMetadata:
        guard let tagged = readOtherTag(type, at: offset, end: end) else { return }
        type = tagged.type
        offset = tagged.offset
      default:
        if type.rawValue >= EtherType.minimum { return readUnknown(at: offset, end: end) }
        return readIEEE8023(length: Int(type.rawValue), at: offset, end: end)
      }
    }
  }

  /// The type after the tag whose control information is at `offset`.
  private mutating func readTag(_ tpid: EtherType, at offset: Int, end: Int) -> EtherType? {
    guard offset + VLANTag.length <= end else {
      fail(Malformed(.vlan, .short, needed: VLANTag.length, available: end - offset), at: offset, end: end)
      return nil
    }
    if tagCount == 0 {
      tagOffset = offset - 2
      vlan = VLANTag(tpid: tpid.rawValue, tci: bytes.u16(offset)).id
    }
    // A second run of tags, after MACsec or another tag, is skipped: the first run is the network's.
    if tagOffset + tagCount * VLANTag.length == offset - 2 { tagCount += 1 }
    return EtherType(rawValue: bytes.u16(offset + 2))
  }

  /// What follows a tag that is no VLAN's, and where.
  private mutating func readOtherTag(_ type: EtherType, at offset: Int, end: Int) -> (type: EtherType, offset: Int)? {
    let rest = bytes.slice(offset, end - offset)
    do throws(Malformed) {
      switch type {
      case .redundancyTag: return (try RedundancyTag(rest).type, offset + RedundancyTag.length)
      case .vnTag: return (try VNTag(rest).type, offset + VNTag.length)
      case .eTag: return (try ETag(rest).type, offset + ETag.length)
      case .ciscoMetadata:
        let tag = try CiscoMetadata(rest)
        return (tag.type, offset + tag.length)
      default:
        let tag = try ServiceInstanceTag(rest)
        // From here on the frame is the customer's: addresses and VLAN of the backbone are not those of its stations.
        destination = tag.destination
        source = tag.source
        tagCount = 0
        vlan = Packet.noVLAN
        return (tag.type, offset + ServiceInstanceTag.length)
      }
    } catch {
      fail(error, at: offset, end: end)
      return nil
    }
  }

  /// A frame with a length and no type; it is trimmed to the length.
  private mutating func readIEEE8023(length: Int, at offset: Int, end: Int) {
    etherType = EtherType(rawValue: 0)
    if length > 1500 {
      readUnknown(at: offset, end: end)
      return fail(Malformed(.ethernet, .field, needed: length, available: end - offset), at: offset, end: end)
    }
    if offset + length > end {
      isIncomplete = true
      fail(Malformed(.ethernet, .short, needed: length, available: end - offset), at: offset, end: end)
    }
    readLLC(at: offset, end: min(end, offset + length))
  }

  private mutating func readLLC(at offset: Int, end: Int) {
    readUnknown(at: offset, end: end)
    do throws(Malformed) {
      let header = try LLCHeader(bytes.slice(offset, end - offset))
      guard let type = header.etherType else { return }
      let next = offset + LLCHeader.lengthWithSNAP
      etherType = type
      switch type {
      case .ipv4: readIPv4(at: next, end: end)
      case .ipv6: readIPv6(at: next, end: end)
      case .arp: readARP(at: next, end: end)
      default: readUnknown(at: next, end: end)
      }
    } catch {
      fail(error, at: offset, end: end)
    }
  }

  /// What a MACsec tag protects, when it can be read: integrity without encryption.
  private mutating func readMACsec(at offset: Int, end: Int) -> (type: EtherType, offset: Int, end: Int)? {
    readUnknown(at: offset, end: end)
    do throws(Malformed) {
      let tag = try MACsecTag(bytes.slice(offset, end - offset))
      let next = offset + tag.length
      guard !tag.isEncrypted, !tag.isChanged else { return nil }
      network = .none
      guard next + 2 <= end else {
        throw Malformed(.macsec, .short, needed: tag.length + 2, available: end - offset)
      }
      // A short length counts the bytes between the tag and the check value: padding after it is not data.
      let short = Int(tag.shortLength)
      return (EtherType(rawValue: bytes.u16(next)), next + 2, short >= 2 ? min(end, next + short) : end)
    } catch {
      fail(error, at: offset, end: end)
      return nil
    }
  }

  private mutating func readPPPoE(at offset: Int, end: Int) {
    readUnknown(at: offset, end: end)
    do throws(Malformed) {
      let header = try PPPoEHeader(bytes.slice(offset, end - offset))
      if header.isIncomplete {
        isIncomplete = true
        fail(
          Malformed(.pppoe, .short, needed: header.statedLength, available: end - offset - PPPoEHeader.length),
          at: offset, end: end)
      }
      let last = offset + header.bytes.byteCount
      payloadEnd = last
      networkEnd = last
      let next = offset + PPPoEHeader.length + 2
      switch header.pppProtocol {
      case 0x0021: readIPv4(at: next, end: last)
      case 0x0057: readIPv6(at: next, end: last)
      default: return
      }
    } catch {
      fail(error, at: offset, end: end)
    }
  }

  /// Walks the label stack and reads IP after it. Returns where to continue when a pseudowire carries Ethernet.
  private mutating func readMPLS(at first: Int, end: Int) -> (type: EtherType, offset: Int)? {
    var offset = first
    do throws(Malformed) {
      while true {
        let label = try MPLSLabel(bytes.slice(offset, end - offset))
        offset += MPLSLabel.length
        if label.isBottomOfStack { break }
      }
    } catch {
      fail(error, at: offset, end: end)
      return nil
    }
    guard offset < end else {
      payloadOffset = offset
      fail(Malformed(.mpls, .short, needed: 1, available: 0), at: offset, end: end)
      return nil
    }
    switch bytes.u8(offset) >> 4 {
    case 4: readIPv4(at: offset, end: end)
    case 6: readIPv6(at: offset, end: end)
    default:
      readUnknown(at: offset, end: end)
      return readPseudowire(at: offset, end: end)
    }
    return nil
  }

  /// An Ethernet pseudowire with an empty control word (RFC 4448, 4.6). Nothing in the frame announces it, so that the
  /// type in it must be one we know.
  private mutating func readPseudowire(at offset: Int, end: Int) -> (type: EtherType, offset: Int)? {
    let frame = offset + 4
    guard frame + EthernetHeader.length <= end, bytes.u32(offset) == 0 else { return nil }
    let type = EtherType(rawValue: bytes.u16(frame + 12))
    switch type {
    case .ipv4, .ipv6, .arp: break
    default: guard type.isVLANTag || type.rawValue >= 0x8800 else { return nil }
    }
    destination = MACAddress(bytes, at: frame)
    source = MACAddress(bytes, at: frame + 6)
    tagCount = 0
    network = .none
    return (type, frame + EthernetHeader.length)
  }
}
