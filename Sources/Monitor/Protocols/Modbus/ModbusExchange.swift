// SPDX-License-Identifier: Apache-2.0

/// A PDU in its conversation: who sent it, and which question it answers.
extension Exchange {
  /// What `state` keeps of a conversation whose two ends are a guess: the last message whose content told.
  private enum Roles {
    static let asGuessed: UInt64 = 1
    static let reversed: UInt64 = 2
  }

  /// Adds the operation of one message. `transaction` is -1 where the framing has none: then one request waits at each unit.
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

  /// Content decides; where request and answer look alike, what earlier content told, then a waiting request, then the guess.
  private mutating func seemsRequest(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) -> Bool {
    if let told = pdu.direction {
      state = told == direction ? Roles.asGuessed : Roles.reversed
      return told == .toServer
    }
    switch state {
    case Roles.asGuessed: return direction == .toServer
    case Roles.reversed: return direction == .toClient
    default: break
    }
    if let asked = waiting(transaction: transaction, unit: unit),
      self[asked].operation.code == UInt32(pdu.function.rawValue)
    {
      return false
    }
    return direction == .toServer
  }

  private mutating func addRequest(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) {
    let function = pdu.function
    var operation = Operation(
      dissector, function.action, .request, code: UInt32(function.rawValue), name: function.name)
    operation.unit = unit
    operation.transaction = transaction
    pdu.readRequest(&operation)
    if function == .unity { pdu.readUMASRequest(&operation, &self) }
    // Nobody answers a broadcast on a serial line (MODBUS over Serial Line V1.02, clause 2.1), nor an answer sent the wrong way.
    if !(transaction < 0 && unit == 0) && !pdu.isException {
      let values = operation.values
      operation.values = Values(echo: pdu.echo, of: values)
      ask(operation, mayStaySilent: pdu.mayStaySilent)
      operation.values = values
    }
    guard operation.isCarrier else { return operations.append(operation) }
    append(pdu.umasRequest(operation, id(of: Modbus.umas), &self), in: operation)
  }

  private mutating func addResponse(_ pdu: borrowing ModbusPDU, unit: Int64, transaction: Int64) {
    let function = pdu.function
    var operation = Operation(
      dissector, function.action, .response, code: UInt32(function.rawValue), name: function.name)
    operation.unit = unit
    operation.transaction = transaction
    pdu.readResponse(&operation)
    if function == .unity { pdu.readUMASAnswer(&operation) }
    if let asked = waiting(transaction: transaction, unit: unit) {
      let isUnknown = (isCut || self[asked].isCut) && self[asked].operation.code == operation.code
      if isUnknown || pdu.answers(self[asked].operation, operation) {
        operation.takeQuestion(self[asked].operation)
        // A refusal of what violates the specification is right, whatever code it repeats.
        if pdu.isException, self[asked].operation.fault != nil { operation.fault = nil }
        take(answer: &operation, to: asked)
      } else if answeredOther(asked) {
        // This one still waits.
        operation.pairing = .answered
        operation.latency = time &- self[asked].time
      } else {
        operation.pairing = .mismatched
        operation.latency = time &- self[asked].time
        // What was asked for still says what the answer should have been.
        if operation.code == self[asked].operation.code, operation.target == .none {
          operation.target = self[asked].operation.target
        }
        answered(asked)
      }
    } else {
      operation.pairing = .unasked
    }
    guard operation.isCarrier else { return operations.append(operation) }
    append(pdu.umasAnswer(operation, id(of: Modbus.umas), &self), in: operation)
  }

  /// What is carried has all targets and values, its envelope the first target.
  private mutating func append(_ carried: Operation, in envelope: Operation) {
    var envelope = envelope
    envelope.items = ItemRange()
    envelope.values = .none
    operations.append(envelope)
    operations.append(carried)
  }
}

extension Operation {
  /// An answer means what its question meant, at the addresses it asked for.
  @inline(__always)
  fileprivate mutating func takeQuestion(_ asked: borrowing Operation) {
    target = asked.target
    written = asked.written
    action = asked.action
    name = asked.name
    subcode = asked.subcode
    if asked.isCarrier, let function = asked.facets[.signedFunction] { facets[.signedFunction] = function }
    // The last byte of coils or inputs is filled up with zeros (clause 6.1).
    if values.format == .bit { values.count = min(values.count, Int32(clamping: asked.target.count)) }
  }
}
