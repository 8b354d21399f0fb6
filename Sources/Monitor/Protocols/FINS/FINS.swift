// SPDX-License-Identifier: Apache-2.0

/// Omron FINS: frames alone in UDP datagrams, and in TCP with a header of its own (`FINSHeader`, `FINSTCPHeader`).
enum FINS: Dissector {
  static var name: StaticString { "fins" }
  static var selectors: [Selector] { [.udp(9600), .tcp(9600), .anyTCP, .anyUDP] }
  static var about: About { About("Omron FINS (UDP, TCP)", .full, "Omron W342, W343") }
  static var tcp: Carried { Carried(0, "fins-tcp", About("FINS/TCP connection", .full, "Omron W343, 7-4")) }
  static var carries: [Carried] { [tcp] }
  static var longestMessage: Int { FINSTCPHeader.size + FINSHeader.longestFrame }

  /// In place of the unit of a question to node 0.
  static let localNode: Int64 = -2

  // MARK: Recognition

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    if FINSTCPHeader.hasMagic(bytes) { return recogniseTCP(bytes) }
    if bytes.byteCount < 4 {
      for place in 0..<bytes.byteCount
      where bytes.u8(place) != UInt8(truncatingIfNeeded: FINSTCPHeader.magic >> (24 - 8 * UInt32(place))) {
        return .no
      }
      return .undecided
    }
    guard let frame = FINSHeader(bytes), frame.isPlausible, frame.command.isKnown, bytes.byteCount <= longestMessage
    else { return .no }
    // Without a known port, the text must fit its command too.
    if !expected {
      guard frame.gatewayCount >= 2, hasShape(frame) else { return .no }
    }
    return .yes(frame.isResponse ? .toClient : .toServer)
  }

  private static func recogniseTCP(_ bytes: RawSpan) -> Recognition {
    guard let header = FINSTCPHeader(bytes) else { return .undecided }
    guard FINSTCPHeader.lengths ~= header.length, header.command.isKnown else { return .broken(lengthFault(header)) }
    switch header.command {
    case .clientNodeAddress: return .yes(.toServer)
    case .serverNodeAddress: return .yes(.toClient)
    case .frame:
      guard let frame = FINSHeader(bytes, at: FINSTCPHeader.size) else { return .yes(nil) }
      return .yes(frame.isResponse ? .toClient : .toServer)
    default: return .yes(nil)
    }
  }

  private static func lengthFault(_ header: borrowing FINSTCPHeader, least: UInt64? = nil) -> Fault {
    Fault(
      .length, "Length", seen: UInt64(header.length), least: least ?? UInt64(FINSTCPHeader.lengths.lowerBound),
      most: UInt64(FINSTCPHeader.lengths.upperBound))
  }

  /// Whether a frame has a length that its command can have, and memory areas that exist.
  private static func hasShape(_ frame: borrowing FINSHeader) -> Bool {
    if frame.isResponse { return frame.endCode.map { $0.rawValue <= FINSEndCode.highest.rawValue } ?? false }
    let text = frame.count - FINSHeader.size
    guard frame.command.requestText.contains(text) else { return false }
    switch frame.command {
    case .memoryAreaRead, .memoryAreaWrite, .memoryAreaFill, .memoryAreaTransfer:
      return FINSArea(rawValue: frame.u8(FINSText.MemoryArea.place)).place != nil
    case .multipleMemoryAreaRead:
      guard text % FINSText.Place.size == 0 else { return false }
      for offset in stride(from: FINSText.start, to: frame.count, by: FINSText.Place.size)
      where FINSArea(rawValue: frame.u8(offset)).place == nil {
        return false
      }
      return true
    default: return true
    }
  }

  // MARK: Reading

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    if exchange.isDatagram { return readDatagram(bytes, &exchange) }
    guard bytes.byteCount >= 4 else { return .incomplete(FINSTCPHeader.size) }
    guard FINSTCPHeader.hasMagic(bytes) else {
      let fault = Fault(
        .framing, "Header", seen: UInt64(bytes.u32(0)), expected: UInt64(FINSTCPHeader.magic))
      return refuse(bytes, fault, &exchange)
    }
    guard let header = FINSTCPHeader(bytes) else { return .incomplete(FINSTCPHeader.size) }
    guard FINSTCPHeader.lengths ~= header.length else { return refuse(bytes, lengthFault(header), &exchange) }
    guard exchange.canRead(header.total, of: bytes) else { return .incomplete(header.total) }
    guard header.command == .frame else {
      addConnection(header, &exchange)
      return .message(header.message.byteCount)
    }
    guard let frame = FINSHeader(header.message, at: FINSTCPHeader.size) else {
      let needed = FINSTCPHeader.size + FINSHeader.size
      // If the message is complete, its length field is wrong.
      guard header.message.byteCount == header.total else { return .incomplete(needed) }
      exchange.fault = lengthFault(header, least: UInt64(needed - 8))
      return .refused(header.total)
    }
    addFrame(frame, &exchange)
    return .message(header.message.byteCount)
  }

  private static func readDatagram(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let frame = FINSHeader(bytes) else {
      // Handled here and not by the reader, so the fault names the header.
      if exchange.isCut { return .incomplete(FINSHeader.size) }
      exchange.fault = Fault(
        .truncated, "FINS header", seen: UInt64(bytes.byteCount), least: UInt64(FINSHeader.size),
        most: UInt64(longestMessage))
      return .refused(bytes.byteCount)
    }
    guard frame.isPlausible else {
      exchange.fault = Fault(.framing, "ICF, RSV, GCT", seen: UInt64(bytes.u24(0)), least: 0x80_0000, most: 0xC1_0007)
      return .refused(bytes.byteCount)
    }
    addFrame(frame, &exchange)
    return .message(bytes.byteCount)
  }

  /// Skips to the next place where a header can begin, in a single pass.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    var skipped = 1
    while skipped < bytes.byteCount, bytes.u8(skipped) != FINSTCPHeader.firstByte { skipped += 1 }
    return .refused(skipped)
  }

  // MARK: Messages

  /// TCP header without a frame: node addresses are assigned, a send failed, or a connection is confirmed.
  private static func addConnection(_ header: borrowing FINSTCPHeader, _ exchange: inout Exchange) {
    let command = header.command
    var operation = Operation(
      exchange.id(of: FINS.tcp), command.isKnown ? .session : .unknown,
      command == .clientNodeAddress ? .request : .response, code: command.rawValue, name: command.name)
    if operation.role == .response {
      let error = header.errorCode
      operation.outcome = error == 0 ? .ok : .error(code: error, name: "FINS/TCP error")
    }
    if let node = header.clientNode { operation.facets[.sourceNode] = node }
    if command == .clientNodeAddress {
      exchange.ask(operation)
    } else if command == .serverNodeAddress, let asked = exchange.waiting(transaction: -1, unit: -1) {
      exchange.take(answer: &operation, to: asked)
    }
    exchange.operations.append(operation)
  }

  @inline(__always)
  static func fillNodes(_ frame: borrowing FINSHeader, _ facets: inout Facets) {
    facets[.network] = UInt32(frame.addressed.network)
    facets[.destinationNode] = UInt32(frame.destination.node)
    facets[.sourceNode] = UInt32(frame.source.node)
  }

  private static func addFrame(_ frame: borrowing FINSHeader, _ exchange: inout Exchange) {
    let command = frame.command
    let destination = frame.destination
    var operation = Operation(
      exchange.dissector, command.action, frame.isResponse ? .response : .request, code: UInt32(command.rawValue),
      name: command.name)
    operation.transaction = Int64(frame.serviceID)
    operation.unit = frame.addressed.bits
    fillNodes(frame, &operation.facets)
    if frame.isResponse {
      FINSResponses.read(frame, command, &operation, &exchange)
    } else {
      FINSRequests.read(frame, command, &operation, &exchange)
      // A node addressed as 0 responds with its own number. Each node responds to a broadcast by itself.
      exchange.ask(
        operation, place: destination.node == FINSAddress.localNode ? localNode : nil,
        mayStaySilent: frame.needsNoResponse || destination.node == FINSAddress.broadcastNode)
    }
    exchange.operations.append(operation)
  }
}
