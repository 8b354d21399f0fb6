// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Capture
import Catalogue
import Foundation
import Monitor
import SiteFile

extension Language: ExpressibleByArgument {}
extension Pipeline.ChecksumMode: ExpressibleByArgument {}

/// How records are written.
enum Format: String, CaseIterable, ExpressibleByArgument { case json, text }

/// Options common to `replay` and `monitor`.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Site file with the zones, assets, conduits and windows of the plant.", valueName: "file"))
  var site: String?

  @Option(
    help: ArgumentHelp(
      "Records to write, separated by commas: alerts, operations, operations-all, flows, assets, stats; or all of them but operations-all: all.",
      valueName: "kinds"))
  var log = "alerts"

  @Option(
    help: ArgumentHelp(
      "Append records to this file instead of writing them to standard output. SIGHUP opens it anew.", valueName: "file"
    ))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "json, one object per line, or text for people. Default: text on a terminal, json elsewhere.",
      valueName: "json|text"))
  var format: Format?

  @Option(
    help: ArgumentHelp(
      "Inspect only frames that match this tcpdump filter. Frames with VLAN tags match after 'vlan and' only.",
      valueName: "bpf"))
  var filter: String?

  @OptionGroup var rules: RuleArguments

  @Flag(name: [.customShort("q"), .long], help: "Print no summary, progress or status, only errors and warnings.")
  var quiet = false

  @Option(help: "Language of alert texts, messages and the summary: en or ja.")
  var language = Language.en

  @Option(
    help:
      "Packets with wrong checksums: auto (inspected where checksum offload explains them), verify (never inspected), ignore (always inspected)."
  )
  var checksums = Pipeline.ChecksumMode.auto

  @Option(
    help: ArgumentHelp(
      "Copies of a frame within this time are counted but not inspected; 0 turns this off.", valueName: "microseconds"))
  var duplicateWindow = 1000

  @Flag(help: "VLANs separate flows: the same addresses on two VLANs are two flows.")
  var vlanFlows = false

  @Option(
    help: ArgumentHelp(
      "Maximum number of flows kept at one time; beyond it the oldest is evicted.", valueName: "number"))
  var flowLimit = 262_144

  @Option(help: ArgumentHelp("Name of this sensor in records.", valueName: "name"))
  var host: String?

  mutating func validate() throws {
    _ = try kinds()
    // As for a capture, '-' is the standard stream.
    if output == "-" { output = nil }
    guard output?.isEmpty != true else { throw ValidationError("--output takes the name of a file") }
    guard (0...10_000_000).contains(duplicateWindow) else {
      throw ValidationError("--duplicate-window takes 0 to 10000000 microseconds")
    }
    guard (16...16_777_216).contains(flowLimit) else { throw ValidationError("--flow-limit takes 16 to 16777216") }
  }

  private func kinds() throws -> LogKinds {
    do throws(LogKinds.UnknownWord) {
      return try LogKinds(words: log)
    } catch {
      let meant = Spelling.nearest(error.word, in: LogKinds.words).map { "; did you mean '\($0)'?" } ?? ";"
      throw ValidationError(
        "--log: unknown word '\(error.word.withControlsWrittenOut)'\(meant) It takes \(LogKinds.words.joined(separator: ", "))"
      )
    }
  }

  /// Records as text, where nothing else was asked for.
  var isText: Bool { format.map { $0 == .text } ?? (output == nil && Terminal.showsOutput) }

  func pipelineOptions(_ site: Site?, interfaces: [String] = []) throws -> Pipeline.Options {
    var options = Pipeline.Options()
    options.rules = rules.book(of: try rules.sources(language), site, language)
    options.ruleOptions = rules.engineOptions()
    options.log = try kinds()
    options.language = language
    options.host = host
    options.interfaces = interfaces
    // The same capture gives the same records on any machine; people read times of their own.
    if isText { options.timeZone = TimeZone.current.identifier }
    options.checksums = checksums
    options.duplicateWindow = Int64(duplicateWindow) * 1000
    options.vlanFlows = vlanFlows
    options.flowLimit = flowLimit
    return options
  }

  func loadSite() throws -> Site? {
    guard let site else { return nil }
    return try Sites.load(site, language)
  }

  /// Prints a message for people.
  func report(_ text: Bilingual) { say("sekisho: \(text[language])") }

  func report(_ losses: [Loss]) { for loss in losses { report(loss.text) } }

  /// Prints what was lost, if anything was, and ends with the status for it.
  func checkOutput(_ pipeline: borrowing Pipeline) throws {
    guard pipeline.outputIsLost || pipeline.linesLost > 0 else { return }
    report(
      Bilingual(
        "output lost: \(pipeline.linesLost) lines could not be written", "出力が失われました: \(pipeline.linesLost)行を書き込めませんでした")
    )
    throw Status.lostOutput
  }

  /// `isStopAsked` ends waiting for a reader.
  func sink(_ pace: Sink.Pace, site: Site?, stopWhen isStopAsked: (() -> Bool)? = nil) throws -> Sink {
    var sink = try openSink(pace, stopWhen: isStopAsked)
    let isTerminal = output == nil && Terminal.showsOutput
    if isText {
      sink.text = TextStyle(
        language, isColoured: isTerminal && Terminal.hasColours, showsOffset: site?.namesTimeZone != true,
        width: { isTerminal ? Terminal.width(STDOUT_FILENO) : nil })
    }
    if isTerminal { sink.willWrite = { StatusLine.clear() } }
    return sink
  }

  private func openSink(_ pace: Sink.Pace, stopWhen isStopAsked: (() -> Bool)?) throws -> Sink {
    guard let output else { return Sink(descriptor: STDOUT_FILENO, pace: pace, stopWhen: isStopAsked) }
    do throws(SinkFailure) {
      return try Sink(path: output, pace: pace, stopWhen: isStopAsked)
    } catch {
      report(error.message(output))
      throw Status.lostOutput
    }
  }

  /// Refuses to write into a file that is being read.
  func checkOutput(isNoneOf inputs: [String]) throws {
    guard let output, let own = FileIdentity(output) else { return }
    for input in inputs + (site.map { [$0] } ?? []) where FileIdentity(input) == own {
      report(
        Bilingual(
          "--output \(output) is a file that is read; give another name",
          "--output \(output) は読み込むファイルと同じです。別の名前を指定してください"))
      throw Status.usage
    }
  }
}

/// Which file of the system a path leads to; nil if to none that is a file.
struct FileIdentity: Equatable {
  private let device: UInt
  private let number: UInt

  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }
}

enum Sites {
  /// Reads a site file and prints its errors and warnings.
  static func load(_ path: String, _ language: Language) throws -> Site {
    do throws(SiteErrors) {
      let site = try Site.load(file: path)
      for warning in site.warnings { say(warning.text(language)) }
      return site
    } catch {
      for problem in error.problems { say(problem.text(language)) }
      throw error.isMissing ? Status.noInput : Status.badInput
    }
  }
}

extension CaptureError {
  var status: ExitCode {
    switch kind {
    case .noSuchFile, .noDevice: Status.noInput
    case .notPermitted: Status.notPermitted
    case .badFilter: Status.usage
    case .badFile, .unsupportedLinkType, .io: Status.badInput
    }
  }
}
