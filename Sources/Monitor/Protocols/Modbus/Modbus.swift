// SPDX-License-Identifier: Apache-2.0

/// Modbus/TCP, and the same messages in UDP datagrams.
enum Modbus: Dissector {
  static var name: StaticString { "modbus" }
  static var selectors: [Selector] { [.tcp(502), .udp(502), .anyTCP, .anyUDP] }
  static var about: About {
    About("Modbus/TCP and Modbus/UDP", .full, "MODBUS Application Protocol V1.1b3, Messaging on TCP/IP V1.0b")
  }
  static var umas: Carried { Carried(0, "umas", UMAS.about) }
  static var carries: [Carried] { [umas] }
  /// MODBUS Application Protocol Specification V1.1b3, clause 4.1, allows 260 bytes: a 7-byte header and a 253-byte
  /// PDU; UMAS messages are longer.
  static var longestMessage: Int { ModbusHeader.longestMessage }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard canBegin(bytes) || expected && isWhole(bytes) else {
      return expected ? broken(bytes).map(Recognition.broken) ?? .no : .no
    }
    guard let header = ModbusHeader(bytes) else { return .undecided }
    guard bytes.byteCount >= header.messageLength else {
      let function = header.function
      return expected ? .yes(nil) : function.isPublic || function == .unity ? .undecided : .no
    }
    let pdu = header.pdu
    if expected { return .yes(pdu.direction) }
    // Without a known port, the whole message must make sense, and what follows must look like another message.
    return pdu.isBeyondDoubt && canBegin(bytes.from(header.messageLength)) ? .yes(pdu.direction) : .no
  }

  /// One message that ends where the bytes end, whatever its function code: on a Modbus port this is a malformed
  /// message, not another protocol.
  private static func isWhole(_ bytes: RawSpan) -> Bool {
    guard let header = ModbusHeader(bytes) else { return false }
    return header.isModbus && header.hasLength && header.messageLength == bytes.byteCount
  }

  /// The fault of a header with exactly one wrong field, before a function in the specification: a length that no
  /// message has, or another protocol number before an otherwise complete request or response.
  private static func broken(_ bytes: RawSpan) -> Fault? {
    guard let header = ModbusHeader(bytes), header.function.isPublic else { return nil }
    if header.isModbus {
      return header.functionCode < 0x80 && !header.hasLength ? lengthFault(header.length) : nil
    }
    guard ModbusHeader.lengths ~= header.length, header.messageLength == bytes.byteCount else { return nil }
    let pdu = header.pdu
    guard pdu.fitAsRequest == .exact || pdu.fitAsResponse == .exact else { return nil }
    return protocolFault(header.protocolIdentifier)
  }

  /// Whether the available bytes can be the beginning of a message; true if there are none.
  private static func canBegin(_ bytes: RawSpan) -> Bool {
    if let header = ModbusHeader(bytes) { return header.isPlausible }
    return ModbusPartialHeader(bytes).isPlausible
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let header = ModbusHeader(bytes) else { return readBeginning(bytes, &exchange) }
    guard header.isModbus else { return refuse(bytes, protocolFault(header.protocolIdentifier), &exchange) }
    guard header.hasLength else { return refuse(bytes, lengthFault(header.length), &exchange) }
    let total = header.messageLength
    guard exchange.canRead(total, of: bytes) else {
      guard exchange.isDatagram else { return .incomplete(total) }
      exchange.fault = Fault(
        .truncated, "Length", seen: UInt64(header.length), least: 2, most: UInt64(bytes.byteCount - 6))
      return .refused(bytes.byteCount)
    }
    exchange.add(
      header.pdu, unit: Int64(header.unitIdentifier), transaction: Int64(header.transactionIdentifier))
    return .message(min(total, bytes.byteCount))
  }

  /// Reads of coils, inputs and registers (V1.1b3, 6.1 to 6.4), and their answers.
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard let header = ModbusHeader(bytes), header.isModbus, header.messageLength == bytes.byteCount,
      exchange.isDirectionCertain
    else { return false }
    return exchange.glance(
      header.pdu, unit: Int64(header.unitIdentifier), transaction: Int64(header.transactionIdentifier))
  }

  /// The message ends before its function code.
  private static func readBeginning(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    if exchange.isDatagram {
      exchange.fault = Fault(.truncated, "MBAP header", seen: UInt64(bytes.byteCount), least: 8, most: 260)
      return .refused(max(1, bytes.byteCount))
    }
    let header = ModbusPartialHeader(bytes)
    if header.isPlausible { return .incomplete(header.needed) }
    let fault =
      header.isModbus ? lengthFault(header.length ?? 0) : protocolFault(header.protocolIdentifier ?? 0)
    return refuse(bytes, fault, &exchange)
  }

  private static func protocolFault(_ seen: UInt16) -> Fault {
    Fault(.framing, "Protocol Identifier", seen: UInt64(seen), expected: 0)
  }
  private static func lengthFault(_ seen: UInt16) -> Fault {
    Fault(.length, "Length", seen: UInt64(seen), least: 2, most: 254)
  }

  /// Skips to where the next message can begin, in a single pass: skipped bytes are not examined again.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    // A datagram starts with a message; after garbage there is no place to resume.
    guard !exchange.isDatagram else { return .refused(bytes.byteCount) }
    var skipped = 1
    while skipped < bytes.byteCount, !canResume(bytes.from(skipped)) { skipped += 1 }
    return .refused(skipped)
  }

  /// As `canBegin`, but a whole message must also have its function's layout, and one with an unknown function must be
  /// followed by another message or by nothing.
  private static func canResume(_ bytes: RawSpan) -> Bool {
    guard canBegin(bytes) else { return false }
    guard let header = ModbusHeader(bytes) else { return true }
    guard bytes.byteCount >= header.messageLength else { return header.function.isPublic }
    let pdu = header.pdu
    guard pdu.function.isPublic else { return canBegin(bytes.from(header.messageLength)) }
    return pdu.fitAsRequest > .none || pdu.fitAsResponse > .none
  }
}
