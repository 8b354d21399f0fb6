// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `exception-burst`: a device refuses request after request, so it is being probed or is failing. Two kinds of refusal
/// are normal and do not count: of questions whether a device has something (a tool tries all lists there may be), and
/// of waiting for its next report (a subscription ends).
struct ExceptionBurst {
  private var exceptions: Tally
  /// Those of commands: a flood of them is said to be one.
  private var commands: Tally
  var evictions: Evictions { exceptions.evictions + commands.evictions }

  init(seed: UInt64) {
    exceptions = Tally(seconds: 10, threshold: 10, seed: seed)
    commands = Tally(seconds: 10, threshold: 10, seed: seed)
  }

  /// The refusal of an intervention.
  @inline(never)
  mutating func refused(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding? {
    let count = exceptions.add(PairKey(conversation), at: moment.time)
    if operation.action.isCommand, let refused = commands.add(PairKey(conversation), at: moment.time) {
      return moment.finding(
        .exceptionBurst, commands.detail(.refusedCommands, refused), conversation, about: operation)
    }
    guard let count else { return nil }
    return moment.finding(.exceptionBurst, exceptions.detail(.exceptions, count), conversation, about: operation)
  }
}

extension Action {
  /// Whether the action does more than ask who a device is, how it is doing, or what it will report.
  @inline(__always)
  var isIntervention: Bool { self != .identify && self != .diagnose && self != .report }
}
