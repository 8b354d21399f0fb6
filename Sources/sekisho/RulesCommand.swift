// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Catalogue
import Foundation
import Monitor
import RuleLanguage

struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "Check rule files, or list the rules in them.",
    subcommands: [Check.self, List.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say of each rule file how many rules load, and of each rule that does not, why.",
      discussion: """
        Errors are rules that are not used; the exit status is 65 if there are any. Warnings are rules that can hardly do what they are meant to: they never fire, or they are slow. Notes say how a rule was understood.

        Examples:
          sekisho rules check --rules emerging-scada.rules
          sekisho rules check --no-rules --rules /var/lib/suricata/rules --site plant.yaml
        """)
    @OptionGroup var rules: RuleArguments
    @Option(help: ArgumentHelp("Site file whose zones are the variables of the rules.", valueName: "file"))
    var site: String?
    @Flag(help: "Say how rules were understood, too.")
    var notes = false
    @Option(help: "Language of messages: en or ja.")
    var language = Language.en

    func run() throws {
      let site = try site.map { try Sites.load($0, language) }
      let set = try rules.load(site, language)
      let book = RuleBook(set.rules, RuleArguments.names(site), seed: 1)
      let others = try rules.otherProblems(site, language)
      for problem in others { print(RuleReport.line(problem).withControlsWrittenOut) }
      for line in RuleReport.lines(set, book, hasNotes: notes) { print(line.withControlsWrittenOut) }
      if (set.diagnostics + others).contains(where: { $0.severity == .error }) || !book.refusals.isEmpty {
        throw Status.badInput
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the rules in use: number, class, message.",
      discussion: "Example:\n  sekisho rules list --disabled --rules emerging-scada.rules")
    @OptionGroup var rules: RuleArguments
    @Option(help: ArgumentHelp("Site file whose zones are the variables of the rules.", valueName: "file"))
    var site: String?
    @Flag(help: "List rules behind '#', too.")
    var disabled = false
    @Option(help: "Language of messages: en or ja.")
    var language = Language.en

    func run() throws {
      let site = try site.map { try Sites.load($0, language) }
      let set = try rules.load(site, language)
      let refused = Set(RuleBook(set.rules, RuleArguments.names(site), seed: 1).refusals.map(\.rule.text))
      for rule in set.rules where !refused.contains(rule.text) {
        let title = language == .ja ? rule.notes.first { $0.key == "title_ja" }?.value ?? rule.message : rule.message
        print(
          ["\(rule.group):\(rule.number):\(rule.revision)", rule.classType, title].map(\.withControlsWrittenOut)
            .joined(separator: "\t"))
      }
      guard disabled else { return }
      for rule in set.disabled { print("# \(rule.number)\t\(rule.text.withControlsWrittenOut)") }
    }
  }
}

/// What `rules check` prints.
enum RuleReport {
  static func lines(_ set: RuleSet, _ book: RuleBook, hasNotes: Bool) -> [String] {
    var lines: [String] = []
    for diagnostic in set.diagnostics where hasNotes || diagnostic.severity != .note {
      lines.append(line(diagnostic))
    }
    var refused: [String: Int] = [:]
    for refusal in book.refusals {
      lines.append(line(refusal.rule.place, "error", refusal.text, number: refusal.rule.number))
      refused[refusal.rule.place.file, default: 0] += 1
    }
    for file in set.files {
      let skipped = file.skipped + (refused[file.name] ?? 0)
      var parts = ["\(file.loaded - (refused[file.name] ?? 0)) loaded", "\(skipped) skipped"]
      if file.replaced > 0 { parts.append("\(file.replaced) replaced") }
      if file.disabled > 0 { parts.append("\(file.disabled) disabled") }
      lines.append("\(file.name): \(parts.joined(separator: ", "))")
    }
    return lines
  }

  static func line(_ diagnostic: RuleDiagnostic) -> String {
    line(diagnostic.place, diagnostic.severity.rawValue, diagnostic.message, number: diagnostic.number)
  }

  private static func line(_ place: SourcePlace, _ severity: String, _ message: String, number: UInt32) -> String {
    let at = place.file.isEmpty ? "" : "\(place.file):\(place.line):\(place.column): "
    return at + severity + ": " + message + (number > 0 ? " [sid \(number)]" : "")
  }
}
