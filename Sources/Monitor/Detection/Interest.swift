// SPDX-License-Identifier: Apache-2.0

/// What decides whether any detector wants to see an operation: the one place where detectors say so. Most messages are
/// like the one before, and nobody has anything to say about them. It is asked of operations, and of messages that were
/// only seen at a glance, which are read if the answer is yes.
struct Interest {
  let dissector: DissectorID
  let action: Action
  let role: Role
  /// Of the request.
  let code: UInt32
  let unit: Int64
  let pairing: Pairing
  let phase: Phase
  let isError: Bool
  let isFaulty: Bool
  let isCarrier: Bool
  /// A request that either end of a conversation may send.
  let isReverse: Bool
  let target: Target
  /// `target` is all that it asks for.
  let isOfOneTarget: Bool

  @inline(__always)
  init(_ operation: borrowing Operation) {
    dissector = operation.dissector
    action = operation.action
    role = operation.role
    code = operation.askedCode
    unit = operation.unit
    pairing = operation.pairing
    phase = operation.phase
    if case .error = operation.outcome { isError = true } else { isError = false }
    isFaulty = operation.fault != nil
    isCarrier = operation.isCarrier
    isReverse = operation.isReverseRequest
    target = operation.target
    isOfOneTarget = operation.isOfOneTarget
  }

  @inline(__always)
  init(_ glance: inout Glance) {
    dissector = glance.dissector
    action = glance.action
    role = glance.role
    code = glance.code
    unit = glance.unit
    pairing = glance.role == .response ? .answered : .none
    phase = .none
    isError = false
    isFaulty = false
    isCarrier = false
    let isKept = action == .session || action == .diagnose
    isReverse = glance.role == .request ? !isKept : false
    target = glance.target
    isOfOneTarget = glance.items.count == 0 && glance.subcode < 0
  }

  @inline(__always)
  func isWanted(in conversation: borrowing Conversation, sent direction: Direction, at moment: Moment) -> Bool {
    if isFaulty { return true }
    if isCarrier { return false }
    if concerns(conversation.gate, sent: direction, at: moment) { return true }
    return isNotable(in: conversation)
  }

  /// Whether the site's policy has to judge it: everything the conversation's gate does not let through. Envelopes are
  /// exempt, since their contents are judged; responses are covered by their requests. The gate is about what the
  /// client sends: a request of the other end is judged by itself.
  @inline(__always)
  private func concerns(_ gate: Gate, sent direction: Direction, at moment: Moment) -> Bool {
    if direction == .toClient, isReverse { return true }
    if role == .response, pairing != .unasked { return false }
    // Whoever may ask is told, too.
    if role == .report, direction == .toClient { return false }
    if moment.time >= gate.validUntil { return true }
    if gate.allows(action) { return false }
    return !(action == .read && isOfOneTarget && gate.cleared.covers(target, code, unit, dissector))
  }

  /// Whether a detector wants to see it that asks nothing of the site.
  @inline(__always)
  func isNotable(in conversation: borrowing Conversation) -> Bool {
    // Unsolicited reports are not part of a scan.
    if role != .report, FunctionScan.isNew(code, unit, isAsked: role == .request, in: conversation) { return true }
    if phase != .none { return true }
    switch role {
    case .request: return action.isWatched
    case .response: return isError || pairing != .answered
    case .report: return false
    }
  }
}

extension Operation {
  /// `target` is all that it asks for.
  @inline(__always)
  var isOfOneTarget: Bool { items.count == 0 && written.area == .none && subcode < 0 }
}
