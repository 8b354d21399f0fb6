// SPDX-License-Identifier: Apache-2.0

/// The site's verdict on one operation: determined once, and passed to every detector that needs it.
struct Ruling {
  /// The verdict on the operation's own target.
  let verdict: Verdict
  /// Index of the first further target that is refused, if the operation's own is allowed.
  let refusedItem: Int?
  /// The verdict on that target.
  let itemVerdict: Verdict

  @inline(__always)
  var isAllowed: Bool { verdict.isAllowed && refusedItem == nil }

  private init(_ verdict: Verdict, refusedItem: Int? = nil, itemVerdict: Verdict = .inside) {
    self.verdict = verdict
    self.refusedItem = refusedItem
    self.itemVerdict = itemVerdict
  }

  /// For most operations the gate of the flow already has the answer; for the others the conduits are consulted, target
  /// by target.
  init(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    at moment: Moment, by site: borrowing Site
  ) {
    guard !conversation.gate.allows(operation.action) else {
      let conduit = conversation.gate.verdict.conduit ?? 0
      self.init(conversation.client.zone == conversation.server.zone ? .inside : .allowed(conduit: conduit))
      return
    }
    let verdict = site.judge(
      operation.action, operation.target, operation.written, name: message.names[operation.target.name],
      unit: operation.unit, from: conversation.client, to: conversation.server, service: conversation.service,
      at: moment.time)
    guard verdict.isAllowed, operation.items.count > 0 else {
      self.init(verdict)
      return
    }
    var place = 0
    while let item = message.item(operation.items, place) {
      let itemVerdict = site.judge(
        operation.action, item.target, .none, name: message.names[item.target.name], unit: operation.unit,
        from: conversation.client, to: conversation.server, service: conversation.service, at: moment.time)
      if !itemVerdict.isAllowed {
        self.init(verdict, refusedItem: place, itemVerdict: itemVerdict)
        return
      }
      place += 1
    }
    self.init(verdict)
  }
}

extension Gate {
  /// Whether the action is allowed on any target for as long as the gate is valid.
  @inline(__always)
  func allows(_ action: Action) -> Bool { free & action.bit != 0 }
}
