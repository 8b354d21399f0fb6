// SPDX-License-Identifier: Apache-2.0
import Capture
import Foundation
import RuleLanguage
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// The product's own rules, `Signatures/`: each has a conversation in `Fixtures/signatures/` that fires it, and one
/// that looks like it and does not.
@Suite struct OwnRuleTests {
  static let names = Fixtures.names(in: repository.appending(path: "Signatures"), ending: ".rules")

  /// All of them, as a run without a site file has them.
  static let set: RuleSet = {
    let files = names.map { name in
      let path = repository.appending(path: "Signatures/\(name).rules")
      return RuleFile(name: name, text: (try? Data(contentsOf: path)).map(Array.init) ?? [])
    }
    return RuleSet.load(files, variables: RuleVariables(homeNetwork: RuleVariables.privateNetworks))
  }()
  static let book = RuleBook(set.rules, RuleNames(nil) { TargetRange(notation: $0) }, seed: 11)

  @Test("there are at least 150, in files of their own, and all are used")
  func areUsed() {
    #expect(Self.set.rules.count >= 150)
    #expect(Self.set.diagnostics.filter { $0.severity != .note }.map(\.message) == [])
    #expect(Self.book.refusals.map { "\($0.rule.number): \($0.text)" } == [])
  }

  @Test("each has its own number, a Japanese title, a technique and a class")
  func areComplete() {
    #expect(Set(Self.set.rules.map(\.number)).count == Self.set.rules.count)
    for rule in Self.set.rules {
      #expect(Signature.ownNumbers.contains(rule.number), "\(rule.number)")
      #expect(rule.notes.contains { $0.key == "title_ja" && !$0.value.isEmpty }, "\(rule.number)")
      #expect(rule.notes.contains { $0.key == "mitre_technique_id" }, "\(rule.number)")
      #expect(!rule.classType.isEmpty, "\(rule.number)")
    }
  }

  @Test("each has a conversation that fires it and one that does not", arguments: names)
  func holds(_ name: String) throws {
    let blocks = try SignatureFixture.read(name)
    let numbers = Self.set.rules.filter { $0.place.file == name }.map(\.number)
    for number in numbers {
      let own = blocks.filter { $0.number == number }
      #expect(own.contains { $0.fires } && own.contains { !$0.fires }, "\(number) has no such conversation")
    }
    for block in blocks {
      let count = try block.alerts(Self.book)
      #expect((count > 0) == block.fires, "\(name): sid \(block.number), line \(block.line): \(count) alerts")
    }
  }
}

/// A conversation in text: see `Fixtures/signatures/README.md`.
struct SignatureFixture {
  var number: UInt32 = 0
  var fires = false
  var line = 0
  var transport = ""
  var clientPort = 0
  var serverPort = 0
  var etherType = 0
  var client = "10.0.0.1"
  var server = "10.0.1.1"
  var repetitions = 1
  var window = 64_240
  /// Each packet alone, with these flags and no handshake.
  var flags: Int?
  var payloads: [(isFromClient: Bool, bytes: [UInt8])] = []

  static func read(_ name: String) throws -> [SignatureFixture] {
    let path = repository.appending(path: "Fixtures/signatures/\(name).txt")
    let text = try String(contentsOf: path, encoding: .utf8)
    var blocks: [SignatureFixture] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(separator: " ").map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      if first == "sid" {
        blocks.append(
          SignatureFixture(number: try #require(UInt32(words[1])), fires: words[2] == "fires", line: index + 1))
        continue
      }
      let last = blocks.count - 1
      try #require(last >= 0)
      switch first {
      case "tcp", "udp":
        blocks[last].transport = first
        blocks[last].clientPort = try #require(Int(words[1]))
        blocks[last].serverPort = try #require(Int(words[2]))
      case "ethernet":
        blocks[last].transport = first
        blocks[last].etherType = try #require(Int(words[1].dropFirst(2), radix: 16))
      case "client": blocks[last].client = words[1]
      case "server": blocks[last].server = words[1]
      case "repeat": blocks[last].repetitions = try #require(Int(words[1]))
      case "window": blocks[last].window = try #require(Int(words[1]))
      case "flags": blocks[last].flags = bits(words[1])
      case ">", "<":
        blocks[last].payloads.append((first == ">", try bytes(line.dropFirst(1).drop { $0 == " " })))
      default: Issue.record("\(name), line \(index + 1): '\(first)'")
      }
    }
    return blocks
  }

  private static func bits(_ letters: String) -> Int {
    zip("FSRPAUEC", 0...).reduce(0) { letters.contains($1.0) ? $0 | 1 << $1.1 : $0 }
  }

  private static func bytes(_ text: Substring) throws -> [UInt8] {
    guard text.hasPrefix("\"") else { return hex(String(text)) }
    var bytes: [UInt8] = []
    let inner = Array(text.utf8.dropFirst().dropLast())
    var place = 0
    while place < inner.count {
      guard inner[place] == UInt8(ascii: "\\"), place + 1 < inner.count else {
        bytes.append(inner[place])
        place += 1
        continue
      }
      switch inner[place + 1] {
      case UInt8(ascii: "r"): bytes.append(13)
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "t"): bytes.append(9)
      case UInt8(ascii: "x"):
        bytes += hex(String(decoding: inner[place + 2...place + 3], as: UTF8.self))
        place += 2
      default: bytes.append(inner[place + 1])
      }
      place += 2
    }
    return bytes
  }

  // MARK: Frames

  private func address(_ text: String) -> [UInt8] { text.split(separator: ".").compactMap { UInt8($0) } }

  private func ip(_ isFromClient: Bool, _ number: Int, _ contents: [UInt8]) -> [UInt8] {
    let (source, destination) = isFromClient ? (client, server) : (server, client)
    let macs: [UInt8] =
      isFromClient ? [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] : [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
    return macs + [8, 0, 0x45, 0] + big(20 + contents.count) + [0, 0, 0x40, 0, 64, UInt8(number), 0, 0]
      + address(source) + address(destination) + contents
  }

  private func frames() -> [[UInt8]] {
    var frames: [[UInt8]] = []
    for repetition in 0..<repetitions {
      let port = clientPort + repetition
      switch transport {
      case "udp":
        for payload in payloads {
          let ports = payload.isFromClient ? big(port) + big(serverPort) : big(serverPort) + big(port)
          frames.append(
            ip(payload.isFromClient, 17, ports + big(8 + payload.bytes.count) + [0, 0] + payload.bytes))
        }
      case "ethernet":
        for payload in payloads {
          let macs: [UInt8] =
            payload.isFromClient ? [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] : [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
          frames.append(macs + big(etherType) + payload.bytes)
        }
      default: frames += connection(port)
      }
    }
    return frames
  }

  private func connection(_ port: Int) -> [[UInt8]] {
    var next = (client: 1_000, server: 5_000)
    func segment(_ isFromClient: Bool, _ flags: Int, _ bytes: [UInt8] = []) -> [UInt8] {
      let ports = isFromClient ? big(port) + big(serverPort) : big(serverPort) + big(port)
      let (sequence, acknowledgement) = isFromClient ? (next.client, next.server) : (next.server, next.client)
      let acknowledged = flags & 16 != 0 ? acknowledgement : 0
      let size = isFromClient ? window : 64_240
      let count = bytes.count + (flags & 3 != 0 ? 1 : 0)
      if isFromClient { next.client += count } else { next.server += count }
      return ip(
        isFromClient, 6,
        ports + big(sequence, 4) + big(acknowledged, 4) + [0x50, UInt8(flags)] + big(size) + [0, 0, 0, 0] + bytes)
    }
    if let flags { return payloads.map { segment($0.isFromClient, flags, []) } }
    var frames = [segment(true, 2), segment(false, 18), segment(true, 16)]
    for payload in payloads { frames.append(segment(payload.isFromClient, 24, payload.bytes)) }
    return frames + [segment(true, 17), segment(false, 17)]
  }

  /// How often the rule of the block alerts, at ten milliseconds a frame.
  func alerts(_ book: RuleBook) throws -> UInt64 {
    var bytes: [UInt8] = [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8)
    bytes += [0xFF, 0xFF, 0, 0, 1, 0, 0, 0]
    func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    for (index, frame) in frames().enumerated() {
      let time = 1_700_000_000_000_000 + index * 10_000
      bytes += little(time / 1_000_000) + little(time % 1_000_000) + little(frame.count) + little(frame.count) + frame
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).pcap")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    var options = Pipeline.Options()
    options.seed = 5
    options.rules = book
    options.checksums = .ignore
    options.duplicateWindow = 0
    var pipeline = Pipeline(options, site: nil, sink: Sink(descriptor: -1, pace: .waiting))
    var capture = try CaptureFile(path: file.path)
    while let frame = try capture.next() { pipeline.process(frame) }
    pipeline.finish()
    return pipeline.ruleAlerts.first { $0.number == number }?.count ?? 0
  }
}
