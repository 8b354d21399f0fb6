// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Passes operations to the detectors. Most messages are like the one before, and no detector has anything to say about
/// them: this is checked first, inline. Everything else is out of line, since a call copies its arguments.
extension Detection {
  @inline(__always)
  mutating func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    count(operation)
    if Interest(operation).isWanted(in: conversation, sent: direction, at: moment) {
      judge(operation, message, in: &conversation, sent: direction, at: moment)
    }
    if declared.limitsValues, ValueLimits.shows(operation) {
      let device = conversation.endpoint(operation.role == .request ? direction.reversed : direction)
      valueLimits.note(operation, message, of: device, at: moment.time, by: declared)
    }
    if senders.suspectFrame == moment.frame { suspect(operation, in: conversation, sent: direction, at: moment) }
    if rules.wants(operation.dissector, operation.action) {
      tryRules(operation, message, in: &conversation, sent: direction, at: moment)
    }
  }

  /// Whether a message is to be read, since a detector or the memory of values wants to see its operation.
  @inline(__always)
  mutating func wants(
    _ glance: inout Glance, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) -> Bool {
    if !glance.isOperation { return false }
    if rules.wantsUsual(glance.dissector, glance.action, in: &conversation) { return true }
    if senders.suspectFrame == moment.frame { return true }
    if glance.values.count > 0 {
      // What limited addresses hold is remembered from every answer.
      if declared.limitsValues { return true }
      if glance.target == .none, conversation.valueSampling.hasToBeRead() { return true }
    }
    return Interest(&glance).isWanted(in: conversation, sent: direction, at: moment)
  }

  /// A message that is like those before it.
  @inline(__always)
  mutating func glanced(
    _ glance: inout Glance, _ bytes: RawSpan, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    count(glance.action)
    if glance.values.count > 0, conversation.valueSampling.take() {
      keep(&glance, bytes, of: &conversation, sent: direction, at: moment)
    }
  }
  @inline(never)
  private mutating func keep(
    _ glance: inout Glance, _ bytes: RawSpan, of conversation: inout Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    lastValues.note(&glance, bytes, of: conversation.endpoint(direction), at: moment.time)
  }

  /// What a frame asks for that another sender than usual has sent.
  @inline(never)
  private mutating func suspect(
    _ operation: borrowing Operation, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment
  ) {
    guard operation.role == .request, !operation.isCarrier, operation.action.isChange else { return }
    findings.add(moment.finding(.senderChanged, senders.suspicion, conversation, direction, about: operation))
  }

  @inline(never)
  private mutating func judge(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    let ruling = rule(operation, message, in: &conversation, sent: direction, at: moment)
    if let fault = operation.fault {
      var finding = moment.finding(.malformedMessage, .fault(fault), conversation, direction)
      finding.operation = copy operation
      findings.add(finding)
    }
    if !operation.isCarrier, Interest(operation).isNotable(in: conversation) {
      notable(operation, message, in: &conversation, sent: direction, at: moment, ruling)
    }
  }

  /// The one place where an operation is judged. Returns nil without a site, and for operations that are not judged:
  /// envelopes, and responses to known requests. If a time window has opened or closed since, the gate is renewed
  /// first.
  private mutating func rule(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) -> Ruling? {
    guard hasSite, !operation.isCarrier else { return nil }
    if operation.role == .response, operation.pairing != .unasked { return nil }
    if operation.role == .report, direction == .toClient { return nil }
    if moment.time >= conversation.gate.validUntil { judge(&conversation, moment) }
    let ruling = Ruling(operation, message, in: conversation, sent: direction, at: moment, by: declared)
    if !ruling.isAllowed {
      findings.add(zonePolicy.operation(operation, message, in: conversation, at: moment, ruling))
    } else if operation.action == .read, operation.role == .request, direction == .toServer,
      operation.isOfOneTarget, let conduit = ruling.verdict.conduit,
      let range = declared.range(of: operation.target, unit: operation.unit, in: conduit)
    {
      conversation.gate.cleared.add(
        range, like: operation.target, operation.code, operation.unit, operation.dissector)
    }
    if declared.limitsValues {
      valueLimits.judge(
        operation, message, in: conversation, asked: ruling.direction, at: moment, by: declared, &findings)
    }
    return ruling
  }

  @inline(never)
  private mutating func notable(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment, _ ruling: Ruling?
  ) {
    if devices.inventory.ledger.isKept { note(operation, in: &conversation, sent: direction, at: moment) }
    if operation.role == .response, operation.pairing == .answered, conversation.answeredCodes == 0 {
      served(conversation, direction, moment)
    }
    functionScan.operation(operation, &conversation, moment, &findings)
    if operation.phase != .none { findings.add(selections.operation(operation, message, conversation, moment)) }
    var isSaid = false
    switch operation.role {
    case .request:
      isSaid = changed(operation, in: &conversation, sent: direction, at: moment, ruling)
      if operation.action.isCommand {
        findings.add(commandFlood.command(operation, conversation, sent: direction, moment))
      }
    case .response:
      // An answer to a question that the other end never asked: what it would change is judged as if it were asked.
      if operation.pairing == .unasked, direction == .toServer {
        isSaid = changed(operation, in: &conversation, sent: direction, at: moment, ruling)
      }
      if operation.action == .authenticate, case .error = operation.outcome {
        findings.add(logins.refused(operation, conversation, moment))
      } else if case .error = operation.outcome, operation.action.isIntervention,
        !functionScan.isScanned(conversation, moment)
      {
        findings.add(exceptionBurst.refused(operation, conversation, moment))
        if operation.action.isCommand { commandFlood.refused(operation, conversation, sent: direction) }
      }
      if operation.pairing != .answered { findings.add(pairingFaults.answer(operation, conversation, moment)) }
    case .report: break
    }
    if Deeds.contains(operation) { did(operation, in: conversation, sent: direction, at: moment, isSaid: isSaid) }
  }

  /// Who asks for what, and who answers: for the ledger, where it is new for the conversation.
  @inline(never)
  private mutating func note(
    _ operation: borrowing Operation, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    let isRequest = operation.role == .request
    if !isRequest { guard operation.role == .response, operation.pairing == .answered else { return } }
    let bit =
      (isRequest ? UInt32(1) << UInt32(operation.action.rawValue) : 1 << 15) << (direction == .toServer ? 0 : 16)
    let isNew = FunctionScan.isNew(operation.askedCode, operation.unit, isAsked: isRequest, in: conversation)
    guard isNew || conversation.noted & bit == 0 else { return }
    let isNoted = devices.inventory.note(operation, of: conversation, sent: direction, at: moment.time)
    if isNoted { conversation.noted |= bit }
  }

  /// What an engineer may do, and perhaps others. `isSaid`: a finding of another kind is about it.
  private mutating func did(
    _ operation: borrowing Operation, in conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment, isSaid: Bool
  ) {
    let way = Deeds.direction(operation, sent: direction)
    deeds.count(operation, in: conversation, way, at: moment)
    if hasSite || isSaid { return }
    if operation.isRoutine { return }
    findings.add(moment.finding(.controllerCommand, .noSite, conversation, way, about: operation))
  }

  /// A request that changes something: checks who sent it, and reports changes that must never go unnoticed. True if it
  /// reported this one.
  private mutating func changed(
    _ operation: borrowing Operation, in conversation: inout Conversation, sent direction: Direction,
    at moment: Moment, _ ruling: Ruling?
  ) -> Bool {
    let change: Strangers.Change
    switch operation.action {
    case .write, .operate: change = .write
    case .clock: change = .clock
    case .configure:
      guard operation.target.area == .station,
        let finding = deviceRenamed.request(operation, conversation, sent: direction, at: moment, ruling)
      else { return false }
      findings.add(finding)
      return true
    default: return false
    }
    let bit = UInt8(change.rawValue) << (direction == .toServer ? 0 : 4)
    guard conversation.changes & bit == 0 || conversation.strange & bit != 0 else { return false }
    let isFirst = conversation.changes & bit == 0
    conversation.changes |= bit
    let finding =
      isFirst
      ? strangers.request(change, operation, in: conversation, sent: direction, at: moment, ruling)
      : Strangers.again(change, operation, in: conversation, sent: direction, at: moment, ruling)
    guard let finding else { return false }
    conversation.strange |= bit
    findings.add(finding)
    return true
  }
}
