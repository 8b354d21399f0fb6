// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Testing

@testable import Monitor

@Suite struct TallyTests {
  private static let second: Int64 = 1_000_000_000
  private let key = PairKey(.none, .none, 1)
  private let other = PairKey(.none, .none, 2)

  @Test("it reports from its threshold on, for each pair separately")
  func threshold() {
    var tally = Tally(seconds: 10, threshold: 3, seed: 1)
    #expect(tally.add(key, at: 0) == nil && tally.add(other, at: 0) == nil)
    #expect(tally.add(key, at: 1) == nil)
    #expect(tally.add(key, at: 2) == 3 && tally.add(key, at: 3) == 4)
    #expect(tally.add(other, at: 4) == nil)
  }

  @Test("counts end with their window")
  func windows() {
    var tally = Tally(seconds: 10, threshold: 2, seed: 1)
    _ = tally.add(key, at: 0)
    #expect(tally.add(key, at: 10 * Self.second) == nil, "another window")
    #expect(tally.add(key, at: 11 * Self.second) == 2)
    #expect(tally.add(key, at: -1) == nil, "time that runs backwards begins a new window")
  }

  @Test("a success takes back the failure that it answers, once, and no other")
  func success() {
    var tally = Tally(seconds: 10, threshold: 3, seed: 1)
    for thing in 0..<2 { _ = tally.add(key, thing: UInt64(thing), at: 0) }
    for _ in 0..<5 { tally.cancel(key, thing: 7, at: 1) }
    tally.cancel(other, thing: 1, at: 1)
    tally.cancel(key, thing: 1, at: 10 * Self.second)
    #expect(tally.add(key, thing: 2, at: 2) == 3, "what was not counted, of another pair, or in another window")
    for _ in 0..<2 { tally.cancel(key, thing: 1, at: 3) }
    #expect(tally.add(key, thing: 3, at: 4) == 3)
    tally.cancel(key, thing: 1, at: 5)
    #expect(tally.add(key, thing: 1, at: 6) == 4, "tried again")
  }

  @Test("beyond the things that are kept one by one, a success still takes back one")
  func manyThings() {
    var tally = Tally(seconds: 10, threshold: 1, seed: 1)
    var count = 0
    for thing in 0..<100 { count = tally.add(key, thing: UInt64(thing), at: 0) ?? count }
    for thing in 0..<100 { tally.cancel(key, thing: UInt64(thing), at: 1) }
    #expect(tally.add(key, thing: 1_000, at: 2) == 1)
  }

  @Test("the same item counts once per window; the count of many items is never too high")
  func things() {
    var tally = Tally(seconds: 10, threshold: 2, seed: 1)
    #expect(tally.add(key, thing: 5, at: 0) == nil && tally.add(key, thing: 5, at: 1) == nil)
    #expect(tally.add(key, thing: 6, at: 2) == 2)
    var most = 0
    for thing in 0..<1000 { most = max(most, tally.add(other, thing: UInt64(thing), at: 0) ?? 0) }
    #expect(most > 200 && most <= 32 + 256)
    for thing in 0..<32 {
      #expect(tally.add(PairKey(.none, .none, 3), thing: UInt64(thing), at: 0) == (thing == 0 ? nil : thing + 1))
    }
    #expect(tally.add(key, thing: 5, at: 10 * Self.second) == nil, "forgotten with the window")
  }

  @Test("it is bounded, and counts evictions; pairs that were counted once give way first")
  func bound() {
    var tally = Tally(seconds: 10, threshold: 2, limit: 16, seed: 1)
    for number in 0..<100 { _ = tally.add(PairKey(.none, .none, UInt64(number)), at: 0) }
    #expect(tally.evictions.all == 84)
    let slow = PairKey(.none, .none, 1_000)
    for thing in 0..<2 { _ = tally.add(slow, thing: UInt64(thing), at: 1) }
    for number in 0..<1000 { _ = tally.add(PairKey(.none, .none, UInt64(number)), at: 2) }
    #expect(tally.add(slow, thing: 3, at: 3) == 3)
  }
}
