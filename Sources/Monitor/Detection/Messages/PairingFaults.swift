// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `unasked-answer`, `unanswered-request`, `mismatched-answer`: questions and answers that do not belong together. One lost frame at the mirror port
/// explains a single one, so the first two need several; an answer of another shape is never explained by loss.
struct PairingFaults {
  private var unasked: Tally
  private var unanswered: Tally
  var evictions: Int { unasked.evictions + unanswered.evictions }

  init(seed: UInt64) {
    unasked = Tally(seconds: 60, threshold: 3, seed: seed)
    unanswered = Tally(seconds: 300, threshold: 5, seed: seed)
  }

  @inline(never)
  mutating func answer(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment,
    _ message: borrowing Message,
    _ alerts: inout Alerts
  ) {
    switch operation.pairing {
    case .none, .answered: return
    case .unasked:
      // The question was asked, but the mirror port lost it; or may have.
      guard !conversation.isOtherBehind, moment.time &- conversation.lastLoss > PendingRequests.patience else { return }
      // Where only answers are seen, no question can be.
      guard conversation.operations > 8, conversation.isAnswered, conversation.codes != 0 else { return }
      let pair = PairKey(conversation)
      guard let count = unasked.add(pair, at: moment.time) else { return }
      let detail = Finding.Detail.count(
        what: .answers, seen: count, limit: unasked.threshold, seconds: unasked.seconds)
      report(.unaskedAnswer, detail, operation, conversation, .toClient, moment, message, &alerts)
    case .mismatched:
      report(.mismatchedAnswer, .parties, operation, conversation, .toClient, moment, message, &alerts)
    }
  }

  /// A request has waited in vain, on a connection whose other direction is visible.
  mutating func unanswered(
    _ operation: Operation, _ conversation: borrowing Conversation, _ moment: Moment, _ message: borrowing Message,
    _ alerts: inout Alerts
  ) {
    guard conversation.isAnswered, conversation.answeredCodes != 0 else { return }
    let pair = PairKey(conversation)
    guard let count = unanswered.add(pair, at: moment.time) else { return }
    let detail = Finding.Detail.count(
      what: .requests, seen: count, limit: unanswered.threshold, seconds: unanswered.seconds)
    report(.unansweredRequest, detail, operation, conversation, .toServer, moment, message, &alerts)
  }

  private func report(
    _ kind: FindingKind, _ detail: Finding.Detail, _ operation: borrowing Operation,
    _ conversation: borrowing Conversation,
    _ direction: Direction, _ moment: Moment, _ message: borrowing Message, _ alerts: inout Alerts
  ) {
    var finding = moment.finding(kind, detail, conversation, direction)
    finding.operation = copy operation
    alerts.report(finding, message: message)
  }
}
