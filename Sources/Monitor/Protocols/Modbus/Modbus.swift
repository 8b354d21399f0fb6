// SPDX-License-Identifier: Apache-2.0

/// Modbus application header (MBAP), MODBUS Messaging on TCP/IP Implementation Guide V1.0b, clause 3.1.3.
///
///     0             2          4        6      7
///     +-------------+----------+--------+------+--------- ... -+
///     | transaction | protocol | length | unit | PDU           |
///     +-------------+----------+--------+------+--------- ... -+
///
/// `length` counts the unit and the PDU.
struct ModbusHeader: ~Escapable {
  static let size = 7
  /// The unit and a function code at least; at most the unit and the longest PDU (253 bytes).
  static let lengths: ClosedRange<UInt16> = 2...254
  /// What is framed all the same: Schneider's UMAS (function code 90) has longer messages. Its specification is not public; blocks of 1,022 bytes of
  /// program were seen, and Stormshield's SNS, which inspects it, takes up to 1,480 bytes unless told otherwise (its manual, "SCADA: UMAS").
  static let longestLengths: ClosedRange<UInt16> = 2...1480
  private static let umas: UInt8 = 90
  /// Whether a length may stand before this function code, exception bit included.
  @inline(__always)
  static func isLength(_ length: UInt16, before code: UInt8) -> Bool {
    lengths ~= length || code & 0x7F == umas && longestLengths ~= length
  }
  private let bytes: RawSpan

  /// The caller has seen that `bytes` holds a header.
  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  var transaction: UInt16 { bytes.u16(0) }
  /// 0 is Modbus.
  var `protocol`: UInt16 { bytes.u16(2) }
  var length: UInt16 { bytes.u16(4) }
  var unit: UInt8 { bytes.u8(6) }
}

/// Modbus/TCP, and the same messages in UDP datagrams.
enum Modbus: Dissector {
  static var name: StaticString { "modbus" }
  static var selectors: [Selector] { [.tcp(502), .udp(502), .anyTCP, .anyUDP] }
  static var about: About {
    About("Modbus/TCP and Modbus/UDP", .full, "MODBUS Application Protocol V1.1b3, Messaging on TCP/IP V1.0b")
  }
  static var umas: Carried { Carried(0, "umas", UMAS.about) }
  static var carries: [Carried] { [umas] }
  /// MODBUS Application Protocol Specification V1.1b3, clause 4.1, has 260 bytes: 7 of header and 253 of PDU; UMAS has longer ones.
  static var longestMessage: Int { 6 + Int(ModbusHeader.longestLengths.upperBound) }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard canBegin(bytes) || expected && isWhole(bytes) else {
      return expected ? broken(bytes).map(Recognition.broken) ?? .no : .no
    }
    guard bytes.byteCount > ModbusHeader.size else { return .undecided }
    let total = 6 + Int(ModbusHeader(bytes).length)
    guard bytes.byteCount >= total else {
      let function = ModbusFunction(rawValue: bytes.u8(7) & 0x7F)
      return expected ? .yes(nil) : function.isPublic || function == .unity ? .undecided : .no
    }
    let pdu = ModbusPDU(bytes.extracting(first: total), at: ModbusHeader.size)
    if expected { return .yes(pdu.direction) }
    // By content alone the whole message must make sense, and what follows must go on in the same way.
    return pdu.isBeyondDoubt && canBegin(bytes.from(total)) ? .yes(pdu.direction) : .no
  }

  /// One message that ends where the bytes end, whatever its function code: on a Modbus port a malformed message, not another protocol.
  private static func isWhole(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount > ModbusHeader.size else { return false }
    let header = ModbusHeader(bytes)
    return header.protocol == 0 && ModbusHeader.isLength(header.length, before: bytes.u8(7))
      && 6 + Int(header.length) == bytes.byteCount
  }

  /// What is wrong with a header that is right but for one field, before a function the specification describes: a length no message has, or
  /// another protocol number before what is otherwise a whole request or answer.
  private static func broken(_ bytes: RawSpan) -> Fault? {
    guard bytes.byteCount > ModbusHeader.size else { return nil }
    let header = ModbusHeader(bytes)
    let code = bytes.u8(7)
    guard ModbusFunction(rawValue: code & 0x7F).isPublic else { return nil }
    if header.protocol == 0 {
      guard code < 0x80, !ModbusHeader.isLength(header.length, before: code) else { return nil }
      return Fault(.length, "Length", seen: UInt64(header.length), least: 2, most: 254)
    }
    guard ModbusHeader.lengths ~= header.length, 6 + Int(header.length) == bytes.byteCount else { return nil }
    let pdu = ModbusPDU(bytes, at: ModbusHeader.size)
    guard pdu.fitAsRequest == .exact || pdu.fitAsResponse == .exact else { return nil }
    return Fault(.framing, "Protocol Identifier", seen: UInt64(header.protocol), expected: 0)
  }

  /// Whether the bytes can be the beginning of a message, as far as they go; true for no bytes.
  private static func canBegin(_ bytes: RawSpan) -> Bool {
    if bytes.byteCount > ModbusHeader.size {
      let header = ModbusHeader(bytes)
      let code = bytes.u8(7)
      return header.protocol == 0 && ModbusHeader.isLength(header.length, before: code) && code & 0x7F != 0
        && (code < 0x80 || header.length == 3)
    }
    if bytes.byteCount > 2, bytes.u8(2) != 0 { return false }
    if bytes.byteCount > 3, bytes.u8(3) != 0 { return false }
    if bytes.byteCount > 4, bytes.u8(4) > ModbusHeader.longestLengths.upperBound >> 8 { return false }
    if bytes.byteCount > 5, !(ModbusHeader.longestLengths ~= bytes.u16(4)) { return false }
    return true
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount > ModbusHeader.size else { return readBeginning(bytes, &exchange) }
    let header = ModbusHeader(bytes)
    guard header.protocol == 0 else {
      let fault = Fault(.framing, "Protocol Identifier", seen: UInt64(header.protocol), expected: 0)
      return refuse(bytes, fault, &exchange)
    }
    guard ModbusHeader.isLength(header.length, before: bytes.u8(7)) else {
      return refuse(bytes, Fault(.length, "Length", seen: UInt64(header.length), least: 2, most: 254), &exchange)
    }
    let total = 6 + Int(header.length)
    guard bytes.byteCount >= total else {
      if exchange.isCut {
        exchange.add(
          ModbusPDU(bytes, at: ModbusHeader.size), unit: Int64(header.unit), transaction: Int64(header.transaction))
        return .message(bytes.byteCount)
      }
      guard exchange.isDatagram else { return .incomplete(total) }
      exchange.fault = Fault(
        .truncated, "Length", seen: UInt64(header.length), least: 2, most: UInt64(bytes.byteCount - 6))
      return .refused(bytes.byteCount)
    }
    let pdu = ModbusPDU(bytes.extracting(first: total), at: ModbusHeader.size)
    exchange.add(pdu, unit: Int64(header.unit), transaction: Int64(header.transaction))
    return .message(total)
  }

  /// Less than a header and a function code.
  private static func readBeginning(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    if exchange.isDatagram {
      exchange.fault = Fault(.truncated, "MBAP header", seen: UInt64(bytes.byteCount), least: 8, most: 260)
      return .refused(max(1, bytes.byteCount))
    }
    if canBegin(bytes) {
      let needed = bytes.byteCount > 5 ? 6 + Int(bytes.u16(4)) : ModbusHeader.size + 1
      return .incomplete(needed)
    }
    let isForeign = bytes.u8(2) != 0 || bytes.byteCount > 3 && bytes.u8(3) != 0
    let fault =
      isForeign
      ? Fault(
        .framing, "Protocol Identifier", seen: bytes.byteCount > 3 ? UInt64(bytes.u16(2)) : UInt64(bytes.u8(2)) << 8,
        expected: 0)
      : Fault(
        .length, "Length", seen: bytes.byteCount > 5 ? UInt64(bytes.u16(4)) : UInt64(bytes.u8(4)) << 8, least: 2,
        most: 254)
    return refuse(bytes, fault, &exchange)
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

  /// `canBegin`, and a whole message must also have its function's shape; one of an unknown function must be followed by another message or
  /// by nothing.
  private static func canResume(_ bytes: RawSpan) -> Bool {
    guard canBegin(bytes) else { return false }
    guard bytes.byteCount > ModbusHeader.size else { return true }
    let total = 6 + Int(ModbusHeader(bytes).length)
    guard bytes.byteCount >= total else { return ModbusFunction(rawValue: bytes.u8(7) & 0x7F).isPublic }
    let pdu = ModbusPDU(bytes.extracting(first: total), at: ModbusHeader.size)
    guard pdu.function.isPublic else { return canBegin(bytes.from(total)) }
    return pdu.fitAsRequest > .none || pdu.fitAsResponse > .none
  }
}
