// SPDX-License-Identifier: Apache-2.0

/// Files (SH-080008, chapters 12 and 15; SH-080956ENG, 5.7). The sub-command says how passwords and names are written:
/// 0000 four characters and a name in ASCII (MELSEC-Q), 0004 thirty-two characters (MELSEC-L), 0040 a length and that
/// many characters, and a name in UTF-16 (iQ-R). Text is the same in binary and ASCII. The drive goes to the target's
/// number; passwords are not kept.
extension SLMPData {
  func readFile(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .readFile, .writeFile, .closeFile: pointer(message, at: data, command, &operation)
    case .copyFile: copy(message, at: data, &operation, &exchange)
    case .readDirectory:
      // A fixed value, the drive, the first file's number, how many, and the path.
      let before = isWide ? 6 : 4
      let place = fixed(message, at: data, before: before + 2)
      operation.target = named(message, at: place + form.width(before + 2), drive: place, &exchange)
    case .searchDirectory:
      let place = fixed(message, at: data, before: 4)
      operation.target = named(message, at: place + form.width(4), drive: place, &exchange)
    case .changeDate:
      let place = fixed(message, at: data, before: 6)
      operation.target = named(message, at: place + form.width(6), drive: place, &exchange)
    case .newFile, .deleteFile, .changeState, .openFile:
      var place = placeAfterPassword(message, at: data)
      if command == .openFile {
        operation.facets[.mode] = number(message, place, 2).map { UInt32($0) }
        place += form.width(2)
      } else if command == .changeState {
        operation.facets[.mode] = number(message, place + form.width(2), 2).map { UInt32($0) }
      }
      let between = command == .newFile ? 4 : command == .changeState ? 2 : 0
      operation.target = named(message, at: place + form.width(2 + between), drive: place, &exchange)
    default: numbered(message, at: data, command, &operation, &exchange)
    }
  }

  private var isWide: Bool { sub & 0x40 != 0 }

  /// The offset after a password.
  private func placeAfterPassword(_ message: RawSpan, at offset: Int) -> Int {
    if isWide { return offset + form.width(2) + (number(message, offset, 2) ?? 0) }
    return offset + (sub & 4 != 0 ? 32 : 4)
  }

  /// The offset after a fixed value: four characters, or a two-byte number, whichever fits the rest of the
  /// message. `before` bytes are between it and the length of a name that ends the message.
  private func fixed(_ message: RawSpan, at data: Int, before: Int) -> Int {
    for start in [data + 4, data + form.width(2)] {
      let place = start + form.width(before)
      guard let length = number(message, place, 2) else { continue }
      if place + form.width(2) + textWidth(length) == message.byteCount { return start }
    }
    return data + 4
  }

  private func textWidth(_ length: Int) -> Int { isWide ? form.width(2 * length) : length }

  /// A name after its length.
  private func named(_ message: RawSpan, at offset: Int, drive: Int, _ exchange: inout Exchange) -> Target {
    guard let length = number(message, offset, 2), offset + form.width(2) + textWidth(length) <= message.byteCount,
      length > 0
    else { return .none }
    let start = offset + form.width(2)
    let name =
      isWide
      ? wideText(message, start, length, &exchange) : exchange.name(message.slice(start, length).trimmed)
    return Target(
      area: .fileName, number: UInt32(truncatingIfNeeded: number(message, drive, 2) ?? 0), count: 1, name: name)
  }

  /// An open file by the number it got: offset and bytes, or how it is closed.
  private func pointer(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation
  ) {
    guard let pointer = number(message, data, 2) else { return checkEnd(message, data + form.width(2), &operation) }
    operation.target = Target(area: .file, number: UInt32(pointer))
    if command == .closeFile {
      operation.facets[.mode] = number(message, data + form.width(2), 2).map { UInt32($0) }
      return
    }
    guard let offset = number(message, data + form.width(2), 4), let count = number(message, data + form.width(6), 2)
    else { return checkEnd(message, data + form.width(8), &operation) }
    operation.target.address = UInt64(offset)
    operation.target.count = UInt32(count)
    guard command == .writeFile else { return checkEnd(message, data + form.width(8), &operation) }
    operation.values = bytes(message, at: data + form.width(8), count)
    checkEnd(message, data + form.width(8 + count), &operation)
  }

  /// Eight bytes of zeros, then password, drive and name of the copy, and of what is copied.
  private func copy(
    _ message: RawSpan, at data: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var offset = data + form.width(8)
    for place in 0..<2 {
      let drive = placeAfterPassword(message, at: offset)
      guard let length = number(message, drive + form.width(2), 2) else { return }
      let target = named(message, at: drive + form.width(2), drive: drive, &exchange)
      exchange.add(target, to: &operation, isFirst: place == 0)
      offset = drive + form.width(4) + textWidth(length)
    }
  }

  /// In QnACPUs (SH-080008, 15.3): a keyword of three bytes and its flag, the drive, a file's number or a fixed value,
  /// and eight characters of a name and three of an extension.
  private func numbered(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let skipped: Int
    switch command.rawValue {
    case 0x0203: skipped = 0
    case 0x0206, 0x0808, 0x1203...0x1206: skipped = 2
    case 0x1202: skipped = 4
    default: return
    }
    // A lock has its mode in the keyword's place.
    let drive = data + form.width(command.rawValue == 0x0808 ? 2 : 4)
    let start = drive + form.width(2 + skipped)
    guard start + 11 <= message.byteCount else { return }
    let name = exchange.name { name in
      for (from, count) in [(start, 8), (start + 8, 3)] {
        let part = message.slice(from, count).trimmed
        if from > start, part.byteCount > 0 { name.append(0x2E) }
        for place in 0..<part.byteCount { name.append(part.u8(place)) }
      }
    }
    operation.target = Target(
      area: .fileName, number: UInt32(truncatingIfNeeded: number(message, drive, 2) ?? 0), count: 1, name: name)
  }
}
