// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Cases of others, which are not in the repository: captures with a site file and what the lines of a replay must say.
/// `SEKISHO_CASES` names their folder. Its `cases.tsv` has a header and, separated by tabs, an id, a capture, a site
/// file or nothing, further options, an expression of jq that is true of the array of all lines, and the reason.
@Suite struct CaseTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let id: String
    let capture: String
    let site: String
    let options: [String]
    let expected: String
    let reason: String
    var testDescription: String { id }
  }

  static let folder = ProcessInfo.processInfo.environment["SEKISHO_CASES"].flatMap { $0.isEmpty ? nil : $0 }

  /// None without a folder: then the test is skipped.
  static let cases: [Case] = {
    guard let folder, let table = try? String(contentsOfFile: folder + "/cases.tsv", encoding: .utf8) else { return [] }
    return table.split(separator: "\n").dropFirst().compactMap { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 6 else { return nil }
      return Case(
        id: cells[0], capture: cells[1], site: cells[2],
        options: cells[3].split(separator: " ").map(String.init), expected: cells[4], reason: cells[5])
    }
  }()

  @Test("the folder has cases", .enabled(if: folder != nil, "SEKISHO_CASES names no folder"))
  func hasCases() { #expect(!Self.cases.isEmpty) }

  @Test("each case holds", .enabled(if: folder != nil, "SEKISHO_CASES names no folder"), arguments: cases)
  func holds(_ sample: Case) throws {
    let folder = try #require(Self.folder)
    let site = sample.site.isEmpty ? [] : ["--site", "\(folder)/\(sample.site)"]
    let replay = try CommandTests.run(
      ["replay", "--quiet"] + site + sample.options + ["\(folder)/\(sample.capture)"])
    // 65: the capture ends within a frame, and everything before that is read.
    #expect([0, 65].contains(replay.status), "\(replay.messages)")
    let lines = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try replay.output.write(to: lines, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: lines) }
    let jq = Process()
    jq.executableURL = URL(filePath: "/usr/bin/env")
    jq.arguments = ["jq", "-e", "-s", sample.expected, lines.path]
    jq.standardOutput = FileHandle.nullDevice
    try jq.run()
    jq.waitUntilExit()
    #expect(jq.terminationStatus == 0, "\(sample.reason)")
  }
}
