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
  private let seed: UInt64
  private let key: UInt64
  private var groups = [Group](repeating: Group(), count: DuplicateFilter.sets)
  private static let sets = 2048

  init(window: Int64, seed: UInt64) {
    self.window = window
    self.seed = seed
    key = mix(seed, 0xA076_1D64_78BD_642F)
  }

  /// What tells one frame from another.
  struct Mark {
    /// Of the contents.
    let hash: UInt64
    /// Of the way that the frame took.
    let way: UInt64
    /// The sender numbers its packets: one with the same number is no repetition.
    let isNumbered: Bool
    /// `RawSpan.wordSum` of what was hashed: an IP packet from its addresses on.
    var sum: UInt64 = 0
    fileprivate var place: Int { Int(truncatingIfNeeded: hash >> 32) & (DuplicateFilter.sets - 1) }
  }

  /// What a copy is a copy of.
  struct Original {
    let frame: UInt64
    /// The copy took another way.
    let isElsewhere: Bool
  }

  /// What `packet`, which came in `frame`, is a copy of, if that was within the window; nil if of nothing, and then it
  /// is remembered.
  @inline(__always)
  mutating func original(of packet: borrowing Packet, time: Int64, frame: UInt64) -> Original? {
    guard window > 0 else { return nil }
    let mark = mark(of: packet)
    if let original = original(of: mark, at: time) { return original }
    remember(mark, time: time, frame: frame)
    return nil
  }

  @inline(__always)
  private func mark(of packet: borrowing Packet) -> Mark {
    let way = way(packet.source, packet.destination, packet.vlan)
    let offset = packet.networkOffset
    switch packet.network {
    case .ipv4 where packet.networkEnd >= offset + 20:
      return mark(
        v4: packet.bytes.slice(offset, packet.networkEnd - offset), way, packet.hopLimit,
        isNumbered: packet.identification != 0 || packet.transport == .tcp)
    case .ipv6 where packet.networkEnd >= offset + 40:
      return mark(
        v6: packet.bytes.slice(offset, packet.networkEnd - offset), way, packet.hopLimit,
        isNumbered: packet.transport == .tcp)
    default:
      let hash = mix(mix(seed, packet.source.rawValue), packet.destination.rawValue)
      return Mark(
        hash: packet.bytes.from(offset).hash(mix(hash, UInt64(packet.etherType.rawValue)), key: key), way: way,
        isNumbered: true)
    }
  }

  /// The same as for a `Packet` of the same bytes.
  @inline(__always)
  func mark(of frame: borrowing PlainFrame) -> Mark {
    let way = way(frame.source, frame.destination, frame.vlan)
    let datagram = frame.bytes.slice(frame.networkOffset, frame.end &- frame.networkOffset)
    return frame.isV4
      ? mark(v4: datagram, way, frame.hopLimit, isNumbered: frame.identification != 0 || frame.isTCP)
      : mark(v6: datagram, way, frame.hopLimit, isNumbered: frame.isTCP)
  }

  @inline(__always)
  private func way(_ source: MACAddress, _ destination: MACAddress, _ vlan: UInt16) -> UInt64 {
    mix(seed ^ source.rawValue, destination.rawValue << 16 | UInt64(vlan))
  }
  /// Time to live and checksum (bytes 8, 10 and 11) change on the way; the protocol (byte 9) does not.
  @inline(__always)
  private func mark(v4 datagram: RawSpan, _ way: UInt64, _ hopLimit: UInt8, isNumbered: Bool) -> Mark {
    let head = mix(seed ^ UInt64(datagram.u8(9)), datagram.u64(0))
    let (hash, sum) = datagram.from(IPv4Header.addresses).hashAndSum(head, key: key)
    return Mark(hash: hash, way: mix(way, UInt64(hopLimit)), isNumbered: isNumbered, sum: sum)
  }
  /// The hop limit is byte 7.
  @inline(__always)
  private func mark(v6 datagram: RawSpan, _ way: UInt64, _ hopLimit: UInt8, isNumbered: Bool) -> Mark {
    let head = mix(seed, datagram.u64(0) >> 8)
    let (hash, sum) = datagram.from(IPv6Header.addresses).hashAndSum(head, key: key)
    return Mark(hash: hash, way: mix(way, UInt64(hopLimit)), isNumbered: isNumbered, sum: sum)
  }

  /// The same for a `PlainLinkFrame`.
  @inline(__always)
  func mark(of frame: borrowing PlainLinkFrame) -> Mark {
    let hash = mix(mix(seed, frame.source.rawValue), frame.destination.rawValue)
    return Mark(
      hash: frame.payload.hash(mix(hash, UInt64(frame.etherType.rawValue)), key: key),
      way: way(frame.source, frame.destination, frame.vlan), isNumbered: true)
  }

  /// What a frame with this mark is a copy of. Mutating, although it changes nothing: otherwise the whole filter is
  /// copied to be asked.
  @inline(__always)
  mutating func original(of mark: Mark, at time: Int64) -> Original? {
    guard window > 0, groups[mark.place].has(mark.hash) else { return nil }
    return original(mark, time)
  }

  @inline(__always)
  mutating func remember(_ mark: Mark, time: Int64, frame: UInt64) {
    groups[mark.place].replaceOldest(with: Entry(hash: mark.hash, time: time, way: mark.way, frame: frame))
  }

  @inline(never)
  private mutating func original(_ mark: Mark, _ time: Int64) -> Original? {
    let group = groups[mark.place]
    return compare(group.first, mark, time) ?? compare(group.second, mark, time) ?? compare(group.third, mark, time)
      ?? compare(group.fourth, mark, time)
  }

  /// The frame of `entry`, if the frame at hand is a copy of it.
  @inline(__always)
  private func compare(_ entry: Entry, _ mark: Mark, _ time: Int64) -> Original? {
    guard entry.hash == mark.hash, (time &- entry.time).magnitude <= UInt64(window),
      mark.isNumbered || entry.way != mark.way
    else { return nil }
    return Original(frame: entry.frame, isElsewhere: entry.way != mark.way)
  }
}
