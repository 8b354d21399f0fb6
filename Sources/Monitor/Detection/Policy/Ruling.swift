// SPDX-License-Identifier: Apache-2.0

/// The site's verdict on one operation: determined once, and passed to every detector that needs it.
struct Ruling {
  /// The verdict on the operation's own target.
  let verdict: Verdict
  /// Index of the first further target that is refused, if the operation's own is allowed.
  let refusedItem: Int?
  /// The verdict on that target.
  let itemVerdict: Verdict
  /// Who asked: the end that sends in this direction.
  let direction: Direction

  @inline(__always)
  var isAllowed: Bool { verdict.isAllowed && refusedItem == nil }

  private init(_ verdict: Verdict, sent direction: Direction, refusedItem: Int? = nil, itemVerdict: Verdict = .inside) {
    self.verdict = verdict
    self.direction = direction
    self.refusedItem = refusedItem
    self.itemVerdict = itemVerdict
  }

  /// For most operations the gate of the flow already has the answer; for the others the conduits are consulted, target
  /// by target.
  init(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    sent sender: Direction, at moment: Moment, by site: borrowing Site
  ) {
    // A request is judged from its sender to its receiver, whoever is thought to have begun.
    var direction = Direction.toServer
    if sender == .toClient, operation.isReverseRequest { direction = .toClient }
    var isFree = false
    if direction == .toServer { isFree = conversation.gate.allows(operation.action) }
    guard !isFree else {
      let verdict = conversation.gate.verdict
      self.init(verdict.isAllowed ? verdict : .allowed(conduit: verdict.conduit ?? 0), sent: direction)
      return
    }
    let from = conversation.party(direction)
    let to = conversation.party(direction.reversed)
    let service = conversation.service(direction, at: site)
    let verdict = site.judge(
      operation.action, operation.target, operation.written, name: message.names[operation.target.name],
      unit: operation.unit, function: OperationFunction(operation), from: from, to: to,
      service: service, at: moment.time)
    guard verdict.isAllowed, operation.items.count > 0 else {
      self.init(verdict, sent: direction)
      return
    }
    var place = 0
    while let item = message.item(operation.items, place) {
      let itemVerdict = site.judge(
        operation.action, item.target, .none, name: message.names[item.target.name], unit: operation.unit,
        function: OperationFunction(operation), from: from, to: to, service: service, at: moment.time)
      if !itemVerdict.isAllowed {
        self.init(verdict, sent: direction, refusedItem: place, itemVerdict: itemVerdict)
        return
      }
      place += 1
    }
    self.init(verdict, sent: direction)
  }
}

extension Operation {
  /// A request that is judged when the end that was asked so far sends it. Keeping a conversation open is either
  /// end's right (the TESTFR of IEC 60870-5-104, 5.2).
  @inline(__always)
  var isReverseRequest: Bool {
    if role != .request || isPartOfCommand { return false }
    return action != .session && action != .diagnose
  }
}

extension Gate {
  /// Whether the action is allowed on any target for as long as the gate is valid.
  @inline(__always)
  func allows(_ action: Action) -> Bool { free & action.bit != 0 }
}
