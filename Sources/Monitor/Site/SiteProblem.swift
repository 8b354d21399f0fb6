// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// Something wrong in a site file, and where.
package struct SiteProblem: CustomStringConvertible, Equatable, Sendable {
  package enum Severity: Sendable { case error, warning }

  package let file: String
  /// From 1; 0 for the file as a whole.
  package let line: Int
  /// From 1, counted in Unicode scalars; 0 for the file as a whole.
  package let column: Int
  /// The field, such as `conduits[2].services[0]`; empty for the file as a whole.
  package let path: String
  package let message: Bilingual
  /// The nearest word that would be valid there.
  package var suggestion: String?
  package var severity = Severity.error

  package init(
    file: String, line: Int, column: Int, path: String, message: Bilingual, suggestion: String? = nil,
    severity: Severity = .error
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.message = message
    self.suggestion = suggestion
    self.severity = severity
  }

  package var description: String { text(.en) }

  /// `plant.yaml:3:11: timezone: unknown time zone …`
  package func text(_ language: Language) -> String {
    var text = file
    if line > 0 { text += ":\(line):\(column)" }
    text += severity == .warning ? (language == .en ? ": warning: " : ": 警告: ") : ": "
    if !path.isEmpty { text += path + ": " }
    return text + language.text(message, suggestion: suggestion)
  }
}

/// Everything wrong in a site file, in the order of the file.
package struct SiteErrors: Error, Equatable, CustomStringConvertible, Sendable {
  package let problems: [SiteProblem]
  /// The file does not exist.
  package let isMissing: Bool

  package init(problems: [SiteProblem], isMissing: Bool = false) {
    self.problems = problems
    self.isMissing = isMissing
  }

  package var description: String { problems.map(\.description).joined(separator: "\n") }
}
