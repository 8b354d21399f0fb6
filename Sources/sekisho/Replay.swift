import ArgumentParser
import Capture
// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read captures and write alerts and other records.",
    discussion: """
      Reads pcap and pcapng, plain or compressed with gzip or zstd; '-' is standard input, a folder means all captures in it. Several captures are read in the
      order of their first packets. The same captures give the same lines, byte for byte.

      Examples:
        sekisho replay --site plant.yaml monday.pcap
        sekisho replay --log flows,assets captures/ | jq -c 'select(.event_type=="asset").asset'
        tcpdump -i eth1 -w - | sekisho replay --site plant.yaml -
      """)

  @OptionGroup var options: RunOptions

  @Flag(help: "Print no summary and no progress, only errors and warnings.")
  var quiet = false

  @Argument(help: ArgumentHelp("Capture files, folders, or '-' for standard input.", valueName: "capture"))
  var captures: [String]

  func run() throws {
    let site = try options.loadSite()
    let list: CaptureList
    do throws(CaptureError) {
      list = try CaptureList(captures)
    } catch {
      options.report(error.message)
      throw error.status
    }
    var status: ExitCode?
    for refused in list.refused {
      options.report(refused.message)
      status = refused.status
    }
    Stop.install()
    var pipeline = Pipeline(
      try options.pipelineOptions(interface: nil), site: site,
      sink: try options.sink(.waiting, stopWhen: { Stop.isAsked }))
    var progress = Progress(isWanted: !quiet, captures: list.paths, options.language)
    for path in list.paths where !Stop.isAsked && !pipeline.outputIsLost {
      do throws(CaptureError) {
        try read(path, &pipeline, &progress)
      } catch {
        progress.clear()
        options.report(error.message)
        status = status ?? error.status
      }
    }
    progress.clear()
    pipeline.finish()
    options.report(pipeline.newLosses())
    if !quiet { Summary.write(pipeline, options.language) }
    for warning in pipeline.visibilityWarnings { options.report(warning) }
    try options.checkOutput(pipeline)
    if let status { throw status }
  }

  /// Reads one frame, which is released before the next is read; false at the end.
  @inline(__always)
  private static func step(_ file: inout CaptureFile, _ pipeline: inout Pipeline) throws(CaptureError) -> Bool {
    guard let frame = try file.next() else { return false }
    pipeline.process(frame)
    return true
  }

  private func read(
    _ path: String, _ pipeline: inout Pipeline, _ progress: inout Progress
  ) throws(CaptureError) {
    var file = try CaptureFile(path: path) { Stop.isAsked }
    progress.begin(path, size: file.size)
    var nextLook = now() + 1
    // Counted here, since reading the pipeline's statistics copies all of them.
    var sinceLook = 0
    while try Replay.step(&file, &pipeline) {
      sinceLook += 1
      guard sinceLook == 4096 else { continue }
      sinceLook = 0
      if Stop.isAsked || pipeline.outputIsLost { return }
      let time = now()
      if time >= nextLook {
        nextLook = time + 1
        pipeline.lookForLosses(at: Int64(time * 1e9))
      }
      let losses = pipeline.newLosses()
      if !losses.isEmpty {
        progress.clear()
        options.report(losses)
      }
      progress.show(bytes: file.bytesRead, frames: pipeline.statistics.frames)
    }
    if file.framesRefused > 0 {
      progress.clear()
      let types = file.refusedLinkTypes.joined(separator: ", ")
      options.report(
        Bilingual(
          "\(path): skipped \(file.framesRefused) frames of unsupported link type \(types)",
          "\(path): 未対応のリンク種別 \(types) のフレーム\(file.framesRefused)個を読み飛ばしました"))
    }
  }
}
