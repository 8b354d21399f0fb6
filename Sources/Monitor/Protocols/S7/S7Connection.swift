// SPDX-License-Identifier: Apache-2.0

/// TPDUs that carry no data (X.224, 13.3 to 13.12).
extension S7Comm {
  static func readConnection(_ tpdu: borrowing COTPHeader, _ exchange: inout Exchange) {
    let code = tpdu.code
    let role: Role =
      switch code {
      case .connectionRequest, .disconnectRequest: .request
      case .connectionConfirm, .disconnectConfirm: .response
      default: .report
      }
    var operation = Operation(
      exchange.id(of: S7Comm.cotp), role == .report && code != .error ? .unknown : .session, role,
      code: UInt32(code.rawValue), name: code.name)
    if role == .response { operation.outcome = .ok }
    switch code {
    case .connectionRequest, .connectionConfirm: readOpening(tpdu, &operation, &exchange)
    case .disconnectRequest:
      if let connection = COTPConnection(tpdu) { readDisconnect(connection, &operation, &exchange) }
    default: break
    }
    exchange.operations.append(operation)
  }

  private static func readOpening(
    _ tpdu: borrowing COTPHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var state = S7State(bits: exchange.state)
    if let connection = COTPConnection(tpdu) {
      var parameters = connection.parameters
      while let parameter = parameters.next() {
        guard parameter.code == COTPParameter.calledTSAP else { continue }
        let value = parameter.value
        // In a two-byte TSAP, the second byte is rack and slot.
        if value.byteCount == 2 { state.unit = Int64(value.u8(1)) }
        operation.detail =
          value.isText ? exchange.name(value) : exchange.name { $0.append(hexadecimal: value.extracting(first: 64)) }
      }
    }
    operation.unit = state.unit
    exchange.state = state.bits
    if tpdu.code == .connectionRequest {
      exchange.ask(operation)
    } else if let asked = exchange.waiting(transaction: -1, unit: operation.unit) {
      exchange.take(answer: &operation, to: asked)
    } else {
      operation.pairing = .unasked
    }
  }

  private static func readDisconnect(
    _ connection: borrowing COTPConnection, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let reason = connection.reason
    operation.subcode = Int32(reason.rawValue)
    operation.unit = S7State(bits: exchange.state).unit
    // As the response to a connection request, it refuses it (X.224, 6.6).
    guard exchange.direction == .toClient, let asked = exchange.waiting(transaction: -1, unit: operation.unit) else {
      return
    }
    operation.role = .response
    operation.outcome = .error(code: UInt32(reason.rawValue), name: reason.name)
    exchange.take(answer: &operation, to: asked)
  }
}
