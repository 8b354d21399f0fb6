// SPDX-License-Identifier: Apache-2.0
import Information
import Matching
import RuleLanguage

/// What a run asks of its rules.
package struct RuleOptions: Sendable {
  /// Connections whose handshake was not seen are not established.
  package var isStrictAboutHandshakes = false
  package init() {}
}

/// Tries rules on what passes: packets, the streams and messages in them, operations. What matches is left in `matches`
/// for detection, which knows the ends and makes findings of it.
struct RuleEngine: ~Copyable {
  /// A rule that has matched.
  struct Match {
    let rule: Int32
  }

  let options: RuleOptions
  let book: RuleBook
  let isEmpty: Bool
  /// As in the book, where each operation finds it without another look.
  private let actions: [UInt16]
  /// Until detection has taken them.
  var matches: [Match] = []
  private(set) var counters: Counters

  struct Counters {
    /// By rule: alerts before they are summed up.
    var alerts: [UInt64]
    /// By rule: how often its limit on work ended a search.
    var limits: [UInt64]
  }

  /// The first has no rules.
  private var groups: [RuleGroup] = [RuleGroup([])]
  private var groupNumbers: [[Int32]: UInt16] = [[]: 0]
  private var memo: [UInt128: UInt16] = [:]
  var candidates: [Int32] = []
  /// By transport: the patterns of all rules, and what was found last.
  private let patterns: [PatternSet?]
  var hits = PatternHits()
  var evaluation = Evaluation()
  var bits: RuleBits
  var tallies: RuleTallies
  /// Two pieces of a stream, one after the other.
  private var joined: [UInt8] = []
  /// A `pass` rule has matched what is being looked at.
  private var isPassed = false
  /// What office protocols say.
  var readers: BoundedTable<OfficeKey, OfficeReader>
  var transaction: Transaction? = Transaction()
  /// By buffer: what is looked for in it.
  let bufferPatterns: [PatternSet?]
  /// The conversation of the part that is being looked at.
  var current: (conversation: Conversation, direction: Direction, moment: Moment)?
  /// Of rules that have matched a transaction: its number.
  var answered: BoundedTable<AnsweredKey, UInt32>
  /// Counts messages, so that a rule alerts once for each.
  private var message: UInt64 = 0
  private var latestMessages: [UInt64]

  /// Distinct header classes that are remembered; beyond them all are looked up anew.
  private static let memoLimit = 16_384
  private static let groupLimit = 65_000

  init(_ book: RuleBook, _ options: RuleOptions = RuleOptions(), seed: UInt64) {
    self.book = book
    self.options = options
    isEmpty = book.signatures.isEmpty
    actions = book.actions
    counters = Counters(
      alerts: Array(repeating: 0, count: book.count), limits: Array(repeating: 0, count: book.count))
    latestMessages = Array(repeating: 0, count: book.count)
    patterns = book.patterns.map { list in
      if list.isEmpty { return nil }
      // Vectorscan may refuse what our own search takes.
      return (try? PatternSet(list)) ?? (try? PatternSet(list, method: .ahoCorasick))
    }
    bufferPatterns = Buffer.allCases.map { buffer in
      let list = book.bufferPatterns[Int(buffer.rawValue)]
      if list.isEmpty { return nil }
      return (try? PatternSet(list)) ?? (try? PatternSet(list, method: .ahoCorasick))
    }
    readers = BoundedTable(limit: RuleEngine.readerLimit, seed: seed)
    answered = BoundedTable(limit: RuleEngine.answeredLimit, seed: seed)
    bits = RuleBits(book, seed: seed)
    tallies = RuleTallies(seed: seed)
    candidates.reserveCapacity(256)
    matches.reserveCapacity(16)
  }

  /// Bytes of the compiled patterns.
  var patternBytes: Int { patterns.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

  /// Alerts by rule, of those that have any.
  var alerts: [(group: UInt32, number: UInt32, count: UInt64)] { counts(counters.alerts) }
  /// How often rules were given up, since trying them took too much work.
  var givenUp: [(group: UInt32, number: UInt32, count: UInt64)] { counts(counters.limits) }

  private func counts(_ list: [UInt64]) -> [(group: UInt32, number: UInt32, count: UInt64)] {
    book.signatures.compactMap { signature in
      let count = list[Int(signature.index)]
      return count > 0 ? (signature.rule.group, signature.rule.number, count) : nil
    }
  }

  /// Notes, counts and readers that were forgotten at a limit.
  var evictions: Int {
    bits.evictions + tallies.evictions + readers.evictions.all + answered.evictions.all
  }

  // MARK: Which rules

  /// A conversation begins: what is to be followed in it has to be known before its first bytes are read.
  mutating func begin(_ conversation: inout Conversation) {
    _ = group(of: &conversation, .toServer)
    _ = group(of: &conversation, .toClient)
  }

  /// The group of rules for what is sent in a direction.
  @inline(__always)
  private mutating func group(of conversation: inout Conversation, _ direction: Direction) -> Int {
    let known = conversation.rules.group(direction)
    return known != RuleMarks.unknown ? Int(known) : lookUp(&conversation, direction)
  }

  @inline(never)
  private mutating func lookUp(_ conversation: inout Conversation, _ direction: Direction) -> Int {
    let flow = conversation.flow
    guard !flow.isLink else {
      conversation.rules.set(0, direction)
      return 0
    }
    let transport: RuleBook.Transport =
      switch flow.ipProtocol {
      case IPProtocol.tcp.rawValue: .tcp
      case IPProtocol.udp.rawValue, IPProtocol.udpLite.rawValue: .udp
      case IPProtocol.icmp.rawValue, IPProtocol.icmpv6.rawValue: .icmp
      default: .other
      }
    let (source, destination) =
      direction == .toServer
      ? ((flow.client, flow.clientPort), (flow.server, flow.serverPort))
      : ((flow.server, flow.serverPort), (flow.client, flow.clientPort))
    let key = book.key(transport, from: source.0, source.1, to: destination.0, destination.1)
    let number: UInt16
    if let key, let known = memo[key] {
      number = known
    } else {
      number = groupNumber(
        of: book.members(transport, from: source.0, source.1, to: destination.0, destination.1))
      if let key {
        if memo.count >= RuleEngine.memoLimit { memo.removeAll(keepingCapacity: true) }
        memo[key] = number
      }
    }
    conversation.rules.set(number, direction)
    if transport == .tcp {
      if groups[Int(number)].looksAtStreams { conversation.rules.followsStream = true }
      if readsOffice, conversation.rules.unrecognised < RuleEngine.recognitionLimit {
        conversation.rules.followsOffice = true
      }
    }
    return Int(number)
  }

  private mutating func groupNumber(of members: [Int32]) -> UInt16 {
    if let known = groupNumbers[members] { return known }
    // There are at most as many as distinct headers meet; if they are ever too many, the least harm is to begin anew:
    // flows keep their numbers' meaning only as long as the list lives, so the last group takes what does not fit.
    guard groups.count < RuleEngine.groupLimit else { return UInt16(groups.count - 1) }
    groups.append(RuleGroup(members.map { book.signatures[Int($0)] }))
    groupNumbers[members] = UInt16(groups.count - 1)
    return UInt16(groups.count - 1)
  }

  // MARK: Packets

  /// Whether a packet may match a rule; those are remembered for `packet`, which follows at once. `isPlain`: it is a
  /// datagram, or a segment in the middle of a connection.
  @inline(__always)
  mutating func mayMatch(
    _ payload: RawSpan, in conversation: inout Conversation, sent direction: Direction, isPlain: Bool
  ) -> Bool {
    let number = group(of: &conversation, direction)
    return number == 0 ? false : gather(payload, number, conversation.flow.ipProtocol, isPlain: isPlain)
  }

  @inline(never)
  private mutating func gather(
    _ payload: RawSpan, _ number: Int, _ ipProtocol: UInt8, isPlain: Bool
  ) -> Bool {
    if !candidates.isEmpty { candidates.removeAll(keepingCapacity: true) }
    if payload.byteCount == 0 {
      candidates.append(contentsOf: isPlain ? groups[number].ofPlainEmpty : groups[number].ofEmpty)
      return !candidates.isEmpty
    }
    candidates.append(contentsOf: isPlain ? groups[number].ofPlain : groups[number].always)
    for place in groups[number].anchors.indices {
      if groups[number].anchors[place].place >= payload.byteCount { break }
      groups[number].anchors[place].add(payload, to: &candidates)
    }
    if groups[number].usesPatterns { search(payload, ipProtocol) }
    return !candidates.isEmpty
  }

  /// Adds the rules whose first pattern is in the bytes.
  private mutating func search(_ bytes: RawSpan, _ ipProtocol: UInt8) {
    let transport: RuleBook.Transport =
      switch ipProtocol {
      case IPProtocol.tcp.rawValue: .tcp
      case IPProtocol.udp.rawValue, IPProtocol.udpLite.rawValue: .udp
      case IPProtocol.icmp.rawValue, IPProtocol.icmpv6.rawValue: .icmp
      default: .other
      }
    guard let set = patterns[transport.rawValue] else { return }
    set.scan(bytes, &hits)
    candidates.append(contentsOf: hits.ids)
  }

  /// Tries the rules that `mayMatch` has found.
  @inline(never)
  mutating func packet(
    _ packet: borrowing Packet, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    begin()
    for place in candidates.indices {
      let signature = book.signatures[Int(candidates[place])]
      // A search finds rules whose headers do not fit.
      guard signature.isOfPacket, signature.isWithinHeader(conversation, direction),
        !signature.needsHeaders || signature.holds(packet, conversation, direction),
        signature.buffers.isEmpty || holds(signature.buffers, packet)
      else { continue }
      attempt(signature, packet.payload, in: &conversation, sent: direction, at: moment)
    }
  }

  mutating func begin() {
    isPassed = false
    // Rules have an order: it decides what passes, and which bits are set. A search may find one twice.
    guard candidates.count > 1 else { return }
    candidates.sort()
    var count = 1
    for place in 1..<candidates.count where candidates[place] != candidates[count - 1] {
      candidates[count] = candidates[place]
      count += 1
    }
    candidates.removeLast(candidates.count - count)
  }

  // MARK: Streams and messages

  /// Tries rules on bytes that come in order, together with those before them. What lies on one side of the border
  /// alone has been looked at as a packet. `isStart`: the stream begins with these bytes, so that places in it can be
  /// counted.
  @inline(never)
  mutating func stream(
    _ bytes: RawSpan, border: Int, isStart: Bool, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    let number = group(of: &conversation, direction)
    guard groups[number].looksAtStreams else { return }
    candidates.removeAll(keepingCapacity: true)
    candidates.append(contentsOf: groups[number].ofStream)
    if isStart { candidates.append(contentsOf: groups[number].ofMessages) }
    if groups[number].usesPatterns { search(bytes, conversation.flow.ipProtocol) }
    begin()
    for place in candidates.indices {
      let signature = book.signatures[Int(candidates[place])]
      guard signature.isOfStream, isStart || !signature.isPlaced, signature.isWithinHeader(conversation, direction)
      else {
        continue
      }
      attempt(signature, bytes, in: &conversation, sent: direction, at: moment, border: border)
    }
  }

  /// Tries rules that count from the beginning on a message that is not just one segment's payload.
  @inline(never)
  mutating func message(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    let number = group(of: &conversation, direction)
    guard groups[number].looksAtStreams else { return }
    candidates.removeAll(keepingCapacity: true)
    candidates.append(contentsOf: groups[number].ofMessages)
    begin()
    for place in candidates.indices {
      let signature = book.signatures[Int(candidates[place])]
      attempt(signature, bytes, in: &conversation, sent: direction, at: moment)
    }
  }

  // MARK: Operations

  /// Whether a rule is about operations of this sort.
  @inline(__always)
  func wants(_ dissector: DissectorID, _ action: Action) -> Bool {
    let place = Int(dissector.rawValue)
    return place < 64 && actions.span[place] & action.bit != 0
  }

  /// Whether a rule is about messages of this sort in this conversation, even if they are like those before them.
  @inline(__always)
  func wantsUsual(_ dissector: DissectorID, _ action: Action, in conversation: inout Conversation) -> Bool {
    guard wants(dissector, action) else { return false }
    return (conversation.rules.usualActions ?? usualActions(of: &conversation)) & action.bit != 0
  }

  @inline(never)
  private func usualActions(of conversation: inout Conversation) -> UInt16 {
    var actions: UInt16 = 0
    for index in book.ofUsualOperations {
      let signature = book.signatures[Int(index)]
      guard let rule = signature.operations else { continue }
      if signature.fits(conversation, .toServer) || signature.fits(conversation, .toClient) { actions |= rule.actions }
    }
    conversation.rules.usualActions = actions
    return actions
  }

  mutating func beginMessage() { message &+= 1 }

  /// Tries rules on an operation. One message matches a rule once, however many operations it holds.
  @inline(never)
  mutating func operation(
    _ operation: borrowing Operation, _ contents: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    candidates.removeAll(keepingCapacity: true)
    candidates.append(contentsOf: book.ofOperations[Int(operation.dissector.rawValue)])
    begin()
    for place in candidates.indices {
      let index = Int(candidates[place])
      let signature = book.signatures[index]
      guard latestMessages[index] != message, let rule = signature.operations, rule.holds(operation, contents) else {
        continue
      }
      guard signature.fits(conversation, direction), holds(signature.buffers, contents) else { continue }
      let count = matches.count
      attempt(
        signature, contents.bytes, in: &conversation, sent: direction, at: moment)
      if matches.count > count || signature.isSilent { latestMessages[index] = message }
    }
  }

  /// Tries rules about events on bytes that are no message.
  mutating func refused(
    _ fault: Fault, of dissector: DissectorID, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    guard !book.ofEvents.isEmpty else { return }
    candidates.removeAll(keepingCapacity: true)
    candidates.append(contentsOf: book.ofEvents)
    begin()
    for place in candidates.indices {
      let signature = book.signatures[Int(candidates[place])]
      guard let rule = signature.operations, let event = rule.event, dissector.rawValue < 64,
        rule.dissectors & 1 << UInt64(dissector.rawValue) != 0, RuleEvents.isEvent(event, fault),
        signature.fits(conversation, direction)
      else { continue }
      attempt(signature, RawSpan(), in: &conversation, sent: direction, at: moment)
    }
  }

  // MARK: One rule

  /// Tries the rest of a rule; whatever was tested before holds. `border` is where the part begins that is new.
  mutating func attempt(
    _ signature: Signature, _ payload: RawSpan, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment, border: Int = 0
  ) {
    if isPassed || conversation.rules.isPassed, !signature.isPass { return }
    guard isMet(signature.flow, in: conversation, sent: direction) else { return }
    if signature.dissectors != 0 {
      let place = conversation.dissector.rawValue
      guard place < 64, signature.dissectors & 1 << UInt64(place) != 0 else { return }
    } else if !signature.application.isEmpty, !isApplication(signature.application, of: conversation) {
      return
    }
    if let zones = signature.zones {
      guard zones.holds(from: conversation.party(direction).zone, to: conversation.party(direction.reversed).zone)
      else { return }
    }
    for place in signature.protocols.indices {
      let wanted = signature.protocols[place]
      if isProtocol(wanted.name, of: conversation) == wanted.isNegated { return }
    }
    if signature.isOfFlowAlone, answered.find(once(signature, conversation, direction)) != nil { return }
    if signature.usesNotes {
      guard bits.hold(for: signature, in: conversation, sent: direction, at: moment) else { return }
    }
    if let tests = signature.payload, signature.subject != .transaction {
      evaluation.beginRule()
      guard tests.matches(payload, &evaluation) else {
        if evaluation.limit != nil { counters.limits[Int(signature.index)] += 1 }
        return
      }
      // What lies on one side of the border was seen when that side came; but places are counted from here.
      if border > 0 {
        guard signature.isPlaced || evaluation.matched.lowerBound < border, evaluation.matched.upperBound > border
        else { return }
      }
    }
    if signature.isOfFlowAlone {
      _ = answered.insert(once(signature, conversation, direction), 0, at: moment.time)
    }
    matched(signature, in: &conversation, sent: direction, at: moment)
  }

  private func once(
    _ signature: Signature, _ conversation: borrowing Conversation, _ direction: Direction
  ) -> AnsweredKey {
    AnsweredKey(conversation: conversation.number, rule: signature.index, isFromClient: direction == .toServer)
  }

  /// A rule holds: its effects, and an alert unless its threshold says no.
  private mutating func matched(
    _ signature: Signature, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    if signature.usesNotes { bits.apply(signature, in: &conversation, sent: direction, at: moment) }
    if signature.isPass {
      isPassed = true
      // Of what was not told from one packet alone, all that follows passes, too.
      if signature.subject != .packet || signature.isOfStream || signature.isOfFlowAlone {
        conversation.rules.isPassed = true
      }
      guard signature.rule.isLoud else { return }
    }
    guard !signature.isSilent, tallies.permits(signature, in: conversation, sent: direction, at: moment.time) else {
      return
    }
    counters.alerts[Int(signature.index)] += 1
    matches.append(Match(rule: signature.index))
  }

  private func isMet(_ test: FlowTest, in conversation: borrowing Conversation, sent direction: Direction) -> Bool {
    switch test.sender {
    case nil: break
    case .client: if direction != .toServer { return false }
    case .server: if direction != .toClient { return false }
    }
    switch test.state {
    case nil, .stateless: return true
    case .established: return isEstablished(conversation)
    case .notEstablished: return !isEstablished(conversation)
    }
  }

  /// A handshake was seen, or a segment that can only come after one; for datagrams, both ends have sent.
  private func isEstablished(_ conversation: borrowing Conversation) -> Bool {
    guard conversation.flow.ipProtocol == IPProtocol.tcp.rawValue else { return conversation.isAnswered }
    switch conversation.flow.tcp {
    case .none, .synSent, .synReceived: return false
    case .established, .closing, .closed, .reset:
      if !options.isStrictAboutHandshakes { return true }
      return conversation.flow.basis == .syn
    }
  }

  private func isProtocol(_ name: String, of conversation: borrowing Conversation) -> Bool {
    if isApplication(name, of: conversation) { return true }
    if name == "unknown" || name == "failed" {
      if conversation.rules.application != 0 { return false }
      return conversation.dissector == .none
    }
    let (dissector, place) = (conversation.dissector, Int(conversation.namedProtocol.rawValue))
    return dissector != .none && book.protocolNames[place] == name
  }

  /// Tests of parts of a message.
  private mutating func holds(_ parts: [Signature.Part], _ message: borrowing Message) -> Bool {
    for place in parts.indices {
      let bytes = message.bytes
      guard holds(parts[place], RuleEngine.part(parts[place].buffer, of: bytes)) else { return false }
    }
    return true
  }

  /// Tests of headers, and of a payload that is changed first.
  private mutating func holds(_ parts: [Signature.Part], _ packet: borrowing Packet) -> Bool {
    for place in parts.indices {
      guard let bytes = packet.part(parts[place].buffer), holds(parts[place], bytes) else { return false }
    }
    return true
  }

  mutating func holds(_ part: Signature.Part, _ bytes: RawSpan) -> Bool {
    evaluation.beginRule()
    guard !part.transforms.isEmpty else { return part.tests.matches(bytes, &evaluation) }
    var changed = Array(copying: bytes)
    for transform in part.transforms { transform.apply(to: &changed) }
    return part.tests.matches(changed.bytes, &evaluation)
  }

  /// The bytes of a message that a buffer's name stands for.
  @_lifetime(copy bytes)
  private static func part(_ buffer: Buffer, of bytes: RawSpan) -> RawSpan {
    switch buffer {
    // Behind the function code (MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3).
    case .modbusData: bytes.from(min(8, bytes.byteCount))
    // The application fragment: a message of several blocks is one already.
    case .dnp3Data:
      bytes.byteCount > 11 && bytes.u16(0) == 0x0564
        ? bytes.slice(11, max(0, min(bytes.byteCount - 11, Int(bytes.u8(2)) - 6))) : bytes
    // Behind the encapsulation header (EtherNet/IP specification, 2-3.1).
    case .enipData, .cipData: bytes.from(min(24, bytes.byteCount))
    // Behind TPKT and COTP (RFC 1006, 6; ISO 8073, 13.7).
    case .s7Data: bytes.from(min(7, bytes.byteCount))
    default: bytes
    }
  }
}

extension Signature {
  /// The same where the group has not told already: of what was found among the patterns of all rules.
  func isWithinHeader(_ conversation: borrowing Conversation, _ direction: Direction) -> Bool {
    guard case .pattern = search else { return true }
    return fits(conversation, direction)
  }

  /// Whether its header fits a packet of a conversation.
  func fits(_ conversation: borrowing Conversation, _ direction: Direction) -> Bool {
    let flow = conversation.flow
    if flow.isLink { return isAnyHeader }
    let transport: RuleBook.Transport =
      switch flow.ipProtocol {
      case IPProtocol.tcp.rawValue: .tcp
      case IPProtocol.udp.rawValue, IPProtocol.udpLite.rawValue: .udp
      case IPProtocol.icmp.rawValue, IPProtocol.icmpv6.rawValue: .icmp
      default: .other
      }
    guard isFor(transport) else { return false }
    return direction == .toServer
      ? fits(transport, from: flow.client, flow.clientPort, to: flow.server, flow.serverPort)
      : fits(transport, from: flow.server, flow.serverPort, to: flow.client, flow.clientPort)
  }
}
