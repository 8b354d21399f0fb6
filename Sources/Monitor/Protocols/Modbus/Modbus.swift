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
  /// MODBUS Application Protocol Specification V1.1b3, clause 4.1, has 260 bytes: 7 of header and 253 of PDU; UMAS has
  /// longer ones.
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
    // By content alone the whole message must make sense, and what follows must go on in the same way.
    return pdu.isBeyondDoubt && canBegin(bytes.from(header.messageLength)) ? .yes(pdu.direction) : .no
  }

  /// One message that ends where the bytes end, whatever its function code: on a Modbus port a malformed message, not
  /// another protocol.
  private static func isWhole(_ bytes: RawSpan) -> Bool {
    guard let header = ModbusHeader(bytes) else { return false }
    return header.isModbus && header.hasLength && header.messageLength == bytes.byteCount
  }

  /// What is wrong with a header that is right but for one field, before a function the specification describes: a
  /// length no message has, or another protocol number before what is otherwise a whole request or response.
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

  /// Whether the bytes can be the beginning of a message, as far as they go; true for no bytes.
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

  /// Less than a header and a function code.
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

  /// Skips to where the next message can begin. One pass over the bytes: what is skipped is not looked at again.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    // A datagram has one beginning; what follows garbage in it is garbage.
    guard !exchange.isDatagram else { return .refused(bytes.byteCount) }
    var skipped = 1
    while skipped < bytes.byteCount, !canResume(bytes.from(skipped)) { skipped += 1 }
    return .refused(skipped)
  }

  /// `canBegin`, and a whole message must also have its function's shape; one of an unknown function must be followed
  /// by another message or by nothing.
  private static func canResume(_ bytes: RawSpan) -> Bool {
    guard canBegin(bytes) else { return false }
    guard let header = ModbusHeader(bytes) else { return true }
    guard bytes.byteCount >= header.messageLength else { return header.function.isPublic }
    let pdu = header.pdu
    guard pdu.function.isPublic else { return canBegin(bytes.from(header.messageLength)) }
    return pdu.fitAsRequest > .none || pdu.fitAsResponse > .none
  }
}
