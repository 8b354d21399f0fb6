// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

/// The command as its users see it: exit statuses, messages, standard input.
@Suite struct CommandTests {
  static let root = repository
  static let capture = root.appending(path: "Fixtures/literal/modbus-udp.pcap").path
  static let site = root.appending(path: "Fixtures/model-factory/site.yaml").path

  struct Result {
    let status: Int32
    let output: String
    let messages: String
  }

  /// The binary next to the test bundle.
  static var binary: URL {
    let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "sekisho")
    if let beside, FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return root.appending(path: ".build/debug/sekisho")
  }

  static func run(_ arguments: [String], input: Data? = nil) throws -> Result {
    let process = Process()
    process.executableURL = binary
    process.arguments = arguments
    let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let messages = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let source = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    for url in [output, messages] { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
    _ = FileManager.default.createFile(atPath: source.path, contents: input)
    defer { for url in [output, messages, source] { try? FileManager.default.removeItem(at: url) } }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: messages)
    process.standardInput = try FileHandle(forReadingFrom: source)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      messages: try String(contentsOf: messages, encoding: .utf8))
  }

  @Test("each failure has its exit status and a message that names the cause")
  func failures() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let empty = folder.appending(path: "empty.pcap").path
    _ = FileManager.default.createFile(atPath: empty, contents: nil)
    let text = folder.appending(path: "text.pcap").path
    _ = FileManager.default.createFile(atPath: text, contents: Data("this is no capture".utf8))
    let whole = try Data(contentsOf: URL(filePath: Self.capture))
    let cut = folder.appending(path: "cut.pcap").path
    _ = FileManager.default.createFile(atPath: cut, contents: whole.dropLast(5))
    let bad = folder.appending(path: "bad.yaml").path
    _ = FileManager.default.createFile(
      atPath: bad,
      contents: Data(
        "site: x\nzones:\n  line-1: {networks: [10.0.0.0/24]}\nconduits:\n  - {from: line-1, to: lin-1}\n".utf8))
    let none = folder.appending(path: "none").path
    try FileManager.default.createDirectory(atPath: none, withIntermediateDirectories: true)
    let unsupported = Self.root.appending(path: "Fixtures/literal/link-unsupported.pcap").path
    let cases: [(arguments: [String], status: Int32, message: String)] = [
      (["replay", folder.path + "/missing.pcap"], 66, "no such file"),
      (["replay", empty], 65, "is empty"),
      (["replay", text], 65, "is not a capture"),
      (["replay", cut], 65, "ends inside a packet"),
      (["replay", "--language", "ja", folder.path + "/missing.pcap"], 66, "missing.pcap: ファイルがありません"),
      (["replay", "--language", "ja", empty], 65, "empty.pcap: データが空です"),
      (["replay", "--language", "ja", text], 65, "キャプチャではありません（先頭が 0x"),
      (["replay", "--language", "ja", cut], 65, "パケットの途中でファイルが終わっています（位置: "),
      (["monitor", "--language", "ja", "--interface", "nosuch0"], 66, "\"nosuch0\" という名前のインターフェースはありません"),
      (["replay", none], 65, "no capture in this folder"),
      (["replay", unsupported], 65, "IEEE802_11"),
      (["replay", "--log", "alert", Self.capture], 64, "unknown word 'alert'; did you mean 'alerts'?"),
      (["replay", "--log", "operation", Self.capture], 64, "did you mean 'operations'?"),
      (["replay", "--log", "nothing", Self.capture], 64, "It takes alerts, operations, operations-all, flows, assets"),
      (["replai", Self.capture], 64, "did you mean 'replay'?"),
      (["summary"], 64, "the commands are replay, monitor, rules, site, catalogue and protocols"),
      ([folder.path + "/missing.pcap"], 66, "no such file"),
      (
        ["replay", "-c", "x.yaml", Self.capture], 64, "-c: there is no such option; the site file is given with --site"
      ),
      (["replay", "-v", Self.capture], 64, "--log says what is written"),
      (["replay", "-w", "x", Self.capture], 64, "--output FILE"),
      (["replay", "--sit", "x", Self.capture], 64, "--site"),
      (["replay", "-i", "eth1"], 64, "sekisho monitor --interface NAME"),
      (["monitor", "-r", Self.capture], 64, "sekisho replay FILE"),
      (["monitor"], 64, "--interface NAME"), (["monitor", "lo"], 64, "sekisho monitor --interface lo"),
      (["lo"], 64, "sekisho monitor --interface lo"),
      (["monitor", "-i", "lo", "-i", "lo"], 64, "each once"),
      (["replay", "--filter", "portt 502", Self.capture], 64, "the filter \"portt 502\" is not valid"),
      (["replay", "--from", "yesterday", Self.capture], 64, "'yesterday' is not a time"),
      (["replay", "--from", "2026-11-28", "--to", "2026-11-27", Self.capture], 64, "--from lies at or after --to"),
      (["replay", "--output", folder.path, Self.capture], 74, "is a folder; name a file in it"),
      (["replay", "--output", "", Self.capture], 64, "--output takes the name of a file"),
      (["replay", "--output", cut, cut], 64, "is a file that is read"),
      (["replay", "--output", bad + "x", "--site", bad + "x", Self.capture], 66, "no such file"),
      (["replay", "--site", folder.path + "/no.yaml", Self.capture], 66, "no.yaml"),
      (["site", "check", bad], 65, "bad.yaml:5:24"),
      (["site", "check", "--language", "ja", bad], 65, "もしかして: 'line-1'"),
      (["replay", "--language", "ja", "--site", bad, Self.capture], 65, "もしかして: 'line-1'"),
      (["replay"], 64, "capture"),
      (["monitor", "--interface", "no-such-interface"], 66, "no-such-interface"),
      (["replay", "--output", "/no/such/folder/x.json", Self.capture], 74, "mkdir -p /no/such/folder"),
    ]
    for (arguments, status, message) in cases {
      let result = try Self.run(arguments)
      if arguments[0] == "monitor", result.status == 77 { continue }  // Without the privilege, no name is looked up.
      #expect(result.status == status, "\(arguments): \(result.messages)")
      #expect(result.messages.contains(message), "\(arguments): \(result.messages)")
    }
  }

  @Test("packets before damage in the file are still read")
  func beforeFault() throws {
    let whole = try Data(contentsOf: URL(filePath: Self.capture))
    let result = try Self.run(["replay", "--log", "operations-all", "-"], input: whole.dropLast(5))
    #expect(result.status == 65)
    #expect(result.output.split(separator: "\n").count == 5)
  }

  @Test("standard input, plain or compressed, gives the same output as the file")
  func standardInput() throws {
    let file = try Self.run(["replay", "--log", "operations-all", Self.capture])
    let piped = try Self.run(
      ["replay", "--log", "operations-all", "-"], input: Data(contentsOf: URL(filePath: Self.capture)))
    #expect(file.status == 0 && piped.status == 0)
    #expect(file.output == piped.output)
    #expect(file.output.split(separator: "\n").count == 6)
  }

  @Test("Ctrl-C ends the replay of a pipe that has gone silent", arguments: [0, 2, 24, 300])
  func silentPipe(_ before: Int) throws {
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = ["replay", "--no-rules", "--log", "operations-all", "-"]
    let input = Pipe()
    let output = Pipe()
    let messages = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = messages
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(contentsOf: URL(filePath: Self.capture)).prefix(before))
    Thread.sleep(forTimeInterval: 0.5)
    // The pipe stays open: only the signal can end it.
    kill(process.processIdentifier, SIGINT)
    for _ in 0..<300 where process.isRunning { Thread.sleep(forTimeInterval: 0.1) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    try input.fileHandleForWriting.close()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    let lines = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self).split(
      separator: "\n")
    #expect((before == 300 ? 1..<6 : 0..<1).contains(lines.count))
    let text = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(text.contains("packets"))
  }

  @Test("a missing capture does not stop the others")
  func missingAmongOthers() throws {
    let result = try Self.run(["replay", "--log", "operations-all", "/no/such.pcap", Self.capture])
    #expect(result.status == 66)
    #expect(result.messages.contains("/no/such.pcap"))
    #expect(result.output.split(separator: "\n").count == 6)
  }

  @Test(
    "a full disk is reported by message and exit status",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let result = try Self.run(["replay", "--log", "operations-all", "--output", "/dev/full", Self.capture])
    #expect(result.status == 74)
    #expect(result.messages.contains("lines could not be written"))
  }

  @Test("a file that may not grow is a full disk, not an end by signal")
  func largestFile() throws {
    let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: output) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    let scene = Self.root.appending(path: "Fixtures/model-factory/all.pcap").path
    process.arguments = [
      "-c", "ulimit -f 8; exec \"$0\" replay --quiet --log operations-all --output \"$1\" \"$2\"", Self.binary.path,
      output,
      scene,
    ]
    let messages = Pipe()
    process.standardError = messages
    try process.run()
    let text = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 74, "\(text)")
    #expect(text.contains("lines could not be written"), "\(text)")
    let written = try Data(contentsOf: URL(filePath: output))
    #expect(!written.isEmpty && written.count <= 8_192 && written.last == UInt8(ascii: "\n"))
  }

  @Test(
    "the first SIGTERM ends a replay into a named pipe, without a reader or with one that does not read",
    arguments: [false, true])
  func namedPipe(_ hasReader: Bool) throws {
    let pipe = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    defer { try? FileManager.default.removeItem(atPath: pipe) }
    let reader = unsafe hasReader ? open(pipe, O_RDONLY | O_NONBLOCK) : -1
    defer { if reader >= 0 { close(reader) } }
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = [
      "replay", "--quiet", "--log", "operations-all", "--output", pipe,
      Self.root.appending(path: "Fixtures/model-factory/all.pcap").path,
    ]
    let messages = Pipe()
    process.standardError = messages
    try process.run()
    Thread.sleep(forTimeInterval: 2)
    #expect(process.isRunning)
    kill(process.processIdentifier, SIGTERM)
    for _ in 0..<100 where process.isRunning { Thread.sleep(forTimeInterval: 0.1) }
    let ended = !process.isRunning
    if !ended { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    let text = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(ended && process.terminationReason == .exit && process.terminationStatus == 74, "\(text)")
  }

  @Test("a named pipe whose reader comes late gets every line")
  func lateReader() throws {
    let pipe = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    defer { try? FileManager.default.removeItem(atPath: pipe) }
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = ["replay", "--quiet", "--log", "operations-all", "--output", pipe, Self.capture]
    try process.run()
    Thread.sleep(forTimeInterval: 0.5)
    let reader = try #require(FileHandle(forReadingAtPath: pipe))
    let text = String(decoding: try reader.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && text.split(separator: "\n").count == 6)
  }

  @Test(
    "what a terminal would obey in a name or a word of the command line is written out",
    arguments: [
      ["replay", "HERE"], ["replay", "/no/HERE"], ["replay", "--site", "HERE", "CAPTURE"],
      ["replay", "--HERE", "CAPTURE"],
      ["replay", "--log", "HERE", "CAPTURE"], ["replay", "--output", "/no/HERE", "CAPTURE"], ["HERE"],
      ["replay", "--log", "alerts,HERE", "CAPTURE"], ["replay", "--from", "HERE", "CAPTURE"],
      ["replay", "--filter", "HERE", "CAPTURE"], ["monitor", "--interface", "HERE"], ["./HERE"],
      ["replay", "--language=HERE", "CAPTURE"], ["replay", "--flow-limit", "HERE", "CAPTURE"],
      ["site", "check", "HERE"], ["site", "explain", "SITE", "--from", "HERE", "--to", "plc-1"],
      ["site", "explain", "SITE", "--from", "plc-1", "--to", "plc-1", "--at", "HERE"],
    ])
  func escaped(_ arguments: [String]) throws {
    let hostile = "x\u{1B}]0;y\u{7}\u{202E}\u{9B}2J\nsekisho: z"
    let result = try Self.run(
      arguments.map {
        $0 == "CAPTURE" ? Self.capture : $0 == "SITE" ? Self.site : $0.replacingOccurrences(of: "HERE", with: hostile)
      })
    #expect(result.status != 0)
    let text = result.messages + result.output
    // Site names are shown with U+FFFD for controls.
    #expect(
      text.contains("x<U+001B>]0;y<U+0007><U+202E><U+009B>2J<U+000A>sekisho: z") || text.contains("y\u{FFFD}<U+202E>"),
      "\(text)")
    #expect(
      text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control && $0 != "\u{202E}" })
  }

  @Test("the model factory's site file passes the check, and its policy can be explained")
  func site() throws {
    #expect(try Self.run(["site", "check", Self.site]).status == 0)
    let result = try Self.run([
      "site", "explain", Self.site, "--from", "office-1", "--to", "plc-1", "--service", "modbus",
    ])
    #expect(result.status == 0)
    #expect(result.output.contains("cross-zone-flow"))
  }

  @Test(
    "help is plain English",
    arguments: [
      [], ["replay"], ["monitor"], ["site"], ["site", "check"], ["site", "explain"], ["catalogue"], ["protocols"],
    ])
  func help(_ command: [String]) throws {
    let result = try Self.run(command + ["--help"])
    #expect(result.status == 0)
    // The help text is wrapped.
    let text = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(Phrases.avoided(inEnglish: text) == nil)
  }

  @Test("the summary is in the requested language")
  func summary() throws {
    let result = try Self.run(["replay", "--language", "ja", "--site", Self.site, Self.capture])
    #expect(result.messages.contains("パケット"))
    #expect(Phrases.avoided(inJapanese: result.messages) == nil, "\(result.messages)")
    #expect(Phrases.avoided(inEnglish: try Self.run(["replay", Self.capture]).messages) == nil)
  }

  @Test("the summary lists what exceptions muted, and those that ended or muted nothing")
  func exceptions() throws {
    let site = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: site) }
    let more = """

      exceptions:
        - {kind: cross-zone-flow, from: office-1, to: line-1, reason: trial, owner: plant-it, until: 2026-12-31}
        - {kind: cross-zone-flow, from: office-2, reason: trial, owner: K. Sato, until: 2100-12-31}
        - {kind: cross-zone-flow, from: information, reason: trial, owner: K. Sato, until: 2020-01-31}
      """
    let text = try String(contentsOfFile: Self.site, encoding: .utf8)
    try (text + more).write(to: site, atomically: true, encoding: .utf8)
    let capture = Self.root.appending(path: "Fixtures/model-factory/office-reads-then-writes-plc.pcap").path
    for (language, parts) in [
      ("en", [": nothing, until 2100-12-31, owner K. Sato", ": nothing; ended on 2020-01-31, owner K. Sato"]),
      ("ja", ["該当なし、2100-12-31まで", "該当なし、2020-01-31に終了"]),
    ] {
      let result = try Self.run(["replay", "--language", language, "--site", site.path, capture])
      #expect(result.status == 0)
      for part in parts { #expect(result.messages.contains(part), "\(result.messages)") }
      if language == "ja" { #expect(Phrases.avoided(inJapanese: result.messages) == nil) }
      let muted = result.messages.split(separator: "\n").first {
        $0.contains("office-1") && $0.contains("cross-zone-flow")
      }
      #expect(
        muted?.contains(language == "en" ? "until 2026-12-31, owner" : "2026-12-31まで") == true, "\(result.messages)")
      #expect(muted?.contains("nothing") == false && muted?.contains("該当なし") == false)
      // What is written is an alert all the same.
      #expect(result.output.contains("\"write\"") && !result.output.contains("\"read\""))
    }
    let check = try Self.run(["site", "check", site.path])
    #expect(check.status == 0 && check.output.contains("3 exceptions:"))
    #expect(check.messages.contains("warning: exceptions[2].until: ended on 2020-01-31"), "\(check.messages)")
  }

  @Test("the catalogue is available in both languages")
  func catalogue() throws {
    #expect(try Self.run(["catalogue"]).output.contains("cross-zone-flow"))
    #expect(try Self.run(["catalogue", "--language", "ja"]).output.contains("ゾーン"))
    #expect(try Self.run(["catalogue", "--json"]).output.split(separator: "\n").count == FindingKind.allCases.count)
  }
}
