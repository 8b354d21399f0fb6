// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// What an alert says of a deed that only a site file could allow or forbid, where there is none.
enum WithoutSite {
  /// Low: in most cases, it is an engineer at work.
  static let severity = 3
  /// In hundredths, that something is wrong.
  static let confidence = 50
  /// A day and an hour, in nanoseconds: what is done once a day goes on.
  static let routineSilence: Int64 = 90_000_000_000_000

  static let reason = Bilingual(
    "who may do this is not known: no site file", "サイトファイルがないため、この操作を許可された端末かどうかを判断できません")

  static let steps = [
    Bilingual(
      "Ask who works at the source station, and under which work order.",
      "送信元端末の作業者と、どの作業指示によるものかを確認してください。"),
    Bilingual(
      "If no one can explain it, call the line at once: is the controller running, and is the process in a safe state?",
      "心当たりがなければ、直ちにラインへ電話し、制御装置が運転中か、工程が安全な状態かを確認してください。"),
    Bilingual(
      "Then compare mode, program, settings, firmware and clock of the controller with the last approved state.",
      "その場合は、制御装置の運転モード、プログラム、設定、ファームウェア、時刻を承認済みの状態と比較してください。"),
    Bilingual(
      "Keep the capture and the source station's logs until it is explained.",
      "説明がつくまで、キャプチャと送信元端末のログを保存してください。"),
    Bilingual(
      "Write a site file with the stations that may do this: only what it does not allow is reported from then on.",
      "この操作を許可する端末をサイトファイルに記載してください。以後は、許可されていない操作だけが通知されます。"),
  ]
}

extension Finding {
  /// Only a site file could say whether it is allowed, and there is none.
  var lacksSite: Bool { if case .noSite = detail { true } else { false } }

  /// Nanoseconds without a repetition after which its alert is over. Masters set clocks and open sessions at intervals
  /// of minutes, hours or a day; where nothing says who may, the first one is enough.
  var silence: Int64 {
    if lacksSite, let action = operation?.action, action == .clock || action == .authenticate {
      return WithoutSite.routineSilence
    }
    let usual = Catalogue.entry(kind).silence
    return switch kind {
    case .crossZoneFlow, .externalCommunication, .unlistedFlow, .operationNotAllowed, .outsideWindow:
      // What is commanded across a border is, like any command, an event of its own.
      isIntervention ? min(usual, CatalogueEntry.commandSilence) : usual
    default: usual
    }
  }
}
