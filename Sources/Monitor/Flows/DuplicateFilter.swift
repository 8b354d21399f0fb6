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
  private struct Entry {
    var hash: UInt64 = 0
    var time: Int64 = .min / 2
    /// Where it was seen: MAC addresses, VLAN, time to live.
    var way: UInt64 = 0
    var frame: UInt64 = 0
  }

  /// Nanoseconds; 0 takes nothing for a copy.
  let window: Int64
  private(set) var copies: UInt64 = 0
  /// The latest copy took another way than its original.
  private(set) var isElsewhere = false
  private let seed: UInt64
  private var entries: [Entry]
  private static let ways = 4
  private static let sets = 2048

  init(window: Int64, seed: UInt64) {
    self.window = window
    self.seed = seed
    entries = Array(repeating: Entry(), count: DuplicateFilter.ways * DuplicateFilter.sets)
  }

  /// The frame that `packet`, which came in `frame`, is a copy of, if that was within the window; 0 if none,
  /// and then it is remembered.
  @inline(__always)
  mutating func first(of packet: borrowing Packet, time: Int64, frame: UInt64) -> UInt64 {
    guard window > 0 else { return 0 }
    var hash: UInt64
    var way = mix(packet.source.rawValue, packet.destination.rawValue << 16 | UInt64(packet.vlan))
    var isNumbered = true
    let offset = packet.networkOffset
    switch packet.network {
    case .ipv4 where packet.networkEnd >= offset + 20:
      hash = mix(seed, packet.bytes.u64(offset))
      // Time to live and checksum (bytes 8, 10 and 11) change on the way; the protocol (byte 9) does not.
      hash = mix(hash, UInt64(packet.bytes.u8(offset + 9)))
      hash = fold(packet.bytes, offset + 12, packet.networkEnd, hash)
      way = mix(way, UInt64(packet.hopLimit))
      isNumbered = packet.identification != 0 || packet.transport == .tcp
    case .ipv6 where packet.networkEnd >= offset + 40:
      // The hop limit is byte 7.
      hash = mix(seed, packet.bytes.u64(offset) >> 8)
      hash = fold(packet.bytes, offset + 8, packet.networkEnd, hash)
      way = mix(way, UInt64(packet.hopLimit))
      isNumbered = packet.transport == .tcp
    default:
      hash = mix(mix(seed, packet.source.rawValue), packet.destination.rawValue)
      hash = fold(packet.bytes, offset, packet.bytes.byteCount, mix(hash, UInt64(packet.etherType.rawValue)))
    }

    let first = Int(truncatingIfNeeded: hash >> 32) & (DuplicateFilter.sets - 1)
    let base = first * DuplicateFilter.ways
    var oldest = base
    for index in base..<base + DuplicateFilter.ways {
      if entries[index].hash == hash, (time &- entries[index].time).magnitude <= UInt64(window),
        isNumbered || entries[index].way != way
      {
        copies += 1
        isElsewhere = entries[index].way != way
        return entries[index].frame
      }
      if entries[index].time < entries[oldest].time { oldest = index }
    }
    entries[oldest] = Entry(hash: hash, time: time, way: way, frame: frame)
    return 0
  }

  @inline(__always)
  private func fold(_ bytes: RawSpan, _ start: Int, _ end: Int, _ initial: UInt64) -> UInt64 {
    var hash = initial
    var offset = start
    let end = min(end, bytes.byteCount)
    while offset + 8 <= end {
      hash = mix(hash, bytes.u64(offset))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < end {
      rest = rest << 8 | UInt64(bytes.u8(offset))
      offset += 1
    }
    return mix(hash, rest ^ UInt64(truncatingIfNeeded: end - start) << 56)
  }
}
