// SPDX-License-Identifier: Apache-2.0
import Foundation
import Monitor
import Synchronization

/// What the terminals of the command can show.
enum Terminal {
  static var showsOutput: Bool { isatty(STDOUT_FILENO) == 1 }
  static var showsMessages: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal behind a descriptor; where it does not say, `COLUMNS`, else 80.
  static func width(_ descriptor: Int32) -> Int {
    var size = winsize()
    // Sound: the record is ours, and the call fills it (ioctl_tty(2)).
    if unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// Not where the user wants none (no-color.org), or the terminal has none.
  static var hasColours: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }
}

/// A line on a terminal that is replaced again and again, below everything else that is written there.
enum StatusLine {
  private static let isShown = Atomic<Bool>(false)

  static func show(_ text: String) {
    let text = text.withControlsWrittenOut.fitted(to: Terminal.width(STDERR_FILENO) - 1)
    write("\r\u{1B}[K\(text)")
    isShown.store(true, ordering: .relaxed)
  }

  /// Makes room for other lines.
  static func clear() {
    if isShown.exchange(false, ordering: .relaxed) { write("\r\u{1B}[K") }
  }

  private static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
