// SPDX-License-Identifier: Apache-2.0

/// The text of commands (W342, 5-2 and 5-3), which follows the command code (`FINSText`).
enum FINSRequests {
  static func read(
    _ frame: borrowing FINSHeader, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .memoryAreaRead, .memoryAreaWrite, .memoryAreaFill:
      guard let place = FINSArea.place(frame, at: FINSText.MemoryArea.place, countSize: 2, &operation) else {
        return
      }
      operation.target = place.target
      // The response to a read has values of the same format.
      operation.values = Values(format: place.format, stride: place.stride)
      guard command != .memoryAreaRead else { return }
      if command == .memoryAreaFill { operation.effect = .fill }
      let count = command == .memoryAreaFill ? 1 : Int(place.target.count)
      operation.values = FINSArea.values(frame, at: FINSText.MemoryArea.values, count, place)
      check(frame, from: FINSText.MemoryArea.values, holds: count * place.width, "Number of items", &operation)
    case .multipleMemoryAreaRead: readAreas(frame, &operation, &exchange)
    case .memoryAreaTransfer:
      guard frame.count >= FINSText.Transfer.end else {
        return operation.note(
          Fault(
            .length, "Command text", seen: UInt64(frame.count - FINSText.start),
            expected: UInt64(FINSText.Transfer.end - FINSText.start)))
      }
      let count = UInt32(frame.u16(FINSText.Transfer.count))
      if let place = FINSArea.place(frame, at: FINSText.Transfer.from, &operation) { operation.target = place.target }
      if let place = FINSArea.place(frame, at: FINSText.Transfer.to, &operation) { operation.written = place.target }
      if operation.target != .none { operation.target.count = count }
      if operation.written != .none { operation.written.count = count }
    case .forcedSetReset: readForced(frame, &operation, &exchange)
    case .parameterAreaRead, .parameterAreaWrite, .parameterAreaClear:
      guard frame.count >= FINSText.start + FINSText.Parameters.size else { return }
      operation.target = parameters(frame, at: FINSText.start)
      let words = command == .parameterAreaWrite ? Int(operation.target.count) : 1
      if command != .parameterAreaRead {
        check(frame, from: FINSText.start + FINSText.Parameters.size, holds: 2 * words, "Number of words", &operation)
      }
    case .programAreaRead, .programAreaWrite:
      operation.isFetch = command == .programAreaRead
      guard frame.count >= FINSText.Program.end else { return }
      operation.target = Target(
        area: .programArea, number: UInt32(frame.u16(FINSText.Program.number)),
        address: UInt64(frame.u32(FINSText.Program.address)),
        count: UInt32(frame.u16(FINSText.Program.count) & 0x7FFF))
      if command == .programAreaWrite {
        check(
          frame, from: FINSText.Program.end, holds: Int(operation.target.count), "Number of bytes", &operation)
      }
    case .programAreaClear:
      guard frame.count >= FINSText.Program.address else { return }
      operation.target = Target(area: .programArea, number: UInt32(frame.u16(FINSText.Program.number)))
    case .run, .stop:
      if frame.count > FINSText.Mode.mode { operation.facets[.mode] = UInt32(frame.u8(FINSText.Mode.mode)) }
    case .clockWrite: FINSClock.read(frame, at: FINSText.start, &operation)
    default: if command.namesFiles { readFiles(frame, command, &operation, &exchange) }
    }
  }

  /// What is written fills the rest of the frame.
  private static func check(
    _ frame: borrowing FINSHeader, from offset: Int, holds expected: Int, _ field: StaticString,
    _ operation: inout Operation
  ) {
    let there = frame.count - offset
    guard there != expected else { return }
    operation.note(Fault(.length, field, seen: UInt64(max(0, there)), expected: UInt64(expected)))
  }

  // MARK: Memory areas

  /// Multiple Memory Area Read: places of four bytes, one item of each.
  private static func readAreas(
    _ frame: borrowing FINSHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var offset = FINSText.start
    while offset + FINSText.Place.size <= frame.count {
      let target = FINSArea.place(frame, at: offset, &operation)?.target ?? .none
      exchange.add(target, to: &operation, isFirst: offset == FINSText.start)
      offset += FINSText.Place.size
    }
    check(frame, from: offset, holds: 0, "Command text", &operation)
  }

  /// Forced Set/Reset: a number of bits, then for each one a command (0 reset, 1 set, 8000 and 8001 the same and
  /// release, FFFF release) and a place.
  private static func readForced(
    _ frame: borrowing FINSHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var offset = FINSText.Forced.items
    while offset + FINSText.Forced.itemSize <= frame.count {
      let target = FINSArea.place(frame, at: offset + FINSText.Forced.place, &operation)?.target ?? .none
      let value = Values(.uint16, at: frame.start + offset, 1, end: frame.end)
      exchange.add(target, value, to: &operation, isFirst: offset == FINSText.Forced.items)
      offset += FINSText.Forced.itemSize
    }
    guard frame.count >= FINSText.Forced.items else {
      return check(
        frame, from: FINSText.start, holds: FINSText.Forced.items - FINSText.start, "Command text", &operation)
    }
    let bits = Int(frame.u16(FINSText.start))
    check(frame, from: FINSText.Forced.items, holds: bits * FINSText.Forced.itemSize, "Number of bits", &operation)
  }

  private static func parameters(_ frame: borrowing FINSHeader, at offset: Int) -> Target {
    Target(
      area: .parameterArea, number: UInt32(frame.u16(offset)),
      address: UInt64(frame.u16(offset + FINSText.Parameters.firstWord)),
      count: UInt32(frame.u16(offset + FINSText.Parameters.count) & 0x7FFF))
  }

  // MARK: Files

  /// File memory: a name is eight characters, a dot, three characters; before it comes the number of its disk.
  private static func readFiles(
    _ frame: borrowing FINSHeader, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .singleFileRead, .fileDataCheck: addFile(frame, at: FINSText.File.name, &operation, &exchange)
    case .singleFileWrite, .directory:
      addFile(frame, at: FINSText.File.nameAfterParameter, &operation, &exchange)
      if command == .singleFileWrite, frame.count >= FINSText.File.data {
        check(
          frame, from: FINSText.File.data, holds: Int(frame.u16(FINSText.File.dataLength)), "Data length", &operation)
      }
    case .volumeLabel:
      operation.detail = exchange.name(
        frame.bytes(FINSText.File.nameAfterParameter, FINSText.File.nameSize).trimmed)
    case .fileDelete:
      var offset = FINSText.File.nameAfterParameter
      while offset + FINSText.File.nameSize <= frame.count {
        addFile(frame, at: offset, &operation, &exchange)
        offset += FINSText.File.nameSize
      }
    case .fileCopy:
      addFile(frame, at: FINSText.File.name, &operation, &exchange)
      addFile(frame, at: FINSText.File.copyName, &operation, &exchange)
    case .fileNameChange:
      addFile(frame, at: FINSText.File.name, &operation, &exchange)
      addFile(frame, at: FINSText.File.newName, &operation, &exchange)
    case .memoryAreaFile, .parameterAreaFile, .programAreaFile:
      // Parameter: 0 to the file, 1 from the file into the controller, 2 comparison. From a file it has
      // the action of the command that writes to the controller directly.
      guard frame.count >= FINSText.FileTransfer.end else { return }
      let parameter = frame.u16(FINSText.FileTransfer.parameter)
      switch command {
      case .memoryAreaFile:
        if let place = FINSArea.place(frame, at: FINSText.FileTransfer.source, countSize: 2, &operation) {
          operation.target = place.target
        }
        if parameter == 1 { operation.action = .write }
        addFile(frame, at: FINSText.FileTransfer.name, &operation, &exchange)
      case .parameterAreaFile:
        operation.target = parameters(frame, at: FINSText.FileTransfer.source)
        if parameter == 1 { operation.action = .configure }
        addFile(frame, at: FINSText.FileTransfer.name, &operation, &exchange)
      default:
        operation.isFetch = parameter != 1
        operation.target = Target(area: .programArea, number: UInt32(frame.u16(FINSText.FileTransfer.source)))
        if frame.count >= FINSText.FileTransfer.programEnd {
          operation.target.address = UInt64(frame.u32(FINSText.FileTransfer.programAddress))
          operation.target.count = frame.u32(FINSText.FileTransfer.programCount)
        }
        addFile(frame, at: FINSText.FileTransfer.programName, &operation, &exchange)
      }
    default: break
    }
  }

  private static func addFile(
    _ frame: borrowing FINSHeader, at offset: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard frame.count >= offset + FINSText.File.nameSize else { return }
    let name = exchange.name(frame.bytes(offset, FINSText.File.nameSize).trimmed)
    let target = Target(area: .fileName, count: 1, name: name)
    exchange.add(target, to: &operation, isFirst: operation.target == .none)
  }
}
