// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `exception-burst`: a device refuses request after request. Somebody probes it, or it is failing. Questions whether a device has something (a tool
/// goes through all lists there may be), and waiting for what it will report (a subscription ends), are refused in normal work: they do not count.
struct ExceptionBurst {
  private var exceptions: Tally
  var evictions: Int { exceptions.evictions }

  init(seed: UInt64) { exceptions = Tally(seconds: 10, threshold: 10, seed: seed) }

  /// A refused answer to what `isDeed`.
  @inline(never)
  mutating func refused(
    _ operation: borrowing Operation, _ message: borrowing Message, _ conversation: borrowing Conversation,
    _ moment: Moment, _ alerts: inout Alerts
  ) {
    let pair = PairKey(conversation)
    guard let count = exceptions.add(pair, at: moment.time) else { return }
    let detail = Finding.Detail.count(
      what: .exceptions, seen: count, limit: exceptions.threshold, seconds: exceptions.seconds)
    var finding = moment.finding(.exceptionBurst, detail, conversation)
    finding.operation = copy operation
    alerts.report(finding, message: message)
  }
}

extension Action {
  /// More than a question who a device is, how it is, or what it will say.
  @inline(__always)
  var isDeed: Bool { self != .identify && self != .diagnose && self != .report }
}
