// SPDX-License-Identifier: Apache-2.0

/// IEC 60870-5-104:2006: frames with an `IEC104Header`, and with an `IEC104DataUnit` if they carry information.
enum IEC104: Dissector {
  static var name: StaticString { "iec104" }
  static var selectors: [Selector] { [.tcp(2404), .anyTCP] }
  static var about: About {
    About("IEC 60870-5-104", .full, "IEC 60870-5-104:2006, IEC 60870-5-101:2003, IEC TS 60870-5-7:2013")
  }
  static var control: Carried {
    Carried(0, "iec104-apci", About("IEC 60870-5-104 connection", .full, "IEC 60870-5-104:2006, 5"))
  }
  static var carries: [Carried] { [control] }
  static var longestMessage: Int { 255 }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount > 0 else { return .no }
    guard let header = IEC104Header(bytes) else { return IEC104Header.canBegin(bytes) ? .undecided : .no }
    guard header.isValid else { return .no }
    switch header.format {
    case .unnumbered:
      // A start or test frame is little evidence on other ports, but no other protocol sends these six bytes.
      return .yes(
        header.function == .startActivation ? .toServer : header.function == .startConfirmation ? .toClient : nil)
    case .supervisory: return expected ? .yes(nil) : .no
    case .information: break
    }
    guard bytes.byteCount >= header.frameLength else { return expected ? .yes(nil) : .undecided }
    guard let unit = IEC104DataUnit(header.asdu) else { return expected ? .yes(nil) : .no }
    return expected || unit.isPlausible ? .yes(direction(unit)) : .no
  }

  /// Commands go to the server, process information comes from it.
  private static func direction(_ unit: borrowing IEC104DataUnit) -> Direction? {
    if unit.type.isMonitored { return .toClient }
    switch unit.cause {
    case .activation, .deactivation: return .toServer
    case .activationConfirmation, .deactivationConfirmation, .activationTermination: return .toClient
    default: return unit.cause.isRefusal ? .toClient : nil
    }
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.u8(0) == IEC104Header.startByte else {
      let start = UInt64(IEC104Header.startByte)
      return refuse(bytes, Fault(.framing, "Start byte", seen: UInt64(bytes.u8(0)), expected: start), &exchange)
    }
    guard let header = IEC104Header(bytes) else { return .incomplete(IEC104Header.size) }
    guard header.isValid else {
      let fault =
        header.hasLength
        ? Fault(.value, "Control field", seen: UInt64(header.controlField), least: 0, most: 0xFFFF_FFFE)
        : Fault(.length, "Length of APDU", seen: UInt64(header.length), least: 4, most: 253)
      return refuse(bytes, fault, &exchange)
    }
    guard exchange.canRead(header.frameLength, of: bytes) else { return .incomplete(header.frameLength) }
    switch header.format {
    case .information: readInformation(header, bytes.extracting(first: header.capturedLength), &exchange)
    case .supervisory: break
    case .unnumbered: addControlFunction(header.function, &exchange)
    }
    return .message(header.capturedLength)
  }

  /// Skips, in one pass, to the next place where a frame can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    var skipped = 1
    while skipped < bytes.byteCount, bytes.u8(skipped) != IEC104Header.startByte { skipped += 1 }
    return .refused(skipped)
  }

  private static func addControlFunction(_ function: IEC104Function, _ exchange: inout Exchange) {
    var operation = Operation(
      exchange.id(of: IEC104.control), .session, function.isConfirmation ? .response : .request,
      code: UInt32(function.rawValue), name: function.name)
    if function.isConfirmation { operation.outcome = .ok }
    exchange.operations.append(operation)
  }

  private static func readInformation(
    _ header: borrowing IEC104Header, _ message: RawSpan, _ exchange: inout Exchange
  ) {
    guard let unit = IEC104DataUnit(header.asdu) else { return addShortUnit(header.asdu, &exchange) }
    let type = unit.type
    let cause = unit.cause
    let role = role(type, cause, exchange.direction)
    var operation = Operation(
      exchange.dissector, type.action, role, code: UInt32(type.rawValue), name: type.name)
    operation.unit = Int64(unit.commonAddress)
    operation.isRoutine = type == .clockSynchronization
    operation.facets[.cause] = UInt32(cause.rawValue)
    if unit.originator != 0 { operation.facets[.originator] = UInt32(unit.originator) }
    if unit.isTest { operation.facets[.isTest] = 1 }
    // In a response, the outcome shows this.
    if unit.isNegative, role != .response { operation.facets[.isNegative] = 1 }
    operation.facets[.sendSequence] = UInt32(header.sendSequenceNumber)
    operation.facets[.receiveSequence] = UInt32(header.receiveSequenceNumber)
    check(unit, &operation)
    readObjects(unit, message, &operation, &exchange)
    if operation.role == .response {
      if let refusal = cause.refusal {
        operation.outcome = .error(code: UInt32(cause.rawValue), name: refusal)
      } else if unit.isNegative {
        operation.outcome = .error(code: UInt32(cause.rawValue), name: "Negative confirmation")
      } else {
        operation.outcome = .ok
      }
    }
    pair(&operation, type, &exchange)
    exchange.operations.append(operation)
  }

  /// An ASDU that ends within its identifier: only its type can be read.
  private static func addShortUnit(_ asdu: RawSpan, _ exchange: inout Exchange) {
    guard asdu.byteCount > 0 else { return }
    let type = IEC104Type(rawValue: asdu.u8(0))
    var operation = Operation(
      exchange.dissector, type.action, .report, code: UInt32(type.rawValue), name: type.name)
    operation.fault = Fault(
      .truncated, "ASDU", seen: UInt64(asdu.byteCount), least: UInt64(IEC104DataUnit.identifierSize), most: 249)
    exchange.operations.append(operation)
  }

  /// Commands are requested by activation, deactivation or request, and answered by confirmation or refusal; everything
  /// else is reported without a request.
  private static func role(_ type: IEC104Type, _ cause: IEC104Cause, _ direction: Direction) -> Role {
    if type.isMonitored { return .report }
    // Both ends send files, and either may challenge the other: what the master sends counts as a request.
    if type.isFile || type.isSecurity, !cause.isRefusal { return direction == .toServer ? .request : .report }
    switch cause {
    case .activation, .deactivation: return .request
    case .activationConfirmation, .deactivationConfirmation: return .response
    case .request: return type == .readCommand ? .request : .report
    default: return cause.isRefusal ? .response : .report
    }
  }

  private static func check(_ unit: borrowing IEC104DataUnit, _ operation: inout Operation) {
    // A station mirrors the command that it refuses, whatever is wrong with it (IEC 60870-5-101, 7.2.3.1).
    let isMirrored = unit.isNegative || unit.cause.isRefusal
    if !unit.type.isKnown {
      operation.note(Fault(.code, "Type identification", seen: UInt64(unit.type.rawValue), least: 1, most: 127))
    } else if !unit.cause.isKnown {
      operation.note(Fault(.value, "Cause of transmission", seen: UInt64(unit.cause.rawValue), least: 1, most: 47))
    } else if unit.type.isSingle, !isMirrored, unit.number != 1 {
      operation.note(Fault(.quantity, "Number of information objects", seen: UInt64(unit.number), expected: 1))
    } else if unit.type.isSingle, !isMirrored, unit.isSequence {
      operation.note(Fault(.value, "SQ", seen: 1, expected: 0))
    } else if let expected = unit.expectedLength, expected != unit.length {
      // The length field also counts the control field.
      operation.note(
        Fault(.length, "Length of APDU", seen: UInt64(unit.length + 4), expected: UInt64(expected + 4)))
    }
  }

  // MARK: Requests and responses

  /// The standard has no transaction number: type and object address match a confirmation to its command.
  private struct Command {
    let type: IEC104Type
    /// 24 bits.
    let objectAddress: UInt64
    var bits: Int64 { Int64(type.rawValue) << 24 | Int64(objectAddress & 0xFF_FFFF) }
  }

  private static func pair(_ operation: inout Operation, _ type: IEC104Type, _ exchange: inout Exchange) {
    guard operation.role != .report else { return }
    let command = Command(type: type, objectAddress: operation.target.address)
    if operation.role == .request {
      operation.transaction = command.bits
      // A read is answered by process information, files and challenges by other types.
      let mayStaySilent =
        type == .readCommand || type.isFile || type.isSecurity || operation.unit == globalAddress
      exchange.ask(operation, mayStaySilent: mayStaySilent)
      operation.transaction = -1
    } else if let asked = exchange.waiting(transaction: command.bits, unit: operation.unit) {
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
      // Some stations refuse first, and give the reason in another frame.
      if case .error(let cause, _) = operation.outcome, !IEC104Cause(rawValue: UInt8(cause)).isRefusal {
        exchange.answeredOnce(asked)
      } else {
        exchange.answered(asked)
      }
    } else if let asked = exchange.waiting(transaction: command.bits, unit: globalAddress) {
      // Every station confirms for itself; the request keeps waiting for the others.
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
    } else {
      operation.pairing = .unasked
    }
  }

  /// The global common address (IEC 60870-5-101, 7.2.4).
  private static let globalAddress: Int64 = 65_535
}
