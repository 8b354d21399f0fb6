// SPDX-License-Identifier: Apache-2.0

/// Application fragments, and the matching of responses to requests: IEEE 1815-2012, clause 4.
extension DNP3 {
  /// The fragment starts at `start` in `bytes`; `header` belongs to the frame that completed it.
  static func readFragment(
    _ bytes: RawSpan, from start: Int, _ header: borrowing DNP3LinkHeader, _ exchange: inout Exchange
  ) {
    guard let application = DNP3ApplicationHeader(bytes.from(start)) else {
      var operation = Operation(exchange.dissector, .unknown, .report, code: 0, name: "Fragment cut short")
      fillAddresses(header, &operation)
      operation.fault = Fault(
        .truncated, "Application header", seen: UInt64(max(0, bytes.byteCount - start)), least: 2,
        most: UInt64(longestFragment))
      return exchange.operations.append(operation)
    }
    let function = application.function
    let role: Role = function == .unsolicited ? .report : function.isResponse ? .response : .request
    var operation = Operation(
      exchange.dissector, function.action, role, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = Int64(application.control.sequence)
    operation.phase = function.phase
    fillAddresses(header, &operation)
    if let indications = application.indications {
      operation.facets[.internalIndications] = UInt32(indications.rawValue)
      if let refusal = indications.refusal {
        operation.outcome = .error(code: UInt32(indications.refused), name: refusal)
      } else if role == .response {
        operation.outcome = .ok
      }
    } else if function.isResponse {
      let seen = bytes.byteCount - start - DNP3ApplicationHeader.minimumSize
      operation.note(Fault(.truncated, "Internal indications", seen: UInt64(seen), least: 2, most: 2))
      return exchange.operations.append(operation)
    }
    if function != .confirm { readObjects(bytes, from: start + application.size, function, &operation, &exchange) }
    switch role {
    case .request: ask(operation, function, isBroadcast: header.isBroadcast, &exchange)
    case .response where application.control.isFirst: pair(&operation, function, &exchange)
    case .response, .report: break
    }
    exchange.operations.append(operation)
  }

  /// There is no response to confirmations, to functions that request none, and to broadcasts (9.2.5.2). The reply to a
  /// challenge has no response of its own: the challenged request is answered instead (7.5).
  private static func ask(
    _ operation: borrowing Operation, _ function: DNP3Function, isBroadcast: Bool, _ exchange: inout Exchange
  ) {
    let (group, variation) = (operation.target.number, operation.facets[.variation])
    let isReply = function == .authenticate && group == UInt32(DNP3Group.authentication) && variation == 2
    guard function != .confirm, !function.isUnanswered, !isReply else { return }
    exchange.ask(operation, mayStaySilent: isBroadcast)
  }

  private static func pair(_ operation: inout Operation, _ function: DNP3Function, _ exchange: inout Exchange) {
    guard let asked = exchange.waiting(transaction: operation.transaction, unit: operation.unit) else {
      operation.pairing = .unasked
      return
    }
    let code = exchange[asked].operation.code
    if function == .authenticationResponse, code != UInt32(DNP3Function.authenticate.rawValue) {
      // A challenge: the request still awaits its response.
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
      return
    }
    // The sixteen sequence numbers soon repeat: while the response to the previous request may still arrive, the
    // objects show which of the two this one is.
    if !fits(operation, exchange[asked].operation), exchange.answeredOther(asked) {
      operation.pairing = .answered
      // Controls are echoed.
      if isControl(operation.target) { operation.action = .operate }
      return
    }
    operation.action = exchange[asked].operation.action
    operation.phase = exchange[asked].operation.phase
    let isFile = operation.target.area == .group && operation.target.number == UInt32(DNP3Group.file)
    if isFile, exchange[asked].operation.target.area == .fileName, let handle = operation.facets[.fileHandle],
      handle != 0
    {
      let file = DNP3FileHandle(station: operation.unit, number: handle)
      exchange.remember(file.bits, UInt64(exchange[asked].operation.target.name.rawValue))
    }
    // The objects in a response to a read are more specific than the classes requested; a handle says less than the
    // name.
    if operation.target == .none || isFile { operation.target = exchange[asked].operation.target }
    exchange.take(answer: &operation, to: asked)
  }

  private static func isControl(_ target: Target) -> Bool {
    target.area == .group && (target.number == UInt32(DNP3Group.control) || target.number == UInt32(DNP3Group.output))
  }

  /// Whether a response has the objects that belong in a response to this request (table 4-3 and annex A).
  private static func fits(_ answer: borrowing Operation, _ asked: borrowing Operation) -> Bool {
    if case .error = answer.outcome { return true }
    let isEmpty = answer.target == .none
    // A target that is not a group is a file name.
    let group = answer.target.area == .group ? answer.target.number : UInt32(DNP3Group.file)
    switch asked.code {
    case 1: return isEmpty || group != UInt32(DNP3Group.control) && group != UInt32(DNP3Group.output)
    case 3...5: return answer.target == asked.target
    case 2, 25...30: return isEmpty || group == UInt32(DNP3Group.file)
    case 7, 9, 11, 15, 20...22, 24: return isEmpty
    case 13, 14, 23: return isEmpty || group == UInt32(DNP3Group.delay)
    default: return true
    }
  }
}
