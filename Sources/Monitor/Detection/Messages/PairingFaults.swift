// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `unasked-answer`, `unanswered-request`, `mismatched-answer`: questions and answers that do not belong together. One
/// lost frame at the mirror port explains a single one, so the first two need several; an answer of another shape is
/// never explained by loss.
struct PairingFaults {
  private var unasked: Tally
  private var unanswered: Tally
  var evictions: Int { unasked.evictions + unanswered.evictions }

  init(seed: UInt64) {
    unasked = Tally(seconds: 60, threshold: 3, seed: seed)
    unanswered = Tally(seconds: 300, threshold: 5, seed: seed)
  }

  /// An answer that was not tied to its question.
  @inline(never)
  mutating func answer(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding? {
    switch operation.pairing {
    case .none, .answered: return nil
    case .unasked:
      // The question was asked, but the mirror port lost it; or may have.
      guard !conversation.isOtherBehind, moment.time &- conversation.lastLoss > PendingRequests.patience else {
        return nil
      }
      // Where only answers are seen, no question can be.
      guard conversation.operations > 8, conversation.isAnswered, conversation.codes != 0,
        let count = unasked.add(PairKey(conversation), at: moment.time)
      else { return nil }
      return moment.finding(
        .unaskedAnswer, unasked.detail(.answers, count), conversation, .toClient, about: operation)
    case .mismatched:
      return moment.finding(.mismatchedAnswer, .parties, conversation, .toClient, about: operation)
    }
  }

  /// A request has waited in vain, on a connection whose other direction is visible.
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
