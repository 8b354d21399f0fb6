// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

extension CompiledTests {
  private enum Verdict { case holds, fails, isOver }

  /// Whether there are places in the buffer for which all tests hold. Where, `evaluation.matched` says; whether a
  /// limit made it fail, `evaluation.limit`.
  package func matches(_ bytes: RawSpan, _ evaluation: inout Evaluation) -> Bool {
    evaluation.beginBuffer()
    guard evaluate(from: 0, cursor: 0, bytes, &evaluation) == .holds else { return false }
    // A dot that is thought to be before the first byte is no byte of the buffer.
    evaluation.matched =
      evaluation.lowest == .max ? 0..<bytes.byteCount : max(0, evaluation.lowest)..<max(0, evaluation.highest)
    return true
  }

  /// `isOver`: other places of earlier tests need not be tried.
  private func evaluate(
    from first: Int, cursor start: Int, _ bytes: RawSpan, _ evaluation: inout Evaluation
  ) -> Verdict {
    var cursor = start
    var index = first
    var lowest = Int.max
    var highest = 0
    while index < steps.count {
      guard evaluation.countStep() else { return .isOver }
      let step = steps[index]
      let failure: Verdict = step.isFinal ? .isOver : .fails
      if step.isRetried {
        let verdict =
          step.kind == .content
          ? tryPlaces(ofContent: step.place, before: index &+ 1, cursor, bytes, &evaluation)
          : tryPlaces(ofExpression: step.place, before: index &+ 1, cursor, bytes, &evaluation)
        if verdict == .holds { evaluation.include(lowest, highest) }
        return verdict == .fails ? failure : verdict
      }
      switch step.kind {
      case .fixedContent:
        guard case .number(let place) = contents[step.place].start else { return failure }
        let needle = contents[step.place].needle
        guard place <= bytes.byteCount &- needle.count, needle.stands(at: place, in: bytes, of: patternBytes)
        else { return failure }
        cursor = place &+ needle.count
        (lowest, highest) = (min(lowest, place), max(highest, cursor))
      case .content:
        let window = window(of: step.place, cursor, bytes.byteCount, evaluation)
        if contents[step.place].isNegated {
          // For Snort nothing is absent from where nothing can be.
          if isSnort, window.end <= window.start { return failure }
          if place(of: step.place, window.start, window.end, bytes) != nil { return failure }
        } else {
          guard let place = place(of: step.place, window.start, window.end, bytes) else { return failure }
          cursor = place &+ contents[step.place].needle.count
          (lowest, highest) = (min(lowest, place), max(highest, cursor))
        }
      case .expression:
        let isNegated = expressions[step.place].isNegated
        let base = expressions[step.place].isRelative ? cursor : 0
        switch expressions[step.place].expression.firstMatch(
          in: bytes.extracting(base..<bytes.byteCount), from: 0, evaluation.expressions)
        {
        case .limit:
          evaluation.noteExpressionLimit()
          return .isOver
        case .none:
          guard isNegated else { return failure }
        case .found(let range):
          guard !isNegated else { return failure }
          cursor = base &+ range.upperBound
          (lowest, highest) = (min(lowest, base &+ range.lowerBound), max(highest, cursor))
        }
      case .byteTest:
        let test = byteTests[step.place]
        let place = (test.isRelative ? cursor : 0) &+ evaluation.length(test.offset)
        let count = evaluation.length(test.count)
        guard let number = test.format.number(in: bytes, at: place, count, evaluation.dceByteOrder),
          test.holds(number, against: test.wideValue ?? evaluation.value(test.value))
        else { return failure }
        (lowest, highest) = (min(lowest, place), max(highest, place &+ count))
      case .byteJump:
        let jump = byteJumps[step.place]
        guard let target = target(of: jump, cursor, bytes, evaluation) else { return failure }
        cursor = target
      case .byteExtract:
        let extract = byteExtracts[step.place]
        let place = (extract.isRelative ? cursor : 0) &+ evaluation.length(extract.offset)
        guard let number = extract.format.number(in: bytes, at: place, extract.count, evaluation.dceByteOrder)
        else { return failure }
        evaluation.set(extract.variable, extract.value(number))
        cursor = place &+ extract.count
        (lowest, highest) = (min(lowest, place), max(highest, cursor))
      case .byteMath:
        let math = byteMaths[step.place]
        let place = (math.isRelative ? cursor : 0) &+ evaluation.length(math.offset)
        let count = evaluation.length(math.count)
        guard let number = math.format.number(in: bytes, at: place, count, evaluation.dceByteOrder),
          let value = math.value(number, evaluation.value(math.operand))
        else { return failure }
        evaluation.set(math.variable, value)
        cursor = place &+ count
        (lowest, highest) = (min(lowest, place), max(highest, cursor))
      case .isDataAt:
        let test = dataTests[step.place]
        let place = (test.isRelative ? cursor : 0) &+ evaluation.length(test.amount)
        let isThere = test.isRelative && !test.isStrict ? place <= bytes.byteCount : place < bytes.byteCount
        guard isThere != test.isNegated else { return failure }
      case .size:
        let test = sizes[step.place]
        guard test.holds(UInt64(bytes.byteCount)) else { return failure }
      }
      index &+= 1
    }
    evaluation.include(lowest, highest)
    return .holds
  }

  // MARK: Contents

  /// `unsafe` is sound: each byte of the array is initialised.
  private var patternBytes: RawSpan {
    @inline(__always) @_lifetime(borrow self) get { unsafe patterns.span.bytes }
  }

  /// Where the pattern may stand. The end is not before the buffer's beginning, nor behind its end.
  @inline(__always)
  private func window(
    of index: Int, _ cursor: Int, _ count: Int, _ evaluation: borrowing Evaluation
  ) -> (start: Int, end: Int) {
    let content = contents[index]
    let start = (content.isRelative ? cursor : content.origin) &+ evaluation.length(content.start)
    var end = count
    if let length = content.length {
      let asked = start &+ evaluation.length(length)
      if asked >= content.origin || !content.forgetsEnd { end = min(count, asked) }
    }
    return (max(content.origin, start), end)
  }

  /// The first place from `start` on.
  private func place(of index: Int, _ start: Int, _ end: Int, _ bytes: RawSpan) -> Int? {
    let patterns = patternBytes
    let content = contents[index]
    let count = content.needle.count
    guard count <= end &- start else { return nil }
    if content.isAtStart || content.isAtEnd {
      let place = content.isAtStart ? content.origin : bytes.byteCount &- count
      guard place >= start, place &+ count <= end, !content.isAtEnd || place &+ count == bytes.byteCount
      else { return nil }
      let stands =
        place < 0
        ? content.needle.standsAtDot(in: bytes, of: patterns)
        : content.needle.stands(at: place, in: bytes, of: patterns)
      return stands ? place : nil
    }
    if start < 0 {
      if content.needle.standsAtDot(in: bytes, of: patterns) { return start }
      return content.needle.firstPlace(in: bytes, from: 0, to: end, of: patterns)
    }
    return content.needle.firstPlace(in: bytes, from: start, to: end, of: patterns)
  }

  private func tryPlaces(
    ofContent place: Int, before next: Int, _ cursor: Int, _ bytes: RawSpan, _ evaluation: inout Evaluation
  ) -> Verdict {
    let count = contents[place].needle.count
    var (start, end) = window(of: place, cursor, bytes.byteCount, evaluation)
    while let found = self.place(of: place, start, end, bytes) {
      let verdict = evaluate(from: next, cursor: found &+ count, bytes, &evaluation)
      if verdict == .holds { evaluation.include(found, found &+ count) }
      if verdict != .fails { return verdict }
      start = found &+ 1
    }
    return .fails
  }

  // MARK: Expressions and jumps

  private func tryPlaces(
    ofExpression place: Int, before next: Int, _ cursor: Int, _ bytes: RawSpan, _ evaluation: inout Evaluation
  ) -> Verdict {
    let expression = expressions[place].expression
    let base = expressions[place].isRelative ? cursor : 0
    let view = bytes.extracting(base..<bytes.byteCount)
    var start = 0
    while true {
      switch expression.firstMatch(in: view, from: start, evaluation.expressions) {
      case .limit:
        evaluation.noteExpressionLimit()
        return .isOver
      case .none:
        return .fails
      case .found(let range):
        let verdict = evaluate(from: next, cursor: base &+ range.upperBound, bytes, &evaluation)
        if verdict == .holds { evaluation.include(base &+ range.lowerBound, base &+ range.upperBound) }
        // An anchored expression would be anchored at the next place.
        if verdict != .fails || expression.isAnchored { return verdict }
        start = max(start, range.lowerBound) &+ 1
      }
    }
  }

  /// Where a jump leads; nil if it cannot be made, or leads behind the end. What leads before the beginning leads
  /// there.
  private func target(
    of jump: ByteJump, _ cursor: Int, _ bytes: RawSpan, _ evaluation: borrowing Evaluation
  ) -> Int? {
    let place = (jump.isRelative ? cursor : 0) &+ evaluation.length(jump.offset)
    let count = evaluation.length(jump.count)
    var distance = 0
    // A jump may read nothing, and only move.
    if count != 0 {
      guard let number = jump.format.number(in: bytes, at: place, count, evaluation.dceByteOrder) else { return nil }
      distance = jump.distance(number)
    } else if place < 0 || place > bytes.byteCount {
      return nil
    }
    let origin =
      switch jump.origin {
      case .here: place &+ count
      case .beginning: 0
      case .end: bytes.byteCount
      }
    let target = distance.addingReportingOverflow(origin &+ evaluation.length(jump.after))
    if target.overflow { return distance < 0 ? 0 : nil }
    return target.partialValue > bytes.byteCount ? nil : max(0, target.partialValue)
  }
}
