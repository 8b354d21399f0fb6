// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

extension Advice {
  static let assets: [Advice] = [
    Advice(
      .unknownMAC, "a new device", ["asset", "zone", "MAC address"],
      [.add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28"}"#)],
      attacks: [
        Attack(name: "another device", kind: .unknownMAC, play: appear(stranger)),
        Attack(
          name: "it takes another zone's address", kind: .wrongZone,
          play: datagram(Plant.Station("192.168.20.40", mac: recipes.mac), scada, port: 7_000)),
      ], appear(recipes)),
    Advice(
      .unknownMAC, "a new device without an IP address", ["asset", "zone", "MAC address"],
      [.add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28"}"#)],
      attacks: [
        Attack(name: "another device", kind: .unknownMAC) { plant in
          plant.send(plant.ethernet([UInt8](repeating: 0, count: 46), 0x88CC, from: stranger, to: plc, vlan: 10))
        }
      ]
    ) { plant in
      plant.send(plant.ethernet([UInt8](repeating: 0, count: 46), 0x88CC, from: recipes, to: plc, vlan: 10))
    },
    Advice(
      .unknownIP, "a new device behind a router", ["asset", "zone", "IP address"],
      before: [.add("assets", "server: {zone: scada, ip: 192.168.20.11}")],
      [.add("assets", "archive: {zone: scada, ip: 192.168.20.12}")],
      attacks: [Attack(name: "another address", kind: .unknownIP, play: readRouted("192.168.20.13"))],
      readRouted("192.168.20.12")),
    Advice(
      .unknownIP, "a listed device with a second address", ["asset", "zone", "IP address"],
      [.change("ip: 192.168.10.21,", "ip: [192.168.10.21, 192.168.10.22],")],
      attacks: [
        Attack(
          name: "a third address", kind: .unknownIP, play: appear(Plant.Station("192.168.10.23", mac: hmi.mac))),
        Attack(
          name: "another device with it", kind: .wrongZone,
          play: appear(Plant.Station("192.168.10.22", mac: stranger.mac))),
      ], appear(Plant.Station("192.168.10.22", mac: hmi.mac))),
    Advice(
      .unknownIP, "the second address as an asset of its own", ["asset", "zone", "IP address"],
      [.add("assets", "hmi-2: {zone: line, ip: 192.168.10.22}")],
      attacks: [
        Attack(
          name: "a third address", kind: .unknownIP, play: appear(Plant.Station("192.168.10.23", mac: hmi.mac)))
      ], appear(Plant.Station("192.168.10.22", mac: hmi.mac))),
    Advice(
      .wrongZone, "a device that was moved", ["asset", "zone", "addresses", "site file"],
      [
        .change("hmi: {zone: line,", "hmi: {zone: scada,"), .change("ip: 192.168.10.21,", "ip: 192.168.20.21,"),
      ],
      attacks: [
        Attack(name: "it comes back", kind: .wrongZone, play: datagram(hmi, plc, port: 7_000))
      ], datagram(Plant.Station("192.168.20.21", mac: hmi.mac), Plant.Station("192.168.20.11"), port: 7_000)),
    Advice(
      .wrongZone, "a device that was replaced", ["asset", "MAC address"],
      [.change("02:00:00:00:10:0c", "02:00:00:00:20:0c")],
      attacks: [
        Attack(
          name: "one with a third MAC address", kind: .wrongZone,
          play: appear(Plant.Station(plc2.ip, mac: stranger.mac)))
      ], appear(Plant.Station(plc2.ip, mac: 0x0200_0000_200C))),
    Advice(
      .wrongZone, "a VLAN that was given to another zone", ["VLAN", "zone"],
      [.change("vlans: [20, 21]", "vlans: [20]"), .change("vlans: [10]", "vlans: [10, 21]")],
      attacks: [
        Attack(name: "another VLAN", kind: .wrongZone) { plant in
          plant.wait(60)
          plant.send(plant.ip([1, 2, 3, 4], 253, from: plc2, to: plc, vlan: 20))
        }
      ]
    ) { plant in plant.send(plant.ip([1, 2, 3, 4], 253, from: plc2, to: plc, vlan: 21)) },
    Advice(
      .addressConflict, "a server with teamed network cards",
      ["asset", "site file", "MAC address", "addresses", "IP address"],
      before: [.add("assets", "server: {zone: line, ip: 192.168.10.40, role: server}")],
      [.change("ip: 192.168.10.40,", #"ip: 192.168.10.40, mac: ["02:00:00:00:10:28", "02:00:00:00:10:29"],"#)],
      attacks: [
        Attack(
          name: "a third card", kind: .wrongZone,
          play: alternate(recipes, Plant.Station(recipes.ip, mac: stranger.mac)))
      ], alternate(recipes, Plant.Station(recipes.ip, mac: 0x0200_0000_1029))),
    Advice(
      .addressConflict, "two gateways with an address in common",
      ["site file", "role", "gateway", "router", "MAC address"],
      before: [
        .add("assets", #"gateway-a: {zone: line, mac: "02:00:00:00:10:02", ip: 192.168.10.2, role: gateway}"#),
        .add("assets", #"gateway-b: {zone: line, mac: "02:00:00:00:10:03", ip: 192.168.10.3, role: gateway}"#),
      ],
      [
        .add(
          "assets",
          #"shared: {zone: line, mac: ["02:00:00:00:10:02", "02:00:00:00:10:03"], ip: 192.168.10.4, role: gateway}"#)
      ],
      attacks: [
        Attack(
          name: "a third device", kind: .addressConflict,
          play: alternate(
            Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), Plant.Station("192.168.10.4", mac: stranger.mac)))
      ],
      alternate(
        Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), Plant.Station("192.168.10.4", mac: 0x0200_0000_1003))),
    Advice(
      .arpSpoofing, "gateways that take an address over from each other",
      ["site file", "role", "gateway", "MAC address"],
      before: [
        .add("assets", #"gateway-a: {zone: line, mac: "02:00:00:00:10:02", ip: 192.168.10.2, role: gateway}"#),
        .add("assets", #"gateway-b: {zone: line, mac: "02:00:00:00:10:03", ip: 192.168.10.3, role: gateway}"#),
      ],
      [
        .add(
          "assets",
          #"shared: {zone: line, mac: ["02:00:00:00:10:02", "02:00:00:00:10:03"], ip: 192.168.10.4, role: gateway}"#)
      ],
      attacks: [
        Attack(
          name: "a third device", kind: .arpSpoofing,
          play: take(Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), by: stranger.mac)),
        Attack(name: "a controller's address", kind: .arpSpoofing, play: take(plc, by: 0x0200_0000_1003)),
      ], take(Plant.Station("192.168.10.4", mac: 0x0200_0000_1002), by: 0x0200_0000_1003)),
    Advice(
      .arpSpoofing, "a router that answers for the devices behind it", ["site file", "role", "router"],
      before: [
        .change("192.168.20.0/24]", "192.168.10.128/25]"), .change("192.168.10.0/24]", "192.168.10.0/25]"),
        .change("role: router", "role: switch"),
      ]
        + (150..<156).map {
          .add(
            "assets",
            "server-\($0): {zone: scada, mac: \"02:00:00:00:20:\(String($0, radix: 16))\", ip: 192.168.10.\($0)}")
        }, [.change("role: switch", "role: router")], also: [.wrongZone],
      attacks: [
        Attack(name: "another device answers", kind: .arpSpoofing, play: answerForOthers(stranger.mac))
      ], answerForOthers(router)),
    Advice(
      .hostSweep, "network management", ["asset", "conduit", "services"],
      [
        .add("assets", #"nms: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: nms, to: scada, services: [icmp]}"),
      ], also: [.unknownMAC, .crossZoneFlow],
      attacks: [
        Attack(name: "another station", kind: .hostSweep, play: sweep(hmi)),
        Attack(name: "another service", kind: .hostSweep) { plant in
          for number in 100..<130 {
            let host = Plant.Station("192.168.20.\(number)", mac: router)
            plant.send(plant.tcp(2, 40_000, 445, from: recipes, to: host))
          }
        },
      ], sweep(recipes)),
    Advice(
      .deviceSilent, "a device that comes and goes", ["presence", "site file"],
      [.change("ip: 192.168.10.11, role: plc}", "ip: 192.168.10.11, role: plc, presence: occasional}")],
      attacks: [Attack(name: "another device", kind: .deviceSilent, play: fallSilent(plc2, plc, 44_000))],
      fallSilent(plc, plc2, 41_000)),
  ]

  static func sweep(_ station: Plant.Station) -> @Sendable (Plant) -> Void {
    { plant in
      for number in 100..<130 {
        plant.send(plant.echo(from: station, to: Plant.Station("192.168.20.\(number)", mac: router)))
        plant.wait(0.5)
      }
    }
  }
  static func answerForOthers(_ mac: UInt64) -> @Sendable (Plant) -> Void {
    { plant in
      for _ in 0..<3 {
        for number in 150..<156 {
          let wanted = Plant.Station("192.168.10.\(number)", mac: mac)
          // The mirror port shows the devices themselves, too.
          let device = Plant.Station(wanted.ip, mac: 0x0200_0000_2000 | UInt64(number))
          plant.send(plant.udp([1], 5_000, 7_000, from: device, to: Plant.Station("192.168.10.149")))
          plant.send(plant.arp(1, plc, Plant.Station(wanted.ip)))
          plant.send(plant.arp(2, wanted, plc, to: plc))
          plant.wait(1)
        }
      }
    }
  }
}
