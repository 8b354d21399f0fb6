// SPDX-License-Identifier: Apache-2.0

/// A UMAS message in a Modbus PDU (`UMASFunction` names the sources).
///
///     0        1        2          3
///     +--------+--------+----------+------- ... -+
///     | 90     | pairing| function | data        |
///     +--------+--------+----------+------- ... -+
///
/// `pairing` is the key that a reservation of the controller gave, 0 without one. Numbers are little-endian. A signed message has another one inside:
///
///     0        1        2          3       4                 36
///     +--------+--------+----------+-------+----------- ... -+--------+--------+----------+------- ... -+
///     | 90     | pairing| 38 or FE | magic | 32 of signature | 90     | pairing| function | data        |
///     +--------+--------+----------+-------+----------- ... -+--------+--------+----------+------- ... -+
enum UMAS {
  static let about = About(
    "UMAS (Schneider Electric Unity)", .full,
    "published analyses: lirasenlared 2017, Kaspersky ICS CERT 2022, Black Hat Europe 2024")

  private static let signedSize = 36

  /// Where the message inside a signed one begins, if the one at `start` is signed.
  private static func inner(_ message: RawSpan, at start: Int, _ outer: UMASFunction) -> Int? {
    let inner = start + signedSize
    guard inner + 3 <= message.byteCount, UMASFunction(rawValue: message.u8(start + 2)) == outer,
      message.u8(inner) == ModbusFunction.unity.rawValue
    else { return nil }
    return inner
  }

  // MARK: The envelope

  /// Fills in what the answer will look for in its question: the function, inside the signature too, and what it is done to. The function stands at `start` +
  /// 2, and `message` ends where the message ends.
  static func readRequest(_ message: RawSpan, at start: Int, _ outer: inout Operation, _ exchange: inout Exchange) {
    outer.subcode = Int32(message.u8(start + 2))
    var start = start
    if let inner = inner(message, at: start, .signed) {
      start = inner
      outer.facets[.signedFunction] = UInt32(message.u8(inner + 2))
    }
    targets(UMASFunction(rawValue: message.u8(start + 2)), message, at: start, &outer, &exchange)
  }

  private static func targets(
    _ function: UMASFunction, _ message: RawSpan, at start: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let data = message.from(start + 3)
    switch function {
    case .readMemoryBlock, .writeMemoryBlock:
      // A range, the block, the offset in it, the number of bytes.
      guard data.byteCount >= 9 else { return }
      operation.target = Target(
        area: .memoryBlock, number: UInt32(data.u16LE(1)), address: UInt64(data.u32LE(3)), count: UInt32(data.u16LE(7)))
    case .readVariables, .writeVariables:
      variables(function, message, at: start + 3, &operation, &exchange)
    case .uploadBlock, .downloadBlock:
      guard data.byteCount >= 4 else { return }
      operation.target = Target(area: .programArea, address: UInt64(data.u16LE(2)), count: 1)
    default: return
    }
  }

  /// Check sum of the project, number of variables, then each: kind, block, in a read one byte (1), base, offset in one byte or, in a write, two; of an array
  /// its length; in a write the value. The kind's lower half is 1, 2, 3 or 4 for 1, 2, 4 or 8 bytes, its upper half not 0 for an array.
  private static func variables(
    _ function: UMASFunction, _ message: RawSpan, at start: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    guard start + 5 <= message.byteCount else { return }
    let isWrite = function == .writeVariables
    var offset = start + 5
    for place in 0..<Int(message.u8(start + 4)) {
      guard offset + 7 <= message.byteCount else { return }
      let kind = message.u8(offset)
      guard 1...4 ~= kind & 15 else { return }
      let width = 1 << Int(kind & 15 - 1)
      let base = offset + (isWrite ? 3 : 4)
      guard base + 4 <= message.byteCount || !isWrite && base + 3 <= message.byteCount else { return }
      let address =
        UInt64(message.u16LE(base)) + UInt64(isWrite ? message.u16LE(base + 2) : UInt16(message.u8(base + 2)))
      var end = base + (isWrite ? 4 : 3)
      var length = 1
      if kind & 0xF0 != 0 {
        guard end + 2 <= message.byteCount else { return }
        length = Int(message.u16LE(end))
        end += 2
      }
      let target = Target(
        area: .memoryBlock, number: UInt32(message.u16LE(offset + 1)), address: address, count: UInt32(width * length))
      let values =
        isWrite ? Values(format(width), at: end, length, end: message.byteCount) : Values(format: format(width))
      exchange.add(target, values, to: &operation, isFirst: place == 0)
      offset = end + (isWrite ? width * length : 0)
    }
  }

  private static func format(_ width: Int) -> Values.Format {
    switch width {
    case 1: .uint8
    case 2: .uint16LE
    case 4: .uint32LE
    default: .uint64LE
    }
  }

  // MARK: What it carries

  /// The operation of a request; `outer` has its targets already.
  static func request(
    _ message: RawSpan, at start: Int, _ carried: DissectorID, _ outer: Operation, _ exchange: inout Exchange
  ) -> Operation {
    let start = inner(message, at: start, .signed) ?? start
    let function = UMASFunction(rawValue: message.u8(start + 2))
    var operation = Operation(carried, function.action, .request, code: UInt32(function.rawValue), name: function.name)
    operation.unit = outer.unit
    operation.transaction = outer.transaction
    operation.target = outer.target
    operation.items = outer.items
    operation.isFetch = 0x33...0x35 ~= function.rawValue
    operation.facets[.reservation] = UInt32(message.u8(start + 1))
    let data = start + 3
    switch function {
    case .writeMemoryBlock: operation.values = Values(.uint8, at: data + 9, .max, end: message.byteCount)
    case .writeVariables: operation.values = outer.values
    case .takeReservation:
      // Four bytes, the length of the user's name and the name.
      if data + 5 <= message.byteCount { operation.detail = name(message, at: data + 4, &exchange) }
    default: break
    }
    return operation
  }

  /// The operation of an answer; `outer` has taken over its question's function as `subcode`, and its targets.
  static func answer(
    _ message: RawSpan, at start: Int, _ carried: DissectorID, _ outer: Operation, _ exchange: inout Exchange
  ) -> Operation {
    var start = start
    let isAnswered = outer.pairing == .answered && outer.subcode >= 0
    var asked = UMASFunction(rawValue: message.u8(start + 2))
    if isAnswered { asked = UMASFunction(rawValue: UInt8(truncatingIfNeeded: outer.subcode)) }
    if isAnswered, let function = outer.facets[.signedFunction] {
      asked = UMASFunction(rawValue: UInt8(truncatingIfNeeded: function))
      // A refusal of the signature itself has nothing inside.
      start = inner(message, at: start, .ok) ?? start
    }
    let status = UMASFunction(rawValue: message.u8(start + 2))
    var operation = Operation(
      carried, asked.isAnswer ? .session : asked.action, .response, code: UInt32(asked.rawValue), name: asked.name)
    operation.unit = outer.unit
    operation.transaction = outer.transaction
    operation.pairing = outer.pairing
    operation.latency = outer.latency
    operation.target = outer.target
    operation.items = outer.items
    operation.isFetch = 0x33...0x35 ~= asked.rawValue
    operation.facets[.reservation] = UInt32(message.u8(start + 1))
    let data = start + 3
    if status == .error {
      operation.outcome = .error(code: data < message.byteCount ? UInt32(message.u8(data)) : 0, name: "UMAS error")
      return operation
    }
    operation.outcome = .ok
    switch asked {
    case .readMemoryBlock where data + 3 <= message.byteCount:
      // A byte, the number of bytes, then they.
      operation.values = Values(.uint8, at: data + 3, Int(message.u16LE(data + 1)), end: message.byteCount)
    case .readVariables: readVariables(message, at: data, &operation, &exchange)
    // The key that this reservation gave.
    case .takeReservation where data < message.byteCount:
      operation.facets[.reservation] = UInt32(message.u8(data))
    case .readIdentification: identify(message, at: data, &exchange)
    case .initialize:
      // Twelve bytes of numbers, then who holds the reservation.
      operation.detail = name(message, at: data + 12, &exchange)
    default: break
    }
    return operation
  }

  /// The values of the variables asked for, one behind the other; all in bytes where the question was not seen.
  private static func readVariables(
    _ message: RawSpan, at data: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard operation.target.count > 0 else {
      operation.values = Values(.uint8, at: data, .max, end: message.byteCount)
      return
    }
    var offset = data
    for place in 0...Int(operation.items.count) {
      let target = place == 0 ? operation.target : exchange.items[Int(operation.items.start) + place - 1].target
      let size = Int(target.count)
      // The format stands in the question; that of the first is the size of one value, or of an array bytes.
      let format: Values.Format =
        place > 0
        ? exchange.format(at: place, of: operation) : [1, 2, 4, 8].contains(size) ? Self.format(size) : .uint8
      let width = max(1, format.width)
      exchange.answer(
        Values(format, at: offset, size / width, end: message.byteCount), at: place, of: &operation)
      offset += size
    }
  }

  /// A length at `place`, and so many characters.
  private static func name(_ message: RawSpan, at place: Int, _ exchange: inout Exchange) -> NameID {
    guard place < message.byteCount else { return .none }
    let count = Int(message.u8(place))
    let name = message.slice(place + 1, count)
    return name.byteCount == count && name.isText ? exchange.name(name) : .none
  }

  /// Read identification: 14 to 22 bytes of numbers, then the length of the model's name and the name.
  private static func identify(_ message: RawSpan, at data: Int, _ exchange: inout Exchange) {
    for place in data + 14...data + 26 where place < message.byteCount {
      guard 4...40 ~= message.u8(place) else { continue }
      let name = name(message, at: place, &exchange)
      guard name != .none else { continue }
      var report = IdentityReport()
      report.knownVendor = "Schneider Electric"
      report.model = name
      exchange.identities.append(report)
      return
    }
  }
}
