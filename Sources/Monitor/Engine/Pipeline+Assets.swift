// SPDX-License-Identifier: Apache-2.0

/// Lines about devices, from the inventory and its ledger.
extension Pipeline {
  /// Writes the lines about devices that are due.
  mutating func writeAssets(at time: Int64) {
    observer.detection.devices.inventory.turnLedger(to: time)
    while let place = observer.detection.devices.inventory.ledger.next(at: time) {
      writeAsset(place, at: time, isLast: false)
    }
  }

  /// Writes the last state of every device that has appeared, changed, or been seen since its latest line.
  mutating func writeRemainingAssets() {
    let places =
      observer.detection.devices.inventory.stations.slotsByAge.map { DeviceLedger.Place.station($0) }
      + observer.detection.devices.inventory.bindings.slotsByAge.map { DeviceLedger.Place.address($0) }
    for place in places where observer.detection.devices.inventory.ledger.isPresent(place) {
      writeAsset(place, at: statistics.lastTime, isLast: true)
    }
  }

  private mutating func writeAsset(_ place: DeviceLedger.Place, at time: Int64, isLast: Bool) {
    let entry = observer.detection.devices.inventory.ledger[place]
    var record = observer.detection.assetRecord(place, at: time, names: reader.tables.names)
    let hashes = record.hashes(seed: options.seed)
    if entry.mergedInto != .none {
      record.status = .merged
      record.mergedInto = entry.mergedInto.description
    } else if entry.written.isEmpty {
      record.status = .new
    } else {
      record.changed = AssetRecord.Key.allCases.filter { hashes[$0.rawValue] != entry.written[$0.rawValue] }
      guard !record.changed.isEmpty || isLast && record.lastSeen > entry.writtenLast else {
        observer.detection.devices.inventory.ledger.passed(place)
        return
      }
      record.status = record.changed.isEmpty ? .final : .changed
    }
    observer.output.records.asset(record, to: &observer.output.sink)
    observer.detection.devices.inventory.ledger.wrote(place, hashes, at: time, last: record.lastSeen)
  }
}

extension Detection {
  /// What is known of a device. `names` are those of the protocols.
  fileprivate func assetRecord(_ place: DeviceLedger.Place, at time: Int64, names: [StaticString]) -> AssetRecord {
    let entry = devices.inventory.ledger[place]
    var record: AssetRecord
    var mac = MACAddress.none
    if place.isAddress {
      let binding = devices.inventory.bindings[Int(place.slot)]
      record = AssetRecord(
        id: binding.ip.description, time: time, firstSeen: binding.first, lastSeen: binding.last)
      record.ips = [binding.ip]
    } else {
      let station = devices.inventory.stations[Int(place.slot)]
      mac = station.mac
      record = AssetRecord(id: mac.description, time: time, firstSeen: station.first, lastSeen: station.last)
      record.mac = mac
      record.ips = entry.ips
      record.hasMoreIPs = entry.hasMoreIPs
    }
    record.vlans = entry.vlans
    record.hasMoreVLANs = entry.hasMoreVLANs
    func words(_ set: DissectorSet) -> [String] {
      var words: [String] = []
      for (index, name) in names.enumerated() where set.contains(DissectorID(rawValue: UInt8(index))) {
        // Framings of one protocol have one name.
        if !words.contains(name.description) { words.append(name.description) }
      }
      return words
    }
    record.protocols = words(entry.protocols)
    record.offers = words(entry.offers)
    record.sources = words(entry.sources)
    record.actions = Action.allCases.filter { entry.actions >> UInt32($0.rawValue) & 1 != 0 }.map(\.word)
    describe(&record, mac)
    if hasSite { declare(&record, mac, vlan: entry.vlans.first ?? Packet.noVLAN) }
    return record
  }

  /// What it was reported to be, under any of its addresses.
  private func describe(_ record: inout AssetRecord, _ mac: MACAddress) {
    let ends = record.ips.map { Endpoint(ip: $0, mac: mac) } + [Endpoint(mac: mac)]
    for end in ends {
      guard let identity = identities.identity(of: end) else { continue }
      record.vendor = record.vendor ?? identity.vendor
      record.model = record.model ?? identity.model
      record.firmware = record.firmware ?? identity.firmware
      record.serial = record.serial ?? identity.serial
      if let name = identity.name, !record.names.contains(name), record.names.count < AssetRecord.nameLimit {
        record.names.append(name)
      }
    }
  }

  /// What the site file says of it.
  private func declare(_ record: inout AssetRecord, _ mac: MACAddress, vlan: UInt16) {
    let party = party(ofDevice: mac, record.ips, vlan)
    record.zone = declared[party.zone].name
    record.isKnown = party.asset != .none
    guard party.asset != .none else { return }
    let asset = declared.assets[Int(party.asset.rawValue)]
    record.name = asset.name
    if !asset.role.isEmpty { record.role = asset.role }
    record.sources.insert("site-file", at: 0)
    if record.vendor == nil, !asset.vendor.isEmpty { record.vendor = asset.vendor }
    if record.model == nil, !asset.model.isEmpty { record.model = asset.model }
    if record.firmware == nil, !asset.firmware.isEmpty { record.firmware = asset.firmware }
  }

  /// Who a device with these addresses is: an asset by its MAC address, or by an address that the site lists for no
  /// other MAC address; else in the zone of its first address that has one.
  private func party(ofDevice mac: MACAddress, _ ips: [IPAddress], _ vlan: UInt16) -> Party {
    let own = mac == .none ? Party(zone: .external, asset: .none) : linkParty(mac, vlan)
    if own.asset != .none { return own }
    var zone = ips.isEmpty ? own.zone : ZoneID.external
    for ip in ips {
      let party = party(ip, mac, vlan)
      if party.asset != .none {
        let macs = declared.assets[Int(party.asset.rawValue)].macs
        if mac == .none || macs.isEmpty || macs.contains(mac) { return party }
      }
      if zone == .external { zone = party.zone }
    }
    return Party(zone: zone, asset: .none)
  }
}
