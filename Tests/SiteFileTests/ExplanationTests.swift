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
        "From: 192.168.20.7 is in zone 'scada', by the network that holds it; no asset has it",
        "To: plc-1 is an asset (plc) of zone 'line-1'",
        "When: sat 2026-11-28 10:15 (Asia/Tokyo)",
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
        "送信元: 10.20.3.7 はネットワークによりゾーン「office」、資産の登録なし",
        "宛先: 192.168.10.11 はゾーン「line-1」の資産「plc-1」(plc)、IP アドレスによる",
        "時刻: thu 1970-01-01 09:00（Asia/Tokyo）",
        "コンジット: 該当なし",
        "判定: 不許可: office から line-1 へのコンジットなし",
        "アラート: cross-zone-flow",
      ])
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

  @Test(arguments: questions) func `an explanation tells which alert would be written`(
    sample: (from: String, to: String, service: String?, operation: String?, time: String, alert: String?)
  ) throws {
    let explanation = try plantSite().explain(
      from: sample.from, to: sample.to, service: sample.service, operation: sample.operation,
      at: try moment(sample.time))
    #expect(explanation.alert == sample.alert)
    #expect(explanation.lines.last == "Alert: \(sample.alert ?? "none")")
  }

  @Test func `a question that makes no sense says so`() throws {
    let site = try plantSite()
    let fault = { (from: String, service: String?, operation: String?) -> String in
      do throws(SiteQuestionError) {
        return try site.explain(from: from, to: "plc-1", service: service, operation: operation, at: 0).lines.joined()
      } catch {
        return error.description
      }
    }
    #expect(fault("plc-2x", nil, nil) == "'plc-2x' is no zone, asset, IP address or MAC address; did you mean 'plc-1'?")
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
    #expect(try plantSite().summary(language: .ja)[1] == "ゾーン 3、資産 3、コンジット 4、時間帯 1、対応者 2")
  }
}
