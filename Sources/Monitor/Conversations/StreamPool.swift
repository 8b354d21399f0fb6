// SPDX-License-Identifier: Apache-2.0

/// Bytes of TCP streams that cannot be read in place: beginnings of incomplete messages, segments after a hole, and the
/// latest bytes of each direction, to compare retransmissions with. All bounded.
struct StreamPool {
  /// A segment that arrived before its predecessor.
  struct Segment {
    var sequence: UInt32
    var bytes: [UInt8]
    /// The frame it arrived in, and when.
    let frame: UInt64
    let time: Int64
  }
  /// What one direction keeps waiting.
  struct Held {
    /// The beginning of an incomplete message, in order.
    var partial: [UInt8] = []
    /// Sorted by sequence number; none overlaps bytes already read.
    var segments: [Segment] = []
    var segmentBytes = 0
  }

  /// Limits on the segments that one direction may hold, and on their bytes.
  static let segmentLimit = 64
  static let segmentByteLimit = 262_144
  /// The number of latest bytes kept for each direction. Most industrial messages are shorter than 260 bytes.
  static let historyLength = 512

  /// Limits on the directions that hold waiting bytes at the same time, and on those with a history.
  let heldLimit: Int
  let historyLimit: Int
  /// Directions turned away because the pool was full.
  private(set) var refusals = 0
  /// Bytes currently waiting.
  private(set) var bytes = 0
  private var held: [Held] = []
  private var freeHeld: [Int32] = []
  private var histories: [UInt8] = []
  private var historyCounts: [Int32] = []
  private var freeHistories: [Int32] = []
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
    guard half.history >= 0 else { return }
    freeHistories.append(half.history)
    half.history = -1
  }

  private mutating func releaseHeld(_ half: inout StreamHalf) {
    guard half.held >= 0 else { return }
    let slot = Int(half.held)
    bytes -= held[slot].partial.count + held[slot].segmentBytes
    held[slot] = Held()
    freeHeld.append(half.held)
    half.held = -1
  }

  private mutating func placeHeld(_ half: inout StreamHalf) -> Int? {
    if half.held >= 0 { return Int(half.held) }
    if let slot = freeHeld.popLast() {
      half.held = slot
    } else if held.count < heldLimit {
      half.held = Int32(held.count)
      held.append(Held())
    } else {
      refusals += 1
      return nil
    }
    return Int(half.held)
  }

  // MARK: The beginning of an incomplete message

  @inline(__always)
  func hasPartial(_ half: StreamHalf) -> Bool { half.held >= 0 && !held[Int(half.held)].partial.isEmpty }

  /// Takes the beginning out; the caller reads on and returns the remainder with `keepPartial`.
  mutating func takePartial(_ half: StreamHalf) -> [UInt8] {
    guard half.held >= 0 else { return [] }
    var partial: [UInt8] = []
    swap(&partial, &held[Int(half.held)].partial)
    bytes -= partial.count
    return partial
  }

  /// Keeps `front` until more bytes arrive. False if there is no room: the bytes are lost, and the stream has a gap.
  mutating func keepPartial(_ partial: consuming [UInt8], _ half: inout StreamHalf) -> Bool {
    if partial.isEmpty {
      if half.held >= 0, held[Int(half.held)].segments.isEmpty { releaseHeld(&half) }
      return true
    }
    guard bytes + partial.count <= byteLimit, let slot = placeHeld(&half) else { return false }
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

  @inline(__always)
  func hasSegments(_ half: StreamHalf) -> Bool { half.held >= 0 && !held[Int(half.held)].segments.isEmpty }

  /// Keeps a segment that follows a hole. Bytes that held segments already cover are compared, not stored again;
  /// returns how many of them differ, or nil if there is no room.
  mutating func hold(
    _ payload: RawSpan, sequence: UInt32, frame: UInt64, time: Int64, _ half: inout StreamHalf
  ) -> Int? {
    guard let slot = placeHeld(&half) else { return nil }
    guard held[slot].segments.count < StreamPool.segmentLimit,
      held[slot].segmentBytes + payload.byteCount <= StreamPool.segmentByteLimit,
      bytes + payload.byteCount <= byteLimit
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
          payload.slice(offset, part), at: index, sequence: base &+ UInt32(truncatingIfNeeded: start), frame, time, slot
        )
        start += part
        offset += part
        index += 1
      } else {
        insert(
          payload.slice(offset, end - start), at: index, sequence: base &+ UInt32(truncatingIfNeeded: start), frame,
          time, slot)
        start = end
      }
    }
    return differing
  }

  private mutating func insert(
    _ span: RawSpan, at index: Int, sequence: UInt32, _ frame: UInt64, _ time: Int64, _ slot: Int
  ) {
    // Held segments can split a new one into many parts: those beyond the limit are lost, as if the mirror port had
    // lost them.
    guard held[slot].segments.count < StreamPool.segmentLimit else { return }
    held[slot].segments.insert(
      Segment(sequence: sequence, bytes: Array(copying: span), frame: frame, time: time), at: index)
    held[slot].segmentBytes += span.byteCount
    bytes += span.byteCount
  }

  /// Sequence number of the first segment after the hole.
  func firstHeld(_ half: StreamHalf) -> UInt32? {
    half.held >= 0 ? held[Int(half.held)].segments.first?.sequence : nil
  }
  func heldCount(_ half: StreamHalf) -> Int { half.held >= 0 ? held[Int(half.held)].segments.count : 0 }

  /// Takes out the first segment if its bytes are due, or, with `force`, despite the hole before it.
  mutating func takeSegment(_ half: inout StreamHalf, force: Bool = false) -> Segment? {
    guard half.held >= 0, let first = held[Int(half.held)].segments.first else { return nil }
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

  /// Remembers `payload`, which has just been read and ends at `half.next`. Streams of unknown protocols may use only
  /// half of the histories.
  @inline(__always)
  mutating func remember(_ payload: RawSpan, _ half: inout StreamHalf, isKnown: Bool = true) {
    if half.history < 0 {
      guard isKnown || historiesInUse < historyLimit / 2, let slot = placeHistory() else { return }
      half.history = slot
    }
    let length = StreamPool.historyLength
    let tail = payload.byteCount > length ? payload.from(payload.byteCount - length) : payload
    let base = Int(half.history) * length
    let start = Int(half.next &- UInt32(tail.byteCount)) & (length - 1)
    let room = length - start
    histories.store(tail.slice(0, room), at: base + start)
    if tail.byteCount > room { histories.store(tail.from(room), at: base) }
    historyCounts[Int(half.history)] = Int32(min(length, Int(historyCounts[Int(half.history)]) + tail.byteCount))
  }

  private var historiesInUse: Int { historyCounts.count - freeHistories.count }

  private mutating func placeHistory() -> Int32? {
    if let slot = freeHistories.popLast() {
      historyCounts[Int(slot)] = 0
      return slot
    }
    guard historyCounts.count < historyLimit else { return nil }
    historyCounts.append(0)
    histories.append(contentsOf: repeatElement(0, count: StreamPool.historyLength))
    return Int32(historyCounts.count - 1)
  }

  /// How many bytes of a retransmission (the first `count` bytes of `payload`, starting at `sequence`) differ from
  /// those read at the same place; bytes older than the history count as equal.
  func differing(_ payload: RawSpan, count: Int, sequence: UInt32, _ half: StreamHalf) -> Int {
    guard half.history >= 0 else { return 0 }
    let length = StreamPool.historyLength
    let known = Int(historyCounts[Int(half.history)])
    let base = Int(half.history) * length
    var differing = 0
    for offset in 0..<count {
      let position = sequence &+ UInt32(truncatingIfNeeded: offset)
      let age = Int(half.next &- position)
      if age <= known, age > 0, histories[base + (Int(position) & (length - 1))] != payload.u8(offset) {
        differing += 1
      }
    }
    return differing
  }

  /// Clears the history: after a gap, old bytes are not contiguous with new ones.
  mutating func forget(_ half: StreamHalf) {
    if half.history >= 0 { historyCounts[Int(half.history)] = 0 }
  }
}

extension [UInt8] {
  /// A copy of a span's bytes.
  init(copying span: RawSpan) {
    self = []
    append(copying: span)
  }
  mutating func append(copying span: RawSpan) {
    let end = count
    append(contentsOf: repeatElement(0, count: span.byteCount))
    store(span, at: end)
  }
}
