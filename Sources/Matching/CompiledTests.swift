// SPDX-License-Identifier: Apache-2.0
package import RuleLanguage

/// The tests of one buffer, ready to be evaluated.
///
/// Tests are tried in their order. Each positive content or expression has, in general, several places where it may
/// stand; a later test that is relative to it, or that uses what has been read relative to it, may hold for one place
/// and not for another. So all places are tried, but only where that can change anything: `isRetried` says of a test
/// whether its other places matter, and `isFinal` that its failure cannot be helped by other places of earlier ones.
package struct CompiledTests: Sendable {
  package let buffer: Buffer
  let isSnort: Bool
  /// What a step needs lies in the array of its kind: an enum with all of them as payloads is costly to take apart.
  var steps: [Step] = []
  var contents: [ContentStep] = []
  var expressions: [ExpressionStep] = []
  var byteTests: [ByteTest] = []
  var byteJumps: [ByteJump] = []
  var byteExtracts: [ByteExtract] = []
  var byteMaths: [ByteMath] = []
  var dataTests: [IsDataAt] = []
  var sizes: [NumberTest] = []
  /// The bytes of all needles.
  var patterns: [UInt8] = []

  struct Step: Sendable {
    let kind: Kind
    /// Its place in the array of its kind.
    let place: Int
    var isRetried = false
    var isFinal = false
  }

  enum Kind: Sendable {
    /// A content that can stand in one place only, which the rule gives.
    case fixedContent
    case content, expression, byteTest, byteJump, byteExtract, byteMath, isDataAt, size
  }

  struct ContentStep: Sendable {
    let needle: Needle
    var isNegated: Bool
    /// `offset` or `distance`; of a fixed content its place.
    var start: Amount
    /// `depth` or `within`.
    var length: Amount?
    var isRelative: Bool
    /// Suricata forgets the end of a relative window that lies wholly before the buffer.
    var forgetsEnd: Bool
    var isAtStart: Bool
    var isAtEnd: Bool
    var hasDotBefore: Bool
    /// Where the buffer begins: before its first byte if a dot is thought to be there.
    var origin: Int { hasDotBefore ? -1 : 0 }
  }

  struct ExpressionStep: Sendable {
    let expression: RegularExpression
    let isNegated: Bool
    let isRelative: Bool
  }

  /// Offsets and lengths beyond this are this: no buffer is as long, and sums of a few do not overflow.
  static let farthest = 1 << 40
  /// Tests of one buffer of one rule.
  static let mostTests = 1_024

  /// Fails for expressions that PCRE2 refuses, for too many tests, and for too many variables.
  package init(_ tests: BufferTests, dialect: Dialect) throws(MatchingError) {
    guard tests.tests.count <= CompiledTests.mostTests else {
      throw MatchingError("more than \(CompiledTests.mostTests) tests of one buffer")
    }
    buffer = tests.buffer
    isSnort = dialect == .snort
    var known = Set<Int>()
    var deeds: [Deed] = []
    for test in tests.tests {
      // Relative to nothing is relative to the beginning.
      let deed = try deed(of: test, known, isFirst: !deeds.contains { $0.moves })
      if let variable = deed.variable {
        guard 0..<Evaluation.variableLimit ~= variable else {
          throw MatchingError("more than \(Evaluation.variableLimit) variables")
        }
        known.insert(variable)
      }
      deeds.append(deed)
    }
    steps = deeds.map { step(for: $0) }
    findRetries(deeds)
    findFinals(deeds)
  }

  private mutating func step(for deed: Deed) -> Step {
    func add<Element>(_ element: Element, to array: inout [Element], _ kind: Kind) -> Step {
      array.append(element)
      return Step(kind: kind, place: array.count - 1)
    }
    switch deed {
    case .content(var content):
      guard let place = content.onlyPlace else { return add(content, to: &contents, .content) }
      content.start = .number(place)
      return add(content, to: &contents, .fixedContent)
    case .expression(let expression): return add(expression, to: &expressions, .expression)
    case .byteTest(let test): return add(test, to: &byteTests, .byteTest)
    case .byteJump(let jump): return add(jump, to: &byteJumps, .byteJump)
    case .byteExtract(let extract): return add(extract, to: &byteExtracts, .byteExtract)
    case .byteMath(let math): return add(math, to: &byteMaths, .byteMath)
    case .isDataAt(let test): return add(test, to: &dataTests, .isDataAt)
    case .size(let test): return add(test, to: &sizes, .size)
    }
  }

  /// `known` are the variables that tests before it set: others are 0, unless an earlier buffer may have set them.
  private mutating func deed(of test: PayloadTest, _ known: Set<Int>, isFirst: Bool) throws(MatchingError) -> Deed {
    func resolved(_ amount: Amount) -> Amount {
      guard case .variable(let index) = amount else { return amount }
      let isReadable = known.contains(index) || isSnort && 0..<Evaluation.variableLimit ~= index
      return isReadable ? amount : .number(0)
    }
    func length(_ amount: Amount) -> Amount {
      guard case .number(let number) = resolved(amount) else { return amount }
      return .number(min(max(number, -CompiledTests.farthest), CompiledTests.farthest))
    }
    switch test {
    case .content(let content):
      let needle = Needle(content.bytes, isCaseless: content.isCaseless, addingTo: &patterns)
      return .content(
        ContentStep(
          needle: needle, isNegated: content.isNegated,
          start: length((content.isRelative ? content.distance : content.offset) ?? .number(0)),
          length: (content.isRelative ? content.within : content.depth).map(length),
          isRelative: content.isRelative && !isFirst,
          forgetsEnd: content.isRelative && !isSnort, isAtStart: content.isAtStart, isAtEnd: content.isAtEnd,
          hasDotBefore: content.hasDotBefore))
    case .expression(let expression):
      return .expression(
        ExpressionStep(
          expression: try RegularExpression(expression.pattern, flags: expression.flags),
          isNegated: expression.isNegated, isRelative: expression.isRelative))
    case .byteTest(var test):
      (test.count, test.offset) = (length(test.count), length(test.offset))
      test.value = resolved(test.value)
      return .byteTest(test)
    case .byteJump(var jump):
      (jump.count, jump.offset, jump.after) = (length(jump.count), length(jump.offset), length(jump.after))
      return .byteJump(jump)
    case .byteExtract(var extract):
      extract.offset = length(extract.offset)
      return .byteExtract(extract)
    case .byteMath(var math):
      (math.count, math.offset) = (length(math.count), length(math.offset))
      math.operand = resolved(math.operand)
      return .byteMath(math)
    case .isDataAt(var test):
      test.amount = length(test.amount)
      return .isDataAt(test)
    case .size(let test):
      return .size(test)
    }
  }

  // MARK: What depends on what

  /// Other places of a test matter if what follows it reads the cursor, and would rather not have the earliest place.
  private mutating func findRetries(_ deeds: [Deed]) {
    // Of the tests from the next one on: none reads where the cursor is now; an earlier cursor is always as good.
    var isIndependent = true
    var isBestEarly = true
    for index in deeds.indices.reversed() {
      let deed = deeds[index]
      switch deed {
      case .content(let step) where steps[index].kind == .content:
        steps[index].isRetried = !step.isNegated && !isIndependent && !isBestEarly
      // Later matches of an expression may end earlier.
      case .expression(let step): steps[index].isRetried = !step.isNegated && !isIndependent
      default: break
      }
      if !deed.isRelative {
        if deed.moves { (isIndependent, isBestEarly) = (true, true) }
        continue
      }
      isIndependent = false
      switch deed {
      case .content(let step) where !step.isNegated && step.length == nil && !step.isAtStart: isBestEarly = true
      case .isDataAt(let test) where !test.isNegated: break
      default: isBestEarly = false
      }
    }
  }

  /// A failure is final if what the test depends on is the same for all places of earlier tests.
  private mutating func findFinals(_ deeds: [Deed]) {
    var isCursorOpen = false
    var open = Set<Int>()
    for index in deeds.indices {
      let deed = deeds[index]
      let isOpen =
        deed.isRelative && isCursorOpen
        || deed.amounts.contains { if case .variable(let index) = $0 { open.contains(index) } else { false } }
      steps[index].isFinal = !isOpen
      if let variable = deed.variable {
        if isOpen { open.insert(variable) } else { open.remove(variable) }
      }
      if deed.moves { isCursorOpen = isOpen || steps[index].isRetried }
    }
  }
}

extension CompiledTests.ContentStep {
  /// Where it stands if it stands anywhere; nil if there are several places, or it depends on the bytes.
  fileprivate var onlyPlace: Int? {
    guard !isNegated, !isRelative, !isAtEnd, !hasDotBefore, case .number(let start) = start else { return nil }
    if isAtStart { return start <= 0 && length == nil ? 0 : nil }
    guard start >= 0, case .number(needle.count) = length else { return nil }
    return start
  }
}

/// A test as it is looked at while tests are compiled.
private enum Deed {
  case content(CompiledTests.ContentStep)
  case expression(CompiledTests.ExpressionStep)
  case byteTest(ByteTest)
  case byteJump(ByteJump)
  case byteExtract(ByteExtract)
  case byteMath(ByteMath)
  case isDataAt(IsDataAt)
  case size(NumberTest)

  /// Whether it moves the cursor.
  var moves: Bool {
    switch self {
    case .content(let step): !step.isNegated
    case .expression(let step): !step.isNegated
    case .byteJump, .byteExtract, .byteMath: true
    case .byteTest, .isDataAt, .size: false
    }
  }

  /// Whether it reads the cursor.
  var isRelative: Bool {
    switch self {
    case .content(let step): step.isRelative
    case .expression(let step): step.isRelative
    case .byteTest(let test): test.isRelative
    case .byteJump(let jump): jump.isRelative
    case .byteExtract(let extract): extract.isRelative
    case .byteMath(let math): math.isRelative
    case .isDataAt(let test): test.isRelative
    case .size: false
    }
  }

  /// The variable it sets.
  var variable: Int? {
    switch self {
    case .byteExtract(let extract): extract.variable
    case .byteMath(let math): math.variable
    default: nil
    }
  }

  /// What may be variables.
  var amounts: [Amount] {
    switch self {
    case .content(let step): [step.start] + (step.length.map { [$0] } ?? [])
    case .expression, .size: []
    case .byteTest(let test): [test.count, test.value, test.offset]
    case .byteJump(let jump): [jump.count, jump.offset, jump.after]
    case .byteExtract(let extract): [extract.offset]
    case .byteMath(let math): [math.count, math.offset, math.operand]
    case .isDataAt(let test): [test.amount]
    }
  }
}
