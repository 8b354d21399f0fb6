// SPDX-License-Identifier: Apache-2.0

/// The IPv4 identifications of what one station sends in one direction of a TCP connection (RFC 791, 3.1). Most systems
/// count: for each connection, each destination or all of their packets. Who sends under another's address cannot go on
/// with a count that it does not see, and its packets lie apart from those before and after them.
///
/// Systems that choose identifications at random, or send 0 where packets are not fragmented (RFC 6864, 4), have no
/// habit and are not compared.
struct Identifications {
  /// How far numbers that follow each other may be apart: what the sender sends to others lies between, more or less
  /// of it, and packets arrive out of order.
  private static let reach: (least: UInt16, most: UInt16) = (256, 1024)
  /// Packets in a row after which the sender is known to count.
  private static let confirmations: UInt8 = 32
  /// Packets elsewhere after which the sender is taken to count on from there, or not to count any more.
  private static let patience: UInt8 = 8

  /// The first packet that lay apart, its frame (0 if none did), and how many there were.
  private var frame: UInt64 = 0
  private var strange: UInt16 = 0
  private var latest: UInt16 = 0
  /// The longest step of the run.
  private var step: UInt16 = 0
  private var run: UInt8 = 0
  private var strangeCount: UInt8 = 0

  /// Packets that another sender sent between two of this one.
  struct Gap {
    let expected: UInt16
    let seen: UInt16
    let frame: UInt64
  }

  @inline(__always)
  private func isNear(_ number: UInt16) -> Bool {
    let reach = run < Identifications.confirmations ? Identifications.reach.most : reach
    return number &- latest &+ reach <= 2 &* reach
  }
  private var reach: UInt16 {
    min(Identifications.reach.most, max(Identifications.reach.least, step < 0x1000 ? 4 &* step : .max))
  }

  /// Whether `isStrange` will say no.
  @inline(__always)
  func isUsual(_ number: UInt16) -> Bool { number == 0 || frame == 0 && isNear(number) }

  /// Whether a packet is to be looked at: it lies apart, or it comes after one that does.
  @inline(__always)
  mutating func isStrange(_ number: UInt16) -> Bool {
    guard frame == 0, isNear(number) else { return number != 0 }
    let distance = number &- latest
    if distance > 0, distance <= Identifications.reach.most {
      latest = number
      if distance > step { step = distance }
      if run < .max { run += 1 }
    }
    return false
  }

  /// A packet that is strange: what lay apart before it, if it goes on from before that.
  mutating func add(_ number: UInt16, frame: UInt64) -> Gap? {
    if self.frame == 0, run >= Identifications.confirmations {
      (strange, strangeCount, self.frame) = (number, 1, frame)
      return nil
    }
    if self.frame != 0, isNear(number) {
      let gap = Gap(expected: latest, seen: strange, frame: self.frame)
      (latest, self.frame) = (number, 0)
      return gap
    }
    strangeCount += 1
    if self.frame == 0 || strangeCount > Identifications.patience {
      self = Identifications()
      latest = number
    }
    return nil
  }
}
