// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Which records are written besides what is always counted.
package struct LogKinds: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let alerts = LogKinds(rawValue: 1)
  /// One line when an operation is first seen in a connection, and a sum at its end.
  package static let operations = LogKinds(rawValue: 2)
  /// Every message.
  package static let operationsAll = LogKinds(rawValue: 4)
  package static let flows = LogKinds(rawValue: 8)
  package static let assets = LogKinds(rawValue: 16)
  package static let stats = LogKinds(rawValue: 32)

  /// Reads `alerts,operations,…`; throws an unknown word.
  package init(words: String) throws(UnknownWord) {
    self = []
    for word in words.split(separator: ",") {
      let word = word.trimmingSpaces
      guard let known = LogKinds.known.first(where: { $0.word == word }) else { throw UnknownWord(word: word) }
      formUnion(known.kinds)
    }
  }
  private static let known: [(word: String, kinds: LogKinds)] = [
    ("alerts", .alerts), ("operations", .operations), ("operations-all", .operationsAll), ("flows", .flows),
    ("assets", .assets), ("stats", .stats), ("all", [.alerts, .operations, .flows, .assets, .stats]),
  ]
  package static var words: [String] { known.map(\.word) }
  package struct UnknownWord: Error { package let word: String }
}

extension Substring {
  fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

/// Where findings and records go: aggregation, then the sink. Lines that were not asked for are not made.
struct Output: ~Copyable {
  var aggregation: Aggregation
  var records: Records
  var sink: Sink
  let log: LogKinds
  var operations: OperationLog
  var lines = MessageLines()
  /// Flows that alerts were about, by their identifier.
  private var alerted: BoundedTable<AddressKey, Void>

  init(_ context: AlertContext, _ log: LogKinds, _ sink: consuming Sink, seed: UInt64) {
    aggregation = Aggregation(seed: seed)
    records = Records(context)
    self.sink = sink
    self.log = log
    operations = OperationLog(seed: seed)
    alerted = BoundedTable(limit: 65_536, seed: seed)
  }

  /// `message` is what `finding.operation` refers to, unless the finding has its contents already.
  mutating func report(
    _ finding: Finding, _ message: borrowing Message, _ identities: Identities, _ lastValues: LastValues
  ) {
    guard isWanted(finding) else { return }
    aggregation.report(finding, message, identities, lastValues, &records, to: &sink)
  }

  /// Counts what is found; true if it is to be written.
  private mutating func isWanted(_ finding: Finding) -> Bool {
    if finding.isWithdrawal || finding.isEnd || finding.isAnswer { return log.contains(.alerts) }
    if log.contains(.flows), let flow = finding.flow, !isAlerted(flow.id) {
      _ = alerted.insert(AddressKey(low: flow.id, high: 4), (), at: finding.time)
    }
    guard log.contains(.alerts) else {
      // Still counted, for the summary.
      silent[Int(finding.kind.rawValue)] += 1
      return false
    }
    return true
  }

  /// Whether something was found in a flow.
  func isAlerted(_ flow: UInt64) -> Bool { alerted.find(AddressKey(low: flow, high: 4)) != nil }

  /// A second of the capture has passed: ends windows that are over.
  mutating func advance(to time: Int64, _ identities: Identities) {
    aggregation.advance(to: time, identities, &records, to: &sink)
  }
  /// Ends every alert, for a site file that is about to be replaced.
  mutating func close(_ identities: Identities) { aggregation.close(identities, &records, to: &sink) }
  mutating func finish(_ identities: Identities) {
    aggregation.finish(identities, &records, to: &sink)
    sink.finish()
  }

  private var silent = [UInt64](repeating: 0, count: 64)

  /// Findings of a kind, whether or not lines were asked for.
  func findings(_ kind: FindingKind) -> UInt64 { silent[Int(kind.rawValue)] + aggregation.counters.findings(kind) }
}
