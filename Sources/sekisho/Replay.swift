// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Capture
import Catalogue
import Foundation
import Monitor

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read captures and write alerts and other records.",
    discussion: """
      Reads pcap and pcapng, plain or compressed with gzip or zstd; '-' is standard input, a folder means all captures in it. Several captures are read in the
      order of their first packets. The same captures give the same records, byte for byte.

      Examples:
        sekisho replay --site plant.yaml monday.pcap
        sekisho replay --log flows,assets captures/ | jq -c 'select(.event_type=="asset").asset'
        sekisho replay --from 2026-11-23T10:00 --to 2026-11-23T12:00 --filter 'host 192.168.10.11' monday.pcap
        tcpdump -i eth1 -w - | sekisho replay --site plant.yaml -
      """)

  @OptionGroup var options: RunOptions

  @Option(
    help: ArgumentHelp(
      "Leave out frames before this time, in the time zone of the site file, else of this machine: \(TimeArgument.form).",
      valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Leave out frames from this time on; of a day, after its end.", valueName: "time"))
  var to: String?

  @Option(name: .customShort("r", allowingJoined: true), help: .hidden)
  var read: [String] = []

  @Argument(help: ArgumentHelp("Capture files, folders, or '-' for standard input.", valueName: "capture"))
  var captures: [String] = []

  func validate() throws {
    guard !(read + captures).isEmpty else {
      throw ValidationError("Missing a capture: name a file or folder, or '-' for standard input")
    }
    for (option, text) in [("--from", from), ("--to", to)] {
      guard let text, TimeArgument.nanoseconds(text, in: .current) == nil else { continue }
      throw ValidationError("\(option): '\(text.withControlsWrittenOut)' is not a time; expected \(TimeArgument.form)")
    }
  }

  func run() throws {
    let site = try options.loadSite()
    let list: CaptureList
    do throws(CaptureError) {
      list = try CaptureList(read + captures)
    } catch {
      options.report(error.message)
      throw error.status
    }
    var status: ExitCode?
    for refused in list.refused {
      options.report(refused.message)
      status = refused.status
    }
    var selection = try selection(site)
    try options.checkOutput(isNoneOf: list.paths)
    Stop.install()
    if options.output != nil { Stop.installReload() }
    var pipeline = Pipeline(
      try options.pipelineOptions(site), site: site,
      sink: try options.sink(.waiting, site: site, stopWhen: { Stop.isAsked }))
    var progress = Progress(isWanted: !options.quiet, captures: list.paths, options.language)
    var reopening = Reopening()
    for path in list.paths where !Stop.isAsked && !pipeline.outputIsLost {
      do throws(CaptureError) {
        try read(path, &pipeline, &selection, &progress, &reopening)
      } catch {
        options.report(error.message)
        status = status ?? error.status
      }
    }
    StatusLine.clear()
    pipeline.finish()
    options.report(pipeline.newLosses())
    if !options.quiet { Summary.write(pipeline, options.language, countsLines: !options.isText) }
    for warning in pipeline.visibilityWarnings { options.report(warning) }
    try options.checkOutput(pipeline)
    if let status { throw status }
  }

  private func selection(_ site: Site?) throws -> Selection {
    let zone = (site?.namesTimeZone == true ? site.flatMap { TimeZone(identifier: $0.timeZone) } : nil) ?? .current
    let begin = from.flatMap { TimeArgument.nanoseconds($0, in: zone) }
    let end = to.flatMap { TimeArgument.nanoseconds($0, in: zone, isEnd: true) }
    if let begin, let end, begin >= end {
      options.report(Bilingual("--from lies at or after --to", "--from が --to 以後の時刻になっています"))
      throw Status.usage
    }
    guard let expression = options.filter else { return Selection(filter: nil, from: begin, to: end) }
    do throws(CaptureError) {
      return Selection(filter: try FrameFilter(expression), from: begin, to: end)
    } catch {
      options.report(error.message)
      throw error.status
    }
  }

  /// Reads one frame, which is released before the next is read; false at the end.
  @inline(__always)
  private static func step(_ file: inout CaptureFile, _ pipeline: inout Pipeline) throws(CaptureError) -> Bool {
    guard let frame = try file.next() else { return false }
    pipeline.process(frame)
    return true
  }

  /// The same, if the frame is one of those asked for.
  private static func step(
    _ file: inout CaptureFile, _ pipeline: inout Pipeline, _ selection: inout Selection
  ) throws(CaptureError) -> Bool {
    guard let frame = try file.next() else { return false }
    if try selection.takes(frame) { pipeline.process(frame) } else { pipeline.leaveOut() }
    return true
  }

  private func read(
    _ path: String, _ pipeline: inout Pipeline, _ selection: inout Selection, _ progress: inout Progress,
    _ reopening: inout Reopening
  ) throws(CaptureError) {
    var file = try CaptureFile(path: path) { Stop.isAsked }
    progress.begin(path, size: file.size)
    var nextLook = now() + 1
    // Counted here, since reading the pipeline's statistics copies all of them.
    var sinceLook = 0
    let takesAll = selection.isEverything
    // A pipe may bring few frames: what they gave is written soon.
    let stride = file.size == nil ? 64 : 4096
    while takesAll ? try Replay.step(&file, &pipeline) : try Replay.step(&file, &pipeline, &selection) {
      sinceLook += 1
      guard sinceLook == stride else { continue }
      sinceLook = 0
      if Stop.isAsked || pipeline.outputIsLost { return }
      let time = now()
      if time >= nextLook {
        nextLook = time + 1
        pipeline.lookForLosses(at: Int64(time * 1e9))
        reopening.look(options, &pipeline)
      }
      options.report(pipeline.newLosses())
      progress.show(bytes: file.bytesRead, frames: pipeline.statistics.frames)
    }
    if file.framesRefused > 0 {
      let types = file.refusedLinkTypes.joined(separator: ", ")
      options.report(
        Bilingual(
          "\(path): skipped \(file.framesRefused) frames of unsupported link type \(types)",
          "\(path): 未対応のリンク種別 \(types) のフレーム\(file.framesRefused)個を読み飛ばしました"))
    }
  }
}
