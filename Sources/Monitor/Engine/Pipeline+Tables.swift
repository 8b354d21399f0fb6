// SPDX-License-Identifier: Apache-2.0

/// Which tables are being filled, and by whom.
extension Pipeline {
  /// Compares each table's evictions with those at the last look. `sender` is nil if several frames were handled since.
  @inline(never)
  mutating func lookAtTables(by sender: Endpoint?, _ moment: Moment) {
    guard observer.detection.tableFlood.begin(youngEvictions, moment) else { return }
    for table in FloodedTable.allCases {
      observer.detection.evicted(table, youngEvictions(table), limit: floodLimit(table), by: sender, moment)
    }
  }

  /// Evictions of entries still in use, of all tables together.
  private var youngEvictions: Int {
    mutating get {
      var sum = 0
      for table in FloodedTable.allCases { sum &+= youngEvictions(table) }
      return sum
    }
  }

  /// Evictions of entries still in use. Mutating, although it changes nothing: otherwise the whole pipeline is copied
  /// to be asked.
  mutating func youngEvictions(_ table: FloodedTable) -> Int {
    switch table {
    case .flows: conversations.evictions.young
    case .streams: reader.pool.evictions
    case .fragments: Int(truncatingIfNeeded: defragmenter.evictions)
    case .requests: reader.exchange.requests.evictions.young
    case .pieces: reader.exchange.pieces.evictions.young
    case .memories: reader.exchange.memories.evictions.young
    case .names: reader.exchange.names.evictions.young
    case .devices: observer.detection.devices.inventory.stations.evictions.young
    case .addresses: observer.detection.devices.inventory.bindings.evictions.young
    case .identities: observer.detection.identities.evictions.young
    case .values: observer.detection.lastValues.evictions.young
    case .writers: observer.detection.strangers.evictions.young
    case .selections: observer.detection.selections.evictions.young
    case .counts: observer.detection.countEvictions.young
    case .alerts: Int(truncatingIfNeeded: observer.output.aggregation.counters.evictions)
    }
  }

  /// Evictions in ten seconds that are a flood: a 64th of the table, at least 32.
  private mutating func floodLimit(_ table: FloodedTable) -> Int {
    switch table {
    case .flows: max(32, conversations.limit / 64)
    case .fragments: 512
    case .requests, .devices, .addresses, .identities: 1_024
    case .streams, .memories, .names, .values, .writers, .counts, .alerts: 256
    case .selections: 64
    case .pieces: 32
    }
  }
}
