// SPDX-License-Identifier: Apache-2.0

/// EtherNet/IP encapsulation: ODVA, The CIP Networks Library, volume 2 (EtherNet/IP Adaptation of CIP), chapter 2
/// (`EncapsulationHeader`). The data of SendRRData and SendUnitData consists of Common Packet Format items; the CIP
/// message is in an item for connected or unconnected data.
enum EtherNetIP: Dissector {
  static var name: StaticString { "enip" }
  static var selectors: [Selector] { [.tcp(44_818), .udp(44_818), .anyTCP] }
  static var about: About { About("EtherNet/IP encapsulation", .full, "ODVA CIP Networks Library, volume 2") }
  static var cip: Carried {
    Carried(
      0, "cip", About("CIP (explicit messages)", .full, "ODVA CIP Networks Library, volume 1; Rockwell 1756-PM020"))
  }
  static var pccc: Carried { Carried(1, "pccc", About("PCCC in CIP", .full, "Rockwell 1770-6.5.16")) }
  static var carries: [Carried] { [cip, pccc] }
  static var longestMessage: Int { EncapsulationHeader.size + Int(EncapsulationHeader.longestData) }

  // MARK: Recognition

  /// Messages that decide nothing are passed over; more of them in one segment than this show that it is none.
  private static let prefaceLimit = 32
  /// As many bytes of one message are waited for on the protocol's own port before it is taken for one.
  private static let patience = 256

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    var start = 0
    for _ in 0..<prefaceLimit {
      let rest = bytes.from(start)
      guard let header = EncapsulationHeader(rest) else {
        // Elsewhere nothing is waited for behind a message that decides nothing.
        if start > 0, !expected { return .no }
        return recogniseBeginning(EncapsulationBeginning(rest), expected: expected)
      }
      guard header.isPreface(onOwnPort: expected) else { return recognise(header, among: rest, expected: expected) }
      guard header.isWhole else {
        guard expected else { return .no }
        // A long one may take several segments, none of which has to begin with a message.
        return header.message.byteCount < patience ? .undecided : .yes(nil)
      }
      start += header.total
      // One legacy command fills the segment: nothing else on this port looks like that.
      if start == bytes.byteCount, header.command.isLegacy { return .yes(nil) }
    }
    return .no
  }

  /// A message that begins with `bytes`.
  private static func recognise(
    _ header: borrowing EncapsulationHeader, among bytes: RawSpan, expected: Bool
  ) -> Recognition {
    guard header.isPlausible else { return .no }
    switch header.command {
    case .registerSession:
      guard header.length == 4, header.protocolVersion ?? 1 == 1 else { return .no }
      return .yes(header.session == 0 ? .toServer : .toClient)
    case .sendRequest, .sendUnit: return recogniseSending(header, expected: expected)
    case .listIdentity, .listServices, .listInterfaces:
      guard expected || isList(header, among: bytes) else { return .no }
      return .yes(header.length == 0 ? .toServer : .toClient)
    default: return expected && header.session != 0 ? .yes(nil) : .no
    }
  }

  /// A segment that ends within the header: its first twelve bytes must be those of a message that opens a session or
  /// carries another message.
  private static func recogniseBeginning(
    _ beginning: borrowing EncapsulationBeginning, expected: Bool
  ) -> Recognition {
    guard let command = beginning.command else { return .undecided }
    guard command.isKnown || expected && command.isLegacy else { return .no }
    if expected { return .undecided }
    guard let length = beginning.length, let status = beginning.status, status == 0 else { return .no }
    let isOpening = command == .registerSession && length == 4
    let isSending = command == .sendRequest || command == .sendUnit
    return isOpening || isSending && Int(length) >= SendDataHeader.size + CommonPacketItems.size ? .undecided : .no
  }

  private static func recogniseSending(_ header: borrowing EncapsulationHeader, expected: Bool) -> Recognition {
    let message = header.message
    // Up to and including the first item's header.
    let needed = SendDataHeader.itemsOffset + CommonPacketItems.size + CommonPacketItem.headerSize
    guard message.byteCount >= min(header.total, needed) else { return expected ? .yes(nil) : .undecided }
    guard let sending = SendDataHeader(message), sending.interfaceHandle == 0,
      var items = CommonPacketItems(message, at: SendDataHeader.itemsOffset), expected || 2...4 ~= items.count
    else { return .no }
    while let item = items.next() {
      guard let service = item.service, service < message.byteCount else { continue }
      // The response bit of the first CIP message shows the direction. On other ports, connected messages are
      // recognised only by requests: some devices send implicit data there, which can look like a response.
      let isAnswer = message.u8(service) & CIPRequestHeader.responseBit != 0
      if !expected {
        guard !(isAnswer && header.command == .sendUnit), isMessage(message, at: service, isWhole: header.isWhole)
        else { return .no }
      }
      return .yes(isAnswer ? .toClient : .toServer)
    }
    return .yes(nil)
  }

  /// Whether the contents alone show a list command: a ListIdentity request has no data and no session; a response
  /// consists of items of the matching type (2-4.2, 2-4.6), and ends with the last one.
  private static func isList(_ header: borrowing EncapsulationHeader, among bytes: RawSpan) -> Bool {
    guard header.session == 0, header.status == 0, bytes.byteCount == header.total else { return false }
    guard header.length > 0 else { return header.command == .listIdentity }
    let type: CommonPacketItemType
    switch header.command {
    case .listIdentity: type = .identity
    case .listServices: type = .services
    default: return false
    }
    guard var items = CommonPacketItems(header.message, at: EncapsulationHeader.size), 1...4 ~= items.count else {
      return false
    }
    for _ in 0..<items.count {
      guard let item = items.next(), item.type == type else { return false }
    }
    return items.offset == bytes.byteCount
  }

  /// Whether a CIP message may begin at `service`: a request has a path that starts with a class or a symbol; in a
  /// response, the service is followed by a 0.
  private static func isMessage(_ message: RawSpan, at service: Int, isWhole: Bool) -> Bool {
    guard let header = CIPRequestHeader(message, at: service) else { return !isWhole }
    if header.isResponse { return header.pathSize == 0 }
    guard header.pathSize > 0, header.hasPath || !isWhole else { return false }
    guard let segment = header.firstSegment else { return true }
    return segment & 0xE0 == 0x20 || segment & 0xE0 == 0x60 || segment == 0x91
  }

  // MARK: Reading

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let header = EncapsulationHeader(bytes) else { return .incomplete(EncapsulationHeader.size) }
    guard header.options == 0 else {
      return refuse(bytes, Fault(.framing, "Options", seen: UInt64(header.options), expected: 0), &exchange)
    }
    guard header.status <= EncapsulationHeader.highestStatus else {
      let most = UInt64(EncapsulationHeader.highestStatus)
      return refuse(bytes, Fault(.value, "Status", seen: UInt64(header.status), least: 0, most: most), &exchange)
    }
    guard header.length <= EncapsulationHeader.longestData else {
      let most = UInt64(EncapsulationHeader.longestData)
      return refuse(bytes, Fault(.length, "Length", seen: UInt64(header.length), least: 0, most: most), &exchange)
    }
    guard exchange.canRead(header.total, of: bytes) else { return .incomplete(header.total) }
    addEncapsulation(header, &exchange)
    return .message(header.message.byteCount)
  }

  /// Skips, in one pass, to the next place where a header can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    guard !exchange.isDatagram else { return .refused(bytes.byteCount) }
    var skipped = 1
    while skipped < bytes.byteCount {
      guard let header = EncapsulationHeader(bytes.from(skipped)), !header.isPlausible else { break }
      skipped += 1
    }
    return .refused(skipped)
  }

  // MARK: Commands

  private static func addEncapsulation(_ header: borrowing EncapsulationHeader, _ exchange: inout Exchange) {
    let command = header.command
    let isAnswer =
      exchange.isDatagram && command.isList
      ? header.dataCount > 0 || header.status != 0 : exchange.direction == .toClient
    var operation = Operation(
      exchange.dissector, command.action, isAnswer ? .response : .request, code: UInt32(command.rawValue),
      name: command.name)
    operation.facets[.session] = header.session
    if command == .sendUnit || command == .noOperation {
      if isAnswer { operation.role = .report }
    } else {
      operation.transaction = transaction(header)
    }
    let status = header.status
    if isAnswer, operation.role == .response || status != 0 {
      operation.outcome = status == 0 ? .ok : .error(code: status, name: ENIPCommand.status(status))
      if status != 0, command == .sendRequest { refuseCarried(transaction(header), &exchange) }
    } else if status != 0, exchange.isDirectionCertain || exchange.isDatagram {
      // A request with a status is not executed (2-3.5).
      operation.note(Fault(.value, "Status", seen: UInt64(status), expected: 0))
    }
    if operation.role == .response {
      // Many clients use the same context for all requests, so another request pending under it is no contradiction.
      if !exchange.tie(&operation, place: EtherNetIPPlace.encapsulation(command)) { operation.pairing = .unasked }
    } else if operation.role == .request, command != .sendUnit, command != .noOperation {
      exchange.ask(
        operation, place: EtherNetIPPlace.encapsulation(command),
        mayStaySilent: command == .unregisterSession || command.isList)
    }
    let at = exchange.operations.count
    exchange.operations.append(operation)
    switch command {
    case .sendRequest, .sendUnit:
      if let fault = readItems(header, at: SendDataHeader.itemsOffset, carrier: at, &exchange) {
        exchange.operations[at].note(fault)
      }
    case .listIdentity, .listServices, .listInterfaces:
      guard isAnswer else { return }
      if let fault = readItems(header, at: EncapsulationHeader.size, carrier: at, &exchange) {
        exchange.operations[at].note(fault)
      }
    case .registerSession:
      // A refusal may have no data.
      if header.dataCount != 4, !isAnswer || status == 0 || header.dataCount != 0 {
        exchange.operations[at].note(Fault(.length, "Length", seen: UInt64(header.dataCount), expected: 4))
      }
    default: break
    }
  }

  /// The encapsulation layer has refused what was to carry a request: no CIP response will come.
  private static func refuseCarried(_ transaction: Int64, _ exchange: inout Exchange) {
    guard let asked = exchange.waiting(transaction: transaction, unit: EtherNetIPPlace.outermost),
      exchange[asked].operation.dissector == exchange.id(of: cip)
    else { return }
    exchange.answered(asked)
  }

  /// The sender context, without the bits that JSON numbers cannot represent reliably.
  static func transaction(_ header: borrowing EncapsulationHeader) -> Int64 {
    Int64(header.senderContext & 0x1F_FFFF_FFFF_FFFF)
  }

  /// Reads Common Packet Format items and returns what is wrong with them. `at` is the index of the operation that
  /// carries them.
  private static func readItems(
    _ header: borrowing EncapsulationHeader, at start: Int, carrier at: Int, _ exchange: inout Exchange
  ) -> Fault? {
    let message = header.message
    // A refusal by the encapsulation layer has no items.
    if header.dataCount == 0, header.status != 0 { return nil }
    guard var items = CommonPacketItems(message, at: start) else {
      let most = UInt64(EncapsulationHeader.longestData)
      return Fault(.length, "Length", seen: UInt64(header.dataCount), least: 8, most: most)
    }
    var connection: UInt32?
    for index in 0..<items.count {
      guard let item = items.next() else {
        return Fault(.quantity, "Item count", seen: UInt64(items.count), least: 0, most: UInt64(index))
      }
      // If the capture truncated an item, what is present is read.
      guard item.isWhole || exchange.isCut else {
        let most = UInt64(message.byteCount - item.start)
        return Fault(.length, "Item length", seen: UInt64(item.length), least: 0, most: most)
      }
      if let number = item.connection {
        connection = number
        exchange.operations[at].facets[.connection] = number
      }
      readData(item, header, connection, carrier: at, &exchange)
    }
    guard items.offset == message.byteCount else {
      return Fault(
        .length, "Length", seen: UInt64(header.dataCount), expected: UInt64(items.offset - EncapsulationHeader.size))
    }
    return nil
  }

  private static func readData(
    _ item: borrowing CommonPacketItem, _ header: borrowing EncapsulationHeader, _ connection: UInt32?,
    carrier at: Int, _ exchange: inout Exchange
  ) {
    let message = item.message
    switch item.type {
    case .connectedData:
      guard let data = ConnectedDataHeader(message, at: item.start),
        CIPRequestHeader(message, at: data.service) != nil
      else { return }
      exchange.operations[at].isCarrier = true
      let context = CIPContext(transaction: Int64(data.sequenceCount), connection: connection)
      CIP.readMessage(message, at: data.service, context, &exchange)
    case .unconnectedData:
      guard let request = CIPRequestHeader(message, at: item.start) else { return }
      exchange.operations[at].isCarrier = true
      // Whatever answers a request must be a response.
      if exchange.direction == .toClient, exchange.isDirectionCertain, !request.isResponse {
        exchange.operations[at].note(
          Fault(.value, "Service", seen: UInt64(request.service), least: 0x80, most: 0xFF))
      }
      CIP.readMessage(message, at: item.start, CIPContext(transaction: transaction(header)), &exchange)
    case .identity:
      // Protocol version, a 16-byte socket address, then the attributes of the identity object.
      if let report = CIP.identity(message, at: item.start + 18, &exchange) { exchange.identities.append(report) }
    default: break
    }
  }
}

/// The commands that are also sent in datagrams (2-2.1): which devices exist, and what they offer. On ports other than
/// the protocol's own, only these are recognised.
enum EtherNetIPLists: Dissector {
  static var name: StaticString { EtherNetIP.name }
  static var selectors: [Selector] { [.anyUDP] }
  static var about: About { About("EtherNet/IP lists in datagrams", .full, "ODVA CIP Networks Library, volume 2") }
  static var carries: [Carried] { EtherNetIP.carries }
  static var longestMessage: Int { EtherNetIP.longestMessage }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let header = EncapsulationHeader(bytes), header.command.isList else { return .no }
    return EtherNetIP.recognise(bytes, expected: false)
  }
  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step { EtherNetIP.read(bytes, &exchange) }
}

/// The number, in place of a unit, under which a request awaits its response. The requests of one message count up from
/// 0: each takes at least three bytes, so there are fewer than 65,536.
enum EtherNetIPPlace {
  static let outermost: Int64 = 0
  /// The request inside an Unconnected Send.
  static let sentOn: Int64 = 1
  /// -1 means no unit.
  static func encapsulation(_ command: ENIPCommand) -> Int64 { -2 - Int64(command.rawValue) }
  static func pccc(_ transaction: UInt16) -> Int64 { 0x1_0000 + Int64(transaction) }
}

/// What is remembered about a conversation.
struct EtherNetIPState {
  /// The slot that connected messages go to, given when the connection was opened. From 0 to 65,534.
  var slot: Int64?

  init(_ bits: UInt64) { slot = bits & 0xFFFF == 0 ? nil : Int64(bits & 0xFFFF) - 1 }
  init(link: Int64) { slot = 0..<0xFFFF ~= link ? link : nil }
  var bits: UInt64 { slot.map { UInt64($0 + 1) } ?? 0 }
}
