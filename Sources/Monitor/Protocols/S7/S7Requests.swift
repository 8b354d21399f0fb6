// SPDX-License-Identifier: Apache-2.0

/// Jobs: what one end asks of the other.
enum S7Requests {
  /// `block` is the one that is being up- or downloaded.
  static func read(_ message: borrowing S7Message, _ block: inout NameID, _ exchange: inout Exchange) {
    guard let function = message.function else {
      return exchange.add(faulty: Fault(shortParameters: 0, least: 1), message, .request)
    }
    var operation = Operation(
      exchange.dissector, function.action, .request, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = message.reference
    operation.unit = message.unit
    operation.isFetch = function == .startUpload || function == .upload || function == .endUpload
    if exchange.direction == .toClient {
      operation.isPartOfCommand = function == .downloadBlock || function == .downloadEnded
    }
    let parameters = message.parameters
    switch function {
    case .setup:
      if let setup = S7SetupParameters(parameters) {
        operation.facets[.pduSize] = UInt32(setup.pduLength)
      } else {
        operation.note(Fault(shortParameters: parameters.byteCount, least: S7SetupParameters.size))
      }
    case .readVariable, .writeVariable:
      if let variables = S7VariableParameters(parameters) {
        S7Items.read(
          specifications: variables.items, count: Int(variables.itemCount), of: message,
          isWritten: function == .writeVariable, &operation, &exchange)
      } else {
        operation.note(Fault(shortParameters: parameters.byteCount, least: S7VariableParameters.size))
      }
    case .requestDownload, .downloadBlock, .downloadEnded, .startUpload:
      // Each message names its block; if the name cannot be read, the previous one does not apply.
      block = .none
      if let named = S7BlockParameters(parameters) {
        block = S7BlockName.file(named.fileName, &exchange)
      } else {
        operation.note(Fault(shortParameters: parameters.byteCount, least: S7BlockParameters.size))
      }
      operation.target = Target(area: .block, count: 1, name: block)
    case .upload, .endUpload: operation.target = Target(area: .block, count: 1, name: block)
    case .service:
      if let service = S7ServiceParameters(parameters) {
        readInvocation(service, &operation, &exchange)
      } else {
        operation.note(Fault(shortParameters: parameters.byteCount, least: S7ServiceParameters.minimumLength))
      }
    case .stop: if let stop = S7StopParameters(parameters) { operation.detail = exchange.name(stop.serviceName) }
    default: break
    }
    exchange.ask(operation, place: message.place(askedBy: exchange.direction))
    exchange.operations.append(operation)
  }

  /// A program invocation service.
  private static func readInvocation(
    _ service: borrowing S7ServiceParameters, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard let name = service.serviceName else {
      return operation.note(
        Fault(
          .length, "PI service argument", seen: UInt64(service.argumentLength), least: 0,
          most: UInt64(service.longestArgument)))
    }
    operation.detail = exchange.name(name)
    operation.action = S7Function.action(ofService: name)
    guard operation.action == .program, let blocks = S7BlockList(service.argument) else { return }
    for index in 0..<blocks.count {
      guard let name = S7BlockName.block(blocks.name(at: index), &exchange) else { continue }
      exchange.add(Target(area: .block, count: 1, name: name), to: &operation, isFirst: operation.target == .none)
    }
  }
}
