// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct RareStatesTests {
  private static let one = MACAddress(rawValue: 1)
  private static let other = MACAddress(rawValue: 2)

  @Test
  func `a conversation without a state has no other position, and every copy is to be examined`() {
    let states = RareStates()
    let place = RareStates.Place()
    #expect(place.isEmpty && !states.hasFormer(place, .toServer) && !states[place, .toClient].isSynced)
    #expect(states.isDue(place, copyFrom: Self.one, .toServer, at: 0))
  }

  @Test
  func `what belongs to a direction stays with its sender when client and server are swapped`() {
    var states = RareStates()
    var place = RareStates.Place()
    states.make(&place)
    states[place, .toServer] = StreamHalf(at: 100, isLost: false)
    states.examined(&place, copyFrom: Self.one, .toServer, until: 10)
    #expect(states.hasFormer(place, .toServer) && !states.hasFormer(place, .toClient))
    place.flip()
    #expect(states.hasFormer(place, .toClient) && !states.hasFormer(place, .toServer))
    #expect(states[place, .toClient].next == 100)
    #expect(!states.isDue(place, copyFrom: Self.one, .toClient, at: 9))
    #expect(states.isDue(place, copyFrom: Self.one, .toClient, at: 10))
    #expect(states.isDue(place, copyFrom: Self.other, .toClient, at: 9))
    #expect(states.isDue(place, copyFrom: Self.one, .toServer, at: 9))
    place.flip()
    #expect(states[place, .toServer].next == 100)
  }

  @Test
  func `a place that was given back begins empty, and is used again`() {
    var states = RareStates()
    var places = [RareStates.Place](repeating: RareStates.Place(), count: 3)
    for index in places.indices {
      states.make(&places[index])
      states[places[index], .toClient] = StreamHalf(at: UInt32(index), isLost: false)
      // Made once.
      states.make(&places[index])
    }
    #expect(places.indices.allSatisfy { states[places[$0], .toClient].next == UInt32($0) })
    states.release(&places[1])
    #expect(places[1].isEmpty)
    states.release(&places[1])
    var next = RareStates.Place()
    states.make(&next)
    #expect(!states.hasFormer(next, .toClient) && states.isDue(next, copyFrom: Self.one, .toClient, at: 0))
    states[next, .toClient] = StreamHalf(at: 9, isLost: false)
    #expect(states[places[0], .toClient].next == 0 && states[places[2], .toClient].next == 2)
  }
}
