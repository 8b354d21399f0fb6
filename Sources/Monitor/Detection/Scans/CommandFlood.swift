// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `command-flood`: a station commands a device far more often than the two are known for: 20 times in ten seconds by
/// one function (ATT&CK for ICS, DET0737: an excessive number of points, or one value an excessive number of times). An
/// operator's hand gives a command a second at most.
///
/// Where a connection is older than the monitor, its program may command in cycles: three times as many as in the first
/// minute are a flood then. What goes on for an hour is how the two work: its alert has said so.
///
/// A command that is refused is taken back: `exception-burst` says that there are many.
struct CommandFlood {
  private static let second: Int64 = 1_000_000_000
  private static let window = 10 * second
  private static let threshold = 20
  private static let learning = 60 * second
  /// How many times what was usual is far above it.
  private static let factor = 3
  private static let adoption = 3_600 * second

  private struct Rate {
    /// When the last 20 commands came, or every `stride`th of the last ones: exact for 20, and bounded for more.
    var times = InlineArray<20, Int64>(repeating: .min / 2)
    var place = 0
    var stride = 1
    /// Commands since the last one in `times`.
    var skipped = 0
    /// Those of a window that begins with its first command, and the most in one while it is learned what is usual.
    var start: Int64
    var latest: Int64
    var count = 0
    var most = 0
    /// Until when that is learned.
    let learnsUntil: Int64
    let watched: Int64
    let isBegun: Bool
    /// Since when a flood goes on, and when it was seen last.
    var floodStart: Int64 = .min
    var floodLast: Int64 = .min / 2

    /// `watched`: since when the two could be seen. `isBegun`: the beginning of their connection was seen.
    init(at time: Int64, watched: Int64, learnsUntil: Int64, isBegun: Bool) {
      start = time
      latest = time
      self.watched = watched
      self.isBegun = isBegun
      self.learnsUntil = learnsUntil
    }

    var limit: Int { stride * CommandFlood.threshold }

    /// Counts a command; the number of them within ten seconds if that is a flood. `operations` are all of its
    /// conversation, answers too.
    mutating func add(at time: Int64, of operations: UInt64) -> Int? {
      // A capture's clock may jump back: what was counted then is of another time.
      if time < latest &- CommandFlood.second { forget() }
      latest = time
      if time < start || time &- start >= CommandFlood.window {
        learn(at: time)
        (start, count) = (time, 0)
      }
      count += 1
      skipped += 1
      guard skipped >= stride else { return nil }
      skipped = 0
      let oldest = times.span[place]
      times[place] = time
      place = (place + 1) % CommandFlood.threshold
      // Of 20 commands, the first is still there; of 20 strides, the one before.
      return judge(since: stride == 1 ? times.span[place] : oldest, at: time, of: operations)
    }

    private mutating func judge(since first: Int64, at time: Int64, of operations: UInt64) -> Int? {
      guard time >= first, time &- first < CommandFlood.window else { return nil }
      if time < learnsUntil, most == 0, isSteady(since: first, at: time) {
        // A program that has just begun reads at least as often as it writes.
        if !isBegun || operations >= 4 * UInt64(count) { return nil }
      }
      if time &- floodLast >= CommandFlood.window || time < floodLast { floodStart = time }
      floodLast = time
      return max(limit, count)
    }

    /// In the first window, nothing is known but how often commands came from the beginning on: what works in cycles
    /// does so evenly.
    private func isSteady(since first: Int64, at time: Int64) -> Bool {
      let (recent, all) = (Double(max(1, time &- first)), Double(max(1, time &- watched)))
      return Double(CommandFlood.threshold) / recent <= Double(CommandFlood.factor * count) / all
    }

    /// A window is over.
    private mutating func learn(at time: Int64) {
      if start < learnsUntil, count > 0, most == 0 || count < limit {
        most = max(most, count)
        widen(to: most)
      } else if floodLast >= start, floodLast &- floodStart >= CommandFlood.adoption {
        widen(to: count)
      }
    }
    /// From now on, three times as many are a flood.
    private mutating func widen(to usual: Int) {
      let needed = (usual * CommandFlood.factor + CommandFlood.threshold - 1) / CommandFlood.threshold
      guard needed > stride else { return }
      stride = needed
      forget()
    }
    private mutating func forget() {
      skipped = 0
      for place in times.indices { times[place] = .min / 2 }
    }

    /// The device has refused one.
    mutating func takeBack() {
      if count > 0 { count -= 1 }
      if skipped > 0 {
        skipped -= 1
      } else {
        place = (place + CommandFlood.threshold - 1) % CommandFlood.threshold
        times[place] = .min / 2
        skipped = stride - 1
      }
    }
  }

  private var rates: BoundedTable<PairKey, Rate>
  /// When the monitor began to listen.
  private var began: Int64?
  var evictions: Evictions { rates.evictions }

  init(seed: UInt64) { rates = BoundedTable(limit: 16_384, seed: seed) }

  mutating func tick(_ time: Int64) { if began == nil { began = time } }

  /// A command, by whichever end sends it.
  @inline(never)
  mutating func command(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, sent direction: Direction,
    _ moment: Moment
  ) -> Finding? {
    let key = CommandFlood.key(operation, conversation, direction)
    let slot: Int
    if let known = rates.find(key) {
      slot = known
      rates.touch(slot, at: moment.time)
      rates.prove(slot)
    } else {
      let isOlder = isOlder(conversation, moment.time)
      slot = rates.insert(
        key,
        Rate(
          at: moment.time, watched: conversation.flow.start,
          learnsUntil: isOlder ? moment.time &+ CommandFlood.learning : .min,
          isBegun: conversation.flow.toServer.flags.contains(.syn)), at: moment.time)
    }
    guard let count = rates[slot].add(at: moment.time, of: conversation.operations) else { return nil }
    let detail = Finding.Detail.count(
      what: .commands, seen: count, limit: rates[slot].limit, seconds: Int(CommandFlood.window / CommandFlood.second))
    return moment.finding(.commandFlood, detail, conversation, direction, about: operation)
  }

  /// The answer to a command, `direction` that of the answer.
  mutating func refused(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, sent direction: Direction
  ) {
    guard let slot = rates.find(CommandFlood.key(operation, conversation, direction.reversed)) else { return }
    rates[slot].takeBack()
  }

  /// Whether the two may have worked like this before the monitor listened: a TCP connection whose beginning was not
  /// seen, in the first minute, or what was there at once. What begins later was not done before.
  private func isOlder(_ conversation: borrowing Conversation, _ time: Int64) -> Bool {
    let start = conversation.flow.start
    let age = start &- (began ?? start)
    guard time &- start < CommandFlood.window, age < CommandFlood.learning else { return false }
    if conversation.flow.transport == IPProtocol.tcp.rawValue, !conversation.flow.toServer.flags.contains(.syn) {
      switch conversation.flow.basis {
      case .syn, .earlier: break
      case .wellKnownPort, .content, .firstSeen: return true
      }
    }
    return age < 2 * CommandFlood.second
  }

  /// By function, and by step where a command has several.
  private static func key(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ direction: Direction
  ) -> PairKey {
    let pair = PairKey(conversation, sent: direction)
    let function = UInt64(operation.dissector.rawValue) << 56 | UInt64(operation.phase.rawValue) << 52
    let subcode = UInt64(UInt32(bitPattern: operation.subcode) & 0xFFFF)
    return PairKey(pair.source, pair.destination, function | subcode << 32 | UInt64(operation.askedCode))
  }
}

extension Action {
  /// Acts on a controller in one message; transfers of programs and files take many.
  @inline(__always)
  var isCommand: Bool { isChange || self == .state }
}
