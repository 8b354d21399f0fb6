// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Catalogue
import Foundation
import Monitor
import SiteFile

struct SiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site", abstract: "Check a site file, or explain what it says about two ends.",
    subcommands: [Check.self, Explain.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a site file and tell every fault by line and column.",
      discussion: "Example:\n  sekisho site check plant.yaml")
    @Option(help: "en or ja.")
    var language = Language.en
    @Argument(help: ArgumentHelp("The site file.", valueName: "file"))
    var file: String

    func run() throws {
      let site = try Sites.load(file)
      for line in site.summary(language: language) { print(line) }
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell whether one end may begin to talk to another, and why.",
      discussion: """
        Ends are addresses, MAC addresses, asset or zone names.

        Examples:
          sekisho site explain plant.yaml --from 10.20.3.7 --to plc-1
          sekisho site explain plant.yaml --from hmi-1 --to plc-1 --service modbus --operation "write holding-register 99-100"
          sekisho site explain plant.yaml --from maintenance-pc --to line-1 --at 2026-11-28T10:00:00+09:00
        """)
    @Option(help: "en or ja.")
    var language = Language.en
    @Argument(help: ArgumentHelp("The site file.", valueName: "file"))
    var file: String
    @Option(help: "Who begins.")
    var from: String
    @Option(help: "To whom.")
    var to: String
    @Option(help: "A service of the site file, such as modbus or tcp/443.")
    var service: String?
    @Option(help: "An operation, with a target if wanted, such as read or \"write coil 3\".")
    var operation: String?
    @Option(help: "When, as 2026-11-28T10:00:00+09:00; now if left out.")
    var at: String?

    func run() throws {
      let site = try Sites.load(file)
      var time: Int64?
      if let at {
        guard let date = try? Date(at, strategy: .iso8601) else {
          say("sekisho: --at: '\(at)' is no time; write it as 2026-11-28T10:00:00+09:00")
          throw Status.usage
        }
        time = Int64(date.timeIntervalSince1970) * 1_000_000_000
      }
      do throws(SiteQuestionError) {
        let explanation = try site.explain(
          from: from, to: to, service: service, operation: operation, at: time, language: language)
        for line in explanation.lines { print(line) }
      } catch {
        say("sekisho: \(error)")
        throw Status.usage
      }
    }
  }
}
