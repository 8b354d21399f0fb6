// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// The table at the end of a run, for people.
struct Summary {
  private let language: Language

  static func write(_ pipeline: borrowing Pipeline, _ language: Language) {
    Summary(language: language).write(pipeline)
  }

  private func write(_ pipeline: borrowing Pipeline) {
    let counts = pipeline.statistics
    let seconds = Double(max(0, counts.lastTime &- counts.firstTime)) / 1e9
    say("")
    row(
      Bilingual("packets", "パケット"),
      Bilingual(
        "\(counts.frames) (\(counts.bytes) bytes) in \(duration(seconds))",
        "\(counts.frames)個（\(counts.bytes)バイト）、\(duration(seconds))"))
    var notes: [Bilingual] = []
    if counts.copies > 0 {
      notes.append(Bilingual("\(counts.copies) copies by the mirror port", "ミラーポートによる複製\(counts.copies)個"))
    }
    if counts.invalid > 0 {
      notes.append(Bilingual("\(counts.invalid) with a broken header", "ヘッダー不正\(counts.invalid)個"))
    }
    if counts.cut > 0 {
      notes.append(Bilingual("\(counts.cut) truncated by the capture", "キャプチャによる切り詰め\(counts.cut)個"))
    }
    if counts.refusedChecksums > 0 {
      notes.append(
        Bilingual(
          "\(counts.refusedChecksums) with a wrong checksum, not inspected",
          "チェックサム不一致（検査対象外）\(counts.refusedChecksums)個"))
    }
    if !notes.isEmpty { row(Bilingual("of these", "うち"), list(notes)) }
    let icmp = counts.icmpFlows + counts.icmpv6Flows
    row(
      Bilingual("flows", "フロー"),
      Bilingual(
        "\(counts.flows): \(counts.tcpFlows) TCP, \(counts.udpFlows) UDP, \(icmp) ICMP",
        "\(counts.flows)件（TCP \(counts.tcpFlows)件、UDP \(counts.udpFlows)件、ICMP \(icmp)件）"))
    for (zone, hosts) in pipeline.hostsByZone {
      row(
        zone.map { Bilingual("hosts in \($0)", "\($0)のホスト") } ?? Bilingual("hosts (no site file)", "ホスト（サイトファイルなし）"),
        Bilingual("\(hosts)", "\(hosts)台"))
    }
    for count in pipeline.protocolCounts {
      row(
        Bilingual(count.name, count.name),
        Bilingual(
          "\(count.messages) messages in \(count.conversations) conversations: \(count.understood) decoded, "
            + "\(count.refused) refused",
          "\(count.conversations)件の通信でメッセージ\(count.messages)件（解析\(count.understood)件、不正\(count.refused)件）"))
    }
    let actions = pipeline.operationsByAction.map { action, count in
      Bilingual("\(action.name.en) \(count)", "\(action.name.ja)\(count)件")
    }
    if !actions.isEmpty { row(Bilingual("operations", "操作の内訳"), list(actions)) }
    let alerts = pipeline.alertsByKind
    if alerts.isEmpty { row(Bilingual("alerts", "アラート"), Bilingual("none", "なし")) }
    for alert in alerts {
      let id = Catalogue.entry(alert.kind).id
      row(
        Bilingual("alert", "アラート"),
        Bilingual(
          "\(id): \(alert.alerts) (\(alert.findings == 1 ? "seen once" : "seen \(alert.findings) times"))",
          "\(id): \(alert.alerts)件（検知\(alert.findings)回）"))
    }
    if pipeline.linesWritten > 0 {
      row(
        Bilingual("lines written", "出力した行"), Bilingual("\(pipeline.linesWritten)", "\(pipeline.linesWritten)行"))
    }
  }

  /// What the kernel counted in a live run.
  static func write(received: UInt64, dropped: UInt64, droppedByInterface: UInt64, _ language: Language) {
    Summary(language: language).row(
      Bilingual("kernel", "カーネル"),
      Bilingual(
        "\(received) received, \(dropped) dropped, \(droppedByInterface) dropped by the interface",
        "受信\(received)個、破棄\(dropped)個、インターフェースによる破棄\(droppedByInterface)個"))
  }

  private func row(_ name: Bilingual, _ text: Bilingual) {
    let name = name[language]
    // Characters of Japanese are two columns wide.
    let width = name.unicodeScalars.reduce(0) { $0 + ($1.value < 0x1100 ? 1 : 2) }
    say(name + String(repeating: " ", count: max(1, 28 - width)) + text[language])
  }

  private func list(_ texts: [Bilingual]) -> Bilingual {
    Bilingual(texts.map(\.en).joined(separator: ", "), texts.map(\.ja).joined(separator: "、"))
  }

  private func duration(_ seconds: Double) -> String {
    let whole = Int(seconds)
    let (hour, minute, second) = language == .en ? (" h ", " min ", " s") : ("時間", "分", "秒")
    if whole >= 3600 { return "\(whole / 3600)\(hour)\(whole % 3600 / 60)\(minute)".trimmingSpace }
    if whole >= 60 { return "\(whole / 60)\(minute)\(whole % 60)\(second)" }
    return "\(Double(Int(seconds * 1000)) / 1000)\(second)"
  }
}

extension String {
  fileprivate var trimmingSpace: String { hasSuffix(" ") ? String(dropLast()) : self }
}
