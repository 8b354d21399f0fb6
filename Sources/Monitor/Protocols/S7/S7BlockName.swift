// SPDX-License-Identifier: Apache-2.0

/// Names of blocks: `DB10` for `0A00010P` on the wire.
enum S7BlockName {
  /// A file name: `_`, type, five digits, file system; one of another form unchanged.
  static func file(_ text: RawSpan, _ exchange: inout Exchange) -> NameID {
    if text.byteCount >= 9, let name = block(text.slice(1, 8), &exchange) { return name }
    return text.isText ? exchange.name(text) : .none
  }
  /// A type of blocks alone: `DB` for `0A`.
  static func type(_ text: RawSpan, _ exchange: inout Exchange) -> NameID? {
    guard text.byteCount >= 2, let kind = text.hexadecimal(0, 2), let letters = letters(ofType: UInt8(kind)) else {
      return nil
    }
    return exchange.name { $0 += letters }
  }
  /// Type, five digits, file system.
  static func block(_ text: RawSpan, _ exchange: inout Exchange) -> NameID? {
    guard text.byteCount >= 7, let kind = text.hexadecimal(0, 2), let letters = letters(ofType: UInt8(kind)) else {
      return nil
    }
    for place in 2..<7 where !(0x30...0x39 ~= text.u8(place)) { return nil }
    var first = 2
    while first < 6, text.u8(first) == 0x30 { first += 1 }
    return exchange.name { name in
      name += letters
      for place in first..<7 { name.append(text.u8(place)) }
    }
  }

  /// OB, DB, SDB, FC, SFC, FB, SFB.
  private static func letters(ofType type: UInt8) -> [UInt8]? {
    switch type {
    case 0x08: [0x4F, 0x42]
    case 0x0A: [0x44, 0x42]
    case 0x0B: [0x53, 0x44, 0x42]
    case 0x0C: [0x46, 0x43]
    case 0x0D: [0x53, 0x46, 0x43]
    case 0x0E: [0x46, 0x42]
    case 0x0F: [0x53, 0x46, 0x42]
    default: nil
    }
  }
}
