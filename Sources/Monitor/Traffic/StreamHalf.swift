// SPDX-License-Identifier: Apache-2.0

/// One direction of a TCP connection: where its bytes stand. Bytes themselves are read in place; only what has to wait lies in the `StreamPool`.
struct StreamHalf {
  /// Sequence number of the next byte to be read.
  var next: UInt32 = 0
  /// `next` is known.
  var isSynced = false
  /// The next bytes follow a gap or a start in mid-stream: they may begin inside a message.
  var isLost = false
  /// When the hole in front of held segments was first seen.
  var holeSince: Int64 = 0
  /// Place in the pool of what waits; -1 for nothing.
  var held: Int32 = -1
  /// Place in the pool of the latest bytes, kept to compare retransmissions with; -1 for none.
  var history: Int32 = -1

  /// How a segment lies to what has been read.
  enum Placement: Equatable {
    /// New bytes begin after so many known ones.
    case new(known: Int)
    /// All of it is known: a retransmission.
    case known(Int)
    /// So many bytes before it are missing.
    case ahead(Int)
    /// One old byte or none: a keep-alive probe (RFC 9293, 3.8.4), whose byte is not data.
    case keepAlive
    /// So far off that it cannot belong to the connection's window.
    case outside
  }

  /// The largest window TCP can have (RFC 7323, 2.3).
  static let largestWindow = 1 << 30

  @inline(__always)
  func place(_ sequence: UInt32, count: Int) -> Placement {
    let distance = Int(Int32(bitPattern: sequence &- next))
    if distance == 0 { return .new(known: 0) }
    if distance > 0 { return distance > StreamHalf.largestWindow ? .outside : .ahead(distance) }
    if distance == -1, count <= 1 { return .keepAlive }
    if -distance > StreamHalf.largestWindow { return .outside }
    return -distance >= count ? .known(count) : .new(known: -distance)
  }
}
