// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

/// `monitor` on a real interface. Skipped, visibly, where this user may not create network namespaces.
@Suite(.enabled(if: Live.obstacle == nil, "\(Live.obstacle ?? "nothing is missing")"))
struct LiveTests {
  static let capture = Live.root.appending(path: "Fixtures/literal/modbus-every-function.pcap").path

  @Test("live capture and replay give the same output for every recorded scene, and nothing is sent")
  func scenes() throws {
    let (status, text) = try Live.run("Scripts/live-test", [])
    #expect(status == 0, "\(text)")
    // Those of the plant's own site file; the capture of all scenes covers a week.
    let others = ["all", "lines", "s7-", "enip-", "slmp-", "fins-", "telecontrol-", "opcua-", "profinet-"]
    let captures = try FileManager.default.contentsOfDirectory(
      atPath: Live.root.appending(path: "Fixtures/model-factory").path)
    let scenes = captures.filter { name in name.hasSuffix(".pcap") && !others.contains { name.hasPrefix($0) } }
    #expect(
      scenes.count >= 10 && text.components(separatedBy: "live and replay agree").count == scenes.count + 1, "\(text)")
  }

  @Test("an interface that goes down and comes back is reported, and capture resumes")
  func downAndUp() throws {
    let cable = try Cable("down")
    try cable.listen(["--log", "operations-all"])
    try cable.down("mirror")
    #expect(cable.hears("mirror is down"), "\(cable.messages)")
    try cable.up("mirror")
    #expect(cable.hears("mirror is up again"), "\(cable.messages)")
    try cable.play(Self.capture)
    // Twice: once for each time the cable is pulled.
    try cable.down("mirror")
    #expect(cable.hears("mirror is down", times: 2), "\(cable.messages)")
    try cable.up("mirror")
    #expect(cable.hears("mirror is up again", times: 2), "\(cable.messages)")
    Thread.sleep(forTimeInterval: 1)
    #expect(cable.stop() == 0)
    #expect(cable.records.count > 50, "\(cable.messages)")
    #expect(cable.sent == 0)
  }

  @Test("a removed interface is waited for, and no frame before or after is lost")
  func vanish() throws {
    let cable = try Cable("vanish")
    let capture = Live.root.appending(path: "Fixtures/literal/modbus-udp.pcap").path
    try cable.listen(["--log", "operations-all"])
    try cable.play(capture)
    try cable.unplug()
    #expect(cable.hears("mirror is down"), "\(cable.messages)")
    try cable.plug()
    #expect(cable.hears("mirror is up again"), "\(cable.messages)")
    try cable.play(capture)
    Thread.sleep(forTimeInterval: 1)
    #expect(cable.stop() == 0)
    #expect(cable.records.count == 12, "\(cable.messages)")
  }

  @Test("SIGHUP reloads the site file; if the new one is invalid, the old one stays in force")
  func reload() throws {
    let cable = try Cable("reload")
    let site = cable.folder.appending(path: "plant.yaml")
    let good = try String(contentsOfFile: CommandTests.site, encoding: .utf8)
    try good.write(to: site, atomically: true, encoding: .utf8)
    try cable.listen(["--site", site.path])

    try "zones: 5\n".write(to: site, atomically: true, encoding: .utf8)
    cable.signal(SIGHUP)
    #expect(cable.hears("the old site stays in force"), "\(cable.messages)")
    #expect(cable.messages.contains("plant.yaml:1:8"), "\(cable.messages)")
    // The old one is still in force: the office may not talk to a controller.
    let scene = Live.root.appending(path: "Fixtures/model-factory/office-reads-then-writes-plc.pcap").path
    try cable.play(scene)
    #expect(cable.records.contains { $0.contains("cross-zone-flow") }, "\(cable.messages)")

    try good.write(to: site, atomically: true, encoding: .utf8)
    cable.signal(SIGHUP)
    #expect(cable.hears("plant.yaml reloaded"), "\(cable.messages)")
    #expect(cable.stop() == 0)
    #expect(cable.sent == 0)
  }

  @Test("the counters are written every minute, including the kernel's")
  func statistics() throws {
    struct Line: Decodable {
      struct Stats: Decodable {
        struct Capture: Decodable {
          let kernelPackets: Int
          let kernelDrops: Int
          let kernelIfdrops: Int
        }
        let capture: Capture
      }
      let eventType: String
      let stats: Stats?
    }
    let cable = try Cable("stats")
    try cable.listen(["--log", "stats"])
    try cable.play(Self.capture)
    // A minute, and another one for a busy machine; the time itself is not tested.
    for _ in 0..<1200 where cable.records.isEmpty { Thread.sleep(forTimeInterval: 0.1) }
    #expect(cable.stop() == 0)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try cable.records.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
      .filter { $0.eventType == "stats" }
    #expect(lines.count >= 2, "\(cable.messages)")
    let counts = try #require(lines.first?.stats?.capture)
    #expect(counts.kernelPackets > 100)
    #expect(counts.kernelDrops == 0 && counts.kernelIfdrops == 0)
    #expect(cable.sent == 0)
  }

  @Test("when started as root, it keeps only the capability to open raw sockets")
  func rights() throws {
    let cable = try Cable("rights")
    try cable.listen([])
    let pids = try Live.run("ip", ["netns", "pids", cable.space]).1.split(separator: "\n")
    let status = try String(contentsOfFile: "/proc/\(try #require(pids.first))/status", encoding: .utf8)
    // CAP_NET_RAW is bit 13 (linux/capability.h).
    for set in ["CapPrm", "CapEff"] { #expect(status.contains("\(set):\t0000000000002000"), "\(status)") }
    #expect(status.contains("CapBnd:\t0000000000002000") || status.contains("CapBnd:\t0000000000000000"), "\(status)")
    #expect(cable.stop() == 0)
  }
}
