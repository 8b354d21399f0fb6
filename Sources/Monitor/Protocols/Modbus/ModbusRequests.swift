// SPDX-License-Identifier: Apache-2.0

/// Requests, in the order of MODBUS Application Protocol Specification V1.1b3, clause 6.
extension ModbusPDU {
  /// Fills in target, values, sub-function and fault.
  func parseRequest(_ operation: inout Operation) {
    switch functionCode {
    case 1: parseReadRange(.coil, most: 2000, "Quantity of Coils", &operation)
    case 2: parseReadRange(.discreteInput, most: 2000, "Quantity of Inputs", &operation)
    case 3: parseReadRange(.holdingRegister, most: 125, "Quantity of Registers", &operation)
    case 4: parseReadRange(.inputRegister, most: 125, "Quantity of Input Registers", &operation)
    case 5: parseWriteSingleCoil(&operation)
    case 6: parseWriteSingleRegister(&operation)
    case 7, 11, 12, 17: _ = has(1, &operation)
    case 8: parseDiagnostics(&operation)
    case 15: parseWriteMultipleCoils(&operation)
    case 16: parseWriteMultipleRegisters(&operation)
    case 20: parseReadFileRecord(&operation)
    case 21: parseWriteFileRecord(&operation)
    case 22: parseMaskWriteRegister(&operation)
    case 23: parseReadWriteMultipleRegisters(&operation)
    case 24: parseReadFIFOQueue(&operation)
    case 43: parseEncapsulatedInterface(&operation)
    case 0, 128...255:
      operation.note(Fault(.code, "Function code", seen: UInt64(functionCode), least: 1, most: 127))
    default: break
    }
  }

  /// An address and a quantity at `offset`: the target they name, and whether the specification allows it.
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
    guard has(5, &operation) else { return }
    operation.target = target(area, at: 1, most: most, field, &operation)
  }

  /// 6.5 Write Single Coil: address, FF00 for on or 0000 for off. The response is the same.
  func parseWriteSingleCoil(_ operation: inout Operation) {
    guard has(5, &operation) else { return }
    let value = u16(3)
    if value != 0 && value != 0xFF00 {
      operation.note(Fault(.value, "Output Value", seen: UInt64(value), least: 0, most: 0xFF00))
    }
    operation.target = Target(area: .coil, address: UInt64(u16(1)), count: 1)
    operation.values = values(.uint16, at: 3, 1)
  }

  /// 6.6 Write Single Register: address, value. The response is the same.
  func parseWriteSingleRegister(_ operation: inout Operation) {
    guard has(5, &operation) else { return }
    operation.target = Target(area: .holdingRegister, address: UInt64(u16(1)), count: 1)
    operation.values = values(.uint16, at: 3, 1)
  }

  /// 6.8 Diagnostics: sub-function and data words; only Return Query Data has more than one.
  private func parseDiagnostics(_ operation: inout Operation) {
    guard hasAtLeast(3, &operation) else { return }
    parseSubfunction(&operation)
    let code = u16(1)
    guard count >= 5 else { return }
    let data = u16(3)
    switch code {
    case 1:
      if data != 0 && data != 0xFF00 {
        operation.note(Fault(.value, "Data Field", seen: UInt64(data), least: 0, most: 0xFF00))
      }
    case 3:
      if data & 0xFF != 0 {
        operation.note(Fault(.value, "Data Field", seen: UInt64(data), expected: UInt64(data & 0xFF00)))
      }
    case 2, 4, 10...18, 20:
      if data != 0 { operation.note(Fault(.value, "Data Field", seen: UInt64(data), expected: 0)) }
    default: break
    }
  }

  /// The part of 6.8 that request and response have in common. The caller has checked that the sub-function is there.
  func parseSubfunction(_ operation: inout Operation) {
    let diagnostic = ModbusDiagnostic(rawValue: u16(1))
    operation.subcode = Int32(diagnostic.rawValue)
    operation.name = diagnostic.name
    operation.action = diagnostic.action
    switch diagnostic.rawValue {
    case 1...4, 10...18, 20: _ = has(5, &operation)
    default:
      if count % 2 == 0 {
        operation.note(Fault(.length, "PDU length", seen: UInt64(count), expected: UInt64(count + 1)))
      }
    }
    operation.values = values(.uint16, at: 3, count)
  }

  /// 6.11 Write Multiple Coils: starting address, quantity, byte count, coils.
  private func parseWriteMultipleCoils(_ operation: inout Operation) {
    guard hasAtLeast(6, &operation) else { return }
    operation.target = target(.coil, at: 1, most: 1968, "Quantity of Outputs", &operation)
    let quantity = Int(operation.target.count)
    checkByteCount(at: 5, expected: (quantity + 7) / 8, &operation)
    operation.values = values(.bit, at: 6, quantity)
  }

  /// 6.12 Write Multiple Registers: starting address, quantity, byte count, registers.
  private func parseWriteMultipleRegisters(_ operation: inout Operation) {
    guard hasAtLeast(6, &operation) else { return }
    operation.target = target(.holdingRegister, at: 1, most: 123, "Quantity of Registers", &operation)
    let quantity = Int(operation.target.count)
    checkByteCount(at: 5, expected: 2 * quantity, &operation)
    operation.values = values(.uint16, at: 6, quantity)
  }

  /// 6.14 Read File Record: byte count, then groups of reference type, file number, record number, record length.
  private func parseReadFileRecord(_ operation: inout Operation) {
    guard hasAtLeast(2, &operation) else { return }
    let byteCount = Int(u8(1))
    if byteCount < 7 || byteCount > 245 {
      operation.note(Fault(.length, "Byte Count", seen: UInt64(byteCount), least: 7, most: 245))
    } else if byteCount % 7 != 0 {
      operation.note(
        Fault(.length, "Byte Count", seen: UInt64(byteCount), expected: UInt64(byteCount - byteCount % 7)))
    }
    _ = has(2 + byteCount, &operation)
    var offset = 2
    while offset + 7 <= min(count, 2 + byteCount) {
      addFileGroup(at: offset, &operation)
      offset += 7
    }
  }

  /// 6.15 Write File Record: byte count, then groups as above, each with its data. The response is the same.
  func parseWriteFileRecord(_ operation: inout Operation) {
    guard hasAtLeast(2, &operation) else { return }
    let byteCount = Int(u8(1))
    if byteCount < 9 || byteCount > 251 {
      operation.note(Fault(.length, "Request data length", seen: UInt64(byteCount), least: 9, most: 251))
    }
    _ = has(2 + byteCount, &operation)
    let end = min(count, 2 + byteCount)
    var offset = 2
    while offset + 7 <= end {
      let words = Int(u16(offset + 5))
      if offset == 2 { operation.values = values(.uint16, at: 9, words) }
      addFileGroup(at: offset, &operation)
      offset += 7 + 2 * words
    }
    if offset != end {
      operation.note(Fault(.length, "Request data length", seen: UInt64(byteCount), expected: UInt64(offset - 2)))
    }
  }

  /// Reference type, file number, record number, record length. The first group names the target, all are
  /// counted in it.
  private func addFileGroup(at offset: Int, _ operation: inout Operation) {
    let referenceType = u8(offset)
    let file = u16(offset + 1)
    let record = u16(offset + 3)
    let length = u16(offset + 5)
    if referenceType != 6 {
      operation.note(Fault(.value, "Reference Type", seen: UInt64(referenceType), expected: 6))
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
    guard has(7, &operation) else { return }
    operation.target = Target(area: .holdingRegister, address: UInt64(u16(1)), count: 1)
    operation.values = values(.uint16, at: 3, 2)
  }

  /// 6.17 Read/Write Multiple Registers: the range to read, the range to write, byte count, registers to write.
  private func parseReadWriteMultipleRegisters(_ operation: inout Operation) {
    guard hasAtLeast(10, &operation) else { return }
    operation.target = target(.holdingRegister, at: 1, most: 125, "Quantity to Read", &operation)
    operation.written = target(.holdingRegister, at: 5, most: 121, "Quantity to Write", &operation)
    let quantity = Int(operation.written.count)
    checkByteCount(at: 9, expected: 2 * quantity, &operation)
    operation.values = values(.uint16, at: 10, quantity)
  }

  /// 6.18 Read FIFO Queue: the address of the queue's pointer; only the response says how much it holds.
  private func parseReadFIFOQueue(_ operation: inout Operation) {
    guard has(3, &operation) else { return }
    operation.target = Target(area: .fifo, address: UInt64(u16(1)))
  }

  /// 6.19 Encapsulated Interface Transport: MEI type, then what the type defines.
  private func parseEncapsulatedInterface(_ operation: inout Operation) {
    guard parseInterfaceType(&operation) else { return }
    guard isDeviceIdentification, has(4, &operation) else { return }
    // 6.21: Read Device ID code, object id. An individual object (code 4) must not be a reserved one.
    let code = u8(2)
    let object = u8(3)
    if code < 1 || code > 4 {
      operation.note(Fault(.value, "Read Device ID code", seen: UInt64(code), least: 1, most: 4))
    } else if code == 4, 7...0x7F ~= object {
      operation.note(Fault(.value, "Object Id", seen: UInt64(object), least: 0, most: 6))
    }
    operation.values = values(.uint8, at: 2, 2)
  }

  /// The MEI type and what depends on it; false where the PDU is too short for one.
  func parseInterfaceType(_ operation: inout Operation) -> Bool {
    guard hasAtLeast(2, &operation) else { return false }
    let type = ModbusEncapsulatedInterface(rawValue: u8(1))
    operation.subcode = Int32(type.rawValue)
    operation.name = type.name
    switch type {
    case .readDeviceIdentification: operation.action = .identify
    case .canOpen:
      // A tunnel for CANopen's object dictionary (6.20), laid out in CiA 309-2, which is not public. The byte after the
      // type is said to be 1 for a write access in some drives and 0x20 in CiA 309-2 itself; no public document
      // confirms either. Everything else counts as diagnosis.
      operation.action = count > 2 && (u8(2) == 1 || u8(2) == 0x20) ? .write : .diagnose
      operation.values = values(.uint8, at: 2, count)
    default:
      operation.note(Fault(.code, "MEI Type", seen: UInt64(type.rawValue), least: 13, most: 14))
    }
    return true
  }
}
