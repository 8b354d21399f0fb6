// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// Which device sent a frame: what an attacker can set in it, and what is found all the same.
@Suite struct SenderIdentityTests {
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let plc2 = Plant.Station("192.168.10.12", mac: 0x0200_0000_100C)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  private static let attacker: UInt64 = 0x0200_0000_6666
  private static let virtual: UInt64 = 0x0000_5E00_010A
  private static let stolen = Plant.Station("192.168.10.21", mac: attacker)
  private static let multicast = Plant.Station("224.0.0.18", mac: 0x0100_5E00_0012)

  /// The plant of `Plant.site` with other assets.
  private static func site(_ assets: String) -> String {
    let lines = Plant.site.split(separator: "\n", omittingEmptySubsequences: false)
    let kept = lines.filter { !$0.contains("role: ") && !$0.hasPrefix("conduits") && !$0.contains("from: ") }
    let at = kept.firstIndex { $0.hasPrefix("assets") } ?? 0
    return (kept[...at] + assets.split(separator: "\n").map { "  " + $0 } + kept[(at + 1)...])
      .joined(separator: "\n") + "\nconduits: []\n"
  }
  private static let stations = """
    plc: {zone: line, mac: "02:00:00:00:10:0b", ip: 192.168.10.11, role: plc}
    hmi: {zone: line, mac: "02:00:00:00:10:15", ip: 192.168.10.21, role: hmi}
    server: {zone: scada, mac: "02:00:00:00:20:05", ip: 192.168.20.5, role: server}
    """
  private static func udp(_ plant: Plant, _ from: Plant.Station, _ to: Plant.Station, _ hopLimit: UInt8 = 64) {
    plant.send(plant.udp([1], 5000, 5001, from: from, to: to, hopLimit: hopLimit))
  }

  // MARK: Hop limit

  @Test(
    "a listed address on another MAC address is found, whatever the hop limit",
    arguments: [1, 30, 59, 63, 64, 127, 128, 254, 255] as [UInt8])
  func hopLimit(_ hopLimit: UInt8) throws {
    for isActive in [false, true] {
      let plant = try Plant(site: Plant.site)
      if isActive { Self.udp(plant, Self.hmi, Self.plc) }
      Self.udp(plant, Self.stolen, Self.plc, hopLimit)
      #expect(plant.kinds == ["wrong-zone"], "the holder is \(isActive ? "active" : "silent")")
    }
  }

  @Test("a frame that looks forwarded does not make its sender a router")
  func pretendedRouter() throws {
    let plant = try Plant(site: Plant.site)
    Self.udp(plant, Plant.Station("192.168.20.5", mac: Self.attacker), Self.plc, 63)
    Self.udp(plant, Plant.Station("203.0.113.9", mac: Self.attacker), Self.plc, 63)
    #expect(plant.found["wrong-zone"] == nil)
    Self.udp(plant, Self.stolen, Self.plc, 63)
    #expect(plant.found["wrong-zone"] == 1)
  }

  @Test("a listed device that is no router forwards nothing")
  func listedStation() throws {
    let plant = try Plant(site: Plant.site)
    Self.udp(plant, Plant.Station("192.168.10.21", mac: 0x0200_0000_105A), Self.plc, 63)
    #expect(plant.kinds == ["wrong-zone"])
  }

  @Test("packets of another network come through the listed router, and through no other device")
  func listedRouter() throws {
    let site = Self.site(
      Self.stations + "\ngateway: {zone: line, mac: \"02:00:00:00:10:01\", ip: 192.168.10.1, role: router}")
    for (mac, found) in [(0x0200_0000_1001, false), (Self.attacker, true)] as [(UInt64, Bool)] {
      let plant = try Plant(site: site)
      Self.udp(plant, Plant.Station("192.168.20.5", mac: mac), Self.plc, 63)
      // Whoever answers, and to which device, changes nothing.
      Self.udp(plant, Self.plc, Plant.Station("192.168.20.5", mac: mac))
      plant.wait(5)
      Self.udp(plant, Plant.Station("192.168.20.5", mac: mac), Self.plc, 63)
      #expect((plant.found["wrong-zone"] != nil) == found)
    }
  }

  @Test("a known device behind a router is looked at every five seconds; another MAC address at once")
  func restingSender() throws {
    let plant = try Plant(
      site: Self.site(
        Self.stations + "\ngateway: {zone: line, mac: \"02:00:00:00:10:01\", ip: 192.168.10.1, role: router}"))
    let server = Plant.Station("192.168.20.5", mac: 0x0200_0000_1001)
    for _ in 0..<8 {
      Self.udp(plant, server, Self.plc, 63)
      plant.wait(0.5)
    }
    #expect(plant.found["wrong-zone"] == nil)
    Self.udp(plant, Plant.Station(server.ip, mac: Self.attacker), Self.plc, 63)
    plant.wait(5)
    Self.udp(plant, server, Self.plc, 63)
    #expect(plant.found["wrong-zone"] == 1)
  }

  @Test("where no router is listed, one is proved by listed devices that send through it", arguments: [true, false])
  func provedRouter(_ isAnswered: Bool) throws {
    let plant = try Plant(site: Self.site(Self.stations))
    let remote = Plant.Station("192.168.20.5", mac: Self.attacker)
    Self.udp(plant, remote, Self.plc, 63)
    if isAnswered { Self.udp(plant, Self.plc, remote) }
    #expect(plant.found["wrong-zone"] == nil)
    _ = try plant.finish()
    #expect(plant.found["wrong-zone"] == (isAnswered ? nil : 1))
  }

  @Test("a device whose system starts at an unusual hop limit is at its own place")
  func unusual() throws {
    let plant = try Plant(site: Plant.site)
    for _ in 0..<3 {
      Self.udp(plant, Self.hmi, Self.plc, 30)
      plant.wait(2)
    }
    #expect(plant.found == [:])
  }

  // MARK: Spoofers

  @Test("a spoofer's traffic under a stolen address is found, and so is each next address that it steals")
  func watched() throws {
    for text in [Plant.site, nil] {
      let plant = try Plant(site: text, language: .en)
      for station in [Self.hmi, Self.plc, Self.plc2] {
        Self.udp(plant, station, station.ip == Self.hmi.ip ? Self.plc : Self.hmi)
      }
      plant.send(plant.arp(2, Self.stolen, Self.plc, to: Self.plc))
      #expect(plant.kinds.contains("arp-spoofing"))
      Self.udp(plant, Self.stolen, Self.plc, 63)
      Self.udp(plant, Self.stolen, Self.plc2, 64)
      plant.wait(5)
      plant.send(plant.arp(2, Plant.Station(Self.plc2.ip, mac: Self.attacker), Self.hmi, to: Self.hmi))
      let records = try plant.finish().filter { $0.number("alert.context.count") != 0 }
      func first(_ kind: String) -> [Record] {
        records.filter {
          ($0.value("alert.metadata.kind") as? [String]) == [kind] && $0.number("alert.context.count") == 1
        }
      }
      #expect(first("arp-spoofing").count == 2)
      let sent = first(text == nil ? "address-conflict" : "wrong-zone")
      #expect(Set(sent.compactMap { $0.text("dest_ip") }) == [Self.plc.ip, Self.plc2.ip])
      #expect(sent.allSatisfy { $0.text("ether.src_mac") == "02:00:00:00:66:66" })
    }
  }

  @Test("a single claim to a listed address is found, once, as what it turns out to be", arguments: [true, false])
  func oneClaim(_ isSpoofing: Bool) throws {
    let plant = try Plant(site: Plant.site)
    Self.udp(plant, Self.hmi, Self.plc)
    plant.send(plant.arp(1, Self.stolen, Self.stolen))
    if isSpoofing { plant.send(plant.arp(2, Self.stolen, Self.plc, to: Self.plc)) }
    plant.wait(3)
    Self.udp(plant, Self.hmi, Self.plc)
    #expect(plant.found == [isSpoofing ? "arp-spoofing" : "wrong-zone": 1])
  }

  // MARK: Shared addresses

  /// A VRRP advertisement, version 3.
  private static func vrrp(
    _ plant: Plant, _ address: String, from: Plant.Station, priority: UInt8 = 100, group: UInt8 = 10
  ) -> [UInt8] {
    plant.ip(
      [0x31, group, priority, 1, 0, 100, 0, 0] + Plant.Station(address).address, 112, from: from, to: multicast,
      hopLimit: 255)
  }
  private static let routers =
    stations + """

      gateway: {zone: line, mac: "00:00:5e:00:01:0a", ip: 192.168.10.1, role: router}
      router-1: {zone: line, mac: "02:00:00:00:10:02", ip: 192.168.10.2, role: router}
      router-2: {zone: line, mac: "02:00:00:00:10:03", ip: 192.168.10.3, role: router}
      """
  private static let gateway = Plant.Station("192.168.10.1", mac: virtual)

  @Test(
    "a virtual MAC address has no claim to a device that is no router",
    arguments: [0x0000_5E00_0155, 0x0000_0C07_AC01, 0x0007_B400_0101] as [UInt64])
  func virtualSpoofer(_ mac: UInt64) throws {
    let plant = try Plant(site: Plant.site)
    Self.udp(plant, Self.hmi, Self.plc)
    // Its own advertisement changes nothing.
    plant.send(Self.vrrp(plant, Self.hmi.ip, from: Plant.Station("192.168.10.77", mac: mac), group: 0x55))
    plant.send(plant.arp(2, Plant.Station(Self.hmi.ip, mac: mac), Self.plc, to: Self.plc))
    #expect(plant.found["arp-spoofing"] == 2)
    Self.udp(plant, Plant.Station(Self.hmi.ip, mac: mac), Self.plc, 63)
    #expect(plant.found["wrong-zone"] != nil)
  }

  @Test("routers hand a virtual address over without an alert", arguments: [true, false])
  func failOver(_ listsRouters: Bool) throws {
    let assets = Self.routers.split(separator: "\n").filter { listsRouters || !$0.hasPrefix("router-") }
    let plant = try Plant(
      site: Self.site(assets.joined(separator: "\n") + "\nother: {zone: office, ip: 10.20.0.9, role: server}"))
    for (ip, mac) in [("192.168.10.2", 0x0200_0000_1002), ("192.168.10.3", 0x0200_0000_1003)] as [(String, UInt64)] {
      if listsRouters {
        plant.send(plant.arp(1, Plant.Station(ip, mac: mac), Plant.Station(ip)))
        plant.send(plant.arp(1, Self.gateway, Self.gateway))
      }
      for _ in 0..<4 {
        plant.send(Self.vrrp(plant, Self.gateway.ip, from: Plant.Station(ip, mac: Self.virtual)), wait: 1)
      }
      plant.send(plant.arp(1, Self.plc, Plant.Station(Self.gateway.ip)))
      plant.send(plant.arp(2, Self.gateway, Self.plc, to: Self.plc), wait: 1)
      Self.udp(plant, Plant.Station("192.168.20.5", mac: Self.virtual), Self.plc, 63)
    }
    #expect(plant.found.filter { $0.key != "cross-zone-flow" && $0.key != "unknown-ip" } == [:])
  }

  @Test("a station that claims a router's virtual address is spoofing: by answers, and by better advertisements")
  func gatewayStolen() throws {
    let plant = try Plant(site: Self.site(Self.routers))
    let router = Plant.Station("192.168.10.2", mac: Self.virtual)
    plant.send(Self.vrrp(plant, Self.gateway.ip, from: router), wait: 1)
    plant.send(plant.arp(2, Plant.Station(Self.gateway.ip, mac: Self.attacker), Self.plc, to: Self.plc))
    #expect(plant.found["arp-spoofing"] == 1)
    plant.send(
      Self.vrrp(plant, Self.gateway.ip, from: Plant.Station("192.168.10.66", mac: Self.virtual), priority: 254))
    #expect(plant.found["arp-spoofing"] == 2)
  }

  @Test("HSRP gives an address to its virtual MAC address", arguments: [true, false])
  func hsrp(_ isAdvertised: Bool) throws {
    let plant = try Plant()
    let own = Plant.Station("192.168.10.1", mac: 0x0200_0000_1001)
    let shared = Plant.Station("192.168.10.1", mac: 0x0000_0C07_AC07)
    plant.send(plant.arp(1, own, Self.plc))
    if isAdvertised {
      let hello: [UInt8] = [0, 0, 16, 3, 10, 100, 7, 0] + [UInt8](repeating: 0x63, count: 8) + own.address
      plant.send(
        plant.udp(
          hello, 1985, 1985, from: Plant.Station("192.168.10.2", mac: 0x0000_0C07_AC07), to: Self.multicast, hopLimit: 1
        ))
    }
    plant.send(plant.arp(2, shared, Self.plc, to: Self.plc))
    #expect((plant.found["arp-spoofing"] != nil) == !isAdvertised)
  }

  @Test("the network cards of a team answer in turn; a third one is spoofing")
  func team() throws {
    let plant = try Plant(
      site: Self.site(
        "server: {zone: line, mac: [\"02:00:00:00:30:01\", \"02:00:00:00:30:02\"], ip: 192.168.10.50, role: server}\nplc: {zone: line, mac: \"02:00:00:00:10:0b\", ip: 192.168.10.11, role: plc}"
      ))
    let cards = [0x0200_0000_3001, 0x0200_0000_3002].map { Plant.Station("192.168.10.50", mac: $0) }
    for round in 0..<8 {
      plant.send(plant.arp(2, cards[round % 2], Self.plc, to: Self.plc), wait: 0.5)
      Self.udp(plant, cards[1 - round % 2], Self.plc)
    }
    #expect(plant.found == [:])
    plant.send(plant.arp(2, Plant.Station("192.168.10.50", mac: Self.attacker), Self.plc, to: Self.plc))
    #expect(plant.kinds == ["arp-spoofing"])
  }

  // MARK: Inventory

  @Test("every device is in the inventory: without IP, under a stolen address, and only once in EtherCAT")
  func inventory() throws {
    let plant = try Plant(site: Plant.site, language: .en, log: .assets)
    let station = Plant.Station("0.0.0.0", mac: 0x000E_8CAA_BB02)
    plant.send(plant.ethernet([0x80, 0, 0, 0], 0x8892, from: station, to: Self.plc), wait: 7)
    plant.send(plant.ethernet([0x80, 0, 0, 0], 0x8892, from: station, to: Self.plc))
    for mac in [0x0001_0500_0001, 0x0201_0500_0001] as [UInt64] {
      plant.send(plant.ethernet([0, 0], 0x88A4, from: Plant.Station("0.0.0.0", mac: mac), to: nil))
    }
    Self.udp(plant, Self.hmi, Self.plc)
    Self.udp(plant, Self.stolen, Self.plc)
    Self.udp(plant, Self.hmi, Plant.Station("192.168.10.255", mac: 0xFFFF_FFFF_FFFF))
    let assets = try plant.finish()
    #expect(
      assets.compactMap { $0.text("asset.mac") }.sorted() == [
        "00:01:05:00:00:01", "00:0e:8c:aa:bb:02", "02:00:00:00:10:15", "02:00:00:00:66:66",
      ])
    let silent = assets.first { $0.text("asset.mac") == "00:0e:8c:aa:bb:02" }
    #expect(silent?.value("asset.ips") == nil)
    #expect(silent?.text("asset.first_seen") != silent?.text("asset.last_seen"))
  }

  // MARK: Impossible sources

  static let impossible: [Scenario] = [
    Scenario("loopback", ["impossible-source"]) { udp($0, Plant.Station("127.0.0.1", mac: attacker), plc) },
    Scenario("a group", ["impossible-source"]) { udp($0, Plant.Station("224.0.0.5", mac: attacker), plc) },
    Scenario("everybody", ["impossible-source"]) { udp($0, Plant.Station("255.255.255.255", mac: attacker), plc) },
    Scenario("no address", ["impossible-source"]) { udp($0, Plant.Station("0.0.0.0", mac: attacker), plc) },
    Scenario("the receiver's address", ["impossible-source"]) { udp($0, Plant.Station(plc.ip, mac: attacker), plc) },
    Scenario("a group's MAC address", ["impossible-source"]) {
      udp($0, Plant.Station("192.168.10.40", mac: 0x0100_0000_0001), plc)
    },
    Scenario("no MAC address", ["impossible-source"]) { udp($0, Plant.Station("192.168.10.40", mac: 0), plc) },
    Scenario("a group's MAC address without IP", ["impossible-source"]) {
      $0.send($0.ethernet([1, 2], 0x88B5, from: Plant.Station("0.0.0.0", mac: 0x0300_0000_0001), to: plc))
    },
    Scenario("ARP for a group", ["impossible-source"]) {
      $0.send($0.arp(2, Plant.Station("224.0.0.5", mac: attacker), plc, to: plc))
    },
    Scenario("a question for an address by DHCP") {
      $0.send(
        $0.udp([1], 68, 67, from: Plant.Station("0.0.0.0", mac: attacker), to: Plant.Station("255.255.255.255")))
    },
    Scenario("a report of groups from no address yet") {
      $0.send(
        $0.ip([0x11, 0, 0xEE, 0xFF, 0, 0, 0, 0], 2, from: Plant.Station("0.0.0.0", mac: attacker), to: multicast))
    },
    Scenario("a loopback interface") {
      udp($0, Plant.Station("127.0.0.1", mac: 0), Plant.Station("127.0.0.1", mac: 0))
    },
    Scenario("an EtherCAT master without an address of its own") {
      for mac in [0, 0x0101_0101_0101, 0x0301_0101_0101] as [UInt64] {
        for _ in 0..<3 {
          $0.send($0.ethernet([0x0E, 0x10], 0x88A4, from: Plant.Station("0.0.0.0", mac: mac), to: nil))
        }
      }
    },
    Scenario("the same without EtherCAT", ["impossible-source"]) {
      $0.send($0.ethernet([0x0E, 0x10], 0x88B5, from: Plant.Station("0.0.0.0", mac: 0), to: nil))
    },
    Scenario("a check that an IPv6 address is free") {
      $0.send($0.neighbor(135, "::", about: "fe80::66", to: "ff02::1:ff00:66", mac: attacker))
    },
    Scenario("a search for routers without an address yet") {
      $0.send($0.neighbor(133, "::", about: nil, to: "ff02::2", mac: attacker))
    },
    Scenario("a neighbour's advertisement from no address", ["impossible-source"]) {
      $0.send($0.neighbor(136, "::", about: "fe80::66", to: "ff02::1", mac: attacker))
    },
    Scenario("a neighbour's advertisement from a group", ["impossible-source"]) {
      $0.send($0.neighbor(136, "ff02::5", about: "fe80::66", to: "ff02::1", mac: attacker))
    },
    Scenario("an advertisement of a group as a neighbour", ["impossible-source"]) {
      $0.send($0.neighbor(136, "fe80::66", about: "ff02::5", to: "ff02::1", mac: attacker))
    },
    Scenario("a solicitation from loopback", ["impossible-source"]) {
      $0.send($0.neighbor(135, "::1", about: "fe80::66", to: "ff02::1:ff00:66", mac: attacker))
    },
    Scenario("a solicitation with a group's MAC address", ["impossible-source"]) {
      $0.send($0.neighbor(135, "fe80::67", about: "fe80::66", to: "ff02::1:ff00:66", mac: 0x0300_0000_0001))
    },
    Scenario("an ARP probe") { $0.send($0.arp(1, Plant.Station("0.0.0.0", mac: attacker), plc)) },
  ]
  @Test("a source address that no device has", arguments: impossible)
  func impossibleSource(_ scenario: Scenario) throws {
    let plant = try Plant()
    scenario.play(plant)
    #expect(plant.kinds == scenario.expected)
  }

  @Test("the last address of a listed network sends nothing")
  func directedBroadcast() throws {
    let plant = try Plant(site: Plant.site)
    Self.udp(plant, Plant.Station("192.168.10.255", mac: Self.hmi.mac), Self.plc)
    #expect(plant.found["impossible-source"] == 1)
  }

  @Test("a station that sends ARP for another one is in the inventory, and is judged")
  func borrowedARP() throws {
    let plant = try Plant(site: Plant.site, language: .en, log: [.alerts, .assets])
    var frame = plant.arp(1, Self.hmi, Self.plc)
    frame.replaceSubrange(6..<12, with: big(Int(Self.attacker), 6))
    plant.send(frame)
    #expect(plant.kinds == ["unknown-mac"])
    let macs = Set(try plant.finish().compactMap { $0.text("asset.mac") })
    #expect(macs == ["02:00:00:00:10:15", "02:00:00:00:66:66"])
  }

  @Test(
    "what is sent to a group of the segment with a hop limit of 1 was forwarded by nobody",
    arguments: [1, 2, 255] as [UInt8])
  func segmentGroup(_ hopLimit: UInt8) throws {
    let group = Plant.Station("224.0.0.22", mac: 0x0100_5E00_0016)
    let plant = try Plant(site: Plant.site)
    plant.send(plant.ip([0x22, 0, 0, 0, 0, 0, 0, 0], 2, from: Self.stolen, to: group, hopLimit: hopLimit))
    #expect(plant.kinds == ["wrong-zone"])
    let other = try Plant(site: Plant.site)
    other.send(
      other.ip(
        [0x22, 0, 0, 0, 0, 0, 0, 0], 2, from: Plant.Station("192.168.10.77", mac: Self.attacker), to: group,
        hopLimit: hopLimit))
    #expect(other.kinds == ["unknown-mac"])
    // A hop limit of 1 alone proves nothing.
    let remote = try Plant(site: Self.site(Self.stations))
    Self.udp(remote, Plant.Station("192.168.10.77", mac: Self.attacker), Self.plc, 1)
    #expect(remote.found["unknown-mac"] == nil)
  }

  // MARK: GLBP and CARP

  /// A GLBP Hello of group 10; `state` 32 is the active gateway, 4 one that listens.
  private static func glbp(
    _ plant: Plant, _ address: String, from: Plant.Station, state: UInt8 = 32, priority: UInt8 = 100,
    hopLimit: UInt8 = 255
  ) {
    let hello: [UInt8] =
      [1, 28, 0, state, 0, priority, 0, 0, 0, 0, 0x0B, 0xB8, 0, 0, 0x27, 0x10, 2, 0x58, 0x38, 0x40, 0, 0, 1, 4]
      + Plant.Station(address).address
    let forwarder: [UInt8] = [2, 20, 1, 32, 0, 167, 100, 0, 0, 0, 0, 0, 0, 0] + big(0x0007_B400_0A01, 6)
    plant.send(
      plant.udp(
        [1, 4, 0, 10, 0, 0] + big(Int(from.mac), 6) + hello + forwarder, 3222, 3222, from: from,
        to: Plant.Station("224.0.0.102", mac: 0x0100_5E00_0066), hopLimit: hopLimit))
  }
  private static let forwarders: [UInt64] = [0x0007_B400_0A01, 0x0007_B400_0A02]
  private static func balance(_ plant: Plant, _ address: String, wait: Double = 1) {
    for _ in 0..<6 {
      for mac in forwarders {
        let gateway = Plant.Station(address, mac: mac)
        plant.send(plant.arp(1, hmi, gateway))
        plant.send(plant.arp(2, gateway, hmi, to: hmi), wait: wait)
      }
    }
  }

  @Test("GLBP forwarders share the address that the active gateway advertises, and no other")
  func loadBalancing() throws {
    let router = Plant.Station("192.168.10.2", mac: 0x0007_B400_0A01)
    let routerItself = Plant.Station("192.168.10.2", mac: 0x0200_0000_1002)
    let plant = try Plant()
    Self.glbp(plant, "192.168.10.1", from: router)
    Self.glbp(plant, "192.168.10.1", from: Plant.Station("192.168.10.3", mac: 0x0007_B400_0A02), state: 4)
    for _ in 0..<3 {
      plant.send(plant.arp(1, routerItself, Self.hmi), wait: 1)
      Self.glbp(plant, "192.168.10.1", from: router)
    }
    Self.balance(plant, "192.168.10.1")
    #expect(plant.found == [:])
    // Another address of the segment, and an advertisement that a router forwarded.
    for hopLimit in [254, 255] as [UInt8] {
      let plant = try Plant()
      Self.glbp(plant, hopLimit == 255 ? "192.168.10.9" : "192.168.10.1", from: router, hopLimit: hopLimit)
      Self.balance(plant, "192.168.10.1")
      #expect(!plant.found.isEmpty)
    }
  }

  @Test("a GLBP or CARP address has no claim to a device that is no router, whatever it advertises")
  func balancedSpoofer() throws {
    let plant = try Plant(site: Plant.site)
    Self.udp(plant, Self.hmi, Self.plc)
    Self.glbp(plant, Self.hmi.ip, from: Plant.Station("192.168.10.66", mac: Self.forwarders[0]))
    #expect(plant.found["arp-spoofing"] == 1)
    plant.send(plant.arp(2, Plant.Station(Self.hmi.ip, mac: Self.forwarders[0]), Self.plc, to: Self.plc))
    #expect((plant.found["arp-spoofing"] ?? 0) > 1)
  }

  @Test("a CARP advertisement names no address: its sender's own stays its own, and others are not shared by it")
  func carp() throws {
    let router = Plant.Station("192.168.10.2", mac: Self.virtual)
    let itself = Plant.Station("192.168.10.2", mac: 0x0200_0000_1002)
    let advertisement: [UInt8] = [0x21, 10, 0, 7, 0, 1, 0, 0] + [UInt8](repeating: 9, count: 28)
    for text in [nil, Self.site(Self.routers)] {
      let plant = try Plant(site: text)
      for _ in 0..<4 {
        plant.send(plant.ip(advertisement, 112, from: router, to: Self.multicast, hopLimit: 255))
        plant.send(plant.arp(1, itself, Self.hmi), wait: 1)
      }
      #expect(plant.found == [:])
      // The next router of the group answers for the shared address with the same MAC address.
      plant.send(plant.arp(1, Self.hmi, Self.gateway))
      plant.send(plant.arp(2, Self.gateway, Self.hmi, to: Self.hmi))
      #expect(plant.found == [:])
      plant.send(plant.arp(1, Self.plc, Self.hmi), wait: 1)
      plant.send(plant.arp(2, Plant.Station(Self.plc.ip, mac: Self.virtual), Self.hmi, to: Self.hmi))
      #expect(plant.kinds.contains("arp-spoofing"))
    }
  }
}

extension Plant {
  /// A Neighbor Discovery message with the sender's link-layer address, from the unspecified address without.
  fileprivate func neighbor(_ type: UInt8, _ source: String, about target: String?, to destination: String, mac: UInt64)
    -> [UInt8]
  {
    func bytes(_ text: String) -> [UInt8] {
      let address = IPAddress(text) ?? .none
      return big(Int(truncatingIfNeeded: address.high), 8) + big(Int(truncatingIfNeeded: address.low), 8)
    }
    let option: [UInt8] = source == "::" && type != 136 ? [] : [type == 136 ? 2 : 1, 1] + big(Int(mac), 6)
    var message: [UInt8] = [type, 0, 0, 0, 0, 0, 0, 0] + (target.map(bytes) ?? []) + option
    var words = bytes(source) + bytes(destination) + big(message.count, 4) + [0, 0, 0, 58] + message
    if words.count % 2 == 1 { words.append(0) }
    var sum = stride(from: 0, to: words.count, by: 2).reduce(0) { $0 + Int(words[$1]) << 8 + Int(words[$1 + 1]) }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    message.replaceSubrange(2..<4, with: big(~sum & 0xFFFF))
    let header: [UInt8] = [0x60, 0, 0, 0] + big(message.count) + [58, 255] + bytes(source) + bytes(destination)
    return ethernet(
      header + message, 0x86DD, from: Station("0.0.0.0", mac: mac), to: Station("0.0.0.0", mac: 0x3333_0000_0001))
  }
}
