// SPDX-License-Identifier: Apache-2.0

/// Generic object oriented substation events: IEC 61850-8-1:2011, annexes A and C, on EtherType 88B8 (`GOOSEHeader`).
enum GOOSE: Dissector {
  static var name: StaticString { "goose" }
  static var selectors: [Selector] { [.etherType(0x88B8)] }
  static var about: About { About("IEC 61850 GOOSE", .full, "IEC 61850-8-1, annexes A and C") }
  static var longestMessage: Int { 1500 }
  /// The tag of a goosePdu: application 1, constructed.
  static let pduTag: UInt8 = 0x61

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition { expected ? .yes(.toServer) : .no }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let header = GOOSEHeader(bytes) else { return refuse(bytes, "Length", GOOSEHeader.size, &exchange) }
    guard header.length >= GOOSEHeader.size else { return refuse(bytes, "Length", Int(header.length), &exchange) }
    let message = header.message
    guard let pdu = BERValue(message, at: GOOSEHeader.size, end: message.byteCount, isCut: header.isShort),
      pdu.tag == pduTag
    else {
      // An incomplete tag or length at the beginning may be due to the capture: it is not refused.
      if exchange.isCut { return .incomplete(Int(header.length)) }
      let tag = bytes.byteCount > GOOSEHeader.size ? Int(bytes.u8(GOOSEHeader.size)) : 0
      return refuse(bytes, "goosePdu", tag, &exchange)
    }
    let envelope = GOOSEEnvelope(
      applicationID: header.applicationID, length: header.length, isSimulated: header.isSimulated,
      isShort: header.isShort)
    addReport(message, pdu, envelope, &exchange)
    return .message(bytes.byteCount)
  }

  private static func refuse(
    _ bytes: RawSpan, _ field: StaticString, _ seen: Int, _ exchange: inout Exchange
  ) -> Step {
    exchange.fault = Fault(
      .length, field, seen: UInt64(max(0, seen)), least: UInt64(GOOSEHeader.size), most: UInt64(bytes.byteCount))
    return .refused(max(1, bytes.byteCount))
  }

  /// The fields of IECGoosePdu (annex A): context tags 0 to 11. All except goID, simulation and ndsCom are mandatory.
  static func addReport(
    _ message: RawSpan, _ pdu: BERValue, _ envelope: GOOSEEnvelope, _ exchange: inout Exchange
  ) {
    var operation = Operation(exchange.dissector, .report, .report, code: 0, name: "GOOSE")
    operation.cyclic = .yes
    operation.target = Target(area: .controlBlock, count: 1)
    if envelope.isShort {
      operation.note(
        Fault(.truncated, "Length", seen: UInt64(envelope.length), least: 8, most: UInt64(message.byteCount)))
    }
    var isTest = envelope.isSimulated
    var dataSet = RawSpan()
    var identifier = RawSpan()
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
      switch GOOSEField(rawValue: field.tag) {
      case .controlBlock: operation.target.name = exchange.name(message.slice(field.start, field.count))
      case .timeAllowedToLive: operation.facets[.timeAllowedToLive] = field.number(message)
      case .dataSet: dataSet = message.slice(field.start, field.count)
      case .identifier: identifier = message.slice(field.start, field.count)
      case .stateNumber: operation.facets[.stateNumber] = field.number(message)
      case .sequenceNumber: operation.facets[.sequenceNumber] = field.number(message)
      case .simulation: isTest = isTest || field.number(message) != 0
      case .configurationRevision: operation.facets[.configurationRevision] = field.number(message)
      case .needsCommissioning: if field.number(message) != 0 { operation.facets[.needsCommissioning] = 1 }
      case .memberCount: announced = field.number(message)
      case .members: found = readMembers(message, field, &operation, &exchange)
      default: break
      }
      offset = field.end
    }
    if isTest { operation.facets[.isTest] = 1 }
    operation.facets[.applicationID] = UInt32(envelope.applicationID)
    operation.detail = detail(dataSet, identifier, &exchange)
    check(seen, announced, found, &operation)
    compare(&operation, isTest: isTest, &exchange)
    exchange.operations.append(operation)
  }

  /// The data set and goID, by which a subscriber identifies the publisher.
  static func detail(
    _ dataSet: RawSpan, _ identifier: RawSpan, _ exchange: inout Exchange
  ) -> NameID {
    guard identifier.byteCount > 0 else { return exchange.name(dataSet) }
    return exchange.name { text in
      text.append(copying: dataSet)
      text.append(contentsOf: [0x2C, 0x20])
      text.append(copying: identifier)
    }
  }

  /// A change of a control block's state number, configuration or test flag is news. One publisher has several control
  /// blocks, which often share a destination address.
  private static func compare(_ operation: inout Operation, isTest: Bool, _ exchange: inout Exchange) {
    let now = GOOSEState(
      stateNumber: operation.facets[.stateNumber] ?? 0,
      configurationRevision: operation.facets[.configurationRevision] ?? 0, isTest: isTest,
      needsCommissioning: operation.facets[.needsCommissioning] != nil
    ).bits
    let key = UInt64(operation.target.name.rawValue)
    if let before = exchange.recall(key), before != now { operation.cyclic = .news }
    exchange.remember(key, now)
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

  /// Reads the members of the data set: each becomes a value, in order; structures are descended into. Returns the
  /// number of members.
  private static func readMembers(
    _ message: RawSpan, _ field: BERValue, _ operation: inout Operation, _ exchange: inout Exchange
  ) -> UInt32 {
    let first = exchange.items.count
    var members = GOOSEMembers(field)
    while let value = members.next(in: message) {
      let values = values(value, message)
      if operation.values.format == .none {
        operation.values = values
      } else {
        exchange.items.append(Item(.none, values))
      }
    }
    operation.items = ItemRange(first, exchange.items.count - first)
    operation.digest = message.digest(from: field.start, to: field.end)
    return members.count
  }

  /// Data of annex A: boolean 3, bit string 4 (its first byte counts the unused bits at the end), integer 5, unsigned
  /// 6, floating point 7 (its first byte is the width of the exponent), octets 9, text 10 and 16, time of day 12,
  /// decimal number 13, time 17. Bit strings of up to eight bytes become numbers with the first bit highest, as sent;
  /// of a two-bit string (a double point), only the two bits. Whatever a member is, it has its place.
  private static func values(_ value: BERValue, _ message: RawSpan) -> Values {
    func one(_ format: Values.Format, from start: Int? = nil) -> Values {
      Values(format, at: start ?? value.start, 1, end: value.end)
    }
    func sized(_ format: Values.Format, without first: Int = 0) -> Values {
      Values(format, at: value.start + first, length: value.count - first)
    }
    return switch (value.tag, value.count) {
    case (0x83...0x88, 0), (0x91, 0): Values.null
    case (0x83, 1): one(.boolean)
    case (0x84, 2) where message.u8(value.start) == 6: one(.topBits, from: value.start + 1)
    case (0x84, 2) where message.u8(value.start) == 7: one(.topBit, from: value.start + 1)
    case (0x84, 2...9): sized(.unsigned, without: 1)
    case (0x84, _): sized(.octets, without: 1)
    case (0x85, 1...8): sized(.signed)
    case (0x86, 1...8): sized(.unsigned)
    // The highest bit of a number is 0 (ISO/IEC 8825-1, 8.3), so that one of 64 bits may take nine bytes.
    case (0x86, 9) where message.u8(value.start) == 0: sized(.unsigned, without: 1)
    case (0x87, 5): one(.float32, from: value.start + 1)
    case (0x87, 9): one(.float64, from: value.start + 1)
    case (0x8A, _), (0x90, _): sized(.text)
    case (0x8C, 4), (0x8C, 6): sized(.timeOfDay)
    case (0x91, 8): one(.utcTime)
    default: sized(.octets)
    }
  }
}

/// Walks over the members of a data set, into structures and arrays. Each step consumes at least the two bytes of a tag
/// and a length, so the walk ends.
struct GOOSEMembers {
  private var offset: Int
  private let end: Int
  private var memberEnd: Int
  /// Members begun so far: a structure is one.
  private(set) var count: UInt32 = 0

  init(_ field: BERValue) {
    offset = field.start
    memberEnd = field.start
    end = field.end
  }

  /// Nil at the end, and at what is no value.
  @inline(__always)
  mutating func next(in message: RawSpan) -> BERValue? {
    while offset < end, let value = BERValue(message, at: offset, end: end) {
      if offset >= memberEnd {
        count += 1
        memberEnd = value.end
      }
      // Structure and array: their members follow.
      guard value.tag == 0xA2 || value.tag == 0xA1 else {
        offset = value.end
        return value
      }
      offset = value.start
    }
    return nil
  }
}

/// What surrounds a goosePdu, on Ethernet or in UDP.
struct GOOSEEnvelope {
  let applicationID: UInt16
  let length: UInt16
  /// A test device sends in place of the publisher.
  let isSimulated: Bool
  /// The bytes end before the message does.
  let isShort: Bool
}

/// A field of IECGoosePdu by its tag (annex A).
struct GOOSEField: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// gocbRef.
  static let controlBlock = GOOSEField(rawValue: 0x80)
  /// timeAllowedtoLive.
  static let timeAllowedToLive = GOOSEField(rawValue: 0x81)
  /// datSet.
  static let dataSet = GOOSEField(rawValue: 0x82)
  /// goID.
  static let identifier = GOOSEField(rawValue: 0x83)
  /// t, the time of the last change, which is not used.
  static let time = GOOSEField(rawValue: 0x84)
  /// stNum.
  static let stateNumber = GOOSEField(rawValue: 0x85)
  /// sqNum.
  static let sequenceNumber = GOOSEField(rawValue: 0x86)
  static let simulation = GOOSEField(rawValue: 0x87)
  /// confRev.
  static let configurationRevision = GOOSEField(rawValue: 0x88)
  /// ndsCom.
  static let needsCommissioning = GOOSEField(rawValue: 0x89)
  /// numDatSetEntries.
  static let memberCount = GOOSEField(rawValue: 0x8A)
  /// allData.
  static let members = GOOSEField(rawValue: 0xAB)

  /// The fields that a message must have, one bit for the number of each tag.
  static let mandatory: UInt16 = 0xD77
}

/// What is remembered about a control block: its latest description of itself.
struct GOOSEState {
  let stateNumber: UInt32
  let configurationRevision: UInt32
  let isTest: Bool
  let needsCommissioning: Bool

  /// State number in the upper half, then 30 bits of the configuration revision, then the two flags.
  var bits: UInt64 {
    UInt64(stateNumber) << 32 | UInt64(configurationRevision << 2) | (needsCommissioning ? 2 : 0) | (isTest ? 1 : 0)
  }
}
