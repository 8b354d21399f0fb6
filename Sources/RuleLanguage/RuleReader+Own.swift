// SPDX-License-Identifier: Apache-2.0

/// Our own keywords: `operation`, which is the same for every protocol, and `zone`.
extension RuleReader {
  static func ownKeywords() -> [String: Keyword] {
    [
      "operation": { (reader, option) throws(RuleFault) in try reader.operation(option) },
      "zone": { (reader, option) throws(RuleFault) in try reader.zone(option) },
    ]
  }

  /// Alternatives of one part of `operation` or `zone`.
  private static let mostAlternatives = 256

  /// At commas, or bars, outside of double quotes; without the quotes.
  private func quotedParts(
    _ text: Bytes, at separator: Unicode.Scalar, _ option: RuleOption
  ) throws(RuleFault) -> [Bytes] {
    var parts: [Bytes] = []
    var start = text.startIndex
    var isQuoted = false
    for index in text.indices {
      if text[index] == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if text[index] == UInt8(ascii: separator), !isQuoted {
        parts.append(text[start..<index].trimmed)
        start = index + 1
      }
    }
    guard !isQuoted else { throw option.fault(.quotes, "a double quote that is not closed") }
    parts.append(text[start...].trimmed)
    guard parts.count <= Self.mostAlternatives else {
      throw option.fault(.tooManyItems, "more than \(Self.mostAlternatives) alternatives")
    }
    return parts
  }

  /// `a|b|"c, d"`; `any` for no demand. All of it may stand in one pair of quotes, with bars within.
  private func alternatives(_ text: Bytes, _ option: RuleOption) throws(RuleFault) -> [String] {
    guard !text.isEmpty else { throw option.fault("a word without its value") }
    var names: [String] = []
    for part in try quotedParts(text, at: "|", option) {
      let name = part.unquoted.trimmed
      guard !name.isEmpty, !name.contains(UInt8(ascii: "\"")) else {
        throw RuleFault(.value, part.startIndex, "\(option.name): an empty alternative")
      }
      if name.isWord("any") {
        guard names.isEmpty, text.unquoted.trimmed.isWord("any") else {
          throw RuleFault(.contradiction, part.startIndex, "\(option.name): 'any' stands alone")
        }
        return []
      }
      names.append(name.text)
    }
    return names
  }

  private mutating func operation(_ option: RuleOption) throws(RuleFault) {
    var test = OperationTest()
    var words: Set<String> = []
    for part in try quotedParts(try option.required(), at: ",", option) {
      let (word, value) = part.firstWord
      let fault = RuleFault(.value, part.startIndex, "operation: '\(part.shown)' is not known")
      let name = word.loweredText
      guard words.insert(name).inserted else {
        throw RuleFault(.repeated, part.startIndex, "operation: '\(name)' stands twice")
      }
      let plain = value.unquoted.trimmed
      switch name {
      case "action": test.actions = try alternatives(value, option).map { $0.lowercased() }
      case "protocol":
        test.protocols = try alternatives(value, option).map { $0.lowercased() }
        for name in test.protocols where RuleHeaderReader.applications[name] == nil { throw fault }
      case "function": test.functions = try alternatives(value, option)
      case "target": test.targets = try alternatives(value, option)
      case "unit": test.unit = try range(plain, part)
      case "code": test.errorCode = try range(plain, part)
      case "outcome":
        guard let outcome = OperationTest.Outcome(rawValue: plain.loweredText) else { throw fault }
        test.outcome = outcome
      case "role":
        guard let role = OperationTest.Role(rawValue: plain.loweredText) else { throw fault }
        test.role = role
      case "phase":
        guard ["select", "execute", "cancel"].contains(plain.loweredText) else { throw fault }
        test.phase = plain.loweredText
      case "direction":
        guard plain.isWord("load") || plain.isWord("fetch") else { throw fault }
        test.isFetch = plain.isWord("fetch")
      default: throw fault
      }
    }
    rule.applicationTests.append(.operation(test))
  }

  /// `n`, `a-b` with both ends, and the other forms of numbers.
  private func range(_ text: Bytes, _ part: Bytes) throws(RuleFault) -> NumberTest {
    let ends = text.parts("-", most: 2)
    if ends.count == 2, let low = ends[0].number(), let high = ends[1].number(), low <= high {
      return .within(low...high)
    }
    guard ends.count == 1, let test = NumberTest(text, most: .max) else {
      throw RuleFault(.value, part.startIndex, "operation: '\(part.shown)' is no number or range")
    }
    return test
  }

  private mutating func zone(_ option: RuleOption) throws(RuleFault) {
    try once(option)
    var test = ZoneTest()
    for part in try quotedParts(try option.required(), at: ",", option) {
      let (word, rest) = part.firstWord
      let isNegated = rest.first == UInt8(ascii: "!")
      let names = try alternatives(isNegated ? rest.dropFirst().trimmed : rest, option)
      if isNegated, names.isEmpty { throw option.fault(.nothingLeft, "not any zone is none") }
      let isFrom = word.isWord("from")
      guard isFrom || word.isWord("to") else {
        throw RuleFault(.value, part.startIndex, "zone: 'from' or 'to'")
      }
      guard isFrom ? test.from.isEmpty : test.to.isEmpty else {
        throw RuleFault(.repeated, part.startIndex, "zone: '\(word.shown)' stands twice")
      }
      if isFrom {
        (test.from, test.isFromNegated) = (names, isNegated)
      } else {
        (test.to, test.isToNegated) = (names, isNegated)
      }
    }
    rule.zones = test
  }
}
