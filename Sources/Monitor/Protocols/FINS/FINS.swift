// SPDX-License-Identifier: Apache-2.0

/// A FINS frame: Omron, Communications Commands Reference Manual (W342), 5-1-2.
///
///     0     1     2     3     4     5     6     7     8     9     10     11
///     +-----+-----+-----+-----+-----+-----+-----+-----+-----+-----+------+------+---- ... -+
///     | ICF | RSV | GCT | DNA | DA1 | DA2 | SNA | SA1 | SA2 | SID | MRC  | SRC  | text     |
///     +-----+-----+-----+-----+-----+-----+-----+-----+-----+-----+------+------+---- ... -+
///
/// Network, node and unit of the destination (D) and the source (S). The text of a response begins with the end code.
struct FINSFrame: ~Escapable {
  static let size = 12
  private let message: RawSpan
  /// Where the frame begins in its message.
  let start: Int

  /// The caller has seen that the message holds a header at `start`, and ends where the frame ends.
  @_lifetime(copy message)
  init(_ message: RawSpan, at start: Int) {
    self.message = message
    self.start = start
  }
  var count: Int { message.byteCount - start }
  func u8(_ offset: Int) -> UInt8 { message.u8(start + offset) }
  func u16(_ offset: Int) -> UInt16 { message.u16(start + offset) }
  @_lifetime(copy self)
  func bytes(_ offset: Int, _ count: Int) -> RawSpan { message.slice(start + offset, count) }

  /// ICF bit 6.
  var isResponse: Bool { u8(0) & 0x40 != 0 }
  /// ICF bit 0.
  var needsNoResponse: Bool { u8(0) & 1 != 0 }
  var command: FINSCommand { FINSCommand(rawValue: u16(10)) }
  /// Whether the fixed fields hold what W342 has them hold: ICF with its bit 7 and no reserved bit, RSV 0, no more than
  /// 7 gateways, nodes of a network.
  var isPlausible: Bool {
    u8(0) & 0x80 != 0 && u8(0) & 0x3E == 0 && u8(1) == 0 && u8(2) <= 7 && u8(3) <= 127 && u8(6) <= 127
  }
}

/// Omron FINS in UDP datagrams, and in TCP behind a header of its own (Omron, Ethernet Units Operation Manual W343,
/// 7-4):
///
///     0        4        8         12           16
///     +--------+--------+---------+------------+------ ... -+
///     | "FINS" | length | command | error code | FINS frame |
///     +--------+--------+---------+------------+------ ... -+
///
/// `length` counts from `command` on.
enum FINS: Dissector {
  static var name: StaticString { "fins" }
  static var selectors: [Selector] { [.udp(9600), .tcp(9600), .anyTCP, .anyUDP] }
  static var about: About { About("Omron FINS (UDP, TCP)", .full, "Omron W342, W343") }
  static var tcp: Carried { Carried(0, "fins-tcp", About("FINS/TCP connection", .full, "Omron W343, 7-4")) }
  static var carries: [Carried] { [tcp] }
  /// 2,012 bytes of frame (W343, 6-2) behind the header of TCP.
  static var longestMessage: Int { 16 + 2012 }

  private static let magic: UInt32 = 0x4649_4E53
  private static let tcpHeader = 16
  /// In place of the unit of a question to node 0.
  static let localNode: Int64 = -2

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    if bytes.byteCount >= 4, bytes.u32(0) == magic { return recogniseTCP(bytes) }
    if bytes.byteCount < 4 {
      for place in 0..<bytes.byteCount
      where bytes.u8(place) != UInt8(truncatingIfNeeded: magic >> (24 - 8 * UInt32(place))) {
        return .no
      }
      return .undecided
    }
    guard bytes.byteCount >= FINSFrame.size else { return .no }
    let frame = FINSFrame(bytes, at: 0)
    guard frame.isPlausible, frame.command.isKnown, bytes.byteCount <= longestMessage else { return .no }
    // By content alone, the text must fit its command too.
    if !expected {
      guard frame.u8(2) >= 2, hasShape(frame) else { return .no }
    }
    return .yes(frame.isResponse ? .toClient : .toServer)
  }

  private static func recogniseTCP(_ bytes: RawSpan) -> Recognition {
    guard bytes.byteCount >= tcpHeader else { return .undecided }
    let length = bytes.u32(4)
    let command = bytes.u32(8)
    guard 8...UInt32(longestMessage - 8) ~= length, command <= 6 else {
      return .broken(Fault(.length, "Length", seen: UInt64(length), least: 8, most: UInt64(longestMessage - 8)))
    }
    switch command {
    case 0: return .yes(.toServer)
    case 1: return .yes(.toClient)
    case 2 where bytes.byteCount >= tcpHeader + FINSFrame.size:
      return .yes(FINSFrame(bytes, at: tcpHeader).isResponse ? .toClient : .toServer)
    default: return .yes(nil)
    }
  }

  /// Whether a frame has a length that its command can have, and memory areas that there are.
  private static func hasShape(_ frame: borrowing FINSFrame) -> Bool {
    let text = frame.count - FINSFrame.size
    if frame.isResponse { return text >= 2 && frame.u16(12) & 0x7F3F <= 0x4001 }
    guard frame.command.requestText.contains(text) else { return false }
    switch frame.command {
    case .memoryAreaRead, .memoryAreaWrite, .memoryAreaFill, .memoryAreaTransfer:
      return FINSArea(rawValue: frame.u8(12)).place != nil
    case .multipleMemoryAreaRead:
      guard text % 4 == 0 else { return false }
      for offset in stride(from: 12, to: frame.count, by: 4)
      where FINSArea(rawValue: frame.u8(offset)).place == nil {
        return false
      }
      return true
    default: return true
    }
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    if exchange.isDatagram { return readDatagram(bytes, &exchange) }
    guard bytes.byteCount >= 4 else { return .incomplete(tcpHeader) }
    guard bytes.u32(0) == magic else {
      return refuse(bytes, Fault(.framing, "Header", seen: UInt64(bytes.u32(0)), expected: UInt64(magic)), &exchange)
    }
    guard bytes.byteCount >= tcpHeader else { return .incomplete(tcpHeader) }
    let length = Int(bytes.u32(4))
    guard 8...longestMessage - 8 ~= length else {
      let fault = Fault(.length, "Length", seen: UInt64(length), least: 8, most: UInt64(longestMessage - 8))
      return refuse(bytes, fault, &exchange)
    }
    let total = 8 + length
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    guard message.u32(8) == 2 else {
      connection(message, &exchange)
      return .message(message.byteCount)
    }
    guard message.byteCount >= tcpHeader + FINSFrame.size else {
      if exchange.isCut { return .message(message.byteCount) }
      exchange.fault = Fault(.length, "Length", seen: UInt64(length), least: 20, most: UInt64(longestMessage - 8))
      return .refused(total)
    }
    frame(message, at: tcpHeader, &exchange)
    return .message(message.byteCount)
  }

  private static func readDatagram(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= FINSFrame.size else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(
        .truncated, "FINS header", seen: UInt64(bytes.byteCount), least: 12, most: UInt64(longestMessage))
      return .refused(bytes.byteCount)
    }
    guard FINSFrame(bytes, at: 0).isPlausible else {
      exchange.fault = Fault(.framing, "ICF, RSV, GCT", seen: UInt64(bytes.u24(0)), least: 0x80_0000, most: 0xC1_0007)
      return .refused(bytes.byteCount)
    }
    frame(bytes, at: 0, &exchange)
    return .message(bytes.byteCount)
  }

  /// One pass to the next place where a header can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    var skipped = 1
    while skipped < bytes.byteCount, bytes.u8(skipped) != 0x46 { skipped += 1 }
    return .refused(skipped)
  }

  /// What the TCP header says by itself: node addresses are given out, a send failed, a connection is confirmed.
  private static func connection(_ message: RawSpan, _ exchange: inout Exchange) {
    let command = message.u32(8)
    let name: StaticString =
      switch command {
      case 0: "Client node address send"
      case 1: "Server node address send"
      case 3: "Frame send error notification"
      case 6: "Connection confirmation"
      default: "FINS/TCP command not in W343"
      }
    var operation = Operation(
      exchange.id(of: FINS.tcp), command <= 6 ? .session : .unknown, command == 0 ? .request : .response, code: command,
      name: name)
    if operation.role == .response {
      let error = message.u32(12)
      operation.outcome = error == 0 ? .ok : .error(code: error, name: "FINS/TCP error")
    }
    if message.byteCount >= 20 { operation.facets[.sourceNode] = message.u32(16) }
    if command == 0 {
      exchange.ask(operation)
    } else if command == 1, let asked = exchange.waiting(transaction: -1, unit: -1) {
      exchange.take(answer: &operation, to: asked)
    }
    exchange.operations.append(operation)
  }

  private static func frame(_ message: RawSpan, at start: Int, _ exchange: inout Exchange) {
    let frame = FINSFrame(message, at: start)
    let command = frame.command
    var operation = Operation(
      exchange.dissector, command.action, frame.isResponse ? .response : .request, code: UInt32(command.rawValue),
      name: command.name)
    operation.transaction = Int64(frame.u8(9))
    // The unit addressed: the destination of a request, the source of its response.
    let node = frame.isResponse ? 6 : 3
    operation.unit = Int64(frame.u8(node)) << 16 | Int64(frame.u8(node + 1)) << 8 | Int64(frame.u8(node + 2))
    operation.facets[.network] = UInt32(frame.u8(node))
    operation.facets[.destinationNode] = UInt32(frame.u8(4))
    operation.facets[.sourceNode] = UInt32(frame.u8(7))
    if frame.isResponse {
      FINSText.response(frame, command, &operation, &exchange)
    } else {
      FINSText.request(frame, command, &operation, &exchange)
      // Node 0 is the one that is asked, whatever its number: it answers with that. Those of a broadcast answer each
      // for itself.
      exchange.ask(
        operation, place: frame.u8(4) == 0 ? localNode : nil,
        mayStaySilent: frame.needsNoResponse || frame.u8(4) == 0xFF)
    }
    exchange.operations.append(operation)
  }
}
