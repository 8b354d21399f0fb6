// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Capture
import Catalogue
import Monitor
import SiteFile

extension Language: ExpressibleByArgument {}
extension Pipeline.ChecksumMode: ExpressibleByArgument {}

/// Options common to `replay` and `monitor`.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Site file with the zones, assets, conduits and windows of the plant.", valueName: "file"))
  var site: String?

  @Option(
    help: ArgumentHelp(
      "Records to write, separated by commas: alerts, operations, operations-all, flows, assets, stats.",
      valueName: "kinds"))
  var log = "alerts"

  @Option(help: ArgumentHelp("Write records to this file instead of standard output.", valueName: "file"))
  var output: String?

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

  func validate() throws {
    _ = try kinds()
    guard (0...10_000_000).contains(duplicateWindow) else {
      throw ValidationError("--duplicate-window takes 0 to 10000000 microseconds")
    }
    guard (16...16_777_216).contains(flowLimit) else { throw ValidationError("--flow-limit takes 16 to 16777216") }
  }

  private func kinds() throws -> LogKinds {
    do throws(LogKinds.UnknownWord) {
      return try LogKinds(words: log)
    } catch {
      throw ValidationError(
        "--log: unknown word '\(error.word)'; expected alerts, operations, operations-all, flows, assets or stats")
    }
  }

  func pipelineOptions(interface: String?) throws -> Pipeline.Options {
    var options = Pipeline.Options()
    options.log = try kinds()
    options.language = language
    options.host = host
    options.interface = interface
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
  func sink(_ pace: Sink.Pace, stopWhen isStopAsked: (() -> Bool)? = nil) throws -> Sink {
    guard let output else { return Sink(descriptor: 1, pace: pace, stopWhen: isStopAsked) }
    do throws(SinkFailure) {
      return try Sink(path: output, pace: pace, stopWhen: isStopAsked)
    } catch {
      say("sekisho: \(output): \(error.message)")
      throw Status.lostOutput
    }
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
