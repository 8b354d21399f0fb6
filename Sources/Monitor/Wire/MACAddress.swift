// SPDX-License-Identifier: Apache-2.0

/// A 48-bit MAC address (IEEE 802-2014, 8.2), in the low 48 bits of one integer, first octet highest.
package struct MACAddress: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package let rawValue: UInt64
  @inline(__always)
  package init(rawValue: UInt64) { self.rawValue = rawValue & 0xFFFF_FFFF_FFFF }

  /// The address at `offset`; the caller has proved that six bytes are there.
  @inline(__always)
  init(_ bytes: RawSpan, at offset: Int) {
    rawValue = UInt64(bytes.u16(offset)) << 32 | UInt64(bytes.u32(offset + 2))
  }

  /// Reads `00:80:f4:01:02:03` or `00-80-F4-01-02-03`; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let octets = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
    guard octets.count == 6 else { return nil }
    var value: UInt64 = 0
    for octet in octets {
      guard octet.utf8.count == 2, octet.utf8.first != UInt8(ascii: "+"), let byte = UInt8(octet, radix: 16) else {
        return nil
      }
      value = value << 8 | UInt64(byte)
    }
    rawValue = value
  }

  /// No address: a frame without a link header that has one.
  package static let none = MACAddress(rawValue: 0)
  package static let broadcast = MACAddress(rawValue: 0xFFFF_FFFF_FFFF)

  /// The group bit: broadcast or multicast, never a sender.
  package var isGroup: Bool { rawValue & 0x0100_0000_0000 != 0 }

  /// The locally-administered bit (IEEE 802-2014, 8.2.2), and the address without it.
  var isLocal: Bool { rawValue & 0x0200_0000_0000 != 0 }
  var universal: MACAddress { MACAddress(rawValue: rawValue & ~0x0200_0000_0000) }

  /// Moves between routers by design: VRRP for IPv4 and IPv6 (RFC 9568, 7.3), the former also used by CARP; HSRP
  /// versions 1 and 2 (RFC 2281, 5.3; Cisco "HSRP Version 2"); GLBP.
  var isVirtualRouter: Bool {
    let prefix = rawValue >> 8
    return prefix == 0x00_00_5E_00_01 || prefix == 0x00_00_5E_00_02 || prefix == 0x00_00_0C_07_AC
      || rawValue >> 12 == 0x00_00_0C_9F_F || isGLBP
  }
  /// GLBP has several of them for one address: the last octet is the forwarder's number.
  var isGLBP: Bool { rawValue >> 24 == 0x00_07_B4 }

  package static func < (left: MACAddress, right: MACAddress) -> Bool { left.rawValue < right.rawValue }

  package var description: String {
    var text = TextBuffer(capacity: 17)
    write(to: &text)
    return text.string
  }
  func write(to text: inout TextBuffer) { text.append(octets: rawValue, count: 6, separator: UInt8(ascii: ":")) }
}
