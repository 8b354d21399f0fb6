// SPDX-License-Identifier: Apache-2.0

/// Requests, in the order of MODBUS Application Protocol Specification V1.1b3, clause 6.
extension ModbusPDU {
  /// Fills in target, values, sub-function and fault.
  func parseRequest(_ operation: inout Operation) {
    if isException || functionCode == 0 {
      return operation.note(Fault(.code, "Function code", seen: UInt64(functionCode), least: 1, most: 127))
    }
    switch function {
    case .readCoils: parseReadRange(.coil, most: 2000, "Quantity of Coils", &operation)
    case .readDiscreteInputs: parseReadRange(.discreteInput, most: 2000, "Quantity of Inputs", &operation)
    case .readHoldingRegisters: parseReadRange(.holdingRegister, most: 125, "Quantity of Registers", &operation)
    case .readInputRegisters: parseReadRange(.inputRegister, most: 125, "Quantity of Input Registers", &operation)
    case .writeSingleCoil: parseWriteSingleCoil(&operation)
    case .writeSingleRegister: parseWriteSingleRegister(&operation)
    case .readExceptionStatus, .getCommEventCounter, .getCommEventLog, .reportServerID: _ = has(1, &operation)
    case .diagnostics: parseDiagnostics(&operation)
    case .writeMultipleCoils: parseWriteMultipleCoils(&operation)
    case .writeMultipleRegisters: parseWriteMultipleRegisters(&operation)
    case .readFileRecord: parseReadFileRecord(&operation)
    case .writeFileRecord: parseWriteFileRecord(&operation)
    case .maskWriteRegister: parseMaskWriteRegister(&operation)
    case .readWriteMultipleRegisters: parseReadWriteMultipleRegisters(&operation)
    case .readFIFOQueue: parseReadFIFOQueue(&operation)
    case .encapsulatedInterfaceTransport: parseEncapsulatedInterface(&operation)
    default: break
    }
  }

  /// An address at `offset` and the quantity after it: the target they name, and whether the specification allows it.
  @inline(__always)
  func target(
    _ area: Area, at offset: Int, most: UInt16, _ field: StaticString, _ operation: inout Operation
  ) -> Target {
    let address = u16(offset)
    let quantity = u16(offset + 2)
    if quantity == 0 || quantity > most {
      operation.note(Fault(.quantity, field, seen: UInt64(quantity), least: 1, most: UInt64(most)))
    } else if UInt32(address) + UInt32(quantity) > 65_536 {
      operation.note(
        Fault(.range, "Starting Address", seen: UInt64(address), least: 0, most: 65_536 - UInt64(quantity)))
    }
    return Target(area: area, address: UInt64(address), count: UInt32(quantity))
  }

  /// A byte count at `offset` that must be `expected`, followed by that many bytes, which end the PDU.
  @inline(__always)
  private func checkByteCount(at offset: Int, expected: Int, _ operation: inout Operation) {
    let byteCount = Int(u8(offset))
    if byteCount != expected {
      operation.note(Fault(.length, "Byte Count", seen: UInt64(byteCount), expected: UInt64(expected)))
    }
    _ = has(offset + 1 + byteCount, &operation)
  }

  /// 6.1 to 6.4: starting address, quantity.
  @inline(__always)
  private func parseReadRange(_ area: Area, most: UInt16, _ field: StaticString, _ operation: inout Operation) {
    guard has(Addressed.size, &operation) else { return }
    operation.target = target(area, at: Addressed.address, most: most, field, &operation)
  }

  /// 6.5 Write Single Coil: address, FF00 for on or 0000 for off. The response is the same.
  func parseWriteSingleCoil(_ operation: inout Operation) {
    guard has(Addressed.size, &operation) else { return }
    let value = u16(Addressed.value)
    if value != 0 && value != 0xFF00 {
      operation.note(Fault(.value, "Output Value", seen: UInt64(value), least: 0, most: 0xFF00))
    }
    operation.target = Target(area: .coil, address: UInt64(u16(Addressed.address)), count: 1)
    // On is FF00, off 0000.
    operation.values = values(.topBit, at: Addressed.value, 1)
  }

  /// 6.6 Write Single Register: address, value. The response is the same.
  func parseWriteSingleRegister(_ operation: inout Operation) {
    guard has(Addressed.size, &operation) else { return }
    operation.target = Target(area: .holdingRegister, address: UInt64(u16(Addressed.address)), count: 1)
    operation.values = values(.uint16, at: Addressed.value, 1)
  }

  /// 6.8 Diagnostics: sub-function and data words; only Return Query Data has more than one.
  private func parseDiagnostics(_ operation: inout Operation) {
    guard hasAtLeast(Diagnostics.data, &operation) else { return }
    parseSubfunction(&operation)
    guard count >= Diagnostics.size else { return }
    let data = u16(Diagnostics.data)
    let diagnostic = ModbusDiagnostic(rawValue: u16(Diagnostics.subfunction))
    switch diagnostic {
    case .restartCommunications:
      if data != 0 && data != 0xFF00 {
        operation.note(Fault(.value, "Data Field", seen: UInt64(data), least: 0, most: 0xFF00))
      }
    case .changeASCIIInputDelimiter:
      if data & 0xFF != 0 {
        operation.note(Fault(.value, "Data Field", seen: UInt64(data), expected: UInt64(data & 0xFF00)))
      }
    case _ where diagnostic.hasOneWord:
      if data != 0 { operation.note(Fault(.value, "Data Field", seen: UInt64(data), expected: 0)) }
    default: break
    }
  }

  /// The part of 6.8 that request and response have in common. The caller has checked that the sub-function is there.
  func parseSubfunction(_ operation: inout Operation) {
    let diagnostic = ModbusDiagnostic(rawValue: u16(Diagnostics.subfunction))
    operation.subcode = Int32(diagnostic.rawValue)
    operation.name = diagnostic.name
    operation.action = diagnostic.action
    if diagnostic.hasOneWord {
      _ = has(Diagnostics.size, &operation)
    } else if count % 2 == 0 {
      operation.note(Fault(.length, "PDU length", seen: UInt64(count), expected: UInt64(count + 1)))
    }
    operation.values = values(.uint16, at: Diagnostics.data, count)
  }

  /// 6.11 Write Multiple Coils: starting address, quantity, byte count, coils.
  private func parseWriteMultipleCoils(_ operation: inout Operation) {
    guard hasAtLeast(Addressed.values, &operation) else { return }
    operation.target = target(.coil, at: Addressed.address, most: 1968, "Quantity of Outputs", &operation)
    let quantity = Int(operation.target.count)
    checkByteCount(at: Addressed.byteCount, expected: (quantity + 7) / 8, &operation)
    operation.values = values(.bit, at: Addressed.values, quantity)
  }

  /// 6.12 Write Multiple Registers: starting address, quantity, byte count, registers.
  private func parseWriteMultipleRegisters(_ operation: inout Operation) {
    guard hasAtLeast(Addressed.values, &operation) else { return }
    operation.target = target(.holdingRegister, at: Addressed.address, most: 123, "Quantity of Registers", &operation)
    let quantity = Int(operation.target.count)
    checkByteCount(at: Addressed.byteCount, expected: 2 * quantity, &operation)
    operation.values = values(.uint16, at: Addressed.values, quantity)
  }

  /// 6.14 Read File Record: byte count, then groups of reference type, file number, record number, record length.
  private func parseReadFileRecord(_ operation: inout Operation) {
    guard hasAtLeast(Counted.bytes, &operation) else { return }
    let byteCount = Int(u8(Counted.byteCount))
    if byteCount < 7 || byteCount > 245 {
      operation.note(Fault(.length, "Byte Count", seen: UInt64(byteCount), least: 7, most: 245))
    } else if byteCount % 7 != 0 {
      operation.note(
        Fault(.length, "Byte Count", seen: UInt64(byteCount), expected: UInt64(byteCount - byteCount % 7)))
    }
    _ = has(Counted.bytes + byteCount, &operation)
    let end = min(count, Counted.bytes + byteCount)
    var offset = Counted.bytes
    while offset + FileGroup.data <= end {
      addFileGroup(at: offset, &operation)
      offset += FileGroup.data
    }
  }

  /// 6.15 Write File Record: byte count, then groups as above, each with its data. The response is the same.
  func parseWriteFileRecord(_ operation: inout Operation) {
    guard hasAtLeast(Counted.bytes, &operation) else { return }
    let byteCount = Int(u8(Counted.byteCount))
    if byteCount < 9 || byteCount > 251 {
      operation.note(Fault(.length, "Request data length", seen: UInt64(byteCount), least: 9, most: 251))
    }
    _ = has(Counted.bytes + byteCount, &operation)
    let end = min(count, Counted.bytes + byteCount)
    var offset = Counted.bytes
    while offset + FileGroup.data <= end {
      let words = Int(u16(offset + FileGroup.length))
      if offset == Counted.bytes { operation.values = values(.uint16, at: offset + FileGroup.data, words) }
      addFileGroup(at: offset, &operation)
      offset += FileGroup.data + 2 * words
    }
    if offset != end {
      operation.note(
        Fault(
          .length, "Request data length", seen: UInt64(byteCount), expected: UInt64(offset - Counted.bytes)))
    }
  }

  /// Reference type, file number, record number, record length. The first group names the target, all are
  /// counted in it.
  private func addFileGroup(at offset: Int, _ operation: inout Operation) {
    let referenceType = u8(offset + FileGroup.referenceType)
    let file = u16(offset + FileGroup.file)
    let record = u16(offset + FileGroup.record)
    let length = u16(offset + FileGroup.length)
    if referenceType != FileGroup.onlyReferenceType {
      operation.note(
        Fault(
          .value, "Reference Type", seen: UInt64(referenceType), expected: UInt64(FileGroup.onlyReferenceType)))
    } else if file == 0 {
      operation.note(Fault(.value, "File Number", seen: 0, least: 1, most: 65_535))
    } else if record > 9999 {
      operation.note(Fault(.value, "Record Number", seen: UInt64(record), least: 0, most: 9999))
    } else if UInt32(record) + UInt32(length) > 10_000 {
      operation.note(Fault(.range, "Record Length", seen: UInt64(length), least: 0, most: 10_000 - UInt64(record)))
    }
    if operation.target.area == .none {
      operation.target = Target(area: .file, number: UInt32(file), address: UInt64(record))
    }
    operation.target.count += UInt32(length)
  }

  /// 6.16 Mask Write Register: address, AND mask, OR mask. The response is the same.
  func parseMaskWriteRegister(_ operation: inout Operation) {
    guard has(MaskWrite.size, &operation) else { return }
    operation.target = Target(area: .holdingRegister, address: UInt64(u16(Addressed.address)), count: 1)
    operation.values = values(.uint16, at: MaskWrite.masks, 2)
    operation.effect = .keepThenSet
  }

  /// 6.17 Read/Write Multiple Registers: the range to read, the range to write, byte count, registers to write.
  private func parseReadWriteMultipleRegisters(_ operation: inout Operation) {
    guard hasAtLeast(ReadWrite.values, &operation) else { return }
    operation.target = target(
      .holdingRegister, at: ReadWrite.readRange, most: 125, "Quantity to Read", &operation)
    operation.written = target(
      .holdingRegister, at: ReadWrite.writeRange, most: 121, "Quantity to Write", &operation)
    let quantity = Int(operation.written.count)
    checkByteCount(at: ReadWrite.byteCount, expected: 2 * quantity, &operation)
    operation.values = values(.uint16, at: ReadWrite.values, quantity)
  }

  /// 6.18 Read FIFO Queue: the address of the queue's pointer; only the response has the number of registers.
  private func parseReadFIFOQueue(_ operation: inout Operation) {
    guard has(Addressed.quantity, &operation) else { return }
    operation.target = Target(area: .fifo, address: UInt64(u16(Addressed.address)))
  }

  /// 6.19 Encapsulated Interface Transport: MEI type, then what the type defines.
  private func parseEncapsulatedInterface(_ operation: inout Operation) {
    guard parseInterfaceType(&operation) else { return }
    guard isDeviceIdentification, has(Interface.requestSize, &operation) else { return }
    // 6.21: Read Device ID code, object id. An individual object (code 4) must not be a reserved one.
    let code = u8(Interface.code)
    let object = u8(Interface.object)
    if code < 1 || code > 4 {
      operation.note(Fault(.value, "Read Device ID code", seen: UInt64(code), least: 1, most: 4))
    } else if code == 4, 7...0x7F ~= object {
      operation.note(Fault(.value, "Object Id", seen: UInt64(object), least: 0, most: 6))
    }
    operation.values = values(.uint8, at: Interface.code, 2)
  }

  /// The MEI type and what depends on it; false if the PDU is too short for one.
  func parseInterfaceType(_ operation: inout Operation) -> Bool {
    guard hasAtLeast(Interface.data, &operation) else { return false }
    let type = ModbusEncapsulatedInterface(rawValue: u8(Interface.type))
    operation.subcode = Int32(type.rawValue)
    operation.name = type.name
    switch type {
    case .readDeviceIdentification: operation.action = .identify
    case .canOpen:
      // A tunnel for CANopen's object dictionary (6.20), laid out in CiA 309-2, which is not public. The byte after the
      // type is said to be 1 for a write access in some drives and 0x20 in CiA 309-2 itself; no public document
      // confirms either. Everything else counts as diagnosis.
      let access = count > Interface.data ? u8(Interface.data) : 0
      operation.action = access == 1 || access == 0x20 ? .write : .diagnose
      operation.values = values(.uint8, at: Interface.data, count)
    default:
      operation.note(Fault(.code, "MEI Type", seen: UInt64(type.rawValue), least: 13, most: 14))
    }
    return true
  }
}
