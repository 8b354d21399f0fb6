// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `port-scan`: one host tries many ports of another, or many IP protocols, most of which offer no service. An attempt
/// that succeeds is taken back, so a station with many open connections is not a scan; the others remain.
struct PortScan {
  /// 15 ports in 5 minutes: the thresholds of Zeek's scan policy (policy/misc/scan of version 4.0), proven in plants
  /// for years.
  private var failures: Tally
  var evictions: Evictions { failures.evictions }

  init(seed: UInt64) { failures = Tally(seconds: 300, threshold: 15, seed: seed) }

  /// The first packet of a flow, or its refusal.
  mutating func attempted(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    let attempt = Attempt(conversation)
    guard attempt.destination.isUnicast, let (key, thing) = PortScan.place(of: attempt),
      let count = failures.add(key, thing: thing, at: moment.time)
    else { return nil }
    let what = attempt.isOfProtocol ? Finding.Counted.protocols : .ports
    var finding = moment.finding(.portScan, failures.detail(what, count), conversation, attempt.direction)
    finding.isDirectionCertain = true
    return finding
  }

  /// The other end has answered, and not merely with a refusal.
  mutating func succeeded(_ conversation: borrowing Conversation, _ moment: Moment) {
    guard let (key, thing) = PortScan.place(of: Attempt(conversation)) else { return }
    failures.cancel(key, thing: thing, at: moment.time)
  }

  /// Where an attempt is counted, and as what; nil where it tries nothing out.
  private static func place(of attempt: Attempt) -> (key: PairKey, thing: UInt64)? {
    if attempt.isOfProtocol {
      return (PairKey(attempt.source, attempt.destination, 1 << 16), UInt64(attempt.ipProtocol))
    }
    guard attempt.port != 0 else { return nil }
    return (PairKey(attempt.source, attempt.destination, UInt64(attempt.ipProtocol)), UInt64(attempt.port))
  }
}
