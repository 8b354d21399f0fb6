// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// What a person beside a running `monitor` wants to know: whether frames come, how many alerts there are, what was
/// lost. On a terminal a line that is replaced each second; elsewhere, such as in a journal, a line when alerts or
/// losses grew, at most one a minute, and one an hour that shows that it runs.
struct WatchStatus {
  private let language: Language
  private let isOnTerminal: Bool
  private let began = now()
  private var lastTime = now()
  private var lastFrames: UInt64 = 0
  /// Alerts, lost frames and lines when a line was written last, and when.
  private var said: [UInt64] = [0, 0, 0]
  private var saidAt = now()
  private var hasSaidSilence = false
  private static let minute = 60.0
  private static let hour = 3600.0

  init(_ language: Language) {
    self.language = language
    isOnTerminal = Terminal.showsMessages
  }

  /// Once a second.
  mutating func look(_ pipeline: borrowing Pipeline, dropped: UInt64, isDown: Bool) {
    let time = now()
    let frames = pipeline.statistics.frames
    let elapsed = max(0.1, time - lastTime)
    let rate = Int(Double(frames &- lastFrames) / elapsed)
    let counts = [pipeline.alertCount, dropped, pipeline.linesLost]
    if isOnTerminal {
      lastTime = time
      lastFrames = frames
      StatusLine.show(text(counts, frames: frames, rate: rate, running: time - began))
    } else if counts != said && time - saidAt >= WatchStatus.minute || time - saidAt >= WatchStatus.hour {
      lastTime = time
      lastFrames = frames
      said = counts
      saidAt = time
      say("sekisho: " + text(counts, frames: frames, rate: rate, running: time - began))
    }
    if frames == 0, !isDown, !hasSaidSilence, time - began >= 30 {
      hasSaidSilence = true
      say(
        "sekisho: "
          + Bilingual(
            "no frame in 30 s; check that the cable is in the mirror port, and that the switch mirrors to it",
            "30秒間フレームが届いていません。ケーブルがミラーポートに接続されているか、スイッチのミラー設定を確認してください")[language])
    }
  }

  private func text(_ counts: [UInt64], frames: UInt64, rate: Int, running seconds: Double) -> String {
    let running = Durations.text(seconds.rounded(.down), language)
    return Bilingual(
      "\(counts[0]) alert\(counts[0] == 1 ? "" : "s"), \(counts[1]) frames dropped"
        + (counts[2] > 0 ? ", \(counts[2]) lines lost" : "") + "; \(frames) packets (\(rate)/s) in \(running)",
      "アラート\(counts[0])件、破棄\(counts[1])フレーム"
        + (counts[2] > 0 ? "、失われた行\(counts[2])" : "") + "、パケット\(frames)個（\(rate)個/秒）、経過\(running)")[language]
  }
}

/// Lengths of time as people say them.
enum Durations {
  /// `2 h 5 min`, `3 min 20 s`, `4.25 s`
  static func text(_ seconds: Double, _ language: Language) -> String {
    let whole = Int(seconds)
    let (hour, minute, second) = language == .en ? (" h", " min", " s") : ("時間", "分", "秒")
    let space = language == .en ? " " : ""
    if whole >= 3600 { return "\(whole / 3600)\(hour)\(space)\(whole % 3600 / 60)\(minute)" }
    if seconds == Double(whole), whole < 60 { return "\(whole)\(second)" }
    if whole >= 60 { return "\(whole / 60)\(minute)\(space)\(whole % 60)\(second)" }
    return "\(Double(Int(seconds * 1000)) / 1000)\(second)"
  }
}
