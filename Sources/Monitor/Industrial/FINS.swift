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
  /// Whether the fixed fields hold what W342 has them hold: ICF with its bit 7 and no reserved bit, RSV 0, no more than 7 gateways, nodes of a network.
  var isPlausible: Bool {
    u8(0) & 0x80 != 0 && u8(0) & 0x3E == 0 && u8(1) == 0 && u8(2) <= 7 && u8(3) <= 127 && u8(6) <= 127
  }
}

/// Omron FINS in UDP datagrams, and in TCP behind a header of its own (Omron, Ethernet Units Operation Manual W343, 7-4):
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
  static var carries: [Carried] {
    [Carried("fins-tcp", About("FINS/TCP connection", .full, "Omron W343, 7-4"))]
  }
  /// 2,012 bytes of frame (W343, 6-2) behind the header of TCP.
  static var longestMessage: Int { 16 + 2012 }

  private static let magic: UInt32 = 0x4649_4E53
  private static let tcpHeader = 16

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    if bytes.byteCount >= 4, bytes.u32(0) == magic { return recogniseTCP(bytes) }
    let known: [UInt8] = [0x46, 0x49, 0x4E, 0x53]
    if bytes.byteCount < 4 {
      for place in 0..<bytes.byteCount where bytes.u8(place) != known[place] { return .no }
      return .undecided
    }
    guard bytes.byteCount >= FINSFrame.size else { return .no }
    let frame = FINSFrame(bytes, at: 0)
    guard frame.isPlausible, frame.command.isKnown, bytes.byteCount <= longestMessage else { return .no }
    // By content alone, the text must fit its command too, and somebody must be addressed.
    if !expected {
      guard frame.count >= (frame.isResponse ? 14 : 12), frame.u8(9) != 0 || frame.u8(4) != 0, frame.u8(2) >= 2,
        hasShape(frame)
      else { return .no }
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

  /// Whether a frame has the length its command gives it; only of commands whose text has one.
  private static func hasShape(_ frame: borrowing FINSFrame) -> Bool {
    if frame.isResponse { return FINSEndCode(rawValue: frame.u16(12)).rawValue <= 0x4001 }
    switch frame.command {
    case .memoryAreaRead: return frame.count == 18 && FINSArea(rawValue: frame.u8(12)).place != nil
    case .memoryAreaWrite: return frame.count > 18 && FINSArea(rawValue: frame.u8(12)).place != nil
    case .controllerDataRead: return frame.count <= 13
    default: return frame.count <= 40
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
    guard bytes.byteCount >= total || exchange.isCut else { return .incomplete(total) }
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
      exchange.carried[0], command <= 6 ? .session : .unknown, command == 0 ? .request : .response, code: command,
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
      response(frame, command, &operation, &exchange)
    } else {
      request(frame, command, &operation, &exchange)
      if exchange.isCut { operation.fault = nil }
      exchange.ask(operation, mayStaySilent: frame.needsNoResponse)
    }
    if exchange.isCut { operation.fault = nil }
    exchange.operations.append(operation)
  }

  private static func request(
    _ frame: borrowing FINSFrame, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .memoryAreaRead, .memoryAreaWrite, .memoryAreaFill:
      guard frame.count >= 18 else {
        return operation.note(Fault(.length, "Command text", seen: UInt64(frame.count - 12), least: 6, most: 2000))
      }
      let (target, width) = place(frame, at: 12, count: UInt32(frame.u16(16)), &operation)
      operation.target = target
      guard command != .memoryAreaRead else { return }
      let count = command == .memoryAreaFill ? 1 : Int(target.count)
      operation.values = values(frame, at: 18, count, width)
      if command == .memoryAreaWrite, frame.count - 18 != count * width {
        operation.note(
          Fault(.length, "Number of items", seen: UInt64(frame.count - 18), expected: UInt64(count * width)))
      }
    case .memoryAreaTransfer:
      guard frame.count >= 22 else {
        return operation.note(Fault(.length, "Command text", seen: UInt64(frame.count - 12), expected: 10))
      }
      operation.target = place(frame, at: 12, count: UInt32(frame.u16(20)), &operation).target
      operation.written = place(frame, at: 16, count: UInt32(frame.u16(20)), &operation).target
    case .multipleMemoryAreaRead: several(frame, from: 12, step: 4, &operation, &exchange)
    case .forcedSetReset:
      guard frame.count >= 14 else { return }
      // Number of bits, then for each: set or reset, area, address, bit.
      several(frame, from: 16, step: 6, &operation, &exchange)
      operation.values = Values(.uint16, at: frame.start + 14, 1, end: frame.start + frame.count)
    case FINSCommand(rawValue: 0x0201), FINSCommand(rawValue: 0x0202), FINSCommand(rawValue: 0x0203):
      guard frame.count >= 18 else { return }
      operation.target = Target(
        area: .parameterArea, number: UInt32(frame.u16(12)), address: UInt64(frame.u16(14)),
        count: UInt32(frame.u16(16) & 0x7FFF))
    case FINSCommand(rawValue: 0x0306), FINSCommand(rawValue: 0x0307), FINSCommand(rawValue: 0x0308):
      guard frame.count >= 20 else { return }
      operation.isFetch = command.rawValue == 0x0306
      operation.target = Target(
        area: .programArea, number: UInt32(frame.u16(12)),
        address: UInt64(frame.u16(14)) << 16 | UInt64(frame.u16(16)), count: UInt32(frame.u16(18) & 0x7FFF))
    case FINSCommand(rawValue: 0x0401), FINSCommand(rawValue: 0x0402):
      // Program number, mode: 2 is MONITOR, 4 RUN.
      if frame.count >= 15 { operation.facets[.mode] = UInt32(frame.u8(14)) }
    case FINSCommand(rawValue: 0x0702):
      // Year, month, day, hour, minute, second in BCD.
      operation.values = Values(.uint8, at: frame.start + 12, 7, end: frame.start + frame.count)
    case FINSCommand(rawValue: 0x2202), FINSCommand(rawValue: 0x2203):
      // Disk number, then eight characters, a dot, three characters.
      guard frame.count >= 26 else { return }
      operation.target = Target(area: .fileName, count: 1, name: exchange.name(frame.bytes(14, 12).trimmed))
    default: break
    }
  }

  private static func response(
    _ frame: borrowing FINSFrame, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    if frame.count >= 14 {
      let end = FINSEndCode(rawValue: frame.u16(12))
      operation.outcome = end.rawValue == 0 ? .ok : .error(code: UInt32(end.rawValue), name: end.name)
    } else {
      operation.note(Fault(.length, "End code", seen: UInt64(frame.count - 12), least: 2, most: 2000))
    }
    _ = exchange.tie(&operation)
    guard operation.outcome == .ok else { return }
    switch command {
    case .memoryAreaRead:
      let count = operation.pairing == .answered ? Int(operation.target.count) : .max
      operation.values = values(frame, at: 14, count, operation.target.bit >= 0 ? 1 : 2)
    case .controllerDataRead:
      // Twenty characters of model, twenty of version.
      guard frame.count >= 54 else { return }
      var report = IdentityReport()
      report.knownVendor = "Omron"
      report.model = exchange.name(frame.bytes(14, 20).trimmed)
      report.firmware = exchange.name(frame.bytes(34, 20).trimmed)
      exchange.identities.append(report)
    case FINSCommand(rawValue: 0x0601):
      // Status, mode, errors.
      operation.values = Values(.uint8, at: frame.start + 14, 6, end: frame.start + frame.count)
    case FINSCommand(rawValue: 0x0701):
      operation.values = Values(.uint8, at: frame.start + 14, 7, end: frame.start + frame.count)
    default: break
    }
  }

  /// Several places of four bytes, `step` apart: the first is the target, the others further ones.
  private static func several(
    _ frame: borrowing FINSFrame, from first: Int, step: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var offset = first
    while offset + 4 <= frame.count {
      let target = place(frame, at: offset, count: 1, &operation).target
      exchange.add(target, to: &operation, isFirst: offset == first)
      offset += step
    }
  }

  /// Area code, word address, bit: what they name, and the bytes of one item.
  private static func place(
    _ frame: borrowing FINSFrame, at offset: Int, count: UInt32, _ operation: inout Operation
  ) -> (target: Target, width: Int) {
    let code = FINSArea(rawValue: frame.u8(offset))
    guard let place = code.place else {
      operation.note(Fault(.code, "Memory area code", seen: UInt64(code.rawValue), least: 0, most: 0xF2))
      return (.none, 2)
    }
    var area = place.area
    var address = UInt64(frame.u16(offset + 1))
    // Counters share the codes of timers, from 8000 hexadecimal on.
    if area == .tim, address >= 0x8000 {
      area = .cnt
      address -= 0x8000
    }
    let bit: Int8 =
      place.isBit && area != .tim && area != .cnt ? Int8(truncatingIfNeeded: frame.u8(offset + 3) & 15) : -1
    return (Target(area: area, number: place.bank, address: address, count: count, bit: bit), place.width)
  }

  private static func values(_ frame: borrowing FINSFrame, at offset: Int, _ count: Int, _ width: Int) -> Values {
    let format: Values.Format = width == 1 ? .uint8 : width == 4 ? .uint32 : .uint16
    return Values(format, at: frame.start + offset, count, end: frame.start + frame.count)
  }
}
