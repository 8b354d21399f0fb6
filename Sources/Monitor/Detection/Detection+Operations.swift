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
    // Separate steps instead of `||`: an autoclosure cannot capture borrowed values.
    var isWanted = ZonePolicy.concerns(operation, conversation.gate, sent: direction, at: moment)
    if operation.fault != nil { isWanted = true }
    if !isWanted, !operation.isCarrier { isWanted = isNotable(operation, conversation) }
    if isWanted { judge(operation, message, in: &conversation, sent: direction, at: moment) }
    if senders.suspectFrame == moment.frame { suspect(operation, in: conversation, sent: direction, at: moment) }
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

  /// Whether any detector needs to see an operation.
  @inline(__always)
  private func isNotable(_ operation: borrowing Operation, _ conversation: borrowing Conversation) -> Bool {
    let isRequest = operation.role == .request
    // Unsolicited reports are not part of a scan.
    if operation.role != .report {
      if FunctionScan.isNew(
        operation.askedCode, operation.unit, isRequest ? conversation.codes : conversation.answeredCodes,
        isRequest ? conversation.units : conversation.answeredUnits)
      {
        return true
      }
    }
    if operation.phase != .none { return true }
    switch operation.role {
    case .request: return operation.action.isWatched
    case .response:
      if case .error = operation.outcome { return true }
      return operation.pairing != .answered
    case .report: return false
    }
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
    if !operation.isCarrier, isNotable(operation, conversation) {
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
    }
    return ruling
  }

  @inline(never)
  private mutating func notable(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment, _ ruling: Ruling?
  ) {
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
