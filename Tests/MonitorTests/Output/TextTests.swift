// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Monitor

/// Records as people read them on a terminal.
@Suite struct TextTests {
  @Test(
    "a text takes the columns that a terminal gives it",
    arguments: [
      ("plc-1", 5), ("設備系", 6), ("ﾗｲﾝ", 3), ("e\u{301}", 1), ("ガ", 2), ("か\u{3099}", 2), ("→", 1), ("한국", 4), ("🏭", 2),
      ("（）", 4), ("\u{200B}", 0), ("", 0),
    ])
  func columns(_ text: String, _ count: Int) { #expect(text.columns == count) }

  @Test("a text that is too long for its columns ends in an ellipsis", arguments: [0, 1, 2, 3, 5, 7, 40])
  func fitted(_ width: Int) {
    for text in ["Line 1 control engineering", "ライン1制御担当（内線4410）"] {
      let fitted = text.fitted(to: width)
      #expect(fitted.columns <= width)
      #expect(fitted == text || width == 0 || fitted.hasSuffix("…") && fitted.columns >= width - 1)
    }
  }

  @Test("text is folded between words, within its width, and nothing is lost", arguments: [8, 20, 40, 80, 200])
  func folded(_ width: Int) {
    for text in [
      "office-1 (10.20.3.7) in zone information wrote holding-register 30 of plc-1.",
      "情報系ネットワークのoffice-1（10.20.3.7）が、plc-1のholding-register 30に書き込みました。「手順」を確認してください。",
      String(repeating: "x", count: 300), "", "あ",
    ] {
      for first in [0, 5] {
        let rows = text.folded(to: width, first: first)
        #expect(rows.enumerated().allSatisfy { $1.columns + ($0 == 0 ? first : 0) <= width })
        let kept = rows.joined().filter { $0 != " " }
        #expect(kept == text.filter { $0 != " " })
        #expect(rows.allSatisfy { row in !"、。）」".contains(row.first ?? "x") && !"（「".contains(row.last ?? "x") })
      }
    }
    #expect("one two three".folded(to: 8) == ["one two", "three"])
  }

  @Test("a record is read value by value, as it was written")
  func leaves() {
    var line = JSONLine()
    line.begin()
    line.string("a", "say \"x\\y\"\n\u{202E}\u{7}あ")
    line.open("b")
    line.number("c", -5)
    line.strings("d", ["x", "y, z"])
    line.open("e")
    line.close()
    line.flag("f", true)
    line.close()
    line.hundredths("g", 95)
    line.end()
    let leaves = Leaves(line)
    #expect(leaves["a"] == "say \"x\\y\"\n\u{202E}\u{7}あ")
    #expect(leaves.list.map(\.path) == ["a", "b.c", "b.d", "b.f", "g"])
    #expect(leaves.list.dropFirst().map(\.value) == ["-5", "x, y, z", "true", "0.95"])
  }

  private static func rows(
    _ finding: Finding, _ occurrence: Occurrence? = nil, width: Int? = nil, isColoured: Bool = false,
    in language: Language = .en
  ) throws -> [String] {
    let context = Samples.context(language)
    return try written { sink in
      sink.text = TextStyle(language, isColoured: isColoured, showsOffset: false, width: { width })
      var records = Records(context)
      let once = Occurrence(id: 1, count: 1, first: finding.time, last: finding.time)
      records.alert(finding, occurrence ?? once, Samples.identities, to: &sink)
    }
  }

  @Test("an alert is one row with time, severity, kind, who, to whom, what and what was expected")
  func alert() throws {
    let finding = Samples.finding(.crossZoneFlow, .parties)
    let rows = try Self.rows(finding)
    let row = try #require(rows.first)
    #expect(rows.count == 1)
    for part in ["high", "cross-zone-flow", " → ", "Expected: "] { #expect(row.contains(part), "\(row)") }
    #expect(row.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  high    cross-zone-flow  .*/) != nil, "\(row)")
    #expect(!row.contains("\u{1B}"))
  }

  @Test("no row is wider than the terminal, with or without colours", arguments: Language.allCases, [20, 80, 120, 200])
  func widths(_ language: Language, _ width: Int) throws {
    let finding = Samples.finding(.crossZoneFlow, .parties)
    let plain = try Self.rows(finding, width: width, in: language)
    #expect(plain.allSatisfy { $0.columns <= width }, "\(plain)")
    let coloured = try Self.rows(finding, width: width, isColoured: true, in: language)
    #expect(coloured.joined().contains("\u{1B}[1;31m"))
    #expect(coloured.map { $0.replacing(/\u{1B}\[[0-9;]*m/, with: "") } == plain)
    let whole = try Self.rows(finding, in: language).joined()
    #expect(plain.joined().filter { $0 != " " } == whole.filter { $0 != " " })
  }

  @Test("repeats, and the end of an alert, are said")
  func occurrences() throws {
    let finding = Samples.finding(.crossZoneFlow, .parties)
    var occurrence = Occurrence(id: 1, count: 10, first: finding.time, last: finding.time)
    #expect(try Self.rows(finding, occurrence)[0].contains("cross-zone-flow  ×10  "))
    occurrence.ending = .closed(after: 1_800_000_000_000)
    occurrence.ended = finding.time + 1_800_000_000_000
    #expect(try Self.rows(finding, occurrence)[0].contains("information  cross-zone-flow  over  ×10  "))
    occurrence.ending = .withdrawn
    #expect(try Self.rows(finding, occurrence)[0].contains("  withdrawn  ×10  "))
  }

  @Test("what a terminal would obey is written out, and no value begins a line of its own")
  func hostile() throws {
    let hostile = "x\u{1B}]0;y\u{7}\n2026-01-01 00:00:00  high  forged\u{202E}"
    let text = try written { sink in
      sink.text = TextStyle(.en)
      var line = JSONLine()
      for kind in ["alert", "operation"] {
        line.begin()
        line.string("timestamp", "2026-11-09T10:10:05.996015+0900")
        line.string("event_type", kind)
        line.string("name", hostile)
        for path in [["alert", "context", "ooda", "observe"], ["alert", "context", "ooda", "orient", "source"]] {
          for key in path { line.open(key) }
          line.string("summary", hostile)
          line.string("asset", hostile)
          for _ in path { line.close() }
        }
        line.end()
        sink.write(line)
      }
    }
    #expect(text.count == 2)
    #expect(text.allSatisfy { $0.contains("x<U+001B>]0;y<U+0007><U+000A>2026") && $0.contains("forged<U+202E>") })
    #expect(text.joined().unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{202E}" })
    #expect(text[0].hasPrefix("2026-11-09 10:10:05 +09:00  "))
  }
}
