// SPDX-License-Identifier: Apache-2.0
import Monitor

extension SiteReader {
  static let conduitKeys = ["from", "to", "services", "operations", "targets", "during"]

  mutating func readConduits(_ field: SiteField) {
    guard field.isList else {
      document.error(field, "expected a list of conduits (- {from: …, to: …}), got \(field.kind)")
      return
    }
    for item in document.list(field, of: "conduits") ?? [] {
      guard let fields = document.record(item, keys: SiteReader.conduitKeys) else { continue }
      for key in ["from", "to"] where fields[key] == nil {
        document.error(item, "'\(key)' is missing: a conduit goes from somebody to somebody")
      }
      let from = fields["from"].flatMap { end($0) }
      let to = fields["to"].flatMap { end($0) }
      let services = fields["services"].map { readServices($0) } ?? []
      let actions = fields["operations"].map { readActions($0) } ?? Conduit.allActions
      let targets = document.texts(fields["targets"]).compactMap { readTarget($0.text, $0.field) }
      var windows: [Int] = []
      if let field = fields["during"], let items = document.list(field, of: "windows") {
        windows = items.compactMap { index($0, windowNames, "window") }
        if items.isEmpty { document.error(field, "an empty list: name a window, or leave 'during' out") }
      }
      guard let from, let to else { continue }
      site.conduits.append(
        Conduit(
          from: from, to: to, services: services, actions: actions, targets: targets, windows: windows,
          line: item.line))
    }
  }

  private mutating func end(_ field: SiteField) -> Conduit.End? {
    guard let name = document.text(field) else { return nil }
    if name == "any" { return .any }
    if let zone = zoneNames[name] { return .zone(zone) }
    if let asset = assetNames[name] { return .asset(asset) }
    document.error(
      field, "unknown zone or asset '\(SiteDocument.shown(name))'", near: name,
      of: SiteReader.reservedNames + zoneNames.keys.sorted() + assetNames.keys.sorted())
    return nil
  }

  // MARK: Services

  /// Empty: any.
  private mutating func readServices(_ field: SiteField) -> [ServicePattern] {
    guard let items = document.list(field, of: "services") else { return [] }
    if items.isEmpty { document.error(field, "an empty list allows nothing: write [any], or leave 'services' out") }
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
            "messages of '\(name)' are not read yet: "
              + (places.isEmpty
                ? "until then this word allows nothing" : "until then its usual ports count (\(places))"))
        }
      case .failure(let fault):
        document.error(item, fault.message, near: fault.word, of: words.all)
      }
    }
    return isAny ? [] : patterns
  }

  /// Why a text means nothing; `word` is a word nobody knows, where the nearest known one helps.
  struct WordFault: Error {
    let message: String
    var word: String?
  }

  /// One word of `services` but `any`.
  static func service(_ text: String, _ words: ServiceWords) -> Result<ServicePattern, WordFault> {
    if let pattern = words[text] { return .success(pattern) }
    let shown = SiteDocument.shown(text)
    guard let slash = text.firstIndex(of: "/") else {
      return .failure(WordFault(message: "unknown service '\(shown)'", word: text))
    }
    let transport = String(text[..<slash])
    let rest = text[text.index(after: slash)...]
    if transport == "ip" {
      guard let number = number(rest), let ipProtocol = UInt8(exactly: number) else {
        return .failure(WordFault(message: "'\(shown)': an IP protocol is ip/0 to ip/255"))
      }
      return .success(.ipProtocol(ipProtocol))
    }
    guard let known = ServiceWords.ipProtocols.first(where: { $0.name == transport }), known.hasPorts else {
      return .failure(
        WordFault(message: "'\(shown)': a service by port begins with tcp/, udp/ or sctp/"))
    }
    guard let range = range(rest), let low = UInt16(exactly: range.lowerBound),
      let high = UInt16(exactly: range.upperBound)
    else {
      return .failure(
        WordFault(message: "'\(shown)': a port is 0 to 65535, a range such as 8000-8010"))
    }
    return .success(.ports(ipProtocol: known.number, low...high))
  }

  // MARK: Operations and targets

  private mutating func readActions(_ field: SiteField) -> UInt16 {
    guard let items = document.list(field, of: "operations") else { return Conduit.allActions }
    if items.isEmpty { document.error(field, "an empty list allows nothing: write [any], or leave 'operations' out") }
    var mask: UInt16 = 0
    for item in items {
      guard let text = document.text(item) else { continue }
      if text == "any" {
        mask = Conduit.allActions
      } else if let action = Action.allCases.first(where: { $0.word == text }) {
        mask |= action.bit
      } else {
        document.error(
          item, "unknown operation '\(SiteDocument.shown(text))'", near: text,
          of: ["any"] + Action.allCases.map(\.word))
      }
    }
    return mask
  }

  private mutating func readTarget(_ text: String, _ field: SiteField) -> TargetRange? {
    switch SiteReader.target(text) {
    case .success(let range):
      return range
    case .failure(let fault):
      document.error(field, fault.message, near: fault.word, of: SiteReader.areaWords)
      return nil
    }
  }

  // MARK: Numbers

  /// A decimal number of digits alone.
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
