// SPDX-License-Identifier: Apache-2.0

/// A rule may be written on several lines; this is all of it on one, with the way back to line and column.
struct LogicalLine {
  var bytes: [UInt8] = []
  /// Where each line of the file begins: its first byte here, its number and column there.
  private var pieces: [(offset: Int, line: Int, column: Int)] = []
  /// No line of the file: nothing.
  var isEmpty: Bool { pieces.isEmpty }

  mutating func append(_ part: Bytes, line: Int, column: Int) {
    if !bytes.isEmpty, bytes.last != 0x20 { bytes.append(0x20) }
    pieces.append((bytes.count, line, column))
    bytes.append(contentsOf: part)
  }

  func place(_ offset: Int, in file: String) -> SourcePlace {
    var (low, high) = (0, pieces.count)
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return SourcePlace(file: file, line: pieces.first?.line ?? 1, column: 1) }
    let piece = pieces[low - 1]
    return SourcePlace(file: file, line: piece.line, column: piece.column + offset - piece.offset)
  }
}

/// The logical lines of a rule file, in order.
struct RuleLines {
  enum Entry {
    case rule(LogicalLine)
    /// A rule behind `#`.
    case disabled(LogicalLine)
    /// `# dialect: snort`.
    case dialect(Bytes, SourcePlace)
    /// `ipvar NAME value` and the like, as Snort's configuration has them.
    case variable(LogicalLine)
    case other(LogicalLine)
    case tooLong(SourcePlace)
  }

  /// Words that rules begin with, of both dialects.
  static let verbs: Set<String> = [
    "alert", "pass", "drop", "reject", "rejectsrc", "rejectdst", "rejectboth", "log", "sdrop", "block", "activate",
    "dynamic", "react", "rewrite", "config", "accept",
  ]
  /// Lines that a rule without `\` at their ends may take.
  private static let mostOpenLines = 400

  private let bytes: [UInt8]
  private let file: String
  private let longestLine: Int
  private var next: Int
  private var line = 0

  init(_ bytes: [UInt8], file: String, longestLine: Int) {
    (self.bytes, self.file, self.longestLine) = (bytes, file, longestLine)
    next = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func nextEntry() -> Entry? {
    while let start = physicalLine() {
      let content = start.trimmed
      guard let first = content.first else { continue }
      if first == UInt8(ascii: "#") {
        if let entry = comment(content, of: start) { return entry }
        continue
      }
      guard content.count <= longestLine else { return .tooLong(place(start)) }
      let word = Self.verb(content)
      if word.isVariable {
        var logical = LogicalLine()
        guard join(content, of: start, to: &logical) else { return .tooLong(place(start)) }
        return .variable(logical)
      }
      var logical = LogicalLine()
      guard join(content, of: start, to: &logical) else { return .tooLong(place(start)) }
      guard word.isVerb else { return .other(logical) }
      takeOpenLines(&logical)
      return .rule(logical)
    }
    return nil
  }

  private func place(_ part: Bytes) -> SourcePlace { SourcePlace(file: file, line: line, column: 1) }

  private mutating func physicalLine() -> Bytes? {
    guard next < bytes.count else { return nil }
    let end = bytes[next...].firstIndex(of: 0x0A) ?? bytes.count
    defer { next = end + 1 }
    line += 1
    return bytes[next..<end]
  }

  /// Appends a line, and those that a `\` at its end joins to it. False if that becomes too long.
  private mutating func join(_ content: Bytes, of start: Bytes, to logical: inout LogicalLine) -> Bool {
    var (content, start) = (content, start)
    while true {
      let isJoined = content.last == UInt8(ascii: "\\")
      let part = isJoined ? content.dropLast() : content
      guard logical.bytes.count + part.count < longestLine else { return false }
      logical.append(part, line: line, column: content.startIndex - start.startIndex + 1)
      guard isJoined, let following = physicalLine() else { return true }
      (content, start) = (following.trimmed, following)
    }
  }

  /// Rules of Snort 3 end with their bracket, on whatever line that is. A rule that is not closed before the next one
  /// begins stays as it is, and its reader says so.
  private mutating func takeOpenLines(_ logical: inout LogicalLine) {
    guard logical.bytes.contains(UInt8(ascii: "(")), !Self.isClosed(logical.bytes[...]) else { return }
    let (savedNext, savedLine) = (next, line)
    var longer = logical
    for _ in 0..<Self.mostOpenLines {
      guard let start = physicalLine() else { break }
      let content = start.trimmed
      guard let first = content.first else { continue }
      if first == UInt8(ascii: "#") { continue }
      guard !Self.verb(content).isVerb, join(content, of: start, to: &longer) else { break }
      if Self.isClosed(content) {
        logical = longer
        return
      }
    }
    (next, line) = (savedNext, savedLine)
  }

  /// Whether options end here: with `)`, perhaps before a comment.
  private static func isClosed(_ content: Bytes) -> Bool {
    if content.trimmed.last == UInt8(ascii: ")") { return true }
    return closingBracket(content) != nil
  }

  /// The bracket of `;) # comment`.
  static func closingBracket(_ content: Bytes) -> Int? {
    guard let mark = content.lastIndex(of: UInt8(ascii: "#")) else { return nil }
    let head = content[..<mark].trimmed
    guard head.last == UInt8(ascii: ")"), head.dropLast().trimmed.last == UInt8(ascii: ";") else { return nil }
    return head.endIndex - 1
  }

  private static func verb(_ content: Bytes) -> (isVerb: Bool, isVariable: Bool) {
    var (word, rest) = content.firstWord
    // `file.rules alert ...`: what a search through files prints.
    if word.suffix(6).isWord(".rules") || word.suffix(7).isWord(".rules:") { (word, rest) = rest.firstWord }
    guard word.count <= 12 else { return (false, false) }
    let name = word.loweredText
    return (verbs.contains(name) && !rest.isEmpty, ["ipvar", "portvar", "var"].contains(name))
  }

  private mutating func comment(_ content: Bytes, of start: Bytes) -> Entry? {
    let rest = content.drop { $0 == UInt8(ascii: "#") || $0.isBlank }
    guard !rest.isEmpty else { return nil }
    if rest.count < 80, rest.prefix(8).isWord("dialect:") { return .dialect(rest.dropFirst(8).trimmed, place(start)) }
    guard Self.verb(rest).isVerb, rest.contains(UInt8(ascii: "(")) || rest.last == UInt8(ascii: "\\"),
      rest.count < longestLine,
      [0x2D, 0x3C, 0x28, 0x3D].contains(where: rest.contains)
    else { return nil }
    var logical = LogicalLine()
    var (part, whole) = (rest, start)
    while true {
      let isJoined = part.last == UInt8(ascii: "\\")
      let piece = isJoined ? part.dropLast() : part
      guard logical.bytes.count + piece.count < longestLine else { return .tooLong(place(start)) }
      logical.append(piece, line: line, column: part.startIndex - whole.startIndex + 1)
      guard isJoined, let following = physicalLine() else { break }
      (whole, part) = (following, following.trimmed.drop { $0 == UInt8(ascii: "#") || $0.isBlank })
    }
    // A sentence that begins with such a word is no rule.
    guard let open = logical.bytes.firstIndex(of: UInt8(ascii: "(")),
      logical.bytes[open...].contains(UInt8(ascii: ";")),
      Self.isClosed(logical.bytes[...])
    else { return nil }
    return .disabled(logical)
  }
}
