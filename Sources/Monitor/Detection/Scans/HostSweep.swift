// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `host-sweep`: one host tries many others, most of which do not answer: by ARP, by ICMP echo, or on one port.
struct HostSweep {
  /// 25 hosts in 5 minutes: Zeek's threshold for TCP address scans (policy/misc/scan of version 4.0), used for ARP and
  /// ICMP echo as well.
  private var failures: Tally
  var evictions: Evictions { failures.evictions }

  init(seed: UInt64) { failures = Tally(seconds: 300, threshold: 25, seed: seed) }

  /// An attempt to open a flow.
  mutating func flowBegan(_ conversation: borrowing Conversation, _ moment: Moment) -> Finding? {
    let flow = conversation.flow
    guard flow.server.isUnicast else { return nil }
    let key = PairKey(flow.client, .none, HostSweep.kind(of: flow))
    guard let count = failures.add(key, thing: flow.server.low ^ flow.server.high, at: moment.time) else { return nil }
    var finding = moment.finding(.hostSweep, failures.detail(.hosts, count), conversation)
    finding.destination = zone(of: finding.destination)
    return finding
  }

  mutating func succeeded(_ conversation: borrowing Conversation, _ moment: Moment) {
    _ = failures.add(
      PairKey(conversation.flow.client, .none, HostSweep.kind(of: conversation.flow)), -1, at: moment.time)
  }

  /// An ARP request or neighbour solicitation for `wanted`.
  mutating func asked(_ asker: Endpoint, for wanted: Endpoint, _ moment: Moment) -> Finding? {
    let key = PairKey(asker.ip, .none, asker.mac.rawValue)
    guard let count = failures.add(key, thing: wanted.ip.low ^ wanted.ip.high, at: moment.time) else { return nil }
    return moment.finding(
      .hostSweep, failures.detail(.hosts, count), source: asker, destination: zone(of: wanted))
  }

  /// The reply to such a request.
  mutating func resolved(_ asker: IPAddress, _ mac: MACAddress, _ moment: Moment) {
    _ = failures.add(PairKey(asker, .none, mac.rawValue), -1, at: moment.time)
  }

  /// A sweep has one cause, however many hosts it touches: the alert names their zone, not each host.
  private func zone(of one: Endpoint) -> Endpoint {
    Endpoint(port: one.port, party: Party(zone: one.party.zone, asset: .none))
  }

  /// Sweeps of different ports, and ping sweeps, are counted separately.
  private static func kind(of flow: Flow) -> UInt64 {
    1 << 63 | UInt64(flow.ipProtocol) << 16 | UInt64(flow.serverPort)
  }
}
