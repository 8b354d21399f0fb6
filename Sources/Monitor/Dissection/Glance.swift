// SPDX-License-Identifier: Apache-2.0

/// What a dissector sees of a message without reading it: who asks or answers what, and where the values lie. Only
/// messages that are right in every respect are seen at a glance, and of those only the ones that come again and again.
struct Glance {
  /// Whose operation it is: the conversation's protocol, or one that it carries.
  let dissector: DissectorID
  let action: Action
  /// A request, the answer to `asked`, or what changes nothing: a report that is like the last of its sender.
  let role: Role
  /// As in `Operation`.
  let code: UInt32
  var subcode: Int32 = -1
  /// Of a request.
  var name: StaticString = ""
  var unit: Int64
  var transaction: Int64 = -1
  /// Of a request what it asks for; of an answer what its values are the values of. None where they have to be read.
  var target = Target.none
  /// Its further targets, in `Exchange.items`.
  var items = ItemRange()
  /// Of an answer to a read where its values lie in the message; of a request how its answer shows them.
  var values = Values.none
  /// Of a request.
  var facets = Facets()
  /// As in `Operation`: a message around another one.
  var isCarrier = false
  /// As in `Exchange.ask`.
  var mayStaySilent = false
  /// What the request waits under, where that is not its unit.
  var place: Int64
  /// What the answer belongs to.
  var asked: WaitingRequest?
  /// Around that, a request that ends with it, and has no answer of its own.
  var askedAround: WaitingRequest?
  /// A message of the transport alone holds no operation.
  var isOperation = true

  @inline(__always)
  init(_ dissector: DissectorID, _ action: Action, _ role: Role, code: UInt32, unit: Int64 = -1) {
    self.dissector = dissector
    self.action = action
    self.role = role
    self.code = code
    self.unit = unit
    place = unit
  }
}

extension Exchange {
  /// Forgets what was seen of the message before.
  @inline(__always)
  mutating func beginGlance() {
    if !glanceChain.isEmpty { glanceChain.removeAll(keepingCapacity: true) }
  }

  /// Whether requests can be remembered that were seen at a glance, `count` of them with one message: no other one
  /// waits under this one's key, and none has to give way.
  @inline(__always)
  func canAsk(transaction: Int64, place: Int64, of count: Int = 1) -> Bool {
    requests.hasRoom(
      for: PendingKey(conversation: conversation, transaction: transaction, unit: place), of: count)
  }

  /// The request that an answer seen at a glance belongs to; nil where more than a look is needed to tell. It has no
  /// further targets unless `hasItems`.
  @inline(__always)
  func plainlyWaiting(
    transaction: Int64, place: Int64, code: UInt32, of dissector: DissectorID, hasItems: Bool = false
  ) -> WaitingRequest? {
    guard let asked = waiting(transaction: transaction, unit: place),
      requests.isPlain(asked, code, dissector, hasItems: hasItems)
    else { return nil }
    return asked
  }

  /// Does what the message at hand asks for, or ends what it answers.
  @inline(__always)
  mutating func settle() {
    if glance.role == .report { return }
    if let asked = glance.asked {
      if let around = glance.askedAround { requests.answered(around) }
      return requests.answered(asked)
    }
    let request = requests.insert(
      glance, under: PendingKey(conversation: conversation, transaction: glance.transaction, unit: glance.place),
      at: time, frame: frame, isProven: isMutual)
    requests.note(request, direction, acknowledgement)
    if glance.items.count > 0 { requests.keep(items, glance.items, for: request) }
  }
}
