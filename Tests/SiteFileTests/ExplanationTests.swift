import Catalogue
// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor
@testable import SiteFile

struct ExplanationTests {
  private func plantSite() throws -> Site {
    let words = ServiceWords(dissectors: [("modbus", [.tcp(502)]), ("slmp", [.anyTCP])])
    return try Site.parse(plant, file: "plant.yaml", words: words)
  }

  @Test func `an explanation names both ends, every conduit, the verdict and the alert`() throws {
    let explanation = try plantSite().explain(
      from: "192.168.20.7", to: "plc-1", service: "modbus", operation: "write", at: try moment("2026-11-28T01:15:00Z"))
    #expect(explanation.verdict == .action(conduit: 0))
    #expect(
      explanation.lines == [
        "From: 192.168.20.7 is in zone 'scada', by its network; it is not a listed asset",
        "To: plc-1 is an asset (plc) in zone 'line-1'",
        "Time: Sat 2026-11-28 10:15 (Asia/Tokyo)",
        "Conduits: conduit 1 (line 18: scada to line-1) is for other operations (identify, diagnose, read)",
        "Verdict: not allowed: conduit 1 (line 18: scada to line-1) is for other operations",
        "Alert: operation-not-allowed",
      ])
  }

  @Test func `the same explanation in Japanese`() throws {
    let explanation = try plantSite().explain(
      from: "10.20.3.7", to: "192.168.10.11", service: nil, operation: nil, at: 0, language: .ja)
    #expect(
      explanation.lines == [
        "送信元: 10.20.3.7 はゾーン「office」に属します（ネットワークで判別）。資産としては登録されていません",
        "宛先: 192.168.10.11 は設備系ネットワーク ライン1（line-1）の資産「plc-1」（plc）（IPアドレスで判別）",
        "時刻: 1970-01-01（木）09:00（Asia/Tokyo）",
        "コンジット（通信経路）: 該当なし",
        "判定: 不許可（ゾーン「office」から設備系ネットワーク ライン1（line-1）へのコンジットがありません）",
        "アラート: cross-zone-flow",
      ])
  }

  @Test func `conduits, windows and operations are explained in Japanese`() throws {
    let lines = { (from: String, operation: String?) in
      try plantSite().explain(
        from: from, to: "plc-1", service: nil, operation: operation, at: try moment("2026-11-29T01:00:00Z"),
        language: .ja
      ).lines
    }
    #expect(
      try lines("maintenance-pc", "program").suffix(3) == [
        "コンジット3（20行目: maintenance-pc → line-1）: 時間外です（許可: maintenance = 土 09:00-17:00）",
        "判定: 不許可（コンジット3（20行目: maintenance-pc → line-1）は時間外です）",
        "アラート: outside-window",
      ])
    #expect(
      try lines("scada", "write holding-register 1").suffix(3) == [
        "コンジット1（18行目: scada → line-1）: 対象の操作が異なります（許可: 機器情報の取得, 診断, 読み出し）",
        "判定: 不許可（コンジット1（18行目: scada → line-1）は対象の操作が異なります）",
        "アラート: operation-not-allowed",
      ])
    #expect(
      try lines("hmi-1", nil).contains {
        $0.hasSuffix("ただし、運転・停止操作、プログラム転送、ファームウェア更新、設定変更にはコンジットが必要です）")
          || $0.hasPrefix("判定: 許可（コンジット2")
      })
  }

  @Test(arguments: [
    ("days: [mon-fri, sun], hours: \"22:00-06:00\"", "Mon-Fri, Sun 22:00-06:00", "月〜金・日 22:00-06:00"),
    ("days: daily", "every day", "毎日"), ("days: [sat, sun]", "Sat, Sun", "土・日"),
    (
      "dates: [2026-12-29..2027-01-03, 2027-05-01]", "2026-12-29 to 2027-01-03, 2027-05-01",
      "2026-12-29〜2027-01-03、2027-05-01"
    ),
  ])
  func `a window is written as a person would write it`(text: String, english: String, japanese: String) throws {
    let site = try Site.parse("zones: {a: {}}\nwindows: {w: {\(text)}}", file: "plant.yaml")
    #expect(site.windows[0].text(.en) == english)
    #expect(site.windows[0].text(.ja) == japanese)
  }

  static let questions:
    [(from: String, to: String, service: String?, operation: String?, time: String, alert: String?)] = [
      ("office", "scada", "tcp/443", nil, "2026-11-28T01:00:00Z", nil),
      ("office", "scada", nil, nil, "2026-11-28T01:00:00Z", nil),
      ("office", "scada", "tcp/80", nil, "2026-11-28T01:00:00Z", "operation-not-allowed"),
      ("plc-1", "8.8.8.8", nil, nil, "2026-11-28T01:00:00Z", "external-communication"),
      ("hmi-1", "plc-1", "modbus", "write holding-register 98-99", "2026-11-28T01:00:00Z", nil),
      ("hmi-1", "plc-1", "modbus", "write holding-register 99-100", "2026-11-28T01:00:00Z", "operation-not-allowed"),
      ("hmi-1", "plc-1", "modbus", "program", "2026-11-28T01:00:00Z", "controller-command"),
      ("02:00:00:00:00:09", "plc-1", "modbus", "program", "2026-11-28T01:00:00Z", nil),
      ("maintenance-pc", "plc-1", "modbus", "program", "2026-11-29T01:00:00Z", "outside-window"),
      ("maintenance-pc", "plc-1", "modbus", nil, "2026-11-29T01:00:00Z", "outside-window"),
    ]

  @Test(arguments: questions) func `an explanation names the alert that would be written`(
    sample: (from: String, to: String, service: String?, operation: String?, time: String, alert: String?)
  ) throws {
    let explanation = try plantSite().explain(
      from: sample.from, to: sample.to, service: sample.service, operation: sample.operation,
      at: try moment(sample.time))
    for line in explanation.lines { #expect(Phrases.avoided(inEnglish: line) == nil, "\(line)") }
    let japanese = try plantSite().explain(
      from: sample.from, to: sample.to, service: sample.service, operation: sample.operation,
      at: try moment(sample.time), language: .ja)
    for line in japanese.lines { #expect(Phrases.avoided(inJapanese: line) == nil, "\(line)") }
    #expect(explanation.alert == sample.alert)
    #expect(explanation.lines.last == "Alert: \(sample.alert ?? "none")")
  }

  /// Inside a zone a refused target is not the same as no conduit at all, and a new station name has its own alert.
  @Test(
    arguments: [
      ("hmi", "program", "operation-not-allowed"), ("hmi", "program block OB1", "operation-not-allowed"),
      ("hmi", "state", "controller-command"), ("plc", "program", "controller-command"),
      ("hmi", "configure station robot-2", "device-renamed"), ("hmi", "configure", "controller-command"),
      ("hmi", "write DB7", nil),
    ] as [(String, String, String?)])
  func `inside a zone an explanation names the alert that the monitor would write`(
    from: String, operation: String, alert: String?
  ) throws {
    let site = try Site.parse(
      """
      zones: {line: {}}
      assets: {hmi: {zone: line}, plc: {zone: line}}
      conduits: [{from: hmi, to: plc, operations: [program], targets: [DB7]}]
      """, file: "plant.yaml")
    #expect(try site.explain(from: from, to: "plc", service: nil, operation: operation, at: 0).alert == alert)
  }

  @Test func `an invalid question is rejected with a reason`() throws {
    let site = try plantSite()
    let fault = { (from: String, service: String?, operation: String?) -> String in
      do throws(SiteQuestionError) {
        return try site.explain(from: from, to: "plc-1", service: service, operation: operation, at: 0).lines.joined()
      } catch {
        return error.description
      }
    }
    #expect(
      fault("plc-2x", nil, nil) == "'plc-2x' is not a zone, asset, IP address or MAC address; did you mean 'plc-1'?")
    #expect(fault("plc-1", "modbsu", nil) == "unknown service 'modbsu'; did you mean 'modbus'?")
    #expect(fault("plc-1", nil, "wirte") == "unknown operation 'wirte'; did you mean 'write'?")
    #expect(fault("plc-1", nil, "write coils 1") == "unknown area 'coils'; did you mean 'coil'?")
  }

  @Test func `the summary lists each zone`() throws {
    #expect(
      try plantSite().summary() == [
        "Example Electronics, plant 2 (Asia/Tokyo)",
        "3 zones, 3 assets, 4 conduits, 1 window, 2 responders",
        "  line-1 (設備系ネットワーク ライン1): importance high; 192.168.10.0/24, VLAN 10; 3 assets; conduits 2 out, 3 in",
        "  scada: importance high; 192.168.20.0/24; 0 assets; conduits 1 out, 1 in",
        "  office: importance low; 10.20.0.0/16, fd00:20::/48; 0 assets; conduits 1 out, 0 in",
      ])
    #expect(try plantSite().summary(language: .ja)[1] == "ゾーン3件、資産3件、コンジット（通信経路）4件、時間帯1件、担当者2件")
  }
}
