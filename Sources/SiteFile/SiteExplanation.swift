// SPDX-License-Identifier: Apache-2.0
package import Catalogue
import Foundation
package import Monitor

/// The site's answer to one question: may A do this to B?
package struct SiteExplanation: Sendable {
  package let verdict: Verdict
  /// The kind of the alert that would be written, such as `cross-zone-flow`; nil for none.
  package let alert: String?
  /// The kind of a finding that gives no alert, since an exception mutes it.
  package let muted: String?
  /// For people, line by line.
  package let lines: [String]
}

/// Why a question to `explain` cannot be answered.
package struct SiteQuestionError: Error, Equatable, CustomStringConvertible, Sendable {
  let message: Bilingual
  /// The nearest valid word.
  let suggestion: String?

  package var description: String { text(.en) }
  package func text(_ language: Language) -> String { language.text(message, suggestion: suggestion) }
}

extension Site {
  /// Identifies both ends, lists what each conduit between them allows, and gives the verdict.
  ///
  /// - Parameters:
  ///   - from, to: an IP or MAC address, or the name of an asset or a zone.
  ///   - service: a word as in `services` (`modbus`, `tcp/443`, `icmp`); nil: any, the best case counts.
  ///   - operation: an action (`write`), with a target if wanted (`write holding-register 100-101`), and with a value
  ///     (`write holding-register 20 = 500`); nil: communication as such.
  ///   - at: nanoseconds since 1970; nil: now.
  package func explain(
    from: String, to: String, service: String?, operation: String?, at: Int64?, language: Language = .en
  ) throws(SiteQuestionError) -> SiteExplanation {
    let time = at ?? Int64(Date().timeIntervalSince1970) * 1_000_000_000
    let question = Question(
      from: try self.end(from), to: try self.end(to), services: try self.services(service), serviceWord: service,
      operation: try self.operation(operation), time: time)
    let (verdict, judged) = answer(question)
    let limit = verdict.isAllowed ? limit(question, judged) : nil
    let kind =
      limit?.isRefusing ?? false
      ? .valueNotAllowed
      : verdict.findingKind(
        of: question.operation?.action, on: question.operation?.target.area ?? .none, from: question.from.party,
        to: question.to.party)
    let outcome = Outcome(kind: kind, exceptions: kind.map { exceptions(for: $0, question) } ?? [])
    let id = kind.map { Catalogue.entry($0).id }
    let isMuted = outcome.exceptions.contains { exceptions[$0].holds(at: time) }
    let lines =
      language == .ja
      ? japanese(question, verdict, judged, limit, outcome) : english(question, verdict, judged, limit, outcome)
    return SiteExplanation(
      verdict: verdict, alert: isMuted ? nil : id, muted: isMuted ? id : nil, lines: lines)
  }

  struct Question {
    struct End {
      let word: String
      let party: Party
      /// nil: named by the site.
      let evidence: Evidence?
    }
    struct Operation {
      let word: String
      let action: Action
      var target = Target.none
      var unit: Int64 = -1
      var name: [UInt8] = []
      var function = OperationFunction.none
      /// What is to be written there.
      var value: Number?
    }
    let from: End
    let to: End
    /// Empty: any.
    let services: [Service]
    let serviceWord: String?
    let operation: Operation?
    let time: Int64
  }

  /// What would be found, and the exceptions that cover it, whether or not they still hold.
  struct Outcome {
    let kind: FindingKind?
    let exceptions: [Int]
  }

  // MARK: The question

  private func end(_ word: String) throws(SiteQuestionError) -> Question.End {
    if let index = zones.firstIndex(where: { $0.name == word }) {
      let zone = ZoneID(rawValue: UInt16(truncatingIfNeeded: index))
      return Question.End(word: word, party: Party(zone: zone, asset: .none), evidence: nil)
    }
    if let index = assets.firstIndex(where: { $0.name == word }) {
      let asset = AssetID(rawValue: UInt16(truncatingIfNeeded: index))
      return Question.End(word: word, party: Party(zone: assets[index].zone, asset: asset), evidence: nil)
    }
    if let ip = IPAddress(word) {
      let (party, evidence) = identify(ip: ip, mac: .none, vlan: 0xFFFF)
      return Question.End(word: word, party: party, evidence: evidence)
    }
    if let mac = MACAddress(word) {
      // A MAC address means the device itself here, not what it forwards.
      guard let asset = asset(mac: mac) else {
        return Question.End(word: word, party: Party(zone: .external, asset: .none), evidence: .nothing)
      }
      let party = Party(zone: assets[Int(asset.rawValue)].zone, asset: asset)
      return Question.End(word: word, party: party, evidence: .assetMAC)
    }
    let shown = SiteDocument.shown(word)
    throw SiteQuestionError(
      message: Bilingual(
        "'\(shown)' is not a zone, asset, IP address or MAC address", "'\(shown)' はゾーン、資産、IPアドレス、MACアドレスのいずれでもありません"),
      suggestion: Spelling.nearest(word, in: zones.map(\.name) + assets.map(\.name)))
  }

  private func services(_ word: String?) throws(SiteQuestionError) -> [Service] {
    guard let word, word != "any" else { return [] }
    switch SiteReader.service(word, words) {
    case .failure(let fault):
      throw SiteQuestionError(message: fault.message, suggestion: fault.suggestion(of: words.all))
    case .success(let pattern):
      return [Site.sample(pattern)]
    }
  }

  /// A flow that is this service, and no other one.
  private static func sample(_ pattern: ServicePattern) -> Service {
    switch pattern {
    case .ports(let ipProtocol, let range):
      // What is said there is none of the protocols that are known by their content.
      Service(ipProtocol: ipProtocol, port: range.lowerBound, dissector: .none, isSettled: true)
    case .ipProtocol(let number):
      Service(ipProtocol: number, port: 0, dissector: .none, isSettled: true)
    case .application(let id, _, let ports, _):
      Service(
        ipProtocol: ports.first?.ipProtocol, port: ports.first?.range.lowerBound ?? 0, dissector: id,
        isSettled: true)
    }
  }

  private func operation(_ text: String?) throws(SiteQuestionError) -> Question.Operation? {
    guard let text, text != "any" else { return nil }
    let word = String(text.prefix { $0 != " " })
    if let (sample, rest) = Site.function(text) {
      return try self.operation(
        Question.Operation(word: text, action: sample.action, function: sample.function), at: rest)
    }
    guard let action = Action.allCases.first(where: { $0.word == word }) else {
      let shown = SiteDocument.shown(word)
      throw SiteQuestionError(
        message: Bilingual("unknown operation '\(shown)'", "不明な操作 '\(shown)' です"),
        suggestion: Spelling.nearest(word, in: Action.allCases.map(\.word)))
    }
    return try self.operation(Question.Operation(word: text, action: action), at: text.dropFirst(word.count))
  }

  /// A native function, and the target after it: the longest beginning of the text that names one.
  private static func function(
    _ text: String
  ) -> (sample: (function: OperationFunction, action: Action), rest: Substring)? {
    var end = text.endIndex
    while let before = text[..<end].lastIndex(where: { $0 != " " }) {
      let name = text[...before]
      if case .success(let patterns) = FunctionPattern.patterns(String(name)), let pattern = patterns.first {
        return (pattern.sample, text[name.endIndex...])
      }
      guard let blank = name.lastIndex(of: " ") else { return nil }
      end = blank
    }
    return nil
  }

  /// The same operation at a target, if there is one.
  private func operation(
    _ untargeted: Question.Operation, at target: Substring
  ) throws(SiteQuestionError) -> Question.Operation {
    var operation = untargeted
    var rest = target.drop { $0 == " " }
    if let sign = rest.range(of: " = ", options: .backwards) {
      let value = String(rest[sign.upperBound...])
      guard let bound = SiteReader.bound(value) else {
        let shown = SiteDocument.shown(value)
        throw SiteQuestionError(
          message: Bilingual("'\(shown)' is not a number", "'\(shown)' は数値ではありません"), suggestion: nil)
      }
      operation.value = bound.number
      rest = rest[..<sign.lowerBound]
    }
    if rest.isEmpty { return operation }
    switch SiteReader.target(String(rest)) {
    case .failure(let fault):
      throw SiteQuestionError(message: fault.message, suggestion: fault.suggestion(of: SiteReader.areaWords))
    case .success(let range):
      let count = min(range.addresses.upperBound - range.addresses.lowerBound, UInt64(UInt32.max) - 1) + 1
      operation.target = Target(
        area: range.area, number: range.number ?? 0, address: range.addresses.lowerBound, count: UInt32(count))
      operation.unit = range.unit ?? -1
      operation.name = range.name ?? []
      return operation
    }
  }

  // MARK: The answer

  /// The verdict, and what each conduit between the two says.
  private func answer(_ question: Question) -> (Verdict, [(conduit: Int, verdict: Verdict)]) {
    let parties = (question.from.party, question.to.party)
    let candidates = conduits.indices.filter { conduits[$0].covers(parties.0, parties.1) }
    var services = question.services
    if services.isEmpty {
      // Any service: one of each that a conduit names, and one that none does.
      services = candidates.flatMap { conduits[$0].services.map(Site.sample) }
      services.append(Service(ipProtocol: nil, port: 0, dissector: .none, isSettled: true))
    }
    var best: Verdict?
    var judged: [(conduit: Int, verdict: Verdict)] = []
    for service in services {
      let verdict = self.verdict(question, service)
      if verdict.rank > best?.rank ?? -1 { best = verdict }
    }
    let name = question.operation?.name ?? []
    for index in candidates {
      var best: Verdict?
      for service in services {
        let verdict = self.verdict(
          index, question.operation?.action ?? Site.firstAction(conduits[index].actions),
          question.operation?.target ?? .none, .none, name: name.bytes, unit: question.operation?.unit ?? -1,
          function: question.operation?.function ?? .none, service: service, at: question.time)
        if verdict.rank > best?.rank ?? -1 { best = verdict }
      }
      judged.append((index, best ?? .noConduit))
    }
    return (best ?? .noConduit, judged)
  }

  /// A limit on the values of the target, and whether it refuses the value that is to be written. One conduit that
  /// permits it is enough.
  struct AppliedLimit {
    let conduit: Int
    let limit: ValueLimit
    let isRefusing: Bool
  }

  private func limit(_ question: Question, _ judged: [(conduit: Int, verdict: Verdict)]) -> AppliedLimit? {
    guard let operation = question.operation, ValueLimit.concerns(operation.action) else { return nil }
    var found: AppliedLimit?
    for (index, verdict) in judged where verdict == .allowed(conduit: index) {
      let limits = conduits[index].valueLimits.filter {
        $0.isFor(operation.target, name: operation.name, unit: operation.unit)
      }
      guard let first = limits.first else { return nil }
      let refusing = limits.first { limit in operation.value.map { !limit.allows($0) } ?? false }
      guard let refusing else { return AppliedLimit(conduit: index, limit: first, isRefusing: false) }
      if let found, conduits[found.conduit].nearness >= conduits[index].nearness { continue }
      found = AppliedLimit(conduit: index, limit: refusing, isRefusing: true)
    }
    return found
  }

  private func verdict(_ question: Question, _ service: Service) -> Verdict {
    guard let operation = question.operation else {
      return gate(from: question.from.party, to: question.to.party, service: service, at: question.time).verdict
    }
    return judge(
      operation.action, operation.target, .none, name: operation.name.bytes, unit: operation.unit,
      function: operation.function, from: question.from.party, to: question.to.party, service: service,
      at: question.time)
  }

  /// An action of the mask, so that a question about communication as such is not refused for its operation.
  private static func firstAction(_ mask: UInt16) -> Action {
    Action.allCases.first { mask & $0.bit != 0 } ?? .unknown
  }

  /// The exceptions for what would be found. Without a service in the question, those for any service.
  private func exceptions(for kind: FindingKind, _ question: Question) -> [Int] {
    var sighting = Sighting(kind, source: sighted(question.from), destination: sighted(question.to))
    if let service = question.services.first { sighting.service = service }
    sighting.action = question.operation?.action
    sighting.function = question.operation?.function ?? .none
    return exceptions(covering: sighting)
  }

  private func sighted(_ end: Question.End) -> Sighting.End {
    let ip = IPAddress(end.word) ?? self[end.party.asset]?.ip ?? .none
    return Sighting.End(party: end.party, ip: ip, mac: MACAddress(end.word) ?? .none)
  }
}

extension NumberRange.Bound {
  fileprivate var number: Number {
    switch self {
    case .whole(let value): value < 0 ? .signed(Int64(clamping: value)) : .unsigned(UInt64(clamping: value))
    case .real(let value): .real(value)
    }
  }
}
