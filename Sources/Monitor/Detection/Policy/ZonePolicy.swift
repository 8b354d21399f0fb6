// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// The site's zones and conduits: `cross-zone-flow`, `external-communication`, `operation-not-allowed`,
/// `outside-window`, `controller-command`. The verdict on a flow is kept in its conversation as a gate, so checking an
/// allowed operation costs one bit test.
struct ZonePolicy {
  /// What there is to report about a flow.
  func flow(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    var finding = report(conversation.gate.verdict, nil, conversation, sent: .toServer, at: moment)
    finding?.isTentative = conversation.flow.mayBeOlder
    return finding
  }

  /// Takes back what was reported about a flow when its ends had the other roles.
  func withdrawal(of verdict: Verdict, _ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    var finding = report(verdict, nil, conversation, sent: .toClient, at: moment)
    finding?.isWithdrawal = true
    return finding
  }

  /// What there is to report about a refused operation: every target of a message must be allowed, and the first one
  /// that is not is named.
  func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    at moment: Moment, _ ruling: Ruling
  ) -> Finding? {
    guard ruling.verdict.isAllowed else {
      return report(ruling.verdict, copy operation, conversation, sent: ruling.direction, at: moment)
    }
    guard let place = ruling.refusedItem, let item = message.item(operation.items, place) else { return nil }
    var refused = copy operation
    refused.target = item.target
    refused.values = item.values
    refused.items = ItemRange()
    return report(ruling.itemVerdict, refused, conversation, sent: ruling.direction, at: moment)
  }

  private func report(
    _ verdict: Verdict, _ operation: Operation?, _ conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment
  ) -> Finding? {
    let kind = verdict.findingKind(
      of: operation?.action, on: operation?.target.area ?? .none, from: conversation.party(direction),
      to: conversation.party(direction.reversed))
    // A renaming is for `DeviceRenamed` to report.
    guard let kind, kind != .deviceRenamed else { return nil }
    let detail: Finding.Detail =
      switch verdict {
      case _ where kind == .controllerCommand: .parties
      case .allowed, .inside, .noConduit: .parties
      case .service(let conduit): .refusedService(conduit: conduit)
      case .action(let conduit): .refusedAction(conduit: conduit)
      case .target(let conduit): .refusedTarget(conduit: conduit)
      case .time(let conduit, let window): .refusedTime(conduit: conduit, window: window)
      }
    var finding = moment.finding(kind, detail, conversation, direction)
    finding.operation = operation
    if operation?.role == .request { finding.isDirectionCertain = true }
    return finding
  }
}

extension Verdict {
  /// What is reported of a flow (no action), or of an operation, between two parties; nil where it is allowed.
  package func findingKind(of action: Action?, on area: Area, from: Party, to: Party) -> FindingKind? {
    switch self {
    case .allowed, .inside: return nil
    case .target: return .operationNotAllowed
    case .time: return .outsideWindow
    case .noConduit, .service, .action: break
    }
    let isInside = from.zone == to.zone
    if isInside, let action, action.bit & Conduit.controllerActions != 0 {
      return action == .configure && area == .station ? .deviceRenamed : .controllerCommand
    }
    guard self == .noConduit else { return .operationNotAllowed }
    if isInside { return .unlistedFlow }
    return from.zone == .external || to.zone == .external ? .externalCommunication : .crossZoneFlow
  }
}
