// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The parts of a documentation page that tests read: table rows and fenced blocks, each under its heading.
package struct Page {
  package struct Row {
    /// The heading without `#`.
    package let heading: String
    /// The cell by its column's title.
    package let cells: [String: String]
    package subscript(column: String) -> String { cells[column] ?? "" }
    package func words(_ column: String) -> [String] { Page.words(self[column]) }
  }
  package struct Block {
    package let heading: String
    package let text: String
  }

  package private(set) var rows: [Row] = []
  private var blocks: [(fence: String, block: Block)] = []

  package init(_ path: String) throws {
    let text = try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    var heading = ""
    var columns: [String] = []
    var fence: String?
    var inside: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let opened = fence {
        if line == "```" {
          blocks.append((opened, Block(heading: heading, text: inside.joined(separator: "\n") + "\n")))
          fence = nil
        } else {
          inside.append(line)
        }
      } else if line.hasPrefix("```") {
        fence = String(line.dropFirst(3))
        inside = []
      } else if line.hasPrefix("#") {
        heading = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces)
        columns = []
      } else if line.hasPrefix("|") {
        let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
          .map { $0.trimmingCharacters(in: .whitespaces) }
        if columns.isEmpty {
          columns = cells
        } else if !line.hasPrefix("|-") {
          rows.append(Row(heading: heading, cells: Dictionary(uniqueKeysWithValues: zip(columns, cells))))
        }
      } else {
        columns = []
      }
    }
  }

  package func blocks(_ fence: String) -> [Block] { blocks.filter { $0.fence == fence }.map(\.block) }

  /// The words of a column in all tables under a heading.
  package func words(_ heading: String, _ column: String) -> [String] {
    rows.filter { $0.heading == heading }.flatMap { $0.words(column) }
  }

  /// The words between backticks.
  private static func words(_ cell: String) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}
