// SPDX-License-Identifier: Apache-2.0

/// OPC UA binary over TCP: OPC 10000-6 (IEC 62541-6), 6.7 and 7.1. Numbers are little-endian.
///
///     0      3       4      8         12       16         20        24
///     +------+-------+------+---------+--------+----------+---------+------ ... -+
///     | type | chunk | size | channel | token  | sequence | request | body       |
///     +------+-------+------+---------+--------+----------+---------+------ ... -+
///
/// This is MSG or CLO; OPN has the security policy and certificates instead of the token, HEL, ACK, ERR and RHE have
/// neither. The body of a message over several chunks begins with the node id of its type; where the channel encrypts,
/// the sequence number and all behind it cannot be read.
enum OPCUA: Dissector {
  static var name: StaticString { "opcua" }
  static var selectors: [Selector] { [.tcp(4840), .anyTCP] }
  static var about: About { About("OPC UA binary (services)", .full, "OPC 10000-4, OPC 10000-6") }
  static var transport: Carried {
    Carried(0, "opcua-transport", About("OPC UA connection, encrypted messages", .full, "OPC 10000-6, 6.7, 7.1"))
  }
  static var carries: [Carried] { [transport] }
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

    static func isOne(_ word: UInt32) -> Bool {
      switch word & 0xFFFF_FF00 {
      case hello, acknowledge, error, reverseHello, open, message, close: true
      default: false
      }
    }
    /// Intermediate, final, abort.
    static func isChunk(_ byte: UInt8) -> Bool { byte == 0x43 || byte == 0x46 || byte == 0x41 }
    /// Whether up to three bytes can be the beginning of one.
    static func canBegin(_ bytes: RawSpan) -> Bool {
      var word: UInt32 = 0
      for place in 0..<bytes.byteCount { word |= UInt32(bytes.u8(place)) << (24 - 8 * UInt32(place)) }
      let mask = ~UInt32(0) << (32 - 8 * UInt32(bytes.byteCount))
      return bytes.byteCount == 0
        || [hello, acknowledge, error, reverseHello, open, message, close].contains { $0 & mask == word }
    }
  }

  /// Nil for bytes that begin no chunk; 0 while the size is still to come.
  private static func size(_ bytes: RawSpan) -> Int? {
    guard bytes.byteCount >= 4 else { return Kind.canBegin(bytes.extracting(first: 3)) ? 0 : nil }
    let kind = bytes.u32(0) & 0xFFFF_FF00
    guard Kind.isOne(kind) else { return nil }
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
        bytes.byteCount >= 8 && Kind.isOne(bytes.u32(0)) && Kind.isChunk(bytes.u8(3))
        && 0x41...0x46 ~= bytes.u8(3)
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
    guard size > 0 else { return .incomplete(shortest) }
    guard exchange.canRead(size, of: bytes) else { return .incomplete(size) }
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
      exchange.id(of: OPCUA.transport), .session, isRequest ? .request : .response, code: chunk.u32(0) >> 8, name: name)
    var reader = UAReader(chunk, at: 8)
    switch kind {
    case Kind.hello:
      reader.skip(20)
      operation.detail = reader.name(&exchange)
      exchange.ask(operation, place: helloPlace)
    case Kind.reverseHello:
      _ = reader.string()
      operation.detail = reader.name(&exchange)
    default:
      let status = kind == Kind.error ? reader.u32() : 0
      operation.outcome = status == 0 ? .ok : .error(code: status, name: UAStatus.name(status))
      if let asked = exchange.waiting(transaction: -1, unit: helloPlace) {
        exchange.take(answer: &operation, to: asked)
      }
    }
    exchange.operations.append(operation)
  }

  // MARK: Channels

  /// What `state` keeps of a connection's channel, once its policy was seen.
  private enum Policy {
    static let isKnown: UInt64 = 1
    static let secures: UInt64 = 2
    /// From this bit on: how many bytes sign each chunk.
    static let signature: UInt64 = 8
    static let all: UInt64 = 0xFFFF
    /// From this bit on, and sixteen bits further for the other direction: chunks of a message that are collected.
    static let chunks: UInt64 = 32

    static func signature(_ state: UInt64) -> Int { state & secures == 0 ? 0 : Int(state >> signature & 0xFF) }

    /// By the last four characters of the policy's URI (OPC 10000-7, security policies): HMAC of SHA-1 for
    /// Basic128Rsa15 and Basic256, of SHA-384 for curves of 384 bits, Poly1305 for curves 25519 and 448, else of
    /// SHA-256. Nil for `…#None`.
    static func signature(ofPolicy end: UInt32) -> UInt64? {
      switch end {
      case 0x4E6F_6E65: nil
      case 0x7361_3135, 0x6332_3536: 20
      case 0x5033_3834, 0x3834_7231: 48
      case 0x3535_3139, 0x6534_3438: 16
      default: 32
      }
    }
  }

  /// In place of the unit of what has no number: HEL, and OPN where it is encrypted.
  private static let helloPlace: Int64 = -2
  private static let openPlace: Int64 = -3

  private static func open(_ chunk: RawSpan, _ exchange: inout Exchange) {
    var reader = UAReader(chunk, at: 8)
    let channel = reader.u32()
    let (start, count) = reader.string()
    let policy = chunk.slice(start, count)
    _ = reader.string()
    _ = reader.string()
    reader.skip(4)
    let request = Int64(reader.u32())
    let detail = exchange.name(policy)
    if policy.byteCount >= 4 {
      let signature = Policy.signature(ofPolicy: policy.u32(policy.byteCount - 4))
      let policy = Policy.isKnown | (signature.map { Policy.secures | $0 << Policy.signature } ?? 0)
      exchange.state = exchange.state & ~Policy.all | policy
    }
    var body = reader
    let service = UAService(rawValue: body.serviceID())
    if exchange.state & Policy.secures == 0 || service == .openChannelRequest || service == .openChannelResponse,
      !reader.failed
    {
      return OPCUA.service(chunk, at: reader.offset, request: request, channel: channel, detail: detail, &exchange)
    }
    // The type of the message tells the service.
    let isRequest = exchange.direction == .toServer
    var operation = encrypted(
      chunk, isRequest ? UAService.openChannelRequest : .openChannelResponse, channel: channel, exchange)
    operation.detail = detail
    if reader.failed, !exchange.isCut {
      operation.note(
        Fault(
          .truncated, "OpenSecureChannel", seen: UInt64(chunk.byteCount), least: UInt64(chunk.byteCount + 1),
          most: UInt64(longestMessage)))
    }
    if isRequest {
      exchange.ask(operation, place: openPlace, mayStaySilent: true)
    } else if let asked = exchange.waiting(transaction: -1, unit: openPlace) {
      exchange.take(answer: &operation, to: asked)
    }
    exchange.operations.append(operation)
  }

  /// A message of which no more can be read than its head.
  private static func encrypted(
    _ chunk: RawSpan, _ service: UAService?, channel: UInt32, _ exchange: borrowing Exchange
  ) -> Operation {
    var operation = Operation(
      exchange.id(of: OPCUA.transport), .session, exchange.direction == .toServer ? .request : .response,
      code: service?.rawValue ?? chunk.u32(0) >> 8, name: service?.name ?? "Encrypted message")
    operation.facets[.channel] = channel
    operation.facets[.isEncrypted] = 1
    return operation
  }

  private static func secured(_ chunk: RawSpan, _ exchange: inout Exchange) {
    let channel = chunk.u32LE(8)
    let request = chunk.u32LE(20)
    let key = UInt64(channel) << 32 | UInt64(request)
    let isFinal = chunk.u8(3) == 0x46
    let collected = exchange.collected(channel: key)
    if chunk.u8(3) == 0x41, isAbort(chunk, isReadable: collected > 0 || exchange.state & 3 == Policy.isKnown) {
      // The rest will not come.
      exchange.drop(channel: key)
      return abort(chunk, channel: channel, &exchange)
    }
    // A channel that signs only can be read; in one that encrypts no type stands here.
    if collected == 0, exchange.state & 3 != Policy.isKnown {
      var reader = UAReader(chunk, at: bodyStart)
      if !UAService(rawValue: reader.serviceID()).isKnown {
        let isClose = chunk.u32(0) & 0xFFFF_FF00 == Kind.close
        return exchange.operations.append(
          encrypted(chunk, isClose ? .closeChannelRequest : nil, channel: channel, exchange))
      }
    }
    if collected == 0, isFinal {
      return service(chunk, at: bodyStart, request: Int64(request), channel: channel, detail: .none, &exchange)
    }
    let shift = Policy.chunks + (exchange.direction == .toServer ? 0 : 16)
    let chunks = collected == 0 ? 1 : min(exchange.state >> shift & 0xFFFF, 0xFFFE) + 1
    exchange.state = exchange.state & ~(0xFFFF << shift) | chunks << shift
    // Each chunk is signed for itself; behind the last one's body a signature is in nobody's way.
    let end = chunk.byteCount - (isFinal ? 0 : Policy.signature(exchange.state))
    guard exchange.collect(chunk.slice(bodyStart, end - bodyStart), channel: key, limit: longestAssembled), isFinal
    else { return }
    let whole = exchange.take(channel: key)
    service(
      whole.bytes, at: 0, request: Int64(request), channel: channel, detail: .none, chunks: UInt32(chunks), &exchange)
    exchange.keep(whole)
  }

  private static let bodyStart = 24

  /// Whether the body of an abort chunk is what it should be: a bad status code, and text.
  private static func isAbort(_ chunk: RawSpan, isReadable: Bool) -> Bool {
    guard chunk.byteCount >= bodyStart + 4 else { return isReadable }
    return isReadable || chunk.u32LE(bodyStart) & 0xC000_FFFF == 0x8000_0000
  }

  private static func abort(_ chunk: RawSpan, channel: UInt32, _ exchange: inout Exchange) {
    var operation = Operation(
      exchange.id(of: OPCUA.transport), .session, exchange.direction == .toServer ? .request : .response,
      code: Kind.message >> 8,
      name: "Abort")
    operation.facets[.channel] = channel
    var reader = UAReader(chunk, at: bodyStart)
    let status = reader.u32()
    operation.outcome = .error(code: status, name: UAStatus.name(status))
    exchange.operations.append(operation)
  }

  // MARK: Services

  private static func service(
    _ bytes: RawSpan, at start: Int, request: Int64, channel: UInt32, detail: NameID, chunks: UInt32 = 1,
    _ exchange: inout Exchange
  ) {
    var reader = UAReader(bytes, at: start)
    let id = reader.serviceID()
    let service = UAService(rawValue: id)
    var operation = Operation(
      exchange.dissector, service.action, service.isRequest ? .request : .response, code: id, name: service.name)
    operation.transaction = request
    operation.facets[.channel] = channel
    if chunks > 1 { operation.facets[.chunks] = chunks }
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
      OPCUARequests.read(&reader, service, &operation, &exchange)
      exchange.ask(operation, mayStaySilent: service == .publishRequest || service == .closeChannelRequest)
    } else {
      let status = reader.responseHeader()
      operation.outcome = UAStatus.outcome(status)
      if let asked = exchange.waiting(transaction: request, unit: -1) {
        operation.target = exchange[asked].operation.target
        if operation.detail == .none { operation.detail = exchange[asked].operation.detail }
        // A fault answers any service.
        let isFitting = service == .fault || exchange[asked].operation.code == service.question
        if isFitting { operation.action = exchange[asked].operation.action }
        exchange.take(answer: &operation, to: asked)
        if !isFitting { operation.pairing = .mismatched }
      } else {
        operation.pairing = .unasked
      }
      if operation.outcome == .ok { OPCUAResponses.read(&reader, service, &operation, &exchange) }
    }
    if reader.failed, !exchange.isCut {
      operation.note(
        Fault(
          .truncated, "Service", seen: UInt64(bytes.byteCount - start), least: UInt64(bytes.byteCount - start + 1),
          most: 8_388_608))
    }
    if let unread = reader.unread { operation.note(unread) }
    exchange.operations.append(operation)
  }
}
