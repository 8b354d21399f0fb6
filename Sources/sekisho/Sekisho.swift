// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

@main
struct Sekisho: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sekisho",
    abstract:
      "Listens on a factory network and tells who crossed a zone border, who is unknown, and who did to a controller what nobody does there.",
    discussion: """
      It never sends a frame. Records go to standard output, one JSON object a line; what is for people goes to standard error.

      Exit status: 0 done, 64 wrong usage, 65 bad input, 66 no such file, 74 the output is lost, 77 not permitted.
      """,
    version: "0.1.0",
    subcommands: [Replay.self, Watch.self, SiteCommand.self, CatalogueCommand.self, ProtocolsCommand.self])

  static func main() {
    // A reader that goes away is an error of writing, told as such.
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
  // Nobody who reads it is no reason to stop.
  try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
}

/// Seconds of a clock that only runs forward. For what people see and for flushing; no traffic is judged by it.
func now() -> Double { ProcessInfo.processInfo.systemUptime }
