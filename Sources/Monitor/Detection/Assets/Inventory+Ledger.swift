// SPDX-License-Identifier: Apache-2.0

/// What the inventory tells its ledger, out of the way of frames that show nothing new.
extension Inventory {
  /// A device sends on another VLAN than with its frame before.
  @inline(never)
  mutating func changeVLAN(of station: Int, _ moment: Moment) {
    stations[station].vlan = moment.vlan
    if ledger.isKept { ledger.add(vlan: moment.vlan, to: .station(station), at: moment.time) }
  }

  /// The address in `slot` has become that of a device.
  mutating func tie(_ slot: Int, to mac: MACAddress, at time: Int64) {
    guard ledger.isKept, let station = stations.find(AddressKey(low: mac.rawValue, high: 1)) else { return }
    let bindings = bindings
    ledger.add(ip: bindings[slot].ip, to: .station(station), at: time) { held in
      Inventory.victim(among: held, of: mac, bindings)
    }
    ledger.merge(.address(slot), into: .station(station), mac, at: time)
  }

  /// Which of a device's addresses gives way: one that is another device's by now, else that which was used longest
  /// ago.
  private static func victim(
    among held: [IPAddress], of mac: MACAddress, _ bindings: BoundedTable<AddressKey, Binding>
  ) -> Int {
    var oldest = (place: 0, last: Int64.max)
    for (place, ip) in held.enumerated() {
      guard let slot = bindings.find(AddressKey(low: ip.low, high: ip.high)), bindings[slot].mac == mac else {
        return place
      }
      if bindings[slot].last < oldest.last { oldest = (place, bindings[slot].last) }
    }
    return oldest.place
  }

  /// The device at an end of a conversation, as the ledger has it: of an address, who holds it.
  private func place(of end: Endpoint) -> DeviceLedger.Place? {
    var mac = end.mac
    if end.ip != .none {
      guard let slot = binding(end.ip) else { return nil }
      mac = bindings[slot].mac
      if mac == .none { return .address(slot) }
    }
    return stations.find(AddressKey(low: mac.rawValue, high: 1)).map { .station($0) }
  }

  /// The ends of a conversation speak its protocol, as far as they have spoken.
  mutating func noteProtocol(of conversation: borrowing Conversation, at time: Int64) {
    guard ledger.isKept, conversation.dissector != .none else { return }
    for direction in [Direction.toServer, .toClient] where conversation.flow[direction].packets > 0 {
      if let place = place(of: conversation.endpoint(direction)) {
        ledger.add(conversation.dissector, to: place, at: time)
      }
    }
  }

  /// A station has sent a message of a protocol without IP.
  @inline(never)
  mutating func note(_ dissector: DissectorID, by mac: MACAddress, at time: Int64) {
    guard ledger.isKept, let station = stations.find(AddressKey(low: mac.rawValue, high: 1)) else { return }
    ledger.add(dissector, to: .station(station), at: time)
  }

  /// The sender of an operation asks for it, or answers one. False if it is not known who that is.
  @inline(never)
  mutating func note(
    _ operation: borrowing Operation, of conversation: borrowing Conversation, sent direction: Direction,
    at time: Int64
  ) -> Bool {
    guard let place = place(of: conversation.endpoint(direction)) else { return false }
    ledger.add(operation.dissector, isAnswer: operation.role == .response, to: place, at: time)
    if operation.role == .request { ledger.add(operation.action, to: place, at: time) }
    return true
  }

  /// Something new was said of a device in a protocol.
  mutating func noteIdentity(of end: Endpoint, in dissector: DissectorID, at time: Int64) {
    guard ledger.isKept, let place = place(of: end) else { return }
    ledger.add(source: dissector, to: place, at: time)
  }

  /// Takes out the devices whose lines have become due.
  mutating func turnLedger(to time: Int64) {
    let (stations, bindings) = (stations, bindings)
    ledger.turn(to: time) { place in
      let slot = Int(place.slot)
      let (first, last) =
        place.isAddress
        ? (bindings[slot].first, bindings[slot].last) : (stations[slot].first, stations[slot].last)
      return last &- first >= Inventory.fleeting
    }
  }
}
