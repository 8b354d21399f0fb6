// SPDX-License-Identifier: Apache-2.0

/// `suppress`: no alerts of a rule, for some addresses or for all.
package struct Suppression: Hashable, Sendable {
  package enum Track: Sendable { case source, destination, either }
  /// 0: of every group.
  package var group: UInt32
  /// 0: every rule.
  package var number: UInt32
  /// Nil: whatever the addresses.
  package var track: Track?
  package var addresses = AddressSet.any
}

/// `event_filter`, or `threshold` as it was called before: how often a rule alerts. 0 as in `Suppression`.
package struct EventFilter: Hashable, Sendable {
  package var group: UInt32
  package var number: UInt32
  package var threshold: Threshold
}

/// `rate_filter`: another action once a rule has matched so often. 0 as in `Suppression`.
package struct RateFilter: Hashable, Sendable {
  package var group: UInt32
  package var number: UInt32
  /// `sort` is `rate`.
  package var threshold: Threshold
  package var verb: Rule.Verb
  /// Seconds for which the new action holds.
  package var timeout: UInt32
}

/// A `threshold.config`.
package struct ThresholdFile: Sendable {
  package private(set) var suppressions: [Suppression] = []
  package private(set) var eventFilters: [EventFilter] = []
  package private(set) var rateFilters: [RateFilter] = []
  package private(set) var diagnostics: [RuleDiagnostic] = []

  private static let largestFile = 16 << 20
  private static let mostLines = 200_000

  package init() {}

  /// Reads a file. Lines with an error are left out, each with its diagnostic.
  package init(_ file: RuleFile, variables: RuleVariables) {
    guard file.text.count <= Self.largestFile else {
      let top = SourcePlace(file: file.name, line: 1, column: 1)
      diagnostics.append(RuleDiagnostic(.error, .fileTooLarge, top, "more than \(Self.largestFile) bytes: not read"))
      return
    }
    var lists = HeaderLists(variables)
    var lines = RuleLines(file.text, file: file.name, longestLine: 1 << 16)
    var count = 0
    while let entry = lines.nextEntry() {
      count += 1
      guard count <= Self.mostLines else {
        diagnostics.append(
          RuleDiagnostic(
            .error, .tooManyItems, SourcePlace(file: file.name),
            "more than \(Self.mostLines) lines: the rest is not read"))
        return
      }
      switch entry {
      case .other(let line):
        do {
          try read(line.bytes[...], &lists)
        } catch {
          diagnostics.append(
            RuleDiagnostic(.error, error.reason, line.place(error.offset, in: file.name), error.message))
        }
      case .rule(let line), .variable(let line):
        diagnostics.append(
          RuleDiagnostic(
            .error, .notARule, line.place(0, in: file.name),
            "suppress, event_filter, threshold or rate_filter is expected"))
      case .tooLong(let place):
        diagnostics.append(RuleDiagnostic(.error, .lineTooLong, place, "a line that is too long"))
      case .disabled, .dialect: continue
      }
    }
  }

  private struct Arguments {
    var values: [String: Bytes] = [:]
    let keyword: Bytes

    func number(_ name: String, least: UInt64) throws(RuleFault) -> UInt32 {
      guard let value = values[name] else {
        throw RuleFault(.value, keyword.startIndex, "\(keyword.shown): '\(name)' is missing")
      }
      guard let number = value.decimal(most: UInt64(UInt32.max)), number >= least else {
        throw RuleFault(.value, value.startIndex, "\(keyword.shown): \(name) is a number from \(least)")
      }
      return UInt32(number)
    }
  }

  private mutating func read(_ bytes: Bytes, _ lists: inout HeaderLists) throws(RuleFault) {
    let (keyword, rest) = bytes.trimmed.firstWord
    var arguments = Arguments(keyword: keyword)
    for part in Self.parts(rest) {
      let (word, value) = part.firstWord
      let name = word.loweredText
      guard Self.names.contains(name), !value.isEmpty else {
        throw RuleFault(.value, part.startIndex, "\(keyword.shown): '\(part.shown)' is not known")
      }
      guard arguments.values.updateValue(value, forKey: name) == nil else {
        throw RuleFault(.repeated, part.startIndex, "\(keyword.shown): '\(name)' stands twice")
      }
    }
    let group = try arguments.number("gen_id", least: 0)
    let number = try arguments.number("sig_id", least: 0)
    switch keyword.loweredText {
    case "suppress": try suppress(group, number, arguments, &lists)
    case "event_filter", "threshold":
      guard let sort = arguments.values["type"].flatMap({ Self.sorts[$0.loweredText] }) else {
        throw RuleFault(.value, keyword.startIndex, "\(keyword.shown): a type: limit, threshold, both or backoff")
      }
      let isBackoff = sort == .backoff
      let threshold = Threshold(
        sort, try track(arguments), count: try arguments.number("count", least: 1),
        seconds: isBackoff ? 0 : try arguments.number("seconds", least: 1),
        multiplier: isBackoff && arguments.values["multiplier"] != nil
          ? try arguments.number("multiplier", least: 2) : 10)
      eventFilters.append(EventFilter(group: group, number: number, threshold: threshold))
    case "rate_filter":
      guard let verb = arguments.values["new_action"].flatMap({ Rule.Verb(rawValue: $0.loweredText) }) else {
        throw RuleFault(.value, keyword.startIndex, "rate_filter: a new_action: alert, pass, drop or reject")
      }
      let threshold = Threshold(
        .rate, try track(arguments), count: try arguments.number("count", least: 1),
        seconds: try arguments.number("seconds", least: 1))
      rateFilters.append(
        RateFilter(
          group: group, number: number, threshold: threshold, verb: verb,
          timeout: try arguments.number("timeout", least: 1)))
    default:
      throw RuleFault(
        .unknownKeyword, keyword.startIndex,
        "'\(keyword.shown)': suppress, event_filter, threshold or rate_filter is expected")
    }
  }

  private mutating func suppress(
    _ group: UInt32, _ number: UInt32, _ arguments: Arguments, _ lists: inout HeaderLists
  ) throws(RuleFault) {
    var suppression = Suppression(group: group, number: number)
    if let word = arguments.values["track"] {
      switch word.loweredText {
      case "by_src": suppression.track = .source
      case "by_dst": suppression.track = .destination
      case "by_either": suppression.track = .either
      default: throw RuleFault(.value, word.startIndex, "suppress: '\(word.shown)' is not known")
      }
    }
    guard (suppression.track == nil) == (arguments.values["ip"] == nil) else {
      throw RuleFault(.value, arguments.keyword.startIndex, "suppress: 'track' and 'ip' belong together")
    }
    if let address = arguments.values["ip"] { suppression.addresses = try lists.addresses(address) }
    suppressions.append(suppression)
  }

  private func track(_ arguments: Arguments) throws(RuleFault) -> Threshold.Track {
    guard let track = arguments.values["track"].flatMap({ ThresholdReading.tracks[$0.loweredText] }) else {
      throw RuleFault(
        .value, arguments.keyword.startIndex, "\(arguments.keyword.shown): what to track: by_src, by_dst, by_both …")
    }
    return track
  }

  private static let names: Set<String> = [
    "gen_id", "sig_id", "type", "track", "ip", "count", "seconds", "multiplier", "new_action", "timeout",
  ]
  private static let sorts: [String: Threshold.Sort] = [
    "limit": .limit, "threshold": .threshold, "both": .both, "backoff": .backoff,
  ]

  /// At commas outside of `[...]`.
  private static func parts(_ bytes: Bytes) -> [Bytes] {
    var parts: [Bytes] = []
    var (start, depth) = (bytes.startIndex, 0)
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        parts.append(bytes[start..<index].trimmed)
        start = index + 1
      default: break
      }
    }
    parts.append(bytes[start...].trimmed)
    return parts
  }
}
