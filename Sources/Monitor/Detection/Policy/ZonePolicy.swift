// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// The site's zones and conduits: `cross-zone-flow`, `external-communication`, `operation-not-allowed`, `outside-window`, `controller-command`.
/// A flow is judged when it begins, when its protocol becomes known and when a window of time ends; what came of it is kept in the conversation, so that an allowed
/// operation costs one mask.
struct ZonePolicy {
  /// Judges a flow whose ends are known. `isSettled` is false while its content has not told the protocol.
  func judge(_ conversation: inout Conversation, _ moment: Moment, _ site: Site, _ alerts: inout Alerts) {
    let flow = conversation.flow
    guard ZonePolicy.concerns(flow), !conversation.isConsequence else {
      conversation.gate = .open
      return
    }
    conversation.gate = site.gate(
      from: conversation.client, to: conversation.server, service: conversation.service, at: moment.time)
    report(conversation.gate.verdict, nil, Message(), conversation, moment, &alerts)
  }

  /// Whether an operation has to be judged at all: all but what the conversation's gate lets through. Envelopes are not, what they carry is; answers are
  /// implied by their requests.
  @inline(__always)
  static func concerns(
    _ isCarrier: Bool, _ role: Role, _ pairing: Pairing, _ action: Action, _ gate: Gate, _ moment: Moment
  ) -> Bool {
    if isCarrier || role == .response && pairing != .unasked { return false }
    return moment.time >= gate.validUntil || gate.free & (1 << UInt16(action.rawValue)) == 0
  }

  /// Judges what is done to a controller, where it `concerns` the site. Answers are implied by their requests; one whose request was not seen is judged in its place.
  @inline(__always)
  func operation(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: inout Conversation,
    _ moment: Moment,
    _ site: Site, _ alerts: inout Alerts
  ) {
    if moment.time >= conversation.gate.validUntil { judge(&conversation, moment, site, &alerts) }
    guard conversation.gate.free & (1 << UInt16(operation.action.rawValue)) == 0 else { return }
    refused(operation, message, conversation, moment, site, &alerts)
  }

  private func refused(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment,
    _ site: Site, _ alerts: inout Alerts
  ) {
    let verdict = site.judge(
      operation.action, operation.target, operation.written,
      name: message.names[operation.target.name], unit: operation.unit, from: conversation.client,
      to: conversation.server, service: conversation.service, at: moment.time)
    if verdict.isAllowed {
      if operation.items.count > 0 { further(operation, message, conversation, moment, site, &alerts) }
    } else {
      report(verdict, copy operation, message, conversation, moment, &alerts)
    }
  }

  /// Every target of a message must be allowed; the first that is not is reported.
  private func further(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment, _ site: Site, _ alerts: inout Alerts
  ) {
    var place = 0
    while let item = message.item(operation.items, place) {
      let verdict = site.judge(
        operation.action, item.target, .none, name: message.names[item.target.name], unit: operation.unit,
        from: conversation.client, to: conversation.server, service: conversation.service, at: moment.time)
      if !verdict.isAllowed {
        var refused = copy operation
        refused.target = item.target
        refused.values = item.values
        refused.items = ItemRange()
        return report(verdict, refused, message, conversation, moment, &alerts)
      }
      place += 1
    }
  }

  private func report(
    _ verdict: Verdict, _ operation: Operation?, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment, _ alerts: inout Alerts
  ) {
    let kind: FindingKind
    let detail: Finding.Detail
    switch verdict {
    case .allowed, .inside: return
    case .noConduit, .service, .action:
      if conversation.client.zone == conversation.server.zone {
        // Inside a zone only the dangerous actions ask for a conduit. A renaming is a finding of its own.
        if operation?.action == .configure, operation?.target.area == .station { return }
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
    alerts.report(finding, message: message)
  }

  /// Addresses that never leave their segment cross no zone. What goes to a group stays in its sender's zone, where a conduit may limit it.
  private static func concerns(_ flow: Flow) -> Bool {
    if flow.isLink { return true }
    return flow.client.isUnicast && (flow.server.isUnicast || flow.server.isMulticast) && !flow.client.isLinkLocal
      && !flow.server.isLinkLocal && !flow.client.isLoopback && !flow.server.isLoopback
  }
}
