// SPDX-License-Identifier: Apache-2.0

/// IP addresses as rules write them.
enum IPText {
  /// Where IPv4 addresses stand among 128-bit ones (RFC 4291, 2.5.5.2).
  static let mapped: UInt128 = 0xFFFF << 32

  /// One address, a block (`/24`, `/255.255.255.0`) or a range (`a-b`). Nil if it is none of them.
  static func range(_ text: Bytes) -> ClosedRange<UInt128>? {
    if let slash = text.firstIndex(of: UInt8(ascii: "/")) {
      guard let (address, isIPv4) = address(text[..<slash].trimmed) else { return nil }
      guard let bits = prefix(text[(slash + 1)...].trimmed, isIPv4: isIPv4) else { return nil }
      let free = (isIPv4 ? 32 : 128) - bits
      let mask: UInt128 = free == 128 ? .max : (1 << UInt128(free)) - 1
      return (address & ~mask)...(address | mask)
    }
    if let dash = text.firstIndex(of: UInt8(ascii: "-")) {
      guard let low = address(text[..<dash].trimmed), let high = address(text[(dash + 1)...].trimmed),
        low.isIPv4 == high.isIPv4, low.value <= high.value
      else { return nil }
      return low.value...high.value
    }
    return address(text).map { $0.value...$0.value }
  }

  /// The length of a prefix, or of the mask that says the same. Masks with gaps are no prefixes.
  private static func prefix(_ text: Bytes, isIPv4: Bool) -> Int? {
    if let bits = text.decimal(most: isIPv4 ? 32 : 128) { return Int(bits) }
    guard isIPv4, let mask = ipv4(text) else { return nil }
    let inverted = ~mask
    return inverted & (inverted &+ 1) == 0 ? mask.nonzeroBitCount : nil
  }

  static func address(_ text: Bytes) -> (value: UInt128, isIPv4: Bool)? {
    if text.contains(UInt8(ascii: ":")) { return ipv6(text).map { ($0, false) } }
    return ipv4(text).map { (mapped | UInt128($0), true) }
  }

  static func ipv4(_ text: Bytes) -> UInt32? {
    guard text.count >= 7, text.count <= 15 else { return nil }
    var (value, digits, octet, dots): (UInt32, Int, UInt32, Int) = (0, 0, 0, 0)
    for byte in text {
      if byte.isDigit {
        octet = octet * 10 + UInt32(byte - 0x30)
        digits += 1
        guard digits <= 3, octet <= 255 else { return nil }
      } else {
        guard byte == UInt8(ascii: "."), digits > 0, dots < 3 else { return nil }
        value = value << 8 | octet
        (dots, digits, octet) = (dots + 1, 0, 0)
      }
    }
    return dots == 3 && digits > 0 ? value << 8 | octet : nil
  }

  /// RFC 4291, 2.2, with `::` and a tail in the form of IPv4.
  static func ipv6(_ text: Bytes) -> UInt128? {
    guard text.count >= 2, text.count <= 45 else { return nil }
    var groups: [UInt16] = []
    var gap: Int?
    var rest = text
    if rest.starts(with: [0x3A, 0x3A]) {
      gap = 0
      rest = rest.dropFirst(2)
    } else if rest.first == 0x3A {
      return nil
    }
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x3A) ?? rest.endIndex
      let part = rest[..<end]
      if end == rest.endIndex, part.contains(UInt8(ascii: ".")) {
        guard let tail = ipv4(part) else { return nil }
        groups += [UInt16(tail >> 16), UInt16(truncatingIfNeeded: tail)]
        break
      }
      guard !part.isEmpty, part.count <= 4, groups.count < 8 else { return nil }
      var group: UInt16 = 0
      for byte in part {
        guard let digit = byte.hexadecimalDigit else { return nil }
        group = group << 4 | UInt16(digit)
      }
      groups.append(group)
      rest = rest[end...]
      guard !rest.isEmpty else { break }
      rest = rest.dropFirst()
      if rest.first == 0x3A {
        guard gap == nil else { return nil }
        gap = groups.count
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil
      }
    }
    guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
    if let gap { groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap) }
    return groups.reduce(0) { $0 << 16 | UInt128($1) }
  }
}
