// SPDX-License-Identifier: Apache-2.0

/// OPC UA binary over TCP: OPC 10000-6 (IEC 62541-6), 6.7 and 7.1. Numbers are little-endian.
///
///     +-----------------+---------------------------------------+---------- ... -+
///     | UAMessageHeader | UASymmetricHeader, UAAsymmetricHeader  | body           |
///     +-----------------+---------------------------------------+---------- ... -+
///
/// MSG and CLO have symmetric headers, OPN asymmetric ones; HEL, ACK, ERR and RHE have neither. The body of a message,
/// which may extend over several chunks, starts with the node ID of its type.
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
  /// Limit on the size of a message reassembled from several chunks.
  static let longestAssembled = 8 << 20

  /// The size of the chunk that begins here. Nil if the bytes do not begin a chunk; 0 while the size has not arrived
  /// yet.
  private static func size(_ bytes: RawSpan) -> Int? {
    guard let header = UAMessageHeader(bytes) else { return UAMessageHeader.canBegin(bytes) ? 0 : nil }
    let size = Int(header.messageSize)
    return header.isKnown && header.messageType.shortest...longestMessage ~= size ? size : nil
  }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let size = size(bytes) else { return .no }
    guard size > 0, let header = UAMessageHeader(bytes) else { return .undecided }
    switch header.messageType {
    case .hello, .reverseHello: return .yes(.toServer)
    case .acknowledge, .error: return .yes(.toClient)
    default:
      guard expected || bytes.byteCount >= UAMessageHeader.size + 4 else { return .undecided }
      return .yes(header.messageType == .message ? direction(bytes) : nil)
    }
  }

  /// The direction, according to a message's service where that can be read.
  private static func direction(_ bytes: RawSpan) -> Direction? {
    guard bytes.byteCount >= UASymmetricHeader.size + 4 else { return nil }
    var reader = UAReader(bytes, at: UASymmetricHeader.size)
    let service = UAService(rawValue: reader.readServiceID())
    return service.isKnown ? (service.isRequest ? .toServer : .toClient) : nil
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let size = size(bytes) else { return refuse(bytes, &exchange) }
    guard size > 0, let header = UAMessageHeader(bytes) else { return .incomplete(UAMessageHeader.size) }
    guard exchange.canRead(size, of: bytes) else { return .incomplete(size) }
    let chunk = bytes.extracting(first: size)
    switch header.messageType {
    case .open: readOpening(chunk, &exchange)
    case .message, .close:
      // Nothing can be read if the capture truncated it within its headers.
      if let symmetric = UASymmetricHeader(chunk) { readSecured(chunk, header, symmetric, &exchange) }
    default: readConnection(chunk, header.messageType, &exchange)
    }
    return .message(chunk.byteCount)
  }

  /// Skips to the next place where a chunk can begin.
  private static func refuse(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    if let header = UAMessageHeader(bytes), header.messageType.isKnown, header.chunkType.isKnown {
      exchange.fault = Fault(
        .length, "MessageSize", seen: UInt64(header.messageSize), least: 16, most: UInt64(longestMessage))
    } else {
      exchange.fault = Fault(
        .framing, "MessageType", seen: UInt64(UAMessageHeader.beginning(bytes)), least: 0x4143_4B46, most: 0x5248_4546)
    }
    var skipped = 1
    while skipped < bytes.byteCount, size(bytes.from(skipped)) == nil { skipped += 1 }
    return .refused(skipped)
  }

  // MARK: Services

  /// Reads a message whose body begins at `start` in `bytes`.
  static func readService(
    _ bytes: RawSpan, at start: Int, request: UInt32, channel: UInt32, detail: NameID = .none, chunks: UInt32 = 1,
    _ exchange: inout Exchange
  ) {
    var reader = UAReader(bytes, at: start)
    let id = reader.readServiceID()
    let service = UAService(rawValue: id)
    var operation = Operation(
      exchange.dissector, service.action, service.isRequest ? .request : .response, code: id, name: service.name)
    operation.transaction = Int64(request)
    operation.facets[.channel] = channel
    if chunks > 1 { operation.facets[.chunks] = chunks }
    operation.detail = detail
    let size = UInt64(bytes.byteCount - start)
    guard service.isKnown else {
      operation.role = exchange.direction == .toServer ? .request : .response
      if reader.hasFailed {
        operation.fault = Fault(.truncated, "TypeId", seen: size, least: 2, most: UInt64(longestAssembled))
      }
      return exchange.operations.append(operation)
    }
    if service.isRequest {
      reader.skipRequestHeader()
      OPCUARequests.read(&reader, service, &operation, &exchange)
      exchange.ask(operation, mayStaySilent: service == .publishRequest || service == .closeChannelRequest)
    } else {
      operation.outcome = UAStatus.outcome(reader.readResponseHeader())
      tie(&operation, service, &exchange)
      if operation.outcome == .ok { OPCUAResponses.read(&reader, service, &operation, &exchange) }
    }
    if reader.hasFailed {
      operation.note(Fault(.truncated, "Service", seen: size, least: size + 1, most: UInt64(longestAssembled)))
    }
    if let unread = reader.unread { operation.note(unread) }
    exchange.operations.append(operation)
  }

  private static func tie(_ answer: inout Operation, _ service: UAService, _ exchange: inout Exchange) {
    guard let asked = exchange.waiting(transaction: answer.transaction, unit: -1) else {
      answer.pairing = .unasked
      return
    }
    answer.target = exchange[asked].operation.target
    if answer.detail == .none { answer.detail = exchange[asked].operation.detail }
    // A fault can answer any service.
    let isFitting = service == .fault || exchange[asked].operation.code == service.question
    if isFitting { answer.action = exchange[asked].operation.action }
    exchange.take(answer: &answer, to: asked)
    if !isFitting { answer.pairing = .mismatched }
  }
}
