// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// What the catalogue advises to declare ends the alerts that it is about, and no others.
@Suite struct AdviceTests {
  /// Words of the site file that a step may use.
  private static let words = [
    "(from, to", "addresses", "asset", "conduit", "configure", "clock", "exception", "external", "gateway",
    "IP address",
    "MAC address", "add the network", "operation", "presence", "role", "router", "services", "site file", "targets",
    "VLAN", "window", "zone",
  ]

  /// The steps that advise a change of the site file.
  private static func advice(_ kind: FindingKind) -> [String] {
    let steps = Catalogue.entry(kind).steps + (kind == .controllerCommand ? WithoutSite.steps : [])
    return steps.map(\.en).filter { step in
      ["site file", "assets", "an asset", "asset of", "conduit", "presence:", "exception"].contains {
        step.contains($0)
      }
    }
  }

  @Test("what a step advises to declare is tried, each thing that it names", arguments: FindingKind.allCases)
  func isTried(_ kind: FindingKind) {
    let tried = Advice.all.filter { $0.kind == kind }
    let advice = Self.advice(kind)
    #expect(advice.isEmpty == tried.isEmpty, "\(Catalogue.entry(kind).id): \(advice)")
    let triedWords = tried.reduce(into: Set<String>()) { $0.formUnion($1.words) }
    for step in advice {
      let missing = Self.words.filter { step.contains($0) && !triedWords.contains($0) }
      #expect(missing.isEmpty, "\(Catalogue.entry(kind).id): \(missing) in: \(step)")
    }
  }

  @Test("carried out, a step ends its finding, raises no other, and hides no attack", arguments: Advice.all)
  func works(_ advice: Advice) throws {
    let id = Catalogue.entry(advice.kind).id
    let before = try Plant(site: advice.before.map(Advice.site))
    advice.play(before)
    #expect(before.kinds == Set((advice.also.union([advice.kind])).map { Catalogue.entry($0).id }))
    let declared = try Advice.site((advice.before ?? []) + advice.edits)
    let after = try Plant(site: declared)
    advice.play(after)
    #expect(after.kinds == [], "\(id) is gone, and nothing else is found")
    for attack in advice.attacks {
      let plant = try Plant(site: declared)
      advice.play(plant)
      let known = plant.found
      attack.play(plant)
      let attacked = Catalogue.entry(attack.kind).id
      #expect(plant.found[attacked, default: 0] > known[attacked, default: 0], "\(attack.name): \(plant.found)")
    }
  }

  private static let gateway: UInt64 = 0x0200_0000_1001
  private static let poller = Plant.Station("192.168.10.50", mac: 0x0200_0000_1032)
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)

  private static func site(_ conduit: String = "", assets: String = "") -> String {
    """
    zones:
      line: {networks: [192.168.10.0/24]}
      scada: {networks: [192.168.20.0/24]}
    assets:
      plc: {zone: line, mac: "02:00:00:00:10:0b", ip: 192.168.10.11, role: plc}
      gateway: {zone: line, mac: "02:00:00:00:10:01", ip: 192.168.10.1, role: router}
    \(assets)
    conduits:
      - {from: scada, to: line, services: [tcp/443]}
    \(conduit)
    """
  }
  private static let listed = #"  nms: {zone: line, mac: "02:00:00:00:10:32", ip: 192.168.10.50, role: server}"#

  private func sweeps(_ site: String, _ play: (Plant, Plant.Station) -> Void) throws -> Set<String> {
    let plant = try Plant(site: site)
    for number in 100..<130 {
      play(plant, Plant.Station("192.168.20.\(number)", mac: Self.gateway))
      plant.wait(0.5)
    }
    return plant.kinds.intersection(["host-sweep"])
  }

  static let polls: [(conduit: String, isListed: Bool, isSweep: Bool)] = [
    ("", false, true), ("", true, true),
    ("  - {from: nms, to: scada, services: [icmp, udp/161]}", true, false),
    // It may only try what the conduit names, where it leads, when it is open.
    ("  - {from: nms, to: scada, services: [udp/161]}", true, true),
    ("  - {from: nms, to: line, services: [icmp]}", true, true),
    // A conduit for everything says nothing of what it looks for, and a zone's nothing of which station does.
    ("  - {from: nms, to: scada}", true, true),
    ("  - {from: line, to: scada, services: [icmp]}", true, true),
  ]

  @Test("network management is declared with a conduit that names its services", arguments: polls)
  func management(_ sample: (conduit: String, isListed: Bool, isSweep: Bool)) throws {
    let site = Self.site(sample.conduit, assets: sample.isListed ? Self.listed : "")
    let found = try sweeps(site) { plant, host in plant.send(plant.echo(from: Self.poller, to: host)) }
    #expect(found == (sample.isSweep ? ["host-sweep"] : []))
  }

  @Test("it may ask for the addresses of absent stations of its own network, too", arguments: [true, false])
  func addresses(_ isDeclared: Bool) throws {
    let plant = try Plant(
      site: Self.site(isDeclared ? "  - {from: nms, to: line, services: [icmp]}" : "", assets: Self.listed))
    for number in 100..<130 { plant.send(plant.arp(1, Self.poller, Plant.Station("192.168.10.\(number)"))) }
    #expect(plant.kinds.contains("host-sweep") == !isDeclared)
  }

  @Test("a router that is listed as one may answer for the listed stations behind it", arguments: [true, false])
  func proxyARP(_ isListed: Bool) throws {
    let servers = (0..<6).map {
      ##"  server-\##($0): {zone: scada, mac: "02:00:00:00:20:1\##($0)", ip: 192.168.20.\##(10 + $0), role: server}"##
    }
    let plant = try Plant(site: Self.site(assets: servers.joined(separator: "\n")))
    let mac = isListed ? Self.gateway : 0x0200_0000_6666
    for _ in 0..<3 {
      for number in 0..<6 {
        let wanted = Plant.Station("192.168.20.\(10 + number)", mac: mac)
        plant.send(plant.arp(1, Self.plc, Plant.Station("192.168.20.\(10 + number)")))
        plant.send(plant.arp(2, wanted, Self.plc, to: Self.plc))
        plant.wait(1)
      }
    }
    #expect(plant.kinds.isDisjoint(with: ["arp-spoofing", "address-conflict", "wrong-zone"]) == isListed)
  }
}
