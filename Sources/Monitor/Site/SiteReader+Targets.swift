// SPDX-License-Identifier: Apache-2.0

/// The notations of a conduit's `targets`, one for each kind of area (`Area.Notation`). Each may be followed by `unit UNIT`.
extension SiteReader {
  /// The areas that begin with a word, for suggestions.
  static let areaWords = Area.allCases.filter { area in
    switch area.notation {
    case .range, .numbered, .named: area != .none
    case .dataBlock, .byteArea, .device, .hexDevice: false
    }
  }.map(\.word)

  /// One entry of `targets`.
  static func target(_ text: String) -> Result<TargetRange, WordFault> {
    var words = text.split(separator: " ")[...]
    let fault = { (clue: String) in
      Result<TargetRange, WordFault>.failure(WordFault(message: "'\(SiteDocument.shown(text))': \(clue)"))
    }
    var unit: Int64?
    if words.count >= 3, words[words.endIndex - 2] == "unit" {
      guard let number = number(words[words.endIndex - 1]), let value = Int64(exactly: number) else {
        return fault("a number is expected behind 'unit'")
      }
      unit = value
      words = words.dropLast(2)
    }
    let first = String(words.popFirst() ?? "")
    if let area = Area(word: first), area != .none {
      switch area.notation {
      case .range, .numbered, .named: return plain(area, words, unit: unit, fault)
      case .device, .hexDevice:
        // `D` alone: all of it; `D 100-199` means `D100-199`.
        if words.isEmpty { return .success(TargetRange(area, unit: unit)) }
        if words.count == 1, let range = device("\(first)\(words[words.startIndex])", unit: unit) {
          return .success(range)
        }
        return fault("a form such as 'D100-199' or 'X10-1F' is expected")
      case .dataBlock, .byteArea: break
      }
    }
    if first.hasPrefix("ns=") || first.hasPrefix("i=") || first.hasPrefix("s=") || first.hasPrefix("g=")
      || first.hasPrefix("b=")
    {
      // A node id's text may hold blanks.
      let name = ([Substring(first)] + words).joined(separator: " ")
      return .success(TargetRange(.node, unit: unit, name: Array(name.utf8)))
    }
    guard words.isEmpty else {
      return .failure(WordFault(message: "unknown area '\(SiteDocument.shown(first))'", word: first))
    }
    if first.hasPrefix("DB") || first.hasPrefix("DI"), let range = dataBlock(first, unit: unit) {
      return .success(range)
    }
    if let range = byteArea(first, unit: unit) ?? device(first, unit: unit) { return .success(range) }
    if first.hasPrefix("DB") { return fault("a form such as 'DB10', 'DB10.DBW4-20' or 'DB10.DBX4.3' is expected") }
    return .failure(WordFault(message: "unknown area '\(SiteDocument.shown(first))'", word: first))
  }

  /// `AREA [ADDRESS[-ADDRESS]]`, `AREA NUMBER [ADDRESS[-ADDRESS]]`, `AREA NAME`.
  private static func plain(
    _ area: Area, _ rest: ArraySlice<Substring>, unit: Int64?, _ fault: (String) -> Result<TargetRange, WordFault>
  ) -> Result<TargetRange, WordFault> {
    var words = rest
    if area.notation == .named {
      guard !words.isEmpty else { return fault("a name is expected, such as '\(area.word) Line1.*'") }
      return .success(TargetRange(area, unit: unit, name: Array(words.joined(separator: " ").utf8)))
    }
    var number: UInt32?
    if area.notation == .numbered, let word = words.popFirst() {
      guard let value = self.number(word).flatMap({ UInt32(exactly: $0) }) else {
        return fault("a \(area.word) number is expected, such as '\(area.word) 4'")
      }
      number = value
    }
    var addresses: ClosedRange<UInt64> = 0...UInt64.max
    let prefix = area.word + (number.map { " \($0)" } ?? "")
    if let word = words.popFirst() {
      guard let range = range(word) else {
        return fault("an address or a range is expected, such as '\(prefix) 0-99'")
      }
      addresses = range
    }
    guard words.isEmpty else {
      return fault("a form such as '\(prefix) 0-99' or '\(prefix) 0-99 unit 3' is expected")
    }
    return .success(TargetRange(area, number: number, addresses, unit: unit))
  }

  /// `DB10`, `DB10.DBB0-99`, `DB10.DBW4-20`, `DB10.DBD8`, `DB10.DBX4.3`; the same with DI.
  private static func dataBlock(_ text: String, unit: Int64?) -> TargetRange? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let letters = parts[0].prefix(2)
    guard let number = number(parts[0].dropFirst(2)).flatMap({ UInt32(exactly: $0) }) else { return nil }
    let area = letters == "DB" ? Area.dataBlock : .instanceBlock
    guard parts.count == 2 else { return TargetRange(area, number: number, unit: unit) }
    guard parts[1].hasPrefix(letters), let bytes = bytes(parts[1].dropFirst(2)) else { return nil }
    return TargetRange(area, number: number, bytes, unit: unit)
  }

  /// `MB0-99`, `IW4`, `QD8`, `M4.3`, `PIW256`
  private static func byteArea(_ text: String, unit: Int64?) -> TargetRange? {
    let areas: [(letters: String, area: Area)] = [
      ("PI", .peripheral), ("I", .input), ("Q", .output), ("M", .flag), ("L", .local),
    ]
    for (letters, area) in areas where text.hasPrefix(letters) {
      let rest = text.dropFirst(letters.count)
      // `M100` and `L100` are the MC protocol's; Siemens' have a width or a bit.
      let isBit = rest.first?.isNumber == true && rest.contains(".")
      guard let bytes = bytes(isBit ? "X" + rest : rest) else { continue }
      return TargetRange(area, bytes, unit: unit)
    }
    return nil
  }

  /// Bytes: a width (X, B, W, D) and addresses, whose last one has that width.
  private static func bytes(_ text: some StringProtocol) -> ClosedRange<UInt64>? {
    let rest = text.dropFirst()
    let width: UInt64
    switch text.first {
    case "X":
      let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let bit = number(parts[1]), bit < 8, let byte = number(parts[0]) else { return nil }
      return byte...byte
    case "B": width = 1
    case "W": width = 2
    case "D": width = 4
    default: return nil
    }
    guard let range = range(rest), range.upperBound < UInt64.max - width else { return nil }
    return range.lowerBound...range.upperBound + width - 1
  }

  /// `D100-199`, `X10-1F`: a device code of the MC protocol and numbers in its own base.
  private static func device(_ text: String, unit: Int64?) -> TargetRange? {
    // The longest code that fits: `SD100` is not S with `D100`.
    for length in stride(from: min(4, text.count), through: 1, by: -1) {
      guard let area = Area(word: String(text.prefix(length))) else { continue }
      let radix: Int
      switch area.notation {
      case .device: radix = 10
      case .hexDevice: radix = 16
      default: continue
      }
      let ends = text.dropFirst(length).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard let low = ends.first.flatMap({ digits($0, radix) }), let high = ends.last.flatMap({ digits($0, radix) }),
        low <= high
      else { continue }
      return TargetRange(area, low...high, unit: unit)
    }
    return nil
  }

  private static func digits(_ text: Substring, _ radix: Int) -> UInt64? {
    guard let first = text.first, first.isHexDigit else { return nil }
    return UInt64(text, radix: radix)
  }
}
