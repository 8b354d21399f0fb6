// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Monitor
@testable import sekisho

/// Command lines of people who know other programs.
@Suite struct ArgumentTests {
  @Test(
    "a file alone is replayed, an interface alone is monitored",
    arguments: [
      (["a.pcap"], ["replay", "a.pcap"]), (["./a"], ["replay", "./a"]), (["-"], ["replay", "-"]),
      (["-r", "a.pcap"], ["replay", "-r", "a.pcap"]), (["-ra.pcap"], ["replay", "-ra.pcap"]),
      (["--site", "s.yaml", "a.pcap"], ["replay", "--site", "s.yaml", "a.pcap"]),
      (["-i", "eth1"], ["monitor", "-i", "eth1"]), (["-ieth1"], ["monitor", "-ieth1"]),
      (["--interface=eth1"], ["monitor", "--interface=eth1"]),
      (["-q", "-i", "eth1", "--output", "a.json"], ["monitor", "-q", "-i", "eth1", "--output", "a.json"]),
      (["replay", "x"], ["replay", "x"]), (["--help"], ["--help"]), ([], []), (["replai"], ["replai"]),
      (["help", "replay"], ["help", "replay"]),
    ])
  func completed(_ words: [String], _ expected: [String]) { #expect(Arguments.completed(words) == expected) }

  @Test(
    "times are read with and without a day's time and an offset",
    arguments: [
      ("2026-11-28", 1_795_791_600), ("2026-11-28T10:00", 1_795_827_600), ("2026-11-28 10:00:30", 1_795_827_630),
      ("2026-11-28T10:00:30Z", 1_795_860_030), ("2026-11-28T10:00+09:00", 1_795_827_600),
      ("2026-11-28T10:00-0530", 1_795_879_800),
    ])
  func times(_ text: String, _ seconds: Int64) throws {
    let zone = try #require(TimeZone(identifier: "Asia/Tokyo"))
    #expect(TimeArgument.nanoseconds(text, in: zone) == seconds * 1_000_000_000)
  }

  @Test func `a day as an end is its end, and fractions count`() throws {
    let zone = try #require(TimeZone(identifier: "Asia/Tokyo"))
    #expect(TimeArgument.nanoseconds("2026-11-28", in: zone, isEnd: true) == 1_795_878_000_000_000_000)
    #expect(TimeArgument.nanoseconds("2026-11-28T10:00:30.25", in: zone) == 1_795_827_630_250_000_000)
  }

  @Test(
    "what is no time is none",
    arguments: [
      "", "10:00", "2026-13-01", "2026-02-30", "2026-11-28T24:00", "2026-11-28T10:60", "yesterday", "2026-11-28T10",
      "9999-01-01", "2026-11-28T10:00+9", "2026-11-28T10:00+99:99",
    ])
  func noTimes(_ text: String) { #expect(TimeArgument.nanoseconds(text, in: .gmt) == nil) }

  @Test("the progress bar fits into its terminal", arguments: Language.allCases, [10, 20, 39, 80, 120, 200])
  func progress(_ language: Language, _ width: Int) {
    for (total, done) in [(1 << 40, 1 << 39), (1 << 20, 0), (5, 5)] as [(Int?, Int)] + [(nil, 1 << 33)] {
      let line = Progress.line(
        done: done, of: total, frames: 12_345_678_901, seconds: 1234.5, language, width: width)
      #expect(line.columns <= width, "\(line)")
      if width >= 80, total != nil { #expect(line.hasPrefix("[") && line.contains("%")) }
    }
  }
}
