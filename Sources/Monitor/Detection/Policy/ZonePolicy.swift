// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// The site's zones and conduits: `cross-zone-flow`, `external-communication`, `operation-not-allowed`,
/// `outside-window`, `controller-command`. The verdict on a flow is kept in its conversation as a gate, so checking an
/// allowed operation costs one bit test.
struct ZonePolicy {
  /// The gate of a flow whose ends are known; open if the flow stays within its zone.
  func gate(_ conversation: borrowing Conversation, at moment: Moment, by site: borrowing Site) -> Gate {
    guard ZonePolicy.concerns(conversation.flow), !conversation.isConsequence else { return .open }
    return site.gate(
      from: conversation.client, to: conversation.server, service: conversation.service, at: moment.time)
  }

  /// What there is to report about a flow.
  func flow(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    report(conversation.gate.verdict, nil, conversation, moment)
  }

  /// Whether an operation has to be judged at all: everything the conversation's gate does not let through. Envelopes
  /// are exempt, since their contents are judged; responses are covered by their requests.
  @inline(__always)
  static func concerns(_ operation: borrowing Operation, _ gate: Gate, _ moment: Moment) -> Bool {
    if operation.isCarrier { return false }
    if operation.role == .response, operation.pairing != .unasked { return false }
    if moment.time >= gate.validUntil { return true }
    return !gate.allows(operation.action)
  }

  /// What there is to report about a refused operation: every target of a message must be allowed, and the first one
  /// that is not is named.
  func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    at moment: Moment, _ ruling: Ruling
  ) -> Finding? {
    guard ruling.verdict.isAllowed else { return report(ruling.verdict, copy operation, conversation, moment) }
    guard let place = ruling.refusedItem, let item = message.item(operation.items, place) else { return nil }
    var refused = copy operation
    refused.target = item.target
    refused.values = item.values
    refused.items = ItemRange()
    return report(ruling.itemVerdict, refused, conversation, moment)
  }

  private func report(
    _ verdict: Verdict, _ operation: Operation?, _ conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding? {
    let kind: FindingKind
    let detail: Finding.Detail
    switch verdict {
    case .allowed, .inside: return nil
    case .noConduit, .service, .action:
      if conversation.client.zone == conversation.server.zone {
        // Within a zone, only dangerous actions need a conduit. Renaming has a finding of its own.
        if operation?.action == .configure, operation?.target.area == .station { return nil }
        (kind, detail) = (.controllerCommand, .parties)
        break
      }
      switch verdict {
      case .service(let conduit): (kind, detail) = (.operationNotAllowed, .refusedService(conduit: conduit))
      case .action(let conduit): (kind, detail) = (.operationNotAllowed, .refusedAction(conduit: conduit))
      default:
        let (from, to) = (conversation.client.zone, conversation.server.zone)
        let isExternal = from == .external || to == .external
        (kind, detail) = (isExternal ? .externalCommunication : .crossZoneFlow, .parties)
      }
    case .target(let conduit): (kind, detail) = (.operationNotAllowed, .refusedTarget(conduit: conduit))
    case .time(let conduit, let window):
      (kind, detail) = (.outsideWindow, .refusedTime(conduit: conduit, window: window))
    }
    var finding = moment.finding(kind, detail, conversation)
    finding.operation = operation
    return finding
  }

  /// Addresses that never leave their segment cross no zone. Multicast stays in its sender's zone, where a conduit may
  /// restrict it.
  private static func concerns(_ flow: Flow) -> Bool {
    if flow.isLink { return true }
    return flow.client.isUnicast && (flow.server.isUnicast || flow.server.isMulticast) && !flow.client.isLinkLocal
      && !flow.server.isLinkLocal && !flow.client.isLoopback && !flow.server.isLoopback
  }
}
