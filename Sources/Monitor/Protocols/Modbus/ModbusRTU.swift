// SPDX-License-Identifier: Apache-2.0

/// Modbus RTU frames as serial gateways pass them through TCP, MODBUS over Serial Line V1.02.
enum ModbusRTU: Dissector {
  static var name: StaticString { "modbus" }
  static var selectors: [Selector] { [.tcp(502), .unclaimedTCP] }
  static var about: About { About("Modbus RTU in TCP", .full, "MODBUS over Serial Line V1.02") }
  static var longestMessage: Int { ModbusRTUFrame.longest }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let beginning = ModbusRTUBeginning(bytes) else { return .undecided }
    let function = beginning.function
    guard ModbusRTUFrame.addresses ~= beginning.address, function.rawValue != 0, expected || function.isPublic else {
      return .no
    }
    let lengths = beginning.lengths
    if let frame = intact(bytes, lengths.request, lengths.response) {
      let pdu = frame.pdu
      if pdu.isBeyondDoubt || expected && !function.isPublic { return .yes(pdu.direction) }
      return .no
    }
    return awaited(bytes, lengths.request) != nil || awaited(bytes, lengths.response) != nil ? .undecided : .no
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= ModbusRTUFrame.shortest, let beginning = ModbusRTUBeginning(bytes) else {
      guard exchange.isDatagram else { return .incomplete(ModbusRTUFrame.shortest) }
      exchange.fault = Fault(.truncated, "RTU frame", seen: UInt64(bytes.byteCount), least: 4, most: 256)
      return .refused(max(1, bytes.byteCount))
    }
    let lengths = beginning.lengths
    let isRequest = exchange.direction == .toServer
    let likely = isRequest ? lengths.request : lengths.response
    let other = isRequest ? lengths.response : lengths.request
    if let frame = intact(bytes, likely, other) { return add(frame, &exchange) }
    if likely == .open, let frame = firstIntact(bytes) { return add(frame, &exchange) }
    if !exchange.isDatagram {
      if let length = awaited(bytes, likely) { return .incomplete(length) }
      if !exchange.isDirectionCertain, let length = awaited(bytes, other) { return .incomplete(length) }
    }
    return refuse(bytes, likely, &exchange)
  }

  @inline(__always)
  private static func add(_ frame: borrowing ModbusRTUFrame, _ exchange: inout Exchange) -> Step {
    exchange.add(frame.pdu, unit: Int64(frame.address), transaction: -1)
    return .message(frame.length)
  }

  /// The CRC is wrong for every length. Skips the frame, as long as its function says, if another frame follows,
  /// otherwise everything: gateways send one frame per segment, so the next one starts with the next segment.
  private static func refuse(_ bytes: RawSpan, _ likely: ModbusRTULength, _ exchange: inout Exchange) -> Step {
    guard case .bytes(let length) = likely, let frame = ModbusRTUFrame(bytes, length: length) else {
      exchange.fault = Fault(.framing, "Function code", seen: UInt64(bytes.u8(1)), least: 1, most: 127)
      return .refused(bytes.byteCount)
    }
    exchange.fault = Fault(
      .checksum, "CRC", seen: UInt64(frame.checksum), expected: UInt64(frame.computedChecksum))
    let rest = bytes.from(length)
    guard rest.byteCount >= ModbusRTUFrame.shortest, let beginning = ModbusRTUBeginning(rest) else {
      return .refused(bytes.byteCount)
    }
    let next = beginning.lengths
    if intact(rest, next.request, next.response) != nil { return .refused(length) }
    return .refused(bytes.byteCount)
  }

  /// How many bytes are needed to decide more; nil if more bytes do not help. Frames of open length are not
  /// waited for.
  private static func awaited(_ bytes: RawSpan, _ length: ModbusRTULength) -> Int? {
    switch length {
    case .bytes(let needed), .needs(let needed): needed > bytes.byteCount ? needed : nil
    case .open, .impossible: nil
    }
  }

  /// The first frame, if its CRC is correct.
  @inline(__always) @_lifetime(copy bytes)
  private static func intact(
    _ bytes: RawSpan, _ first: ModbusRTULength, _ second: ModbusRTULength
  ) -> ModbusRTUFrame? {
    if let frame = intact(bytes, first) { return frame }
    return second == first ? nil : intact(bytes, second)
  }

  @_lifetime(copy bytes)
  private static func intact(_ bytes: RawSpan, _ length: ModbusRTULength) -> ModbusRTUFrame? {
    let count: Int
    switch length {
    case .bytes(let bytes): count = bytes
    case .open where bytes.byteCount <= ModbusRTUFrame.longest: count = bytes.byteCount
    case .open, .needs, .impossible: return nil
    }
    guard let frame = ModbusRTUFrame(bytes, length: count), frame.checksum == frame.computedChecksum else { return nil }
    return frame
  }

  /// The shortest prefix with a correct CRC, whatever the function says: the CRC over a frame including its CRC is 0.
  @_lifetime(copy bytes)
  private static func firstIntact(_ bytes: RawSpan) -> ModbusRTUFrame? {
    var crc = CRC16.modbusStart
    for offset in 0..<min(bytes.byteCount, ModbusRTUFrame.longest) {
      crc = CRC16.modbus(crc, adding: bytes.u8(offset))
      if crc == 0, let frame = ModbusRTUFrame(bytes, length: offset + 1) { return frame }
    }
    return nil
  }
}
