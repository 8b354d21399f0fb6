// SPDX-License-Identifier: Apache-2.0

/// `content` and what is said about it.
extension RuleReader {
  /// Bounds of `distance` and `within`.
  private static let farthest = 1 << 20

  static func contentKeywords() -> [String: Keyword] {
    [
      "content": { (reader, option) throws(RuleFault) in try reader.content(option, in: nil) },
      "pcre": { (reader, option) throws(RuleFault) in try reader.expression(option) },
      "uricontent": { (reader, option) throws(RuleFault) in try reader.content(option, in: .httpURI) },
      "nocase": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        try reader.modify(option, nil)
      },
      "rawbytes": { (reader, option) throws(RuleFault) in
        guard reader.lastContent != nil else { throw option.fault(.withoutContent, "no content before it") }
      },
      "startswith": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        try reader.modify(option, nil)
      },
      "endswith": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        try reader.modify(option, nil)
      },
      "offset": { (reader, option) throws(RuleFault) in try reader.modify(option, try option.requiredText()) },
      "depth": { (reader, option) throws(RuleFault) in try reader.modify(option, try option.requiredText()) },
      "distance": { (reader, option) throws(RuleFault) in try reader.modify(option, try option.requiredText()) },
      "within": { (reader, option) throws(RuleFault) in try reader.modify(option, try option.requiredText()) },
      "fast_pattern": { (reader, option) throws(RuleFault) in try reader.modify(option, option.value) },
    ]
  }

  /// `buffer`: for the keyword that names its own.
  private mutating func content(_ option: RuleOption, in own: Buffer?) throws(RuleFault) {
    var text = try option.required()
    let isNegated = text.first == UInt8(ascii: "!")
    if isNegated { text = text.dropFirst().trimmed }
    guard text.first == UInt8(ascii: "\"") else {
      throw option.fault(.quotes, "the pattern must stand in double quotes")
    }
    var modifiers: Bytes?
    if text.last != UInt8(ascii: "\"") || text.count < 2 {
      // Snort 3 has modifiers behind the pattern: `"x",depth 4,nocase`.
      guard let end = Self.closingQuote(text), text[(end + 1)...].trimmed.first == UInt8(ascii: ",") else {
        throw option.fault(.quotes, "the pattern's double quotes are not closed, or ';' within it is not written |3B|")
      }
      modifiers = text[(end + 1)...].trimmed.dropFirst()
      text = text[...end]
    }
    var content = Content(try Self.pattern(text.unquoted, option, dialect))
    content.isNegated = isNegated
    if let own {
      guard buffer == .payload || buffer == own else {
        throw option.fault(.mixedModifiers, "not while another buffer is set")
      }
      let list = list(own)
      rule.buffers[list].tests.append(.content(content))
      lastContent = (list, rule.buffers[list].tests.count - 1)
    } else {
      content.hasDotBefore = hasDotBefore
      lastContent = place(.content(content))
    }
    isLastHintOnly = false
    guard let modifiers else { return }
    if !isModular { remark(.note, .snortSyntax, option, "modifiers behind the pattern, as Snort 3 has them") }
    isModular = true
    for modifier in modifiers.parts(",") {
      let (word, value) = modifier.firstWord
      let part = RuleOption(name: word.loweredText, place: word.startIndex, value: value.isEmpty ? nil : value)
      switch part.name {
      case "fast_pattern_offset", "fast_pattern_length": continue
      case "nocase", "rawbytes", "offset", "depth", "distance", "within", "fast_pattern", "startswith", "endswith":
        guard let keyword = Self.keywords[part.name] else { continue }
        try keyword(&self, part)
      default: throw RuleFault(.unknownKeyword, part.place, "content: '\(part.name)' is no modifier")
      }
    }
  }

  /// The first quote behind the opening one that is not escaped.
  private static func closingQuote(_ text: Bytes) -> Int? {
    var index = text.startIndex + 1
    while index < text.endIndex {
      if text[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      if text[index] == UInt8(ascii: "\"") { return index }
      index += 1
    }
    return nil
  }

  /// The bytes of a pattern: `|` begins and ends hexadecimal digits, even behind a backslash; outside of them `\`
  /// stands before `:`, `;`, `\` and `"` only. Snort takes any other byte behind it as it is.
  static func pattern(_ text: Bytes, _ option: RuleOption, _ dialect: Dialect) throws(RuleFault) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var isHexadecimal = false
    var high: UInt8?
    var isEscaped = false
    for index in text.indices {
      let byte = text[index]
      if byte == UInt8(ascii: "|") {
        if isEscaped {
          // What would be escaped is none of the bytes: the backslash has no effect.
          isEscaped = false
        }
        guard high == nil else { throw RuleFault(.hexadecimal, index, "content: half a byte of hexadecimal digits") }
        isHexadecimal.toggle()
      } else if isHexadecimal {
        if byte == 0x20 || byte == UInt8(ascii: ",") { continue }
        guard let digit = byte.hexadecimalDigit else {
          throw RuleFault(.hexadecimal, index, "content: a byte between '|' that is no hexadecimal digit")
        }
        if let first = high {
          result.append(first << 4 | digit)
          high = nil
        } else {
          high = digit
        }
      } else if isEscaped {
        isEscaped = false
        guard
          dialect == .snort
            || [UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "\\"), UInt8(ascii: "\"")].contains(byte)
        else {
          throw RuleFault(.escape, index - 1, "content: '\\' stands before ':', ';', '\\' and '\"' only")
        }
        result.append(byte)
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        throw RuleFault(.quotes, index, "content: a double quote within must be written \\\" or |22|")
      } else {
        result.append(byte)
      }
    }
    guard !isHexadecimal else { throw option.fault(.hexadecimal, "'|' without the one that ends the bytes") }
    guard !isEscaped else { throw option.fault(.escape, "'\\' at the end") }
    guard !result.isEmpty else { throw option.fault(.value, "an empty pattern") }
    guard result.count <= 65_535 else { throw option.fault(.value, "a pattern of more than 65535 bytes") }
    return result
  }

  /// Changes the last content.
  private mutating func modify(_ option: RuleOption, _ value: Bytes?) throws(RuleFault) {
    guard let (list, index) = lastContent, case .content(var content) = rule.buffers[list].tests[index] else {
      throw option.fault(.withoutContent, "no content before it")
    }
    let again = RuleFault(.repeated, option.place, "'\(option.name)' stands twice for one content")
    switch option.name {
    case "nocase":
      guard !content.isCaseless else { throw again }
      content.isCaseless = true
    case "startswith":
      guard !content.isAtStart else { throw again }
      content.isAtStart = true
    case "endswith":
      guard !content.isAtEnd else { throw again }
      content.isAtEnd = true
    case "offset":
      guard content.offset == nil else { throw again }
      content.offset = try bounded(value, 0...65_535, option)
    case "depth":
      guard content.depth == nil else { throw again }
      content.depth = try bounded(value, 1...65_535, option)
    case "distance":
      guard content.distance == nil else { throw again }
      content.distance = try bounded(value, -Self.farthest...Self.farthest, option)
    case "within":
      guard content.within == nil else { throw again }
      content.within = try bounded(value, -Self.farthest...Self.farthest, option)
    default: try hint(option, value, &content)
    }
    try checkMix(content, option)
    rule.buffers[list].tests[index] = .content(content)
  }

  private func bounded(
    _ value: Bytes?, _ range: ClosedRange<Int>, _ option: RuleOption
  ) throws(RuleFault) -> Amount {
    guard let value else { throw option.fault("needs a number") }
    let amount = try amount(value, option)
    if case .number(let number) = amount, !range.contains(number) {
      throw option.fault("a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return amount
  }

  private mutating func hint(_ option: RuleOption, _ value: Bytes?, _ content: inout Content) throws(RuleFault) {
    if hasHint {
      remark(.note, .withoutEffect, option, "stands twice in the rule; the first is taken")
      return
    }
    hasHint = true
    content.hint = 0..<content.bytes.count
    guard let value, !value.isEmpty else { return }
    if value.isWord("only") {
      isLastHintOnly = true
      return
    }
    let parts = value.parts(",")
    guard parts.count == 2, let offset = parts[0].decimal(), let count = parts[1].decimal() else {
      throw option.fault("'only', or an offset and a length")
    }
    guard count >= 1, offset < 65_536, count < 65_536, offset + count <= UInt64(content.bytes.count) else {
      throw option.fault("beyond the pattern of \(content.bytes.count) bytes")
    }
    content.hint = Int(offset)..<Int(offset + count)
  }

  /// What cannot be said together of one content.
  private func checkMix(_ content: Content, _ option: RuleOption) throws(RuleFault) {
    let isAbsolute = content.offset != nil || content.depth != nil
    if isAbsolute && content.isRelative {
      throw option.fault(
        .mixedModifiers, "offset and depth count from the start, distance and within from the last match")
    }
    if content.isAtStart && (isAbsolute || content.isRelative) {
      throw option.fault(.mixedModifiers, "startswith already says where")
    }
    if isLastHintOnly && (isAbsolute || content.isRelative || content.isAtStart) && dialect == .suricata {
      throw option.fault(.mixedModifiers, "not with fast_pattern:only")
    }
    for (limit, name) in [(content.depth, "depth"), (content.within, "within")] {
      // A within below zero, with a distance below zero, limits nothing.
      if case .number(let number) = limit, number < content.bytes.count, number >= 0 {
        throw option.fault(
          .cannotFire, "\(name) \(number) is less than the \(content.bytes.count) bytes of the pattern")
      }
    }
    if content.within == .number(0) { throw option.fault(.cannotFire, "nothing is within 0 bytes") }
  }
}
