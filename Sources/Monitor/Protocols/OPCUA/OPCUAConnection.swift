// SPDX-License-Identifier: Apache-2.0

/// Connections and secure channels: everything below the services.
extension OPCUA {
  /// Replaces the unit for messages without a number: HEL, and an encrypted OPN.
  private static let helloPlace: Int64 = -2
  private static let openPlace: Int64 = -3

  // MARK: Connections

  /// Reads HEL, ACK, ERR and RHE (7.1.2).
  static func readConnection(_ chunk: RawSpan, _ type: UAMessageType, _ exchange: inout Exchange) {
    let isRequest = type == .hello || type == .reverseHello
    var operation = Operation(
      exchange.id(of: OPCUA.transport), .session, isRequest ? .request : .response, code: type.rawValue,
      name: type.name)
    var reader = UAReader(chunk, at: UAMessageHeader.size)
    switch type {
    case .hello:
      // Version, buffer sizes, message size limit, chunk limit; then the endpoint URL.
      reader.skip(20)
      operation.detail = reader.readName(&exchange)
      exchange.ask(operation, place: helloPlace)
    case .reverseHello:
      // The server's URI and endpoint URL.
      reader.skipString()
      operation.detail = reader.readName(&exchange)
    default:
      let status = type == .error ? reader.readU32() : 0
      operation.outcome = status == 0 ? .ok : .error(code: status, name: UAStatus.name(status))
      if let asked = exchange.waiting(transaction: -1, unit: helloPlace) {
        exchange.take(answer: &operation, to: asked)
      }
    }
    exchange.operations.append(operation)
  }

  // MARK: Channels

  static func readOpening(_ chunk: RawSpan, _ exchange: inout Exchange) {
    let header = UAAsymmetricHeader(chunk)
    let channel = header.secureChannelID
    let detail = exchange.name(header.securityPolicyURI)
    var state = UAChannelState(bits: exchange.state)
    state.note(policy: header.securityPolicyURI)
    exchange.state = state.bits
    if let start = header.bodyStart {
      var body = UAReader(chunk, at: start)
      let service = UAService(rawValue: body.readServiceID())
      if !state.isSecured || service == .openChannelRequest || service == .openChannelResponse {
        return readService(
          chunk, at: start, request: header.requestID, channel: channel, detail: detail, &exchange)
      }
    }
    // The message type identifies the service.
    let isRequest = exchange.direction == .toServer
    var operation = encrypted(
      .open, isRequest ? UAService.openChannelRequest : .openChannelResponse, channel: channel, exchange)
    operation.detail = detail
    if header.bodyStart == nil {
      let size = UInt64(chunk.byteCount)
      operation.note(
        Fault(.truncated, "OpenSecureChannel", seen: size, least: size + 1, most: UInt64(longestMessage)))
    }
    if isRequest {
      exchange.ask(operation, place: openPlace, mayStaySilent: true)
    } else if let asked = exchange.waiting(transaction: -1, unit: openPlace) {
      exchange.take(answer: &operation, to: asked)
    }
    exchange.operations.append(operation)
  }

  /// A message of which only the headers can be read.
  private static func encrypted(
    _ type: UAMessageType, _ service: UAService?, channel: UInt32, _ exchange: borrowing Exchange
  ) -> Operation {
    var operation = Operation(
      exchange.id(of: OPCUA.transport), .session, exchange.direction == .toServer ? .request : .response,
      code: service?.rawValue ?? type.rawValue, name: service?.name ?? "Encrypted message")
    operation.facets[.channel] = channel
    operation.facets[.isEncrypted] = 1
    return operation
  }

  /// Reads MSG and CLO (6.7.2): a whole message, or one of several chunks.
  static func readSecured(
    _ chunk: RawSpan, _ header: borrowing UAMessageHeader, _ symmetric: borrowing UASymmetricHeader,
    _ exchange: inout Exchange
  ) {
    let channel = symmetric.secureChannelID
    let request = symmetric.requestID
    let key = UInt64(channel) << 32 | UInt64(request)
    let isFinal = header.chunkType == .final
    let collected = exchange.collected(channel: key)
    var state = UAChannelState(bits: exchange.state)
    if header.chunkType == .abort, isAbort(symmetric.body, isReadable: collected > 0 || state.isReadable) {
      // The remaining chunks will not follow.
      exchange.drop(channel: key)
      return readAbort(chunk, channel: channel, &exchange)
    }
    // A channel that only signs can be read; in one that encrypts, no known type is found here.
    if collected == 0, !state.isReadable {
      var reader = UAReader(chunk, at: UASymmetricHeader.size)
      if !UAService(rawValue: reader.readServiceID()).isKnown {
        let service: UAService? = header.messageType == .close ? .closeChannelRequest : nil
        return exchange.operations.append(encrypted(header.messageType, service, channel: channel, exchange))
      }
    }
    if collected == 0, isFinal {
      return readService(chunk, at: UASymmetricHeader.size, request: request, channel: channel, &exchange)
    }
    let chunks = collected == 0 ? 1 : min(state[chunks: exchange.direction], 0xFFFE) + 1
    state[chunks: exchange.direction] = chunks
    exchange.state = state.bits
    // Each chunk has its own signature; after the body of the last one it does no harm.
    let signature = isFinal ? 0 : state.signatureSize
    let body = symmetric.body.extracting(first: max(0, symmetric.body.byteCount - signature))
    guard exchange.collect(body, channel: key, limit: longestAssembled), isFinal else { return }
    let whole = exchange.take(channel: key)
    readService(whole.bytes, at: 0, request: request, channel: channel, chunks: UInt32(chunks), &exchange)
    exchange.keep(whole)
  }

  /// Whether the body of an abort chunk can be read: it is known not to be encrypted, or starts with a bad status code.
  private static func isAbort(_ body: RawSpan, isReadable: Bool) -> Bool {
    guard !isReadable, body.byteCount >= 4 else { return isReadable }
    var reader = UAReader(body, at: 0)
    return UAStatus.isBad(reader.readU32())
  }

  private static func readAbort(_ chunk: RawSpan, channel: UInt32, _ exchange: inout Exchange) {
    var operation = Operation(
      exchange.id(of: OPCUA.transport), .session, exchange.direction == .toServer ? .request : .response,
      code: UAMessageType.message.rawValue, name: "Abort")
    operation.facets[.channel] = channel
    var reader = UAReader(chunk, at: UASymmetricHeader.size)
    let status = reader.readU32()
    operation.outcome = .error(code: status, name: UAStatus.name(status))
    exchange.operations.append(operation)
  }
}

/// What the dissector remembers about a connection: its channel's policy, once seen, and the number of chunks collected
/// for a message.
struct UAChannelState {
  private(set) var bits: UInt64

  /// From the lowest bit: a policy was seen (1), it secures (1), unused (6), size of a signature (8), unused (16),
  /// chunks in each direction (16 each).
  private static let isKnown: UInt64 = 1
  private static let secures: UInt64 = 2
  private static let signature: UInt64 = 8
  private static let policy: UInt64 = 0xFFFF

  init(bits: UInt64) { self.bits = bits }

  /// The policy signs and most likely encrypts.
  var isSecured: Bool { bits & Self.secures != 0 }
  /// The policy is known to neither sign nor encrypt.
  var isReadable: Bool { bits & (Self.isKnown | Self.secures) == Self.isKnown }
  /// Number of signature bytes in each chunk.
  var signatureSize: Int { isSecured ? Int(bits >> Self.signature & 0xFF) : 0 }

  /// Number of chunks collected in one direction.
  subscript(chunks direction: Direction) -> UInt64 {
    get { bits >> Self.shift(direction) & 0xFFFF }
    set { bits = bits & ~(0xFFFF << Self.shift(direction)) | newValue << Self.shift(direction) }
  }
  private static func shift(_ direction: Direction) -> UInt64 { direction == .toServer ? 32 : 48 }

  /// Remembers the policy of an OPN, unless its URI is truncated.
  mutating func note(policy uri: RawSpan) {
    guard uri.byteCount >= 4 else { return }
    let size = Self.signatureSize(ofPolicy: uri.u32(uri.byteCount - 4))
    let policy = Self.isKnown | (size.map { Self.secures | $0 << Self.signature } ?? 0)
    bits = bits & ~Self.policy | policy
  }

  /// Determined by the last four characters of the policy URI (OPC 10000-7, security policies): HMAC with SHA-1 for
  /// Basic128Rsa15 and Basic256, with SHA-384 for 384-bit curves, Poly1305 for curves 25519 and 448, HMAC with SHA-256
  /// otherwise. Nil for `…#None`.
  private static func signatureSize(ofPolicy end: UInt32) -> UInt64? {
    switch end {
    case 0x4E6F_6E65: nil
    case 0x7361_3135, 0x6332_3536: 20
    case 0x5033_3834, 0x3834_7231: 48
    case 0x3535_3139, 0x6534_3438: 16
    default: 32
    }
  }
}
