// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `Scripts/setup` on a machine whose package manager is in use, played by programs of the test's own.
@Suite struct SetupTests {
  private static let locked = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 811 (apt-get)"

  /// Runs `Scripts/setup` where nothing is installed yet; `apt` is the script that stands for apt-get, and has a file
  /// `calls` to count in.
  private static func setup(
    _ apt: String, _ what: String...
  ) throws -> (status: Int32, messages: String, calls: Int) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let calls = folder.appending(path: "calls").path
    let programs = [
      "swift": "echo Swift version 6.3.1", "dpkg-query": "exit 1", "id": "echo 0", "sleep": "exit 0",
      "apt-get": "echo \"$1\" >> \(calls)\ncount=$(wc -l < \(calls))\n\(apt)", "apt-cache": "exit 0",
    ]
    for (name, text) in programs {
      let file = folder.appending(path: name).path
      _ = FileManager.default.createFile(
        atPath: file, contents: Data("#!/bin/sh\n\(text)\n".utf8), attributes: [.posixPermissions: 0o755])
    }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [CommandTests.root.appending(path: "Scripts/setup").path] + what
    process.environment = ["PATH": "\(folder.path):/usr/bin:/bin", "SEKISHO_LOCK_SECONDS": "60"]
    let messages = Pipe()
    process.standardOutput = messages
    process.standardError = messages
    try process.run()
    let text = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    let count = (try? String(contentsOfFile: calls, encoding: .utf8))?.split(separator: "\n").count ?? 0
    return (process.terminationStatus, text, count)
  }

  @Test("setup waits for the lock of the package manager, and says so once")
  func waits() throws {
    let result = try Self.setup("if [ $count -lt 4 ]; then echo '\(Self.locked)' >&2; exit 100; fi")
    #expect(result.status == 0 && result.calls == 5, "\(result.messages)")
    #expect(result.messages.components(separatedBy: "waiting for it").count == 2, "\(result.messages)")
    #expect(result.messages.contains("everything is there"))
  }

  @Test("it does not wait for ever")
  func gives() throws {
    let result = try Self.setup("echo '\(Self.locked)' >&2; exit 100")
    #expect(result.status == 100 && result.calls == 13, "\(result.messages)")
    #expect(result.messages.contains("still busy after 60 s"))
  }

  @Test("another failure is passed on at once")
  func fails() throws {
    let result = try Self.setup("echo 'E: Unable to locate package libpcap-dev' >&2; exit 100")
    #expect(result.status == 100 && result.calls == 1 && !result.messages.contains("waiting"), "\(result.messages)")
  }

  @Test("valgrind is not needed: without it, setup says so and goes on", arguments: ["test", "bench"])
  func optional(what: String) throws {
    let result = try Self.setup("case $* in *valgrind*) echo 'E: Unable to fetch' >&2; exit 100 ;; esac", what)
    #expect(result.status == 0 && result.calls == 3, "\(result.messages)")
    #expect(result.messages.contains("without valgrind; what needs it is left out"), "\(result.messages)")
    #expect(result.messages.contains("everything is there"))
  }
}
