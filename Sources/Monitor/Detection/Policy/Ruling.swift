// SPDX-License-Identifier: Apache-2.0

/// What the site says of one operation: judged once, and handed to whichever detector needs it.
struct Ruling {
  /// Of the operation's own target.
  let verdict: Verdict
  /// Place of the first further target that is refused, where its own is allowed.
  let refusedItem: Int?
  /// What is said of that target.
  let itemVerdict: Verdict

  @inline(__always)
  var isAllowed: Bool { verdict.isAllowed && refusedItem == nil }

  private init(_ verdict: Verdict, refusedItem: Int? = nil, itemVerdict: Verdict = .inside) {
    self.verdict = verdict
    self.refusedItem = refusedItem
    self.itemVerdict = itemVerdict
  }

  /// The gate of a flow already says it of most operations; the conduits are asked about the others, target by target.
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
  /// Allowed with any target, while the gate holds.
  @inline(__always)
  func allows(_ action: Action) -> Bool { free & action.bit != 0 }
}
