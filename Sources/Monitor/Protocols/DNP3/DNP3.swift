// SPDX-License-Identifier: Apache-2.0

/// DNP3 over TCP and UDP: IEEE 1815-2012. A link frame (clause 9), every 16 bytes of user data with a check sum behind them:
///
///     0       2        3         4             6        8     10                          26
///     +-------+--------+---------+-------------+--------+-----+---------------------- ... -+-----+-- ... -+
///     | 05 64 | length | control | destination | source | CRC | up to 16 bytes             | CRC | ...    |
///     +-------+--------+---------+-------------+--------+-----+---------------------- ... -+-----+-- ... -+
///
/// `length` counts from the control byte on, without check sums. User data begin with the transport byte (8): first, final, sequence. What the segments of a
/// message make up is an application fragment (`DNP3Application.swift`). Numbers are little-endian.
enum DNP3: Dissector {
  static var name: StaticString { "dnp3" }
  static var selectors: [Selector] { [.tcp(20_000), .udp(20_000), .anyTCP, .anyUDP] }
  static var about: About { About("DNP3 (TCP, UDP)", .full, "IEEE 1815-2012") }
  static var link: Carried { Carried(0, "dnp3-link", About("DNP3 data link layer", .full, "IEEE 1815-2012, 9")) }
  static var carries: [Carried] { [link] }
  /// 250 bytes of user data, sixteen check sums, the header.
  static var longestMessage: Int { 292 }

  private static let headerSize = 10
  private static let start: UInt16 = 0x0564
  /// Fragments are 2,048 bytes long unless both ends agreed on more (4.4).
  private static let longestFragment = 32_768

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount > 0, bytes.u8(0) == 0x05, bytes.byteCount < 2 || bytes.u8(1) == 0x64 else { return .no }
    guard bytes.byteCount >= headerSize else { return .undecided }
    guard bytes.u8(2) >= 5 else { return .no }
    guard bytes.u16LE(8) == checksum(bytes, 0, 8) else {
      return .broken(
        Fault(.checksum, "Header CRC", seen: UInt64(bytes.u16LE(8)), expected: UInt64(checksum(bytes, 0, 8))))
    }
    return .yes(bytes.u8(3) & 0x80 != 0 ? .toServer : .toClient)
  }

  /// Bytes of a frame with `length` in its header.
  private static func size(_ length: UInt8) -> Int {
    let data = Int(length) - 5
    return headerSize + data + (data + 15) / 16 * 2
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.u8(0) == 0x05, bytes.byteCount < 2 || bytes.u8(1) == 0x64 else {
      let seen = bytes.byteCount < 2 ? UInt64(bytes.u8(0)) << 8 : UInt64(bytes.u16(0))
      return refuse(bytes, Fault(.framing, "Start", seen: seen, expected: UInt64(start)), &exchange)
    }
    guard bytes.byteCount >= headerSize else {
      return .incomplete(headerSize)
    }
    let sum = checksum(bytes, 0, 8)
    guard bytes.u16LE(8) == sum else {
      return refuse(
        bytes, Fault(.checksum, "Header CRC", seen: UInt64(bytes.u16LE(8)), expected: UInt64(sum)), &exchange)
    }
    guard bytes.u8(2) >= 5 else {
      return refuse(bytes, Fault(.length, "Length", seen: UInt64(bytes.u8(2)), least: 5, most: 255), &exchange)
    }
    let total = size(bytes.u8(2))
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let frame = bytes.extracting(first: total)
    let count = Int(frame.u8(2)) - 5
    guard count > 0 else {
      link(frame, &exchange)
      return .message(frame.byteCount)
    }
    if let fault = dataFault(frame, count), !exchange.isCut {
      exchange.fault = fault
      return .refused(total)
    }
    transport(frame, count, &exchange)
    return .message(frame.byteCount)
  }

  /// One pass to the next place where a frame can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    var skipped = 1
    while skipped < bytes.byteCount,
      bytes.u8(skipped) != 0x05 || skipped + 1 < bytes.byteCount && bytes.u8(skipped + 1) != 0x64
    {
      skipped += 1
    }
    return .refused(skipped)
  }

  // MARK: Data link

  /// The first block whose check sum does not match.
  private static func dataFault(_ frame: RawSpan, _ count: Int) -> Fault? {
    var done = 0
    var offset = headerSize
    while done < count {
      let block = min(16, count - done)
      guard offset + block + 2 <= frame.byteCount else { return nil }
      let sum = checksum(frame, offset, block)
      if frame.u16LE(offset + block) != sum {
        return Fault(.checksum, "Data CRC", seen: UInt64(frame.u16LE(offset + block)), expected: UInt64(sum))
      }
      done += block
      offset += block + 2
    }
    return nil
  }

  /// CRC-16 with the polynomial x16+x13+x12+x11+x10+x8+x6+x5+x2+1, bits reversed, inverted (9.2.4.3 and annex E).
  static func checksum(_ bytes: RawSpan, _ offset: Int, _ count: Int) -> UInt16 {
    var sum: UInt16 = 0
    for place in offset..<offset + count {
      sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ bytes.u8(place))]
    }
    return ~sum
  }
  private static let table: InlineArray<256, UInt16> = {
    var table = InlineArray<256, UInt16>(repeating: 0)
    for index in 0..<256 {
      var sum = UInt16(index)
      for _ in 0..<8 { sum = sum & 1 != 0 ? sum >> 1 ^ 0xA6BC : sum >> 1 }
      table[index] = sum
    }
    return table
  }()

  /// Frames without user data (9.2.4.1.3).
  private static func link(_ frame: RawSpan, _ exchange: inout Exchange) {
    let control = frame.u8(3)
    let isPrimary = control & 0x40 != 0
    let code = control & 15
    let name: StaticString =
      switch (isPrimary, code) {
      case (true, 0): "RESET_LINK_STATES"
      case (true, 1): "RESET user process"
      case (true, 2): "TEST_LINK_STATES"
      case (true, 3): "CONFIRMED_USER_DATA"
      case (true, 4): "UNCONFIRMED_USER_DATA"
      case (true, 9): "REQUEST_LINK_STATUS"
      case (false, 0): "ACK"
      case (false, 1): "NACK"
      case (false, 11): "LINK_STATUS"
      case (false, 15): "NOT_SUPPORTED"
      default: "Link function not in IEEE 1815"
      }
    let isKnown = isPrimary ? [0, 1, 2, 3, 4, 9].contains(code) : [0, 1, 11, 15].contains(code)
    var operation = Operation(
      exchange.id(of: DNP3.link), isKnown ? .session : .unknown, isPrimary ? .request : .response, code: UInt32(code),
      name: name)
    if !isPrimary { operation.outcome = code == 1 || code == 15 ? .error(code: UInt32(code), name: name) : .ok }
    address(frame, &operation)
    exchange.operations.append(operation)
  }

  /// The unit is the outstation: whom the master's direction bit does not name.
  static func address(_ frame: RawSpan, _ operation: inout Operation) {
    let (destination, source) = (frame.u16LE(4), frame.u16LE(6))
    operation.unit = Int64(frame.u8(3) & 0x80 != 0 ? destination : source)
    operation.facets[.source] = UInt32(source)
    operation.facets[.destination] = UInt32(destination)
  }

  // MARK: Transport

  private static func transport(_ frame: RawSpan, _ count: Int, _ exchange: inout Exchange) {
    let head = frame.byteCount > headerSize ? frame.u8(headerSize) : 0xC0
    let (isFirst, isFinal) = (head & 0x40 != 0, head & 0x80 != 0)
    let sequence = UInt64(head & 0x3F)
    // What `state` keeps of each direction: sequence and source of the last segment.
    let shift: UInt64 = exchange.direction == .toServer ? 0 : 32
    let before = exchange.state >> shift & 0xFFFF_FFFF
    let source = UInt64(frame.u16LE(6)) << 8
    exchange.state = exchange.state & ~(0xFFFF_FFFF << shift) | (1 << 31 | source | sequence) << shift
    let channel = UInt64(frame.u32LE(4))

    if isFirst, isFinal {
      exchange.drop(channel: channel)
      if count <= 16 {
        // One block: it can be read where it is.
        return fragment(frame.extracting(first: headerSize + count), from: headerSize + 1, frame, &exchange)
      }
      var bytes = exchange.spare()
      strip(frame, count, into: &bytes)
      fragment(bytes.bytes, from: 0, frame, &exchange)
      return exchange.keep(bytes)
    }
    var piece = exchange.spare()
    strip(frame, count, into: &piece)
    defer { exchange.giveBack(piece) }
    if isFirst {
      exchange.drop(channel: channel)
    } else {
      // A segment alone, or behind one that was lost, says nothing by itself; one that comes twice is not taken twice.
      guard exchange.collected(channel: channel) > 0 else { return }
      let isSame = before & 0xFFFF00 == source
      if isSame, before & 0x3F == sequence { return }
      guard !isSame || (before & 0x3F) + 1 & 0x3F == sequence else { return exchange.drop(channel: channel) }
    }
    guard exchange.collect(piece.bytes, channel: channel, limit: longestFragment), isFinal else { return }
    let whole = exchange.take(channel: channel)
    fragment(whole.bytes, from: 0, frame, &exchange)
    exchange.keep(whole)
  }

  /// User data without the transport byte and without check sums.
  private static func strip(_ frame: RawSpan, _ count: Int, into bytes: inout [UInt8]) {
    var done = 0
    var offset = headerSize
    while done < count, offset < frame.byteCount {
      let block = min(16, count - done)
      bytes.append(copying: frame.slice(offset + (done == 0 ? 1 : 0), block - (done == 0 ? 1 : 0)))
      done += block
      offset += block + 2
    }
  }
}
