// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// What the `exceptions` of the site file cover: it is found, but gives no alert. Each of these findings is counted, so
/// that they and those in alerts are all that were found. Nothing of them is part of an alert: when an exception has
/// ended, the next finding is a new one.
struct Muting {
  /// By the place in `Site.exceptions`.
  private(set) var counts: [UInt64] = []
  /// By the number of the kind.
  private(set) var countsByKind = [UInt64](
    repeating: 0, count: Int(FindingKind.allCases.map(\.rawValue).max() ?? 0) + 1)
  /// Of exceptions that an earlier site file had, and this one does not.
  private(set) var former: UInt64 = 0
  /// Who sent the latest packet that began a flow: what is found of it then does not name the MAC address yet.
  struct Beginning {
    var frame: UInt64 = 0
    var ip = IPAddress.none
    var mac = MACAddress.none
  }
  var began = Beginning()
  /// By the place in `Site.exceptions`: all that one says, to find it again in a later site file.
  private var texts: [String] = []

  /// Whether there is no exception at all.
  var isEmpty: Bool { counts.isEmpty }
  var all: UInt64 { countsByKind.reduce(0, +) }

  /// Counts by another site file from now on. An exception that is in both goes on.
  mutating func replace(with site: Site) {
    var known: [String: UInt64] = [:]
    for (text, count) in zip(texts, counts) { known[text, default: 0] += count }
    texts = site.exceptions.map { exception in
      [site.words(of: exception, .en), exception.reason, exception.owner, exception.untilWord].joined(separator: "\n")
    }
    counts = texts.map { known.removeValue(forKey: $0) ?? 0 }
    former += known.values.reduce(0, +)
  }

  /// Whether an exception covers a finding; if so, it is counted. What takes a finding back, or adds nothing unless the
  /// finding is in an alert, goes the way of the finding and counts for nothing.
  mutating func covers(_ finding: Finding, _ site: borrowing Site) -> Bool {
    // Ends an alert that was opened before.
    if finding.isEnd { return false }
    var sighting = Sighting(finding)
    if sighting.source.mac == .none, finding.frame == began.frame, finding.source.ip == began.ip {
      sighting.source.mac = began.mac
    }
    guard let place = site.exception(covering: sighting, at: finding.time) else { return false }
    if finding.isWithdrawal || finding.isAnswer { return true }
    counts[place] += 1
    countsByKind[Int(finding.kind.rawValue)] += 1
    return true
  }
}

extension Sighting {
  fileprivate init(_ finding: Finding) {
    self.init(finding.kind, source: End(finding.source), destination: End(finding.destination))
    service = Service(
      ipProtocol: finding.ipProtocol, port: finding.destination.port, dissector: finding.dissector, isSettled: true)
    if let operation = finding.operation {
      action = operation.action
      function = OperationFunction(operation)
    }
    vlan = finding.vlan
    hasManySources = finding.senders > 0 || finding.source.ip == .none && finding.source.mac == .none
    isOfSeveralZones = finding.isOfSeveralZones
  }
}

extension Sighting.End {
  fileprivate init(_ end: Endpoint) { self.init(party: end.party, ip: end.ip, mac: end.mac) }
}
