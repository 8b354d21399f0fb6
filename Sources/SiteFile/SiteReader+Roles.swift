// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// A role may be any word; one that looks like a known word and is none is most likely a mistake, and would have no
/// effect.
extension SiteReader {
  static let roles =
    Asset.forwardingRoles + [
      "plc", "safety-plc", "remote-io", "rtu", "ied", "dcs", "cnc", "robot", "drive", "servo", "vfd", "sensor",
      "camera",
      "hmi", "scada", "historian", "mes", "engineering-station", "office-terminal", "server", "client", "pc", "ipc",
      "switch", "access-point", "printer", "nas", "ups", "meter",
    ]
  /// Other words for the same, in lower case without hyphens.
  private static let synonyms = [
    "controller": "plc", "sps": "plc", "pac": "plc", "io": "remote-io", "remoteio": "remote-io", "rio": "remote-io",
    "iomodule": "remote-io", "engineering": "engineering-station", "ews": "engineering-station",
    "workstation": "engineering-station", "panel": "hmi", "operatorpanel": "hmi", "touchpanel": "hmi",
    "relay": "ied", "l3switch": "router", "layer3switch": "router", "defaultgateway": "gateway",
    "office": "office-terminal",
    "シーケンサ": "plc", "シーケンサー": "plc", "ルーター": "router", "ルータ": "router", "ファイアウォール": "firewall",
    "ゲートウェイ": "gateway", "表示器": "hmi", "タッチパネル": "hmi",
  ]

  mutating func role(_ field: SiteField) -> String? {
    guard let word = document.text(field) else { return nil }
    guard !SiteReader.roles.contains(word) else { return word }
    let plain = word.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " && $0 != "/" }
    let same = SiteReader.roles.first { $0.filter { $0 != "-" } == plain }
    guard let meant = same ?? SiteReader.synonyms[plain] ?? Spelling.nearest(word, in: SiteReader.roles) else {
      return word
    }
    let shown = SiteDocument.shown(word)
    document.warning(
      field,
      Bilingual(
        "the role '\(shown)' is kept as a word for people and has no effect",
        "ロール '\(shown)' は表示用の語として扱われ、判定には使われません"), suggestion: meant)
    return word
  }
}
