// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
package import Monitor

extension Site {
  /// Reads a site file. Throws all of its errors at once; `warnings` of the site holds what may be a mistake.
  package static func load(file: String) throws(SiteErrors) -> Site {
    let problem = { (message: Bilingual, isMissing: Bool) in
      SiteErrors(
        problems: [SiteProblem(file: file, line: 0, column: 0, path: "", message: message)], isMissing: isMissing)
    }
    guard let handle = FileHandle(forReadingAtPath: file) else {
      let isMissing = !FileManager.default.fileExists(atPath: file)
      throw problem(
        isMissing
          ? Bilingual("no such file", "ファイルがありません") : Bilingual("cannot be opened for reading", "読み取り用に開けません"),
        isMissing)
    }
    defer { try? handle.close() }
    var data = Data()
    do {
      while data.count <= SiteDocument.largestFile {
        guard let part = try handle.read(upToCount: SiteDocument.largestFile + 1 - data.count), !part.isEmpty else {
          break
        }
        data += part
      }
    } catch {
      throw problem(
        Bilingual(
          "cannot be read: expected a site file, not a folder", "読めません。フォルダーではなくサイトファイルを指定してください"), false)
    }
    guard let text = decode(data) else {
      let text = String(decoding: data, as: UTF8.self)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let line = lines.firstIndex { $0.unicodeScalars.contains("\u{FFFD}") } ?? 0
      let column = lines[line].unicodeScalars.prefix { $0 != "\u{FFFD}" }.count
      let problem = SiteProblem(
        file: file, line: line + 1, column: column + 1, path: "",
        message: Bilingual("not valid UTF-8; save the file as UTF-8", "UTF-8ではありません。UTF-8で保存し直してください"))
      throw SiteErrors(problems: [problem])
    }
    return try parse(text, file: file)
  }

  /// The text of a file in UTF-8, or, as its byte order mark says, in UTF-16 (YAML 1.2.2, 5.2); without the mark.
  private static func decode(_ data: Data) -> String? {
    if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) {
      return String(data: data, encoding: .utf16)
    }
    return String(validating: data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data, as: UTF8.self)
  }

  /// Reads the text of a site file; `file` is its name in messages.
  package static func parse(_ text: String, file: String) throws(SiteErrors) -> Site {
    try parse(text, file: file, words: ServiceWords())
  }

  static func parse(_ text: String, file: String, words: ServiceWords) throws(SiteErrors) -> Site {
    var reader = SiteReader(file: file, words: words)
    reader.read(text)
    let problems = reader.document.inOrder
    if reader.document.hasErrors { throw SiteErrors(problems: problems) }
    var site = reader.site
    site.warnings = problems
    site.index(seed: UInt64.random(in: .min ... .max))
    return site
  }
}

/// Reads a site file: responders, windows and zones first, then assets, conduits and exceptions. Names are looked up in
/// the file itself, so that a zone with an error is not reported again wherever it is named.
struct SiteReader {
  static let keys = ["site", "timezone", "zones", "assets", "conduits", "exceptions", "windows", "responders"]
  static let responderKeys = ["name", "contact"]
  /// Names with a meaning of their own in a conduit.
  static let reservedNames = ["any", "external"]

  var document: SiteDocument
  var site = Site()
  /// Every name in the file, also of entries with errors.
  var zoneNames: [String: ZoneID] = ["external": .external]
  var assetNames: [String: AssetID] = [:]
  var windowNames: [String: Int] = [:]
  var responderNames: [String: Int] = [:]
  /// The zones' networks and the assets' addresses with their places, to be checked against each other.
  var networkFields: [(network: Network, zone: ZoneID, field: SiteField)] = []
  var addressFields: [(ip: IPAddress, asset: AssetID, field: SiteField)] = []
  var macFields: [(mac: MACAddress, asset: AssetID, field: SiteField)] = []

  let words: ServiceWords

  init(file: String, words: ServiceWords) {
    document = SiteDocument(file: file)
    self.words = words
    site.words = words
  }

  mutating func read(_ text: String) {
    guard let top = document.compose(text), let fields = document.record(top, keys: SiteReader.keys) else { return }
    if let field = fields["site"] { site.name = document.text(field) ?? "" }
    if let field = fields["timezone"] { readTimeZone(field) }
    if let field = fields["responders"] { readResponders(field) }
    if let field = fields["windows"] { readWindows(field) }
    if let field = fields["zones"] {
      readZones(field, assets: fields["assets"])
    } else {
      document.error(
        top,
        Bilingual(
          "'zones' is missing: a site has at least one zone", "'zones' がありません。ゾーンは一つ以上必要です"))
    }
    if let field = fields["assets"] { readAssets(field) }
    if let field = fields["conduits"] { readConduits(field) }
    if let field = fields["exceptions"] { readExceptions(field) }
    checkNetworks()
    checkAddresses()
  }

  private mutating func readTimeZone(_ field: SiteField) {
    guard let name = document.text(field) else { return }
    guard let clock = LocalClock(name) else {
      let shown = SiteDocument.shown(name)
      document.error(
        field,
        Bilingual(
          "unknown time zone '\(shown)'; expected a name such as Asia/Tokyo",
          "不明なタイムゾーン '\(shown)' です。Asia/Tokyo のような名前を指定してください"),
        near: name, of: TimeZone.knownTimeZoneIdentifiers)
      return
    }
    site.timeZone = name
    site.namesTimeZone = true
    site.clock = clock
  }

  private mutating func readResponders(_ field: SiteField) {
    for entry in named(field, .responder) {
      responderNames[entry.key] = site.responders.count
      let fields = document.record(entry.value, keys: SiteReader.responderKeys) ?? [:]
      let name = fields["name"].flatMap { document.text($0) } ?? entry.key
      let contact = fields["contact"].flatMap { document.text($0) } ?? ""
      site.responders.append(Responder(key: entry.key, name: name, contact: contact))
    }
  }

  /// The entries of a map of named things: at most 60,000, names without control characters, no reserved names.
  mutating func named(_ field: SiteField, _ what: Bilingual) -> [SiteEntry] {
    guard let entries = document.map(field) else { return [] }
    if entries.count > 60_000 {
      document.error(field, Bilingual("more than 60,000 entries", "項目が60,000件を超えています"))
      return []
    }
    var seen: Set<String> = []
    return entries.filter { entry in
      let name = SiteField(entry.keyField.node, path: field.path)
      guard let text = document.text(name) else { return false }
      if what == .zone || what == .asset, SiteReader.reservedNames.contains(text) {
        document.error(
          name,
          Bilingual(
            "\(what.en == "asset" ? "an" : "a") \(what.en) cannot be named '\(text)': the word has a special meaning in conduits",
            "\(what.ja)の名前に '\(text)' は使えません。コンジットで特別な意味を持つ語です"))
        return false
      }
      // Merge keys never repeat a name; a repeated key was reported before.
      return seen.insert(text).inserted
    }
  }
}

/// What the sections of a site file describe.
extension Bilingual {
  static let zone = Bilingual("zone", "ゾーン")
  static let asset = Bilingual("asset", "資産")
  static let window = Bilingual("window", "時間帯")
  static let responder = Bilingual("responder", "担当者")
}
