// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation

/// A progress bar on standard error, if it is a terminal: bytes, packets per second, time left.
struct Progress {
  private let isShown: Bool
  private let language: Language
  private let total: Int?
  private let began = now()
  private var before = 0
  private var size: Int?
  private var lastShown = 0.0
  private var isOnScreen = false

  init(isWanted: Bool, captures: [String], _ language: Language) {
    self.language = language
    isShown = isWanted && isatty(STDERR_FILENO) == 1
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
    let done = before + bytes
    let rate = Int(Double(frames) / max(elapsed, 0.001))
    var line = "\(done >> 20) MiB"
    if let total, total > 0 {
      let share = min(1, Double(done) / Double(total))
      let filled = Int(share * 30)
      let left = share > 0 ? Int(elapsed / share - elapsed) : 0
      line =
        "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        + "] \(Int(share * 100))%  \(done >> 20)/\(total >> 20) MiB  "
        + (language == .en ? "\(left) s left" : "残り\(left)秒")
    }
    let packets = language == .en ? "\(frames) packets, \(rate)/s" : "パケット\(frames)個、\(rate)個/秒"
    put("\r\u{1B}[K\(line)  \(packets)")
    isOnScreen = true
  }

  mutating func clear() {
    if isOnScreen { put("\r\u{1B}[K") }
    isOnScreen = false
  }
}
