// SPDX-License-Identifier: Apache-2.0

/// EtherNet/IP encapsulation: ODVA, The CIP Networks Library, volume 2 (EtherNet/IP Adaptation of CIP), chapter 2. Numbers are little-endian.
///
///     0         2        4         8        12               20        24
///     +---------+--------+---------+--------+----------------+---------+------ ... -+
///     | command | length | session | status | sender context | options | data       |
///     +---------+--------+---------+--------+----------------+---------+------ ... -+
///
/// The data of SendRRData and SendUnitData are an interface handle, a time-out, and items of the Common Packet Format (2-6): type, length, data.
/// A CIP message stands in an item for connected (with a sequence count) or unconnected data.
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
  /// `length` is a 16-bit number, and no more than 65,511 (2-3.3).
  static var longestMessage: Int { headerSize + 65_511 }

  private static let headerSize = 24
  private static let longestData = 65_511
  /// Before the items: interface handle and time-out.
  private static let itemsOffset = headerSize + 6

  enum Item {
    static let nullAddress: UInt16 = 0x0000
    static let identity: UInt16 = 0x000C
    static let connectedAddress: UInt16 = 0x00A1
    static let connectedData: UInt16 = 0x00B1
    static let unconnectedData: UInt16 = 0x00B2
    static let services: UInt16 = 0x0100
    static let sequencedAddress: UInt16 = 0x8002
  }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= headerSize else {
      if bytes.byteCount >= 2, !ENIPCommand(rawValue: bytes.u16LE(0)).isKnown { return .no }
      if expected || bytes.byteCount < 2 { return .undecided }
      // A segment that ends inside the header: so many of its bytes must say that it is one.
      guard bytes.byteCount >= 12, bytes.u32LE(8) == 0 else { return .no }
      let command = ENIPCommand(rawValue: bytes.u16LE(0))
      let isOpening = command == .registerSession && bytes.u16LE(2) == 4
      let isSending = command == .sendRequest || command == .sendUnit
      return isOpening || isSending && Int(bytes.u16LE(2)) >= itemsOffset + 2 - headerSize ? .undecided : .no
    }
    guard isHeader(bytes) else { return .no }
    let command = ENIPCommand(rawValue: bytes.u16LE(0))
    let total = headerSize + Int(bytes.u16LE(2))
    switch command {
    case .registerSession:
      guard bytes.u16LE(2) == 4, bytes.byteCount < 28 || bytes.u16LE(24) == 1 else { return .no }
      return .yes(bytes.u32LE(4) == 0 ? .toServer : .toClient)
    case .sendRequest, .sendUnit:
      guard bytes.byteCount >= min(total, itemsOffset + 6) else { return expected ? .yes(nil) : .undecided }
      guard total >= itemsOffset + 2, bytes.u32LE(headerSize) == 0 else { return .no }
      guard expected || 2...4 ~= bytes.u16LE(itemsOffset) else { return .no }
      let message = bytes.extracting(first: total)
      guard let service = service(in: message) else { return .yes(nil) }
      // Elsewhere what is connected is told by its requests: some put implicit data there, which may look like an answer.
      let isAnswer = message.u8(service) & 0x80 != 0
      guard
        expected
          || !(isAnswer && command == .sendUnit)
            && isMessage(message, at: service, isWhole: message.byteCount == total)
      else { return .no }
      return .yes(isAnswer ? .toClient : .toServer)
    case .listIdentity, .listServices, .listInterfaces:
      guard expected || isList(bytes, command) else { return .no }
      return .yes(bytes.u16LE(2) == 0 ? .toServer : .toClient)
    // Zeros make up a NOP: it is read where it follows a message, and begins nothing.
    case .noOperation: return .no
    default: return expected && bytes.u32LE(4) != 0 ? .yes(nil) : .no
    }
  }

  /// Whether a message of the list commands is one by its contents alone: a request for identities has nothing, and no session; an answer has items of
  /// the type that belongs to it (2-4.2, 2-4.6), the last of which ends it.
  private static func isList(_ bytes: RawSpan, _ command: ENIPCommand) -> Bool {
    guard bytes.u32LE(4) == 0, bytes.u32LE(8) == 0 else { return false }
    let length = Int(bytes.u16LE(2))
    guard length > 0 else { return command == .listIdentity && bytes.byteCount == headerSize }
    let type = command == .listIdentity ? Item.identity : command == .listServices ? Item.services : nil
    guard let type, bytes.byteCount == headerSize + length, length >= 2, 1...4 ~= bytes.u16LE(headerSize) else {
      return false
    }
    var offset = headerSize + 2
    for _ in 0..<bytes.u16LE(headerSize) {
      guard offset + 4 <= bytes.byteCount, bytes.u16LE(offset) == type else { return false }
      offset += 4 + Int(bytes.u16LE(offset + 2))
    }
    return offset == bytes.byteCount
  }

  /// Whether command, length, status and options are such as chapter 2-3 allows.
  private static func isHeader(_ bytes: RawSpan) -> Bool {
    ENIPCommand(rawValue: bytes.u16LE(0)).isKnown && bytes.u16LE(2) <= UInt16(longestData) && bytes.u32LE(8) <= 0xFF
      && bytes.u32LE(20) == 0
  }

  /// Whether a CIP message may begin there: a request has a path, which begins with a class or a symbol; an answer has a 0 behind its service.
  private static func isMessage(_ message: RawSpan, at service: Int, isWhole: Bool) -> Bool {
    guard service + 2 <= message.byteCount else { return !isWhole }
    let size = Int(message.u8(service + 1))
    if message.u8(service) & 0x80 != 0 { return size == 0 }
    guard size > 0, service + 2 + 2 * size <= message.byteCount || !isWhole else { return false }
    guard service + 2 < message.byteCount else { return true }
    let segment = message.u8(service + 2)
    return segment & 0xE0 == 0x20 || segment & 0xE0 == 0x60 || segment == 0x91
  }

  /// Where the first CIP message begins; its response bit tells the direction.
  private static func service(in message: RawSpan) -> Int? {
    var offset = itemsOffset + 2
    while offset + 4 <= message.byteCount {
      let type = message.u16LE(offset)
      let service = offset + 4 + (type == Item.connectedData ? 2 : 0)
      if type == Item.connectedData || type == Item.unconnectedData, service < message.byteCount { return service }
      offset += 4 + Int(message.u16LE(offset + 2))
    }
    return nil
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= headerSize else {
      return .incomplete(headerSize)
    }
    guard bytes.u32LE(20) == 0, bytes.u32LE(8) <= 0xFF else {
      let isOptions = bytes.u32LE(20) != 0
      let fault = Fault(
        isOptions ? .framing : .value, isOptions ? "Options" : "Status",
        seen: UInt64(bytes.u32LE(isOptions ? 20 : 8)), least: 0, most: isOptions ? 0 : 0xFF)
      return refuse(bytes, fault, &exchange)
    }
    let length = Int(bytes.u16LE(2))
    guard length <= longestData else {
      return refuse(
        bytes, Fault(.length, "Length", seen: UInt64(length), least: 0, most: UInt64(longestData)), &exchange)
    }
    let total = headerSize + length
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    encapsulation(message, &exchange)
    return .message(message.byteCount)
  }

  /// One pass to the next place where a header can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    guard !exchange.isDatagram else { return .refused(bytes.byteCount) }
    var skipped = 1
    while skipped < bytes.byteCount {
      let rest = bytes.from(skipped)
      if rest.byteCount < headerSize || isHeader(rest) { break }
      skipped += 1
    }
    return .refused(skipped)
  }

  // MARK: Commands

  /// The place of encapsulation requests among those that wait: CIP's own count from 0 on.
  private static func place(_ command: ENIPCommand) -> Int64 { -2 - Int64(command.rawValue) }

  private static func encapsulation(_ message: RawSpan, _ exchange: inout Exchange) {
    let command = ENIPCommand(rawValue: message.u16LE(0))
    let status = message.u32LE(8)
    let isAnswer =
      exchange.isDatagram && command.isList ? message.byteCount > headerSize : exchange.direction == .toClient
    var operation = Operation(
      exchange.dissector, command.action, isAnswer ? .response : .request, code: UInt32(command.rawValue),
      name: command.name)
    operation.facets[.session] = message.u32LE(4)
    if command == .sendUnit || command == .noOperation {
      if isAnswer { operation.role = .report }
    } else {
      operation.transaction = context(message)
    }
    if operation.role == .response {
      operation.outcome = status == 0 ? .ok : .error(code: status, name: ENIPCommand.status(status))
      // Many clients give all requests one context: another one that waits under it is no contradiction.
      if !exchange.tie(&operation, place: place(command)) { operation.pairing = .unasked }
    } else if operation.role == .request, command != .sendUnit, command != .noOperation {
      exchange.ask(operation, place: place(command), mayStaySilent: command == .unregisterSession || command.isList)
    }
    let at = exchange.operations.count
    exchange.operations.append(operation)
    switch command {
    case .sendRequest, .sendUnit:
      if let fault = items(message, from: itemsOffset, &exchange, at) { exchange.note(fault, at) }
    case .listIdentity, .listServices, .listInterfaces:
      guard isAnswer else { return }
      if let fault = items(message, from: headerSize, &exchange, at) { exchange.note(fault, at) }
    case .registerSession:
      if message.byteCount != headerSize + 4 {
        exchange.note(Fault(.length, "Length", seen: UInt64(message.byteCount - headerSize), expected: 4), at)
      }
    default: break
    }
  }

  /// The sender context, without the bits that numbers in JSON cannot be relied on to keep.
  private static func context(_ message: RawSpan) -> Int64 { Int64(message.u64LE(12) & 0x1F_FFFF_FFFF_FFFF) }

  /// Items of the Common Packet Format; what is wrong with them. `at` is the place of the operation that carries them.
  private static func items(_ message: RawSpan, from start: Int, _ exchange: inout Exchange, _ at: Int) -> Fault? {
    // A refusal by the encapsulation has no items.
    if message.byteCount == headerSize, message.u32LE(8) != 0 { return nil }
    guard start + 2 <= message.byteCount else {
      return Fault(.length, "Length", seen: UInt64(message.byteCount - headerSize), least: 8, most: UInt64(longestData))
    }
    let count = Int(message.u16LE(start))
    var offset = start + 2
    var connection: UInt32?
    for index in 0..<count {
      guard offset + 4 <= message.byteCount else {
        return Fault(.quantity, "Item count", seen: UInt64(count), least: 0, most: UInt64(index))
      }
      let type = message.u16LE(offset)
      let length = Int(message.u16LE(offset + 2))
      let data = offset + 4
      let end = data + length
      guard end <= message.byteCount || exchange.isCut else {
        return Fault(
          .length, "Item length", seen: UInt64(length), least: 0, most: UInt64(message.byteCount - data))
      }
      let item = message.extracting(first: end)
      switch type {
      case Item.connectedAddress where length >= 4 && data + 4 <= item.byteCount:
        connection = item.u32LE(data)
        exchange.operations[at].facets[.connection] = item.u32LE(data)
      case Item.connectedData where data + 3 < item.byteCount:
        exchange.operations[at].isCarrier = true
        CIP.message(item, from: data + 2, transaction: Int64(item.u16LE(data)), connection: connection, &exchange)
      case Item.unconnectedData where data + 1 < item.byteCount:
        exchange.operations[at].isCarrier = true
        // What answers a request is a response.
        if exchange.direction == .toClient, exchange.isDirectionCertain, item.u8(data) & 0x80 == 0 {
          exchange.note(Fault(.value, "Service", seen: UInt64(item.u8(data)), least: 0x80, most: 0xFF), at)
        }
        CIP.message(item, from: data, transaction: context(message), connection: nil, &exchange)
      case Item.identity:
        // Protocol version, a socket address of 16 bytes, then the attributes of the identity object.
        if let report = CIP.identity(item, at: data + 18, &exchange) { exchange.identities.append(report) }
      default: break
      }
      offset = end
    }
    guard offset == message.byteCount || exchange.isCut else {
      return Fault(
        .length, "Length", seen: UInt64(message.byteCount - headerSize), expected: UInt64(offset - headerSize))
    }
    return nil
  }
}

/// The commands that go in datagrams, too (2-2.1): who is there, and what it offers. On other ports than the protocol's own nothing else is taken for it.
enum EtherNetIPLists: Dissector {
  static var name: StaticString { EtherNetIP.name }
  static var selectors: [Selector] { [.anyUDP] }
  static var about: About { About("EtherNet/IP lists in datagrams", .full, "ODVA CIP Networks Library, volume 2") }
  static var carries: [Carried] { EtherNetIP.carries }
  static var longestMessage: Int { EtherNetIP.longestMessage }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= 24, ENIPCommand(rawValue: bytes.u16LE(0)).isList else { return .no }
    return EtherNetIP.recognise(bytes, expected: false)
  }
  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step { EtherNetIP.read(bytes, &exchange) }
}

extension Exchange {
  /// Notes what is wrong with an operation of this message, if nothing is yet.
  mutating func note(_ fault: Fault, _ place: Int) {
    guard !isCut, operations[place].fault == nil else { return }
    operations[place].fault = fault
  }
}

/// A command of the encapsulation protocol (volume 2, table 2-3.2).
struct ENIPCommand: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let noOperation = ENIPCommand(rawValue: 0x00)
  static let listServices = ENIPCommand(rawValue: 0x04)
  static let listIdentity = ENIPCommand(rawValue: 0x63)
  static let listInterfaces = ENIPCommand(rawValue: 0x64)
  static let registerSession = ENIPCommand(rawValue: 0x65)
  static let unregisterSession = ENIPCommand(rawValue: 0x66)
  static let sendRequest = ENIPCommand(rawValue: 0x6F)
  static let sendUnit = ENIPCommand(rawValue: 0x70)

  static let unknown: StaticString = "Encapsulation command not in the CIP Networks Library"
  var isKnown: Bool { action != .unknown }
  var isList: Bool { self == .listServices || self == .listIdentity || self == .listInterfaces }

  var name: StaticString {
    switch rawValue {
    case 0x00: "NOP"
    case 0x04: "ListServices"
    case 0x63: "ListIdentity"
    case 0x64: "ListInterfaces"
    case 0x65: "RegisterSession"
    case 0x66: "UnRegisterSession"
    case 0x6F: "SendRRData"
    case 0x70: "SendUnitData"
    case 0x72: "IndicateStatus"
    case 0x73: "Cancel"
    case 0xC8: "StartDTLS"
    default: ENIPCommand.unknown
    }
  }

  var action: Action {
    switch rawValue {
    case 0x00, 0x65, 0x66, 0x6F, 0x70, 0x73, 0xC8: .session
    case 0x04, 0x63, 0x64: .identify
    case 0x72: .diagnose
    default: .unknown
    }
  }

  /// Table 2-3.3.
  static func status(_ code: UInt32) -> StaticString {
    switch code {
    case 0x00: "Success"
    case 0x01: "Invalid or unsupported command"
    case 0x02: "Insufficient memory"
    case 0x03: "Incorrect data"
    case 0x64: "Invalid session handle"
    case 0x65: "Invalid length"
    case 0x69: "Unsupported protocol version"
    case 0x6A: "Encapsulated CIP service not allowed on this port"
    default: "Status not in the CIP Networks Library"
    }
  }
}
