import ArgumentParser
import Capture
// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor
import SiteFile

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Monitor a network interface, such as one on a switch's mirror port, until Ctrl-C.",
    discussion: """
      It needs the right to open a raw socket and drops all other rights: run it as root, or run once
        sudo setcap cap_net_raw=ep $(command -v sekisho)
      SIGHUP reloads the site file; if the new one has errors, the old one stays in force. With --log stats, counters are written every 60 seconds.

      Examples:
        sekisho monitor --interface eth1 --site plant.yaml --output alerts.json
        sekisho monitor --interface eth1 --filter 'not port 22' --log alerts,stats
      """)

  @Option(help: ArgumentHelp("The interface to listen on.", valueName: "name"))
  var interface: String
  @Option(help: ArgumentHelp("Inspect only frames that match this tcpdump filter.", valueName: "bpf"))
  var filter: String?
  @Option(help: ArgumentHelp("Size of the kernel's ring buffer.", valueName: "MiB"))
  var buffer = 64
  @OptionGroup var options: RunOptions

  func validate() throws {
    guard (1...2047).contains(buffer) else { throw ValidationError("--buffer takes 1 to 2047 MiB") }
  }

  func run() throws {
    var site = try options.loadSite()
    var live: LiveInterface
    do throws(CaptureError) {
      var wanted = LiveInterface.Options()
      wanted.bufferSize = buffer << 20
      wanted.filter = filter
      live = try LiveInterface(interface, wanted)
    } catch {
      options.report(error.message)
      throw error.status
    }
    var pipeline = Pipeline(
      try options.pipelineOptions(interface: interface), site: site, sink: try options.sink(.neverWaiting))
    do throws(CaptureError) {
      if let done = try Privileges.keepOnlyRawSocket() { options.report(done) }
    } catch {
      options.report(error.message)
      throw error.status
    }
    for warning in live.warnings { say("sekisho: \(warning)") }
    Stop.install()
    Stop.installReload()
    options.report(
      Bilingual(
        "listening on \(interface)\(site == nil ? "" : " with site file \(options.site ?? "")"); press Ctrl-C to stop",
        "\(interface)を監視しています\(site == nil ? "" : "（サイトファイル \(options.site ?? "")）")。Ctrl-Cで終了します"))

    var condition = live.condition
    var reloads = 0
    var nextFlush = now() + 1
    var nextStatistics = now() + 60
    var failure: CaptureError?
    var sinceLook = 0
    while !Stop.isAsked, !pipeline.outputIsLost {
      var isIdle = false
      do throws(CaptureError) {
        if let frame = try live.next() { pipeline.process(frame) } else { isIdle = true }
      } catch {
        failure = error
        break
      }
      sinceLook += 1
      guard isIdle || sinceLook >= 1024 else { continue }
      sinceLook = 0
      if live.condition != condition {
        let wasUp = condition == .up
        condition = live.condition
        switch condition {
        case .up: options.report(Bilingual("\(interface) is up again", "\(interface)が復旧しました"))
        // An interface that disappears while it is down is still the same outage.
        case .down(let reason) where wasUp:
          options.report(
            Bilingual(
              "\(interface) is down (\(reason.en)); waiting for it to come up",
              "\(interface)が停止しました（\(reason.ja)）。復旧を待っています"))
        case .down: break
        }
      }
      if Stop.reloadCount != reloads {
        reloads = Stop.reloadCount
        reload(&site, &pipeline)
      }
      let time = now()
      if time >= nextFlush {
        nextFlush = time + 1
        pipeline.lookForLosses(Watch.counters(live.counters()), at: Int64(time * 1e9))
        options.report(pipeline.newLosses())
      }
      if time >= nextStatistics {
        nextStatistics = time + 60
        if options.log.contains("stats") { pipeline.writeStatistics() }
      }
    }
    let counters = live.counters()
    pipeline.finish(Watch.counters(counters))
    options.report(pipeline.newLosses())
    Summary.write(pipeline, options.language)
    Summary.write(
      received: counters.received, dropped: counters.droppedByKernel, droppedByInterface: counters.droppedByInterface,
      options.language)
    for warning in pipeline.visibilityWarnings { options.report(warning) }
    if let failure {
      options.report(failure.message)
      throw failure.status
    }
    try options.checkOutput(pipeline)
  }

  private static func counters(_ live: LiveInterface.Counters) -> Pipeline.CaptureCounters {
    Pipeline.CaptureCounters(
      received: live.received, droppedByKernel: live.droppedByKernel, droppedByInterface: live.droppedByInterface)
  }

  private func reload(_ site: inout Site?, _ pipeline: inout Pipeline) {
    guard let path = options.site else { return }
    do {
      let fresh = try Sites.load(path, options.language)
      pipeline.replace(site: fresh)
      site = fresh
      options.report(Bilingual("\(path) reloaded", "\(path)を再読み込みしました"))
    } catch {
      options.report(Bilingual("\(path) has errors; the old site stays in force", "\(path)に誤りがあるため、以前の設定を使い続けます"))
    }
  }
}
