// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// A record as people read it: an alert is time, severity, kind, who did it to whom, what was seen and what was
/// expected; any other record is time, what it is, between whom, and its values by name. It is made from the record, so
/// that both say the same.
struct TextLine {
  /// A part that is coloured as a whole, and may begin on a row of its own.
  private struct Part {
    let text: String
    var colour: TextStyle.Colour?
    var beginsSentence = false
  }
  private static let indent = 4

  private let leaves: Leaves
  private let style: TextStyle

  /// The record in rows, each with its line feed.
  static func rows(_ line: borrowing JSONLine, _ style: TextStyle) -> String {
    let text = TextLine(leaves: Leaves(line), style: style)
    return text.laidOut(text.leaves["event_type"] == "alert" ? text.alert : text.other)
  }

  // MARK: What is shown

  private var alert: [Part] {
    let severity = leaves["alert.severity"].flatMap { Int($0) } ?? 4
    let word = Catalogue.severityText(severity)[style.language]
    let colours: [TextStyle.Colour] = [.red, .yellow, .cyan, .dim]
    var parts = [
      time, Part(text: padded(word), colour: colours[min(max(severity, 1), 4) - 1]),
      Part(text: text("alert.metadata.kind"), colour: .bold),
    ]
    let status = leaves["alert.context.status"]
    if status == "closed" { parts.append(Part(text: Bilingual("over", "終了")[style.language], colour: .dim)) }
    if status == "withdrawn" { parts.append(Part(text: Bilingual("withdrawn", "取り消し")[style.language], colour: .dim)) }
    if let count = leaves["alert.context.count"], count != "1" { parts.append(Part(text: "×\(count)", colour: .dim)) }
    let arrow = leaves["alert.context.direction"] == "uncertain" ? "↔" : "→"
    let (source, destination) = (party("source", "src"), party("destination", "dest"))
    // What a device is or has become concerns itself alone.
    parts.append(Part(text: source == destination ? source : "\(source) \(arrow) \(destination)"))
    parts.append(Part(text: text("alert.context.ooda.observe.summary"), beginsSentence: true))
    let expected = text("alert.context.ooda.observe.expected")
    let label = Bilingual("Expected: ", "想定: ")[style.language]
    if !expected.isEmpty { parts.append(Part(text: label + expected, colour: .dim, beginsSentence: true)) }
    return parts
  }

  /// Severities in one column; only "information" is longer.
  private func padded(_ word: String) -> String { word + String(repeating: " ", count: max(0, 6 - word.columns)) }

  /// The name of an end in the site file, else its address, with its zone.
  private func party(_ end: String, _ key: String) -> String {
    let path = "alert.context.ooda.orient.\(end)"
    let asset = text("\(path).asset")
    if !asset.isEmpty { return asset }
    let address = address(key)
    let zone = text("\(path).zone")
    return zone.isEmpty || !isAboutZones ? address : "\(address) (\(zone))"
  }

  /// Without a site file both ends are outside, which says nothing.
  private var isAboutZones: Bool {
    ["source", "destination"].contains { text("alert.context.ooda.orient.\($0).zone") != "external" }
  }

  /// Of a station without an IP address its MAC address.
  private func address(_ key: String) -> String {
    let ip = text("\(key)_ip")
    let mac = text("ether.\(key)_mac")
    return (ip == "0.0.0.0" || ip == "::" || ip.isEmpty) && !mac.isEmpty ? mac : ip
  }

  /// Not shown by name: what stands at the beginning, and numbers that tie records of machines together.
  private static let left: Set<String> = [
    "timestamp", "event_type", "src_ip", "src_port", "dest_ip", "dest_port", "flow_id", "community_id", "host",
    "operation.digest",
  ]

  private var other: [Part] {
    var parts = [time, Part(text: text("event_type"), colour: .bold)]
    if leaves["src_ip"] != nil { parts.append(Part(text: "\(end("src")) → \(end("dest"))")) }
    for (path, value) in leaves.list where !TextLine.left.contains(path) {
      // The values of one sort of record all begin with its name.
      let name = path.split(separator: ".", maxSplits: 1)
      let key = name.count == 2 && name[0] == (leaves["event_type"] ?? "") ? String(name[1]) : path
      let isPlain = !value.isEmpty && !value.utf8.contains(UInt8(ascii: " "))
      parts.append(Part(text: "\(key)=" + (isPlain ? value : "\"\(value)\"").withControlsWrittenOut))
    }
    return parts
  }

  private func end(_ key: String) -> String {
    let port = leaves["\(key)_port"].map { ":\($0)" } ?? ""
    let address = address(key)
    return address.contains(":") && !port.isEmpty ? "[\(address)]\(port)" : address + port
  }

  private func text(_ path: String) -> String { (leaves[path] ?? "").withControlsWrittenOut }

  /// `2026-11-23 10:15:30 +09:00`
  private var time: Part {
    let text = text("timestamp")
    guard text.utf8.count >= 31 else { return Part(text: text, colour: .dim) }
    let offset = text.suffix(5)
    return Part(
      text: "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
        + (style.showsOffset ? " \(offset.prefix(3)):\(offset.suffix(2))" : ""), colour: .dim)
  }

  // MARK: Rows

  private func laidOut(_ parts: [Part]) -> String {
    guard let width = style.width() else {
      return parts.map { style.painted($0.text, $0.colour) }.joined(separator: "  ") + "\n"
    }
    var rows = ""
    var used = 0
    for part in parts {
      let columns = part.text.columns
      if used == 0 || used + 2 + columns <= width {
        rows += (used == 0 ? "" : "  ")
        used += used == 0 ? 0 : 2
      } else {
        rows += "\n" + String(repeating: " ", count: TextLine.indent)
        used = TextLine.indent
      }
      let fits = used + columns <= width
      let pieces =
        fits ? [part.text] : part.text.folded(to: width - TextLine.indent, first: max(0, used - TextLine.indent))
      for (index, piece) in pieces.enumerated() {
        if index > 0 {
          rows += "\n" + String(repeating: " ", count: TextLine.indent)
          used = TextLine.indent
        }
        rows += style.painted(piece, part.colour)
        used += piece.columns
      }
      // What follows a folded sentence begins a row.
      if part.beginsSentence, pieces.count > 1 { used = width }
    }
    return rows + "\n"
  }
}
