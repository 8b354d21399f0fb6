// SPDX-License-Identifier: Apache-2.0

/// Siemens S7 communication (protocol id 0x32) in ISO transport class 0 (ISO 8073, ITU-T X.224) over TCP (RFC 1006):
///
///     0   1   2        4    5      6           7    8        9   11    13        15       17            (19)
///     +---+---+--------+----+------+-----------+----+--------+---+-----+---------+--------+-------------+-- ... -+
///     | 3 | 0 | length | LI | 0xF0 | EOT, number | 32 | ROSCTR | 0 | reference | parameters | data | error (ack) | ... |
///     +---+---+--------+----+------+-----------+----+--------+---+-----+---------+--------+-------------+-- ... -+
///
/// `parameters` and `data` are their lengths; an acknowledgement has class and code of an error behind them. The protocol has no public standard: layouts
/// follow Siemens' descriptions of the system functions behind it (System Software for S7-300/400, System and Standard Functions, A5E02789976) and
/// what was published of the wire format (G. Miru, "The Siemens S7 Communication", 2016/2017; the Snap7 reference manual).
///
/// Port 102 carries others, too: S7comm-plus (0x72) and what speaks OSI above it (MMS). A connection is taken for S7 communication from its
/// connection request on; the first data tell, and a wrong guess is undone.
enum S7Comm: Dissector {
  static var name: StaticString { "s7comm" }
  static var selectors: [Selector] { [.tcp(102), .anyTCP] }
  static var about: About {
    About("Siemens S7 communication", .full, "Miru 2016/2017; Snap7 reference manual; Siemens A5E02789976")
  }
  static var userData: Carried {
    Carried(
      0, "s7comm-userdata", About("S7 user data (SZL, blocks, clock, test)", .full, "as s7comm; Siemens A5E02789976"))
  }
  static var cotp: Carried {
    Carried(1, "cotp", About("ISO transport class 0 connection", .full, "ISO 8073, RFC 1006"))
  }
  static var carries: [Carried] { [userData, cotp] }
  /// The largest TPDU of ISO 8073 (13.3.4 b) behind the header of RFC 1006.
  static var longestMessage: Int { 4 + 8192 }
  /// What a message over several TPDUs may come to.
  private static let longestAssembled = 65_535

  private static let packetHeader = 4
  private static let data: UInt8 = 0xF0
  private static let protocolID: UInt8 = 0x32

  /// What the dissector remembers of a conversation.
  private struct State {
    var bits: UInt64
    /// A message of this protocol was seen: what is none is a fault from then on, not another protocol.
    var isSure: Bool {
      get { bits & 1 != 0 }
      set { if newValue { bits |= 1 } }
    }
    /// The last byte of the called TSAP: rack in its upper three bits, slot in the lower five; -1 where it was not seen.
    var unit: Int64 {
      get { bits & 2 != 0 ? Int64(bits >> 8 & 0xFF) : -1 }
      set { bits = bits & ~0xFF00 | 2 | UInt64(newValue & 0xFF) << 8 }
    }
    /// The block that is being up- or downloaded.
    var block: NameID {
      get { NameID(rawValue: UInt32(bits >> 32)) }
      set { bits = bits & 0xFFFF_FFFF | UInt64(newValue.rawValue) << 32 }
    }
  }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    var start = 0
    // Data TPDUs without data, with which some stacks acknowledge, say nothing; what stands behind them does.
    while start < mostEmpty * 7, start + 7 <= bytes.byteCount, bytes.u32(start) == 0x0300_0007,
      bytes.u16(start + 4) == 0x02F0
    {
      start += 7
    }
    return start > 0 && start == bytes.byteCount ? .undecided : recognise(first: bytes.from(start), expected)
  }

  private static let mostEmpty = 4

  private static func recognise(first bytes: RawSpan, _ expected: Bool) -> Recognition {
    guard bytes.byteCount > 0, bytes.u8(0) == 3, bytes.byteCount < 2 || bytes.u8(1) == 0 else { return .no }
    guard bytes.byteCount >= 7 else { return .undecided }
    let total = Int(bytes.u16(2))
    guard 7...longestMessage ~= total, 2...total - 5 ~= Int(bytes.u8(4)) else { return .no }
    switch bytes.u8(5) & 0xF0 {
    // Elsewhere a connection request may be anybody's: remote desktops have the same, but without such TSAPs.
    case 0xE0 where isConnection(bytes, isAddressed: !expected): return .yes(.toServer)
    case 0xD0 where isConnection(bytes, isAddressed: !expected): return .yes(.toClient)
    case 0xF0: break
    default: return .no
    }
    guard bytes.u8(4) == 2, bytes.u8(5) == data, total > 7 else { return .no }
    guard bytes.byteCount >= 7 + 10 else {
      return bytes.byteCount == 7 || bytes.u8(7) == protocolID ? .undecided : .no
    }
    let message = bytes.slice(7, total - 7)
    guard isHeader(message, isWhole: bytes.u8(6) & 0x80 != 0, of: total - 7) else { return .no }
    return .yes(direction(message))
  }

  /// Whether a connection request or confirmation has the form of class 0: no source class, parameters that fill it. One that `isAddressed` is whole,
  /// and calls a module as Siemens' controllers have it: a TSAP of two bytes, kind of connection (1 programming device, 2 operator panel, 3 other), rack
  /// and slot. OSI stacks call other TSAPs.
  private static func isConnection(_ bytes: RawSpan, isAddressed: Bool) -> Bool {
    let end = 5 + Int(bytes.u8(4))
    guard Int(bytes.u16(2)) == end, bytes.u8(4) >= 6 else { return false }
    var isCalled = false
    var isCalling = false
    var offset = 11
    while offset + 2 <= min(end, bytes.byteCount) {
      // The size of TPDUs and both TSAPs, nothing else.
      if isAddressed, !(0xC0...0xC2 ~= bytes.u8(offset)) { return false }
      if bytes.u16(offset) == 0xC102 { isCalling = true }
      if bytes.u16(offset) == 0xC202, offset + 4 <= bytes.byteCount { isCalled = 1...3 ~= bytes.u8(offset + 2) }
      offset += 2 + Int(bytes.u8(offset + 1))
    }
    guard isAddressed else { return offset == end || bytes.byteCount < end }
    return offset == end && bytes.byteCount >= end && isCalled && isCalling && bytes.byteCount > 10 && bytes.u8(10) == 0
  }

  /// Whether the first ten bytes are a header; the lengths of a whole message must fill its `size`.
  private static func isHeader(_ message: RawSpan, isWhole: Bool, of size: Int) -> Bool {
    guard message.byteCount >= 10, message.u8(0) == protocolID, message.u16(2) == 0,
      let header = headerSize(message.u8(1))
    else { return false }
    let needed = header + Int(message.u16(6)) + Int(message.u16(8))
    return isWhole ? needed == size : needed > size
  }

  /// By ROSCTR: job, acknowledgement, acknowledgement with data, user data.
  private static func headerSize(_ kind: UInt8) -> Int? {
    switch kind {
    case 1, 7: 10
    case 2, 3: 12
    default: nil
    }
  }

  private static func direction(_ message: RawSpan) -> Direction? {
    let isJob = message.u8(1) == 1
    if message.u8(1) == 7 {
      guard message.byteCount > 15 else { return nil }
      // Those that numerical controls push go either way: blocks that are loaded into them, and those that are fetched.
      switch message.u8(15) >> 4 {
      case 4, 7: return .toServer
      case 3: return nil
      default: return .toClient
      }
    }
    let start = isJob ? 10 : 12
    // A controller fetches by itself what is downloaded to it.
    let isFetched =
      message.byteCount > start && 0x1B...0x1C ~= message.u8(start) && message.u16(6) > 0
    return isJob != isFetched ? .toServer : .toClient
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.u8(0) == 3, bytes.byteCount < 2 || bytes.u8(1) == 0 else {
      let seen = bytes.byteCount < 2 ? UInt64(bytes.u8(0)) << 8 : UInt64(bytes.u16(0))
      return refuse(bytes, Fault(.framing, "TPKT version", seen: seen, expected: 0x300), &exchange)
    }
    guard bytes.byteCount >= 7 else { return .incomplete(7) }
    let total = Int(bytes.u16(2))
    guard 7...longestMessage ~= total else {
      return refuse(
        bytes, Fault(.length, "TPKT length", seen: UInt64(total), least: 7, most: UInt64(longestMessage)), &exchange)
    }
    guard 2...total - 5 ~= Int(bytes.u8(4)) else {
      return refuse(
        bytes, Fault(.length, "TPDU length indicator", seen: UInt64(bytes.u8(4)), least: 2, most: UInt64(total - 5)),
        &exchange)
    }
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let packet = bytes.extracting(first: total)
    guard packet.u8(5) & 0xF0 == data else {
      connection(packet, &exchange)
      return .message(packet.byteCount)
    }
    return transfer(packet, &exchange)
  }

  /// One pass to the next place where a message can begin. What is wrong with the transport is nothing that S7 communication says.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    exchange.faultOwner = exchange.id(of: S7Comm.cotp)
    exchange.drop()
    var skipped = 1
    while skipped < bytes.byteCount,
      bytes.u8(skipped) != 3 || skipped + 1 < bytes.byteCount && bytes.u8(skipped + 1) != 0
    {
      skipped += 1
    }
    return .refused(skipped)
  }

  // MARK: Transport

  /// TPDUs that carry no data (ISO 8073, 13.3 to 13.12).
  private static func connection(_ packet: RawSpan, _ exchange: inout Exchange) {
    let code = packet.u8(5) & 0xF0
    let (name, role): (StaticString, Role) =
      switch code {
      case 0xE0: ("Connection request", .request)
      case 0xD0: ("Connection confirm", .response)
      case 0x80: ("Disconnect request", .request)
      case 0xC0: ("Disconnect confirm", .response)
      case 0x70: ("TPDU error", .report)
      default: ("TPDU not of class 0", .report)
      }
    var operation = Operation(
      exchange.id(of: S7Comm.cotp), role == .report && code != 0x70 ? .unknown : .session, role, code: UInt32(code),
      name: name)
    if role == .response { operation.outcome = .ok }
    if code == 0xE0 || code == 0xD0 {
      var state = State(bits: exchange.state)
      let end = min(packet.byteCount, 5 + Int(packet.u8(4)))
      var offset = 11
      // Parameters: code, length, value. Of the called TSAP (0xC2) with two bytes the second is rack and slot.
      while offset + 2 <= end {
        let count = Int(packet.u8(offset + 1))
        let value = packet.slice(offset + 2, min(count, end - offset - 2))
        if packet.u8(offset) == 0xC2 {
          if value.byteCount == 2 { state.unit = Int64(value.u8(1)) }
          operation.detail =
            value.isText ? exchange.name(value) : exchange.name { $0.append(hexadecimal: value.extracting(first: 64)) }
        }
        offset += 2 + count
      }
      operation.unit = state.unit
      exchange.state = state.bits
      if code == 0xE0 {
        exchange.ask(operation)
      } else if let asked = exchange.waiting(transaction: -1, unit: operation.unit) {
        exchange.take(answer: &operation, to: asked)
      } else {
        operation.pairing = .unasked
      }
    }
    if code == 0x80, packet.u8(4) >= 6, packet.byteCount > 10 {
      let reason = packet.u8(10)
      operation.subcode = Int32(reason)
      operation.unit = State(bits: exchange.state).unit
      // What answers a connection request so refuses it (ISO 8073, 6.6).
      if exchange.direction == .toClient, let asked = exchange.waiting(transaction: -1, unit: operation.unit) {
        operation.role = .response
        operation.outcome = .error(code: UInt32(reason), name: S7Function.reason(reason))
        exchange.take(answer: &operation, to: asked)
      }
    }
    exchange.operations.append(operation)
  }

  /// A data TPDU: a whole message, or one of the pieces of one.
  private static func transfer(_ packet: RawSpan, _ exchange: inout Exchange) -> Step {
    let payload = packet.from(5 + Int(packet.u8(4)))
    let isLast = packet.u8(6) & 0x80 != 0
    let collected = exchange.collected()
    let isOwn = isHeader(payload, isWhole: true, of: payload.byteCount)
    if collected > 0, !(isLast && isOwn) {
      guard exchange.collect(payload, limit: longestAssembled) else {
        exchange.fault = Fault(
          .length, "TSDU", seen: UInt64(collected + payload.byteCount), least: 10, most: UInt64(longestAssembled))
        return .refused(packet.byteCount)
      }
      guard isLast else { return .message(packet.byteCount) }
      let whole = exchange.take()
      let step = message(whole.bytes, from: 0, in: packet.byteCount, &exchange)
      exchange.keep(whole)
      return step
    }
    if collected > 0 { exchange.drop() }
    guard payload.byteCount > 0 else { return .message(packet.byteCount) }
    guard payload.u8(0) == protocolID else {
      if !State(bits: exchange.state).isSure, !exchange.isCut { return .foreign }
      exchange.fault = Fault(.framing, "Protocol id", seen: UInt64(payload.u8(0)), expected: UInt64(protocolID))
      return .refused(packet.byteCount)
    }
    guard isLast else {
      _ = exchange.collect(payload, limit: longestAssembled)
      return .message(packet.byteCount)
    }
    return message(packet, from: packet.byteCount - payload.byteCount, in: packet.byteCount, &exchange)
  }

  // MARK: Messages

  /// A message that begins at `start` and ends where `bytes` do; `size` is what its last TPDU takes of the stream.
  private static func message(_ bytes: RawSpan, from start: Int, in size: Int, _ exchange: inout Exchange) -> Step {
    let room = bytes.byteCount - start
    guard room >= 10, let header = headerSize(bytes.u8(start + 1)), bytes.u8(start) == protocolID, room >= header
    else {
      if exchange.isCut { return .message(size) }
      exchange.fault =
        room >= 10
        ? Fault(.value, "ROSCTR", seen: UInt64(bytes.u8(start + 1)), least: 1, most: 7)
        : Fault(.truncated, "S7 header", seen: UInt64(room), least: 10, most: UInt64(longestAssembled))
      return .refused(size)
    }
    let kind = bytes.u8(start + 1)
    let parameters = start + header
    let data = parameters + Int(bytes.u16(start + 6))
    let end = data + Int(bytes.u16(start + 8))
    guard end == bytes.byteCount || exchange.isCut else {
      exchange.fault = Fault(
        .length, "Parameter length, data length", seen: UInt64(end - start), expected: UInt64(room))
      return .refused(size)
    }
    var state = State(bits: exchange.state)
    state.isSure = true
    let part = S7Part(
      parameters: parameters, data: min(data, bytes.byteCount), end: min(end, bytes.byteCount),
      reference: Int64(bytes.u16(start + 4)), unit: state.unit)
    if kind == 7 {
      S7UserData.read(bytes, part, &exchange)
    } else if kind == 1 {
      var block = state.block
      job(bytes, part, &block, &exchange)
      state.block = block
    } else {
      acknowledgement(bytes, part, error: bytes.u16(start + 10), &exchange)
    }
    exchange.state = state.bits
    return .message(size)
  }

  private static func job(_ bytes: RawSpan, _ part: S7Part, _ block: inout NameID, _ exchange: inout Exchange) {
    guard part.parameters < part.data else {
      return exchange.add(faulty: Fault(.length, "Parameter length", seen: 0, least: 1, most: 65_535), part, .request)
    }
    let function = S7Function(rawValue: bytes.u8(part.parameters))
    var operation = Operation(
      exchange.dissector, function.action, .request, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = part.reference
    operation.unit = part.unit
    operation.isFetch = function == .startUpload || function == .upload || function == .endUpload
    let first = part.parameters + 1
    switch function {
    case .setup: if first + 7 <= part.data { operation.facets[.pduSize] = UInt32(bytes.u16(first + 5)) }
    case .readVariable, .writeVariable:
      guard first < part.data else { break }
      S7Items.read(
        bytes, at: first + 1, end: part.data, count: Int(bytes.u8(first)),
        data: function == .writeVariable ? part.data : nil, part.end, &operation, &exchange)
    case .requestDownload, .downloadBlock, .downloadEnded, .startUpload:
      // Each names its block; one that cannot be read is not the one before.
      block = S7Items.fileName(bytes, at: first + 7, end: part.data, &exchange)
      operation.target = Target(area: .block, count: 1, name: block)
    case .upload, .endUpload: operation.target = Target(area: .block, count: 1, name: block)
    case .service:
      // Seven bytes, the length of the argument, the argument, the length of the service's name, the name.
      guard first + 9 <= part.data else { break }
      let count = Int(bytes.u16(first + 7))
      let place = first + 9 + count
      guard place < part.data else {
        operation.note(
          Fault(
            .length, "PI service argument", seen: UInt64(count), least: 0, most: UInt64(max(0, part.data - first - 10)))
        )
        break
      }
      let service = bytes.slice(place + 1, min(Int(bytes.u8(place)), part.data - place - 1))
      operation.detail = exchange.name(service)
      operation.action = S7Function.action(ofService: service)
      guard operation.action == .program, count >= 10 else { break }
      // Blocks: their number, a byte, then eight characters for each.
      for index in 0..<min(Int(bytes.u8(first + 9)), (count - 2) / 8) {
        guard let name = S7Items.block(bytes.slice(first + 11 + 8 * index, 8), &exchange) else { continue }
        exchange.add(
          Target(area: .block, count: 1, name: name), to: &operation, isFirst: operation.target == .none)
      }
    case .stop:
      guard first + 6 <= part.data else { break }
      operation.detail = exchange.name(
        bytes.slice(first + 6, min(Int(bytes.u8(first + 5)), part.data - first - 6)))
    default: break
    }
    exchange.ask(operation, place: part.place(askedBy: exchange.direction))
    exchange.operations.append(operation)
  }

  private static func acknowledgement(_ bytes: RawSpan, _ part: S7Part, error: UInt16, _ exchange: inout Exchange) {
    let asked = exchange.waiting(
      transaction: part.reference, unit: part.place(askedBy: exchange.direction.reversed))
    // An acknowledgement of an error may have no parameters: then the question tells the function.
    let code =
      part.parameters < part.data
      ? bytes.u8(part.parameters) : asked.map { UInt8(truncatingIfNeeded: exchange[$0].operation.code) } ?? 0
    let function = S7Function(rawValue: code)
    var operation = Operation(
      exchange.dissector, function.action, .response, code: UInt32(code), name: function.name)
    operation.transaction = part.reference
    operation.unit = part.unit
    operation.outcome = error == 0 ? .ok : .error(code: UInt32(error), name: S7Function.error(error))
    var format = Values.Format.none
    _ = exchange.tie(&operation, place: part.place(askedBy: exchange.direction.reversed)) { question, answer in
      answer.action = question.action
      answer.detail = question.detail
      format = question.values.format
    }
    let first = part.parameters + 1
    switch function {
    case .setup: if first + 7 <= part.data { operation.facets[.pduSize] = UInt32(bytes.u16(first + 5)) }
    case .readVariable where first < part.data:
      S7Items.answers(
        bytes, at: part.data, end: part.end, count: Int(bytes.u8(first)), format, &operation, &exchange)
    case .writeVariable where first < part.data:
      S7Items.returnCodes(bytes, at: part.data, end: part.end, count: Int(bytes.u8(first)), &operation)
    default: break
    }
    exchange.operations.append(operation)
  }
}

/// Where the parts of a message are.
struct S7Part {
  let parameters: Int
  let data: Int
  let end: Int
  let reference: Int64
  let unit: Int64

  /// Under what a question waits: each end numbers its own, and a controller asks for itself what is downloaded to it.
  func place(askedBy direction: Direction) -> Int64 { direction == .toServer ? unit : unit + 1 << 32 }
}

extension Exchange {
  /// A message whose parameters say nothing.
  mutating func add(faulty fault: Fault, _ part: S7Part, _ role: Role) {
    var operation = Operation(dissector, .unknown, role, code: 0, name: "S7 message without function")
    operation.transaction = part.reference
    operation.unit = part.unit
    if !isCut { operation.fault = fault }
    operations.append(operation)
  }
}
