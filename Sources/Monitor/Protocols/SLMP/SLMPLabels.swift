// SPDX-License-Identifier: Apache-2.0

/// Global labels (SH-080956ENG, 5.3; SH-080008, chapter 9). A request has the number of labels, the number of names
/// that `%1`, `%2` … mean in those that follow, then the labels: length of the name in characters and the name in
/// UTF-16, and after it
///
///     041A  batch read      unit (bits or bytes), length of the data
///     041C  random read
///     141A  batch write     unit, length, data
///     141B  random write    length in bytes, data
extension SLMPData {
  func readLabels(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard let count = number(message, data, 2), let abbreviations = number(message, data + form.width(2), 2) else {
      operation.note(
        Fault(
          .length, "Data length", seen: UInt64(max(0, message.byteCount - data)), least: UInt64(form.width(4)),
          most: 16_000))
      return
    }
    var offset = data + form.width(4)
    for _ in 0..<abbreviations {
      guard let length = number(message, offset, 2) else {
        return checkEnd(message, offset + form.width(2), &operation, &exchange)
      }
      offset += form.width(2 + 2 * length)
    }
    for index in 0..<count {
      guard let length = number(message, offset, 2), offset + form.width(2 + 2 * length) <= message.byteCount else {
        return checkEnd(message, offset + form.width(2), &operation, &exchange)
      }
      let name = wideText(message, offset + form.width(2), length, &exchange)
      offset += form.width(2 + 2 * length)
      var target = Target(area: .label, count: 1, name: name)
      var values = Values.none
      switch command {
      case .readLabels, .writeLabels:
        guard let unit = number(message, offset, 2), let size = number(message, offset + form.width(2), 2) else {
          exchange.add(target, to: &operation, isFirst: index == 0)
          return checkEnd(message, offset + form.width(4), &operation, &exchange)
        }
        target.count = UInt32(size)
        offset += form.width(4)
        if command == .writeLabels {
          values = labelData(message, at: offset, size, isBits: unit == 0)
          offset += form.width(labelSize(size, isBits: unit == 0))
        }
      case .writeRandomLabels:
        guard let size = number(message, offset, 2) else {
          exchange.add(target, to: &operation, isFirst: index == 0)
          return checkEnd(message, offset + form.width(2), &operation, &exchange)
        }
        offset += form.width(2)
        values = labelData(message, at: offset, size, isBits: false)
        offset += form.width(size)
      default: break
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
    checkEnd(message, offset, &operation, &exchange)
  }

  /// Bits come in words of sixteen.
  private func labelSize(_ size: Int, isBits: Bool) -> Int { isBits ? (size + 15) / 16 * 2 : size }
  private func labelData(_ message: RawSpan, at offset: Int, _ size: Int, isBits: Bool) -> Values {
    if isBits, !form.isASCII { return Values(.bit, at: offset, size, end: message.byteCount) }
    let bytes = labelSize(size, isBits: isBits)
    return bytes % 2 == 0 ? words(message, at: offset, bytes / 2) : self.bytes(message, at: offset, bytes)
  }

  /// The answer: the number of labels, then of each the data type, a unit (batch read) or a spare byte, the length of
  /// its data, and these.
  func readLabelValues(
    _ message: RawSpan, at data: Int, isArray: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard let count = number(message, data, 2) else { return }
    var offset = data + form.width(2)
    for place in 0..<min(count, Int(operation.items.count) + 1) {
      guard let type = number(message, offset, 1), let unit = number(message, offset + form.width(1), 1),
        let length = number(message, offset + form.width(2), 2)
      else { return }
      offset += form.width(4)
      let isBits = isArray && unit == 0
      let values =
        isBits
        ? labelData(message, at: offset, length, isBits: true) : typed(message, at: offset, length, type)
      exchange.answer(values, at: place, of: &operation)
      offset += form.width(labelSize(length, isBits: isBits))
    }
  }

  /// SH-080008, 9.1, data type ID.
  private func typed(_ message: RawSpan, at offset: Int, _ length: Int, _ type: Int) -> Values {
    let end = min(offset + form.width(length), message.byteCount)
    let format: Values.Format? =
      switch type {
      case 3: form.isASCII ? .hex8 : .uint32LE
      case 4: form.isASCII ? nil : .int16LE
      case 5, 8: form.isASCII ? nil : .int32LE
      case 6: form.isASCII ? nil : .float32LE
      case 7: form.isASCII ? nil : .float64LE
      default: nil
      }
    guard let format else { return labelData(message, at: offset, length, isBits: false) }
    return Values(format, at: offset, length, end: end)
  }

  // MARK: Text

  /// Text of `count` characters in UTF-16; four digits each in ASCII.
  func wideText(_ message: RawSpan, _ offset: Int, _ count: Int, _ exchange: inout Exchange) -> NameID {
    let count = min(count, NameTable.longest)
    return exchange.name { name in
      var lead: UInt32?
      for place in 0..<count {
        guard let read = number(message, offset + form.width(2 * place), 2) else { return }
        let unit = UInt32(read)
        switch (unit, lead) {
        case (0xD800...0xDBFF, _): lead = unit
        case (0xDC00...0xDFFF, let high?):
          name.append(scalar: 0x1_0000 + (high - 0xD800) << 10 + (unit - 0xDC00))
          lead = nil
        case (0, _): break
        default:
          name.append(scalar: unit)
          lead = nil
        }
      }
    }
  }
}

extension [UInt8] {
  /// UTF-8; a lone half of a pair becomes a question mark.
  fileprivate mutating func append(scalar: UInt32) {
    switch scalar {
    case 0xD800...0xDFFF: append(0x3F)
    case 0..<0x80: append(UInt8(scalar))
    case 0x80..<0x800:
      append(0xC0 | UInt8(scalar >> 6))
      append(0x80 | UInt8(scalar & 0x3F))
    case 0x800..<0x1_0000:
      append(0xE0 | UInt8(scalar >> 12))
      append(0x80 | UInt8(scalar >> 6 & 0x3F))
      append(0x80 | UInt8(scalar & 0x3F))
    default:
      append(0xF0 | UInt8(scalar >> 18 & 7))
      append(0x80 | UInt8(scalar >> 12 & 0x3F))
      append(0x80 | UInt8(scalar >> 6 & 0x3F))
      append(0x80 | UInt8(scalar & 0x3F))
    }
  }
}
