// SPDX-License-Identifier: Apache-2.0

/// The first byte of a frame's user data: IEEE 1815-2012, 8.2.
///
///     7     6     5          0
///     +-----+-----+----------+
///     | FIN | FIR | sequence |
///     +-----+-----+----------+
struct DNP3TransportHeader: RawRepresentable, Hashable, Sendable {
  static let size = 1
  let rawValue: UInt8

  /// A message's only segment.
  static let single = DNP3TransportHeader(rawValue: 0xC0)

  var isFinal: Bool { rawValue & 0x80 != 0 }
  var isFirst: Bool { rawValue & 0x40 != 0 }
  var sequence: UInt8 { rawValue & 0x3F }
}

/// The latest segment sent by one end: the next one is compared with it.
struct DNP3Segment: Equatable {
  var source: UInt16 = 0
  var sequence: UInt8 = 0

  func isFollowed(by next: DNP3Segment) -> Bool {
    source == next.source && (sequence + 1) & 0x3F == next.sequence
  }
}

extension Exchange {
  /// Remembers the latest segment of its sender; returns the one before it.
  @inline(__always)
  mutating func note(_ segment: DNP3Segment) -> DNP3Segment {
    var segments = DNP3Segments(bits: state)
    let last = segments[direction]
    segments[direction] = segment
    state = segments.bits
    return last
  }
}

/// The contents of `Exchange.state`: the latest segment in each direction.
struct DNP3Segments {
  var toServer = DNP3Segment()
  var toClient = DNP3Segment()

  init(bits: UInt64) {
    toServer = DNP3Segments.segment(UInt32(truncatingIfNeeded: bits))
    toClient = DNP3Segments.segment(UInt32(truncatingIfNeeded: bits >> 32))
  }
  var bits: UInt64 { DNP3Segments.bits(toServer) | DNP3Segments.bits(toClient) << 32 }

  private static func segment(_ bits: UInt32) -> DNP3Segment {
    DNP3Segment(source: UInt16(truncatingIfNeeded: bits >> 8), sequence: UInt8(truncatingIfNeeded: bits))
  }
  private static func bits(_ segment: DNP3Segment) -> UInt64 { UInt64(segment.source) << 8 | UInt64(segment.sequence) }

  subscript(direction: Direction) -> DNP3Segment {
    get { direction == .toServer ? toServer : toClient }
    set { if direction == .toServer { toServer = newValue } else { toClient = newValue } }
  }
}
