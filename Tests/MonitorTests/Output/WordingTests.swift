// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor

/// Texts of alerts and of the catalogue, as people read them.
@Suite struct WordingTests {
  private static let places = [
    "alert.signature", "alert.context.ooda.observe.summary", "alert.context.ooda.observe.expected",
    "alert.context.ooda.observe.seen", "alert.context.ooda.orient.reason",
  ]

  private static func avoided(_ text: String, _ language: Language) -> String? {
    language == .en ? Phrases.avoided(inEnglish: text) : Phrases.avoided(inJapanese: text)
  }

  /// The texts of one alert; names of the standard are its own.
  private static func texts(_ line: String) throws -> [String] {
    let record = try Record(line)
    let name = record.text("alert.context.operation.name") ?? "-"
    return places.compactMap { record.text($0) }.map { $0.replacingOccurrences(of: name, with: "-") }
  }

  @Test(arguments: Language.allCases)
  func `no alert text contains raw words or unusual expressions`(_ language: Language) throws {
    var context = Samples.context(language)
    context.conduits[0].operations = Action.allCases.map { $0.name[language] }
    context.windows[0].text = language == .en ? "Sat 09:00-17:00" : "土 09:00-17:00"
    var texts: Set<String> = []
    for action in Action.allCases.map(Optional.some) + [nil] {
      for phase in [Phase.none, .select, .execute, .cancel] where action == .operate || phase == .none {
        for kind in FindingKind.allCases {
          for detail in Samples.details {
            var finding = Samples.finding(kind, detail, action: action)
            finding.operation?.phase = phase
            let facts = Facts(finding, context, .none, moment: "-", knownName: nil)
            let extents: [Extent] = [
              .kind, .source(destinations: 1), .source(destinations: 205), .destination(sources: 1),
              .destination(sources: 205),
            ]
            var occurrences = extents.map { Occurrence(id: 1, count: 2, first: 0, last: 1, extent: $0) }
            for (ending, count) in [
              (Occurrence.Ending.withdrawn, 1), (.closed(after: 300_000_000_000), 1),
              (.closed(after: 1_800_000_000_000), 7), (.over(seconds: 90), 1), (.over(seconds: 5_000), 2),
            ] {
              var ended = Occurrence(id: 1, count: UInt64(count), first: 0, last: 1)
              ended.ending = ending
              occurrences.append(ended)
            }
            for wording in [Wording(facts)] + occurrences.map({ Wording(facts, $0) }) {
              texts.formUnion([wording.signature, wording.summary, wording.expected, wording.seen, wording.reason])
            }
          }
        }
      }
    }
    for text in texts.map({ $0.replacingOccurrences(of: "Write Multiple Registers", with: "-") }) {
      #expect(Self.avoided(text, language) == nil, "\(text)")
      #expect(!text.contains("  ") && !text.contains("。。") && !text.contains(".."), "\(text)")
    }
  }

  @Test(arguments: Language.allCases)
  func `no golden line of the model factory contains raw words or unusual expressions`(_ language: Language) throws {
    for name in SceneTests.scenes {
      let lines = try String(
        contentsOf: SceneTests.folder.appending(path: "golden/\(name).\(language).json"), encoding: .utf8)
      for text in try lines.split(separator: "\n").flatMap({ try Self.texts(String($0)) }) {
        #expect(Self.avoided(text, language) == nil, "\(text)")
        #expect(!text.hasSuffix("…"), "\(text)")
      }
    }
  }

  @Test(arguments: Language.allCases)
  func `the catalogue contains no raw words or unusual expressions`(_ language: Language) {
    for line in Catalogue.text(language).split(separator: "\n") where !line.contains("MITRE") {
      #expect(Self.avoided(String(line), language) == nil, "\(line)")
    }
  }

  @Test func `severity and category are given in words`() {
    let text = Catalogue.text(.ja)
    #expect(text.contains("重大度: 2（中、4時間以内に対応）、重要度の高いゾーンでは1（高、15分以内に対応）"))
    #expect(text.contains("分類: ゾーンポリシー（Zone policy）"))
    #expect(
      Catalogue.text(.en).contains(
        "Severity: 2 (medium, respond within 4 hours); in a zone of high importance: 1 (high, respond within 15 minutes)"
      ))
    for entry in Catalogue.entries { #expect(!entry.categoryText.ja.hasPrefix(entry.category)) }
  }

  private func summaries(_ finding: Finding, _ shown: ShownValues, knownName: String? = nil) -> [String] {
    Language.allCases.map { language in
      let facts = Facts(finding, Samples.context(language), shown, moment: "", knownName: knownName)
      return Wording(facts).summary
    }
  }

  @Test func `the sentence contains a written value, and a long list is cut`() {
    var shown = ShownValues()
    shown.values = (1...32).map { .number(.unsigned($0)) }
    shown.count = 100
    #expect(
      summaries(Samples.finding(.newWriter), shown) == [
        "10.20.3.7 in zone office wrote 1, 2, 3, 4, 5, 6, 7, 8, … to holding-register 100-101 of plc-1 (192.168.10.11) in "
          + "zone line-1; it is not a listed asset, and no conduit allows it.",
        "ゾーンofficeの10.20.3.7が、設備系ネットワーク ライン1（line-1）のplc-1 (192.168.10.11)のholding-register 100-101に"
          + "1, 2, 3, 4, 5, 6, 7, 8, …を書き込みました。資産として登録されておらず、許可するコンジットもありません。",
      ])
  }

  @Test(arguments: [("conveyor-1", true), ("x", false), (nil, false)] as [(String?, Bool)])
  func `a renaming shows the new name, and the old one if it is known and different`(_ old: String?, _ isShown: Bool) {
    var finding = Samples.finding(.deviceRenamed, action: .configure)
    finding.operation?.target = Target(area: .station, count: 1)
    var shown = ShownValues()
    shown.name = "x"
    let texts = summaries(finding, shown, knownName: old)
    #expect(texts[0].hasSuffix(isShown ? "from conveyor-1 to x." : "in zone line-1 to x."))
    #expect(texts[1].hasSuffix(isShown ? "の機器名をconveyor-1からxに変更しました。" : "の機器名をxに変更しました。"))
  }

  static let units: [(String, Int64, String?, String?)] = [
    ("modbus", 1, nil, nil), ("modbus", 255, nil, nil), ("modbus", 17, "unit 17", "ユニット17"),
    ("fins", 0x0B00, "network 0, node 11, unit 0", "ネットワーク0・ノード11・ユニット0"),
    ("fins", 0x02_0B10, "network 2, node 11, unit 16", "ネットワーク2・ノード11・ユニット16"),
    ("s7comm", 1, nil, nil), ("s7comm", 0x24, "rack 1, slot 4", "ラック1・スロット4"),
    ("slmp", 0x0103, "network 1, station 3", "ネットワーク1・局番3"), ("cip", 0, nil, nil), ("cip", 3, "slot 3", "スロット3"),
    ("iec104", 47, "common address 47", "共通アドレス47"), ("dnp3", 10, "outstation address 10", "アウトステーションアドレス10"),
    ("opcua", -1, nil, nil),
  ]
  @Test(arguments: units)
  func `a unit is named as its protocol names it, if it says more than the address`(
    _ unit: (name: String, number: Int64, en: String?, ja: String?)
  ) {
    let text = unitText(unit.number, protocolName: unit.name)
    #expect(text?.en == unit.en && text?.ja == unit.ja)
  }

  @Test func `times and periods are written as people write them`() {
    var clock = LocalTime("Asia/Tokyo")
    #expect(clock.moment(Samples.time, .en) == "Mon 2026-11-23 10:15:30")
    #expect(clock.moment(Samples.time, .ja) == "2026-11-23（月）10:15:30")
    #expect(clock.moment(-1, .en) == "Thu 1970-01-01 08:59:59")
    let periods = [1, 60, 90, 300, 3600, 14_400, 86_400, 604_800]
    #expect(
      periods.map { Language.en.period(seconds: $0) } == [
        "1 second", "1 minute", "90 seconds", "5 minutes", "1 hour", "4 hours", "1 day", "7 days",
      ])
    #expect(periods.map { Language.ja.period(seconds: $0) } == ["1秒", "1分", "90秒", "5分", "1時間", "4時間", "1日", "7日"])
  }
}
