// SPDX-License-Identifier: Apache-2.0

/// What a dissector sees of a message without reading it: who asks or answers what, and where the values lie. Only
/// messages that are right in every respect are seen at a glance, and of those only the ones that come again and again.
struct Glance {
  var action = Action.read
  /// A request; else the answer to `asked`.
  var isRequest = true
  /// As in `Operation`.
  var code: UInt32 = 0
  var name: StaticString = ""
  var unit: Int64 = -1
  var transaction: Int64 = -1
  /// Of a request what it asks for; of an answer none.
  var target = Target.none
  /// Of an answer where its values lie in the message.
  var values = Values.none
  /// What the answer belongs to.
  var asked: WaitingRequest?
}

extension Exchange {
  /// Whether a request can be remembered that was seen at a glance: no other one waits under its key, and none has to
  /// give way.
  @inline(__always)
  func canAsk(transaction: Int64, unit: Int64) -> Bool {
    requests.hasRoom(for: PendingKey(conversation: conversation, transaction: transaction, unit: unit))
  }

  /// The request that an answer seen at a glance belongs to; nil where more than a look is needed to tell.
  @inline(__always)
  func plainlyWaiting(transaction: Int64, unit: Int64, code: UInt32) -> WaitingRequest? {
    guard let asked = waiting(transaction: transaction, unit: unit), requests.isPlain(asked, code, dissector) else {
      return nil
    }
    return asked
  }

  /// Does what the message at hand asks for, or ends what it answers.
  @inline(__always)
  mutating func settle() {
    if let asked = glance.asked { return requests.answered(asked) }
    let request = requests.insert(
      glance, of: dissector,
      under: PendingKey(conversation: conversation, transaction: glance.transaction, unit: glance.unit), at: time,
      frame: frame, isProven: isMutual)
    requests.note(request, direction, acknowledgement)
  }
}
