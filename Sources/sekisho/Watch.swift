// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Capture
import Catalogue
import Foundation
import Monitor
import SiteFile

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Monitor network interfaces, such as one on a switch's mirror port, until Ctrl-C.",
    discussion: """
      It needs the right to open a raw socket and drops all other rights: run it as root, or run once
        sudo setcap cap_net_raw=ep $(command -v sekisho)
      SIGHUP opens the output file anew, for logrotate, and reloads the site file; if the new one has errors, the old one stays in force. With --log stats, counters are written every 60 seconds.

      Examples:
        sekisho monitor --interface eth1 --site plant.yaml --output alerts.json
        sekisho monitor --interface eth1 --interface eth2 --filter 'not port 22' --log alerts,stats
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .long],
    help: ArgumentHelp(
      "The interface to listen on. Several, such as the two of a tap, are read in the order of time.",
      valueName: "name"))
  var interface: [String] = []
  @Option(help: ArgumentHelp("Size of the kernel's ring buffer for each interface.", valueName: "MiB"))
  var buffer = 64
  @OptionGroup var options: RunOptions

  func validate() throws {
    guard !interface.isEmpty else {
      throw ValidationError(
        "Missing the interface: --interface NAME (here: \(LiveInterface.available.joined(separator: ", ")))")
    }
    guard interface.count <= 16, Set(interface).count == interface.count else {
      throw ValidationError("--interface takes up to 16 interfaces, each once")
    }
    guard (1...2047).contains(buffer) else { throw ValidationError("--buffer takes 1 to 2047 MiB") }
  }

  func run() throws {
    var site = try options.loadSite()
    var contents = siteContents
    var ruleFiles = try options.rules.sources(options.language)
    var live: LiveInterfaces
    do throws(CaptureError) {
      var wanted = LiveInterface.Options()
      wanted.bufferSize = buffer << 20
      wanted.filter = options.filter
      live = try LiveInterfaces(interface, wanted)
    } catch {
      options.report(error.message)
      throw error.status
    }
    try options.checkOutput(isNoneOf: [])
    var pipeline = Pipeline(
      try options.pipelineOptions(site, interfaces: interface), site: site,
      sink: try options.sink(.neverWaiting, site: site))
    do throws(CaptureError) {
      if let done = try Privileges.keepOnlyRawSocket(), !options.quiet { options.report(done) }
    } catch {
      options.report(error.message)
      throw error.status
    }
    for warning in live.warnings { say("sekisho: \(warning)") }
    Stop.install()
    Stop.installReload()
    if !options.quiet { options.report(greeting(hasSite: site != nil)) }
    var conditions = interface.map { _ in LiveInterface.Condition.up }
    look(live, &conditions)

    var status = options.quiet ? nil : WatchStatus(options.language)
    var reopening = Reopening()
    var reloads = 0
    var nextFlush = now() + 1
    var nextStatistics = now() + 60
    var failure: CaptureError?
    var sinceLook = 0
    while !Stop.isAsked {
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
      // Not before each frame: to ask the pipeline copies it.
      if pipeline.outputIsLost { break }
      look(live, &conditions)
      let time = now()
      if Stop.reloadCount != reloads {
        reloads = Stop.reloadCount
        reopening.look(options, &pipeline)
        let hasNewSite = reload(&site, &contents, &pipeline)
        reload(&ruleFiles, site, hasNewSite: hasNewSite, &pipeline)
      }
      if time >= nextFlush {
        nextFlush = time + 1
        reopening.look(options, &pipeline)
        let counters = live.counters()
        pipeline.lookForLosses(Watch.counters(counters), at: Int64(time * 1e9))
        options.report(pipeline.newLosses())
        status?.look(
          pipeline, dropped: counters.droppedByKernel &+ counters.droppedByInterface,
          isDown: conditions.allSatisfy { $0 != .up })
      }
      if time >= nextStatistics {
        nextStatistics = time + 60
        if options.log.contains("stats") || options.log.contains("all") { pipeline.writeStatistics() }
      }
    }
    StatusLine.clear()
    let counters = live.counters()
    pipeline.finish(Watch.counters(counters))
    options.report(pipeline.newLosses())
    if !options.quiet {
      Summary.write(pipeline, options.language, countsLines: !options.isText)
      Summary.write(
        received: counters.received, dropped: counters.droppedByKernel,
        droppedByInterface: counters.droppedByInterface, options.language)
    }
    for warning in pipeline.visibilityWarnings { options.report(warning) }
    if let failure {
      options.report(failure.message)
      throw failure.status
    }
    try options.checkOutput(pipeline)
  }

  private func greeting(hasSite: Bool) -> Bilingual {
    let names = interface.joined(separator: ", ")
    let file = options.site ?? ""
    return Bilingual(
      "listening on \(names)\(hasSite ? " with site file \(file)" : ""); press Ctrl-C to stop",
      "\(names)を監視しています\(hasSite ? "（サイトファイル \(file)）" : "")。Ctrl-Cで終了します")
  }

  /// Says which interfaces went down and came up again.
  private func look(_ live: borrowing LiveInterfaces, _ conditions: inout [LiveInterface.Condition]) {
    for (index, name) in interface.enumerated() where live.condition(index) != conditions[index] {
      let wasUp = conditions[index] == .up
      conditions[index] = live.condition(index)
      switch conditions[index] {
      case .up: options.report(Bilingual("\(name) is up again", "\(name)が復旧しました"))
      // An interface that disappears while it is down is still the same outage.
      case .down(let reason) where wasUp:
        options.report(
          Bilingual(
            "\(name) is down (\(reason.en)); waiting for it to come up. To raise it: sudo ip link set \(name) up",
            "\(name)が停止しています（\(reason.ja)）。復旧を待ちます。有効にするには: sudo ip link set \(name) up"))
      case .down: break
      }
    }
  }

  private static func counters(_ live: LiveInterface.Counters) -> Pipeline.CaptureCounters {
    Pipeline.CaptureCounters(
      received: live.received, droppedByKernel: live.droppedByKernel, droppedByInterface: live.droppedByInterface)
  }

  /// What the site file holds; nil if it is no file that can be read again.
  private var siteContents: Data? {
    options.site.flatMap { path in FileIdentity(path) == nil ? nil : FileManager.default.contents(atPath: path) }
  }

  /// Reads the rule files again. Where one cannot be read, or no rule is left of many, the old ones stay in force.
  private func reload(_ files: inout RuleArguments.Sources, _ site: Site?, hasNewSite: Bool, _ pipeline: inout Pipeline)
  {
    do {
      let now = try options.rules.sources(options.language)
      // Their variables are the zones of the site.
      guard hasNewSite || now.texts != files.texts else { return }
      let book = options.rules.book(of: now, site, options.language)
      guard book.count > 0 || pipeline.ruleCount == 0 else {
        options.report(Bilingual("no rule can be used; the old ones stay in force", "使えるルールがないため、以前のルールを使い続けます"))
        return
      }
      pipeline.replace(rules: book)
      files = now
      options.report(Bilingual("rules reloaded: \(book.count)", "ルールを再読み込みしました（\(book.count)件）"))
    } catch {
      options.report(Bilingual("the rules cannot be read; the old ones stay in force", "ルールを読めないため、以前のルールを使い続けます"))
    }
  }

  /// True if another site is in force now.
  private func reload(_ site: inout Site?, _ contents: inout Data?, _ pipeline: inout Pipeline) -> Bool {
    guard let path = options.site else { return false }
    // Asked for a new output file only: the open alerts stay open.
    let now = siteContents
    if let now, now == contents {
      options.report(Bilingual("\(path) reloaded: it is unchanged", "\(path)を再読み込みしました（変更なし）"))
      return false
    }
    do {
      let fresh = try Sites.load(path, options.language)
      pipeline.replace(site: fresh)
      site = fresh
      contents = now
      options.report(Bilingual("\(path) reloaded", "\(path)を再読み込みしました"))
      return true
    } catch {
      options.report(Bilingual("\(path) has errors; the old site stays in force", "\(path)に誤りがあるため、以前の設定を使い続けます"))
      return false
    }
  }
}
