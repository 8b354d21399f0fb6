// SPDX-License-Identifier: Apache-2.0

/// Addresses and data of variables.
enum S7Items {
  /// Item specifications at `offset`, `count` of them; with `data` the values written to them.
  static func read(
    _ bytes: RawSpan, at offset: Int, end: Int, count: Int, data: Int?, _ dataEnd: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var offset = offset
    var place = data ?? dataEnd
    for index in 0..<count {
      guard offset + 2 <= end, bytes.u8(offset) == 0x12, offset + 2 + Int(bytes.u8(offset + 1)) <= end else {
        operation.note(Fault(.quantity, "Item count", seen: UInt64(count), least: 1, most: UInt64(max(1, index))))
        break
      }
      let length = Int(bytes.u8(offset + 1))
      if data == nil, length >= 7, bytes.u8(offset + 2) == 0xB0 {
        parts(bytes.slice(offset + 2, length), isFirst: index == 0, &operation, &exchange)
        offset += 2 + length + (length & 1)
        continue
      }
      var (target, format) = item(bytes.slice(offset + 2, length))
      if target.area == .none {
        // By symbol, as newer controllers have it: known by the bytes of its description.
        target = Target(
          area: .tag, count: 1, name: exchange.name { $0.append(hexadecimal: bytes.slice(offset + 2, min(length, 64))) }
        )
      }
      var values = Values(format: format)
      if data != nil { values = value(bytes, at: &place, end: dataEnd, format, isLast: index == count - 1).values }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
      // Specifications of odd length have a byte behind them.
      offset += 2 + length + (length & 1)
    }
  }

  /// Several parts of data blocks in one item: their number, then length, block and address of each.
  private static func parts(
    _ item: RawSpan, isFirst: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let count = Int(item.u8(1))
    if count != (item.byteCount - 2) / 5 {
      operation.note(
        Fault(.quantity, "Number of areas", seen: UInt64(count), expected: UInt64((item.byteCount - 2) / 5)))
    }
    for index in 0..<min(count, (item.byteCount - 2) / 5) {
      let place = 2 + 5 * index
      let target = Target(
        area: .dataBlock, number: UInt32(item.u16(place + 1)), address: UInt64(item.u16(place + 3)),
        count: UInt32(item.u8(place)))
      exchange.add(target, Values(format: .uint8), to: &operation, isFirst: isFirst && index == 0)
    }
  }

  /// Data of a read's answer, `count` of them.
  static func answers(
    _ bytes: RawSpan, at offset: Int, end: Int, count: Int, _ format: Values.Format, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var place = offset
    // The target whose data come next: an item may be several.
    var index = 0
    for number in 0..<count {
      guard place + 4 <= end else {
        // An item that is refused has but its return code.
        if place < end, bytes.u8(place) != 0xFF { refused(bytes.u8(place), index, count, &operation) }
        break
      }
      let isLast = number == count - 1
      // More targets than items; or one part alone, which is longer than its data by a return code.
      let isShort = index + count - number <= Int(operation.items.count)
      if bytes.u16(place) == 0xFF09, isShort || place + 4 < end && bytes.u8(place + 4) == 0xFF {
        let length = Int(bytes.u16(place + 2))
        let last = min(end, place + 4 + length)
        let parts = partCount(bytes, from: place + 4, to: last, index, operation, exchange)
        if parts > 0 {
          answerParts(bytes, from: place + 4, index..<index + parts, &operation, &exchange)
          index += parts
          place = last + (isLast ? 0 : length & 1)
          continue
        }
      }
      let asked = index == 0 ? format : exchange.format(at: index, of: operation)
      let answer = value(bytes, at: &place, end: end, asked, isLast: isLast)
      if answer.code != 0xFF { refused(answer.code, index, count, &operation) }
      exchange.answer(answer.values, at: index, of: &operation)
      index += 1
    }
  }

  /// How many parts of data blocks, from the target at `index` on, an item of the answer holds: the return code of each, and the bytes of those that were
  /// read, none between them. 0 where they do not fill it.
  private static func partCount(
    _ bytes: RawSpan, from first: Int, to last: Int, _ index: Int, _ operation: borrowing Operation,
    _ exchange: borrowing Exchange
  ) -> Int {
    var place = first
    var parts = 0
    while place < last, index + parts <= Int(operation.items.count) {
      let target = target(at: index + parts, of: operation, exchange)
      guard target.area == .dataBlock, target.bit < 0 else { return 0 }
      place += 1 + (bytes.u8(place) == 0xFF ? Int(target.count) : 0)
      parts += 1
    }
    return place == last ? parts : 0
  }
  private static func answerParts(
    _ bytes: RawSpan, from first: Int, _ places: Range<Int>, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var place = first
    for index in places {
      let count = Int(target(at: index, of: operation, exchange).count)
      let code = bytes.u8(place)
      place += 1
      guard code == 0xFF else {
        refused(code, index, 2, &operation)
        exchange.answer(.none, at: index, of: &operation)
        continue
      }
      exchange.answer(Values(.uint8, at: place, count, end: place + count), at: index, of: &operation)
      place += count
    }
  }
  private static func target(
    at place: Int, of operation: borrowing Operation, _ exchange: borrowing Exchange
  ) -> Target {
    place == 0 ? operation.target : exchange.items[Int(operation.items.start) + place - 1].target
  }

  /// One for each of `count` items that were written.
  static func returnCodes(_ bytes: RawSpan, at start: Int, end: Int, count: Int, _ operation: inout Operation) {
    for place in start..<max(start, min(end, start + count)) where bytes.u8(place) != 0xFF {
      return refused(bytes.u8(place), place - start, count, &operation)
    }
  }

  /// The first item that is refused is what the message came out as; which it is, where there are several.
  private static func refused(_ code: UInt8, _ index: Int, _ count: Int, _ operation: inout Operation) {
    if case .error = operation.outcome { return }
    operation.outcome = .error(code: UInt32(code), name: name(ofReturnCode: code))
    if count > 1 { operation.facets[.refusedItem] = UInt32(index + 1) }
  }

  /// Return code, transport size, length, then the bytes; of odd number they have one behind them, but for the last.
  static func value(
    _ bytes: RawSpan, at place: inout Int, end: Int, _ format: Values.Format, isLast: Bool
  ) -> (code: UInt8, values: Values) {
    guard place + 4 <= end else { return (0xFF, .none) }
    let code = bytes.u8(place)
    let size = bytes.u8(place + 1)
    let length = Int(bytes.u16(place + 2))
    // Bits, bytes and integers are counted in bits, all else in bytes.
    let count = 3...5 ~= size ? (length + 7) / 8 : length
    let own: Values.Format =
      switch size {
      case 5: .int16
      case 6: .int32
      case 7: .float32
      default: .uint8
      }
    let wanted = format == .none ? own : format
    let first = place + 4
    let last = min(end, first + count)
    place = first + count + (isLast ? 0 : count & 1)
    return (code, Values(wanted, at: first, count / max(1, wanted.width), end: last))
  }

  /// An address specification behind its length: what it names, and how its values are to be read.
  private static func item(_ item: RawSpan) -> (Target, Values.Format) {
    if item.byteCount >= 10, item.u8(0) == 0x10 {
      // Transport size, number of elements, data block, area, address in bits.
      let (width, format) = size(item.u8(1))
      let count = UInt32(item.u16(2))
      let address = item.u24(7)
      guard let area = area(item.u8(6)) else { return (.none, .uint8) }
      let number = area == .dataBlock || area == .instanceBlock ? UInt32(item.u16(4)) : 0
      if area == .timer || area == .counter {
        return (Target(area: area, address: UInt64(address), count: count), .uint16)
      }
      let isBit = item.u8(1) == 1
      return (
        Target(
          area: area, number: number, address: UInt64(address >> 3), count: isBit ? 1 : count * UInt32(width),
          bit: isBit ? Int8(truncatingIfNeeded: address & 7) : -1), format
      )
    }
    return (.none, .uint8)
  }

  /// Variables of test functions: area and width in one byte, repetitions (or a bit), data block, address.
  static func readTest(
    _ bytes: RawSpan, at offset: Int, end: Int, hasValues: Bool, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let count = Int(bytes.u16(offset))
    var place = offset + 2 + 6 * count
    guard place <= end else { return }
    for index in 0..<count {
      let item = offset + 2 + 6 * index
      guard let area = testArea(bytes.u8(item) >> 4), bytes.u8(item) & 15 <= 4 else { return }
      // Bit, byte, word, double word, and what timers and counters hold.
      let width = [0, 1, 2, 4, 2][Int(bytes.u8(item) & 15)]
      let repetitions = bytes.u8(item + 1)
      // Timers and counters are counted themselves, elsewhere bytes are.
      let isNumbered = area == .timer || area == .counter
      let isBit = width == 0 && !isNumbered
      let target = Target(
        area: area, number: area == .dataBlock ? UInt32(bytes.u16(item + 2)) : 0, address: UInt64(bytes.u16(item + 4)),
        count: isBit ? 1 : UInt32(isNumbered ? 1 : width) * UInt32(repetitions), bit: isBit ? Int8(repetitions & 7) : -1
      )
      let format: Values.Format = width == 4 ? .uint32 : width == 2 ? .uint16 : .uint8
      var values = Values(format: format)
      if hasValues {
        values = value(bytes, at: &place, end: end, format, isLast: false).values
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
  }

  private static func testArea(_ code: UInt8) -> Area? {
    switch code {
    case 0: .flag
    case 1: .input
    case 2: .output
    case 3: .peripheral
    case 5: .timer
    case 6: .counter
    case 7: .dataBlock
    default: nil
    }
  }

  /// Bytes of an element by transport size.
  private static func size(_ code: UInt8) -> (Int, Values.Format) {
    switch code {
    case 0x04, 0x09, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F: (2, .uint16)
    case 0x05: (2, .int16)
    case 0x06, 0x0A: (4, .uint32)
    case 0x07, 0x0B: (4, .int32)
    case 0x08: (4, .float32)
    case 0x0F: (8, .uint8)
    default: (1, .uint8)
    }
  }

  private static func area(_ code: UInt8) -> Area? {
    switch code {
    case 0x80, 0x06, 0x07: .peripheral
    case 0x81: .input
    case 0x82: .output
    case 0x83: .flag
    // Of the S7-200: information on the system, and its special memory.
    case 0x03: .systemInformation
    case 0x05: .systemMemory
    case 0x84: .dataBlock
    case 0x85: .instanceBlock
    case 0x86, 0x87: .local
    case 0x1C, 0x1E: .counter
    case 0x1D, 0x1F: .timer
    default: nil
    }
  }

  /// A file name with its length before it: `_`, type, five digits, file system; of another form as it stands there.
  static func fileName(_ bytes: RawSpan, at offset: Int, end: Int, _ exchange: inout Exchange) -> NameID {
    guard offset < end else { return .none }
    let text = bytes.slice(offset + 1, min(Int(bytes.u8(offset)), end - offset - 1))
    if text.byteCount >= 9, let name = block(text.slice(1, 8), &exchange) { return name }
    return text.isText ? exchange.name(text) : .none
  }
  /// A type of blocks alone: `DB` for `0A`.
  static func blockType(_ text: RawSpan, _ exchange: inout Exchange) -> NameID? {
    guard text.byteCount >= 2, let kind = text.hexadecimal(0, 2), let letters = letters(ofBlock: UInt8(kind)) else {
      return nil
    }
    return exchange.name { $0 += letters }
  }
  /// Type, five digits, file system: `DB10` for `0A00010P`.
  static func block(_ text: RawSpan, _ exchange: inout Exchange) -> NameID? {
    guard text.byteCount >= 7, let kind = text.hexadecimal(0, 2), let letters = letters(ofBlock: UInt8(kind)) else {
      return nil
    }
    for place in 2..<7 where !(0x30...0x39 ~= text.u8(place)) { return nil }
    var first = 2
    while first < 6, text.u8(first) == 0x30 { first += 1 }
    return exchange.name { name in
      name += letters
      for place in first..<7 { name.append(text.u8(place)) }
    }
  }

  private static func letters(ofBlock kind: UInt8) -> [UInt8]? {
    switch kind {
    case 0x08: [0x4F, 0x42]
    case 0x0A: [0x44, 0x42]
    case 0x0B: [0x53, 0x44, 0x42]
    case 0x0C: [0x46, 0x43]
    case 0x0D: [0x53, 0x46, 0x43]
    case 0x0E: [0x46, 0x42]
    case 0x0F: [0x53, 0x46, 0x42]
    default: nil
    }
  }

  static func name(ofReturnCode code: UInt8) -> StaticString {
    switch code {
    case 0xFF: "Success"
    case 0x00: "Reserved"
    case 0x01: "Hardware error"
    case 0x03: "Access to the object not allowed"
    case 0x05: "Invalid address"
    case 0x06: "Data type not supported"
    case 0x07: "Data type inconsistent"
    case 0x0A: "Object does not exist"
    default: "Return code not published"
    }
  }
}
