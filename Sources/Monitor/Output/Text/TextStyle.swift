// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// How records are shown to people.
package struct TextStyle: Sendable {
  package var language: Language
  /// Whether severities and kinds have colours (ECMA-48, SGR).
  package var isColoured: Bool
  /// Whether times carry their offset from UTC.
  package var showsOffset: Bool
  /// Columns to fold to; nil for one row a record. Asked for each record, since windows change.
  package var width: @Sendable () -> Int?

  package init(
    _ language: Language, isColoured: Bool = false, showsOffset: Bool = true,
    width: @escaping @Sendable () -> Int? = { nil }
  ) {
    self.language = language
    self.isColoured = isColoured
    self.showsOffset = showsOffset
    self.width = width
  }

  enum Colour: String {
    case red = "1;31"
    case yellow = "1;33"
    case cyan = "36"
    case dim = "2"
    case bold = "1"
  }

  func painted(_ text: String, _ colour: Colour?) -> String {
    guard isColoured, let colour, !text.isEmpty else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}
