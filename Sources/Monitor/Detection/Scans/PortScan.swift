// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `port-scan`: one host tries many ports of another, most of which do not answer as a service would. Attempts that
/// succeed are taken back, so that a station with many open connections is not a scan.
struct PortScan {
  /// 15 ports in 5 minutes: the figures of Zeek's scan policy (policy/misc/scan of version 4.0), which plants
  /// have lived with for years.
  private var failures: Tally
  var evictions: Int { failures.evictions }

  init(seed: UInt64) { failures = Tally(seconds: 300, threshold: 15, seed: seed) }

  /// An attempt to begin to talk.
  mutating func flowBegan(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    let flow = conversation.flow
    guard flow.serverPort != 0, flow.server.isUnicast else { return nil }
    let key = PairKey(flow.client, flow.server, UInt64(flow.ipProtocol))
    guard let count = failures.add(key, thing: UInt64(flow.serverPort), at: moment.time) else { return nil }
    return moment.finding(.portScan, failures.detail(.ports, count), conversation)
  }

  /// The server has answered with more than a refusal.
  mutating func succeeded(_ conversation: borrowing Conversation, _ moment: Moment) {
    let flow = conversation.flow
    guard flow.serverPort != 0 else { return }
    _ = failures.add(PairKey(flow.client, flow.server, UInt64(flow.ipProtocol)), -1, at: moment.time)
  }
}
