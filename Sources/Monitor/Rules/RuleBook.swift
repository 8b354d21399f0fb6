// SPDX-License-Identifier: Apache-2.0
import Matching
package import RuleLanguage

/// The rules of a run, ready to be matched. It never changes: another set of rules is another book.
package final class RuleBook: Sendable {
  /// A rule that could not be used, and why.
  package struct Refusal: Sendable {
    package let rule: Rule
    package let text: String
  }

  /// In the order in which they are tried: what passes traffic first, then what sets the bits that others ask for.
  let signatures: [Signature]
  package let refusals: [Refusal]
  package var count: Int { signatures.count }
  /// IP transports, as far as rules tell them apart.
  enum Transport: Int, CaseIterable { case tcp, udp, icmp, other }

  private let addresses: HeaderClasses<UInt128>
  private let ports: HeaderClasses<UInt16>
  /// By transport and by the class of the destination port: the rules that name ports.
  private let ofPort: [[[Int32]]]
  /// By transport: the others.
  private let ofAnyPort: [[Int32]]
  /// By transport: what is looked for in payloads, each under the place of its rule.
  let patterns: [[PatternSet.Pattern]]
  /// By buffer: what is looked for in it, under the place of its rule.
  let bufferPatterns: [[PatternSet.Pattern]]
  /// Rules about transactions that have nothing to look for first.
  let ofAnyTransaction: [Int32]
  /// By dissector: rules about its operations, and the actions that they are about, as bits.
  let ofOperations: [[Int32]]
  /// Those that may be about messages that are like those before them.
  let ofUsualOperations: [Int32]
  let actions: [UInt16]
  /// By dissector: rules about events alone, which need no operation.
  let ofEvents: [Int32]
  /// Rules about transactions that also test the bytes of the stream.
  let ofStreamAndTransaction: [Int32]
  /// Some rules ask which office protocol is spoken, or what is said in it.
  let asksForOffice: Bool

  /// Protocol names by `DissectorID`.
  let protocolNames = DissectorTables().names.map(\.description)

  package static let empty = RuleBook([], RuleNames(nil) { _ in nil }, seed: 0)

  /// `filters` are those of a threshold file.
  package init(
    _ rules: [Rule], _ names: RuleNames, filters: ThresholdFile = ThresholdFile(), seed: UInt64
  ) {
    var refusals: [Refusal] = []
    var signatures: [Signature] = []
    let ordered = rules.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
    for (_, rule) in ordered {
      do throws(RuleFault) {
        signatures.append(
          try Signature(rule, index: Int32(signatures.count), names, RuleFilters(of: rule, in: filters)))
      } catch {
        refusals.append(Refusal(rule: rule, text: error.text))
      }
    }
    self.signatures = signatures
    self.refusals = refusals

    let ofPackets = signatures.filter { $0.subject == .packet }
    addresses = HeaderClasses(
      Array(Set(ofPackets.flatMap { [$0.rule.header.source.ranges, $0.rule.header.destination.ranges] })), seed: seed)
    let ports = HeaderClasses(
      Array(Set(ofPackets.flatMap { [$0.rule.header.sourcePorts.ranges, $0.rule.header.destinationPorts.ranges] })),
      seed: seed)
    self.ports = ports

    var ofPort: [[[Int32]]] = []
    var ofAnyPort: [[Int32]] = []
    var patterns: [[PatternSet.Pattern]] = []
    for transport in Transport.allCases {
      let members = ofPackets.filter { $0.isFor(transport) }
      ofAnyPort.append(members.filter { !$0.narrowsDestinationPort }.map(\.index))
      var lists = Array(repeating: [Int32](), count: ports.count)
      for signature in members where signature.narrowsDestinationPort {
        for number in ports.numbers(in: signature.destinationPorts) { lists[Int(number)].append(signature.index) }
      }
      ofPort.append(lists)
      patterns.append(members.compactMap(\.pattern))
    }
    (self.ofPort, self.ofAnyPort) = (ofPort, ofAnyPort)
    self.patterns = patterns

    var ofOperations = Array(repeating: [Int32](), count: 64)
    var actions = Array(repeating: UInt16(0), count: 64)
    for signature in signatures {
      guard let operations = signature.operations else { continue }
      for dissector in 0..<64 where operations.dissectors & 1 << UInt64(dissector) != 0 {
        ofOperations[dissector].append(signature.index)
        actions[dissector] |= operations.actions
      }
    }
    (self.ofOperations, self.actions) = (ofOperations, actions)
    ofUsualOperations = signatures.filter { $0.operations?.mayBeUsual ?? false }.map(\.index)
    ofEvents = signatures.filter { $0.operations?.event != nil }.map(\.index)
    var bufferPatterns = Array(repeating: [PatternSet.Pattern](), count: 256)
    var ofAnyTransaction: [Int32] = []
    for signature in signatures where signature.subject == .transaction {
      if let first = FastPattern.choose(for: signature.rule), first.bytes.count >= 3,
        case let tests = signature.rule.buffers[first.bufferIndex], tests.buffer.isOfApplication,
        tests.transforms.isEmpty
      {
        bufferPatterns[Int(tests.buffer.rawValue)].append(
          PatternSet.Pattern(id: Int(signature.index), first.bytes, isCaseless: first.isCaseless))
      } else {
        ofAnyTransaction.append(signature.index)
      }
    }
    (self.bufferPatterns, self.ofAnyTransaction) = (bufferPatterns, ofAnyTransaction)
    ofStreamAndTransaction = signatures.filter { $0.subject == .transaction && $0.payload != nil }.map(\.index)
    asksForOffice = signatures.contains { $0.asksForOffice }
  }

  /// A number for all flows to which the same rules apply; nil where there is none.
  func key(
    _ transport: Transport, from source: IPAddress, _ sourcePort: UInt16, to destination: IPAddress,
    _ destinationPort: UInt16
  ) -> UInt128? {
    let numbers = (
      addresses.number(source.bits), addresses.number(destination.bits), ports.number(sourcePort),
      ports.number(destinationPort)
    )
    guard max(numbers.0, numbers.1, numbers.2, numbers.3) < UInt16(HeaderClasses<UInt16>.limit) else { return nil }
    let version: UInt64 = source.isV4 ? 1 : 0
    let ends = UInt64(numbers.0) << 16 | UInt64(numbers.1)
    let services = UInt64(numbers.2) << 16 | UInt64(numbers.3)
    return UInt128(version << 40 | UInt64(transport.rawValue) << 32 | ends) << 64 | UInt128(services)
  }

  /// The rules whose headers fit, in order.
  func members(
    _ transport: Transport, from source: IPAddress, _ sourcePort: UInt16, to destination: IPAddress,
    _ destinationPort: UInt16
  ) -> [Int32] {
    let named = ofPort[transport.rawValue][Int(ports.number(destinationPort))]
    let all = named + ofAnyPort[transport.rawValue]
    return all.filter {
      signatures[Int($0)].fits(
        transport, from: source, sourcePort, to: destination, destinationPort)
    }.sorted()
  }
}

extension Signature {
  /// What is looked for among many. Its place in the buffer is not: the same search serves streams, where it may be
  /// another one.
  var pattern: PatternSet.Pattern? {
    guard case .pattern(let first) = search else { return nil }
    return PatternSet.Pattern(id: Int(index), first.bytes, isCaseless: first.isCaseless)
  }

  /// Whether packets of a transport can match it.
  func isFor(_ transport: RuleBook.Transport) -> Bool {
    switch rule.header.transport {
    case .ip: true
    case .tcp, .tcpPacket, .tcpStream: transport == .tcp
    case .udp: transport == .udp
    case .icmp: transport == .icmp
    case .sctp: transport == .other
    case .packetHeader: false
    }
  }

  /// The ports that a packet's destination may have; with `<>` those of both sides.
  var destinationPorts: [ClosedRange<UInt16>] {
    rule.header.isBidirectional
      ? rule.header.destinationPorts.ranges + rule.header.sourcePorts.ranges : rule.header.destinationPorts.ranges
  }
  /// Whether it is found by its destination port: not if it takes nearly all of them.
  var narrowsDestinationPort: Bool {
    destinationPorts.reduce(0) { $0 + Int($1.upperBound) - Int($1.lowerBound) + 1 } <= 16_384
  }

  /// Whether a packet between these ends may match it.
  func fits(
    _ transport: RuleBook.Transport, from source: IPAddress, _ sourcePort: UInt16, to destination: IPAddress,
    _ destinationPort: UInt16
  ) -> Bool {
    let header = rule.header
    if header.ipVersion != 0, (header.ipVersion == 4) != source.isV4 { return false }
    if isAnyHeader { return true }
    // Only these have ports.
    let asksPorts = hasPorts && (transport == .tcp || transport == .udp || header.transport != .ip)
    if asksPorts, transport != .tcp, transport != .udp { return false }
    func fits(_ source: IPAddress, _ sourcePort: UInt16, _ destination: IPAddress, _ destinationPort: UInt16) -> Bool {
      header.source.contains(source) && header.destination.contains(destination)
        && (!asksPorts
          || header.sourcePorts.contains(sourcePort) && header.destinationPorts.contains(destinationPort))
    }
    return fits(source, sourcePort, destination, destinationPort)
      || header.isBidirectional && fits(destination, destinationPort, source, sourcePort)
  }
}

extension Rule {
  /// When it is tried: what passes traffic first, then setters of bits, then those that set and ask, then the others.
  fileprivate var rank: Int {
    if verb == .pass { return 0 }
    let deeds = flowBits.map(\.deed) + hostBits.map(\.deed)
    let sets = deeds.contains { $0 == .set || $0 == .unset || $0 == .toggle }
    let asks = deeds.contains { $0 == .isSet || $0 == .isNotSet }
    return sets ? (asks ? 2 : 1) : asks ? 3 : 4
  }
}
