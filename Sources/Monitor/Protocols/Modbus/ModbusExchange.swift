// SPDX-License-Identifier: Apache-2.0

/// A PDU in its conversation: which end sent it, and which request it answers.
extension Exchange {
  /// What `state` holds while the roles of the two ends are a guess: what the last conclusive message showed.
  private enum Roles: UInt64 {
    case unknown = 0
    case asGuessed, reversed
  }

  /// Adds the operation of one message. `transaction` is -1 if the framing has none: then one request at a time is
  /// outstanding for each unit.
  @inline(__always)
  mutating func add(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) {
    if isRequest(pdu, unit: unit, transaction: transaction) {
      addRequest(pdu, unit: unit, transaction: transaction)
    } else {
      addResponse(pdu, unit: unit, transaction: transaction)
    }
  }

  @inline(__always)
  private mutating func isRequest(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) -> Bool {
    if isDirectionCertain { return direction == .toServer }
    return seemsRequest(pdu, unit: unit, transaction: transaction)
  }

  /// Content decides; if request and response look alike: earlier content, then an outstanding request, then the guess.
  private mutating func seemsRequest(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) -> Bool {
    if let shown = pdu.direction {
      state = (shown == direction ? Roles.asGuessed : .reversed).rawValue
      return shown == .toServer
    }
    switch Roles(rawValue: state) {
    case .asGuessed: return direction == .toServer
    case .reversed: return direction == .toClient
    case .unknown, nil: break
    }
    if let asked = waiting(transaction: transaction, unit: unit),
      self[asked].operation.code == UInt32(pdu.function.rawValue)
    {
      return false
    }
    return direction == .toServer
  }

  /// What `addRequest` and `addResponse` would find in a read, or in the answer to one, that violates nothing. The
  /// roles of the two ends are certain.
  @inline(__always)
  mutating func glance(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) -> Bool {
    let code = UInt32(pdu.functionCode)
    guard ModbusFunction.reads ~= code, pdu.count > ModbusPDU.Counted.byteCount else { return false }
    let isOfBits = pdu.function == .readCoils || pdu.function == .readDiscreteInputs
    glance = Glance(dissector, .read, direction == .toServer ? .request : .response, code: code, unit: unit)
    glance.transaction = transaction
    guard direction == .toClient else {
      guard pdu.count == ModbusPDU.Addressed.size else { return false }
      let address = UInt32(pdu.u16(ModbusPDU.Addressed.address))
      let quantity = UInt32(pdu.u16(ModbusPDU.Addressed.quantity))
      guard quantity &- 1 < (isOfBits ? 2000 : 125), address &+ quantity <= 65_536,
        canAsk(transaction: transaction, place: unit)
      else { return false }
      let area: Area =
        switch pdu.function {
        case .readCoils: .coil
        case .readDiscreteInputs: .discreteInput
        case .readHoldingRegisters: .holdingRegister
        default: .inputRegister
        }
      glance.name = pdu.function.name
      glance.target = Target(area: area, address: UInt64(address), count: quantity)
      return true
    }
    let byteCount = Int(pdu.u8(ModbusPDU.Counted.byteCount))
    guard byteCount <= 250, pdu.count == ModbusPDU.Counted.bytes &+ byteCount,
      let asked = plainlyWaiting(transaction: transaction, place: unit, code: code, of: dissector)
    else { return false }
    let quantity = Int(self[asked].operation.target.count)
    guard quantity > 0, byteCount == (isOfBits ? (quantity &+ 7) / 8 : 2 &* quantity) else { return false }
    glance.values =
      isOfBits
      ? pdu.values(.bit, at: ModbusPDU.Counted.bytes, quantity)
      : pdu.values(.uint16, at: ModbusPDU.Counted.bytes, quantity)
    glance.target = self[asked].operation.target
    glance.asked = asked
    return true
  }

  private mutating func addRequest(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) {
    let function = pdu.function
    var operation = Operation(
      dissector, function.action, .request, code: UInt32(function.rawValue), name: function.name)
    operation.unit = unit
    operation.transaction = transaction
    pdu.parseRequest(&operation)
    let umas = pdu.umas
    if let umas { UMAS.fillEnvelope(ofRequest: umas, &operation, &self) }
    // A broadcast on a serial line has no response (MODBUS over Serial Line V1.02, clause 2.1); neither has a response
    // that was sent in the wrong direction.
    if !(transaction < 0 && unit == 0) && !pdu.isException {
      let values = operation.values
      operation.values = Values(echo: pdu.echo, of: values)
      ask(operation, mayStaySilent: pdu.mayStaySilent)
      operation.values = values
    }
    guard let umas else { return operations.append(operation) }
    append(UMAS.readRequest(umas, operation, &self), in: operation)
  }

  private mutating func addResponse(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) {
    let function = pdu.function
    var operation = Operation(
      dissector, function.action, .response, code: UInt32(function.rawValue), name: function.name)
    operation.unit = unit
    operation.transaction = transaction
    pdu.parseResponse(&operation)
    let umas = pdu.umas
    if let umas { UMAS.fillEnvelope(ofAnswer: umas, &operation) }
    if let asked = waiting(transaction: transaction, unit: unit) {
      // A message truncated by the capture shows too little to be called a mismatch.
      let isUnknown = (isCut || self[asked].isCut) && self[asked].operation.code == operation.code
      if isUnknown || pdu.answers(self[asked].operation, operation) {
        operation.takeQuestion(self[asked].operation)
        // A request that violates the specification is rightly refused, whatever function the exception names.
        if pdu.isException, self[asked].operation.fault != nil { operation.fault = nil }
        take(answer: &operation, to: asked)
      } else if answeredOther(asked) {
        // This request is still outstanding.
        operation.pairing = .answered
        operation.latency = time &- self[asked].time
      } else {
        operation.pairing = .mismatched
        operation.latency = time &- self[asked].time
        // The request still says what the response should have been.
        if operation.code == self[asked].operation.code, operation.target == .none {
          operation.target = self[asked].operation.target
        }
        answered(asked)
      }
    } else {
      operation.pairing = .unasked
    }
    guard let umas else { return operations.append(operation) }
    append(UMAS.readAnswer(umas, operation, &self), in: operation)
  }

  /// The carried operation has all targets and values; its envelope has the first target.
  private mutating func append(_ carried: Operation, in envelope: Operation) {
    var envelope = envelope
    envelope.items = ItemRange()
    envelope.values = .none
    operations.append(envelope)
    operations.append(carried)
  }
}

extension Operation {
  /// A response takes its meaning and addresses from its request.
  @inline(__always)
  fileprivate mutating func takeQuestion(_ asked: borrowing Operation) {
    target = asked.target
    written = asked.written
    action = asked.action
    name = asked.name
    subcode = asked.subcode
    if asked.isCarrier, let function = asked.facets[.signedFunction] { facets[.signedFunction] = function }
    // The last byte of coils or inputs is padded with zeros (clause 6.1).
    if values.format == .bit { values.count = min(values.count, Int32(clamping: asked.target.count)) }
  }
}
