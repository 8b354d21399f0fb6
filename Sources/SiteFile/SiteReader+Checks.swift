// SPDX-License-Identifier: Apache-2.0
import Monitor

/// What single fields cannot tell: one address, one place.
extension SiteReader {
  mutating func checkNetworks() {
    var first: [Network: (zone: ZoneID, field: SiteField)] = [:]
    for (network, zone, field) in networkFields {
      if let other = first[network] {
        let fault = other.zone == zone ? "stands here twice" : "already belongs to zone '\(site[other.zone].name)'"
        document.error(field, "\(network) \(fault)")
      } else {
        first[network] = (zone, field)
      }
    }
    // A network inside of another zone's is legal, the more specific one counts; but it may be a slip.
    for (network, zone, field) in networkFields {
      for length in stride(from: network.length - 1, through: network.isV4 ? 96 : 0, by: -1) {
        guard let outer = first[Network(network.address, length: length)] else { continue }
        if outer.zone != zone {
          document.warning(
            field,
            "\(network) of zone '\(site[zone].name)' lies inside \(Network(network.address, length: length)) of zone "
              + "'\(site[outer.zone].name)'; its addresses count as '\(site[zone].name)'")
        }
        break
      }
    }
  }

  mutating func checkAddresses() {
    var networks: [Network: ZoneID] = [:]
    var zonesWithNetworks: Set<ZoneID> = []
    for (network, zone, _) in networkFields {
      networks[network] = zone
      zonesWithNetworks.insert(zone)
    }
    var owners: [IPAddress: AssetID] = [:]
    for (ip, asset, field) in addressFields {
      if let owner = owners[ip] {
        let name = owner == asset ? "this asset" : "asset '\(name(owner))'"
        document.error(field, "\(ip) already belongs to \(name)")
        continue
      }
      owners[ip] = asset
      let zone = site[asset]?.zone ?? .external
      let holders = (ip.isV4 ? 96...128 : 0...128).reversed().lazy.compactMap { networks[Network(ip, length: $0)] }
      if zonesWithNetworks.contains(zone), !holders.contains(zone) {
        let other = holders.first.map { "; it is one of zone '\(site[$0].name)'" } ?? ""
        document.warning(field, "\(ip) lies outside of the networks of zone '\(site[zone].name)'\(other)")
      }
    }
    var machines: [MACAddress: AssetID] = [:]
    for (mac, asset, field) in macFields {
      guard let owner = machines[mac] else {
        machines[mac] = asset
        continue
      }
      if owner == asset {
        document.error(field, "\(mac) already belongs to this asset")
      } else if site[owner]?.forwards != true || site[asset]?.forwards != true {
        document.error(
          field,
          "\(mac) already belongs to asset '\(name(owner))'; only routers, firewalls and gateways may share one")
      }
    }
  }

  private func name(_ asset: AssetID) -> String { site[asset]?.name ?? "" }
}
