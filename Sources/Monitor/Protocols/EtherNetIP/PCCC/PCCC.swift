// SPDX-License-Identifier: Apache-2.0

/// PCCC, the commands of PLC-5, SLC 500 and MicroLogix controllers, in a CIP message: Rockwell, DF1 Protocol and
/// Command Set (1770-6.5.16), chapter 7 (`PCCCHeader`).
enum PCCC {
  static func readResponse(_ header: borrowing PCCCHeader, _ context: CIPContext, _ exchange: inout Exchange) {
    let message = header.message
    var command = PCCCCommand(header.commandCode, function: 0)
    let asked = exchange.waiting(transaction: context.transaction, unit: EtherNetIPPlace.pccc(header.transaction))
    if let asked { command = PCCCCommand(rawValue: exchange[asked].operation.code) }
    var operation = Operation(
      exchange.id(of: EtherNetIP.pccc), command.action, .response, code: command.rawValue, name: command.name)
    operation.isFetch = command.isFetch
    operation.unit = context.slot
    operation.transaction = Int64(header.transaction)
    var format = Values.Format.none
    if let asked {
      format = exchange[asked].operation.values.format
      operation.target = exchange[asked].operation.target
      exchange.take(answer: &operation, to: asked)
    } else {
      operation.pairing = .unasked
    }
    let status = header.status
    operation.outcome = status == 0 ? .ok : .error(code: UInt32(status), name: PCCCStatus.name(status))
    // This status only announces that another one follows.
    if status == PCCCStatus.extended, let extended = header.extendedStatus {
      operation.facets[.extendedStatus] = UInt32(extended)
      operation.outcome = .error(code: UInt32(status), name: PCCCStatus.name(extended: extended))
    }
    if status == 0, operation.action == .read {
      operation.values = Values(
        format == .none ? .uint16LE : format, at: header.responseData, .max, end: message.byteCount)
    }
    exchange.operations.append(operation)
  }

  static func readRequest(_ header: borrowing PCCCHeader, _ context: CIPContext, _ exchange: inout Exchange) {
    let message = header.message
    var function: UInt8 = 0
    if header.hasFunction {
      guard let code = header.function else { return }
      function = code
    }
    let command = PCCCCommand(header.commandCode, function: function)
    var operation = Operation(
      exchange.id(of: EtherNetIP.pccc), command.action, .request, code: command.rawValue, name: command.name)
    operation.unit = context.slot
    operation.transaction = Int64(header.transaction)
    operation.isFetch = command.isFetch
    readTyped(message, command, at: header.commandData, &operation)
    readRange(message, command, at: header.commandData, &operation)
    if command == .changeMode || command == .setCPUMode, header.commandData < message.byteCount {
      operation.facets[.mode] = UInt32(message.u8(header.commandData))
    }
    exchange.operations.append(operation)
    // The response repeats neither function nor file.
    var asked = operation
    asked.transaction = context.transaction
    exchange.ask(asked, place: EtherNetIPPlace.pccc(header.transaction), mayStaySilent: true)
  }

  /// Protected typed logical reads and writes: byte count, file number, file type, element, and with three address
  /// fields also the sub-element.
  private static func readTyped(_ bytes: RawSpan, _ command: PCCCCommand, at start: Int, _ operation: inout Operation) {
    guard command.isTypedLogical, start + 4 <= bytes.byteCount else { return }
    var offset = start + 1
    guard let file = readNumber(bytes, &offset), offset < bytes.byteCount else { return }
    let type = bytes.u8(offset)
    offset += 1
    guard let element = readNumber(bytes, &offset) else { return }
    if command.hasSubElement { _ = readNumber(bytes, &offset) }
    if command == .typedLogicalMaskedWrite {
      offset += 2
      operation.effect = .masked
    }
    // Integers have two bytes; floating-point values and long integers four; timers, counters and controls six.
    let width: UInt32 = type == 0x8A || type == 0x91 ? 4 : 0x86...0x88 ~= type ? 6 : 2
    operation.target = Target(
      area: .dataFile, number: file, address: UInt64(element),
      count: max(1, UInt32(bytes.u8(start)) / width))
    // A read sets the format for its response, which does not state it.
    let format: Values.Format = type == 0x8A ? .float32LE : type == 0x91 ? .int32LE : .uint16LE
    guard command.action != .read else {
      operation.values = Values(format: format)
      return
    }
    // A message of odd length may be followed by a byte of padding.
    let size = Int(bytes.u8(start))
    let there = max(0, bytes.byteCount - offset)
    if size == 0 || there != size && !(size % 2 == 1 && there == size + 1) {
      operation.note(Fault(.length, "Byte size", seen: UInt64(size), expected: UInt64(there)))
    }
    operation.values = Values(format, at: offset, .max, end: min(bytes.byteCount, offset + size))
  }

  /// PLC-5 word ranges and typed data: packet offset and size of the whole transfer in elements, address, data. A
  /// binary address starts with a byte whose bits show which levels are present: area, file, element and further ones;
  /// missing levels are 0.
  private static func readRange(_ bytes: RawSpan, _ command: PCCCCommand, at start: Int, _ operation: inout Operation) {
    guard command.isRange, start + 5 <= bytes.byteCount else { return }
    let levels = bytes.u8(start + 4)
    guard levels != 0, levels & 0x80 == 0 else { return }
    var offset = start + 5
    var found = InlineArray<7, UInt32>(repeating: 0)
    for level in 0..<7 where levels >> UInt8(level) & 1 != 0 {
      guard let number = readNumber(bytes, &offset) else { return }
      found[level] = number
    }
    operation.target = Target(
      area: .dataFile, number: found[1], address: UInt64(found[2]), count: max(1, UInt32(bytes.u16LE(start + 2))))
    operation.facets[.offset] = UInt32(bytes.u16LE(start))
    let (first, total) = (Int(bytes.u16LE(start)), Int(bytes.u16LE(start + 2)))
    switch command {
    case .wordRangeWrite:
      // A packet has the words from its offset on, and no more than the whole transfer.
      let there = max(0, bytes.byteCount - offset)
      if there == 0 || there % 2 != 0 || first + there / 2 > total {
        operation.note(
          Fault(.length, "Data of the packet", seen: UInt64(there), least: 2, most: UInt64(max(2, 2 * (total - first))))
        )
      }
      operation.values = Values(.uint16LE, at: offset, max(0, total - first), end: bytes.byteCount)
    case .typedWrite: operation.values = Values(.uint8, at: offset, .max, end: bytes.byteCount)
    // Typed data starts with its type and length.
    case .typedRead: operation.values = Values(format: .uint8)
    default: break
    }
  }

  /// A number above 254 is sent as 255 and two more bytes.
  private static func readNumber(_ bytes: RawSpan, _ offset: inout Int) -> UInt32? {
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
