// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Monitor
import Yams

/// A place in a site file: a value, the path of fields to it, its line and column.
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
  /// No value: `key:` or `key: null`. Counts as a missing key.
  var isNull: Bool {
    guard let scalar = node.scalar, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }
  var isMap: Bool { node.mapping != nil }
  var isList: Bool { node.sequence != nil }
  /// What kind of value it is, in words.
  var kind: Bilingual {
    switch node {
    case .mapping: Bilingual("a map", "マップ")
    case .sequence: Bilingual("a list", "リスト")
    case .scalar: isNull ? Bilingual("nothing", "空") : Bilingual("text", "文字列")
    case .alias: Bilingual("an alias", "エイリアス")
    }
  }
}

/// A key of a map and its value.
struct SiteEntry {
  let key: String
  let keyField: SiteField
  let value: SiteField
}

/// A YAML text and its problems. Reading continues after an error, so that all are reported at once.
struct SiteDocument {
  /// A site file is written by hand; a larger one is something else.
  static let largestFile = 1 << 20
  /// Merge keys and aliases can expand a small file without limit; no more entries than this are read.
  private static let maximumEntries = 200_000
  /// More problems than a person would read; further ones are not reported.
  private static let maximumProblems = 1000

  let file: String
  private(set) var problems: [SiteProblem] = []
  private var entriesRead = 0

  init(file: String) { self.file = file }

  // MARK: Problems

  mutating func error(_ field: SiteField, _ message: Bilingual, near word: String? = nil, of words: [String] = []) {
    add(field, message, word.flatMap { Spelling.nearest($0, in: words) }, .error)
  }
  mutating func error(_ field: SiteField, _ message: Bilingual, suggestion: String?) {
    add(field, message, suggestion, .error)
  }
  mutating func warning(_ field: SiteField, _ message: Bilingual, suggestion: String? = nil) {
    add(field, message, suggestion, .warning)
  }

  private mutating func add(
    _ field: SiteField, _ message: Bilingual, _ suggestion: String?, _ severity: SiteProblem.Severity
  ) {
    let problem = SiteProblem(
      file: file, line: field.line, column: field.column, path: field.path, message: message, suggestion: suggestion,
      severity: severity)
    // With aliases and merge keys the same place is read more than once.
    if problems.count < SiteDocument.maximumProblems, !problems.contains(problem) { problems.append(problem) }
  }
  mutating func error(line: Int, column: Int, _ message: Bilingual) {
    problems.append(SiteProblem(file: file, line: line, column: column, path: "", message: message))
  }

  /// Errors and warnings in the order of the file.
  var inOrder: [SiteProblem] {
    problems.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }
  var errorCount: Int { problems.count { $0.severity == .error } }
  var hasErrors: Bool { problems.contains { $0.severity == .error } }

  // MARK: Text to tree

  private static let empty = Bilingual("the file is empty", "ファイルが空です")
  private static let unreadable = Bilingual("cannot be read as YAML", "YAMLとして読めません")

  /// The root of the document; nil if it is empty or not valid YAML.
  mutating func compose(_ text: String) -> SiteField? {
    guard text.utf8.count <= SiteDocument.largestFile else {
      error(line: 0, column: 0, Bilingual("larger than 1 MiB, which no site file is", "1 MiBを超えており、サイトファイルとして扱えません"))
      return nil
    }
    do {
      // The basic resolver keeps every scalar as text: the field decides what it means, not its form.
      guard let node = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
        error(line: 1, column: 1, SiteDocument.empty)
        return nil
      }
      let top = SiteField(node, path: "")
      if top.isNull {
        error(line: 1, column: 1, SiteDocument.empty)
        return nil
      }
      return top
    } catch let failure as YamlError {
      describe(failure, text)
    } catch {
      self.error(line: 1, column: 1, SiteDocument.unreadable)
    }
    return nil
  }

  private mutating func describe(_ failure: YamlError, _ text: String) {
    switch failure {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if problem.contains("another document") {
        error(
          line: mark.line, column: mark.column,
          Bilingual(
            "a second YAML document begins here; a site file is one document",
            "ここから二つ目のYAML文書が始まっています。サイトファイルは一つの文書にしてください"))
      } else if let place = SiteDocument.tab(in: text, at: mark) {
        error(
          line: place.line, column: place.column,
          Bilingual(
            "a tab; YAML is indented with spaces only: replace each tab by two spaces",
            "タブ文字があります。YAMLの字下げには空白だけが使えます。タブを二つの空白に置き換えてください"))
      } else if problem.hasPrefix("Maximum nesting level") {
        error(line: mark.line, column: mark.column, Bilingual("nested too deeply", "入れ子が深すぎます"))
      } else {
        let clue = problem.trimmingCharacters(in: .whitespacesAndNewlines)
        let place = context.map { " (\($0.text) from line \($0.mark.line))" } ?? ""
        error(line: mark.line, column: mark.column, SiteDocument.invalid(clue + place))
      }
    case .reader(let problem, let offset, _, _):
      let (line, column) = SiteDocument.place(of: offset ?? 0, in: text)
      error(line: line, column: column, SiteDocument.invalid(problem))
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      let again = keys.count == 1 ? SiteDocument.again(keys[0], after: context.mark, in: text) : nil
      error(
        line: context.mark.line, column: context.mark.column,
        Bilingual(
          "\(names) appears more than once in the same map" + (again.map { ", again on line \($0)" } ?? ""),
          "\(names)が同じマップに複数あります" + (again.map { "（\($0)行目にもあり）" } ?? "")))
    default:
      error(line: 1, column: 1, SiteDocument.unreadable)
    }
  }

  /// `clue` is the parser's own, in English.
  private static func invalid(_ clue: String) -> Bilingual {
    Bilingual("invalid YAML: \(clue)", "YAMLの構文エラーです: \(clue)")
  }

  /// The tab that cannot be read, or the first one before the text of a line up to there; both from 1.
  private static func tab(in text: String, at mark: Mark) -> (line: Int, column: Int)? {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    if lines.indices.contains(mark.line - 1),
      lines[mark.line - 1].unicodeScalars.dropFirst(mark.column - 1).first == "\t"
    {
      return (mark.line, mark.column)
    }
    for (index, line) in lines.prefix(max(0, mark.line)).enumerated() {
      let indent = line.prefix { $0 == " " || $0 == "\t" }
      guard let tab = indent.firstIndex(of: "\t"), indent.count < line.count else { continue }
      return (index + 1, indent.distance(from: indent.startIndex, to: tab) + 1)
    }
    return nil
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

  /// The next line that begins with the same key in the same column: the repeated key, in a map of the usual form.
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

  private static let tooLarge = Bilingual(
    "too many entries: aliases or merge keys repeat them", "項目が多すぎます（エイリアスやマージキーによる繰り返し）")

  /// The entries of a map, merge keys (`<<`) resolved; nil, and an error, if it is not a map. Entries without a value
  /// are left out.
  mutating func map(_ field: SiteField) -> [SiteEntry]? {
    guard case .mapping(let mapping) = field.node else {
      error(
        field,
        Bilingual(
          "expected a map (key: value), got \(field.kind.en)", "マップ（キー: 値）が必要ですが、\(field.kind.ja)になっています"))
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
      if entriesRead == SiteDocument.maximumEntries { error(SiteField(key, path: path), SiteDocument.tooLarge) }
      guard entriesRead < SiteDocument.maximumEntries else { return }
      guard let name = key.scalar?.string else {
        error(SiteField(key, path: path), Bilingual("a key must be text", "キーは文字列にしてください"))
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
    // The map's own keys, and those of an earlier merge, take precedence (YAML 1.1, merge key type).
    for node in merged {
      if case .mapping(let other) = node, depth < 8 {
        collect(other, path, depth: depth + 1, into: &entries, &names)
      } else {
        error(SiteField(node, path: path), Bilingual("'<<' takes a map", "'<<'にはマップを指定してください"))
      }
    }
  }

  /// The entries of a map with fixed keys, by key; unknown keys are errors.
  mutating func record(_ field: SiteField, keys: [String]) -> [String: SiteField]? {
    guard let entries = map(field) else { return nil }
    var fields: [String: SiteField] = [:]
    for entry in entries {
      if !keys.contains(entry.key) {
        let shown = SiteDocument.shown(entry.key)
        error(entry.keyField, Bilingual("unknown key '\(shown)'", "不明なキー '\(shown)' です"), near: entry.key, of: keys)
      } else if !entry.value.isNull {
        fields[entry.key] = entry.value
      }
    }
    return fields
  }

  /// The items of a list; a single text counts as a list of one. nil, and an error, if it is a map.
  mutating func list(_ field: SiteField, of what: Bilingual = Bilingual("text", "文字列")) -> [SiteField]? {
    switch field.node {
    case .sequence(let list):
      entriesRead += list.count
      guard entriesRead < SiteDocument.maximumEntries else {
        error(field, SiteDocument.tooLarge)
        return nil
      }
      return list.enumerated().map { SiteField($0.element, path: "\(field.path)[\($0.offset)]") }
    case .scalar:
      return [field]
    default:
      error(
        field,
        Bilingual(
          "expected a list of \(what.en), got \(field.kind.en)", "\(what.ja)のリストが必要ですが、\(field.kind.ja)になっています"))
      return nil
    }
  }

  /// The text of a scalar; nil, and an error, if it is something else, empty, over 200 characters, or
  /// holds control characters.
  mutating func text(_ field: SiteField) -> String? {
    guard let text = field.text else {
      error(
        field, Bilingual("expected text, got \(field.kind.en)", "文字列が必要ですが、\(field.kind.ja)になっています"))
      return nil
    }
    guard !text.isEmpty, !field.isNull else {
      error(field, Bilingual("expected text, got nothing", "文字列が必要ですが、空になっています"))
      return nil
    }
    guard text.unicodeScalars.count <= 200 else {
      error(field, Bilingual("longer than 200 characters", "200文字を超えています"))
      return nil
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      error(field, Bilingual("contains a control character", "制御文字が含まれています"))
      return nil
    }
    return text
  }

  /// The items of a list that has at least one; nil, and an error, if it is empty or no list.
  mutating func items(
    _ field: SiteField, of what: Bilingual = Bilingual("text", "文字列"), ifEmpty message: Bilingual? = nil
  ) -> [SiteField]? {
    guard let items = list(field, of: what) else { return nil }
    guard items.isEmpty else { return items }
    let key = field.path.split(separator: ".").last ?? ""
    error(
      field,
      message
        ?? Bilingual(
          "an empty list: give at least one entry, or leave '\(key)' out",
          "リストが空です。一つ以上指定するか、'\(key)' を省略してください"))
    return nil
  }

  /// The texts of such a list; none where the key is absent.
  mutating func texts(_ field: SiteField?, ifEmpty message: Bilingual? = nil) -> [(text: String, field: SiteField)] {
    guard let field, let items = items(field, ifEmpty: message) else { return [] }
    return items.compactMap { item in text(item).map { ($0, item) } }
  }

  /// Text of a file as a message may show it: short, on one line.
  static func shown(_ text: String) -> String {
    let clean = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    return clean.count > 60 ? clean.prefix(60) + "…" : clean
  }
}
