// SPDX-License-Identifier: Apache-2.0

/// Acknowledgements: the responses to jobs, with or without data.
enum S7Responses {
  static func read(_ message: borrowing S7Message, error: UInt16, _ exchange: inout Exchange) {
    let place = message.place(askedBy: exchange.direction.reversed)
    // An acknowledgement of an error may have no parameters: then the question says which function it was.
    let function =
      message.function
      ?? exchange.waiting(transaction: message.reference, unit: place).map {
        S7Function(rawValue: UInt8(truncatingIfNeeded: exchange[$0].operation.code))
      } ?? .cpuServices
    var operation = Operation(
      exchange.dissector, function.action, .response, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = message.reference
    operation.unit = message.unit
    operation.outcome = error == 0 ? .ok : .error(code: UInt32(error), name: S7Function.error(error))
    var format = Values.Format.none
    _ = exchange.tie(&operation, place: place) { question, answer in
      answer.action = question.action
      answer.detail = question.detail
      format = question.values.format
    }
    let parameters = message.parameters
    switch function {
    case .setup:
      if let setup = S7SetupParameters(parameters) {
        operation.facets[.pduSize] = UInt32(setup.pduLength)
      } else if error == 0 {
        operation.note(Fault(shortParameters: parameters.byteCount, least: S7SetupParameters.size))
      }
    case .readVariable:
      if let variables = S7VariableParameters(parameters) {
        var items = S7DataItems(message.bytes, message.dataRange)
        S7Items.read(&items, count: Int(variables.itemCount), as: format, &operation, &exchange)
        if !exchange.isCut, operation.fault == nil, let fault = items.faultAtEnd { operation.note(fault) }
      } else if error == 0 {
        operation.note(Fault(shortParameters: parameters.byteCount, least: S7VariableParameters.size))
      }
    case .writeVariable:
      if let variables = S7VariableParameters(parameters) {
        // A refused job has no codes for its items.
        let isRefused = error != 0 && message.data.byteCount == 0
        if !isRefused, operation.pairing == .answered, operation.items.count < PendingRequests.itemLimit,
          operation.target != .none, Int(variables.itemCount) != Int(operation.items.count) + 1
        {
          operation.note(
            Fault(
              .quantity, "Item count", seen: UInt64(variables.itemCount), expected: UInt64(operation.items.count) + 1))
        }
        S7Items.read(
          returnCodes: message.data, count: Int(variables.itemCount), isExact: !exchange.isCut && !isRefused,
          &operation)
      } else if error == 0 {
        operation.note(Fault(shortParameters: parameters.byteCount, least: S7VariableParameters.size))
      }
    default: break
    }
    exchange.operations.append(operation)
  }
}
