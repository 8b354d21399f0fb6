// SPDX-License-Identifier: Apache-2.0

/// Connections and secure channels: everything below the services.
extension OPCUA {
  /// In place of the unit of what has no number: HEL, and OPN where it is encrypted.
  private static let helloPlace: Int64 = -2
  private static let openPlace: Int64 = -3

  // MARK: Connections

  /// HEL, ACK, ERR, RHE (7.1.2).
  static func readConnection(_ chunk: RawSpan, _ type: UAMessageType, _ exchange: inout Exchange) {
    let isRequest = type == .hello || type == .reverseHello
    var operation = Operation(
      exchange.id(of: OPCUA.transport), .session, isRequest ? .request : .response, code: type.rawValue,
      name: type.name)
    var reader = UAReader(chunk, at: UAMessageHeader.size)
    switch type {
    case .hello:
      // Version, buffer sizes, longest message, most chunks; then the endpoint's URL.
      reader.skip(20)
      operation.detail = reader.readName(&exchange)
      exchange.ask(operation, place: helloPlace)
    case .reverseHello:
      // The server's URI, and its endpoint's URL.
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
    // The message type says which service it is.
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

  /// A message of which no more than its headers can be read.
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

  /// MSG and CLO (6.7.2): a whole message, or one of several chunks.
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
      // The rest will not come.
      exchange.drop(channel: key)
      return readAbort(chunk, channel: channel, &exchange)
    }
    // A channel that only signs can be read; in one that encrypts there is no known type here.
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
    // Each chunk is signed by itself; after the last one's body a signature disturbs nothing.
    let signature = isFinal ? 0 : state.signatureSize
    let body = symmetric.body.extracting(first: max(0, symmetric.body.byteCount - signature))
    guard exchange.collect(body, channel: key, limit: longestAssembled), isFinal else { return }
    let whole = exchange.take(channel: key)
    readService(whole.bytes, at: 0, request: request, channel: channel, chunks: UInt32(chunks), &exchange)
    exchange.keep(whole)
  }

  /// Whether the body of an abort chunk is what it should be: a bad status code, and text.
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

/// What the dissector remembers of a connection: its channel's policy, once it was seen, and the chunks of a message
/// that are collected.
struct UAChannelState {
  private(set) var bits: UInt64

  /// From the lowest bit on: a policy was seen, it secures, 6 unused, the size of a signature (8), 16 unused, chunks in
  /// each direction (16 each).
  private static let isKnown: UInt64 = 1
  private static let secures: UInt64 = 2
  private static let signature: UInt64 = 8
  private static let policy: UInt64 = 0xFFFF

  init(bits: UInt64) { self.bits = bits }

  /// The policy signs, and most probably encrypts.
  var isSecured: Bool { bits & Self.secures != 0 }
  /// The policy is known to neither sign nor encrypt.
  var isReadable: Bool { bits & (Self.isKnown | Self.secures) == Self.isKnown }
  /// Bytes that sign each chunk.
  var signatureSize: Int { isSecured ? Int(bits >> Self.signature & 0xFF) : 0 }

  /// Chunks of a message in one direction that were collected.
  subscript(chunks direction: Direction) -> UInt64 {
    get { bits >> Self.shift(direction) & 0xFFFF }
    set { bits = bits & ~(0xFFFF << Self.shift(direction)) | newValue << Self.shift(direction) }
  }
  private static func shift(_ direction: Direction) -> UInt64 { direction == .toServer ? 32 : 48 }

  /// Remembers the policy of an OPN; one that is cut says nothing.
  mutating func note(policy uri: RawSpan) {
    guard uri.byteCount >= 4 else { return }
    let size = Self.signatureSize(ofPolicy: uri.u32(uri.byteCount - 4))
    let policy = Self.isKnown | (size.map { Self.secures | $0 << Self.signature } ?? 0)
    bits = bits & ~Self.policy | policy
  }

  /// By the last four characters of the policy's URI (OPC 10000-7, security policies): HMAC of SHA-1 for Basic128Rsa15
  /// and Basic256, of SHA-384 for curves of 384 bits, Poly1305 for curves 25519 and 448, else of SHA-256. Nil for
  /// `…#None`.
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
