// SPDX-License-Identifier: Apache-2.0

/// The text of commands and responses (W342, 5-2 and 5-3): what stands behind the command code, at 12 of the frame.
enum FINSText {
  static func request(
    _ frame: borrowing FINSFrame, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command.rawValue {
    case 0x0101...0x0103:
      guard let place = place(frame, at: 12, count: 2, &operation) else { return }
      operation.target = place.target
      // A read's answer has values of the same kind.
      operation.values = Values(format: place.format, stride: place.stride)
      guard command != .memoryAreaRead else { return }
      let count = command == .memoryAreaFill ? 1 : Int(place.target.count)
      operation.values = values(frame, at: 18, count, place)
      if command == .memoryAreaWrite, frame.count - 18 != count * place.width {
        operation.note(
          Fault(.length, "Number of items", seen: UInt64(frame.count - 18), expected: UInt64(count * place.width)))
      }
    case 0x0104: areas(frame, &operation, &exchange)
    case 0x0105:
      guard frame.count >= 22 else {
        return operation.note(Fault(.length, "Command text", seen: UInt64(frame.count - 12), expected: 10))
      }
      let count = UInt32(frame.u16(20))
      if let place = place(frame, at: 12, &operation) { operation.target = place.target }
      if let place = place(frame, at: 16, &operation) { operation.written = place.target }
      if operation.target != .none { operation.target.count = count }
      if operation.written != .none { operation.written.count = count }
    case 0x2301: forced(frame, &operation, &exchange)
    case 0x0201...0x0203:
      guard frame.count >= 18 else { return }
      operation.target = parameters(frame, at: 12)
    case 0x0306...0x0307:
      operation.isFetch = command.rawValue == 0x0306
      guard frame.count >= 20 else { return }
      operation.target = Target(
        area: .programArea, number: UInt32(frame.u16(12)),
        address: UInt64(frame.u16(14)) << 16 | UInt64(frame.u16(16)), count: UInt32(frame.u16(18) & 0x7FFF))
    case 0x0308:
      // Program number, clear code.
      guard frame.count >= 14 else { return }
      operation.target = Target(area: .programArea, number: UInt32(frame.u16(12)))
    case 0x0401, 0x0402:
      // Program number, mode: 2 is MONITOR, 4 RUN.
      if frame.count >= 15 { operation.facets[.mode] = UInt32(frame.u8(14)) }
    case 0x0702:
      // Year, month, day, hour, minute, second in BCD.
      operation.values = Values(.uint8, at: frame.start + 12, 7, end: frame.start + frame.count)
    case 0x2202, 0x2203, 0x2205...0x220C, 0x2215: files(frame, command, &operation, &exchange)
    default: break
    }
  }

  static func response(
    _ frame: borrowing FINSFrame, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    if frame.count >= 14 {
      let end = FINSEndCode(rawValue: frame.u16(12))
      operation.outcome = end.rawValue == 0 ? .ok : .error(code: UInt32(end.rawValue), name: end.name)
    } else {
      operation.note(Fault(.length, "End code", seen: UInt64(frame.count - 12), least: 2, most: 2000))
    }
    var isLocal = false
    if exchange.waiting(transaction: operation.transaction, unit: operation.unit) == nil {
      isLocal = exchange.waiting(transaction: operation.transaction, unit: FINS.localNode) != nil
    }
    _ = exchange.tie(&operation, place: isLocal ? FINS.localNode : nil) { asked, answer in
      answer.action = asked.action
      answer.isFetch = asked.isFetch
      answer.values = Values(format: asked.values.format, stride: asked.values.stride)
    }
    let format = operation.values
    operation.values = .none
    guard operation.outcome == .ok else { return }
    switch command.rawValue {
    case 0x0101:
      let count = operation.pairing == .answered ? Int(operation.target.count) : .max
      operation.values = Values(
        format.format == .none ? .uint16 : format.format, at: frame.start + 14, count, stride: Int(format.stride),
        end: frame.start + frame.count)
    case 0x0104:
      // Each value behind the code of its area.
      var offset = 14
      var place = 0
      while offset < frame.count, let area = FINSArea(rawValue: frame.u8(offset)).place {
        exchange.answer(values(frame, at: offset + 1, 1, area), at: place, of: &operation)
        offset += 1 + area.width
        place += 1
      }
    case 0x0501:
      // Twenty characters of model, twenty of version.
      guard frame.count >= 54 else { return }
      var report = IdentityReport()
      report.knownVendor = "Omron"
      report.model = exchange.name(frame.bytes(14, 20).trimmed)
      report.firmware = exchange.name(frame.bytes(34, 20).trimmed)
      exchange.identities.append(report)
    case 0x0601:
      // Status, mode, errors.
      operation.values = Values(.uint8, at: frame.start + 14, 6, end: frame.start + frame.count)
    case 0x0701:
      operation.values = Values(.uint8, at: frame.start + 14, 7, end: frame.start + frame.count)
    default: break
    }
  }

  // MARK: Memory areas

  /// Area code, word address, bit: what they name, and how values of it are sent. With `count` bytes of a number of
  /// items behind them.
  private static func place(
    _ frame: borrowing FINSFrame, at offset: Int, count: Int = 0, _ operation: inout Operation
  ) -> FINSArea.Place? {
    guard frame.count >= offset + 4 + count else {
      operation.note(
        Fault(.length, "Command text", seen: UInt64(frame.count - 12), least: UInt64(offset + count - 8), most: 2000))
      return nil
    }
    let code = FINSArea(rawValue: frame.u8(offset))
    guard var place = code.place else {
      operation.note(Fault(unlisted: "Memory area code", seen: UInt64(code.rawValue)))
      return nil
    }
    place.target.address = UInt64(frame.u16(offset + 1))
    place.target.count = count > 0 ? UInt32(frame.u16(offset + 4)) : 1
    if place.target.area == .tim, place.target.address >= code.firstCounter {
      place.target.area = .cnt
      place.target.address -= code.firstCounter
    }
    if place.isBit { place.target.bit = Int8(truncatingIfNeeded: frame.u8(offset + 3) & 15) }
    return place
  }

  private static func values(
    _ frame: borrowing FINSFrame, at offset: Int, _ count: Int, _ place: FINSArea.Place
  ) -> Values {
    Values(
      place.format, at: frame.start + offset, count, stride: Int(place.stride), end: frame.start + frame.count)
  }

  /// Multiple Memory Area Read: places of four bytes, one item of each.
  private static func areas(
    _ frame: borrowing FINSFrame, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var offset = 12
    while offset + 4 <= frame.count {
      let target = place(frame, at: offset, &operation)?.target ?? .none
      exchange.add(target, to: &operation, isFirst: offset == 12)
      offset += 4
    }
  }

  /// Forced Set/Reset: a number of bits, then for each what is to be done (0 reset, 1 set, 8000 and 8001 released to
  /// either, FFFF released), and where.
  private static func forced(
    _ frame: borrowing FINSFrame, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard frame.count >= 14 else { return }
    var offset = 14
    while offset + 6 <= frame.count {
      let target = place(frame, at: offset + 2, &operation)?.target ?? .none
      let value = Values(.uint16, at: frame.start + offset, 1, end: frame.start + frame.count)
      exchange.add(target, value, to: &operation, isFirst: offset == 14)
      offset += 6
    }
  }

  private static func parameters(_ frame: borrowing FINSFrame, at offset: Int) -> Target {
    Target(
      area: .parameterArea, number: UInt32(frame.u16(offset)), address: UInt64(frame.u16(offset + 2)),
      count: UInt32(frame.u16(offset + 4) & 0x7FFF))
  }

  // MARK: Files

  /// File memory: a name is eight characters, a dot, three characters, behind the number of its disk.
  private static func files(
    _ frame: borrowing FINSFrame, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command.rawValue {
    // Disk, name.
    case 0x2202, 0x2209: file(frame, at: 14, &operation, &exchange)
    // Disk, parameter, name.
    case 0x2203, 0x2215: file(frame, at: 16, &operation, &exchange)
    case 0x2206: operation.detail = exchange.name(frame.bytes(16, 12).trimmed)
    case 0x2205:
      // Disk, number of files, names.
      var offset = 16
      while offset + 12 <= frame.count {
        file(frame, at: offset, &operation, &exchange)
        offset += 12
      }
    case 0x2207:
      // Disk and name twice: from, to.
      file(frame, at: 14, &operation, &exchange)
      file(frame, at: 28, &operation, &exchange)
    case 0x2208:
      // Disk, old name, new name.
      file(frame, at: 14, &operation, &exchange)
      file(frame, at: 26, &operation, &exchange)
    case 0x220A...0x220C:
      // Parameter: 0 to the file, 1 from the file into the controller, 2 comparison. From a file it is the deed it
      // would be by its own command.
      guard frame.count >= 20 else { return }
      let parameter = frame.u16(12)
      switch command.rawValue {
      case 0x220A:
        if let place = place(frame, at: 14, count: 2, &operation) { operation.target = place.target }
        if parameter == 1 { operation.action = .write }
        file(frame, at: 22, &operation, &exchange)
      case 0x220B:
        operation.target = parameters(frame, at: 14)
        if parameter == 1 { operation.action = .configure }
        file(frame, at: 22, &operation, &exchange)
      default:
        operation.isFetch = parameter != 1
        operation.target = Target(area: .programArea, number: UInt32(frame.u16(14)))
        if frame.count >= 24 {
          operation.target.address = UInt64(frame.u16(16)) << 16 | UInt64(frame.u16(18))
          operation.target.count = UInt32(frame.u16(20)) << 16 | UInt32(frame.u16(22))
        }
        file(frame, at: 26, &operation, &exchange)
      }
    default: break
    }
  }

  private static func file(
    _ frame: borrowing FINSFrame, at offset: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard frame.count >= offset + 12 else { return }
    let target = Target(area: .fileName, count: 1, name: exchange.name(frame.bytes(offset, 12).trimmed))
    exchange.add(target, to: &operation, isFirst: operation.target == .none)
  }
}
