// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Catalogue
import Foundation
import Monitor
import RuleLanguage
import SiteFile

extension Dialect: ExpressibleByArgument {}

/// Options about rules, common to `replay`, `monitor` and `rules`.
struct RuleArguments: ParsableArguments {
  @Option(
    name: .customLong("rules"),
    help: ArgumentHelp(
      "Rules in the language of Suricata and Snort: a file, or a folder with files named '*.rules'. May be given more than once.",
      valueName: "path"))
  var paths: [String] = []

  @Flag(name: .customLong("no-rules"), help: "Leave the product's own rules out.")
  var leavesOwnOut = false

  @Option(
    help: ArgumentHelp(
      "suricata or snort: whose meaning rules have where the two differ. Default: what '# dialect:' in a file says, else suricata.",
      valueName: "name"))
  var dialect: Dialect?

  @Option(
    name: .customLong("variable"),
    help: ArgumentHelp(
      "A variable of the rules, such as HOME_NET=10.0.0.0/8 or HTTP_PORTS=[80,8080]. Default: HOME_NET is all zones of the site file, and each zone a variable.",
      valueName: "name=value"))
  var variables: [String] = []

  @Option(
    help: ArgumentHelp(
      "Thresholds and suppressions of rules: a threshold.config of Suricata.", valueName: "file"))
  var thresholds: String?

  @Option(
    help: ArgumentHelp(
      "Addresses, domains, pages and fingerprints of known attacks, which are alerts where they are seen: CSV, one a line, or a STIX 2.1 bundle. May be given more than once.",
      valueName: "file"))
  var indicators: [String] = []

  @Flag(help: "To rules, a connection is established only if its handshake was seen.")
  var strictEstablished = false

  /// All rules that were asked for, with what there is to say about them. Throws where a path cannot be read.
  func load(_ site: Site?, _ language: Language) throws -> RuleSet { set(of: try files(language), site) }

  /// All files that were asked for, as they are now.
  struct Sources {
    var rules: [RuleFile] = []
    var thresholds: RuleFile?
    var indicators: [RuleFile] = []
    var texts: [[UInt8]] { (rules + indicators + (thresholds.map { [$0] } ?? [])).map(\.text) }
  }

  func sources(_ language: Language) throws -> Sources {
    Sources(
      rules: try files(language), thresholds: try thresholds.map { try RuleArguments.file($0) },
      indicators: try indicators.map { try RuleArguments.file($0) })
  }

  private func files(_ language: Language) throws -> [RuleFile] {
    var files: [RuleFile] = []
    if !leavesOwnOut {
      if let folder = RuleArguments.ownFolder {
        files += try RuleArguments.files(in: folder)
      } else {
        let problem = Bilingual(
          "the product's own rules are not beside the program; use --no-rules, or install them in share/sekisho/signatures",
          "製品付属のルールが見つかりません。--no-rules を指定するか、share/sekisho/signatures に配置してください")
        say("sekisho: \(problem[language])")
      }
    }
    for path in paths { files += try RuleArguments.files(in: path) }
    return files
  }

  private func set(of files: [RuleFile], _ site: Site?) -> RuleSet {
    var options = RuleLoadOptions()
    options.dialect = dialect
    return RuleSet.load(files, variables: values(site), options: options)
  }

  /// The variables of the site, and those of the command line.
  private func values(_ site: Site?) -> RuleVariables {
    let given = variables.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }.filter { $0.count == 2 }
    let home = given.last { $0[0] == "HOME_NET" }?[1]
    var values = RuleArguments.variables(site, homeNetwork: home)
    for pair in given where pair[0] != "HOME_NET" {
      if pair[0].hasSuffix("PORT") || pair[0].hasSuffix("PORTS") {
        values.setPorts(pair[0], pair[1])
      } else {
        values.setAddresses(pair[0], pair[1])
      }
    }
    return values
  }

  mutating func validate() throws {
    for text in variables where !text.contains("=") {
      throw ValidationError("--variable takes NAME=VALUE, not '\(text.withControlsWrittenOut)'")
    }
  }

  func engineOptions() -> RuleOptions {
    var options = RuleOptions()
    options.isStrictAboutHandshakes = strictEstablished
    return options
  }

  /// What is wrong in the files of thresholds and indicators.
  func otherProblems(_ site: Site?, _ language: Language) throws -> [RuleDiagnostic] {
    let sources = try sources(language)
    var indicators = Indicators()
    for file in sources.indicators { indicators.read(file) }
    let filters = sources.thresholds.map { ThresholdFile($0, variables: values(site)) } ?? ThresholdFile()
    return filters.diagnostics + indicators.diagnostics
  }

  /// The book of rules for a run; says how many could not be used.
  func book(of sources: Sources, _ site: Site?, _ language: Language) -> RuleBook {
    let set = set(of: sources.rules, site)
    var problems = set.diagnostics
    var indicators = Indicators()
    for file in sources.indicators { indicators.read(file) }
    problems += indicators.diagnostics
    var filters = ThresholdFile()
    if let file = sources.thresholds { filters = ThresholdFile(file, variables: values(site)) }
    problems += filters.diagnostics
    let book = RuleBook(
      set.rules + indicators.rules(at: Int64(Date().timeIntervalSince1970)), RuleArguments.names(site),
      filters: filters, seed: UInt64.random(in: .min ... .max))
    let skipped = problems.count { $0.severity == .error } + book.refusals.count
    if skipped > 0 {
      let note = Bilingual(
        "\(skipped) rules or lines are not used; 'sekisho rules check' tells which and why",
        "使えないルールまたは行が\(skipped)件あります。詳細は 'sekisho rules check' で確認できます")
      say("sekisho: \(note[language])")
    }
    return book
  }

  static func names(_ site: Site?) -> RuleNames {
    RuleNames(site) { text in TargetRange(notation: text) }
  }

  // MARK: Files

  /// The files that a path names, in order of their names; throws where there is none, or one cannot be read.
  static func files(in path: String) throws -> [RuleFile] {
    var isFolder: ObjCBool = false
    let manager = FileManager.default
    guard unsafe manager.fileExists(atPath: path, isDirectory: &isFolder) else {
      say("sekisho: \(path): no such file")
      throw Status.noInput
    }
    let names =
      isFolder.boolValue
      ? ((try? manager.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".rules") }.sorted().map {
        path + "/" + $0
      } : [path]
    return try names.map { try file($0) }
  }

  private static func file(_ name: String) throws -> RuleFile {
    guard let data = FileManager.default.contents(atPath: name) else {
      say("sekisho: \(name): cannot be read")
      throw FileManager.default.fileExists(atPath: name) ? Status.badInput : Status.noInput
    }
    return RuleFile(name: name, text: Array(data))
  }

  /// Where the product's own rules are: installed beside the program, or in the source tree that it was built in.
  static var ownFolder: String? {
    guard let program = Bundle.main.executablePath else { return nil }
    let folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
    var candidates = [folder.appending(path: "../share/sekisho/signatures").standardized.path]
    // A program that was built and not installed is three levels below the root of the source tree.
    let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    for place in [root, root.deletingLastPathComponent()]
    where folder.path.contains("/.build") {
      candidates.append(place.appending(path: "Signatures").path)
    }
    return candidates.first { FileManager.default.fileExists(atPath: $0) }
  }

  // MARK: Variables

  /// What rules call by name: `HOME_NET` is all zones, and each zone is a variable of its own.
  private static func variables(_ site: Site?, homeNetwork: String?) -> RuleVariables {
    guard let site else { return RuleVariables(homeNetwork: homeNetwork ?? RuleVariables.privateNetworks) }
    let zones = site.zones.dropFirst().map { (name: $0.name, networks: $0.networks.map(\.description)) }
    let all = zones.flatMap(\.networks)
    var variables = RuleVariables(
      homeNetwork: homeNetwork
        ?? (all.isEmpty ? RuleVariables.privateNetworks : "[\(all.joined(separator: ","))]"))
    for zone in zones where !zone.networks.isEmpty {
      let list = "[\(zone.networks.joined(separator: ","))]"
      let upper = zone.name.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
      for name in Set([zone.name, String(upper)]) { variables.setAddresses(name, list) }
    }
    return variables
  }
}
