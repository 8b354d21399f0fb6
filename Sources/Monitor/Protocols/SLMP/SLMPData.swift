// SPDX-License-Identifier: Apache-2.0

/// The data of a command, in either notation (SH-080956ENG, chapter 5; SH-080008, chapters 8 to 12).
struct SLMPData {
  let form: SLMP.Form
  let sub: UInt16

  var isBits: Bool { sub & 1 != 0 }
  /// Device numbers of four bytes and codes of two (iQ-R).
  var isLong: Bool { sub & 2 != 0 }
  /// A monitor condition comes first (QnACPU).
  var isConditional: Bool { sub & 0x40 != 0 }
  /// Devices of modules, by further fields before and after the device.
  var isExtended: Bool { sub & 0x80 != 0 }

  /// Up to here: words or bits, of devices with short or long numbers.
  static let plainSubcommands: UInt16 = 3

  func number(_ message: RawSpan, _ offset: Int, _ size: Int) -> Int? {
    SLMP.number(message, offset, size, form).map { Int(truncatingIfNeeded: $0) }
  }
  func words(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex4 : .uint16LE, at: offset, count, end: message.byteCount)
  }
  func doubles(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex8 : .uint32LE, at: offset, count, end: message.byteCount)
  }
  func bits(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex1 : .halfByte, at: offset, count, end: message.byteCount)
  }
  func bytes(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex2 : .uint8, at: offset, count, end: message.byteCount)
  }
  /// A message ends where its counts say.
  func checkEnd(_ message: RawSpan, _ end: Int, _ operation: inout Operation) {
    guard message.byteCount != end else { return }
    operation.note(Fault(.length, "Data length", seen: UInt64(message.byteCount), expected: UInt64(end)))
  }
  /// The same for several targets with their data: if they do not fill the message, none is certain to be where its
  /// predecessors' lengths say.
  func checkEnd(_ message: RawSpan, _ end: Int, _ operation: inout Operation, _ exchange: inout Exchange) {
    checkEnd(message, end, &operation)
    if operation.fault != nil, !exchange.isCut { exchange.dropValues(of: &operation) }
  }
}
