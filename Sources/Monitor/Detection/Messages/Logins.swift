// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `login-failures`, `password-guessing`: a device refuses logins. One or two failures are typing errors; three in five
/// minutes are worth a question, ten are no longer mistakes.
struct Logins {
  private var failures: Tally
  private var guesses: Tally
  var evictions: Evictions { failures.evictions + guesses.evictions }

  init(seed: UInt64) {
    failures = Tally(seconds: 300, threshold: 3, seed: seed)
    guesses = Tally(seconds: 300, threshold: 10, seed: seed)
  }

  /// The refusal of an `authenticate` request.
  @inline(never)
  mutating func refused(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding? {
    let pair = PairKey(conversation)
    if let count = guesses.add(pair, at: moment.time) {
      return moment.finding(.passwordGuessing, guesses.detail(.logins, count), conversation, about: operation)
    }
    guard let count = failures.add(pair, at: moment.time) else { return nil }
    return moment.finding(.loginFailures, failures.detail(.logins, count), conversation, about: operation)
  }
}
