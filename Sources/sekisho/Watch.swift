// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Capture
import Monitor
import SiteFile

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Listen on an interface, such as one at a switch's mirror port, until Ctrl-C.",
    discussion: """
      It needs the right to open a raw socket and gives up all others: run it as root, or once
        sudo setcap cap_net_raw=ep $(command -v sekisho)
      SIGHUP reads the site file again; a broken one keeps the old one. With --log stats the counters are written every 60 seconds.

      Examples:
        sekisho monitor --interface eth1 --site plant.yaml --output alerts.json
        sekisho monitor --interface eth1 --filter 'not port 22' --log alerts,stats
      """)

  @Option(help: ArgumentHelp("The interface to listen on.", valueName: "name"))
  var interface: String
  @Option(help: ArgumentHelp("Frames to look at, in tcpdump's filter language.", valueName: "bpf"))
  var filter: String?
  @Option(help: ArgumentHelp("The kernel's ring buffer.", valueName: "MiB"))
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
      // The output file is opened with the rights of whoever started this.
    } catch {
      say("sekisho: \(error)")
      throw error.status
    }
    var pipeline = Pipeline(
      try options.pipelineOptions(interface: interface), site: site, sink: try options.sink(.neverWaiting))
    do throws(CaptureError) {
      if let done = try Privileges.keepOnlyRawSocket() { say("sekisho: \(done)") }
    } catch {
      say("sekisho: \(error)")
      throw error.status
    }
    for warning in live.warnings { say("sekisho: \(warning)") }
    Stop.install()
    Stop.installReload()
    say("sekisho: listening on \(interface)\(site == nil ? "" : ", site \(options.site ?? "")"); Ctrl-C ends")

    var condition = live.condition
    var reloads = 0
    var nextFlush = now() + 1
    var nextStatistics = now() + 60
    var lost: UInt64 = 0
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
        condition = live.condition
        switch condition {
        case .up: say("sekisho: \(interface) is up again")
        case .down(let reason): say("sekisho: \(interface) is down: \(reason); waiting for it")
        }
      }
      if Stop.reloadCount != reloads {
        reloads = Stop.reloadCount
        reload(&site, &pipeline)
      }
      let time = now()
      if time >= nextFlush {
        nextFlush = time + 1
        pipeline.flush()
        if pipeline.linesLost > lost {
          say("sekisho: the output is too slow or full: \(pipeline.linesLost) lines lost so far")
          lost = pipeline.linesLost
        }
      }
      if time >= nextStatistics {
        nextStatistics = time + 60
        writeStatistics(&pipeline, &live)
      }
    }
    let counters = live.counters()
    pipeline.finish(Watch.counters(counters))
    Summary.write(pipeline)
    say(
      "kernel                      \(counters.received) received, \(counters.droppedByKernel) dropped, \(counters.droppedByInterface) dropped by the interface"
    )
    for warning in pipeline.visibilityWarnings { say("sekisho: \(warning)") }
    if let failure {
      say("sekisho: \(failure)")
      throw failure.status
    }
    if pipeline.outputIsLost || pipeline.linesLost > 0 {
      say("sekisho: the output was lost: \(pipeline.linesLost) lines could not be written")
      throw Status.lostOutput
    }
  }

  private func writeStatistics(_ pipeline: inout Pipeline, _ live: inout LiveInterface) {
    guard options.log.contains("stats") else { return }
    pipeline.writeStatistics(Watch.counters(live.counters()))
  }

  private static func counters(_ live: LiveInterface.Counters) -> Pipeline.CaptureCounters {
    Pipeline.CaptureCounters(
      received: live.received, droppedByKernel: live.droppedByKernel, droppedByInterface: live.droppedByInterface)
  }

  private func reload(_ site: inout Site?, _ pipeline: inout Pipeline) {
    guard let path = options.site else { return }
    do {
      let fresh = try Sites.load(path)
      pipeline.replace(site: fresh)
      site = fresh
      say("sekisho: \(path) read again")
    } catch {
      say("sekisho: \(path) is broken; the one before stays in force")
    }
  }
}
