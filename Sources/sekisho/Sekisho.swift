// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Monitor

@main
struct Sekisho: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sekisho",
    abstract:
      "Passive network monitor for factories: reports traffic across zone borders, unknown devices, and unusual commands to controllers.",
    discussion: """
      It never sends a frame. Records go to standard output: to a terminal as text, else one JSON object per line. Messages and summaries go to standard error.
      'sekisho FILE' is short for 'sekisho replay FILE', 'sekisho -i IF' for 'sekisho monitor --interface IF'.

      Exit status: 0 done, 64 wrong usage, 65 bad input, 66 no such file, 74 output lost, 77 not permitted.
      """,
    version: "0.1.0",
    subcommands: [
      Replay.self, Watch.self, RulesCommand.self, SiteCommand.self, CatalogueCommand.self, ProtocolsCommand.self,
    ])

  static func main() {
    // If the reader goes away, or the file grows too large, the write fails and is reported as lost output.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    let words = Arguments.completed(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parse(words)
      try command.run()
    } catch {
      StatusLine.clear()
      // As `exit(withError:)` does it, but for what a terminal would obey in the words of the command line.
      let text = fullMessage(for: error)
      let status = exitCode(for: error)
      if status.isSuccess, !text.isEmpty { print(text) }
      if !status.isSuccess, !text.isEmpty { put(written(text) + "\n") }
      Foundation.exit(status.rawValue)
    }
  }

  /// The command of a command line.
  private static func parse(_ words: [String]) throws -> any ParsableCommand {
    do {
      return try parseAsRoot(words)
    } catch {
      guard exitCode(for: error).rawValue == Status.usage.rawValue, let advice = Arguments.advice(words) else {
        throw error
      }
      say("sekisho: \(advice)")
      throw Status.usage
    }
  }

  /// A message of several lines, with the words of the command line written out that it repeats.
  private static func written(_ text: String) -> String {
    var text = text
    // A word may have lines of its own. An option is also repeated without its value, a value without its option.
    for word in CommandLine.arguments.dropFirst().flatMap({
      [$0] + $0.split(separator: "=", maxSplits: 1).map(String.init)
    })
    where word != word.withControlsWrittenOut {
      text = text.replacing(word, with: word.withControlsWrittenOut)
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).withControlsWrittenOut }
      .joined(separator: "\n")
  }
}

/// Exit statuses of sysexits.h.
enum Status {
  static let usage = ExitCode(64)
  static let badInput = ExitCode(65)
  static let noInput = ExitCode(66)
  static let lostOutput = ExitCode(74)
  static let notPermitted = ExitCode(77)
}

/// A line for people. It may name files and words of the command line: what a terminal would obey is written out.
func say(_ text: String) { put(text.withControlsWrittenOut + "\n") }

/// Text for people, on standard error.
func put(_ text: String) {
  StatusLine.clear()
  // Not a reason to stop if nothing reads it.
  try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
}

/// Seconds of a monotonic clock, for display and flushing; traffic is never judged by it.
func now() -> Double { ProcessInfo.processInfo.systemUptime }
