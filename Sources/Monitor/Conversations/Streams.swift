// SPDX-License-Identifier: Apache-2.0

/// The two directions of a TCP connection.
struct Streams {
  private var halves: InlineArray<2, StreamHalf> = [StreamHalf(), StreamHalf()]
  var toServer: StreamHalf {
    @inline(__always) get { halves[0] }
    @inline(__always) _modify { yield &halves[0] }
  }
  var toClient: StreamHalf {
    @inline(__always) get { halves[1] }
    @inline(__always) _modify { yield &halves[1] }
  }

  /// Exchanges the directions.
  mutating func flip() { halves.swapAt(0, 1) }

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

  /// Read by name: at a place that is known only then, the whole array is copied first.
  @inline(__always)
  subscript(direction: Direction) -> StreamHalf {
    get { direction == .toServer ? halves[0] : halves[1] }
    @inline(__always) _modify { yield &halves[Int(direction.rawValue & 1)] }
  }
}
