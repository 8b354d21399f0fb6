// SPDX-License-Identifier: Apache-2.0
import Matching
import RuleLanguage

/// A rule as it is matched: what a packet is asked first, then the rest. One object, which all packets share.
final class Signature: Sendable {
  /// What a rule is tried on.
  enum Subject: Sendable {
    /// Packets, and, unless something in it concerns a packet alone, streams and the messages in them.
    case packet
    /// Operations of industrial protocols.
    case operation
    /// Parts of transactions of office protocols.
    case transaction
  }

  /// Tests of one buffer.
  struct Part: Sendable {
    let buffer: Buffer
    let tests: CompiledTests
    let transforms: [Transform]
  }

  /// The numbers of the product's own rules.
  static let ownNumbers: ClosedRange<UInt32> = 1_791_000...1_799_999
  var isOwn: Bool { rule.group == 1 && Signature.ownNumbers.contains(rule.number) }

  /// It asks which office protocol is spoken, or what is said in it.
  var asksForOffice: Bool {
    subject == .transaction || !application.isEmpty
      || rule.applicationTests.contains { test in
        switch test {
        case .applicationProtocol, .exactApplicationProtocol: true
        default: false
        }
      }
  }

  /// What is looked for first in a payload.
  enum Search: Sendable {
    case none
    /// A byte at a fixed place.
    case at(Int, UInt8, isCaseless: Bool)
    case pattern(FastPattern)
  }

  let rule: Rule
  /// Its place in the rule book.
  let index: Int32
  // Of the rule, what each packet may ask: the rule itself is large, and would be copied.
  let flow: FlowTest
  let packetTests: [PacketTest]
  let isPass: Bool
  let isSilent: Bool
  /// It asks for, or sets, what is noted of conversations and hosts.
  let usesNotes: Bool
  let protocols: [ProtocolName]
  struct ProtocolName: Sendable {
    let name: String
    let isNegated: Bool
  }
  let subject: Subject
  let payload: CompiledTests?
  /// Tests of buffers that decoders make.
  let buffers: [Part]
  let search: Search
  /// It is tried on streams and on the messages in them, too: nothing in it concerns one packet alone.
  let isOfStream: Bool
  /// It is tried on packets.
  let isOfPacket: Bool
  /// A place counted from the first byte is part of it: it is tried where messages begin, too.
  let isPlaced: Bool
  /// It can match a packet without payload.
  let takesEmpty: Bool
  /// A segment in the middle of a connection, without SYN, FIN or RST, can match it.
  let takesPlain: Bool
  /// It looks at headers.
  let needsHeaders: Bool
  /// The dissectors whose conversations it is about, as bits; 0: any.
  let dissectors: UInt64
  /// It is about a protocol that no dissector reads, by name: `http`; empty: none.
  let application: String
  /// Its header fits whatever ends there are.
  let isAnyHeader: Bool
  /// It names ports.
  let hasPorts: Bool
  /// By zone number; nil: any.
  let zones: ZoneRule?
  let operations: OperationRule?

  /// It asks for nothing but ends or a protocol, so that it holds for all packets of a direction or for none: it
  /// matches once in each.
  let isOfFlowAlone: Bool
  let filters: RuleFilters

  init(_ rule: Rule, index: Int32, _ names: RuleNames, _ filters: RuleFilters) throws(RuleFault) {
    self.rule = rule
    self.index = index
    self.filters = filters
    flow = rule.flow
    packetTests = rule.packetTests
    isPass = rule.verb == .pass
    isSilent = rule.isSilent
    usesNotes = !rule.flowBits.isEmpty || !rule.hostBits.isEmpty || !rule.flowIntegers.isEmpty
    protocols = rule.applicationTests.compactMap { test in
      switch test {
      case .applicationProtocol(let name, let isNegated), .exactApplicationProtocol(let name, let isNegated):
        ProtocolName(name: name, isNegated: isNegated)
      default: nil
      }
    }
    var payload: CompiledTests?
    var buffers: [Part] = []
    for tests in rule.buffers {
      let compiled: CompiledTests
      do throws(MatchingError) {
        compiled = try CompiledTests(tests, dialect: rule.dialect)
      } catch {
        throw RuleFault(text: error.description)
      }
      for transform in tests.transforms where !transform.isKnown {
        throw RuleFault(text: "it transforms a buffer in a way that is not done here")
      }
      if tests.buffer == .payload, payload == nil, tests.transforms.isEmpty {
        payload = compiled
      } else {
        buffers.append(Part(buffer: tests.buffer, tests: compiled, transforms: tests.transforms))
      }
    }
    self.payload = payload
    self.buffers = buffers
    operations = try OperationRule(rule, names)
    zones = try rule.zones.map { zones throws(RuleFault) in try ZoneRule(zones, names) }
    for test in rule.applicationTests {
      switch test {
      case .sslState, .sshVersion: throw RuleFault(text: "this keyword asks for what the decoder does not give")
      default: break
      }
    }
    let isOfTransaction =
      rule.applicationTests.contains { OperationRule.isOfTransaction($0) }
      || buffers.contains { !OperationRule.isOfOperation($0.buffer) }
    subject = operations != nil ? .operation : isOfTransaction ? .transaction : .packet
    if operations != nil, isOfTransaction {
      throw RuleFault(text: "keywords of industrial and of office protocols in one rule can never match together")
    }
    var dissectors: UInt64 = 0
    var application = rule.header.application
    if !application.isEmpty, let known = names.dissectors[application] {
      dissectors = known
      application = ""
    }
    self.dissectors = dissectors
    self.application = application
    let isOfProtocolAlone =
      !application.isEmpty || dissectors != 0
      || rule.applicationTests.contains {
        if case .applicationProtocol = $0 { true } else { false }
      }
    isOfFlowAlone =
      subject == .packet && rule.buffers.isEmpty && rule.packetTests.isEmpty
      && (isOfProtocolAlone
        || rule.flow == FlowTest() && rule.header.sourcePorts.isAny
          && rule.header.destinationPorts.isAny && rule.flowBits.isEmpty)
    isOfStream = subject == .packet && payload != nil && !rule.isOfPacketAlone
    isOfPacket = rule.header.transport != .tcpStream && !rule.flow.isStreamOnly
    isPlaced = rule.isPlaced
    takesEmpty = payload == nil && !buffers.contains { $0.buffer == .payload }
    takesPlain = rule.packetTests.allSatisfy { test in
      guard case .flags(let rule, let bits, let ignored) = test else { return true }
      return (0...UInt8.max).contains { $0 & 16 != 0 && $0 & 7 == 0 && rule.holds($0 & ~ignored, bits & ~ignored) }
    }
    needsHeaders = !rule.packetTests.isEmpty || buffers.contains { $0.buffer.isOfPacketHeader }
    search = subject == .packet && payload != nil ? Search(rule) : .none
    isAnyHeader =
      rule.header.source.isAny && rule.header.destination.isAny && rule.header.sourcePorts.isAny
      && rule.header.destinationPorts.isAny
    hasPorts = !rule.header.sourcePorts.isAny || !rule.header.destinationPorts.isAny
  }
}

extension Signature.Search {
  /// A content at a fixed place, else the one that is found fastest.
  init(_ rule: Rule) {
    let tests = rule.buffers.first { $0.buffer == .payload }?.tests ?? []
    for case .content(let content) in tests where !content.isNegated && !content.bytes.isEmpty {
      guard !content.isRelative, let place = content.fixedPlace, place < 4_096 else { continue }
      self = .at(place, content.bytes[0], isCaseless: content.isCaseless)
      return
    }
    if let pattern = FastPattern.choose(for: rule), rule.buffers[pattern.bufferIndex].buffer == .payload,
      pattern.bytes.count >= 3
    {
      self = .pattern(pattern)
    } else {
      self = .none
    }
  }
}

extension Content {
  /// Where it begins, if that is one place.
  fileprivate var fixedPlace: Int? {
    if isAtStart { return 0 }
    let offset: Int
    switch self.offset {
    case nil: offset = 0
    case .number(let number): offset = number
    case .variable: return nil
    }
    guard case .number(let depth) = depth, depth == bytes.count, offset >= 0 else { return nil }
    return offset
  }
}

extension Rule {
  /// Whether something in it concerns one packet, and no stream.
  fileprivate var isOfPacketAlone: Bool {
    if header.transport != .tcp && header.transport != .tcpStream && header.transport != .ip { return true }
    if header.transport == .tcpStream || flow.isStreamOnly { return false }
    return flow.isWithoutStream || !packetTests.isEmpty || buffers.contains { $0.buffer.isOfPacketHeader }
      || !buffers.contains { $0.buffer == .payload }
  }

  /// Whether a place in it is counted from the first byte.
  fileprivate var isPlaced: Bool {
    guard let tests = buffers.first(where: { $0.buffer == .payload })?.tests else { return false }
    return tests.contains { test in
      switch test {
      case .content(let content): content.offset != nil || content.depth != nil || content.isAtStart
      case .byteTest(let test): !test.isRelative
      case .byteJump(let jump): !jump.isRelative
      case .byteExtract(let extract): !extract.isRelative
      case .byteMath(let math): !math.isRelative
      case .isDataAt(let test): !test.isRelative
      case .expression(let expression): expression.flags.contains("A") || expression.pattern.hasPrefix("^")
      case .size: true
      }
    }
  }
}

/// Why a rule that was read cannot be used.
package struct RuleFault: Error, Sendable {
  package let text: String
}

/// `zone`, by number.
struct ZoneRule: Sendable {
  let from: Set<UInt16>
  let isFromNegated: Bool
  let to: Set<UInt16>
  let isToNegated: Bool

  init(_ test: ZoneTest, _ names: RuleNames) throws(RuleFault) {
    var sets: [Set<UInt16>] = []
    for words in [test.from, test.to] {
      var set: Set<UInt16> = []
      for word in words {
        guard let zone = names.zones[word] else {
          throw RuleFault(
            text: names.zones.isEmpty
              ? "zone '\(word)': there is no site file" : "zone '\(word)': the site file has no such zone")
        }
        set.insert(zone)
      }
      sets.append(set)
    }
    (from, to) = (sets[0], sets[1])
    (isFromNegated, isToNegated) = (test.isFromNegated, test.isToNegated)
  }

  func holds(from source: ZoneID, to destination: ZoneID) -> Bool {
    (from.isEmpty || from.contains(source.rawValue) != isFromNegated)
      && (to.isEmpty || to.contains(destination.rawValue) != isToNegated)
  }
}
