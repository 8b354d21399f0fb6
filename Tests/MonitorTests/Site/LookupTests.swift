// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor
@testable import SiteFile

struct LookupTests {
  @Test(arguments: 1...20) func `the longest prefix wins, as in an exhaustive search`(seed: UInt64) {
    var numbers = Dice(state: seed)
    // Few distinct bits, so that prefixes nest and collide.
    let address = { (numbers: inout Dice) in
      Bool.random(using: &numbers)
        ? IPAddress(v4: UInt32(truncatingIfNeeded: numbers.next()) & 0xC0C0_0303 | 0x0A00_0000)
        : IPAddress(bits: UInt128(numbers.next() & 0xFF00_0000_0000_0003) << 64 | UInt128(numbers.next() & 3))
    }
    var networks: [Network] = []
    for _ in 0..<60 {
      let base = address(&numbers)
      networks.append(Network(base, length: Int.random(in: base.isV4 ? 96...128 : 0...128, using: &numbers)))
    }
    var site = Site()
    for (index, network) in networks.enumerated() {
      // If networks are equal, the first counts.
      var zone = Zone(
        name: "z\(index)", title: "", importance: .low, values: [], responder: nil, listsIPs: false, listsMACs: false)
      zone.networks = [network]
      site.zones.append(zone)
    }
    site.index(seed: seed)
    for _ in 0..<2000 {
      let ip = address(&numbers)
      var best: Int?
      for (index, network) in networks.enumerated()
      where network.contains(ip) && network.length > best.map({ networks[$0].length }) ?? -1 {
        best = index
      }
      #expect(site.zone(of: ip) == best.map { ZoneID(rawValue: UInt16($0 + 1)) })
    }
  }

  @Test func `an address is resolved by its asset, else by its network, else by its VLAN, else as external`() throws {
    let site = try Site.parse(plant, file: "plant.yaml")
    let maintenance = try #require(MACAddress("02:00:00:00:00:09"))
    let plc = try #require(MACAddress("00:80:f4:01:02:03"))
    let line = ZoneID(rawValue: 1)
    let cases: [(ip: String, mac: MACAddress, vlan: UInt16, zone: UInt16, asset: UInt16)] = [
      ("192.168.10.11", .none, 0xFFFF, 1, 0),
      ("192.168.10.99", .none, 0xFFFF, 1, 0xFFFF),
      ("192.168.10.99", maintenance, 0xFFFF, 1, 2),
      ("10.20.1.1", .none, 10, 3, 0xFFFF),
      ("fd00:20::1", .none, 0xFFFF, 3, 0xFFFF),
      ("8.8.8.8", .none, 0xFFFF, 0, 0xFFFF),
      // Routed onto the line's VLAN, but not in the line, which has networks of its own.
      ("8.8.8.8", .none, 10, 0, 0xFFFF),
      ("169.254.1.1", .none, 10, 1, 0xFFFF),
      // The PLC has an IP address of its own: its MAC address alone does not identify it.
      ("8.8.8.8", plc, 0xFFFF, 0, 0xFFFF),
      ("::", .none, 0xFFFF, 0, 0xFFFF),
    ]
    for (text, mac, vlan, zone, asset) in cases {
      let party = site.party(ip: try #require(IPAddress(text)), mac: mac, vlan: vlan)
      #expect(party == Party(zone: ZoneID(rawValue: zone), asset: AssetID(rawValue: asset)), "\(text)")
    }
    #expect(site.asset(mac: plc) == AssetID(rawValue: 0))
    #expect(site.zone(vlan: 10) == line && site.zone(vlan: 11) == nil && site.zone(vlan: 4096) == nil)
  }

  @Test func `a router's MAC address says nothing about who sent`() throws {
    let text = """
      zones: {a: {}}
      assets: {r: {zone: a, mac: "02:00:00:00:00:01", role: router}}
      """
    let site = try Site.parse(text, file: "plant.yaml")
    let mac = try #require(MACAddress("02:00:00:00:00:01"))
    #expect(site.party(ip: .none, mac: mac, vlan: 0xFFFF).zone == .external)
    #expect(site.asset(mac: mac) == AssetID(rawValue: 0))
  }
}
