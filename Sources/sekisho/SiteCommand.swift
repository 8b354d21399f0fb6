// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Catalogue
import Foundation
import Monitor
import SiteFile

struct SiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site",
    abstract: "Check a site file, or explain whether it allows one end to communicate with another.",
    subcommands: [Check.self, Explain.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a site file and report every error by line and column.",
      discussion: "Example:\n  sekisho site check plant.yaml")
    @Option(help: "Language of the output: en or ja.")
    var language = Language.en
    @Argument(help: ArgumentHelp("The site file.", valueName: "file"))
    var file: String

    func run() throws {
      let site = try Sites.load(file, language)
      let now = Int64(Date().timeIntervalSince1970) * 1_000_000_000
      for warning in site.endedExceptions(at: now, file: file) { say(warning.text(language)) }
      for line in site.summary(language: language) { print(line.withControlsWrittenOut) }
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Explain whether one end may start communicating with another, and why.",
      discussion: """
        Each end is an IP address, a MAC address, or the name of an asset or zone.

        Examples:
          sekisho site explain plant.yaml --from 10.20.3.7 --to plc-1
          sekisho site explain plant.yaml --from hmi-1 --to plc-1 --service modbus --operation "write holding-register 99-100"
          sekisho site explain plant.yaml --from hmi-1 --to plc-1 --operation "write holding-register 20 = 500"
          sekisho site explain plant.yaml --from maintenance-pc --to line-1 --at 2026-11-28T10:00:00+09:00
        """)
    @Option(help: "Language of the output: en or ja.")
    var language = Language.en
    @Argument(help: ArgumentHelp("The site file.", valueName: "file"))
    var file: String
    @Option(help: "The end that starts communicating.")
    var from: String
    @Option(help: "The other end.")
    var to: String
    @Option(help: "A service as in the site file, such as modbus or tcp/443.")
    var service: String?
    @Option(help: "An operation, optionally with a target and a value: read, \"write coil 3\", \"write coil 3 = 1\".")
    var operation: String?
    @Option(help: "The time, such as 2026-11-28T10:00:00+09:00; default: now.")
    var at: String?

    func run() throws {
      let site = try Sites.load(file, language)
      var time: Int64?
      if let at {
        guard let date = try? Date(at, strategy: .iso8601) else {
          let problem = Bilingual(
            "--at: '\(at)' is not a time; expected a form such as 2026-11-28T10:00:00+09:00",
            "--at: '\(at)' は日時ではありません。2026-11-28T10:00:00+09:00 のように指定してください")
          say("sekisho: \(problem[language])")
          throw Status.usage
        }
        time = Int64(date.timeIntervalSince1970) * 1_000_000_000
      }
      do throws(SiteQuestionError) {
        let explanation = try site.explain(
          from: from, to: to, service: service, operation: operation, at: time, language: language)
        for line in explanation.lines { print(line.withControlsWrittenOut) }
      } catch {
        say("sekisho: \(error.text(language))")
        throw Status.usage
      }
    }
  }
}
