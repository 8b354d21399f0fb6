// SPDX-License-Identifier: Apache-2.0

/// DNP3 over TCP and UDP: IEEE 1815-2012. A link frame (clause 9), every 16 bytes of user data with a check sum behind them:
///
///     0       2        3         4             6        8     10                          26
///     +-------+--------+---------+-------------+--------+-----+---------------------- ... -+-----+-- ... -+
///     | 05 64 | length | control | destination | source | CRC | up to 16 bytes             | CRC | ...    |
///     +-------+--------+---------+-------------+--------+-----+---------------------- ... -+-----+-- ... -+
///
/// `length` counts from the control byte on, without check sums. User data begin with the transport byte (8): first, final, sequence. What the segments of a
/// message make up is an application fragment (4): control, function, in answers internal indications, object headers. Numbers are little-endian.
enum DNP3: Dissector {
  static var name: StaticString { "dnp3" }
  static var selectors: [Selector] { [.tcp(20_000), .udp(20_000), .anyTCP, .anyUDP] }
  static var about: About { About("DNP3 (TCP, UDP)", .full, "IEEE 1815-2012") }
  static var carries: [Carried] { [Carried("dnp3-link", About("DNP3 data link layer", .full, "IEEE 1815-2012, 9"))] }
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
      return exchange.isCut ? .message(bytes.byteCount) : .incomplete(headerSize)
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
    guard bytes.byteCount >= total || exchange.isCut else { return .incomplete(total) }
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
      exchange.carried[0], isKnown ? .session : .unknown, isPrimary ? .request : .response, code: UInt32(code),
      name: name)
    if !isPrimary { operation.outcome = code == 1 || code == 15 ? .error(code: UInt32(code), name: name) : .ok }
    address(frame, &operation)
    exchange.operations.append(operation)
  }

  /// The unit is the outstation: whom the master's direction bit does not name.
  private static func address(_ frame: RawSpan, _ operation: inout Operation) {
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

  // MARK: Application

  private static func fragment(_ bytes: RawSpan, from start: Int, _ frame: RawSpan, _ exchange: inout Exchange) {
    guard start + 2 <= bytes.byteCount else {
      var operation = Operation(exchange.dissector, .unknown, .report, code: 0, name: "Fragment cut short")
      address(frame, &operation)
      if !exchange.isCut {
        operation.fault = Fault(
          .truncated, "Application header", seen: UInt64(max(0, bytes.byteCount - start)), least: 2, most: 32_768)
      }
      return exchange.operations.append(operation)
    }
    let control = bytes.u8(start)
    let function = DNP3Function(rawValue: bytes.u8(start + 1))
    let role: Role =
      function == .unsolicited ? .report : function.rawValue >= 0x80 ? .response : .request
    var operation = Operation(
      exchange.dissector, function.action, role, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = Int64(control & 15)
    operation.phase = function.phase
    address(frame, &operation)
    var offset = start + 2
    if function.rawValue >= 0x80 {
      guard offset + 2 <= bytes.byteCount else {
        operation.note(
          Fault(.truncated, "Internal indications", seen: UInt64(bytes.byteCount - offset), least: 2, most: 2))
        if exchange.isCut { operation.fault = nil }
        return exchange.operations.append(operation)
      }
      // IIN1 in the upper half.
      let indications = bytes.u16(offset)
      operation.facets[.internalIndications] = UInt32(indications)
      if let refusal = DNP3Function.refusal(indications) {
        operation.outcome = .error(code: UInt32(indications & 0xFF), name: refusal)
      } else if role == .response {
        operation.outcome = .ok
      }
      offset += 2
    }
    if role != .request || function != .confirm {
      objects(bytes, from: offset, function, &operation, &exchange)
    }
    switch role {
    case .request:
      if function == .write { operation.action = written(bytes, from: offset) }
      // A confirmation has no answer, nor have those that ask for none.
      if function != .confirm, !function.isUnanswered { exchange.ask(operation) }
    case .response where control & 0x80 != 0:
      pair(&operation, &exchange)
    case .response, .report: break
    }
    if exchange.isCut { operation.fault = nil }
    exchange.operations.append(operation)
  }

  private static func pair(_ operation: inout Operation, _ exchange: inout Exchange) {
    guard let asked = exchange.waiting(transaction: operation.transaction, unit: operation.unit) else {
      operation.pairing = .unasked
      return
    }
    operation.action = exchange[asked].operation.action
    operation.phase = exchange[asked].operation.phase
    // What an answer to a read holds says more than the classes that were asked for.
    if operation.target == .none { operation.target = exchange[asked].operation.target }
    exchange.take(answer: &operation, to: asked)
  }

  /// What a write changes tells what it does.
  private static func written(_ bytes: RawSpan, from offset: Int) -> Action {
    guard offset < bytes.byteCount else { return .write }
    switch bytes.u8(offset) {
    case 50, 51: return .clock
    // The restart indication, which a master clears when it has seen it.
    case 80: return .diagnose
    case 0, 34, 60: return .configure
    case 70: return .file
    case 120: return .authenticate
    default: return .write
    }
  }

  /// Object headers with what follows them.
  private static func objects(
    _ bytes: RawSpan, from start: Int, _ function: DNP3Function, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var offset = start
    while offset + 3 <= bytes.byteCount {
      let object = DNP3Object(group: bytes.u8(offset), variation: bytes.u8(offset + 1))
      let qualifier = bytes.u8(offset + 2)
      guard let header = DNP3Range(bytes, at: offset + 2) else {
        operation.note(Fault(unlisted: "Qualifier", seen: UInt64(qualifier)))
        break
      }
      if operation.target == .none { operation.facets[.variation] = UInt32(object.variation) }
      offset = header.end
      let length = dataSize(object, header, function, bytes, at: offset)
      guard let length else {
        operation.note(Fault(unlisted: "Object", seen: UInt64(object.group) << 8 | UInt64(object.variation)))
        exchange.add(
          Target(area: .group, number: UInt32(object.group), address: header.first, count: header.count),
          to: &operation,
          isFirst: operation.target == .none)
        break
      }
      guard length <= bytes.byteCount - offset || exchange.isCut else {
        operation.note(
          Fault(
            .truncated, "Objects", seen: UInt64(max(0, bytes.byteCount - offset)), least: UInt64(min(length, 65_535)),
            most: 65_535))
        break
      }
      let end = min(bytes.byteCount, offset + length)
      if object.group == 70, length > 0 {
        file(bytes, object, from: offset + Int(header.prefix), to: end, &operation, &exchange)
      } else if header.isIndexed {
        indexed(bytes, object, header, from: offset, to: end, function, &operation, &exchange)
      } else {
        var target = Target(
          area: .group, number: UInt32(object.group), address: header.first, count: header.count)
        if header.isAll {
          // All points: no addresses. Of class objects the variation is the class, one more.
          target.address = object.group == 60 ? UInt64(object.variation) : 0
          target.count = object.group == 60 ? 1 : 0
        }
        let (format, place) = object.value
        let values =
          length > 0
          ? Values(
            format, at: offset + place, Int(header.count), stride: object.isPacked ? 0 : object.size ?? 0, end: end)
          : .none
        exchange.add(target, values, to: &operation, isFirst: operation.target == .none)
        status(bytes, object, from: offset, to: end, function, &operation)
      }
      offset = end
    }
    if offset < bytes.byteCount, operation.fault == nil, offset + 3 > bytes.byteCount {
      operation.note(
        Fault(.truncated, "Object header", seen: UInt64(bytes.byteCount - offset), least: 3, most: 32_768))
    }
  }

  /// Bytes that follow an object header; nil where the object's size is not known.
  private static func dataSize(
    _ object: DNP3Object, _ header: DNP3Range, _ function: DNP3Function, _ bytes: RawSpan, at offset: Int
  ) -> Int? {
    let count = Int(header.count)
    if header.isSized {
      // Each object has its size before it.
      var end = offset
      for _ in 0..<count {
        guard end + header.prefix <= bytes.byteCount else { return .max }
        let size =
          header.prefix == 1 ? Int(bytes.u8(end)) : header.prefix == 2 ? Int(bytes.u16LE(end)) : Int(bytes.u32LE(end))
        end += header.prefix + size
        guard end <= bytes.byteCount else { return .max }
      }
      return end - offset
    }
    if !function.hasData { return count * header.prefix }
    if header.isAll { return 0 }
    if object.isPacked { return (count * object.bits + 7) / 8 }
    guard let size = object.size else { return nil }
    return count * (header.prefix + size)
  }

  /// Objects with an index before each: those that follow on the one before are one range.
  private static func indexed(
    _ bytes: RawSpan, _ object: DNP3Object, _ header: DNP3Range, from start: Int, to end: Int,
    _ function: DNP3Function, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let size = function.hasData ? object.size ?? 0 : 0
    let step = header.prefix + size
    guard step > 0 else { return }
    let (format, place) = object.value
    var target = Target.none
    var from = start
    func values(_ to: Int) -> Values {
      size == 0
        ? .none
        : Values(format, at: from + header.prefix + place, (to - from) / step, stride: step, end: end)
    }
    var offset = start
    while offset + step <= end {
      let index =
        header.prefix == 1
        ? UInt64(bytes.u8(offset)) : header.prefix == 2 ? UInt64(bytes.u16LE(offset)) : UInt64(bytes.u32LE(offset))
      if target != .none, index == target.address + UInt64(target.count) {
        target.count += 1
      } else {
        if target != .none { exchange.add(target, values(offset), to: &operation, isFirst: operation.target == .none) }
        target = Target(area: .group, number: UInt32(object.group), address: index, count: 1)
        from = offset
      }
      if size > 0 { status(bytes, object, from: offset + header.prefix, to: end, function, &operation) }
      offset += step
    }
    if target != .none { exchange.add(target, values(offset), to: &operation, isFirst: operation.target == .none) }
  }

  /// The status at the end of a control (group 12 and 41) that an outstation gave back, and the quality of the first point.
  private static func status(
    _ bytes: RawSpan, _ object: DNP3Object, from start: Int, to end: Int, _ function: DNP3Function,
    _ operation: inout Operation
  ) {
    guard let size = object.size, start + size <= end else { return }
    if operation.facets[.quality] == nil, let place = object.flags {
      operation.facets[.quality] = UInt32(bytes.u8(start + place))
    }
    guard function == .response, object.group == 12 && object.variation <= 2 || object.group == 41 else { return }
    let status = bytes.u8(start + size - 1) & 0x7F
    if status != 0, operation.outcome == .ok {
      operation.outcome = .error(code: UInt32(status), name: DNP3Object.controlStatus(status))
    }
  }

  /// File objects (annex A.31): command, status, transport, descriptor. Where they have a name it is the target.
  private static func file(
    _ bytes: RawSpan, _ object: DNP3Object, from start: Int, to end: Int,
    _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var target = Target(area: .group, number: 70, address: 0, count: 1)
    if object.variation == 3 || object.variation == 7, start + 4 <= end {
      // Offset and length of the name, counted from the object's beginning.
      let name = bytes.slice(start + Int(bytes.u16LE(start)), Int(bytes.u16LE(start + 2)))
      if name.byteCount > 0 { target = Target(area: .fileName, count: 1, name: exchange.name(name)) }
    }
    exchange.add(target, to: &operation, isFirst: operation.target == .none)
  }
}
