// SPDX-License-Identifier: Apache-2.0

/// What a rule says of itself.
extension RuleReader {
  static func metaKeywords() -> [String: Keyword] {
    [
      "msg": { (reader, option) throws(RuleFault) in
        let value = try option.required()
        let text = value.unquoted
        guard text.count < value.count || reader.dialect == .snort else {
          throw option.fault(.quotes, "the text must stand in double quotes")
        }
        reader.rule.message = Self.unescaped(text)
      },
      "sid": { (reader, option) throws(RuleFault) in
        try reader.once(option)
        guard let number = try option.requiredText().decimal(most: UInt64(UInt32.max)), number > 0 else {
          throw option.fault("a number from 1 to 4294967295")
        }
        reader.rule.number = UInt32(number)
      },
      "gid": { (reader, option) throws(RuleFault) in
        try reader.once(option)
        reader.rule.group = try Self.small(option)
      },
      "rev": { (reader, option) throws(RuleFault) in
        try reader.once(option)
        reader.rule.revision = try Self.small(option)
      },
      "classtype": { (reader, option) throws(RuleFault) in
        try reader.once(option)
        reader.rule.classType = try option.requiredText().loweredText
      },
      "priority": { (reader, option) throws(RuleFault) in
        let priority = try Self.small(option)
        guard priority >= 1 else { throw option.fault("a number from 1, which is the most severe") }
        reader.rule.priority = UInt8(min(priority, 255))
        reader.hasPriority = true
      },
      "reference": { (reader, option) throws(RuleFault) in try reader.reference(option) },
      "metadata": { (reader, option) throws(RuleFault) in try reader.metadata(option) },
      "target": { (reader, option) throws(RuleFault) in
        let value = try option.requiredText()
        guard value.isWord("src_ip") || value.isWord("dest_ip") else { throw option.fault("src_ip or dest_ip") }
        let victim: Rule.Victim = value.isWord("src_ip") ? .source : .destination
        if let other = reader.rule.victim, other != victim {
          throw option.fault(.contradiction, "both ends of the connection")
        }
        reader.rule.victim = victim
      },
      "rem": { (_, _) throws(RuleFault) in },
      "soid": { (_, _) throws(RuleFault) in },
      "noalert": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.rule.isSilent = true
      },
      "alert": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        if reader.rule.verb == .pass { reader.rule.isLoud = true }
      },
      "prefilter": { (_, _) throws(RuleFault) in },
      "requires": { (reader, option) throws(RuleFault) in try reader.requires(option) },
    ]
  }

  /// Orders to do something with what has matched. A passive monitor does not; what matches is the same.
  static func effectKeywords() -> [String: Keyword] {
    var keywords: [String: Keyword] = [:]
    for name in [
      "tag", "filestore", "tls.store", "tls_store", "bypass", "logto", "session", "resp", "activates", "replace",
      "react",
    ] {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        reader.remark(.note, .withoutEffect, option, "what it orders is not done here; the rule matches without it")
      }
      keywords[name] = keyword
    }
    return keywords
  }

  static func small(_ option: RuleOption) throws(RuleFault) -> UInt32 {
    guard let number = try option.requiredText().decimal(most: UInt64(UInt32.max)) else {
      throw option.fault("a number from 0 to 4294967295")
    }
    return UInt32(number)
  }

  /// `\;`, `\"`, `\:` and `\\` of texts.
  static func unescaped(_ text: Bytes) -> String {
    guard text.contains(UInt8(ascii: "\\")) else { return text.text }
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == UInt8(ascii: "\\"), index + 1 < text.endIndex, !text[index + 1].isLetter,
        !text[index + 1].isDigit
      {
        index += 1
      }
      result.append(text[index])
      index += 1
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func reference(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",", most: 2)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw option.fault("a scheme, a comma and an identifier")
    }
    rule.references.append(Rule.Reference(parts[0].loweredText, Self.unescaped(parts[1])))
  }

  private mutating func metadata(_ option: RuleOption) throws(RuleFault) {
    for part in try option.required().unquoted.parts(",") where !part.isEmpty {
      let (key, value) = part.firstWord
      rule.notes.append(Rule.Note(key.text, Self.unescaped(value)))
    }
  }

  /// Versions up to 8 and keywords that are known are there; of anything else there is no telling.
  private mutating func requires(_ option: RuleOption) throws(RuleFault) {
    for part in try option.required().parts(",") {
      let words = part.words
      if words.count == 2, words[0].isWord("keyword"), Self.keywords[words[1].loweredText] != nil { continue }
      guard words.count >= 2, words[0].isWord("version") else {
        throw option.fault(.unsupported, "'\(part.shown)' is not here")
      }
      if part.contains(UInt8(ascii: ">")), let digits = words.last?.drop(while: { !$0.isDigit }),
        let major = digits.prefix(while: \.isDigit).decimal(), major > 8
      {
        throw option.fault(.unsupported, "made for a later version of the language, \(part.shown)")
      }
    }
  }
}
