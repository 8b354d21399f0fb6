// SPDX-License-Identifier: Apache-2.0

/// OPC UA binary over TCP: OPC 10000-6 (IEC 62541-6), 6.7 and 7.1. Numbers are little-endian.
///
///     0      3       4      8         12       16         20        24
///     +------+-------+------+---------+--------+----------+---------+------ ... -+
///     | type | chunk | size | channel | token  | sequence | request | body       |
///     +------+-------+------+---------+--------+----------+---------+------ ... -+
///
/// This is MSG or CLO; OPN has the security policy and certificates instead of the token, HEL, ACK, ERR and RHE have neither. The body of a message over
/// several chunks begins with the node id of its type; where the channel encrypts, the sequence number and all behind it cannot be read.
enum OPCUA: Dissector {
  static var name: StaticString { "opcua" }
  static var selectors: [Selector] { [.tcp(4840), .anyTCP] }
  static var about: About { About("OPC UA binary (services)", .full, "OPC 10000-4, OPC 10000-6") }
  static var carries: [Carried] {
    [Carried("opcua-transport", About("OPC UA connection, encrypted messages", .full, "OPC 10000-6, 6.7, 7.1"))]
  }
  /// Buffers are 64 KiB unless both ends agree on more (7.1.2.3).
  static var longestMessage: Int { 1 << 18 }
  private static let longestAssembled = 8 << 20
  private static let shortest = 8

  private enum Kind {
    static let hello: UInt32 = 0x4845_4C00
    static let acknowledge: UInt32 = 0x4143_4B00
    static let error: UInt32 = 0x4552_5200
    static let reverseHello: UInt32 = 0x5248_4500
    static let open: UInt32 = 0x4F50_4E00
    static let message: UInt32 = 0x4D53_4700
    static let close: UInt32 = 0x434C_4F00
    static let all = [hello, acknowledge, error, reverseHello, open, message, close]
  }

  /// Nil for bytes that begin no chunk; 0 while the size is still to come.
  private static func size(_ bytes: RawSpan) -> Int? {
    guard bytes.byteCount >= 4 else {
      for kind in Kind.all {
        var isPrefix = true
        for place in 0..<min(3, bytes.byteCount) where bytes.u8(place) != UInt8(kind >> (24 - 8 * UInt32(place)) & 0xFF)
        {
          isPrefix = false
        }
        if isPrefix { return 0 }
      }
      return nil
    }
    let kind = bytes.u32(0) & 0xFFFF_FF00
    guard Kind.all.contains(kind) else { return nil }
    let chunk = bytes.u8(3)
    guard chunk == 0x46 || (chunk == 0x43 || chunk == 0x41) && kind == Kind.message else { return nil }
    guard bytes.byteCount >= 8 else { return 0 }
    let size = Int(bytes.u32LE(4))
    let least = kind == Kind.message || kind == Kind.close ? 24 : kind == Kind.open ? 32 : kind == Kind.hello ? 32 : 16
    return least...longestMessage ~= size ? size : nil
  }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let size = size(bytes) else { return .no }
    guard size > 0 else { return .undecided }
    switch bytes.u32(0) & 0xFFFF_FF00 {
    case Kind.hello: return .yes(.toServer)
    case Kind.acknowledge, Kind.error: return .yes(.toClient)
    case Kind.reverseHello: return .yes(.toServer)
    case Kind.message, Kind.open, Kind.close:
      guard expected || bytes.byteCount >= 12 else { return .undecided }
      return .yes(direction(bytes))
    default: return .yes(nil)
    }
  }

  /// A readable service tells.
  private static func direction(_ bytes: RawSpan) -> Direction? {
    guard bytes.u32(0) & 0xFFFF_FF00 == Kind.message, bytes.byteCount >= 28 else { return nil }
    var reader = UAReader(bytes, at: 24)
    let service = UAService(rawValue: reader.serviceID())
    return service.isKnown ? (service.isRequest ? .toServer : .toClient) : nil
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let size = size(bytes) else {
      let isKind =
        bytes.byteCount >= 8 && Kind.all.contains(bytes.u32(0) & 0xFFFF_FF00)
        && [0x41, 0x43, 0x46].contains(bytes.u8(3))
      exchange.fault =
        isKind
        ? Fault(.length, "MessageSize", seen: UInt64(bytes.u32LE(4)), least: 16, most: UInt64(longestMessage))
        : Fault(
          .framing, "MessageType", seen: UInt64(bytes.byteCount >= 4 ? bytes.u32(0) : UInt32(bytes.u8(0)) << 24),
          least: 0x4143_4B46, most: 0x5248_4546)
      var skipped = 1
      while skipped < bytes.byteCount, self.size(bytes.from(skipped)) == nil { skipped += 1 }
      return .refused(skipped)
    }
    guard size > 0 else { return exchange.isCut ? .message(bytes.byteCount) : .incomplete(shortest) }
    guard bytes.byteCount >= size || exchange.isCut else { return .incomplete(size) }
    let chunk = bytes.extracting(first: size)
    switch chunk.u32(0) & 0xFFFF_FF00 {
    case Kind.open: open(chunk, &exchange)
    case Kind.message, Kind.close:
      if chunk.byteCount >= 24 { secured(chunk, &exchange) }
    default: connection(chunk, &exchange)
    }
    return .message(chunk.byteCount)
  }

  /// HEL, ACK, ERR, RHE (7.1.2).
  private static func connection(_ chunk: RawSpan, _ exchange: inout Exchange) {
    let kind = chunk.u32(0) & 0xFFFF_FF00
    let isRequest = kind == Kind.hello || kind == Kind.reverseHello
    let name: StaticString =
      kind == Kind.hello
      ? "Hello" : kind == Kind.acknowledge ? "Acknowledge" : kind == Kind.error ? "Error" : "ReverseHello"
    var operation = Operation(
      exchange.carried[0], .session, isRequest ? .request : .response, code: chunk.u32(0) >> 8, name: name)
    var reader = UAReader(chunk, at: 8)
    switch kind {
    case Kind.hello:
      reader.skip(20)
      operation.detail = reader.name(&exchange)
      exchange.ask(operation, place: -2)
    case Kind.reverseHello:
      _ = reader.string()
      operation.detail = reader.name(&exchange)
    default:
      let status = kind == Kind.error ? reader.u32() : 0
      operation.outcome = status == 0 ? .ok : .error(code: status, name: UAStatus.name(status))
      if let asked = exchange.waiting(transaction: -1, unit: -2) {
        operation.pairing = .answered
        operation.latency = exchange.time &- exchange[asked].time
        exchange.answered(asked)
      }
    }
    exchange.operations.append(operation)
  }

  /// What `state` keeps: bit 0, that the policy is known; bit 1, that it secures.
  private static func open(_ chunk: RawSpan, _ exchange: inout Exchange) {
    var reader = UAReader(chunk, at: 8)
    let channel = reader.u32()
    let (start, count) = reader.string()
    let policy = chunk.slice(start, count)
    _ = reader.string()
    _ = reader.string()
    // `…SecurityPolicy#None`
    let isNone = count >= 5 && policy.byteCount == count && policy.u32(count - 4) == 0x4E6F_6E65
    if count > 0 { exchange.state = exchange.state & ~3 | (isNone ? 1 : 3) }
    let detail = exchange.name(policy)
    guard isNone, !reader.failed else {
      let isRequest = exchange.direction == .toServer
      var operation = Operation(
        exchange.carried[0], .session, isRequest ? .request : .response, code: Kind.open >> 8,
        name: "OpenSecureChannel, encrypted")
      operation.facets[.channel] = channel
      operation.facets[.isEncrypted] = 1
      operation.detail = detail
      return exchange.operations.append(operation)
    }
    reader.skip(4)
    let request = Int64(reader.u32())
    service(chunk, at: reader.offset, request: request, channel: channel, detail: detail, &exchange)
  }

  private static func secured(_ chunk: RawSpan, _ exchange: inout Exchange) {
    let channel = chunk.u32LE(8)
    let request = chunk.u32LE(20)
    let key = UInt64(channel) << 32 | UInt64(request)
    let isFinal = chunk.u8(3) == 0x46
    let collected = exchange.collected(channel: key)
    if collected == 0 {
      var reader = UAReader(chunk, at: 24)
      let id = reader.serviceID()
      if !UAService(rawValue: id).isKnown, exchange.state & 3 != 1 {
        // A channel that signs only can be read; in one that encrypts no type stands here.
        var operation = Operation(
          exchange.carried[0], .session, exchange.direction == .toServer ? .request : .response,
          code: chunk.u32(0) >> 8, name: "Encrypted message")
        operation.facets[.channel] = channel
        operation.facets[.isEncrypted] = 1
        return exchange.operations.append(operation)
      }
      guard !isFinal else {
        return service(chunk, at: 24, request: Int64(request), channel: channel, detail: .none, &exchange)
      }
    }
    if chunk.u8(3) == 0x41 {
      // Abort: the rest will not come.
      exchange.drop(channel: key)
      var operation = Operation(
        exchange.carried[0], .session, exchange.direction == .toServer ? .request : .response, code: Kind.message >> 8,
        name: "Abort")
      var reader = UAReader(chunk, at: 24)
      let status = reader.u32()
      operation.outcome = .error(code: status, name: UAStatus.name(status))
      return exchange.operations.append(operation)
    }
    guard exchange.collect(chunk.from(24), channel: key, limit: longestAssembled), isFinal else { return }
    let whole = exchange.take(channel: key)
    service(whole.bytes, at: 0, request: Int64(request), channel: channel, detail: .none, &exchange)
    exchange.keep(whole)
  }

  // MARK: Services

  private static func service(
    _ bytes: RawSpan, at start: Int, request: Int64, channel: UInt32, detail: NameID, _ exchange: inout Exchange
  ) {
    var reader = UAReader(bytes, at: start)
    let id = reader.serviceID()
    let service = UAService(rawValue: id)
    var operation = Operation(
      exchange.dissector, service.action, service.isRequest ? .request : .response, code: id, name: service.name)
    operation.transaction = request
    operation.facets[.channel] = channel
    operation.detail = detail
    guard service.isKnown else {
      operation.role = exchange.direction == .toServer ? .request : .response
      if reader.failed, !exchange.isCut {
        operation.fault = Fault(.truncated, "TypeId", seen: UInt64(bytes.byteCount - start), least: 2, most: 8_388_608)
      }
      return exchange.operations.append(operation)
    }
    if service.isRequest {
      reader.requestHeader()
      OPCUAServices.request(&reader, service, &operation, &exchange)
      exchange.ask(operation, mayStaySilent: service == .publishRequest || service == .closeChannelRequest)
    } else {
      let status = reader.responseHeader()
      operation.outcome = UAStatus.outcome(status)
      if let asked = exchange.waiting(transaction: request, unit: -1) {
        operation.target = exchange[asked].operation.target
        operation.latency = exchange.time &- exchange[asked].time
        if operation.detail == .none { operation.detail = exchange[asked].operation.detail }
        // A fault answers any service.
        if service == .fault {
          operation.action = exchange[asked].operation.action
          operation.pairing = .answered
        } else {
          operation.pairing = exchange[asked].operation.code == service.question ? .answered : .mismatched
          if service == .writeResponse { operation.action = exchange[asked].operation.action }
        }
        exchange.answered(asked)
      } else {
        operation.pairing = .unasked
      }
      if operation.outcome == .ok { OPCUAServices.response(&reader, service, &operation, &exchange) }
    }
    if reader.failed, !exchange.isCut {
      operation.note(
        Fault(
          .truncated, "Service", seen: UInt64(bytes.byteCount - start), least: UInt64(bytes.byteCount - start + 1),
          most: 8_388_608))
    }
    exchange.operations.append(operation)
  }
}

/// What services hold (OPC 10000-4, 5).
enum OPCUAServices {
  private static let valueAttribute: UInt32 = 13

  static func request(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .openChannelRequest:
      // Version, issue or renew, mode.
      reader.skip(8)
      operation.facets[.securityMode] = reader.u32()
    case .createSessionRequest: application(&reader, .sender, &exchange)
    case .activateSessionRequest: activate(&reader, &operation, &exchange)
    case .readRequest:
      reader.skip(12)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        reader.skip(4)
        _ = reader.string()
        reader.skip(2)
        _ = reader.string()
        return Item(Target(area: .node, count: 1, name: node))
      }
    case .writeRequest:
      each(&reader, &operation, &exchange) { reader, operation, exchange in
        let node = reader.node(&exchange)
        // Anything but the value is a setting of the node.
        if reader.u32() != valueAttribute { operation.action = .configure }
        _ = reader.string()
        return Item(Target(area: .node, count: 1, name: node), reader.dataValue())
      }
    case .callRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in
        _ = reader.node(&exchange)
        let method = reader.node(&exchange)
        var values = Values.none
        for place in 0..<reader.count() {
          let argument = reader.variant()
          if place == 0 { values = argument }
          if reader.failed { break }
        }
        return Item(Target(area: .node, count: 1, name: method), values)
      }
    case .browseRequest:
      _ = reader.node(&exchange)
      reader.skip(16)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        reader.skip(4)
        _ = reader.node(&exchange)
        reader.skip(9)
        return Item(Target(area: .node, count: 1, name: node))
      }
    case .createItemsRequest:
      operation.facets[.subscription] = reader.u32()
      reader.skip(4)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        reader.skip(4)
        _ = reader.string()
        reader.skip(2)
        _ = reader.string()
        reader.skip(16)
        reader.extensionObject()
        reader.skip(5)
        return Item(Target(area: .node, count: 1, name: node))
      }
    case .deleteNodesRequest, .registerNodesRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        if service == .deleteNodesRequest { reader.skip(1) }
        return Item(Target(area: .node, count: 1, name: node))
      }
    default: break
    }
  }

  static func response(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .createSessionResponse:
      // Two node ids, time-out, nonce, certificate, then the server's endpoints.
      _ = reader.node(&exchange)
      _ = reader.node(&exchange)
      reader.skip(8)
      _ = reader.string()
      _ = reader.string()
      endpoints(&reader, &exchange)
    case .getEndpointsResponse: endpoints(&reader, &exchange)
    case .readResponse:
      let start = exchange.items.count
      for place in 0..<reader.count() {
        let values = reader.dataValue()
        if reader.failed { break }
        if place == 0 { operation.values = values } else { exchange.items.append(Item(.none, values)) }
      }
      operation.items = ItemRange(start, exchange.items.count - start)
      // Types that are not read end the list, and are no fault.
      reader.failed = false
    case .writeResponse, .callResponse:
      if reader.count() > 0 { operation.outcome = UAStatus.outcome(reader.u32()) }
    case .publishResponse: operation.facets[.subscription] = reader.u32()
    default: break
    }
  }

  /// An array: the first item is the operation's own, the others further ones.
  private static func each(
    _ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange,
    _ body: (inout UAReader, inout Operation, inout Exchange) -> Item
  ) {
    let start = exchange.items.count
    for place in 0..<reader.count() {
      let item = body(&reader, &operation, &exchange)
      if reader.isUnread {
        // A value of a type that is not read: what follows it cannot be found.
        if place == 0 { operation.target = item.target } else { exchange.items.append(item) }
        break
      }
      guard !reader.failed else { break }
      if place == 0 {
        operation.target = item.target
        operation.values = item.values
      } else {
        exchange.items.append(item)
      }
    }
    operation.items = ItemRange(start, exchange.items.count - start)
  }

  /// Signature, certificates, locales, then the user's token: 5.6.3 and 7.41.
  private static func activate(_ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange) {
    _ = reader.string()
    _ = reader.string()
    for _ in 0..<reader.count() {
      _ = reader.string()
      _ = reader.string()
      if reader.failed { return }
    }
    for _ in 0..<reader.count() {
      _ = reader.string()
      if reader.failed { return }
    }
    let type = reader.serviceID()
    guard !reader.failed, reader.u8() == 1 else { return }
    reader.skip(4)
    // 0 anonymous, 1 user name, 2 certificate, 3 issued token (UserTokenType).
    switch type {
    case 321: operation.facets[.tokenKind] = 0
    case 324:
      operation.facets[.tokenKind] = 1
      _ = reader.string()
      operation.detail = reader.name(&exchange)
    case 327: operation.facets[.tokenKind] = 2
    case 940: operation.facets[.tokenKind] = 3
    default: break
    }
  }

  /// The application of the first endpoint.
  private static func endpoints(_ reader: inout UAReader, _ exchange: inout Exchange) {
    guard reader.count() > 0 else { return }
    _ = reader.string()
    application(&reader, .sender, &exchange)
  }

  /// An ApplicationDescription (7.2): URI of the application, of the product, name.
  private static func application(
    _ reader: inout UAReader, _ subject: IdentityReport.Subject, _ exchange: inout Exchange
  ) {
    _ = reader.string()
    var report = IdentityReport()
    report.subject = subject
    report.model = reader.name(&exchange)
    let mask = reader.u8()
    if mask & 1 != 0 { _ = reader.string() }
    if mask & 2 != 0 { report.name = reader.name(&exchange) }
    if !reader.failed, report.model != .none || report.name != .none { exchange.identities.append(report) }
  }
}

/// Reads the binary encoding (OPC 10000-6, 5.2) from front to back. What is cut off reads as 0, and is remembered in `failed`.
struct UAReader: ~Escapable {
  private let bytes: RawSpan
  private(set) var offset: Int
  var failed = false
  /// A value of a type that is not read was met.
  private(set) var isUnread = false

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  private mutating func take(_ count: Int) -> Int? {
    guard !failed, count >= 0, count <= bytes.byteCount - offset else {
      failed = true
      return nil
    }
    offset += count
    return offset - count
  }
  mutating func skip(_ count: Int) { _ = take(count) }
  mutating func u8() -> UInt8 { take(1).map { bytes.u8($0) } ?? 0 }
  mutating func u16() -> UInt16 { take(2).map { bytes.u16LE($0) } ?? 0 }
  mutating func u32() -> UInt32 { take(4).map { bytes.u32LE($0) } ?? 0 }

  /// The length of an array; -1, which is null, and what cannot be there count as none.
  mutating func count() -> Int {
    let count = Int(Int32(bitPattern: u32()))
    if count > bytes.byteCount - offset { failed = true }
    return failed ? 0 : max(0, count)
  }
  /// Where a string or byte string stands; null has no bytes.
  mutating func string() -> (start: Int, count: Int) {
    let count = Int(Int32(bitPattern: u32()))
    guard count > 0, let start = take(count) else { return (offset, 0) }
    return (start, count)
  }
  mutating func name(_ exchange: inout Exchange) -> NameID {
    let (start, count) = string()
    return exchange.name(bytes.slice(start, count))
  }

  /// The numeric id of a node of namespace 0 (a type's encoding); 0 for any other.
  mutating func serviceID() -> UInt32 {
    switch u8() {
    case 0: return UInt32(u8())
    case 1:
      let space = u8()
      let id = u16()
      return space == 0 ? UInt32(id) : 0
    case 2:
      let space = u16()
      let id = u32()
      return space == 0 ? id : 0
    default: return 0
    }
  }

  /// A node id (5.2.2.9), in the notation `ns=2;s=Line1/Speed`.
  mutating func node(_ exchange: inout Exchange) -> NameID {
    let encoding = u8()
    var space: UInt16 = 0
    var number: UInt32 = 0
    var text = (start: offset, count: 0)
    switch encoding & 0x3F {
    case 0: number = UInt32(u8())
    case 1:
      space = UInt16(u8())
      number = UInt32(u16())
    case 2:
      space = u16()
      number = u32()
    case 3, 5:
      space = u16()
      text = string()
    case 4:
      space = u16()
      text = (offset, 16)
      skip(16)
    default: failed = true
    }
    if encoding & 0x80 != 0 { _ = string() }
    if encoding & 0x40 != 0 { skip(4) }
    guard !failed, encoding & 0x3F > 2 || number != 0 else { return .none }
    let value = bytes.slice(text.start, text.count)
    return exchange.name { name in
      if space != 0 { name += Array("ns=\(space);".utf8) }
      switch encoding & 0x3F {
      case 0, 1, 2: name += Array("i=\(number)".utf8)
      case 3:
        name += [0x73, 0x3D]
        for place in 0..<min(value.byteCount, NameTable.longest) { name.append(value.u8(place)) }
      default:
        name += [encoding & 0x3F == 4 ? 0x67 : 0x62, 0x3D]
        for place in 0..<min(value.byteCount, 64) {
          for half in [value.u8(place) >> 4, value.u8(place) & 15] {
            name.append(half < 10 ? 0x30 + half : 0x57 + half)
          }
        }
      }
    }
  }
  private mutating func skipNode() {
    let encoding = u8()
    switch encoding & 0x3F {
    case 0: skip(1)
    case 1: skip(3)
    case 2: skip(6)
    case 3, 5:
      skip(2)
      _ = string()
    case 4: skip(18)
    default: failed = true
    }
    if encoding & 0x80 != 0 { _ = string() }
    if encoding & 0x40 != 0 { skip(4) }
  }

  mutating func extensionObject() {
    skipNode()
    switch u8() {
    case 0: break
    case 1, 2: _ = string()
    default: failed = true
    }
  }

  /// Token, time, handle, diagnostics, audit entry, time-out, additional header (OPC 10000-4, 7.33).
  mutating func requestHeader() {
    skipNode()
    skip(16)
    _ = string()
    skip(4)
    extensionObject()
  }
  /// Time, handle, result, diagnostics, strings, additional header (7.34); the result.
  mutating func responseHeader() -> UInt32 {
    skip(12)
    let status = u32()
    diagnostics()
    for _ in 0..<count() {
      _ = string()
      if failed { break }
    }
    extensionObject()
    return status
  }

  /// A DiagnosticInfo (5.2.2.12): the inner one comes last, so that no depth is needed.
  private mutating func diagnostics() {
    var mask = u8()
    while !failed {
      for bit: UInt8 in [1, 2, 4, 8] where mask & bit != 0 { skip(4) }
      if mask & 0x10 != 0 { _ = string() }
      if mask & 0x20 != 0 { skip(4) }
      guard mask & 0x40 != 0 else { return }
      mask = u8()
    }
  }

  /// A DataValue (5.2.2.17).
  mutating func dataValue() -> Values {
    let mask = u8()
    let values = mask & 1 != 0 ? variant() : .none
    guard !isUnread else { return values }
    if mask & 2 != 0 { skip(4) }
    if mask & 4 != 0 { skip(8) }
    if mask & 0x10 != 0 { skip(2) }
    if mask & 8 != 0 { skip(8) }
    if mask & 0x20 != 0 { skip(2) }
    return values
  }

  /// A Variant (5.2.2.16): where its numbers stand.
  mutating func variant() -> Values {
    let encoding = u8()
    let count = encoding & 0x80 != 0 ? count() : 1
    let start = offset
    var values = Values.none
    if let (format, width) = UAReader.number(encoding & 0x3F) {
      let (length, isTooLong) = count.multipliedReportingOverflow(by: width)
      skip(isTooLong ? Int.max : length)
      if !failed { values = Values(format, at: start, count, end: bytes.byteCount) }
    } else {
      for _ in 0..<count {
        switch encoding & 0x3F {
        case 0: break
        case 12, 15, 16: _ = string()
        case 13: skip(8)
        case 14: skip(16)
        case 17, 18: skipNode()
        case 20:
          skip(2)
          _ = string()
        case 21:
          let mask = u8()
          if mask & 1 != 0 { _ = string() }
          if mask & 2 != 0 { _ = string() }
        case 22: extensionObject()
        default: isUnread = true
        }
        if failed || isUnread { return .none }
      }
    }
    if encoding & 0x40 != 0 {
      let dimensions = self.count()
      skip(4 * dimensions)
    }
    return values
  }

  private static func number(_ type: UInt8) -> (Values.Format, Int)? {
    switch type {
    case 1, 3: (.uint8, 1)
    case 2: (.int8, 1)
    case 4: (.int16LE, 2)
    case 5: (.uint16LE, 2)
    case 6: (.int32LE, 4)
    case 7, 19: (.uint32LE, 4)
    case 8: (.int64LE, 8)
    case 9: (.uint64LE, 8)
    case 10: (.float32LE, 4)
    case 11: (.float64LE, 8)
    default: nil
    }
  }
}
