// SPDX-License-Identifier: Apache-2.0

/// `pcre`.
extension RuleReader {
  private static let buffers: [UInt8: Buffer] = [
    UInt8(ascii: "U"): .httpURI, UInt8(ascii: "I"): .httpRawURI, UInt8(ascii: "P"): .httpRequestBody,
    UInt8(ascii: "H"): .httpHeader,
    UInt8(ascii: "D"): .httpRawHeader, UInt8(ascii: "M"): .httpMethod, UInt8(ascii: "C"): .httpCookie,
    UInt8(ascii: "S"): .httpStatusCode,
    UInt8(ascii: "Y"): .httpStatusMessage, UInt8(ascii: "Q"): .httpResponseBody, UInt8(ascii: "V"): .httpUserAgent,
    UInt8(ascii: "W"): .httpHost,
    UInt8(ascii: "Z"): .httpRawHost,
  ]

  mutating func expression(_ option: RuleOption) throws(RuleFault) {
    var text = try option.required()
    let isNegated = text.first == UInt8(ascii: "!")
    if isNegated { text = text.dropFirst().trimmed }
    guard text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") || isModular else {
      throw option.fault(.quotes, "the expression must stand in double quotes, and ';' within it as \\x3B")
    }
    guard let end = text.lastIndex(of: UInt8(ascii: "\"")), end > text.startIndex else {
      throw option.fault(.quotes, "the expression must stand in double quotes")
    }
    // Behind it Snort 3 may have `,fast_pattern`, which is a hint.
    text = text[(text.startIndex + 1)..<end]
    if text.first == UInt8(ascii: "m") { text = text.dropFirst() }
    guard let mark = text.first, mark == UInt8(ascii: "/") || dialect == .snort && !mark.isLetter && !mark.isDigit
    else {
      throw option.fault("the expression must stand between '/'")
    }
    guard let last = text.lastIndex(of: mark), last > text.startIndex + 1 else {
      throw option.fault("the expression must stand between '/', and not be empty")
    }
    var flags = ""
    var target: Buffer?
    var isRelative = false
    for index in text[(last + 1)...].indices {
      let letter = text[index]
      switch letter {
      case UInt8(ascii: "i"), UInt8(ascii: "s"), UInt8(ascii: "m"), UInt8(ascii: "x"), UInt8(ascii: "A"),
        UInt8(ascii: "E"), UInt8(ascii: "G"):
        let flag = Character(Unicode.Scalar(letter))
        if !flags.contains(flag) { flags.append(flag) }
      case UInt8(ascii: "R"): isRelative = true
      case UInt8(ascii: "B"), UInt8(ascii: "O"): break
      default:
        guard let named = Self.buffers[letter] else {
          throw RuleFault(.value, index, "pcre: '\(String(Unicode.Scalar(letter)))' is no flag")
        }
        guard target == nil || target == named else {
          throw RuleFault(.contradiction, index, "pcre: two buffers")
        }
        target = named
      }
    }
    var test = Expression(Self.asciiPattern(text[(text.startIndex + 1)..<last]), flags: flags)
    (test.isNegated, test.isRelative) = (isNegated, isRelative)
    try place(test, target, option)
  }

  private mutating func place(_ expression: Expression, _ target: Buffer?, _ option: RuleOption) throws(RuleFault) {
    var expression = expression
    let list: Int
    if let target {
      guard buffer == .payload || buffer == target else {
        throw option.fault(.contradiction, "the flag names another buffer than the one that is set")
      }
      list = self.list(target)
    } else {
      guard !hasDotBefore else { throw option.fault(.unsupported, "not behind dotprefix") }
      list = currentList()
    }
    if expression.isRelative, !rule.buffers[list].tests.contains(where: \.movesCursor) {
      if dialect != .snort {
        remark(.note, .relativeToNothing, option, "flag R, and nothing before it: it begins at the start of the buffer")
      }
      // As Snort does; Suricata refuses the rule.
      expression.isRelative = false
      if !expression.flags.contains("A") && expression.pattern.first == "^" { expression.flags.append("A") }
    }
    mayTransform = false
    rule.buffers[list].tests.append(.expression(expression))
  }

  /// The expression in ASCII: any other byte as `\xHH`, which means the same.
  static func asciiPattern(_ text: Bytes) -> String {
    guard text.contains(where: { $0 >= 0x80 || $0 == 0 }) else { return text.text }
    var result: [UInt8] = []
    var isEscaped = false
    for byte in text {
      if byte >= 0x80 || byte == 0 {
        if !isEscaped { result.append(UInt8(ascii: "\\")) }
        let digits = String(byte, radix: 16)
        result += (byte < 16 ? "x0" : "x").utf8
        result += digits.utf8
        isEscaped = false
      } else {
        result.append(byte)
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension PayloadTest {
  /// Whether relative tests behind it have something to be relative to.
  var movesCursor: Bool {
    switch self {
    case .content, .byteJump, .byteExtract, .expression: true
    case .byteTest, .byteMath, .isDataAt, .size: false
    }
  }
}
