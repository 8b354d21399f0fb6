// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

@main
struct Sekisho: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sekisho",
    abstract:
      "Passive network monitor for factories: reports traffic across zone borders, unknown devices, and unusual commands to controllers.",
    discussion: """
      It never sends a frame. Records go to standard output, one JSON object per line; messages and summaries go to standard error.

      Exit status: 0 done, 64 wrong usage, 65 bad input, 66 no such file, 74 output lost, 77 not permitted.
      """,
    version: "0.1.0",
    subcommands: [Replay.self, Watch.self, SiteCommand.self, CatalogueCommand.self, ProtocolsCommand.self])

  static func main() {
    // If the reader goes away, the write fails and is reported as lost output.
    signal(SIGPIPE, SIG_IGN)
    main(nil)
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

/// A line for people.
func say(_ text: String) { put(text + "\n") }

/// Text for people, on standard error.
func put(_ text: String) {
  // Not a reason to stop if nothing reads it.
  try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
}

/// Seconds of a monotonic clock, for display and flushing; traffic is never judged by it.
func now() -> Double { ProcessInfo.processInfo.systemUptime }
