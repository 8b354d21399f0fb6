// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Monitor

/// Names on the wire may hold anything. Whatever they hold, the command prints lines of text: no terminal obeys them,
/// none of them forges a line, and nothing reads from right to left.
///
/// The conversations of all protocols (`scripts`), and a few of texts alone, are played with each text in them
/// replaced, one at a time, by as many bytes that somebody might try.
@Suite struct HostileNameTests {
  // MARK: Texts

  private static let texts: [[UInt8]] = [
    // Clears the screen; a link and a copy to the clipboard (ECMA-48; OSC 8 and 52 of xterm); the same by C1 controls,
    // in UTF-8 and as single bytes.
    Array("\u{1B}[2J\u{1B}[H".utf8), Array("\u{1B}]8;;http://x\u{7}\u{1B}]52;c;aGk=\u{7}".utf8),
    Array("\u{9B}2J\u{9D}8;;x\u{9C}".utf8), [0x9B, 0x32, 0x4A, 0x9D, 0x38, 0x9C],
    // Lines and keys that are none.
    Array("\n{\"event_type\":\"alert\"}\n".utf8), Array("\"},\"alert\":{\"severity\":1},\"x\":\"\\".utf8),
    Array("\r2026-11-23 10:15:30  high\u{8}\u{8}".utf8),
    // From right to left, and ends of lines that only Unicode knows.
    Array("\u{202E}gnp.\u{2066}\u{61C}\u{200F}".utf8), Array("\u{2028}a\u{2029}b\u{85}".utf8),
    // No UTF-8: overlong, surrogates, beyond the last character, and cut.
    [0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF5, 0x80, 0x80, 0x80, 0xE2, 0x80], [0x00, 0x7F, 0x00, 0x0B, 0x0C, 0x0E],
  ]

  /// Runs of printable characters: what may be a text, with the end of what stands before it.
  private static func runs(in bytes: [UInt8]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for place in 0...bytes.count {
      if place < bytes.count, 0x20...0x7E ~= bytes[place] { continue }
      if place - start >= 4 { runs.append(start..<place) }
      start = place + 1
    }
    return runs
  }

  /// The message with the check sums of DNP3 that go with its bytes (IEEE 1815-2012, 9.2.4.3): one for the header, one
  /// for each block of 16 bytes.
  private static func sealed(_ message: [UInt8]) -> [UInt8] {
    var bytes = message
    var start = 0
    while start + 10 <= bytes.count, bytes[start] == 0x05, bytes[start + 1] == 0x64 {
      var block = start..<start + 8
      var left = Int(bytes[start + 2]) - 5
      while block.upperBound + 2 <= bytes.count {
        let sum = CRC16.dnp(Array(bytes[block]).bytes)
        bytes[block.upperBound] = UInt8(sum & 0xFF)
        bytes[block.upperBound + 1] = UInt8(sum >> 8)
        start = block.upperBound + 2
        if left <= 0 { break }
        block = start..<start + min(16, left)
        left -= 16
      }
      if left > 0 { break }
    }
    return bytes
  }

  private typealias Messages = [(direction: Direction, bytes: [UInt8])]

  /// The conversation with one text replaced: by each of `texts`, and behind lengths that are not its own.
  private static func variants(of script: Script) -> [Messages] {
    var variants: [Messages] = []
    var seen: Set<[UInt8]> = []
    for (place, message) in script.messages.enumerated() {
      for run in runs(in: message.bytes)
      where seen.insert(Array(message.bytes[run])).inserted {
        func replaced(_ text: [UInt8], _ bytesOfLength: Int = 0) -> Messages {
          var changed = script.messages
          for offset in run { changed[place].bytes[offset] = text[(offset - run.lowerBound) % text.count] }
          for offset in max(0, run.lowerBound - bytesOfLength)..<run.lowerBound { changed[place].bytes[offset] = 0xFF }
          changed[place].bytes = sealed(changed[place].bytes)
          return changed
        }
        variants += texts.map { replaced($0) }
        variants += [1, 2, 4].map { replaced(texts[0], $0) }
      }
    }
    return variants
  }

  /// Conversations beside those of all protocols, for texts that none of them has: what a device says of itself, names
  /// of files, octet strings.
  private static let file = "4603 5B 01 2000 1A00 0600 000000000000 FF01 00000000 00000000 0100 0004 0000 2F612E786D6C"
  private static let further = [
    Script(
      "modbus: identification", .tcp(502),
      """
      > 0001 0000 0005 01 2B 0E 01 00
      < 0001 0000 0022 01 2B 0E 01 01 00 00 03 00 07 45786D706C6578 01 08 436F6E74726F6C31 02 05 56312E3130
      """),
    Script(
      "dnp3: a file, attributes, octet strings", .tcp(20_000),
      """
      > \(dnp3("C0 C1 19 \(file)", isMaster: true))
      < \(dnp3("C0 C1 81 0000 4604 5B 01 0D00 07000000 00000000 0004 0000 00"))
      > \(dnp3("C1 C2 01 00FE 00 00 00", isMaster: true))
      < \(dnp3("C1 C2 81 0000 00FC 00 00 00 01 04 41434D45 00FA 00 00 00 01 04 52545538"))
      > \(dnp3("C2 C3 02 6E08 00 01 01 4142434445464748", isMaster: true))
      < \(dnp3("C2 C3 81 0000"))
      """),
  ]
  private static let all = scripts + further

  /// An OPC UA node of 60,000 bytes, read in a session (Part 4, 5.10.2; Part 6, 5.2.2.9).
  private static func longNode() -> Messages {
    let name = (0..<60_000).map { texts[0][$0 % texts[0].count] }
    func little(_ value: Int) -> [UInt8] { big(value, 4).reversed() }
    let header = hex("0000 0000000000000000 00000000 00000000 FFFFFFFF 00000000 000000")
    let item = hex("03 0200") + little(name.count) + name + hex("0D000000 FFFFFFFF 0000 FFFFFFFF")
    let body = hex("01007702") + header + hex("0000000000000000 00000000") + little(1) + item
    let request = Array("MSGF".utf8) + little(24 + body.count) + hex("06000000 0D000000 02000000 02000000") + body
    return Array(opcuaScripts[0].messages.prefix(4)) + [(.toServer, request)]
  }

  // MARK: The capture

  private static let server: UInt64 = 0x0200_0000_100B

  /// A capture file (pcap, little-endian, microseconds) of all conversations, each between stations of its own.
  private static func capture() throws -> Data {
    let plant = try Plant()
    var file = Data(hex("D4C3B2A1 0200 0400 00000000 00000000 FFFF0300 01000000"))
    var time = 1_700_000_000_000_000
    func add(_ frame: [UInt8]) {
      time += 50
      for word in [time / 1_000_000, time % 1_000_000, frame.count, frame.count] {
        file.append(contentsOf: big(word, 4).reversed())
      }
      file.append(contentsOf: frame)
    }
    var number = 0
    for (index, script) in all.enumerated() {
      let extra = script.name == opcuaScripts[0].name ? [longNode()] : []
      for messages in variants(of: script) + extra {
        number += 1
        let ends = [
          Plant.Station(
            "10.\(1 + number / 62_500).\(number / 250 % 250).\(1 + number % 250)",
            mac: UInt64(0x0200_0100_0000 + number)),
          Plant.Station("192.168.10.\(1 + index)", mac: server + UInt64(index)),
        ]
        var sequences = [1_000, 5_000]
        func segment(_ side: Int, _ port: Int, _ flags: UInt8, _ bytes: [UInt8] = []) {
          let ports = side == 0 ? (40_000, port) : (port, 40_000)
          add(
            plant.tcp(
              flags, ports.0, ports.1, from: ends[side], to: ends[1 - side], sequence: sequences[side],
              acknowledgement: flags & 16 != 0 ? sequences[1 - side] : 0, bytes))
          sequences[side] += bytes.count + Int(flags & 2) / 2
        }
        if case .tcp(let port) = script.transport {
          segment(0, port, 2)
          segment(1, port, 18)
          segment(0, port, 16)
        }
        for (direction, bytes) in messages {
          let side = direction == .toServer ? 0 : 1
          switch script.transport {
          case .tcp(let port):
            for start in stride(from: 0, to: bytes.count, by: 1_400) {
              segment(side, port, 24, Array(bytes[start..<min(start + 1_400, bytes.count)]))
            }
          case .udp(let port):
            let ports = side == 0 ? (40_000, port) : (port, 40_000)
            add(plant.udp(bytes, ports.0, ports.1, from: ends[side], to: ends[1 - side]))
          case .link(let type, let isMulticast):
            let group = Plant.Station("0.0.0.0", mac: 0x010C_CD01_0001)
            add(plant.ethernet(bytes, type, from: ends[side], to: isMulticast && side == 0 ? group : ends[1 - side]))
          }
        }
      }
    }
    return file
  }

  /// Everything goes to a zone that nothing leads to, so that what is written is an alert.
  private static let site = """
    zones: {line: {networks: [192.168.10.0/24]}}
    conduits:
      - {from: external, to: line, services: [any], operations: [read], targets: ["tag nothing", "node i=0"]}
    """

  // MARK: What is printed

  /// The command beside the tests, with its output as bytes.
  private static func run(_ arguments: [String], in folder: URL) throws -> (output: Data, messages: Data) {
    let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "sekisho")
    let built = repository.appending(path: ".build/debug/sekisho")
    let process = Process()
    process.executableURL = beside.flatMap { FileManager.default.isExecutableFile(atPath: $0.path) ? $0 : nil } ?? built
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let (output, messages) = (folder.appending(path: "output"), folder.appending(path: "messages"))
    for file in [output, messages] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: messages)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return (try Data(contentsOf: output), try Data(contentsOf: messages))
  }

  /// Characters that a terminal obeys, that end a line, or that turn the direction of writing.
  private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    return properties.generalCategory == .control || properties.isBidiControl
      || properties.generalCategory == .lineSeparator || properties.generalCategory == .paragraphSeparator
  }

  /// The lines of what was printed, if it is nothing but lines of text.
  private static func lines(_ data: Data) throws -> [Substring] {
    let text = try #require(String(data: data, encoding: .utf8), "it is UTF-8")
    let obeyed = text.unicodeScalars.first { isObeyed($0) && $0 != "\n" }
    #expect(obeyed == nil)
    #expect(text.isEmpty || text.hasSuffix("\n"))
    return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(Substring.init)
  }

  /// Protocols whose names or texts reach records.
  private static let speaking: Set<String> = [
    "cip", "dnp3", "enip", "fins", "goose", "opcua", "profinet-dcp", "s7comm", "slmp",
  ]

  @Test("whatever names on the wire hold, each line printed is one line of text that no terminal obeys")
  func names() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (capture, site) = (folder.appending(path: "names.pcap"), folder.appending(path: "site.yaml"))
    try Self.capture().write(to: capture)
    try Self.site.write(to: site, atomically: true, encoding: .utf8)

    var spoken: Set<String> = []
    for options in [["--log", "all,operations-all"], ["--site", site.path, "--log", "all"]] {
      let json = try Self.run(["replay"] + options + [capture.path], in: folder)
      let records = try Self.lines(json.output)
      var kinds: Set<String> = []
      for line in records {
        let record = try Record(String(line))
        // A forged line would lack what each record begins with.
        #expect(line.hasPrefix("{\"timestamp\":\"2"))
        kinds.insert(record.text("event_type") ?? "")
        guard line.contains("<U+001B>") else { continue }
        if let name = record.text("app_proto") { spoken.insert(name) }
        // What a device says of itself is in its own record.
        for (index, script) in Self.all.enumerated() where line.contains("\"192.168.10.\(1 + index)\"") {
          spoken.insert(String(script.name.prefix { $0 != ":" }))
        }
      }
      #expect(kinds == ["alert", "operation", "flow", "asset", "stats", "monitor"])
      let summary = try Self.lines(json.messages)
      #expect(summary.contains { $0.hasPrefix("alert ") })
      for language in options.contains("--site") ? ["en", "ja"] : ["en"] {
        let text = try Self.run(
          ["replay", "--format", "text", "--language", language] + options + [capture.path], in: folder)
        #expect(try Self.lines(text.output).count == records.count, "a row for each record")
        #expect(try !Self.lines(text.messages).isEmpty)
      }
    }
    #expect(spoken.isSuperset(of: Self.speaking), "missing: \(Self.speaking.subtracting(spoken).sorted())")
  }
}
