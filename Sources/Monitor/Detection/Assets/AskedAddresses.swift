// SPDX-License-Identifier: Apache-2.0

/// The ARP requests and neighbour solicitations of the last second: a small hash table in which newer entries overwrite
/// older ones.
struct AskedAddresses {
  private var entries = [(asker: IPAddress, wanted: IPAddress, time: Int64)](
    repeating: (.none, .none, .min / 2), count: 1024)

  private func place(_ asker: IPAddress, _ wanted: IPAddress) -> Int {
    Int(truncatingIfNeeded: mix(mix(asker.low ^ asker.high, wanted.high), wanted.low) >> 16) & 1023
  }
  mutating func note(_ asker: IPAddress, _ wanted: IPAddress, _ time: Int64) {
    entries[place(asker, wanted)] = (asker, wanted, time)
  }
  /// Whether `asker` asked for `wanted` within the last second: without a reply, a station repeats its request after
  /// one second (RFC 4861, 10; common ARP practice).
  func was(_ asker: IPAddress, _ wanted: IPAddress, _ time: Int64) -> Bool {
    let entry = entries[place(asker, wanted)]
    return entry.asker == asker && entry.wanted == wanted && (time &- entry.time).magnitude < 1_000_000_000
  }
}
