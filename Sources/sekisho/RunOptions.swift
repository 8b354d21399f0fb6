// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Capture
import Catalogue
import Monitor
import SiteFile

extension Language: ExpressibleByArgument {}
extension Pipeline.ChecksumMode: ExpressibleByArgument {}

/// What `replay` and `monitor` have in common.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Zones, assets, conduits and windows of the plant.", valueName: "file"))
  var site: String?

  @Option(
    help: ArgumentHelp(
      "What to write: any of alerts, operations, operations-all, flows, assets, stats, with commas between.",
      valueName: "kinds"))
  var log = "alerts"

  @Option(help: ArgumentHelp("Write records to this file instead of standard output.", valueName: "file"))
  var output: String?

  @Option(help: "Language of titles, reasons and playbook steps: en or ja.")
  var language = Language.en

  @Option(
    help:
      "Wrong check sums: auto (judge by direction whether offload explains them), verify (never read such a packet), ignore."
  )
  var checksums = Pipeline.ChecksumMode.auto

  @Option(
    help: ArgumentHelp(
      "Copies of a frame within this time are counted, not judged; 0 turns this off.", valueName: "microseconds"))
  var duplicateWindow = 1000

  @Flag(help: "VLANs part flows: the same addresses on two VLANs are two flows.")
  var vlanFlows = false

  @Option(help: ArgumentHelp("Flows kept at one time; the oldest gives way.", valueName: "number"))
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
        "--log: unknown word '\(error.word)'; there are alerts, operations, operations-all, flows, assets, stats")
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
    return try Sites.load(site)
  }

  func sink(_ pace: Sink.Pace) throws -> Sink {
    guard let output else { return Sink(descriptor: 1, pace: pace) }
    do throws(SinkFailure) {
      return try Sink(path: output, pace: pace)
    } catch {
      say("sekisho: \(output): \(error)")
      throw Status.lostOutput
    }
  }
}

enum Sites {
  /// Reads a site file; its faults and warnings are told.
  static func load(_ path: String) throws -> Site {
    do throws(SiteErrors) {
      let site = try Site.load(file: path)
      for warning in site.warnings { say("\(warning)") }
      return site
    } catch {
      for problem in error.problems { say("\(problem)") }
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
