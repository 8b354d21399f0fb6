// SPDX-License-Identifier: Apache-2.0
import Capture
import Support
import Testing

@testable import Monitor

@Suite struct DefragmenterTests {
  enum Result: Equatable {
    case waiting, refused
    case complete([UInt8])
  }

  private static let second: Int64 = 1_000_000_000

  private func add(
    _ fragment: [UInt8], _ defragmenter: inout Defragmenter, time: Int64 = 0, length: Int? = nil
  ) -> Result {
    let packet = Packet(fragment.bytes, linkType: .ethernet, length: length ?? fragment.count)
    let isFragment = packet.isFragment
    #expect(isFragment)
    switch defragmenter.add(packet, time: time) {
    case .waiting: return .waiting
    case .refused: return .refused
    case .complete(let bytes, let transport):
      #expect(transport == .udp)
      return .complete(bytes)
    }
  }

  /// `payload` in fragments of eight bytes; the last one has the rest.
  private func fragments(_ payload: [UInt8], _ build: Build, identification: Int = 77) -> [[UInt8]] {
    stride(from: 0, to: payload.count, by: 8).map { offset in
      var build = build
      build.identification = identification
      build.fragmentOffset = offset
      build.moreFragments = offset + 8 < payload.count
      return build.frame(Array(payload[offset..<min(payload.count, offset + 8)]))
    }
  }

  private static let payload = Build.udp(40_000, 502, (0..<23).map { UInt8($0) })

  @Test("four fragments in any order are reassembled into the datagram", arguments: [Build(), .v6])
  func orders(_ build: Build) {
    let pieces = fragments(Self.payload, build)
    #expect(pieces.count == 4)
    var permutations: [[Int]] = [[]]
    for _ in 0..<4 {
      permutations = permutations.flatMap { some in (0..<4).filter { !some.contains($0) }.map { some + [$0] } }
    }
    #expect(permutations.count == 24)
    var defragmenter = Defragmenter(seed: 1)
    for order in permutations {
      for index in order.dropLast() { #expect(add(pieces[index], &defragmenter) == .waiting) }
      #expect(add(pieces[order[3]], &defragmenter) == .complete(Self.payload))
      #expect(defragmenter.bytes == 0 && defragmenter.differing == 0)
    }
    #expect(defragmenter.reassembled.all == 24 && defragmenter.fragments.all == 96)
  }

  @Test("fragments that differ in identification or source are not mixed", arguments: [Build(), .v6])
  func interleaved(_ build: Build) {
    var other = build
    other.source[other.source.count - 1] = 99
    let payloads = (0..<3).map { n in Build.udp(n, n, (0..<20).map { UInt8($0 + n * 30) }) }
    let streams = [
      fragments(payloads[0], build, identification: 5), fragments(payloads[1], build, identification: 6),
      fragments(payloads[2], other, identification: 5),
    ]
    var defragmenter = Defragmenter(seed: 2)
    var complete: [Result] = []
    for index in 0..<streams[0].count {
      for stream in streams {
        let result = add(stream[index], &defragmenter)
        if result != .waiting { complete.append(result) }
      }
    }
    #expect(complete == payloads.map { .complete($0) })
  }

  @Test(
    "a repeated fragment is not an overlap with other bytes; with one changed byte it is", arguments: [Build(), .v6],
    0..<8)
  func overlap(_ build: Build, _ position: Int) {
    let pieces = fragments(Self.payload, build)
    var changed = pieces[1]
    changed[changed.count - 8 + position] ^= 0x10
    var defragmenter = Defragmenter(seed: 3)
    #expect(add(pieces[1], &defragmenter) == .waiting)
    #expect(add(pieces[1], &defragmenter) == .waiting && defragmenter.differing == 0)
    #expect(add(changed, &defragmenter) == .waiting && defragmenter.differing == 1)
    #expect(add(pieces[0], &defragmenter) == .waiting && defragmenter.differing == 0)
    #expect(add(pieces[2], &defragmenter) == .waiting)
    // Where bytes are sent twice, the first ones are kept.
    #expect(add(pieces[3], &defragmenter) == .complete(Self.payload))
    #expect(defragmenter.overlaps == 1)
  }

  @Test("an incomplete datagram is dropped after the timeout")
  func timeout() {
    let pieces = fragments(Self.payload, Build())
    var defragmenter = Defragmenter(seed: 4)
    #expect(add(pieces[0], &defragmenter) == .waiting)
    #expect(defragmenter.bytes == 8)
    let late = Defragmenter.timeout + 1
    for piece in pieces.dropFirst() { #expect(add(piece, &defragmenter, time: late) == .waiting) }
    #expect(defragmenter.timeouts == 1 && defragmenter.reassembled.all == 0)
  }

  @Test("no limit is exceeded")
  func bounds() {
    var build = Build()
    build.moreFragments = true
    // Datagrams: the oldest is evicted.
    var few = Defragmenter(limit: 2, seed: 5)
    for number in 0..<10 {
      build.identification = number
      #expect(add(build.frame([UInt8](repeating: 0, count: 8)), &few, time: Int64(number)) == .waiting)
    }
    #expect(few.bytes == 16 && few.evictions == 8)
    // Bytes in total: here too.
    var small = Defragmenter(byteLimit: 100, seed: 6)
    build.identification = 1
    #expect(add(build.frame([UInt8](repeating: 0, count: 96)), &small) == .waiting)
    build.identification = 2
    #expect(add(build.frame([UInt8](repeating: 0, count: 8)), &small) == .waiting)
    #expect(small.refusals == 0 && small.evictions == 1 && small.bytes == 8)
    build.identification = 3
    #expect(add(build.frame([UInt8](repeating: 0, count: 104)), &small) == .refused, "more than there is room for")
    // Pieces of one datagram: beyond the limit, all of it is dropped.
    var pieces = Defragmenter(seed: 7)
    for number in 0..<Defragmenter.pieceLimit {
      build.fragmentOffset = 16 * number
      #expect(add(build.frame([UInt8](repeating: 0, count: 8)), &pieces) == .waiting)
    }
    build.fragmentOffset = 16 * Defragmenter.pieceLimit
    #expect(add(build.frame([UInt8](repeating: 0, count: 8)), &pieces) == .refused)
    #expect(pieces.bytes == 0)
  }

  @Test("thousands of datagrams that are never completed do not evict one that is, while there is room for all")
  func flood() {
    let pieces = fragments(Self.payload, Build(), identification: 1)
    var defragmenter = Defragmenter(seed: 14)
    for piece in pieces.dropLast() { #expect(add(piece, &defragmenter) == .waiting) }
    var other = Build()
    other.moreFragments = true
    for number in 0..<20_000 {
      other.identification = 2 + number
      _ = add(other.frame([UInt8](repeating: 0, count: 1_400)), &defragmenter, time: 1)
    }
    #expect(defragmenter.evictions == 0)
    #expect(add(pieces[3], &defragmenter, time: 2) == .complete(Self.payload))
    // However full it is, a newcomer is put together.
    for number in 20_000..<60_000 {
      other.identification = 2 + number
      _ = add(other.frame([UInt8](repeating: 0, count: 1_400)), &defragmenter, time: 3)
    }
    #expect(defragmenter.evictions > 0 && defragmenter.bytes <= defragmenter.byteLimit)
    for piece in pieces.dropLast() { #expect(add(piece, &defragmenter, time: 4) == .waiting) }
    #expect(add(pieces[3], &defragmenter, time: 4) == .complete(Self.payload))
  }

  @Test("impossible offsets, data beyond the end and fragments cut by the capture are refused")
  func impossible() {
    var build = Build()
    var defragmenter = Defragmenter(seed: 8)
    build.fragmentOffset = 65_528
    #expect(add(build.frame([UInt8](repeating: 0, count: 8)), &defragmenter) == .refused, "beyond 65,535 bytes")
    // An end at 16, then a fragment beyond it.
    build.fragmentOffset = 8
    #expect(add(build.frame([UInt8](repeating: 0, count: 8)), &defragmenter) == .waiting)
    build.fragmentOffset = 16
    #expect(add(build.frame([UInt8](repeating: 0, count: 8)), &defragmenter) == .refused)
    // The capture holds less than was on the wire.
    build.fragmentOffset = 8
    let whole = build.frame([UInt8](repeating: 0, count: 64))
    #expect(add(Array(whole.dropLast(20)), &defragmenter, length: whole.count) == .refused)
    #expect(defragmenter.refusals == 3 && defragmenter.bytes == 0)
  }

  @Test("random, overlapping pieces are reassembled into the datagram", arguments: 0..<40)
  func random(_ seed: Int) {
    var dice = Dice(state: UInt64(seed))
    let payload = Build.udp(1, 2, dice.bytes(400))
    var cuts = Set((1..<51).shuffled(using: &dice).prefix(Int.random(in: 0...20, using: &dice)).map { $0 * 8 })
    cuts.formUnion([0])
    let starts = cuts.sorted()
    var frames: [[UInt8]] = []
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : payload.count
      var build = Build()
      // Some begin before the end of the preceding one.
      let begin = max(0, start - 8 * Int.random(in: 0...2, using: &dice))
      build.fragmentOffset = begin
      build.moreFragments = end < payload.count
      guard begin > 0 || build.moreFragments else { continue }
      frames.append(build.frame(Array(payload[begin..<end])))
    }
    guard !frames.isEmpty else { return }
    frames.shuffle(using: &dice)
    var defragmenter = Defragmenter(seed: 9)
    var results = frames.map { add($0, &defragmenter) }
    // Overlaps may complete the datagram before the last fragment, which then waits as part of a new one.
    results.removeAll { $0 == .waiting }
    #expect(results == [.complete(payload)])
  }

  @Test("a last fragment that ends before bytes already held is refused", arguments: [Build(), .v6])
  func earlierEnd(_ build: Build) {
    // Bytes 8 to 23 and an end at 16: as many bytes as the datagram has, but not the right ones.
    var beyond = build
    beyond.fragmentOffset = 16
    beyond.moreFragments = true
    var last = build
    last.fragmentOffset = 8
    var defragmenter = Defragmenter(seed: 10)
    #expect(add(beyond.frame([UInt8](repeating: 1, count: 8)), &defragmenter) == .waiting)
    #expect(add(last.frame([UInt8](repeating: 2, count: 8)), &defragmenter) == .refused)
    #expect(defragmenter.refusals == 1 && defragmenter.reassembled.all == 0 && defragmenter.bytes == 0)
  }

  @Test("the transport protocol is that of the first fragment seen at offset 0")
  func transport() {
    let pieces = fragments(Self.payload, .v6)
    var other = Build.v6
    other.ipProtocol = 6
    let disguised = fragments(Self.payload, other)[0]
    var defragmenter = Defragmenter(seed: 11)
    #expect(add(pieces[0], &defragmenter) == .waiting)
    #expect(add(disguised, &defragmenter) == .waiting)
    #expect(add(pieces[1], &defragmenter) == .waiting)
    #expect(add(pieces[2], &defragmenter) == .waiting)
    #expect(add(pieces[3], &defragmenter) == .complete(Self.payload))
  }

  @Test("an evicted datagram is not completed by its remaining fragments")
  func evicted() {
    let pieces = fragments(Self.payload, Build(), identification: 1)
    let others = fragments(Self.payload, Build(), identification: 2)
    var defragmenter = Defragmenter(limit: 1, seed: 12)
    for piece in pieces.dropLast() { #expect(add(piece, &defragmenter) == .waiting) }
    #expect(add(others[0], &defragmenter) == .waiting)
    #expect(defragmenter.bytes == 8)
    #expect(add(pieces[3], &defragmenter) == .waiting)
    #expect(defragmenter.reassembled.all == 0 && defragmenter.bytes == 7)
  }

  @Test(
    "of overlapping bytes the first ones are kept, and each differing byte is counted", arguments: [Build(), .v6],
    0..<40)
  func firstBytesAreKept(_ build: Build, _ seed: Int) {
    var dice = Dice(state: UInt64(seed))
    let total = 203
    var model = [UInt8?](repeating: nil, count: total)
    var defragmenter = Defragmenter(seed: 13)
    var result = Result.waiting
    while result == .waiting {
      let start = 8 * Int.random(in: 0...total / 8, using: &dice)
      let end = min(total, start + 8 * Int.random(in: 1...6, using: &dice))
      // A whole datagram in one frame is not a fragment.
      guard end < total || start > 0 else { continue }
      let bytes = (start..<end).map { _ in UInt8.random(in: 0...3, using: &dice) }
      var differing = 0
      for (position, byte) in zip(start..<end, bytes) {
        if let first = model[position] {
          if first != byte { differing += 1 }
        } else {
          model[position] = byte
        }
      }
      var build = build
      build.fragmentOffset = start
      build.moreFragments = end < total
      result = add(build.frame(bytes), &defragmenter)
      #expect(defragmenter.differing == differing)
      #expect(defragmenter.bytes == (result == .waiting ? model.count { $0 != nil } : 0))
    }
    #expect(result == .complete(model.compactMap(\.self)) && !model.contains(nil))
  }
}
