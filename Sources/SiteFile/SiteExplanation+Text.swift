// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

extension Site {
  func english(
    _ question: Question, _ verdict: Verdict, _ judged: [(conduit: Int, verdict: Verdict)], _ limit: AppliedLimit?,
    _ outcome: Outcome
  ) -> [String] {
    var lines: [String] = []
    for (title, end) in [("From", question.from), ("To", question.to)] {
      var text = "\(title): \(end.word)"
      if let asset = self[end.party.asset] {
        text += asset.name == end.word ? " is an asset" : " is asset '\(asset.name)'"
        if !asset.role.isEmpty { text += " (\(asset.role))" }
        text += " in zone '\(self[asset.zone].name)'"
        if end.evidence == .assetIP { text += ", by its IP address" }
        if end.evidence == .assetMAC { text += ", by its MAC address" }
      } else if end.evidence == nil {
        text += end.party.zone == .external ? " is everything outside the plant" : " is a zone"
      } else if end.evidence == .nothing {
        text += " is in no network of the site: external"
      } else {
        text += " is in zone '\(self[end.party.zone].name)', by its network; it is not a listed asset"
      }
      lines.append(text)
    }
    lines.append("Time: \(moment(question.time, .en)) (\(timeZone))")
    if judged.isEmpty { lines.append("Conduits: none from the one to the other") }
    for (index, verdict) in judged {
      let conduit = conduits[index]
      let words = self.words(of: conduit, .en)
      let reason =
        switch verdict {
        case .service: "is for other services (\(words.services))"
        case .action: "is for other operations (\(words.operations))"
        case .target: "is for other targets (\(words.targets))"
        case .time: "is closed at this time (open: \(spans(conduit, .en)))"
        case .allowed, .inside, .noConduit:
          "applies: services \(words.services); operations \(words.operations); targets \(words.targets); "
            + "during \(words.during)"
        }
      lines.append("Conduits: \(title(of: index, .en)) \(reason)")
    }
    lines.append("Verdict: \(limit.map { englishSentence($0) } ?? englishSentence(question, verdict))")
    let id = outcome.kind.map { Catalogue.entry($0).id } ?? "none"
    guard let place = outcome.exceptions.first(where: { exceptions[$0].holds(at: question.time) }) else {
      lines.append("Alert: \(id)")
      for place in outcome.exceptions {
        lines.append("Exceptions: \(title(ofException: place, .en)) ended on \(exceptions[place].untilWord)")
      }
      return lines
    }
    let exception = exceptions[place]
    lines.append("Alert: none; \(id) is muted until \(exception.untilWord)")
    lines.append(
      "Exceptions: \(title(ofException: place, .en)) applies: \(exception.reason); owner \(exception.owner)")
    return lines
  }

  private func englishSentence(_ limit: AppliedLimit) -> String {
    let text = "\(title(of: limit.conduit, .en)), which allows \(limit.limit.text(.en)) at \(limit.limit.target)"
    return limit.isRefusing ? "value not allowed by \(text)" : "allowed by \(text)"
  }

  private func englishSentence(_ question: Question, _ verdict: Verdict) -> String {
    let what = question.operation.map { "'\($0.word)'" } ?? "communication"
    let zones = (self[question.from.party.zone].name, self[question.to.party.zone].name)
    switch verdict {
    case .inside:
      let isController = question.operation.map { $0.action.bit & Conduit.controllerActions != 0 } ?? false
      if isController { return "allowed: a conduit of zone '\(zones.0)' allows \(what)" }
      let free =
        question.operation == nil
        ? "free, except state, program, firmware and configure, which need a conduit" : "free"
      return "allowed: both are in zone '\(zones.0)', where \(what) is \(free)"
    case .allowed(let conduit):
      return "allowed by \(title(of: conduit, .en))"
    case .noConduit:
      if zones.0 == zones.1 {
        return "not allowed: \(what) needs a conduit inside zone '\(zones.0)', and there is none"
      }
      return "not allowed: there is no conduit from \(zones.0) to \(zones.1)"
    case .service(let conduit): return "not allowed: \(title(of: conduit, .en)) is for other services"
    case .action(let conduit): return "not allowed: \(title(of: conduit, .en)) is for other operations"
    case .target(let conduit): return "not allowed: \(title(of: conduit, .en)) is for other targets"
    case .time(let conduit, _): return "not allowed at this time: \(title(of: conduit, .en)) is closed"
    }
  }

  func japanese(
    _ question: Question, _ verdict: Verdict, _ judged: [(conduit: Int, verdict: Verdict)], _ limit: AppliedLimit?,
    _ outcome: Outcome
  ) -> [String] {
    var lines: [String] = []
    for (title, end) in [("送信元", question.from), ("宛先", question.to)] {
      var text = "\(title): \(end.word) は"
      if let asset = self[end.party.asset] {
        text += "\(zoneText(asset.zone))の資産"
        if asset.name != end.word { text += "「\(asset.name)」" }
        if !asset.role.isEmpty { text += "（\(asset.role)）" }
        if end.evidence == .assetIP { text += "（IPアドレスで判別）" }
        if end.evidence == .assetMAC { text += "（MACアドレスで判別）" }
      } else if end.evidence == nil {
        text += end.party.zone == .external ? "工場外" : "ゾーン"
      } else if end.evidence == .nothing {
        text += "サイトのどのネットワークにも属さないため、工場外（external）として扱われます"
      } else {
        text += "\(zoneText(end.party.zone))に属します（ネットワークで判別）。資産としては登録されていません"
      }
      lines.append(text)
    }
    lines.append("時刻: \(moment(question.time, .ja))（\(timeZone)）")
    if judged.isEmpty { lines.append("コンジット（通信経路）: 該当なし") }
    for (index, verdict) in judged {
      let conduit = conduits[index]
      let words = self.words(of: conduit, .ja)
      let reason =
        switch verdict {
        case .service: "対象のサービスが異なります（許可: \(words.services)）"
        case .action: "対象の操作が異なります（許可: \(words.operations)）"
        case .target: "対象の範囲が異なります（許可: \(words.targets)）"
        case .time: "時間外です（許可: \(spans(conduit, .ja))）"
        case .allowed, .inside, .noConduit:
          "適用されます（サービス: \(words.services)、操作: \(words.operations)、対象: \(words.targets)、時間帯: \(words.during)）"
        }
      lines.append("\(title(of: index, .ja)): \(reason)")
    }
    lines.append("判定: \(limit.map { japaneseSentence($0) } ?? japaneseSentence(question, verdict))")
    let id = outcome.kind.map { Catalogue.entry($0).id } ?? "なし"
    guard let place = outcome.exceptions.first(where: { exceptions[$0].holds(at: question.time) }) else {
      lines.append("アラート: \(id)")
      for place in outcome.exceptions {
        lines.append("\(title(ofException: place, .ja)): \(exceptions[place].untilWord)に終了しています")
      }
      return lines
    }
    let exception = exceptions[place]
    lines.append("アラート: なし（\(id) は\(exception.untilWord)まで例外）")
    lines.append("\(title(ofException: place, .ja)): 適用されます（理由: \(exception.reason)、責任者: \(exception.owner)）")
    return lines
  }

  private func japaneseSentence(_ limit: AppliedLimit) -> String {
    let text = "\(title(of: limit.conduit, .ja))で\(limit.limit.target)に許可されている値: \(limit.limit.text(.ja))"
    return limit.isRefusing ? "値が許可範囲外（\(text)）" : "許可（\(text)）"
  }

  private func japaneseSentence(_ question: Question, _ verdict: Verdict) -> String {
    let what = question.operation.map { "「\($0.action.name.ja)\($0.word.dropFirst($0.action.word.count))」" } ?? "通信"
    let zone = zoneText(question.from.party.zone)
    switch verdict {
    case .inside:
      let isController = question.operation.map { $0.action.bit & Conduit.controllerActions != 0 } ?? false
      if isController { return "許可（\(zone)内のコンジットが\(what)を許可しています）" }
      let actions = [Action.state, .program, .firmware, .configure].map(\.name.ja).joined(separator: "、")
      let rest = question.operation == nil ? "。ただし、\(actions)にはコンジットが必要です" : ""
      return "許可（両者とも\(zone)内にあり、\(what)は自由です\(rest)）"
    case .allowed(let conduit): return "許可（\(title(of: conduit, .ja))）"
    case .noConduit:
      if question.from.party.zone == question.to.party.zone {
        return "不許可（\(zone)内でも\(what)にはコンジットが必要ですが、定義がありません）"
      }
      return "不許可（\(zone)から\(zoneText(question.to.party.zone))へのコンジットがありません）"
    case .service(let conduit): return "不許可（\(title(of: conduit, .ja))は対象のサービスが異なります）"
    case .action(let conduit): return "不許可（\(title(of: conduit, .ja))は対象の操作が異なります）"
    case .target(let conduit): return "不許可（\(title(of: conduit, .ja))は対象の範囲が異なります）"
    case .time(let conduit, _): return "不許可（\(title(of: conduit, .ja))は時間外です）"
    }
  }

  /// With its title: `設備系ネットワーク ライン1（line-1）`.
  private func zoneText(_ id: ZoneID) -> String {
    let zone = self[id]
    if id == .external { return "工場外" }
    return zone.title == zone.name ? "ゾーン「\(zone.name)」" : "\(zone.title)（\(zone.name)）"
  }

  private func spans(_ conduit: Conduit, _ language: Language) -> String {
    conduit.windows.map { "\(windows[$0].name) = \(windows[$0].text(language))" }.joined(separator: ", ")
  }

  /// A moment by the plant's wall clock: `Sat 2026-11-28 10:15`.
  func moment(_ time: Int64, _ language: Language) -> String {
    let second = LocalClock.floor(time, by: 1_000_000_000)
    let local = second + clock.offset(at: second).offset
    let day = LocalClock.floor(local, by: 86_400)
    let weekday = Int(day + 3 - LocalClock.floor(day + 3, by: 7) * 7)
    return language.moment(
      date: Window.date(Int32(clamping: max(0, day))), weekday: weekday,
      time: Window.time(Int32((local - day * 86_400) / 60)))
  }
}
