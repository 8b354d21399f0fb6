// SPDX-License-Identifier: Apache-2.0

/// Reads files into a set, and looks at rules together.
struct RuleLoader {
  /// More than anybody would read; further ones are counted.
  private static let mostDiagnostics = 200_000

  private var set = RuleSet()
  private let variables: RuleVariables
  private let options: RuleLoadOptions
  private var lists: HeaderLists
  /// Places among the rules by group and number.
  private var known: [UInt64: Int] = [:]
  private var removed: Set<Int> = []
  private var count = RuleSet.FileCount(name: "")
  private var dialect = Dialect.suricata
  private var unsaid = 0

  init(_ variables: RuleVariables, _ options: RuleLoadOptions) {
    self.variables = variables
    self.options = options
    lists = HeaderLists(variables)
    if variables.isExternalWidened {
      say(
        .note, .reinterpreted, SourcePlace(),
        "HOME_NET is any, so that nothing is outside of it: EXTERNAL_NET is any, too")
    }
  }

  private mutating func say(
    _ severity: RuleDiagnostic.Severity, _ reason: RuleDiagnostic.Reason, _ place: SourcePlace, _ message: String,
    number: UInt32 = 0
  ) {
    guard set.diagnostics.count < Self.mostDiagnostics else {
      unsaid += 1
      return
    }
    set.diagnostics.append(RuleDiagnostic(severity, reason, place, message, number: number))
  }

  mutating func read(_ file: RuleFile) {
    count = RuleSet.FileCount(name: file.name)
    defer { set.files.append(count) }
    let top = SourcePlace(file: file.name, line: 1, column: 1)
    guard file.text.count <= options.largestFile else {
      say(.error, .fileTooLarge, top, "the file has more than \(options.largestFile) bytes and is not read")
      return
    }
    dialect = options.dialect ?? .suricata
    lists.reset(variables)
    var lines = RuleLines(file.text, file: file.name, longestLine: options.longestLine)
    while let entry = lines.nextEntry() {
      switch entry {
      case .rule(let line):
        guard set.rules.count < options.mostRules else {
          say(
            .error, .tooManyRules, line.place(0, in: file.name),
            "more than \(options.mostRules) rules: what follows is not read")
          count.skipped += 1
          return
        }
        read(line, in: file.name)
      case .disabled(let line):
        guard set.disabled.count < options.mostRules else { continue }
        count.disabled += 1
        set.disabled.append(
          DisabledRule(
            number: Self.number(line.bytes[...]), text: line.bytes[...].text, place: line.place(0, in: file.name)))
      case .dialect(let word, let place): setDialect(word, place)
      case .variable(let line): define(line, in: file.name)
      case .other(let line):
        say(
          .error, .notARule, line.place(0, in: file.name),
          "'\(line.bytes.prefix(40).firstWord.word.shown)' begins no rule: the line is not used")
      case .tooLong(let place):
        count.skipped += 1
        say(.error, .lineTooLong, place, "a rule of more than \(options.longestLine) bytes is not read")
      }
    }
  }

  private mutating func setDialect(_ word: Bytes, _ place: SourcePlace) {
    guard options.dialect == nil else { return }
    guard let named = Dialect(rawValue: word.loweredText) else {
      say(.warning, .dialect, place, "'\(word.shown)' is no dialect: suricata, or snort")
      return
    }
    dialect = named
  }

  /// `ipvar NAME value`, `portvar NAME value`, `var NAME value`.
  private mutating func define(_ line: LogicalLine, in file: String) {
    let place = line.place(0, in: file)
    let (keyword, rest) = line.bytes[...].firstWord
    let (name, value) = rest.firstWord
    guard !value.isEmpty, name.allSatisfy(\.isNameByte) else {
      say(.error, .notARule, place, "a variable's name and its value")
      return
    }
    let isPort = keyword.isWord("portvar") || keyword.isWord("var") && name.loweredText.contains("port")
    if lists.define(name.text, value.text, isPort: isPort) {
      say(.note, .snortSyntax, place, "\(name.text) is '\(value.shown)' within this file")
    } else {
      say(.note, .withoutEffect, place, "\(name.text) has another value here, from the site")
    }
  }

  // MARK: One rule

  private mutating func read(_ line: LogicalLine, in file: String) {
    var reader = RuleReader(line, dialect: dialect, limits: options)
    do {
      try reader.read(&lists)
    } catch {
      count.skipped += 1
      say(.error, error.reason, line.place(error.offset, in: file), error.message, number: reader.rule.number)
      return
    }
    var rule = reader.rule
    rule.place = line.place(0, in: file)
    rule.text = line.bytes[...].text
    if !rule.classType.isEmpty {
      if let known = options.classes[rule.classType] {
        if !reader.hasPriority { rule.priority = known.priority }
      } else {
        reader.remarks.append(
          Remark(
            .note, .unknownClass, 0, "the class '\(rule.classType)' is not known; the priority is \(rule.priority)"))
      }
    }
    add(rule, reader.remarks, line)
  }

  private static func key(_ rule: Rule) -> UInt64 { UInt64(rule.group) << 32 | UInt64(rule.number) }

  private mutating func add(_ rule: Rule, _ remarks: [Remark], _ line: LogicalLine) {
    var rule = rule
    if rule.number == 0 {
      rule.number = madeNumber(rule)
      say(.note, .missingNumber, rule.place, "the rule has no sid; it gets \(rule.number)", number: rule.number)
    } else if let index = known[Self.key(rule)] {
      let other = set.rules[index]
      if other.message == rule.message, other.revision != rule.revision || other.text == rule.text {
        count.replaced += 1
        let isNewer = rule.revision > other.revision
        let (kept, left) = isNewer ? (rule, other) : (other, rule)
        say(
          .note, .replaced, left.place,
          left.text == kept.text
            ? "the same rule stands at \(kept.place.shown)"
            : "revision \(left.revision) is not used: revision \(kept.revision) stands at \(kept.place.shown)",
          number: rule.number)
        guard isNewer else { return }
        removed.insert(index)
      } else {
        let shared = rule.number
        rule.number = madeNumber(rule)
        say(
          .warning, .repeatedNumber, rule.place,
          "sid \(shared) belongs to another rule at \(other.place.shown); this one gets \(rule.number)",
          number: rule.number)
      }
    }
    for remark in remarks {
      say(
        remark.severity, remark.reason, line.place(remark.offset, in: rule.place.file), remark.message,
        number: rule.number)
    }
    known[Self.key(rule)] = set.rules.count
    set.rules.append(rule)
    count.loaded += 1
  }

  /// From the text (FNV-1a), so that it stays the same when other rules come and go.
  private func madeNumber(_ rule: Rule) -> UInt32 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in rule.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let range = RuleSet.madeNumbers
    let size = UInt64(range.count)
    var step = hash % size
    while true {
      let number = range.lowerBound + UInt32(step)
      if known[UInt64(rule.group) << 32 | UInt64(number)] == nil { return number }
      step = (step + 1) % size
    }
  }

  /// The number of a rule that is not read.
  private static func number(_ bytes: Bytes) -> UInt32 {
    var rest = bytes
    while let index = rest.firstIndex(of: UInt8(ascii: "s")) {
      rest = rest[index...]
      if rest.starts(with: "sid".utf8) {
        let value = rest.dropFirst(3).drop { $0.isBlank }
        if value.first == UInt8(ascii: ":") {
          let digits = value.dropFirst().drop { $0.isBlank }.prefix { $0.isDigit }
          if let number = digits.decimal(most: UInt64(UInt32.max)) { return UInt32(number) }
        }
      }
      rest = rest.dropFirst()
    }
    return 0
  }

  // MARK: All rules

  mutating func finish() -> RuleSet {
    if !removed.isEmpty {
      for index in removed { countDown(set.rules[index].place.file) }
      set.rules = set.rules.indices.filter { !removed.contains($0) }.map { set.rules[$0] }
    }
    warnOfBits()
    if unsaid > 0 {
      set.diagnostics.append(
        RuleDiagnostic(.warning, .tooManyItems, SourcePlace(), "\(unsaid) further diagnostics are left out"))
    }
    return set
  }

  private mutating func countDown(_ file: String) {
    guard let index = set.files.lastIndex(where: { $0.name == file && $0.loaded > 0 }) else { return }
    set.files[index].loaded -= 1
  }

  /// Bits that are read and that no rule sets.
  private mutating func warnOfBits() {
    var written: Set<String> = []
    var writtenOfHosts: Set<String> = []
    for rule in set.rules {
      for bit in rule.flowBits where bit.deed == .set || bit.deed == .toggle { written.formUnion(bit.names) }
      for bit in rule.hostBits where bit.deed == .set || bit.deed == .toggle { writtenOfHosts.insert(bit.name) }
    }
    for rule in set.rules {
      for bit in rule.flowBits where bit.deed == .isSet {
        let missing = bit.names.filter { !written.contains($0) }
        if bit.isOfAll ? !missing.isEmpty : missing.count == bit.names.count {
          say(.warning, .bits, rule.place, "no rule sets '\(missing[0])': this one never matches", number: rule.number)
        }
      }
      for bit in rule.hostBits where bit.deed == .isSet && !writtenOfHosts.contains(bit.name) {
        say(.warning, .bits, rule.place, "no rule sets '\(bit.name)': this one never matches", number: rule.number)
      }
    }
  }
}

extension SourcePlace {
  /// `file:line`.
  var shown: String { "\(file):\(line)" }
}
