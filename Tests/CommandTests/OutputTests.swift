// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Where records go, as its users see it: files that stay, logrotate, terminals.
@Suite struct OutputTests {
  private static let scene = CommandTests.root.appending(path: "Fixtures/model-factory/all.pcap").path
  private static let quiet = ["replay", "--quiet", "--site", CommandTests.site]
  private static let logrotate = ["/usr/sbin/logrotate", "/sbin/logrotate"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// A folder that only its owner may write to, as logrotate wants it, and that ends with the test.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString)").path
    init() throws {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func path(_ name: String) -> String { "\(path)/\(name)" }
    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
    func write(_ text: String, to name: String) throws {
      let path = path(name)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    }
  }

  private static func shell(_ command: String, _ environment: [String: String] = [:]) throws -> CommandTests.Result {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let (output, messages) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = messages
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    let said = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return CommandTests.Result(status: process.terminationStatus, output: text, messages: said)
  }

  private static func isRecord(_ line: Substring) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(line.utf8))) is [String: Any]
  }

  @Test("a second run adds its lines to those of the first; a torn last line is ended")
  func appends() throws {
    let folder = try Folder()
    let first = try CommandTests.run(Self.quiet + ["--output", folder.path("a.json"), Self.scene])
    #expect(first.status == 0 && first.output.isEmpty)
    let once = try folder.text("a.json")
    try (once + "{\"torn").write(toFile: folder.path("a.json"), atomically: true, encoding: .utf8)
    let second = try CommandTests.run(Self.quiet + ["--output", folder.path("a.json"), Self.scene])
    #expect(second.status == 0)
    #expect(try folder.text("a.json") == once + "{\"torn\n" + once)
  }

  @Test(
    "the real logrotate takes the file away from a run that goes on, and every line stays whole",
    .enabled(if: logrotate != nil, "the Debian package logrotate is not there"), arguments: ["create", "copytruncate"])
  func rotation(_ way: String) throws {
    let folder = try Folder()
    let file = folder.path("a.json")
    let arguments = Self.quiet + ["--log", "operations-all"]
    let whole = try CommandTests.run(arguments + [Self.scene]).output.split(separator: "\n")
    let process = Process()
    process.executableURL = CommandTests.binary
    process.arguments = arguments + ["--output", file, "-"]
    let (input, messages) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardError = messages
    try process.run()
    try folder.write(
      """
      \(file) {
        rotate 9
        su root root
        \(way == "create" ? "create 0644\n  postrotate\n  kill -HUP \(process.processIdentifier)\n  endscript" : way)
      }

      """.replacing("  su root root\n", with: geteuid() == 0 ? "  su root root\n" : ""), to: "rotate.conf")
    let capture = try Data(contentsOf: URL(filePath: Self.scene))
    let part = capture.count / 6
    for number in 0..<6 {
      let end = number == 5 ? capture.count : (number + 1) * part
      // In small pieces with pauses, so that the run sees time pass while frames come.
      for start in stride(from: number * part, to: end, by: part / 8 + 1) {
        try input.fileHandleForWriting.write(contentsOf: capture[start..<min(start + part / 8 + 1, end)])
        Thread.sleep(forTimeInterval: 0.25)
      }
      guard number < 5 else { break }
      let rotated = try Self.shell(
        "\(Self.logrotate ?? "") -f -s \(folder.path("state")) \(folder.path("rotate.conf"))")
      #expect(rotated.status == 0, "\(rotated.messages)")
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    let said = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(process.terminationStatus == 0, "\(said)")
    let names = ["a.json.5", "a.json.4", "a.json.3", "a.json.2", "a.json.1", "a.json"]
    let texts = try names.map { try folder.text($0) }
    #expect(texts.allSatisfy { ($0.isEmpty || $0.hasSuffix("\n")) && !$0.contains("\0") })
    let lines = texts.joined().split(separator: "\n")
    #expect(texts.filter { !$0.isEmpty }.count >= 4)
    if way == "create" {
      #expect(lines == whole)
      #expect(said.contains("opened anew"), "\(said)")
    } else {
      // Between its copy and its truncation, logrotate(8) may lose lines; never parts of one.
      let all = Set(whole)
      #expect(lines.allSatisfy { all.contains($0) } && lines.count > whole.count / 2)
    }
  }

  @Test("a file that cannot be opened anew is said once, and the old one goes on")
  func noReopening() throws {
    let folder = try Folder()
    let file = folder.path("a.json")
    let process = Process()
    process.executableURL = CommandTests.binary
    process.arguments = ["replay", "--quiet", "--log", "operations-all", "--output", file, "-"]
    let (input, messages) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardError = messages
    try process.run()
    let capture = try Data(contentsOf: URL(filePath: Self.scene))
    try input.fileHandleForWriting.write(contentsOf: capture.prefix(300_000))
    Thread.sleep(forTimeInterval: 1)
    try FileManager.default.moveItem(atPath: file, toPath: file + ".1")
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
    kill(process.processIdentifier, SIGHUP)
    for start in stride(from: 300_000, to: 600_000, by: 30_000) {
      Thread.sleep(forTimeInterval: 0.4)
      try input.fileHandleForWriting.write(contentsOf: capture[start..<start + 30_000])
    }
    kill(process.processIdentifier, SIGTERM)
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    let said = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(said.components(separatedBy: "is a folder").count == 2, "\(said)")
    #expect(try folder.text("a.json.1").split(separator: "\n").allSatisfy(Self.isRecord))
  }

  /// The command on a terminal of its own (script(1)), in lines without their carriage returns.
  private static func onTerminal(
    _ arguments: String, columns: Int = 80, _ environment: [String: String] = [:]
  ) throws -> [String] {
    let command = "stty cols \(columns) rows 40; \(CommandTests.binary.path) \(arguments)"
    let result = try shell(
      "script -qec '\(command)' /dev/null",
      ["TERM": "xterm", "TZ": "Asia/Kolkata", "NO_COLOR": ""].merging(environment) { $1 })
    #expect(result.status == 0, "\(result.output) \(result.messages)")
    return result.output.split(whereSeparator: \.isNewline).map(String.init)
  }
  private static let hasTerminal = ["/usr/bin/script", "/bin/script"].contains {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    "a terminal gets coloured text that fits, everything else JSON",
    .enabled(if: hasTerminal, "script(1) is not there"), arguments: [80, 120, 200])
  func terminal(_ columns: Int) throws {
    let plain = "replay --quiet --site \(CommandTests.site) \(Self.scene)"
    let rows = try Self.onTerminal(plain, columns: columns)
    #expect(rows.contains { $0.contains("\u{1B}[1;31mhigh") })
    let bare = rows.map { $0.replacing(/\u{1B}\[[0-9;]*[mK]/, with: "") }
    #expect(bare.allSatisfy { $0.unicodeScalars.count <= columns })
    #expect(bare.contains { $0.contains("2026-11-09 10:10:05  high    cross-zone-flow  office-1 → plc-1") })
    let uncoloured = try Self.onTerminal(plain, columns: columns, ["NO_COLOR": "1"])
    #expect(uncoloured == bare)
    let records = try Self.onTerminal("replay --quiet --format json --site \(CommandTests.site) \(Self.scene)")
    #expect(records.allSatisfy { Self.isRecord($0[...]) } && records.count > 10)
  }

  @Test("without a site file, text shows local time with its offset; JSON stays in UTC")
  func localTime() throws {
    let text = try Self.shell(
      "\(CommandTests.binary.path) replay --quiet --format text --log flows \(CommandTests.capture)",
      ["TZ": "Asia/Kolkata"])
    #expect(text.output.split(separator: "\n").allSatisfy { $0.dropFirst(19).hasPrefix(" +05:30  flow  ") })
    let json = try Self.shell(
      "\(CommandTests.binary.path) replay --quiet --log flows \(CommandTests.capture)", ["TZ": "Asia/Kolkata"])
    #expect(json.output.contains("+0000\"") && !json.output.contains("+0530"))
  }

  @Test("a filter and a span of time leave frames out, and frame numbers stay those of the capture")
  func selection() throws {
    let all = ["replay", "--log", "operations-all", "--site", CommandTests.site]
    let whole = try CommandTests.run(all + [Self.scene])
    let part = try CommandTests.run(
      all + ["--filter", "vlan and host 10.20.3.7 or host 10.20.3.7", Self.scene])
    #expect(part.status == 0 && part.messages.contains("left out"))
    let (lines, parts) = (Set(whole.output.split(separator: "\n")), part.output.split(separator: "\n"))
    #expect(!parts.isEmpty && parts.count < lines.count)
    func numbers(_ lines: some Sequence<Substring>) -> Set<Int> {
      Set(lines.compactMap { $0.firstMatch(of: /"pcap_cnt":(\d+)/).flatMap { Int($0.output.1) } })
    }
    #expect(numbers(parts).isSubset(of: numbers(lines)))
    let early = try CommandTests.run(all + ["--to", "2026-11-09T10:10:05.996015", Self.scene])
    let late = try CommandTests.run(all + ["--from", "2026-11-09T10:10:05.996015+09:00", Self.scene])
    #expect(
      early.output.split(separator: "\n").allSatisfy { $0.prefix(40) < "{\"timestamp\":\"2026-11-09T10:10:05.996015" })
    #expect(
      late.output.split(separator: "\n").allSatisfy { $0.prefix(40) >= "{\"timestamp\":\"2026-11-09T10:10:05.996015" })
    #expect(numbers(early.output.split(separator: "\n")).isDisjoint(with: numbers(late.output.split(separator: "\n"))))
  }

  @Test("a bare file and -r are a replay", arguments: [[], ["-r"], ["--log", "operations-all", "-q", "-r"]])
  func bare(_ words: [String]) throws {
    let result = try CommandTests.run(words + [CommandTests.capture])
    #expect(result.status == 0)
    #expect(words.count < 3 || result.output.split(separator: "\n").count == 6 && result.messages.isEmpty)
  }
}
