// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation

/// Programs run by the live tests, and whether this machine can run them: network namespaces need root.
enum Live {
  static let root = CommandTests.root
  static let binary = root.appending(path: ".build/release/sekisho").path

  /// Why live tests cannot run here; nil if they can.
  static let obstacle: String? = {
    guard geteuid() == 0 else { return "not root" }
    for tool in ["ip", "tcpreplay", "tcpdump", "jq"] where (try? run("/bin/sh", ["-c", "command -v \(tool)"]).0) != 0 {
      return "\(tool) is missing"
    }
    guard FileManager.default.isExecutableFile(atPath: binary) else { return "no release build" }
    let space = "sekisho-probe-\(ProcessInfo.processInfo.processIdentifier)"
    guard (try? run("ip", ["netns", "add", space]).0) == 0 else { return "no network namespaces" }
    defer { _ = try? run("ip", ["netns", "del", space]) }
    let isCable = (try? run("ip", ["-n", space, "link", "add", "end1", "type", "veth", "peer", "name", "end2"]).0) == 0
    return isCable ? nil : "no virtual cables"
  }()

  /// The test runner's threads block signals, and child processes inherit that: tcpdump would never receive Ctrl-C.
  static func unblockSignals() {
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
  }

  /// Exit status and everything printed.
  static func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = root
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    Live.unblockSignals()
    try process.run()
    let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}

/// A virtual cable in a network namespace of its own: `monitor` listens at one end, frames are played at the other.
final class Cable {
  let space: String
  let folder: URL
  var output: URL { folder.appending(path: "output.json") }
  private var listener: Process?

  init(_ name: String) throws {
    space = "sekisho-\(name)-\(ProcessInfo.processInfo.processIdentifier)"
    folder = FileManager.default.temporaryDirectory.appending(path: space)
    // A process that has dropped root's privileges must still be able to write here.
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    try ip("netns", "add", space)
    // Otherwise the kernel's IPv6 autoconfiguration would send from the listening interface.
    let silence = "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"
    try ip("netns", "exec", space, "sh", "-c", "\(silence) 2>/dev/null || true")
    try plug()
  }

  func plug() throws {
    try ip("-n", space, "link", "add", "mirror", "type", "veth", "peer", "name", "player")
    for end in ["mirror", "player"] { try up(end) }
  }
  func unplug() throws { try ip("-n", space, "link", "del", "mirror") }

  deinit {
    signal(SIGKILL)
    _ = try? Live.run("ip", ["netns", "del", space])
    try? FileManager.default.removeItem(at: folder)
  }

  struct Failure: Error { let text: String }
  func ip(_ arguments: String...) throws {
    let (status, text) = try Live.run("ip", arguments)
    guard status == 0 else { throw Failure(text: "ip \(arguments): \(text)") }
  }
  func up(_ end: String) throws { try ip("-n", space, "link", "set", end, "arp", "off", "multicast", "off", "up") }
  func down(_ end: String) throws { try ip("-n", space, "link", "set", end, "down") }

  /// Starts `monitor` and waits until it listens.
  func listen(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["ip", "netns", "exec", space, Live.binary, "monitor", "--interface", "mirror", "--buffer", "8"]
      + ["--output", output.path] + arguments
    let log = folder.appending(path: "messages")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    process.standardInput = FileHandle.nullDevice
    Live.unblockSignals()
    try process.run()
    listener = process
    guard hears("listening on mirror") else { throw Failure(text: messages) }
  }

  var messages: String { (try? String(contentsOf: folder.appending(path: "messages"), encoding: .utf8)) ?? "" }
  var records: [Substring] { ((try? String(contentsOf: output, encoding: .utf8)) ?? "").split(separator: "\n") }

  /// Waits until the messages on standard error contain `text` `times` times; false if they never do.
  func hears(_ text: String, times: Int = 1) -> Bool {
    for _ in 0..<300 {
      if messages.components(separatedBy: text).count > times { return true }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return false
  }

  func play(_ capture: String) throws {
    let (status, text) = try Live.run("ip", ["netns", "exec", space, "tcpreplay", "-q", "-i", "player", capture])
    guard status == 0 else { throw Failure(text: text) }
  }

  func signal(_ number: Int32) { if let listener { kill(listener.processIdentifier, number) } }

  /// Ends `monitor` as Ctrl-C does, and returns its exit status.
  func stop() -> Int32 {
    guard let listener else { return -1 }
    signal(SIGINT)
    // A monitor that does not end fails this test, and must not hang the others.
    for _ in 0..<300 where listener.isRunning { Thread.sleep(forTimeInterval: 0.1) }
    if listener.isRunning { signal(SIGKILL) }
    listener.waitUntilExit()
    self.listener = nil
    return listener.terminationStatus
  }

  /// The number of frames the listening interface has sent.
  var sent: Int? {
    let path = "/sys/class/net/mirror/statistics/tx_packets"
    return (try? Live.run("ip", ["netns", "exec", space, "cat", path]).1).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
