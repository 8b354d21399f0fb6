// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct PendingRequestsTests {
  private static let items = Array(
    repeating: Item(Target(area: .holdingRegister, address: 1, count: 1), Values(format: .uint16)),
    count: PendingRequests.itemLimit)

  private func key(_ number: Int) -> PendingKey {
    PendingKey(conversation: UInt64(number), transaction: 0, unit: 0)
  }
  private func ask(_ number: Int, _ requests: inout PendingRequests) {
    let request = requests.insert(
      Samples.operation(), under: key(number), at: Int64(number), frame: UInt64(number), isCut: false,
      mayStaySilent: true, isProven: false)
    requests.keep(Self.items, ItemRange(0, Self.items.count), for: request)
  }
  private func items(_ number: Int, _ requests: borrowing PendingRequests) -> Int? {
    requests.find(key(number)).map { requests[$0].items.count }
  }

  @Test func `at the limit of further targets the oldest request loses its own, and no newcomer goes without`() throws {
    var requests = PendingRequests(limit: 4_096, seed: 1)
    let most = PendingRequests.waitingItemLimit / PendingRequests.itemLimit
    for number in 0..<most + 10 { ask(number, &requests) }
    #expect(requests.waitingItems == PendingRequests.waitingItemLimit)
    #expect(items(9, requests) == 0 && items(10, requests) == 128 && items(most + 9, requests) == 128)
    // Answered out of order: the first, one in the middle, the last.
    for number in [10, 1_000, most + 9] { requests.answered(try #require(requests.find(key(number)))) }
    #expect(requests.waitingItems == PendingRequests.waitingItemLimit - 3 * 128)
    for number in most + 10..<most + 14 { ask(number, &requests) }
    #expect(items(11, requests) == 0 && items(12, requests) == 128 && items(999, requests) == 128)
    #expect((most + 10..<most + 14).allSatisfy { items($0, requests) == 128 })
    #expect(requests.waitingItems == PendingRequests.waitingItemLimit)
  }
}
