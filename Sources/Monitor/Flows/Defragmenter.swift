// SPDX-License-Identifier: Apache-2.0

/// Reassembles IPv4 (RFC 791, 3.2) and IPv6 (RFC 8200, 4.5) datagrams. Bounded in datagrams, bytes and pieces: at each
/// of these limits the oldest datagram is evicted.
/// Where fragments overlap, the bytes received first are kept, and those that differ are reported: end systems resolve
/// overlaps differently, which is how fragments hide an attack.
struct Defragmenter {
  enum Outcome {
    /// More fragments are to come.
    case waiting
    /// What followed the IP headers, and the transport's number.
    case complete([UInt8], IPProtocol)
    /// Not kept: too many pieces, or an impossible offset.
    case refused
  }

  static let timeout: Int64 = 30_000_000_000
  static let pieceLimit = 256
  static let longestDatagram = 65_535

  /// Bytes that overlapped with other contents in the last fragment added.
  private(set) var differing = 0
  struct Count {
    var v4: UInt64 = 0
    var v6: UInt64 = 0
    var all: UInt64 { v4 + v6 }
    fileprivate mutating func add(_ network: Packet.Network) { if network == .ipv4 { v4 += 1 } else { v6 += 1 } }
  }
  private(set) var fragments = Count()
  private(set) var reassembled = Count()
  private(set) var timeouts: UInt64 = 0
  private(set) var refusals: UInt64 = 0
  private(set) var overlaps: UInt64 = 0
  /// Incomplete datagrams evicted at the limit.
  private(set) var evictions: UInt64 = 0
  private(set) var bytes = 0
  let byteLimit: Int
  /// Pieces waiting: short ones need more memory than their bytes.
  private var pieces = 0
  static let waitingPieceLimit = 262_144
  private var datagrams: BoundedTable<FragmentKey, Datagram>

  private struct Piece {
    var offset: Int
    var bytes: [UInt8]
    var end: Int { offset + bytes.count }
  }
  private struct Datagram {
    var pieces: [Piece] = []
    var size = 0
    /// Known from the fragment without "more fragments".
    var total: Int?
    var transport = IPProtocol(rawValue: 255)
    let since: Int64
  }

  init(limit: Int = 32_768, byteLimit: Int = 32 << 20, seed: UInt64) {
    datagrams = BoundedTable(limit: limit, seed: seed)
    self.byteLimit = byteLimit
  }

  mutating func add(_ packet: borrowing Packet, time: Int64) -> Outcome {
    fragments.add(packet.network)
    differing = 0
    expire(at: time)
    let payload = packet.payload
    let start = packet.fragmentOffset
    guard payload.byteCount > 0, start + payload.byteCount <= Defragmenter.longestDatagram, !packet.isCut,
      payload.byteCount <= byteLimit
    else {
      refusals += 1
      return .refused
    }
    while bytes + payload.byteCount > byteLimit || pieces >= Defragmenter.waitingPieceLimit,
      let oldest = datagrams.oldestSlot
    {
      evictions += 1
      drop(oldest)
    }
    let key = FragmentKey(
      source: packet.sourceIP, destination: packet.destinationIP, identification: packet.identification,
      // IPv4 distinguishes datagrams by protocol too; in IPv6 only the first fragment's next header counts.
      ipProtocol: packet.network == .ipv4 ? packet.ipProtocol.rawValue : 0)
    let slot: Int
    if let found = datagrams.find(key) {
      slot = found
    } else {
      if let oldest = datagrams.next {
        evictions += 1
        drop(oldest)
      }
      slot = datagrams.insert(key, Datagram(since: time), at: time)
    }
    let end = start + payload.byteCount
    let isLast = !packet.moreFragments
    guard datagrams[slot].pieces.count < Defragmenter.pieceLimit,
      datagrams[slot].total.map({ end <= $0 && (!isLast || end == $0) }) ?? true,
      // Bytes held beyond the end would make up in number for bytes that are missing before it.
      !isLast || datagrams[slot].pieces.last.map({ $0.end <= end }) ?? true
    else {
      refusals += 1
      drop(slot)
      return .refused
    }
    if isLast { datagrams[slot].total = end }
    if start == 0, datagrams[slot].pieces.first?.offset != 0 { datagrams[slot].transport = packet.ipProtocol }
    insert(payload, at: start, slot)
    if differing > 0 { overlaps += 1 }

    guard let total = datagrams[slot].total, datagrams[slot].size >= total else { return .waiting }
    var whole: [UInt8] = []
    whole.reserveCapacity(total)
    for piece in datagrams[slot].pieces { whole += piece.bytes }
    let transport = datagrams[slot].transport
    drop(slot)
    guard whole.count == total else {
      refusals += 1
      return .refused
    }
    reassembled.add(packet.network)
    return .complete(whole, transport)
  }

  /// Adds the parts of `payload` that no earlier piece covers, and compares the others.
  private mutating func insert(_ payload: RawSpan, at begin: Int, _ slot: Int) {
    var start = begin
    let end = begin + payload.byteCount
    var index = 0
    while start < end {
      guard index < datagrams[slot].pieces.count else {
        add(payload.slice(start - begin, end - start), at: start, index: index, slot)
        return
      }
      let piece = datagrams[slot].pieces[index]
      if piece.end <= start {
        index += 1
      } else if piece.offset <= start {
        let common = min(end, piece.end) - start
        for position in start..<start + common
        where piece.bytes[position - piece.offset] != payload.u8(position - begin) { differing += 1 }
        start += common
        index += 1
      } else {
        let part = min(end, piece.offset) - start
        add(payload.slice(start - begin, part), at: start, index: index, slot)
        start += part
        index += 1
      }
    }
  }

  private mutating func add(_ span: RawSpan, at offset: Int, index: Int, _ slot: Int) {
    // One fragment split by those already held may become many: what exceeds the limit is missing.
    guard datagrams[slot].pieces.count < Defragmenter.pieceLimit else { return }
    datagrams[slot].pieces.insert(Piece(offset: offset, bytes: Array(copying: span)), at: index)
    datagrams[slot].size += span.byteCount
    bytes += span.byteCount
    pieces += 1
  }

  private mutating func drop(_ slot: Int) {
    bytes -= datagrams[slot].size
    pieces -= datagrams[slot].pieces.count
    // Frees the bytes now: a free slot keeps its last value.
    datagrams[slot].pieces = []
    datagrams.remove(slot)
  }

  private mutating func expire(at time: Int64) {
    while let slot = datagrams.oldestSlot, time &- datagrams[slot].since > Defragmenter.timeout {
      timeouts += 1
      drop(slot)
    }
  }
}

private struct FragmentKey: TableKey {
  let source: IPAddress
  let destination: IPAddress
  let identification: UInt32
  let ipProtocol: UInt8
  func hash(seed: UInt64) -> UInt64 {
    var state = mix(seed, source.low)
    state = mix(state, source.high)
    state = mix(state, destination.low)
    state = mix(state, destination.high)
    return mix(state, UInt64(identification) << 8 | UInt64(ipProtocol))
  }
}
