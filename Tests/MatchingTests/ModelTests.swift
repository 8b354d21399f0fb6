// SPDX-License-Identifier: Apache-2.0
import Matching
import RuleLanguage
import Testing

/// SplitMix64: the same numbers in each run.
struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }
  mutating func hit(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &self) == 0 }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

/// What the language means, without any thought of speed: each positive content is put at each place, and the whole
/// list of tests is checked for each choice of places.
private struct Model {
  let tests: [PayloadTest]
  let bytes: [UInt8]
  let isSnort: Bool

  private var positives: [Int] {
    tests.indices.filter { if case .content(let content) = tests[$0] { !content.isNegated } else { false } }
  }

  func holds() -> Bool {
    let positives = positives
    var places = [Int](repeating: -1, count: positives.count)
    while true {
      if holds(Dictionary(uniqueKeysWithValues: zip(positives, places))) { return true }
      guard let next = places.lastIndex(where: { $0 < bytes.count }) else { return false }
      places[next] += 1
      for later in places.indices where later > next { places[later] = -1 }
    }
  }

  private func holds(_ places: [Int: Int]) -> Bool {
    var cursor: Int?
    var variables: [Int: Int] = [:]
    func amount(_ amount: Amount) -> Int {
      switch amount {
      case .number(let number): number
      case .variable(let index): variables[index] ?? 0
      }
    }
    for (index, test) in tests.enumerated() {
      switch test {
      case .content(let content):
        let origin = content.hasDotBefore ? -1 : 0
        let base = content.isRelative ? cursor ?? origin : origin
        let start = base + amount((content.isRelative ? content.distance : content.offset) ?? .number(0))
        var end = bytes.count
        if let length = content.isRelative ? content.within : content.depth {
          let wanted = start + amount(length)
          if wanted >= origin || isSnort || !content.isRelative { end = min(end, wanted) }
        }
        func fits(_ place: Int) -> Bool {
          place >= origin && place >= start && place + content.bytes.count <= end
            && (!content.isAtStart || place == origin)
            && (!content.isAtEnd || place + content.bytes.count == bytes.count)
            && content.bytes.indices.allSatisfy { step in
              let byte = place + step < 0 ? 0x2E : bytes[place + step]
              return byte == content.bytes[step]
                || content.isCaseless
                  && String(UnicodeScalar(byte)).lowercased()
                    == String(UnicodeScalar(content.bytes[step])).lowercased()
            }
        }
        if content.isNegated {
          if isSnort, end <= max(origin, start) { return false }
          if (-1..<max(0, bytes.count)).contains(where: fits) { return false }
        } else {
          guard let place = places[index], fits(place) else { return false }
          cursor = place + content.bytes.count
        }
      case .byteTest(let test):
        let place = (test.isRelative ? cursor ?? 0 : 0) + amount(test.offset)
        guard bytes.indices.contains(place) else { return false }
        let isEqual = Int(bytes[place]) == amount(test.value)
        if isEqual == test.isNegated { return false }
      case .byteJump(let jump):
        let place = (jump.isRelative ? cursor ?? 0 : 0) + amount(jump.offset)
        guard bytes.indices.contains(place) else { return false }
        let target = place + 1 + Int(bytes[place]) + amount(jump.after)
        if target > bytes.count { return false }
        cursor = max(0, target)
      case .byteMath(let math):
        let place = (math.isRelative ? cursor ?? 0 : 0) + amount(math.offset)
        guard bytes.indices.contains(place) else { return false }
        variables[math.variable] = Int(bytes[place]) - amount(math.operand)
        cursor = place + 1
      case .isDataAt(let test):
        let place = (test.isRelative ? cursor ?? 0 : 0) + amount(test.amount)
        let isThere = test.isRelative && !test.isStrict ? place <= bytes.count : place < bytes.count
        if isThere == test.isNegated { return false }
      case .size(let test):
        if !test.holds(UInt64(bytes.count)) { return false }
      case .byteExtract, .expression:
        return false
      }
    }
    return true
  }
}

struct ModelTests {
  private static func content(_ dice: inout Dice, _ known: [Int]) -> Content {
    func amount(_ range: ClosedRange<Int>, _ dice: inout Dice) -> Amount {
      dice.hit(3) && !known.isEmpty ? .variable(dice.pick(known)) : .number(dice.number(range))
    }
    var content = Content((0..<dice.number(1...2)).map { _ in dice.pick(Array("abc".utf8)) })
    content.isNegated = dice.hit(4)
    if dice.hit(6) {
      content.isCaseless = true
      content.bytes[0] -= 0x20
    }
    if dice.hit(8) {
      content.hasDotBefore = true
      if dice.hit(2) { content.bytes[0] = 0x2E }
    }
    switch dice.number(0...9) {
    case 0...1: break
    case 2: content.offset = amount(0...5, &dice)
    case 3: (content.offset, content.depth) = (amount(0...4, &dice), amount(0...5, &dice))
    case 4...5: content.distance = amount(-4...3, &dice)
    case 6: content.within = amount(0...4, &dice)
    case 7...8: (content.distance, content.within) = (amount(-4...3, &dice), amount(0...4, &dice))
    default: content.isAtStart = true
    }
    content.isAtEnd = dice.hit(10)
    return content
  }

  private static func tests(_ dice: inout Dice, _ isSnort: Bool) -> [PayloadTest] {
    var contents = 0
    var known: [Int] = []
    return (0..<dice.number(1...5)).map { _ in
      switch contents < 3 ? dice.number(0...9) : dice.number(6...9) {
      case 0...5:
        let content = content(&dice, known)
        contents += content.isNegated ? 0 : 1
        return .content(content)
      case 6:
        return .byteTest(1, .equal, dice.number(97...99), at: dice.number(-2...3), not: dice.hit(3)) {
          $0.isRelative = !dice.hit(3)
        }
      case 7:
        return .byteJump(1, at: dice.number(-1...3)) {
          $0.isRelative = !dice.hit(3)
          $0.after = .number(-dice.number(95...101))
        }
      case 8:
        let variable = dice.number(0...1)
        known.append(variable)
        return .byteMath(1, at: dice.number(-1...3), .subtract, dice.number(96...98), to: variable) {
          $0.isRelative = !dice.hit(3)
        }
      default:
        return .isDataAt(dice.number(0...4)) {
          ($0.isRelative, $0.isNegated, $0.isStrict) = (!dice.hit(3), dice.hit(2), isSnort)
        }
      }
    }
  }

  @Test("random tests hold for random bytes where they should", arguments: Dialect.allCases)
  func model(_ dialect: Dialect) throws {
    var dice = Dice(state: 15)
    var evaluation = Evaluation()
    var matches = 0
    for round in 0..<2_000 {
      let tests = ModelTests.tests(&dice, dialect == .snort)
      let compiled = try CompiledTests(BufferTests(.payload, tests), dialect: dialect)
      for _ in 0..<3 {
        let bytes = (0..<dice.number(0...9)).map { _ in dice.pick(Array("abc".utf8)) }
        evaluation.beginRule()
        let isMatch = unsafe compiled.matches(bytes.span.bytes, &evaluation)
        let expected = Model(tests: tests, bytes: bytes, isSnort: dialect == .snort).holds()
        try #require(
          isMatch == expected, "round \(round): \(tests) on \(String(decoding: bytes, as: UTF8.self)), \(expected)")
        if isMatch {
          matches += 1
          #expect(evaluation.matched.upperBound <= bytes.count)
        }
      }
    }
    #expect(matches > 500 && matches < 5_000)
    #expect(evaluation.stepLimitHits == 0)
  }

  private static let extremes = [
    Int.min, Int.min + 1, -1 << 40, -1 << 32, -65_536, -3, -1, 0, 1, 2, 3, 8, 9, 23, 255, 65_535, 1 << 31, 1 << 32,
    1 << 40, 1 << 41, Int.max - 1, Int.max,
  ]

  private static func extreme(_ dice: inout Dice) -> Amount {
    dice.hit(4) ? .variable(dice.pick([0, 1, 2, 63])) : .number(dice.pick(extremes))
  }

  private static func format(_ dice: inout Dice) -> NumberFormat {
    var format = NumberFormat()
    format.isLittleEndian = dice.hit(2)
    format.base = dice.pick([.binary, .binary, .octal, .decimal, .hexadecimal])
    if dice.hit(3) { format.mask = dice.pick([0, 1, 0xF0, 1 << 63, .max]) }
    return format
  }

  private static func hostile(_ dice: inout Dice) -> PayloadTest {
    let isRelative = dice.hit(2)
    switch dice.number(0...7) {
    case 0:
      var content = Content((0..<dice.number(0...12)).map { _ in UInt8(dice.number(0...2)) })
      if dice.hit(2) { content.offset = extreme(&dice) }
      if dice.hit(2) { content.depth = extreme(&dice) }
      if dice.hit(2) { content.distance = extreme(&dice) }
      if dice.hit(2) { content.within = extreme(&dice) }
      (content.isAtStart, content.isAtEnd, content.hasDotBefore) = (dice.hit(6), dice.hit(6), dice.hit(6))
      (content.isNegated, content.isCaseless) = (dice.hit(4), dice.hit(2))
      return .content(content)
    case 1:
      var test = ByteTest(
        count: extreme(&dice), dice.pick([.less, .greater, .equal, .lessOrEqual, .greaterOrEqual, .and, .xor]),
        isNegated: dice.hit(2), value: extreme(&dice), offset: extreme(&dice))
      (test.isRelative, test.format) = (isRelative, format(&dice))
      return .byteTest(test)
    case 2:
      var jump = ByteJump(count: extreme(&dice), offset: extreme(&dice))
      (jump.isRelative, jump.multiplier, jump.isAligned) = (isRelative, dice.pick(extremes), dice.hit(2))
      (jump.after, jump.origin) = (extreme(&dice), dice.pick([.here, .beginning, .end]))
      jump.format = format(&dice)
      return .byteJump(jump)
    case 3:
      var extract = ByteExtract(count: dice.pick(extremes), offset: extreme(&dice), variable: dice.number(0...2))
      (extract.isRelative, extract.multiplier) = (isRelative, dice.pick(extremes))
      (extract.alignment, extract.format) = (dice.pick(extremes), format(&dice))
      return .byteExtract(extract)
    case 4:
      var math = ByteMath(
        count: extreme(&dice), offset: extreme(&dice),
        dice.pick([.add, .subtract, .multiply, .divide, .shiftLeft, .shiftRight]), extreme(&dice),
        variable: dice.number(0...2))
      (math.isRelative, math.format) = (isRelative, format(&dice))
      return .byteMath(math)
    case 5:
      var test = IsDataAt(extreme(&dice))
      (test.isNegated, test.isRelative, test.isStrict) = (dice.hit(2), isRelative, dice.hit(2))
      return .isDataAt(test)
    case 6:
      return .expression(dice.pick(["^", "$", #"\x00"#, #"\x01+"#, #"(?=\x02)"#, #"(?=.\K)"#, #"[\x00-\x02]*?"#])) {
        ($0.isNegated, $0.isRelative) = (dice.hit(4), isRelative)
      }
    default:
      return .size(.outside(3...4))
    }
  }

  @Test("numbers without measure do no harm")
  func hostile() throws {
    var dice = Dice(state: 4)
    var evaluation = Evaluation()
    var matches = 0
    for round in 0..<5_000 {
      let tests = (0..<dice.number(1...6)).map { _ in ModelTests.hostile(&dice) }
      let compiled = try CompiledTests(BufferTests(.payload, tests), dialect: dice.pick(Dialect.allCases))
      for _ in 0..<2 {
        let bytes = (0..<dice.number(0...24)).map { _ in UInt8(dice.pick([0, 1, 2, 0x30, 0x39, 0xFF])) }
        evaluation.dceByteOrder = dice.pick([nil, .bigEndian, .littleEndian])
        if unsafe compiled.matches(bytes.span.bytes, &evaluation) {
          matches += 1
          #expect(evaluation.matched.upperBound <= bytes.count, "round \(round)")
        }
      }
    }
    #expect(matches > 250)
  }

  @Test("too many tests or variables are refused")
  func bounds() {
    #expect(throws: MatchingError.self) {
      try CompiledTests(
        BufferTests(.payload, Array(repeating: .content("a"), count: 1_025)), dialect: .suricata)
    }
    for variable in [-1, 64, Int.max, Int.min] {
      #expect(throws: MatchingError.self) {
        try CompiledTests(BufferTests(.payload, [.byteExtract(1, at: 0, to: variable)]), dialect: .snort)
      }
    }
  }
}
