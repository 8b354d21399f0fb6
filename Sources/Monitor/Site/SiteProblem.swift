// SPDX-License-Identifier: Apache-2.0

/// Something wrong in a site file, and where.
package struct SiteProblem: CustomStringConvertible, Equatable, Sendable {
  package enum Severity: Sendable { case error, warning }

  package let file: String
  /// From 1; 0 where the file as a whole is meant.
  package let line: Int
  /// From 1, counted in Unicode scalars; 0 where the file as a whole is meant.
  package let column: Int
  /// The field, such as `conduits[2].services[0]`; empty for the file as a whole.
  package let path: String
  package let message: String
  /// The nearest word that may stand there.
  package var suggestion: String?
  package var severity = Severity.error

  package var description: String {
    var text = file
    if line > 0 { text += ":\(line):\(column)" }
    text += severity == .warning ? ": warning: " : ": "
    if !path.isEmpty { text += path + ": " }
    text += message
    if let suggestion { text += "; did you mean '\(suggestion)'?" }
    return text
  }
}

/// Everything wrong in a site file, in the order of the file.
package struct SiteErrors: Error, Equatable, CustomStringConvertible, Sendable {
  package let problems: [SiteProblem]
  /// There is no such file.
  package var isMissing = false

  package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// The word of a list that somebody most likely meant.
enum Spelling {
  /// The nearest of `words` by optimal string alignment (insertions, deletions, substitutions, swaps of neighbours), letter case apart;
  /// nil if none is near: at most a third of its letters may differ, and at most 3.
  static func nearest(_ word: String, in words: [String]) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars.prefix(64))
    guard !wanted.isEmpty else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in words {
      let other = Array(candidate.lowercased().unicodeScalars.prefix(64))
      let limit = max(1, min(3, max(wanted.count, other.count) / 3))
      guard abs(wanted.count - other.count) <= limit else { continue }
      let distance = distance(wanted, other)
      if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.word
  }

  static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    var row = last
    for i in 0..<left.count {
      row[0] = i + 1
      for j in 0..<right.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row[j + 1] = cost
      }
      (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[right.count]
  }
}
