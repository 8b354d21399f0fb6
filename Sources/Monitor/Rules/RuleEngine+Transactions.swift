// SPDX-License-Identifier: Apache-2.0
import Information
import Matching
import RuleLanguage

/// A reader of an office protocol, and where its streams go on.
struct OfficeReader {
  var reader: InformationReader
  /// The next byte of each direction; nil before the first.
  var next: InlineArray<2, UInt32?> = [nil, nil]
}

/// A conversation.
struct OfficeKey: TableKey {
  let conversation: UInt64
  func hash(seed: UInt64) -> UInt64 { mix(seed, conversation) }
}

/// A conversation and a rule.
struct AnsweredKey: TableKey {
  let conversation: UInt64
  let rule: Int32
  let isFromClient: Bool
  /// It is not the transaction that matched, but the bytes of the stream.
  var isOfStream = false
  var ofStream: AnsweredKey {
    AnsweredKey(conversation: conversation, rule: rule, isFromClient: isFromClient, isOfStream: true)
  }
  func hash(seed: UInt64) -> UInt64 {
    let marks: UInt64 = (isFromClient ? 1 : 0) | (isOfStream ? 2 : 0)
    return mix(mix(seed, conversation), UInt64(UInt32(bitPattern: rule)) << 2 | marks)
  }
}

/// Office protocols: what is recognised is read, part by part, and rules are tried on each part.
extension RuleEngine: TransactionSink {
  /// Conversations whose contents are read at the same time. At the limit the one read longest ago gives way.
  static let readerLimit = 2_048
  static let answeredLimit = 16_384
  /// Payloads in which an office protocol may begin.
  static let recognitionLimit: UInt8 = 6

  var readsOffice: Bool { book.asksForOffice }

  /// Whether it speaks an office protocol of this name.
  func isApplication(_ name: String, of conversation: borrowing Conversation) -> Bool {
    let number = conversation.rules.application
    guard number > 0, let application = Application(rawValue: number - 1) else { return false }
    if application.name.description == name { return true }
    // Suricata's name of HTTP/1, and of both.
    return application == .http && (name == "http1" || name == "http_any")
  }

  /// Bytes in order, before `streams[direction].next` counts them.
  mutating func inOrder(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    if conversation.dissector != .none {
      conversation.rules.followsOffice = false
      return
    }
    let isFromClient = direction == .toServer
    if conversation.rules.application == 0 {
      guard
        let application = Application.recognise(
          bytes, isFromClient: isFromClient, serverPort: conversation.flow.serverPort)
      else {
        conversation.rules.unrecognised += 1
        if conversation.rules.unrecognised >= RuleEngine.recognitionLimit { conversation.rules.followsOffice = false }
        return
      }
      conversation.rules.application = application.rawValue + 1
    }
    let key = OfficeKey(conversation: conversation.number)
    let slot: Int
    if let found = readers.find(key) {
      slot = found
      readers.touch(slot, at: moment.time)
    } else {
      guard let application = Application(rawValue: conversation.rules.application - 1) else { return }
      slot = readers.insert(key, OfficeReader(reader: InformationReader(application)), at: moment.time)
    }
    if !book.ofStreamAndTransaction.isEmpty { noteStream(bytes, in: conversation, sent: direction, at: moment) }
    let sequence = conversation.streams[direction].next
    let place = isFromClient ? 0 : 1
    let isGap = readers[slot].next[place].map { $0 != sequence } ?? false
    readers[slot].next[place] = sequence &+ UInt32(truncatingIfNeeded: bytes.byteCount)
    read(slot, in: &conversation, sent: direction, at: moment) { reader, transaction, engine in
      if isGap { reader.lost(isFromClient: isFromClient, &transaction, &engine) }
      reader.read(bytes, isFromClient: isFromClient, &transaction, &engine)
    }
  }

  /// Notes which rules find what they look for in the stream itself, before its transactions are looked at.
  private mutating func noteStream(
    _ bytes: RawSpan, in conversation: borrowing Conversation, sent direction: Direction, at moment: Moment
  ) {
    for index in book.ofStreamAndTransaction {
      let signature = book.signatures[Int(index)]
      let key = AnsweredKey(
        conversation: conversation.number, rule: index, isFromClient: direction == .toServer, isOfStream: true)
      guard signature.fits(conversation, direction), answered.find(key) == nil, let tests = signature.payload else {
        continue
      }
      evaluation.beginRule()
      if tests.matches(bytes, &evaluation) { _ = answered.insert(key, 0, at: moment.time) }
    }
  }

  /// One datagram of a protocol whose messages are datagrams.
  mutating func datagram(
    _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    guard readsOffice, conversation.dissector == .none, bytes.byteCount > 0 else { return }
    if conversation.rules.application == 0 {
      guard
        let application = Application.recognise(
          datagram: bytes, conversation.flow.serverPort, conversation.flow.clientPort)
      else { return }
      conversation.rules.application = application.rawValue + 1
    }
    guard let application = Application(rawValue: conversation.rules.application - 1) else { return }
    var reader = InformationReader(application, isDatagram: true)
    look(in: &conversation, sent: direction, at: moment) { transaction, engine in
      reader.read(bytes, isFromClient: direction == .toServer, &transaction, &engine)
    }
  }

  /// No more bytes come in this direction.
  mutating func ended(_ conversation: inout Conversation, sent direction: Direction, at moment: Moment) {
    guard conversation.rules.application != 0,
      let slot = readers.find(OfficeKey(conversation: conversation.number))
    else { return }
    read(slot, in: &conversation, sent: direction, at: moment) { reader, transaction, engine in
      reader.ended(isFromClient: direction == .toServer, &transaction, &engine)
    }
  }

  /// Lends the reader in a slot, which is taken out meanwhile: rules are tried while it reads.
  private mutating func read(
    _ slot: Int, in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ body: (inout InformationReader, inout Transaction, inout RuleEngine) -> Void
  ) {
    var reader = readers[slot].reader
    readers[slot].reader = InformationReader(reader.application)
    look(in: &conversation, sent: direction, at: moment) { transaction, engine in
      body(&reader, &transaction, &engine)
    }
    readers[slot].reader = reader
    conversation.rules.application = reader.application.rawValue + 1
  }

  private mutating func look(
    in conversation: inout Conversation, sent direction: Direction, at moment: Moment,
    _ body: (inout Transaction, inout RuleEngine) -> Void
  ) {
    guard var part = transaction.take() else { return }
    current = (conversation, direction, moment)
    body(&part, &self)
    // What rules noted of the conversation.
    if let noted = current { conversation.rules = noted.conversation.rules }
    current = nil
    transaction = consume part
  }

  /// Tries rules on one part of a transaction.
  mutating func transaction(_ part: borrowing Transaction) {
    guard let (known, direction, moment) = current else { return }
    var conversation = known
    candidates.removeAll(keepingCapacity: true)
    candidates.append(contentsOf: book.ofAnyTransaction)
    for place in 0..<part.valueCount {
      guard let buffer = part.buffer(place), let set = bufferPatterns[Int(buffer.rawValue)] else { continue }
      set.scan(part.value(place), &hits)
      candidates.append(contentsOf: hits.ids)
    }
    guard !candidates.isEmpty else { return }
    begin()
    for place in candidates.indices {
      let last = candidates[place]
      let signature = book.signatures[Int(last)]
      guard signature.fits(conversation, direction), signature.rule.holds(part, at: moment.time),
        holds(signature.buffers, part)
      else { continue }
      let key = AnsweredKey(
        conversation: conversation.number, rule: last, isFromClient: part.isFromClient)
      if signature.payload != nil, answered.find(key.ofStream) == nil { continue }
      let slot = answered.find(key)
      if part.number > 0, let slot, answered[slot] == part.number { continue }
      let count = matches.count
      attempt(signature, RawSpan(), in: &conversation, sent: direction, at: moment)
      if matches.count > count || signature.isSilent {
        if let slot { answered[slot] = part.number } else { _ = answered.insert(key, part.number, at: moment.time) }
      }
    }
    current?.conversation.rules = conversation.rules
  }

  /// Whether each buffer that a rule names has a value that passes its tests.
  private mutating func holds(_ parts: [Signature.Part], _ transaction: borrowing Transaction) -> Bool {
    for place in parts.indices {
      var value = transaction.firstPlace(of: parts[place].buffer)
      var isMatch = false
      while let found = value, !isMatch {
        isMatch = holds(parts[place], transaction.value(found))
        value = transaction.place(after: found)
      }
      guard isMatch else { return false }
    }
    return true
  }
}

extension Rule {
  /// Tests of what a part says in numbers.
  fileprivate func holds(_ part: borrowing Transaction, at time: Int64) -> Bool {
    let numbers = part.numbers
    for test in applicationTests {
      let holds: Bool
      switch test {
      case .dceInterface(let wanted):
        guard let seen = numbers.dceInterface, seen == wanted.uuid else { return false }
        holds =
          wanted.version.map { test in numbers.dceInterfaceVersion.map { test.holds(UInt64($0)) } ?? false } ?? true
      case .dceOperation(let ranges):
        guard let seen = numbers.dceOperation else { return false }
        holds = ranges.contains { $0.contains(seen) }
      case .smbVersion(let version): holds = numbers.smbVersion == version
      case .tlsVersion(let word): holds = numbers.tlsVersion.map { Rule.isVersion($0, word) } ?? false
      case .tlsCertificateExpired: holds = numbers.notAfter.map { $0 < time / 1_000_000_000 } ?? false
      case .tlsCertificateValid: holds = numbers.notAfter.map { $0 >= time / 1_000_000_000 } ?? false
      case .dnsOpcode(let test): holds = numbers.dnsOpcode.map { test.holds(UInt64($0)) } ?? false
      case .dnsResponseCode(let test): holds = numbers.dnsResponseCode.map { test.holds(UInt64($0)) } ?? false
      case .dnsType(let test):
        var value = part.firstPlace(of: .dnsQuery)
        var isFound = false
        while let place = value, !isFound {
          isFound = test.holds(UInt64(part.number(place)))
          value = part.place(after: place)
        }
        holds = isFound
      default: holds = true
      }
      if !holds { return false }
    }
    return true
  }

  /// Whether a list of versions holds one: commas between them, `!` for not.
  private static func isVersion(_ version: UInt16, _ list: String) -> Bool {
    let names = tlsNames(version)
    let words = list.split(separator: ",").map { String($0.drop { $0 == " " }) }
    if words.contains(where: { $0.hasPrefix("!") && names.contains(String($0.dropFirst())) }) { return false }
    let wanted = words.filter { !$0.hasPrefix("!") }
    return wanted.isEmpty || wanted.contains { names.contains($0) }
  }

  private static func tlsNames(_ version: UInt16) -> [String] {
    switch version {
    case 0x0300: ["sslv3", "ssl3", "3.0"]
    case 0x0301: ["tls1.0", "1.0", "tls1"]
    case 0x0302: ["tls1.1", "1.1"]
    case 0x0303: ["tls1.2", "1.2"]
    case 0x0304: ["tls1.3", "1.3"]
    default: []
    }
  }
}
