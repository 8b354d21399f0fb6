// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `exception-burst`: a device refuses request after request. Somebody probes it, or it is failing. Questions whether a
/// device has something (a tool goes through all lists there may be), and waiting for what it will report (a
/// subscription ends), are refused in normal work: they do not count.
struct ExceptionBurst {
  private var exceptions: Tally
  var evictions: Int { exceptions.evictions }

  init(seed: UInt64) { exceptions = Tally(seconds: 10, threshold: 10, seed: seed) }

  /// A refused answer to an intervention.
  @inline(never)
  mutating func refused(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding? {
    guard let count = exceptions.add(PairKey(conversation), at: moment.time) else { return nil }
    return moment.finding(.exceptionBurst, exceptions.detail(.exceptions, count), conversation, about: operation)
  }
}

extension Action {
  /// More than a question who a device is, how it is, or what it will report.
  @inline(__always)
  var isIntervention: Bool { self != .identify && self != .diagnose && self != .report }
}
