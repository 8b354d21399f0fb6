// SPDX-License-Identifier: Apache-2.0

/// The two directions of a TCP connection.
struct Streams {
  var toServer = StreamHalf()
  var toClient = StreamHalf()

  @inline(__always)
  subscript(direction: Direction) -> StreamHalf {
    get { direction == .toServer ? toServer : toClient }
    @inline(__always) _modify {
      if direction == .toServer { yield &toServer } else { yield &toClient }
    }
  }
}
