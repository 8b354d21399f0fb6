// SPDX-License-Identifier: Apache-2.0

/// Numbers in bytes: `byte_test`, `byte_jump`, `byte_extract`, `byte_math`, `isdataat`.
extension RuleReader {
  static func byteKeywords() -> [String: Keyword] {
    [
      "byte_test": { (reader, option) throws(RuleFault) in try reader.byteTest(option) },
      "byte_jump": { (reader, option) throws(RuleFault) in try reader.byteJump(option) },
      "byte_extract": { (reader, option) throws(RuleFault) in try reader.byteExtract(option) },
      "byte_math": { (reader, option) throws(RuleFault) in try reader.byteMath(option) },
      "isdataat": { (reader, option) throws(RuleFault) in try reader.isDataAt(option) },
    ]
  }

  /// Bounds of offsets.
  private static let farthest = 1 << 31

  // MARK: Parts

  /// How many bytes; `most` for numbers in binary.
  private func count(_ text: Bytes, _ option: RuleOption) throws(RuleFault) -> Amount {
    let amount = try amount(text, option)
    if case .number(let number) = amount, number < 0 || number > 23 {
      throw RuleFault(.value, text.startIndex, "\(option.name): a count of bytes from 0 to 23")
    }
    return amount
  }

  private func offset(_ text: Bytes, _ option: RuleOption) throws(RuleFault) -> Amount {
    let amount = try amount(text, option)
    if case .number(let number) = amount, abs(number) > Self.farthest {
      throw RuleFault(.value, text.startIndex, "\(option.name): an offset of at most 2^31")
    }
    return amount
  }

  /// A word about the number's form. False if it is none.
  private func format(
    _ word: Bytes, _ value: Bytes, _ format: inout NumberFormat, _ option: RuleOption
  ) throws(RuleFault) -> Bool {
    switch word.loweredText {
    case "big": format.isLittleEndian = false
    case "little": format.isLittleEndian = true
    case "string":
      if format.base == .binary { format.base = .decimal }
      // byte_math has the base behind it.
      if !value.isEmpty { return try self.format(value, value[value.endIndex...], &format, option) }
      return true
    case "hex": format.base = .hexadecimal
    case "dec": format.base = .decimal
    case "oct": format.base = .octal
    case "dce": format.isOfDCE = true
    case "endian": return try self.format(value, value[value.endIndex...], &format, option)
    case "bitmask":
      guard let mask = value.number(most: 0xFFFF_FFFF_FFFF_FFFF), mask > 0 else {
        throw RuleFault(.value, word.startIndex, "\(option.name): a bitmask of 1 to 16 hexadecimal digits")
      }
      format.mask = mask
      return true
    default: return false
    }
    guard value.isEmpty else {
      throw RuleFault(.value, value.startIndex, "\(option.name): '\(word.shown)' takes no value")
    }
    return true
  }

  private func check(
    _ count: Amount, _ format: NumberFormat, from least: Int, _ option: RuleOption
  ) throws(RuleFault) {
    guard case .number(let number) = count else { return }
    guard number >= least else { throw option.fault("a count of bytes from \(least)") }
    switch format.base {
    case .binary:
      guard number <= 8 else { throw option.fault("a number in more than 8 bytes must be a text: 'string'") }
    case .octal: guard number <= 23 else { throw option.fault("at most 23 octal digits") }
    case .decimal: guard number <= 20 else { throw option.fault("at most 20 decimal digits") }
    case .hexadecimal: guard number <= 18 else { throw option.fault("at most 18 bytes of hexadecimal digits") }
    }
  }

  private func unknown(_ part: Bytes, _ option: RuleOption) -> RuleFault {
    RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is not known")
  }

  // MARK: Keywords

  private mutating func byteTest(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.required().parts(",")
    guard parts.count >= 4 else { throw option.fault("bytes, operator, value and offset") }
    var operation = parts[1]
    var isNegated = false
    if operation.first == UInt8(ascii: "!") {
      isNegated = true
      operation = operation.dropFirst().trimmed
    }
    let comparison: ByteTest.Comparison
    switch operation.text {
    case "<": comparison = .less
    case ">": comparison = .greater
    case "=", "": comparison = .equal
    case "<=": comparison = .lessOrEqual
    case ">=": comparison = .greaterOrEqual
    case "&": comparison = .and
    case "^": comparison = .xor
    default: throw unknown(parts[1], option)
    }
    guard isNegated || !operation.isEmpty else { throw option.fault("an operator") }
    var test = ByteTest(
      count: try count(parts[0], option), comparison, isNegated: isNegated, value: .number(0),
      offset: try offset(parts[3], option))
    if let number = parts[2].number() {
      if number <= UInt64(Int.max) { test.value = .number(Int(number)) } else { test.wideValue = number }
    } else if parts[2].first?.isDigit ?? true {
      throw RuleFault(.value, parts[2].startIndex, "byte_test: '\(parts[2].shown)' is no number of 64 bits")
    } else {
      test.value = try amount(parts[2], option)
      if case .number(let number) = test.value, number < 0 {
        throw RuleFault(.value, parts[2].startIndex, "byte_test: values are not below 0")
      }
    }
    for part in parts[4...] {
      let (word, value) = part.firstWord
      if word.isWord("relative"), value.isEmpty {
        test.isRelative = true
      } else if try !format(word, value, &test.format, option) {
        throw unknown(part, option)
      }
    }
    try check(test.count, test.format, from: 1, option)
    place(.byteTest(test))
    warnOfValue(test, option)
  }

  /// A value that so many bytes cannot hold loads, and is worth a word.
  private mutating func warnOfValue(_ test: ByteTest, _ option: RuleOption) {
    guard case .number(let count) = test.count, test.format.base == .binary, count < 8, !test.isNegated else { return }
    let largest =
      test.format.mask.map { mask in
        min((UInt64(1) << UInt64(8 * count)) - 1, mask >> UInt64(mask.trailingZeroBitCount))
      } ?? (UInt64(1) << UInt64(8 * count)) - 1
    let value: UInt64
    if let wide = test.wideValue {
      value = wide
    } else if case .number(let number) = test.value {
      value = UInt64(number)
    } else {
      return
    }
    let cannot =
      switch test.comparison {
      case .equal, .greaterOrEqual: value > largest
      case .greater: value >= largest
      case .less: value == 0
      case .and: value & largest == 0
      case .lessOrEqual, .xor: false
      }
    if cannot { remark(.warning, .cannotFire, option, "cannot hold: \(count) bytes reach from 0 to \(largest)") }
  }

  private mutating func byteJump(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.required().parts(",")
    guard parts.count >= 2 else { throw option.fault("bytes and offset") }
    var jump = ByteJump(count: try count(parts[0], option), offset: try offset(parts[1], option))
    for part in parts[2...] {
      let (word, value) = part.firstWord
      switch word.loweredText {
      case "relative": jump.isRelative = true
      case "align": jump.isAligned = true
      case "from_beginning": jump.origin = .beginning
      case "from_end": jump.origin = .end
      case "multiplier":
        guard let number = value.decimal(most: 65_535), number > 0 else { throw unknown(part, option) }
        jump.multiplier = Int(number)
      case "post_offset": jump.after = try offset(value, option)
      default:
        guard try format(word, value, &jump.format, option) else { throw unknown(part, option) }
      }
    }
    try check(jump.count, jump.format, from: 0, option)
    place(.byteJump(jump))
  }

  private mutating func byteExtract(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.required().parts(",")
    guard parts.count >= 3 else { throw option.fault("bytes, offset and a name") }
    guard case .number(let count) = try count(parts[0], option) else {
      throw RuleFault(.unsupported, parts[0].startIndex, "byte_extract: the count of bytes cannot be a variable")
    }
    var extract = ByteExtract(count: count, offset: try offset(parts[1], option), variable: 0)
    for part in parts[3...] {
      let (word, value) = part.firstWord
      switch word.loweredText {
      case "relative": extract.isRelative = true
      case "multiplier":
        guard let number = value.decimal(most: 65_535), number > 0 else { throw unknown(part, option) }
        extract.multiplier = Int(number)
      case "align":
        guard value.isEqual("2") || value.isEqual("4") else { throw unknown(part, option) }
        extract.alignment = value.isEqual("2") ? 2 : 4
      default:
        guard try format(word, value, &extract.format, option) else { throw unknown(part, option) }
      }
    }
    try check(.number(count), extract.format, from: 1, option)
    extract.variable = try newVariable(parts[2], option)
    place(.byteExtract(extract))
  }

  private mutating func byteMath(_ option: RuleOption) throws(RuleFault) {
    var (count, offset, operand): (Amount?, Amount?, Amount?)
    var operation: ByteMath.Operator?
    var result: Bytes?
    var isRelative = false
    var form = NumberFormat()
    for part in try option.required().parts(",") {
      let (word, value) = part.firstWord
      switch word.loweredText {
      case "bytes": count = try self.count(value, option)
      case "offset": offset = try self.offset(value, option)
      case "oper":
        switch value.text {
        case "+": operation = .add
        case "-": operation = .subtract
        case "*": operation = .multiply
        case "/": operation = .divide
        case "<<": operation = .shiftLeft
        case ">>": operation = .shiftRight
        default: throw unknown(part, option)
        }
      case "rvalue":
        operand = try amount(value, option)
        if case .number(let number) = operand, number < 0 || number > Int(UInt32.max) {
          throw RuleFault(.value, value.startIndex, "byte_math: an rvalue from 0 to 4294967295")
        }
      case "result": result = value
      case "relative": isRelative = true
      default:
        guard try format(word, value, &form, option) else { throw unknown(part, option) }
      }
    }
    guard let count, let offset, let operation, let operand, let result else {
      throw option.fault("bytes, offset, oper, rvalue and result are needed")
    }
    try check(count, form, from: 1, option)
    var math = ByteMath(
      count: count, offset: offset, operation, operand, variable: try newVariable(result, option))
    (math.isRelative, math.format) = (isRelative, form)
    place(.byteMath(math))
  }

  private mutating func isDataAt(_ option: RuleOption) throws(RuleFault) {
    var parts = try option.requiredText().parts(",")
    let isNegated = parts[0].first == UInt8(ascii: "!")
    if isNegated { parts[0] = parts[0].dropFirst().trimmed }
    var test = IsDataAt(try amount(parts[0], option))
    if case .number(let number) = test.amount, number < 0 || number > 65_535 {
      throw option.fault("a number from 0 to 65535")
    }
    test.isNegated = isNegated
    test.isStrict = dialect == .snort
    for part in parts[1...] {
      if part.isWord("relative") {
        test.isRelative = true
      } else if !part.isWord("rawbytes") {
        throw unknown(part, option)
      }
    }
    place(.isDataAt(test))
  }
}
