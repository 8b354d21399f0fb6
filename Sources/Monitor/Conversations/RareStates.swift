// SPDX-License-Identifier: Apache-2.0

/// What few conversations ever have, in a table of its own, so that the others stay small: the flow table holds each of
/// them as a whole, and reading one costs the memory that it takes. One place for each conversation at most, given back
/// at its end.
struct RareStates {
  /// Where the state of a conversation is.
  struct Place {
    fileprivate var index: Int32 = -1
    /// Client and server were swapped since: the state keeps its directions.
    private var isTurned = false

    @inline(__always)
    var isEmpty: Bool { index < 0 }
    mutating func flip() { isTurned.toggle() }
    fileprivate func isFirst(_ direction: Direction) -> Bool { (direction == .toServer) != isTurned }
  }

  private struct State {
    var former: InlineArray<2, StreamHalf> = [StreamHalf(), StreamHalf()]
    var copies: InlineArray<2, Copy> = [Copy(), Copy()]
  }
  /// The address that a copy of a frame came from, sent on by another station, and when that one is to be examined
  /// again.
  private struct Copy {
    var mac = MACAddress.none
    var due: Int64 = .min / 2
  }
  private var states: [State] = []
  private var free: [Int32] = []

  /// Makes the state of a conversation, if it has none.
  mutating func make(_ place: inout Place) {
    guard place.isEmpty else { return }
    if let index = free.popLast() {
      place.index = index
    } else {
      place.index = Int32(states.count)
      states.append(State())
    }
  }

  mutating func release(_ place: inout Place) {
    guard !place.isEmpty else { return }
    states[Int(place.index)] = State()
    free.append(place.index)
    place = Place()
  }

  /// Whether there is another position that an end may go on from.
  @inline(__always)
  func hasFormer(_ place: Place, _ direction: Direction) -> Bool {
    place.isEmpty ? false : self[place, direction].isSynced
  }

  /// Another position that the end which sends in `direction` may go on from: that of an earlier connection between the
  /// same ports, or that from before a jump. What fits it is read, so a forged handshake or a segment ahead of the
  /// stream hides nothing. To be set, it has to be made.
  subscript(place: Place, direction: Direction) -> StreamHalf {
    get {
      if place.isEmpty { return StreamHalf() }
      return place.isFirst(direction)
        ? states[Int(place.index)].former[0] : states[Int(place.index)].former[1]
    }
    _modify { yield &states[Int(place.index)].former[place.isFirst(direction) ? 0 : 1] }
  }

  /// Whether the station that sent a copy of a frame is to be examined.
  func isDue(_ place: Place, copyFrom mac: MACAddress, _ direction: Direction, at time: Int64) -> Bool {
    if place.isEmpty { return true }
    let isFirst = place.isFirst(direction)
    let copy = isFirst ? states[Int(place.index)].copies[0] : states[Int(place.index)].copies[1]
    return mac != copy.mac || time >= copy.due
  }
  mutating func examined(
    _ place: inout Place, copyFrom mac: MACAddress, _ direction: Direction, until due: Int64
  ) {
    make(&place)
    states[Int(place.index)].copies[place.isFirst(direction) ? 0 : 1] = Copy(mac: mac, due: due)
  }
  /// Another connection has begun between the same ports: only the positions stay.
  mutating func forgetCopies(_ place: Place) {
    if !place.isEmpty { states[Int(place.index)].copies = [Copy(), Copy()] }
  }
}
