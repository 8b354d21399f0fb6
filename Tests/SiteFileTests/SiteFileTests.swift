import Catalogue
// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor
@testable import SiteFile

struct SiteFileTests {
  @Test func `every field of the contract's example is read`() throws {
    let site = try Site.parse(plant, file: "plant.yaml")
    #expect(site.name == "Example Electronics, plant 2")
    #expect(site.timeZone == "Asia/Tokyo")
    #expect(site.zones.map(\.name) == ["external", "line-1", "scada", "office"])
    #expect(site.zones[1].title == "設備系ネットワーク ライン1")
    #expect(site.zones[1].importance == .high)
    #expect(site.zones[1].values == [.safety, .quality, .delivery])
    #expect(site.zones[1].vlans == [10])
    #expect(site.zones[1].responder == 0)
    #expect(site.zones[1].listsIPs && site.zones[1].listsMACs)
    #expect(!site.zones[2].listsIPs && !site.zones[2].listsMACs)
    #expect(site.zones[3].networks.map(\.description) == ["10.20.0.0/16", "fd00:20::/48"])
    #expect(site.assets.map(\.name) == ["plc-1", "hmi-1", "maintenance-pc"])
    #expect(site.assets[2].isOccasional && !site.assets[0].isOccasional)
    #expect(site.assets[0].mac == MACAddress("00:80:f4:01:02:03"))
    #expect(site.conduits.count == 4)
    #expect(site.conduits[1].from == .asset(AssetID(rawValue: 1)))
    #expect(site.conduits[1].targets == [TargetRange(.holdingRegister, 0...99)])
    #expect(site.conduits[2].actions == Conduit.allActions && site.conduits[2].services.isEmpty)
    #expect(site.conduits[2].windows == [0])
    #expect(site.windows[0].hours == [Window.Hours(begin: 540, end: 1020)])
    #expect(site.responders.map(\.contact) == ["ext. 4410", "soc@plant.example"])
  }
}
