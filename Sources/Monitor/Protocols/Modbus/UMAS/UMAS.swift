// SPDX-License-Identifier: Apache-2.0

/// UMAS, in function code 90 of Modbus: the envelope is the Modbus operation, and the carried message is
/// an operation of its own.
enum UMAS {
  static let about = About(
    "UMAS (Schneider Electric Unity)", .full,
    "published analyses: lirasenlared 2017, Kaspersky ICS CERT 2022, Black Hat Europe 2024")

  // MARK: The envelope

  /// Fills in what the response will look for in its request: the function, inside the signature too, and its targets.
  static func fillEnvelope(
    ofRequest header: borrowing UMASHeader, _ envelope: inout Operation, _ exchange: inout Exchange
  ) {
    envelope.action = .session
    envelope.isCarrier = true
    envelope.subcode = Int32(header.function.rawValue)
    if let inner = header.inner(.signed) {
      envelope.facets[.signedFunction] = UInt32(inner.function.rawValue)
      readTargets(inner, &envelope, &exchange)
    } else {
      readTargets(header, &envelope, &exchange)
    }
  }

  static func fillEnvelope(ofAnswer header: borrowing UMASHeader, _ envelope: inout Operation) {
    envelope.action = .session
    envelope.isCarrier = true
    envelope.subcode = Int32(header.function.rawValue)
  }

  private static func readTargets(
    _ header: borrowing UMASHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch header.function {
    case .readMemoryBlock, .writeMemoryBlock:
      guard let block = UMASMemoryBlock(header.data) else { return }
      operation.target = Target(
        area: .memoryBlock, number: UInt32(block.block), address: UInt64(block.offset), count: UInt32(block.count))
    case .readVariables, .writeVariables:
      readVariables(header, &operation, &exchange)
    case .uploadBlock, .downloadBlock:
      // Two bytes, then the number of the block.
      guard header.data.byteCount >= 4 else { return }
      operation.target = Target(area: .programArea, address: UInt64(header.data.u16LE(2)), count: 1)
    default: return
    }
  }

  /// Checksum of the project (four bytes), number of variables, then each; in a write followed by its value.
  private static func readVariables(
    _ header: borrowing UMASHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let message = header.message
    let isWrite = header.function == .writeVariables
    var offset = header.dataStart + 5
    guard offset <= message.byteCount else { return }
    let count = Int(message.u8(offset - 1))
    for place in 0..<count {
      guard let variable = UMASVariable(message.from(offset), isWrite: isWrite),
        !isWrite || offset + variable.headerSize + variable.valueSize <= message.byteCount
      else {
        if !exchange.isCut { exchange.dropValues(of: &operation) }
        return operation.note(
          Fault(.quantity, "Number of variables", seen: UInt64(count), least: 0, most: UInt64(place)))
      }
      let target = Target(
        area: .memoryBlock, number: UInt32(variable.block), address: UInt64(variable.base) + UInt64(variable.offset),
        count: UInt32(variable.valueSize))
      let format = format(variable.width)
      offset += variable.headerSize
      let values =
        isWrite ? Values(format, at: offset, variable.length, end: message.byteCount) : Values(format: format)
      exchange.add(target, values, to: &operation, isFirst: place == 0)
      if isWrite { offset += variable.valueSize }
    }
    guard isWrite, offset != message.byteCount else { return }
    if !exchange.isCut { exchange.dropValues(of: &operation) }
    operation.note(
      Fault(
        .length, "Data of the variables", seen: UInt64(message.byteCount - header.dataStart),
        expected: UInt64(offset - header.dataStart)))
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

  /// The operation of a request; `envelope` has its targets already.
  static func readRequest(
    _ outer: borrowing UMASHeader, _ envelope: Operation, _ exchange: inout Exchange
  ) -> Operation {
    if let inner = outer.inner(.signed) { return readCommand(inner, envelope, &exchange) }
    return readCommand(outer, envelope, &exchange)
  }

  private static func readCommand(
    _ header: borrowing UMASHeader, _ envelope: Operation, _ exchange: inout Exchange
  ) -> Operation {
    let function = header.function
    let message = header.message
    var operation = Operation(
      exchange.id(of: Modbus.umas), function.action, .request, code: UInt32(function.rawValue), name: function.name)
    operation.unit = envelope.unit
    operation.transaction = envelope.transaction
    operation.target = envelope.target
    operation.items = envelope.items
    operation.isFetch = function.isFetch
    operation.facets[.reservation] = UInt32(header.pairing)
    let data = header.dataStart
    switch function {
    case .writeMemoryBlock:
      operation.values = Values(
        .uint8, at: data + UMASMemoryBlock.size, Int(envelope.target.count), end: message.byteCount)
    case .writeVariables: operation.values = envelope.values
    case .takeReservation:
      // Four bytes, the length of the user's name and the name.
      if data + 5 <= message.byteCount { operation.detail = readName(message, at: data + 4, &exchange) }
    default: break
    }
    return operation
  }

  /// The operation of a response; `envelope` has its request's function as `subcode`, and its targets.
  static func readAnswer(
    _ outer: borrowing UMASHeader, _ envelope: Operation, _ exchange: inout Exchange
  ) -> Operation {
    guard envelope.pairing == .answered, envelope.subcode >= 0 else {
      return readResult(outer, of: outer.function, envelope, &exchange)
    }
    guard let function = envelope.facets[.signedFunction] else {
      let asked = UMASFunction(rawValue: UInt8(truncatingIfNeeded: envelope.subcode))
      return readResult(outer, of: asked, envelope, &exchange)
    }
    let asked = UMASFunction(rawValue: UInt8(truncatingIfNeeded: function))
    if let inner = outer.inner(.ok) { return readResult(inner, of: asked, envelope, &exchange) }
    // A refusal of the signature itself has nothing inside.
    return readResult(outer, of: asked, envelope, &exchange)
  }

  private static func readResult(
    _ header: borrowing UMASHeader, of asked: UMASFunction, _ envelope: Operation, _ exchange: inout Exchange
  ) -> Operation {
    let message = header.message
    var operation = Operation(
      exchange.id(of: Modbus.umas), asked.isAnswer ? .session : asked.action, .response, code: UInt32(asked.rawValue),
      name: asked.name)
    operation.unit = envelope.unit
    operation.transaction = envelope.transaction
    operation.pairing = envelope.pairing
    operation.latency = envelope.latency
    operation.target = envelope.target
    operation.items = envelope.items
    operation.isFetch = asked.isFetch
    operation.facets[.reservation] = UInt32(header.pairing)
    let data = header.dataStart
    if header.function == .error {
      operation.outcome = .error(code: data < message.byteCount ? UInt32(message.u8(data)) : 0, name: "UMAS error")
      return operation
    }
    operation.outcome = .ok
    switch asked {
    case .readMemoryBlock where data + 3 <= message.byteCount:
      // One byte, the number of bytes, and the bytes.
      operation.values = Values(.uint8, at: data + 3, Int(message.u16LE(data + 1)), end: message.byteCount)
    case .readVariables: readValues(message, at: data, &operation, &exchange)
    // The key assigned by this reservation.
    case .takeReservation where data < message.byteCount:
      operation.facets[.reservation] = UInt32(message.u8(data))
    case .readIdentification: identify(message, at: data, &exchange)
    case .initialize:
      // Twelve bytes of numbers, then the name of the user who holds the reservation.
      operation.detail = readName(message, at: data + 12, &exchange)
    default: break
    }
    return operation
  }

  /// The values of the variables asked for, one after the other; as bytes if the request was not seen.
  private static func readValues(
    _ message: RawSpan, at data: Int, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard operation.target.count > 0 else {
      operation.values = Values(.uint8, at: data, .max, end: message.byteCount)
      return
    }
    // Of fewer or more bytes than the variables have, none is certain to belong to one of them.
    var total = Int(operation.target.count)
    for place in 0..<Int(operation.items.count) {
      total += Int(exchange.items[Int(operation.items.start) + place].target.count)
    }
    let there = max(0, message.byteCount - data)
    guard there == total || there > total && operation.items.count >= PendingRequests.itemLimit || exchange.isCut else {
      operation.values = Values(.uint8, at: data, .max, end: message.byteCount)
      return
    }
    var offset = data
    for place in 0...Int(operation.items.count) {
      let target = place == 0 ? operation.target : exchange.items[Int(operation.items.start) + place - 1].target
      let size = Int(target.count)
      // The request has the format; that of the first is not kept: one value of this size, or bytes of an array.
      let isOne = size == 1 || size == 2 || size == 4 || size == 8
      let format: Values.Format =
        place > 0 ? exchange.format(at: place, of: operation) : isOne ? Self.format(size) : .uint8
      let width = max(1, format.width)
      exchange.answer(
        Values(format, at: offset, size / width, end: message.byteCount), at: place, of: &operation)
      offset += size
    }
  }

  /// A length at `place`, and that many characters.
  private static func readName(_ message: RawSpan, at place: Int, _ exchange: inout Exchange) -> NameID {
    guard place < message.byteCount else { return .none }
    let count = Int(message.u8(place))
    let name = message.slice(place + 1, count)
    return name.byteCount == count && name.isText ? exchange.name(name) : .none
  }

  /// Read identification: 14 to 22 bytes of numbers, then the length of the model's name and the name.
  private static func identify(_ message: RawSpan, at data: Int, _ exchange: inout Exchange) {
    for place in data + 14...data + 26 where place < message.byteCount {
      guard 4...40 ~= message.u8(place) else { continue }
      let name = readName(message, at: place, &exchange)
      guard name != .none else { continue }
      var report = IdentityReport()
      report.knownVendor = "Schneider Electric"
      report.model = name
      exchange.identities.append(report)
      return
    }
  }
}
