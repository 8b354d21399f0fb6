// SPDX-License-Identifier: Apache-2.0

/// The words a conduit's `services` may use.
package struct ServiceWords: Sendable {
  /// IP protocols by name (IANA, Assigned Internet Protocol Numbers). Those with ports also come as `tcp/443`.
  package static let ipProtocols: [(name: String, number: UInt8, hasPorts: Bool)] = [
    ("icmp", 1, false), ("igmp", 2, false), ("tcp", 6, true), ("udp", 17, true), ("icmpv6", 58, false),
    ("sctp", 132, true),
  ]

  private var patterns: [String: ServicePattern] = [:]

  /// The words of the protocols there are, and of those without a dissector.
  package init() {
    self.init(dissectors: Registry.dissectors.map { ("\($0.name)", $0.selectors) })
    let tables = DissectorTables()
    for (index, name) in tables.names.enumerated() {
      let id = DissectorID(rawValue: UInt8(truncatingIfNeeded: index))
      let carriers = tables.carriers(of: id)
      guard !carriers.isEmpty else { continue }
      // A carried protocol is expected where its carriers are.
      var ports: [ServicePattern.ApplicationPorts] = []
      for carrier in carriers {
        if case .application(_, _, let known, _)? = patterns[tables.names[Int(carrier.rawValue)].description] {
          ports += known
        }
      }
      if case .application(let own, _, let known, _)? = patterns[name.description], own != .none {
        patterns[name.description] = .application(
          id: own, name: name.description, ports: known + ports, carriers: carriers)
      } else {
        patterns[name.description] = .application(id: id, name: name.description, ports: ports, carriers: carriers)
      }
    }
  }

  init(dissectors: [(name: String, selectors: [Selector])]) {
    for unread in Registry.unread {
      let ports =
        unread.tcp.map { ServicePattern.ApplicationPorts(ipProtocol: IPProtocol.tcp.rawValue, range: $0) }
        + unread.udp.map { ServicePattern.ApplicationPorts(ipProtocol: IPProtocol.udp.rawValue, range: $0) }
      patterns[unread.name] = .application(id: .none, name: unread.name, ports: ports)
    }
    for (index, dissector) in dissectors.enumerated() {
      var ports: [ServicePattern.ApplicationPorts] = []
      for selector in dissector.selectors {
        switch selector {
        case .tcp(let port): ports.append(.init(ipProtocol: IPProtocol.tcp.rawValue, range: port...port))
        case .udp(let port): ports.append(.init(ipProtocol: IPProtocol.udp.rawValue, range: port...port))
        case .anyTCP, .unclaimedTCP, .anyUDP, .etherType: break
        }
      }
      // A protocol found by content alone may come on any port of its transport.
      for selector in dissector.selectors {
        switch selector {
        case .anyTCP where !ports.contains { $0.ipProtocol == IPProtocol.tcp.rawValue }:
          ports.append(.init(ipProtocol: IPProtocol.tcp.rawValue, range: 0...0))
        case .anyUDP where !ports.contains { $0.ipProtocol == IPProtocol.udp.rawValue }:
          ports.append(.init(ipProtocol: IPProtocol.udp.rawValue, range: 0...0))
        default: break
        }
      }
      // Several framings of one protocol share one word; the first one represents them all (`DissectorTables.named`).
      if case .application(let first, _, let known, _)? = patterns[dissector.name], first != .none {
        let more = ports.filter { !known.contains($0) }
        patterns[dissector.name] = .application(id: first, name: dissector.name, ports: known + more)
        continue
      }
      let id = DissectorID(rawValue: UInt8(truncatingIfNeeded: index))
      patterns[dissector.name] = .application(id: id, name: dissector.name, ports: ports)
    }
  }

  /// An application protocol or a whole IP protocol by its name.
  package subscript(word: String) -> ServicePattern? {
    if let pattern = patterns[word] { return pattern }
    return ServiceWords.ipProtocols.first { $0.name == word }.map { .ipProtocol($0.number) }
  }

  /// Every word, for suggestions.
  package var all: [String] { ["any"] + ServiceWords.ipProtocols.map(\.name) + patterns.keys.sorted() }
}
