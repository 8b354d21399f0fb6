// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// How often rules have matched, for `threshold` and `detection_filter`, and for what a threshold file says. Bounded:
/// at the limit the oldest count is forgotten.
struct RuleTallies {
  private struct Key: TableKey {
    let rule: Int32
    let isFilter: Bool
    let first: UInt128
    let second: UInt128
    func hash(seed: UInt64) -> UInt64 {
      var hash = mix(seed, UInt64(truncatingIfNeeded: rule) << 1 | (isFilter ? 1 : 0))
      for part in [first, second] {
        hash = mix(hash, UInt64(truncatingIfNeeded: part))
        hash = mix(hash, UInt64(truncatingIfNeeded: part >> 64))
      }
      return hash
    }
  }
  private struct Tally {
    /// Nanoseconds.
    var start: Int64
    var count: UInt32 = 0
    /// Of `backoff`: the count at which the next alert is due.
    var next: UInt64 = 0
    /// Where packets of one port count once: those that came, as many as matter.
    var ports: [UInt16] = []
  }
  /// Ports that one tally tells apart at most.
  private static let portLimit = 1_024
  private static let limit = 65_536
  private var tallies: BoundedTable<Key, Tally>

  init(seed: UInt64) {
    tallies = BoundedTable(limit: RuleTallies.limit, seed: seed)
    silences = BoundedTable(limit: RuleTallies.limit, seed: seed)
  }

  /// When rates end for which matches pass in silence (nanoseconds).
  private var silences: BoundedTable<Key, Int64>
  var evictions: Int { tallies.evictions.all + silences.evictions.all }

  /// Counts a match; true if it is an alert.
  mutating func permits(
    _ signature: Signature, in conversation: borrowing Conversation, sent direction: Direction, at time: Int64
  ) -> Bool {
    if let filter = signature.rule.detectionFilter,
      !permits(filter, signature.index, isFilter: true, in: conversation, sent: direction, at: time)
    {
      return false
    }
    let filters = signature.filters
    if !filters.suppressions.isEmpty,
      filters.suppress(from: conversation.endpoint(direction).ip, to: conversation.endpoint(direction.reversed).ip)
    {
      return false
    }
    if let rate = filters.rate, rate.verb == .pass,
      isSilenced(rate, signature.index, in: conversation, sent: direction, at: time)
    {
      return false
    }
    guard let threshold = filters.threshold else { return true }
    return permits(threshold, signature.index, isFilter: false, in: conversation, sent: direction, at: time)
  }

  /// Whether a rule has matched so often that its matches pass for a while. Other new actions are those of engines that
  /// stand in the way of traffic.
  private mutating func isSilenced(
    _ rate: RateFilter, _ rule: Int32, in conversation: borrowing Conversation, sent direction: Direction,
    at time: Int64
  ) -> Bool {
    let key = key(rate.threshold.track, rule, isFilter: false, in: conversation, direction)
    if let slot = silences.find(key) {
      if time < silences[slot] { return true }
      silences.remove(slot)
    }
    guard permits(rate.threshold, rule, isFilter: true, in: conversation, sent: direction, at: time) else {
      return false
    }
    _ = silences.insert(key, time &+ Int64(rate.timeout) * 1_000_000_000, at: time)
    return true
  }

  private func key(
    _ track: Threshold.Track, _ rule: Int32, isFilter: Bool, in conversation: borrowing Conversation,
    _ direction: Direction
  ) -> Key {
    let sender = conversation.endpoint(direction).ip.bits
    let receiver = conversation.endpoint(direction.reversed).ip.bits
    return switch track {
    case .source: Key(rule: rule, isFilter: isFilter, first: sender, second: 0)
    case .destination: Key(rule: rule, isFilter: isFilter, first: receiver, second: 1)
    case .both: Key(rule: rule, isFilter: isFilter, first: sender, second: receiver)
    case .rule: Key(rule: rule, isFilter: isFilter, first: 0, second: 2)
    case .flow: Key(rule: rule, isFilter: isFilter, first: UInt128(conversation.number), second: 3)
    }
  }

  private mutating func permits(
    _ threshold: Threshold, _ rule: Int32, isFilter: Bool, in conversation: borrowing Conversation,
    sent direction: Direction, at time: Int64
  ) -> Bool {
    let key = key(threshold.track, rule, isFilter: isFilter, in: conversation, direction)
    let slot: Int
    if let found = tallies.find(key) {
      slot = found
      tallies.touch(slot, at: time)
    } else {
      slot = tallies.insert(key, Tally(start: time), at: time)
    }
    // The window begins with the first match, and ends after its last second.
    let isOver = time &- tallies[slot].start > Int64(threshold.seconds) * 1_000_000_000
    if isOver, threshold.sort != .backoff { tallies[slot] = Tally(start: time) }
    if let distinct = threshold.distinct {
      let end = conversation.endpoint(distinct == .sourcePort ? direction : direction.reversed)
      if !tallies[slot].ports.contains(end.port), tallies[slot].ports.count < RuleTallies.portLimit {
        tallies[slot].ports.append(end.port)
      }
      tallies[slot].count = UInt32(tallies[slot].ports.count)
    } else if tallies[slot].count < .max {
      tallies[slot].count += 1
    }
    let count = tallies[slot].count
    switch threshold.sort {
    case .limit: return count <= threshold.count
    case .threshold:
      guard count >= threshold.count else { return false }
      tallies[slot].count = 0
      return true
    case .both: return count == threshold.count
    case .detectionFilter, .rate: return count > threshold.count
    case .backoff:
      let due = tallies[slot].next == 0 ? UInt64(threshold.count) : tallies[slot].next
      guard UInt64(count) >= due else { return false }
      tallies[slot].next = due &* UInt64(max(2, threshold.multiplier))
      return true
    }
  }
}
