// SPDX-License-Identifier: Apache-2.0

/// A device's description of itself.
package struct Identity: Equatable, Sendable {
  package var vendor: String?
  package var model: String?
  package var firmware: String?
  package var serial: String?
  /// Name of the station, program or application.
  package var name: String?
}

/// How devices describe themselves, keyed by IP address, or by MAC address if there is no IP. Fields missing from a
/// later message keep their values.
package struct Identities: Sendable {
  private struct Known: Sendable {
    var identity = Identity()
    /// The last report; comparing with it shows that nothing is new without reading any text.
    var report = IdentityReport()
  }
  private var table: BoundedTable<AddressKey, Known>
  var evictions: Evictions { table.evictions }

  package init(limit: Int, seed: UInt64) { table = BoundedTable(limit: limit, seed: seed) }

  /// `isProven`: both ends of the conversation were seen. False if it says what the one before said.
  mutating func learn(
    _ report: IdentityReport, of end: Endpoint, _ message: borrowing Message, isProven: Bool, _ moment: Moment
  ) -> Bool {
    guard let key = Identities.key(end) else { return false }
    let slot: Int
    if let found = table.find(key) {
      slot = found
      table.touch(slot, at: moment.time)
      if isProven { table.prove(slot) }
      let last = table[slot].report
      if last.vendor == report.vendor, last.model == report.model, last.firmware == report.firmware,
        last.serial == report.serial, last.name == report.name,
        last.knownVendor?.description == report.knownVendor?.description
      {
        return false
      }
    } else {
      slot = table.insert(key, Known(), at: moment.time)
      if isProven { table.prove(slot) }
    }
    table[slot].report = report
    if let vendor = message.names.text(report.vendor) ?? report.knownVendor?.description {
      table[slot].identity.vendor = vendor
    }
    if let model = message.names.text(report.model) { table[slot].identity.model = model }
    if let firmware = message.names.text(report.firmware) { table[slot].identity.firmware = firmware }
    if let serial = message.names.text(report.serial) { table[slot].identity.serial = serial }
    if let name = message.names.text(report.name) { table[slot].identity.name = name }
    return true
  }

  func identity(of end: Endpoint) -> Identity? {
    Identities.key(end).flatMap { table.find($0) }.map { table[$0].identity }
  }

  private static func key(_ end: Endpoint) -> AddressKey? {
    if end.ip.isUnicast { return AddressKey(low: end.ip.low, high: end.ip.high) }
    guard end.mac != .none, !end.mac.isGroup else { return nil }
    return AddressKey(low: end.mac.rawValue, high: 1)
  }
}
