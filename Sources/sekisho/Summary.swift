// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Monitor

/// The table at the end of a run, for people.
struct Summary {
  private let language: Language

  /// `countsLines`: whether each record is one line.
  static func write(_ pipeline: borrowing Pipeline, _ language: Language, countsLines: Bool) {
    Summary(language: language).write(pipeline, countsLines)
  }

  private func write(_ pipeline: borrowing Pipeline, _ countsLines: Bool) {
    let counts = pipeline.statistics
    let seconds = Double(max(0, counts.lastTime &- counts.firstTime)) / 1e9
    say("")
    row(
      Bilingual("packets", "パケット"),
      Bilingual(
        "\(counts.frames) (\(counts.bytes) bytes) in \(Durations.text(seconds, language))",
        "\(counts.frames)個（\(counts.bytes)バイト）、\(Durations.text(seconds, language))"))
    if counts.framesLeftOut > 0 {
      row(
        Bilingual("left out", "対象外"),
        Bilingual(
          "\(counts.framesLeftOut) packets that the filter or the span of time does not take",
          "フィルターまたは時間の範囲に合わないパケット\(counts.framesLeftOut)個"))
    }
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
          "\(count.messages) messages in \(count.conversations) conversations: \(count.understood) decoded"
            + (count.unknown > 0 ? " (\(count.unknown) operations in them with an unknown code)" : "")
            + ", \(count.refused) refused",
          "\(count.conversations)件の通信でメッセージ\(count.messages)件（解析\(count.understood)件"
            + (count.unknown > 0 ? "［うち不明なコードの操作\(count.unknown)件］" : "")
            + "、不正\(count.refused)件）"))
    }
    let actions = pipeline.operationsByAction
    let known = actions.filter { $0.action != .unknown }.map { action, count in
      Bilingual("\(action.name.en) \(count)", "\(action.name.ja)\(count)件")
    }
    if !known.isEmpty { row(Bilingual("operations", "操作の内訳"), list(known)) }
    for (action, count) in actions where action == .unknown {
      row(Bilingual("operations, unknown code", "不明なコードの操作"), Bilingual("\(count)", "\(count)件"))
    }
    writeNotable(pipeline)
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
    writeExceptions(pipeline)
    if countsLines, pipeline.linesWritten > 0 {
      row(
        Bilingual("lines written", "出力した行"), Bilingual("\(pipeline.linesWritten)", "\(pipeline.linesWritten)行"))
    }
  }

  /// What the site file's exceptions have muted: first those that muted most; those that have ended or muted nothing
  /// are listed, too, since they may be removed.
  private func writeExceptions(_ pipeline: borrowing Pipeline) {
    let (all, former) = pipeline.exceptionCounts
    let name = Bilingual("muted", "例外")
    for exception in all.sorted(by: { $0.findings > $1.findings }).prefix(Summary.mostExceptions) {
      let (until, owner) = (exception.until, exception.owner)
      row(
        name,
        Bilingual(
          "\(exception.title.en): "
            + (exception.findings == 0
              ? "nothing" : exception.findings == 1 ? "1 finding" : "\(exception.findings) findings")
            + (exception.hasEnded ? "; ended on \(until)" : ", until \(until)") + ", owner \(owner)",
          "\(exception.title.ja): " + (exception.findings == 0 ? "該当なし" : "検知\(exception.findings)回")
            + (exception.hasEnded ? "、\(until)に終了" : "、\(until)まで") + "、責任者: \(owner)"))
    }
    if all.count > Summary.mostExceptions {
      let (further, count) = (all.count - Summary.mostExceptions, pipeline.mutedFindings)
      row(
        name,
        Bilingual(
          "and \(further) more exceptions; \(count) findings in all", "ほか\(further)件。全体で検知\(count)回"))
    }
    if former > 0 {
      row(
        name,
        Bilingual(
          "\(former) findings by exceptions that are no longer in the site file",
          "サイトファイルから削除された例外による検知\(former)回"))
    }
  }
  private static let mostExceptions = 50

  /// Who stopped, programmed or configured what; with a site file, what it allows, too.
  private func writeNotable(_ pipeline: borrowing Pipeline) {
    let (deeds, further, forgotten) = pipeline.notableDeeds(most: Summary.mostNotable)
    let name = Bilingual("notable", "注目すべき操作")
    for deed in deeds {
      let (from, to, count) = (deed.source, deed.destination, deed.messages)
      row(
        name,
        Bilingual(
          "\(from) to \(to): \(deed.action.en) (\(deed.function)), \(count == 1 ? "once" : "\(count) messages")",
          "\(from)から\(to)へ: \(deed.action.ja)（\(deed.function)）\(count)件"))
    }
    if further > 0 {
      row(name, Bilingual("and \(further) more, less dangerous or rarer", "ほか\(further)件（危険度または回数が下位）"))
    }
    if forgotten > 0 {
      row(
        name,
        Bilingual(
          "\(forgotten) entries were dropped at the limit of the list; one seen again counts from 1",
          "一覧の上限を超えた\(forgotten)件は破棄（再び検知した場合は1から計数）"))
    }
  }
  private static let mostNotable = 20

  /// What the kernel counted in a live run.
  static func write(received: UInt64, dropped: UInt64, droppedByInterface: UInt64, _ language: Language) {
    Summary(language: language).row(
      Bilingual("kernel", "カーネル"),
      Bilingual(
        "\(received) received, \(dropped) dropped, \(droppedByInterface) dropped by the interface",
        "受信\(received)個、破棄\(dropped)個、インターフェースによる破棄\(droppedByInterface)個"))
  }

  private func row(_ name: Bilingual, _ text: Bilingual) {
    let name = name[language].withControlsWrittenOut
    let text = text[language].withControlsWrittenOut
    let head = name + String(repeating: " ", count: max(1, Summary.margin - name.columns))
    guard Terminal.showsMessages else { return say(head + text) }
    let width = Terminal.width(STDERR_FILENO) - 1
    let rows = text.folded(to: width - Summary.margin, first: max(0, head.columns - Summary.margin))
    for (index, line) in rows.enumerated() {
      say((index == 0 ? head : String(repeating: " ", count: Summary.margin)) + line)
    }
  }
  /// Where texts begin beside their names.
  private static let margin = 28

  private func list(_ texts: [Bilingual]) -> Bilingual {
    Bilingual(texts.map(\.en).joined(separator: ", "), texts.map(\.ja).joined(separator: "、"))
  }
}
