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
  static var carries: [Carried] {
    [
      Carried(
        "s7comm-userdata", About("S7 user data (SZL, blocks, clock, test)", .full, "as s7comm; Siemens A5E02789976")),
      Carried("cotp", About("ISO transport class 0 connection", .full, "ISO 8073, RFC 1006")),
    ]
  }
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
    guard bytes.byteCount > 0, bytes.u8(0) == 3, bytes.byteCount < 2 || bytes.u8(1) == 0 else { return .no }
    guard bytes.byteCount >= 7 else { return .undecided }
    let total = Int(bytes.u16(2))
    guard 7...longestMessage ~= total, 2...total - 5 ~= Int(bytes.u8(4)) else { return .no }
    switch bytes.u8(5) & 0xF0 {
    // Elsewhere a connection request may be anybody's: remote desktops have the same.
    case 0xE0 where expected && isConnection(bytes): return .yes(.toServer)
    case 0xD0 where expected && isConnection(bytes): return .yes(.toClient)
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

  /// Whether a connection request or confirmation has the form of class 0: no source class, parameters that fill it.
  private static func isConnection(_ bytes: RawSpan) -> Bool {
    let end = 5 + Int(bytes.u8(4))
    guard Int(bytes.u16(2)) == end, bytes.u8(4) >= 6 else { return false }
    var offset = 11
    while offset + 2 <= min(end, bytes.byteCount) { offset += 2 + Int(bytes.u8(offset + 1)) }
    return offset == end || bytes.byteCount < end
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
      return message.u8(15) >> 4 == 4 ? .toServer : .toClient
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
    guard bytes.byteCount >= 7 else { return exchange.isCut ? .message(bytes.byteCount) : .incomplete(7) }
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
    guard bytes.byteCount >= total || exchange.isCut else { return .incomplete(total) }
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
    exchange.faultOwner = exchange.carried[1]
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
      exchange.carried[1], role == .report && code != 0x70 ? .unknown : .session, role, code: UInt32(code), name: name)
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
          operation.detail = exchange.name { text in
            for place in 0..<min(value.byteCount, 64) { append(value.u8(place), isText(value), to: &text) }
          }
        }
        offset += 2 + count
      }
      operation.unit = state.unit
      exchange.state = state.bits
      if code == 0xE0 {
        exchange.ask(operation)
      } else if let asked = exchange.waiting(transaction: -1, unit: operation.unit) {
        operation.pairing = .answered
        operation.latency = exchange.time &- exchange[asked].time
        exchange.answered(asked)
      } else {
        operation.pairing = .unasked
      }
    }
    exchange.operations.append(operation)
  }

  private static func append(_ byte: UInt8, _ isText: Bool, to text: inout [UInt8]) {
    if isText { return text.append(byte) }
    for half in [byte >> 4, byte & 15] { text.append(half < 10 ? 0x30 + half : 0x37 + half) }
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
    let first = part.parameters + 1
    switch function {
    case .setup: if first + 7 <= part.data { operation.facets[.pduSize] = UInt32(bytes.u16(first + 5)) }
    case .readVariable, .writeVariable:
      guard first < part.data else { break }
      S7Items.read(
        bytes, at: first + 1, end: part.data, count: Int(bytes.u8(first)),
        data: function == .writeVariable ? part.data : nil, part.end, &operation, &exchange)
    case .requestDownload, .downloadBlock, .downloadEnded, .startUpload:
      if let name = S7Items.block(bytes, at: first + 7, end: part.data, &exchange) { block = name }
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
      // Blocks: their number, a byte, then eight characters for each.
      if operation.action == .program, count >= 10,
        let name = S7Items.block(bytes.slice(first + 11, min(8, count - 2)), &exchange)
      {
        operation.target = Target(area: .block, count: UInt32(bytes.u8(first + 9)), name: name)
      }
    case .stop:
      guard first + 6 <= part.data else { break }
      operation.detail = exchange.name(
        bytes.slice(first + 6, min(Int(bytes.u8(first + 5)), part.data - first - 6)))
    default: break
    }
    if exchange.isCut { operation.fault = nil }
    exchange.ask(operation)
    exchange.operations.append(operation)
  }

  private static func acknowledgement(_ bytes: RawSpan, _ part: S7Part, error: UInt16, _ exchange: inout Exchange) {
    let asked = exchange.waiting(transaction: part.reference, unit: part.unit)
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
    if let asked, exchange[asked].operation.code == operation.code,
      exchange[asked].operation.dissector == operation.dissector
    {
      operation.target = exchange[asked].operation.target
      operation.action = exchange[asked].operation.action
      operation.detail = exchange[asked].operation.detail
      operation.latency = exchange.time &- exchange[asked].time
      operation.pairing = .answered
      format = exchange[asked].operation.values.format
      exchange.answered(asked)
    } else {
      operation.pairing = asked == nil ? .unasked : .mismatched
    }
    let first = part.parameters + 1
    switch function {
    case .setup: if first + 7 <= part.data { operation.facets[.pduSize] = UInt32(bytes.u16(first + 5)) }
    case .readVariable where first < part.data:
      S7Items.answers(
        bytes, at: part.data, end: part.end, count: Int(bytes.u8(first)), format, &operation, &exchange)
    case .writeVariable where first < part.data:
      // A return code for each item.
      for place in part.data..<min(part.end, part.data + Int(bytes.u8(first))) where bytes.u8(place) != 0xFF {
        let code = bytes.u8(place)
        operation.outcome = .error(code: UInt32(code), name: S7Items.name(ofReturnCode: code))
        break
      }
    default: break
    }
    if exchange.isCut { operation.fault = nil }
    exchange.operations.append(operation)
  }

  /// Whether all bytes are printable ASCII.
  static func isText(_ bytes: RawSpan) -> Bool {
    for place in 0..<bytes.byteCount where !(0x20...0x7E ~= bytes.u8(place)) { return false }
    return bytes.byteCount > 0
  }
}

/// Where the parts of a message are.
struct S7Part {
  let parameters: Int
  let data: Int
  let end: Int
  let reference: Int64
  let unit: Int64
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

/// Addresses and data of variables.
enum S7Items {
  /// Item specifications at `offset`, `count` of them; with `data` the values written to them.
  static func read(
    _ bytes: RawSpan, at offset: Int, end: Int, count: Int, data: Int?, _ dataEnd: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let start = exchange.items.count
    var offset = offset
    var place = data ?? dataEnd
    for index in 0..<count {
      guard offset + 2 <= end, bytes.u8(offset) == 0x12, offset + 2 + Int(bytes.u8(offset + 1)) <= end else {
        operation.note(Fault(.quantity, "Item count", seen: UInt64(count), least: 1, most: UInt64(max(1, index))))
        break
      }
      let length = Int(bytes.u8(offset + 1))
      var (target, format) = item(bytes.slice(offset + 2, length))
      if target.area == .none {
        // By symbol, as newer controllers have it: known by the bytes of its description.
        target = Target(area: .tag, count: 1, name: exchange.name { symbol(bytes.slice(offset + 2, length), &$0) })
      }
      var values = Values(format: format)
      if data != nil { values = value(bytes, at: &place, end: dataEnd, format, isLast: index == count - 1).values }
      if index == 0 {
        operation.target = target
        operation.values = values
      } else {
        exchange.items.append(Item(target, values))
      }
      // Specifications of odd length have a byte behind them.
      offset += 2 + length + (length & 1)
    }
    operation.items = ItemRange(start, exchange.items.count - start)
  }

  /// Data of a read's answer, `count` of them.
  static func answers(
    _ bytes: RawSpan, at offset: Int, end: Int, count: Int, _ format: Values.Format, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let start = exchange.items.count
    var place = offset
    for index in 0..<count {
      guard place + 4 <= end else {
        // An item that is refused has but its return code.
        if place < end, bytes.u8(place) != 0xFF { refused(bytes.u8(place), &operation) }
        break
      }
      let answer = value(bytes, at: &place, end: end, index == 0 ? format : .none, isLast: index == count - 1)
      if answer.code != 0xFF { refused(answer.code, &operation) }
      if index == 0 { operation.values = answer.values } else { exchange.items.append(Item(.none, answer.values)) }
    }
    operation.items = ItemRange(start, exchange.items.count - start)
  }

  private static func refused(_ code: UInt8, _ operation: inout Operation) {
    guard operation.outcome == .ok else { return }
    operation.outcome = .error(code: UInt32(code), name: name(ofReturnCode: code))
  }

  /// Return code, transport size, length, then the bytes; of odd number they have one behind them, but for the last.
  private static func value(
    _ bytes: RawSpan, at place: inout Int, end: Int, _ format: Values.Format, isLast: Bool
  ) -> (code: UInt8, values: Values) {
    guard place + 4 <= end else { return (0xFF, .none) }
    let code = bytes.u8(place)
    let size = bytes.u8(place + 1)
    let length = Int(bytes.u16(place + 2))
    // Bits, bytes and integers are counted in bits, all else in bytes.
    let count = 3...5 ~= size ? (length + 7) / 8 : length
    let own: Values.Format =
      switch size {
      case 5: .int16
      case 6: .int32
      case 7: .float32
      default: .uint8
      }
    let wanted = format == .none ? own : format
    let first = place + 4
    let last = min(end, first + count)
    place = first + count + (isLast ? 0 : count & 1)
    return (code, Values(wanted, at: first, count / max(1, wanted.width), end: last))
  }

  /// An address specification behind its length: what it names, and how its values are to be read.
  private static func item(_ item: RawSpan) -> (Target, Values.Format) {
    if item.byteCount >= 10, item.u8(0) == 0x10 {
      // Transport size, number of elements, data block, area, address in bits.
      let (width, format) = size(item.u8(1))
      let count = UInt32(item.u16(2))
      let address = item.u24(7)
      guard let area = area(item.u8(6)) else { return (.none, .uint8) }
      let number = area == .dataBlock || area == .instanceBlock ? UInt32(item.u16(4)) : 0
      if area == .timer || area == .counter {
        return (Target(area: area, address: UInt64(address), count: count), .uint16)
      }
      let isBit = item.u8(1) == 1
      return (
        Target(
          area: area, number: number, address: UInt64(address >> 3), count: isBit ? 1 : count * UInt32(width),
          bit: isBit ? Int8(truncatingIfNeeded: address & 7) : -1), format
      )
    }
    // Several parts of data blocks: their number, then length, block, address of each.
    if item.byteCount >= 7, item.u8(0) == 0xB0 {
      return (
        Target(
          area: .dataBlock, number: UInt32(item.u16(3)), address: UInt64(item.u16(5)), count: UInt32(item.u8(2))),
        .uint8
      )
    }
    return (.none, .uint8)
  }

  /// Variables of test functions: area and width in one byte, repetitions (or a bit), data block, address.
  static func readTest(
    _ bytes: RawSpan, at offset: Int, end: Int, hasValues: Bool, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let count = Int(bytes.u16(offset))
    var place = offset + 2 + 6 * count
    guard place <= end else { return }
    let start = exchange.items.count
    for index in 0..<count {
      let item = offset + 2 + 6 * index
      guard let area = testArea(bytes.u8(item) >> 4) else { return }
      let width = [0, 1, 2, 4][Int(bytes.u8(item) & 3)]
      let repetitions = bytes.u8(item + 1)
      let target = Target(
        area: area, number: area == .dataBlock ? UInt32(bytes.u16(item + 2)) : 0, address: UInt64(bytes.u16(item + 4)),
        count: width == 0 ? 1 : UInt32(width) * UInt32(repetitions), bit: width == 0 ? Int8(repetitions & 7) : -1)
      var values = Values.none
      if hasValues {
        let format: Values.Format = width == 4 ? .uint32 : width == 2 ? .uint16 : .uint8
        values = value(bytes, at: &place, end: end, format, isLast: false).values
      }
      if index == 0 {
        operation.target = target
        operation.values = values
      } else {
        exchange.items.append(Item(target, values))
      }
    }
    operation.items = ItemRange(start, exchange.items.count - start)
  }

  private static func testArea(_ code: UInt8) -> Area? {
    switch code {
    case 0: .flag
    case 1: .input
    case 2: .output
    case 3: .peripheral
    case 5: .timer
    case 6: .counter
    case 7: .dataBlock
    default: nil
    }
  }

  private static func symbol(_ item: RawSpan, _ text: inout [UInt8]) {
    for place in 0..<min(item.byteCount, 64) {
      for half in [item.u8(place) >> 4, item.u8(place) & 15] { text.append(half < 10 ? 0x30 + half : 0x37 + half) }
    }
  }

  /// Bytes of an element by transport size.
  private static func size(_ code: UInt8) -> (Int, Values.Format) {
    switch code {
    case 0x04, 0x09, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F: (2, .uint16)
    case 0x05: (2, .int16)
    case 0x06, 0x0A: (4, .uint32)
    case 0x07, 0x0B: (4, .int32)
    case 0x08: (4, .float32)
    case 0x0F: (8, .uint8)
    default: (1, .uint8)
    }
  }

  private static func area(_ code: UInt8) -> Area? {
    switch code {
    case 0x80, 0x06, 0x07: .peripheral
    case 0x81: .input
    case 0x82: .output
    case 0x83, 0x05: .flag
    case 0x84: .dataBlock
    case 0x85: .instanceBlock
    case 0x86, 0x87: .local
    case 0x1C, 0x1E: .counter
    case 0x1D, 0x1F: .timer
    default: nil
    }
  }

  /// A file name with its length before it: `_`, type, five digits, file system.
  static func block(_ bytes: RawSpan, at offset: Int, end: Int, _ exchange: inout Exchange) -> NameID? {
    guard offset < end, bytes.u8(offset) >= 9, offset + 10 <= end else { return nil }
    return block(bytes.slice(offset + 2, 8), &exchange)
  }
  /// Type, five digits, file system: `DB10` for `0A00010P`.
  static func block(_ text: RawSpan, _ exchange: inout Exchange) -> NameID? {
    guard text.byteCount >= 7, let kind = text.hexadecimal(0, 2), let letters = letters(ofBlock: UInt8(kind)) else {
      return nil
    }
    for place in 2..<7 where !(0x30...0x39 ~= text.u8(place)) { return nil }
    var first = 2
    while first < 6, text.u8(first) == 0x30 { first += 1 }
    return exchange.name { name in
      name += letters
      for place in first..<7 { name.append(text.u8(place)) }
    }
  }

  private static func letters(ofBlock kind: UInt8) -> [UInt8]? {
    switch kind {
    case 0x08: [0x4F, 0x42]
    case 0x0A: [0x44, 0x42]
    case 0x0B: [0x53, 0x44, 0x42]
    case 0x0C: [0x46, 0x43]
    case 0x0D: [0x53, 0x46, 0x43]
    case 0x0E: [0x46, 0x42]
    case 0x0F: [0x53, 0x46, 0x42]
    default: nil
    }
  }

  static func name(ofReturnCode code: UInt8) -> StaticString {
    switch code {
    case 0xFF: "Success"
    case 0x00: "Reserved"
    case 0x01: "Hardware error"
    case 0x03: "Access to the object not allowed"
    case 0x05: "Invalid address"
    case 0x06: "Data type not supported"
    case 0x07: "Data type inconsistent"
    case 0x0A: "Object does not exist"
    default: "Return code not published"
    }
  }
}
