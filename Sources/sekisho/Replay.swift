// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Capture
import Monitor

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read captures and write what was found in them.",
    discussion: """
      Reads pcap and pcapng, plain or compressed with gzip or zstd; '-' is standard input, a folder stands for all captures below it. Several are read in order of
      their first packet. The same captures give the same lines, byte for byte.

      Examples:
        sekisho replay --site plant.yaml monday.pcap
        sekisho replay --log flows,assets captures/ | jq -c 'select(.event_type=="asset").asset'
        tcpdump -i eth1 -w - | sekisho replay --site plant.yaml -
      """)

  @OptionGroup var options: RunOptions

  @Flag(help: "No summary, no progress: only what goes wrong.")
  var quiet = false

  @Argument(help: ArgumentHelp("Capture files, folders, or '-' for standard input.", valueName: "capture"))
  var captures: [String]

  func run() throws {
    let site = try options.loadSite()
    let list: CaptureList
    do throws(CaptureError) {
      list = try CaptureList(captures)
    } catch {
      say("sekisho: \(error)")
      throw error.status
    }
    var status: ExitCode?
    for refused in list.refused {
      say("sekisho: \(refused)")
      status = refused.status
    }
    Stop.install()
    var pipeline = Pipeline(try options.pipelineOptions(interface: nil), site: site, sink: try options.sink(.waiting))
    var progress = Progress(isWanted: !quiet, captures: list.paths)
    for path in list.paths where !Stop.isAsked && !pipeline.outputIsLost {
      do throws(CaptureError) {
        try Replay.read(path, &pipeline, &progress)
      } catch {
        progress.clear()
        say("sekisho: \(error)")
        status = status ?? error.status
      }
    }
    progress.clear()
    pipeline.finish()
    if !quiet { Summary.write(pipeline) }
    for warning in pipeline.visibilityWarnings { say("sekisho: \(warning)") }
    if pipeline.outputIsLost || pipeline.linesLost > 0 {
      say("sekisho: the output was lost: \(pipeline.linesLost) lines could not be written")
      throw Status.lostOutput
    }
    if let status { throw status }
  }

  /// One frame, which is gone before the file is asked for anything else; false at the end.
  @inline(__always)
  private static func step(_ file: inout CaptureFile, _ pipeline: inout Pipeline) throws(CaptureError) -> Bool {
    guard let frame = try file.next() else { return false }
    pipeline.process(frame)
    return true
  }

  private static func read(
    _ path: String, _ pipeline: inout Pipeline, _ progress: inout Progress
  ) throws(CaptureError) {
    var file = try CaptureFile(path: path) { Stop.isAsked }
    progress.begin(path, size: file.size)
    // Counted here: asking the pipeline for its statistics copies all of them.
    var sinceLook = 0
    while try step(&file, &pipeline) {
      sinceLook += 1
      guard sinceLook == 4096 else { continue }
      sinceLook = 0
      if Stop.isAsked || pipeline.outputIsLost { return }
      progress.show(bytes: file.bytesRead, frames: pipeline.statistics.frames)
    }
    if file.framesRefused > 0 {
      progress.clear()
      say(
        "sekisho: \(path): \(file.framesRefused) frames of link type \(file.refusedLinkTypes.joined(separator: ", ")) were left out"
      )
    }
  }
}
