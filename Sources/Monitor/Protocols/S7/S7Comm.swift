// SPDX-License-Identifier: Apache-2.0

/// Siemens S7 communication (protocol id 0x32) in ISO transport class 0 (ISO/IEC 8073, ITU-T X.224) over TCP (RFC
/// 1006):
///
///     +------------+------------+----------+---------- ... -+------ ... -+
///     | TPKTHeader | COTPHeader | S7Header | parameters     | data       |
///     +------------+------------+----------+---------- ... -+------ ... -+
///
/// The protocol has no public standard: layouts follow Siemens' descriptions of the system functions that use it
/// (System Software for S7-300/400, System and Standard Functions, A5E02789976) and what was published of the wire
/// format (G. Miru, "The Siemens S7 Communication", 2016/2017; the Snap7 reference manual).
///
/// Port 102 carries other protocols too: S7comm-plus (0x72), and those with an OSI stack above (MMS). A connection is
/// assumed to be S7 communication from its connection request on; the first data decide, and a wrong guess is undone.
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
  /// The largest TPDU of X.224 (13.3.4 b) after the header of RFC 1006.
  static var longestMessage: Int { TPKTHeader.size + 8192 }
  /// The shortest packet; a data TPDU without data is as long.
  private static let shortestMessage = TPKTHeader.size + COTPHeader.minimumLength
  /// Messages longer than this are not reassembled from their TPDUs.
  private static let longestAssembled = 65_535

  // MARK: Recognition

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    var start = 0
    // Data TPDUs without data, which some stacks use as acknowledgements, decide nothing; what follows them does.
    while start < emptyLimit * shortestMessage, isEmptyPacket(bytes.from(start)) { start += shortestMessage }
    return start > 0 && start == bytes.byteCount ? .undecided : recogniseFirst(bytes.from(start), expected)
  }

  private static let emptyLimit = 4

  private static func isEmptyPacket(_ bytes: RawSpan) -> Bool {
    guard TPKTHeader.canBegin(bytes), let packet = TPKTHeader(bytes), Int(packet.length) == shortestMessage,
      let tpdu = COTPHeader(packet.tpdu)
    else { return false }
    return isPlainData(tpdu)
  }
  static func isPlainData(_ tpdu: borrowing COTPHeader) -> Bool {
    tpdu.lengthIndicator == COTPHeader.dataLengthIndicator && tpdu.code == .data && tpdu.credit == 0
  }

  private static func recogniseFirst(_ bytes: RawSpan, _ expected: Bool) -> Recognition {
    guard bytes.byteCount > 0, TPKTHeader.canBegin(bytes) else { return .no }
    guard bytes.byteCount >= shortestMessage, let packet = TPKTHeader(bytes) else { return .undecided }
    let total = Int(packet.length)
    guard shortestMessage...longestMessage ~= total, let tpdu = COTPHeader(packet.tpdu),
      isLengthIndicator(tpdu.lengthIndicator, in: total)
    else { return .no }
    switch tpdu.code {
    // On other ports a connection request may be any protocol's: remote desktops have the same, but without such TSAPs.
    case .connectionRequest where isConnection(tpdu, in: total, isAddressed: !expected): return .yes(.toServer)
    case .connectionConfirm where isConnection(tpdu, in: total, isAddressed: !expected): return .yes(.toClient)
    case .data: break
    default: return .no
    }
    guard isPlainData(tpdu), total > shortestMessage else { return .no }
    let message = tpdu.userData
    if !tpdu.isEndOfTSDU, total < shortestMessage + decisiveLength { return recognisePieces(bytes) }
    guard bytes.byteCount >= shortestMessage + S7Header.minimumLength else {
      return message.byteCount == 0 || message.u8(0) == S7Header.protocolID ? .undecided : .no
    }
    guard let header = S7Header(message), isHeader(header, isWhole: tpdu.isEndOfTSDU, of: total - shortestMessage)
    else { return .no }
    return .yes(direction(header))
  }

  /// Bytes of a message up to the function, which shows its direction: the longest header and one more.
  private static let decisiveLength = 13

  /// A message whose first TPDU is shorter than its header: the following ones have the rest, and each may have but one
  /// byte.
  private static func recognisePieces(_ bytes: RawSpan) -> Recognition {
    var beginning = InlineArray<13, UInt8>(repeating: 0)
    var count = 0
    var offset = 0
    var isComplete = false
    while !isComplete, count < decisiveLength {
      let rest = bytes.from(offset)
      guard rest.byteCount == 0 || TPKTHeader.canBegin(rest) else { return .no }
      guard rest.byteCount >= shortestMessage, let packet = TPKTHeader(rest) else { return .undecided }
      let total = Int(packet.length)
      guard shortestMessage...longestMessage ~= total, let tpdu = COTPHeader(packet.tpdu), isPlainData(tpdu) else {
        return .no
      }
      let data = tpdu.userData
      for place in 0..<min(data.byteCount, decisiveLength - count) {
        beginning[count] = data.u8(place)
        count += 1
      }
      if count > 0, beginning[0] != S7Header.protocolID { return .no }
      isComplete = tpdu.isEndOfTSDU
      if rest.byteCount < total, count < decisiveLength { return .undecided }
      offset += total
    }
    guard let header = S7Header(RawSpan(_elements: beginning.span).extracting(first: count)),
      header.redundancyIdentification == 0, header.messageLength != nil
    else { return .no }
    return .yes(direction(header))
  }

  /// The fixed part and the parameters of a TPDU lie within its packet.
  private static func isLengthIndicator(_ length: UInt8, in total: Int) -> Bool {
    2...total - TPKTHeader.size - 1 ~= Int(length)
  }

  /// Whether a connection request or confirm has the form of class 0: no user data, parameters that fill it. One that
  /// `isAddressed` is whole, and calls a module as Siemens' controllers have it: a TSAP of two bytes, kind of
  /// connection (1 programming device, 2 operator panel, 3 other), rack and slot. OSI stacks call other TSAPs.
  private static func isConnection(_ tpdu: borrowing COTPHeader, in total: Int, isAddressed: Bool) -> Bool {
    guard total == TPKTHeader.size + tpdu.headerLength, tpdu.headerLength >= COTPConnection.minimumLength else {
      return false
    }
    guard let connection = COTPConnection(tpdu) else { return !isAddressed }
    var isCalled = false
    var isCalling = false
    var parameters = connection.parameters
    while let parameter = parameters.next() {
      switch parameter.code {
      case COTPParameter.tpduSize: break
      case COTPParameter.callingTSAP: if parameter.length == 2 { isCalling = true }
      case COTPParameter.calledTSAP:
        if parameter.length == 2, parameter.value.byteCount == 2 { isCalled = 1...3 ~= parameter.value.u8(0) }
      default: if isAddressed { return false }
      }
    }
    guard isAddressed else { return parameters.hasEnded || connection.isCut }
    return parameters.hasEnded && !connection.isCut && isCalled && isCalling && connection.classOption == 0
  }

  /// Whether the fields of a header make sense; the lengths of a whole message must fill its `size`.
  private static func isHeader(_ header: borrowing S7Header, isWhole: Bool, of size: Int) -> Bool {
    guard header.protocolID == S7Header.protocolID, header.redundancyIdentification == 0,
      let needed = header.messageLength
    else { return false }
    return isWhole ? needed == size : needed > size
  }

  private static func direction(_ header: borrowing S7Header) -> Direction? {
    if header.rosctr == .userData { return S7UserDataHeader.type(header.payload)?.direction }
    let isJob = header.rosctr == .job
    // A controller itself asks for the blocks that are downloaded to it.
    var isFetched = false
    if header.parameterLength > 0, header.payload.byteCount > 0 {
      let function = S7Function(rawValue: header.payload.u8(0))
      isFetched = function == .downloadBlock || function == .downloadEnded
    }
    return isJob != isFetched ? .toServer : .toClient
  }

  // MARK: Transport

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard TPKTHeader.canBegin(bytes) else {
      let seen = bytes.byteCount < 2 ? UInt64(bytes.u8(0)) << 8 : UInt64(bytes.u16(0))
      let expected = UInt64(TPKTHeader.currentVersion) << 8
      return refuse(bytes, Fault(.framing, "TPKT version", seen: seen, expected: expected), &exchange)
    }
    guard bytes.byteCount >= shortestMessage, let packet = TPKTHeader(bytes) else {
      return .incomplete(shortestMessage)
    }
    let total = Int(packet.length)
    guard shortestMessage...longestMessage ~= total, let tpdu = COTPHeader(packet.tpdu) else {
      let fault = Fault(
        .length, "TPKT length", seen: UInt64(total), least: UInt64(shortestMessage), most: UInt64(longestMessage))
      return refuse(bytes, fault, &exchange)
    }
    guard isLengthIndicator(tpdu.lengthIndicator, in: total) else {
      let most = UInt64(total - TPKTHeader.size - 1)
      let fault = Fault(.length, "TPDU length indicator", seen: UInt64(tpdu.lengthIndicator), least: 2, most: most)
      return refuse(bytes, fault, &exchange)
    }
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    guard tpdu.code == .data else {
      readConnection(tpdu, &exchange)
      return .message(min(total, bytes.byteCount))
    }
    return readData(tpdu, in: bytes.extracting(first: total), &exchange)
  }

  /// Skips to the next place where a message can begin, in a single pass. Faults of the transport are not faults of S7
  /// communication.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    exchange.faultOwner = exchange.id(of: S7Comm.cotp)
    exchange.drop()
    var skipped = 1
    while skipped < bytes.byteCount, !TPKTHeader.canBegin(bytes.from(skipped)) { skipped += 1 }
    return .refused(skipped)
  }

  /// A data TPDU: a whole message, or one of several pieces.
  private static func readData(
    _ tpdu: borrowing COTPHeader, in packet: RawSpan, _ exchange: inout Exchange
  ) -> Step {
    let payload = tpdu.userData
    let isLast = tpdu.isEndOfTSDU
    let collected = exchange.collected()
    if collected > 0 {
      // A complete message: the rest of the collected pieces is lost.
      if isLast, let header = S7Header(payload), isHeader(header, isWhole: true, of: payload.byteCount) {
        exchange.drop()
      } else {
        return readPiece(payload, isLast: isLast, collected: collected, in: packet.byteCount, &exchange)
      }
    }
    guard payload.byteCount > 0 else { return .message(packet.byteCount) }
    guard payload.u8(0) == S7Header.protocolID else {
      guard S7State(bits: exchange.state).isSure else { return .foreign }
      exchange.fault = Fault(
        .framing, "Protocol id", seen: UInt64(payload.u8(0)), expected: UInt64(S7Header.protocolID))
      return .refused(packet.byteCount)
    }
    guard isLast else {
      _ = exchange.collect(payload, limit: longestAssembled)
      return .message(packet.byteCount)
    }
    return readMessage(packet, from: packet.byteCount - payload.byteCount, in: packet.byteCount, &exchange)
  }

  /// A further piece; `size` is that of its packet.
  private static func readPiece(
    _ payload: RawSpan, isLast: Bool, collected: Int, in size: Int, _ exchange: inout Exchange
  ) -> Step {
    guard exchange.collect(payload, limit: longestAssembled) else {
      exchange.fault = Fault(
        .length, "TSDU", seen: UInt64(collected + payload.byteCount), least: UInt64(S7Header.minimumLength),
        most: UInt64(longestAssembled))
      return .refused(size)
    }
    guard isLast else { return .message(size) }
    let whole = exchange.take()
    let step = readMessage(whole.bytes, from: 0, in: size, &exchange)
    exchange.keep(whole)
    return step
  }

  // MARK: Messages

  /// A message that begins at `start` and ends where `bytes` do; `size` is that of the packet of its last TPDU.
  private static func readMessage(_ bytes: RawSpan, from start: Int, in size: Int, _ exchange: inout Exchange) -> Step {
    let room = bytes.byteCount - start
    let beginning = S7Header(bytes.from(start))
    guard let header = beginning, header.protocolID == S7Header.protocolID,
      let headerLength = header.rosctr.headerLength, room >= headerLength
    else {
      // Truncated within its header: counted, since its packet was understood.
      if exchange.isCut { return .message(size) }
      if let header = beginning {
        exchange.fault = Fault(.value, "ROSCTR", seen: UInt64(header.rosctr.rawValue), least: 1, most: 7)
      } else {
        exchange.fault = Fault(
          .truncated, "S7 header", seen: UInt64(room), least: UInt64(S7Header.minimumLength),
          most: UInt64(longestAssembled))
      }
      return .refused(size)
    }
    let length = headerLength + Int(header.parameterLength) + Int(header.dataLength)
    // The lengths of a message truncated by the capture exceed the available bytes.
    guard length == room || exchange.isCut else {
      exchange.fault = Fault(
        .length, "Parameter length, data length", seen: UInt64(length), expected: UInt64(room))
      return .refused(size)
    }
    var state = S7State(bits: exchange.state)
    state.isSure = true
    let message = S7Message(bytes, header, at: start, headerLength: headerLength, unit: state.unit)
    switch header.rosctr {
    case .userData: S7UserData.read(message, &exchange)
    case .job: S7Requests.read(message, &state.block, &exchange)
    default: S7Responses.read(message, error: header.error, &exchange)
    }
    exchange.state = state.bits
    return .message(size)
  }
}

/// What the dissector remembers about a conversation.
struct S7State {
  private(set) var bits: UInt64

  /// A message of this protocol was seen: from then on, anything else is a fault, not another protocol.
  var isSure: Bool {
    get { bits & 1 != 0 }
    set { bits = bits & ~1 | (newValue ? 1 : 0) }
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

  init(bits: UInt64) { self.bits = bits }
}

/// A message whose header was read, and where its parts are. Values count from the beginning of `bytes`.
struct S7Message: ~Escapable {
  let bytes: RawSpan
  let parameterRange: Range<Int>
  let dataRange: Range<Int>
  let reference: Int64
  let unit: Int64
  private let isUserData: Bool

  /// The message begins at `start`. If it was truncated, the parts are limited to the available bytes.
  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ header: borrowing S7Header, at start: Int, headerLength: Int, unit: Int64) {
    let parameters = start + headerLength
    let data = parameters + Int(header.parameterLength)
    let end = data + Int(header.dataLength)
    self.bytes = bytes
    parameterRange = parameters..<min(data, bytes.byteCount)
    dataRange = min(data, bytes.byteCount)..<min(end, bytes.byteCount)
    reference = Int64(header.reference)
    self.unit = unit
    isUserData = header.rosctr == .userData
  }

  var parameters: RawSpan {
    @_lifetime(copy self) get { bytes.slice(parameterRange.lowerBound, parameterRange.count) }
  }
  var data: RawSpan {
    @_lifetime(copy self) get { bytes.slice(dataRange.lowerBound, dataRange.count) }
  }
  /// Function of a job or its acknowledgement; nil without parameters.
  var function: S7Function? { parameters.byteCount > 0 ? S7Function(rawValue: parameters.u8(0)) : nil }

  /// In place of the unit, under what a question waits: each end numbers its own, since a controller itself asks for
  /// the blocks that are downloaded to it, and a job and user data of one reference are two questions. Units have eight
  /// bits, so that none of these meet.
  func place(askedBy direction: Direction) -> Int64 {
    unit + (direction == .toServer ? 0 : 1 << 32) + (isUserData ? 1 << 33 : 0)
  }
}

extension Exchange {
  /// A message with unusable parameters.
  mutating func add(faulty fault: Fault, _ message: borrowing S7Message, _ role: Role) {
    var operation = Operation(dissector, .unknown, role, code: 0, name: "S7 message without function")
    operation.transaction = message.reference
    operation.unit = message.unit
    operation.fault = fault
    operations.append(operation)
  }
}
