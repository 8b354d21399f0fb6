// SPDX-License-Identifier: Apache-2.0

/// `name: value;` of a rule.
struct RuleOption {
  /// In lower case.
  let name: String
  /// Where the name begins.
  let place: Int
  /// Without blanks around it; nil if there is no colon.
  let value: Bytes?

  /// The value, which must be there.
  func required() throws(RuleFault) -> Bytes {
    guard let value, !value.isEmpty else { throw RuleFault(.value, place, "'\(name)' needs a value") }
    return value
  }

  /// The value, in quotes or without.
  func requiredText() throws(RuleFault) -> Bytes {
    let value = try required().unquoted.trimmed
    guard !value.isEmpty else { throw RuleFault(.value, place, "'\(name)' needs a value") }
    return value
  }

  /// A keyword that stands alone.
  func checkBare() throws(RuleFault) {
    guard value?.isEmpty ?? true else { throw RuleFault(.value, place, "'\(name)' takes no value") }
  }

  /// What is wrong with the value.
  func fault(_ message: String) -> RuleFault { fault(.value, message) }

  func fault(_ reason: RuleDiagnostic.Reason, _ message: String) -> RuleFault {
    RuleFault(reason, value?.startIndex ?? place, "\(name): \(message)")
  }
}

/// Reads one rule. What cannot be represented is thrown: a rule is used whole, or not at all.
struct RuleReader {
  typealias Keyword = @Sendable (inout RuleReader, RuleOption) throws(RuleFault) -> Void

  /// Options of one rule.
  static let mostOptions = 1000

  var rule = Rule()
  var remarks: [Remark] = []
  /// The whole line.
  let bytes: [UInt8]
  var options: [RuleOption] = []
  let limits: RuleLoadOptions

  // What options before say of those behind.

  /// The sticky buffer, and what is done to it.
  var buffer = Buffer.payload
  var transforms: [Transform] = []
  var hasDotBefore = false
  /// No test of the sticky buffer has been read yet: transforms may still come.
  var mayTransform = false
  /// The content that modifiers are about: its list among the rule's, and its place there.
  var lastContent: (list: Int, index: Int)?
  var isLastHintOnly = false
  /// Lists that dots stand before: they differ from those without.
  var dotted: Set<Int> = []
  var byteVariables: [String: Int] = [:]
  /// Snort 3 puts buffers before contents under names that are modifiers behind them elsewhere.
  var isModular = false
  var hasPacketKeyword: Int?
  var hasHint = false
  var seen: Set<String> = []
  /// `priority` of the rule itself.
  var hasPriority = false

  var dialect: Dialect { rule.dialect }

  init(_ line: LogicalLine, dialect: Dialect, limits: RuleLoadOptions) {
    bytes = line.bytes
    self.limits = limits
    rule.dialect = dialect
  }

  static let keywords: [String: Keyword] = [
    metaKeywords(), effectKeywords(), contentKeywords(), bufferKeywords(), byteKeywords(), flowKeywords(),
    packetKeywords(),
    industrialKeywords(), moreIndustrialKeywords(), officeKeywords(), ownKeywords(),
  ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }

  mutating func read(_ lists: inout HeaderLists) throws(RuleFault) {
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")) else {
      throw RuleFault(.optionSyntax, max(bytes.count - 1, 0), "a rule without options in brackets")
    }
    var header = RuleHeaderReader()
    do {
      try header.read(bytes[..<open].trimmed, dialect, &lists)
    } catch {
      // Reports name the rule by its number.
      try? split(after: open)
      throw error
    }
    rule.header = header.header
    rule.verb = header.verb
    remarks += header.remarks
    isModular = header.isShort
    try split(after: open)
    isModular = isModular || options.contains { $0.name == "service" }
    for option in options {
      guard let keyword = Self.keywords[option.name] else {
        if option.name.isEmpty { throw RuleFault(.optionSyntax, option.place, "an option without a name") }
        if Self.unsupportedKeywords.contains(option.name) {
          throw RuleFault(.unsupported, option.place, "what '\(option.name)' asks for is not looked at here")
        }
        throw RuleFault(.unknownKeyword, option.place, "the keyword '\(option.name)' is not known")
      }
      try keyword(&self, option)
    }
    try finish()
  }

  /// Cuts options at semicolons. The byte before one decides whether it is one: quotes do not count, except to Snort.
  private mutating func split(after open: Int) throws(RuleFault) {
    let end: Int
    if let closing = bytes.lastIndex(where: { !$0.isBlank }), bytes[closing] == UInt8(ascii: ")"), closing > open {
      end = closing
    } else if let closing = RuleLines.closingBracket(bytes[...]), closing > open {
      end = closing
    } else {
      throw RuleFault(.optionSyntax, max(bytes.count - 1, 0), "the bracket of the options is not closed")
    }
    var index = open + 1
    var fault: RuleFault?
    while index < end {
      var stop = index
      var isQuoted = false
      while stop < end {
        if bytes[stop] == UInt8(ascii: "\""), dialect == .snort, bytes[stop - 1] != UInt8(ascii: "\\") {
          isQuoted.toggle()
        }
        if bytes[stop] == UInt8(ascii: ";"), bytes[stop - 1] != UInt8(ascii: "\\"), !isQuoted { break }
        stop += 1
      }
      let part = bytes[index..<stop].trimmed
      index = stop + 1
      if part.isEmpty {
        // The options behind it are wanted, too: one of them is the rule's number.
        if stop < end { emptyOption(stop, &fault) }
        continue
      }
      guard stop < end || part.allSatisfy({ $0 == UInt8(ascii: ")") }) == false else { break }
      guard options.count < Self.mostOptions else {
        throw RuleFault(.tooManyItems, part.startIndex, "more than \(Self.mostOptions) options")
      }
      if let colon = part.firstIndex(of: UInt8(ascii: ":")) {
        let name = part[..<colon].trimmed
        options.append(
          RuleOption(name: name.loweredText, place: part.startIndex, value: part[(colon + 1)...].trimmed))
      } else {
        options.append(RuleOption(name: part.loweredText, place: part.startIndex, value: nil))
      }
    }
    findNumber()
    if let fault { throw fault }
  }

  /// `;;`: a slip behind a number or a text, but behind a test perhaps a test that was lost.
  private mutating func emptyOption(_ place: Int, _ fault: inout RuleFault?) {
    let isHarmless = options.last.map { Self.harmless.contains($0.name) } ?? false
    guard isHarmless || dialect == .snort else {
      fault = fault ?? RuleFault(.emptyOption, place, "an empty option: ';' twice")
      return
    }
    remarks.append(Remark(.warning, .emptyOption, place, "an empty option: ';' twice"))
  }

  private static let harmless = Set(metaKeywords().keys)

  /// Before options are read one by one, so that whatever is wrong is reported with the rule's number.
  private mutating func findNumber() {
    for option in options.reversed() where option.name == "sid" {
      if let number = option.value?.decimal(most: UInt64(UInt32.max)) { rule.number = UInt32(number) }
      return
    }
  }

  // MARK: Lists of tests

  /// The list of the current buffer, new if need be.
  mutating func currentList() -> Int { list(buffer, transforms, hasDotBefore) }

  mutating func list(_ buffer: Buffer, _ transforms: [Transform] = [], _ hasDot: Bool = false) -> Int {
    if let known = rule.buffers.indices.first(where: {
      rule.buffers[$0].buffer == buffer && rule.buffers[$0].transforms == transforms && dotted.contains($0) == hasDot
    }) {
      return known
    }
    var new = BufferTests(buffer)
    new.transforms = transforms
    rule.buffers.append(new)
    if hasDot { dotted.insert(rule.buffers.count - 1) }
    return rule.buffers.count - 1
  }

  @discardableResult
  mutating func place(_ test: PayloadTest) -> (list: Int, index: Int) {
    let list = currentList()
    mayTransform = false
    rule.buffers[list].tests.append(test)
    return (list, rule.buffers[list].tests.count - 1)
  }

  mutating func remark(
    _ severity: RuleDiagnostic.Severity, _ reason: RuleDiagnostic.Reason, _ option: RuleOption, _ message: String
  ) {
    remarks.append(Remark(severity, reason, option.place, "\(option.name): \(message)"))
  }

  /// A keyword that stands once in a rule.
  mutating func once(_ option: RuleOption) throws(RuleFault) {
    guard seen.insert(option.name).inserted else {
      throw RuleFault(.repeated, option.place, "'\(option.name)' stands twice")
    }
  }

  /// A number, or a variable that an earlier option reads.
  func amount(_ text: Bytes, _ option: RuleOption) throws(RuleFault) -> Amount {
    if let number = text.signedNumber { return .number(number) }
    guard let first = text.first, first.isLetter || first == UInt8(ascii: "_") else {
      throw RuleFault(.value, text.startIndex, "\(option.name): '\(text.shown)' is no number")
    }
    guard let variable = byteVariables[text.text] else {
      throw RuleFault(
        .unknownByteVariable, text.startIndex, "\(option.name): no option before it reads a number '\(text.shown)'")
    }
    return .variable(variable)
  }

  mutating func newVariable(_ text: Bytes, _ option: RuleOption) throws(RuleFault) -> Int {
    guard let first = text.first, first.isLetter || first == UInt8(ascii: "_"), text.allSatisfy(\.isNameByte) else {
      throw RuleFault(.value, text.startIndex, "\(option.name): '\(text.shown)' is no name of a variable")
    }
    let name = text.text
    if let known = byteVariables[name] { return known }
    byteVariables[name] = byteVariables.count
    return byteVariables.count - 1
  }
}
