// SPDX-License-Identifier: Apache-2.0

/// The target of a request (RFC 9112, 3.2) as a server takes it: scheme and authority are left out, percent-encoding is
/// decoded once, and the path is without empty and dot segments (RFC 3986, 5.2.4).
enum HTTPTarget {
  /// Where scheme and authority of the absolute form end; 0 for other forms.
  static func pathStart(_ target: RawSpan) -> Int {
    guard let colon = target.place(of: UInt8(ascii: ":"), to: 16), target.has("//", at: colon + 1) else { return 0 }
    for place in 0..<colon where !target.u8(place).isLetter { return 0 }
    return target.place(of: UInt8(ascii: "/"), from: colon + 3) ?? target.place(of: UInt8(ascii: "?"), from: colon + 3)
      ?? target.byteCount
  }
  /// The authority of the absolute form, without user information; empty for other forms.
  @_lifetime(copy target)
  static func authority(_ target: RawSpan) -> RawSpan {
    let end = pathStart(target)
    guard end > 0, let colon = target.place(of: UInt8(ascii: ":")) else { return target.slice(0, 0) }
    let authority = target.slice(colon + 3, end - colon - 3)
    return authority.from((authority.place(of: UInt8(ascii: "@")) ?? -1) + 1)
  }

  /// Writes the normalised target as a value that is open.
  static func normalise(_ target: RawSpan, _ transaction: inout Transaction) {
    let start = pathStart(target)
    let end = target.place(of: UInt8(ascii: "?"), from: start) ?? target.byteCount
    if start > 0, start == end { transaction.append(UInt8(ascii: "/")) }
    var offset = start
    while offset < end {
      let byte = decode(target, &offset, end)
      if byte == UInt8(ascii: "/"), endsWith(transaction, UInt8(ascii: "/")) { continue }
      if byte == UInt8(ascii: "/") { removeDots(&transaction) }
      if byte == UInt8(ascii: "/"), endsWith(transaction, UInt8(ascii: "/")) { continue }
      transaction.append(byte)
    }
    removeDots(&transaction)
    offset = end
    while offset < target.byteCount { transaction.append(decode(target, &offset, target.byteCount)) }
  }

  /// The byte at an offset, which moves behind it; an escape that is none stays as it is.
  private static func decode(_ target: RawSpan, _ offset: inout Int, _ end: Int) -> UInt8 {
    let byte = target.u8(offset)
    if byte == UInt8(ascii: "%"), offset + 2 < end, let high = target.u8(offset + 1).hexadecimalValue,
      let low = target.u8(offset + 2).hexadecimalValue
    {
      offset += 3
      return high << 4 | low
    }
    offset += 1
    return byte
  }

  private static func endsWith(_ transaction: borrowing Transaction, _ byte: UInt8) -> Bool {
    let written = transaction.openBytes()
    return written.byteCount > 0 && written.u8(written.byteCount - 1) == byte
  }

  /// Takes back a last segment `.`, or `..` with the one before it; the slash before it stays.
  private static func removeDots(_ transaction: inout Transaction) {
    transaction.cut(to: lengthWithoutDots(transaction.openBytes()))
  }
  private static func lengthWithoutDots(_ path: RawSpan) -> Int {
    let count = path.byteCount
    if path.has("/..", at: count - 3) {
      var end = count - 3
      while end > 0, path.u8(end - 1) != UInt8(ascii: "/") { end -= 1 }
      return max(1, end)
    }
    return path.has("/.", at: count - 2) ? count - 1 : count
  }
}
