// SPDX-License-Identifier: Apache-2.0
import Foundation
import Monitor
import Yams

/// A place in a site file: a value, the path of fields to it, and where it stands.
struct SiteField {
  let node: Node
  let path: String
  /// From 1.
  let line: Int
  let column: Int

  init(_ node: Node, path: String) {
    self.node = node
    self.path = path
    line = node.mark?.line ?? 1
    column = node.mark?.column ?? 1
  }

  /// The text of a scalar.
  var text: String? { node.scalar?.string }
  /// Nothing stands there: `key:` or `key: null`. Counts as a key that is not there.
  var isNull: Bool {
    guard let scalar = node.scalar, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }
  var isMap: Bool { node.mapping != nil }
  var isList: Bool { node.sequence != nil }
  /// What stands there, in words.
  var kind: String {
    switch node {
    case .mapping: "a map"
    case .sequence: "a list"
    case .scalar: isNull ? "nothing" : "text"
    case .alias: "an alias"
    }
  }
}

/// A key of a map and what stands under it.
struct SiteEntry {
  let key: String
  let keyField: SiteField
  let value: SiteField
}

/// A YAML text and what is wrong with it. Reading goes on behind an error, so that all of them are told at once.
struct SiteDocument {
  /// A site file is written by hand; a larger one is something else.
  static let largestFile = 1 << 20
  /// Merge keys and aliases multiply what a small file holds; what is read stays below this.
  private static let mostEntries = 200_000
  /// More problems than anybody reads; the rest of the file is not told.
  private static let mostProblems = 1000

  let file: String
  private(set) var problems: [SiteProblem] = []
  private var entriesRead = 0

  init(file: String) { self.file = file }

  // MARK: Problems

  mutating func error(_ field: SiteField, _ message: String, near word: String? = nil, of words: [String] = []) {
    add(field, message, word.flatMap { Spelling.nearest($0, in: words) }, .error)
  }
  mutating func warning(_ field: SiteField, _ message: String) { add(field, message, nil, .warning) }

  private mutating func add(
    _ field: SiteField, _ message: String, _ suggestion: String?, _ severity: SiteProblem.Severity
  ) {
    let problem = SiteProblem(
      file: file, line: field.line, column: field.column, path: field.path, message: message, suggestion: suggestion,
      severity: severity)
    // An alias or a merge key shows the same place twice.
    if problems.count < SiteDocument.mostProblems, !problems.contains(problem) { problems.append(problem) }
  }
  mutating func error(line: Int, column: Int, _ message: String) {
    problems.append(SiteProblem(file: file, line: line, column: column, path: "", message: message))
  }

  /// Errors and warnings in the order of the file.
  var inOrder: [SiteProblem] {
    problems.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }
  var hasErrors: Bool { problems.contains { $0.severity == .error } }

  // MARK: Text to tree

  /// The top of the document; nil if it is no YAML, or empty.
  mutating func compose(_ text: String) -> SiteField? {
    guard text.utf8.count <= SiteDocument.largestFile else {
      error(line: 0, column: 0, "larger than 1 MiB: this is no site file")
      return nil
    }
    do {
      // The basic resolver leaves every scalar a text: what it means is decided by the field, not by its look.
      guard let node = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
        error(line: 1, column: 1, "the file is empty")
        return nil
      }
      let top = SiteField(node, path: "")
      if top.isNull {
        error(line: 1, column: 1, "the file is empty")
        return nil
      }
      return top
    } catch let failure as YamlError {
      describe(failure, text)
    } catch {
      self.error(line: 1, column: 1, "cannot be read as YAML")
    }
    return nil
  }

  private mutating func describe(_ failure: YamlError, _ text: String) {
    switch failure {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if problem.contains("another document") {
        error(line: mark.line, column: mark.column, "a second YAML document begins here; a site file is one document")
      } else if problem.hasPrefix("Maximum nesting level") {
        error(line: mark.line, column: mark.column, "nested too deep")
      } else {
        let clue = problem.trimmingCharacters(in: .whitespacesAndNewlines)
        let place = context.map { " (\($0.text) from line \($0.mark.line))" } ?? ""
        error(line: mark.line, column: mark.column, "no valid YAML: \(clue)\(place)")
      }
    case .reader(let problem, let offset, _, _):
      let (line, column) = SiteDocument.place(of: offset ?? 0, in: text)
      error(line: line, column: column, "no valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      let again = keys.count == 1 ? SiteDocument.again(keys[0], after: context.mark, in: text) : nil
      error(
        line: context.mark.line, column: context.mark.column,
        "\(names) stands more than once in the same map" + (again.map { ", again in line \($0)" } ?? ""))
    default:
      error(line: 1, column: 1, "cannot be read as YAML")
    }
  }

  /// Line and column (in Unicode scalars) of a character, both from 1.
  private static func place(of offset: Int, in text: String) -> (Int, Int) {
    var line = 1
    var column = 1
    for character in text.prefix(offset).unicodeScalars {
      if character == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return (line, column)
  }

  /// The next line that begins with the same key in the same column: where a repeated key stands in a map of the usual form.
  private static func again(_ key: String, after mark: Mark, in text: String) -> Int? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where index >= mark.line {
      let indent = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indent)
      if indent == mark.column - 1, rest.hasPrefix(key + ":") || rest.hasPrefix("\"\(key)\":") { return index + 1 }
    }
    return nil
  }

  // MARK: Tree to values

  /// The entries of a map, merge keys (`<<`) resolved; nil, and an error, if it is something else. An entry with nothing under it is not there.
  mutating func map(_ field: SiteField) -> [SiteEntry]? {
    guard case .mapping(let mapping) = field.node else {
      error(field, "expected a map (key: value), got \(field.kind)")
      return nil
    }
    var entries: [SiteEntry] = []
    var names: Set<String> = []
    collect(mapping, field.path, depth: 0, into: &entries, &names)
    return entries
  }

  private mutating func collect(
    _ mapping: Node.Mapping, _ path: String, depth: Int, into entries: inout [SiteEntry], _ names: inout Set<String>
  ) {
    var merged: [Node] = []
    for (key, value) in mapping {
      entriesRead += 1
      if entriesRead == SiteDocument.mostEntries { error(SiteField(key, path: path), "too much: aliases repeat it") }
      guard entriesRead < SiteDocument.mostEntries else { return }
      guard let name = key.scalar?.string else {
        error(SiteField(key, path: path), "a key must be text")
        continue
      }
      if name == "<<", key.scalar?.style == .plain {
        if case .sequence(let list) = value { merged += Array(list) } else { merged.append(value) }
        continue
      }
      let inner = path.isEmpty ? name : "\(path).\(name)"
      let entry = SiteEntry(
        key: name, keyField: SiteField(key, path: path), value: SiteField(value, path: inner))
      if names.insert(name).inserted { entries.append(entry) }
    }
    // What stands in the map itself, and in an earlier merge, goes before (YAML 1.1, merge key type).
    for node in merged {
      if case .mapping(let other) = node, depth < 8 {
        collect(other, path, depth: depth + 1, into: &entries, &names)
      } else {
        error(SiteField(node, path: path), "'<<' takes a map")
      }
    }
  }

  /// The entries of a map with fixed keys, by key; keys nobody knows are errors.
  mutating func record(_ field: SiteField, keys: [String]) -> [String: SiteField]? {
    guard let entries = map(field) else { return nil }
    var fields: [String: SiteField] = [:]
    for entry in entries {
      if !keys.contains(entry.key) {
        error(entry.keyField, "unknown key '\(SiteDocument.shown(entry.key))'", near: entry.key, of: keys)
      } else if !entry.value.isNull {
        fields[entry.key] = entry.value
      }
    }
    return fields
  }

  /// The items of a list; a single text counts as a list of one. nil, and an error, if it is a map.
  mutating func list(_ field: SiteField, of what: String = "text") -> [SiteField]? {
    switch field.node {
    case .sequence(let list):
      entriesRead += list.count
      guard entriesRead < SiteDocument.mostEntries else {
        error(field, "too much: aliases repeat it")
        return nil
      }
      return list.enumerated().map { SiteField($0.element, path: "\(field.path)[\($0.offset)]") }
    case .scalar:
      return [field]
    default:
      error(field, "expected a list of \(what), got \(field.kind)")
      return nil
    }
  }

  /// The text of a scalar; nil, and an error, if it is something else, empty, over 200 characters, or holds control characters.
  mutating func text(_ field: SiteField) -> String? {
    guard let text = field.text else {
      error(field, "expected text, got \(field.kind)")
      return nil
    }
    guard !text.isEmpty, !field.isNull else {
      error(field, "expected text, got nothing")
      return nil
    }
    guard text.unicodeScalars.count <= 200 else {
      error(field, "longer than 200 characters")
      return nil
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      error(field, "holds a control character")
      return nil
    }
    return text
  }

  mutating func texts(_ field: SiteField?) -> [(text: String, field: SiteField)] {
    guard let field, let items = list(field) else { return [] }
    return items.compactMap { item in text(item).map { ($0, item) } }
  }

  /// Text of a file as a message may show it: short, on one line.
  static func shown(_ text: String) -> String {
    let clean = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    return clean.count > 60 ? clean.prefix(60) + "…" : clean
  }
}
