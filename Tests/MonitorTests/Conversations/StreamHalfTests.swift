// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Testing

@testable import Monitor

@Suite struct StreamHalfTests {
  static let cases: [(distance: Int, count: Int, placement: StreamHalf.Placement)] = [
    (0, 10, .new(known: 0)), (-4, 10, .new(known: 4)), (-9, 10, .new(known: 9)),
    (-10, 10, .known(10)), (-20, 10, .known(10)), (-1, 1, .keepAlive), (-1, 0, .keepAlive), (-1, 2, .new(known: 1)),
    (-2, 1, .known(1)), (1, 10, .ahead(1)), (5000, 10, .ahead(5000)), (1 << 20, 10, .ahead(1 << 20)),
    ((1 << 20) + 1, 10, .outside), (-(1 << 20) - 1, 10, .outside), (-(1 << 20), 10, .known(10)),
  ]

  @Test(
    "a segment is placed correctly, also where sequence numbers wrap",
    arguments: [0, 1, 9, 1 << 31, .max - 3, .max] as [UInt32])
  func placement(_ next: UInt32) {
    var half = StreamHalf()
    half.next = next
    for (distance, count, placement) in Self.cases {
      let sequence = next &+ UInt32(truncatingIfNeeded: distance)
      #expect(half.place(sequence, count: count) == placement, "\(distance) \(count)")
    }
  }
}
