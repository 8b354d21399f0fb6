// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `unasked-answer`, `unanswered-request`, `mismatched-answer`: requests and responses that do not match. A single
/// frame lost at the mirror port explains a single one, so the first two kinds need several; loss never explains a
/// response of the wrong shape.
struct PairingFaults {
  private var unasked: Tally
  private var unanswered: Tally
  var evictions: Evictions { unasked.evictions + unanswered.evictions }

  init(seed: UInt64) {
    unasked = Tally(seconds: 60, threshold: 3, seed: seed)
    unanswered = Tally(seconds: 300, threshold: 5, seed: seed)
  }

  /// A response that was not matched to its request.
  @inline(never)
  mutating func answer(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding? {
    switch operation.pairing {
    case .none, .answered: return nil
    case .unasked:
      // The request was, or may have been, sent and lost by the mirror port.
      guard !conversation.hasUnseenAcknowledgedBytes, moment.time &- conversation.lastLoss > PendingRequests.patience
      else {
        return nil
      }
      // Where only responses are visible, no request can be seen.
      guard conversation.operations > 8, conversation.isAnswered, conversation.codes != 0,
        let count = unasked.add(PairKey(conversation), at: moment.time)
      else { return nil }
      return moment.finding(
        .unaskedAnswer, unasked.detail(.answers, count), conversation, .toClient, about: operation)
    case .mismatched:
      return moment.finding(.mismatchedAnswer, .parties, conversation, .toClient, about: operation)
    }
  }

  /// A request got no response on a connection whose other direction is visible.
  mutating func unanswered(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding? {
    guard conversation.isAnswered, conversation.answeredCodes != 0,
      let count = unanswered.add(PairKey(conversation), at: moment.time)
    else { return nil }
    return moment.finding(
      .unansweredRequest, unanswered.detail(.requests, count), conversation, about: operation)
  }
}
