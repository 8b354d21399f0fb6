// SPDX-License-Identifier: Apache-2.0

/// PCCC, the commands of PLC-5, SLC 500 and MicroLogix controllers, in a CIP message: Rockwell, DF1 Protocol and Command Set (1770-6.5.16), chapter 7.
///
///     0         1                            +0        +1       +2              +4
///     +---------+--------+---------------- ... -+---------+--------+---------------+----------+------ ... -+
///     | length  | vendor | serial number        | command | status | transaction   | function | data       |
///     +---------+--------+---------------- ... -+---------+--------+---------------+----------+------ ... -+
///
/// Before the command stands who asks, `length` bytes long with itself. Bit 6 of the command tells an answer; it has no function.
enum PCCC {
  /// False where the message is too short to be one.
  static func message(
    _ bytes: RawSpan, from start: Int, isAnswer: Bool, _ carrier: Int64, _ unit: Int64, _ place: Int64,
    _ exchange: inout Exchange
  ) -> Bool {
    guard start < bytes.byteCount else { return false }
    let first = start + Int(bytes.u8(start))
    guard bytes.u8(start) >= 1, first + 4 <= bytes.byteCount else { return false }
    let command = bytes.u8(first) & 0x0F
    let transaction = Int64(bytes.u16LE(first + 2))
    // CIP's own requests wait under small numbers.
    let key = 0x1_0000 + transaction
    if isAnswer {
      var code = UInt32(command) << 8
      let asked = exchange.waiting(transaction: carrier, unit: key)
      if let asked { code = exchange[asked].operation.code }
      var operation = Operation(
        exchange.carried[1], action(code), .response, code: code, name: name(code))
      operation.unit = unit
      operation.transaction = transaction
      if let asked {
        operation.target = exchange[asked].operation.target
        exchange.take(answer: &operation, to: asked)
      } else {
        operation.pairing = .unasked
      }
      let status = bytes.u8(first + 1)
      operation.outcome = status == 0 ? .ok : .error(code: UInt32(status), name: "PCCC status")
      if status == 0, operation.action == .read {
        operation.values = Values(.uint16LE, at: first + 4, .max, end: bytes.byteCount)
      }
      exchange.operations.append(operation)
      return true
    }
    let hasFunction = command == 0x0F || command == 0x06 || command == 0x07
    guard !hasFunction || first + 5 <= bytes.byteCount else { return false }
    let code = UInt32(command) << 8 | (hasFunction ? UInt32(bytes.u8(first + 4)) : 0)
    var operation = Operation(exchange.carried[1], action(code), .request, code: code, name: name(code))
    operation.unit = unit
    operation.transaction = transaction
    typed(bytes, code, at: first + 5, &operation)
    if code == 0x0F80 || code == 0x0F3A, first + 6 <= bytes.byteCount {
      operation.facets[.mode] = UInt32(bytes.u8(first + 5))
    }
    exchange.operations.append(operation)
    // The answer names neither function nor file.
    var asked = operation
    asked.transaction = carrier
    exchange.ask(asked, place: key, mayStaySilent: true)
    return true
  }

  /// Protected typed logical reads and writes: bytes, file, file type, element, for three address fields also the sub-element. A number over 254 stands in
  /// two bytes behind 255.
  private static func typed(_ bytes: RawSpan, _ code: UInt32, at start: Int, _ operation: inout Operation) {
    guard [0x0FA1, 0x0FA2, 0x0FA9, 0x0FAA, 0x0FAB].contains(code), start + 4 <= bytes.byteCount else { return }
    var offset = start + 1
    func number(_ offset: inout Int) -> UInt32? {
      guard offset < bytes.byteCount else { return nil }
      if bytes.u8(offset) < 255 {
        offset += 1
        return UInt32(bytes.u8(offset - 1))
      }
      guard offset + 3 <= bytes.byteCount else { return nil }
      offset += 3
      return UInt32(bytes.u16LE(offset - 2))
    }
    guard let file = number(&offset), offset < bytes.byteCount else { return }
    let type = bytes.u8(offset)
    offset += 1
    guard let element = number(&offset) else { return }
    if code != 0x0FA1, code != 0x0FA9 { _ = number(&offset) }
    if code == 0x0FAB { offset += 2 }
    // Integers have two bytes, floating point four, timers, counters and controls six.
    let width: UInt32 = type == 0x8A || type == 0x91 ? 4 : 0x86...0x88 ~= type ? 6 : 2
    operation.target = Target(
      area: .dataFile, number: file, address: UInt64(element),
      count: max(1, UInt32(bytes.u8(start)) / width))
    if code != 0x0FA1, code != 0x0FA2 {
      operation.values = Values(
        width == 4 && type == 0x8A ? .float32LE : .uint16LE, at: offset, .max, end: bytes.byteCount)
    }
  }

  private static func name(_ code: UInt32) -> StaticString {
    switch code {
    case 0x0000: "Protected write"
    case 0x0100: "Unprotected read"
    case 0x0200: "Protected bit write"
    case 0x0500: "Unprotected bit write"
    case 0x0600: "Echo"
    case 0x0601: "Read diagnostic counters"
    case 0x0602: "Set variables"
    case 0x0603: "Diagnostic status"
    case 0x0604: "Set timeout"
    case 0x0605: "Set NAKs"
    case 0x0606: "Set ENQs"
    case 0x0607: "Reset diagnostic counters"
    case 0x0608: "Read link parameters"
    case 0x0609: "Set link parameters"
    case 0x060A: "Set data table size"
    case 0x0700: "Disable outputs"
    case 0x0701: "Enable outputs"
    case 0x0703: "Enable program"
    case 0x0704: "Enter download mode"
    case 0x0705: "Exit download mode"
    case 0x0706: "Enter upload mode"
    case 0x0707: "Exit upload mode"
    case 0x0800: "Unprotected write"
    case 0x0F00: "Word range write"
    case 0x0F01: "Word range read"
    case 0x0F02: "Bit write"
    case 0x0F11: "Get edit resource"
    case 0x0F12: "Return edit resource"
    case 0x0F17: "Read bytes physical"
    case 0x0F18: "Write bytes physical"
    case 0x0F26: "Read-modify-write"
    case 0x0F29: "Read section size"
    case 0x0F3A: "Set CPU mode"
    case 0x0F41: "Disable forces"
    case 0x0F50: "Download all request"
    case 0x0F52: "Download completed"
    case 0x0F53: "Upload all request"
    case 0x0F55: "Upload completed"
    case 0x0F57: "Initialize memory"
    case 0x0F5E: "Modify PLC-2 compatibility file"
    case 0x0F67: "Typed write"
    case 0x0F68: "Typed read"
    case 0x0F79: "Read-modify-write N"
    case 0x0F80: "Change mode"
    case 0x0F81: "Open file"
    case 0x0F82: "Close file"
    case 0x0F88: "Shutdown or apply port configuration"
    case 0x0F8F: "Apply port configuration"
    case 0x0FA1: "Protected typed logical read with two address fields"
    case 0x0FA2: "Protected typed logical read with three address fields"
    case 0x0FA7: "Protected typed file read"
    case 0x0FA9: "Protected typed logical write with two address fields"
    case 0x0FAA: "Protected typed logical write with three address fields"
    case 0x0FAB: "Protected typed logical masked write"
    case 0x0FAF: "Protected typed file write"
    default: "PCCC command not in 1770-6.5.16"
    }
  }

  private static func action(_ code: UInt32) -> Action {
    switch code {
    case 0x0100, 0x0F01, 0x0F68, 0x0FA1, 0x0FA2: .read
    case 0x0000, 0x0200, 0x0500, 0x0800, 0x0F00, 0x0F02, 0x0F26, 0x0F67, 0x0F79, 0x0FA9, 0x0FAA, 0x0FAB: .write
    case 0x0600, 0x0601, 0x0607, 0x0608: .diagnose
    case 0x0603: .identify
    case 0x0602, 0x0604...0x0606, 0x0609, 0x060A, 0x0F5E, 0x0F88, 0x0F8F: .configure
    case 0x0700, 0x0701, 0x0703, 0x0F3A, 0x0F57, 0x0F80: .state
    case 0x0704...0x0707, 0x0F11, 0x0F12, 0x0F17, 0x0F18, 0x0F29, 0x0F50...0x0F55: .program
    case 0x0F41: .operate
    case 0x0F81, 0x0F82, 0x0FA7, 0x0FAF: .file
    default: .unknown
    }
  }
}
