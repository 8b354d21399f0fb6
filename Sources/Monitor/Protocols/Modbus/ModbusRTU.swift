// SPDX-License-Identifier: Apache-2.0

/// A Modbus RTU frame as serial gateways pass it through TCP, MODBUS over Serial Line V1.02, clause 2.5.1.
///
///     0         1     ...         n-2      n
///     +---------+------- ... -----+--------+
///     | address | PDU             | CRC    |
///     +---------+------- ... -----+--------+
///
/// On the wire silence ends a frame; in a byte stream only the function's own length and the CRC tell.
enum ModbusRTU: Dissector {
  static var name: StaticString { "modbus" }
  static var selectors: [Selector] { [.tcp(502), .unclaimedTCP] }
  static var about: About { About("Modbus RTU in TCP", .full, "MODBUS over Serial Line V1.02") }
  /// Clause 2.5.1.
  static var longestMessage: Int { 256 }
  /// Address, function code, CRC.
  private static let shortest = 4

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= 2 else { return .undecided }
    let function = ModbusFunction(rawValue: bytes.u8(1) & 0x7F)
    // 248 to 255 are reserved addresses (clause 2.2).
    guard bytes.u8(0) <= 247, function.rawValue != 0, expected || function.isPublic else { return .no }
    let lengths = lengths(bytes)
    if let length = framed(bytes, lengths.request, lengths.response) {
      let pdu = pdu(bytes, length)
      if pdu.isBeyondDoubt || expected && !function.isPublic { return .yes(pdu.direction) }
      return .no
    }
    return awaited(bytes, lengths.request) != nil || awaited(bytes, lengths.response) != nil ? .undecided : .no
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= shortest else {
      guard exchange.isDatagram else { return .incomplete(shortest) }
      exchange.fault = Fault(.truncated, "RTU frame", seen: UInt64(bytes.byteCount), least: 4, most: 256)
      return .refused(max(1, bytes.byteCount))
    }
    let lengths = lengths(bytes)
    let isRequest = exchange.direction == .toServer
    let likely = isRequest ? lengths.request : lengths.response
    let other = isRequest ? lengths.response : lengths.request
    if let length = framed(bytes, likely, other) {
      exchange.add(pdu(bytes, length), unit: Int64(bytes.u8(0)), transaction: -1)
      return .message(length)
    }
    if likely == .open, let length = firstRight(bytes) {
      exchange.add(pdu(bytes, length), unit: Int64(bytes.u8(0)), transaction: -1)
      return .message(length)
    }
    if !exchange.isDatagram {
      if let length = awaited(bytes, likely) { return .incomplete(length) }
      if !exchange.isDirectionCertain, let length = awaited(bytes, other) { return .incomplete(length) }
    }
    return refuse(bytes, likely, &exchange)
  }

  /// No length made the CRC right. Skips the frame as its function measures it if another one stands behind it, otherwise
  /// everything: gateways send a frame a segment, so that the next segment is the next chance.
  private static func refuse(_ bytes: RawSpan, _ likely: Length, _ exchange: inout Exchange) -> Step {
    guard case .bytes(let length) = likely, length <= bytes.byteCount else {
      exchange.fault = Fault(.framing, "Function code", seen: UInt64(bytes.u8(1)), least: 1, most: 127)
      return .refused(bytes.byteCount)
    }
    exchange.fault = Fault(
      .checksum, "CRC", seen: UInt64(bytes.u16LE(length - 2)),
      expected: UInt64(checksum(bytes.extracting(first: length - 2))))
    let rest = bytes.from(length)
    guard rest.byteCount >= shortest else { return .refused(bytes.byteCount) }
    let next = lengths(rest)
    return .refused(framed(rest, next.request, next.response) == nil ? bytes.byteCount : length)
  }

  /// The PDU of the frame of `length` bytes at the front.
  @_lifetime(copy bytes)
  private static func pdu(_ bytes: RawSpan, _ length: Int) -> ModbusPDU {
    ModbusPDU(bytes.extracting(first: length - 2), at: 1)
  }
}

/// How long a frame is: its function code and direction tell.
extension ModbusRTU {
  private enum Length: Equatable {
    case bytes(Int)
    /// The byte that tells is not there yet; so many must be.
    case needs(Int)
    /// The function leaves the length open: all there is, if the CRC says so.
    case open
    case impossible
  }

  /// The length of the frame at the front as a request and as an answer, address and CRC included.
  private static func lengths(_ bytes: RawSpan) -> (request: Length, response: Length) {
    guard bytes.byteCount >= 2 else { return (.needs(2), .needs(2)) }
    switch bytes.u8(1) {
    case 0: return (.impossible, .impossible)
    case 1...4: return (.bytes(8), counted(bytes, at: 2))
    case 5, 6: return (.bytes(8), .bytes(8))
    case 7: return (.bytes(4), .bytes(5))
    case 8:
      // Only Return Query Data is open; the others have one data word.
      guard bytes.byteCount >= 4 else { return (.needs(4), .needs(4)) }
      let length = bytes.u16(2) != 0 || bytes.byteCount < 8 ? Length.bytes(8) : .open
      return (length, length)
    case 11: return (.bytes(4), .bytes(8))
    case 12, 17: return (.bytes(4), counted(bytes, at: 2))
    case 15, 16: return (counted(bytes, at: 6), .bytes(8))
    case 20, 21: return (counted(bytes, at: 2), counted(bytes, at: 2))
    case 22: return (.bytes(10), .bytes(10))
    case 23: return (counted(bytes, at: 10), counted(bytes, at: 2))
    case 24:
      guard bytes.byteCount >= 4 else { return (.bytes(6), .needs(4)) }
      return (.bytes(6), bounded(6 + Int(bytes.u16(2))))
    case 43:
      guard bytes.byteCount >= 3 else { return (.needs(3), .needs(3)) }
      return bytes.u8(2) == 14 ? (.bytes(7), objects(bytes)) : (.open, .open)
    case 128...255: return (.impossible, .bytes(5))
    default: return (.open, .open)
    }
  }

  private static func bounded(_ length: Int) -> Length { length <= longestMessage ? .bytes(length) : .impossible }

  /// So many bytes behind the byte count at `offset`, and the CRC.
  private static func counted(_ bytes: RawSpan, at offset: Int) -> Length {
    guard bytes.byteCount > offset else { return .needs(offset + 1) }
    return bounded(offset + 1 + Int(bytes.u8(offset)) + 2)
  }

  /// The objects of a device identification, each with its own length.
  private static func objects(_ bytes: RawSpan) -> Length {
    guard bytes.byteCount >= 8 else { return .needs(8) }
    var offset = 8
    for _ in 0..<bytes.u8(7) {
      guard offset + 2 <= longestMessage else { return .impossible }
      guard bytes.byteCount >= offset + 2 else { return .needs(offset + 2) }
      offset += 2 + Int(bytes.u8(offset + 1))
    }
    return bounded(offset + 2)
  }

  /// How many bytes there must be before one can tell more; nil where more bytes do not help. A frame of open length is not waited for.
  private static func awaited(_ bytes: RawSpan, _ length: Length) -> Int? {
    switch length {
    case .bytes(let needed), .needs(let needed): needed > bytes.byteCount ? needed : nil
    case .open, .impossible: nil
    }
  }

  /// The length of the frame at the front, its CRC being right.
  private static func framed(_ bytes: RawSpan, _ first: Length, _ second: Length) -> Int? {
    if let length = framed(bytes, first) { return length }
    return second == first ? nil : framed(bytes, second)
  }

  private static func framed(_ bytes: RawSpan, _ length: Length) -> Int? {
    switch length {
    case .bytes(let length): isRight(bytes, length) ? length : nil
    case .open: bytes.byteCount <= longestMessage && isRight(bytes, bytes.byteCount) ? bytes.byteCount : nil
    case .needs, .impossible: nil
    }
  }

  /// Whether the first `length` bytes are there and end in their own CRC, low byte first.
  private static func isRight(_ bytes: RawSpan, _ length: Int) -> Bool {
    guard length >= shortest, length <= bytes.byteCount else { return false }
    return checksum(bytes.extracting(first: length - 2)) == bytes.u16LE(length - 2)
  }

  /// The shortest frame at the front with a right CRC, whatever its function says: a CRC run over a frame and its own CRC leaves 0.
  private static func firstRight(_ bytes: RawSpan) -> Int? {
    var crc: UInt16 = 0xFFFF
    for offset in 0..<min(bytes.byteCount, longestMessage) {
      crc = fold(bytes.u8(offset), crc)
      if crc == 0, offset + 1 >= shortest { return offset + 1 }
    }
    return nil
  }

  /// CRC-16 (polynomial A001 reflected, start FFFF), MODBUS over Serial Line V1.02, clause 6.2.2.
  static func checksum(_ bytes: RawSpan) -> UInt16 {
    var crc: UInt16 = 0xFFFF
    for offset in 0..<bytes.byteCount { crc = fold(bytes.u8(offset), crc) }
    return crc
  }

  /// One byte into the CRC without a table: the polynomial 8005 folds a byte into its parity and two shifted copies.
  @inline(__always)
  private static func fold(_ byte: UInt8, _ crc: UInt16) -> UInt16 {
    let low = crc & 0xFF ^ UInt16(byte)
    let folded = crc >> 8 ^ low << 6 ^ low << 7
    return low.nonzeroBitCount & 1 == 0 ? folded : folded ^ 0xC001
  }
}
