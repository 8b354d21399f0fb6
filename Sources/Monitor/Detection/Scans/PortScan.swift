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

  /// The first packet of a flow, or its refusal: the number of attempts if there are enough for a finding.
  mutating func attempted(_ attempt: Attempt, at time: Int64) -> Int? {
    guard attempt.destination.isUnicast, let (key, thing) = PortScan.place(of: attempt) else { return nil }
    return failures.add(key, thing: thing, at: time)
  }

  /// `count`: of such attempts as this one.
  func finding(
    _ count: Int, _ attempt: Attempt, in conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding {
    let what = attempt.isOfProtocol ? Finding.Counted.protocols : .ports
    var finding = moment.finding(.portScan, failures.detail(what, count), conversation, attempt.direction)
    finding.isDirectionCertain = true
    return finding
  }

  /// The other end has answered, and not merely with a refusal.
  mutating func succeeded(_ attempt: Attempt, at time: Int64) {
    guard let (key, thing) = PortScan.place(of: attempt) else { return }
    failures.cancel(key, thing: thing, at: time)
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
