// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

extension SiteReader {
  static let conduitKeys = ["from", "to", "services", "operations", "not", "targets", "during"]

  mutating func readConduits(_ field: SiteField) {
    guard field.isList else {
      document.error(
        field,
        Bilingual(
          "expected a list of conduits (- {from: …, to: …}), got \(field.kind.en)",
          "コンジットのリスト（- {from: …, to: …}）が必要ですが、\(field.kind.ja)になっています"))
      return
    }
    for item in document.list(field, of: Bilingual("conduits", "コンジット")) ?? [] {
      guard let fields = document.record(item, keys: SiteReader.conduitKeys) else { continue }
      for key in ["from", "to"] where fields[key] == nil {
        document.error(
          item,
          Bilingual(
            "'\(key)' is missing: a conduit needs 'from' and 'to'",
            "'\(key)' がありません。コンジットには 'from' と 'to' が必要です"))
      }
      let from = ends(fields["from"])
      let to = ends(fields["to"])
      let services = fields["services"].map { readServices($0) } ?? []
      var operations = fields["operations"].map { readOperations($0, "operations") } ?? .all
      if let field = fields["not"] { operations.subtract(readOperations(field, "not")) }
      let (targets, limits) = readTargets(fields["targets"], in: operations.actions, operations.functions)
      var windows: [Int] = []
      if let field = fields["during"],
        let items = document.items(field, of: Bilingual("windows", "時間帯"), ifEmpty: SiteReader.noWindows)
      {
        windows = items.compactMap { index($0, windowNames, .window) }
      }
      guard from.count * to.count + site.conduits.count <= SiteReader.mostConduits else {
        document.error(
          item,
          Bilingual(
            "more than \(SiteReader.mostConduits) conduits: each of 'from' with each of 'to' is one; use zones",
            "コンジットが\(SiteReader.mostConduits)件を超えています（'from' と 'to' の組み合わせごとに1件）。ゾーンを使ってください"))
        return
      }
      for from in from {
        for to in to {
          site.conduits.append(
            Conduit(
              from: from, to: to, services: services, actions: operations.actions, functions: operations.functions,
              exceptions: operations.exceptions, targets: targets, valueLimits: limits, windows: windows,
              line: item.line))
        }
      }
    }
  }
  static let mostConduits = 50_000

  /// One end, or a list of them: a conduit from each to each.
  private mutating func ends(_ field: SiteField?) -> [Conduit.End] {
    guard let field, let items = document.items(field, of: Bilingual("zones or assets", "ゾーンまたは資産")) else {
      return []
    }
    return items.compactMap { end($0) }
  }

  private mutating func end(_ field: SiteField) -> Conduit.End? {
    guard let name = document.text(field) else { return nil }
    if name == "any" { return .any }
    if let zone = zoneNames[name] { return .zone(zone) }
    if let asset = assetNames[name] { return .asset(asset) }
    let shown = SiteDocument.shown(name)
    if let advice = SiteAdvice.end(name, shown) {
      document.error(field, advice)
      return nil
    }
    document.error(
      field, Bilingual("unknown zone or asset '\(shown)'", "不明なゾーンまたは資産 '\(shown)' です"), near: name,
      of: SiteReader.reservedNames + zoneNames.keys.sorted() + assetNames.keys.sorted())
    return nil
  }

  // MARK: Services

  /// Empty: any.
  mutating func readServices(_ field: SiteField) -> [ServicePattern] {
    let empty = SiteReader.allowsNothing("services")
    guard let items = document.items(field, of: Bilingual("services", "サービス"), ifEmpty: empty) else { return [] }
    var patterns: [ServicePattern] = []
    var isAny = false
    for item in items {
      guard let text = document.text(item) else { continue }
      if text == "any" {
        isAny = true
        continue
      }
      switch SiteReader.service(text, words) {
      case .success(let pattern):
        patterns.append(pattern)
        if case .application(.none, let name, let ports, _) = pattern {
          let places = ports.map(ServicePattern.text).joined(separator: ", ")
          document.warning(
            item,
            Bilingual(
              "messages of '\(name)' are not read yet: until then "
                + (places.isEmpty ? "this word allows nothing" : "its usual ports count (\(places))"),
              "'\(name)' のメッセージはまだ解析できません。"
                + (places.isEmpty ? "この語では何も許可されません" : "通常のポート（\(places)）で判定します")))
        }
      case .failure(let fault):
        document.error(item, fault.message, suggestion: fault.suggestion(of: words.all))
      }
    }
    return isAny ? [] : patterns
  }

  private static func allowsNothing(_ key: String) -> Bilingual {
    Bilingual(
      "an empty list allows nothing: write [any], or leave '\(key)' out",
      "空のリストでは何も許可されません。[any] と書くか、'\(key)' を省略してください")
  }
  static let noTargets = Bilingual(
    "an empty list allows nothing: list the targets, or leave 'targets' out to allow all of them",
    "空のリストでは何も許可されません。対象を列挙するか、すべて許可する場合は 'targets' を省略してください")
  private static let noWindows = Bilingual(
    "an empty list: name a window, or leave 'during' out", "リストが空です。時間帯を指定するか、'during' を省略してください")

  /// Why a text is not valid; `word` is an unknown word to look up the nearest known one for, `meant` the text that was
  /// most likely meant.
  struct WordFault: Error {
    let message: Bilingual
    var word: String?
    var meant: String?

    /// The text or word to suggest.
    func suggestion(of words: [String]) -> String? { meant ?? word.flatMap { Spelling.nearest($0, in: words) } }
  }

  /// One word of `services`, except `any`.
  static func service(_ text: String, _ words: ServiceWords) -> Result<ServicePattern, WordFault> {
    if let pattern = words[text] { return .success(pattern) }
    let shown = SiteDocument.shown(text)
    if let fault = SiteAdvice.service(text, shown) { return .failure(fault) }
    guard let slash = text.firstIndex(of: "/") else {
      return .failure(
        WordFault(message: Bilingual("unknown service '\(shown)'", "不明なサービス '\(shown)' です"), word: text))
    }
    let transport = String(text[..<slash])
    let rest = text[text.index(after: slash)...]
    if transport == "ip" {
      guard let number = number(rest), let ipProtocol = UInt8(exactly: number) else {
        return .failure(
          WordFault(
            message: Bilingual(
              "'\(shown)': an IP protocol is ip/0 to ip/255", "'\(shown)': IPプロトコルは ip/0〜ip/255 で指定してください")))
      }
      return .success(.ipProtocol(ipProtocol))
    }
    guard let known = ServiceWords.ipProtocols.first(where: { $0.name == transport }), known.hasPorts else {
      return .failure(
        WordFault(
          message: Bilingual(
            "'\(shown)': a service by port begins with tcp/, udp/ or sctp/",
            "'\(shown)': ポートによるサービスは tcp/、udp/、sctp/ のいずれかで始めてください")))
    }
    guard let range = range(rest), let low = UInt16(exactly: range.lowerBound),
      let high = UInt16(exactly: range.upperBound)
    else {
      return .failure(
        WordFault(
          message: Bilingual(
            "'\(shown)': expected a port from 0 to 65535 or a range such as 8000-8010",
            "'\(shown)': 0〜65535のポート、または 8000-8010 のような範囲を指定してください")))
    }
    return .success(.ports(ipProtocol: known.number, low...high))
  }

  // MARK: Operations and targets

  /// What `operations` names, less what `not` does.
  struct Operations {
    var actions: UInt16
    var functions: [FunctionPattern] = []
    var exceptions: [FunctionPattern] = []
    static let all = Operations(actions: Conduit.allActions)

    /// A function is excepted by its own name, and by the word for what it does.
    mutating func subtract(_ other: Operations) {
      actions &= ~other.actions
      functions.removeAll { other.functions.contains($0) }
      exceptions = other.functions
    }
  }

  mutating func readOperations(_ field: SiteField, _ key: String) -> Operations {
    let empty =
      key == "not"
      ? Bilingual("an empty list: name an operation, or leave 'not' out", "リストが空です。操作を指定するか、'not' を省略してください")
      : SiteReader.allowsNothing(key)
    var operations = Operations(actions: 0)
    guard let items = document.items(field, of: Bilingual("operations", "操作"), ifEmpty: empty) else {
      return key == "not" ? operations : .all
    }
    for item in items {
      guard let text = document.text(item) else { continue }
      if text == "any", key != "not" {
        operations.actions = Conduit.allActions
      } else if let action = Action.allCases.first(where: { $0.word == text }) {
        operations.actions |= action.bit
      } else {
        operations.functions += readFunctions(text, item)
      }
    }
    return operations
  }

  /// One native function, such as `dnp3 COLD_RESTART`.
  private mutating func readFunctions(_ text: String, _ item: SiteField) -> [FunctionPattern] {
    let shown = SiteDocument.shown(text)
    switch FunctionPattern.patterns(text) {
    case .success(let patterns): return patterns
    case .failure(.form):
      document.error(
        item, Bilingual("unknown operation '\(shown)'", "不明な操作 '\(shown)' です"), near: text,
        of: ["any"] + Action.allCases.map(\.word))
    case .failure(.service(let service)):
      let known = SiteDocument.shown(service)
      document.error(
        item,
        Bilingual(
          "'\(shown)': there are no functions of '\(known)'; write one as 'dnp3 COLD_RESTART' or 'modbus 43/14'",
          "'\(shown)': '\(known)' の機能名は登録されていません。'dnp3 COLD_RESTART' や 'modbus 43/14' のように指定してください"),
        near: service, of: NativeFunctions.services.sorted())
    case .failure(.name(let name, let service)):
      let function = SiteDocument.shown(name)
      document.error(
        item,
        Bilingual(
          "'\(shown)': \(service) has no function '\(function)'", "'\(shown)': \(service) に '\(function)' という機能はありません"),
        near: name, of: NativeFunctions.all.filter { $0.service == service }.map(\.name))
    }
    return []
  }

  mutating func readTarget(_ text: String, _ field: SiteField) -> TargetRange? {
    switch SiteReader.target(text) {
    case .success(let range):
      if let (message, meant) = SiteAdvice.modiconRange(range) {
        document.warning(field, message, suggestion: meant)
      }
      return range
    case .failure(let fault):
      document.error(field, fault.message, suggestion: fault.suggestion(of: SiteReader.areaWords))
      return nil
    }
  }

  // MARK: Numbers

  /// A decimal number, digits only.
  static func number(_ text: some StringProtocol) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(text)
  }

  /// `5` or `0-99`
  static func range(_ text: some StringProtocol) -> ClosedRange<UInt64>? {
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let low = ends.first.flatMap({ number($0) }), let high = ends.last.flatMap({ number($0) }), low <= high else {
      return nil
    }
    return low...high
  }
}
