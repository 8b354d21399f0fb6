// SPDX-License-Identifier: Apache-2.0

/// A table of all protocols read, for users: generated from the registry, so that it is always correct.
package enum ProtocolList {
  private struct Line: Equatable {
    let name: String
    let title: String
    let places: String
    let depth: String
    let source: String
  }

  /// Each carried protocol once: two framings of a protocol carry the same ones.
  private static var lines: [Line] {
    Registry.dissectors.flatMap { dissector in
      let places = places(dissector.selectors)
      let own = Line(
        name: dissector.name.description, title: dissector.about.title.description, places: places,
        depth: dissector.about.depth.word, source: dissector.about.source.description)
      return [own]
        + dissector.carries.map { carried in
          Line(
            name: carried.name.description, title: carried.about.title.description,
            places: "in \(dissector.name)", depth: carried.about.depth.word, source: carried.about.source.description)
        }
    }.reduce(into: []) { lines, line in if !lines.contains(line) { lines.append(line) } }
  }

  /// `tcp/502, udp/502, any tcp`
  private static func places(_ selectors: [Selector]) -> String {
    selectors.map { selector in
      switch selector {
      case .tcp(let port): "tcp/\(port)"
      case .udp(let port): "udp/\(port)"
      case .anyTCP: "any tcp"
      case .unclaimedTCP: "other tcp"
      case .anyUDP: "any udp"
      case .etherType(let type): "EtherType 0x" + String(type, radix: 16, uppercase: true)
      }
    }.joined(separator: ", ")
  }

  package static var text: String {
    let lines = lines
    let name = lines.map(\.name.count).max() ?? 0
    let places = lines.map(\.places.count).max() ?? 0
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    return lines.map {
      "\(padded($0.name, name))  \(padded($0.depth, 10))  \(padded($0.places, places))  \($0.title); \($0.source)\n"
    }.joined()
  }

  package static var markdown: String {
    "| name | protocol | expected at | depth | source |\n|---|---|---|---|---|\n"
      + lines.map { "| `\($0.name)` | \($0.title) | \($0.places) | \($0.depth) | \($0.source) |\n" }.joined()
  }
}
