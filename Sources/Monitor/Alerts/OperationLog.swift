// SPDX-License-Identifier: Apache-2.0

extension Alerts {
  /// Writes an operation: with `operations-all` every one, with `operations` the first of its sort in its conversation.
  mutating func operation(
    _ operation: borrowing Operation, _ message: RawSpan, _ conversation: borrowing Conversation,
    _ direction: Direction,
    _ moment: Moment
  ) {
    if !log.contains(.operationsAll) {
      let key = OperationSort(operation, conversation)
      if let slot = sorts.find(key) {
        sorts.touch(slot, at: moment.time)
        sorts[slot] += 1
        return
      }
      _ = sorts.insert(key, 1, at: moment.time)
    }
    records.operation(
      copy operation, time: moment.time, frame: moment.frame, source: conversation.endpoint(direction),
      destination: conversation.endpoint(direction.reversed), ipProtocol: conversation.flow.ipProtocol,
      vlan: moment.vlan,
      flowID: conversation.flow.id, message: message, to: &sink)
  }
}

/// What makes two operations of a conversation the same but for their values: cyclic polling is one sort, however long it lasts.
struct OperationSort: TableKey {
  private let conversation: UInt64
  private let what: UInt64
  private let address: UInt64
  private let error: UInt32

  init(_ operation: borrowing Operation, _ conversation: borrowing Conversation) {
    self.conversation = conversation.number
    what =
      UInt64(operation.code) << 40 ^ UInt64(bitPattern: operation.unit) << 24 ^ UInt64(operation.role.rawValue) << 16
      ^ UInt64(operation.target.area.rawValue) << 8 ^ UInt64(UInt32(bitPattern: operation.subcode))
    address = operation.target.address << 32 ^ UInt64(operation.target.number) << 16 ^ UInt64(operation.target.count)
    if case .error(let code, _) = operation.outcome { error = code &+ 1 } else { error = 0 }
  }

  func hash(seed: UInt64) -> UInt64 { mix(mix(mix(seed, conversation), what), address ^ UInt64(error) << 56) }
}
