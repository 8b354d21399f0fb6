// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address as one 128-bit number. IPv4 is kept in its mapped form `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2),
/// so that one table, one prefix match and one hash serve both.
package struct IPAddress: Hashable, Comparable, BitwiseCopyable, Sendable, CustomStringConvertible {
  package let bits: UInt128
  @inline(__always)
  package init(bits: UInt128) { self.bits = bits }
  @inline(__always)
  package init(v4 address: UInt32) { bits = UInt128(0xFFFF_0000_0000 | UInt64(address)) }

  /// The IPv4 address at `offset`; the caller has proved that four bytes are there.
  @inline(__always)
  init(v4 bytes: RawSpan, at offset: Int) { self.init(v4: bytes.u32(offset)) }
  /// The IPv6 address at `offset`; the caller has proved that sixteen bytes are there.
  @inline(__always)
  init(v6 bytes: RawSpan, at offset: Int) {
    bits = UInt128(bytes.u64(offset)) << 64 | UInt128(bytes.u64(offset + 8))
  }

  /// `::`, which also means "no address".
  package static let none = IPAddress(bits: 0)

  package var isV4: Bool { bits >> 32 == 0xFFFF }
  /// The 32 bits of an IPv4 address.
  package var v4: UInt32 { UInt32(truncatingIfNeeded: bits) }
  package var high: UInt64 { UInt64(truncatingIfNeeded: bits >> 64) }
  package var low: UInt64 { UInt64(truncatingIfNeeded: bits) }

  package var isUnspecified: Bool { isV4 ? v4 == 0 : bits == 0 }
  package var isLoopback: Bool { isV4 ? v4 >> 24 == 127 : bits == 1 }
  /// 224.0.0.0/4 or ff00::/8.
  package var isMulticast: Bool { isV4 ? v4 >> 28 == 14 : bits >> 120 == 0xFF }
  /// 255.255.255.255. Directed broadcasts need a prefix length to be known.
  package var isLimitedBroadcast: Bool { isV4 && v4 == 0xFFFF_FFFF }
  /// 169.254.0.0/16 (RFC 3927) or fe80::/10.
  package var isLinkLocal: Bool { isV4 ? v4 >> 16 == 0xA9FE : bits >> 118 == 0x3FA }
  /// RFC 1918, 3, or fc00::/7 (RFC 4193, 3.1).
  var isPrivate: Bool {
    isV4 ? v4 >> 24 == 10 || v4 >> 20 == 0xAC1 || v4 >> 16 == 0xC0A8 : bits >> 121 == 0x7E
  }
  /// 224.0.0.0/24 (RFC 5771, 4) or ff02::/16 (RFC 4291, 2.7): no router forwards it, whatever its hop limit.
  var isLinkLocalMulticast: Bool { isV4 ? v4 >> 8 == 0xE0_0000 : bits >> 112 == 0xFF02 }
  /// Routers forward packets from or to it: neither link-local (RFC 3927, 2.7; RFC 4291, 2.5.6) nor loopback, and no
  /// group or broadcast. Groups can be routed, but every receiver is where it was asked for.
  var isRoutable: Bool { isUnicast && !isLinkLocal && !isLoopback }
  /// May identify a single host: neither unspecified, multicast nor limited broadcast.
  package var isUnicast: Bool { !isUnspecified && !isMulticast && !isLimitedBroadcast }

  package static func < (left: IPAddress, right: IPAddress) -> Bool { left.bits < right.bits }
}

extension IPAddress {
  /// Reads dotted IPv4 (four decimal octets, no leading zero) or RFC 4291 IPv6 text; nil for anything else.
  package init?(_ text: some StringProtocol) {
    if text.utf8.contains(UInt8(ascii: ":")) {
      guard let bits = IPAddress.parseV6(text) else { return nil }
      self.init(bits: bits)
    } else {
      guard let address = IPAddress.parseV4(text) else { return nil }
      self.init(v4: address)
    }
  }

  private static func parseV4(_ text: some StringProtocol) -> UInt32? {
    let octets = text.split(separator: ".", omittingEmptySubsequences: false)
    guard octets.count == 4 else { return nil }
    var value: UInt32 = 0
    for octet in octets {
      guard octet.utf8.allSatisfy({ (0x30...0x39).contains($0) }), octet == "0" || octet.first != "0",
        let byte = UInt8(octet)
      else { return nil }
      value = value << 8 | UInt32(byte)
    }
    return value
  }

  private static func parseV6(_ text: some StringProtocol) -> UInt128? {
    var halves: [[UInt16]] = [[]]
    var groups = text.split(separator: ":", omittingEmptySubsequences: false)[...]
    guard groups.count >= 3 else { return nil }
    // "::" shows as an empty group; at either end of the text it shows as two.
    if groups.count >= 2, groups[0].isEmpty {
      guard groups[1].isEmpty else { return nil }
      groups = groups.dropFirst()
    }
    if groups.count >= 2, groups.last?.isEmpty == true {
      guard groups[groups.endIndex - 2].isEmpty else { return nil }
      groups = groups.dropLast()
    }
    for (index, group) in groups.enumerated() {
      if group.isEmpty {
        guard halves.count == 1 else { return nil }
        halves.append([])
      } else if group.utf8.contains(UInt8(ascii: ".")) {
        guard index == groups.count - 1, let tail = parseV4(group) else { return nil }
        halves[halves.count - 1] += [UInt16(tail >> 16), UInt16(tail & 0xFFFF)]
      } else {
        guard group.utf8.count <= 4, group.utf8.first != UInt8(ascii: "+"), let word = UInt16(group, radix: 16) else {
          return nil
        }
        halves[halves.count - 1].append(word)
      }
    }
    let count = halves.reduce(0) { $0 + $1.count }
    guard halves.count == 1 ? count == 8 : count < 8 else { return nil }
    let words = halves.count == 1 ? halves[0] : halves[0] + Array(repeating: 0, count: 8 - count) + halves[1]
    return words.reduce(0) { $0 << 16 | UInt128($1) }
  }

  /// Dotted decimal, or RFC 5952 text.
  package var description: String {
    var text = TextBuffer(capacity: 39)
    write(to: &text)
    return text.string
  }
  func write(to text: inout TextBuffer) {
    guard !isV4 else {
      for shift in stride(from: UInt32(24), through: 0, by: -8) {
        let octet = UInt64(v4 >> shift & 255)
        text.append(decimal: octet, digits: octet > 99 ? 3 : octet > 9 ? 2 : 1)
        if shift > 0 { text.append(UInt8(ascii: ".")) }
      }
      return
    }
    let longest = longestZeros
    var place = 0
    while place < 8 {
      if place == longest.lowerBound, !longest.isEmpty {
        text.append("::")
        place = longest.upperBound
      } else {
        if place > 0, place != longest.upperBound || longest.isEmpty { text.append(UInt8(ascii: ":")) }
        text.append(hexadecimal: word(place))
        place += 1
      }
    }
  }

  /// One of the eight 16-bit words, from the left.
  private func word(_ place: Int) -> UInt64 { UInt64(truncatingIfNeeded: bits >> UInt128(112 - 16 * place)) & 0xFFFF }

  /// The words that `::` stands for: the first of the longest runs of zeros, which has two at least.
  private var longestZeros: Range<Int> {
    var longest = 0..<0
    var place = 0
    while place < 8 {
      var end = place
      while end < 8, word(end) == 0 { end += 1 }
      if end - place > max(1, longest.count) { longest = place..<end }
      place = max(end, place + 1)
    }
    return longest
  }
}
