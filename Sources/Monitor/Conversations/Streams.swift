// SPDX-License-Identifier: Apache-2.0

/// The two directions of a TCP connection.
struct Streams {
  var toServer = StreamHalf()
  var toClient = StreamHalf()

  /// Where a segment lies in its stream. Without the subscript, which would copy the half.
  @inline(__always)
  func place(_ sequence: UInt32, count: Int, sent direction: Direction) -> StreamHalf.Placement {
    direction == .toServer
      ? toServer.place(sequence, count: count) : toClient.place(sequence, count: count)
  }
  @inline(__always)
  func isBeforePickUp(_ sequence: UInt32, _ count: Int, sent direction: Direction) -> Bool {
    direction == .toServer ? toServer.isBeforePickUp(sequence, count) : toClient.isBeforePickUp(sequence, count)
  }

  @inline(__always)
  subscript(direction: Direction) -> StreamHalf {
    get { direction == .toServer ? toServer : toClient }
    @inline(__always) _modify {
      if direction == .toServer { yield &toServer } else { yield &toClient }
    }
  }
}
