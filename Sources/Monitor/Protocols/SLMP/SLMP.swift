// SPDX-License-Identifier: Apache-2.0

/// SLMP, which is the MC protocol's 3E, 4E and 1E frames: Mitsubishi Electric, SLMP Reference Manual (SH-080956ENG),
/// chapters 3 to 6, and MELSEC Communication Protocol Reference Manual (SH-080008). A frame is binary, with
/// little-endian numbers, or ASCII, with hexadecimal digits, two for each byte:
///
///     0          2        6         7      8       10        11       13          15        17            19
///     +----------+--------+---------+------+-------+---------+--------+-----------+---------+-------------+-- ... -+
///     | 54 00    | serial | network | PC   | I/O   | station | length | timer     | command | sub-command | data   |
///     +----------+--------+---------+------+-------+---------+--------+-----------+---------+-------------+-- ... -+
///     | D4 00    | serial | network | PC   | I/O   | station | length | end code  | data ...
///
/// This is a 4E frame; in 3E frames (50 00, D0 00) the serial number and the two zeros behind it are missing. `length`
/// counts what follows it, in bytes or characters. 1E frames have a command of one byte, and no length: see `SLMP1E`.
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
  /// What an access of 7,168 points, or of 1,920 bytes of a file, comes to in ASCII, and more.
  static var longestMessage: Int { 16_384 }
  private static let longestData = 16_000

  /// What `Exchange.state` holds of a conversation: which frames it had, and below how much was registered to be
  /// monitored.
  static let had3E: UInt64 = 1 << 63
  static let had1E: UInt64 = 1 << 62

  /// Which of the frames begins the bytes.
  struct Form {
    var isASCII = false
    var is4E = false
    var isResponse = false
    /// Characters or bytes of a number.
    func width(_ bytes: Int) -> Int { isASCII ? 2 * bytes : bytes }
    /// Bytes before the network number.
    var route: Int { width(is4E ? 6 : 2) }
    /// Bytes before what the length counts.
    var head: Int { route + width(7) }
  }

  /// Nil if none, as far as the bytes go.
  static func form(_ bytes: RawSpan) -> Form? {
    guard bytes.byteCount >= 2 else { return nil }
    var form = Form()
    switch bytes.u16(0) {
    case 0x5000: break
    case 0xD000: form.isResponse = true
    case 0x5400: form.is4E = true
    case 0xD400: (form.is4E, form.isResponse) = (true, true)
    // `50`, `D0`, `54`, `D4`, and `00` behind it.
    case 0x3530: form.isASCII = true
    case 0x4430: (form.isASCII, form.isResponse) = (true, true)
    case 0x3534: (form.isASCII, form.is4E) = (true, true)
    case 0x4434: form = Form(isASCII: true, is4E: true, isResponse: true)
    default: return nil
    }
    if form.isASCII, bytes.byteCount >= 4, bytes.u16(2) != 0x3030 { return nil }
    if form.is4E, bytes.byteCount >= form.route, number(bytes, form.width(4), 2, form) != 0 { return nil }
    return form
  }

  /// A number of `size` bytes in either notation; nil where it is cut off or no number.
  static func number(_ bytes: RawSpan, _ offset: Int, _ size: Int, _ form: Form) -> UInt64? {
    guard offset >= 0, offset + form.width(size) <= bytes.byteCount else { return nil }
    if form.isASCII { return bytes.hexadecimal(offset, 2 * size) }
    var value: UInt64 = 0
    for place in 0..<size { value |= UInt64(bytes.u8(offset + place)) << UInt64(8 * place) }
    return value
  }

  // MARK: Recognition

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    if bytes.byteCount < 2, begins(bytes) { return .undecided }
    guard let form = form(bytes) else { return SLMP1E.recognise(bytes, expected: expected) }
    guard bytes.byteCount >= form.head + form.width(2) else { return .undecided }
    guard isRoute(bytes, form), let length = length(bytes, form), !CCLinkIEFieldBasic.isCyclic(bytes) else {
      return .no
    }
    let total = form.head + length
    if form.isResponse {
      guard expected || isTrusted(bytes, form) else { return .no }
      if expected || bytes.byteCount >= total && begins(bytes.from(total)) { return .yes(.toClient) }
      // What is cut off by the end of its segment: a route that all but few answers have tells enough.
      return bytes.byteCount >= total ? .no : isOwn(bytes, form) ? .yes(.toClient) : .undecided
    }
    guard bytes.byteCount >= form.head + form.width(6) else { return .undecided }
    guard let code = number(bytes, form.head + form.width(2), 2, form) else { return .no }
    let command = SLMPCommand(rawValue: UInt16(code))
    if !expected {
      guard isTrusted(bytes, form), command.isKnown, bytes.byteCount < total || begins(bytes.from(total)) else {
        return .no
      }
    }
    return .yes(command == .onDemand ? .toClient : .toServer)
  }

  /// Whether the bytes are none, or what a frame begins with.
  private static func begins(_ bytes: RawSpan) -> Bool {
    if bytes.byteCount < 2 {
      return bytes.byteCount == 0 || [0x50, 0x54, 0xD0, 0xD4, 0x35, 0x44].contains(bytes.u8(0))
    }
    guard let form = form(bytes) else { return false }
    return bytes.byteCount < form.head || isRoute(bytes, form) && length(bytes, form) != nil
  }

  /// The request destination module I/O number (SH-080956, 4.2): the connected station, multiple CPUs, redundant CPUs,
  /// or a module of 16 points steps.
  private static func isRoute(_ bytes: RawSpan, _ form: Form) -> Bool {
    guard let module = number(bytes, form.route + form.width(2), 2, form),
      let station = number(bytes, form.route + form.width(4), 1, form)
    else { return false }
    return (module <= 0x01FF || 0x03D0...0x03D3 ~= module || 0x03E0...0x03E3 ~= module || module == 0x03FF)
      && station <= 0x1F
  }

  /// Whether the route is the connected station's own CPU.
  private static func isOwn(_ bytes: RawSpan, _ form: Form) -> Bool {
    number(bytes, form.route, 1, form) == 0 && number(bytes, form.route + form.width(1), 1, form) == 0xFF
      && number(bytes, form.route + form.width(2), 3, form) == (form.isASCII ? 0x03_FF00 : 0x00_03FF)
  }

  /// Where no port tells: network 0 to 239 or 254, station 1 to 120, 125, 126, 254 or 255 (SH-080956, 4.2), and a
  /// sub-command or an end code as they are.
  private static func isTrusted(_ bytes: RawSpan, _ form: Form) -> Bool {
    guard let network = number(bytes, form.route, 1, form), network <= 0xEF || network == 0xFE,
      let station = number(bytes, form.route + form.width(1), 1, form),
      1...0x78 ~= station || station == 0x7D || station == 0x7E || station >= 0xFE
    else { return false }
    if form.isResponse {
      guard let end = number(bytes, form.head, 2, form) else { return false }
      return end == 0 || end >= 0x4000
    }
    guard let sub = number(bytes, form.head + form.width(4), 2, form) else { return false }
    return sub <= 0xFF
  }

  /// What the length field says, if a message can have it.
  private static func length(_ bytes: RawSpan, _ form: Form) -> Int? {
    guard let length = number(bytes, form.route + form.width(5), 2, form), length <= longestData,
      length >= form.width(form.isResponse ? 2 : 6)
    else { return nil }
    return Int(length)
  }

  // MARK: Reading

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    if bytes.byteCount < 2, !exchange.isDatagram, !exchange.isCut { return .incomplete(2) }
    guard let form = form(bytes) else {
      if let step = SLMP1E.read(bytes, &exchange) { return step }
      let seen = bytes.byteCount < 2 ? UInt64(bytes.byteCount == 0 ? 0 : bytes.u8(0)) << 8 : UInt64(bytes.u16(0))
      return refuse(bytes, Fault(.framing, "Subheader", seen: seen, least: 0x5000, most: 0xD400), &exchange)
    }
    guard bytes.byteCount >= form.head else {
      return .incomplete(form.head)
    }
    guard isRoute(bytes, form) else {
      let module = number(bytes, form.route + form.width(2), 2, form) ?? 0
      return refuse(
        bytes, Fault(.value, "Request destination module", seen: module, least: 0, most: 0x03FF), &exchange)
    }
    guard let length = length(bytes, form) else {
      let seen = number(bytes, form.route + form.width(5), 2, form) ?? 0
      let least = UInt64(form.width(form.isResponse ? 2 : 6))
      return refuse(
        bytes, Fault(.length, "Data length", seen: seen, least: least, most: UInt64(longestData)), &exchange)
    }
    let total = form.head + length
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    exchange.state |= had3E
    if form.isResponse {
      response(message, form, &exchange)
    } else {
      request(message, form, &exchange)
    }
    return .message(message.byteCount)
  }

  /// One pass to the next place where a frame can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    guard !exchange.isDatagram else { return .refused(max(1, bytes.byteCount)) }
    var skipped = 1
    while skipped + 1 < bytes.byteCount, form(bytes.from(skipped)) == nil { skipped += 1 }
    return .refused(skipped)
  }

  // MARK: Messages

  /// Where the request goes: the connected station itself is none, else network and PC number.
  private static func route(_ message: RawSpan, _ form: Form, _ operation: inout Operation) {
    let network = number(message, form.route, 1, form) ?? 0
    let station = number(message, form.route + form.width(1), 1, form) ?? 0xFF
    let module = number(message, form.route + form.width(2), 2, form) ?? 0x03FF
    if network != 0 || station != 0xFF {
      operation.unit = Int64(network << 8 | station)
      operation.facets[.network] = UInt32(network)
      operation.facets[.station] = UInt32(station)
    }
    if module != 0x03FF { operation.facets[.module] = UInt32(module) }
    if form.is4E { operation.transaction = number(message, form.width(2), 2, form).map { Int64($0) } ?? -1 }
  }

  private static func request(_ message: RawSpan, _ form: Form, _ exchange: inout Exchange) {
    let code = number(message, form.head + form.width(2), 2, form) ?? 0
    let command = SLMPCommand(rawValue: UInt16(code))
    // The on-demand function sends without being asked, and gets no answer (SH-080956ENG, 5.10).
    let isReport = command == .onDemand
    var operation = Operation(
      exchange.dissector, command.action, isReport ? .report : .request, code: UInt32(code), name: command.name)
    let sub = number(message, form.head + form.width(4), 2, form).map { UInt16($0) } ?? 0
    operation.subcode = Int32(sub)
    route(message, form, &operation)
    let reader = SLMPData(form: form, sub: sub)
    reader.request(message, at: form.head + form.width(6), command, &operation, &exchange)
    if !isReport { exchange.ask(operation, place: 0, mayStaySilent: command.mayStaySilent) }
    exchange.operations.append(operation)
  }

  private static func response(_ message: RawSpan, _ form: Form, _ exchange: inout Exchange) {
    let end = number(message, form.head, 2, form).map { UInt16($0) } ?? 0
    var operation = Operation(exchange.dissector, .unknown, .response, code: 0, name: "Response")
    route(message, form, &operation)
    let data = form.head + form.width(2)
    if end != 0, let code = number(message, data + form.width(5), 2, form) {
      // Error information: the station that refused, the command and its sub-command.
      let command = SLMPCommand(rawValue: UInt16(code))
      (operation.code, operation.name, operation.action) = (UInt32(code), command.name, command.action)
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
      SLMPData(form: form, sub: sub).response(
        message, at: data, SLMPCommand(rawValue: UInt16(truncatingIfNeeded: operation.code)), &operation, &exchange)
    }
    exchange.operations.append(operation)
  }
}
