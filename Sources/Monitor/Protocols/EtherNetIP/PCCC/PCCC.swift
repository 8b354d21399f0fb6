// SPDX-License-Identifier: Apache-2.0

/// PCCC, the commands of PLC-5, SLC 500 and MicroLogix controllers, in a CIP message: Rockwell, DF1 Protocol and Command Set (1770-6.5.16), chapter 7.
///
///     0         1                            +0        +1       +2              +4
///     +---------+--------+---------------- ... -+---------+--------+---------------+----------+------ ... -+
///     | length  | vendor | serial number        | command | status | transaction   | function | data       |
///     +---------+--------+---------------- ... -+---------+--------+---------------+----------+------ ... -+
///
/// Before the command stands who asks, `length` bytes long with itself. Bit 6 of the command tells an answer; it has no function.
enum PCCC {
  /// False where the message is too short to be one.
  static func message(
    _ bytes: RawSpan, from start: Int, isAnswer: Bool, _ carrier: Int64, _ unit: Int64, _ place: Int64,
    _ exchange: inout Exchange
  ) -> Bool {
    guard start < bytes.byteCount else { return false }
    let first = start + Int(bytes.u8(start))
    guard bytes.u8(start) >= 1, first + 4 <= bytes.byteCount else { return false }
    let command = bytes.u8(first) & 0x0F
    let transaction = Int64(bytes.u16LE(first + 2))
    // CIP's own requests wait under small numbers.
    let key = 0x1_0000 + transaction
    if isAnswer {
      var code = UInt32(command) << 8
      let asked = exchange.waiting(transaction: carrier, unit: key)
      if let asked { code = exchange[asked].operation.code }
      var operation = Operation(
        exchange.id(of: EtherNetIP.pccc), action(code), .response, code: code, name: name(code))
      operation.isFetch = isFetch(code)
      operation.unit = unit
      operation.transaction = transaction
      var format = Values.Format.none
      if let asked {
        format = exchange[asked].operation.values.format
        operation.target = exchange[asked].operation.target
        exchange.take(answer: &operation, to: asked)
      } else {
        operation.pairing = .unasked
      }
      let status = bytes.u8(first + 1)
      operation.outcome = status == 0 ? .ok : .error(code: UInt32(status), name: PCCC.status(status))
      // The status that only says that another one follows.
      if status == 0xF0, first + 5 <= bytes.byteCount {
        let extended = bytes.u8(first + 4)
        operation.facets[.extendedStatus] = UInt32(extended)
        operation.outcome = .error(code: UInt32(status), name: extendedStatus(extended))
      }
      if status == 0, operation.action == .read {
        operation.values = Values(
          format == .none ? .uint16LE : format, at: first + 4, .max, end: bytes.byteCount)
      }
      exchange.operations.append(operation)
      return true
    }
    let hasFunction = command == 0x0F || command == 0x06 || command == 0x07
    guard !hasFunction || first + 5 <= bytes.byteCount else { return false }
    let code = UInt32(command) << 8 | (hasFunction ? UInt32(bytes.u8(first + 4)) : 0)
    var operation = Operation(exchange.id(of: EtherNetIP.pccc), action(code), .request, code: code, name: name(code))
    operation.unit = unit
    operation.transaction = transaction
    operation.isFetch = isFetch(code)
    typed(bytes, code, at: first + 5, &operation)
    range(bytes, code, at: first + 5, &operation)
    if code == 0x0F80 || code == 0x0F3A, first + 6 <= bytes.byteCount {
      operation.facets[.mode] = UInt32(bytes.u8(first + 5))
    }
    exchange.operations.append(operation)
    // The answer names neither function nor file.
    var asked = operation
    asked.transaction = carrier
    exchange.ask(asked, place: key, mayStaySilent: true)
    return true
  }

  /// Protected typed logical reads and writes: bytes, file, file type, element, for three address fields also the sub-element.
  private static func typed(_ bytes: RawSpan, _ code: UInt32, at start: Int, _ operation: inout Operation) {
    guard [0x0FA1, 0x0FA2, 0x0FA9, 0x0FAA, 0x0FAB].contains(code), start + 4 <= bytes.byteCount else { return }
    var offset = start + 1
    guard let file = number(bytes, &offset), offset < bytes.byteCount else { return }
    let type = bytes.u8(offset)
    offset += 1
    guard let element = number(bytes, &offset) else { return }
    if code != 0x0FA1, code != 0x0FA9 { _ = number(bytes, &offset) }
    if code == 0x0FAB { offset += 2 }
    // Integers have two bytes, floating point four, timers, counters and controls six.
    let width: UInt32 = type == 0x8A || type == 0x91 ? 4 : 0x86...0x88 ~= type ? 6 : 2
    operation.target = Target(
      area: .dataFile, number: file, address: UInt64(element),
      count: max(1, UInt32(bytes.u8(start)) / width))
    // A read has its format for the answer, which does not say it.
    let format: Values.Format = type == 0x8A ? .float32LE : type == 0x91 ? .int32LE : .uint16LE
    operation.values =
      code == 0x0FA1 || code == 0x0FA2
      ? Values(format: format) : Values(format, at: offset, .max, end: bytes.byteCount)
  }

  /// Word ranges and typed data of the PLC-5: packet offset and total of the whole transfer in elements, address, data. A binary address begins with a byte
  /// whose bits say which of its levels are there: area, file, element and further ones; those that are not are 0.
  private static func range(_ bytes: RawSpan, _ code: UInt32, at start: Int, _ operation: inout Operation) {
    guard [0x0F00, 0x0F01, 0x0F67, 0x0F68].contains(code), start + 5 <= bytes.byteCount else { return }
    let levels = bytes.u8(start + 4)
    guard levels != 0, levels & 0x80 == 0 else { return }
    var offset = start + 5
    var found = InlineArray<7, UInt32>(repeating: 0)
    for level in 0..<7 where levels >> UInt8(level) & 1 != 0 {
      guard let number = number(bytes, &offset) else { return }
      found[level] = number
    }
    operation.target = Target(
      area: .dataFile, number: found[1], address: UInt64(found[2]), count: max(1, UInt32(bytes.u16LE(start + 2))))
    operation.facets[.offset] = UInt32(bytes.u16LE(start))
    switch code {
    case 0x0F00: operation.values = Values(.uint16LE, at: offset, .max, end: bytes.byteCount)
    case 0x0F67: operation.values = Values(.uint8, at: offset, .max, end: bytes.byteCount)
    // Of typed data type and length come first.
    case 0x0F68: operation.values = Values(format: .uint8)
    default: break
    }
  }

  /// A number that is over 254 stands in two bytes behind 255.
  private static func number(_ bytes: RawSpan, _ offset: inout Int) -> UInt32? {
    guard offset < bytes.byteCount else { return nil }
    if bytes.u8(offset) < 255 {
      offset += 1
      return UInt32(bytes.u8(offset - 1))
    }
    guard offset + 3 <= bytes.byteCount else { return nil }
    offset += 3
    return UInt32(bytes.u16LE(offset - 2))
  }
}
