// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Monitor

/// A progress bar on standard error, if it is a terminal: bytes, packets per second, time left.
struct Progress {
  private let isShown: Bool
  private let language: Language
  private let total: Int?
  private let began = now()
  private var before = 0
  private var size: Int?
  private var lastShown = 0.0

  init(isWanted: Bool, captures: [String], _ language: Language) {
    self.language = language
    isShown = isWanted && Terminal.showsMessages
    var total = 0
    for path in captures {
      let values = try? URL(filePath: path).resolvingSymlinksInPath().resourceValues(
        forKeys: [.isRegularFileKey, .fileSizeKey])
      guard path != "-", values?.isRegularFile == true, let size = values?.fileSize else {
        self.total = nil
        return
      }
      total += size
    }
    self.total = total
  }

  mutating func begin(_ path: String, size: Int?) {
    before += self.size ?? 0
    self.size = size
  }

  mutating func show(bytes: Int, frames: UInt64) {
    guard isShown else { return }
    let elapsed = now() - began
    guard elapsed - lastShown > 0.2 else { return }
    lastShown = elapsed
    StatusLine.show(
      Progress.line(
        done: before + bytes, of: total, frames: frames, seconds: elapsed, language,
        width: Terminal.width(STDERR_FILENO) - 1))
  }

  /// As much as fits into `width` columns: the share first, then the bar, the time left, bytes and packets.
  static func line(
    done: Int, of total: Int?, frames: UInt64, seconds: Double, _ language: Language, width: Int
  ) -> String {
    let rate = Int(Double(frames) / max(seconds, 0.001))
    let packets = Bilingual("\(frames) packets, \(rate)/s", "パケット\(frames)個、\(rate)個/秒")[language]
    guard let total, total > 0 else { return joined(["\(done >> 20) MiB", packets], width) }
    let share = min(1, Double(done) / Double(total))
    let left = share > 0 ? min(Int(seconds / share - seconds), 360_000) : 0
    let numbers = [
      "\(Int(share * 100))%", Bilingual("\(left) s left", "残り\(left)秒")[language],
      "\(done >> 20)/\(total >> 20) MiB", packets,
    ]
    let bar = 12
    let text = joined(numbers, width - bar)
    let room = min(40, width - text.columns - 4)
    guard room >= bar - 4 else { return text.fitted(to: width) }
    let filled = Int(share * Double(room))
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: room - filled) + "] " + text
  }

  private static func joined(_ parts: [String], _ width: Int) -> String {
    var text = parts[0]
    for part in parts.dropFirst() where text.columns + 2 + part.columns <= width { text += "  " + part }
    return text
  }
}
