// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// Makes alerts of findings: the same finding between the same parties is one alert. The first is written at once;
/// repeats are only counted, and written as updates when the count reaches 10, 100, 1,000 …, when the operation becomes
/// more dangerous than before, and at the end of each window in which the count grew. The last counts of all alerts add
/// up to the findings reported. An alert is open while its finding comes again and again: after a silence, which is the
/// kind's (`Finding.silence`), it is closed, and what comes then is a new one. An alert whose findings all turn
/// out wrong is withdrawn: its last line says why. Packet time drives everything.
///
/// Each kind, each source and each destination may open a number of new alerts in a window (`AlertBudget`). The further
/// findings of a source are summed up in one alert of that kind, those from further sources to one destination in
/// another, the rest in a third, so that a flood of addresses does not bury the others. A sum names the most dangerous
/// operation in it, and each further sort of command as dangerous as that. It is open through as many windows as it
/// takes, and closed after a silence like any other alert.
package struct Aggregation {
  private static let window: Int64 = 600_000_000_000

  package struct Counters: Sendable, Equatable {
    package var findings: UInt64 = 0
    /// Alerts opened, those that sum up among them.
    package var alerts: UInt64 = 0
    /// Lines written again for an alert already open.
    package var updates: UInt64 = 0
    /// Findings counted only in an alert that sums up.
    package var overBudget: UInt64 = 0
    /// Alerts withdrawn, since what they said turned out wrong.
    package var withdrawn: UInt64 = 0
    /// Alerts closed, since nothing more of them was found.
    package var closed: UInt64 = 0
    /// Alerts evicted at the limit; a repeat opens a new one.
    package var evictions: UInt64 = 0
    /// Alerts opened, and findings, by the number of the kind.
    package var alertsByKind = Array(repeating: UInt64(0), count: Aggregation.kinds)
    package var findingsByKind = Array(repeating: UInt64(0), count: Aggregation.kinds)

    package func alerts(_ kind: FindingKind) -> UInt64 { alertsByKind[Int(kind.rawValue)] }
    package func findings(_ kind: FindingKind) -> UInt64 { findingsByKind[Int(kind.rawValue)] }
  }
  package private(set) var counters = Counters()

  private static let kinds = Int(FindingKind.allCases.map(\.rawValue).max() ?? 0) + 1
  private var open: BoundedTable<AlertKey, Aggregate>
  /// What one source, or one destination, has opened in the window, and the sum of what it could not, which may last
  /// longer.
  private struct Share {
    var opened = 0
    /// The other ends, in the window or since the sum was opened.
    var others = Addresses()
    var sum: Aggregate?
  }
  private var shares: BoundedTable<ShareKey, Share>
  /// Other ends counted in all shares.
  private var others = 0
  /// By `AlertBudget.place`.
  private var rest: [Aggregate?]
  /// How many there are of these.
  private var restCount = 0
  private var opened: [Int]
  /// When the next alert may be over, in nanoseconds.
  private var nextClosing = Int64.max
  /// Number of the window, Int64.min before the first finding.
  private var current = Int64.min

  package init(limit: Int = 16_384, seed: UInt64) {
    open = BoundedTable(limit: limit, seed: seed)
    shares = BoundedTable(limit: min(limit, 4_096), seed: seed)
    rest = Array(repeating: nil, count: AlertBudget.allCases.count * Aggregation.kinds)
    opened = Array(repeating: 0, count: rest.count)
  }

  /// Counts a finding, and writes what is due. `message` is what `finding.operation.values` counts its offset in; empty
  /// without an operation.
  mutating func report(
    _ finding: Finding, _ message: borrowing Message, _ identities: Identities, _ lastValues: LastValues,
    _ records: inout Records,
    to sink: inout Sink
  ) {
    advance(to: finding.time, identities, &records, to: &sink)
    guard let key = key(of: finding) else { return }
    if finding.isWithdrawal {
      withdraw(key, at: finding.time, identities, &records, to: &sink)
      return
    }
    if finding.isEnd {
      end(key, finding, identities, &records, to: &sink)
      return
    }
    let kind = Int(finding.kind.rawValue)
    counters.findings += 1
    counters.findingsByKind[kind] += 1
    let found = open.find(key)
    // It may be over since the last look.
    if let found, open[found].isOver(at: finding.time) { close(found, identities, &records, to: &sink) }
    if let slot = found, open.isUsed(slot) {
      open.touch(slot, at: finding.time)
      if open[slot].add(finding) {
        if open[slot].escalate(finding) {
          open[slot].values = finding.contents ?? ShownValues(of: finding, message, lastValues)
        }
        counters.updates += 1
        open[slot].write(identities, &records, to: &sink)
      }
    } else {
      begin(finding, key, message, identities, lastValues, &records, to: &sink)
    }
  }

  /// The alert that a finding belongs to; nil if it adds nothing. About a flow that is the one of its service, if there
  /// is one or it answered, else that of all attempts of this source at this destination. An alert that began with an
  /// attempt at this service is about the service from its answer on.
  private mutating func key(of finding: Finding) -> AlertKey? {
    let key = AlertKey(finding)
    guard finding.isOfFlow else { return key }
    let ofService = key.ofService(finding)
    let isOpen = open.find(ofService) != nil
    if isOpen, finding.isAnswer { return nil }
    if isOpen { return ofService }
    guard !finding.isWithdrawal, finding.isAnswered else { return key }
    if let slot = open.find(key) {
      guard open[slot].finding.service == finding.service else { return ofService }
      let aggregate = open[slot]
      open.remove(slot)
      _ = open.insert(ofService, aggregate, at: finding.time)
    }
    return finding.isAnswer ? nil : ofService
  }

  /// Takes one tentative finding back. What others have found stands; an alert without any is withdrawn. Nothing
  /// happens to an alert that sums up: it is about its other findings, too.
  private mutating func withdraw(
    _ key: AlertKey, at time: Int64, _ identities: Identities, _ records: inout Records, to sink: inout Sink
  ) {
    guard let slot = open.find(key), open[slot].withdraw(at: time) else { return }
    counters.withdrawn += 1
    open[slot].write(identities, &records, to: &sink)
    open.remove(slot)
  }

  /// What an alert is about has ended. Nothing happens to an alert that sums up: it is about other causes, too.
  private mutating func end(
    _ key: AlertKey, _ finding: Finding, _ identities: Identities, _ records: inout Records, to sink: inout Sink
  ) {
    guard let slot = open.find(key) else { return }
    var seconds = 0
    if case .silence(_, _, let lasted) = finding.detail { seconds = lasted }
    open[slot].end(at: finding.time, .over(seconds: seconds))
    counters.closed += 1
    open[slot].write(identities, &records, to: &sink)
    open.remove(slot)
  }

  /// A finding that is not part of an open alert.
  private mutating func begin(
    _ finding: Finding, _ key: AlertKey, _ message: borrowing Message, _ identities: Identities,
    _ lastValues: LastValues, _ records: inout Records, to sink: inout Sink
  ) {
    let budget = AlertBudget(finding)
    let place = budget.place(finding.kind)
    let source = ShareKey(sourceOf: finding, place)
    let destination = budget.ofDestination(finding.kind) == nil ? nil : ShareKey(destinationOf: finding, place)
    if let source, opened(source) >= budget.ofSource {
      let slot = share(source, with: finding.destination, finding.time, identities, &records, to: &sink)
      sum(
        finding, key, in: slot, .source(destinations: shares[slot].others.count), sort: 2 + UInt8(budget.rawValue),
        message, identities, lastValues, &records, to: &sink)
    } else if let destination, let most = budget.ofDestination(finding.kind), opened(destination) >= most {
      let slot = share(destination, with: finding.source, finding.time, identities, &records, to: &sink)
      sum(
        finding, key, in: slot, .destination(sources: shares[slot].others.count), sort: 5, message, identities,
        lastValues, &records, to: &sink)
    } else if opened[place] >= budget.ofKind {
      if let source { _ = share(source, with: finding.destination, finding.time, identities, &records, to: &sink) }
      counters.overBudget += 1
      var sum = rest[place]
      if sum == nil { restCount += 1 }
      add(
        finding, key, to: &sum, .kind, sort: budget == .light ? 1 : 4, message, identities, lastValues, &records,
        to: &sink)
      rest[place] = sum
    } else {
      opened[place] += 1
      for (share, other) in [(source, finding.destination), (destination, finding.source)] {
        guard let share else { continue }
        let slot = self.share(share, with: other, finding.time, identities, &records, to: &sink)
        shares[slot].opened += 1
      }
      if let oldest = open.next {
        counters.evictions += 1
        if open[oldest].writeGrowth(identities, &records, to: &sink) { counters.updates += 1 }
      }
      var aggregate = Aggregate(finding, key, sort: 0)
      aggregate.values = finding.contents ?? ShownValues(of: finding, message, lastValues)
      begin(&aggregate, identities, &records, to: &sink)
      nextClosing = min(nextClosing, aggregate.end)
      _ = open.insert(key, aggregate, at: finding.time)
    }
  }

  /// How many alerts a source or destination has opened in the window.
  private func opened(_ key: ShareKey) -> Int { shares.find(key).map { shares[$0].opened } ?? 0 }

  /// The slot of what an end has opened, where `other` is counted.
  private mutating func share(
    _ key: ShareKey, with other: Endpoint, _ time: Int64, _ identities: Identities, _ records: inout Records,
    to sink: inout Sink
  ) -> Int {
    let slot: Int
    if let found = shares.find(key) {
      slot = found
      shares.touch(slot, at: time)
    } else {
      if let oldest = shares.next { forget(oldest, identities, &records, to: &sink) }
      slot = shares.insert(key, Share(), at: time)
    }
    shares[slot].others.add(AlertKey.party(other), all: &others)
    return slot
  }

  /// Writes what a share sums up whose entry is about to be reused.
  private mutating func forget(
    _ slot: Int, _ identities: Identities, _ records: inout Records, to sink: inout Sink
  ) {
    if shares[slot].sum?.writeGrowth(identities, &records, to: &sink) == true { counters.updates += 1 }
    others -= shares[slot].others.count
  }

  /// Adds a finding to the sum of a share.
  private mutating func sum(
    _ finding: Finding, _ key: AlertKey, in share: Int, _ extent: Extent, sort: UInt8, _ message: borrowing Message,
    _ identities: Identities, _ lastValues: LastValues, _ records: inout Records, to sink: inout Sink
  ) {
    counters.overBudget += 1
    var sum = shares[share].sum
    // A sum gives way after what a flood of addresses adds.
    if sum == nil { shares.prove(share) }
    add(finding, key, to: &sum, extent, sort: sort, message, identities, lastValues, &records, to: &sink)
    shares[share].sum = sum
  }

  /// Adds a finding to an alert that sums up; the first one opens it.
  private mutating func add(
    _ finding: Finding, _ key: AlertKey, to sum: inout Aggregate?, _ extent: Extent, sort: UInt8,
    _ message: borrowing Message, _ identities: Identities, _ lastValues: LastValues, _ records: inout Records,
    to sink: inout Sink
  ) {
    // It may be over since the last look.
    closeIfOver(&sum, at: finding.time, identities, &records, to: &sink)
    guard var aggregate = sum else {
      var aggregate = Aggregate(finding, key, sort: sort)
      aggregate.occurrence.extent = extent
      aggregate.values = finding.contents ?? ShownValues(of: finding, message, lastValues)
      begin(&aggregate, identities, &records, to: &sink)
      nextClosing = min(nextClosing, aggregate.end)
      sum = aggregate
      return
    }
    sum = nil
    aggregate.occurrence.extent = extent
    if aggregate.add(finding) {
      if aggregate.escalate(finding) {
        aggregate.values = finding.contents ?? ShownValues(of: finding, message, lastValues)
      }
      counters.updates += 1
      aggregate.write(identities, &records, to: &sink)
    }
    sum = aggregate
  }

  /// Tells the time without a finding: ends a window that is over.
  package mutating func advance(to time: Int64, _ identities: Identities, _ records: inout Records, to sink: inout Sink)
  {
    if time >= nextClosing { closeSilent(at: time, identities, &records, to: &sink) }
    let window = time / Aggregation.window - (time % Aggregation.window < 0 ? 1 : 0)
    guard window > current else { return }
    if current != Int64.min { finish(identities, &records, to: &sink) }
    current = window
    for slot in shares.slotsByAge {
      shares[slot].opened = 0
      if shares[slot].sum == nil { remove(share: slot) }
    }
    for place in opened.indices { opened[place] = 0 }
  }

  private mutating func remove(share slot: Int) {
    others -= shares[slot].others.count
    shares[slot] = Share()
    shares.remove(slot)
  }

  /// Closes the alerts of which nothing more was found for long enough.
  private mutating func closeSilent(
    at time: Int64, _ identities: Identities, _ records: inout Records, to sink: inout Sink
  ) {
    var earliest = Int64.max
    var isOver = false
    for slot in 0..<open.slots where open.isUsed(slot) {
      if open[slot].isOver(at: time) { isOver = true } else { earliest = min(earliest, open[slot].end) }
    }
    if isOver {
      for slot in open.slotsByAge where open[slot].isOver(at: time) { close(slot, identities, &records, to: &sink) }
    }
    isOver = false
    for slot in 0..<shares.slots where shares.isUsed(slot) {
      guard let end = shares[slot].sum?.end else { continue }
      if time >= end { isOver = true } else { earliest = min(earliest, end) }
    }
    if isOver {
      for slot in shares.slotsByAge where shares[slot].sum != nil {
        var sum = shares[slot].sum
        closeIfOver(&sum, at: time, identities, &records, to: &sink)
        shares[slot].sum = sum
        if sum == nil, shares[slot].opened == 0 { remove(share: slot) }
      }
    }
    if restCount > 0 {
      for place in rest.indices where rest[place] != nil {
        var sum = rest[place]
        closeIfOver(&sum, at: time, identities, &records, to: &sink)
        rest[place] = sum
        if let sum { earliest = min(earliest, sum.end) } else { restCount -= 1 }
      }
    }
    // At most once a second: with many alerts there is always one about to be over.
    nextClosing = max(earliest, time &+ 1_000_000_000)
  }

  private mutating func close(
    _ slot: Int, _ identities: Identities, _ records: inout Records, to sink: inout Sink
  ) {
    counters.closed += 1
    open[slot].close()
    open[slot].write(identities, &records, to: &sink)
    open.remove(slot)
  }

  /// Ends an alert that sums up, of which nothing more was found for long enough.
  private mutating func closeIfOver(
    _ sum: inout Aggregate?, at time: Int64, _ identities: Identities, _ records: inout Records, to sink: inout Sink
  ) {
    guard var over = sum, over.isOver(at: time) else { return }
    counters.closed += 1
    over.close()
    over.write(identities, &records, to: &sink)
    sum = nil
  }

  /// Writes every count that is not written yet.
  package mutating func finish(_ identities: Identities, _ records: inout Records, to sink: inout Sink) {
    for slot in open.slotsByAge where open[slot].writeGrowth(identities, &records, to: &sink) { counters.updates += 1 }
    for slot in shares.slotsByAge where shares[slot].sum?.writeGrowth(identities, &records, to: &sink) == true {
      counters.updates += 1
    }
    if restCount > 0 {
      for place in rest.indices where rest[place]?.writeGrowth(identities, &records, to: &sink) == true {
        counters.updates += 1
      }
    }
  }

  /// Ends every alert, for a site file that is about to be replaced: under the new one the same finding is another
  /// alert.
  package mutating func close(_ identities: Identities, _ records: inout Records, to sink: inout Sink) {
    finish(identities, &records, to: &sink)
    for slot in open.slotsByAge { open.remove(slot) }
    for slot in shares.slotsByAge { shares[slot].sum = nil }
    for place in rest.indices { rest[place] = nil }
    restCount = 0
  }

  private mutating func begin(
    _ aggregate: inout Aggregate, _ identities: Identities, _ records: inout Records, to sink: inout Sink
  ) {
    counters.alerts += 1
    counters.alertsByKind[Int(aggregate.finding.kind.rawValue)] += 1
    aggregate.write(identities, &records, to: &sink)
  }
}

/// One alert and how often its finding came.
private struct Aggregate {
  /// The first, or the one with the most dangerous operation so far.
  var finding: Finding
  var values = ShownValues.none
  var occurrence: Occurrence
  /// The count in the line written last.
  var written: UInt64 = 0
  /// The count at which to write again.
  private var next: UInt64 = 10
  private var danger: Int
  /// Findings that may yet be taken back, and those that were.
  private var tentative: UInt64
  private var withdrawn: UInt64 = 0
  /// The actions named so far, by bit.
  private var named: UInt32

  /// `sort` distinguishes alerts that begin with the same finding: 0 is the finding's own, others sum up.
  init(_ finding: Finding, _ key: AlertKey, sort: UInt8) {
    self.finding = finding
    occurrence = Occurrence(
      id: key.identifier(first: finding.time, sort: sort), count: 1, first: finding.time, last: finding.time)
    danger = Finding.danger(finding.operation)
    tentative = finding.isTentative ? 1 : 0
    named = Aggregate.bit(finding.operation)
  }

  private static func bit(_ operation: Operation?) -> UInt32 { operation.map { 1 << UInt32($0.action.rawValue) } ?? 0 }

  private var silence: Int64 { finding.silence }
  /// When it is over if nothing more is found, in nanoseconds.
  var end: Int64 { occurrence.last &+ silence }
  func isOver(at time: Int64) -> Bool { time >= end }

  mutating func close() {
    occurrence.ending = .closed(after: silence)
    occurrence.ended = end
  }

  mutating func end(at time: Int64, _ ending: Occurrence.Ending) {
    occurrence.ending = ending
    occurrence.ended = time
  }

  /// Counts a repeat; true when it is to be written.
  mutating func add(_ repetition: Finding) -> Bool {
    occurrence.count += 1
    occurrence.latest = Occurrence.Example(repetition)
    if repetition.isTentative { tentative += 1 }
    occurrence.last = max(occurrence.last, repetition.time)
    finding.senders = max(finding.senders, repetition.senders)
    if case .count(let what, let seen, let limit, let seconds) = repetition.detail,
      case .count(_, let most, _, _) = finding.detail, seen > most
    {
      finding.detail = .count(what: what, seen: seen, limit: limit, seconds: seconds)
    }
    if case .evictions(_, let seen, _, _) = repetition.detail, case .evictions(_, let most, _, _) = finding.detail,
      seen > most
    {
      finding.detail = repetition.detail
    }
    if occurrence.count == next {
      next = next.multipliedReportingOverflow(by: 10).partialValue
      return true
    }
    return isWorse(repetition)
  }

  /// More dangerous than all before, or, in a sum, a sort of command not yet named.
  private func isWorse(_ repetition: Finding) -> Bool {
    let new = Finding.danger(repetition.operation)
    return new > danger
      || occurrence.extent != nil && new == danger && new >= Finding.changeDanger
        && Aggregate.bit(repetition.operation) & named == 0
  }

  /// Takes over a finding that is worse than all before; true if it is.
  mutating func escalate(_ repetition: Finding) -> Bool {
    guard isWorse(repetition) else { return false }
    danger = Finding.danger(repetition.operation)
    named |= Aggregate.bit(repetition.operation)
    finding = repetition
    return true
  }

  /// Takes a tentative finding back; true if none is left, tentative or not.
  mutating func withdraw(at time: Int64) -> Bool {
    guard tentative > 0 else { return false }
    tentative -= 1
    withdrawn += 1
    guard withdrawn == occurrence.count else { return false }
    occurrence.ending = .withdrawn
    occurrence.ended = time
    return true
  }

  mutating func write(_ identities: Identities, _ records: inout Records, to sink: inout Sink) {
    written = occurrence.count
    records.alert(finding, occurrence, values: values, identities, to: &sink)
  }

  /// Writes the count if it grew since it was written last; true if so.
  mutating func writeGrowth(_ identities: Identities, _ records: inout Records, to sink: inout Sink) -> Bool {
    guard occurrence.count > written else { return false }
    write(identities, &records, to: &sink)
    return true
  }
}

extension ShownValues {
  /// What an alert shows of a finding's operation; of a write also what was there before.
  fileprivate init(of finding: Finding, _ message: borrowing Message, _ lastValues: LastValues) {
    self.init(finding.operation, message)
    guard let operation = finding.operation, operation.role == .request, operation.action.isValueChange else { return }
    before = lastValues.before(
      operation, message, at: finding.destination, finding.time, most: ShownValues.Limit.alert.values)
  }
}
