// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `login-failures`, `password-guessing`: a device refuses log-ins. A typing mistake or two is no finding; three in five minutes are worth a question, ten
/// are no mistake.
struct Logins {
  private var failures: Tally
  private var guesses: Tally
  var evictions: Int { failures.evictions + guesses.evictions }

  init(seed: UInt64) {
    failures = Tally(seconds: 300, threshold: 3, seed: seed)
    guesses = Tally(seconds: 300, threshold: 10, seed: seed)
  }

  /// A refused answer to an `authenticate`.
  @inline(never)
  mutating func refused(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment,
    _ alerts: inout Alerts
  ) {
    let pair = PairKey(conversation)
    if let count = guesses.add(pair, at: moment.time) {
      report(.passwordGuessing, count, guesses, operation, message, conversation, moment, &alerts)
    } else if let count = failures.add(pair, at: moment.time) {
      report(.loginFailures, count, failures, operation, message, conversation, moment, &alerts)
    }
  }

  private func report(
    _ kind: FindingKind, _ count: Int, _ tally: borrowing Tally, _ operation: borrowing Operation,
    _ message: borrowing Message, _ conversation: borrowing Conversation, _ moment: Moment, _ alerts: inout Alerts
  ) {
    let detail = Finding.Detail.count(what: .logins, seen: count, limit: tally.threshold, seconds: tally.seconds)
    var finding = moment.finding(kind, detail, conversation)
    finding.operation = copy operation
    alerts.report(finding, message: message)
  }
}
