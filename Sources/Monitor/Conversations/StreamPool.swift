// SPDX-License-Identifier: Apache-2.0

/// Bytes of TCP streams that cannot be read in place: beginnings of incomplete messages, segments after a hole, and the
/// latest bytes of each direction, to compare retransmissions with. All bounded.
struct StreamPool {
  /// A segment that arrived before its predecessor.
  struct Segment {
    var sequence: UInt32
    var bytes: [UInt8]
    /// What its sender had received from the other end when it sent this.
    let acknowledgement: UInt32
    /// The frame it arrived in, and when.
    let frame: UInt64
    let time: Int64
  }
  /// What shows that a conversation is a real one. At the limits, what shows less is evicted first.
  enum Progress: UInt8, CaseIterable {
    /// One end alone was seen, and no message was understood: anyone can forge that.
    case none
    /// The other end was seen too, or a message was understood.
    case some
    case both
  }
  /// What one direction keeps waiting.
  struct Held {
    /// The beginning of an incomplete message, in order.
    var partial: [UInt8] = []
    /// Sorted by sequence number; none overlaps bytes already read.
    var segments: [Segment] = []
    var segmentBytes = 0
    /// When the hole before the segments was first seen.
    var holeSince: Int64 = 0
    /// Changes when the place is freed, so that its last owner notices.
    var ticket: UInt32 = 0
    var progress = Progress.none
    /// Neighbours in the order in which places of the same progress were last added to.
    var older: Int32 = -1
    var newer: Int32 = -1
  }

  /// Where the latest bytes of one direction are.
  private struct History {
    /// How many bytes are there.
    var count: Int32 = 0
    /// Changes when the place is given to another direction, so that its last owner notices.
    var ticket: UInt32 = 0
    var progress = Progress.none
    /// When it was last put among the newest of its progress, in nanoseconds.
    var touched: Int64 = 0
    /// Neighbours in that order.
    var older: Int32 = -1
    var newer: Int32 = -1
  }

  /// Limits on the segments that one direction may hold, and on their bytes.
  static let segmentLimit = 64
  static let segmentByteLimit = 262_144
  /// The number of latest bytes kept for each direction. Most industrial messages are shorter than 260 bytes.
  static let historyLength = 512

  /// Limits on the directions that hold waiting bytes at the same time, and on those with a history (at least 1).
  let heldLimit: Int
  let historyLimit: Int
  /// Directions whose bytes were discarded because the pool was full.
  private(set) var evictions = 0
  /// Directions whose latest bytes were forgotten for those of others.
  private(set) var historyEvictions = 0
  /// Bytes currently waiting.
  private(set) var bytes = 0
  private var held: [Held] = []
  private var freeHeld: [Int32] = []
  /// The places in use, by progress.
  private var ages = Progress.allCases.map { _ in (oldest: Int32(-1), newest: Int32(-1)) }
  private var historyBytes: [UInt8] = []
  private var histories: [History] = []
  /// The bytes of a new one.
  private let blank = [UInt8](repeating: 0, count: StreamPool.historyLength)
  private static let fewHistories = 256
  private var freeHistories: [Int32] = []
  private var historyAges = Progress.allCases.map { _ in (oldest: Int32(-1), newest: Int32(-1)) }
  /// Limit on all waiting bytes.
  let byteLimit: Int

  init(heldLimit: Int = 16_384, historyLimit: Int = 32_768, byteLimit: Int = 16 << 20) {
    self.heldLimit = heldLimit
    self.historyLimit = historyLimit
    self.byteLimit = byteLimit
  }

  /// Frees everything held for a direction that has ended.
  mutating func release(_ half: inout StreamHalf) {
    releaseHeld(&half)
    releaseHistory(&half)
  }

  /// Frees the history of a direction that no longer compares retransmissions.
  mutating func releaseHistory(_ half: inout StreamHalf) {
    if ownsHistory(half) {
      unlinkHistory(half.history)
      histories[Int(half.history)].ticket &+= 1
      freeHistories.append(half.history)
    }
    half.history = -1
  }

  private mutating func releaseHeld(_ half: inout StreamHalf) {
    if owns(half) { free(half.held) }
    half.held = -1
  }

  private mutating func free(_ slot: Int32) {
    let index = Int(slot)
    unlink(slot)
    bytes -= held[index].partial.count + held[index].segmentBytes
    let ticket = held[index].ticket &+ 1
    held[index] = Held()
    held[index].ticket = ticket
    freeHeld.append(slot)
  }

  @inline(__always)
  private func owns(_ half: StreamHalf) -> Bool { half.held >= 0 && held[Int(half.held)].ticket == half.ticket }

  /// What the direction kept was evicted: its stream has a gap.
  @inline(__always)
  func wasEvicted(_ half: StreamHalf) -> Bool { half.held >= 0 && !owns(half) }

  private mutating func placeHeld(_ half: inout StreamHalf, _ progress: Progress) -> Int {
    if owns(half) {
      unlink(half.held)
    } else {
      if freeHeld.isEmpty, held.count >= heldLimit { evict(except: -1) }
      if let slot = freeHeld.popLast() {
        half.held = slot
      } else {
        half.held = Int32(held.count)
        held.append(Held())
      }
      half.ticket = held[Int(half.held)].ticket
    }
    let slot = half.held
    let age = Int(progress.rawValue)
    let newest = ages[age].newest
    held[Int(slot)].progress = progress
    held[Int(slot)].older = newest
    if newest >= 0 { held[Int(newest)].newer = slot } else { ages[age].oldest = slot }
    ages[age].newest = slot
    return Int(slot)
  }

  private mutating func unlink(_ slot: Int32) {
    let (older, newer) = (held[Int(slot)].older, held[Int(slot)].newer)
    let age = Int(held[Int(slot)].progress.rawValue)
    if older >= 0 { held[Int(older)].newer = newer } else { ages[age].oldest = newer }
    if newer >= 0 { held[Int(newer)].older = older } else { ages[age].newest = older }
    held[Int(slot)].older = -1
    held[Int(slot)].newer = -1
  }

  /// Discards what a direction keeps: of those with the least progress, the one added to longest ago. False if only
  /// `slot` is in use.
  @discardableResult
  private mutating func evict(except slot: Int32) -> Bool {
    for age in ages {
      let oldest = age.oldest == slot && slot >= 0 ? held[Int(slot)].newer : age.oldest
      guard oldest >= 0 else { continue }
      free(oldest)
      evictions += 1
      return true
    }
    return false
  }

  /// False if `count` bytes in `slot` exceed the limit even when nothing else is kept.
  private mutating func makeRoom(for count: Int, in slot: Int) -> Bool {
    while bytes + count > byteLimit { guard evict(except: Int32(slot)) else { return false } }
    return true
  }

  // MARK: The beginning of an incomplete message

  @inline(__always)
  func hasPartial(_ half: StreamHalf) -> Bool { owns(half) && !held[Int(half.held)].partial.isEmpty }

  /// Bytes of the front of a message that waits for its rest.
  func partialCount(_ half: StreamHalf) -> Int { owns(half) ? held[Int(half.held)].partial.count : 0 }

  /// Takes the beginning out; the caller reads on and returns the remainder with `keepPartial`.
  mutating func takePartial(_ half: StreamHalf) -> [UInt8] {
    guard owns(half) else { return [] }
    var partial: [UInt8] = []
    swap(&partial, &held[Int(half.held)].partial)
    bytes -= partial.count
    return partial
  }

  /// Keeps `partial` until more bytes arrive. False if there is no room: the bytes are lost, and the stream has a gap.
  mutating func keepPartial(_ partial: consuming [UInt8], _ half: inout StreamHalf, _ progress: Progress = .none)
    -> Bool
  {
    if partial.isEmpty {
      if !hasSegments(half) { releaseHeld(&half) }
      return true
    }
    let slot = placeHeld(&half, progress)
    guard makeRoom(for: partial.count, in: slot) else {
      if held[slot].segments.isEmpty { releaseHeld(&half) }
      return false
    }
    bytes += partial.count
    held[slot].partial = partial
    return true
  }

  /// Discards the beginning: the stream continues after a gap.
  mutating func dropPartial(_ half: inout StreamHalf) {
    _ = takePartial(half)
    _ = keepPartial([], &half)
  }

  // MARK: Segments after a hole

  /// Whether any direction has bytes here that wait: segments, or the front of a message.
  @inline(__always)
  var hasHeld: Bool { held.count > freeHeld.count }

  @inline(__always)
  func hasSegments(_ half: StreamHalf) -> Bool { owns(half) && !held[Int(half.held)].segments.isEmpty }

  /// Notes when the hole before the held segments was first seen.
  mutating func beginHole(_ half: StreamHalf, at time: Int64) {
    if owns(half) { held[Int(half.held)].holeSince = time }
  }
  /// Whether that hole is at least `nanoseconds` old.
  func isHole(_ half: StreamHalf, at time: Int64, for nanoseconds: Int64) -> Bool {
    owns(half) && (time &- held[Int(half.held)].holeSince).magnitude >= UInt64(nanoseconds)
  }

  /// Keeps a segment that follows a hole. Bytes that held segments already cover are compared, not stored again;
  /// returns how many of them differ, or nil if there is no room.
  mutating func hold(
    _ payload: RawSpan, sequence: UInt32, acknowledgement: UInt32 = 0, frame: UInt64, time: Int64,
    _ half: inout StreamHalf, _ progress: Progress = .none
  ) -> Int? {
    let arrival = (acknowledgement: acknowledgement, frame: frame, time: time)
    let slot = placeHeld(&half, progress)
    guard held[slot].segments.count < StreamPool.segmentLimit,
      held[slot].segmentBytes + payload.byteCount <= StreamPool.segmentByteLimit,
      makeRoom(for: payload.byteCount, in: slot)
    else {
      if held[slot].partial.isEmpty, held[slot].segments.isEmpty { releaseHeld(&half) }
      return nil
    }
    let base = half.next
    var differing = 0
    var start = Int(sequence &- base)
    let end = start + payload.byteCount
    var offset = 0
    var index = 0
    // Walk the held segments in order and insert the new bytes between them.
    while start < end {
      if index < held[slot].segments.count {
        let other = held[slot].segments[index]
        let otherStart = Int(other.sequence &- base)
        let otherEnd = otherStart + other.bytes.count
        if otherEnd <= start {
          index += 1
          continue
        }
        if otherStart <= start {
          let common = min(end, otherEnd) - start
          for position in 0..<common
          where other.bytes[start - otherStart + position] != payload.u8(offset + position) {
            differing += 1
          }
          start += common
          offset += common
          index += 1
          continue
        }
        let part = min(end, otherStart) - start
        insert(
          payload.slice(offset, part), at: index, sequence: base &+ UInt32(truncatingIfNeeded: start), arrival, slot)
        start += part
        offset += part
        index += 1
      } else {
        insert(
          payload.slice(offset, end - start), at: index, sequence: base &+ UInt32(truncatingIfNeeded: start), arrival,
          slot)
        start = end
      }
    }
    return differing
  }

  private mutating func insert(
    _ span: RawSpan, at index: Int, sequence: UInt32,
    _ arrival: (acknowledgement: UInt32, frame: UInt64, time: Int64), _ slot: Int
  ) {
    // Held segments can split a new one into many parts: those beyond the limit are lost, as if the mirror port had
    // lost them.
    guard held[slot].segments.count < StreamPool.segmentLimit else { return }
    held[slot].segments.insert(
      Segment(
        sequence: sequence, bytes: Array(copying: span), acknowledgement: arrival.acknowledgement,
        frame: arrival.frame, time: arrival.time), at: index)
    held[slot].segmentBytes += span.byteCount
    bytes += span.byteCount
  }

  /// Sequence and acknowledgement number of the first segment after the hole.
  func firstHeld(_ half: StreamHalf) -> (sequence: UInt32, acknowledgement: UInt32)? {
    guard owns(half), let first = held[Int(half.held)].segments.first else { return nil }
    return (first.sequence, first.acknowledgement)
  }
  func heldCount(_ half: StreamHalf) -> Int { owns(half) ? held[Int(half.held)].segments.count : 0 }

  /// Takes out the first segment if its bytes are due, or, with `force`, despite the hole before it.
  mutating func takeSegment(_ half: inout StreamHalf, force: Bool = false) -> Segment? {
    guard owns(half), let first = held[Int(half.held)].segments.first else { return nil }
    guard force || Int32(bitPattern: first.sequence &- half.next) <= 0 else { return nil }
    let slot = Int(half.held)
    held[slot].segments.removeFirst()
    held[slot].segmentBytes -= first.bytes.count
    bytes -= first.bytes.count
    if held[slot].segments.isEmpty, held[slot].partial.isEmpty { releaseHeld(&half) }
    return first
  }

  /// Discards the segments after a hole: they belong to another connection.
  mutating func dropSegments(_ half: inout StreamHalf) {
    while takeSegment(&half, force: true) != nil {}
  }

  // MARK: The latest bytes, to compare retransmissions with

  /// How long a direction that goes on may wait to be put among the newest, in nanoseconds. A direction that is read
  /// at least that often is not evicted for one that is not.
  private static let touchInterval: Int64 = 1_000_000_000

  @inline(__always)
  private func ownsHistory(_ half: StreamHalf) -> Bool {
    half.history >= 0 && histories[Int(half.history)].ticket == half.historyTicket
  }

  /// Remembers `payload`, which has just been read and ends at `half.next`. At the limit the latest bytes of another
  /// direction are forgotten: of those with the least progress, the one read longest ago.
  @inline(__always)
  mutating func remember(
    _ payload: RawSpan, _ half: inout StreamHalf, _ progress: Progress = .none, at time: Int64 = 0
  ) {
    if !ownsHistory(half)
      || (time &- histories[Int(half.history)].touched).magnitude >= UInt64(StreamPool.touchInterval)
    {
      touchHistory(&half, progress, at: time)
    }
    let length = StreamPool.historyLength
    let tail = payload.byteCount > length ? payload.from(payload.byteCount - length) : payload
    let base = Int(half.history) * length
    let start = Int(half.next &- UInt32(tail.byteCount)) & (length - 1)
    let room = length - start
    historyBytes.store(tail.slice(0, room), at: base + start)
    if tail.byteCount > room { historyBytes.store(tail.from(room), at: base) }
    let count = min(length, Int(histories[Int(half.history)].count) + tail.byteCount)
    histories[Int(half.history)].count = Int32(truncatingIfNeeded: count)
  }

  /// Puts a direction among the newest of its progress; gives it a place if it has none.
  @inline(never)
  private mutating func touchHistory(_ half: inout StreamHalf, _ progress: Progress, at time: Int64) {
    if ownsHistory(half) {
      unlinkHistory(half.history)
    } else {
      half.history = placeHistory()
      half.historyTicket = histories[Int(half.history)].ticket
    }
    let slot = Int(half.history)
    let age = Int(progress.rawValue)
    let newest = historyAges[age].newest
    histories[slot].progress = progress
    histories[slot].touched = time
    histories[slot].older = newest
    if newest >= 0 { histories[Int(newest)].newer = half.history } else { historyAges[age].oldest = half.history }
    historyAges[age].newest = half.history
  }

  /// A place that is nobody's.
  private mutating func placeHistory() -> Int32 {
    var free = freeHistories.popLast()
    if free == nil, histories.count >= historyLimit {
      for age in historyAges where age.oldest >= 0 {
        free = age.oldest
        break
      }
      if let free {
        unlinkHistory(free)
        histories[Int(free)].ticket &+= 1
        historyEvictions += 1
      }
    }
    if let free {
      histories[Int(free)].count = 0
      return free
    }
    if histories.count == StreamPool.fewHistories { reserveHistories() }
    histories.append(History())
    historyBytes += blank
    return Int32(histories.count - 1)
  }

  /// Address space for all that there may be, which becomes memory where it is written: as in a `BoundedTable`.
  @inline(never)
  private mutating func reserveHistories() {
    histories.reserveCapacity(historyLimit)
    historyBytes.reserveCapacity(historyLimit * StreamPool.historyLength)
  }

  private mutating func unlinkHistory(_ slot: Int32) {
    let (older, newer) = (histories[Int(slot)].older, histories[Int(slot)].newer)
    let age = Int(histories[Int(slot)].progress.rawValue)
    if older >= 0 { histories[Int(older)].newer = newer } else { historyAges[age].oldest = newer }
    if newer >= 0 { histories[Int(newer)].older = older } else { historyAges[age].newest = older }
    histories[Int(slot)].older = -1
    histories[Int(slot)].newer = -1
  }

  /// Adds the latest bytes of a direction, up to `half.next`; returns how many there are.
  func addHistory(of half: StreamHalf, to bytes: inout [UInt8]) -> Int {
    guard ownsHistory(half) else { return 0 }
    let count = Int(histories[Int(half.history)].count)
    let base = Int(half.history) * StreamPool.historyLength
    // A ring: its older part runs to the end, the newer one from the start.
    let first = Int(half.next &- UInt32(count)) & (StreamPool.historyLength - 1)
    let older = min(count, StreamPool.historyLength - first)
    bytes.append(copying: historyBytes.bytes.slice(base + first, older))
    bytes.append(copying: historyBytes.bytes.slice(base, count - older))
    return count
  }

  /// How many bytes of a retransmission (the first `count` bytes of `payload`, starting at `sequence`) differ from
  /// those read at the same place; bytes older than the history count as equal.
  func differing(_ payload: RawSpan, count: Int, sequence: UInt32, _ half: StreamHalf) -> Int {
    guard ownsHistory(half) else { return 0 }
    let length = StreamPool.historyLength
    let known = Int(histories[Int(half.history)].count)
    let base = Int(half.history) * length
    var differing = 0
    for offset in 0..<count {
      let position = sequence &+ UInt32(truncatingIfNeeded: offset)
      let age = Int(half.next &- position)
      if age <= known, age > 0, historyBytes[base + (Int(position) & (length - 1))] != payload.u8(offset) {
        differing += 1
      }
    }
    return differing
  }

  /// Clears the history: after a gap, old bytes are not contiguous with new ones.
  mutating func forget(_ half: StreamHalf) {
    if ownsHistory(half) { histories[Int(half.history)].count = 0 }
  }
}
