// SPDX-License-Identifier: Apache-2.0

/// The text of commands (W342, 5-2 and 5-3), which follows the command code: at 12 of the frame.
enum FINSRequests {
  static func read(
    _ frame: borrowing FINSHeader, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .memoryAreaRead, .memoryAreaWrite, .memoryAreaFill:
      guard let place = FINSArea.place(frame, at: 12, countSize: 2, &operation) else { return }
      operation.target = place.target
      // A read's answer has values of the same kind.
      operation.values = Values(format: place.format, stride: place.stride)
      guard command != .memoryAreaRead else { return }
      let count = command == .memoryAreaFill ? 1 : Int(place.target.count)
      operation.values = FINSArea.values(frame, at: 18, count, place)
      if command == .memoryAreaWrite, frame.count - 18 != count * place.width {
        operation.note(
          Fault(.length, "Number of items", seen: UInt64(frame.count - 18), expected: UInt64(count * place.width)))
      }
    case .multipleMemoryAreaRead: readAreas(frame, &operation, &exchange)
    case .memoryAreaTransfer:
      guard frame.count >= 22 else {
        return operation.note(Fault(.length, "Command text", seen: UInt64(frame.count - 12), expected: 10))
      }
      let count = UInt32(frame.u16(20))
      if let place = FINSArea.place(frame, at: 12, &operation) { operation.target = place.target }
      if let place = FINSArea.place(frame, at: 16, &operation) { operation.written = place.target }
      if operation.target != .none { operation.target.count = count }
      if operation.written != .none { operation.written.count = count }
    case .forcedSetReset: readForced(frame, &operation, &exchange)
    case .parameterAreaRead, .parameterAreaWrite, .parameterAreaClear:
      guard frame.count >= 18 else { return }
      operation.target = parameters(frame, at: 12)
    case .programAreaRead, .programAreaWrite:
      operation.isFetch = command == .programAreaRead
      guard frame.count >= 20 else { return }
      operation.target = Target(
        area: .programArea, number: UInt32(frame.u16(12)),
        address: UInt64(frame.u16(14)) << 16 | UInt64(frame.u16(16)), count: UInt32(frame.u16(18) & 0x7FFF))
    case .programAreaClear:
      // Program number, clear code.
      guard frame.count >= 14 else { return }
      operation.target = Target(area: .programArea, number: UInt32(frame.u16(12)))
    case .run, .stop:
      // Program number, mode: 2 is MONITOR, 4 RUN.
      if frame.count >= 15 { operation.facets[.mode] = UInt32(frame.u8(14)) }
    case .clockWrite: FINSClock.read(frame, at: 12, &operation)
    default: if command.namesFiles { readFiles(frame, command, &operation, &exchange) }
    }
  }

  // MARK: Memory areas

  /// Multiple Memory Area Read: places of four bytes, one item of each.
  private static func readAreas(
    _ frame: borrowing FINSHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var offset = 12
    while offset + 4 <= frame.count {
      let target = FINSArea.place(frame, at: offset, &operation)?.target ?? .none
      exchange.add(target, to: &operation, isFirst: offset == 12)
      offset += 4
    }
  }

  /// Forced Set/Reset: a number of bits, then for each what is to be done (0 reset, 1 set, 8000 and 8001 released to
  /// either, FFFF released), and where.
  private static func readForced(
    _ frame: borrowing FINSHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard frame.count >= 14 else { return }
    var offset = 14
    while offset + 6 <= frame.count {
      let target = FINSArea.place(frame, at: offset + 2, &operation)?.target ?? .none
      let value = Values(.uint16, at: frame.start + offset, 1, end: frame.end)
      exchange.add(target, value, to: &operation, isFirst: offset == 14)
      offset += 6
    }
  }

  private static func parameters(_ frame: borrowing FINSHeader, at offset: Int) -> Target {
    Target(
      area: .parameterArea, number: UInt32(frame.u16(offset)), address: UInt64(frame.u16(offset + 2)),
      count: UInt32(frame.u16(offset + 4) & 0x7FFF))
  }

  // MARK: Files

  /// File memory: a name is eight characters, a dot, three characters; before it comes the number of its disk.
  private static func readFiles(
    _ frame: borrowing FINSHeader, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    // Disk, name.
    case .singleFileRead, .fileDataCheck: addFile(frame, at: 14, &operation, &exchange)
    // Disk, parameter, name.
    case .singleFileWrite, .directory: addFile(frame, at: 16, &operation, &exchange)
    case .volumeLabel: operation.detail = exchange.name(frame.bytes(16, 12).trimmed)
    case .fileDelete:
      // Disk, number of files, names.
      var offset = 16
      while offset + 12 <= frame.count {
        addFile(frame, at: offset, &operation, &exchange)
        offset += 12
      }
    case .fileCopy:
      // Disk and name twice: from, to.
      addFile(frame, at: 14, &operation, &exchange)
      addFile(frame, at: 28, &operation, &exchange)
    case .fileNameChange:
      // Disk, old name, new name.
      addFile(frame, at: 14, &operation, &exchange)
      addFile(frame, at: 26, &operation, &exchange)
    case .memoryAreaFile, .parameterAreaFile, .programAreaFile:
      // Parameter: 0 to the file, 1 from the file into the controller, 2 comparison. From a file it has
      // the action of the command that writes to the controller directly.
      guard frame.count >= 20 else { return }
      let parameter = frame.u16(12)
      switch command {
      case .memoryAreaFile:
        if let place = FINSArea.place(frame, at: 14, countSize: 2, &operation) { operation.target = place.target }
        if parameter == 1 { operation.action = .write }
        addFile(frame, at: 22, &operation, &exchange)
      case .parameterAreaFile:
        operation.target = parameters(frame, at: 14)
        if parameter == 1 { operation.action = .configure }
        addFile(frame, at: 22, &operation, &exchange)
      default:
        operation.isFetch = parameter != 1
        operation.target = Target(area: .programArea, number: UInt32(frame.u16(14)))
        if frame.count >= 24 {
          operation.target.address = UInt64(frame.u16(16)) << 16 | UInt64(frame.u16(18))
          operation.target.count = UInt32(frame.u16(20)) << 16 | UInt32(frame.u16(22))
        }
        addFile(frame, at: 26, &operation, &exchange)
      }
    default: break
    }
  }

  private static func addFile(
    _ frame: borrowing FINSHeader, at offset: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard frame.count >= offset + 12 else { return }
    let target = Target(area: .fileName, count: 1, name: exchange.name(frame.bytes(offset, 12).trimmed))
    exchange.add(target, to: &operation, isFirst: operation.target == .none)
  }
}
