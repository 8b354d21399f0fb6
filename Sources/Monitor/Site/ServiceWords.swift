// SPDX-License-Identifier: Apache-2.0

/// The words a conduit's `services` may use.
struct ServiceWords: Sendable {
  /// IP protocols by name (IANA, Assigned Internet Protocol Numbers). Those with ports also come as `tcp/443`.
  static let ipProtocols: [(name: String, number: UInt8, hasPorts: Bool)] = [
    ("icmp", 1, false), ("igmp", 2, false), ("tcp", 6, true), ("udp", 17, true), ("icmpv6", 58, false),
    ("sctp", 132, true),
  ]

  /// Application protocols that are known by name before a dissector reads them, and their usual ports (IANA, Service Name and Transport
  /// Protocol Port Number Registry, or the protocol's own document). Once there is a dissector, its selectors count instead.
  static let expected: [(name: String, tcp: [ClosedRange<UInt16>], udp: [ClosedRange<UInt16>])] = [
    ("modbus", [502...502], [502...502]),
    ("dnp3", [20000...20000], [20000...20000]),
    ("iec104", [2404...2404], []),
    ("enip", [44818...44818], [44818...44818, 2222...2222]),
    ("cip", [44818...44818], [44818...44818, 2222...2222]),
    ("s7comm", [102...102], []),
    ("s7comm-plus", [102...102], []),
    ("opcua", [4840...4840], []),
    ("bacnet", [], [47808...47808]),
    ("profinet-dcp", [], []),
    ("profinet-rt", [], []),
    ("profinet-cm", [], [34964...34964]),
    ("mms", [102...102], []),
    ("goose", [], []),
    ("sv", [], []),
    ("slmp", [5000...5002, 5010...5010], [5000...5002, 5010...5010, 61451...61451]),
    ("melsoft", [5002...5002, 5007...5008, 5562...5562], [5001...5001, 5006...5006, 5560...5560]),
    ("fins", [9600...9600], [9600...9600]),
    ("cc-link-ie", [], [61450...61451]),
    ("ethercat", [34980...34980], [34980...34980]),
    ("ads", [48898...48898], [48899...48899]),
    ("hart-ip", [5094...5094], [5094...5094]),
    ("synchrophasor", [4712...4712], [4713...4713]),
    ("umas", [502...502], []),
    ("mqtt", [1883...1883], []),
  ]

  private var patterns: [String: ServicePattern] = [:]

  /// The words of the protocols there are, and of those expected.
  init() {
    self.init(dissectors: Registry.dissectors.map { ("\($0.name)", $0.selectors) })
    let names = Registry.names()
    for (index, name) in names.enumerated() {
      let id = DissectorID(rawValue: UInt8(truncatingIfNeeded: index))
      let carriers = Registry.carriers(of: id)
      guard !carriers.isEmpty else { continue }
      // A carried protocol is expected where its carriers are.
      var ports: [ServicePattern.ApplicationPorts] = []
      for carrier in carriers {
        if case .application(_, _, let known, _)? = patterns[names[Int(carrier.rawValue)].description] {
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
    for (name, tcp, udp) in ServiceWords.expected {
      let ports =
        tcp.map { ServicePattern.ApplicationPorts(ipProtocol: 6, range: $0) }
        + udp.map { ServicePattern.ApplicationPorts(ipProtocol: 17, range: $0) }
      patterns[name] = .application(id: .none, name: name, ports: ports)
    }
    for (index, dissector) in dissectors.enumerated() {
      var ports: [ServicePattern.ApplicationPorts] = []
      for selector in dissector.selectors {
        switch selector {
        case .tcp(let port): ports.append(.init(ipProtocol: 6, range: port...port))
        case .udp(let port): ports.append(.init(ipProtocol: 17, range: port...port))
        case .anyTCP, .unclaimedTCP, .anyUDP, .etherType: break
        }
      }
      // A protocol found by content alone may come on any port of its transport.
      for selector in dissector.selectors {
        switch selector {
        case .anyTCP where !ports.contains { $0.ipProtocol == 6 }: ports.append(.init(ipProtocol: 6, range: 0...0))
        case .anyUDP where !ports.contains { $0.ipProtocol == 17 }: ports.append(.init(ipProtocol: 17, range: 0...0))
        default: break
        }
      }
      // Several framings of one protocol are one word; the first one stands for all (`Registry.named`).
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
  subscript(word: String) -> ServicePattern? {
    if let pattern = patterns[word] { return pattern }
    return ServiceWords.ipProtocols.first { $0.name == word }.map { .ipProtocol($0.number) }
  }

  /// Every word, for suggestions.
  var all: [String] { ["any"] + ServiceWords.ipProtocols.map(\.name) + patterns.keys.sorted() }
}
