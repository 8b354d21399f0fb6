// SPDX-License-Identifier: Apache-2.0

/// A value in ASN.1 basic encoding (ISO/IEC 8825-1, 8.1): tag, length, contents. Tags of one byte and definite lengths of up to three bytes, as GOOSE has them.
struct BERValue {
  let tag: UInt8
  /// Place and size of the contents in the message.
  let start: Int
  let count: Int
  var end: Int { start + count }

  /// The value at `offset`; nil where it does not lie within `end`, which lies within the message.
  /// Where the message `isCut` it is shortened to what is there.
  init?(_ message: RawSpan, at offset: Int, end: Int, isCut: Bool = false) {
    guard offset + 2 <= end else { return nil }
    tag = message.u8(offset)
    let first = message.u8(offset + 1)
    let length: Int
    switch first {
    case 0...0x7F: (start, length) = (offset + 2, Int(first))
    case 0x81 where offset + 3 <= end: (start, length) = (offset + 3, Int(message.u8(offset + 2)))
    case 0x82 where offset + 4 <= end: (start, length) = (offset + 4, Int(message.u16(offset + 2)))
    default: return nil
    }
    guard start + length <= end || isCut else { return nil }
    count = min(length, end - start)
  }

  /// A whole number; the low 32 bits of a longer one.
  func number(_ message: RawSpan) -> UInt32 {
    var value: UInt32 = 0
    for place in max(start, end - 4)..<max(start, end) { value = value << 8 | UInt32(message.u8(place)) }
    return value
  }
}

/// Generic object oriented substation events: IEC 61850-8-1:2011, annexes A and C, on EtherType 88B8.
///
///     0       2        4           6           8
///     +-------+--------+-----------+-----------+------- ... -+
///     | APPID | length | reserved 1| reserved 2| goosePdu    |
///     +-------+--------+-----------+-----------+------- ... -+
///
/// `length` counts from `APPID` on; padding of the Ethernet frame lies behind it.
enum GOOSE: Dissector {
  static var name: StaticString { "goose" }
  static var selectors: [Selector] { [.etherType(0x88B8)] }
  static var about: About { About("IEC 61850 GOOSE", .full, "IEC 61850-8-1, annexes A and C") }
  static var longestMessage: Int { 1500 }
  private static let headerSize = 8

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition { expected ? .yes(.toServer) : .no }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= headerSize else { return refuse(bytes, "Length", 8, &exchange) }
    let length = Int(bytes.u16(2))
    guard length >= headerSize else { return refuse(bytes, "Length", length, &exchange) }
    let message = bytes.extracting(first: length)
    guard let pdu = BERValue(message, at: headerSize, end: message.byteCount, isCut: length > bytes.byteCount),
      pdu.tag == 0x61
    else {
      if exchange.isCut { return .message(bytes.byteCount) }
      return refuse(bytes, "goosePdu", bytes.byteCount > headerSize ? Int(bytes.u8(headerSize)) : 0, &exchange)
    }
    report(message, pdu, isShort: length > bytes.byteCount, &exchange)
    return .message(bytes.byteCount)
  }

  private static func refuse(
    _ bytes: RawSpan, _ field: StaticString, _ seen: Int, _ exchange: inout Exchange
  ) -> Step {
    exchange.fault = Fault(
      .length, field, seen: UInt64(max(0, seen)), least: UInt64(headerSize), most: UInt64(bytes.byteCount))
    return .refused(max(1, bytes.byteCount))
  }

  /// The fields of IECGoosePdu (annex A): context tags 0 to 11. All but goID, simulation and ndsCom are mandatory.
  fileprivate static func report(
    _ message: RawSpan, _ pdu: BERValue, head: Int = 0, isShort: Bool, _ exchange: inout Exchange
  ) {
    var operation = Operation(exchange.dissector, .report, .report, code: 0, name: "GOOSE")
    operation.cyclic = .yes
    operation.target = Target(area: .controlBlock, count: 1)
    if isShort {
      operation.note(
        Fault(.truncated, "Length", seen: UInt64(message.u16(head + 2)), least: 8, most: UInt64(message.byteCount)))
    }
    var seen: UInt16 = 0
    var announced: UInt32 = 0
    var found: UInt32 = 0
    var offset = pdu.start
    while offset < pdu.end {
      guard let field = BERValue(message, at: offset, end: pdu.end) else {
        operation.note(
          Fault(.length, "field length", seen: UInt64(offset - pdu.start), least: 0, most: UInt64(pdu.count)))
        break
      }
      let number = Int(field.tag & 0x1F)
      if field.tag >= 0x80, number < 12 { seen |= 1 << UInt16(number) }
      switch field.tag {
      case 0x80: operation.target.name = exchange.name(message.slice(field.start, field.count))
      case 0x81: operation.facets[.timeAllowedToLive] = field.number(message)
      case 0x82: operation.detail = exchange.name(message.slice(field.start, field.count))
      case 0x85: operation.facets[.stateNumber] = field.number(message)
      case 0x86: operation.facets[.sequenceNumber] = field.number(message)
      case 0x87: operation.facets[.isTest] = field.number(message) == 0 ? 0 : 1
      case 0x88: operation.facets[.configurationRevision] = field.number(message)
      case 0x89: if field.number(message) != 0 { operation.facets[.needsCommissioning] = 1 }
      case 0x8A: announced = field.number(message)
      case 0xAB: found = data(message, field, &operation, &exchange)
      default: break
      }
      offset = field.end
    }
    check(seen, announced, found, &operation)
    if exchange.isCut { operation.fault = nil }
    // One control block after the other: the same one with another state number says something new.
    let state = operation.facets[.stateNumber] ?? 0
    let now = UInt64(operation.target.name.rawValue) << 32 | UInt64(state)
    if exchange.state >> 32 == now >> 32, exchange.state != now { operation.cyclic = .news }
    exchange.state = now
    exchange.operations.append(operation)
  }

  private static func check(_ seen: UInt16, _ announced: UInt32, _ found: UInt32, _ operation: inout Operation) {
    let mandatory: [(field: Int, name: StaticString)] = [
      (0, "gocbRef"), (1, "timeAllowedtoLive"), (2, "datSet"), (4, "t"), (5, "stNum"), (6, "sqNum"), (8, "confRev"),
      (10, "numDatSetEntries"), (11, "allData"),
    ]
    for (field, name) in mandatory where seen & 1 << UInt16(field) == 0 {
      operation.note(Fault(.missing, name, seen: 0, expected: 1))
    }
    if operation.fault == nil, announced != found {
      operation.note(Fault(.quantity, "numDatSetEntries", seen: UInt64(announced), expected: UInt64(found)))
    }
  }

  /// The members of the data set: numbers become values, in their order; structures are looked into. Returns the number of members.
  private static func data(
    _ message: RawSpan, _ field: BERValue, _ operation: inout Operation, _ exchange: inout Exchange
  ) -> UInt32 {
    let first = exchange.items.count
    var members: UInt32 = 0
    var memberEnd = field.start
    var offset = field.start
    var digest: UInt64 = 0
    while offset < field.end, let value = BERValue(message, at: offset, end: field.end) {
      if offset >= memberEnd {
        members += 1
        memberEnd = value.end
      }
      // Structure and array: their members follow.
      if value.tag == 0xA2 || value.tag == 0xA1 {
        offset = value.start
        continue
      }
      digest = mix(digest, UInt64(value.number(message)) << 8 | UInt64(value.tag))
      let values = values(value)
      if values.format != .none {
        if operation.values.format == .none {
          operation.values = values
        } else {
          exchange.items.append(Item(.none, values))
        }
      }
      offset = value.end
    }
    operation.items = ItemRange(first, exchange.items.count - first)
    operation.digest = UInt32(truncatingIfNeeded: digest ^ digest >> 32)
    return members
  }

  /// Data of annex A: boolean 3, integer 5, unsigned 6, floating point 7 (its first byte is the width of the exponent).
  private static func values(_ value: BERValue) -> Values {
    let format: Values.Format
    switch (value.tag, value.count) {
    case (0x83, 1): format = .uint8
    case (0x85, 1): format = .int8
    case (0x85, 2): format = .int16
    case (0x85, 4): format = .int32
    case (0x86, 1): format = .uint8
    case (0x86, 2): format = .uint16
    case (0x86, 4): format = .uint32
    case (0x87, 5): return Values(.float32, at: value.start + 1, 1, end: value.end)
    default: return .none
    }
    return Values(format, at: value.start, 1, end: value.end)
  }
}

/// Routable GOOSE: the same messages in UDP (IEC TR 61850-90-5:2012, 7 and 8; IEC 61850-8-1:2020). Behind the session's header stand the length of the
/// payload, and for each part its type, whether it is simulated, APPID, length, and the message.
///
///     0    1    2      3        4                       +0              +4   +5           +6      +8       +10
///     +----+----+------+--------+---------------- ... -+---------------+----+------------+-------+--------+--------- ... -+
///     | 01 | 40 | type | length | session              | payload length| 81 | simulation | APPID | length | goosePdu       |
///     +----+----+------+--------+---------------- ... -+---------------+----+------------+-------+--------+--------- ... -+
enum RoutableGOOSE: Dissector {
  static var name: StaticString { "goose" }
  static var selectors: [Selector] { [.udp(102)] }
  static var about: About { About("IEC 61850 routable GOOSE", .full, "IEC TR 61850-90-5, IEC 61850-8-1") }
  static var longestMessage: Int { 65_507 }
  private static let headerSize = 4
  /// Session type of GOOSE; payload type of GOOSE.
  private static let session: UInt8 = 0xA1
  private static let payload: UInt8 = 0x81

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard expected, bytes.byteCount >= headerSize, bytes.u16(0) == 0x0140, bytes.u8(2) == session else { return .no }
    return .yes(.toServer)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= headerSize, bytes.u16(0) == 0x0140, bytes.u8(2) == session else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(
        .framing, "Session", seen: bytes.byteCount >= headerSize ? UInt64(bytes.u24(0)) : 0, expected: 0x0140A1)
      return .refused(max(1, bytes.byteCount))
    }
    let first = headerSize + Int(bytes.u8(3))
    guard first + 10 <= bytes.byteCount else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(
        .length, "Session length", seen: UInt64(bytes.u8(3)), least: 0, most: UInt64(max(0, bytes.byteCount - 14)))
      return .refused(bytes.byteCount)
    }
    let end = min(bytes.byteCount, first + 4 + Int(bytes.u32(first)))
    var part = first + 4
    while part + 6 <= end, bytes.u8(part) == payload {
      let length = Int(bytes.u16(part + 4))
      let next = part + 6 + length
      let message = bytes.extracting(first: min(end, next))
      guard
        let pdu = BERValue(message, at: part + 6, end: message.byteCount, isCut: next > message.byteCount),
        pdu.tag == 0x61
      else { break }
      GOOSE.report(message, pdu, head: part + 2, isShort: next > message.byteCount, &exchange)
      part = next
    }
    if exchange.operations.isEmpty, !exchange.isCut {
      exchange.fault = Fault(
        .value, "Payload type", seen: UInt64(bytes.u8(first + 4)), expected: UInt64(payload))
      return .refused(bytes.byteCount)
    }
    return .message(bytes.byteCount)
  }
}
