// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// Answers to what people write from habit, and what a site file says otherwise.
enum SiteAdvice {
  /// An end of a conduit.
  static func end(_ name: String, _ shown: String) -> Bilingual? {
    switch name.lowercased() {
    case "internet", "outside", "wan", "extern", "untrusted", "cloud":
      return Bilingual(
        "unknown zone or asset '\(shown)'; what is outside of all zones is 'external'",
        "不明なゾーンまたは資産 '\(shown)' です。どのゾーンにも属さない相手は 'external' と書きます")
    case "*", "all", "0.0.0.0/0", "::/0", "everything":
      return Bilingual(
        "unknown zone or asset '\(shown)'; every zone, and what is outside of them, is 'any'",
        "不明なゾーンまたは資産 '\(shown)' です。すべての相手は 'any' と書きます")
    default: break
    }
    let address = name.split(separator: "/", maxSplits: 1).first.flatMap { IPAddress($0) }
    guard address != nil || MACAddress(name) != nil else { return nil }
    return Bilingual(
      "'\(shown)' is an address; a conduit names zones and assets: list it under 'assets' or in 'networks' of a zone, and "
        + "use the name",
      "'\(shown)' はアドレスです。コンジットにはゾーンか資産の名前を書きます。'assets' またはゾーンの 'networks' に登録し、その名前を"
        + "使ってください")
  }

  /// A word of `services`: a bare port, or its parts in another order.
  static func service(_ text: String, _ shown: String) -> SiteReader.WordFault? {
    let lower = text.lowercased().filter { $0 != " " }
    if SiteReader.range(lower) != nil {
      return SiteReader.WordFault(
        message: Bilingual(
          "'\(shown)' is a port without its protocol; write tcp/\(lower) or udp/\(lower)",
          "'\(shown)' にはプロトコルがありません。tcp/\(lower) または udp/\(lower) と書いてください"))
    }
    let transports = ["tcp", "udp", "sctp"]
    guard let transport = transports.first(where: { lower.hasPrefix($0) || lower.hasSuffix($0) }) else { return nil }
    let rest = lower.replacing(transport, with: "", maxReplacements: 1).filter { !"/:_".contains($0) }
    let meant = "\(transport)/\(rest)"
    guard meant != text, SiteReader.range(rest) != nil else { return nil }
    return SiteReader.WordFault(
      message: Bilingual(
        "'\(shown)': a service by port is written protocol/port", "'\(shown)': ポートによるサービスは プロトコル/ポート と書きます"),
      meant: meant)
  }

  /// A reference as manuals of Modbus devices have them, by table and number from 1 (Modbus Application Protocol
  /// V1.1b3, 4.4, "MODBUS Data Model"; the tables by Modicon's numbers 0, 1, 3 and 4): `40001`, `400001-400100`,
  /// `4x00001`.
  static func modiconTarget(_ words: ArraySlice<Substring>, _ unit: Int64?, _ shown: String) -> SiteReader.WordFault? {
    let areas: [Character: String] = ["1": "discrete-input", "3": "input-register", "4": "holding-register"]
    let suffix = unit.map { " unit \($0)" } ?? ""
    let text = words.last.map(String.init) ?? ""
    let ends = text.split(separator: "-", maxSplits: 1).map { $0.lowercased().filter { $0 != "x" } }
    guard let first = ends.first, let digit = first.first, let area = areas[digit],
      first.count == 5 || first.count == 6,
      ends.allSatisfy({ $0.count == first.count && $0.first == digit }),
      let low = SiteReader.number(first.dropFirst()), let high = SiteReader.number(ends[ends.count - 1].dropFirst()),
      low >= 1, high >= low, high <= 65_536
    else { return nil }
    let addresses = low == high ? "\(low - 1)" : "\(low - 1)-\(high - 1)"
    guard words.count == 1 else { return nil }
    return SiteReader.WordFault(
      message: Bilingual(
        "'\(shown)' counts from 1 and begins with the table, as manuals do; targets count from 0, as messages do",
        "'\(shown)' はマニュアルの表記（先頭がテーブル番号、1から数える）です。targetsは電文と同じく0から数えます"),
      meant: "\(area) \(addresses)\(suffix)")
  }

  /// Addresses behind their area that look like such references: a valid range, but of registers that few devices have.
  static func modiconRange(_ range: TargetRange) -> (message: Bilingual, meant: String)? {
    let tables: [(area: Area, numbers: ClosedRange<UInt64>)] = [
      (.discreteInput, 10_001...19_999), (.inputRegister, 30_001...39_999), (.holdingRegister, 40_001...49_999),
    ]
    guard let table = tables.first(where: { $0.area == range.area }),
      table.numbers.contains(range.addresses.lowerBound), table.numbers.contains(range.addresses.upperBound)
    else { return nil }
    let (low, high) = (range.addresses.lowerBound, range.addresses.upperBound)
    let base = table.numbers.lowerBound
    let meant = low == high ? "\(low - base)" : "\(low - base)-\(high - base)"
    return (
      Bilingual(
        "address \(low) is taken as it stands in messages, which count from 0; manuals call the first one \(base)",
        "アドレス \(low) は、0から数える電文中の値として扱います。マニュアルでは先頭を \(base) と表記します"),
      "\(range.area.word) \(meant)" + (range.unit.map { " unit \($0)" } ?? "")
    )
  }
}
