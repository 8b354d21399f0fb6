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

  /// What tells one frame from another.
  struct Mark {
    /// Of the contents.
    let hash: UInt64
    /// Of the way that the frame took.
    let way: UInt64
    /// The sender numbers its packets: one with the same number is no repetition.
    let isNumbered: Bool
    fileprivate var place: Int { Int(truncatingIfNeeded: hash >> 32) & (DuplicateFilter.sets - 1) }
  }

  /// The frame that `packet`, which came in `frame`, is a copy of, if that was within the window; 0 if none,
  /// and then it is remembered.
  @inline(__always)
  mutating func first(of packet: borrowing Packet, time: Int64, frame: UInt64) -> UInt64 {
    guard window > 0 else { return 0 }
    let mark = mark(of: packet)
    if groups[mark.place].has(mark.hash) {
      let original = original(in: groups[mark.place], mark, time)
      if original > 0 { return original }
    }
    remember(mark, time: time, frame: frame)
    return 0
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
    return Mark(hash: datagram.from(12).hash(head, key: key), way: mix(way, UInt64(hopLimit)), isNumbered: isNumbered)
  }
  /// The hop limit is byte 7.
  @inline(__always)
  private func mark(v6 datagram: RawSpan, _ way: UInt64, _ hopLimit: UInt8, isNumbered: Bool) -> Mark {
    let head = mix(seed, datagram.u64(0) >> 8)
    return Mark(hash: datagram.from(8).hash(head, key: key), way: mix(way, UInt64(hopLimit)), isNumbered: isNumbered)
  }

  /// Whether a frame was seen of late that may be the same one. Mutating, although it changes nothing: otherwise the
  /// whole filter is copied to be asked.
  @inline(__always)
  mutating func knows(_ mark: Mark) -> Bool { groups[mark.place].has(mark.hash) }

  @inline(__always)
  mutating func remember(_ mark: Mark, time: Int64, frame: UInt64) {
    groups[mark.place].replaceOldest(with: Entry(hash: mark.hash, time: time, way: mark.way, frame: frame))
  }

  @inline(__always)
  private mutating func original(
    in group: Group, _ mark: Mark, _ time: Int64
  ) -> UInt64 {
    if let frame = take(group.first, mark, time) { return frame }
    if let frame = take(group.second, mark, time) { return frame }
    if let frame = take(group.third, mark, time) { return frame }
    return take(group.fourth, mark, time) ?? 0
  }

  /// The frame of `entry`, if the frame at hand is a copy of it.
  @inline(__always)
  private mutating func take(
    _ entry: Entry, _ mark: Mark, _ time: Int64
  ) -> UInt64? {
    guard entry.hash == mark.hash, (time &- entry.time).magnitude <= UInt64(window),
      mark.isNumbered || entry.way != mark.way
    else { return nil }
    copies += 1
    isElsewhere = entry.way != mark.way
    return entry.frame
  }
}
