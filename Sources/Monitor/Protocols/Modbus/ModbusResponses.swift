// SPDX-License-Identifier: Apache-2.0

/// Responses, in the order of MODBUS Application Protocol Specification V1.1b3, clause 6, and exceptions (clause 7).
extension ModbusPDU {
  /// Fills in what the response itself contains. The range is only in the request.
  func parseResponse(_ operation: inout Operation) {
    operation.outcome = .ok
    if isException { return parseException(&operation) }
    if functionCode == 0 {
      return operation.note(Fault(.code, "Function code", seen: 0, least: 1, most: 127))
    }
    switch function {
    case .readCoils, .readDiscreteInputs: parseBits(&operation)
    case .readHoldingRegisters, .readInputRegisters, .readWriteMultipleRegisters: parseRegisters(&operation)
    case .writeSingleCoil: parseWriteSingleCoil(&operation)
    case .writeSingleRegister: parseWriteSingleRegister(&operation)
    case .readExceptionStatus:
      // 6.7: one byte of outputs.
      if has(2, &operation) { operation.values = values(.uint8, at: 1, 1) }
    case .diagnostics:
      if hasAtLeast(Diagnostics.data, &operation) { parseSubfunction(&operation) }
    case .getCommEventCounter:
      // 6.9: status, event count.
      if has(5, &operation) { operation.values = values(.uint16, at: 1, 2) }
    case .getCommEventLog: parseEventLog(&operation)
    case .writeMultipleCoils: parseWritten(.coil, most: 1968, "Quantity of Outputs", &operation)
    case .writeMultipleRegisters: parseWritten(.holdingRegister, most: 123, "Quantity of Registers", &operation)
    case .reportServerID: parseServerID(&operation)
    case .readFileRecord: parseFileData(&operation)
    case .writeFileRecord: parseWriteFileRecord(&operation)
    case .maskWriteRegister: parseMaskWriteRegister(&operation)
    case .readFIFOQueue: parseQueue(&operation)
    case .encapsulatedInterfaceTransport: parseInterface(&operation)
    default: break
    }
  }

  /// A byte count, followed by that many bytes, which end the PDU; 0 if even the count is missing.
  @inline(__always)
  private func parseByteCount(least: Int, most: Int, _ operation: inout Operation) -> Int {
    guard hasAtLeast(Counted.bytes, &operation) else { return 0 }
    let byteCount = Int(u8(Counted.byteCount))
    if byteCount < least || byteCount > most {
      operation.note(Fault(.length, "Byte Count", seen: UInt64(byteCount), least: UInt64(least), most: UInt64(most)))
    }
    _ = has(Counted.bytes + byteCount, &operation)
    return byteCount
  }

  /// 6.1, 6.2: byte count, status of coils or inputs.
  @inline(__always)
  private func parseBits(_ operation: inout Operation) {
    let byteCount = parseByteCount(least: 1, most: 250, &operation)
    operation.values = values(.bit, at: Counted.bytes, 8 * byteCount)
  }

  /// 6.3, 6.4, 6.17: byte count, registers.
  @inline(__always)
  private func parseRegisters(_ operation: inout Operation) {
    let byteCount = parseByteCount(least: 2, most: 250, &operation)
    if byteCount % 2 != 0 {
      operation.note(Fault(.value, "Byte Count", seen: UInt64(byteCount), expected: UInt64(byteCount + 1)))
    }
    operation.values = values(.uint16, at: Counted.bytes, byteCount / 2)
  }

  /// 6.10 Get Comm Event Log: byte count, status, event count, message count, up to 64 events. The three words are the
  /// values.
  private func parseEventLog(_ operation: inout Operation) {
    _ = parseByteCount(least: 6, most: 70, &operation)
    operation.values = values(.uint16, at: Counted.bytes, 3)
  }

  /// 6.11, 6.12: starting address and quantity, as in the request.
  @inline(__always)
  private func parseWritten(_ area: Area, most: UInt16, _ field: StaticString, _ operation: inout Operation) {
    guard has(Addressed.size, &operation) else { return }
    operation.target = target(area, at: Addressed.address, most: most, field, &operation)
  }

  /// 6.13 Report Server ID: byte count, device-specific bytes with the run indicator among them.
  private func parseServerID(_ operation: inout Operation) {
    let byteCount = parseByteCount(least: 1, most: 251, &operation)
    operation.values = values(.uint8, at: Counted.bytes, byteCount)
  }

  /// 6.14 Read File Record: length, then groups of group length, reference type, record data. The values are those of
  /// the first group.
  private func parseFileData(_ operation: inout Operation) {
    // Table and example of 6.14 differ: the minimum is 7, yet a group of two registers has 5. One register makes 4.
    let length = parseByteCount(least: 4, most: 245, &operation)
    let end = min(count, Counted.bytes + length)
    var offset = Counted.bytes
    while offset + FileData.data <= end {
      let groupLength = Int(u8(offset + FileData.length))
      let referenceType = u8(offset + FileData.referenceType)
      if groupLength == 0 || groupLength % 2 == 0 {
        operation.note(
          Fault(.length, "File response length", seen: UInt64(groupLength), expected: UInt64(groupLength + 1)))
      } else if referenceType != FileGroup.onlyReferenceType {
        operation.note(
          Fault(
            .value, "Reference Type", seen: UInt64(referenceType), expected: UInt64(FileGroup.onlyReferenceType)))
      }
      if offset == Counted.bytes {
        operation.values = values(.uint16, at: offset + FileData.data, max(0, groupLength - 1) / 2)
      }
      offset += 1 + groupLength
    }
    if offset != end {
      operation.note(
        Fault(.length, "Response data length", seen: UInt64(length), expected: UInt64(offset - Counted.bytes)))
    }
  }

  /// The registers in all groups of a response to 20, to compare with the request.
  private var fileWords: UInt32 {
    var words: UInt32 = 0
    var offset = Counted.bytes
    while offset + FileData.data <= count {
      let groupLength = Int(u8(offset + FileData.length))
      words += UInt32(max(0, groupLength - 1) / 2)
      offset += 1 + groupLength
    }
    return words
  }

  /// 6.18 Read FIFO Queue: byte count (two bytes here), FIFO count up to 31, registers.
  private func parseQueue(_ operation: inout Operation) {
    guard hasAtLeast(Queue.registers, &operation) else { return }
    let byteCount = u16(Queue.byteCount)
    let queued = u16(Queue.count)
    if queued > 31 {
      operation.note(Fault(.quantity, "FIFO Count", seen: UInt64(queued), least: 0, most: 31))
    } else if byteCount != 2 + 2 * queued {
      operation.note(Fault(.length, "Byte Count", seen: UInt64(byteCount), expected: UInt64(2 + 2 * queued)))
    }
    _ = has(Queue.count + Int(byteCount), &operation)
    operation.values = values(.uint16, at: Queue.registers, Int(queued))
  }

  /// 6.19 to 6.21: MEI type; for a device identification the code, conformity level, more follows, next object, and the
  /// objects as they are in the list (id, length, value) as values.
  private func parseInterface(_ operation: inout Operation) {
    guard parseInterfaceType(&operation) else { return }
    guard isDeviceIdentification, hasAtLeast(Interface.objects, &operation) else { return }
    let code = u8(Interface.code)
    let conformity = u8(Interface.conformity)
    let more = u8(Interface.moreFollows)
    if code < 1 || code > 4 {
      operation.note(Fault(.value, "Read Device ID code", seen: UInt64(code), least: 1, most: 4))
    } else if !(1...3 ~= conformity & 0x7F) {
      operation.note(Fault(.value, "Conformity level", seen: UInt64(conformity), least: 1, most: 0x83))
    } else if more != 0 && more != 0xFF {
      operation.note(Fault(.value, "More Follows", seen: UInt64(more), least: 0, most: 0xFF))
    }
    var offset = Interface.objects
    for _ in 0..<u8(Interface.objectCount) {
      guard offset + Interface.objectHeaderSize <= count else {
        // A list may end early: the clause's own second example counts three objects and holds one.
        if offset < count { offset += Interface.objectHeaderSize }
        break
      }
      offset += Interface.objectHeaderSize + Int(u8(offset + Interface.objectLength))
    }
    _ = has(offset, &operation)
    operation.values = values(.uint8, at: Interface.objects, count)
  }

  /// 7: function code with the exception bit, exception code.
  private func parseException(_ operation: inout Operation) {
    if functionCode == 0x80 {
      operation.note(Fault(.code, "Function code", seen: 0x80, least: 0x81, most: 0xFF))
    }
    let exception = ModbusExceptionCode(rawValue: has(Exception.size, &operation) ? u8(Exception.code) : 0)
    operation.outcome = .error(code: UInt32(exception.rawValue), name: exception.name)
  }

  /// Whether the response has the shape its request asked for, and repeats what it must repeat.
  func answers(_ asked: borrowing Operation, _ operation: borrowing Operation) -> Bool {
    guard asked.code == operation.code else { return false }
    if isException { return true }
    let echo = asked.values.echo
    // -1 where the byte that counts them is not there.
    let bytesToFollow = count >= Counted.bytes ? Int64(u8(Counted.byteCount)) : -1
    switch function {
    case .readCoils, .readDiscreteInputs: return (asked.target.count + 7) / 8 == bytesToFollow
    case .readHoldingRegisters, .readInputRegisters, .readWriteMultipleRegisters:
      return 2 * asked.target.count == bytesToFollow
    case .writeSingleCoil, .writeSingleRegister, .maskWriteRegister:
      return operation.target == asked.target && self.echo == echo
    case .diagnostics:
      guard count >= Diagnostics.data, operation.subcode == asked.subcode else { return false }
      let isSame = operation.values.count == asked.values.count && self.echo == echo
      return isSame || !ModbusDiagnostic(rawValue: u16(Diagnostics.subfunction)).isEchoed
    case .writeMultipleCoils, .writeMultipleRegisters, .writeFileRecord: return operation.target == asked.target
    case .readFileRecord: return fileWords == asked.target.count
    case .encapsulatedInterfaceTransport: return operation.subcode == asked.subcode && self.echo == echo
    default: return true
    }
  }
}

extension Values {
  /// What a waiting request keeps of its values: their bytes are gone by the time of the response, so the offset is
  /// replaced by `ModbusPDU.echo`.
  @inline(__always)
  init(echo: UInt32, of values: Values) {
    self.init(format: .none, offset: Int32(bitPattern: echo), count: values.count)
  }

  fileprivate var echo: UInt32 { UInt32(bitPattern: offset) }
}
