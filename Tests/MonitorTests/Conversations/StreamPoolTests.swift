// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

@Suite struct StreamPoolTests {
  private func synced(at next: UInt32 = 1000) -> StreamHalf {
    StreamHalf(at: next, isLost: false)
  }

  @Test("the beginning of a message is kept until it is taken, and its memory is released")
  func prefix() {
    var pool = StreamPool()
    var half = synced()
    #expect(!pool.hasPartial(half) && pool.takePartial(half) == [])
    #expect(pool.keepPartial([1, 2, 3], &half))
    #expect(pool.hasPartial(half) && pool.bytes == 3)
    #expect(pool.takePartial(half) == [1, 2, 3] && pool.bytes == 0)
    #expect(pool.keepPartial([], &half) && half.held == -1)
    #expect(pool.keepPartial([9], &half))
    pool.dropPartial(&half)
    #expect(pool.bytes == 0 && half.held == -1)
  }

  @Test("segments in any order, split anywhere and overlapping, are reassembled into the stream", arguments: 0..<60)
  func order(_ seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    var pool = StreamPool()
    // In some streams the sequence numbers wrap.
    var half = synced(at: seed % 3 == 0 ? .max - 20 : 1000)
    let base = half.next
    let stream = dice.bytes(120)
    // Everything but byte 0, so that there is a hole at the beginning; split at random, with overlaps.
    var pieces: [Range<Int>] = []
    var start = 1
    while start < stream.count {
      let end = min(stream.count, start + Int.random(in: 1...20, using: &dice))
      pieces.append(max(1, start - Int.random(in: 0...5, using: &dice))..<end)
      start = end
    }
    pieces.shuffle(using: &dice)
    for piece in pieces {
      let part = Array(stream[piece])
      let differing = pool.hold(
        part.bytes, sequence: base &+ UInt32(piece.lowerBound), frame: UInt64(piece.lowerBound), time: 7, &half)
      #expect(differing == 0)
    }
    #expect(pool.takeSegment(&half) == nil, "the hole is still there")
    half.next &+= 1
    var out = [stream[0]]
    while let segment = pool.takeSegment(&half) {
      #expect(segment.sequence == half.next)
      out += segment.bytes
      half.next &+= UInt32(segment.bytes.count)
    }
    #expect(out == stream)
    #expect(pool.bytes == 0 && half.held == -1)
  }

  @Test("held bytes that arrive again with other contents are counted, and the first ones are kept", arguments: 0..<20)
  func differing(_ position: Int) throws {
    var pool = StreamPool()
    var half = synced()
    let first = [UInt8](repeating: 1, count: 20)
    #expect(pool.hold(first.bytes, sequence: 1010, frame: 1, time: 0, &half) == 0)
    var second = first
    second[position] = 2
    #expect(pool.hold(second.bytes, sequence: 1010, frame: 2, time: 0, &half) == 1)
    // Extends beyond both ends: only the covered part is compared.
    let third = [UInt8](repeating: 1, count: 5) + second + [1, 1]
    #expect(pool.hold(third.bytes, sequence: 1005, frame: 3, time: 0, &half) == 1)
    let segments = [
      pool.takeSegment(&half, force: true), pool.takeSegment(&half, force: true), pool.takeSegment(&half, force: true),
    ]
    #expect(segments.map { $0?.bytes.count } == [5, 20, 2])
    #expect(segments[1]?.bytes == first && segments[1]?.frame == 1)
    #expect(pool.takeSegment(&half, force: true) == nil && pool.bytes == 0)
  }

  @Test("every limit holds, and a newcomer evicts the direction added to longest ago")
  func bounds() {
    var pool = StreamPool(heldLimit: 2, historyLimit: 1, byteLimit: 600_000)
    var halves = [synced(), synced(), synced()]
    #expect(pool.keepPartial([1], &halves[0]) && pool.keepPartial([1], &halves[1]))
    #expect(pool.keepPartial([1], &halves[2]) && pool.evictions == 1)
    #expect(pool.wasEvicted(halves[0]) && !pool.hasPartial(halves[0]) && pool.takePartial(halves[0]) == [])
    #expect(!pool.wasEvicted(halves[1]) && pool.hasPartial(halves[1]))
    pool.release(&halves[1])
    #expect(pool.keepPartial([1], &halves[0]) && pool.evictions == 1, "a released place is used again")

    // The limit of segments after one hole.
    for number in 0..<StreamPool.segmentLimit {
      #expect(pool.hold([0].bytes, sequence: 2000 + UInt32(2 * number), frame: 1, time: 0, &halves[0]) == 0)
    }
    #expect(pool.hold([0].bytes, sequence: 9000, frame: 1, time: 0, &halves[0]) == nil)
    #expect(pool.heldCount(halves[0]) == StreamPool.segmentLimit)
    // The limit of bytes after one hole.
    let large = [UInt8](repeating: 0, count: StreamPool.segmentByteLimit)
    #expect(pool.hold(large.bytes, sequence: 2000, frame: 1, time: 0, &halves[2]) == 0)
    #expect(pool.hold([0].bytes, sequence: 1_000_000, frame: 1, time: 0, &halves[2]) == nil)
    // The limit of bytes in total: what others keep is evicted first.
    _ = pool.takePartial(halves[0])
    #expect(pool.keepPartial([UInt8](repeating: 0, count: 599_000), &halves[0]) && pool.evictions == 2)
    #expect(pool.wasEvicted(halves[2]) && pool.bytes <= 600_000)
    _ = pool.takePartial(halves[0])
    #expect(!pool.keepPartial([UInt8](repeating: 0, count: 600_001), &halves[0]))
    for index in halves.indices { pool.release(&halves[index]) }
    #expect(pool.bytes == 0)
  }

  @Test("a retransmission that differs in any of the last 512 bytes is detected", arguments: [1, 8, 13, 60, 300, 512])
  func history(_ length: Int) {
    var dice = Dice(state: UInt64(length))
    var pool = StreamPool()
    // The history's ring buffer wraps several times, from any starting position.
    for start in [0, 5, 511, UInt32.max - 100] {
      var half = synced(at: start)
      var sent: [UInt8] = []
      while sent.count < 1300 {
        let part = dice.bytes(length)
        half.next &+= UInt32(part.count)
        pool.remember(part.bytes, &half)
        sent += part
      }
      let kept = min(StreamPool.historyLength, sent.count)
      let tail = Array(sent.suffix(kept))
      let sequence = half.next &- UInt32(kept)
      #expect(pool.differing(tail.bytes, count: kept, sequence: sequence, half) == 0)
      for position in tail.indices {
        var changed = tail
        changed[position] ^= 0x40
        #expect(pool.differing(changed.bytes, count: kept, sequence: sequence, half) == 1)
      }
      // Older bytes are no longer known, and count as equal.
      let older = [UInt8](repeating: 0, count: 600)
      #expect(pool.differing(older.bytes, count: 80, sequence: half.next &- 600, half) == 0)
      pool.forget(half)
      #expect(pool.differing(dice.bytes(kept).bytes, count: kept, sequence: sequence, half) == 0)
      pool.release(&half)
    }
  }

  @Test("at the limit of histories, newcomers are let in: what made least progress gives way first, then the oldest")
  func histories() {
    var pool = StreamPool(historyLimit: 3)
    var halves = (0..<6).map { _ in synced() }
    let sent: [UInt8] = [1, 2, 3]
    let known = { (pool: borrowing StreamPool, half: StreamHalf) in
      pool.differing([9, 9, 9].bytes, count: 3, sequence: 1000 &- 3, half) == 3
    }
    pool.remember(sent.bytes, &halves[0], .both, at: 0)
    pool.remember(sent.bytes, &halves[1], .none, at: 1)
    pool.remember(sent.bytes, &halves[2], .some, at: 2)
    for (newcomer, evicted) in [(3, 1), (4, 2), (5, 0)] {
      #expect(known(pool, halves[evicted]))
      pool.remember(sent.bytes, &halves[newcomer], .both, at: 3)
      #expect(!known(pool, halves[evicted]) && known(pool, halves[newcomer]))
    }
    #expect(pool.historyEvictions == 3)
    // The first of the newcomers goes on, so the second one is the oldest.
    pool.remember(sent.bytes, &halves[3], .both, at: 2_000_000_000)
    pool.remember(sent.bytes, &halves[0], .none, at: 2_000_000_000)
    #expect(known(pool, halves[3]) && !known(pool, halves[4]) && known(pool, halves[5]) && known(pool, halves[0]))
    // Of a place that was given away the former owner frees nothing.
    pool.release(&halves[4])
    #expect(pool.differing([9].bytes, count: 1, sequence: 999, halves[4]) == 0)
    pool.forget(halves[4])
    #expect(known(pool, halves[0]) && known(pool, halves[3]) && known(pool, halves[5]))
    for index in halves.indices { pool.release(&halves[index]) }
    for index in 0..<3 { pool.remember(sent.bytes, &halves[index], .both, at: 0) }
    #expect(pool.historyEvictions == 4, "released places are used again")
  }

  @Test(
    "of overlapping bytes after holes the first ones are kept, and each differing byte is counted", arguments: 0..<60)
  func firstBytesAreKept(_ seed: Int) {
    var dice = Dice(state: UInt64(seed))
    var pool = StreamPool()
    var half = synced(at: seed % 3 == 0 ? .max - 50 : 1000)
    let base = half.next
    var model = [UInt8?](repeating: nil, count: 200)
    for frame in 0..<25 {
      let start = Int.random(in: 1..<190, using: &dice)
      let bytes = (0..<Int.random(in: 1...10, using: &dice)).map { _ in UInt8.random(in: 0...3, using: &dice) }
      var differing = 0
      for (offset, byte) in bytes.enumerated() {
        if let first = model[start + offset] {
          if first != byte { differing += 1 }
        } else {
          model[start + offset] = byte
        }
      }
      let sequence = base &+ UInt32(start)
      #expect(pool.hold(bytes.bytes, sequence: sequence, frame: UInt64(frame), time: 0, &half) == differing)
      #expect(pool.bytes == model.count { $0 != nil })
    }
    #expect(pool.firstHeld(half)?.sequence == model.firstIndex { $0 != nil }.map { base &+ UInt32($0) })
    #expect(pool.takeSegment(&half) == nil)
    var out = [UInt8?](repeating: nil, count: 200)
    var end = 0
    while let segment = pool.takeSegment(&half, force: true) {
      let start = Int(segment.sequence &- base)
      #expect(start >= end, "in order and without repetition")
      end = start + segment.bytes.count
      for (position, byte) in zip(start..<end, segment.bytes) { out[position] = byte }
    }
    #expect(out == model)
    #expect(pool.bytes == 0 && half.held == -1)
  }

  @Test("a message's beginning and the segments of one direction share a place, which is freed when both are gone")
  func sharedPlace() {
    var pool = StreamPool(heldLimit: 1)
    var (half, other) = (synced(), synced())
    #expect(pool.keepPartial([1, 2], &half))
    #expect(pool.hold([3].bytes, sequence: 1001, frame: 1, time: 0, &half) == 0)
    #expect(pool.bytes == 3)
    _ = pool.takePartial(half)
    #expect(pool.keepPartial([], &half) && pool.hasSegments(half) && pool.bytes == 1)
    #expect(pool.takeSegment(&half, force: true)?.bytes == [3])
    #expect(pool.keepPartial([9], &other) && pool.bytes == 1 && pool.evictions == 0)
    // Released while it holds both.
    #expect(pool.hold([4].bytes, sequence: 1001, frame: 1, time: 0, &other) == 0)
    pool.release(&other)
    #expect(pool.bytes == 0 && other.held == -1)
  }

  @Test("one segment across many holes does not exceed the limit of segments")
  func manyHoles() {
    var pool = StreamPool()
    var half = synced()
    for number in 1..<StreamPool.segmentLimit {
      #expect(pool.hold([0].bytes, sequence: 1000 + UInt32(2 * number), frame: 1, time: 0, &half) == 0)
    }
    let long = [UInt8](repeating: 0, count: 2 * StreamPool.segmentLimit)
    _ = pool.hold(long.bytes, sequence: 1001, frame: 2, time: 0, &half)
    #expect(pool.heldCount(half) == StreamPool.segmentLimit)
    pool.release(&half)
    #expect(pool.bytes == 0)
  }

  @Test("what shows less progress is evicted first, however new it is")
  func progress() {
    var pool = StreamPool(heldLimit: 4)
    var halves = (0..<4).map { synced(at: UInt32($0)) }
    let order: [StreamPool.Progress] = [.both, .some, .none, .none]
    for index in halves.indices { #expect(pool.keepPartial([1, 2], &halves[index], order[index])) }
    // Added to since: now the newest of its sort.
    let begun = pool.takePartial(halves[2])
    #expect(pool.keepPartial(begun + [3], &halves[2], .none))
    var newcomers = (0..<4).map { synced(at: UInt32($0)) }
    for (count, evicted) in [3, 2, 1].enumerated() {
      #expect(pool.keepPartial([9], &newcomers[count], .both))
      #expect(halves.indices.filter { pool.wasEvicted(halves[$0]) } == Array(evicted...3))
    }
    #expect(pool.hasPartial(halves[0]))
    #expect(pool.keepPartial([9], &newcomers[3], .none) && pool.wasEvicted(halves[0]), "none is refused")
    for index in newcomers.indices { pool.release(&newcomers[index]) }
    for index in halves.indices { pool.release(&halves[index]) }
    #expect(pool.bytes == 0 && pool.evictions == 4)
  }

  @Test("a place evicted and given to another direction is neither read nor freed by its former owner")
  func formerOwner() {
    var pool = StreamPool(heldLimit: 1)
    var (first, second) = (synced(), synced())
    #expect(pool.hold([7].bytes, sequence: 1005, frame: 1, time: 0, &first) == 0)
    #expect(pool.hold([8].bytes, sequence: 1005, frame: 2, time: 0, &second) == 0)
    #expect(pool.firstHeld(first) == nil && pool.heldCount(first) == 0)
    #expect(pool.takeSegment(&first, force: true) == nil)
    pool.release(&first)
    #expect(!pool.wasEvicted(first) && pool.heldCount(second) == 1 && pool.bytes == 1)
    #expect(pool.takeSegment(&second, force: true)?.bytes == [8])
  }
}
