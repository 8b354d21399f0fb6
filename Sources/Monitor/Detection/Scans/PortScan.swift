// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `port-scan`: one host tries many ports of another, most of which offer no service. Successful attempts are
/// subtracted, so a station with many open connections is not a scan.
struct PortScan {
  /// 15 ports in 5 minutes: the thresholds of Zeek's scan policy (policy/misc/scan of version 4.0), proven in plants
  /// for years.
  private var failures: Tally
  var evictions: Evictions { failures.evictions }

  init(seed: UInt64) { failures = Tally(seconds: 300, threshold: 15, seed: seed) }

  /// An attempt to open a flow.
  mutating func flowBegan(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    let flow = conversation.flow
    guard flow.serverPort != 0, flow.server.isUnicast else { return nil }
    let key = PairKey(flow.client, flow.server, UInt64(flow.ipProtocol))
    guard let count = failures.add(key, thing: UInt64(flow.serverPort), at: moment.time) else { return nil }
    return moment.finding(.portScan, failures.detail(.ports, count), conversation)
  }

  /// The server has answered, and not merely with a refusal.
  mutating func succeeded(_ conversation: borrowing Conversation, _ moment: Moment) {
    let flow = conversation.flow
    guard flow.serverPort != 0 else { return }
    _ = failures.add(PairKey(flow.client, flow.server, UInt64(flow.ipProtocol)), -1, at: moment.time)
  }
}
