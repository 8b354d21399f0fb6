// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

extension Site {
  func english(
    _ question: Question, _ verdict: Verdict, _ judged: [(conduit: Int, verdict: Verdict)], _ alert: String?
  ) -> [String] {
    var lines: [String] = []
    for (title, end) in [("From", question.from), ("To", question.to)] {
      var text = "\(title): \(end.word)"
      if let asset = self[end.party.asset] {
        text += asset.name == end.word ? " is an asset" : " is asset '\(asset.name)'"
        if !asset.role.isEmpty { text += " (\(asset.role))" }
        text += " of zone '\(self[asset.zone].name)'"
        if end.evidence == .assetIP { text += ", by its IP address" }
        if end.evidence == .assetMAC { text += ", by its MAC address" }
      } else if end.evidence == nil {
        text += end.party.zone == .external ? " is what lies outside of the plant" : " is a zone"
      } else if end.evidence == .nothing {
        text += " is in no network of the site: external"
      } else {
        text += " is in zone '\(self[end.party.zone].name)', by the network that holds it; no asset has it"
      }
      lines.append(text)
    }
    lines.append("When: \(moment(question.time)) (\(timeZone))")
    if judged.isEmpty { lines.append("Conduits: none goes from the one to the other") }
    for (index, verdict) in judged {
      let conduit = conduits[index]
      let words = self.words(of: conduit)
      let reason =
        switch verdict {
        case .service: "is for other services (\(words.services))"
        case .action: "is for other operations (\(words.operations))"
        case .target: "is for other targets (\(words.targets))"
        case .time: "is closed then (open: \(spans(conduit)))"
        case .allowed, .inside, .noConduit:
          "applies: services \(words.services); operations \(words.operations); targets \(words.targets); "
            + "during \(words.during == "any" ? "any time" : words.during)"
        }
      lines.append("Conduits: \(title(of: index, .en)) \(reason)")
    }
    lines.append("Verdict: \(englishSentence(question, verdict))")
    lines.append("Alert: \(alert ?? "none")")
    return lines
  }

  private func englishSentence(_ question: Question, _ verdict: Verdict) -> String {
    let what = question.operation.map { "'\($0.word)'" } ?? "the talk"
    let zones = (self[question.from.party.zone].name, self[question.to.party.zone].name)
    switch verdict {
    case .inside:
      let isController = question.operation.map { $0.action.bit & Conduit.controllerActions != 0 } ?? false
      if isController { return "allowed: a conduit of zone '\(zones.0)' allows \(what)" }
      let free =
        question.operation == nil
        ? "free, but for state, program, firmware and configure, which need a conduit" : "free"
      return "allowed: both are in zone '\(zones.0)', where \(what) is \(free)"
    case .allowed(let conduit):
      return "allowed by \(title(of: conduit, .en))"
    case .noConduit:
      if zones.0 == zones.1 {
        return "not allowed: \(what) needs a conduit inside zone '\(zones.0)', and there is none"
      }
      return "not allowed: no conduit goes from \(zones.0) to \(zones.1)"
    case .service(let conduit): return "not allowed: \(title(of: conduit, .en)) is for other services"
    case .action(let conduit): return "not allowed: \(title(of: conduit, .en)) is for other operations"
    case .target(let conduit): return "not allowed: \(title(of: conduit, .en)) is for other targets"
    case .time(let conduit, _): return "not allowed at this time: \(title(of: conduit, .en)) is closed"
    }
  }

  func japanese(
    _ question: Question, _ verdict: Verdict, _ judged: [(conduit: Int, verdict: Verdict)], _ alert: String?
  ) -> [String] {
    var lines: [String] = []
    for (title, end) in [("送信元", question.from), ("宛先", question.to)] {
      var text = "\(title): \(end.word)"
      if let asset = self[end.party.asset] {
        text += " はゾーン「\(self[asset.zone].name)」の資産"
        if asset.name != end.word { text += "「\(asset.name)」" }
        if !asset.role.isEmpty { text += "(\(asset.role))" }
        if end.evidence == .assetIP { text += "、IP アドレスによる" }
        if end.evidence == .assetMAC { text += "、MAC アドレスによる" }
      } else if end.evidence == nil {
        text += end.party.zone == .external ? " は工場の外部" : " はゾーン"
      } else if end.evidence == .nothing {
        text += " はサイトのどのネットワークにも属さない: external"
      } else {
        text += " はネットワークによりゾーン「\(self[end.party.zone].name)」、資産の登録なし"
      }
      lines.append(text)
    }
    lines.append("時刻: \(moment(question.time))（\(timeZone)）")
    if judged.isEmpty { lines.append("コンジット: 該当なし") }
    for (index, verdict) in judged {
      let conduit = conduits[index]
      let words = self.words(of: conduit)
      let reason =
        switch verdict {
        case .service: "対象のサービスが異なる（\(words.services)）"
        case .action: "対象の操作が異なる（\(words.operations)）"
        case .target: "対象の範囲が異なる（\(words.targets)）"
        case .time: "時間外（許可: \(spans(conduit))）"
        case .allowed, .inside, .noConduit:
          "適用: サービス \(words.services)、操作 \(words.operations)、範囲 \(words.targets)、時間帯 \(words.during)"
        }
      lines.append("\(title(of: index, .ja)): \(reason)")
    }
    lines.append("判定: \(japaneseSentence(question, verdict))")
    lines.append("アラート: \(alert ?? "なし")")
    return lines
  }

  private func japaneseSentence(_ question: Question, _ verdict: Verdict) -> String {
    let what = question.operation.map { "「\($0.word)」" } ?? "通信"
    let zones = (self[question.from.party.zone].name, self[question.to.party.zone].name)
    switch verdict {
    case .inside:
      let isController = question.operation.map { $0.action.bit & Conduit.controllerActions != 0 } ?? false
      if isController { return "許可: ゾーン「\(zones.0)」内のコンジットが\(what)を許可" }
      let rest = question.operation == nil ? "（state、program、firmware、configure はコンジットが必要）" : ""
      return "許可: 同じゾーン「\(zones.0)」内の\(what)は自由\(rest)"
    case .allowed(let conduit): return "許可: \(title(of: conduit, .ja))"
    case .noConduit:
      if zones.0 == zones.1 { return "不許可: ゾーン「\(zones.0)」内でも\(what)にはコンジットが必要" }
      return "不許可: \(zones.0) から \(zones.1) へのコンジットなし"
    case .service(let conduit): return "不許可: \(title(of: conduit, .ja))はサービスが異なる"
    case .action(let conduit): return "不許可: \(title(of: conduit, .ja))は操作が異なる"
    case .target(let conduit): return "不許可: \(title(of: conduit, .ja))は範囲が異なる"
    case .time(let conduit, _): return "不許可: \(title(of: conduit, .ja))は時間外"
    }
  }

  private func spans(_ conduit: Conduit) -> String {
    conduit.windows.map { "\(windows[$0].name) = \(windows[$0])" }.joined(separator: ", ")
  }

  /// A moment as the plant's wall clock shows it: `sat 2026-11-28 10:15`.
  func moment(_ time: Int64) -> String {
    let second = LocalClock.floor(time, by: 1_000_000_000)
    let local = second + clock.offset(at: second).offset
    let day = LocalClock.floor(local, by: 86_400)
    let weekday = Int(day + 3 - LocalClock.floor(day + 3, by: 7) * 7)
    let date = Window.date(Int32(clamping: max(0, day)))
    return "\(Window.weekdays[weekday]) \(date) \(Window.time(Int32((local - day * 86_400) / 60)))"
  }
}
