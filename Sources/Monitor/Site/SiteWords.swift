// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// Parts of a site in the words of its file, for explanations and alerts.
extension Site {
  package func word(_ end: Conduit.End) -> String {
    switch end {
    case .any: "any"
    case .zone(let zone): self[zone].name
    case .asset(let asset): self[asset]?.name ?? ""
    }
  }

  /// The operations that a conduit allows, in words, and those that it does not; empty if it allows every one.
  package func operations(of conduit: Conduit, _ word: (Action) -> String, not: String) -> [String] {
    let exceptions = FunctionPattern.texts(conduit.exceptions).map { not + $0 }
    if conduit.actions == Conduit.allActions, exceptions.isEmpty { return [] }
    return Action.allCases.filter { conduit.actions & $0.bit != 0 }.map(word)
      + FunctionPattern.texts(conduit.functions) + exceptions
  }

  /// `conduit 2 (line 18: hmi-1 to plc-1)`; counted from 1, as a person counts.
  package func title(of index: Int, _ language: Language) -> String {
    let conduit = conduits[index]
    let ends = (word(conduit.from), word(conduit.to))
    return language == .ja
      ? "コンジット\(index + 1)（\(conduit.line)行目: \(ends.0) → \(ends.1)）"
      : "conduit \(index + 1) (line \(conduit.line): \(ends.0) to \(ends.1))"
  }

  /// What a conduit allows, word by word: services, operations, targets, windows; `any` where it has no limit. In
  /// English the words are those of the site file.
  package func words(of conduit: Conduit, _ language: Language) -> (
    services: String, operations: String, targets: String, during: String
  ) {
    let (all, always) = language == .en ? ("any", "any time") : ("すべて", "常時")
    let list = { (words: [String], any: String) in words.isEmpty ? any : words.joined(separator: ", ") }
    let operations = operations(
      of: conduit, { language == .en ? $0.word : $0.name.ja }, not: language == .ja ? "除外: " : "not ")
    return (
      list(conduit.services.map(\.description), all), list(operations, all),
      list(conduit.targetWords(language), all),
      list(conduit.windows.map { windows[$0].name }, always)
    )
  }
}

extension Site {
  private func word(_ end: FindingException.End) -> String {
    switch end {
    case .any: "any"
    case .zone(let zone): self[zone].name
    case .asset(let asset): self[asset]?.name ?? ""
    case .network(let network): network.isHost ? network.address.description : network.description
    case .mac(let mac): mac.description
    }
  }

  /// What an exception covers: `host-sweep from scanner-1 to line-1`. The words are those of the site file.
  package func words(of exception: FindingException, _ language: Language) -> String {
    let isJapanese = language == .ja
    let list = { (words: [String]) in words.joined(separator: isJapanese ? "、" : ", ") }
    let kinds = list(exception.kinds.map { Catalogue.entry($0).id })
    let ends = { (ends: [FindingException.End]) in list(ends.isEmpty ? ["any"] : ends.map(self.word)) }
    var text = kinds
    if !exception.device.isEmpty {
      text += isJapanese ? "（\(ends(exception.device))）" : " of \(ends(exception.device))"
    } else {
      let (from, to) = (ends(exception.from), ends(exception.to))
      text += isJapanese ? "（\(from) → \(to)）" : " from \(from) to \(to)"
    }
    var limits = exception.services.map(\.description)
    if let actions = exception.actions {
      let isAll = actions == Conduit.allActions
      limits +=
        isAll
        ? [isJapanese ? "すべて" : "any"]
        : Action.allCases.filter { actions & $0.bit != 0 }.map { isJapanese ? $0.name.ja : $0.word }
      limits += FunctionPattern.texts(exception.functions)
    }
    return limits.isEmpty ? text : text + (isJapanese ? "［\(list(limits))］" : " (\(list(limits)))")
  }

  /// `exception 1 (line 24: host-sweep from scanner-1 to line-1)`; counted from 1, as a person counts.
  package func title(ofException index: Int, _ language: Language) -> String {
    let exception = exceptions[index]
    let words = words(of: exception, language)
    return language == .ja
      ? "例外\(index + 1)（\(exception.line)行目: \(words)）" : "exception \(index + 1) (line \(exception.line): \(words))"
  }
}

extension Conduit {
  /// Its targets, each with what may be written there: `holding-register 20 (0 to 100)`.
  package func targetWords(_ language: Language) -> [String] {
    targets.map { target in
      let limits = valueLimits.filter { $0.target == target }.map { $0.text(language) }
      if limits.isEmpty { return target.description }
      let text = limits.joined(separator: language == .ja ? "、かつ" : ", and ")
      return language == .ja ? "\(target)（\(text)）" : "\(target) (\(text))"
    }
  }
}

extension ServicePattern: CustomStringConvertible {
  package var description: String {
    switch self {
    case .ports(let ipProtocol, let range):
      return ServicePattern.text(ApplicationPorts(ipProtocol: ipProtocol, range: range))
    case .ipProtocol(let number):
      return ServiceWords.ipProtocols.first { $0.number == number }?.name ?? "ip/\(number)"
    case .application(_, let name, _, _):
      return name
    }
  }

  /// `tcp/502` or `tcp/8000-8010`
  package static func text(_ ports: ApplicationPorts) -> String {
    let name = ServiceWords.ipProtocols.first { $0.number == ports.ipProtocol }?.name ?? "ip/\(ports.ipProtocol)"
    let range = ports.range
    return range.count == 1 ? "\(name)/\(range.lowerBound)" : "\(name)/\(range.lowerBound)-\(range.upperBound)"
  }
}

extension TargetRange: CustomStringConvertible {
  package var description: String {
    if let name {
      let text = String(decoding: name, as: UTF8.self)
      return (area == .node ? text : "\(area.word) \(text)") + (unit.map { " unit \($0)" } ?? "")
    }
    var text: String
    let isWhole = addresses == 0...UInt64.max
    switch area.notation {
    case .dataBlock, .byteArea, .device, .hexDevice:
      let count = min(addresses.upperBound - addresses.lowerBound, UInt64(UInt32.max) - 1) + 1
      let target = Target(
        area: area, number: number ?? 0, address: addresses.lowerBound, count: UInt32(count), bit: bit)
      text = target.notation(name: nil)
      if isWhole { text = area == .dataBlock ? "DB\(number.map(String.init) ?? "")" : area.word }
    case .range, .numbered, .named:
      text = area.word
      if let number { text += " \(number)" }
      if !isWhole {
        text +=
          addresses.lowerBound == addresses.upperBound
          ? " \(addresses.lowerBound)" : " \(addresses.lowerBound)-\(addresses.upperBound)"
        if bit >= 0 { text += ".\(bit)" }
      }
    }
    if let unit { text += " unit \(unit)" }
    return text
  }
}

extension Window {
  /// For people: `Sat 09:00-17:00`, with the dates where there are some.
  package func text(_ language: Language) -> String {
    var words: [String] = []
    if days != Window.everyDay {
      words.append(dayNames(language))
    } else if hours == [Window.wholeDay], dates.isEmpty {
      words.append(language == .en ? "every day" : "毎日")
    }
    let separator = language == .en ? ", " : "、"
    if hours != [Window.wholeDay] {
      words.append(hours.map { "\(Window.time($0.begin))-\(Window.time($0.end))" }.joined(separator: separator))
    }
    let range = language == .en ? " to " : "〜"
    let spans = dates.map {
      $0.count == 1
        ? Window.date($0.lowerBound) : "\(Window.date($0.lowerBound))\(range)\(Window.date($0.upperBound))"
    }
    if !spans.isEmpty { words.append(spans.joined(separator: separator)) }
    return words.joined(separator: " ")
  }

  /// `Mon-Fri, Sun`: three days or more in a row as a range.
  private func dayNames(_ language: Language) -> String {
    let names = language.weekdays
    var parts: [String] = []
    var day = 0
    while day < 7 {
      let length = (day..<7).prefix { days & 1 << UInt8($0) != 0 }.count
      if length >= 3 {
        parts.append(names[day] + (language == .en ? "-" : "〜") + names[day + length - 1])
      } else {
        parts += names[day..<day + length]
      }
      day += max(1, length)
    }
    return parts.joined(separator: language == .en ? ", " : "・")
  }

  package static func time(_ minute: Int32) -> String {
    let (hour, rest) = (minute / 60, minute % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
  }

  /// ISO 8601 calendar date of a number of days since 1970-01-01.
  package static func date(_ days: Int32) -> String {
    var (year, month, day): (Int32, Int32, Int32) = (1970, 1, days)
    // Dates of a site file lie between 1970 and 2100.
    while true {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths: [Int32] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      let length = lengths[Int(month) - 1]
      if day < length { break }
      day -= length
      (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
    }
    return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 9 ? "0" : "")\(day + 1)"
  }
}
