// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `host-sweep`: one host tries many others, most of which do not answer: by ARP, by ICMP echo, or on one port. An
/// attempt that succeeds is taken back; the others remain.
struct HostSweep {
  /// 25 hosts in 5 minutes: Zeek's threshold for TCP address scans (policy/misc/scan of version 4.0), used for ARP and
  /// ICMP echo as well.
  private var failures: Tally
  /// The addresses that one MAC address has answered for. A sender of forged answers has few MAC addresses, a device
  /// has few addresses.
  private var answers: Tally
  var evictions: Evictions { failures.evictions + answers.evictions }

  init(seed: UInt64) {
    failures = Tally(seconds: 300, threshold: 25, seed: seed)
    answers = Tally(seconds: 300, threshold: 9, seed: seed)
  }

  /// The first packet of a flow, or its refusal: the number of attempts if there are enough for a finding.
  mutating func attempted(_ attempt: Attempt, at time: Int64) -> Int? {
    guard attempt.destination.isUnicast else { return nil }
    return failures.add(
      HostSweep.key(of: attempt), thing: HostSweep.thing(attempt.destination), group: attempt.zone.rawValue, at: time)
  }

  /// `count`: of such attempts as this one.
  func finding(
    _ count: Int, _ attempt: Attempt, in conversation: borrowing Conversation, _ moment: Moment
  ) -> Finding {
    var finding = moment.finding(.hostSweep, failures.detail(.hosts, count), conversation, attempt.direction)
    finding.destination = zone(of: finding.destination)
    finding.isDirectionCertain = true
    finding.isOfSeveralZones = failures.isOfSeveralGroups(HostSweep.key(of: attempt))
    return finding
  }

  /// The other end has answered, and not merely with a refusal.
  mutating func succeeded(_ attempt: Attempt, at time: Int64) {
    failures.cancel(
      HostSweep.key(of: attempt), thing: HostSweep.thing(attempt.destination), group: attempt.zone.rawValue, at: time)
  }

  /// An ARP request or neighbour solicitation for `wanted`.
  mutating func asked(_ asker: Endpoint, for wanted: Endpoint, _ moment: Moment) -> Finding? {
    let key = PairKey(asker.ip, .none, asker.mac.rawValue)
    guard
      let count = failures.add(
        key, thing: HostSweep.thing(wanted.ip), group: wanted.party.zone.rawValue, at: moment.time)
    else { return nil }
    var finding = moment.finding(
      .hostSweep, failures.detail(.hosts, count), source: asker, destination: zone(of: wanted))
    finding.isOfSeveralZones = failures.isOfSeveralGroups(key)
    return finding
  }

  /// The reply to such a request, by `holder` and from the station `sender`. It is believed where another station than
  /// the asker's speaks for itself, and for few addresses.
  mutating func resolved(_ answer: AddressAnswer, by holder: Endpoint, from sender: MACAddress, _ moment: Moment) {
    guard sender == holder.mac, sender != answer.mac else { return }
    let station = PairKey(.none, .none, sender.rawValue)
    _ = answers.add(station, thing: HostSweep.thing(holder.ip), at: moment.time)
    guard !answers.isReached(station, at: moment.time) else { return }
    failures.cancel(
      PairKey(answer.asker, .none, answer.mac.rawValue), thing: HostSweep.thing(holder.ip),
      group: holder.party.zone.rawValue, at: moment.time)
  }

  /// A sweep has one cause, however many hosts it touches: the alert names their zone, not each host.
  private func zone(of one: Endpoint) -> Endpoint {
    Endpoint(port: one.port, party: Party(zone: one.party.zone, asset: .none))
  }

  private static func thing(_ address: IPAddress) -> UInt64 { address.low ^ address.high }

  /// Sweeps of different ports, and ping sweeps, are counted separately.
  private static func key(of attempt: Attempt) -> PairKey {
    PairKey(attempt.source, .none, 1 << 63 | UInt64(attempt.ipProtocol) << 16 | UInt64(attempt.port))
  }
}
