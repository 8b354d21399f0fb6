// SPDX-License-Identifier: Apache-2.0

/// SLMP, which is the MC protocol's 3E, 4E and 1E frames: Mitsubishi Electric, SLMP Reference Manual (SH-080956ENG),
/// chapters 3 to 6, and MELSEC Communication Protocol Reference Manual (SH-080008). A frame is binary or ASCII
/// (`SLMPHeader`). 1E frames have a command of one byte, and no length: see `SLMP1E`.
enum SLMP: Dissector {
  static var name: StaticString { "slmp" }
  static var selectors: [Selector] {
    [
      .tcp(5000), .tcp(5001), .tcp(5002), .tcp(5007), .tcp(5010), .tcp(45_237), .udp(5000), .udp(5001), .udp(5006),
      .udp(5010), .udp(45_237), .udp(61_451), .anyTCP, .anyUDP,
    ]
  }
  static var about: About {
    About("SLMP, MC protocol (1E, 3E, 4E; binary, ASCII)", .full, "Mitsubishi Electric SH-080956ENG, SH-080008")
  }
  /// More than an access to 7,168 points, or to 1,920 bytes of a file, takes in ASCII.
  static var longestMessage: Int { 16_384 }

  /// The connected station, and its CPU.
  static let ownStation: UInt8 = 0xFF
  static let ownModule: UInt16 = 0x03FF

  // MARK: Recognition

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    if bytes.byteCount < 2, begins(bytes) { return .undecided }
    guard let form = form(bytes) else { return SLMP1E.recognise(bytes, expected: expected) }
    guard let header = SLMPHeader(bytes, form), bytes.byteCount >= header.responseData else { return .undecided }
    guard header.isRoute, let total = header.total, !CCLinkIEFieldBasic.isCyclic(bytes) else { return .no }
    if form.isResponse {
      guard expected || header.isTrusted else { return .no }
      if expected || bytes.byteCount >= total && begins(bytes.from(total)) { return .yes(.toClient) }
      // If the segment ends first, the route that almost all responses have is enough.
      return bytes.byteCount >= total ? .no : header.isOwn ? .yes(.toClient) : .undecided
    }
    guard bytes.byteCount >= header.requestData else { return .undecided }
    guard let command = header.command else { return .no }
    if !expected {
      guard header.isTrusted, command.isKnown, bytes.byteCount < total || begins(bytes.from(total)) else {
        return .no
      }
    }
    return .yes(command == .onDemand ? .toClient : .toServer)
  }

  /// Whether there are no bytes, or bytes that a frame can begin with.
  private static func begins(_ bytes: RawSpan) -> Bool {
    if bytes.byteCount < 2 { return bytes.byteCount == 0 || beginsSubheader(bytes.u8(0)) }
    guard let form = form(bytes) else { return false }
    guard let header = SLMPHeader(bytes, form) else { return true }
    return header.isRoute && header.total != nil
  }

  /// `50`, `54`, `D0`, `D4` in binary, or the first digit in ASCII.
  private static func beginsSubheader(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x50, 0x54, 0xD0, 0xD4, 0x35, 0x44: true
    default: false
    }
  }

  // MARK: Reading

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    // Handled here and not by the reader, so the fault of a datagram names the subheader.
    if bytes.byteCount < 2, !exchange.isDatagram, !exchange.isCut { return .incomplete(2) }
    guard let form = form(bytes) else {
      if let step = SLMP1E.read(bytes, &exchange) { return step }
      let seen = bytes.byteCount < 2 ? UInt64(bytes.byteCount == 0 ? 0 : bytes.u8(0)) << 8 : UInt64(bytes.u16(0))
      return refuse(bytes, Fault(.framing, "Subheader", seen: seen, least: 0x5000, most: 0xD400), &exchange)
    }
    guard let header = SLMPHeader(bytes, form) else { return .incomplete(form.head) }
    guard header.isRoute else {
      let seen = UInt64(header.module ?? 0)
      return refuse(
        bytes, Fault(.value, "Request destination module", seen: seen, least: 0, most: UInt64(ownModule)), &exchange)
    }
    guard let total = header.total else {
      let fault = Fault(
        .length, "Data length", seen: UInt64(header.dataLength ?? 0), least: UInt64(header.shortestData),
        most: UInt64(SLMPHeader.longestData))
      return refuse(bytes, fault, &exchange)
    }
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    var state = SLMPState(exchange.state)
    state.had3E = true
    exchange.state = state.bits
    if form.isResponse {
      addResponse(header, &exchange)
    } else {
      addRequest(header, &exchange)
    }
    return .message(header.message.byteCount)
  }

  /// Skips to the next place where a frame can begin, in a single pass.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    guard !exchange.isDatagram else { return .refused(max(1, bytes.byteCount)) }
    var skipped = 1
    while skipped + 1 < bytes.byteCount, form(bytes.from(skipped)) == nil { skipped += 1 }
    return .refused(skipped)
  }

  // MARK: Messages

  /// Where the request goes: nothing for the connected station itself, else network and PC number.
  private static func readRoute(_ header: borrowing SLMPHeader, _ operation: inout Operation) {
    if let unit = fillRoute(header, &operation.facets) { operation.unit = unit }
    if let serialNumber = header.serialNumber { operation.transaction = Int64(serialNumber) }
  }

  /// The unit is nil for the connected station itself.
  @inline(__always)
  static func fillRoute(_ header: borrowing SLMPHeader, _ facets: inout Facets) -> Int64? {
    let network = header.network ?? 0
    let station = header.station ?? ownStation
    let module = header.module ?? ownModule
    var unit: Int64?
    if network != 0 || station != ownStation {
      unit = Int64(network) << 8 | Int64(station)
      facets[.network] = UInt32(network)
      facets[.station] = UInt32(station)
    }
    if module != ownModule { facets[.module] = UInt32(module) }
    return unit
  }

  private static func addRequest(_ header: borrowing SLMPHeader, _ exchange: inout Exchange) {
    let command = header.command ?? SLMPCommand(rawValue: 0)
    // The on-demand function sends unsolicited messages, which have no response (SH-080956ENG, 5.10).
    let isReport = command == .onDemand
    var operation = Operation(
      exchange.dissector, command.action, isReport ? .report : .request, code: UInt32(command.rawValue),
      name: command.name)
    let sub = header.subcommand ?? 0
    operation.subcode = Int32(sub)
    readRoute(header, &operation)
    let reader = SLMPData(form: header.form, sub: sub)
    reader.readRequest(header.message, at: header.requestData, command, &operation, &exchange)
    if !isReport { exchange.ask(operation, place: 0, mayStaySilent: command.mayStaySilent) }
    exchange.operations.append(operation)
  }

  private static func addResponse(_ header: borrowing SLMPHeader, _ exchange: inout Exchange) {
    let end = header.endCode ?? 0
    var operation = Operation(exchange.dissector, .unknown, .response, code: 0, name: "Response")
    readRoute(header, &operation)
    if end != 0, let command = header.refusedCommand {
      (operation.code, operation.name, operation.action) = (UInt32(command.rawValue), command.name, command.action)
    }
    var sub: UInt16 = 0
    if let asked = exchange.waiting(transaction: operation.transaction, unit: 0),
      end == 0 || operation.code == 0 || exchange[asked].operation.code == operation.code
    {
      operation.code = exchange[asked].operation.code
      operation.subcode = exchange[asked].operation.subcode
      operation.name = exchange[asked].operation.name
      operation.action = exchange[asked].operation.action
      operation.target = exchange[asked].operation.target
      sub = UInt16(truncatingIfNeeded: operation.subcode)
      exchange.take(answer: &operation, to: asked)
    } else {
      operation.pairing = .unasked
    }
    operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name(end))
    if end == 0, operation.pairing == .answered {
      SLMPData(form: header.form, sub: sub).readResponse(
        header.message, at: header.responseData, SLMPCommand(rawValue: UInt16(truncatingIfNeeded: operation.code)),
        &operation, &exchange)
    }
    exchange.operations.append(operation)
  }
}
