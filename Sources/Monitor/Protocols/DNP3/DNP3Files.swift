// SPDX-License-Identifier: Apache-2.0

/// A file object: IEEE 1815-2012, annex A.31. Authentication (2), command (3) and descriptor (7) state where their name
/// is, a specification string (8) is itself a name; the others start with the handle of an open file. Numbers are
/// little-endian.
///
///     0             2             4              8            12
///     +-------------+-------------+--------------+------------+-------- ... -+
///     | name offset | name length | ...                                      |  2, 3, 7
///     +-------------+-------------+--------------+------------+-------- ... -+
///     | handle                    | size         | block size | status       |  4: command status
///     +---------------------------+--------------+------------+-------- ... -+
///     | handle                    | block number | data or status            |  5, 6: transport, transport status
///     +---------------------------+--------------+--------------------- ... -+
struct DNP3FileObject: ~Escapable {
  private let bytes: RawSpan
  private let variation: UInt8

  /// `bytes` holds the object as far as it is present; missing fields read as nil.
  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, variation: UInt8) {
    self.bytes = bytes
    self.variation = variation
  }

  /// Empty if the object has no name.
  var name: RawSpan {
    @_lifetime(copy self) get {
      switch variation {
      case 2, 3, 7: bytes.byteCount >= 4 ? bytes.slice(Int(bytes.u16LE(0)), Int(bytes.u16LE(2))) : RawSpan()
      case 8: bytes
      default: RawSpan()
      }
    }
  }
  /// The name is a user name (authentication).
  var isUser: Bool { variation == 2 }
  var handle: UInt32? { 4...6 ~= variation && bytes.byteCount >= 4 ? bytes.u32LE(0) : nil }
  /// Without the highest bit, which marks the last block.
  var blockNumber: UInt32? { 5...6 ~= variation && bytes.byteCount >= 8 ? bytes.u32LE(4) & 0x7FFF_FFFF : nil }
  var status: DNP3FileStatus? {
    switch variation {
    case 4: bytes.byteCount > 12 ? DNP3FileStatus(rawValue: bytes.u8(12)) : nil
    case 6: bytes.byteCount > 8 ? DNP3FileStatus(rawValue: bytes.u8(8)) : nil
    default: nil
    }
  }
}

/// A handle belongs to one station; `Exchange.remember` keeps the file name it was opened for.
struct DNP3FileHandle {
  let station: Int64
  let number: UInt32
  var bits: UInt64 { UInt64(UInt16(truncatingIfNeeded: station)) << 32 | UInt64(number) }
}

extension DNP3 {
  /// Reads file objects, each preceded by its size. An object without a name has the handle assigned when the file was
  /// opened; the name it was opened under is the target.
  static func readFiles(
    _ block: DNP3ObjectBlock, _ bytes: RawSpan, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let prefix = block.range.prefix
    var offset = block.start
    for _ in 0..<Int(block.range.count) {
      guard offset + prefix <= block.end else { break }
      let size = block.range.number(bytes, at: offset)
      let file = DNP3FileObject(
        bytes.slice(offset + prefix, min(size, block.end - offset - prefix)), variation: block.object.variation)
      offset += prefix + size
      var target = Target(area: .group, number: UInt32(DNP3Group.file), count: 1)
      readHandle(of: file, in: block.function, &target, &operation, &exchange)
      if file.name.byteCount > 0 {
        target = Target(area: file.isUser ? .user : .fileName, count: 1, name: exchange.name(file.name))
      }
      add(target, to: &operation, &exchange)
    }
  }

  private static func readHandle(
    of file: borrowing DNP3FileObject, in function: DNP3Function, _ target: inout Target, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    guard let handle = file.handle else { return }
    operation.facets[.fileHandle] = handle
    target.address = UInt64(handle)
    if let name = exchange.recall(DNP3FileHandle(station: operation.unit, number: handle).bits) {
      let name = NameID(rawValue: UInt32(truncatingIfNeeded: name))
      if exchange.names.names[name].byteCount > 0 { target = Target(area: .fileName, count: 1, name: name) }
    }
    if let number = file.blockNumber { operation.facets[.blockNumber] = number }
    guard function == .response, operation.outcome == .ok, let status = file.status, status != .success else { return }
    operation.outcome = .error(code: UInt32(status.rawValue), name: status.name)
  }
}
