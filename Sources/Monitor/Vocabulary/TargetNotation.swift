// SPDX-License-Identifier: Apache-2.0

extension Target {
  /// The target as a site file's `targets` would name it; `name` is the text of its name, where it has one.
  package func notation(name: String?) -> String {
    let last = address &+ UInt64(max(1, count)) &- 1
    let isOne = last <= address
    switch area.notation {
    // OPC UA: an attribute of a node other than its value.
    case .named where area == .node && number > 0: return "\(area.word) \(name ?? ""), attribute \(number)"
    case .named: return "\(area.word) \(name ?? "")"
    // All points of a group: DNP3 has a qualifier for them.
    case .numbered where area == .group && count == .max: return "\(area.word) \(number)"
    case .range, .numbered:
      var text = area.word.isEmpty ? "" : area.word + " "
      if area.notation == .numbered { text += "\(number) " } else if number > 0 { text += "\(number):" }
      text += bit >= 0 ? "\(address).\(bit)" : isOne ? "\(address)" : "\(address)-\(last)"
      return text
    case .dataBlock:
      let block = area == .dataBlock ? "DB" : "DI"
      return "\(block)\(number).\(block)"
        + (bit >= 0 ? "X\(address).\(bit)" : "B\(address)" + (isOne ? "" : "-\(last)"))
    case .byteArea:
      let letter = area == .flag ? "M" : area == .local ? "L" : area.word
      return bit >= 0 ? "\(letter)\(address).\(bit)" : "\(letter)B\(address)" + (isOne ? "" : "-\(last)")
    case .device, .hexDevice:
      let radix = area.notation == .device ? 10 : 16
      let first = String(address, radix: radix, uppercase: true)
      return area.word + first + (isOne ? "" : "-" + String(last, radix: radix, uppercase: true))
    }
  }
}

/// Whether a name matches a pattern: `*` matches any run of bytes, everything else matches itself, ASCII letters in
/// either case. Every step takes a byte of the name or ends: at most as many as both lengths' product, with
/// patterns of a site file.
func matches(_ name: RawSpan, _ pattern: [UInt8]) -> Bool {
  func folded(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
  var place = 0
  var at = 0
  var star = -1
  var retry = 0
  while at < name.byteCount {
    if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
      star = place
      retry = at
      place += 1
    } else if place < pattern.count, folded(pattern[place]) == folded(name.u8(at)) {
      place += 1
      at += 1
    } else if star >= 0 {
      place = star + 1
      retry += 1
      at = retry
    } else {
      return false
    }
  }
  while place < pattern.count, pattern[place] == UInt8(ascii: "*") { place += 1 }
  return place == pattern.count
}
