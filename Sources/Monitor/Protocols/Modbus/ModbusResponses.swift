// SPDX-License-Identifier: Apache-2.0

/// Responses, in the order of MODBUS Application Protocol Specification V1.1b3, clause 6, and exceptions (clause 7).
extension ModbusPDU {
  /// Fills in what the response says by itself. The range it answers is only in the request.
  func parseResponse(_ operation: inout Operation) {
    operation.outcome = .ok
    switch functionCode {
    case 1, 2: parseBits(&operation)
    case 3, 4, 23: parseRegisters(&operation)
    case 5: parseWriteSingleCoil(&operation)
    case 6: parseWriteSingleRegister(&operation)
    case 7:
      if has(2, &operation) { operation.values = values(.uint8, at: 1, 1) }
    case 8:
      if hasAtLeast(3, &operation) { parseSubfunction(&operation) }
    case 11:
      if has(5, &operation) { operation.values = values(.uint16, at: 1, 2) }
    case 12: parseEventLog(&operation)
    case 15: parseWritten(.coil, most: 1968, "Quantity of Outputs", &operation)
    case 16: parseWritten(.holdingRegister, most: 123, "Quantity of Registers", &operation)
    case 17: parseServerID(&operation)
    case 20: parseFileData(&operation)
    case 21: parseWriteFileRecord(&operation)
    case 22: parseMaskWriteRegister(&operation)
    case 24: parseQueue(&operation)
    case 43: parseInterface(&operation)
    case 0: operation.note(Fault(.code, "Function code", seen: 0, least: 1, most: 127))
    case 128...255: parseException(&operation)
    default: break
    }
  }

  /// A byte count at 1, followed by that many bytes, which end the PDU; 0 where even the count is missing.
  @inline(__always)
  private func parseByteCount(least: Int, most: Int, _ operation: inout Operation) -> Int {
    guard hasAtLeast(2, &operation) else { return 0 }
    let byteCount = Int(u8(1))
    if byteCount < least || byteCount > most {
      operation.note(Fault(.length, "Byte Count", seen: UInt64(byteCount), least: UInt64(least), most: UInt64(most)))
    }
    _ = has(2 + byteCount, &operation)
    return byteCount
  }

  /// 6.1, 6.2: byte count, status of coils or inputs.
  @inline(__always)
  private func parseBits(_ operation: inout Operation) {
    let byteCount = parseByteCount(least: 1, most: 250, &operation)
    operation.values = values(.bit, at: 2, 8 * byteCount)
  }

  /// 6.3, 6.4, 6.17: byte count, registers.
  @inline(__always)
  private func parseRegisters(_ operation: inout Operation) {
    let byteCount = parseByteCount(least: 2, most: 250, &operation)
    if byteCount % 2 != 0 {
      operation.note(Fault(.value, "Byte Count", seen: UInt64(byteCount), expected: UInt64(byteCount + 1)))
    }
    operation.values = values(.uint16, at: 2, byteCount / 2)
  }

  /// 6.10 Get Comm Event Log: byte count, status, event count, message count, up to 64 events. The three words are the
  /// values.
  private func parseEventLog(_ operation: inout Operation) {
    _ = parseByteCount(least: 6, most: 70, &operation)
    operation.values = values(.uint16, at: 2, 3)
  }

  /// 6.11, 6.12: starting address and quantity, as in the request.
  @inline(__always)
  private func parseWritten(_ area: Area, most: UInt16, _ field: StaticString, _ operation: inout Operation) {
    guard has(5, &operation) else { return }
    operation.target = target(area, at: 1, most: most, field, &operation)
  }

  /// 6.13 Report Server ID: byte count, device-specific bytes with the run indicator among them.
  private func parseServerID(_ operation: inout Operation) {
    let byteCount = parseByteCount(least: 1, most: 251, &operation)
    operation.values = values(.uint8, at: 2, byteCount)
  }

  /// 6.14 Read File Record: length, then groups of group length, reference type, record data. The values are those of
  /// the first group.
  private func parseFileData(_ operation: inout Operation) {
    // Table and example of 6.14 differ: the minimum is 7, yet a group of two registers has 5. One register makes 4.
    let length = parseByteCount(least: 4, most: 245, &operation)
    let end = min(count, 2 + length)
    var offset = 2
    while offset + 2 <= end {
      let groupLength = Int(u8(offset))
      let referenceType = u8(offset + 1)
      if groupLength == 0 || groupLength % 2 == 0 {
        operation.note(
          Fault(.length, "File response length", seen: UInt64(groupLength), expected: UInt64(groupLength + 1)))
      } else if referenceType != 6 {
        operation.note(Fault(.value, "Reference Type", seen: UInt64(referenceType), expected: 6))
      }
      if offset == 2 { operation.values = values(.uint16, at: 4, max(0, groupLength - 1) / 2) }
      offset += 1 + groupLength
    }
    if offset != end {
      operation.note(Fault(.length, "Response data length", seen: UInt64(length), expected: UInt64(offset - 2)))
    }
  }

  /// The registers in all groups of a response to 20, to compare with the request.
  private var fileWords: UInt32 {
    var words: UInt32 = 0
    var offset = 2
    while offset + 2 <= count {
      let groupLength = Int(u8(offset))
      words += UInt32(max(0, groupLength - 1) / 2)
      offset += 1 + groupLength
    }
    return words
  }

  /// 6.18 Read FIFO Queue: byte count (two bytes here), FIFO count up to 31, registers.
  private func parseQueue(_ operation: inout Operation) {
    guard hasAtLeast(5, &operation) else { return }
    let byteCount = u16(1)
    let queued = u16(3)
    if queued > 31 {
      operation.note(Fault(.quantity, "FIFO Count", seen: UInt64(queued), least: 0, most: 31))
    } else if byteCount != 2 + 2 * queued {
      operation.note(Fault(.length, "Byte Count", seen: UInt64(byteCount), expected: UInt64(2 + 2 * queued)))
    }
    _ = has(3 + Int(byteCount), &operation)
    operation.values = values(.uint16, at: 5, Int(queued))
  }

  /// 6.19 to 6.21: MEI type; for a device identification the code, conformity level, more follows, next object, and the
  /// objects as they are in the list (id, length, value) as values.
  private func parseInterface(_ operation: inout Operation) {
    guard parseInterfaceType(&operation) else { return }
    guard isDeviceIdentification, hasAtLeast(7, &operation) else { return }
    let code = u8(2)
    let conformity = u8(3)
    let more = u8(4)
    if code < 1 || code > 4 {
      operation.note(Fault(.value, "Read Device ID code", seen: UInt64(code), least: 1, most: 4))
    } else if !(1...3 ~= conformity & 0x7F) {
      operation.note(Fault(.value, "Conformity level", seen: UInt64(conformity), least: 1, most: 0x83))
    } else if more != 0 && more != 0xFF {
      operation.note(Fault(.value, "More Follows", seen: UInt64(more), least: 0, most: 0xFF))
    }
    var offset = 7
    for _ in 0..<u8(6) {
      guard offset + 2 <= count else {
        // A list may end early: the clause's own second example counts three objects and holds one.
        if offset < count { offset += 2 }
        break
      }
      offset += 2 + Int(u8(offset + 1))
    }
    _ = has(offset, &operation)
    operation.values = values(.uint8, at: 7, count)
  }

  /// 7: function code with the exception bit, exception code.
  private func parseException(_ operation: inout Operation) {
    if functionCode == 0x80 {
      operation.note(Fault(.code, "Function code", seen: 0x80, least: 0x81, most: 0xFF))
    }
    let exception = ModbusExceptionCode(rawValue: has(2, &operation) ? u8(1) : 0)
    operation.outcome = .error(code: UInt32(exception.rawValue), name: exception.name)
  }

  /// Whether the response has the shape its request asked for, and repeats what it must repeat.
  func answers(_ asked: borrowing Operation, _ operation: borrowing Operation) -> Bool {
    guard asked.code == operation.code else { return false }
    if isException { return true }
    let echo = asked.values.echo
    // -1 where the byte that counts them is not there.
    let bytesToFollow = count >= 2 ? Int64(u8(1)) : -1
    switch functionCode {
    case 1, 2: return (asked.target.count + 7) / 8 == bytesToFollow
    case 3, 4, 23: return 2 * asked.target.count == bytesToFollow
    case 5, 6, 22: return operation.target == asked.target && self.echo == echo
    case 8:
      guard count >= 3, operation.subcode == asked.subcode else { return false }
      let isSame = operation.values.count == asked.values.count && self.echo == echo
      return isSame || !ModbusDiagnostic(rawValue: u16(1)).isEchoed
    case 15, 16, 21: return operation.target == asked.target
    case 20: return fileWords == asked.target.count
    case 43: return operation.subcode == asked.subcode && self.echo == echo
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
