// SPDX-License-Identifier: Apache-2.0

/// IEC 60870-5-104:2006: an APCI (5.1), in frames with information an ASDU (IEC 60870-5-101:2003, 7.2) behind it.
///
///     0      1        2                 6      7     8       10        12
///     +------+--------+-----------------+------+-----+-------+---------+------------- ... -+
///     | 0x68 | length | control field   | type | VSQ | cause | address | objects           |
///     +------+--------+-----------------+------+-----+-------+---------+------------- ... -+
///
/// `length` counts from the control field on. Numbers are little-endian; an object begins with its address of three bytes.
enum IEC104: Dissector {
  static var name: StaticString { "iec104" }
  static var selectors: [Selector] { [.tcp(2404), .anyTCP] }
  static var about: About {
    About("IEC 60870-5-104", .full, "IEC 60870-5-104:2006, IEC 60870-5-101:2003, IEC TS 60870-5-7:2013")
  }
  static var control: Carried {
    Carried(0, "iec104-apci", About("IEC 60870-5-104 connection", .full, "IEC 60870-5-104:2006, 5"))
  }
  static var carries: [Carried] { [control] }
  static var longestMessage: Int { 255 }

  private static let startByte: UInt8 = 0x68
  private static let headerSize = 6
  /// Type, qualifier, cause, common address.
  private static let unitSize = 6

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount > 0, bytes.u8(0) == startByte else { return .no }
    guard bytes.byteCount >= headerSize else {
      return bytes.byteCount > 1 && !(4...253 ~= bytes.u8(1)) ? .no : .undecided
    }
    guard isHeader(bytes) else { return .no }
    let total = 2 + Int(bytes.u8(1))
    if bytes.u8(2) & 1 != 0 {
      // A start or a test alone says little elsewhere, but these six bytes are no other protocol's.
      if bytes.u8(2) == 1 { return expected ? .yes(nil) : .no }
      return .yes(bytes.u8(2) == 0x07 ? .toServer : bytes.u8(2) == 0x0B ? .toClient : nil)
    }
    guard bytes.byteCount >= total else { return expected ? .yes(nil) : .undecided }
    guard expected || isUnit(bytes.extracting(first: total)) else { return .no }
    return .yes(direction(bytes))
  }

  /// Whether start, length and control field are those of one of the three formats (5.1).
  private static func isHeader(_ bytes: RawSpan) -> Bool {
    guard bytes.u8(0) == startByte, 4...253 ~= bytes.u8(1) else { return false }
    let first = bytes.u8(2)
    if first & 1 == 0 { return bytes.u8(4) & 1 == 0 && bytes.u8(1) > 4 }
    guard bytes.u8(1) == 4 else { return false }
    if first == 1 { return bytes.u8(3) == 0 && bytes.u8(4) & 1 == 0 }
    switch first {
    case 0x07, 0x0B, 0x13, 0x23, 0x43, 0x83: return bytes.u24(3) == 0
    default: return false
    }
  }

  /// Whether the ASDU of a whole frame makes sense: a known type and cause, and the length that its objects need.
  private static func isUnit(_ message: RawSpan) -> Bool {
    guard message.byteCount >= headerSize + unitSize else { return false }
    let type = IEC104Type(rawValue: message.u8(6))
    return type.isKnown && IEC104Cause(rawValue: message.u8(8) & 0x3F).isKnown
      && expected(type, message.u8(7)).map { $0 == message.byteCount } ?? true
  }

  /// The length of a frame of a type with a variable structure qualifier; nil where it varies.
  private static func expected(_ type: IEC104Type, _ qualifier: UInt8) -> Int? {
    guard let size = type.size else { return nil }
    let count = Int(qualifier & 0x7F)
    let objects = qualifier & 0x80 != 0 ? (count > 0 ? 3 + count * size : 0) : count * (3 + size)
    return headerSize + unitSize + objects
  }

  /// Commands go to the server, process information comes from it.
  private static func direction(_ bytes: RawSpan) -> Direction? {
    guard bytes.byteCount > 8 else { return nil }
    let type = IEC104Type(rawValue: bytes.u8(6))
    if type.isMonitored { return .toClient }
    switch bytes.u8(8) & 0x3F {
    case 6, 8: return .toServer
    case 7, 9, 10, 44...47: return .toClient
    default: return nil
    }
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.u8(0) == startByte else {
      return refuse(bytes, Fault(.framing, "Start byte", seen: UInt64(bytes.u8(0)), expected: 0x68), &exchange)
    }
    guard bytes.byteCount >= headerSize else {
      return .incomplete(headerSize)
    }
    guard isHeader(bytes) else {
      let fault =
        4...253 ~= bytes.u8(1)
        ? Fault(.value, "Control field", seen: UInt64(bytes.u32(2)), least: 0, most: 0xFFFF_FFFE)
        : Fault(.length, "Length of APDU", seen: UInt64(bytes.u8(1)), least: 4, most: 253)
      return refuse(bytes, fault, &exchange)
    }
    let total = 2 + Int(bytes.u8(1))
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    if message.u8(2) & 1 == 0 {
      if message.byteCount >= headerSize + unitSize {
        unit(message, &exchange)
      } else if message.byteCount > headerSize {
        short(message, &exchange)
      }
    } else if message.u8(2) & 2 != 0 {
      connection(message, &exchange)
    }
    return .message(message.byteCount)
  }

  /// One pass to the next place where a frame can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    var skipped = 1
    while skipped < bytes.byteCount, bytes.u8(skipped) != startByte { skipped += 1 }
    return .refused(skipped)
  }

  /// Unnumbered control functions (5.3): start, stop, test, each with its confirmation.
  private static func connection(_ message: RawSpan, _ exchange: inout Exchange) {
    let code = message.u8(2)
    let name: StaticString =
      switch code {
      case 0x07: "STARTDT act"
      case 0x0B: "STARTDT con"
      case 0x13: "STOPDT act"
      case 0x23: "STOPDT con"
      case 0x43: "TESTFR act"
      default: "TESTFR con"
      }
    let isConfirmation = code == 0x0B || code == 0x23 || code == 0x83
    var operation = Operation(
      exchange.id(of: IEC104.control), .session, isConfirmation ? .response : .request, code: UInt32(code), name: name)
    if isConfirmation { operation.outcome = .ok }
    exchange.operations.append(operation)
  }

  /// A frame with information whose ASDU ends before its addresses do: the type alone is there.
  private static func short(_ message: RawSpan, _ exchange: inout Exchange) {
    let type = IEC104Type(rawValue: message.u8(headerSize))
    var operation = Operation(
      exchange.dissector, type.action, .report, code: UInt32(type.rawValue), name: type.name)
    if !exchange.isCut {
      operation.fault = Fault(
        .truncated, "ASDU", seen: UInt64(message.byteCount - headerSize), least: UInt64(unitSize), most: 249)
    }
    exchange.operations.append(operation)
  }

  private static func unit(_ message: RawSpan, _ exchange: inout Exchange) {
    let type = IEC104Type(rawValue: message.u8(6))
    let cause = IEC104Cause(rawValue: message.u8(8) & 0x3F)
    let role = role(type, cause, exchange.direction)
    let isNegative = message.u8(8) & 0x40 != 0
    var operation = Operation(
      exchange.dissector, type.action, role, code: UInt32(type.rawValue), name: type.name)
    operation.unit = Int64(message.u16LE(10))
    operation.facets[.cause] = UInt32(cause.rawValue)
    if message.u8(9) != 0 { operation.facets[.originator] = UInt32(message.u8(9)) }
    if message.u8(8) & 0x80 != 0 { operation.facets[.isTest] = 1 }
    // Of an answer the outcome says it.
    if isNegative, role != .response { operation.facets[.isNegative] = 1 }
    operation.facets[.sendSequence] = UInt32(message.u16LE(2) >> 1)
    operation.facets[.receiveSequence] = UInt32(message.u16LE(4) >> 1)
    check(type, cause, message, &operation)
    objects(type, cause, message, &operation, &exchange)
    if operation.role == .response {
      if let refusal = cause.refusal {
        operation.outcome = .error(code: UInt32(cause.rawValue), name: refusal)
      } else if isNegative {
        operation.outcome = .error(code: UInt32(cause.rawValue), name: "Negative confirmation")
      } else {
        operation.outcome = .ok
      }
    }
    pair(&operation, type, &exchange)
    exchange.operations.append(operation)
  }

  /// Commands are asked by activation, deactivation or request, and answered by confirmation or refusal; all else is told unasked.
  private static func role(_ type: IEC104Type, _ cause: IEC104Cause, _ direction: Direction) -> Role {
    if type.isMonitored { return .report }
    // Both ends send files, and both may doubt who the other is: what comes from the master is asked.
    if type.isFile || type.isSecurity, cause.refusal == nil { return direction == .toServer ? .request : .report }
    switch cause {
    case .activation, .deactivation: return .request
    case .activationConfirmation, .deactivationConfirmation: return .response
    case .request: return type.rawValue == 102 ? .request : .report
    default: return cause.refusal != nil ? .response : .report
    }
  }

  private static func check(
    _ type: IEC104Type, _ cause: IEC104Cause, _ message: RawSpan, _ operation: inout Operation
  ) {
    if !type.isKnown {
      operation.note(Fault(.code, "Type identification", seen: UInt64(type.rawValue), least: 1, most: 127))
    } else if !cause.isKnown {
      operation.note(Fault(.value, "Cause of transmission", seen: UInt64(cause.rawValue), least: 1, most: 47))
    } else if let expected = expected(type, message.u8(7)), expected != message.byteCount {
      operation.note(
        Fault(.length, "Length of APDU", seen: UInt64(message.byteCount - 2), expected: UInt64(expected - 2)))
    }
  }

  /// Addresses and values of the information objects.
  private static func objects(
    _ type: IEC104Type, _ cause: IEC104Cause, _ message: RawSpan, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let first = headerSize + unitSize
    guard message.byteCount >= first + 3, !type.isSecurity else { return }
    let isSequence = message.u8(7) & 0x80 != 0
    let count = Int(message.u8(7) & 0x7F)
    let address = address(message, first)
    let size = type.size ?? 0
    operation.target = Target(
      area: .informationObject, address: UInt64(address), count: UInt32(isSequence ? count : 1))
    let (format, quality) = type.value
    let element = first + 3
    if format != .none {
      operation.values = Values(
        format, at: element, count, stride: isSequence ? size : 3 + size, end: message.byteCount)
    } else if type.rawValue == 103 {
      operation.values = Values(.uint8, at: element, 7, end: message.byteCount)
    } else if size == 1 {
      operation.values = Values(.uint8, at: element, 1, end: message.byteCount)
    }
    if quality >= 0, element + quality < message.byteCount {
      operation.facets[.quality] = UInt32(message.u8(element + quality) & type.qualityBits)
    }
    if type.fileQualifier >= 0, element + type.fileQualifier < message.byteCount {
      operation.facets[.qualifier] = UInt32(message.u8(element + type.fileQualifier))
    }
    // Counters are asked for, or with the two uppermost bits frozen and reset (IEC 60870-5-101, 7.2.6.23).
    if type.rawValue == 101, element < message.byteCount, message.u8(element) & 0xC0 != 0 { operation.action = .write }
    if type.qualifier >= 0, element + type.qualifier < message.byteCount {
      if cause == .deactivation || cause == .deactivationConfirmation {
        operation.phase = .cancel
      } else {
        operation.phase = message.u8(element + type.qualifier) & 0x80 != 0 ? .select : .execute
      }
    }
    guard !isSequence, size > 0 || type.rawValue == 102 else { return }
    // Objects with an address each: those that follow on the one before are one range, others further targets.
    let start = exchange.items.count
    var last = operation.target
    var isFirst = true
    var offset = first + 3 + size
    for _ in 1..<max(1, count) {
      guard offset + 3 <= message.byteCount else { break }
      let next = UInt64(IEC104.address(message, offset))
      if next == last.address + UInt64(last.count) {
        last.count += 1
        if isFirst { operation.target = last } else { exchange.items[exchange.items.count - 1].target = last }
      } else {
        last = Target(area: .informationObject, address: next, count: 1)
        exchange.items.append(Item(last))
        isFirst = false
      }
      offset += 3 + size
    }
    operation.items = ItemRange(start, exchange.items.count - start)
  }

  private static func address(_ message: RawSpan, _ offset: Int) -> UInt32 {
    UInt32(message.u16LE(offset)) | UInt32(message.u8(offset + 2)) << 16
  }

  /// The standard has no transaction number: type and object address tie a confirmation to its command.
  private static func pair(_ operation: inout Operation, _ type: IEC104Type, _ exchange: inout Exchange) {
    guard operation.role != .report else { return }
    let key = Int64(type.rawValue) << 24 | Int64(operation.target.address & 0xFF_FFFF)
    if operation.role == .request {
      operation.transaction = key
      // What a read is answered with comes as process information; files and challenges have answers of other types.
      let mayStaySilent = type.rawValue == 102 || type.isFile || type.isSecurity || operation.unit == everybody
      exchange.ask(operation, mayStaySilent: mayStaySilent)
      operation.transaction = -1
    } else if let asked = exchange.waiting(transaction: key, unit: operation.unit) {
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
      // Some stations say no, and then by another frame why.
      if case .error(let cause, _) = operation.outcome, cause < 44 {
        exchange.answeredOnce(asked)
      } else {
        exchange.answered(asked)
      }
    } else if let asked = exchange.waiting(transaction: key, unit: everybody) {
      // Every station confirms for itself; the question keeps waiting for the others.
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
    } else {
      operation.pairing = .unasked
    }
  }

  /// The global common address (IEC 60870-5-101, 7.2.4).
  private static let everybody: Int64 = 65_535
}
