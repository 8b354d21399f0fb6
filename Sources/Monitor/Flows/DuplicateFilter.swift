// SPDX-License-Identifier: Apache-2.0

/// Distinguishes copies of a frame from repetitions. A switch that mirrors ingress and egress delivers each frame
/// twice, the second time perhaps with another VLAN tag, another time to live, other MAC addresses. A copy has the same
/// bytes from the IP header on (except time to live and header checksum), or without IP the same MAC addresses and
/// payload, and comes within the window. Its contents are read once; who sent it on is judged all the same, since a man
/// in the middle delivers copies, too.
///
/// A cyclic frame that merely repeats is not a copy. IPv4 identification or a TCP sequence number distinguishes the
/// two; where neither is present (UDP with identification 0, or over IPv6) only a frame that took another path (VLAN,
/// time to live or MAC addresses differ) is one.
struct DuplicateFilter {
  /// A frame of the recent past.
  private struct Entry {
    var hash: UInt64 = 0
    var time: Int64 = .min / 2
    /// Where it was seen: MAC addresses, VLAN, time to live.
    var way: UInt64 = 0
    var frame: UInt64 = 0
  }
  /// Frames whose hashes fall together; the oldest gives way.
  private struct Group {
    var first = Entry()
    var second = Entry()
    var third = Entry()
    var fourth = Entry()

    @inline(__always)
    func has(_ hash: UInt64) -> Bool {
      first.hash == hash || second.hash == hash || third.hash == hash || fourth.hash == hash
    }

    @inline(__always)
    mutating func replaceOldest(with entry: Entry) {
      if min(first.time, second.time) <= min(third.time, fourth.time) {
        if first.time <= second.time { first = entry } else { second = entry }
      } else {
        if third.time <= fourth.time { third = entry } else { fourth = entry }
      }
    }
  }

  /// Nanoseconds; 0 takes nothing for a copy.
  let window: Int64
  private(set) var copies: UInt64 = 0
  /// The latest copy took another way than its original.
  private(set) var isElsewhere = false
  private let seed: UInt64
  private let key: UInt64
  private var groups = [Group](repeating: Group(), count: DuplicateFilter.sets)
  private static let sets = 2048

  init(window: Int64, seed: UInt64) {
    self.window = window
    self.seed = seed
    key = mix(seed, 0xA076_1D64_78BD_642F)
  }

  /// The frame that `packet`, which came in `frame`, is a copy of, if that was within the window; 0 if none,
  /// and then it is remembered.
  @inline(__always)
  mutating func first(of packet: borrowing Packet, time: Int64, frame: UInt64) -> UInt64 {
    guard window > 0 else { return 0 }
    var hash: UInt64
    var way = mix(seed ^ packet.source.rawValue, packet.destination.rawValue << 16 | UInt64(packet.vlan))
    var isNumbered = true
    let offset = packet.networkOffset
    switch packet.network {
    case .ipv4 where packet.networkEnd >= offset + 20:
      // Time to live and checksum (bytes 8, 10 and 11) change on the way; the protocol (byte 9) does not.
      hash = mix(seed ^ UInt64(packet.bytes.u8(offset + 9)), packet.bytes.u64(offset))
      hash = packet.bytes.slice(offset + 12, packet.networkEnd - offset - 12).hash(hash, key: key)
      way = mix(way, UInt64(packet.hopLimit))
      isNumbered = packet.identification != 0 || packet.transport == .tcp
    case .ipv6 where packet.networkEnd >= offset + 40:
      // The hop limit is byte 7.
      hash = mix(seed, packet.bytes.u64(offset) >> 8)
      hash = packet.bytes.slice(offset + 8, packet.networkEnd - offset - 8).hash(hash, key: key)
      way = mix(way, UInt64(packet.hopLimit))
      isNumbered = packet.transport == .tcp
    default:
      hash = mix(mix(seed, packet.source.rawValue), packet.destination.rawValue)
      hash = packet.bytes.from(offset).hash(mix(hash, UInt64(packet.etherType.rawValue)), key: key)
    }

    let place = Int(truncatingIfNeeded: hash >> 32) & (DuplicateFilter.sets - 1)
    if groups[place].has(hash) {
      let original = original(in: groups[place], hash, way, isNumbered, time)
      if original > 0 { return original }
    }
    groups[place].replaceOldest(with: Entry(hash: hash, time: time, way: way, frame: frame))
    return 0
  }

  @inline(__always)
  private mutating func original(
    in group: Group, _ hash: UInt64, _ way: UInt64, _ isNumbered: Bool, _ time: Int64
  ) -> UInt64 {
    if let frame = take(group.first, hash, way, isNumbered, time) { return frame }
    if let frame = take(group.second, hash, way, isNumbered, time) { return frame }
    if let frame = take(group.third, hash, way, isNumbered, time) { return frame }
    return take(group.fourth, hash, way, isNumbered, time) ?? 0
  }

  /// The frame of `entry`, if the frame at hand is a copy of it.
  @inline(__always)
  private mutating func take(
    _ entry: Entry, _ hash: UInt64, _ way: UInt64, _ isNumbered: Bool, _ time: Int64
  ) -> UInt64? {
    guard entry.hash == hash, (time &- entry.time).magnitude <= UInt64(window), isNumbered || entry.way != way else {
      return nil
    }
    copies += 1
    isElsewhere = entry.way != way
    return entry.frame
  }
}
