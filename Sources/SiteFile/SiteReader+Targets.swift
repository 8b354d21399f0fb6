// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// The notations of a conduit's `targets`, one for each kind of area (`Area.Notation`). Each may be
/// followed by `unit UNIT`.
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
    read(text).mapError { fault in
      WordFault(message: fault.message, word: fault.word, meant: fault.meant ?? guess(text))
    }
  }

  /// What was most likely meant, if the error is only in letter case, spaces, a reversed range, or the German
  /// letters of Siemens' notation.
  private static func guess(_ text: String) -> String? {
    let upper = text.uppercased().drop { $0 == "%" }
    let joined = upper.filter { $0 != " " }
    var candidates = [String(upper), joined]
    if let digit = joined.firstIndex(where: \.isNumber), digit > joined.startIndex {
      candidates.append("\(joined[..<digit]) \(joined[digit...])")
    }
    if let letter = ["E": "I", "A": "Q"][joined.prefix(1)] { candidates.append(letter + joined.dropFirst()) }
    for candidate in candidates {
      let ends = candidate.split(separator: "-", maxSplits: 1)
      guard ends.count == 2, let low = ends[0].lastIndex(where: { !$0.isNumber }) else { continue }
      candidates.append("\(ends[0][...low])\(ends[1])-\(ends[0][ends[0].index(after: low)...])")
    }
    return candidates.first { candidate in
      if case .success = read(candidate) { true } else { false }
    }
  }

  private static func read(_ text: String) -> Result<TargetRange, WordFault> {
    var words = text.split(separator: " ")[...]
    let shown = SiteDocument.shown(text)
    let fault = { (en: String, ja: String) in
      Result<TargetRange, WordFault>.failure(WordFault(message: Bilingual("'\(shown)': \(en)", "'\(shown)': \(ja)")))
    }
    var unit: Int64?
    if words.count >= 3, words[words.endIndex - 2] == "unit" {
      guard let number = number(words[words.endIndex - 1]), let value = Int64(exactly: number) else {
        return fault("expected a number after 'unit'", "'unit' の後に番号を指定してください")
      }
      unit = value
      words = words.dropLast(2)
    }
    if let fault = SiteAdvice.modiconTarget(words, unit, shown) { return .failure(fault) }
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
        return fault(
          "expected a form such as 'D100-199' or 'X10-1F'", "'D100-199' または 'X10-1F' のように指定してください")
      case .dataBlock, .byteArea: break
      }
    }
    if first.hasPrefix("ns=") || first.hasPrefix("i=") || first.hasPrefix("s=") || first.hasPrefix("g=")
      || first.hasPrefix("b=")
    {
      // A node id's text may contain spaces.
      let name = ([Substring(first)] + words).joined(separator: " ")
      guard let node = node(name) else {
        return fault(
          "expected a node id such as 'i=2258' or 'ns=2;s=Line1/*'",
          "'i=2258' または 'ns=2;s=Line1/*' のようなノードIDを指定してください")
      }
      return .success(TargetRange(.node, unit: unit, name: Array(node.utf8)))
    }
    guard words.isEmpty else {
      return .failure(unknownArea(first))
    }
    if first.hasPrefix("DB") || first.hasPrefix("DI"), let range = dataBlock(first, unit: unit) {
      return .success(range)
    }
    if let range = byteArea(first, unit: unit) ?? device(first, unit: unit) { return .success(range) }
    if first.hasPrefix("DB") {
      return fault(
        "expected a form such as 'DB10', 'DB10.DBW4-20' or 'DB10.DBX4.3'",
        "'DB10'、'DB10.DBW4-20'、'DB10.DBX4.3' のように指定してください")
    }
    return .failure(unknownArea(first))
  }

  private static func unknownArea(_ word: String) -> WordFault {
    let shown = SiteDocument.shown(word)
    return WordFault(message: Bilingual("unknown area '\(shown)'", "不明な領域 '\(shown)' です"), word: word)
  }

  /// A node id as OPC 10000-6, 5.3.1.10 has it, `*` for any run of characters; without `ns=0;`, as operations have it.
  private static func node(_ text: String) -> String? {
    var rest = Substring(text)
    var space = Substring("0")
    if rest.hasPrefix("ns=") {
      guard let end = rest.firstIndex(of: ";") else { return nil }
      space = rest[rest.index(rest.startIndex, offsetBy: 3)..<end]
      rest = rest[rest.index(after: end)...]
      guard space == "*" || number(space).map({ $0 <= 65_535 && String($0) == space }) == true else { return nil }
    }
    let value = rest.dropFirst(2)
    guard !value.isEmpty, rest.dropFirst().first == "=" else { return nil }
    switch rest.first {
    case "i": guard value.allSatisfy({ $0 == "*" || $0.isASCII && $0.isNumber }) else { return nil }
    case "g": guard value.allSatisfy({ $0 == "*" || $0 == "-" || $0.isASCII && $0.isHexDigit }) else { return nil }
    case "s", "b": break
    default: return nil
    }
    return space == "0" ? String(rest) : text
  }

  /// `AREA [ADDRESS[-ADDRESS]]`, `AREA NUMBER [ADDRESS[-ADDRESS]]`, `AREA NAME`.
  private static func plain(
    _ area: Area, _ rest: ArraySlice<Substring>, unit: Int64?,
    _ fault: (String, String) -> Result<TargetRange, WordFault>
  ) -> Result<TargetRange, WordFault> {
    var words = rest
    if area.notation == .named {
      guard !words.isEmpty else {
        return fault(
          "expected a name, such as '\(area.word) Line1.*'", "'\(area.word) Line1.*' のように名前を指定してください")
      }
      return .success(TargetRange(area, unit: unit, name: Array(words.joined(separator: " ").utf8)))
    }
    var number: UInt32?
    if area.notation == .numbered, let word = words.popFirst() {
      guard let value = self.number(word).flatMap({ UInt32(exactly: $0) }) else {
        return fault(
          "expected a \(area.word) number, such as '\(area.word) 4'", "'\(area.word) 4' のように番号を指定してください")
      }
      guard value <= area.highestNumber else {
        return fault(
          "\(area.word) numbers end at \(area.highestNumber)", "\(area.word) の番号は\(area.highestNumber)までです")
      }
      number = value
    }
    var addresses: ClosedRange<UInt64> = 0...UInt64.max
    var bit: Int8 = -1
    let prefix = area.word + (number.map { " \($0)" } ?? "")
    if let word = words.popFirst() {
      // One bit of a word: `CIO 10.5`.
      let parts = word.split(separator: ".", omittingEmptySubsequences: false)
      if parts.count == 2, let address = self.number(parts[0]), let place = self.number(parts[1]), place < 16 {
        addresses = address...address
        bit = Int8(place)
      } else if let range = range(word) {
        addresses = range
      } else {
        return fault(
          "expected an address or a range, such as '\(prefix) 0-99'",
          "'\(prefix) 0-99' のようにアドレスまたは範囲を指定してください")
      }
      guard addresses.upperBound <= area.highestAddress else {
        return fault(
          "addresses of \(area.word) end at \(area.highestAddress)",
          "\(area.word) のアドレスは\(area.highestAddress)までです")
      }
    }
    guard words.isEmpty else {
      return fault(
        "expected a form such as '\(prefix) 0-99' or '\(prefix) 0-99 unit 3'",
        "'\(prefix) 0-99' または '\(prefix) 0-99 unit 3' のように指定してください")
    }
    return .success(TargetRange(area, number: number, addresses, bit: bit, unit: unit))
  }

  /// `DB10`, `DB10.DBB0-99`, `DB10.DBW4-20`, `DB10.DBD8`, `DB10.DBX4.3`; the same with DI.
  private static func dataBlock(_ text: String, unit: Int64?) -> TargetRange? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let letters = parts[0].prefix(2)
    let area = letters == "DB" ? Area.dataBlock : .instanceBlock
    guard let number = number(parts[0].dropFirst(2)).flatMap({ UInt32(exactly: $0) }), number <= area.highestNumber
    else { return nil }
    guard parts.count == 2 else { return TargetRange(area, number: number, unit: unit) }
    guard parts[1].hasPrefix(letters), let bytes = bytes(parts[1].dropFirst(2)) else { return nil }
    return TargetRange(area, number: number, bytes.range, bit: bytes.bit, unit: unit)
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
      return TargetRange(area, bytes.range, bit: bytes.bit, unit: unit)
    }
    return nil
  }

  /// Bytes: a width (X, B, W, D) and addresses, whose last one has that width; of `X4.3` the bit.
  private static func bytes(_ text: some StringProtocol) -> (range: ClosedRange<UInt64>, bit: Int8)? {
    let rest = text.dropFirst()
    let width: UInt64
    switch text.first {
    case "X":
      let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let bit = number(parts[1]), bit < 8, let byte = number(parts[0]) else { return nil }
      return (byte...byte, Int8(bit))
    case "B": width = 1
    case "W": width = 2
    case "D": width = 4
    default: return nil
    }
    guard let range = range(rest), range.upperBound < UInt64.max - width else { return nil }
    return (range.lowerBound...range.upperBound + width - 1, -1)
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

extension TargetRange {
  /// One entry of `targets`; nil if the text is none.
  package init?(notation text: String) {
    guard case .success(let target) = SiteReader.target(text) else { return nil }
    self = target
  }
}
