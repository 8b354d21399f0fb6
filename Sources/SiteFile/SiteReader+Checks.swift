// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// Checks across fields: each address belongs to one place.
extension SiteReader {
  mutating func checkNetworks() {
    var first: [Network: (zone: ZoneID, field: SiteField)] = [:]
    for (network, zone, field) in networkFields {
      if let other = first[network] {
        let name = site[other.zone].name
        document.error(
          field,
          other.zone == zone
            ? Bilingual("\(network) is listed twice", "\(network) が重複しています")
            : Bilingual(
              "\(network) already belongs to zone '\(name)'", "\(network) はすでにゾーン '\(name)' に属しています"))
      } else {
        first[network] = (zone, field)
      }
    }
    // A network inside another zone's is valid, and the more specific one counts; but it may be a mistake.
    for (network, zone, field) in networkFields {
      for length in stride(from: network.length - 1, through: network.isV4 ? 96 : 0, by: -1) {
        guard let outer = first[Network(network.address, length: length)] else { continue }
        if outer.zone != zone {
          let (name, outerName) = (site[zone].name, site[outer.zone].name)
          let outerNetwork = Network(network.address, length: length)
          document.warning(
            field,
            Bilingual(
              "\(network) of zone '\(name)' lies inside \(outerNetwork) of zone '\(outerName)'; its addresses count as "
                + "'\(name)'",
              "ゾーン '\(name)' の \(network) は、ゾーン '\(outerName)' の \(outerNetwork) に含まれます。このアドレスは "
                + "'\(name)' として扱われます"))
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
        document.error(
          field,
          owner == asset
            ? Bilingual("\(ip) is listed twice", "\(ip) が重複しています")
            : Bilingual(
              "\(ip) already belongs to asset '\(name(owner))'", "\(ip) はすでに資産 '\(name(owner))' に属しています"))
        continue
      }
      owners[ip] = asset
      let zone = site[asset]?.zone ?? .external
      let holders = (ip.isV4 ? 96...128 : 0...128).reversed().lazy.compactMap { networks[Network(ip, length: $0)] }
      if zonesWithNetworks.contains(zone), !holders.contains(zone) {
        let name = site[zone].name
        let other = holders.first.map { site[$0].name }
        document.warning(
          field,
          Bilingual(
            "\(ip) is outside the networks of zone '\(name)'" + (other.map { "; it belongs to zone '\($0)'" } ?? ""),
            "\(ip) はゾーン '\(name)' のネットワークに含まれません"
              + (other.map { "（ゾーン '\($0)' のアドレスです）" } ?? "")))
      }
    }
    var machines: [MACAddress: AssetID] = [:]
    for (mac, asset, field) in macFields {
      guard let owner = machines[mac] else {
        machines[mac] = asset
        continue
      }
      if owner == asset {
        document.error(field, Bilingual("\(mac) is listed twice", "\(mac) が重複しています"))
      } else if site[owner]?.forwards != true || site[asset]?.forwards != true {
        document.error(
          field,
          Bilingual(
            "\(mac) already belongs to asset '\(name(owner))'; only routers, firewalls and gateways may share one",
            "\(mac) はすでに資産 '\(name(owner))' に属しています。共有できるのはrouter、firewall、gatewayのみです"))
      }
    }
  }

  private func name(_ asset: AssetID) -> String { site[asset]?.name ?? "" }
}
